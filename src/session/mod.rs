//! Where the stages meet: text and arrays in, arrays out.
//!
//! A [`Session`] owns what evaluations share: the threads, the pool of large buffers, the target, and
//! the plans compiled so far. Most programs use [`Session::global`] without knowing it, through
//! [`eval`](crate::eval). The one static of the library is here.

mod cache;
mod expr;
mod formula;
mod given;
mod global;
mod limits;
mod manner;
mod program;

pub use expr::Expr;
pub use formula::Formula;
pub use given::input_type;
pub use limits::Limits;
pub use manner::Manner;
pub(crate) use program::graph;
pub use program::{Program, parsed};

use crate::array::{Array, Binding, Bindings, InputRef, Pool, ViewMut};
use crate::check::{Dialect, InputType, Optimization, Options};
use crate::dtype::DType;
use crate::error::Error;
use crate::exec::{self, Control, Poll, Threads};
use crate::kernel::Fusion;
use crate::shape::{Order, Shape};
use crate::target::{Level, Target, Tier};
use cache::Cache;
use given::Given;
use smallvec::SmallVec;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The bytes of large buffers kept for reuse.
const POOL_BYTES: usize = 256 << 20;

/// What evaluations share. Cheap calls, many threads: everything takes `&self`.
///
/// ```
/// use numfuse::{Session, arrays};
/// let session = Session::builder().threads(2).build();
/// let a = vec![1.0, 2.0, 3.0];
/// let r = session.eval("2*a + 1", &arrays! { a })?;
/// assert_eq!(r.to_vec::<f64>()?, [3.0, 5.0, 7.0]);
/// # Ok::<(), numfuse::Error>(())
/// ```
#[derive(Debug)]
pub struct Session {
    threads: Threads,
    pool: Pool,
    target: Target,
    options: Options,
    fusion: Fusion,
    cache: Cache,
}

/// A result, and the name that it was assigned to if it was.
pub type Named = (Option<Box<str>>, Array);

/// What a result will be: the name that it is assigned to if it is, its dtype and its shape.
pub type ResultType = (Option<Box<str>>, DType, Shape);

/// Sets up a [`Session`].
#[derive(Clone, Debug)]
pub struct Builder {
    threads: Option<usize>,
    level: Level,
    tier: Tier,
    options: Options,
    fusion: Fusion,
    pool_bytes: usize,
}

impl Builder {
    /// The number of threads; else as many as the process may use at once.
    #[must_use]
    pub fn threads(mut self, count: usize) -> Builder {
        self.threads = Some(count.max(1));
        self
    }

    /// The highest instruction level to use; [`Level::None`] is the interpreter. Results do not depend on it.
    #[must_use]
    pub fn level(mut self, level: Level) -> Builder {
        self.level = level;
        self
    }

    /// The best tier to make code with. Results do not depend on it.
    #[must_use]
    pub fn tier(mut self, tier: Tier) -> Builder {
        self.tier = tier;
        self
    }

    /// The rules by which formulas are typed.
    #[must_use]
    pub fn dialect(mut self, dialect: Dialect) -> Builder {
        self.options.dialect = dialect;
        self
    }

    /// How far the NumExpr dialect replaces powers and divisions by constants, as NumExpr does.
    #[must_use]
    pub fn optimization(mut self, level: Optimization) -> Builder {
        self.options.optimization = level;
        self
    }

    /// Whether the NumExpr dialect refuses of reductions what NumExpr refuses.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Builder {
        self.options.strict = strict;
        self
    }

    /// How much becomes one pass: for measuring what fusion is worth.
    #[must_use]
    pub fn fusion(mut self, fusion: Fusion) -> Builder {
        self.fusion = fusion;
        self
    }

    /// The bytes of large buffers to keep for reuse; 0 keeps none.
    #[must_use]
    pub fn pool_bytes(mut self, bytes: usize) -> Builder {
        self.pool_bytes = bytes;
        self
    }

    /// The session. Threads start with the first run that is worth them.
    pub fn build(self) -> Session {
        let available = || std::thread::available_parallelism().map_or(1, usize::from);
        Session {
            threads: Threads::new(self.threads.unwrap_or_else(available)),
            pool: Pool::new(self.pool_bytes),
            target: Target::host().at_most(self.level).by_at_most(self.tier),
            options: self.options,
            fusion: self.fusion,
            cache: Cache::new(),
        }
    }
}

impl Session {
    /// A session to be set up.
    pub fn builder() -> Builder {
        Builder {
            threads: None,
            level: Level::Avx512,
            tier: Tier::Wide,
            options: Options::default(),
            fusion: Fusion::Full,
            pool_bytes: POOL_BYTES,
        }
    }

    /// The session of the process, made at first use with default settings. After a `fork` the child
    /// makes a new one.
    pub fn global() -> &'static Session {
        global::session()
    }

    /// The number of threads that a run may use.
    pub fn threads(&self) -> usize {
        self.threads.count()
    }

    /// Changes the number of threads, for runs that begin from now on.
    ///
    /// ```
    /// let session = numfuse::Session::builder().threads(1).build();
    /// session.set_threads(2);
    /// assert_eq!(session.threads(), 2);
    /// ```
    pub fn set_threads(&self, count: usize) {
        self.threads.set_count(count);
    }

    /// What generated code may use.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Evaluates a formula that has one result.
    ///
    /// # Errors
    /// [`Error`]: every error of the formula at once, or what failed while it ran.
    pub fn eval(&self, text: &str, bindings: &Bindings<'_>) -> Result<Array, Error> {
        self.eval_with(text, bindings, None)
    }

    /// As [`eval`](Session::eval), asking `poll` about every 25 ms, on the calling thread, whether to stop.
    ///
    /// # Errors
    /// As `eval`; [`exec::Error::Cancelled`] if `poll` said so.
    pub fn eval_with(
        &self,
        text: &str,
        bindings: &Bindings<'_>,
        poll: Option<Poll<'_>>,
    ) -> Result<Array, Error> {
        self.asked(text, poll).eval(bindings)
    }

    /// Evaluates a formula with any number of results, each with the name it was assigned to.
    ///
    /// # Errors
    /// As [`eval_with`](Session::eval_with).
    pub fn eval_all(
        &self,
        text: &str,
        bindings: &Bindings<'_>,
        poll: Option<Poll<'_>>,
    ) -> Result<Vec<Named>, Error> {
        self.asked(text, poll).eval_all(bindings)
    }

    /// The names, dtypes and shapes of a formula's results, which are not computed.
    ///
    /// ```
    /// use numfuse::{DType, Session, arrays};
    /// let (a, k) = (ndarray::arr2(&[[1i32, 2], [3, 4]]), ndarray::arr1(&[0.5f32, 1.5]));
    /// let types = Session::global().result_types("scaled = a*k; _t = sum(a)", &arrays! { a, k })?;
    /// let (name, dtype, shape) = &types[0];
    /// assert_eq!((types.len(), name.as_deref(), *dtype, &shape[..]), (1, Some("scaled"), DType::F64, &[2, 2][..]));
    /// # Ok::<(), numfuse::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error`]: every error of the formula and of its inputs' types and shapes.
    pub fn result_types(&self, text: &str, bindings: &Bindings<'_>) -> Result<Vec<ResultType>, Error> {
        self.program(text, bindings, &self.options)?.result_types(self, &inputs(bindings))
    }

    /// Evaluates a formula that has one result into an array of its dtype and shape, which may overlap
    /// the inputs in any way. If it fails nothing is written, unless it was cancelled.
    ///
    /// # Errors
    /// As [`eval`](Session::eval); [`Error::Array`] if the output's dtype or shape is not the result's.
    pub fn eval_into<'o>(
        &self,
        text: &str,
        bindings: &Bindings<'_>,
        out: impl Into<ViewMut<'o>>,
    ) -> Result<(), Error> {
        self.formula(text).eval_into(bindings, out)
    }

    /// Evaluates a formula that may change the arrays that are given as writable; see [`Formula::run`].
    ///
    /// # Errors
    /// As [`eval`](Session::eval).
    pub fn run(&self, text: &str, bindings: &mut Bindings<'_>) -> Result<Vec<Named>, Error> {
        self.formula(text).run(bindings)
    }

    /// A formula to be evaluated with options of its own.
    ///
    /// ```
    /// use numfuse::casting::Casting;
    /// use numfuse::{DType, Session, arrays};
    /// let a = vec![1.5, 2.5];
    /// let session = Session::global();
    /// let r = session.formula("2*a").dtype(DType::I64).casting(Casting::Unsafe).eval(&arrays! { a })?;
    /// assert_eq!(r.to_vec::<i64>()?, [3, 5]);
    /// assert!(session.formula("2*a").dtype(DType::I64).eval(&arrays! { a }).is_err());
    /// # Ok::<(), numfuse::Error>(())
    /// ```
    pub fn formula<'a>(&'a self, text: &'a str) -> Formula<'a> {
        self.asked(text, None)
    }

    fn asked<'a>(&'a self, text: &'a str, poll: Option<Poll<'a>>) -> Formula<'a> {
        Formula {
            session: self,
            text,
            options: self.options,
            poll,
            order: Order::C,
            limits: Limits::default(),
        }
    }

    /// The compiled form of a formula for inputs of these types.
    ///
    /// # Errors
    /// [`Error::Formula`].
    pub fn compile(&self, text: &str, types: &[InputType]) -> Result<Arc<Program>, Error> {
        self.compile_with(text, types, &self.options)
    }

    fn compile_with(
        &self,
        text: &str,
        types: &[InputType],
        options: &Options,
    ) -> Result<Arc<Program>, Error> {
        let compile = || Program::compile(text, types, options, self.fusion, self.target);
        // A panic of the compiler is a bug of ours, and no reason for the caller's process to end.
        let compiled =
            catch_unwind(AssertUnwindSafe(compile)).unwrap_or_else(|p| Err(exec::panicked(&*p).into()));
        compiled.map(Arc::new)
    }

    fn program(&self, text: &str, bindings: &Bindings<'_>, options: &Options) -> Result<Arc<Program>, Error> {
        self.program_for(text, bindings, options, false)
    }

    /// The compiled form of a formula that may change what is given as writable, if `writing`.
    fn program_for(
        &self,
        text: &str,
        bindings: &Bindings<'_>,
        options: &Options,
        writing: bool,
    ) -> Result<Arc<Program>, Error> {
        let given = || {
            bindings.iter().map(|(name, binding)| {
                let writable = writing && matches!(binding, Binding::Writable(_));
                Given { name, input: binding.as_input(), writable }
            })
        };
        self.cache.find(text, options, given(), || {
            let types: Vec<InputType> = given().map(Given::ty).collect();
            self.compile_with(text, &types, options)
        })
    }

    fn control<'a>(&'a self, manner: &Manner<'a>) -> Control<'a> {
        let limit = self.threads.count().min(manner.threads);
        Control { threads: Some(&self.threads), limit, poll: manner.poll }
    }
}

fn inputs<'b>(bindings: &'b Bindings<'_>) -> SmallVec<[InputRef<'b>; 4]> {
    bindings.iter().map(|(_, binding)| binding.as_input()).collect()
}
