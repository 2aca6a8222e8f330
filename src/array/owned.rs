//! Arrays that own their elements.

use super::buffer::Buffer;
use super::element::{self, Element};
use super::error::Error;
use super::pool::Pool;
use super::print;
use super::view::View;
use crate::dtype::DType;
use crate::shape::{self, Order, Shape, Strides};
use ndarray::{
    ArrayBase, ArrayD, ArrayViewD, ArrayViewMutD, Data, Dimension, IxDyn, ShapeBuilder, StrideShape,
};
use std::fmt;

/// An array that owns its elements: dense, in this machine's byte order, in C order unless another was asked for.
///
/// The memory is aligned to 64 bytes (and may come from a [`Pool`]) unless the array was made from a
/// `Vec`, whose memory it takes over. Displays as NumPy prints arrays.
///
/// ```
/// use numfuse::array::Array;
/// let a = Array::from_slice(&[1.0, 2.5, -3.0, 0.125], &[2, 2])?;
/// assert_eq!(a.view::<f64>()?[[1, 0]], -3.0);
/// assert_eq!(a.to_string(), "[[ 1.     2.5  ]\n [-3.     0.125]]");
/// assert_eq!(Array::from(vec![1u8, 2]).to_vec::<u8>()?, [1, 2]);
/// # Ok::<(), numfuse::array::Error>(())
/// ```
pub struct Array {
    dtype: DType,
    shape: Shape,
    order: Order,
    buffer: Buffer,
}

impl Array {
    /// An array of zeros (false, empty text) of any dtype.
    ///
    /// # Errors
    /// [`Error::TooBig`], [`Error::Alloc`].
    pub fn zeros(dtype: DType, shape: &[usize]) -> Result<Array, Error> {
        let buffer = Buffer::allocate(shape::bytes(shape, dtype.size())?)?;
        Ok(Array { dtype, shape: shape.into(), order: Order::C, buffer })
    }

    /// An array whose elements are unspecified, with memory from a pool.
    ///
    /// # Errors
    /// [`Error::TooBig`], [`Error::Alloc`].
    pub fn from_pool(pool: &Pool, dtype: DType, shape: &[usize]) -> Result<Array, Error> {
        let buffer = pool.allocate(shape::bytes(shape, dtype.size())?)?;
        Ok(Array { dtype, shape: shape.into(), order: Order::C, buffer })
    }

    /// An array of zeros that [`into_vec`](Array::into_vec) and [`into_ndarray`](Array::into_ndarray)
    /// hand out without a copy. It is aligned as `T` is.
    ///
    /// # Errors
    /// [`Error::TooBig`], [`Error::Alloc`].
    pub fn for_vec<T: Element>(shape: &[usize]) -> Result<Array, Error> {
        shape::bytes(shape, size_of::<T>())?;
        let buffer = Buffer::for_vec::<T>(shape::count(shape)?)?;
        Ok(Array { dtype: T::DTYPE, shape: shape.into(), order: Order::C, buffer })
    }

    /// The array whose elements the buffer holds in C order.
    ///
    /// # Errors
    /// [`Error::Length`] if the buffer is not exactly as long as the elements are; [`Error::TooBig`].
    pub fn from_buffer(dtype: DType, shape: &[usize], buffer: Buffer) -> Result<Array, Error> {
        let expected = shape::bytes(shape, dtype.size())?;
        if buffer.len() != expected {
            return Err(Error::Length { expected, actual: buffer.len() });
        }
        Ok(Array { dtype, shape: shape.into(), order: Order::C, buffer })
    }

    /// A copy of elements in C order.
    ///
    /// # Errors
    /// [`Error::Length`] if there are not as many as the shape says; [`Error::TooBig`], [`Error::Alloc`].
    pub fn from_slice<T: Element>(elements: &[T], shape: &[usize]) -> Result<Array, Error> {
        let expected = shape::count(shape)?;
        if elements.len() != expected {
            return Err(Error::Length { expected, actual: elements.len() });
        }
        let mut array = Array::zeros(T::DTYPE, shape)?;
        array.buffer.copy_from_slice(element::as_bytes(elements));
        Ok(array)
    }

    /// A copy of borrowed elements of any dtype and layout.
    ///
    /// # Errors
    /// [`Error::TooBig`], [`Error::Alloc`].
    pub fn from_view(view: &View<'_>) -> Result<Array, Error> {
        let mut array = Array::zeros(view.dtype(), view.shape())?;
        view.copy_to(&mut array.buffer)?;
        Ok(array)
    }

    /// A copy of an array of `ndarray`, of any layout.
    ///
    /// # Errors
    /// [`Error::TooBig`], [`Error::Alloc`].
    pub fn from_ndarray<T, S, D>(array: &ArrayBase<S, D>) -> Result<Array, Error>
    where
        T: Element,
        S: Data<Elem = T>,
        D: Dimension,
    {
        Array::from_view(&View::from(array))
    }

    /// A copy. Not `Clone`: a copy needs memory, which may not be there.
    ///
    /// # Errors
    /// [`Error::Alloc`].
    pub fn try_clone(&self) -> Result<Array, Error> {
        Array::from_view(&View::from(self))
    }

    /// The type of the elements.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The sizes of the axes, outermost first; empty for a single element.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        shape::count(&self.shape).expect("checked when the array was made")
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How the elements follow each other in memory.
    pub fn order(&self) -> Order {
        self.order
    }

    /// The array whose elements the same memory holds in an order.
    pub(crate) fn laid_out(self, order: Order) -> Array {
        Array { order, ..self }
    }

    /// Whether the elements lie in C order, as those of one axis do in either.
    pub(super) fn is_c(&self) -> bool {
        self.order == Order::C || View::from(self).is_dense()
    }

    /// The elements' memory, in the array's order.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// The elements' memory, to be changed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.buffer
    }

    /// The same elements, counted in C order, with other sizes of axes.
    ///
    /// # Errors
    /// [`Error::Length`] if the sizes make another number of elements; [`Error::TooBig`]; of an array in Fortran order
    /// also [`Error::Alloc`].
    pub fn reshape(self, shape: &[usize]) -> Result<Array, Error> {
        let (expected, actual) = (shape::count(shape)?, self.len());
        if expected != actual {
            return Err(Error::Length { expected, actual });
        }
        shape::bytes(shape, self.dtype.size())?;
        let from = if self.is_c() { self } else { self.try_clone()? };
        Ok(Array { shape: shape.into(), order: Order::C, ..from })
    }

    /// The elements in C order.
    ///
    /// # Errors
    /// [`Error::DType`] for another dtype than `T`'s; [`Error::NotASlice`] if they lie in another order;
    /// [`Error::InvalidBool`] if bytes were written into an array of bools that are no bools.
    pub fn as_slice<T: Element>(&self) -> Result<&[T], Error> {
        if !self.is_c() {
            return Err(Error::NotASlice);
        }
        self.elements()
    }

    /// The elements as they lie in memory.
    fn elements<T: Element>(&self) -> Result<&[T], Error> {
        self.expect_dtype(T::DTYPE)?;
        element::as_elements(&self.buffer)
    }

    /// The elements in C order, to be changed.
    ///
    /// # Errors
    /// As for [`as_slice`](Array::as_slice).
    pub fn as_mut_slice<T: Element>(&mut self) -> Result<&mut [T], Error> {
        if !self.is_c() {
            return Err(Error::NotASlice);
        }
        self.expect_dtype(T::DTYPE)?;
        element::as_elements_mut(&mut self.buffer)
    }

    /// The sizes for `ndarray`, and the order.
    fn dimensions(&self) -> StrideShape<IxDyn> {
        IxDyn(&self.shape).set_f(self.order == Order::F).into()
    }

    /// The array for `ndarray`, without a copy.
    ///
    /// # Errors
    /// As for [`as_slice`](Array::as_slice).
    pub fn view<T: Element>(&self) -> Result<ArrayViewD<'_, T>, Error> {
        ArrayViewD::from_shape(self.dimensions(), self.elements::<T>()?).map_err(|_| Error::TooBig)
    }

    /// The array for `ndarray`, to be changed.
    ///
    /// # Errors
    /// As for [`as_slice`](Array::as_slice).
    pub fn view_mut<T: Element>(&mut self) -> Result<ArrayViewMutD<'_, T>, Error> {
        let shape = self.dimensions();
        self.expect_dtype(T::DTYPE)?;
        ArrayViewMutD::from_shape(shape, element::as_elements_mut(&mut self.buffer)?)
            .map_err(|_| Error::TooBig)
    }

    /// A copy of the elements in C order.
    ///
    /// # Errors
    /// As for [`as_slice`](Array::as_slice), and [`Error::Alloc`].
    pub fn to_vec<T: Element>(&self) -> Result<Vec<T>, Error> {
        if !self.is_c() {
            return self.try_clone()?.to_vec();
        }
        let elements = self.elements::<T>()?;
        let mut vec = Vec::new();
        let failed = |_| super::AllocError { bytes: self.buffer.len() };
        vec.try_reserve_exact(elements.len()).map_err(failed)?;
        vec.extend_from_slice(elements);
        Ok(vec)
    }

    /// The elements in C order: the array's own memory if it was made [for](Array::for_vec) or from a
    /// `Vec`, else one copy.
    ///
    /// # Errors
    /// As for [`to_vec`](Array::to_vec).
    pub fn into_vec<T: Element>(self) -> Result<Vec<T>, Error> {
        if !self.is_c() {
            return self.to_vec();
        }
        self.into_elements()
    }

    /// The elements as they lie in memory.
    fn into_elements<T: Element>(self) -> Result<Vec<T>, Error> {
        self.expect_dtype(T::DTYPE)?;
        let Array { dtype, shape, buffer, .. } = self;
        match buffer.into_vec() {
            Ok(vec) => Ok(vec),
            Err(buffer) => Array { dtype, shape, order: Order::C, buffer }.to_vec(),
        }
    }

    /// The array for `ndarray`, which owns it: with its own memory or one copy, as
    /// [`into_vec`](Array::into_vec).
    ///
    /// # Errors
    /// As for [`to_vec`](Array::to_vec).
    pub fn into_ndarray<T: Element>(self) -> Result<ArrayD<T>, Error> {
        let shape = self.dimensions();
        ArrayD::from_shape_vec(shape, self.into_elements()?).map_err(|_| Error::TooBig)
    }

    /// The only element of an array without axes.
    ///
    /// # Errors
    /// [`Error::Shape`] if there are axes; else as for [`as_slice`](Array::as_slice).
    pub fn scalar<T: Element>(&self) -> Result<T, Error> {
        if !self.shape.is_empty() {
            return Err(Error::Shape { expected: [].into(), actual: self.shape.as_slice().into() });
        }
        self.expect_dtype(T::DTYPE)?;
        element::read(&self.buffer)
    }

    /// The strides of the elements, in bytes.
    pub(super) fn strides(&self) -> Strides {
        self.order.strides(&self.shape, self.dtype.size()).expect("checked when the array was made")
    }

    fn expect_dtype(&self, expected: DType) -> Result<(), Error> {
        if self.dtype == expected { Ok(()) } else { Err(Error::DType { expected, actual: self.dtype }) }
    }
}

impl<T: Element> From<Vec<T>> for Array {
    /// An array of one axis that takes over the memory of the `Vec`.
    fn from(vec: Vec<T>) -> Array {
        let shape = Shape::from_slice(&[vec.len()]);
        Array { dtype: T::DTYPE, shape, order: Order::C, buffer: Buffer::from(vec) }
    }
}

impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::write(f, &View::from(self))
    }
}

impl fmt::Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print::write(f, self)
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Array({}{:?}\n{self})", self.dtype, self.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_back_as_they_went_in() {
        let a = Array::from_slice(&[1i16, 2, 3, 4, 5, 6], &[2, 3]).unwrap();
        assert_eq!((a.dtype(), a.shape(), a.len(), a.bytes().len()), (DType::I16, &[2, 3][..], 6, 12));
        assert_eq!(a.view::<i16>().unwrap()[[1, 2]], 6);
        assert_eq!(a.as_slice::<u16>(), Err(Error::DType { expected: DType::U16, actual: DType::I16 }));
        assert_eq!(a.scalar::<i16>(), Err(Error::Shape { expected: [].into(), actual: [2, 3].into() }));
        assert_eq!(a.try_clone().unwrap().into_ndarray::<i16>().unwrap(), a.view::<i16>().unwrap());
        assert_eq!(a.reshape(&[6]).unwrap().into_vec::<i16>().unwrap(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(Array::from_slice(&[2.5], &[]).unwrap().scalar::<f64>(), Ok(2.5));
    }

    #[test]
    fn sizes_are_checked() {
        let length = Error::Length { expected: 4, actual: 3 };
        assert_eq!(Array::from_slice(&[1, 2, 3], &[2, 2]).unwrap_err(), length);
        assert_eq!(Array::from(vec![1, 2, 3]).reshape(&[2, 2]).unwrap_err(), length);
        assert_eq!(Array::zeros(DType::F64, &[1 << 61]).unwrap_err(), Error::TooBig);
        assert_eq!(Array::zeros(DType::F64, &[1 << 57]).unwrap_err().code(), "out-of-memory");
        assert!(Array::from_buffer(DType::I8, &[3], Buffer::allocate(2).unwrap()).is_err());
        assert!(Array::for_vec::<f64>(&[0, 3]).unwrap().is_empty());
    }

    #[test]
    fn bools_are_checked_before_they_are_lent() {
        let mut a = Array::from_slice(&[true, false], &[2]).unwrap();
        assert_eq!(a.as_slice::<bool>().unwrap(), [true, false]);
        a.bytes_mut()[1] = 2;
        assert_eq!(a.view::<bool>().unwrap_err(), Error::InvalidBool { index: 1 });
        assert_eq!(a.into_vec::<bool>(), Err(Error::InvalidBool { index: 1 }));
    }

    #[test]
    fn a_vec_is_taken_over_and_given_back() {
        let vec = vec![1.0, 2.0];
        let place = vec.as_ptr();
        let back = Array::from(vec).into_vec::<f64>().unwrap();
        assert_eq!(back.as_ptr(), place);
        let asked = Array::for_vec::<f64>(&[2, 2]).unwrap();
        let place = asked.bytes().as_ptr();
        let given = asked.into_ndarray::<f64>().unwrap();
        assert_eq!(given.as_ptr().cast(), place);
    }
}
