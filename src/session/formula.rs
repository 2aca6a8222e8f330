//! A formula with options of its own.

use super::limits::Limits;
use super::manner::Manner;
use super::{Named, Session, inputs};
use crate::array::{Array, Bindings, Input, InputRef, ViewMut};
use crate::casting::Casting;
use crate::check::{Dialect, MAX_NODES, Options};
use crate::dtype::DType;
use crate::error::Error;
use crate::exec::{self, Poll};
use crate::shape::Order;
use smallvec::SmallVec;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// A formula to be evaluated with options of its own; see [`Session::formula`]. Plans are kept by text, options and
/// input types, so that a formula is compiled once however often it is made.
#[derive(Clone, Copy)]
pub struct Formula<'a> {
    pub(super) session: &'a Session,
    pub(super) text: &'a str,
    pub(super) options: Options,
    pub(super) poll: Option<Poll<'a>>,
    pub(super) order: Order,
    pub(super) limits: Limits,
}

impl<'a> Formula<'a> {
    /// The rules by which the formula is typed.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Formula<'a> {
        self.options.dialect = dialect;
        self
    }

    /// The dtype of every result.
    #[must_use]
    pub fn dtype(mut self, dtype: DType) -> Formula<'a> {
        self.options.dtype = Some(dtype);
        self
    }

    /// How freely results may be cast to that dtype; [`Casting::SameKind`] unless given.
    #[must_use]
    pub fn casting(mut self, casting: Casting) -> Formula<'a> {
        self.options.casting = casting;
        self
    }

    /// How the elements of results follow each other in memory; [`Order::C`] unless given.
    ///
    /// ```
    /// use numfuse::shape::Order;
    /// use numfuse::{Session, arrays};
    /// let a = ndarray::arr2(&[[1, 2, 3], [4, 5, 6]]);
    /// let r = Session::global().formula("a + 1").order(Order::F).eval(&arrays! { a })?;
    /// assert_eq!(r.view::<i32>()?, ndarray::arr2(&[[2, 3, 4], [5, 6, 7]]).into_dyn());
    /// assert_eq!(r.view::<i32>()?.strides(), [1, 2]);
    /// # Ok::<(), numfuse::Error>(())
    /// ```
    #[must_use]
    pub fn order(mut self, order: Order) -> Formula<'a> {
        self.order = order;
        self
    }

    /// What the formula may use.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Formula<'a> {
        self.limits = limits;
        self.options.nodes = (limits.nodes < MAX_NODES).then_some(limits.nodes);
        self
    }

    /// Asked about every 25 ms, on the calling thread, whether to stop.
    #[must_use]
    pub fn poll(mut self, poll: Poll<'a>) -> Formula<'a> {
        self.poll = Some(poll);
        self
    }

    /// Evaluates the formula, which has one result.
    ///
    /// # Errors
    /// [`Error`]: every error of the formula at once, or what failed while it ran.
    pub fn eval(&self, bindings: &Bindings<'_>) -> Result<Array, Error> {
        let program = self.session.program(self.text, bindings, &self.options)?;
        program.expect_results(1)?;
        let mut results =
            self.within(|manner| program.run(self.session, &inputs(bindings), &mut [], manner))?;
        Ok(results.pop().expect("one result was expected and made"))
    }

    /// Evaluates the formula, with each result's name if it was assigned to one.
    ///
    /// # Errors
    /// As [`eval`](Formula::eval).
    pub fn eval_all(&self, bindings: &Bindings<'_>) -> Result<Vec<Named>, Error> {
        let program = self.session.program(self.text, bindings, &self.options)?;
        let arrays = self.within(|manner| program.run(self.session, &inputs(bindings), &mut [], manner))?;
        Ok(program.result_names().map(|n| n.map(Box::from)).zip(arrays).collect())
    }

    /// Evaluates the formula, which may change the arrays that are given as writable, and gives its other results with
    /// their names.
    ///
    /// `a += b` and its kin write the array of `a` when all has been computed, cast as the rule of
    /// [`casting`](Formula::casting) allows; `a = a + b` only gives the name a new meaning. If it fails nothing is
    /// written, unless it was cancelled.
    ///
    /// ```
    /// use numfuse::{Session, arrays};
    /// let (mut total, x) = (vec![1.0f32, 2.0], vec![10.0, 20.0]);
    /// let text = "before = total; total += x; total *= 2";
    /// let results = Session::global().formula(text).run(&mut arrays! { mut total, x })?;
    /// assert_eq!(results[0].1.to_vec::<f32>()?, [1.0, 2.0]);
    /// assert_eq!(total, [22.0, 44.0]);
    /// # Ok::<(), numfuse::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`eval`](Formula::eval).
    pub fn run(&self, bindings: &mut Bindings<'_>) -> Result<Vec<Named>, Error> {
        let program = self.session.program_for(self.text, bindings, &self.options, true)?;
        let (inputs, mut written) = bindings.lend();
        let inputs: SmallVec<[InputRef<'_>; 4]> = inputs.iter().map(Input::by_ref).collect();
        let arrays = self.within(|manner| program.run(self.session, &inputs, &mut written, manner))?;
        Ok(program.result_names().map(|n| n.map(Box::from)).zip(arrays).collect())
    }

    /// Evaluates the formula, which has one result, into an array of its dtype and shape, which may overlap the
    /// inputs in any way. If it fails nothing is written, unless it was cancelled.
    ///
    /// # Errors
    /// As [`eval`](Formula::eval); [`Error::Array`] if the output's dtype or shape is not the result's.
    pub fn eval_into<'o>(&self, bindings: &Bindings<'_>, out: impl Into<ViewMut<'o>>) -> Result<(), Error> {
        let program = self.session.program(self.text, bindings, &self.options)?;
        let mut out = [out.into()];
        self.within(|manner| program.run_into(self.session, &inputs(bindings), &mut out, manner))
    }

    /// Runs something in the manner that was asked for, and stops it when its time is over.
    fn within<T>(&self, run: impl FnOnce(&Manner<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let (order, memory) = (self.order, self.limits.memory);
        let manner = Manner { poll: self.poll, order, memory, ..Manner::default() };
        // Asking for the time takes long beside a small formula.
        let timed = self.limits.time < Duration::MAX;
        let Some(deadline) = timed.then(|| Instant::now().checked_add(self.limits.time)).flatten() else {
            return run(&manner);
        };
        let late = Cell::new(false);
        let poll = || {
            let asked = self.poll.is_some_and(|poll| poll());
            late.set(!asked && Instant::now() >= deadline);
            asked || late.get()
        };
        match run(&Manner { poll: Some(&poll), ..manner }) {
            Err(Error::Run(exec::Error::Cancelled)) if late.get() => Err(exec::Error::TimeLimit.into()),
            other => other,
        }
    }
}

impl std::fmt::Debug for Formula<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Formula")
            .field("text", &self.text)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
