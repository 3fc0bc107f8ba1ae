//! How many distinct things went by, in 16 KiB: HyperLogLog (Flajolet et al. 2007), within about 1 %.

const BITS: u32 = 14;

/// A counter of distinct 64-bit hashes.
#[derive(Clone, Debug)]
pub struct Distinct {
    registers: Vec<u8>,
}

impl Default for Distinct {
    fn default() -> Distinct {
        Distinct { registers: vec![0; 1 << BITS] }
    }
}

impl Distinct {
    /// Counts a hash. It need not be well mixed.
    pub fn add(&mut self, hash: u64) {
        let mixed = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let mixed = mixed ^ (mixed >> 32);
        let register = &mut self.registers[(mixed >> (64 - BITS)) as usize];
        *register = (*register).max(((mixed << BITS).leading_zeros() + 1).min(64 - BITS + 1) as u8);
    }

    /// Adds what another counter saw.
    pub fn merge(&mut self, other: &Distinct) {
        for (own, other) in self.registers.iter_mut().zip(&other.registers) {
            *own = (*own).max(*other);
        }
    }

    /// The estimate.
    pub fn count(&self) -> u64 {
        let size = self.registers.len() as f64;
        let sum: f64 = self.registers.iter().map(|register| (-f64::from(*register)).exp2()).sum();
        let raw = 0.7213 / (1.0 + 1.079 / size) * size * size / sum;
        let empty = self.registers.iter().filter(|register| **register == 0).count() as f64;
        let estimate = if raw <= 2.5 * size && empty > 0.0 { size * (size / empty).ln() } else { raw };
        estimate.round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_close_at_every_size() {
        for count in [0_u64, 100, 10_000, 300_000] {
            let mut distinct = Distinct::default();
            (0..count * 2).for_each(|at| distinct.add((at / 2).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            let error = (distinct.count() as f64 - count as f64).abs();
            assert!(error <= count as f64 * 0.03, "{count}: {}", distinct.count());
        }
    }
}
