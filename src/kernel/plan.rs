//! The plain data of a plan.

use super::code::Kernel;
use crate::dtype::{DType, Lane};
use crate::ir::{
    Axes, Constraint, DimEntry, DimId, Dims, GuardKind, IndexFit, InputId, Plane, Scalar, ViewMap,
};
use crate::op::{Op, Reduction, Scan};
use crate::span::Span;
use crate::text;
use smallvec::SmallVec;
use std::sync::Arc;

/// An array that the plan keeps between passes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TempId(pub u32);

/// A kept array: its dtype and dimensions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Temp {
    /// The dtype.
    pub dtype: DType,
    /// The dimensions, as graph types have them.
    pub dims: Dims,
}

/// Where a pass reads an array from.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// The caller's, or a part of each of its elements.
    Input(InputId, Plane),
    /// An earlier pass's.
    Temp(TempId),
    /// The product of the sizes of these dimensions, an i64.
    Count(Dims),
    /// Each element's number in C order along some axes of a space of these dimensions, an i64: not in memory.
    Index(Dims, Axes),
}

/// Where a pass writes an array to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Dest {
    /// The plan's output of that number, or a part of each of its elements.
    Output(u32, Plane),
    /// A kept array.
    Temp(TempId),
}

/// An array that a pass reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PassSource {
    /// Which.
    pub source: Source,
    /// Its dtype.
    pub dtype: DType,
    /// The views through which it is seen, each of what the one before gives.
    pub views: Vec<ViewMap>,
    /// Its dimensions, through the views: broadcast to the pass's space, aligned at the last axis.
    pub dims: Dims,
}

impl PassSource {
    /// Whether it is one element for the whole pass.
    pub fn is_single(&self) -> bool {
        self.dims.iter().all(|&d| d == crate::ir::Dim::One)
    }
}

/// A block of scratch memory of one thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SlotId(pub u32);

/// The size of a slot: values share slots when their lifetimes do not meet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    /// Bytes an element.
    pub size: usize,
}

/// Where a step finds or leaves a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Place {
    /// The pass's source of that number.
    Source(u32),
    /// Scratch.
    Slot(SlotId),
    /// The pass's store of that number.
    Store(u32),
}

/// A function over blocks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BlockFunction {
    /// An operator, and the dtype it computes in.
    Apply(Op, Lane),
    /// Sine and cosine of the same operand, in this dtype.
    SinCos(Lane),
    /// A cast.
    Cast {
        /// From this dtype.
        from: Lane,
        /// To that.
        to: Lane,
    },
}

/// Where a text step finds an operand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TextFrom {
    /// A block of elements.
    Block(Place),
    /// The pass's source of that number, which is one element.
    One(u32),
    /// A constant, as it lies in memory.
    Constant(Arc<[u8]>),
}

/// An operand of a text step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextArg {
    /// Its dtype.
    pub dtype: DType,
    /// Where it is.
    pub from: TextFrom,
}

/// One step of a pass, run for each block in turn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Lane code.
    Jit {
        /// The code.
        kernel: Kernel,
        /// Its operands, in order.
        reads: Vec<Place>,
        /// Its stores, in order.
        writes: Vec<Place>,
    },
    /// A function over the block.
    Block {
        /// Which.
        function: BlockFunction,
        /// Its operands: contiguous blocks.
        args: SmallVec<[Place; 3]>,
        /// Its results.
        dests: SmallVec<[Place; 2]>,
    },
    /// A function of text.
    Text {
        /// Which.
        function: text::Function,
        /// Its operands.
        args: SmallVec<[TextArg; 3]>,
        /// Its result.
        dest: Place,
        /// The dtype of its result.
        result: DType,
    },
    /// Elements of an array by their numbers.
    Take {
        /// The pass's table of that number.
        table: u32,
        /// The numbers: a contiguous block of i64s.
        at: Place,
        /// Where the elements go.
        dest: Place,
    },
}

/// What a slot that a block function reads holds throughout: the same element everywhere.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Fill {
    /// A constant.
    Const(Scalar),
    /// A source of one element.
    Source(u32),
}

/// An array that an elementwise pass writes, over its whole space.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Store {
    /// Where to.
    pub dest: Dest,
    /// The dtype.
    pub dtype: DType,
}

/// A reduction that a pass makes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fold {
    /// Which.
    pub op: Reduction,
    /// The dtype of the elements.
    pub lane: Lane,
    /// Where the elements of a block are; of complex numbers their real parts.
    pub from: Place,
    /// Where their imaginary parts are.
    pub imag: Option<Place>,
    /// Where the result goes.
    pub dest: TempId,
}

impl Fold {
    /// The places of its elements: one, or two of complex numbers.
    pub fn places(&self) -> impl Iterator<Item = Place> {
        std::iter::once(self.from).chain(self.imag)
    }
}

/// Running values that a pass makes of its one source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Running {
    /// How.
    pub op: Scan,
    /// The dtype of the elements.
    pub lane: Lane,
    /// Along which axis of the space; `None` for all its elements in C order.
    pub axis: Option<u32>,
    /// Where the result goes.
    pub dest: TempId,
}

/// The numbers of the elements that a mask selects, which a pass collects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collect {
    /// Where the mask's elements of a block are.
    pub from: Place,
    /// Where the numbers go.
    pub dest: TempId,
    /// The dimension whose size is how many there are.
    pub dim: DimId,
}

/// One pass over an index space.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Pass {
    /// The space.
    pub space: Dims,
    /// The axes of the space that its folds reduce; all folds of a pass reduce the same.
    pub axes: Axes,
    /// What it reads.
    pub sources: Vec<PassSource>,
    /// The arrays of which it takes elements anywhere.
    pub tables: Vec<PassSource>,
    /// Scratch.
    pub slots: Vec<Slot>,
    /// Slots filled once, before the first block.
    pub fills: Vec<(SlotId, Lane, Fill)>,
    /// What happens to each block.
    pub steps: Vec<Step>,
    /// What it writes.
    pub stores: Vec<Store>,
    /// What it reduces.
    pub folds: Vec<Fold>,
    /// The running values that it makes: then it does nothing else, and has no steps.
    pub running: Option<Running>,
    /// The mask whose elements it counts and collects; then it does nothing else.
    pub collect: Option<Collect>,
}

/// A condition to look at once its pass is done, before any output is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    /// A kept bool without axes; true is the error.
    pub temp: TempId,
    /// The number of passes after which it is known.
    pub after: usize,
    /// What is wrong.
    pub kind: GuardKind,
    /// Where.
    pub span: Span,
}

/// A result of the plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlanOutput {
    /// Its name, if it has one.
    pub name: Option<Box<str>>,
    /// The dtype.
    pub dtype: DType,
    /// The dimensions.
    pub dims: Dims,
    /// The kept arrays that already hold parts of it, where a reduction's result is the output itself.
    pub kept: SmallVec<[(Plane, TempId); 1]>,
    /// The input whose array it is; without one it is a result.
    pub into: Option<InputId>,
}

/// How a graph will be computed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// The passes, in order.
    pub passes: Vec<Pass>,
    /// The arrays kept between them.
    pub temps: Vec<Temp>,
    /// Conditions that fail the run.
    pub checks: Vec<Check>,
    /// The results.
    pub outputs: Vec<PlanOutput>,
    /// The graph's dimensions, from which sizes follow.
    pub dims: Vec<DimEntry>,
    /// The places that written indices must have.
    pub index_fits: Vec<IndexFit>,
    /// The dimensions that must be equal and that only counting shows, with the place that says so.
    pub counted: Vec<Constraint>,
}

impl Pass {
    /// Where the elements of its folds or its mask are after the steps of a block, fold by fold.
    pub fn visited(&self) -> impl Iterator<Item = Place> + '_ {
        self.folds.iter().flat_map(Fold::places).chain(self.collect.iter().map(|c| c.from))
    }

    /// The kept arrays that the pass writes.
    pub fn kept(&self) -> impl Iterator<Item = TempId> + '_ {
        let stored = self.stores.iter().filter_map(|s| match s.dest {
            Dest::Temp(temp) => Some(temp),
            Dest::Output(..) => None,
        });
        let made = self.running.iter().map(|r| r.dest).chain(self.collect.iter().map(|c| c.dest));
        stored.chain(self.folds.iter().map(|f| f.dest)).chain(made)
    }
}

impl Plan {
    /// The number of passes after which every mask has been counted, so that all sizes are known. No earlier pass
    /// writes an output.
    pub fn counting_passes(&self) -> usize {
        self.passes.iter().rposition(|pass| pass.collect.is_some()).map_or(0, |last| last + 1)
    }

    /// For each kept array, the number of the last pass after which it is still wanted; `usize::MAX` for one
    /// that is an output.
    pub fn last_reads(&self) -> Vec<usize> {
        let mut last = vec![0; self.temps.len()];
        for (number, pass) in self.passes.iter().enumerate() {
            let read = pass.sources.iter().chain(&pass.tables).filter_map(|s| match s.source {
                Source::Temp(temp) => Some(temp),
                Source::Input(..) | Source::Count(_) | Source::Index(..) => None,
            });
            read.chain(pass.kept()).for_each(|temp| last[temp.0 as usize] = number);
        }
        for check in &self.checks {
            let read = &mut last[check.temp.0 as usize];
            *read = (*read).max(check.after.saturating_sub(1));
        }
        for (_, temp) in self.outputs.iter().flat_map(|o| o.kept.iter().copied()) {
            last[temp.0 as usize] = usize::MAX;
        }
        last
    }
}
