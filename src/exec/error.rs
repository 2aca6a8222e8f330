//! What can go wrong while a plan runs.

use crate::array;
use crate::ir::GuardKind;
use crate::span::Span;
use std::fmt;

/// Why a run failed. Nothing that the caller can see has then been written, unless it was cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There was no memory of that many bytes.
    Alloc {
        /// The bytes asked for.
        bytes: usize,
    },
    /// More memory would be used than the run may use.
    MemoryLimit {
        /// The bytes that it needs at once.
        bytes: usize,
        /// The bytes that it may use.
        limit: usize,
    },
    /// The size of an array overflows.
    TooBig,
    /// The caller asked to stop.
    Cancelled,
    /// The run took longer than it may.
    TimeLimit,
    /// A condition of the formula does not hold of the values.
    Guard {
        /// Which.
        kind: GuardKind,
        /// Where in the formula.
        span: Span,
    },
    /// An index that is written in the formula is outside its axis.
    Index {
        /// The index.
        index: i64,
        /// Which axis of the array it is.
        axis: u32,
        /// The size of that axis.
        size: usize,
        /// Where the index stands.
        span: Span,
    },
    /// Axes that must be equal are not, which only the values of a mask could show.
    Counted {
        /// The size of one.
        left: usize,
        /// The size of the other.
        right: usize,
        /// What brings them together.
        span: Span,
    },
    /// A size that follows from a mask's values is 1 where the plan takes it for another, or the other way round: what
    /// the masks counted so far select, for making the right plan.
    Recount {
        /// The counts.
        counts: Vec<usize>,
    },
    /// The smallest or largest element of nothing was asked for.
    EmptyReduction {
        /// The reduction's name.
        name: &'static str,
    },
    /// A worker panicked: a bug of numfuse. The pool goes on.
    Panic {
        /// What the panic said.
        message: String,
    },
}

impl Error {
    /// A stable name of the kind of error.
    pub const fn code(&self) -> &'static str {
        match self {
            Error::Alloc { .. } => "out-of-memory",
            Error::MemoryLimit { .. } => "memory-limit",
            Error::TooBig => "too-big",
            Error::Cancelled => "cancelled",
            Error::TimeLimit => "time-limit",
            Error::Guard { kind: GuardKind::NegativePower, .. } => "negative-power",
            Error::Guard { kind: GuardKind::NonAscii, .. } => "non-ascii",
            Error::Guard { kind: GuardKind::OutOfRange(_), .. } => "number-out-of-range",
            Error::Guard { kind: GuardKind::UnitOverflow(_), .. } => "unit-overflow",
            Error::Guard { kind: GuardKind::IndexOutOfRange, .. } => "index-out-of-bounds",
            Error::Index { .. } => "index-out-of-bounds",
            Error::Counted { .. } => "shape-mismatch",
            Error::Recount { .. } => "recount",
            Error::EmptyReduction { .. } => "empty-reduction",
            Error::Panic { .. } => "internal-panic",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Alloc { bytes } => write!(f, "out of memory: {bytes} bytes"),
            Error::TooBig => f.write_str("the size of an array in bytes overflows"),
            Error::MemoryLimit { bytes, limit } => {
                write!(f, "this takes {bytes} bytes of memory, and {limit} are allowed")
            }
            Error::Cancelled => f.write_str("cancelled"),
            Error::TimeLimit => f.write_str("this takes longer than is allowed"),
            Error::Guard { kind: GuardKind::NegativePower, .. } => {
                f.write_str("integers to negative integer powers are not allowed")
            }
            Error::Guard { kind: GuardKind::NonAscii, .. } => {
                f.write_str("bytes and text are cast to each other as ASCII, which these are not")
            }
            Error::Guard { kind: GuardKind::OutOfRange(dtype), .. } => {
                write!(f, "a number computed from plain numbers does not fit {dtype}")
            }
            Error::Guard { kind: GuardKind::UnitOverflow(dtype), .. } => {
                write!(f, "a time does not fit {dtype}")
            }
            Error::Guard { kind: GuardKind::IndexOutOfRange, .. } => {
                f.write_str("an index is out of bounds for the axis")
            }
            Error::Index { index, axis, size, .. } => {
                write!(f, "index {index} is out of bounds for axis {axis} with size {size}")
            }
            Error::Counted { left, right, .. } => {
                write!(f, "the shapes cannot be broadcast together: axes of {left} and {right}")
            }
            Error::Recount { .. } => f.write_str("a mask selects one element, which makes another plan"),
            Error::EmptyReduction { name } => write!(f, "`{name}` of an empty array has no value"),
            Error::Panic { message } => write!(f, "internal error: {message}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<array::Error> for Error {
    fn from(error: array::Error) -> Error {
        if let array::Error::Alloc(alloc) = error { alloc.into() } else { Error::TooBig }
    }
}

impl From<array::AllocError> for Error {
    fn from(error: array::AllocError) -> Error {
        Error::Alloc { bytes: error.bytes }
    }
}
