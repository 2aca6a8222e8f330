//! The functions of f64.

pub(super) use super::powi::pow_integer_f64 as pow_integer;
pub(super) use libm::pow;
pub(super) use pxfm::{
    f_acos as arccos, f_acosh as arccosh, f_asin as arcsin, f_asinh as arcsinh, f_atan as arctan,
    f_atanh as arctanh, f_cbrt as cbrt, f_cos as cos, f_cosh as cosh, f_exp2 as exp2, f_expm1 as expm1,
    f_log as log, f_log1p as log1p, f_log2 as log2, f_log10 as log10, f_sin as sin, f_tan as tan,
    f_tanh as tanh,
};

/// `e` to the power `x`.
pub(super) fn exp(x: f64) -> f64 {
    // Where the result is subnormal, pxfm 0.1.30 is wrong for one argument in ten thousand
    // (-709.1797778423650 gives twice the value).
    if x < -708.0 { libm::exp(x) } else { pxfm::f_exp(x) }
}

/// The hyperbolic sine.
pub(super) fn sinh(x: f64) -> f64 {
    // pxfm 0.1.30 loses the sign of -0.0.
    pxfm::f_sinh(x).copysign(x)
}

/// The angle of the point `(x, y)`.
pub(super) fn arctan2(y: f64, x: f64) -> f64 {
    // pxfm 0.1.30 loses the sign of results that underflow.
    pxfm::f_atan2(y, x).copysign(y)
}

/// `sqrt(x*x + y*y)`, its radicand a double word.
pub(super) fn hypot(x: f64, y: f64) -> f64 {
    const HUGE: f64 = f64::from_bits(0x5f30_0000_0000_0000); // 2^500
    const UP: f64 = f64::from_bits(0x6570_0000_0000_0000); // 2^600
    const DOWN: f64 = f64::from_bits(0x1a70_0000_0000_0000); // 2^-600
    let (x, y) = (x.abs(), y.abs());
    if x == f64::INFINITY || y == f64::INFINITY {
        return f64::INFINITY;
    }
    let (large, small) = if x < y { (y, x) } else { (x, y) };
    let sum = large + small;
    if sum == large || sum.is_nan() {
        return sum;
    }
    // Neither square overflows, and their low words do not underflow.
    let (scale, back) = match (large > HUGE, small < 1.0 / HUGE) {
        (true, _) => (DOWN, UP),
        (false, true) => (UP, DOWN),
        (false, false) => (1.0, 1.0),
    };
    let (large, small) = (large * scale, small * scale);
    let (a, b) = (large * large, small * small);
    let high = a + b;
    let low = ((a - high) + b) + (large.mul_add(large, -a) + small.mul_add(small, -b));
    let root = high.sqrt();
    let rest = (-root).mul_add(root, high) + low;
    (root + rest / (root + root)) * back
}
