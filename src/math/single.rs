//! The functions of f32.

pub(super) use super::powi::pow_integer_f32 as pow_integer;
pub(super) use pxfm::{
    f_acosf as arccos, f_acoshf as arccosh, f_asinf as arcsin, f_asinhf as arcsinh, f_atan2f as arctan2,
    f_atanf as arctan, f_atanhf as arctanh, f_cbrtf as cbrt, f_cosf as cos, f_coshf as cosh, f_exp2f as exp2,
    f_expf as exp, f_expm1f as expm1, f_log1pf as log1p, f_log2f as log2, f_log10f as log10, f_logf as log,
    f_sinf as sin, f_sinhf as sinh, f_tanf as tan, f_tanhf as tanh,
};

/// `x` to the power `y`.
pub(super) fn pow(x: f32, y: f32) -> f32 {
    // pxfm 0.1.30 loses the sign of powers of -0.0.
    if x == 0.0 { libm::pow(x.into(), y.into()) as f32 } else { pxfm::f_powf(x, y) }
}

/// `sqrt(x*x + y*y)`: the squares are exact in f64.
pub(super) fn hypot(x: f32, y: f32) -> f32 {
    if x.is_infinite() || y.is_infinite() {
        return f32::INFINITY;
    }
    let (x, y) = (f64::from(x), f64::from(y));
    (x * x + y * y).sqrt() as f32
}
