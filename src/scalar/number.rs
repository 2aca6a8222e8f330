//! The lane types, and what each operator does with them.

use crate::dtype::Lane;
use crate::half::F16;
use crate::op::Op;

pub(super) mod sealed {
    /// Keeps the set of lane types closed.
    pub trait Sealed {}
}

/// Declares the operators that give back their first operand unless a type says otherwise.
macro_rules! operators {
    ($($name:ident($($rest:ident),*) $doc:literal;)*) => {
        $(#[doc = $doc]
        #[inline]
        #[must_use]
        fn $name(self, $($rest: Self),*) -> Self {
            $(let _ = $rest;)*
            self
        })*
    };
}

/// Declares the conversions to every lane type.
macro_rules! conversions {
    ($($name:ident $to:ident;)*) => {
        $(#[doc = concat!("The value as `", stringify!($to), "`.")]
        fn $name(self) -> $to;)*
    };
}

/// A lane type: `bool`, `i8` to `i64`, `u8` to `u64`, `f32`, `f64`, and [`F16`](F16), which is only stored.
///
/// There is a method for each operator that is not a mere comparison. An operator that a type does
/// not have (a root of an integer, a shift of a float: the graph never holds one) gives its first
/// operand, so that everything here is total; nothing panics.
///
/// Comparisons are the type's own `<` and `==`: IEEE 754's for floats, false before true for bools.
///
/// Conversions round once, to nearest, ties to even. Integers wrap into narrower integers; floats
/// saturate in integers and NaN gives 0; anything that is not zero is true, NaN too.
pub trait Number: sealed::Sealed + Copy + PartialOrd + Send + Sync + 'static {
    /// The type's name.
    const LANE: Lane;
    /// The sum of nothing.
    const ZERO: Self;
    /// The product of nothing.
    const ONE: Self;
    /// Not greater than any number.
    const LEAST: Self;
    /// Not less than any number.
    const GREATEST: Self;

    /// How an element lies in memory: a byte for bool, else the type itself.
    type Memory: Copy;

    /// The value of an element in memory. Any byte but 0 is true.
    fn load(memory: Self::Memory) -> Self;
    /// The element in memory. True is 1.
    fn store(self) -> Self::Memory;
    /// The value that a [`Scalar`](crate::ir::Scalar)'s bits stand for.
    fn from_bits(bits: u64) -> Self;
    /// The bits of a [`Scalar`](crate::ir::Scalar), zero-extended.
    fn bits(self) -> u64;
    /// The value of another lane type in this one.
    fn cast_from<From: Number>(value: From) -> Self;

    conversions! {
        to_bool bool;
        to_i8 i8;
        to_i16 i16;
        to_i32 i32;
        to_i64 i64;
        to_u8 u8;
        to_u16 u16;
        to_u32 u32;
        to_u64 u64;
        to_f32 f32;
        to_f64 f64;
    }

    /// The value in half precision.
    #[inline]
    fn to_f16(self) -> F16 {
        // Every integer that f64 does not hold is infinite in half precision, so this rounds once.
        F16::from_f64(self.to_f64())
    }

    operators! {
        add(y) "`x + y`: integers wrap, on bools it is or.";
        sub(y) "`x - y`: integers wrap.";
        mul(y) "`x * y`: integers wrap, on bools it is and.";
        div(y) "`x / y` of floats.";
        floor_div(y) "`x // y`: the quotient rounded down, 0 for integers by zero.";
        modulo(y) "`x % y`: the remainder with the divisor's sign, 0 for integers by zero.";
        fmod(y) "The remainder with the dividend's sign, 0 for integers by zero.";
        power(y) "`x ** y`: integers wrap.";
        power_integer(n) "`x ** n` where `n` has an integer's value.";
        neg() "`-x`: integers wrap.";
        abs() "`|x|`: the least signed integer stays as it is.";
        sign() "-1, 0 or 1; NaN stays NaN.";
        sqrt() "The square root of a float.";
        floor() "Rounded down.";
        ceil() "Rounded up.";
        trunc() "Rounded towards 0.";
        rint() "Rounded to nearest, ties to even.";
        fmin(y) "The smaller; a NaN loses to a number.";
        fmax(y) "The larger; a NaN loses to a number.";
        minimum(y) "The smaller; NaN if either is, the second on a tie.";
        maximum(y) "The larger; NaN if either is, the second on a tie.";
        copysign(y) "The magnitude of `x` with the sign of `y`.";
        bit_and(y) "`x & y`.";
        bit_or(y) "`x | y`.";
        bit_xor(y) "`x ^ y`.";
        bit_not() "`~x`; on bools it is not.";
        shl(n) "`x << n`: 0 for counts outside the width.";
        gcd(y) "The greatest common divisor; of the least integer it wraps.";
        lcm(y) "The least common multiple; wraps.";
        nextafter(y) "The next float after `x` towards `y`.";
        mantissa() "`frexp`'s mantissa.";
        exponent() "`frexp`'s exponent, as a float.";
        shr(n) "`x >> n`: 0 or the sign for counts outside the width.";
    }

    /// Whether the value is NaN.
    fn is_nan(self) -> bool;
    /// Whether the value is infinite.
    fn is_inf(self) -> bool;
    /// Whether the value is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Whether the sign bit is set.
    fn is_signbit(self) -> bool;

    /// The function of one operand that [`crate::math`] has for the operator, else the identity.
    fn unary_function(op: Op) -> fn(Self) -> Self {
        let _ = op;
        |x| x
    }

    /// The function of two operands that [`crate::math`] has for the operator, else the first one.
    fn binary_function(op: Op) -> fn(Self, Self) -> Self {
        let _ = op;
        |x, _| x
    }
}
