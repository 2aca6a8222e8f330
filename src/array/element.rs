//! The Rust types that are elements, and slices of them as bytes.
#![expect(unsafe_code, reason = "reinterprets bytes as elements and elements as bytes")]

use super::error::Error;
use crate::dtype::DType;
use num_complex::Complex;

mod private {
    pub trait Sealed {}
}

/// A Rust type that an array's elements can be: `bool`, `i8` to `i64`, `u8` to `u64`, [`f16`](::half::f16), `f32`,
/// `f64` and [`Complex`] of `f32` or `f64`.
///
/// # Safety
/// An implementor is `DTYPE.size()` bytes without padding, needs an alignment of at most 64, and every
/// bit pattern that [`check`](Element::check) lets through is a value of it.
pub unsafe trait Element:
    Copy + PartialEq + std::fmt::Debug + Send + Sync + private::Sealed + 'static
{
    /// The dtype whose elements in memory are this type.
    const DTYPE: DType;

    /// Whether all of the bytes are values of this type.
    ///
    /// # Errors
    /// [`Error::InvalidBool`] at the first byte that is no `bool`.
    fn check(_bytes: &[u8]) -> Result<(), Error> {
        Ok(())
    }
}

impl private::Sealed for bool {}

// SAFETY: a bool is one byte, and `check` lets through only the two bytes that are values.
unsafe impl Element for bool {
    const DTYPE: DType = DType::Bool;

    fn check(bytes: &[u8]) -> Result<(), Error> {
        match bytes.iter().position(|&b| b > 1) {
            Some(index) => Err(Error::InvalidBool { index }),
            None => Ok(()),
        }
    }
}

macro_rules! numbers {
    ($($type:ty => $dtype:ident),*) => {$(
        impl private::Sealed for $type {}
        // SAFETY: a number of the dtype's size, or two side by side, has no padding, and any bits are a value.
        unsafe impl Element for $type {
            const DTYPE: DType = DType::$dtype;
        }
    )*};
}

numbers!(::half::f16 => F16, Complex<f32> => C64, Complex<f64> => C128);
numbers!(i8 => I8, i16 => I16, i32 => I32, i64 => I64, u8 => U8, u16 => U16, u32 => U32, u64 => U64, f32 => F32, f64 => F64);

/// The memory of the elements.
pub(super) fn as_bytes<T: Element>(elements: &[T]) -> &[u8] {
    // SAFETY: elements have no padding, so each of their bytes is initialised.
    unsafe { std::slice::from_raw_parts(elements.as_ptr().cast(), size_of_val(elements)) }
}

/// The elements that the bytes are.
pub(super) fn as_elements<T: Element>(bytes: &[u8]) -> Result<&[T], Error> {
    whole::<T>(bytes)?;
    // SAFETY: `whole` found the bytes aligned and valid; the length counts whole elements.
    Ok(unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len() / size_of::<T>()) })
}

/// The elements that the bytes are, to be changed.
pub(super) fn as_elements_mut<T: Element>(bytes: &mut [u8]) -> Result<&mut [T], Error> {
    whole::<T>(bytes)?;
    // SAFETY: as in `as_elements`, the borrow is exclusive, and any element written is initialised bytes.
    Ok(unsafe { std::slice::from_raw_parts_mut(bytes.as_mut_ptr().cast(), bytes.len() / size_of::<T>()) })
}

fn whole<T: Element>(bytes: &[u8]) -> Result<(), Error> {
    if !bytes.as_ptr().cast::<T>().is_aligned() || !bytes.len().is_multiple_of(size_of::<T>()) {
        return Err(Error::NotASlice);
    }
    T::check(bytes)
}

/// The one element that the bytes are, aligned or not.
pub(super) fn read<T: Element>(bytes: &[u8]) -> Result<T, Error> {
    if bytes.len() != size_of::<T>() {
        return Err(Error::Length { expected: size_of::<T>(), actual: bytes.len() });
    }
    T::check(bytes)?;
    // SAFETY: the bytes are as many as the type has, and are a value of it.
    Ok(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_elements_convert() {
        let values = [1.0f32, -2.5];
        assert_eq!(as_elements::<f32>(as_bytes(&values)), Ok(&values[..]));
        assert_eq!(as_elements::<f32>(&as_bytes(&values)[..7]), Err(Error::NotASlice));
        assert_eq!(as_elements::<f32>(&as_bytes(&values)[1..5]), Err(Error::NotASlice));
        assert_eq!(read::<f32>(&as_bytes(&values)[4..]), Ok(-2.5));
        assert_eq!(as_elements::<bool>(&[0, 1, 2]), Err(Error::InvalidBool { index: 2 }));
    }
}
