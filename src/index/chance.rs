//! How many matches of a score an unrelated file has by chance: `E = K · N · 2^(−λ S)`, N being the tokens of the index
//! (Karlin and Altschul 1990; the seeds of the file, their m, are already a term of the score S).
//!
//! K and λ were fitted on 2,009 untouched files of the `snippets` yardstick's development half against 16.8 million
//! tokens (of 14 bits and more with exact seeds, of 20 and more without): files with a better score halve every 1/λ bits. The same files gave the
//! highest E a match may have: 7 of them have a better one, most of them the same code after all.

use crate::text::fingerprint::Scheme;

/// Highest E of a match.
pub const MAX_E: f64 = 0.0055;
/// An index of fewer tokens is treated as one of so many: the fit says nothing below.
const LEAST_TOKENS: u64 = 1 << 24;

/// The constants of one index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// λ, a bit of score.
    pub lambda: f64,
    /// log2 of K·N.
    pub log_size: f64,
}

/// The constants for gram lengths and a size in tokens.
pub fn of(scheme: Scheme, tokens: u64) -> Chance {
    let (lambda, log_k) = if scheme.e_gram > 0 { (0.30, -21.3) } else { (0.34, -18.9) };
    Chance { lambda, log_size: log_k + (tokens.max(LEAST_TOKENS) as f64).log2() }
}

impl Chance {
    /// E of a score.
    pub fn expected(&self, score: f32) -> f64 {
        (self.log_size - self.lambda * f64::from(score)).exp2()
    }

    /// The score whose E is [`MAX_E`].
    pub fn bar(&self) -> f64 {
        (self.log_size - MAX_E.log2()) / self.lambda
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_has_the_highest_e_and_rises_with_the_index() {
        let (small, large) = (of(Scheme::FULL, 0), of(Scheme::FULL, 1 << 30));
        assert!((small.expected(small.bar() as f32) / MAX_E - 1.0).abs() < 1e-3);
        assert!(large.bar() > small.bar() + 15.0);
        assert!(small.expected(60.0) < 1e-4);
    }
}
