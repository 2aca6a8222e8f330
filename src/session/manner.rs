//! How a run is made, apart from what it computes.

use crate::exec::Poll;
use crate::shape::Order;
use std::fmt;

/// How a run is made.
///
/// ```
/// use numfuse::array::Input;
/// use numfuse::session::Manner;
/// let expr = numfuse::Expr::compile("b = a + 1; c = sum(b)", &["a"])?;
/// let a = [1.0, 2.0];
/// let manner = Manner { threads: 1, ..Manner::default() };
/// let results = expr.call_all(&[Input::from(&a).by_ref()], &mut [], &manner)?;
/// assert_eq!(results[1].1.scalar::<f64>()?, 5.0);
/// # Ok::<(), numfuse::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Manner<'a> {
    /// Asked about every 25 ms, on the calling thread, whether to stop.
    pub poll: Option<Poll<'a>>,
    /// The order of results in memory.
    pub order: Order,
    /// The most bytes of results, kept arrays and copies.
    pub memory: usize,
    /// The most threads to use, of those that the session has.
    pub threads: usize,
}

impl Default for Manner<'_> {
    /// In C order, not to be stopped, without limits.
    fn default() -> Self {
        Manner { poll: None, order: Order::C, memory: usize::MAX, threads: usize::MAX }
    }
}

impl fmt::Debug for Manner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manner")
            .field("order", &self.order)
            .field("memory", &self.memory)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}
