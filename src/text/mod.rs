//! Operators on bytes and text over blocks of elements.
//!
//! Text has no lanes, so no backend makes machine code of it: every tier runs the loops that are here. What they
//! compute is defined in `scalar`, for one element at a time; here it is done quickly. Comparisons with
//! a constant read as many bytes at once as it has, searches go over a whole block, capitals of ASCII are made
//! without a branch. `block` is the seam to memory, all else is safe code on slices of characters.

mod block;
mod change;
mod character;
mod compare;
mod search;

pub use block::Block;

use crate::dtype::DType;
use crate::op::TextOp;

/// What a step of a plan does with text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Function {
    /// An operator.
    Apply(TextOp),
    /// A cast, or a copy where the dtype stays.
    Cast,
}

/// An operand of a block function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Operand {
    /// Its dtype.
    pub dtype: DType,
    /// Whether it is one element for the whole block.
    pub one: bool,
}
