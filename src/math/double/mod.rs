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

use super::lane::Unary;
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
    Gammaln: f64 = |x| gammaln(x);
}

/// The gamma function.
pub(super) fn gamma(x: f64) -> f64 {
    // pxfm 0.1.30 loses the sign of the pole at -0.0, and those of zeros, and overflows too early.
    if x == 0.0 {
        return 1.0 / x;
    }
    if x > 171.0 {
        return (x - 1.0) * pxfm::f_tgamma(x - 1.0);
    }
    let gamma = pxfm::f_tgamma(x);
    // Negative above odd integers: halves of them are no integers.
    let half = x.floor() * 0.5;
    if gamma == 0.0 { if half == half.floor() { 0.0 } else { -0.0 } } else { gamma }
}

/// The logarithm of the gamma function's magnitude.
fn gammaln(x: f64) -> f64 {
    // pxfm 0.1.30 makes NaN of the greatest numbers. Of Stirling's series only this is left there.
    const LARGE: f64 = 1e270;
    if x > LARGE && x.is_finite() { x * (<Log as Unary>::at(x) - 1.0) } else { pxfm::f_lgamma(x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_of_negative_numbers_has_the_sign_of_what_underflows() {
        let signs = [-184.5, -185.5, -126024372832323.5, -126024372832324.5].map(|x| gamma(x).to_bits());
        assert_eq!(signs, [-0.0f64, 0.0, 0.0, -0.0].map(f64::to_bits));
        assert!(gamma(-186.0).is_nan() && gamma(-1e300).is_nan());
    }

    #[test]
    fn gammaln_of_the_greatest_numbers_is_a_number() {
        // By mpmath, of 0x1.bd2b513b6c07bp+1005 and others.
        let x = f64::from_bits(0x7ecb_d2b5_13b6_c07b);
        assert!(gammaln(x).to_bits().abs_diff(0x7f62_ea5f_033c_8e9f) <= 4);
        assert_eq!((gammaln(f64::MAX), gammaln(f64::INFINITY)), (f64::INFINITY, f64::INFINITY));
        assert!((gammaln(1.1e270) / pxfm::f_lgamma(1.1e270) - 1.0).abs() < 1e-15);
    }
}
