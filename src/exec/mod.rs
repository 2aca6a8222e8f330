//! A compiled plan on resident arrays: tiles, blocks, threads, reductions, aliasing, cancelling.
//!
//! A pass visits the indices of its space in C order. A *tile* is a run of indices that one thread
//! takes at a time, a *block* is a part of a tile that goes through the pass's steps at once and stays
//! in the first-level cache. Neither can change a result: elementwise code has no notion of position,
//! and reductions combine along a tree of indices alone ([`fold`]).
//!
//! Only what kernels take directly is given to them as it lies in memory: contiguous runs. Everything
//! else (strides, swapped bytes, short rows) is gathered into scratch first, and scattered after.

mod ahead;
mod block;
mod collect;
mod env;
mod error;
pub mod fold;
mod fpenv;
mod gather;
mod pass;
mod planes;
mod reduce;
mod resolve;
mod scan;
mod sizes;
mod small;
mod space;
mod stream;
mod take;
pub mod tile;

pub(crate) use env::panicked;
pub use env::{Control, Poll, Threads};
pub use error::Error;
pub use fpenv::FpEnv;
pub use pass::{Operand, Run, Running, begin, run};
pub use small::{is_small, run_small};
pub use space::{Axis, Layout, Space};
