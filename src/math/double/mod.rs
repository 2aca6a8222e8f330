//! The functions of f64.

mod area;
mod erf;
mod erfc;
mod exp;
mod hyperbolic;
pub(super) mod inverse_trig;
mod log;
pub(super) mod power;
mod power_integer;
mod reduce_pi;
mod root;
pub(super) mod trig;

pub(super) use super::remainder::double::{FloorDiv, Fmod, Modulo};
pub(super) use area::{Arccosh, Arcsinh, Arctanh};
pub(super) use erf::Erf;
pub(super) use erfc::Erfc;
pub(super) use exp::{Exp, Exp2, Expm1};
pub(super) use hyperbolic::{Cosh, Sinh, Tanh};
pub(super) use inverse_trig::{Arccos, Arcsin, Arctan, Arctan2};
pub(super) use log::{Log, Log1p, Log2, Log10};
pub(super) use power::Pow;
pub(super) use power_integer::PowInteger;
pub(super) use root::{Cbrt, Hypot};
pub(super) use trig::{Cos, Sin, SinCos, Tan};

super::lane::scalar_only! {
    /// The inverse error function.
    Erfinv: f64 = |x| pxfm::f_erfinv(x);
    /// The gamma function.
    Gamma: f64 = |x| gamma(x);
    /// The logarithm of the gamma function's magnitude.
    Gammaln: f64 = |x| pxfm::f_lgamma(x);
}

/// The gamma function.
pub(super) fn gamma(x: f64) -> f64 {
    // pxfm 0.1.30 loses the sign of the pole at -0.0, and overflows too early.
    if x == 0.0 {
        1.0 / x
    } else if x > 171.0 {
        (x - 1.0) * pxfm::f_tgamma(x - 1.0)
    } else {
        pxfm::f_tgamma(x)
    }
}
