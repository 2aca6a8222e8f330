//! Inverse hyperbolic functions of `f64`, from logarithms: see `super::log`.
use super::log::{EXPONENT, ONE, Split, THREE_QUARTERS, WIDE, add_exponent, natural, polynomial, split};
use crate::math::lane::Unary;

/// 1 / x within 0.3 %, enough to scale a correction: bits are about a logarithm, so negating them inverts
/// within 5 %, and a step of Newton's method follows.
#[inline(always)]
fn rough_reciprocal(x: f64) -> f64 {
    const TWICE: u64 = 2 * ONE - (1 << 52) / 10;
    let guess = f64::from_bits(TWICE.wrapping_sub(x.to_bits()));
    guess * x.mul_add(-guess, 2.0)
}

/// Whether e^t, for t > 0, has the exponent 0 of `split`.
#[inline(always)]
fn is_near_one(exponential: f64) -> bool {
    exponential < 2.0 * f64::from_bits(THREE_QUARTERS)
}

/// t = log(e^t) of the hyperbolic functions of t >= 0, `low` being what has to be added to the result for the
/// errors of those.
///
/// Up to e^t = 1.5, s = (e^t - 1) / (e^t + 1) = tanh(t / 2) = sinh t / (1 + cosh t), and f = e^t - 1 is
/// sinh t + s sinh t: so the logarithm f - s (f - z R) is sinh t - s (s sinh t - z R), which asks for the
/// precision of sinh t only. Above, there is the logarithm of e^t = sinh t + cosh t.
#[inline(always)]
fn area(sinh: f64, cosh: f64, exponential: f64, low: f64) -> f64 {
    let near = is_near_one(exponential);
    let Split { exponent, mantissa, .. } = split(exponential, THREE_QUARTERS, 0.0);
    let f = mantissa - 1.0;
    let (leading, divisor) = if near { (sinh, 1.0 + cosh) } else { (f, mantissa + 1.0) };
    let s = leading / divisor;
    let z = s * s;
    let inner = if near { s * sinh } else { f };
    let (high, rest) = add_exponent(exponent, leading);
    high + (-s).mul_add((-z).mul_add(polynomial(z, &WIDE), inner), rest + low)
}

/// Where the square of a value would be too near to the largest number.
const HUGE: f64 = f64::from_bits(0x5f30_0000_0000_0000); // 2^500

/// log(2 x), which asinh and acosh are from `HUGE` on.
fn huge(x: f64) -> f64 {
    if x < f64::INFINITY { natural(x, 1.0) } else { x }
}

/// asinh x, odd: of |x|, which is the sine of `area`, the cosine is sqrt(x^2 + 1); what the root's
/// rounding and that of the sum have lost comes from the residuals.
pub(crate) struct Arcsinh;

impl Unary for Arcsinh {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        let sinh = x.abs();
        let square = sinh.mul_add(sinh, 1.0);
        let square_low = sinh.mul_add(sinh, 1.0 - square);
        let cosh = square.sqrt();
        let residual = cosh.mul_add(-cosh, square) + square_low;
        let exponential = sinh + cosh;
        let sum_low = sinh - (exponential - cosh);
        let double = cosh + cosh;
        let low = sum_low.mul_add(double, residual) * rough_reciprocal(double * exponential);
        let low = if is_near_one(exponential) { 0.0 } else { low };
        area(sinh, cosh, exponential, low).copysign(x)
    }

    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        x.abs() >= HUGE
    }

    fn slow(x: f64) -> f64 {
        huge(x.abs()).copysign(x)
    }
}

/// acosh x: x is the cosine of `area`, the sine is sqrt(x^2 - 1), where x^2 - 1 = u^2 + 2 u, u = x - 1.
pub(crate) struct Arccosh;

impl Unary for Arccosh {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        let u = x - 1.0;
        let square = u.mul_add(u, u + u);
        let square_low = u.mul_add(u, u + u - square);
        let sinh = square.sqrt();
        let residual = sinh.mul_add(-sinh, square) + square_low;
        let exponential = x + sinh;
        let sum_low = sinh - (exponential - x);
        let double = sinh + sinh;
        let near = is_near_one(exponential);
        let (lost, divisor) =
            if near { (residual, double) } else { (sum_low.mul_add(double, residual), double * exponential) };
        let value = area(sinh, x, exponential, lost * rough_reciprocal(divisor));
        if x >= 1.0 { value } else { f64::NAN }
    }

    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        x >= HUGE
    }

    fn slow(x: f64) -> f64 {
        huge(x)
    }
}

/// 2^51: with an integer as its last bits it is larger by half of that.
const HALVES: f64 = 2_251_799_813_685_248.0;

/// R / 2.
const HALF_WIDE: [f64; 8] = {
    let mut half = WIDE;
    let mut i = 0;
    while i < half.len() {
        half[i] *= 0.5;
        i += 1;
    }
    half
};

/// atanh x = log(p / q) / 2 with p = 1 + |x| and q = 1 - |x|. p and q as bits differ by about their
/// quotient's logarithm, which gives e; then s = (2^-e p - q) / (2^-e p + q) is at most 0.2, and is
/// corrected for what rounding has taken from p, q, the denominator and the quotient. Up to 0.2, s is |x|
/// itself.
pub(crate) struct Arctanh;

impl Unary for Arctanh {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        let a = x.abs();
        let (p, q) = (1.0 + a, 1.0 - a);
        let (p_low, q_low) = (a - (p - 1.0), 1.0 - q - a);
        let bits = p.to_bits().wrapping_sub(q.to_bits()).wrapping_add(1 << 51);
        let half_exponent = f64::from_bits(bits >> 52 | HALVES.to_bits()) - HALVES;
        let scale = f64::from_bits(ONE.wrapping_sub(bits & EXPONENT));
        let numerator = p.mul_add(scale, -q);
        let denominator = p.mul_add(scale, q);
        let numerator_low = p_low.mul_add(scale, -q_low);
        let denominator_low = p_low.mul_add(scale, q_low) + (q - p.mul_add(-scale, denominator));
        let s = numerator / denominator;
        let lost = s.mul_add(-denominator, numerator) + s.mul_add(-denominator_low, numerator_low);
        let near = a < 0.2;
        let s_low = if near { 0.0 } else { lost * rough_reciprocal(denominator) };
        let s = if near { a } else { s };
        let half_exponent = if near { 0.0 } else { half_exponent };
        let (high, low) = add_exponent(half_exponent, s);
        let z = s * s;
        let value = high + (s * z).mul_add(polynomial(z, &HALF_WIDE), s_low + low);
        let value = value.copysign(x);
        if a < 1.0 {
            value
        } else if a == 1.0 {
            f64::INFINITY.copysign(x)
        } else {
            f64::NAN
        }
    }
}
