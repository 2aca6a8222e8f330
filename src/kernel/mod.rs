//! Graph to [`Plan`]: which passes over the data to make, and what each pass does with a block.
//!
//! A plan is a list of passes. A [`Pass`] visits every index of one space, block by block; a block is
//! some hundreds of consecutive elements, so that everything between loading and storing stays in
//! the first-level cache. Within a pass, [`Step`]s run in order on each block: a [`Kernel`] is
//! straight-line code over lanes that a backend compiles; a block step is a function over whole
//! blocks (vector math, integer division, …), because generated code never calls out; text, which has no lanes,
//! has steps of its own.
//!
//! Elementwise values are recomputed in each pass that needs them; what a reduction gives is kept.
//!
//! This module knows no CPU and no memory: slots are numbers, sizes are symbolic.

mod code;
mod coder;
mod form;
mod fuse;
mod pass;
mod plan;
mod print;
mod slots;
mod text;

pub use code::{Access, Inst, Kernel, Operand, Stored, Value};
pub use form::{Form, apply_form, cast_form};
pub use fuse::{Fusion, fuse};
pub use plan::{
    BlockFunction, Check, Collect, Dest, Fill, Fold, Pass, PassSource, Place, Plan, PlanOutput, Running,
    Slot, SlotId, Source, Step, Store, Temp, TempId, TextArg, TextFrom,
};
