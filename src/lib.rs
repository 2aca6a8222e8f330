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
pub mod check;
pub mod opt;
pub mod kernel;
pub mod target;
pub mod backend;
pub mod array;
pub mod exec;
#[cfg(feature = "npy")]
pub mod source;
pub mod error;
pub mod session;
pub mod explain;

// Beside the pipeline.
pub mod reference;

pub use array::{Array, Bindings, Input, Strong, View, ViewMut};
pub use check::Dialect;
pub use dtype::DType;
pub use error::Error;
pub use session::{Expr, Session};

/// Evaluates a formula that has one result, on the process's session.
///
/// Inputs are read where they are, whatever their layout; names not used by the formula are ignored.
/// The result is a new dense array in C order. Dtypes follow NumPy 2; plain Rust numbers are weak.
///
/// ```
/// use numfuse::arrays;
/// let a = vec![1.0, 2.0, 3.0];
/// let b = vec![0.5, 0.25, 0.125];
/// let r = numfuse::eval("2*a + b**2", &arrays! { a, b })?;
/// assert_eq!(r.to_vec::<f64>()?, [2.25, 4.0625, 6.015625]);
/// # Ok::<(), numfuse::Error>(())
/// ```
///
/// # Errors
/// [`Error::Formula`] with every error of the formula and of its inputs' types and shapes, else what
/// failed while it ran.
pub fn eval(text: &str, bindings: &Bindings<'_>) -> Result<Array, Error> {
    Session::global().eval(text, bindings)
}

/// Evaluates a formula that has one result into an array of its dtype and shape, which may be or
/// overlap an input.
///
/// ```
/// use numfuse::arrays;
/// let a = vec![1i64, 2, 3];
/// let mut out = vec![0i64; 3];
/// numfuse::eval_into("a * a", &arrays! { a }, &mut out)?;
/// assert_eq!(out, [1, 4, 9]);
/// # Ok::<(), numfuse::Error>(())
/// ```
///
/// # Errors
/// As [`eval`]; [`Error::Array`] if the output's dtype or shape is not the result's.
pub fn eval_into<'o>(text: &str, bindings: &Bindings<'_>, out: impl Into<ViewMut<'o>>) -> Result<(), Error> {
    Session::global().eval_into(text, bindings, out)
}
