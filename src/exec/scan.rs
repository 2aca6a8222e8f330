//! Running values: in place over a dense array, in index order along the axis, side by side along the others.
//!
//! The order is that of the indices, so no cut can change a bit: a segment goes on from the value before it,
//! which stands in the array.
#![expect(unsafe_code, reason = "threads work on their own columns of one array")]

use super::env::Control;
use super::error::Error;
use super::tile;
use crate::array::Array;
use crate::dtype::Lane;
use crate::half::F16;
use crate::op::Scan;
use crate::scalar::{Number, scan_numbers};

/// The widest strip of columns that is walked at once.
const STRIP: usize = 512;

/// The most elements between two looks at whether to stop.
const SEGMENT: usize = 1 << 22;

/// The elements of a task of short rows.
const ROWS: usize = 1 << 16;

/// An array as a scan sees it: `outer` times `len` steps of `inner` columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Along {
    outer: usize,
    len: usize,
    inner: usize,
}

impl Along {
    /// Along one axis of a shape, or along all elements.
    pub(super) fn axis(shape: &[usize], axis: Option<u32>) -> Along {
        let product = |sizes: &[usize]| sizes.iter().product();
        match axis.map(|axis| axis as usize) {
            None => Along { outer: 1, len: product(shape), inner: 1 },
            Some(axis) => {
                Along { outer: product(&shape[..axis]), len: shape[axis], inner: product(&shape[axis + 1..]) }
            }
        }
    }
}

/// The array's elements, shared by threads that work on columns of their own.
struct Elements<T: Number>(*mut T::Memory);

// SAFETY: the array is lent for the whole scan; no element is touched by two tasks at once.
unsafe impl<T: Number> Sync for Elements<T> {}

/// Replaces each element by its running value.
pub(super) fn scan(
    control: &Control<'_>,
    op: Scan,
    lane: Lane,
    array: &mut Array,
    along: Along,
) -> Result<(), Error> {
    match lane {
        Lane::Bool => run::<bool>(control, op, array, along),
        Lane::I8 => run::<i8>(control, op, array, along),
        Lane::I16 => run::<i16>(control, op, array, along),
        Lane::I32 => run::<i32>(control, op, array, along),
        Lane::I64 => run::<i64>(control, op, array, along),
        Lane::U8 => run::<u8>(control, op, array, along),
        Lane::U16 => run::<u16>(control, op, array, along),
        Lane::U32 => run::<u32>(control, op, array, along),
        Lane::U64 => run::<u64>(control, op, array, along),
        Lane::F16 => run::<F16>(control, op, array, along),
        Lane::F32 => run::<f32>(control, op, array, along),
        Lane::F64 => run::<f64>(control, op, array, along),
    }
}

fn run<T: Number>(control: &Control<'_>, op: Scan, array: &mut Array, along: Along) -> Result<(), Error> {
    let Along { outer, len, inner } = along;
    if outer == 0 || len == 0 || inner == 0 {
        return Ok(());
    }
    debug_assert_eq!(array.bytes().len(), outer * len * inner * size_of::<T::Memory>());
    let strip = inner.min(STRIP);
    let strips = inner.div_ceil(strip);
    let rows = if inner == 1 { (ROWS / len).max(1) } else { 1 };
    let segment = (SEGMENT / strip).max(1);
    let threads = tile::threads(array.len(), 1.0, control.most_threads());
    let elements = Elements::<T>(array.bytes_mut().as_mut_ptr().cast());
    for from in (0..len).step_by(segment) {
        let to = (from + segment).min(len);
        let work = |(): &mut (), task: usize| {
            let (column, group) = (task % strips * strip, task / strips * rows);
            for row in group..(group + rows).min(outer) {
                let part = Part { row, column, width: strip.min(inner - column), from, to };
                // SAFETY: the part lies in the array, and no other task has its columns.
                unsafe { walk(op, &elements, along, part) };
            }
            Ok(())
        };
        control.for_each(outer.div_ceil(rows) * strips, threads, || Ok(()), work)?;
    }
    Ok(())
}

/// Steps `from..to` of some columns of one row.
struct Part {
    row: usize,
    column: usize,
    width: usize,
    from: usize,
    to: usize,
}

/// # Safety
/// The part lies in the array of that layout, and nobody else touches its columns.
unsafe fn walk<T: Number>(op: Scan, elements: &Elements<T>, along: Along, part: Part) {
    let origin = part.row * along.len * along.inner + part.column;
    for step in part.from..part.to {
        let at = origin + step * along.inner;
        for k in at..at + part.width {
            // SAFETY: `k`, and the element a step before it, are of the part's columns.
            unsafe {
                let place = elements.0.add(k);
                let element = T::load(place.read());
                let value = match step {
                    0 => element,
                    _ => scan_numbers(op, T::load(elements.0.add(k - along.inner).read()), element),
                };
                place.write(value.store());
            }
        }
    }
}
