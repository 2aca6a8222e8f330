//! `x` to the power `y`.
//!
//! The way of `double::power` with shorter polynomials, in pairs of f32: they take less time than half as
//! many lanes of f64. The logarithm has 36 bits, of which the result takes up to 7.

use crate::math::double;
use crate::math::lane::Binary;

/// `x` to the power `y`, 0.7 ULP.
pub(crate) struct Pow;

/// 3/2 log 2 in two words. The first has 16 bits: its products with exponents are exact.
const UNIT: f32 = 1.0397339;
const UNIT_LOW: f32 = -1.3115879e-5;
const UNIT_RECIPROCAL: f32 = 0.9617967;

/// `R` of 3 atanh(s) = s (3 + z + z^2 R(z)), z = s^2 <= 0.0295: 2^-36 of the whole.
/// From scripts/coefficients/power_single.sollya, as all below.
const LOG: [f32; 3] = [0.6000023, 0.42820647, 0.35128978];

/// `G` of exp(2r/3) = 1 + 2r/3 + r^2 G(r), |r| <= 0.55: 2^-27.
const EXP: [f32; 5] = [0.22222222, 0.049381945, 0.008230381, 0.0011031743, 0.00012244264];

const SIGN: u32 = 1 << 31;
const INFINITY: u32 = 0x7f80_0000;
const MIN_NORMAL: u32 = 0x0080_0000;

/// 1.5 * 2^23, which rounds a sum to an integer and shows it in the low bits, with the exponent's bias in it.
const SHIFT: f32 = 12582912.0 + 127.0;

/// 3/2 log of a power up to which it is a normal number, and from which it is infinite or zero.
const NORMAL: f32 = 130.5;
const LIMIT: f32 = 158.0;

impl Binary for Pow {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32, y: f32) -> f32 {
        let (high, low) = log_of_power(x, y);
        let sign = sign(x, y);
        let (value, scale) = exp(high, low);
        let value = value * f32::from_bits(scale << 23);
        let value = if high.abs() > NORMAL { limit(high) } else { value };
        f32::from_bits(value.to_bits() | sign)
    }

    /// Subnormal numbers, and results that may be subnormal or next to the greatest.
    #[inline(always)]
    fn is_rare(x: f32, y: f32) -> bool {
        let (high, _) = log_of_power(x, y);
        let is_subnormal = x.abs().to_bits().wrapping_sub(1) < MIN_NORMAL - 1;
        is_subnormal | ((high.abs() > NORMAL) & (high.abs() < LIMIT))
    }

    fn slow(x: f32, y: f32) -> f32 {
        <double::power::Pow>::at(f64::from(x), f64::from(y)) as f32
    }
}

/// 3/2 y log|x| as a double word.
///
/// Infinite where |x| is zero or infinite, NaN where the power is, and zero where it is one.
#[inline(always)]
fn log_of_power(x: f32, y: f32) -> (f32, f32) {
    const ONE: u32 = 0x3f80_0000;
    const SQRT_HALF: u32 = 0x3f35_04f3;
    // |x| = 2^k m, m from sqrt(1/2) to sqrt(2).
    let base = x.abs();
    let bits = base.to_bits().wrapping_add(ONE - SQRT_HALF);
    let (log, log_low) = log(f32::from_bits((bits & (MIN_NORMAL - 1)) + SQRT_HALF));
    let k = ((bits >> 23) as i32 - 127) as f32;
    let k = if x < 0.0 && y.trunc() != y { f32::NAN } else { k };
    // log 0 = -inf, log inf = inf, log NaN = NaN.
    let is_edge = base.to_bits().wrapping_sub(MIN_NORMAL) >= INFINITY - MIN_NORMAL;
    let k = if is_edge & (y != 0.0) { (base - 1.0) * f32::INFINITY } else { k };
    let y = if base == 1.0 { 0.0 } else { y };

    let whole = k * UNIT;
    let sum = whole + log;
    let sum_low = ((whole - sum) + log) + k.mul_add(UNIT_LOW, log_low);
    let high = y * sum;
    (high, y.mul_add(sum_low, y.mul_add(sum, -high)))
}

/// 3/2 log(m) = 3 atanh(s), s = (m - 1)/(m + 1), as a double word.
///
/// The high words of `s` and of 3 atanh(s)/s are so short that their product and the square are exact.
#[inline(always)]
fn log(m: f32) -> (f32, f32) {
    let reciprocal = 1.0 / (m + 1.0);
    let quotient = (m - 1.0) * reciprocal;
    let s = f32::from_bits(quotient.to_bits() & !0 << 12);
    let s_low = (-s).mul_add(m, (m - 1.0) - s) * reciprocal;
    let square = s * s;
    let twice = s + quotient;
    let z = s_low.mul_add(twice, square);
    let z2 = z * z;
    // Near the sum, to keep the low word low: half of the bits cut off and most of what follows are in it.
    let t = f32::from_bits(square.mul_add(1.0149, 3.0 + 4.8828125e-4).to_bits() & !0 << 12);
    let rest = square - (t - 3.0);
    let of_s_low = s_low * quotient.mul_add(twice, t);
    let tail = z2.mul_add(LOG[2], z.mul_add(LOG[1], LOG[0]));
    let t_low = z2.mul_add(tail, rest);
    (s * t, quotient.mul_add(t_low, of_s_low))
}

/// exp of 2/3 of a double word, by its distance `r` from a multiple of log 2: a number from 0.7 to 1.5, and
/// the biased exponent of its scale in the low bits.
#[inline(always)]
fn exp(high: f32, low: f32) -> (f32, u32) {
    const TWO_THIRDS: f32 = 2.0 / 3.0;
    let shifted = high.mul_add(UNIT_RECIPROCAL, SHIFT);
    let n = shifted - SHIFT;
    let r_high = n.mul_add(-UNIT, high);
    let r_low = n.mul_add(-UNIT_LOW, low);
    let r = r_high + r_low;
    let r2 = r * r;
    // The two greatest terms lose nothing, so that the error of the sum is that of its rounding.
    let sum = r_high.mul_add(TWO_THIRDS, 1.0);
    let sum_low = r_low.mul_add(TWO_THIRDS, r_high.mul_add(TWO_THIRDS, 1.0 - sum));
    let upper = r2.mul_add(EXP[4], r.mul_add(EXP[3], EXP[2]));
    let tail = r2.mul_add(upper, r.mul_add(EXP[1], EXP[0]));
    (sum + r2.mul_add(tail, sum_low), shifted.to_bits())
}

/// Zero or infinity, after the sign of the logarithm.
#[inline(always)]
fn limit(log: f32) -> f32 {
    f32::from_bits(!((log.to_bits() as i32 >> 31) as u32) & INFINITY)
}

/// The sign bit of a power: set for odd powers of negative numbers.
#[inline(always)]
fn sign(x: f32, y: f32) -> u32 {
    let half = y * 0.5;
    let is_odd = (y.trunc() == y) & (half.trunc() != half);
    if is_odd { x.to_bits() & SIGN } else { 0 }
}
