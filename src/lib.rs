//! Formulas over arrays, compiled to fused machine code.
// The pipeline, in layer order; `tests/layering.rs` holds it.

pub mod dtype;
pub mod shape;
pub mod span;
pub mod diagnostic;
pub mod syntax;

pub mod array;
#[cfg(feature = "npy")]
pub mod source;
