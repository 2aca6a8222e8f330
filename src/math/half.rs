//! Loops of conversions between half precision, as bits, and the float types.

use crate::half::F16;
use crate::math::lane::Conversion;

/// Half precision to `f32`. Exact.
pub(crate) struct Widen;

impl Conversion for Widen {
    type From = u16;
    type To = f32;

    #[inline(always)]
    fn convert(half: u16) -> f32 {
        F16(half).to_f32()
    }
}

/// A float to half precision, rounded once.
pub(crate) struct Narrow<T>(T);

impl Conversion for Narrow<f32> {
    type From = f32;
    type To = u16;

    #[inline(always)]
    fn convert(x: f32) -> u16 {
        F16::from_f32(x).0
    }
}

impl Conversion for Narrow<f64> {
    type From = f64;
    type To = u16;

    #[inline(always)]
    fn convert(x: f64) -> u16 {
        F16::from_f64(x).0
    }
}
