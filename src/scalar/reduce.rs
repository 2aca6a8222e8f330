//! The steps of reductions: what to begin with, and how two values become one.

use super::table::by_lane;
use super::{Number, cast, scalar};
use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::op::Reduction;

/// The value of a reduction over nothing, of a given type. Position reductions have none and give 0.
#[inline]
pub fn identity_number<T: Number>(op: Reduction) -> T {
    match op {
        Reduction::Sum | Reduction::Any => T::ZERO,
        Reduction::Prod | Reduction::All => T::ONE,
        Reduction::Min => T::GREATEST,
        Reduction::Max => T::LEAST,
        Reduction::ArgMin | Reduction::ArgMax => T::ZERO,
    }
}

/// One step of a reduction. Position reductions are no such steps and give the first value.
#[inline]
pub fn combine_numbers<T: Number>(op: Reduction, a: T, b: T) -> T {
    match op {
        Reduction::Sum => a.add(b),
        Reduction::Prod => a.mul(b),
        Reduction::Min => a.minimum(b),
        Reduction::Max => a.maximum(b),
        Reduction::Any => T::cast_from(a.to_bool() | b.to_bool()),
        Reduction::All => T::cast_from(a.to_bool() & b.to_bool()),
        Reduction::ArgMin | Reduction::ArgMax => a,
    }
}

/// The value of a reduction over nothing: a bool for `any` and `all`, else of the lane given.
pub fn identity(op: Reduction, lane: Lane) -> Scalar {
    fn of<T: Number>(op: Reduction) -> Scalar {
        scalar(identity_number::<T>(op))
    }
    match op {
        Reduction::Any | Reduction::All => of::<bool>(op),
        Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => by_lane!(lane, of(op)),
        Reduction::ArgMin | Reduction::ArgMax => by_lane!(lane, of(op)),
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
        Reduction::Any | Reduction::All => return false,
    };
    !incumbent.is_nan() & (beats | candidate.is_nan())
}
