//! `evaluate` and `explain`: a formula on the arrays of the caller.

use crate::call::{self, Layout, Manner};
use crate::error;
use crate::formula::{self, Inputs};
use crate::frame::Scope;
use crate::input::{Foreign, is_foreign};
use crate::ndarray;
use numfuse::casting::Casting;
use numfuse::check::Options;
use numfuse::explain::Stage;
use numfuse::session::input_type;
use numfuse::shape::Order;
use numfuse::{Expr, Session};
use numpy::{PyArrayDescr, PyUntypedArray};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString};
use std::sync::Arc;

/// Evaluates a formula over arrays.
///
/// The names of the formula are looked up in `local_dict` and `global_dict`, else in the caller's variables and globals.
/// Arrays are read where they are. The result has NumPy's dtype and values; several results come as a named tuple.
///
/// >>> import numpy as np, numfuse
/// >>> a, b = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.25, 0.125])
/// >>> numfuse.evaluate("2*a + b**2")
/// array([2.25    , 4.0625  , 6.015625])
/// >>> numfuse.evaluate("m = mean(a); s = std(a)")
/// Results(m=np.float64(2.0), s=np.float64(0.816496580927726))
#[pyfunction]
#[pyo3(signature = (
    expr, local_dict = None, global_dict = None, out = None, order = "K", casting = "same_kind", dtype = None,
))]
#[expect(clippy::too_many_arguments, reason = "the function's signature in Python")]
pub(crate) fn evaluate<'py>(
    py: Python<'py>,
    expr: &Bound<'py, PyString>,
    local_dict: Option<Bound<'py, PyAny>>,
    global_dict: Option<Bound<'py, PyAny>>,
    out: Option<Bound<'py, PyAny>>,
    order: &str,
    casting: &str,
    dtype: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    if dtype.is_some() && out.is_some() {
        return Err(PyTypeError::new_err("give `dtype` or `out`, not both"));
    }
    let options = options(casting, dtype.as_ref())?;
    let manner = Manner { layout: layout(order)?, scalars: true, threads: usize::MAX };
    run(py, expr, Scope::new(py, local_dict, global_dict)?, out, manner, options)
}

/// Shows what a formula becomes for the arrays of the caller, stage by stage.
///
/// The stages are `tokens`, `ast`, `ir`, `opt`, `kernel`, `clif` and `asm`.
///
/// >>> import numfuse
/// >>> print(numfuse.explain("2*a + b", "ast"))
/// (+ (* 2 a) b)
#[pyfunction]
#[pyo3(signature = (expr, stage = "kernel", local_dict = None, global_dict = None))]
pub(crate) fn explain<'py>(
    py: Python<'py>,
    expr: &Bound<'py, PyString>,
    stage: &str,
    local_dict: Option<Bound<'py, PyAny>>,
    global_dict: Option<Bound<'py, PyAny>>,
) -> PyResult<String> {
    let named = Stage::ALL.into_iter().find(|known| known.name() == stage);
    let stage = named.ok_or_else(|| {
        let names = Stage::ALL.map(Stage::name).join(", ");
        PyValueError::new_err(format!("no such stage; they are {names}"))
    })?;
    let types = match stage {
        Stage::Tokens | Stage::Ast => Vec::new(),
        Stage::Ir | Stage::Opt | Stage::Kernel | Stage::Clif | Stage::Asm => {
            let formula = formula::find(expr, Options::default())?;
            let scope = Scope::new(py, local_dict, global_dict)?;
            let mut inputs = Inputs::new();
            let expr = formula.bind(&scope, py, &mut inputs)?;
            expr.names().zip(&inputs).map(|(name, input)| input_type(name, input.by_ref())).collect()
        }
    };
    numfuse::explain::explain(expr.to_str()?, &types, stage, Session::global().target())
        .map_err(|failed| error::raised(py, &failed))
}

/// Evaluates the names of a scope.
fn run<'py>(
    py: Python<'py>,
    expr: &Bound<'py, PyString>,
    scope: Scope<'py>,
    out: Option<Bound<'py, PyAny>>,
    manner: Manner,
    options: Options,
) -> PyResult<Bound<'py, PyAny>> {
    let formula = formula::find(expr, options)?;
    let mut inputs = Inputs::new();
    if let Some(out) = out.as_ref().filter(|out| !out.is_instance_of::<PyUntypedArray>())
        && is_foreign(out)?
    {
        let names = formula.look_up(&scope, py)?;
        return dispatched(expr, &names, Some(out), options);
    }
    let compiled = match formula.bind(&scope, py, &mut inputs) {
        Err(refused) if refused.is_instance_of::<Foreign>(py) => {
            let names = formula.look_up(&scope, py)?;
            return dispatched(expr, &names, out.as_ref(), options);
        }
        compiled => compiled?,
    };
    drop(scope);
    match &out {
        None => call::run(py, &compiled, &inputs, &formula.changed(py, compiled.names()), manner),
        Some(out) => {
            let cast = |dtype| recompiled(py, &compiled, Options { dtype: Some(dtype), ..options });
            call::run_into(&compiled, &inputs, out, cast)
        }
    }
}

/// Evaluates arrays of other packages by what `numfuse.dispatch` finds for them.
pub(crate) fn dispatched<'py>(
    expr: &Bound<'py, PyString>,
    names: &Bound<'py, PyDict>,
    out: Option<&Bound<'py, PyAny>>,
    options: Options,
) -> PyResult<Bound<'py, PyAny>> {
    let py = expr.py();
    static DISPATCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let evaluate = DISPATCH.import(py, "numfuse.dispatch", "evaluate")?;
    let dtype = options.dtype.map(|dtype| ndarray::descr(py, dtype)).transpose()?;
    evaluate.call1((expr, names, out, options.casting.name(), dtype))
}

/// The formula with the same inputs and other options.
pub(crate) fn recompiled(py: Python<'_>, expr: &Expr, options: Options) -> PyResult<Arc<Expr>> {
    let names: Vec<&str> = expr.names().collect();
    let compiled = Expr::compile_with(expr.text(), &names, options);
    compiled.map(Arc::new).map_err(|failed| error::raised(py, &failed))
}

/// What the keywords of a call ask for.
pub(crate) fn options(casting: &str, dtype: Option<&Bound<'_, PyAny>>) -> PyResult<Options> {
    let casting = casting.parse::<Casting>().map_err(|unknown| PyValueError::new_err(unknown.to_string()))?;
    let descr = dtype.map(|dtype| PyArrayDescr::new(dtype.py(), dtype)).transpose()?;
    let dtype = descr.map(|descr| ndarray::dtype(&descr)).transpose();
    let dtype = dtype.map_err(|_| PyTypeError::new_err("formulas do not compute with that dtype"))?;
    Ok(Options { dtype: dtype.map(|(dtype, _)| dtype), casting, ..Options::default() })
}

/// How new arrays are laid out.
pub(crate) fn layout(order: &str) -> PyResult<Layout> {
    match order {
        "C" => Ok(Layout::Fixed(Order::C)),
        "F" => Ok(Layout::Fixed(Order::F)),
        "K" | "A" => Ok(Layout::Kept),
        _ => Err(PyValueError::new_err("order is one of C, F, A and K")),
    }
}
