//! The typed graph of a formula: how `check` understood it, before anyone decides how to run it.
//!
//! A [`Graph`] is an arena of [`Node`]s, each with a [`Type`] and a span beside it. Building it
//! hash-conses: adding an equal node gives the earlier id, so common sub-expressions are one node by
//! construction. Operands always precede users, so every pass is a loop.
//!
//! Shapes are symbolic: a dimension is exactly one ([`Dim::One`]) or a [`DimId`] whose size is known
//! when arrays are bound. Which dimensions must then be equal is recorded in [`Graph::constraints`],
//! so one graph serves arrays of every length.

mod dims;
mod graph;
mod node;
mod print;
mod read;
mod text;
mod verify;
mod view;

pub use dims::{DimEntry, DimId, DimOrigin, Known, counted_by, sizes};
pub use graph::{Constraint, Graph, Guard, GuardKind, IndexFit, InputDecl, Output, TypeError, WeakFit};
pub use node::{
    Axes, Dim, Dims, InputId, LiteralId, Node, NodeId, Operands, Plane, Scalar, ShapeId, Type, ViewId,
};
pub use read::{ReadError, ReadErrorKind, read};
pub use text::Literal;
pub(crate) use text::{width, with_width};
pub use verify::{Fault, Place, VerifyError, verify};
pub use view::{Pick, Picks, Placed, Slice, Taken, ViewAxes, ViewMap, place_of};
