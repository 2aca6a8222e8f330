//! What a pass reads, as it lies in memory: inputs and kept arrays through their views, and what is not in memory.
#![expect(unsafe_code, reason = "reads the only element of a view")]

use super::block::{Resolved, Table};
use super::error::Error;
use super::pass::{Operand, Running};
use crate::array::{Array, View, ViewMut, swap_unit};
use crate::dtype::DType;
use crate::ir::{Axes, Placed, Plane};
use crate::kernel::{PassSource, Source};
use crate::shape::{self, Strides};
use smallvec::SmallVec;

/// What a source is.
enum Seen<'v> {
    /// One element.
    Cell(u64),
    /// Elements in memory.
    View(View<'v>),
    /// Numbers that follow from the place; strides are in numbers.
    Numbers(Placed),
}

impl Running<'_> {
    /// An array that a pass reads, and its byte strides along the pass's space.
    pub(super) fn resolve(
        &self,
        source: &PassSource,
        rank: usize,
    ) -> Result<(Resolved, SmallVec<[isize; 6]>), Error> {
        let none = SmallVec::from_elem(0, rank);
        let cell = |cell| Resolved { single: true, cell, ..Resolved::of(source.dtype) };
        Ok(match self.seen(source)? {
            Seen::Cell(bits) => (cell(bits), none),
            Seen::View(view) if source.is_single() && source.dtype.is_text() => {
                if view.is_empty() {
                    return Err(Error::TooBig);
                }
                let mut wide = vec![0; source.dtype.size()];
                view.copy_to(&mut wide)?;
                (Resolved { wide: Some(wide.into()), ..cell(0) }, none)
            }
            Seen::View(view) if source.is_single() => (cell(read_single(&view)?), none),
            Seen::Numbers(placed) if source.is_single() => (cell(placed.offset as u64), none),
            Seen::View(view) => {
                let (base, swapped) = (view.as_ptr().cast_mut(), view.is_swapped());
                let resolved = Resolved { base, swapped, ..Resolved::of(source.dtype) };
                (resolved, padded(view.shape(), view.strides(), rank))
            }
            Seen::Numbers(Placed { offset, shape, strides }) => {
                // Eight bytes an i64, as if it were there.
                let base = std::ptr::without_provenance_mut(offset.wrapping_mul(8) as usize);
                let strides: Strides = strides.iter().map(|step| step.wrapping_mul(8)).collect();
                let resolved = Resolved { base, numbered: true, ..Resolved::of(source.dtype) };
                (resolved, padded(&shape, &strides, rank))
            }
        })
    }

    /// Copies what a scan reads.
    pub(super) fn copy_source(&self, source: &PassSource, to: &mut ViewMut<'_>) -> Result<(), Error> {
        match self.seen(source)? {
            Seen::View(view) => to.copy_from(&view)?,
            Seen::Cell(bits) => {
                let bytes = &bits.to_le_bytes()[..source.dtype.size()];
                let still = vec![0; to.shape().len()];
                let cell = View::from_bytes(bytes, source.dtype, to.shape(), &still, 0, false)?;
                to.copy_from(&cell)?;
            }
            Seen::Numbers(_) => unreachable!("the plan keeps what is not in memory"),
        }
        Ok(())
    }

    /// An array of which elements are taken: flat, or copied to be so.
    pub(super) fn table(&self, source: &PassSource, dense: &mut Vec<Array>) -> Result<Table, Error> {
        let Seen::View(view) = self.seen(source)? else {
            unreachable!("the plan keeps what is not in memory");
        };
        let table = |view: &View<'_>, stride| Table {
            base: view.as_ptr(),
            len: view.len(),
            stride,
            size: source.dtype.size(),
            unit: if view.is_swapped() { swap_unit(source.dtype) } else { 1 },
        };
        if view.is_dense() {
            return Ok(table(&view, source.dtype.size() as isize));
        }
        if let [stride] = *view.strides() {
            return Ok(table(&view, stride));
        }
        dense.push(Array::from_view(&view)?);
        let copy = dense.last().map(View::from).expect("just pushed");
        Ok(table(&copy, source.dtype.size() as isize))
    }

    fn seen(&self, source: &PassSource) -> Result<Seen<'_>, Error> {
        let view = match &source.source {
            Source::Count(dims) => {
                let count = shape::count(&self.shape(dims)).map_err(|_| Error::TooBig)?;
                return Ok(Seen::Cell(count as u64));
            }
            Source::Index(dims, along) => {
                let mut placed = numbers(&self.shape(dims), *along)?;
                for map in &source.views {
                    let next = map.place(&placed.shape, &placed.strides).ok_or(Error::TooBig)?;
                    placed = Placed { offset: placed.offset.wrapping_add(next.offset), ..next };
                }
                return Ok(Seen::Numbers(placed));
            }
            Source::Temp(id) => View::from(self.temp(*id)),
            Source::Input(input, plane) => match (self.copy_of(*input), self.run.inputs[input.index()]) {
                (Some(array), _) => part(&View::from(array), *plane),
                (None, Operand::View(view)) => part(view, *plane),
                (None, Operand::Single(bits)) => return Ok(Seen::Cell(bits)),
                (None, Operand::Text(text)) => View::from(text),
                (None, Operand::Pair(parts)) => {
                    return Ok(Seen::Cell(parts[usize::from(*plane == Plane::Imag)]));
                }
            },
        };
        let mut view = view;
        for map in &source.views {
            view = view.select(map)?;
        }
        Ok(Seen::View(view))
    }
}

impl Resolved {
    /// An array that is nowhere yet.
    pub(super) fn of(dtype: DType) -> Resolved {
        Resolved {
            base: std::ptr::dangling_mut(),
            size: dtype.size(),
            step: dtype.size() as isize,
            swapped: false,
            unit: swap_unit(dtype),
            single: false,
            cell: 0,
            wide: None,
            numbered: false,
        }
    }
}

fn part<'v>(view: &View<'v>, plane: Plane) -> View<'v> {
    match plane {
        Plane::Real | Plane::Imag => view.plane(plane),
        Plane::Whole => view.clone(),
    }
}

/// A space's numbers in C order along some of its axes.
fn numbers(shape: &[usize], along: Axes) -> Result<Placed, Error> {
    shape::bytes(shape, DType::I64.size()).map_err(|_| Error::TooBig)?;
    let mut strides: Strides = SmallVec::from_elem(0, shape.len());
    let mut step = 1isize;
    for (axis, (stride, &n)) in strides.iter_mut().zip(shape).enumerate().rev() {
        if along.contains(axis) {
            *stride = step;
            step = step.saturating_mul(n.max(1) as isize);
        }
    }
    Ok(Placed { offset: 0, shape: shape.into(), strides })
}

/// Strides along the last axes of a space of that rank; 0 where an axis has one element, or is not there.
pub(super) fn padded(shape: &[usize], strides: &[isize], rank: usize) -> SmallVec<[isize; 6]> {
    let mut along: SmallVec<[isize; 6]> = SmallVec::from_elem(0, rank - shape.len());
    along.extend(shape.iter().zip(strides).map(|(&n, &s)| if n == 1 { 0 } else { s }));
    along
}

/// The bits of a view's only element.
fn read_single(view: &View<'_>) -> Result<u64, Error> {
    if view.is_empty() {
        return Err(Error::TooBig);
    }
    let mut bytes = [0u8; 8];
    let size = view.dtype().size();
    // SAFETY: a view that is not empty has `size` readable bytes at its pointer, at most 8 for lane dtypes.
    unsafe { view.as_ptr().copy_to_nonoverlapping(bytes.as_mut_ptr(), size) };
    if view.is_swapped() {
        bytes[..size].reverse();
    }
    Ok(u64::from_le_bytes(bytes))
}
