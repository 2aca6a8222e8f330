//! Floats to integer powers.
//!
//! `x*x*x` rounds at every step and errs by 1.29 ULP. Here the product is a double word, an
//! unevaluated sum of two floats, until it is rounded once at the end.

use super::{double, single};

/// Beyond this the errors of the steps add up to something, and `pow` is quicker anyway.
const GREATEST_POWER: f64 = 1_048_576.0;

/// Products within these bounds neither overflow nor lose their low word to underflow.
const SAFE: std::ops::Range<f64> = 1e-270..1e270;

/// `x` to the power `n`, an integer's value.
pub(super) fn pow_integer_f64(x: f64, n: f64) -> f64 {
    if n.trunc() != n || n.abs() > GREATEST_POWER {
        return double::pow(x, n);
    }
    if n == 0.0 {
        return 1.0;
    }
    let (high, low) = power(x, n.abs() as u32);
    // Zeros, infinities and NaN are outside too.
    if !SAFE.contains(&high.abs()) {
        return double::pow(x, n);
    }
    if n > 0.0 { high } else { reciprocal(high, low) }
}

/// `x` to the power `n`, an integer's value.
pub(super) fn pow_integer_f32(x: f32, n: f32) -> f32 {
    if n.trunc() != n || n.abs() > GREATEST_POWER as f32 {
        return single::pow(x, n);
    }
    // An f64 holds powers of f32 wide enough: where it overflows, so does the result or its reciprocal.
    let (mut result, mut square, mut left) = (1.0, f64::from(x), n.abs() as u32);
    while left != 0 {
        if left & 1 == 1 {
            result *= square;
        }
        square *= square;
        left >>= 1;
    }
    (if n < 0.0 { 1.0 / result } else { result }) as f32
}

/// `x` to the power `n > 0` as a double word, whose high word is the sum rounded.
fn power(x: f64, n: u32) -> (f64, f64) {
    // From the highest bit down, so that no square is larger than the result.
    let mut result = (x, 0.0);
    for bit in (0..n.ilog2()).rev() {
        result = product(result, result);
        if n >> bit & 1 == 1 {
            result = product(result, (x, 0.0));
        }
    }
    result
}

/// The product of two double words, to about 103 bits.
fn product(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let high = a.0 * b.0;
    let low = a.0.mul_add(b.0, -high);
    let low = a.1.mul_add(b.0, a.0.mul_add(b.1, low));
    let sum = high + low;
    (sum, low - (sum - high))
}

/// The reciprocal of a double word, rounded.
fn reciprocal(high: f64, low: f64) -> f64 {
    let guess = 1.0 / high;
    let error = (-low).mul_add(guess, (-high).mul_add(guess, 1.0));
    guess.mul_add(error, guess)
}
