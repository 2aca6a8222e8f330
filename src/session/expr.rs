//! A formula to be called again and again, its inputs by position.

use super::Session;
use super::given::Given;
use super::program::{Manner, Program};
use crate::array::{Array, Input, InputRef, ViewMut};
use crate::check::InputType;
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
    /// What the last call used.
    last: RwLock<Option<Arc<Program>>>,
}

impl Expr {
    /// Parses a formula whose inputs are `names`, in this order.
    ///
    /// # Errors
    /// [`Error::Formula`] if the text is no formula. Names and types are checked by the first call.
    pub fn compile(text: &str, names: &[&str]) -> Result<Expr, Error> {
        syntax::parse(text)
            .map_err(|errors| Error::formula(text, errors.iter().map(syntax::Error::diagnostic).collect()))?;
        let names = names.iter().map(|&n| n.into()).collect();
        Ok(Expr { text: text.into(), names, last: RwLock::new(None) })
    }

    /// The formula.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Evaluates the formula, which has one result, on the process's session.
    ///
    /// # Errors
    /// As [`Session::eval`]; [`Error::Inputs`] if the number of inputs is not that of the names.
    pub fn call(&self, inputs: &[Input<'_>]) -> Result<Array, Error> {
        let session = Session::global();
        let inputs = by_ref(inputs);
        let program = self.program(session, &inputs)?;
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
        let program = self.program(session, &inputs)?;
        program.run_into(session, &inputs, &mut [out.into()], &Manner::default())
    }

    fn program(&self, session: &Session, inputs: &[InputRef<'_>]) -> Result<Arc<Program>, Error> {
        if inputs.len() != self.names.len() {
            return Err(Error::Inputs { actual: inputs.len(), expected: self.names.len() });
        }
        // Only tried, here and below: a fork may leave the lock held for ever in the child.
        if let Ok(last) = self.last.try_read()
            && let Some(program) = last.as_ref()
            && program.fits_positions(inputs)
        {
            return Ok(program.clone());
        }
        let given = self.names.iter().zip(inputs);
        let given = given.map(|(name, &input)| Given { name, input, writable: false });
        let types: Vec<InputType> = given.map(Given::ty).collect();
        let program = session.compile(&self.text, &types)?;
        if let Ok(mut last) = self.last.try_write() {
            *last = Some(program.clone());
        }
        Ok(program)
    }
}

fn by_ref<'b>(inputs: &'b [Input<'_>]) -> SmallVec<[InputRef<'b>; 4]> {
    inputs.iter().map(Input::by_ref).collect()
}
