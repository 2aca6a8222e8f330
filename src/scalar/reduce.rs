//! The steps of reductions: what to begin with, and how two values become one.

use super::table::by_lane;
use super::{Number, cast, scalar};
use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::op::{Reduction, Scan};

/// The value of a reduction over nothing, of a given type. Position reductions have none and give 0.
#[inline]
pub fn identity_number<T: Number>(op: Reduction) -> T {
    match op {
        Reduction::Sum | Reduction::Any => T::ZERO,
        Reduction::Prod | Reduction::All | Reduction::ProdReal => T::ONE,
        Reduction::Min | Reduction::MinFrom => T::GREATEST,
        Reduction::Max | Reduction::MaxFrom => T::LEAST,
        Reduction::ArgMin | Reduction::ArgMax | Reduction::Moment2 | Reduction::ProdImag => T::ZERO,
    }
}

/// One step of a reduction. Positions, moments and complex numbers are more than one number; they give the first
/// value.
#[inline]
pub fn combine_numbers<T: Number>(op: Reduction, a: T, b: T) -> T {
    match op {
        Reduction::Sum => a.add(b),
        Reduction::Prod => a.mul(b),
        Reduction::Min | Reduction::MinFrom => a.minimum(b),
        Reduction::Max | Reduction::MaxFrom => a.maximum(b),
        Reduction::Any => T::cast_from(a.to_bool() | b.to_bool()),
        Reduction::All => T::cast_from(a.to_bool() & b.to_bool()),
        Reduction::ArgMin | Reduction::ArgMax | Reduction::Moment2 => a,
        Reduction::ProdReal | Reduction::ProdImag => a,
    }
}

/// The product of two complex numbers, each its real and its imaginary part: `*` as it is between arrays.
#[inline]
pub fn multiply_complex<T: Number>([a_re, a_im]: [T; 2], [b_re, b_im]: [T; 2]) -> [T; 2] {
    [a_re.mul(b_re).sub(a_im.mul(b_im)), a_re.mul(b_im).add(a_im.mul(b_re))]
}

/// One step of a running value: the value before it and the element. Halves are rounded at each.
#[inline]
pub fn scan_numbers<T: Number>(op: Scan, before: T, element: T) -> T {
    if T::LANE == Lane::F16 {
        return T::cast_from(scan_numbers::<f32>(op, before.to_f32(), element.to_f32()));
    }
    match op {
        Scan::CumSum => before.add(element),
        Scan::CumProd => before.mul(element),
    }
}

/// One step of a running value. Both have one lane.
pub fn scan(op: Scan, before: Scalar, element: Scalar) -> Scalar {
    fn of<T: Number>(op: Scan, before: u64, element: u64) -> Scalar {
        scalar(scan_numbers(op, T::from_bits(before), T::from_bits(element)))
    }
    by_lane!(element.lane, of(op, before.bits, element.bits))
}

/// The value of a reduction over nothing: a bool for `any` and `all`, else of the lane given.
pub fn identity(op: Reduction, lane: Lane) -> Scalar {
    fn of<T: Number>(op: Reduction) -> Scalar {
        scalar(identity_number::<T>(op))
    }
    match op {
        Reduction::Any | Reduction::All => of::<bool>(op),
        Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => by_lane!(lane, of(op)),
        Reduction::MinFrom | Reduction::MaxFrom => by_lane!(lane, of(op)),
        Reduction::ArgMin | Reduction::ArgMax | Reduction::Moment2 => by_lane!(lane, of(op)),
        Reduction::ProdReal | Reduction::ProdImag => by_lane!(lane, of(op)),
    }
}

/// One step of a reduction. Both values have one lane; for `any` and `all` both become bools.
pub fn combine(op: Reduction, a: Scalar, b: Scalar) -> Scalar {
    fn of<T: Number>(op: Reduction, a: u64, b: u64) -> Scalar {
        scalar(combine_numbers(op, T::from_bits(a), T::from_bits(b)))
    }
    let truth = matches!(op, Reduction::Any | Reduction::All);
    let (a, b) = if truth { (cast(Lane::Bool, a), cast(Lane::Bool, b)) } else { (a, b) };
    by_lane!(a.lane, of(op, a.bits, b.bits))
}

/// Whether a later element takes the place of the best so far in `argmin` and `argmax`: it is more
/// extreme, or the first NaN. False for other reductions.
pub fn better(op: Reduction, candidate: Scalar, incumbent: Scalar) -> bool {
    fn of<T: Number>(op: Reduction, candidate: u64, incumbent: u64) -> bool {
        better_number(op, T::from_bits(candidate), T::from_bits(incumbent))
    }
    by_lane!(incumbent.lane, of(op, candidate.bits, incumbent.bits))
}

/// As [`better`], of one type.
#[inline]
pub fn better_number<T: Number>(op: Reduction, candidate: T, incumbent: T) -> bool {
    let beats = match op {
        Reduction::ArgMin => candidate < incumbent,
        Reduction::ArgMax => candidate > incumbent,
        Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => return false,
        Reduction::MinFrom | Reduction::MaxFrom | Reduction::Moment2 => return false,
        Reduction::ProdReal | Reduction::ProdImag => return false,
        Reduction::Any | Reduction::All => return false,
    };
    !incumbent.is_nan() & (beats | candidate.is_nan())
}
