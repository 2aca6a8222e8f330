//! Formulas over arrays, compiled to fused machine code.
// The pipeline, in layer order; `tests/layering.rs` holds it.

pub mod check;
pub mod diagnostic;
pub mod dtype;
pub mod ir;
pub mod math;
pub mod op;
pub mod opt;
pub mod reference;
pub mod scalar;
pub mod shape;
pub mod span;
pub mod syntax;
