//! Copying elements between two strided places.
//!
//! Axes are merged where both sides allow it, then an odometer runs over all but the last axis.
#![expect(unsafe_code, reason = "reads and writes strided memory")]

use super::view::{View, swap_unit};
use crate::dtype::DType;
use smallvec::SmallVec;

/// One axis of a copy: how many elements, and the byte strides of the two sides.
#[derive(Clone, Copy)]
struct Axis {
    n: usize,
    from: isize,
    to: isize,
}

/// What happens to an element on its way.
#[derive(Clone, Copy)]
struct Change {
    size: usize,
    /// The bytes that are reversed together; 1 for none.
    unit: usize,
    /// Whether any byte but 0 becomes 1.
    bool: bool,
}

/// Writes the elements of `from` to `to`, reversing the bytes of numbers where `swap` says so. Every bool becomes 0 or 1.
///
/// # Safety
/// `to` may be written at every place that the shape of `from` and `to_strides` reach. Both sides may
/// overlap; which values are then written is unspecified.
pub(super) unsafe fn transfer(from: &View<'_>, to: *mut u8, to_strides: &[isize], swap: bool) {
    let size = from.dtype().size();
    if from.is_empty() || size == 0 {
        return;
    }
    let change = Change {
        size,
        unit: if swap { swap_unit(from.dtype()) } else { 1 },
        bool: from.dtype() == DType::Bool,
    };
    let axes = merged(from.shape(), from.strides(), to_strides);
    let (&inner, outer) = axes.split_last().expect("`merged` gives one axis at least");
    let mut index: SmallVec<[usize; 6]> = SmallVec::from_elem(0, outer.len());
    let (mut source, mut target) = (from.as_ptr(), to);
    loop {
        // SAFETY: both pointers are at the element of `index`, from where `inner` stays within the shape.
        unsafe { line(source, target, inner, change) };
        let mut axis = outer.len();
        loop {
            let Some(next) = axis.checked_sub(1) else { return };
            axis = next;
            let Axis { n, from, to } = outer[axis];
            index[axis] += 1;
            let steps = if index[axis] < n { 1 } else { 1 - n as isize };
            // Addresses between elements may be passed on the way, so the arithmetic is wrapping.
            source = source.wrapping_offset(steps * from);
            target = target.wrapping_offset(steps * to);
            if index[axis] < n {
                break;
            }
            index[axis] = 0;
        }
    }
}

/// The axes longer than one, neighbours joined where both sides run on without a gap.
fn merged(shape: &[usize], from: &[isize], to: &[isize]) -> SmallVec<[Axis; 6]> {
    let mut axes: SmallVec<[Axis; 6]> = SmallVec::new();
    for ((&n, &from), &to) in shape.iter().zip(from).zip(to).filter(|&((&n, _), _)| n != 1) {
        match axes.last_mut() {
            Some(last) if last.from == from * n as isize && last.to == to * n as isize => {
                *last = Axis { n: last.n * n, from, to };
            }
            Some(_) | None => axes.push(Axis { n, from, to }),
        }
    }
    if axes.is_empty() {
        axes.push(Axis { n: 1, from: 0, to: 0 });
    }
    axes
}

/// Copies one line of elements.
///
/// # Safety
/// Reading at `from` and writing at `to` is allowed at each of the `axis.n` steps.
unsafe fn line(from: *const u8, to: *mut u8, axis: Axis, change: Change) {
    let size = change.size as isize;
    let dense = axis.n == 1 || (axis.from == size && axis.to == size);
    if dense && change.unit == 1 && !change.bool {
        // SAFETY: dense lines are `n * size` bytes on both sides; `copy` allows an overlap.
        unsafe { std::ptr::copy(from, to, axis.n * change.size) };
        return;
    }
    // SAFETY (of each arm): the caller allows every step, and an element is `change.size` bytes.
    match change.size {
        // SAFETY: as above.
        1 => unsafe { fixed::<1>(from, to, axis, change) },
        // SAFETY: as above.
        2 => unsafe { fixed::<2>(from, to, axis, change) },
        // SAFETY: as above.
        4 => unsafe { fixed::<4>(from, to, axis, change) },
        // SAFETY: as above.
        8 => unsafe { fixed::<8>(from, to, axis, change) },
        // SAFETY: as above.
        16 => unsafe { fixed::<16>(from, to, axis, change) },
        // SAFETY: as above.
        _ => unsafe { any(from, to, axis, change) },
    }
}

/// [`line`] for elements of `N` bytes.
///
/// # Safety
/// As for [`line`], with `N == change.size`.
unsafe fn fixed<const N: usize>(from: *const u8, to: *mut u8, axis: Axis, change: Change) {
    for i in 0..axis.n as isize {
        let (from, to) = (from.wrapping_offset(i * axis.from), to.wrapping_offset(i * axis.to));
        // SAFETY: the caller allows reading this step.
        let mut element = unsafe { from.cast::<[u8; N]>().read_unaligned() };
        if change.unit == N {
            element.reverse();
        } else if change.unit > 1 {
            element.chunks_exact_mut(change.unit).for_each(<[u8]>::reverse);
        }
        if change.bool {
            element[0] = u8::from(element[0] != 0);
        }
        // SAFETY: the caller allows writing this step.
        unsafe { to.cast::<[u8; N]>().write_unaligned(element) };
    }
}

/// [`line`] for text, whose elements have any size.
///
/// # Safety
/// As for [`line`].
unsafe fn any(from: *const u8, to: *mut u8, axis: Axis, change: Change) {
    let mut element: SmallVec<[u8; 64]> = SmallVec::from_elem(0, change.size);
    for i in 0..axis.n as isize {
        let (from, to) = (from.wrapping_offset(i * axis.from), to.wrapping_offset(i * axis.to));
        // SAFETY: the caller allows reading this step; `element` is memory of our own.
        unsafe { std::ptr::copy_nonoverlapping(from, element.as_mut_ptr(), change.size) };
        if change.unit > 1 {
            element.chunks_exact_mut(change.unit).for_each(<[u8]>::reverse);
        }
        // SAFETY: the caller allows writing this step; `element` is memory of our own.
        unsafe { std::ptr::copy_nonoverlapping(element.as_ptr(), to, change.size) };
    }
}
