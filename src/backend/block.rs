//! Block functions: what is not a lane operation. Every backend uses the same ones.

use crate::dtype::Lane;
use crate::op::Op;
use crate::scalar::{self, BlockFn};

/// The function that applies an operator to blocks of the dtype it computes in.
pub fn apply(op: Op, lane: Lane) -> BlockFn {
    scalar::block(op, lane)
}

/// The function that casts a block.
pub fn cast(from: Lane, to: Lane) -> BlockFn {
    scalar::cast_block(from, to)
}
