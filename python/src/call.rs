//! Running a formula on inputs: small calls at once, others without the GIL, asking now and then for signals.

use crate::error::{self, Family};
use crate::formula::Inputs;
use crate::input::Held;
use crate::ndarray::{self, Fresh, Resident};
use numfuse::array::{self, InputRef};
use numfuse::dtype::DType;
use numfuse::session::{self, Named};
use numfuse::shape::Order;
use numfuse::{Error, Expr};
use numpy::PyUntypedArray;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;
use smallvec::SmallVec;
use std::ops::Range;
use std::sync::Arc;

/// What becomes of the results of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Manner {
    /// How new arrays are laid out.
    pub(crate) layout: Layout,
    /// Whether what has no axes is a scalar of NumPy, as its functions give it, or an array.
    pub(crate) scalars: bool,
    /// The most threads to use.
    pub(crate) threads: usize,
}

/// How new arrays are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Layout {
    /// In this order.
    Fixed(Order),
    /// As the inputs are.
    Kept,
}

/// The results of a formula, in new arrays. The inputs of `changed`, which are in the order of the inputs, may be
/// changed by it.
pub(crate) fn run<'py>(
    py: Python<'py>,
    expr: &Expr,
    inputs: &Inputs<'py>,
    changed: &[bool],
    manner: Manner,
) -> PyResult<Bound<'py, PyAny>> {
    let given: SmallVec<[InputRef<'_>; 4]> = inputs.iter().map(Held::by_ref).collect();
    let order = match manner.layout {
        Layout::Fixed(order) => order,
        Layout::Kept => ndarray::kept_order(inputs.iter().filter_map(Held::view)),
    };
    if order == Order::C {
        let make = |dtype, shape: &[usize]| {
            Fresh::new(py, dtype, shape).map_err(|_| ndarray::out_of_memory(dtype, shape))
        };
        match expr.call_small(&given, make, Fresh::view_mut) {
            Ok(Some(result)) => return result.into_result(manner.scalars),
            Ok(None) => {}
            Err(failed) => return Err(error::raised(py, &failed)),
        }
    }
    let mut writers = writers(py, inputs, changed)?;
    let mut written: Vec<_> = writers.iter_mut().map(|writer| writer.as_mut()?.view_mut()).collect();
    let results = detached(py, |poll| {
        let poll = Some(poll);
        expr.call_all(
            &given,
            &mut written,
            &session::Manner { poll, order, threads: manner.threads, ..Default::default() },
        )
    })?;
    gathered(py, results, manner.scalars)
}

/// The arrays that the formula may change, at the places of their inputs. No two may share memory.
fn writers<'py>(
    py: Python<'py>,
    inputs: &Inputs<'py>,
    changed: &[bool],
) -> PyResult<Vec<Option<Resident<'py>>>> {
    if !changed.contains(&true) {
        return Ok(Vec::new());
    }
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut writers = Vec::with_capacity(inputs.len());
    for (input, changed) in inputs.iter().zip(changed) {
        let writer = if *changed { input.writer() } else { None };
        if let Some(writer) = &writer {
            let bytes = writer.view().byte_range();
            if ranges.iter().any(|other| other.start < bytes.end && bytes.start < other.end) {
                let text = "two of the arrays that the formula changes share memory";
                return Err(error::raise(py, Family::Value, "shared-memory", text));
            }
            ranges.push(bytes);
        }
        writers.push(writer);
    }
    Ok(writers)
}

/// The only result of a formula, written into `out`. `cast` gives the formula cast to that array's dtype, for when it
/// has another.
pub(crate) fn run_into<'py>(
    expr: &Expr,
    inputs: &Inputs<'py>,
    out: &Bound<'py, PyAny>,
    cast: impl FnOnce(DType) -> PyResult<Arc<Expr>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = out.py();
    let given: SmallVec<[InputRef<'_>; 4]> = inputs.iter().map(Held::by_ref).collect();
    let mut resident = writable(out)?;
    match write(py, expr, &given, &mut resident)? {
        Err(Error::Array(array::Error::DType { .. })) => {
            let expr = cast(resident.view().dtype())?;
            match write(py, &expr, &given, &mut resident)? {
                Err(failed) => broadcast(py, &expr, &given, out, failed),
                Ok(()) => Ok(out.clone()),
            }
        }
        Err(failed) => broadcast(py, expr, &given, out, failed),
        Ok(()) => Ok(out.clone()),
    }
}

/// Writes the result, if the array has its dtype and its shape.
fn write(
    py: Python<'_>,
    expr: &Expr,
    given: &[InputRef<'_>],
    out: &mut Resident<'_>,
) -> PyResult<Result<(), Error>> {
    let Some(view) = out.view_mut() else { return Ok(Err(Error::Array(array::Error::NotASlice))) };
    let mut views = [view];
    run_detached(py, |poll| {
        expr.call_into_all(given, &mut views, &session::Manner { poll: Some(poll), ..Default::default() })
    })
}

/// Where the result is smaller than `out`, or elements of `out` share memory, NumPy knows what to do.
fn broadcast<'py>(
    py: Python<'py>,
    expr: &Expr,
    given: &[InputRef<'_>],
    out: &Bound<'py, PyAny>,
    failed: Error,
) -> PyResult<Bound<'py, PyAny>> {
    if !matches!(failed, Error::Array(array::Error::Shape { .. } | array::Error::NotASlice)) {
        return Err(error::raised(py, &failed));
    }
    let results = detached(py, |poll| {
        expr.call_all(given, &mut [], &session::Manner { poll: Some(poll), ..Default::default() })
    })?;
    py.import("numpy")?.call_method1("copyto", (out, gathered(py, results, false)?))?;
    Ok(out.clone())
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
    Resident::new(array).map_err(|_| {
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

/// One result as it is, several as a named tuple, `None` without any.
fn gathered(py: Python<'_>, results: Vec<Named>, scalars: bool) -> PyResult<Bound<'_, PyAny>> {
    let mut names = Vec::with_capacity(results.len());
    let mut arrays = Vec::with_capacity(results.len());
    for (name, array) in results {
        names.push(name.map(String::from));
        arrays.push(ndarray::adopt(py, array, scalars)?);
    }
    if arrays.len() < 2 {
        // A formula that only changes arrays has none.
        return Ok(arrays.pop().unwrap_or_else(|| py.None().into_bound(py)));
    }
    static RESULTS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let make = RESULTS.import(py, "numfuse.results", "make")?;
    make.call1((PyTuple::new(py, names)?, PyTuple::new(py, arrays)?))
}
