//! Decodes the floating point numbers that weights are stored in, in little-endian order.

use half::{bf16, f16};

/// A kind of floating point number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Float {
    /// IEEE half precision.
    F16,
    /// The upper half of an f32.
    Bf16,
    /// IEEE single precision.
    F32,
    /// IEEE double precision.
    F64,
}

impl Float {
    /// Decodes little-endian numbers. Bytes beyond the last whole number are left out.
    pub fn decode(self, bytes: &[u8]) -> Vec<f32> {
        match self {
            Self::F16 => numbers(bytes, |b| f16::from_le_bytes(b).to_f32()),
            Self::Bf16 => numbers(bytes, |b| bf16::from_le_bytes(b).to_f32()),
            Self::F32 => numbers(bytes, f32::from_le_bytes),
            Self::F64 => numbers(bytes, |b| f64::from_le_bytes(b) as f32),
        }
    }
}

fn numbers<const N: usize>(bytes: &[u8], decode: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<N>();
    numbers.iter().map(|number| decode(*number)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_become_the_singles_they_stand_for() {
        let decoded = |half: u16| Float::F16.decode(&half.to_le_bytes())[0];
        for (half, single) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x7bff, 65_504.0),
            (0x0001, 5.960_464_5e-8),
            (0x83ff, -6.097_555e-5),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(decoded(half), single, "{half:#06x}");
        }
        assert!(decoded(0x7e00).is_nan());
    }

    #[test]
    fn every_kind_decodes_its_own_bytes() {
        assert_eq!(Float::F32.decode(&1.5f32.to_le_bytes()), [1.5]);
        assert_eq!(Float::F64.decode(&(-0.25f64).to_le_bytes()), [-0.25]);
        assert_eq!(Float::Bf16.decode(&[0x80, 0x3f]), [1.0]);
        assert_eq!(Float::F16.decode(&[0x00, 0x3c, 0xff]), [1.0]);
    }
}
