//! Arcsine, arccosine and arctangents of doubles.
//!
//! All are a multiple of pi / 4 plus an odd polynomial of a reduced argument t, |t| <= 1/2. The reduction
//! takes one square root or one division; what its rounding loses is known exactly (by FMA) and is put back
//! to first order. The coefficients and the other constants are made by `scripts/coefficients/inverse_trig.sollya`.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use crate::math::lane::{Binary, Unary};
use crate::math::polynomial::even_odd;

/// pi / `PI` - 1: what a multiple of `FRAC_PI_4` lacks, relative to itself.
const PI_EXCESS: f64 = 3.8981718325193755e-17;

/// `base + t + residual * reciprocal + t * z * p`, rounded about once. The base is 0 or greater than |t|; the
/// multiple of pi / 4 that is meant is `base * (1 + PI_EXCESS)`.
#[inline(always)]
fn angle(base: f64, t: f64, residual: f64, reciprocal: f64, z: f64, p: f64) -> f64 {
    let high = base + t;
    let low = base.mul_add(PI_EXCESS, (base - high) + t);
    high + (t * z).mul_add(p, residual.mul_add(reciprocal, low))
}

/// `c / v` to within 5.1 %, `c` a power of two, v below 2^1022: the bits of a float are about its logarithm.
#[inline(always)]
fn rough_quotient(c: f64, v: f64) -> f64 {
    /// Makes the greatest errors on either side equal.
    const BALANCE: u64 = 454_955_951_160_134;
    f64::from_bits((c.to_bits() + 1f64.to_bits() - BALANCE).wrapping_sub(v.to_bits()))
}

/// `near + asin(x)` for |x| <= 1/2, else `far - 2 asin(r / 2)`, r = 2 sqrt((1 - |x|) / 2) with the sign of x.
///
/// asin(t) = t + t z p(z) with a relative error of 2^-59.8, z = t^2 in [0, 1/4], p of degree 12.
#[inline(always)]
fn arcsine(x: f64, near: f64, far: f64) -> f64 {
    let a = x.abs();
    let square = a.mul_add(-2.0, 2.0);
    let root = square.sqrt().copysign(-x);
    let residual = root.mul_add(-root, square);
    let (base, t, z, residual) =
        if a > 0.5 { (far, root, 0.25 * square, residual) } else { (near, x, x * x, 0.0) };
    let p = even_odd!(
        z,
        0.1666666666666676,
        0.07499999999970867,
        0.04464285717455937,
        0.03038194270993964,
        0.022372214933961018,
        0.017351612884649172,
        0.013980810970570011,
        0.011398984899684095,
        0.01077987180695415,
        0.003707763803502037,
        0.021704324805356688,
        -0.020994857763657213,
        0.0326261109961928
    );
    angle(base, t, residual, rough_quotient(0.5, root), z, p)
}

/// The arcsine: that of x for |x| <= 1/2, else pi / 2 - 2 asin(sqrt((1 - |x|) / 2)). No value is rare. Errors
/// seen are below 0.62 ULP.
pub(crate) struct Arcsin;

impl Unary for Arcsin {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        arcsine(x.abs(), 0.0, FRAC_PI_2).copysign(x)
    }
}

/// The arccosine, as pi / 2 + asin(-x); for x > 1/2 the multiples of pi cancel and are left out. No value is
/// rare. Errors seen are below 0.61 ULP.
pub(crate) struct Arccos;

impl Unary for Arccos {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        // pi for x < 0, else 0; by a comparison, LLVM would compute the whole function twice.
        let far = FRAC_PI_2 - FRAC_PI_2.copysign(x);
        arcsine(-x, FRAC_PI_2, far)
    }
}

/// `base + atan(num / (den + den_low))` for a quotient within [-1/2, 1/2].
///
/// atan(t) = t + t z p(z) with a relative error of 2^-57.7, z = t^2 in [0, 1/4], p of degree 11.
#[inline(always)]
fn arctangent(num: f64, den: f64, den_low: f64, base: f64) -> f64 {
    let t = num / den;
    let residual = t.mul_add(-den_low, t.mul_add(-den, num));
    let z = t * t;
    let p = even_odd!(
        z,
        -0.3333333333333298,
        0.19999999999903123,
        -0.1428571427638746,
        0.11111110659708877,
        -0.09090896246524784,
        0.07692073939411088,
        -0.0666381087746825,
        0.05858300584703023,
        -0.051220128120938964,
        0.04186522989600974,
        -0.02743523444709767,
        0.010117037552571432
    );
    angle(base, t, residual, rough_quotient(1.0, den), z, p)
}

/// The arctangent: with a = |x|, that of a up to 1/2, pi / 4 + atan((a - 1) / (a + 1)) up to 2,
/// pi / 2 - atan(1 / a) beyond. No value is rare. Errors seen are below 0.71 ULP.
pub(crate) struct Arctan;

impl Unary for Arctan {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        /// From here on the result is pi / 2; infinity is taken for this.
        const LARGE: f64 = (1u64 << 60) as f64;
        let a = x.abs();
        let bounded = if a > LARGE { LARGE } else { a };
        let plus = a + 1.0;
        let plus_low = a - (plus - 1.0);
        let (num, den, den_low, base) = if a > 2.0 {
            (-1.0, bounded, 0.0, FRAC_PI_2)
        } else if a > 0.5 {
            (a - 1.0, plus, plus_low, FRAC_PI_4)
        } else {
            (a, 1.0, 0.0, 0.0)
        };
        arctangent(num, den, den_low, base).copysign(x)
    }
}

/// The angle of the point (x, y), operands y and x: a multiple of pi / 2 (the axis nearest to the point) plus
/// or minus atan(n / d), n being the lesser of |x| and |y| and d the greater; beyond n / d = 1/2 this is
/// pi / 4 + atan((n - d) / (n + d)). Errors seen are below 0.74 ULP.
///
/// Rare are magnitudes outside 2^-500..2^500 (but for zero, which is not), where residuals could underflow.
pub(crate) struct Arctan2;

impl Binary for Arctan2 {
    type Element = f64;

    #[inline(always)]
    fn fast(y: f64, x: f64) -> f64 {
        let (b, a) = (y.abs(), x.abs());
        let (steep, left) = (b > a, x.is_sign_negative());
        let (n, d, axis) = if steep { (a, b, 2.0) } else { (b, a, if left { 4.0 } else { 0.0 }) };
        // For 0 / 0; a NaN stays.
        let d = if d < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { d };
        let turn = if steep ^ left { -1.0 } else { 1.0 };
        let plus = d + n;
        let plus_low = n - (plus - d);
        let (num, den, den_low, eighths) =
            if n + n > d { (n - d, plus, plus_low, axis + turn) } else { (n, d, 0.0, axis) };
        // The product is exact: the last three bits of `FRAC_PI_4` are zeros.
        arctangent(turn * num, den, den_low, eighths * FRAC_PI_4).copysign(y)
    }

    #[inline(always)]
    fn is_rare(y: f64, x: f64) -> bool {
        const LARGE: f64 = f64::from_bits((1023 + 500) << 52);
        const SMALL: f64 = f64::from_bits((1023 - 500) << 52);
        let (b, a) = (y.abs(), x.abs());
        let (n, d) = if b > a { (a, b) } else { (b, a) };
        (d > LARGE) | ((n < SMALL) & (n != 0.0))
    }

    // Inlined for the caller's instruction level: without FMA it takes eight times as long.
    #[inline(always)]
    fn slow(y: f64, x: f64) -> f64 {
        const SCALE: f64 = f64::from_bits((1023 + 540) << 52);
        let (b, a) = (y.abs(), x.abs());
        if a == f64::INFINITY || b == f64::INFINITY {
            // Infinities count as 1, beside which a number counts as 0 (and NaN as NaN).
            let unit = |v: f64| if v.is_infinite() { 1f64.copysign(v) } else { 0.0 * v };
            return Self::fast(unit(y), unit(x));
        }
        if x > 0.0 && b < x * f64::EPSILON {
            // An angle so small rounds to its tangent, also where that is subnormal.
            return y / x;
        }
        // Any other angle is far from underflow; the lesser operand may vanish only where it does not count.
        let scale = if a > 1.0 || b > 1.0 { SCALE.recip() } else { SCALE };
        Self::fast(y * scale, x * scale)
    }
}
