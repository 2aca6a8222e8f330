//! Powers of a block of values to one integer.
//!
//! `x*x*x` rounds at every step and errs by 1.29 ULP. Here the product is a double word, an unevaluated sum
//! of two floats, until it is rounded once at the end.

use super::power::Pow;
use crate::math::lane::{Binary, Uniform};

/// `x` to the power of the integer `n`: of arrays as `Pow`, of one `n` by multiplication.
pub(crate) struct PowInteger;

impl Uniform for PowInteger {
    /// Beyond it the multiplications take longer than `Pow`, and their low words become long.
    fn suits(n: f64) -> bool {
        n.trunc() == n && n.abs() <= 1024.0
    }

    #[inline(always)]
    fn lanes<const LANES: usize>(x: &[f64; LANES], n: f64, out: &mut [f64; LANES]) -> bool {
        if let -1..=2 = n as i32 {
            // One operation, rounded once down to the last subnormal.
            for (out, &x) in out.iter_mut().zip(x) {
                *out = match n as i32 {
                    0 => 1.0,
                    1 => x,
                    2 => x * x,
                    _ => 1.0 / x,
                };
            }
            return false;
        }
        let size = n.abs() as u32;
        let (mut high, mut low) = (*x, [0.0; LANES]);
        // From the highest bit down, so that no square is larger than the result.
        for bit in (0..size.ilog2()).rev() {
            for i in 0..LANES {
                let square = high[i] * high[i];
                low[i] = (high[i] + high[i]).mul_add(low[i], high[i].mul_add(high[i], -square));
                high[i] = square;
            }
            if size >> bit & 1 == 1 {
                for i in 0..LANES {
                    let product = high[i] * x[i];
                    low[i] = low[i].mul_add(x[i], high[i].mul_add(x[i], -product));
                    high[i] = product;
                }
            }
        }
        let mut is_any_out_of_range = false;
        for i in 0..LANES {
            is_any_out_of_range |= !is_safe(high[i]);
            out[i] = high[i] + low[i];
        }
        if n < 0.0 {
            for i in 0..LANES {
                let guess = 1.0 / high[i];
                let error = (-low[i]).mul_add(guess, (-high[i]).mul_add(guess, 1.0));
                out[i] = guess.mul_add(error, guess);
            }
        }
        let mut rare = false;
        if is_any_out_of_range {
            for i in 0..LANES {
                let plain = if n < 0.0 { 1.0 / high[i] } else { high[i] };
                out[i] = if is_safe(high[i]) { out[i] } else { plain };
                rare |= !is_safe(high[i]) & is_ordinary(x[i]);
            }
        }
        rare
    }

    fn one(x: f64, n: f64) -> f64 {
        let mut out = [0.0];
        if Self::lanes(&[x], n, &mut out) { <Pow>::at(x, n) } else { out[0] }
    }
}

/// Whether a product is so far from overflow and underflow that its low word is right.
#[inline(always)]
fn is_safe(high: f64) -> bool {
    const LEAST: u64 = (1023 - 900) << 52;
    const GREATEST: u64 = (1023 + 1000) << 52;
    high.abs().to_bits().wrapping_sub(LEAST) < GREATEST - LEAST
}

/// Whether it is neither zero nor infinite nor NaN, whose products are right as they are.
#[inline(always)]
fn is_ordinary(x: f64) -> bool {
    x.abs().to_bits().wrapping_sub(1) < 0x7ff0_0000_0000_0000 - 1
}

impl Binary for PowInteger {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64, n: f64) -> f64 {
        Pow::fast(x, n)
    }

    #[inline(always)]
    fn is_rare(x: f64, n: f64) -> bool {
        Pow::is_rare(x, n)
    }

    fn slow(x: f64, n: f64) -> f64 {
        Pow::slow(x, n)
    }
}
