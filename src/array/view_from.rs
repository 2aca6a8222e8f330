//! Views of what Rust programs hold: slices, `Vec`s, arrays, single values, `ndarray` arrays.
#![expect(unsafe_code, reason = "takes over the pointers of safe borrows")]

use super::element::Element;
use super::owned::Array;
use super::view::{View, ViewMut};
use crate::shape::{Shape, Strides};
use ndarray::{ArrayBase, ArrayView, ArrayViewMut, Data, DataMut, Dimension};
use smallvec::smallvec;
use std::ptr::NonNull;

fn line<T>(len: usize) -> (Shape, Strides) {
    (smallvec![len], smallvec![size_of::<T>() as isize])
}

impl<'a, T: Element> From<&'a [T]> for View<'a> {
    fn from(slice: &'a [T]) -> View<'a> {
        let (shape, strides) = line::<T>(slice.len());
        // SAFETY: one axis over the elements of a slice that is borrowed for `'a`.
        unsafe { View::from_raw_parts(NonNull::from(slice).cast(), T::DTYPE, shape, strides, false) }
    }
}

impl<'a, T: Element> From<&'a mut [T]> for ViewMut<'a> {
    fn from(slice: &'a mut [T]) -> ViewMut<'a> {
        let (shape, strides) = line::<T>(slice.len());
        // SAFETY: one axis over the elements of a slice that is borrowed mutably for `'a`.
        unsafe { ViewMut::from_raw_parts(NonNull::from(slice).cast(), T::DTYPE, shape, strides, false) }
    }
}

impl<'a, T: Element> From<&'a Vec<T>> for View<'a> {
    fn from(vec: &'a Vec<T>) -> View<'a> {
        View::from(vec.as_slice())
    }
}

impl<'a, T: Element> From<&'a mut Vec<T>> for ViewMut<'a> {
    fn from(vec: &'a mut Vec<T>) -> ViewMut<'a> {
        ViewMut::from(vec.as_mut_slice())
    }
}

impl<'a, T: Element, const N: usize> From<&'a [T; N]> for View<'a> {
    fn from(array: &'a [T; N]) -> View<'a> {
        View::from(array.as_slice())
    }
}

impl<'a, T: Element, const N: usize> From<&'a mut [T; N]> for ViewMut<'a> {
    fn from(array: &'a mut [T; N]) -> ViewMut<'a> {
        ViewMut::from(array.as_mut_slice())
    }
}

impl<'a, T: Element> From<&'a T> for View<'a> {
    /// A view without axes.
    fn from(value: &'a T) -> View<'a> {
        let ptr = NonNull::from(value).cast();
        // SAFETY: one element that is borrowed for `'a`.
        unsafe { View::from_raw_parts(ptr, T::DTYPE, Shape::new(), Strides::new(), false) }
    }
}

impl<'a> From<&'a Array> for View<'a> {
    fn from(array: &'a Array) -> View<'a> {
        let ptr = NonNull::from(array.bytes()).cast();
        // SAFETY: an array's bytes are its elements, dense in its order, and it is borrowed for `'a`.
        unsafe { View::from_raw_parts(ptr, array.dtype(), array.shape().into(), array.strides(), false) }
    }
}

impl<'a> From<&'a mut Array> for ViewMut<'a> {
    fn from(array: &'a mut Array) -> ViewMut<'a> {
        let (dtype, shape, strides) = (array.dtype(), array.shape().into(), array.strides());
        let ptr = NonNull::from(array.bytes_mut()).cast();
        // SAFETY: an array's bytes are its elements, dense in its order, borrowed mutably for `'a`; dense
        // elements do not overlap.
        unsafe { ViewMut::from_raw_parts(ptr, dtype, shape, strides, false) }
    }
}

fn layout<T>(shape: &[usize], strides: &[isize]) -> (Shape, Strides) {
    (shape.into(), strides.iter().map(|s| s * size_of::<T>() as isize).collect())
}

/// Any layout, negative strides too.
impl<'a, T: Element, S: Data<Elem = T>, D: Dimension> From<&'a ArrayBase<S, D>> for View<'a> {
    fn from(array: &'a ArrayBase<S, D>) -> View<'a> {
        let (shape, strides) = layout::<T>(array.shape(), array.strides());
        let ptr = NonNull::new(array.as_ptr().cast_mut()).unwrap_or(NonNull::dangling());
        // SAFETY: an array of ndarray keeps all elements that its shape and strides reach readable
        // while it is borrowed, and their distances within `isize`.
        unsafe { View::from_raw_parts(ptr.cast(), T::DTYPE, shape, strides, false) }
    }
}

/// Any layout, negative strides too.
impl<'a, T: Element, S: DataMut<Elem = T>, D: Dimension> From<&'a mut ArrayBase<S, D>> for ViewMut<'a> {
    fn from(array: &'a mut ArrayBase<S, D>) -> ViewMut<'a> {
        let (shape, strides) = layout::<T>(array.shape(), array.strides());
        let ptr = NonNull::new(array.as_mut_ptr()).unwrap_or(NonNull::dangling());
        // SAFETY: as for the shared borrow; elements of a mutable array do not overlap in ndarray.
        unsafe { ViewMut::from_raw_parts(ptr.cast(), T::DTYPE, shape, strides, false) }
    }
}

impl<'a, T: Element, D: Dimension> From<ArrayView<'a, T, D>> for View<'a> {
    fn from(array: ArrayView<'a, T, D>) -> View<'a> {
        let (shape, strides) = layout::<T>(array.shape(), array.strides());
        let ptr = NonNull::new(array.as_ptr().cast_mut()).unwrap_or(NonNull::dangling());
        // SAFETY: the elements are borrowed for `'a`, not only for as long as `array` lives.
        unsafe { View::from_raw_parts(ptr.cast(), T::DTYPE, shape, strides, false) }
    }
}

impl<'a, T: Element, D: Dimension> From<ArrayViewMut<'a, T, D>> for ViewMut<'a> {
    fn from(mut array: ArrayViewMut<'a, T, D>) -> ViewMut<'a> {
        let (shape, strides) = layout::<T>(array.shape(), array.strides());
        let ptr = NonNull::new(array.as_mut_ptr()).unwrap_or(NonNull::dangling());
        // SAFETY: the elements are borrowed mutably for `'a`, and nobody else can name `array` again.
        unsafe { ViewMut::from_raw_parts(ptr.cast(), T::DTYPE, shape, strides, false) }
    }
}

/// So that a variable that is a mutable reference already can be named in `arrays!`.
macro_rules! behind_references {
    ($([$($generics:tt)*] $type:ty),* $(,)?) => {$(
        impl<'a, 'b, $($generics)*> From<&'a mut &'b mut $type> for ViewMut<'a> {
            fn from(reference: &'a mut &'b mut $type) -> ViewMut<'a> {
                ViewMut::from(&mut **reference)
            }
        }
    )*};
}

behind_references! {
    [] Array,
    [T: Element] [T],
    [T: Element] Vec<T>,
    [T: Element, const N: usize] [T; N],
    [T: Element, S: DataMut<Elem = T>, D: Dimension] ArrayBase<S, D>,
}

#[cfg(test)]
mod tests {
    use super::super::{Error, Overlap, overlap};
    use super::*;
    use crate::dtype::DType;
    use ndarray::{ArcArray, Array2, Axis, s};

    fn dense<T: Element>(view: &View<'_>) -> Vec<T> {
        Array::from_view(view).unwrap().to_vec().unwrap()
    }

    #[test]
    fn every_ndarray_layout_is_viewed_in_place() {
        let a = Array2::from_shape_fn((3, 4), |(i, j)| (i * 4 + j) as i32);
        let mut flipped = a.clone();
        flipped.invert_axis(Axis(0));
        flipped.invert_axis(Axis(1));
        let layouts = [a.view(), a.t(), a.slice(s![..;-1, ..;2]), flipped.view(), a.slice(s![1..1, ..])];
        for b in &layouts {
            let view = View::from(b);
            assert_eq!(view.shape(), b.shape());
            assert_eq!(dense::<i32>(&view), b.iter().copied().collect::<Vec<_>>());
        }
        assert_eq!(View::from(&a).as_ptr().cast(), a.as_ptr());
        let shared = ArcArray::from(a.clone()).into_dyn();
        assert_eq!(dense::<i32>(&View::from(&shared)), (0..12).collect::<Vec<_>>());
        let repeated = ndarray::arr1(&[1i32, 2]);
        let repeated = repeated.broadcast((2, 2)).unwrap();
        assert_eq!(dense::<i32>(&View::from(&repeated)), [1, 2, 1, 2]);
    }

    #[test]
    fn mutable_views_write_through() {
        let mut a = Array2::<i32>::zeros((2, 3));
        let from = Array2::from_shape_fn((3, 2), |(i, j)| (10 * i + j) as i32);
        ViewMut::from(&mut a.slice_mut(s![..;-1, ..])).copy_from(&View::from(&from.t())).unwrap();
        assert_eq!(a, ndarray::arr2(&[[1, 11, 21], [0, 10, 20]]));
        let mut vec = vec![0u8; 2];
        let mut slice: &mut [u8] = &mut vec;
        ViewMut::from(&mut slice).copy_from(&View::from(&[3u8, 4])).unwrap();
        assert_eq!(vec, [3, 4]);
        let wrong = ViewMut::from(&mut vec).copy_from(&View::from(&[1.0]));
        assert_eq!(wrong, Err(Error::DType { expected: DType::U8, actual: DType::F64 }));
    }

    #[test]
    fn bytes_are_checked_against_the_layout() {
        let bytes: Vec<u8> = (0..16).collect();
        let view = |shape: &[usize], strides: &[isize], offset| {
            View::from_bytes(&bytes, DType::I32, shape, strides, offset, false)
                .map(|v| dense::<i32>(&v).len())
        };
        assert_eq!(view(&[4], &[4], 0), Ok(4));
        assert_eq!(view(&[4], &[-4], 12), Ok(4));
        assert_eq!(view(&[3], &[5], 3), Err(Error::OutOfBounds));
        assert_eq!(view(&[3], &[5], 0), Ok(3));
        assert_eq!(view(&[4], &[-4], 11), Err(Error::OutOfBounds));
        assert_eq!(view(&[0, 9], &[99, 99], 16), Ok(0));
        assert_eq!(view(&[0], &[4], 17), Err(Error::OutOfBounds));
        assert_eq!(view(&[2], &[], 0), Err(Error::OutOfBounds));
        assert_eq!(view(&[1 << 62, 2], &[0, 0], 0), Err(Error::TooBig));
        assert_eq!(view(&[1 << 40], &[0], usize::MAX), Err(Error::OutOfBounds));
    }

    #[test]
    fn swapped_and_unaligned_elements_are_copied_as_values() {
        let mut bytes = vec![9u8];
        bytes.extend([1.5f64, -2.0].iter().flat_map(|x| x.to_bits().swap_bytes().to_ne_bytes()));
        let view = View::from_bytes(&bytes, DType::F64, &[2], &[8], 1, true).unwrap();
        assert_eq!(dense::<f64>(&view), [1.5, -2.0]);
        assert_eq!(view.get::<f64>(&[1]), Ok(-2.0));
        assert_eq!(view.as_slice::<f64>(), Err(Error::NotASlice));
        let complex = View::from_bytes(&[1, 2, 3, 4, 5, 6, 7, 8], DType::C64, &[], &[], 0, true).unwrap();
        assert_eq!(complex.element(&[]).unwrap().as_slice(), [4, 3, 2, 1, 8, 7, 6, 5]);
        let bools = View::from_bytes(&[0, 2, 255], DType::Bool, &[3], &[1], 0, true).unwrap();
        assert!(!bools.is_swapped());
        assert_eq!(bools.as_slice::<bool>(), Err(Error::InvalidBool { index: 1 }));
        assert_eq!(dense::<bool>(&bools), [false, true, true]);
    }

    #[test]
    fn broadcasts_and_narrows_without_a_copy() {
        let data = [1i64, 2, 3];
        let view = View::from(&data).broadcast_to(&[2, 3]).unwrap();
        assert_eq!(view.strides(), [0, 8]);
        assert_eq!(dense::<i64>(&view.narrow(1, 1..3).unwrap()), [2, 3, 2, 3]);
        assert_eq!(View::from(&5.0).broadcast_to(&[2]).map(|v| dense::<f64>(&v)), Ok(vec![5.0, 5.0]));
        assert!(matches!(View::from(&data).broadcast_to(&[3, 2]), Err(Error::Broadcast { .. })));
        assert!(matches!(view.broadcast_to(&[3]), Err(Error::Broadcast { .. })));
        assert!(matches!(view.narrow(0, 1..3), Err(Error::OutOfBounds)));
        assert!(view.is_aligned() && !view.is_dense());
    }

    #[test]
    fn overlaps_are_found_by_bytes() {
        let mut data = [0i32; 8];
        let bytes = ViewMut::from(&mut data).as_mut_ptr();
        let read = |at: usize, stride: isize| {
            let ptr = NonNull::new(bytes.wrapping_add(at)).unwrap();
            // SAFETY: four elements with this stride lie within `data`; nothing writes meanwhile.
            unsafe { View::from_raw_parts(ptr, DType::I32, smallvec![4], smallvec![stride], false) }
        };
        let ptr = NonNull::new(bytes).unwrap();
        // SAFETY: the first four elements of `data`; nothing is written.
        let out = unsafe { ViewMut::from_raw_parts(ptr, DType::I32, smallvec![4], smallvec![4], false) };
        assert_eq!(overlap(&read(0, 4), &out), Overlap::Same);
        assert_eq!(overlap(&read(16, 4), &out), Overlap::None);
        assert_eq!(overlap(&read(12, 4), &out), Overlap::Partial);
        assert_eq!(overlap(&read(12, -4), &out), Overlap::Partial);
    }
}
