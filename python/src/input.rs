//! What of Python may stand for a name: arrays where they lie, plain numbers as weak scalars, all else by way of
//! `numpy.asarray`.

use crate::error::{self, Family};
use crate::ndarray::{Resident, Unusable};
use numfuse::array::{Complex, InputRef, Scalar, View};
use numpy::PyUntypedArray;
use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyMemoryError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyComplex, PyComplexMethods, PyFloat, PyInt, PyString, PyType};

/// What a name stands for, kept alive for the call.
pub(crate) enum Held<'py> {
    Array(Resident<'py>),
    Scalar(Scalar),
    Int(i128),
    Float(f64),
    Complex(Complex<f64>),
}

impl<'py> Held<'py> {
    /// As the library takes it.
    pub(crate) fn by_ref(&self) -> InputRef<'_> {
        match self {
            Held::Array(array) => InputRef::View(array.view()),
            Held::Scalar(scalar) => InputRef::Scalar(*scalar),
            Held::Int(value) => InputRef::WeakInt(*value),
            Held::Float(value) => InputRef::WeakFloat(*value),
            Held::Complex(value) => InputRef::WeakComplex(*value),
        }
    }

    /// The elements, if there are any in memory.
    pub(crate) fn view(&self) -> Option<&View<'_>> {
        match self {
            Held::Array(array) => Some(array.view()),
            Held::Scalar(_) | Held::Int(_) | Held::Float(_) | Held::Complex(_) => None,
        }
    }

    /// The array once more, to be changed; `None` if it is none or may not be.
    pub(crate) fn writer(&self) -> Option<Resident<'py>> {
        match self {
            Held::Array(array) => array.again().filter(Resident::is_writable),
            Held::Scalar(_) | Held::Int(_) | Held::Float(_) | Held::Complex(_) => None,
        }
    }

    /// What an object stands for. Plain numbers of Python are weak, as in NumPy, unless `strong`.
    pub(crate) fn new(
        object: &Bound<'py, PyAny>,
        name: &Bound<'py, PyString>,
        strong: bool,
    ) -> PyResult<Held<'py>> {
        if let Ok(array) = object.cast_exact::<PyUntypedArray>() {
            return resident(array, name);
        }
        if strong {
            return converted(object, name);
        }
        if let Ok(float) = object.cast_exact::<PyFloat>() {
            return Ok(Held::Float(float.value()));
        }
        if let Ok(integer) = object.cast_exact::<PyInt>() {
            return weak_int(integer, name);
        }
        other(object, name)
    }
}

/// The rarer kinds.
fn other<'py>(object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<Held<'py>> {
    if let Ok(value) = object.cast::<PyBool>() {
        return Ok(Held::Scalar(Scalar::new(value.is_true())));
    }
    // `numpy.float64` is a `float` too, but not a plain one.
    if !object.is_instance(generic(object.py())?)? {
        if let Ok(float) = object.cast::<PyFloat>() {
            return Ok(Held::Float(float.value()));
        }
        if let Ok(integer) = object.cast::<PyInt>() {
            return weak_int(integer, name);
        }
        if let Ok(value) = object.cast::<PyComplex>() {
            return Ok(Held::Complex(Complex::new(value.real(), value.imag())));
        }
    }
    converted(object, name)
}

create_exception!(
    numfuse,
    Foreign,
    PyException,
    "Not for callers: an array that `numfuse.dispatch` computes with."
);

/// The packages whose arrays are computed with as theirs: lazily, or by the names of dimensions.
const FOREIGN: [&str; 2] = ["dask.", "xarray."];

/// Whether `numfuse.dispatch` is for an object: an array of one of those packages, or one that is read by chunks.
pub(crate) fn is_foreign(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let module = object.get_type().module()?;
    let module = module.to_str()?;
    if FOREIGN.iter().any(|package| module.starts_with(package)) {
        return Ok(true);
    }
    for attribute in ["chunks", "shape", "dtype"] {
        if !object.hasattr(attribute)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// By way of `numpy.asarray`.
fn converted<'py>(object: &Bound<'py, PyAny>, name: &Bound<'py, PyString>) -> PyResult<Held<'py>> {
    let py = object.py();
    if !object.is_instance(generic(py)?)? && is_foreign(object)? {
        return Err(Foreign::new_err(name.to_string()));
    }
    if object.is_instance(masked_array(py)?)? {
        refuse_masked(object, name)?;
    }
    static ASARRAY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let asarray = ASARRAY.import(py, "numpy", "asarray")?;
    let array = asarray.call1((object,)).map_err(|cause| {
        // Not of the object: Ctrl-C, the end of the program, no memory.
        if !cause.is_instance_of::<PyException>(py) || cause.is_instance_of::<PyMemoryError>(py) {
            return cause;
        }
        let text = format!("`{name}` is no array: {}", cause.value(py));
        let wrong = error::raise(py, Family::Value, "not-an-array", &text);
        wrong.set_cause(py, Some(cause));
        wrong
    })?;
    // What is written into a copy nobody would see.
    if array.getattr(intern!(py, "base"))?.is_none() {
        array.call_method1(intern!(py, "setflags"), (false,))?;
    }
    resident(array.cast::<PyUntypedArray>()?, name)
}

fn resident<'py>(array: &Bound<'py, PyUntypedArray>, name: &Bound<'py, PyString>) -> PyResult<Held<'py>> {
    match Resident::new(array) {
        Ok(resident) => Ok(Held::Array(resident)),
        Err(why) => Err(unusable(array.py(), name, why, array)),
    }
}

/// The words of a refusal.
fn unusable(py: Python<'_>, name: &Bound<'_, PyString>, why: Unusable, array: &Bound<'_, PyAny>) -> PyErr {
    let dtype = array.getattr("dtype").map_or_else(|_| String::new(), |dtype| dtype.to_string());
    let text = match why {
        Unusable::Objects => format!(
            "`{name}` holds Python objects, which formulas do not compute with; give it a dtype of its own, as in \
             `{name}.astype(float)`"
        ),
        Unusable::DType => format!("`{name}` is of dtype {dtype}, which formulas do not compute with"),
        Unusable::LongDouble => format!(
            "`{name}` is of dtype {dtype}, which formulas do not compute with; `{name}.astype(float)` has less \
             precision"
        ),
        Unusable::Multiple => {
            format!("`{name}` is of dtype {dtype}, whose unit is a multiple; cast it to one that is not")
        }
        Unusable::Extent => format!("the shape and strides of `{name}` reach beyond all memory"),
    };
    error::raise(py, Family::Type, "unusable-input", &text)
}

/// An integer of Python that fits 64 bits, with a sign or without.
fn weak_int<'py>(integer: &Bound<'py, PyInt>, name: &Bound<'py, PyString>) -> PyResult<Held<'py>> {
    if let Ok(value) = integer.extract::<i64>() {
        return Ok(Held::Int(value.into()));
    }
    match integer.extract::<u64>() {
        Ok(value) => Ok(Held::Int(value.into())),
        Err(_) => {
            let text = format!("the integer `{name}` does not fit 64 bits");
            Err(error::raise(integer.py(), Family::Value, "number-out-of-range", &text))
        }
    }
}

/// The class of NumPy's scalars.
fn generic(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static GENERIC: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    GENERIC.import(py, "numpy", "generic")
}

fn masked_array(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static MASKED: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    MASKED.import(py, "numpy.ma", "MaskedArray")
}

/// A masked array is taken for what lies under its mask only if that hides nothing.
fn refuse_masked(array: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> PyResult<()> {
    let py = array.py();
    let hides = py.import("numpy.ma")?.call_method1("is_masked", (array,))?.is_truthy()?;
    if !hides {
        return Ok(());
    }
    let text = format!(
        "`{name}` has masked elements, which formulas do not know; fill them, as in `{name}.filled()`"
    );
    Err(error::raise(py, Family::Type, "masked-input", &text))
}
