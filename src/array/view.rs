//! Borrowed elements of any layout.
#![expect(unsafe_code, reason = "keeps pointers with the lifetime of what they point to")]

use super::copy;
use super::element::{self, Element};
use super::error::Error;
use crate::dtype::{DType, Kind};
use crate::ir::{Plane, ViewMap};
use crate::shape::{self, Shape, Strides};
use smallvec::SmallVec;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;

/// Elements that are borrowed for reading: a pointer to the first, a dtype, sizes, byte strides of any
/// sign (or zero), possibly unaligned, possibly in the other byte order.
///
/// Made with `From` from `&[T]`, `&Vec<T>`, `&[T; N]`, `&T` (no axes), `&Array` and any `&ndarray::ArrayBase`,
/// and by [`from_bytes`](View::from_bytes). Up to six axes it needs no allocation.
///
/// ```
/// use numfuse::array::View;
/// let data = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let a = ndarray::ArrayView2::from_shape((2, 3), &data)?;
/// let t = a.t();
/// let view = View::from(&t);
/// assert_eq!((view.shape(), view.strides()), (&[3, 2][..], &[8, 24][..]));
/// assert_eq!(view.get::<f64>(&[2, 1])?, 6.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct View<'a> {
    ptr: NonNull<u8>,
    dtype: DType,
    swapped: bool,
    shape: Shape,
    strides: Strides,
    memory: PhantomData<&'a [u8]>,
}

// SAFETY: a view gives what a `&'a [u8]` of its elements gives, reading, and that may be sent.
unsafe impl Send for View<'_> {}
// SAFETY: as for `Send`; nothing of a view changes behind a shared reference.
unsafe impl Sync for View<'_> {}

impl<'a> View<'a> {
    /// Elements in `memory`: the first at byte `offset`, `strides` in bytes.
    ///
    /// `swapped` says that numbers are stored in the byte order that this machine does not have.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if an element would lie outside `memory`, or there are not as many strides
    /// as axes; [`Error::TooBig`] if the bytes of the view, counted without overlap, overflow.
    pub fn from_bytes(
        memory: &'a [u8],
        dtype: DType,
        shape: &[usize],
        strides: &[isize],
        offset: usize,
        swapped: bool,
    ) -> Result<View<'a>, Error> {
        shape::bytes(shape, dtype.size())?;
        let (low, high) = shape::extent(shape, strides, dtype.size())?;
        let first = offset.checked_add_signed(low).ok_or(Error::OutOfBounds)?;
        let end = offset.checked_add_signed(high).ok_or(Error::OutOfBounds)?;
        let inside = memory.get(first..end).is_some() && offset <= memory.len();
        if shape.len() != strides.len() || !inside {
            return Err(Error::OutOfBounds);
        }
        // SAFETY: the offset is within `memory`.
        let ptr = unsafe { NonNull::from(memory).cast::<u8>().add(offset) };
        // SAFETY: all elements were just found to lie in `memory`, which is borrowed for `'a`.
        Ok(unsafe { View::from_raw_parts(ptr, dtype, shape.into(), strides.into(), swapped) })
    }

    /// Elements at an address, nothing checked. Bools may be any byte: all but 0 are true.
    ///
    /// # Safety
    /// `shape` and `strides` have the same length; [`shape::bytes`] and [`shape::extent`] of them do not
    /// overflow. The bytes of that extent around `ptr` are initialised, in one allocation, and stay readable for `'a`
    /// (an empty view may have any `ptr`). During `'a` they are written only through [`ViewMut`]s
    /// that are given to the same evaluation as this view.
    pub unsafe fn from_raw_parts(
        ptr: NonNull<u8>,
        dtype: DType,
        shape: Shape,
        strides: Strides,
        swapped: bool,
    ) -> View<'a> {
        let swapped = swapped && swap_unit(dtype) > 1;
        View { ptr, dtype, swapped, shape, strides, memory: PhantomData }
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The sizes of the axes, outermost first; empty for a single element.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The distance between neighbours along each axis, in bytes.
    pub fn strides(&self) -> &[isize] {
        &self.strides
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        shape::count(&self.shape).expect("checked when the view was made")
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// Whether numbers are stored in the byte order that this machine does not have.
    pub fn is_swapped(&self) -> bool {
        self.swapped
    }

    /// The address of the element at index zero.
    pub fn as_ptr(&self) -> *const u8 {
        self.ptr.as_ptr()
    }

    /// Whether every element is at a multiple of its alignment.
    pub fn is_aligned(&self) -> bool {
        let align = swap_unit(self.dtype);
        let steps = self.shape.iter().zip(&self.strides).filter(|&(&n, _)| n > 1);
        self.is_empty()
            || self.ptr.addr().get().is_multiple_of(align)
                && steps.fold(true, |ok, (_, s)| ok && s.unsigned_abs().is_multiple_of(align))
    }

    /// Whether the elements lie side by side in C order.
    pub fn is_dense(&self) -> bool {
        let mut step = self.dtype.size() as isize;
        self.is_empty()
            || self.shape.iter().zip(&self.strides).rev().all(|(&n, &stride)| {
                let dense = n == 1 || stride == step;
                step = step.wrapping_mul(n as isize);
                dense
            })
    }

    /// The memory of the elements, if they lie dense in C order and in this machine's byte order.
    pub fn dense_bytes(&self) -> Option<&'a [u8]> {
        if self.is_empty() {
            return Some(&[]);
        }
        let bytes = shape::bytes(&self.shape, self.dtype.size()).ok()?;
        // SAFETY: a dense view's extent is its bytes from `ptr` on, readable for `'a`.
        (self.is_dense() && !self.swapped)
            .then(|| unsafe { std::slice::from_raw_parts(self.ptr.as_ptr(), bytes) })
    }

    /// The elements as a slice.
    ///
    /// # Errors
    /// [`Error::DType`] for another dtype than `T`'s; [`Error::NotASlice`] if they do not lie dense,
    /// aligned and in native byte order; [`Error::InvalidBool`].
    pub fn as_slice<T: Element>(&self) -> Result<&'a [T], Error> {
        self.expect_dtype(T::DTYPE)?;
        element::as_elements(self.dense_bytes().ok_or(Error::NotASlice)?)
    }

    /// The element at an index, one number an axis.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if there is no such element; [`Error::DType`] for another dtype than `T`'s.
    pub fn get<T: Element>(&self, index: &[usize]) -> Result<T, Error> {
        self.expect_dtype(T::DTYPE)?;
        element::read(&self.element(index).ok_or(Error::OutOfBounds)?)
    }

    /// The bytes of the element at an index, in native order; a bool is 0 or 1.
    pub(super) fn element(&self, index: &[usize]) -> Option<SmallVec<[u8; 16]>> {
        if index.len() != self.shape.len() || index.iter().zip(&self.shape).any(|(i, n)| i >= n) {
            return None;
        }
        let place = index.iter().zip(&self.strides).map(|(&i, &s)| i as isize * s).sum::<isize>();
        // SAFETY: the index is within the sizes, so the place is within the extent of this view.
        let one = View { ptr: unsafe { self.ptr.offset(place) }, shape: Shape::new(), ..self.clone() };
        let mut bytes = SmallVec::from_elem(0, self.dtype.size());
        View { strides: Strides::new(), ..one }.copy_to(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Copies the elements, dense in C order and in native byte order; every bool becomes 0 or 1.
    ///
    /// # Errors
    /// [`Error::Length`] if `out` is not exactly as long as the elements are.
    pub fn copy_to(&self, out: &mut [u8]) -> Result<(), Error> {
        let expected = shape::bytes(&self.shape, self.dtype.size())?;
        if out.len() != expected {
            return Err(Error::Length { expected, actual: out.len() });
        }
        let strides = shape::c_strides(&self.shape, self.dtype.size())?;
        // SAFETY: the dense strides of the shape reach exactly over `out`, which is borrowed mutably.
        unsafe { copy::transfer(self, out.as_mut_ptr(), &strides, self.swapped) };
        Ok(())
    }

    /// The same elements, their axes in reverse.
    #[must_use]
    pub fn transposed(&self) -> View<'a> {
        let mut view = self.clone();
        view.shape.reverse();
        view.strides.reverse();
        view
    }

    /// The same elements repeated to a larger shape as NumPy broadcasts, by strides of zero.
    ///
    /// # Errors
    /// [`Error::Broadcast`] if the shapes do not fit; [`Error::TooBig`].
    pub fn broadcast_to(&self, to: &[usize]) -> Result<View<'a>, Error> {
        let misfit = || Error::Broadcast { from: self.shape.as_slice().into(), to: to.into() };
        let lead = to.len().checked_sub(self.shape.len()).ok_or_else(misfit)?;
        let mut strides: Strides = SmallVec::from_elem(0, to.len());
        for (axis, (&n, &stride)) in self.shape.iter().zip(&self.strides).enumerate() {
            match (n, to[lead + axis]) {
                (n, m) if n == m => strides[lead + axis] = stride,
                (1, _) => {}
                (_, _) => return Err(misfit()),
            }
        }
        shape::bytes(to, self.dtype.size())?;
        Ok(View { shape: to.into(), strides, ..self.clone() })
    }

    /// The elements `range` of one axis.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if there is no such axis or no such range of it.
    pub fn narrow(&self, axis: usize, range: Range<usize>) -> Result<View<'a>, Error> {
        let n = *self.shape.get(axis).ok_or(Error::OutOfBounds)?;
        if range.start > range.end || range.end > n {
            return Err(Error::OutOfBounds);
        }
        let mut view = self.clone();
        view.shape[axis] = range.len();
        if !view.is_empty() {
            let place = range.start as isize * self.strides[axis];
            // SAFETY: the range is not empty and within the axis: its start is in the view's extent.
            view.ptr = unsafe { self.ptr.offset(place) };
        }
        Ok(view)
    }

    /// The elements that a view of a formula names, where they lie.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if an index is outside its axis, or the rule is for other axes.
    pub fn select(&self, map: &ViewMap) -> Result<View<'a>, Error> {
        let placed = map.place(&self.shape, &self.strides).ok_or(Error::OutOfBounds)?;
        let mut view = View { shape: placed.shape, strides: placed.strides, ..self.clone() };
        if !view.is_empty() {
            // SAFETY: every index of the rule was found to be inside its axis, and so is the first element of
            // every slice that is not empty: the place is an element of this view.
            view.ptr = unsafe { self.ptr.offset(placed.offset) };
        }
        Ok(view)
    }

    /// A part of each element, as kernels see it: of complex numbers the real or imaginary parts, of times
    /// their counts as i64.
    #[must_use]
    pub fn plane(&self, plane: Plane) -> View<'a> {
        let Some(dtype) = self.dtype.part().filter(|_| plane != Plane::Whole) else {
            return View { dtype: self.dtype.stored(), ..self.clone() };
        };
        let place = if plane == Plane::Imag && !self.is_empty() { dtype.size() } else { 0 };
        // SAFETY: the imaginary part is the second half of an element of the view's extent.
        View { ptr: unsafe { self.ptr.add(place) }, dtype, ..self.clone() }
    }

    /// The addresses from the lowest to past the highest byte of an element; empty if there are none.
    pub fn byte_range(&self) -> Range<usize> {
        let extent = shape::extent(&self.shape, &self.strides, self.dtype.size());
        let (low, high) = extent.expect("checked when the view was made");
        let start = self.ptr.addr().get();
        start.wrapping_add_signed(low)..start.wrapping_add_signed(high)
    }

    /// Whether both name the same elements in the same order: address, dtype, shape and strides.
    pub fn same_layout(&self, other: &View<'_>) -> bool {
        let axes = |v: &View<'_>| -> SmallVec<[(usize, isize); 6]> {
            let pairs = v.shape.iter().copied().zip(v.strides.iter().copied());
            pairs.map(|(n, s)| (n, if n == 1 { 0 } else { s })).collect()
        };
        (self.ptr, self.dtype, self.swapped) == (other.ptr, other.dtype, other.swapped)
            && axes(self) == axes(other)
    }

    fn expect_dtype(&self, expected: DType) -> Result<(), Error> {
        if self.dtype == expected { Ok(()) } else { Err(Error::DType { expected, actual: self.dtype }) }
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "View({}{:?}, strides {:?}", self.dtype, &self.shape[..], &self.strides[..])?;
        f.write_str(if self.swapped { ", swapped)" } else { ")" })
    }
}

/// How many bytes of an element are reversed together in the other byte order; also its alignment. Halves
/// of complex numbers and characters of text are reversed one by one, bytes not at all: 1.
pub fn swap_unit(dtype: DType) -> usize {
    match dtype.kind() {
        Kind::Bytes | Kind::Bool => 1,
        Kind::Text => 4,
        Kind::Complex => dtype.size() / 2,
        Kind::Signed | Kind::Unsigned | Kind::Float | Kind::Datetime | Kind::Timedelta => dtype.size(),
    }
}

/// Elements that are borrowed for writing. As [`View`], but no two elements share memory.
///
/// Made with `From` from `&mut [T]`, `&mut Vec<T>`, `&mut [T; N]`, `&mut Array` and any mutable `ndarray` array.
///
/// ```
/// use numfuse::array::{View, ViewMut};
/// let mut out = [0i32; 3];
/// ViewMut::from(&mut out).copy_from(&View::from(&[1, 2, 3]))?;
/// assert_eq!(out, [1, 2, 3]);
/// # Ok::<(), numfuse::array::Error>(())
/// ```
pub struct ViewMut<'a> {
    view: View<'a>,
    /// What a `ViewMut` is: the only way to its elements.
    exclusive: PhantomData<&'a mut [u8]>,
}

impl<'a> ViewMut<'a> {
    /// Elements at an address, nothing checked.
    ///
    /// # Safety
    /// As for [`View::from_raw_parts`], and the elements may be written, no two of them overlap, and
    /// during `'a` only this and [`View`]s given to the same evaluation access them. Elements that are
    /// Rust `bool`s elsewhere are written as 0 or 1.
    pub unsafe fn from_raw_parts(
        ptr: NonNull<u8>,
        dtype: DType,
        shape: Shape,
        strides: Strides,
        swapped: bool,
    ) -> ViewMut<'a> {
        // SAFETY: the caller promises what a view needs, and more.
        let view = unsafe { View::from_raw_parts(ptr, dtype, shape, strides, swapped) };
        ViewMut { view, exclusive: PhantomData }
    }

    /// Elements of this dtype and shape that are `memory`, dense in C order.
    ///
    /// # Errors
    /// [`Error::Length`] if `memory` is not exactly as long as the elements are; [`Error::TooBig`].
    pub fn from_bytes(memory: &'a mut [u8], dtype: DType, shape: &[usize]) -> Result<ViewMut<'a>, Error> {
        let expected = shape::bytes(shape, dtype.size())?;
        if memory.len() != expected {
            return Err(Error::Length { expected, actual: memory.len() });
        }
        let strides = shape::c_strides(shape, dtype.size())?;
        // SAFETY: the dense elements are exactly `memory`, which is borrowed mutably for `'a`.
        Ok(unsafe {
            ViewMut::from_raw_parts(NonNull::from(memory).cast(), dtype, shape.into(), strides, false)
        })
    }

    /// The elements `range` of one axis.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] if there is no such axis or no such range of it.
    pub fn narrow(&mut self, axis: usize, range: Range<usize>) -> Result<ViewMut<'_>, Error> {
        Ok(ViewMut { view: self.view.narrow(axis, range)?, exclusive: PhantomData })
    }

    /// The elements, for reading: dtype, shape, strides and the rest are its.
    pub fn as_view(&self) -> &View<'_> {
        &self.view
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.view.dtype
    }

    /// The sizes of the axes, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.view.shape
    }

    /// The distance between neighbours along each axis, in bytes.
    pub fn strides(&self) -> &[isize] {
        &self.view.strides
    }

    /// The address of the element at index zero. Write only bytes that are values of the dtype.
    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.view.ptr.as_ptr()
    }

    /// The same elements for a shorter time.
    pub fn reborrow(&mut self) -> ViewMut<'_> {
        ViewMut { view: self.view.clone(), exclusive: PhantomData }
    }

    /// The elements for reading and for writing, by one evaluation.
    pub(crate) fn lend(&mut self) -> (View<'_>, ViewMut<'_>) {
        (self.view.clone(), self.reborrow())
    }

    /// A part of each element, as for [`View::plane`].
    #[must_use]
    pub fn plane(self, plane: Plane) -> ViewMut<'a> {
        ViewMut { view: self.view.plane(plane), exclusive: PhantomData }
    }

    /// Copies the elements of a view of the same dtype and shape.
    ///
    /// # Errors
    /// [`Error::DType`], [`Error::Shape`].
    pub fn copy_from(&mut self, from: &View<'_>) -> Result<(), Error> {
        from.expect_dtype(self.view.dtype)?;
        if from.shape != self.view.shape {
            let (expected, actual) = (self.shape().into(), from.shape().into());
            return Err(Error::Shape { expected, actual });
        }
        let swap = from.swapped != self.view.swapped;
        // SAFETY: these are this view's own strides for the shape, and its elements may be written.
        unsafe { copy::transfer(from, self.view.ptr.as_ptr(), &self.view.strides, swap) };
        Ok(())
    }
}

impl fmt::Debug for ViewMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mut {:?}", self.view)
    }
}

/// How the memory of something read relates to the memory of something written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overlap {
    /// No byte is in both.
    None,
    /// The same elements in the same order: elementwise work may run in place.
    Same,
    /// Some byte may be in both.
    Partial,
}

/// How two views overlap, judged by the ranges of their bytes: interleaved views that share no byte
/// count as [`Overlap::Partial`].
pub fn overlap(read: &View<'_>, written: &ViewMut<'_>) -> Overlap {
    let (a, b) = (read.byte_range(), written.view.byte_range());
    if a.is_empty() || b.is_empty() || a.end <= b.start || b.end <= a.start {
        Overlap::None
    } else if read.same_layout(&written.view) {
        Overlap::Same
    } else {
        Overlap::Partial
    }
}
