//! The seam for functions that IEEE 754 does not fix: `exp`, `sin`, `pow` and their kin.
//!
//! Promise: at most 1 ULP from the true value, the special cases of C99, and the same bits on every
//! CPU. Nothing here asks the system's C library, whose bits change with its version and the
//! CPU that it finds; `tests/accuracy.rs` holds the error against correctly rounded functions.
//!
//! A function is written once, for single values, in `double` or `single`, and is compiled into loops over blocks
//! for each instruction level: see `lane` and `level`. [`unary`], [`binary`] and [`block`] are the
//! one table that everything takes its functions from.

mod double;
mod half;
mod integer;
mod lane;
mod level;
mod polynomial;
mod remainder;
mod single;
mod wide_integer;

use crate::dtype::Lane;
use crate::op::Op;
use crate::target::Level;
use lane::{Converted, OfOne, OfTwo, ToTwo};
pub use level::{BlockFn, Levels};

/// A function of one type: at a point, and over blocks.
#[derive(Clone, Copy, Debug)]
pub struct Function<F, T> {
    /// At a point.
    pub at: F,
    /// Over blocks, with the same bits.
    pub blocks: Levels<T>,
}

/// A function of one operand.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the types")]
pub struct Unary {
    pub f32: Function<fn(f32) -> f32, f32>,
    pub f64: Function<fn(f64) -> f64, f64>,
}

/// A function of two operands.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the types")]
pub struct Binary {
    pub f32: Function<fn(f32, f32) -> f32, f32>,
    pub f64: Function<fn(f64, f64) -> f64, f64>,
}

/// A function of floats.
#[derive(Clone, Copy, Debug)]
enum Vectorized {
    Unary(Unary),
    Binary(Binary),
}

const fn of_one<U: lane::Unary>() -> Function<fn(U::Element) -> U::Element, U::Element> {
    Function { at: U::at, blocks: Levels::of::<OfOne<U>, 1, 1>() }
}

const fn of_two<B: lane::Binary>() -> Function<fn(B::Element, B::Element) -> B::Element, B::Element> {
    Function { at: B::at, blocks: Levels::of::<OfTwo<B>, 2, 1>() }
}

const fn of_uniform<U: lane::Uniform>() -> Function<fn(U::Element, U::Element) -> U::Element, U::Element> {
    Function { at: U::of, blocks: Levels::uniform::<U>() }
}

/// The function that an operator on floats stands for, if it is one.
const fn vectorized(op: Op) -> Option<Vectorized> {
    macro_rules! one {
        ($name:ident) => {
            Some(Vectorized::Unary(Unary { f32: of_one::<single::$name>(), f64: of_one::<double::$name>() }))
        };
    }
    macro_rules! two {
        ($name:ident) => {
            Some(Vectorized::Binary(Binary {
                f32: of_two::<single::$name>(),
                f64: of_two::<double::$name>(),
            }))
        };
    }
    macro_rules! uniform {
        ($name:ident) => {
            Some(Vectorized::Binary(Binary {
                f32: of_uniform::<single::$name>(),
                f64: of_uniform::<double::$name>(),
            }))
        };
    }
    match op {
        Op::Exp => one!(Exp),
        Op::Exp2 => one!(Exp2),
        Op::Expm1 => one!(Expm1),
        Op::Log => one!(Log),
        Op::Log2 => one!(Log2),
        Op::Log10 => one!(Log10),
        Op::Log1p => one!(Log1p),
        Op::Sin => one!(Sin),
        Op::Cos => one!(Cos),
        Op::Tan => one!(Tan),
        Op::Arcsin => one!(Arcsin),
        Op::Arccos => one!(Arccos),
        Op::Arctan => one!(Arctan),
        Op::Arctan2 => two!(Arctan2),
        Op::Sinh => one!(Sinh),
        Op::Cosh => one!(Cosh),
        Op::Tanh => one!(Tanh),
        Op::Arcsinh => one!(Arcsinh),
        Op::Arccosh => one!(Arccosh),
        Op::Arctanh => one!(Arctanh),
        Op::Hypot => two!(Hypot),
        Op::Cbrt => one!(Cbrt),
        Op::Erf => one!(Erf),
        Op::Erfc => one!(Erfc),
        Op::Erfinv => one!(Erfinv),
        Op::Gamma => one!(Gamma),
        Op::Gammaln => one!(Gammaln),
        Op::Pow => two!(Pow),
        Op::PowInteger => uniform!(PowInteger),
        Op::FloorDiv => two!(FloorDiv),
        Op::Mod => two!(Modulo),
        Op::Fmod => two!(Fmod),
        Op::Add | Op::Sub | Op::Mul | Op::Div => None,
        Op::Neg | Op::Abs | Op::Sign | Op::Sqrt | Op::Floor | Op::Ceil | Op::Trunc | Op::Rint => None,
        Op::Fmin | Op::Fmax | Op::Minimum | Op::Maximum | Op::Copysign | Op::Where => None,
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::BitNot | Op::Shl | Op::Shr => None,
        Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Eq | Op::Ne => None,
        Op::IsNan | Op::IsInf | Op::IsFinite | Op::Signbit => None,
    }
}

/// The function of one operand that an operator on floats stands for, if it is one.
pub const fn unary(op: Op) -> Option<Unary> {
    match vectorized(op) {
        Some(Vectorized::Unary(function)) => Some(function),
        Some(Vectorized::Binary(_)) | None => None,
    }
}

/// The function of two operands that an operator on floats stands for, if it is one.
pub const fn binary(op: Op) -> Option<Binary> {
    match vectorized(op) {
        Some(Vectorized::Binary(function)) => Some(function),
        Some(Vectorized::Unary(_)) | None => None,
    }
}

/// The vectorized loop of an operator that computes in the lane, on CPUs of the level, if it has one.
pub fn block(op: Op, lane: Lane, level: Level) -> Option<BlockFn> {
    if lane.is_int() {
        return division(op, lane, level);
    }
    match (vectorized(op)?, lane == Lane::F32) {
        _ if !lane.is_float() => None,
        (Vectorized::Unary(function), true) => Some(function.f32.blocks.at(level)),
        (Vectorized::Unary(function), false) => Some(function.f64.blocks.at(level)),
        (Vectorized::Binary(function), true) => Some(function.f32.blocks.at(level)),
        (Vectorized::Binary(function), false) => Some(function.f64.blocks.at(level)),
    }
}

/// The vectorized loop of a division of integers. The baseline has none: there a float is rounded by a call, and
/// the CPU's own division is quicker.
fn division(op: Op, lane: Lane, level: Level) -> Option<BlockFn> {
    if level < Level::Avx2 {
        return None;
    }
    macro_rules! of {
        ($name:ident: $($lane:ident $type:ident)*) => {
            match lane {
                $(Lane::$lane => Some(Levels::of::<OfTwo<integer::$name<$type>>, 2, 1>().at(level)),)*
                Lane::Bool | Lane::F32 | Lane::F64 => None,
            }
        };
        ($name:ident) => {
            of!($name: I8 i8 I16 i16 I32 i32 I64 i64 U8 u8 U16 u16 U32 u32 U64 u64)
        };
    }
    if op == Op::FloorDiv {
        of!(FloorDiv)
    } else if op == Op::Mod {
        of!(Modulo)
    } else if op == Op::Fmod {
        of!(Fmod)
    } else {
        None
    }
}

/// The loop that gives sine and cosine of f32 or f64, with the bits of both.
pub fn sincos(lane: Lane, level: Level) -> BlockFn {
    if lane == Lane::F32 { SINCOS_F32.at(level) } else { SINCOS_F64.at(level) }
}

/// Sine and cosine.
pub const SINCOS_F32: Levels<f32> = Levels::of::<ToTwo<single::SinCos>, 1, 2>();
/// Sine and cosine.
pub const SINCOS_F64: Levels<f64> = Levels::of::<ToTwo<double::SinCos>, 1, 2>();

/// Half precision, as bits, to f32.
pub const F16_TO_F32: Levels<u16, f32> = Levels::of::<Converted<half::Widen>, 1, 1>();
/// f32 to half precision, as bits, rounded once.
pub const F32_TO_F16: Levels<f32, u16> = Levels::of::<Converted<half::Narrow<f32>>, 1, 1>();
/// f64 to half precision, as bits, rounded once.
pub const F64_TO_F16: Levels<f64, u16> = Levels::of::<Converted<half::Narrow<f64>>, 1, 1>();
