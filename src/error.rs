//! The one error that users of the library see.

use crate::diagnostic::Diagnostic;
use crate::{array, exec};
use std::fmt;
use std::sync::Arc;

/// Why a formula could not be evaluated.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The formula itself, or how its inputs' dtypes and shapes fit it, is wrong: all independent
    /// errors, in the order of the text.
    Formula {
        /// The formula.
        text: Arc<str>,
        /// What is wrong with it. Never empty.
        diagnostics: Vec<Diagnostic>,
    },
    /// The formula has no result for these values: an integer raised to a negative power, for example.
    /// Nothing has been written.
    Values {
        /// The formula.
        text: Arc<str>,
        /// What is wrong, and where in the formula.
        diagnostic: Diagnostic,
    },
    /// An array given is not what is needed: an output of another dtype or shape, for example.
    Array(array::Error),
    /// The run failed.
    Run(exec::Error),
    /// A file could not be read or written.
    #[cfg(feature = "npy")]
    Source(crate::source::Error),
    /// The formula has another number of results than the call can give.
    Results {
        /// How many it has.
        actual: usize,
        /// How many the call gives.
        expected: usize,
    },
    /// A call gave another number of inputs than the formula was compiled for.
    Inputs {
        /// How many were given.
        actual: usize,
        /// How many names it was compiled with.
        expected: usize,
    },
}

impl Error {
    pub(crate) fn formula(text: &str, diagnostics: Vec<Diagnostic>) -> Error {
        Error::Formula { text: text.into(), diagnostics }
    }

    /// A stable name of the (first) error, such as `"unknown-name"`.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Formula { diagnostics, .. } => diagnostics.first().map_or("formula", |d| d.code),
            Error::Values { diagnostic, .. } => diagnostic.code,
            Error::Array(error) => error.code(),
            Error::Run(error) => error.code(),
            #[cfg(feature = "npy")]
            Error::Source(error) => error.code(),
            Error::Results { .. } => "wrong-result-count",
            Error::Inputs { .. } => "wrong-input-count",
        }
    }

    /// Whether the formula does not fit its inputs' names, types and shapes, so that it would fail for
    /// all values.
    pub fn is_formula(&self) -> bool {
        matches!(self, Error::Formula { .. })
    }

    /// The errors that point into the formula, for those who draw them themselves.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Error::Formula { diagnostics, .. } => diagnostics,
            Error::Values { diagnostic, .. } => std::slice::from_ref(diagnostic),
            Error::Array(_) | Error::Run(_) | Error::Results { .. } | Error::Inputs { .. } => &[],
            #[cfg(feature = "npy")]
            Error::Source(_) => &[],
        }
    }
}

impl fmt::Display for Error {
    /// Draws the errors of a formula with its lines and carets; others are one sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Formula { text, diagnostics } => {
                let drawn: Vec<String> = diagnostics.iter().map(|d| d.render(text)).collect();
                f.write_str(drawn.join("\n").trim_end())
            }
            Error::Values { text, diagnostic } => f.write_str(diagnostic.render(text).trim_end()),
            Error::Array(error) => error.fmt(f),
            Error::Run(error) => error.fmt(f),
            #[cfg(feature = "npy")]
            Error::Source(error) => error.fmt(f),
            Error::Results { actual, expected } => {
                write!(f, "the formula has {actual} results where {expected} is asked for")
            }
            Error::Inputs { actual, expected } => write!(f, "{actual} inputs given for {expected} names"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Array(error) => Some(error),
            Error::Run(error) => Some(error),
            #[cfg(feature = "npy")]
            Error::Source(error) => Some(error),
            Error::Formula { .. } | Error::Values { .. } | Error::Results { .. } | Error::Inputs { .. } => {
                None
            }
        }
    }
}

impl From<array::Error> for Error {
    fn from(error: array::Error) -> Error {
        Error::Array(error)
    }
}

impl From<exec::Error> for Error {
    fn from(error: exec::Error) -> Error {
        Error::Run(error)
    }
}

#[cfg(feature = "npy")]
impl From<crate::source::Error> for Error {
    fn from(error: crate::source::Error) -> Error {
        Error::Source(error)
    }
}
