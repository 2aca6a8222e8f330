//! What a formula may use.

use crate::check::MAX_NODES;
use std::time::Duration;

/// What a formula may use, such as one of unknown origin; see [`Formula::limits`](super::Formula::limits). What exceeds
/// a limit is an error, and nothing has been written.
///
/// ```
/// use numfuse::session::Limits;
/// use numfuse::{Session, arrays};
/// use std::time::Duration;
/// let limits = Limits { nodes: 1000, memory: 1 << 20, time: Duration::from_secs(1) };
/// let eval = |text: &str| Session::global().formula(text).limits(limits).eval(&arrays! {});
/// assert_eq!(eval("sum(arange(1_000_000.0))")?.scalar::<f64>()?, 499999500000.0);
/// assert_eq!(eval("arange(1_000_000.0)").unwrap_err().code(), "memory-limit");
/// assert_eq!(eval(&"1+".repeat(3000)).unwrap_err().code(), "unexpected-end");
/// # Ok::<(), numfuse::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The operations that the formula may become; at most [`MAX_NODES`], which holds for every formula.
    pub nodes: usize,
    /// The bytes of results, of what is kept between passes, and of copies of inputs, at once. Beside them each thread
    /// uses at most 4 MiB.
    pub memory: usize,
    /// How long it may run, looked at about every 25 ms. Compiling, which [`nodes`](Limits::nodes) bounds, comes before.
    pub time: Duration,
}

impl Default for Limits {
    /// None but [`MAX_NODES`].
    fn default() -> Limits {
        Limits { nodes: MAX_NODES, memory: usize::MAX, time: Duration::MAX }
    }
}
