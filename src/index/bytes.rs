//! Reads and writes of little-endian numbers, each read checked against the end of its slice.

/// The 16-bit number at byte `at`.
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let end = at.checked_add(2)?;
    Some(u16::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
}

/// The 32-bit number at byte `at`.
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let end = at.checked_add(4)?;
    Some(u32::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
}

/// The 64-bit number at byte `at`.
pub fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let end = at.checked_add(8)?;
    Some(u64::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
}

/// The 16 bytes at byte `at`.
pub fn digest_at(bytes: &[u8], at: usize) -> Option<[u8; 16]> {
    let end = at.checked_add(16)?;
    bytes.get(at..end)?.try_into().ok()
}

/// Reads one value after the other; `None` once past the end.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// From the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { rest: bytes }
    }

    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// A number of at most 64 bits, seven a byte, lowest first (LEB128).
    pub fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A varint that must fit 32 bits.
    pub fn number(&mut self) -> Option<u32> {
        u32::try_from(self.varint()?).ok()
    }

    /// A text with its length before it.
    pub fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.varint()?).ok()?;
        std::str::from_utf8(self.take(length)?).ok()
    }
}

/// Appends a varint.
pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a text with its length before it.
pub fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Numbers of a fixed number of bits, one behind the other.
pub mod packed {
    /// Most bits a number may have: one read of eight bytes covers it at any offset.
    pub const MAX_WIDTH: u32 = 56;

    /// Bytes that `count` numbers of `width` bits take, with the slack a reader needs.
    pub fn bytes(count: u64, width: u32) -> Option<u64> {
        count.checked_mul(u64::from(width))?.div_ceil(8).checked_add(8)
    }

    /// The number at place `at`.
    pub fn get(bytes: &[u8], at: usize, width: u32) -> Option<u64> {
        at_bit(bytes, at.checked_mul(width as usize)?, width)
    }

    /// The number of `width` bits, [`MAX_WIDTH`] at most, that begins at bit `bit`.
    pub fn at_bit(bytes: &[u8], bit: usize, width: u32) -> Option<u64> {
        let word = super::u64_at(bytes, bit / 8)?;
        Some(word >> (bit % 8) & ((1_u64 << width) - 1))
    }

    /// Appends numbers.
    #[derive(Debug, Default)]
    pub struct Writer {
        bytes: Vec<u8>,
        pending: u64,
        bits: u32,
    }

    impl Writer {
        /// Appends the low `width` bits of `value`.
        pub fn put(&mut self, value: u64, width: u32) {
            debug_assert!(width <= MAX_WIDTH && value < 1 << width);
            self.pending |= value << self.bits;
            self.bits += width;
            while self.bits >= 8 {
                self.bytes.push(self.pending as u8);
                self.pending >>= 8;
                self.bits -= 8;
            }
        }

        /// The whole bytes so far, taken out.
        pub fn drain(&mut self) -> Vec<u8> {
            std::mem::take(&mut self.bytes)
        }

        /// The bytes that are left, with the slack a reader needs.
        pub fn finish(mut self) -> Vec<u8> {
            if self.bits > 0 {
                self.bytes.push(self.pending as u8);
            }
            self.bytes.extend_from_slice(&[0; 8]);
            self.bytes
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_come_back_and_stop_at_the_end() {
        let mut out = Vec::new();
        let values = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        values.iter().for_each(|value| put_varint(&mut out, *value));
        let mut cursor = Cursor::new(&out);
        assert!(values.iter().all(|value| cursor.varint() == Some(*value)));
        assert_eq!(cursor.varint(), None);
        assert_eq!(Cursor::new(&[0xff; 10]).varint(), None, "over 64 bits");
        assert_eq!(Cursor::new(&[5, b'a']).text(), None, "shorter than it says");
    }

    #[test]
    fn packed_numbers_come_back() {
        for width in [1, 7, 25, 33, packed::MAX_WIDTH] {
            let mut writer = packed::Writer::default();
            let value = |at: u64| at.wrapping_mul(0x9e37_79b9_7f4a_7c15) & ((1 << width) - 1);
            (0..100).for_each(|at| writer.put(value(at), width));
            let bytes = writer.finish();
            assert!((0..100).all(|at| packed::get(&bytes, at as usize, width) == Some(value(at))));
            assert_eq!(bytes.len() as u64, packed::bytes(100, width).unwrap());
        }
    }
}
