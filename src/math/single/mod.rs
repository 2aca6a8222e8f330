//! The functions of f32.

mod area;
mod erf;
mod erfc;
mod exp;
mod hyperbolic;
mod inverse_trig;
mod log;
mod power;
mod power_integer;
mod root;
mod trig;

pub(super) use super::remainder::single::{FloorDiv, Fmod, Modulo};
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

// By way of f64: pxfm 0.1.30 loses the digits of `f_tgammaf` where it is subnormal.
super::lane::scalar_only! {
    /// The inverse error function.
    Erfinv: f32 = |x| pxfm::f_erfinv(x.into()) as f32;
    /// The gamma function.
    Gamma: f32 = |x| super::double::gamma(x.into()) as f32;
    /// The logarithm of the gamma function's magnitude.
    Gammaln: f32 = |x| pxfm::f_lgamma(x.into()) as f32;
}
