//! Hyperbolic functions of singles, by the reduction and the polynomial of `e^x` (`super::exp`).
use super::exp::{EXP, SHIFT, above_linear, at_least, at_most, power, reduce};
use crate::math::lane::Unary;

/// `e^|x| = 2^k e^r` by halves: `R` with even powers of `r` only gives `cosh r - 1`, with odd ones `sinh r - r`.
struct Halves {
    high: f32,
    low: f32,
    /// `cosh r - 1`.
    cosh: f32,
    /// `sinh r - r` is the product of these.
    sinh: [f32; 2],
    /// `2^-2k`.
    inverse: f32,
    /// `2^(k - 2)`, for `2^(k - 1)` can be out of range where half of `e^|x|` is not.
    scale: f32,
}

#[inline(always)]
fn halves(x: f32) -> Halves {
    const BIAS: u32 = 125;
    // Beyond the bound the results are infinite.
    let reduced = reduce::<BIAS>(at_most(90.0, x.abs()));
    let (shifted, high, low) = (reduced.shifted, reduced.high, reduced.low());
    let r = high + low;
    let r2 = r * r;
    let even = EXP[4].mul_add(r2, EXP[2]).mul_add(r2, EXP[0]);
    let odd = EXP[3].mul_add(r2, EXP[1]);
    // Beyond k = 60 it is nothing beside 1, but has to stay a normal number.
    let near = at_most(f32::from_bits(SHIFT + BIAS + 60), shifted);
    let inverse = f32::from_bits(((127 + 2 * BIAS) << 23).wrapping_sub(near.to_bits() << 24));
    Halves { high, low, cosh: r2 * even, sinh: [r * r2, odd], inverse, scale: power(shifted) }
}

/// The hyperbolic sine, `2^(k-1) (v + w r + v (cosh r - 1) + w (sinh r - r))` with `v = 1 - 2^-2k`, `w = 1 + 2^-2k`.
/// The first two terms are added with their error, so that nothing is lost where they cancel: the error
/// is below 1 ULP.
pub(crate) struct Sinh;

impl Unary for Sinh {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        let Halves { high, low, cosh, sinh: [cube, odd], inverse, scale } = halves(x);
        let (v, w) = (1.0 - inverse, 1.0 + inverse);
        let v_error = (1.0 - v) - inverse;
        let sum = w.mul_add(high, v);
        let sum_error = w.mul_add(high, v - sum);
        let m = sum + v.mul_add(cosh, w.mul_add(cube.mul_add(odd, low), sum_error + v_error));
        ((m + m) * scale).copysign(x)
    }
}

/// The hyperbolic cosine, `2^(k-1) (1 + (e^r - 1) + 2^-2k e^-r)`, where nothing cancels: the error is below
/// 1 ULP.
pub(crate) struct Cosh;

impl Unary for Cosh {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        let Halves { high, low, cosh, sinh: [cube, odd], inverse, scale } = halves(x);
        let sinh = cube.mul_add(odd, low);
        let rest = inverse.mul_add(1.0 + (cosh - (high + sinh)), cosh + sinh);
        let m = 1.0 + (high + rest);
        (m + m) * scale
    }
}

/// The hyperbolic tangent: `-n / (2 + n)` with `n = e^(-2|x|) - 1`, both as sums of two singles. The quotient is
/// corrected by its residue, with the reciprocal that gave it: the error is below 1 ULP.
pub(crate) struct Tanh;

impl Unary for Tanh {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        let negative = -x.abs();
        // Beyond 20 the results are 1.
        let reduced = reduce::<127>(at_least(-40.0, negative + negative));
        let (high, low) = (reduced.high, reduced.low());
        let scale = power(reduced.shifted);
        let constant = scale - 1.0;
        let constant_error = scale - (constant + 1.0);
        let sum = scale.mul_add(high, constant);
        let error = scale.mul_add(high, constant - sum);
        let rest = scale.mul_add(above_linear(high + low, low), error + constant_error);
        let n = sum + rest;
        let n_low = (sum - n) + rest;
        let d = 2.0 + n;
        let d_low = ((2.0 - d) + n) + n_low;
        let reciprocal = 1.0 / d;
        let quotient = n * reciprocal;
        let residue = (-quotient).mul_add(d, n) + (-quotient).mul_add(d_low, n_low);
        residue.mul_add(reciprocal, quotient).copysign(x)
    }
}
