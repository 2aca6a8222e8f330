//! The names that the caller of a function of ours sees.
#![expect(unsafe_code, reason = "asks the interpreter for the frame that runs")]

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};

/// `CO_OPTIMIZED`: the frame's variables are not in a dict, and what is asked for is a copy.
const OPTIMIZED: u32 = 1;

/// The two namespaces where names are looked up, local names first.
pub(crate) struct Scope<'py> {
    local: Option<Bound<'py, PyAny>>,
    global: Option<Bound<'py, PyAny>>,
    /// A copy of the frame's variables, which the frame keeps.
    snapshot: Option<Bound<'py, PyDict>>,
}

impl<'py> Scope<'py> {
    /// The namespaces given, and those of the Python code that called for the ones that are not.
    pub(crate) fn new(
        py: Python<'py>,
        local: Option<Bound<'py, PyAny>>,
        global: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Scope<'py>> {
        let frame_globals = || {
            // SAFETY: attached, so there is a thread state. A borrowed reference, or null outside Python code.
            unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyEval_GetGlobals()) }
        };
        let global = global.or_else(frame_globals);
        if local.is_some() {
            return Ok(Scope { local, global, snapshot: None });
        }
        // SAFETY: as for the globals; null with an exception set if there is no frame or no memory.
        let Some(local) = (unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyEval_GetLocals()) }) else {
            drop(PyErr::take(py));
            return Ok(Scope { local, global, snapshot: None });
        };
        let is_module = global.as_ref().is_some_and(|global| global.is(&local));
        let snapshot = (!is_module && has_fast_locals(py)?).then(|| local.cast::<PyDict>().ok().cloned());
        Ok(Scope { local: Some(local), global, snapshot: snapshot.flatten() })
    }

    /// What a name stands for.
    pub(crate) fn get(&self, name: &Bound<'py, PyString>) -> PyResult<Option<Bound<'py, PyAny>>> {
        for namespace in [&self.local, &self.global].into_iter().flatten() {
            let found = match namespace.cast::<PyDict>() {
                Ok(dict) => dict.get_item(name)?,
                Err(_) => get_mapped(namespace, name)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The names that there are, for guessing which was meant.
    pub(crate) fn names(&self) -> Vec<String> {
        let keys = |namespace: &Bound<'py, PyAny>| {
            namespace.cast::<PyMapping>().ok()?.keys().ok()?.extract::<Vec<Bound<'py, PyAny>>>().ok()
        };
        let namespaces = [&self.local, &self.global].into_iter().flatten();
        let all = namespaces.filter_map(keys).flatten();
        all.filter_map(|key| key.extract().ok()).collect()
    }
}

impl Drop for Scope<'_> {
    /// The frame would keep what its variables held at this moment alive until it ends.
    fn drop(&mut self) {
        if let Some(snapshot) = &self.snapshot {
            snapshot.clear();
        }
    }
}

/// A mapping that is no dict says by a `KeyError` that it lacks a name.
fn get_mapped<'py>(
    mapping: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    match mapping.get_item(name) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_instance_of::<pyo3::exceptions::PyKeyError>(mapping.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the code that called is a function's, whose variables are not in a dict.
fn has_fast_locals(py: Python<'_>) -> PyResult<bool> {
    // SAFETY: attached; a borrowed reference, or null outside Python code.
    let frame = unsafe { ffi::PyEval_GetFrame() };
    if frame.is_null() {
        return Ok(false);
    }
    // SAFETY: the frame runs, and so lives; a new reference, never null.
    let code = unsafe { Bound::from_owned_ptr(py, ffi::PyFrame_GetCode(frame).cast()) };
    Ok(code.getattr(intern!(py, "co_flags"))?.extract::<u32>()? & OPTIMIZED != 0)
}
