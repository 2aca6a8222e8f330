//! Floats: IEEE 754, with NumPy's `//` and `%`.

use super::number::{Number, sealed::Sealed};
use crate::dtype::Lane;
use crate::math;
use crate::op::Op;

/// Converts by `as`: rounds once, saturates in integers, NaN gives 0.
macro_rules! conversions {
    ($($name:ident $to:ident)*) => {
        $(#[inline]
        fn $name(self) -> $to {
            self as $to
        })*
    };
}

macro_rules! methods {
    ($($name:ident($($rest:ident)?) = $inherent:path;)*) => {
        $(#[inline]
        fn $name(self, $($rest: Self)?) -> Self {
            $inherent(self, $($rest)?)
        })*
    };
}

/// A float that is not 0 as a normal one, times a power of two.
#[inline]
fn normal<T: Number + std::ops::Mul<Output = T>>(x: T, least: T, factor: T, scale: i32) -> (T, i32) {
    if x.abs() < least { (x * factor, scale) } else { (x, 0) }
}

macro_rules! float {
    ($type:ident $lane:ident $bits:ident $cast:ident) => {
        impl Sealed for $type {}

        impl Number for $type {
            const LANE: Lane = Lane::$lane;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const LEAST: Self = Self::NEG_INFINITY;
            const GREATEST: Self = Self::INFINITY;

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
                Self::from_bits(bits as $bits)
            }

            #[inline]
            fn bits(self) -> u64 {
                u64::from(self.to_bits())
            }

            #[inline]
            fn cast_from<From: Number>(value: From) -> Self {
                value.$cast()
            }

            #[inline]
            fn to_bool(self) -> bool {
                self != 0.0
            }

            conversions! {
                to_i8 i8 to_i16 i16 to_i32 i32 to_i64 i64 to_u8 u8 to_u16 u16 to_u32 u32 to_u64 u64
                to_f32 f32 to_f64 f64
            }

            methods! {
                add(y) = std::ops::Add::add;
                sub(y) = std::ops::Sub::sub;
                mul(y) = std::ops::Mul::mul;
                div(y) = std::ops::Div::div;
                neg() = std::ops::Neg::neg;
                abs() = $type::abs;
                sqrt() = $type::sqrt;
                floor() = $type::floor;
                ceil() = $type::ceil;
                trunc() = $type::trunc;
                rint() = $type::round_ties_even;
                copysign(y) = $type::copysign;
            }

            #[inline]
            fn nextafter(self, y: Self) -> Self {
                if self < y {
                    self.next_up()
                } else if self > y {
                    self.next_down()
                } else {
                    // Equal zeros may differ in their sign; NaN stays.
                    if self == y { y } else { self + y }
                }
            }

            #[inline]
            fn mantissa(self) -> Self {
                if self == 0.0 || !self.is_finite() {
                    return self;
                }
                let fraction: $bits = (1 << (Self::MANTISSA_DIGITS - 1)) - 1;
                let half = (0.5 as Self).to_bits();
                let fraction =
                    normal(self, Self::MIN_POSITIVE, (1u64 << 54) as Self, 54).0.to_bits() & fraction;
                Self::from_bits(fraction | half).copysign(self)
            }

            #[inline]
            fn exponent(self) -> Self {
                if self == 0.0 || !self.is_finite() {
                    return 0.0;
                }
                let (normal, scale) = normal(self, Self::MIN_POSITIVE, (1u64 << 54) as Self, 54);
                let exponent = (normal.abs().to_bits() >> (Self::MANTISSA_DIGITS - 1)) as i32;
                (exponent - (Self::MAX_EXP - 2) - scale) as Self
            }

            #[inline]
            fn floor_div(self, y: Self) -> Self {
                Self::binary_function(Op::FloorDiv)(self, y)
            }

            #[inline]
            fn modulo(self, y: Self) -> Self {
                Self::binary_function(Op::Mod)(self, y)
            }

            #[inline]
            fn fmod(self, y: Self) -> Self {
                Self::binary_function(Op::Fmod)(self, y)
            }

            #[inline]
            fn power(self, y: Self) -> Self {
                Self::binary_function(Op::Pow)(self, y)
            }

            #[inline]
            fn power_integer(self, n: Self) -> Self {
                Self::binary_function(Op::PowInteger)(self, n)
            }

            // Of -0.0 it is 0.0.
            #[inline]
            fn sign(self) -> Self {
                if self > 0.0 {
                    1.0
                } else if self < 0.0 {
                    -1.0
                } else if self == 0.0 {
                    0.0
                } else {
                    self
                }
            }

            #[inline]
            fn minimum(self, y: Self) -> Self {
                if self < y || self.is_nan() { self } else { y }
            }

            #[inline]
            fn maximum(self, y: Self) -> Self {
                if self > y || self.is_nan() { self } else { y }
            }

            #[inline]
            fn fmin(self, y: Self) -> Self {
                if self < y || y.is_nan() { self } else { y }
            }

            #[inline]
            fn fmax(self, y: Self) -> Self {
                if self > y || y.is_nan() { self } else { y }
            }

            #[inline]
            fn is_nan(self) -> bool {
                self.is_nan()
            }

            #[inline]
            fn is_inf(self) -> bool {
                self.is_infinite()
            }

            #[inline]
            fn is_finite(self) -> bool {
                self.is_finite()
            }

            #[inline]
            fn is_signbit(self) -> bool {
                self.is_sign_negative()
            }

            #[inline]
            fn unary_function(op: Op) -> fn(Self) -> Self {
                math::unary(op).map_or(|x| x, |function| function.$type.at)
            }

            #[inline]
            fn binary_function(op: Op) -> fn(Self, Self) -> Self {
                math::binary(op).map_or(|x, _| x, |function| function.$type.at)
            }
        }
    };
}

float!(f32 F32 u32 to_f32);
float!(f64 F64 u64 to_f64);
