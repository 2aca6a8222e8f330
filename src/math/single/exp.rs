//! `e^x`, `2^x` and `e^x - 1` of singles, and what the hyperbolic functions share with them: the methods of
//! `double::exp` with shorter polynomials. The coefficients come from `scripts/coefficients/exp.sollya`.
use crate::math::lane::Unary;
use crate::math::polynomial::Cubic;

/// The bits of 1.5 * 2^23: in a sum with that, the low bits of the significand are the nearest integer.
pub(super) const SHIFT: u32 = 0x4b40_0000;

/// The single nearest to ln 2, and the rest of it.
const LN2_HIGH: f32 = std::f32::consts::LN_2;
const LN2_LOW: f32 = -1.9046542e-9;

/// `R` of `e^r = 1 + r + r^2 R(r)`, of degree 4, on |r| <= 0.3466: the error is 2^-27.2 of `e^r` and 2^-25.9 of
/// `e^r - 1`.
pub(super) const EXP: [f32; 5] = [0.5, 0.16666543, 0.041666448, 0.008366536, 0.0013936538];

/// `P` of `2^f = 1 + f P(f)`, of degree 5, on |f| <= 1/2: the error is 2^-27.3 of `2^f`.
const EXP2: [f32; 6] = [LN2_HIGH, 0.2402265, 0.05550366, 0.009618077, 0.0013388069, 0.00015456429];

/// `x = k ln 2 + high + low`: `high` is exact, |high + low| <= 0.3466.
pub(super) struct Reduced {
    /// `k + BIAS` in the low bits.
    pub(crate) shifted: f32,
    pub(crate) high: f32,
    k: f32,
}

impl Reduced {
    #[inline(always)]
    pub(crate) fn low(&self) -> f32 {
        self.k * -LN2_LOW
    }

    /// `high + low`, rounded.
    #[inline(always)]
    pub(crate) fn r(&self) -> f32 {
        self.k.mul_add(-LN2_LOW, self.high)
    }
}

/// Takes the multiple of ln 2 from `x`.
#[inline(always)]
pub(super) fn reduce<const BIAS: u32>(x: f32) -> Reduced {
    let shift = f32::from_bits(SHIFT + BIAS);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, shift);
    let k = shifted - shift;
    Reduced { shifted, high: k.mul_add(-LN2_HIGH, x), k }
}

/// `r^2 R(r) + low`, which is `e^r - 1 - r` and a small term.
#[inline(always)]
pub(super) fn above_linear(r: f32, low: f32) -> f32 {
    const HIGH: Cubic<f32> = Cubic::<f32>::new([EXP[1], EXP[2], EXP[3], EXP[4]]);
    let r2 = r * r;
    let monic = (r2 + HIGH.a).mul_add(r + HIGH.b, HIGH.d);
    (HIGH.lead * r).mul_add(monic, EXP[0]).mul_add(r2, low)
}

/// 2 to the power that the low bits of `shifted` are with the exponent's bias, if it is a normal number.
#[inline(always)]
pub(super) fn power(shifted: f32) -> f32 {
    f32::from_bits(shifted.to_bits() << 23)
}

/// Two factors of `2^k` out of `k + 254`: the power of each is in range where the whole need not be.
#[inline(always)]
fn power_factors(shifted: f32) -> (f32, f32) {
    let whole = shifted.to_bits() << 23;
    let half = (shifted.to_bits() << 22) & (0xff << 23);
    (f32::from_bits(whole.wrapping_sub(half)), f32::from_bits(half))
}

/// `x`, or the bound if that is greater; NaN stays.
#[inline(always)]
pub(super) fn at_least(bound: f32, x: f32) -> f32 {
    if x < bound { bound } else { x }
}

/// `x`, or the bound if that is less; NaN stays.
#[inline(always)]
pub(super) fn at_most(bound: f32, x: f32) -> f32 {
    if x > bound { bound } else { x }
}

/// `e^x`. The error is below 1.1 ULP; a subnormal result is rounded once more.
pub(crate) struct Exp;

impl Unary for Exp {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        let reduced = reduce::<127>(x);
        let (r, power) = (reduced.r(), power(reduced.shifted));
        power.mul_add(above_linear(r, r), power)
    }

    /// Where the result may be subnormal, infinite or NaN.
    #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "one comparison, which NaN fails too")]
    #[inline(always)]
    fn is_rare(x: f32) -> bool {
        !(x.abs() < 87.0)
    }

    // Without branches: the loop over rare lanes is vectorized too.
    #[inline(always)]
    fn slow(x: f32) -> f32 {
        // Beyond the bounds the results are 0 and infinity, as at the bounds.
        let reduced = reduce::<254>(at_most(89.0, at_least(-104.0, x)));
        let r = reduced.r();
        let (a, b) = power_factors(reduced.shifted);
        a.mul_add(above_linear(r, r), a) * b
    }
}

/// `2^x`. The nearest integer leaves an exact fraction |f| <= 1/2. The error is below 1.1 ULP.
pub(crate) struct Exp2;

impl Unary for Exp2 {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        // Beyond the bounds the results are 0 and infinity, as at the bounds.
        let x = at_most(129.0, at_least(-151.0, x));
        let shift = f32::from_bits(SHIFT + 254);
        let shifted = x + shift;
        let f = x - (shifted - shift);
        let f2 = f * f;
        let pair = |i: usize| EXP2[i + 1].mul_add(f, EXP2[i]);
        let p = pair(4).mul_add(f2, pair(2)).mul_add(f2, pair(0));
        let (a, b) = power_factors(shifted);
        (a * f).mul_add(p, a) * b
    }
}

/// `e^x - 1 = 2^k ((1 - 2^-k) + r + r^2 R(r))`: the first two terms are added with their error, so that nothing is
/// lost where they cancel: the error is below 1.25 ULP.
pub(crate) struct Expm1;

impl Unary for Expm1 {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        const BIAS: u32 = 126;
        // Below -20 the result is -1, above 89 infinity.
        let reduced = reduce::<BIAS>(at_most(89.0, at_least(-20.0, x)));
        let (shifted, high, low) = (reduced.shifted, reduced.high, reduced.low());
        // 2^-k; beyond k = 60 it is nothing beside 1, but has to stay a normal number.
        let near = at_most(f32::from_bits(SHIFT + BIAS + 60), shifted);
        let inverse = f32::from_bits(((127 + BIAS) << 23).wrapping_sub(near.to_bits() << 23));
        let constant = 1.0 - inverse;
        let sum = constant + high;
        let error = (constant - sum) + high;
        let m = sum + (error + above_linear(high + low, low));
        // 2m 2^(k - 1), for 2^128 is out of range. The sign is that of -0.
        ((m + m) * power(shifted)).copysign(x)
    }
}
