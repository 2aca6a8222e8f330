//! The functions of f32.

pub(super) use super::powi::pow_integer_f32 as pow_integer;
pub(super) use pxfm::{
    f_acosf as arccos, f_acoshf as arccosh, f_asinf as arcsin, f_asinhf as arcsinh, f_atan2f as arctan2,
    f_atanf as arctan, f_atanhf as arctanh, f_cbrtf as cbrt, f_cosf as cos, f_coshf as cosh, f_exp2f as exp2,
    f_expf as exp, f_expm1f as expm1, f_hypotf as hypot, f_log1pf as log1p, f_log2f as log2,
    f_log10f as log10, f_logf as log, f_powf as pow, f_sinf as sin, f_sinhf as sinh, f_tanf as tan,
    f_tanhf as tanh,
};
