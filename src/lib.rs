//! Formulas over arrays, compiled to fused machine code.
// The pipeline, in layer order; `tests/layering.rs` holds it.

pub mod dtype;
pub mod shape;
pub mod op;
pub mod span;
pub mod diagnostic;
pub mod syntax;
pub mod ir;
pub mod math;
pub mod scalar;
pub mod kernel;
pub mod target;
pub mod backend;
pub mod array;
pub mod exec;

// Beside the pipeline.
pub mod reference;
