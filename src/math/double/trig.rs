//! Sine, cosine and tangent of double precision.
//!
//! The argument is taken to r = x - k π/2 by Cody and Waite's method, as a sum of two doubles (`Reduced`). By
//! the parity of k a function is then a sine or a cosine of r. In a loop over lanes both would have to be
//! computed; so one polynomial is evaluated for both, whose coefficients are picked lane by lane
//! (`sine_or_cosine`): only the constants and the first terms differ.
//!
//! Sources: W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980; J.-M. Muller et al.,
//! Handbook of Floating-Point Arithmetic, 2nd ed., 2018 (Fast2Sum, exact products by FMA). The constants are
//! made by scripts/coefficients/trig_double.sollya.

use super::reduce_pi;
use crate::math::lane::{Twin, Unary};

/// The end of the arguments that `Reduced::of` takes; finite ones beyond it are rare.
const LIMIT: f64 = 16777216.0;

const SIGN: u64 = 1 << 63;

/// An argument less the multiple of π/2 next to it: `high` + `low`, |high| ≤ π/4 (1 + 2⁻²⁰).
///
/// |low| is half an ULP of `high`, but up to |high|/8 where `high` is as small as it gets, below 2⁻⁵⁰.
#[derive(Clone, Copy)]
pub(super) struct Reduced {
    pub(crate) high: f64,
    pub(crate) low: f64,
    /// The multiple; only its two lowest bits count.
    pub(crate) quadrant: u64,
}

impl Reduced {
    /// Reduces 0 ≤ x ≤ `LIMIT`; infinity becomes NaN.
    ///
    /// π/2 ≈ P1 + P2 + P3, of 53, 29 and 53 bits. x - k P1 is x or a multiple of 2⁻⁵³ below 1, so an FMA
    /// gives it exactly. k P2 is exact because k has at most 24 bits, and `coarse` is a multiple of its last
    /// one; so `high` + `low` is their difference exactly (Fast2Sum), before k P3 is taken off.
    ///
    /// The error is k 2⁻¹⁴¹·⁷, and always below 2⁻⁵⁹ |r|: of the doubles up to the limit, 14461176.67027838
    /// makes the most of it, which is still 2⁻⁵⁹·⁰³ from a multiple of π/2.
    #[inline(always)]
    fn of(x: f64) -> Reduced {
        // Added to a number below 2⁵¹ it leaves the nearest integer in the lowest bits.
        const SHIFT: f64 = 6755399441055744.0;
        const P1: f64 = std::f64::consts::FRAC_PI_2;
        const P2: f64 = 6.12323399409214e-17;
        const P3: f64 = 1.6446256936324258e-26;
        let shifted = x.mul_add(std::f64::consts::FRAC_2_PI, SHIFT);
        let k = shifted - SHIFT;
        let coarse = (-k).mul_add(P1, x);
        let high = (-k).mul_add(P2, coarse);
        let low = (-k).mul_add(P3, (-k).mul_add(P2, coarse - high));
        Reduced { high, low, quadrant: shifted.to_bits() }
    }

    /// Whether the multiple is odd.
    #[inline(always)]
    fn is_odd(self) -> bool {
        self.quadrant & 1 != 0
    }

    /// 1 - high²/2, and its rounding error: the first terms of the cosine.
    #[inline(always)]
    fn cosine_start(self) -> (f64, f64) {
        let half = -0.5 * self.high;
        let c = half.mul_add(self.high, 1.0);
        (c, half.mul_add(self.high, 1.0 - c))
    }

    /// The cosine of `high` + `low`, or else the sine.
    ///
    /// Both are a first term, plus its small rest, plus the polynomial: with r = high, s = r², c = 1 - s/2,
    /// - sine: r + (low c + s r P(s)), P of degree 5 (x¹³); relative error 2⁻⁵⁷·⁸;
    /// - cosine: c + (c_low - low r + s² Q(s)), Q of degree 5 (x¹⁴); relative error 2⁻⁶³.
    ///
    /// The polynomial is at most 0.11 times the result, so that the roundings in it, and the last one, make
    /// up less than 0.8 ULP; the most that was measured is 0.68.
    #[inline(always)]
    fn sine_or_cosine(self, is_cosine: bool) -> f64 {
        let Reduced { high: r, low, .. } = self;
        let pick = |sine: f64, cosine: f64| if is_cosine { cosine } else { sine };
        let (c, c_low) = self.cosine_start();
        let s = r * r;
        let mut p = pick(1.5895975063001375e-10, -1.1359956139346816e-11);
        p = s.mul_add(p, pick(-2.5050742814671254e-8, 2.087572968887376e-9));
        p = s.mul_add(p, pick(2.7557313585032e-6, -2.755731440380686e-7));
        p = s.mul_add(p, pick(-0.00019841269829464972, 2.4801587289679695e-5));
        p = s.mul_add(p, pick(0.008333333333321924, -0.0013888888888874483));
        p = s.mul_add(p, pick(-0.1666666666666663, 0.0416666666666666));
        let rest = low.mul_add(pick(c, -r), pick(0.0, c_low));
        pick(r, c) + (s * pick(r, s)).mul_add(p, rest)
    }
}

/// The value, negated where the highest bit of `sign` is set.
#[inline(always)]
fn negate_by(sign: u64, value: f64) -> f64 {
    f64::from_bits(value.to_bits() ^ (sign & SIGN))
}

/// Of sin |x|, bit 1 of the quadrant is the sign; with that of x, which alone makes sin -0 = -0.
#[inline(always)]
fn sine_sign(x: f64, reduced: Reduced) -> u64 {
    (reduced.quadrant << 62) ^ x.to_bits()
}

/// The cosine is negative in the quadrants 1 and 2.
#[inline(always)]
fn cosine_sign(reduced: Reduced) -> u64 {
    reduced.quadrant.wrapping_add(1) << 62
}

/// sin x, with |x| reduced.
#[inline(always)]
fn sine(x: f64, reduced: Reduced) -> f64 {
    negate_by(sine_sign(x, reduced), reduced.sine_or_cosine(reduced.is_odd()))
}

/// cos x, with |x| reduced.
#[inline(always)]
fn cosine(_x: f64, reduced: Reduced) -> f64 {
    negate_by(cosine_sign(reduced), reduced.sine_or_cosine(!reduced.is_odd()))
}

/// sin x and cos x, with |x| reduced: the same operations as in `sine` and `cosine`, so the same bits.
#[inline(always)]
fn sine_and_cosine(x: f64, reduced: Reduced) -> (f64, f64) {
    let (of_even, of_odd) = (reduced.sine_or_cosine(false), reduced.sine_or_cosine(true));
    let sine = if reduced.is_odd() { of_odd } else { of_even };
    let cosine = if reduced.is_odd() { of_even } else { of_odd };
    (negate_by(sine_sign(x, reduced), sine), negate_by(cosine_sign(reduced), cosine))
}

/// tan x, with |x| reduced.
///
/// With r = high and s = r² the tangent is N/D = (2 r + s r P(s)) / (2 - s + s² Q(s)), or -D/N in odd
/// quadrants; P of degree 3, Q of degree 2, relative error 2⁻⁶¹. The first term of D is given, for it is
/// exact in two doubles (and one operation less than 1 - s/2); the other coefficients are those of the
/// rational function through tan r in seven Chebyshev nodes.
///
/// N and D stay sums of a first term and a rest. The quotient, by the reciprocal of a rounded sum (the only
/// division), is corrected by the remainder that it leaves of the sums. So the roundings that count are those
/// in the rests, which are at most 0.12 of N and D, and the last one: less than 1 ULP; the most that was
/// measured is 0.84.
#[inline(always)]
fn tangent(x: f64, reduced: Reduced) -> f64 {
    let Reduced { high: r, low, .. } = reduced;
    let twice = r + r;
    let c = (-r).mul_add(r, 2.0);
    let c_low = (-r).mul_add(r, 2.0 - c);
    let s = r * r;
    let mut p = 4.981793481556457e-7;
    p = s.mul_add(p, -0.00022250527400409053);
    p = s.mul_add(p, 0.015389155338275293);
    p = s.mul_add(p, -0.3333333333333333);
    let mut q = 1.4872323094854308e-5;
    q = s.mul_add(q, -0.0021776205454893584);
    q = s.mul_add(q, 0.08205582200494196);
    let n_rest = (s * r).mul_add(p, low * c);
    let d_rest = (s * s).mul_add(q, (-low).mul_add(twice, c_low));
    let pick = |even: f64, odd: f64| if reduced.is_odd() { odd } else { even };
    let (top, top_rest) = (pick(twice, c), pick(n_rest, d_rest));
    let (bottom, bottom_rest) = (pick(c, twice), pick(d_rest, n_rest));
    let reciprocal = 1.0 / (bottom + bottom_rest);
    let quotient = (top + top_rest) * reciprocal;
    let remainder = (-quotient).mul_add(bottom, top) + (-quotient).mul_add(bottom_rest, top_rest);
    negate_by((reduced.quadrant << 63) ^ x.to_bits(), reciprocal.mul_add(remainder, quotient))
}

/// A function of |x| reduced: by Cody and Waite's method up to `LIMIT`, by Payne and Hanek's beyond it.
macro_rules! of_reduced {
    ($(#[$doc:meta])* $name:ident: $form:ident -> $result:ty, $function:path) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl $form for $name {
            type Element = f64;

            #[inline(always)]
            fn fast(x: f64) -> $result {
                $function(x, Reduced::of(x.abs()))
            }

            #[inline(always)]
            fn is_rare(x: f64) -> bool {
                x.abs() > LIMIT && x.abs() < f64::INFINITY
            }

            fn slow(x: f64) -> $result {
                $function(x, reduce_pi::reduce(x.abs()))
            }
        }
    };
}

of_reduced!(/** sin x. */ Sin: Unary -> f64, sine);
of_reduced!(/** cos x. */ Cos: Unary -> f64, cosine);
of_reduced!(/** tan x. */ Tan: Unary -> f64, tangent);
of_reduced!(/** sin x and cos x, bit for bit `Sin` and `Cos`. */ SinCos: Twin -> (f64, f64), sine_and_cosine);
