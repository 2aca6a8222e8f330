//! Half precision: the value type, and its conversions.
//!
//! The conversions have no branches, so that loops over them vectorize. Magnitudes are compared and rounded as
//! integers. Where halves are subnormal a sum with a float whose last place is theirs, 2^-24, does it, so that no
//! subnormal float occurs. NaN stays NaN, with the high bits of its payload.

use std::cmp::Ordering;

/// A half-precision float, by its bits.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub struct F16(pub u16);

/// The sign of a half.
const SIGN: u16 = 0x8000;

/// The magnitude of infinity; beyond are the NaNs.
const INFINITE: u16 = 0x7c00;

macro_rules! narrow {
    ($name:ident $type:ident $bits:ident, $shift:literal bits less, bias $bias:literal, unit $unit:literal) => {
        /// A float rounded once, to the even one of two that are as near.
        #[inline(always)]
        pub fn $name(x: $type) -> F16 {
            /// The last place of this sum is that of subnormal halves.
            const UNIT: $type = $unit;
            const LEAST_NORMAL: $type = 1.0 / 16384.0;
            /// From half a place above the greatest half on, 65504, the result is infinite.
            const TOO_LARGE: $type = 65520.0;
            let sign = (x.to_bits() >> ($bits::BITS - 16)) as u16 & SIGN;
            let magnitude = x.abs();
            let bits = magnitude.to_bits();
            let odd = bits >> $shift & 1;
            let half_place = (1 << ($shift - 1)) - 1;
            let normal = (bits.wrapping_sub($bias).wrapping_add(half_place + odd) >> $shift) as u16;
            let subnormal = (magnitude + UNIT).to_bits().wrapping_sub(UNIT.to_bits()) as u16;
            let quiet = INFINITE | 0x200 | (bits >> $shift) as u16 & 0x3ff;
            let half = if magnitude < LEAST_NORMAL { subnormal } else { normal };
            let half = if magnitude >= TOO_LARGE { INFINITE } else { half };
            F16(sign | if magnitude.is_nan() { quiet } else { half })
        }
    };
}

impl F16 {
    narrow!(from_f32 f32 u32, 13 bits less, bias 0x3800_0000, unit 0.5);
    narrow!(from_f64 f64 u64, 42 bits less, bias 0x3f00_0000_0000_0000, unit 268435456.0);

    /// The value, exactly.
    #[inline(always)]
    pub fn to_f32(self) -> f32 {
        /// Between the exponents' biases, 127 and 15.
        const BIAS: u32 = 112 << 23;
        const LEAST_NORMAL: f32 = 1.0 / 16384.0;
        let magnitude = self.0 & !SIGN;
        let shifted = u32::from(magnitude) << 13;
        let normal = shifted + BIAS;
        let special = normal + BIAS;
        let subnormal = (f32::from_bits(shifted + LEAST_NORMAL.to_bits()) - LEAST_NORMAL).to_bits();
        let bits = if magnitude >= INFINITE { special } else { normal };
        let bits = if magnitude < 0x400 { subnormal } else { bits };
        f32::from_bits(bits | u32::from(self.0 & SIGN) << 16)
    }
}

impl PartialEq for F16 {
    fn eq(&self, other: &F16) -> bool {
        self.to_f32() == other.to_f32()
    }
}

impl PartialOrd for F16 {
    fn partial_cmp(&self, other: &F16) -> Option<Ordering> {
        self.to_f32().partial_cmp(&other.to_f32())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_comes_back_from_both_floats() {
        for bits in 0..=u16::MAX {
            let (half, wide) = (F16(bits), F16(bits).to_f32());
            if wide.is_nan() {
                assert!(
                    F16::from_f32(wide).to_f32().is_nan() && F16::from_f64(wide.into()).to_f32().is_nan()
                );
            } else {
                assert_eq!((F16::from_f32(wide).0, F16::from_f64(wide.into()).0), (bits, bits));
                // Halves stand in order, so that the neighbour's sum with this one is where rounding turns.
                let next = F16(bits + 1);
                if bits & !SIGN < INFINITE - 1 {
                    let middle = (f64::from(wide) + f64::from(next.to_f32())) / 2.0;
                    let even = if bits & 1 == 0 { half } else { next };
                    assert_eq!(F16::from_f64(middle).0, even.0, "{bits:#x}");
                    assert_eq!(F16::from_f64(middle * (1.0 + 1e-15)).0, next.0, "{bits:#x}");
                    assert_eq!(F16::from_f64(middle * (1.0 - 1e-15)).0, bits, "{bits:#x}");
                    assert_eq!(F16::from_f32(middle as f32).0, even.0, "{bits:#x}");
                }
            }
        }
    }

    #[test]
    fn halves_have_their_values() {
        for (value, bits) in
            [(1.0, 0x3c00), (-2.0, 0xc000), (65504.0, 0x7bff), (65519.9, 0x7bff), (65520.0, 0x7c00)]
        {
            assert_eq!(F16::from_f64(value).0, bits);
        }
        assert_eq!(F16::from_f64(2f64.powi(-24)).0, 1);
        assert_eq!(F16::from_f64(2f64.powi(-25)).0, 0);
        assert_eq!(F16(1).to_f32(), 2f32.powi(-24));
    }
}
