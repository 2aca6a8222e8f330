//! The functions under test, their oracles, and where they are neither constant nor overflow.

use core_math as exact;
use numfuse::op::Op;

/// A function of one operand, beside the correctly rounded one.
pub(crate) struct Unary {
    pub(crate) op: Op,
    pub(crate) f32: fn(f32) -> f32,
    pub(crate) f64: fn(f64) -> f64,
    /// Where most samples are taken.
    pub(crate) range: (f64, f64),
    /// The distance that is promised.
    pub(crate) bound: u64,
}

/// A function of two operands, beside the correctly rounded one.
pub(crate) struct Binary {
    pub(crate) op: Op,
    pub(crate) f32: fn(f32, f32) -> f32,
    pub(crate) f64: fn(f64, f64) -> f64,
    pub(crate) ranges: [(f64, f64); 2],
}

macro_rules! unary {
    ($($op:ident $f64:ident $f32:ident $low:literal..$high:literal $bound:literal;)*) => {
        &[$(Unary {
            op: Op::$op,
            f32: exact::$f32,
            f64: exact::$f64,
            range: ($low, $high),
            bound: $bound,
        }),*]
    };
}

pub(crate) const UNARY: &[Unary] = unary! {
    Exp exp expf -750.0..720.0 1;
    Exp2 exp2 exp2f -1080.0..1030.0 1;
    Expm1 expm1 expm1f -50.0..720.0 1;
    Log log logf 0.0..20.0 1;
    Log2 log2 log2f 0.0..20.0 1;
    Log10 log10 log10f 0.0..20.0 1;
    Log1p log1p log1pf -1.0..3.0 1;
    Sin sin sinf -100.0..100.0 1;
    Cos cos cosf -100.0..100.0 1;
    Tan tan tanf -100.0..100.0 1;
    Arcsin asin asinf -1.0..1.0 1;
    Arccos acos acosf -1.0..1.0 1;
    Arctan atan atanf -5.0..5.0 1;
    Sinh sinh sinhf -720.0..720.0 1;
    Cosh cosh coshf -720.0..720.0 1;
    Tanh tanh tanhf -23.0..23.0 1;
    Arcsinh asinh asinhf -4.0..4.0 1;
    Arccosh acosh acoshf 1.0..5.0 1;
    Arctanh atanh atanhf -1.0..1.0 1;
    Cbrt cbrt cbrtf -1000.0..1000.0 1;
    Erf erf erff -6.5..6.5 1;
    Erfc erfc erfcf -6.5..28.0 1;
    Gamma tgamma tgammaf -180.0..180.0 4;
};

macro_rules! binary {
    ($($op:ident $f64:ident $f32:ident $x:expr, $y:expr;)*) => {
        &[$(Binary { op: Op::$op, f32: exact::$f32, f64: exact::$f64, ranges: [$x, $y] }),*]
    };
}

pub(crate) const BINARY: &[Binary] = binary! {
    Arctan2 atan2 atan2f (-5.0, 5.0), (-5.0, 5.0);
    Hypot hypot hypotf (-10.0, 10.0), (-10.0, 10.0);
    Pow pow powf (0.0, 10.0), (-300.0, 300.0);
};
