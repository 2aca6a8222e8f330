//! Arcsine, arccosine and arctangents of singles, in single precision: the methods are those for doubles
//! (`double::inverse_trig`), the polynomials shorter.
//!
//! The coefficients and the other constants are made by `scripts/coefficients/inverse_trig.sollya`.

use crate::math::double;
use crate::math::lane::{Binary, Unary};
use crate::math::polynomial::horner;

/// pi / 4 to 21 bits: its multiples by 2, 3 and 4 are exact.
const EIGHTH_TURN: f32 = f32::from_bits(0x3f49_0fd8);

/// pi / 4 / `EIGHTH_TURN` - 1: what a multiple of `EIGHTH_TURN` lacks, relative to itself.
const PI_EXCESS: f32 = 1.9984547e-7;

/// `base + t + residual * reciprocal + t * z * p`, rounded about once. The base is 0 or greater than |t|; the
/// multiple of pi / 4 that is meant is `base * (1 + PI_EXCESS)`.
#[inline(always)]
fn angle(base: f32, t: f32, residual: f32, reciprocal: f32, z: f32, p: f32) -> f32 {
    let high = base + t;
    let low = base.mul_add(PI_EXCESS, (base - high) + t);
    high + (t * z).mul_add(p, residual.mul_add(reciprocal, low))
}

/// `c / v` to within 5.1 %, `c` a power of two, v below 2^126: the bits of a float are about its logarithm.
#[inline(always)]
fn rough_quotient(c: f32, v: f32) -> f32 {
    /// Makes the greatest errors on either side equal.
    const BALANCE: u32 = 847_421;
    f32::from_bits((c.to_bits() + 1f32.to_bits() - BALANCE).wrapping_sub(v.to_bits()))
}

/// `near + asin(x)` for |x| <= 1/2, else `far - 2 asin(r / 2)`, r = 2 sqrt((1 - |x|) / 2) with the sign of x.
///
/// asin(t) = t + t z p(z) with a relative error of 2^-27.6, z = t^2 in [0, 1/4], p of degree 4.
#[inline(always)]
fn arcsine(x: f32, near: f32, far: f32) -> f32 {
    let a = x.abs();
    let square = a.mul_add(-2.0, 2.0);
    let root = square.sqrt().copysign(-x);
    let residual = root.mul_add(-root, square);
    let (base, t, z, residual) =
        if a > 0.5 { (far, root, 0.25 * square, residual) } else { (near, x, x * x, 0.0) };
    let p = horner!(z, 0.16666752, 0.0749531, 0.04546902, 0.024185503, 0.042157013);
    angle(base, t, residual, rough_quotient(0.5, root), z, p)
}

/// The arcsine: that of x for |x| <= 1/2, else pi / 2 - 2 asin(sqrt((1 - |x|) / 2)). No value is rare. Errors
/// seen are below 0.71 ULP.
pub(crate) struct Arcsin;

impl Unary for Arcsin {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        arcsine(x.abs(), 0.0, 2.0 * EIGHTH_TURN).copysign(x)
    }
}

/// The arccosine, as pi / 2 + asin(-x); for x > 1/2 the multiples of pi cancel and are left out. No value is
/// rare. Errors seen are below 0.67 ULP.
pub(crate) struct Arccos;

impl Unary for Arccos {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        const QUARTER_TURN: f32 = 2.0 * EIGHTH_TURN;
        // pi for x < 0, else 0; by a comparison, LLVM would compute the whole function twice.
        let far = QUARTER_TURN - QUARTER_TURN.copysign(x);
        arcsine(-x, QUARTER_TURN, far)
    }
}

/// `base + atan(num / (den + den_low))` for a quotient within [-1/2, 1/2].
///
/// atan(t) = t + t z p(z) with a relative error of 2^-27.4, z = t^2 in [0, 1/4], p of degree 4.
#[inline(always)]
fn arctangent(num: f32, den: f32, den_low: f32, base: f32) -> f32 {
    let t = num / den;
    let residual = t.mul_add(-den_low, t.mul_add(-den, num));
    let z = t * t;
    let p = horner!(z, -0.33333233, 0.19994186, -0.14174582, 0.101581655, -0.051297754);
    angle(base, t, residual, rough_quotient(1.0, den), z, p)
}

/// The arctangent: with a = |x|, that of a up to 1/2, pi / 4 + atan((a - 1) / (a + 1)) up to 2,
/// pi / 2 - atan(1 / a) beyond. No value is rare. Errors seen are below 0.75 ULP.
pub(crate) struct Arctan;

impl Unary for Arctan {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        /// From here on the result is pi / 2; infinity is taken for this.
        const LARGE: f32 = (1u64 << 30) as f32;
        let a = x.abs();
        let bounded = if a > LARGE { LARGE } else { a };
        let plus = a + 1.0;
        let plus_low = a - (plus - 1.0);
        let (num, den, den_low, base) = if a > 2.0 {
            (-1.0, bounded, 0.0, 2.0 * EIGHTH_TURN)
        } else if a > 0.5 {
            (a - 1.0, plus, plus_low, EIGHTH_TURN)
        } else {
            (a, 1.0, 0.0, 0.0)
        };
        arctangent(num, den, den_low, base).copysign(x)
    }
}

/// The angle of the point (x, y), operands y and x: a multiple of pi / 2 (the axis nearest to the point) plus
/// or minus atan(n / d), n being the lesser of |x| and |y| and d the greater; beyond n / d = 1/2 this is
/// pi / 4 + atan((n - d) / (n + d)). Errors seen are below 0.85 ULP.
///
/// Rare are magnitudes outside 2^-62..2^62 (but for zero, which is not), where residuals could underflow.
pub(crate) struct Arctan2;

impl Binary for Arctan2 {
    type Element = f32;

    #[inline(always)]
    fn fast(y: f32, x: f32) -> f32 {
        let (b, a) = (y.abs(), x.abs());
        let (steep, left) = (b > a, x.is_sign_negative());
        let (n, d, axis) = if steep { (a, b, 2.0) } else { (b, a, if left { 4.0 } else { 0.0 }) };
        // For 0 / 0; a NaN stays.
        let d = if d < f32::MIN_POSITIVE { f32::MIN_POSITIVE } else { d };
        let turn = if steep ^ left { -1.0 } else { 1.0 };
        let plus = d + n;
        let plus_low = n - (plus - d);
        let (num, den, den_low, eighths) =
            if n + n > d { (n - d, plus, plus_low, axis + turn) } else { (n, d, 0.0, axis) };
        arctangent(turn * num, den, den_low, eighths * EIGHTH_TURN).copysign(y)
    }

    #[inline(always)]
    fn is_rare(y: f32, x: f32) -> bool {
        const LARGE: f32 = f32::from_bits((127 + 62) << 23);
        const SMALL: f32 = f32::from_bits((127 - 62) << 23);
        let (b, a) = (y.abs(), x.abs());
        let (n, d) = if b > a { (a, b) } else { (b, a) };
        (d > LARGE) | ((n < SMALL) & (n != 0.0))
    }

    // Inlined for the caller's instruction level: without FMA it takes eight times as long.
    #[inline(always)]
    fn slow(y: f32, x: f32) -> f32 {
        <double::inverse_trig::Arctan2>::at(f64::from(y), f64::from(x)) as f32
    }
}
