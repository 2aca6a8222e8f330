//! Conversions between half precision, as bits, and the float types.
//!
//! Magnitudes are compared and rounded as integers. Where halves are subnormal a sum with a float whose
//! last place is theirs, 2^-24, does it, so that no subnormal float occurs. NaN stays NaN, with the high
//! bits of its payload.

use crate::math::lane::Conversion;

/// The sign of a half.
const SIGN: u16 = 0x8000;

/// The magnitude of infinity; beyond are the NaNs.
const INFINITE: u16 = 0x7c00;

/// Half precision to `f32`. Exact.
pub(crate) struct Widen;

impl Conversion for Widen {
    type From = u16;
    type To = f32;

    #[inline(always)]
    fn convert(half: u16) -> f32 {
        /// Between the exponents' biases, 127 and 15.
        const BIAS: u32 = 112 << 23;
        const LEAST_NORMAL: f32 = 1.0 / 16384.0;
        let magnitude = half & !SIGN;
        let shifted = u32::from(magnitude) << 13;
        let normal = shifted + BIAS;
        let special = normal + BIAS;
        let subnormal = (f32::from_bits(shifted + LEAST_NORMAL.to_bits()) - LEAST_NORMAL).to_bits();
        let bits = if magnitude >= INFINITE { special } else { normal };
        let bits = if magnitude < 0x400 { subnormal } else { bits };
        f32::from_bits(bits | u32::from(half & SIGN) << 16)
    }
}

/// A float to half precision, rounded once, to the even one of two that are as near.
pub(crate) struct Narrow<T>(T);

macro_rules! narrow {
    ($type:ident $bits:ident, $shift:literal bits less, bias $bias:literal, unit $unit:literal) => {
        impl Conversion for Narrow<$type> {
            type From = $type;
            type To = u16;

            #[inline(always)]
            fn convert(x: $type) -> u16 {
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
                sign | if magnitude.is_nan() { quiet } else { half }
            }
        }
    };
}

narrow!(f32 u32, 13 bits less, bias 0x3800_0000, unit 0.5);
narrow!(f64 u64, 42 bits less, bias 0x3f00_0000_0000_0000, unit 268435456.0);
