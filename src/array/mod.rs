//! Arrays in memory: what a formula reads and writes.
//!
//! [`Array`] owns its elements, dense in C order. [`View`] and [`ViewMut`] borrow elements that live
//! anywhere else: a slice, an `ndarray` array of any layout, a memory map. [`Input`] is what may stand
//! for a name in a formula, a view or a scalar, and [`Bindings`] says which name is which.
//!
//! A view is a pointer, a dtype, sizes and byte strides. Strides may be negative or zero, elements may
//! be unaligned or in the other byte order: gathering such elements is the business of `exec`. What is
//! here copies them plainly, on one thread, for printing and for files.
//!
//! This module knows nothing of files and nothing of formulas.

mod bindings;
mod buffer;
mod copy;
mod element;
mod error;
mod input;
mod literal;
mod number;
mod owned;
mod pool;
mod print;
mod text;
mod view;
mod view_from;

pub use ::half::f16;
pub use bindings::{Binding, Bindings};
pub use buffer::{AllocError, Buffer};
pub use element::Element;
pub use error::Error;
pub use input::{Input, InputRef, Scalar, Strong};
pub use num_complex::Complex;
pub use owned::Array;
pub use pool::Pool;

pub use view::{Overlap, View, ViewMut, overlap, swap_unit};
