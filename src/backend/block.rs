//! Block functions: what is not a lane operation. Every backend uses the same ones.

use crate::dtype::Lane;
use crate::math::{self, BlockFn};
use crate::op::Op;
use crate::scalar;
use crate::target::Level;

/// The function that applies an operator to blocks of the dtype it computes in, on CPUs of that level.
pub fn apply(op: Op, lane: Lane, level: Level) -> BlockFn {
    math::block(op, lane, level).unwrap_or_else(|| scalar::block(op, lane))
}

/// The function that casts a block, on CPUs of that level.
pub fn cast(from: Lane, to: Lane, level: Level) -> BlockFn {
    math::half_cast(from, to, level).unwrap_or_else(|| scalar::cast_block(from, to))
}
