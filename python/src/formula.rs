//! Formulas seen so far: what names they need, and their compiled form.

use crate::error;
use crate::frame::Scope;
use crate::input::{Foreign, Held};
use numfuse::array::InputRef;
use numfuse::check::{Dialect, FreeName, Options, free_names};
use numfuse::diagnostic::nearest;
use numfuse::session::parsed;
use numfuse::{Error, Expr};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::SmallVec;
use std::sync::{Arc, Mutex};

/// The most formulas kept.
const CAPACITY: usize = 256;

/// The code of the error that a name stands for nothing.
const UNKNOWN: &str = "unknown-name";

/// The inputs of a call.
pub(crate) type Inputs<'py> = SmallVec<[Held<'py>; 4]>;

/// A name that a formula reads.
pub(crate) struct Name {
    pub(crate) name: Py<PyString>,
    /// Whether it means something without an input: a constant, or a dtype.
    pub(crate) predefined: bool,
    /// Whether the formula changes its array.
    changed: bool,
}

/// A formula and the names that it needs.
pub(crate) struct Formula {
    pub(crate) text: Py<PyString>,
    pub(crate) options: Options,
    pub(crate) names: Vec<Name>,
    /// With all names as inputs.
    full: Arc<Expr>,
    /// Without those that are predefined.
    bare: Arc<Expr>,
}

impl Formula {
    /// Parses a formula.
    pub(crate) fn new(text: &Bound<'_, PyString>, options: Options) -> PyResult<Formula> {
        let py = text.py();
        let formula = text.to_str()?;
        let raised = |failed| error::raised(py, &failed);
        let program = parsed(formula).map_err(raised)?;
        let free = free_names(&program, options.dialect);
        let compile = |with_predefined: bool| {
            let inputs = free.iter().filter(|name| with_predefined || !name.predefined);
            let inputs: Vec<&str> = inputs.map(|name| name.name).collect();
            Expr::compile_with(formula, &inputs, options).map(Arc::new).map_err(raised)
        };
        let (full, bare) = (compile(true)?, compile(false)?);
        let name = |free: &FreeName<'_>| Name {
            name: PyString::intern(py, free.name).unbind(),
            predefined: free.predefined,
            changed: free.changed,
        };
        let names = free.iter().map(name).collect();
        Ok(Formula { text: text.clone().unbind(), options, names, full, bare })
    }

    /// Which of these names have arrays that the formula changes.
    pub(crate) fn changed<'a>(&self, py: Python<'_>, names: impl Iterator<Item = &'a str>) -> Vec<bool> {
        if !self.names.iter().any(|name| name.changed) {
            return Vec::new();
        }
        let is_changed = |text| {
            let known = |name: &&Name| name.name.bind(py).to_str().is_ok_and(|name| name == text);
            self.names.iter().find(known).is_some_and(|name| name.changed)
        };
        names.map(is_changed).collect()
    }

    /// The formula with the names that a scope has. What they stand for there goes into `inputs`, which is empty, and
    /// given because it is large to move.
    pub(crate) fn bind<'py>(
        &self,
        scope: &Scope<'py>,
        py: Python<'py>,
        inputs: &mut Inputs<'py>,
    ) -> PyResult<Arc<Expr>> {
        // Whether every name was found, and whether exactly those that are not predefined were.
        let (mut all, mut bare) = (true, true);
        for name in &self.names {
            let input = self.input(name, scope, py)?;
            all &= input.is_some();
            bare &= input.is_some() != name.predefined;
            inputs.extend(input);
        }
        match (all, bare) {
            (true, _) => Ok(self.full.clone()),
            (false, true) => Ok(self.bare.clone()),
            (false, false) => self.bind_some(scope, py, inputs),
        }
    }

    /// The rare case that a scope has some predefined names and lacks others, or lacks a plain one, which the library
    /// then reports.
    fn bind_some<'py>(
        &self,
        scope: &Scope<'py>,
        py: Python<'py>,
        inputs: &mut Inputs<'py>,
    ) -> PyResult<Arc<Expr>> {
        inputs.clear();
        let mut names = Vec::new();
        for name in &self.names {
            if let Some(input) = self.input(name, scope, py)? {
                inputs.push(input);
                names.push(name.name.bind(py).to_str()?);
            }
        }
        let text = self.text.bind(py).to_str()?;
        let expr =
            Expr::compile_with(text, &names, self.options).map_err(|failed| error::raised(py, &failed))?;
        let given: Vec<InputRef<'_>> = inputs.iter().map(Held::by_ref).collect();
        match expr.result_types(&given) {
            Err(failed) if failed.diagnostics().iter().any(|d| d.code == UNKNOWN) => {
                Err(error::raised(py, &with_near_names(failed, scope)))
            }
            Ok(_) | Err(_) => Ok(Arc::new(expr)),
        }
    }

    /// What a name stands for in a scope. What is predefined keeps its meaning where the scope has something under its
    /// name that is no array and no number, such as the class `numpy.float32`.
    fn input<'py>(&self, name: &Name, scope: &Scope<'py>, py: Python<'py>) -> PyResult<Option<Held<'py>>> {
        let text = name.name.bind(py);
        let Some(object) = scope.get(text)? else { return Ok(None) };
        match Held::new(&object, text, self.is_strong()) {
            Err(refused) if name.predefined && !refused.is_instance_of::<Foreign>(py) => Ok(None),
            input => input.map(Some),
        }
    }

    /// What the names stand for in a scope.
    pub(crate) fn look_up<'py>(&self, scope: &Scope<'py>, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let found = PyDict::new(py);
        for name in &self.names {
            if let Some(object) = scope.get(name.name.bind(py))? {
                found.set_item(&name.name, object)?;
            }
        }
        Ok(found)
    }

    /// Whether plain numbers have dtypes of their own, as NumExpr's have.
    fn is_strong(&self) -> bool {
        self.options.dialect == Dialect::NumExpr
    }
}

/// Guesses which names of the scope were meant by those that it lacks.
fn with_near_names(mut error: Error, scope: &Scope<'_>) -> Error {
    let Error::Formula { text, diagnostics } = &mut error else { return error };
    let known = scope.names();
    for unknown in diagnostics.iter_mut().filter(|d| d.code == UNKNOWN && d.help.is_none()) {
        let name = unknown.labels.first().and_then(|label| text.get(label.span.range())).unwrap_or("");
        let near = nearest(name, known.iter().map(String::as_str));
        unknown.help = near.map(|near| format!("did you mean `{near}`?"));
    }
    error
}

/// The formulas seen last.
struct Cache {
    formulas: FxHashMap<(isize, Options), Kept>,
    /// Counts look-ups, for knowing which formula was used last.
    clock: u64,
}

struct Kept {
    formula: Arc<Formula>,
    used: u64,
}

/// Held only with the GIL, and never while it is given up: a fork finds it free.
static CACHE: Mutex<Cache> = Mutex::new(Cache { formulas: FxHashMap::with_hasher(FxBuildHasher), clock: 0 });

/// The formula of a text, parsed at most once while it is remembered.
pub(crate) fn find(text: &Bound<'_, PyString>, options: Options) -> PyResult<Arc<Formula>> {
    let key = (text.hash()?, options);
    if let Some(formula) = look_up(text, key)? {
        return Ok(formula);
    }
    let formula = Arc::new(Formula::new(text, options)?);
    // Outside the lock: what is forgotten may be the last reference to a text.
    let forgotten = match CACHE.try_lock() {
        Ok(mut cache) => cache.insert(key, formula.clone()),
        Err(_) => Vec::new(),
    };
    drop(forgotten);
    Ok(formula)
}

fn look_up(text: &Bound<'_, PyString>, key: (isize, Options)) -> PyResult<Option<Arc<Formula>>> {
    let Ok(mut cache) = CACHE.try_lock() else { return Ok(None) };
    cache.clock += 1;
    let now = cache.clock;
    let Some(kept) = cache.formulas.get_mut(&key) else { return Ok(None) };
    let found = kept.formula.text.bind(text.py());
    if !found.is(text) && found.to_str()? != text.to_str()? {
        return Ok(None);
    }
    kept.used = now;
    Ok(Some(kept.formula.clone()))
}

impl Cache {
    /// Keeps a formula, and gives back those that make room for it.
    fn insert(&mut self, key: (isize, Options), formula: Arc<Formula>) -> Vec<Kept> {
        let mut forgotten = Vec::new();
        if self.formulas.len() >= CAPACITY {
            let oldest = self.formulas.iter().min_by_key(|(_, kept)| kept.used).map(|(&key, _)| key);
            forgotten.extend(oldest.and_then(|oldest| self.formulas.remove(&oldest)));
        }
        forgotten.extend(self.formulas.insert(key, Kept { formula, used: self.clock }));
        forgotten
    }
}
