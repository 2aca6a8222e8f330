//! Reductions along a fixed tree.
//!
//! How values combine follows from the reduced index space alone, so that threads, lane widths and
//! block sizes cannot change a bit. [`crate::reference`] defines the tree; in short: *inner* (the last
//! axis is reduced) combines chunks of 256 consecutive elements in 16 interleaved accumulators, *outer*
//! chunks of 16 consecutive rows in one accumulator a column, and both combine the chunks' values
//! pairwise, as an aligned binary tree.
//!
//! A run of whole chunks whose number is a power of two is a whole subtree, so threads take such runs
//! (*segments*) and their values are combined by the rest of the same tree.

#![expect(unsafe_code, reason = "declares the contract of feeding raw blocks")]

mod combine;
mod inner;
mod moment;
mod outer;

use crate::dtype::Lane;
use crate::op::Reduction;
use crate::scalar::Number;

/// The value of part of a reduction, as bits: an element, and for positions the index it stood at; or
/// the count, the mean and the squared deviations of part of a variance; or both parts of a complex
/// product, and whether it has any factors.
pub type Partial = [u64; 3];

/// Where a block's elements begin; of complex numbers the real and the imaginary parts, else twice the same.
pub type Planes = [*const u8; 2];

/// What a fold takes at a time.
trait Element: Copy {
    /// Reads the element of that index.
    ///
    /// # Safety
    /// The planes that it has are readable there, at any alignment.
    unsafe fn read(planes: Planes, index: usize) -> Self;
}

impl<T: Number> Element for T {
    #[inline(always)]
    unsafe fn read([numbers, _]: Planes, index: usize) -> T {
        // SAFETY: as the caller promises.
        T::load(unsafe { numbers.cast::<T::Memory>().add(index).read_unaligned() })
    }
}

/// A complex number.
#[derive(Clone, Copy)]
struct Complex<T>([T; 2]);

impl<T: Number> Element for Complex<T> {
    #[inline(always)]
    unsafe fn read([re, im]: Planes, index: usize) -> Complex<T> {
        // SAFETY: as the caller promises.
        Complex(unsafe { [T::read([re, re], index), T::read([im, im], index)] })
    }
}

/// The chunk of the inner tree, in elements.
pub const INNER_CHUNK: usize = 256;

/// The chunk of the outer tree, in rows.
pub const OUTER_CHUNK: usize = 16;

/// Reduces one segment at a time: elements are fed in order, in blocks of any length.
pub trait Folder: Send {
    /// Begins a segment whose first element (or row) has this index in the reduced space.
    fn begin(&mut self, index: usize);

    /// Takes the next elements: for the inner tree `len` elements, for the outer one row.
    ///
    /// # Safety
    /// The planes are readable for `len` elements of the folder's dtype, at any alignment.
    unsafe fn feed(&mut self, planes: Planes, len: usize);

    /// Ends the segment and gives its value, for the outer tree one a column.
    fn end(&mut self, values: &mut Vec<Partial>);
}

/// A folder along the inner tree.
pub fn inner(op: Reduction, lane: Lane) -> Box<dyn Folder> {
    if op == Reduction::Moment2 {
        return Box::new(moment::Inner::new());
    }
    combine::with(op, lane, inner::Inner)
}

/// A folder along the outer tree, over rows of `width` columns.
pub fn outer(op: Reduction, lane: Lane, width: usize) -> Box<dyn Folder> {
    if op == Reduction::Moment2 {
        return Box::new(moment::Outer::new(width));
    }
    combine::with(op, lane, outer::Outer { width })
}

/// Combines the values of consecutive segments, one after the other in `values`, `width` columns each,
/// as the rest of the tree; leaves one value a column.
pub fn join(op: Reduction, lane: Lane, values: &mut Vec<Partial>, width: usize) {
    combine::with(op, lane, combine::Join { values, width });
}

/// The value of a reduction over nothing.
pub fn empty(op: Reduction, lane: Lane) -> Partial {
    combine::with(op, lane, combine::Empty)
}

/// The dtype of a reduction's result.
pub fn result(op: Reduction, lane: Lane) -> Lane {
    match op {
        Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => lane,
        Reduction::MinFrom | Reduction::MaxFrom | Reduction::Moment2 => lane,
        Reduction::ProdReal | Reduction::ProdImag => lane,
        Reduction::Any | Reduction::All => Lane::Bool,
        Reduction::ArgMin | Reduction::ArgMax => Lane::I64,
    }
}

/// The bits of the result that a partial stands for.
pub fn finish(op: Reduction, value: Partial) -> u64 {
    match op {
        Reduction::ArgMin | Reduction::ArgMax | Reduction::ProdImag => value[1],
        Reduction::Moment2 => value[2],
        Reduction::MinFrom | Reduction::MaxFrom => value[0],
        Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => value[0],
        Reduction::Any | Reduction::All | Reduction::ProdReal => value[0],
    }
}
