//! Formulas over arrays, compiled to fused machine code.
//!
//! A formula is text: a Python expression over named arrays. [`eval`] compiles it for the arrays' dtypes and
//! ranks, once, and runs it as few passes over memory as it needs, block by block through the first-level
//! cache, on all cores, without temporary arrays. Types are NumPy 2's; so are the values, wherever IEEE 754
//! fixes them. `docs/language.md` has every operator and function.
//!
//! ```
//! use numfuse::arrays;
//! let a = vec![1.0, 2.0, 3.0];
//! let b = vec![0.5, 0.25, 0.125];
//! let r = numfuse::eval("2*a + b**2", &arrays! { a, b })?;
//! assert_eq!(r.to_vec::<f64>()?, [2.25, 4.0625, 6.015625]);
//! # Ok::<(), numfuse::Error>(())
//! ```
//!
//! # A short tour
//!
//! **Several results** come from a tuple, or from statements: every name that is assigned and does not begin
//! with `_`. They are computed together.
//!
//! ```
//! use numfuse::{Session, arrays};
//! let (x, y) = (vec![3.0, 0.0], vec![4.0, 2.0]);
//! let text = "_square = x*x + y*y; length = sqrt(_square); angle = arctan2(y, x)";
//! let results = Session::global().eval_all(text, &arrays! { x, y }, None)?;
//! let (name, length) = &results[0];
//! assert_eq!((name.as_deref(), length.as_slice::<f64>()?), (Some("length"), &[5.0, 2.0][..]));
//! # Ok::<(), numfuse::Error>(())
//! ```
//!
//! **Views** of `ndarray` are read and written where they lie, whatever their strides. Shapes broadcast.
//!
//! ```
//! use ndarray::{Array2, arr1, arr2, s};
//! use numfuse::arrays;
//! let table = arr2(&[[1i32, 2, 3], [4, 5, 6]]);
//! let weights = arr1(&[1i32, 10]);
//! let mut out = Array2::<i32>::zeros((6, 2));
//! numfuse::eval_into("t * weights", &arrays! { t: &table.t(), weights }, out.slice_mut(s![..;2, ..]))?;
//! assert_eq!(out, arr2(&[[1, 40], [0, 0], [2, 50], [0, 0], [3, 60], [0, 0]]));
//! # Ok::<(), numfuse::Error>(())
//! ```
//!
//! **Files**: a mapped `.npy` file is a view like any other (feature `npy`).
//!
//! ```
//! # #[cfg(feature = "npy")] {
//! use numfuse::array::View;
//! use numfuse::{arrays, source};
//! let path = std::env::temp_dir().join(format!("numfuse-tour-{}.npy", std::process::id()));
//! source::write_npy(&path, &View::from(&[1u8, 2, 3]))?;
//! // SAFETY: the file was just made and nobody else knows of it.
//! let map = unsafe { source::NpyMap::map(&path)? };
//! let total = numfuse::eval("sum(bytes)", &arrays! { bytes: &map.view() })?;
//! assert_eq!(total.scalar::<u64>()?, 6);
//! # drop(map);
//! # std::fs::remove_file(&path)?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **The same formula again and again**: [`Expr`] takes its inputs by position, keeps what it compiled, and may
//! be called by many threads at once.
//!
//! ```
//! use numfuse::Expr;
//! let expr = Expr::compile("a + k*b", &["k", "a", "b"])?;
//! let (a, b, mut out) = (vec![1.0, 2.0], vec![3.0, 4.0], vec![0.0; 2]);
//! expr.call_into(&[0.5.into(), (&a).into(), (&b).into()], &mut out)?;
//! assert_eq!(out, [2.5, 4.0]);
//! # Ok::<(), numfuse::Error>(())
//! ```
//!
//! **Errors** have stable codes and places; printed, a formula's are drawn under its text, all at once.
//!
//! ```
//! use numfuse::arrays;
//! let price = vec![1.0, 2.0];
//! let error = numfuse::eval("sum(price, axis=1) * rat", &arrays! { price, rate: 0.2 }).unwrap_err();
//! let codes: Vec<_> = error.diagnostics().iter().map(|d| d.code).collect();
//! assert_eq!(codes, ["axis-out-of-range", "unknown-name"]);
//! assert!(error.to_string().contains("did you mean `rate`?"));
//! ```
//!
//! # The pipeline
//!
//! The public modules are the stages, for tools that want to look in between: `syntax` (text to tree), `check`
//! (tree to typed graph of `ir`), `opt`, `kernel` (graph to plan), `backend` (plan to code), `exec` (code and
//! arrays to results), and `session`, which calls them. `reference` is the definition that they are
//! tested against. `ARCHITECTURE.md` says what each may rely on.
//!
//! # Features
//!
//! - `wide` (default): machine code on x86-64 with AVX-512 or AVX2.
//! - `cranelift` (default): machine code on other x86-64. Without both formulas run in the interpreter, with the same
//!   bits.
//! - `npy` (default): `.npy` files.
//!
//! The environment variables `NUMFUSE_THREADS` and `NUMFUSE_TIER` (`interp`, `cranelift`, or a level:
//! `sse4.2`, `avx`, `avx2`, `avx512`) set the
//! process's session; no result depends on them. (`interp` interprets kernels; block functions still use what the CPU
//! has.)
// The pipeline, in layer order; `tests/layering.rs` holds it.

pub mod dtype;
pub mod casting;
pub mod half;
pub mod calendar;
pub mod shape;
pub mod op;
pub mod span;
pub mod diagnostic;
pub mod syntax;
pub mod ir;
pub mod target;
pub mod math;
pub mod scalar;
pub mod text;
pub mod check;
pub mod opt;
pub mod kernel;
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
/// What may not be written is no output, which the compiler says:
///
/// ```compile_fail
/// use numfuse::arrays;
/// let (a, out) = (vec![1i64, 2, 3], ndarray::arr1(&[0i64; 3]));
/// numfuse::eval_into("a * a", &arrays! { a }, out.view())?;
/// # Ok::<(), numfuse::Error>(())
/// ```
///
/// # Errors
/// As [`eval`]; [`Error::Array`] if the output's dtype or shape is not the result's.
pub fn eval_into<'o>(text: &str, bindings: &Bindings<'_>, out: impl Into<ViewMut<'o>>) -> Result<(), Error> {
    Session::global().eval_into(text, bindings, out)
}

/// Evaluates a formula that may change arrays, and gives its other results with their names.
///
/// `a += b` and its kin write the array of an input that is given as writable, when all has been computed. See
/// [`session::Formula::run`].
///
/// ```
/// use numfuse::arrays;
/// let (mut position, velocity) = (vec![0.0, 1.0], vec![2.0, 3.0]);
/// numfuse::run("position += velocity * dt", &mut arrays! { mut position, velocity, dt: 0.5 })?;
/// assert_eq!(position, [1.0, 2.5]);
/// # Ok::<(), numfuse::Error>(())
/// ```
///
/// # Errors
/// As [`eval`]; nothing is written then.
pub fn run(text: &str, bindings: &mut Bindings<'_>) -> Result<Vec<session::Named>, Error> {
    Session::global().run(text, bindings)
}

/// The programs of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
