//! Division of integers by way of floats, since there is none in vector instruction sets.
//!
//! A quotient of integers of fewer bits than the float's precision never rounds up to the integer above: that
//! is at least `1 / y` away, which exceeds half a last place. So integers up to 16 bits divide as `f32`,
//! those of 32 bits as `f64`, and rounding to an integer needs no correction. For 64 bits see `wide_integer`.
//!
//! The sum of a whole float and 1.5 * 2^23 (`f64`: 1.5 * 2^52) holds the integer in its low bits.

use crate::math::lane::Binary;
use std::hint::select_unpredictable;

/// The quotient rounded down; by 0 it is 0.
pub(crate) struct FloorDiv<T>(T);

/// The rest of [`FloorDiv`], with the sign of the divisor; by 0 it is 0.
pub(crate) struct Modulo<T>(T);

/// The rest of the quotient rounded towards 0, as in C; by 0 it is 0.
pub(crate) struct Fmod<T>(T);

macro_rules! integers {
    ($float:ident + $shift:literal: $($type:ident)*) => {$(

        impl Binary for FloorDiv<$type> {
            type Element = $type;

            #[inline(always)]
            fn fast(x: $type, y: $type) -> $type {
                let quotient = ($float::from(x) / $float::from(y)).floor();
                select_unpredictable(y == 0, 0, (quotient + $shift).to_bits() as $type)
            }
        }

        impl Binary for Modulo<$type> {
            type Element = $type;

            #[inline(always)]
            fn fast(x: $type, y: $type) -> $type {
                let quotient = ($float::from(x) / $float::from(y)).floor();
                let taken = ((quotient + $shift).to_bits() as $type).wrapping_mul(y);
                select_unpredictable(y == 0, 0, x.wrapping_sub(taken))
            }
        }

        impl Binary for Fmod<$type> {
            type Element = $type;

            #[inline(always)]
            fn fast(x: $type, y: $type) -> $type {
                let quotient = ($float::from(x) / $float::from(y)).trunc();
                let taken = ((quotient + $shift).to_bits() as $type).wrapping_mul(y);
                select_unpredictable(y == 0, 0, x.wrapping_sub(taken))
            }
        }
    )*};
}

integers!(f32 + 12582912.0: i8 u8 i16 u16);
integers!(f64 + 6755399441055744.0: i32 u32);
