//! The seam for functions that IEEE 754 does not fix: `exp`, `sin`, `pow` and their kin.
//!
//! Promise: at most 1 ULP from the true value, the special cases of C99, and the same bits on every
//! CPU. Nothing here asks the system's C library, whose bits change with its version and the
//! CPU that it finds; `tests/accuracy.rs` holds the error against correctly rounded functions.
//!
//! [`unary`] and [`binary`] are the one table that everything takes its functions from.

mod double;
mod powi;
mod single;

use crate::op::Op;

/// A function of one operand.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the types")]
pub struct Unary {
    pub f32: fn(f32) -> f32,
    pub f64: fn(f64) -> f64,
}

/// A function of two operands.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the types")]
pub struct Binary {
    pub f32: fn(f32, f32) -> f32,
    pub f64: fn(f64, f64) -> f64,
}

/// Names the function of both modules.
macro_rules! both {
    ($kind:ident $name:ident) => {
        Some($kind { f32: single::$name, f64: double::$name })
    };
}

/// The function of one operand that an operator on floats stands for, if it is one.
pub const fn unary(op: Op) -> Option<Unary> {
    match op {
        Op::Exp => both!(Unary exp),
        Op::Exp2 => both!(Unary exp2),
        Op::Expm1 => both!(Unary expm1),
        Op::Log => both!(Unary log),
        Op::Log2 => both!(Unary log2),
        Op::Log10 => both!(Unary log10),
        Op::Log1p => both!(Unary log1p),
        Op::Sin => both!(Unary sin),
        Op::Cos => both!(Unary cos),
        Op::Tan => both!(Unary tan),
        Op::Arcsin => both!(Unary arcsin),
        Op::Arccos => both!(Unary arccos),
        Op::Arctan => both!(Unary arctan),
        Op::Sinh => both!(Unary sinh),
        Op::Cosh => both!(Unary cosh),
        Op::Tanh => both!(Unary tanh),
        Op::Arcsinh => both!(Unary arcsinh),
        Op::Arccosh => both!(Unary arccosh),
        Op::Arctanh => both!(Unary arctanh),
        Op::Cbrt => both!(Unary cbrt),
        Op::Pow | Op::PowInteger | Op::Arctan2 | Op::Hypot => None,
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::FloorDiv | Op::Mod | Op::Fmod => None,
        Op::Neg | Op::Abs | Op::Sign | Op::Sqrt | Op::Floor | Op::Ceil | Op::Trunc | Op::Rint => None,
        Op::Fmin | Op::Fmax | Op::Minimum | Op::Maximum | Op::Copysign | Op::Where => None,
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::BitNot | Op::Shl | Op::Shr => None,
        Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Eq | Op::Ne => None,
        Op::IsNan | Op::IsInf | Op::IsFinite | Op::Signbit => None,
    }
}

/// The function of two operands that an operator on floats stands for, if it is one.
pub const fn binary(op: Op) -> Option<Binary> {
    match op {
        Op::Pow => both!(Binary pow),
        Op::PowInteger => both!(Binary pow_integer),
        Op::Arctan2 => both!(Binary arctan2),
        Op::Hypot => both!(Binary hypot),
        Op::Exp | Op::Exp2 | Op::Expm1 | Op::Log | Op::Log2 | Op::Log10 | Op::Log1p => None,
        Op::Sin | Op::Cos | Op::Tan | Op::Arcsin | Op::Arccos | Op::Arctan => None,
        Op::Sinh | Op::Cosh | Op::Tanh | Op::Arcsinh | Op::Arccosh | Op::Arctanh | Op::Cbrt => None,
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::FloorDiv | Op::Mod | Op::Fmod => None,
        Op::Neg | Op::Abs | Op::Sign | Op::Sqrt | Op::Floor | Op::Ceil | Op::Trunc | Op::Rint => None,
        Op::Fmin | Op::Fmax | Op::Minimum | Op::Maximum | Op::Copysign | Op::Where => None,
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::BitNot | Op::Shl | Op::Shr => None,
        Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Eq | Op::Ne => None,
        Op::IsNan | Op::IsInf | Op::IsFinite | Op::Signbit => None,
    }
}
