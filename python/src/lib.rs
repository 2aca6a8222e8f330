//! The Python package's core: arrays of NumPy in, arrays of NumPy out.
//!
//! `evaluate` and `Expr` look up their formula in a cache, read the fields of the arrays where they are, and call the
//! library; nothing of a call is Python code. What is not for every call (the classes of errors, named results,
//! versions) is Python, in `numfuse/`.
//!
//! | file | concern |
//! |---|---|
//! | `ndarray` | NumPy's structures: views of arrays, arrays around results |
//! | `input` | what of Python may stand for a name |
//! | `frame` | the names of the caller |
//! | `formula` | texts and options seen so far, with the names that they need |
//! | `call` | running: small calls at once, others without the GIL |
//! | `evaluate`, `expr` | the two ways in |
//! | `chunks` | what a formula's parts are for arrays in chunks |
//! | `numexpr` | what `numfuse.numexpr` needs |
//! | `error` | the library's errors as Python's |

use pyo3::prelude::*;

mod call;
mod chunks;
mod error;
mod evaluate;
mod expr;
mod formula;
mod frame;
mod input;
mod ndarray;
mod numexpr;

/// The extension module.
#[pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use crate::chunks::{names, reductions, results};
    #[pymodule_export]
    use crate::evaluate::{evaluate, explain};
    #[pymodule_export]
    use crate::expr::{Expr, compile, restore};
    #[pymodule_export]
    use crate::numexpr::{compile_numexpr, parse_numexpr};

    use super::*;
    use numfuse::Session;

    /// More threads than any machine has cores for, each of which takes memory.
    const MOST_THREADS: usize = 1024;

    /// The number of threads that a call may use.
    #[pyfunction]
    fn get_num_threads() -> usize {
        Session::global().threads()
    }

    /// Sets the number of threads that calls may use, and gives what it was.
    #[pyfunction]
    fn set_num_threads(count: usize) -> PyResult<usize> {
        if !(1..=MOST_THREADS).contains(&count) {
            let text = format!("the number of threads is from 1 to {MOST_THREADS}");
            return Err(pyo3::exceptions::PyValueError::new_err(text));
        }
        let before = Session::global().threads();
        Session::global().set_threads(count);
        Ok(before)
    }

    /// What machine code is made for, such as `"wide, avx512"`.
    #[pyfunction]
    fn target() -> String {
        Session::global().target().to_string()
    }

    /// The stable codes of errors, and the name of the class that each is raised as.
    #[pyfunction]
    fn error_codes() -> Vec<(&'static str, &'static str)> {
        error::codes().collect()
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
