//! Integers: two's complement, wrapping, with Python's rounding of quotients.

use super::number::{Number, sealed::Sealed};
use crate::dtype::Lane;

/// Converts by `as`: integers wrap, floats round once.
macro_rules! conversions {
    ($($name:ident $to:ident)*) => {
        $(#[inline]
        fn $name(self) -> $to {
            self as $to
        })*
    };
}

/// What depends on there being negative numbers.
macro_rules! signed {
    () => {
        #[inline]
        fn floor_div(self, y: Self) -> Self {
            if y == 0 {
                return 0;
            }
            let (quotient, rest) = (self.wrapping_div(y), self.wrapping_rem(y));
            quotient - Self::from(rest != 0 && (rest < 0) != (y < 0))
        }

        #[inline]
        fn modulo(self, y: Self) -> Self {
            let rest = self.fmod(y);
            if rest != 0 && (rest < 0) != (y < 0) { rest + y } else { rest }
        }

        #[inline]
        fn abs(self) -> Self {
            self.wrapping_abs()
        }

        #[inline]
        fn sign(self) -> Self {
            self.signum()
        }

        #[inline]
        fn is_signbit(self) -> bool {
            self < 0
        }

        /// The result wraps. A negative power (which a guard refuses beforehand) is rounded towards 0.
        #[inline]
        fn power(self, y: Self) -> Self {
            if y >= 0 {
                return power_unsigned(self, y as u64, 1, Self::wrapping_mul);
            }
            match self {
                1 => 1,
                -1 if y & 1 == 0 => 1,
                -1 => -1,
                _ => 0,
            }
        }
    };
}

/// What is simpler without negative numbers.
macro_rules! unsigned {
    () => {
        #[inline]
        fn floor_div(self, y: Self) -> Self {
            self.checked_div(y).unwrap_or(0)
        }

        #[inline]
        fn modulo(self, y: Self) -> Self {
            self.fmod(y)
        }

        #[inline]
        fn sign(self) -> Self {
            Self::from(self != 0)
        }

        #[inline]
        fn is_signbit(self) -> bool {
            false
        }

        #[inline]
        fn power(self, y: Self) -> Self {
            power_unsigned(self, y as u64, 1, Self::wrapping_mul)
        }
    };
}

/// `base` to the power `n` by squaring, in the ring of `mul`.
#[inline]
fn power_unsigned<T: Copy>(base: T, n: u64, one: T, mul: fn(T, T) -> T) -> T {
    let (mut result, mut square, mut left) = (one, base, n);
    while left != 0 {
        if left & 1 == 1 {
            result = mul(result, square);
        }
        square = mul(square, square);
        left >>= 1;
    }
    result
}

/// The absolute value of a number of any lane.
#[inline]
fn magnitude(x: i128) -> u64 {
    x.unsigned_abs() as u64
}

/// Stein's algorithm: 0 and 0 give 0.
#[inline]
fn common_divisor(x: u64, y: u64) -> u64 {
    if x == 0 || y == 0 {
        return x | y;
    }
    let twos = (x | y).trailing_zeros();
    let (mut x, mut y) = (x >> x.trailing_zeros(), y >> y.trailing_zeros());
    while x != y {
        (x, y) = (x.abs_diff(y), x.min(y));
        x >>= x.trailing_zeros();
    }
    x << twos
}

macro_rules! integer {
    ($($type:ident $lane:ident $unsigned:ident $cast:ident $sign:ident;)*) => {$(
        impl Sealed for $type {}

        impl Number for $type {
            const LANE: Lane = Lane::$lane;
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const LEAST: Self = Self::MIN;
            const GREATEST: Self = Self::MAX;

            type Memory = Self;

            #[inline]
            fn load(memory: Self) -> Self {
                memory
            }

            #[inline]
            fn store(self) -> Self {
                self
            }

            #[inline]
            fn from_bits(bits: u64) -> Self {
                bits as Self
            }

            #[inline]
            fn bits(self) -> u64 {
                u64::from(self as $unsigned)
            }

            #[inline]
            fn to_bool(self) -> bool {
                self != 0
            }

            conversions! {
                to_i8 i8 to_i16 i16 to_i32 i32 to_i64 i64 to_u8 u8 to_u16 u16 to_u32 u32 to_u64 u64
                to_f32 f32 to_f64 f64
            }

            #[inline]
            fn cast_from<From: Number>(value: From) -> Self {
                value.$cast()
            }

            #[inline]
            fn add(self, y: Self) -> Self {
                self.wrapping_add(y)
            }

            #[inline]
            fn sub(self, y: Self) -> Self {
                self.wrapping_sub(y)
            }

            #[inline]
            fn mul(self, y: Self) -> Self {
                self.wrapping_mul(y)
            }

            #[inline]
            fn gcd(self, y: Self) -> Self {
                common_divisor(magnitude(self.into()), magnitude(y.into())) as Self
            }

            #[inline]
            fn lcm(self, y: Self) -> Self {
                let (x, y) = (magnitude(self.into()), magnitude(y.into()));
                match common_divisor(x, y) {
                    0 => 0,
                    divisor => (x / divisor).wrapping_mul(y) as Self,
                }
            }

            #[inline]
            fn fmod(self, y: Self) -> Self {
                if y == 0 { 0 } else { self.wrapping_rem(y) }
            }

            #[inline]
            fn neg(self) -> Self {
                self.wrapping_neg()
            }

            #[inline]
            fn fmin(self, y: Self) -> Self {
                self.min(y)
            }

            #[inline]
            fn fmax(self, y: Self) -> Self {
                self.max(y)
            }

            #[inline]
            fn minimum(self, y: Self) -> Self {
                self.min(y)
            }

            #[inline]
            fn maximum(self, y: Self) -> Self {
                self.max(y)
            }

            #[inline]
            fn bit_and(self, y: Self) -> Self {
                self & y
            }

            #[inline]
            fn bit_or(self, y: Self) -> Self {
                self | y
            }

            #[inline]
            fn bit_xor(self, y: Self) -> Self {
                self ^ y
            }

            #[inline]
            fn bit_not(self) -> Self {
                !self
            }

            // As an unsigned number a negative count is beyond the width too.
            #[inline]
            fn shl(self, n: Self) -> Self {
                let inside = (n as $unsigned) < Self::BITS as $unsigned;
                if inside { self.wrapping_shl(n as u32) } else { 0 }
            }

            #[inline]
            fn shr(self, n: Self) -> Self {
                let inside = (n as $unsigned) < Self::BITS as $unsigned;
                let by = if inside { n as u32 } else { Self::BITS - 1 };
                let shifted = self.wrapping_shr(by);
                if inside || Self::LANE.is_signed() { shifted } else { 0 }
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

            $sign!();
        }
    )*};
}

integer! {
    i8 I8 u8 to_i8 signed;
    i16 I16 u16 to_i16 signed;
    i32 I32 u32 to_i32 signed;
    i64 I64 u64 to_i64 signed;
    u8 U8 u8 to_u8 unsigned;
    u16 U16 u16 to_u16 unsigned;
    u32 U32 u32 to_u32 unsigned;
    u64 U64 u64 to_u64 unsigned;
}
