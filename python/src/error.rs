//! The library's errors as exceptions of Python, whose classes are in `numfuse/errors.py`.

use numfuse::diagnostic::Diagnostic;
use numfuse::{Error, check, syntax};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyList;

/// The built-in exception that an error is a kind of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Family {
    Syntax,
    Name,
    Type,
    Value,
    Memory,
    /// None of them: a bug of numfuse.
    Other,
}

impl Family {
    const fn class(self) -> &'static str {
        match self {
            Family::Syntax => "FormulaSyntaxError",
            Family::Name => "FormulaNameError",
            Family::Type => "FormulaTypeError",
            Family::Value => "FormulaValueError",
            Family::Memory => "FormulaMemoryError",
            Family::Other => "FormulaError",
        }
    }

    /// The family of a stable code.
    fn of(code: &str) -> Family {
        match code {
            _ if syntax::ErrorKind::CODES.contains(&code) => Family::Syntax,
            "unknown-name" | "unknown-function" => Family::Name,
            "out-of-memory" | "memory-limit" => Family::Memory,
            "internal-panic" => Family::Other,
            "wrong-arity"
            | "unknown-keyword"
            | "duplicate-argument"
            | "keyword-value"
            | "no-operation"
            | "not-evaluated"
            | "dtype-not-evaluated"
            | "unsupported"
            | "not-a-number"
            | "not-real"
            | "casting"
            | "no-unit"
            | "no-cast"
            | "not-an-array"
            | "not-a-tuple"
            | "index-value"
            | "one-axis"
            | "reduction-of-two"
            | "standard-boolean"
            | "no-opcode"
            | "wrong-dtype"
            | "wrong-input-count" => Family::Type,
            _ => Family::Value,
        }
    }
}

/// Every code that an error of a formula may have, and the class that it is raised as.
pub(crate) fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    let codes = syntax::ErrorKind::CODES.iter().chain(check::ErrorKind::CODES);
    codes.map(|&code| (code, Family::of(code).class()))
}

/// The exception for an error of the library.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    with_diagnostics(py, Family::of(error.code()), error.code(), &error.to_string(), error.diagnostics())
}

/// An exception that stands nowhere in a formula.
pub(crate) fn raise(py: Python<'_>, family: Family, code: &str, message: &str) -> PyErr {
    with_diagnostics(py, family, code, message, &[])
}

fn with_diagnostics(
    py: Python<'_>,
    family: Family,
    code: &str,
    message: &str,
    diagnostics: &[Diagnostic],
) -> PyErr {
    let made = || -> PyResult<PyErr> {
        let facts = PyList::empty(py);
        for diagnostic in diagnostics {
            let spans: Vec<(u32, u32)> =
                diagnostic.labels.iter().map(|label| (label.span.start, label.span.end)).collect();
            facts.append((diagnostic.code, &diagnostic.message, spans, diagnostic.help.as_deref()))?;
        }
        let error = class(py, family)?.call1((message, code, facts))?;
        Ok(PyErr::from_value(error))
    };
    made().unwrap_or_else(|failed| failed)
}

fn class<'py>(py: Python<'py>, family: Family) -> PyResult<Bound<'py, PyAny>> {
    static MODULE: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let module = MODULE.get_or_try_init(py, || py.import("numfuse.errors").map(Bound::unbind))?;
    module.bind(py).getattr(family.class())
}
