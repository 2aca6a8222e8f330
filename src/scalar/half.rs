//! Half precision: a lane that is stored, compared and converted. `check` computes in f32 and rounds back.

use super::number::{Number, sealed::Sealed};
use crate::dtype::Lane;
use crate::half::F16;

impl Sealed for F16 {}

macro_rules! through_f32 {
    ($($name:ident $to:ident)*) => {
        $(#[inline]
        fn $name(self) -> $to {
            self.to_f32().$name()
        })*
    };
}

impl Number for F16 {
    const LANE: Lane = Lane::F16;
    const ZERO: F16 = F16(0);
    const ONE: F16 = F16(0x3c00);
    const LEAST: F16 = F16(0xfc00);
    const GREATEST: F16 = F16(0x7c00);

    type Memory = u16;

    #[inline]
    fn load(memory: u16) -> F16 {
        F16(memory)
    }

    #[inline]
    fn store(self) -> u16 {
        self.0
    }

    #[inline]
    fn from_bits(bits: u64) -> F16 {
        F16(bits as u16)
    }

    #[inline]
    fn bits(self) -> u64 {
        u64::from(self.0)
    }

    #[inline]
    fn cast_from<From: Number>(value: From) -> F16 {
        value.to_f16()
    }

    #[inline]
    fn to_f16(self) -> F16 {
        self
    }

    through_f32! {
        to_bool bool to_i8 i8 to_i16 i16 to_i32 i32 to_i64 i64
        to_u8 u8 to_u16 u16 to_u32 u32 to_u64 u64 to_f32 f32 to_f64 f64
    }

    #[inline]
    fn nextafter(self, y: F16) -> F16 {
        if self != y && !self.is_nan() && !y.is_nan() {
            // The magnitudes of halves stand in order.
            let outward = (self < y) == (self.0 >> 15 == 0);
            let sign = if self < y { 0 } else { 0x8000 };
            return match self.0 & 0x7fff {
                0 => F16(sign | 1),
                _ if outward => F16(self.0 + 1),
                _ => F16(self.0 - 1),
            };
        }
        // Where the others give the second of two zeros, NumPy's halves give the first.
        if self == y { self } else { F16(0x7e00) }
    }

    #[inline]
    fn is_nan(self) -> bool {
        self.to_f32().is_nan()
    }

    #[inline]
    fn is_inf(self) -> bool {
        self.to_f32().is_infinite()
    }

    #[inline]
    fn is_finite(self) -> bool {
        self.to_f32().is_finite()
    }

    #[inline]
    fn is_signbit(self) -> bool {
        self.0 >> 15 == 1
    }
}
