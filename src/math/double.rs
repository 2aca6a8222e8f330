//! The functions of f64.

pub(super) use super::powi::pow_integer_f64 as pow_integer;
pub(super) use libm::pow;
pub(super) use pxfm::{
    f_acos as arccos, f_acosh as arccosh, f_asin as arcsin, f_asinh as arcsinh, f_atan as arctan,
    f_atan2 as arctan2, f_atanh as arctanh, f_cbrt as cbrt, f_cos as cos, f_cosh as cosh, f_exp as exp,
    f_exp2 as exp2, f_expm1 as expm1, f_hypot as hypot, f_log as log, f_log1p as log1p, f_log2 as log2,
    f_log10 as log10, f_sin as sin, f_sinh as sinh, f_tan as tan, f_tanh as tanh,
};
