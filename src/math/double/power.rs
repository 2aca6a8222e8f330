//! `x` to the power `y`.
//!
//! `exp(y log x)` needs the logarithm to more than 64 bits, for its error is multiplied by up to 710: it is
//! a double word, an unevaluated sum of two floats. Logarithms are taken times 3/2 throughout, which
//! makes the coefficient of the second term of their series one and saves its product as a double word.

use crate::math::lane::Binary;

/// `x` to the power `y`, 0.7 ULP.
pub(crate) struct Pow;

/// 3/2 log 2 in two words. The first has 41 bits: its products with exponents are exact.
const UNIT: f64 = 1.0397207708401766;
const UNIT_LOW: f64 = -2.585916678842225e-13;
const UNIT_RECIPROCAL: f64 = 0.9617966939259756;

/// `R` of 3 atanh(s) = s (3 + z + z^2 R(z)), z = s^2 <= 0.0295: 2^-66 of the whole.
/// From scripts/coefficients/power.sollya, as all below.
const LOG: [f64; 7] = [
    0.6000000000000338,
    0.42857142855149355,
    0.33333333779890884,
    0.2727267654981304,
    0.23080136046846783,
    0.1988522527688853,
    0.19794506902432396,
];

/// `G` of exp(2r/3) = 1 + 2r/3 + r^2 G(r), |r| <= 0.556: 2^-56.
const EXP: [f64; 10] = [
    0.22222222222222315,
    0.04938271604938408,
    0.008230452674850489,
    0.0010973936899669767,
    0.00012193263294582354,
    1.1612631777530293e-5,
    9.677144685333915e-7,
    7.168238486462242e-8,
    4.793364044603348e-9,
    2.906650801467026e-10,
];

const SIGN: u64 = 1 << 63;
const INFINITY: u64 = 0x7ff0_0000_0000_0000;
const MIN_NORMAL: u64 = 0x0010_0000_0000_0000;

/// What turns the exponent bits below those of 2^52 into the exponent.
const BIAS: f64 = 4503599627370496.0 + 1023.0;

/// 1.5 * 2^52, which rounds a sum to an integer and shows it in the low bits, with the exponent's bias in it.
const SHIFT: f64 = 6755399441055744.0 + 1023.0;

/// 3/2 log of a power up to which it is a normal number, and from which it is infinite or zero.
const NORMAL: f64 = 1062.0;
const LIMIT: f64 = 1150.0;

impl Binary for Pow {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64, y: f64) -> f64 {
        let (high, low) = log_of_power(x, y, x.abs(), BIAS);
        let sign = sign(x, y);
        let (value, scale) = exp(high, low);
        let value = value * f64::from_bits(scale << 52);
        let value = if high.abs() > NORMAL { limit(high) } else { value };
        f64::from_bits(value.to_bits() | sign)
    }

    /// Subnormal numbers, and results that may be subnormal or next to the greatest.
    #[inline(always)]
    fn is_rare(x: f64, y: f64) -> bool {
        let (high, _) = log_of_power(x, y, x.abs(), BIAS);
        let is_subnormal = x.abs().to_bits().wrapping_sub(1) < MIN_NORMAL - 1;
        is_subnormal | ((high.abs() > NORMAL) & (high.abs() < LIMIT))
    }

    fn slow(x: f64, y: f64) -> f64 {
        let base = x.abs();
        let (high, low) = if base < f64::MIN_POSITIVE {
            log_of_power(x, y, base * 18014398509481984.0, BIAS + 54.0)
        } else {
            log_of_power(x, y, base, BIAS)
        };
        let value = if high.abs() > LIMIT {
            limit(high)
        } else {
            // In two steps, of which only the second rounds.
            let (value, scale) = exp(high, low);
            let half = ((scale - 1023) >> 1) << 52;
            let rest = (scale << 52).wrapping_sub(half);
            value * f64::from_bits(half.wrapping_add(1023 << 52)) * f64::from_bits(rest)
        };
        f64::from_bits(value.to_bits() | sign(x, y))
    }
}

/// 3/2 y log|x| as a double word; `base` is |x| scaled by a power of two that `bias` makes up for.
///
/// Infinite where |x| is zero or infinite, NaN where the power is, and zero where it is one.
#[inline(always)]
fn log_of_power(x: f64, y: f64, base: f64, bias: f64) -> (f64, f64) {
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const SQRT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    // |x| = 2^k m, m from sqrt(1/2) to sqrt(2).
    let bits = base.to_bits().wrapping_add(ONE - SQRT_HALF);
    let m = f64::from_bits((bits & (MIN_NORMAL - 1)) + SQRT_HALF);
    let (log, log_low) = log(m);
    let k = f64::from_bits(bits >> 52 | BIAS.to_bits() & INFINITY) - bias;
    let k = if x < 0.0 && y.trunc() != y { f64::NAN } else { k };
    // log 0 = -inf, log inf = inf, log NaN = NaN.
    let is_edge = base.to_bits().wrapping_sub(MIN_NORMAL) >= INFINITY - MIN_NORMAL;
    let k = if is_edge & (y != 0.0) { (base - 1.0) * f64::INFINITY } else { k };
    let y = if base == 1.0 { 0.0 } else { y };

    let whole = k * UNIT;
    let sum = whole + log;
    let sum_low = ((whole - sum) + log) + k.mul_add(UNIT_LOW, log_low);
    let high = y * sum;
    (high, y.mul_add(sum_low, y.mul_add(sum, -high)))
}

/// 3/2 log(m) = 3 atanh(s), s = (m - 1)/(m + 1), as a double word with a relative error of 2^-65.
///
/// The high words of `s` and of 3 atanh(s)/s are so short that their product and the square are exact.
#[inline(always)]
fn log(m: f64) -> (f64, f64) {
    let reciprocal = 1.0 / (m + 1.0);
    let quotient = (m - 1.0) * reciprocal;
    let s = f64::from_bits(quotient.to_bits() & !0 << 27);
    let s_low = (-s).mul_add(m, (m - 1.0) - s) * reciprocal;
    let square = s * s;
    let twice = s + quotient;
    let z = s_low.mul_add(twice, square);
    let z2 = z * z;
    // Near the sum; 1.0149 instead of one makes up for most of what follows and keeps the low word low.
    let t = f64::from_bits(square.mul_add(1.0149, 3.0).to_bits() & !0 << 26);
    let rest = square - (t - 3.0);
    let of_s_low = s_low * quotient.mul_add(twice, t);
    let t_low = z2.mul_add(log_tail(z, z2), rest);
    (s * t, quotient.mul_add(t_low, of_s_low))
}

#[inline(always)]
fn log_tail(z: f64, z2: f64) -> f64 {
    let a = z.mul_add(LOG[1], LOG[0]);
    let b = z.mul_add(LOG[3], LOG[2]);
    let c = z2.mul_add(LOG[6], z.mul_add(LOG[5], LOG[4]));
    (z2 * z2).mul_add(c, z2.mul_add(b, a))
}

/// exp of 2/3 of a double word, by its distance `r` from a multiple of log 2: a number from 0.7 to 1.5, and
/// the biased exponent of its scale in the low bits.
#[inline(always)]
fn exp(high: f64, low: f64) -> (f64, u64) {
    const TWO_THIRDS: f64 = 2.0 / 3.0;
    let shifted = high.mul_add(UNIT_RECIPROCAL, SHIFT);
    let n = shifted - SHIFT;
    let r_high = n.mul_add(-UNIT, high);
    let r_low = n.mul_add(-UNIT_LOW, low);
    let r = r_high + r_low;
    let r2 = r * r;
    // The two greatest terms lose nothing, so that the error of the sum is that of its rounding.
    let sum = r_high.mul_add(TWO_THIRDS, 1.0);
    let sum_low = r_low.mul_add(TWO_THIRDS, r_high.mul_add(TWO_THIRDS, 1.0 - sum));
    (sum + r2.mul_add(exp_tail(r, r2), sum_low), shifted.to_bits())
}

#[inline(always)]
fn exp_tail(r: f64, r2: f64) -> f64 {
    let r4 = r2 * r2;
    let a = r.mul_add(EXP[1], EXP[0]);
    let b = r.mul_add(EXP[3], EXP[2]);
    let c = r.mul_add(EXP[5], EXP[4]);
    let d = r.mul_add(EXP[7], EXP[6]);
    let e = r.mul_add(EXP[9], EXP[8]);
    r4.mul_add(r4.mul_add(e, r2.mul_add(d, c)), r2.mul_add(b, a))
}

/// Zero or infinity, after the sign of the logarithm.
#[inline(always)]
fn limit(log: f64) -> f64 {
    f64::from_bits(!((log.to_bits() as i64 >> 63) as u64) & INFINITY)
}

/// The sign bit of a power: set for odd powers of negative numbers.
#[inline(always)]
fn sign(x: f64, y: f64) -> u64 {
    let half = y * 0.5;
    let is_odd = (y.trunc() == y) & (half.trunc() != half);
    if is_odd { x.to_bits() & SIGN } else { 0 }
}
