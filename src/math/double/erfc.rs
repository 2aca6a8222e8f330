//! The complementary error function.

use crate::math::lane::Unary;
use crate::math::polynomial::horner_of;

/// 1.5 * 2^52: to add it rounds to an integer, which the low bits of the sum then hold.
const SHIFT: f64 = 6755399441055744.0;

/// The logarithm of 2 is `LN_2 + LN2_LOW`.
const LN2_LOW: f64 = 2.3190468138462996e-17;

/// From here on the result is 0, also as a subnormal number.
const END: f64 = 28.0;

/// Where the mapping has its 0. A smaller one would stretch what is near 0 too far, a larger one the rest.
const K: f64 = 4.0;

/// With this the factor of the exponential hardly varies where `x` is small: errors of `t` do not count.
const FLAT: f64 = 0.875;

/// `(x + FLAT) exp(x^2) erfc(x)` in `t = (x - K) / (x + K)`, for `0 <= x <= 27.4`. Relative error
/// 2^-56.6, if the first coefficient is taken with `MAPPED_LOW`.
const MAPPED: [f64; 23] = [
    0.6678723559221743,
    -0.16696107670534577,
    0.08970970564565911,
    -0.027548154134126517,
    -0.009658341493556537,
    0.023200986633628847,
    -0.021428036711832906,
    0.01376727801748412,
    -0.0065762681651863825,
    0.0022163123400470532,
    -0.0003870473436828553,
    -7.000915223429083e-5,
    6.685268381417827e-5,
    -1.2914977529967896e-5,
    -4.508270780811087e-6,
    2.7049998490697685e-6,
    4.403915295357032e-8,
    -3.806435723817883e-7,
    4.1269160212450423e-8,
    5.1375774411550165e-8,
    -5.191505108516498e-9,
    -6.021493234354562e-9,
    -6.509347818201605e-10,
];

/// What the first coefficient of `MAPPED` lacks.
const MAPPED_LOW: f64 = -3.35682465315957e-17;

/// `(exp(r) - 1 - r) / r^2` for `|r| <= log(2) / 2`. Error in `exp(r)` 2^-57.5.
const EXP: [f64; 10] = [
    0.5000000000000012,
    0.166666666666667,
    0.041666666666518956,
    0.008333333333307222,
    0.001388888894622553,
    0.00019841269917339181,
    2.4801490665408194e-5,
    2.755721634445485e-6,
    2.763104690244011e-7,
    2.511784640995744e-8,
];

/// The complement of the error function.
///
/// For `x >= 0` it is `exp(-x^2) / (x + FLAT)` times a function that varies slowly, from 0.875 to 0.564:
/// a polynomial of degree 22 in `t = (x - K) / (x + K)`. The exponential has degree 11, after a
/// reduction by a multiple of `log(2)`. The square, the exponential, the polynomial and the quotient carry
/// their rounding errors along, so that only the last rounding counts much. For `x < 0` it is `2 - erfc(-x)`.
/// The coefficients come from `scripts/coefficients/erfc_double.sollya`.
pub(crate) struct Erfc;

impl Unary for Erfc {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
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
        let shifted = square.mul_add(-std::f64::consts::LOG2_E, SHIFT);
        let k = shifted - SHIFT;
        let r = k.mul_add(-std::f64::consts::LN_2, -square);
        let r_low = k.mul_add(-LN2_LOW, -square_low);
        let c = |i: usize| EXP[i];
        let r2 = r * r;
        let p = horner_of!(r2, c; 9 7 5 3 1).mul_add(r, horner_of!(r2, c; 8 6 4 2 0));
        let one = 1.0 + r;
        let curved = r2 * p;
        let rest = r - (one - 1.0) + r_low.mul_add(one + curved, curved);

        let c = |i: usize| MAPPED[i];
        let t2 = t * t;
        let t4 = t2 * t2;
        let first = horner_of!(t4, c; 19 15 11 7 3).mul_add(t, horner_of!(t4, c; 22 18 14 10 6 2));
        let second = horner_of!(t4, c; 21 17 13 9 5).mul_add(t, horner_of!(t4, c; 20 16 12 8 4));
        let q = second.mul_add(t2, first).mul_add(t, c(1));
        let mapped = q.mul_add(t, c(0));
        let mapped_low = q.mul_add(t, c(0) - mapped) + MAPPED_LOW;

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
        let scale = f64::from_bits(shifted.to_bits().wrapping_add(1023 + 128) << 52);
        let value = value * scale * f64::from_bits((1023 - 128) << 52);
        if x < 0.0 { 2.0 - value } else { value }
    }
}
