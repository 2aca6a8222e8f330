//! `evaluate` and `explain`: a formula on the arrays of the caller.

use crate::formula;
use crate::frame::Scope;
use crate::input::Held;
use crate::ndarray::{self, Order};
use crate::{call, error};
use numfuse::Session;
use numfuse::casting::Casting;
use numfuse::check::{Dialect, Optimization, Options};
use numfuse::explain::Stage;
use numfuse::session::input_type;
use numpy::{PyArrayDescr, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;

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
    let options = options(py, casting, dtype.as_ref(), out.as_ref())?;
    let order = self::order(order)?;
    run(py, expr, Scope::new(py, local_dict, global_dict)?, out, order, options)
}

/// As `evaluate`, by NumExpr's rules. With `dry` the result is not computed.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "what NumExpr's function takes")]
pub(crate) fn evaluate_numexpr<'py>(
    py: Python<'py>,
    expr: &Bound<'py, PyString>,
    local_dict: Bound<'py, PyAny>,
    global_dict: Bound<'py, PyAny>,
    out: Option<Bound<'py, PyAny>>,
    order: &str,
    casting: &str,
    optimization: &str,
    dry: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let optimization = match optimization {
        "none" => Optimization::None,
        "moderate" => Optimization::Moderate,
        _ => Optimization::Aggressive,
    };
    let options = Options {
        dialect: Dialect::NumExpr,
        optimization,
        strict: true,
        ..options(py, casting, None, out.as_ref())?
    };
    let order = self::order(order)?;
    let scope = Scope::new(py, Some(local_dict), Some(global_dict))?;
    if !dry {
        return run(py, expr, scope, out, order, options);
    }
    let formula = formula::find(expr, options)?;
    let (expr, inputs) = formula.bind(&scope, py)?;
    let inputs: Vec<_> = inputs.iter().map(Held::by_ref).collect();
    expr.result_types(&inputs).map_err(|failed| error::raised(py, &failed))?;
    Ok(py.None().into_bound(py))
}

/// The names that a formula needs, in the order of the text, by NumExpr's rules.
#[pyfunction]
pub(crate) fn names_numexpr<'py>(expr: &Bound<'py, PyString>) -> PyResult<Vec<Bound<'py, PyString>>> {
    let options = Options { dialect: Dialect::NumExpr, strict: true, ..Options::default() };
    let formula = formula::find(expr, options)?;
    Ok(formula.names.iter().map(|name| name.name.bind(expr.py()).clone()).collect())
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
            let (expr, inputs) = formula.bind(&scope, py)?;
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
    order: Order,
    options: Options,
) -> PyResult<Bound<'py, PyAny>> {
    let formula = formula::find(expr, options)?;
    let (compiled, inputs) = formula.bind(&scope, py)?;
    drop(scope);
    match &out {
        None => call::run(py, &compiled, &inputs, order),
        Some(out) => call::run_into(py, &compiled, &inputs, out),
    }
}

/// What the keywords of a call ask for. The dtype of the result is the one given, else that of `out`.
pub(crate) fn options(
    py: Python<'_>,
    casting: &str,
    dtype: Option<&Bound<'_, PyAny>>,
    out: Option<&Bound<'_, PyAny>>,
) -> PyResult<Options> {
    let casting = casting.parse::<Casting>().map_err(|unknown| PyValueError::new_err(unknown.to_string()))?;
    let descr = match (out, dtype) {
        (Some(out), _) => out.cast::<PyUntypedArray>().ok().map(|array| array.dtype()),
        (None, Some(dtype)) => Some(PyArrayDescr::new(py, dtype)?),
        (None, None) => None,
    };
    let dtype = descr.map(|descr| ndarray::dtype(&descr)).transpose();
    let dtype = dtype.map_err(|_| PyTypeError::new_err("formulas do not compute with that dtype"))?;
    Ok(Options { dtype: dtype.map(|(dtype, _)| dtype), casting, ..Options::default() })
}

/// How a new array is laid out. What NumPy keeps of the inputs' order (`A`, `K`) is the last axis side by side here.
fn order(name: &str) -> PyResult<Order> {
    match name {
        "C" | "K" | "A" => Ok(Order::C),
        "F" => Ok(Order::F),
        _ => Err(PyValueError::new_err("order is one of C, F, A and K")),
    }
}
