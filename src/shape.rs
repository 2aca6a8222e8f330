//! Shapes and strides, and all arithmetic on sizes.
//!
//! Every product of sizes in numfuse is computed here, checked: a header that claims 2⁶² rows is an
//! error, never a wrapped number.

use smallvec::SmallVec;
use std::fmt;

/// Sizes of the axes, outermost first.
pub type Shape = SmallVec<[usize; 6]>;

/// Distances between neighbours along each axis, in bytes.
pub type Strides = SmallVec<[isize; 6]>;

/// The most axes an array may have (NumPy's limit).
pub const MAX_RANK: usize = 64;

/// Sizes whose product does not fit the address space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooBig;

impl fmt::Display for TooBig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the array's size in bytes overflows")
    }
}

impl std::error::Error for TooBig {}

/// The number of elements; 1 for no axes.
///
/// # Errors
/// [`TooBig`] if the product of the sizes that are not zero overflows, even where another is zero (NumPy's rule).
pub fn count(shape: &[usize]) -> Result<usize, TooBig> {
    let nonzero = shape.iter().filter(|&&n| n != 0).try_fold(1usize, |a, &n| a.checked_mul(n));
    let product = nonzero.filter(|&n| isize::try_from(n).is_ok()).ok_or(TooBig)?;
    Ok(if shape.contains(&0) { 0 } else { product })
}

/// The number of bytes of a dense array.
///
/// # Errors
/// [`TooBig`] if it exceeds `isize::MAX`.
pub fn bytes(shape: &[usize], itemsize: usize) -> Result<usize, TooBig> {
    let n = count(shape)?;
    let bytes = n.checked_mul(itemsize).ok_or(TooBig)?;
    isize::try_from(bytes).map(|_| bytes).map_err(|_| TooBig)
}

/// The strides of a dense array in C order (last axis fastest).
///
/// # Errors
/// [`TooBig`] if the array's bytes overflow.
pub fn c_strides(shape: &[usize], itemsize: usize) -> Result<Strides, TooBig> {
    bytes(shape, itemsize)?;
    let mut strides: Strides = SmallVec::from_elem(0, shape.len());
    let mut step = itemsize as isize;
    for (stride, &n) in strides.iter_mut().zip(shape).rev() {
        *stride = step;
        step = step.saturating_mul(n.max(1) as isize);
    }
    Ok(strides)
}

/// The strides of a dense array in Fortran order (first axis fastest).
///
/// # Errors
/// [`TooBig`] if the array's bytes overflow.
pub fn f_strides(shape: &[usize], itemsize: usize) -> Result<Strides, TooBig> {
    let reversed: Shape = shape.iter().rev().copied().collect();
    let mut strides = c_strides(&reversed, itemsize)?;
    strides.reverse();
    Ok(strides)
}

/// How the elements of a dense array follow each other in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Order {
    /// The last axis fastest.
    #[default]
    C,
    /// The first axis fastest, as in Fortran.
    F,
}

impl Order {
    /// The strides of a dense array.
    ///
    /// # Errors
    /// [`TooBig`] if the array's bytes overflow.
    pub fn strides(self, shape: &[usize], itemsize: usize) -> Result<Strides, TooBig> {
        match self {
            Order::C => c_strides(shape, itemsize),
            Order::F => f_strides(shape, itemsize),
        }
    }
}

/// The shape that NumPy broadcasts two shapes to, or `None` if they do not fit.
pub fn broadcast(a: &[usize], b: &[usize]) -> Option<Shape> {
    let rank = a.len().max(b.len());
    let at = |s: &[usize], i: usize| (i + s.len()).checked_sub(rank).map_or(1, |k| s[k]);
    (0..rank)
        .map(|i| match (at(a, i), at(b, i)) {
            (x, y) if x == y => Some(x),
            (1, y) => Some(y),
            (x, 1) => Some(x),
            (_, _) => None,
        })
        .collect()
}

/// The lowest and one past the highest byte that a strided view touches, relative to its first
/// element. Empty views touch nothing: `(0, 0)`.
///
/// # Errors
/// [`TooBig`] if a distance overflows.
pub fn extent(shape: &[usize], strides: &[isize], itemsize: usize) -> Result<(isize, isize), TooBig> {
    if shape.contains(&0) {
        return Ok((0, 0));
    }
    let (mut low, mut high) = (0isize, isize::try_from(itemsize).map_err(|_| TooBig)?);
    for (&n, &stride) in shape.iter().zip(strides) {
        let last = isize::try_from(n - 1).map_err(|_| TooBig)?;
        let reach = stride.checked_mul(last).ok_or(TooBig)?;
        let end = if reach < 0 { &mut low } else { &mut high };
        *end = end.checked_add(reach).ok_or(TooBig)?;
    }
    high.checked_sub(low).ok_or(TooBig)?;
    Ok((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_overflow_are_errors() {
        assert_eq!(count(&[2, 3, 4]), Ok(24));
        assert_eq!(count(&[]), Ok(1));
        assert_eq!(count(&[0, 5]), Ok(0));
        assert_eq!(count(&[0, usize::MAX, 2]), Err(TooBig));
        assert_eq!(count(&[1 << 62, 2]), Err(TooBig));
        assert_eq!(bytes(&[1 << 60], 8), Err(TooBig));
        assert_eq!(bytes(&[1 << 59], 8), Ok(1 << 62));
    }

    #[test]
    fn strides_are_dense() {
        assert_eq!(c_strides(&[2, 3, 4], 8).unwrap().as_slice(), [96, 32, 8]);
        assert_eq!(f_strides(&[2, 3, 4], 8).unwrap().as_slice(), [8, 16, 48]);
    }

    #[test]
    fn shapes_broadcast_as_numpys() {
        assert_eq!(broadcast(&[3, 1], &[4]).unwrap().as_slice(), [3, 4]);
        assert_eq!(broadcast(&[0], &[1]).unwrap().as_slice(), [0]);
        assert_eq!(broadcast(&[], &[2]).unwrap().as_slice(), [2]);
        assert_eq!(broadcast(&[2], &[3]), None);
    }

    #[test]
    fn an_extent_reaches_both_ways() {
        assert_eq!(extent(&[3], &[-8], 8), Ok((-16, 8)));
        assert_eq!(extent(&[3, 2], &[8, -24], 8), Ok((-24, 24)));
        assert_eq!(extent(&[3, 0], &[8, 8], 8), Ok((0, 0)));
        assert_eq!(extent(&[3], &[isize::MAX], 8), Err(TooBig));
    }
}
