//! The error function.

use crate::math::lane::Unary;
use crate::math::polynomial::horner_of;
use std::hint::select_unpredictable;

/// 1.5 * 2^52: to add it rounds to an integer, which the low bits of the sum then hold.
const SHIFT: f64 = 6755399441055744.0;

/// The error function.
///
/// Up to `SPLIT` it is `x + x NEAR(x^2 - CENTER)`. Above, it is `1 - 2^FAR(x - SPLIT)`, where `FAR` is the
/// binary logarithm of `erfc`: the smaller `erfc`, the less accurate it need be. Both polynomials have a
/// degree of about 14; one evaluation serves them, with the coefficients selected by lane. From `END` on
/// the result is 1. The coefficients come from `scripts/coefficients/erf_double.sollya`.
pub(crate) struct Erf;

const SPLIT: f64 = 1.25;

/// Amid the squares up to that of `SPLIT`, so that the argument of `NEAR` and the rounding errors stay small.
const CENTER: f64 = 0.75;

const END: f64 = 6.0;

/// `erf(x) / x - 1` in `x^2 - CENTER`, for `x <= SPLIT`, and a 0 where `FAR` has one more. Error 2^-57.6.
const NEAR: [f64; 15] = [
    -0.10010880203447822,
    -0.24458841374655804,
    0.06691888796466289,
    -0.015131144700105797,
    0.002847208334970036,
    -0.0004554912389190211,
    6.31850536948174e-5,
    -7.725334119446453e-6,
    8.436952732127702e-7,
    -8.321157813548898e-8,
    7.47913819966849e-9,
    -6.175777861268476e-10,
    4.759692106273222e-11,
    -3.2849245459844464e-12,
    0.0,
];

/// `log2(erfc(x))` in `x - SPLIT`, for `SPLIT <= x <= END`. Error in `erfc(x)` 2^-55.3.
const FAR: [f64; 15] = [
    -3.6971277295709926,
    -4.425790117462631,
    -1.2563135052402454,
    -0.04715738537305941,
    0.011241424682344028,
    -0.002318341123983561,
    0.00035603418309493524,
    -1.4478070772737374e-5,
    -1.566042677254598e-5,
    7.5258607716553895e-6,
    -2.183954171161646e-6,
    4.5564221343257687e-7,
    -6.72610605303874e-8,
    6.307983432245558e-9,
    -2.812559225674819e-10,
];

/// `-2^r` for `|r| <= 1/2`. Error 2^-52.0, which meets a factor of at most `erfc(SPLIT) = 0.077`.
#[allow(clippy::approx_constant, reason = "a coefficient only near the logarithm of 2")]
const EXP2: [f64; 11] = [
    -1.0,
    -0.69314718055995,
    -0.24022650695910172,
    -0.055504108664449006,
    -0.00961812910757853,
    -0.0013333558230011185,
    -0.0001540353047575663,
    -1.5252657332865914e-5,
    -1.3215426462294268e-6,
    -1.0208678441075325e-7,
    -7.075224388813778e-9,
];

impl Unary for Erf {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        let a = x.abs();
        let near = a < SPLIT;
        // A NaN stays.
        let a = if a > END { END } else { a };
        let t = select_unpredictable(near, a.mul_add(a, -CENTER), a - SPLIT);
        let c = |i: usize| select_unpredictable(near, NEAR[i], FAR[i]);
        let t2 = t * t;
        let even = horner_of!(t2, c; 14 12 10 8 6 4 2);
        let odd = horner_of!(t2, c; 13 11 9 7 5 3);
        let p = odd.mul_add(t, even).mul_add(t, c(1)).mul_add(t, c(0));
        let shifted = p + SHIFT;
        let r = p - (shifted - SHIFT);
        let c = |i: usize| EXP2[i];
        let r2 = r * r;
        let even = horner_of!(r2, c; 10 8 6 4 2 0);
        let odd = horner_of!(r2, c; 9 7 5 3 1);
        let q = odd.mul_add(r, even);
        let scale = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
        let (factor, size) = (select_unpredictable(near, p, q), select_unpredictable(near, a, scale));
        factor.mul_add(size, select_unpredictable(near, a, 1.0)).copysign(x)
    }
}
