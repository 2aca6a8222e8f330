//! The complementary error function.

use crate::math::lane::Unary;
use crate::math::polynomial::horner_of;

/// 1.5 * 2^23: to add it rounds to an integer, which the low bits of the sum then hold.
const SHIFT: f32 = 12582912.0;

/// The logarithm of 2 is `LN_2 + LN2_LOW`.
const LN2_LOW: f32 = -1.9046542e-9;

/// From here on the result is 0, also as a subnormal number.
const END: f32 = 10.5;

/// `(x + FLAT) exp(x^2) erfc(x)` in `t = (x - K) / (x + K)`, for `0 <= x <= 10.1`. Relative error 2^-25.4.
const MAPPED: [f32; 11] = [
    0.7342626,
    -0.20657663,
    0.007605891,
    0.052409254,
    -0.025701355,
    -0.0013954986,
    0.0040002363,
    0.00026213512,
    -0.00061575964,
    -0.000117289965,
    3.0376896e-5,
];

/// `(exp(r) - 1 - r) / r^2` for `|r| <= log(2) / 2`. Error in `exp(r)` 2^-27.6.
const EXP: [f32; 5] = [0.4999998, 0.16666518, 0.041671455, 0.008368952, 0.0013657024];

/// Where the mapping has its 0.
const K: f32 = 2.0;

/// As for `f64`.
const FLAT: f32 = 0.875;

/// The complement of the error function, as for `f64`, with polynomials of degree 10 and 6. The coefficients
/// come from `scripts/coefficients/erf_single.sollya`.
pub(crate) struct Erfc;

impl Unary for Erfc {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        let a = x.abs();
        // A NaN stays.
        let a = if a > END { END } else { a };

        let t = (a - K) / (a + K);
        let sum = a + FLAT;
        let sum_low = a - (sum - FLAT);
        let inverse = 1.0 / sum;

        // exp(-a^2) = 2^k (one + rest)
        let square = a * a;
        let square_low = a.mul_add(a, -square);
        let shifted = square.mul_add(-std::f32::consts::LOG2_E, SHIFT);
        let k = shifted - SHIFT;
        let r = k.mul_add(-std::f32::consts::LN_2, -square);
        let r_low = k.mul_add(-LN2_LOW, -square_low);
        let c = |i: usize| EXP[i];
        let r2 = r * r;
        let p = horner_of!(r, c; 4 3 2 1 0);
        let one = 1.0 + r;
        let curved = r2 * p;
        let rest = r - (one - 1.0) + r_low.mul_add(one + curved, curved);

        let c = |i: usize| MAPPED[i];
        let t2 = t * t;
        let q = horner_of!(t2, c; 9 7 5 3).mul_add(t, horner_of!(t2, c; 10 8 6 4 2)).mul_add(t, c(1));
        let mapped = q.mul_add(t, c(0));
        let mapped_low = q.mul_add(t, c(0) - mapped);

        // exp(r) mapped = product + product_low
        let exp = one + rest;
        let exp_low = one - exp + rest;
        let product = exp * mapped;
        let product_low = exp_low.mul_add(mapped, exp.mul_add(mapped_low, exp.mul_add(mapped, -product)));

        // Divided by a + FLAT.
        let quotient = product * inverse;
        let left = (-quotient).mul_add(sum, product) + (-quotient).mul_add(sum_low, product_low);
        let value = left.mul_add(inverse, quotient);

        // 2^k in two steps, of which the second rounds what is subnormal.
        let scale = f32::from_bits(shifted.to_bits().wrapping_add(127 + 64) << 23);
        let value = value * scale * f32::from_bits((127 - 64) << 23);
        if x < 0.0 { 2.0 - value } else { value }
    }
}
