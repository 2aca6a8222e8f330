//! Powers of a block of values to one integer.

use super::power::Pow;
use crate::math::lane::{Binary, Uniform};

/// `x` to the power of the integer `n`: of arrays as `Pow`, of one `n` by multiplication in f64.
pub(crate) struct PowInteger;

impl Uniform for PowInteger {
    fn suits(n: f32) -> bool {
        n.trunc() == n && n.abs() <= 1024.0
    }

    /// An f64 holds powers of f32 wide enough: where it overflows, so does the result or its reciprocal.
    #[inline(always)]
    fn lanes<const LANES: usize>(x: &[f32; LANES], n: f32, out: &mut [f32; LANES]) -> bool {
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
        let mut base = [0.0; LANES];
        for (base, x) in base.iter_mut().zip(x) {
            *base = f64::from(*x);
        }
        let mut power = base;
        for bit in (0..size.ilog2()).rev() {
            for value in &mut power {
                *value *= *value;
            }
            if size >> bit & 1 == 1 {
                for i in 0..LANES {
                    power[i] *= base[i];
                }
            }
        }
        for i in 0..LANES {
            out[i] = if n > 0.0 { power[i] as f32 } else { (1.0 / power[i]) as f32 };
        }
        false
    }

    fn one(x: f32, n: f32) -> f32 {
        let mut out = [0.0];
        Self::lanes(&[x], n, &mut out);
        out[0]
    }
}

impl Binary for PowInteger {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32, n: f32) -> f32 {
        Pow::fast(x, n)
    }

    #[inline(always)]
    fn is_rare(x: f32, n: f32) -> bool {
        Pow::is_rare(x, n)
    }

    fn slow(x: f32, n: f32) -> f32 {
        Pow::slow(x, n)
    }
}
