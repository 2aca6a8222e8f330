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
    /// What is promised.
    pub(crate) bound: Bound,
}

/// How far results may be from the true ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    /// In representable values.
    pub(crate) distance: u64,
    /// A difference that is allowed at any distance: near the zeros of a function, which no argument hits.
    pub(crate) absolute: f64,
}

impl Bound {
    /// A neighbour of the nearest value.
    pub(crate) const ULP: Bound = Bound { distance: 1, absolute: 0.0 };
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.distance)?;
        if self.absolute > 0.0 { write!(f, " or {:e}", self.absolute) } else { Ok(()) }
    }
}

/// A function of two operands, beside the correctly rounded one.
pub(crate) struct Binary {
    pub(crate) op: Op,
    pub(crate) f32: fn(f32, f32) -> f32,
    pub(crate) f64: fn(f64, f64) -> f64,
    pub(crate) ranges: [(f64, f64); 2],
}

macro_rules! unary {
    ($($op:ident $f64:ident $f32:ident $low:literal..$high:literal $distance:literal $absolute:literal;)*) => {
        &[$(Unary {
            op: Op::$op,
            f32: exact::$f32,
            f64: exact::$f64,
            range: ($low, $high),
            bound: Bound { distance: $distance, absolute: $absolute },
        }),*]
    };
}

pub(crate) const UNARY: &[Unary] = unary! {
    Exp exp expf -750.0..720.0 1 0.0;
    Exp2 exp2 exp2f -1080.0..1030.0 1 0.0;
    Expm1 expm1 expm1f -50.0..720.0 1 0.0;
    Log log logf 0.0..20.0 1 0.0;
    Log2 log2 log2f 0.0..20.0 1 0.0;
    Log10 log10 log10f 0.0..20.0 1 0.0;
    Log1p log1p log1pf -1.0..3.0 1 0.0;
    Sin sin sinf -100.0..100.0 1 0.0;
    Cos cos cosf -100.0..100.0 1 0.0;
    Tan tan tanf -100.0..100.0 1 0.0;
    Arcsin asin asinf -1.0..1.0 1 0.0;
    Arccos acos acosf -1.0..1.0 1 0.0;
    Arctan atan atanf -5.0..5.0 1 0.0;
    Sinh sinh sinhf -720.0..720.0 1 0.0;
    Cosh cosh coshf -720.0..720.0 1 0.0;
    Tanh tanh tanhf -23.0..23.0 1 0.0;
    Arcsinh asinh asinhf -4.0..4.0 1 0.0;
    Arccosh acosh acoshf 1.0..5.0 1 0.0;
    Arctanh atanh atanhf -1.0..1.0 1 0.0;
    Cbrt cbrt cbrtf -1000.0..1000.0 1 0.0;
    Erf erf erff -6.5..6.5 1 0.0;
    Erfc erfc erfcf -6.5..28.0 1 0.0;
    Gamma tgamma tgammaf -180.0..180.0 4 0.0;
    Gammaln lgamma lgammaf -40.0..40.0 4 1e-16;
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
