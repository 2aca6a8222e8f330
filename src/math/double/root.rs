//! The cube root, and the length of a pair.

use crate::math::lane::{Binary, Unary};

/// The cube root, 0.503 ULP.
pub(crate) struct Cbrt;

/// `(1 - h)^(-1/3)` for |h| <= 0.103, relative error 2^-32; from scripts/coefficients/root.sollya.
const ROOT: [f64; 7] = [
    0.9999999999881578,
    0.3333333466766363,
    0.22222225454900163,
    0.1728294643626687,
    0.14401866413468117,
    0.1267142272050716,
    0.11300495755110121,
];

const SIGN: u64 = 1 << 63;

impl Unary for Cbrt {
    type Element = f64;

    /// The reciprocal of the root without a division: an estimate of 3.4 %, its error taken off to 2^-32;
    /// then one step of Newton's for the root itself.
    #[inline(always)]
    fn fast(x: f64) -> f64 {
        let size = x.abs();
        // Bits of a float are a logarithm: -1/3 of them, and 4/3 of the exponent's bias less 0.018, which
        // makes the errors of both signs alike.
        let y = f64::from_bits(0x553e_e800_0000_0000 - (size.to_bits() >> 32) * 0x5555_5556);
        let h = (-(y * y)).mul_add(size * y, 1.0);
        let h2 = h * h;
        let a = h.mul_add(ROOT[1], ROOT[0]);
        let b = h.mul_add(ROOT[3], ROOT[2]);
        let c = h2.mul_add(ROOT[6], h.mul_add(ROOT[5], ROOT[4]));
        let y = y * (h2 * h2).mul_add(c, h2.mul_add(b, a));
        let y2 = y * y;
        let root = size * y2;
        // x - root^3, whose square is taken as a double word.
        let square = root * root;
        let square_low = root.mul_add(root, -square);
        let rest = (-square_low).mul_add(root, (-square).mul_add(root, size));
        let root = rest.mul_add(y2 * (1.0 / 3.0), root);
        let root = if size < f64::INFINITY { root } else { size };
        f64::from_bits(root.to_bits() | (x.to_bits() & SIGN))
    }

    /// Below 2^-900 the rest underflows. (Zero is fine.)
    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        x.abs().to_bits().wrapping_sub(1) < (1023 - 900) << 52
    }

    fn slow(x: f64) -> f64 {
        const UP: f64 = f64::from_bits((1023 + 300) << 52);
        const BACK: f64 = f64::from_bits((1023 - 100) << 52);
        Self::fast(x * UP) * BACK
    }
}

/// `sqrt(x*x + y*y)`, 0.52 ULP.
pub(crate) struct Hypot;

impl Binary for Hypot {
    type Element = f64;

    /// The sum of the squares is a double word. What it and the root have lost is added to the root, divided
    /// by 2 sqrt(sum) to 3.5 %, which is an error of 0.03 ULP.
    #[inline(always)]
    fn fast(x: f64, y: f64) -> f64 {
        let (x, y) = (x.abs(), y.abs());
        let (large, small) = (if x < y { y } else { x }, if x < y { x } else { y });
        let (a, b) = (large * large, small * small);
        let sum = a + b;
        let sum_low = ((a - sum) + b) + (large.mul_add(large, -a) + small.mul_add(small, -b));
        // Bits of a float are a logarithm: -1/2 of them, and 3/2 of the exponent's bias, less one for the 2.
        let half_reciprocal = f64::from_bits(0x5fd6_eb50_c7b5_37a9_u64.wrapping_sub(sum.to_bits() >> 1));
        let root = sum.sqrt();
        let rest = (-root).mul_add(root, sum) + sum_low;
        rest.mul_add(half_reciprocal, root)
    }

    /// Infinity, and where a square overflows or what it loses underflows. (Zeros and NaN are fine.)
    #[inline(always)]
    fn is_rare(x: f64, y: f64) -> bool {
        const LEAST: u64 = (1023 - 450) << 52;
        const GREATEST: f64 = f64::from_bits((1023 + 510) << 52);
        let (x, y) = (x.abs(), y.abs());
        let large = if x < y { y } else { x };
        (x > GREATEST) | (y > GREATEST) | (large.to_bits().wrapping_sub(1) < LEAST - 1)
    }

    fn slow(x: f64, y: f64) -> f64 {
        const UP: f64 = f64::from_bits((1023 + 600) << 52);
        const DOWN: f64 = f64::from_bits((1023 - 600) << 52);
        if x.is_infinite() || y.is_infinite() {
            f64::INFINITY
        } else if x.abs() > 1.0 || y.abs() > 1.0 {
            Self::fast(x * DOWN, y * DOWN) * UP
        } else {
            Self::fast(x * UP, y * UP) * DOWN
        }
    }
}
