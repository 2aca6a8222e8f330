//! `e^x`, `2^x` and `e^x - 1` of doubles, and what the hyperbolic functions share with them.
//!
//! `x = k ln 2 + r` with the integer `k` nearest to `x / ln 2`, so that `e^x = 2^k e^r` (W. J. Cody and W. Waite,
//! Software Manual for the Elementary Functions, 1980), and `e^r = 1 + r + r^2 R(r)` with a polynomial `R`.
//! The coefficients come from `scripts/coefficients/exp.sollya`.
use crate::math::lane::Unary;
use crate::math::polynomial::Cubic;

/// The bits of 1.5 * 2^52: in a sum with that, the low bits of the significand are the nearest integer.
pub(super) const SHIFT: u64 = 0x4338_0000_0000_0000;

/// The double nearest to ln 2, and the rest of it.
const LN2_HIGH: f64 = std::f64::consts::LN_2;
const LN2_LOW: f64 = 2.3190468138462996e-17;

/// `R`, of degree 9, on |r| <= 0.3466: the error is 2^-56.6 of `e^r` and 2^-55.4 of `e^r - 1`.
pub(super) const EXP: [f64; 10] = [
    0.5000000000000006,
    0.16666666666666685,
    0.04166666666657364,
    0.008333333333315146,
    0.0013888888932367823,
    0.00019841269901793696,
    2.4801504463702668e-5,
    2.755722908101644e-6,
    2.7626318088161964e-7,
    2.5114111224824562e-8,
];

/// `P` of `2^f = 1 + f P(f)`, of degree 10, on |f| <= 1/2: the error is 2^-56.4 of `2^f`.
const EXP2: [f64; 11] = [
    LN2_HIGH,
    0.24022650695910097,
    0.05550410866482349,
    0.009618129107607294,
    0.0013333558145985484,
    0.00015403530441249606,
    1.5252734228743111e-5,
    1.3215442818410152e-6,
    1.0177901509081516e-7,
    7.072548248918818e-9,
    4.47852900713857e-10,
];

/// `x = k ln 2 + high + low`: `high` is exact, |high + low| <= 0.3466.
pub(super) struct Reduced {
    /// `k + BIAS` in the low bits.
    pub(crate) shifted: f64,
    pub(crate) high: f64,
    k: f64,
}

impl Reduced {
    #[inline(always)]
    pub(crate) fn low(&self) -> f64 {
        self.k * -LN2_LOW
    }

    /// `high + low`, rounded.
    #[inline(always)]
    pub(crate) fn r(&self) -> f64 {
        self.k.mul_add(-LN2_LOW, self.high)
    }
}

/// Takes the multiple of ln 2 from `x`.
#[inline(always)]
pub(super) fn reduce<const BIAS: u64>(x: f64) -> Reduced {
    let shift = f64::from_bits(SHIFT + BIAS);
    let shifted = x.mul_add(std::f64::consts::LOG2_E, shift);
    let k = shifted - shift;
    Reduced { shifted, high: k.mul_add(-LN2_HIGH, x), k }
}

/// A polynomial of degree 9: `low` are the coefficients of the lowest degrees, `high` is the rest over `x^6`.
#[inline(always)]
fn degree_9(x: f64, x2: f64, low: [f64; 6], high: &Cubic<f64>) -> f64 {
    let pair = |i: usize| low[i + 1].mul_add(x, low[i]);
    let monic = (x2 + high.a).mul_add(x + high.b, high.d);
    (high.lead * x2).mul_add(monic, pair(4)).mul_add(x2, pair(2)).mul_add(x2, pair(0))
}

/// `r^2 R(r) + low`, which is `e^r - 1 - r` and a small term.
#[inline(always)]
pub(super) fn above_linear(r: f64, low: f64) -> f64 {
    const HIGH: Cubic<f64> = Cubic::<f64>::new([EXP[6], EXP[7], EXP[8], EXP[9]]);
    let r2 = r * r;
    let [first @ .., _, _, _, _] = EXP;
    degree_9(r, r2, first, &HIGH).mul_add(r2, low)
}

/// 2 to the power that the low bits of `shifted` are with the exponent's bias, if it is a normal number.
#[inline(always)]
pub(super) fn power(shifted: f64) -> f64 {
    f64::from_bits(shifted.to_bits() << 52)
}

/// Two factors of `2^k` out of `k + 2046`: the power of each is in range where the whole need not be.
#[inline(always)]
fn power_factors(shifted: f64) -> (f64, f64) {
    let whole = shifted.to_bits() << 52;
    let half = (shifted.to_bits() << 51) & (0x7ff << 52);
    (f64::from_bits(whole.wrapping_sub(half)), f64::from_bits(half))
}

/// `x`, or the bound if that is greater; NaN stays.
#[inline(always)]
pub(super) fn at_least(bound: f64, x: f64) -> f64 {
    if x < bound { bound } else { x }
}

/// `x`, or the bound if that is less; NaN stays.
#[inline(always)]
pub(super) fn at_most(bound: f64, x: f64) -> f64 {
    if x > bound { bound } else { x }
}

/// `e^x`. The error before the scaling by `2^k` is below 1.03 ULP: the half of the last rounding, and the roundings
/// of `r` and of `e^r - 1`, a quarter each at the most. A subnormal result is rounded once more.
pub(crate) struct Exp;

impl Unary for Exp {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        let reduced = reduce::<1023>(x);
        let (r, power) = (reduced.r(), power(reduced.shifted));
        power.mul_add(above_linear(r, r), power)
    }

    /// Where the result may be subnormal, infinite or NaN.
    #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "one comparison, which NaN fails too")]
    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        !(x.abs() < 708.0)
    }

    // Without branches: the loop over rare lanes is vectorized too.
    #[inline(always)]
    fn slow(x: f64) -> f64 {
        // Beyond the bounds the results are 0 and infinity, as at the bounds.
        let reduced = reduce::<2046>(at_most(710.0, at_least(-746.0, x)));
        let r = reduced.r();
        let (a, b) = power_factors(reduced.shifted);
        a.mul_add(above_linear(r, r), a) * b
    }
}

/// `2^x`. The nearest integer leaves an exact fraction |f| <= 1/2. The error before the scaling is below 0.9 ULP: the
/// half of the last rounding, a quarter for that of `P`, a tenth for its approximation.
pub(crate) struct Exp2;

impl Unary for Exp2 {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        const HIGH: Cubic<f64> = Cubic::<f64>::new([EXP2[7], EXP2[8], EXP2[9], EXP2[10]]);
        // Beyond the bounds the results are 0 and infinity, as at the bounds.
        let x = at_most(1025.0, at_least(-1076.0, x));
        let shift = f64::from_bits(SHIFT + 2046);
        let shifted = x + shift;
        let f = x - (shifted - shift);
        let [c0, rest @ .., _, _, _, _] = EXP2;
        let p = degree_9(f, f * f, rest, &HIGH).mul_add(f, c0);
        let (a, b) = power_factors(shifted);
        (a * f).mul_add(p, a) * b
    }
}

/// `e^x - 1 = 2^k ((1 - 2^-k) + r + r^2 R(r))`: the first two terms are added with their error, so that nothing is
/// lost where they cancel: the error is below 1.25 ULP.
pub(crate) struct Expm1;

impl Unary for Expm1 {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        const BIAS: u64 = 1022;
        // Below -45 the result is -1, above 710 infinity.
        let reduced = reduce::<BIAS>(at_most(710.0, at_least(-45.0, x)));
        let (shifted, high, low) = (reduced.shifted, reduced.high, reduced.low());
        // 2^-k; beyond k = 60 it is nothing beside 1, but has to stay a normal number.
        let near = at_most(f64::from_bits(SHIFT + BIAS + 60), shifted);
        let inverse = f64::from_bits(((1023 + BIAS) << 52).wrapping_sub(near.to_bits() << 52));
        let constant = 1.0 - inverse;
        let sum = constant + high;
        let error = (constant - sum) + high;
        let m = sum + (error + above_linear(high + low, low));
        // 2m 2^(k - 1), for 2^1024 is out of range. The sign is that of -0.
        ((m + m) * power(shifted)).copysign(x)
    }
}
