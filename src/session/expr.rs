//! A formula to be called again and again, its inputs by position.

use super::given::Given;
use super::manner::Manner;
use super::program::Program;
use super::{Named, ResultType, Session};
use crate::array::{Array, Input, InputRef, ViewMut};
use crate::check::{InputType, Options};
use crate::dtype::DType;
use crate::error::Error;
use crate::syntax;
use smallvec::SmallVec;
use std::sync::{Arc, RwLock};

/// A formula with named inputs, called by position. Compiled at the first call for the dtypes and
/// ranks given then; calls with others compile again. Many threads may call it at once.
///
/// ```
/// let expr = numfuse::Expr::compile("a*b + c", &["a", "b", "c"])?;
/// let (a, b) = (vec![1.0, 2.0], vec![3.0, 4.0]);
/// let r = expr.call(&[(&a).into(), (&b).into(), 0.5.into()])?;
/// assert_eq!(r.to_vec::<f64>()?, [3.5, 8.5]);
///
/// let mut out = vec![0.0; 2];
/// expr.call_into(&[(&a).into(), (&b).into(), 0.5.into()], &mut out)?;
/// assert_eq!(out, [3.5, 8.5]);
/// # Ok::<(), numfuse::Error>(())
/// ```
#[derive(Debug)]
pub struct Expr {
    text: Box<str>,
    names: Vec<Box<str>>,
    options: Options,
    /// What the last call used.
    last: RwLock<Option<Arc<Program>>>,
}

impl Expr {
    /// Parses a formula whose inputs are `names`, in this order.
    ///
    /// # Errors
    /// [`Error::Formula`] if the text is no formula. Names and types are checked by the first call.
    pub fn compile(text: &str, names: &[&str]) -> Result<Expr, Error> {
        Expr::compile_with(text, names, Options::default())
    }

    /// As [`compile`](Expr::compile), with options of its own.
    ///
    /// # Errors
    /// As `compile`.
    pub fn compile_with(text: &str, names: &[&str], options: Options) -> Result<Expr, Error> {
        syntax::parse(text)
            .map_err(|errors| Error::formula(text, errors.iter().map(syntax::Error::diagnostic).collect()))?;
        let names = names.iter().map(|&n| n.into()).collect();
        Ok(Expr { text: text.into(), names, options, last: RwLock::new(None) })
    }

    /// The formula.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the inputs, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.names.iter().map(|name| &**name)
    }

    /// Evaluates the formula, which has one result, on the process's session.
    ///
    /// # Errors
    /// As [`Session::eval`]; [`Error::Inputs`] if the number of inputs is not that of the names.
    pub fn call(&self, inputs: &[Input<'_>]) -> Result<Array, Error> {
        let session = Session::global();
        let inputs = by_ref(inputs);
        let program = self.program(session, &inputs, &[])?;
        program.expect_results(1)?;
        let mut results = program.run(session, &inputs, &mut [], &Manner::default())?;
        Ok(results.pop().expect("one result was expected and made"))
    }

    /// Evaluates the formula, which has one result, into an array of its dtype and shape.
    ///
    /// # Errors
    /// As [`call`](Expr::call); [`Error::Array`] if the output's dtype or shape is not the result's.
    pub fn call_into<'o>(&self, inputs: &[Input<'_>], out: impl Into<ViewMut<'o>>) -> Result<(), Error> {
        let session = Session::global();
        let inputs = by_ref(inputs);
        let program = self.program(session, &inputs, &[])?;
        program.run_into(session, &inputs, &mut [out.into()], &Manner::default())
    }

    /// As [`call`](Expr::call), of a formula with any number of results, each with the name it was assigned to, which
    /// may change the arrays of `written`, at the places of their inputs.
    ///
    /// # Errors
    /// As `call`; [`exec::Error::Cancelled`](crate::exec::Error::Cancelled) if the run was stopped.
    pub fn call_all(
        &self,
        inputs: &[InputRef<'_>],
        written: &mut [Option<ViewMut<'_>>],
        manner: &Manner<'_>,
    ) -> Result<Vec<Named>, Error> {
        let session = Session::global();
        let program = self.program(session, inputs, written)?;
        let arrays = program.run(session, inputs, written, manner)?;
        Ok(program.result_names().map(|n| n.map(Box::from)).zip(arrays).collect())
    }

    /// As [`call_into`](Expr::call_into), of a formula with any number of results.
    ///
    /// # Errors
    /// As `call_into` and [`call_all`](Expr::call_all).
    pub fn call_into_all(
        &self,
        inputs: &[InputRef<'_>],
        outs: &mut [ViewMut<'_>],
        manner: &Manner<'_>,
    ) -> Result<(), Error> {
        let session = Session::global();
        self.program(session, inputs, &[])?.run_into(session, inputs, outs, manner)
    }

    /// Evaluates a call so small that nothing but its overhead counts, into memory that the caller makes when dtype and
    /// shape are known. `None`, with nothing written, if this is no such call: not elementwise, not small, not dense,
    /// not of arrays of one shape, or not compiled yet.
    ///
    /// # Errors
    /// As [`call`](Expr::call), and those of `make`.
    pub fn call_small<T>(
        &self,
        inputs: &[InputRef<'_>],
        make: impl FnOnce(DType, &[usize]) -> Result<T, Error>,
        view: impl FnOnce(&mut T) -> ViewMut<'_>,
    ) -> Result<Option<T>, Error> {
        match self.last(inputs, &[]) {
            Some(program) => program.run_small(inputs, make, view),
            None => Ok(None),
        }
    }

    /// The names, dtypes and shapes of the results for these inputs, which are not computed.
    ///
    /// # Errors
    /// As [`Session::result_types`].
    pub fn result_types(&self, inputs: &[InputRef<'_>]) -> Result<Vec<ResultType>, Error> {
        let session = Session::global();
        self.program(session, inputs, &[])?.result_types(session, inputs)
    }

    /// What the last call used, if it serves these inputs.
    fn last(&self, inputs: &[InputRef<'_>], written: &[Option<ViewMut<'_>>]) -> Option<Arc<Program>> {
        // Only tried, here and below: a fork may leave the lock held for ever in the child.
        let last = self.last.try_read().ok()?;
        last.as_ref().filter(|program| program.fits_positions(inputs, written)).cloned()
    }

    fn program(
        &self,
        session: &Session,
        inputs: &[InputRef<'_>],
        written: &[Option<ViewMut<'_>>],
    ) -> Result<Arc<Program>, Error> {
        if inputs.len() != self.names.len() {
            return Err(Error::Inputs { actual: inputs.len(), expected: self.names.len() });
        }
        if let Some(program) = self.last(inputs, written) {
            return Ok(program);
        }
        let types = || given(&self.names, inputs, written);
        let program = session.cache.find(&self.text, &self.options, types(), || {
            let types: Vec<InputType> = types().map(Given::ty).collect();
            session.compile_with(&self.text, &types, &self.options)
        })?;
        if let Ok(mut last) = self.last.try_write() {
            *last = Some(program.clone());
        }
        Ok(program)
    }
}

/// Inputs by their names; those that have something in `written` may be changed.
fn given<'a>(
    names: &'a [Box<str>],
    inputs: &'a [InputRef<'a>],
    written: &'a [Option<ViewMut<'_>>],
) -> impl Iterator<Item = Given<'a>> + Clone {
    names.iter().zip(inputs).enumerate().map(|(k, (name, &input))| {
        let writable = written.get(k).is_some_and(Option::is_some);
        Given { name, input, writable }
    })
}

fn by_ref<'b>(inputs: &'b [Input<'_>]) -> SmallVec<[InputRef<'b>; 4]> {
    inputs.iter().map(Input::by_ref).collect()
}
