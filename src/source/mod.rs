//! Arrays in files: typed regions from and to `.npy`.
//!
//! A [`Source`] gives any box of its elements as dense bytes in C order and native byte order; a
//! [`Sink`] takes such boxes. Both work by position, so that many threads may use one at once. A source
//! that lies in memory says so ([`Source::resident`]) and need not be read at all.
//!
//! Nothing is mapped unless asked for ([`NpyMap::map`], which is unsafe for a reason), no signal handler
//! is installed. New files appear whole or not at all.
//!
//! This module knows nothing of formulas.

mod error;
mod header;
mod map;
mod position;
mod read;
mod write;

pub use error::{Error, ErrorKind};
pub use header::Header;
pub use map::NpyMap;
pub use read::{NpyFile, read_npy};
pub use write::{NpyWriter, write_npy};

use crate::array::View;
use crate::dtype::DType;
use crate::shape::Shape;

/// A box of an array's elements.
///
/// ```
/// use numfuse::source::Region;
/// let middle = Region::new(&[1, 0], &[2, 3]);
/// assert!(middle.is_within(&[3, 3]) && !middle.is_within(&[2, 3]));
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// The index of the first element, one number an axis.
    pub start: Shape,
    /// The sizes of the box.
    pub shape: Shape,
}

impl Region {
    /// The box of this shape that begins at this index.
    pub fn new(start: &[usize], shape: &[usize]) -> Region {
        Region { start: start.into(), shape: shape.into() }
    }

    /// The whole of an array of this shape.
    pub fn all(shape: &[usize]) -> Region {
        Region { start: Shape::from_elem(0, shape.len()), shape: shape.into() }
    }

    /// Whether an array of the shape `whole` has all of these elements.
    pub fn is_within(&self, whole: &[usize]) -> bool {
        self.start.len() == whole.len()
            && self.shape.len() == whole.len()
            && self
                .start
                .iter()
                .zip(&self.shape)
                .zip(whole)
                .all(|((&start, &n), &of)| start <= of && n <= of - start)
    }

    /// These elements of a view, if it has them.
    pub fn of<'a>(&self, whole: &View<'a>) -> Option<View<'a>> {
        if !self.is_within(whole.shape()) {
            return None;
        }
        let ranges = self.start.iter().zip(&self.shape).map(|(&start, &n)| start..start + n);
        ranges.enumerate().try_fold(whole.clone(), |view, (axis, range)| view.narrow(axis, range).ok())
    }

    /// Two boxes that are this one, cut across the first axis in `order` that is longer than 1.
    fn halves(&self, order: impl Iterator<Item = usize>) -> Option<(usize, Region, Region)> {
        let axis = { order }.find(|&axis| self.shape[axis] > 1)?;
        let (mut low, mut high) = (self.clone(), self.clone());
        low.shape[axis] = self.shape[axis] / 2;
        high.shape[axis] = self.shape[axis] - low.shape[axis];
        high.start[axis] += low.shape[axis];
        Some((axis, low, high))
    }
}

/// Where elements come from.
pub trait Source: Send + Sync {
    /// The type of the elements, as [`read`](Source::read) gives them.
    fn dtype(&self) -> DType;

    /// The sizes of the axes.
    fn shape(&self) -> &[usize];

    /// Fills `out` with the elements of a region: dense, in C order, in native byte order.
    ///
    /// # Errors
    /// If the region is not within the shape, `out` is not exactly as long as it, or reading fails.
    fn read(&self, region: &Region, out: &mut [u8]) -> Result<(), Error>;

    /// The shape of the pieces that are stored together; `None` if any region is read as easily.
    fn grid(&self) -> Option<&[usize]> {
        None
    }

    /// The elements themselves, if they lie in memory.
    fn resident(&self) -> Option<View<'_>> {
        None
    }
}

/// Where elements go.
pub trait Sink: Send + Sync {
    /// The type of the elements.
    fn dtype(&self) -> DType;

    /// The sizes of the axes.
    fn shape(&self) -> &[usize];

    /// Writes the elements of a region, given dense, in C order and in native byte order. Threads may
    /// write regions that do not overlap at the same time. Elements never written are zero.
    ///
    /// # Errors
    /// If the region is not within the shape, `elements` is not exactly as long as it, or writing fails.
    fn write(&self, region: &Region, elements: &[u8]) -> Result<(), Error>;

    /// Makes what was written visible and durable. Without this call nothing appears.
    ///
    /// # Errors
    /// If the system fails to.
    fn commit(self: Box<Self>) -> Result<(), Error>;

    /// The shape of the pieces that are stored together; `None` if any region is written as easily.
    fn grid(&self) -> Option<&[usize]> {
        None
    }
}
