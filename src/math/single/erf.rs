//! The error function.

use crate::math::lane::Unary;
use crate::math::polynomial::horner_of;
use std::hint::select_unpredictable;

/// 1.5 * 2^23: to add it rounds to an integer, which the low bits of the sum then hold.
const SHIFT: f32 = 12582912.0;

/// The error function, as for `f64`, with polynomials of degree 6 and 5. The coefficients come from
/// `scripts/coefficients/erf_single.sollya`.
pub(crate) struct Erf;

const SPLIT: f32 = 1.125;
const CENTER: f32 = 0.625;
const END: f32 = 4.0;

/// `erf(x) / x - 1` in `x^2 - CENTER`, for `x <= SPLIT`. Error 2^-27.0.
const NEAR: [f32; 7] =
    [-0.06845938, -0.26205027, 0.07286905, -0.01662732, 0.003147606, -0.0005114267, 7.016407e-5];

/// `log2(erfc(x))` in `x - SPLIT`, for `SPLIT <= x <= END`. Error in `erfc(x)` 2^-27.0.
const FAR: [f32; 7] =
    [-3.163439, -4.1140122, -1.2375426, -0.05307536, 0.012573608, -0.0023495404, 0.0002453824];

/// `-2^r` for `|r| <= 1/2`. Error 2^-23, which meets a factor of at most `erfc(SPLIT) = 0.11`.
const EXP2: [f32; 6] = [-1.0000001, -0.69314724, -0.24022037, -0.05550276, -0.009678303, -0.0013416031];

impl Unary for Erf {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        let a = x.abs();
        let near = a < SPLIT;
        // A NaN stays.
        let a = if a > END { END } else { a };
        let t = select_unpredictable(near, a.mul_add(a, -CENTER), a - SPLIT);
        let p = horner_of!(t, |i: usize| select_unpredictable(near, NEAR[i], FAR[i]); 6 5 4 3 2 1 0);
        let shifted = p + SHIFT;
        let r = p - (shifted - SHIFT);
        let q = horner_of!(r, |i: usize| EXP2[i]; 5 4 3 2 1 0);
        let scale = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
        let (factor, size) = (select_unpredictable(near, p, q), select_unpredictable(near, a, scale));
        factor.mul_add(size, select_unpredictable(near, a, 1.0)).copysign(x)
    }
}
