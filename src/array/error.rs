//! What can be wrong with an array that is asked for something.

use super::buffer::AllocError;
use crate::dtype::DType;
use crate::shape::TooBig;
use std::fmt;

/// Why an array could not be made, viewed or converted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The elements are of another dtype than the one asked for.
    DType {
        /// What was asked for.
        expected: DType,
        /// What the array has.
        actual: DType,
    },
    /// The sizes are not the ones that are needed.
    Shape {
        /// What was needed.
        expected: Box<[usize]>,
        /// What was given.
        actual: Box<[usize]>,
    },
    /// A shape cannot be broadcast to another.
    Broadcast {
        /// The shape of the array.
        from: Box<[usize]>,
        /// The shape asked for.
        to: Box<[usize]>,
    },
    /// Not as many elements, or not as many bytes, as the shape needs.
    Length {
        /// What the shape needs.
        expected: usize,
        /// What was given.
        actual: usize,
    },
    /// Shape and strides reach outside the memory that was given, or differ in rank.
    OutOfBounds,
    /// The elements do not lie dense, aligned and in this machine's byte order, as a slice needs.
    NotASlice,
    /// A bool is neither 0 nor 1 in memory, so that it cannot be lent as a Rust `bool`.
    InvalidBool {
        /// The first such element, counted in C order.
        index: usize,
    },
    /// The size in bytes overflows.
    TooBig,
    /// There is no memory for the elements.
    Alloc(AllocError),
}

impl Error {
    /// A stable name of the kind of error.
    pub const fn code(&self) -> &'static str {
        match self {
            Error::DType { .. } => "wrong-dtype",
            Error::Shape { .. } => "wrong-shape",
            Error::Broadcast { .. } => "cannot-broadcast",
            Error::Length { .. } => "wrong-length",
            Error::OutOfBounds => "view-out-of-bounds",
            Error::NotASlice => "not-a-slice",
            Error::InvalidBool { .. } => "invalid-bool",
            Error::TooBig => "too-big",
            Error::Alloc(_) => "out-of-memory",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::DType { expected, actual } => write!(f, "the array is of dtype {actual}, not {expected}"),
            Error::Shape { expected, actual } => {
                write!(f, "the shape is {actual:?} where {expected:?} is needed")
            }
            Error::Broadcast { from, to } => write!(f, "the shape {from:?} does not broadcast to {to:?}"),
            Error::Length { expected, actual } => {
                write!(f, "the length is {actual} where the shape needs {expected}")
            }
            Error::OutOfBounds => f.write_str("shape and strides reach outside the memory"),
            Error::NotASlice => f.write_str("the elements are not dense, aligned and in native byte order"),
            Error::InvalidBool { index } => write!(f, "the bool at {index} is neither 0 nor 1 in memory"),
            Error::TooBig => TooBig.fmt(f),
            Error::Alloc(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<TooBig> for Error {
    fn from(_: TooBig) -> Error {
        Error::TooBig
    }
}

impl From<AllocError> for Error {
    fn from(e: AllocError) -> Error {
        Error::Alloc(e)
    }
}
