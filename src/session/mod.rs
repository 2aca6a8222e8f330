//! Where the stages meet: text and arrays in, arrays out.
//!
//! A [`Session`] owns what evaluations share: the threads, the pool of large buffers, the target, and
//! the plans compiled so far. Most programs use [`Session::global`] without knowing it, through
//! [`eval`](crate::eval). The one static of the library is here.

mod cache;
mod expr;
mod global;
mod program;

pub use expr::Expr;
pub use program::Program;
pub(crate) use program::{graph, parsed};

use crate::array::{Array, Bindings, InputRef, Pool, ViewMut};
use crate::check::{Dialect, InputType, Options};
use crate::error::Error;
use crate::exec::{self, Control, Poll, Threads};
use crate::kernel::Fusion;
use crate::target::{Level, Target, Tier};
use cache::Cache;
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

/// Sets up a [`Session`].
#[derive(Clone, Debug)]
pub struct Builder {
    threads: Option<usize>,
    level: Level,
    tier: Tier,
    dialect: Dialect,
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
        self.dialect = dialect;
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
            options: Options { dialect: self.dialect },
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
            dialect: Dialect::default(),
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
        let program = self.program(text, bindings)?;
        program.expect_results(1)?;
        let mut results = program.run(self, &inputs(bindings), poll)?;
        Ok(results.pop().expect("one result was expected and made"))
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
        let program = self.program(text, bindings)?;
        let arrays = program.run(self, &inputs(bindings), poll)?;
        Ok(program.result_names().map(|n| n.map(Box::from)).zip(arrays).collect())
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
        let program = self.program(text, bindings)?;
        program.run_into(self, &inputs(bindings), &mut [out.into()], None)
    }

    /// The compiled form of a formula for inputs of these types, from the cache if it is there.
    ///
    /// # Errors
    /// [`Error::Formula`].
    pub fn compile(&self, text: &str, types: &[InputType]) -> Result<Arc<Program>, Error> {
        let compile = || Program::compile(text, types, &self.options, self.fusion, self.target);
        // A panic of the compiler is a bug of ours, and no reason for the caller's process to end.
        let compiled =
            catch_unwind(AssertUnwindSafe(compile)).unwrap_or_else(|p| Err(exec::panicked(&*p).into()));
        compiled.map(Arc::new)
    }

    fn program(&self, text: &str, bindings: &Bindings<'_>) -> Result<Arc<Program>, Error> {
        let names = || bindings.iter().map(|(name, binding)| (name, binding.as_input()));
        self.cache.find(text, names(), || {
            let types: Vec<InputType> =
                names().map(|(name, input)| program::input_type(name, input)).collect();
            self.compile(text, &types)
        })
    }

    fn control<'a>(&'a self, poll: Option<Poll<'a>>) -> Control<'a> {
        Control { threads: Some(&self.threads), limit: self.threads.count(), poll }
    }
}

fn inputs<'b>(bindings: &'b Bindings<'_>) -> SmallVec<[InputRef<'b>; 4]> {
    bindings.iter().map(|(_, binding)| binding.as_input()).collect()
}
