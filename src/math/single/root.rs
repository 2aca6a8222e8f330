//! The cube root, and the length of a pair: the ways of `double::root`.

use crate::math::lane::{Binary, Unary};

/// The cube root, 0.501 ULP.
pub(crate) struct Cbrt;

/// `(1 - h)^(-1/3)` for |h| <= 0.103, relative error 2^-18.9; from scripts/coefficients/root.sollya.
const ROOT: [f32; 4] = [0.999998, 0.33332828, 0.22375949, 0.17458682];

const SIGN: u32 = 1 << 31;

impl Unary for Cbrt {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        // What turns -1/3 of the bits to those of the estimate, and 2^31, which makes a float show them
        // shifted right by 8: there is no product of the high words of integers for each lane.
        const MAGIC: f32 = 1419897514.0 + 2147483648.0;
        let size = x.abs();
        let bits = size.to_bits() as i32 as f32;
        let y = f32::from_bits(bits.mul_add(-1.0 / 3.0, MAGIC).to_bits() << 8);
        let h = (-(y * y)).mul_add(size * y, 1.0);
        let a = h.mul_add(ROOT[1], ROOT[0]);
        let b = h.mul_add(ROOT[3], ROOT[2]);
        let y = y * (h * h).mul_add(b, a);
        let y2 = y * y;
        let root = size * y2;
        let square = root * root;
        let square_low = root.mul_add(root, -square);
        let rest = (-square_low).mul_add(root, (-square).mul_add(root, size));
        let root = rest.mul_add(y2 * (1.0 / 3.0), root);
        let root = if size < f32::INFINITY { root } else { size };
        f32::from_bits(root.to_bits() | (x.to_bits() & SIGN))
    }

    /// Below 2^-80 the rest underflows. (Zero is fine.)
    #[inline(always)]
    fn is_rare(x: f32) -> bool {
        x.abs().to_bits().wrapping_sub(1) < (127 - 80) << 23
    }

    fn slow(x: f32) -> f32 {
        const UP: f32 = f32::from_bits((127 + 90) << 23);
        const BACK: f32 = f32::from_bits((127 - 30) << 23);
        Self::fast(x * UP) * BACK
    }
}

/// `sqrt(x*x + y*y)`, 0.52 ULP.
pub(crate) struct Hypot;

impl Binary for Hypot {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32, y: f32) -> f32 {
        let (x, y) = (x.abs(), y.abs());
        let (large, small) = (if x < y { y } else { x }, if x < y { x } else { y });
        let (a, b) = (large * large, small * small);
        let sum = a + b;
        let sum_low = ((a - sum) + b) + (large.mul_add(large, -a) + small.mul_add(small, -b));
        let half_reciprocal = f32::from_bits(0x5eb7_59df_u32.wrapping_sub(sum.to_bits() >> 1));
        let root = sum.sqrt();
        let rest = (-root).mul_add(root, sum) + sum_low;
        rest.mul_add(half_reciprocal, root)
    }

    /// Infinity, and where a square overflows or what it loses underflows. (Zeros and NaN are fine.)
    #[inline(always)]
    fn is_rare(x: f32, y: f32) -> bool {
        const LEAST: u32 = (127 - 50) << 23;
        const GREATEST: f32 = f32::from_bits((127 + 62) << 23);
        let (x, y) = (x.abs(), y.abs());
        let large = if x < y { y } else { x };
        (x > GREATEST) | (y > GREATEST) | (large.to_bits().wrapping_sub(1) < LEAST - 1)
    }

    fn slow(x: f32, y: f32) -> f32 {
        if x.is_infinite() || y.is_infinite() {
            return f32::INFINITY;
        }
        let (x, y) = (f64::from(x), f64::from(y));
        (x * x + y * y).sqrt() as f32
    }
}
