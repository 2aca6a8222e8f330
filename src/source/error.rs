//! What can be wrong with a file, always with the name of the file.

use crate::array;
use crate::shape::TooBig;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// An error that concerns a file.
#[derive(Debug)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The file.
    pub path: PathBuf,
}

/// What can be wrong with a file.
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The system refused.
    Io(io::Error),
    /// A directory, a pipe or a device, which cannot be read by position.
    NotAFile,
    /// The file to be replaced may not be written.
    ReadOnly,
    /// The file does not begin as `.npy` files do.
    NotNpy,
    /// A version of the format other than 1, 2 and 3.
    Version {
        /// The version that the file names.
        major: u8,
    },
    /// The header is not one that NumPy writes; says what is wrong with it.
    Header(&'static str),
    /// The elements are of a type that numfuse has not; as the header describes it.
    UnsupportedDType(String),
    /// The file ends before its elements do.
    Truncated {
        /// The bytes that the header promises, itself included.
        expected: u64,
        /// The bytes of the file.
        actual: u64,
    },
    /// The size in bytes overflows.
    TooBig,
    /// A region outside the array.
    Region,
    /// Memory of the wrong size or dtype, or none to be had.
    Array(array::Error),
}

impl ErrorKind {
    /// The error, with the file that it concerns.
    pub(super) fn at(self, path: &Path) -> Error {
        Error { kind: self, path: path.to_owned() }
    }
}

impl Error {
    /// A stable name of the kind of error.
    pub const fn code(&self) -> &'static str {
        match &self.kind {
            ErrorKind::Io(_) => "io-error",
            ErrorKind::NotAFile => "not-a-file",
            ErrorKind::ReadOnly => "read-only",
            ErrorKind::NotNpy => "not-npy",
            ErrorKind::Version { .. } => "unsupported-npy-version",
            ErrorKind::Header(_) => "bad-npy-header",
            ErrorKind::UnsupportedDType(_) => "unsupported-dtype",
            ErrorKind::Truncated { .. } => "truncated-file",
            ErrorKind::TooBig => "too-big",
            ErrorKind::Region => "region-out-of-bounds",
            ErrorKind::Array(e) => e.code(),
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::Io(e) => e.fmt(f),
            ErrorKind::NotAFile => f.write_str("not a regular file"),
            ErrorKind::ReadOnly => f.write_str("the file is read-only"),
            ErrorKind::NotNpy => f.write_str("not a .npy file"),
            ErrorKind::Version { major } => write!(f, "version {major} of the .npy format is not known"),
            ErrorKind::Header(what) => write!(f, "the .npy header is damaged: {what}"),
            ErrorKind::UnsupportedDType(descr) => {
                write!(f, "elements of dtype `{}` are not supported", descr.escape_debug())
            }
            ErrorKind::Truncated { expected, actual } => {
                write!(f, "the file is truncated: {actual} bytes where its header needs {expected}")
            }
            ErrorKind::TooBig => TooBig.fmt(f),
            ErrorKind::Region => f.write_str("the region is outside the array"),
            ErrorKind::Array(e) => e.fmt(f),
        }
    }
}

impl fmt::Display for Error {
    /// The file's name without control characters, then what is wrong.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.to_string_lossy().escape_debug(), self.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ErrorKind::Io(e) => Some(e),
            ErrorKind::Array(e) => Some(e),
            ErrorKind::NotAFile | ErrorKind::ReadOnly | ErrorKind::NotNpy => None,
            ErrorKind::Version { .. } | ErrorKind::Header(_) => None,
            ErrorKind::UnsupportedDType(_) | ErrorKind::Truncated { .. } => None,
            ErrorKind::TooBig | ErrorKind::Region => None,
        }
    }
}

impl From<io::Error> for ErrorKind {
    fn from(e: io::Error) -> ErrorKind {
        ErrorKind::Io(e)
    }
}

impl From<TooBig> for ErrorKind {
    fn from(_: TooBig) -> ErrorKind {
        ErrorKind::TooBig
    }
}

impl From<array::Error> for ErrorKind {
    fn from(e: array::Error) -> ErrorKind {
        ErrorKind::Array(e)
    }
}

impl From<array::AllocError> for ErrorKind {
    fn from(e: array::AllocError) -> ErrorKind {
        ErrorKind::Array(e.into())
    }
}
