//! Running a formula on inputs: small calls at once, others without the GIL, asking now and then for signals.

use crate::error::{self, Family};
use crate::formula::Inputs;
use crate::input::Held;
use crate::ndarray::{self, Order, Resident};
use numfuse::array::InputRef;
use numfuse::session::Named;
use numfuse::{Error, Expr};
use numpy::PyUntypedArray;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;
use smallvec::SmallVec;

/// The results of a formula, in new arrays.
pub(crate) fn run<'py>(
    py: Python<'py>,
    expr: &Expr,
    inputs: &Inputs<'py>,
    order: Order,
) -> PyResult<Bound<'py, PyAny>> {
    let inputs: SmallVec<[InputRef<'_>; 4]> = inputs.iter().map(Held::by_ref).collect();
    if order == Order::F {
        return run_in_columns(py, expr, &inputs);
    }
    let make = |dtype, shape: &[usize]| {
        Resident::empty(py, dtype, shape, Order::C).map_err(|_| ndarray::out_of_memory(dtype, shape))
    };
    match expr.call_small(&inputs, make, Resident::fresh) {
        Ok(Some(result)) => result.into_result(),
        Ok(None) => {
            let results = detached(py, |poll| expr.call_all(&inputs, Some(poll)))?;
            gathered(py, results)
        }
        Err(failed) => Err(error::raised(py, &failed)),
    }
}

/// The only result of a formula, in an array with the first axis side by side.
fn run_in_columns<'py>(py: Python<'py>, expr: &Expr, inputs: &[InputRef<'_>]) -> PyResult<Bound<'py, PyAny>> {
    let types = expr.result_types(inputs).map_err(|failed| error::raised(py, &failed))?;
    let [(_, dtype, shape)] = types.as_slice() else {
        return Err(error::raised(py, &Error::Results { actual: types.len(), expected: 1 }));
    };
    let mut result = Resident::empty(py, *dtype, shape, Order::F)?;
    let mut out = [result.fresh()];
    detached(py, |poll| expr.call_into_all(inputs, &mut out, Some(poll)))?;
    result.into_result()
}

/// The only result of a formula, written into `out`: `expr` casts to its dtype.
pub(crate) fn run_into<'py>(
    py: Python<'py>,
    expr: &Expr,
    inputs: &Inputs<'py>,
    out: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let inputs: SmallVec<[InputRef<'_>; 4]> = inputs.iter().map(Held::by_ref).collect();
    let mut resident = writable(out)?;
    let done = match resident.view_mut() {
        Some(view) => {
            let mut views = [view];
            run_detached(py, |poll| expr.call_into_all(&inputs, &mut views, Some(poll)))?
        }
        None => Err(Error::Array(numfuse::array::Error::NotASlice)),
    };
    match done {
        Ok(()) => Ok(out.clone()),
        // The result is smaller and broadcasts, or elements of `out` share memory: NumPy knows what to do.
        Err(Error::Array(numfuse::array::Error::Shape { .. } | numfuse::array::Error::NotASlice)) => {
            let results = detached(py, |poll| expr.call_all(&inputs, Some(poll)))?;
            let result = gathered(py, results)?;
            py.import("numpy")?.call_method1("copyto", (out, result))?;
            Ok(out.clone())
        }
        Err(failed) => Err(error::raised(py, &failed)),
    }
}

/// An array given as `out`.
fn writable<'py>(out: &Bound<'py, PyAny>) -> PyResult<Resident<'py>> {
    let py = out.py();
    let array = out
        .cast::<PyUntypedArray>()
        .map_err(|_| error::raise(py, Family::Type, "wrong-out", "`out` is an array of NumPy"))?;
    if !array.getattr("flags")?.getattr("writeable")?.is_truthy()? {
        return Err(error::raise(py, Family::Value, "read-only-out", "`out` is read-only"));
    }
    Resident::new(array.clone()).map_err(|_| {
        error::raise(py, Family::Type, "wrong-out", "`out` is of a dtype that formulas do not compute with")
    })
}

/// Runs without the GIL; the library's error is raised.
fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&dyn Fn() -> bool) -> Result<T, Error> + Send,
) -> PyResult<T> {
    run_detached(py, work)?.map_err(|failed| error::raised(py, &failed))
}

/// Runs without the GIL. The outer error is what a signal's handler raised, such as `KeyboardInterrupt`.
fn run_detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&dyn Fn() -> bool) -> Result<T, Error> + Send,
) -> PyResult<Result<T, Error>> {
    let (result, signal) = py.detach(|| {
        let signal = std::cell::RefCell::new(None);
        let poll = || match Python::attach(|py| py.check_signals()) {
            Ok(()) => false,
            Err(raised) => {
                signal.replace(Some(raised));
                true
            }
        };
        let result = work(&poll);
        (result, signal.into_inner())
    });
    signal.map_or(Ok(result), Err)
}

/// One result as it is, several as a named tuple.
fn gathered(py: Python<'_>, results: Vec<Named>) -> PyResult<Bound<'_, PyAny>> {
    let mut names = Vec::with_capacity(results.len());
    let mut arrays = Vec::with_capacity(results.len());
    for (name, array) in results {
        names.push(name.map(String::from));
        arrays.push(ndarray::adopt(py, array)?);
    }
    if arrays.len() == 1 {
        return arrays.pop().ok_or_else(|| PyTypeError::new_err("a formula has a result"));
    }
    static RESULTS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = RESULTS.import(py, "numfuse.results", "make")?;
    make.call1((PyTuple::new(py, names)?, PyTuple::new(py, arrays)?))
}
