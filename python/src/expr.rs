//! `compile` and the callable that it gives.

use crate::call::{self, Layout, Manner};
use crate::formula::{Formula, Inputs};
use crate::input::{Foreign, Held};
use crate::{error, evaluate};
use numfuse::check::{Dialect, Options};
use numfuse::shape::Order;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::hash::{DefaultHasher, Hash, Hasher};

/// What becomes of the results of a plain call.
const PLAIN: Manner = Manner { layout: Layout::Kept, scalars: true, threads: usize::MAX };

/// A formula to be called again and again, its inputs by position or by name.
///
/// Made by `compile`. It may be pickled, hashed and shared by threads; machine code is made at the first call for inputs
/// of certain dtypes and ranks, and again for others.
#[pyclass(frozen, module = "numfuse", weakref)]
pub(crate) struct Expr {
    text: Py<PyString>,
    names: Vec<Py<PyString>>,
    casting: Py<PyString>,
    dtype: Option<Py<PyAny>>,
    options: Options,
    /// For each input whether the formula changes it; empty if it changes none.
    changed: Vec<bool>,
    expr: numfuse::Expr,
}

/// Parses a formula and gives a callable of its inputs.
///
/// `names` are the inputs in the order in which a call gives them; they are the formula's names in alphabetical order
/// unless given, constants not among them.
///
/// >>> import numpy as np, numfuse
/// >>> standardise = numfuse.compile("k * (a - mean(a)) / std(a)")
/// >>> standardise.names
/// ('a', 'k')
/// >>> standardise(np.array([1.0, 3.0]), 10), standardise(k=1, a=np.array([1.0, 3.0]))
/// (array([-10.,  10.]), array([-1.,  1.]))
#[pyfunction]
#[pyo3(signature = (expr, names = None, *, casting = None, dtype = None))]
pub(crate) fn compile<'py>(
    py: Python<'py>,
    expr: Bound<'py, PyString>,
    names: Option<Vec<Bound<'py, PyString>>>,
    casting: Option<Bound<'py, PyString>>,
    dtype: Option<Bound<'py, PyAny>>,
) -> PyResult<Expr> {
    let casting = casting.unwrap_or_else(|| PyString::intern(py, "same_kind"));
    let options = evaluate::options(casting.to_str()?, dtype.as_ref())?;
    let formula = Formula::new(&expr, options)?;
    let names = match names {
        Some(names) => names,
        None => {
            let plain = formula.names.iter().filter(|name| !name.predefined);
            let mut names: Vec<Bound<'_, PyString>> = plain.map(|n| n.name.bind(py).clone()).collect();
            names.sort_by_cached_key(|name| name.to_string());
            names
        }
    };
    let (casting, dtype) = (casting.unbind(), dtype.map(Bound::unbind));
    Expr::new(py, &formula, &names, casting, dtype)
}

fn interned<'py>(name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyString>> {
    Ok(PyString::intern(name.py(), name.to_str()?))
}

#[pymethods]
impl Expr {
    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = args.py();
        let mut inputs = Inputs::new();
        let bound = match kwargs {
            None => self.by_position(args, &mut inputs).map(|()| None),
            Some(kwargs) => self.by_name(args, kwargs, &mut inputs),
        };
        let out = match bound {
            Err(refused) if refused.is_instance_of::<Foreign>(py) => return self.dispatched(args, kwargs),
            out => out?,
        };
        match out {
            None => call::run(py, &self.expr, &inputs, &self.changed, PLAIN),
            Some(out) => self.into(&inputs, &out, self.options),
        }
    }

    /// The formula.
    #[getter]
    fn expr(&self, py: Python<'_>) -> Py<PyString> {
        self.text.clone_ref(py)
    }

    /// The names of the inputs, in the order in which a call gives them.
    #[getter]
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.names)
    }

    /// A call by position on this thread alone, whose results are arrays: a task among others that have the other cores.
    #[pyo3(signature = (*args))]
    fn task<'py>(&self, args: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        let mut inputs = Inputs::new();
        self.by_position(args, &mut inputs)?;
        let manner = Manner { layout: Layout::Fixed(Order::C), scalars: false, threads: 1 };
        call::run(args.py(), &self.expr, &inputs, &self.changed, manner)
    }

    /// A call with everything said, for `numfuse.numexpr`.
    fn run<'py>(
        &self,
        args: &Bound<'py, PyTuple>,
        out: Option<Bound<'py, PyAny>>,
        order: &str,
        casting: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut inputs = Inputs::new();
        self.by_position(args, &mut inputs)?;
        match out {
            None => {
                let manner = Manner { layout: evaluate::layout(order)?, scalars: false, threads: usize::MAX };
                call::run(args.py(), &self.expr, &inputs, &self.changed, manner)
            }
            Some(out) => {
                let casting = evaluate::options(casting, None)?.casting;
                self.into(&inputs, &out, Options { casting, ..self.options })
            }
        }
    }

    /// Checks the formula for inputs of these types, and computes nothing.
    #[pyo3(signature = (*args))]
    fn check(&self, args: &Bound<'_, PyTuple>) -> PyResult<()> {
        let mut inputs = Inputs::new();
        self.by_position(args, &mut inputs)?;
        let given: Vec<_> = inputs.iter().map(Held::by_ref).collect();
        self.expr.result_types(&given).map_err(|failed| error::raised(args.py(), &failed))?;
        Ok(())
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (text, names) = (self.text.bind(py).repr()?, self.names(py)?.repr()?);
        Ok(format!("numfuse.compile({text}, {names})"))
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        let mut hasher = DefaultHasher::new();
        self.text.bind(py).to_str()?.hash(&mut hasher);
        self.options.hash(&mut hasher);
        Ok(hasher.finish())
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(other) = other.cast::<Expr>() else { return Ok(false) };
        let other = other.get();
        Ok(self.options == other.options
            && self.text.bind(py).to_str()? == other.text.bind(py).to_str()?
            && self.names(py)?.eq(other.names(py)?)?)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let restore = py.import("numfuse._core")?.getattr("restore")?;
        let state = (&self.text, self.names(py)?, &self.casting, self.dtype.as_ref());
        Ok((restore, state.into_pyobject(py)?))
    }
}

impl Expr {
    /// The formula with inputs of these names.
    pub(crate) fn new(
        py: Python<'_>,
        formula: &Formula,
        names: &[Bound<'_, PyString>],
        casting: Py<PyString>,
        dtype: Option<Py<PyAny>>,
    ) -> PyResult<Expr> {
        let text = formula.text.clone_ref(py);
        let inputs: Vec<&str> = names.iter().map(|name| name.to_str()).collect::<PyResult<_>>()?;
        let expr = numfuse::Expr::compile_with(text.bind(py).to_str()?, &inputs, formula.options)
            .map_err(|failed| error::raised(py, &failed))?;
        let changed = formula.changed(py, expr.names());
        let names = names.iter().map(|name| Ok(interned(name)?.unbind())).collect::<PyResult<_>>()?;
        Ok(Expr { text, names, casting, dtype, options: formula.options, changed, expr })
    }

    fn by_position<'py>(&self, args: &Bound<'py, PyTuple>, inputs: &mut Inputs<'py>) -> PyResult<()> {
        let py = args.py();
        if args.len() != self.names.len() {
            return Err(self.misfit(py, args.len()));
        }
        for (value, name) in args.iter_borrowed().zip(&self.names) {
            inputs.push(Held::new(&value, name.bind(py), self.is_strong())?);
        }
        Ok(())
    }

    /// Inputs by position and then by name, and where the result goes.
    fn by_name<'py>(
        &self,
        args: &Bound<'py, PyTuple>,
        kwargs: &Bound<'py, PyDict>,
        inputs: &mut Inputs<'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = args.py();
        for (at, name) in self.names.iter().enumerate() {
            let name = name.bind(py);
            let named = kwargs.get_item(name)?;
            let value = match (args.get_item(at).ok(), named) {
                (Some(value), None) | (None, Some(value)) => value,
                (None, None) => return Err(PyTypeError::new_err(format!("missing input `{name}`"))),
                (Some(_), Some(_)) => {
                    return Err(PyTypeError::new_err(format!("input `{name}` is given twice")));
                }
            };
            inputs.push(Held::new(&value, name, self.is_strong())?);
        }
        let given_by_name = self.names.len().saturating_sub(args.len());
        let out = match self.has("out", py)? {
            true => None,
            false => kwargs.get_item("out")?,
        };
        if args.len() > self.names.len() || kwargs.len() > given_by_name + usize::from(out.is_some()) {
            return Err(self.misfit(py, args.len() + kwargs.len()));
        }
        Ok(out.filter(|out| !out.is_none()))
    }

    /// Whether plain numbers have dtypes of their own, as NumExpr's have.
    fn is_strong(&self) -> bool {
        self.options.dialect == Dialect::NumExpr
    }

    /// A call with arrays of other packages.
    fn dispatched<'py>(
        &self,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = args.py();
        let names = kwargs.map_or_else(|| Ok(PyDict::new(py)), |kwargs| kwargs.copy())?;
        for (name, value) in self.names.iter().zip(args) {
            names.set_item(name, value)?;
        }
        evaluate::dispatched(self.text.bind(py), &names, None, self.options)
    }

    fn has(&self, name: &str, py: Python<'_>) -> PyResult<bool> {
        for known in &self.names {
            if known.bind(py).to_str()? == name {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn misfit(&self, py: Python<'_>, given: usize) -> PyErr {
        let names: Vec<String> = self.names.iter().map(|name| name.bind(py).to_string()).collect();
        let text = format!("the inputs are ({}), but {given} are given", names.join(", "));
        PyTypeError::new_err(text)
    }

    /// Into an array, whose dtype the result is cast to.
    fn into<'py>(
        &self,
        inputs: &Inputs<'py>,
        out: &Bound<'py, PyAny>,
        options: Options,
    ) -> PyResult<Bound<'py, PyAny>> {
        let cast = |dtype| {
            let options = Options { dtype: Some(dtype), ..options };
            evaluate::recompiled(out.py(), &self.expr, options)
        };
        call::run_into(&self.expr, inputs, out, cast)
    }
}

/// What unpickling calls.
#[pyfunction]
pub(crate) fn restore<'py>(
    py: Python<'py>,
    expr: Bound<'py, PyString>,
    names: Vec<Bound<'py, PyString>>,
    casting: Bound<'py, PyString>,
    dtype: Option<Bound<'py, PyAny>>,
) -> PyResult<Expr> {
    compile(py, expr, Some(names), Some(casting), dtype)
}
