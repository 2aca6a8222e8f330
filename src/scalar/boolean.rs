//! Bools: a lattice where NumPy has arithmetic on them.

use super::number::{Number, sealed::Sealed};
use crate::dtype::Lane;

impl Sealed for bool {}

/// Gives true and false as 1 and 0 of each type.
macro_rules! as_number {
    ($($name:ident $to:ident)*) => {
        $(#[inline]
        fn $name(self) -> $to {
            self.into()
        })*
    };
}

impl Number for bool {
    const LANE: Lane = Lane::Bool;
    const ZERO: bool = false;
    const ONE: bool = true;
    const LEAST: bool = false;
    const GREATEST: bool = true;

    type Memory = u8;

    #[inline]
    fn load(memory: u8) -> bool {
        memory != 0
    }

    #[inline]
    fn store(self) -> u8 {
        u8::from(self)
    }

    #[inline]
    fn from_bits(bits: u64) -> bool {
        bits != 0
    }

    #[inline]
    fn bits(self) -> u64 {
        u64::from(self)
    }

    #[inline]
    fn cast_from<From: Number>(value: From) -> bool {
        value.to_bool()
    }

    as_number! {
        to_bool bool to_i8 i8 to_i16 i16 to_i32 i32 to_i64 i64
        to_u8 u8 to_u16 u16 to_u32 u32 to_u64 u64 to_f32 f32 to_f64 f64
    }

    #[inline]
    fn add(self, y: bool) -> bool {
        self | y
    }

    #[inline]
    fn mul(self, y: bool) -> bool {
        self & y
    }

    #[inline]
    fn fmin(self, y: bool) -> bool {
        self & y
    }

    #[inline]
    fn fmax(self, y: bool) -> bool {
        self | y
    }

    #[inline]
    fn minimum(self, y: bool) -> bool {
        self & y
    }

    #[inline]
    fn maximum(self, y: bool) -> bool {
        self | y
    }

    #[inline]
    fn bit_and(self, y: bool) -> bool {
        self & y
    }

    #[inline]
    fn bit_or(self, y: bool) -> bool {
        self | y
    }

    #[inline]
    fn bit_xor(self, y: bool) -> bool {
        self ^ y
    }

    #[inline]
    fn bit_not(self) -> bool {
        !self
    }

    #[inline]
    fn is_nan(self) -> bool {
        false
    }

    #[inline]
    fn is_inf(self) -> bool {
        false
    }

    #[inline]
    fn is_finite(self) -> bool {
        true
    }

    #[inline]
    fn is_signbit(self) -> bool {
        false
    }
}
