//! The seam for functions that IEEE 754 does not fix: `exp`, `sin`, `pow` and their kin.
//!
//! Promise: the float nearest to the true value or a neighbour of it (so the error is below 1.5 ULP, and mostly below
//! 0.9), the special cases of C99, and the same bits on every CPU. Nothing here asks the system's C library, whose bits change with its version and the
//! CPU that it finds; `tests/accuracy` holds the error against correctly rounded functions.
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

/// A function of one operand of a type.
pub type UnaryOf<T> = Function<fn(T) -> T, T>;

/// A function of two operands of a type.
pub type BinaryOf<T> = Function<fn(T, T) -> T, T>;

/// A function of one operand.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the types")]
pub struct Unary {
    pub f32: UnaryOf<f32>,
    pub f64: UnaryOf<f64>,
}

/// A function of two operands.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the types")]
pub struct Binary {
    pub f32: BinaryOf<f32>,
    pub f64: BinaryOf<f64>,
}

/// A function of floats.
#[derive(Clone, Copy, Debug)]
enum Vectorized {
    Unary(Unary),
    Binary(Binary),
}

const fn of_one<U: lane::Unary>() -> UnaryOf<U::Element> {
    Function { at: U::at, blocks: Levels::of::<OfOne<U>, 1, 1>() }
}

const fn of_two<B: lane::Binary>() -> BinaryOf<B::Element> {
    Function { at: B::at, blocks: Levels::of::<OfTwo<B>, 2, 1>() }
}

const fn of_uniform<U: lane::Uniform>() -> BinaryOf<U::Element> {
    Function { at: U::of, blocks: Levels::uniform::<U>() }
}

/// Names the function of both modules.
macro_rules! both {
    ($kind:ident $of:ident $name:ident) => {
        Some(Vectorized::$kind($kind { f32: $of::<single::$name>(), f64: $of::<double::$name>() }))
    };
}

/// The function that an operator on floats stands for, if it is one.
const fn vectorized(op: Op) -> Option<Vectorized> {
    match op {
        Op::Exp => both!(Unary of_one Exp),
        Op::Exp2 => both!(Unary of_one Exp2),
        Op::Expm1 => both!(Unary of_one Expm1),
        Op::Log => both!(Unary of_one Log),
        Op::Log2 => both!(Unary of_one Log2),
        Op::Log10 => both!(Unary of_one Log10),
        Op::Log1p => both!(Unary of_one Log1p),
        Op::Sin => both!(Unary of_one Sin),
        Op::Cos => both!(Unary of_one Cos),
        Op::Tan => both!(Unary of_one Tan),
        Op::Arcsin => both!(Unary of_one Arcsin),
        Op::Arccos => both!(Unary of_one Arccos),
        Op::Arctan => both!(Unary of_one Arctan),
        Op::Arctan2 => both!(Binary of_two Arctan2),
        Op::Sinh => both!(Unary of_one Sinh),
        Op::Cosh => both!(Unary of_one Cosh),
        Op::Tanh => both!(Unary of_one Tanh),
        Op::Arcsinh => both!(Unary of_one Arcsinh),
        Op::Arccosh => both!(Unary of_one Arccosh),
        Op::Arctanh => both!(Unary of_one Arctanh),
        Op::Hypot => both!(Binary of_two Hypot),
        Op::Cbrt => both!(Unary of_one Cbrt),
        Op::Erf => both!(Unary of_one Erf),
        Op::Erfc => both!(Unary of_one Erfc),
        Op::Erfinv => both!(Unary of_one Erfinv),
        Op::Gamma => both!(Unary of_one Gamma),
        Op::Gammaln => both!(Unary of_one Gammaln),
        Op::Pow => both!(Binary of_two Pow),
        Op::PowInteger => both!(Binary of_uniform PowInteger),
        Op::FloorDiv => both!(Binary of_two FloorDiv),
        Op::Mod => both!(Binary of_two Modulo),
        Op::Fmod => both!(Binary of_two Fmod),
        Op::Add | Op::Sub | Op::Mul | Op::Div => None,
        Op::Neg | Op::Abs | Op::Sign | Op::Sqrt | Op::Floor | Op::Ceil | Op::Trunc | Op::Rint => None,
        Op::Fmin | Op::Fmax | Op::Minimum | Op::Maximum | Op::Copysign | Op::Where => None,
        Op::Gcd | Op::Lcm | Op::Nextafter | Op::Mantissa | Op::Exponent => None,
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
        _ if !matches!(lane, Lane::F32 | Lane::F64) => None,
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
                Lane::Bool | Lane::F16 | Lane::F32 | Lane::F64 => None,
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

/// The loop of a cast to or from half precision, on CPUs of the level, if there is a vectorized one.
pub fn half_cast(from: Lane, to: Lane, level: Level) -> Option<BlockFn> {
    match (from, to) {
        (Lane::F16, Lane::F32) => Some(F16_TO_F32.at(level)),
        (Lane::F32, Lane::F16) => Some(F32_TO_F16.at(level)),
        (Lane::F64, Lane::F16) => Some(F64_TO_F16.at(level)),
        (_, _) => None,
    }
}
