//! One pass: from the nodes it computes to steps over slots.
//!
//! The nodes fall into *stages*: block functions of stage `k` run before the kernel of stage `k`, and
//! read what kernels of earlier stages computed. What a step leaves for a later one stands in a slot;
//! slots are shared by values that are not alive together.

use super::code::Kernel;
use super::coder::Coder;
use super::form::{Form, alias, lane, node_form};
use super::plan::{
    BlockFunction, Collect, Dest, Fill, Fold, Pass, PassSource, Place, Running, Slot, SlotId, Source, Step,
    Store, TempId,
};
use crate::dtype::Lane;
use crate::ir::{Axes, Dims, Graph, Node, NodeId, Plane, ViewMap};
use crate::op::Op;
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

/// The most instructions of one kernel; longer code is cut, and what crosses the cut goes through
/// slots. Register allocation is superlinear, and nothing is gained beyond this.
const MAX_BODY: usize = 1024;

/// Something that a pass computes.
pub(super) struct Root {
    pub(super) value: NodeId,
    pub(super) kind: RootKind,
}

impl Root {
    /// What must be there for it.
    fn values(&self) -> impl Iterator<Item = NodeId> {
        let imag = if let RootKind::Fold { imag, .. } = self.kind { imag } else { None };
        std::iter::once(self.value).chain(imag)
    }
}

pub(super) enum RootKind {
    Store(Dest),
    /// A reduction, of complex numbers if there are imaginary parts.
    Fold {
        fold: Fold,
        imag: Option<NodeId>,
    },
    Running(Running),
    Collect(Collect),
}

/// A kernel of the pass: its stage, and its part where a stage's kernel was cut.
type KernelId = (u32, u32);

/// What a kernel stores, of complex elements both parts; and the number of the store.
type KernelStore = (SmallVec<[NodeId; 2]>, u32);

/// Builds a pass that computes `roots` over `space`; nodes in `kept` are read from memory.
pub(super) fn build(
    graph: &Graph,
    kept: &FxHashMap<NodeId, TempId>,
    space: &Dims,
    axes: Axes,
    roots: &[Root],
) -> Pass {
    let mut builder = Builder::new(graph, kept, roots);
    builder.pass.space = space.clone();
    builder.pass.axes = axes;
    builder.stage_nodes();
    builder.find_twins();
    builder.find_uses(roots);
    builder.add_roots(roots);
    builder.emit();
    super::slots::share(&mut builder.pass);
    builder.pass
}

pub(super) struct Builder<'g> {
    pub(super) graph: &'g Graph,
    kept: &'g FxHashMap<NodeId, TempId>,
    /// What the pass computes, operands before users.
    order: Vec<NodeId>,
    pub(super) computed: FxHashSet<NodeId>,
    stage: FxHashMap<NodeId, u32>,
    kernel: FxHashMap<NodeId, KernelId>,
    /// Values that a step leaves for another.
    slots: FxHashMap<NodeId, SlotId>,
    sources: FxHashMap<(Source, Vec<ViewMap>), u32>,
    tables: FxHashMap<NodeId, u32>,
    /// Kept nodes that this very pass makes.
    made: FxHashSet<NodeId>,
    fills: FxHashMap<Fill, SlotId>,
    /// Stores that a kernel makes, and stores that a block function makes itself.
    kernel_stores: FxHashMap<KernelId, Vec<KernelStore>>,
    block_stores: FxHashMap<NodeId, u32>,
    /// Stores of text that a copy makes.
    pub(super) copies: Vec<(NodeId, u32)>,
    /// For a sine, the cosine of the same operand, and the other way round.
    twins: FxHashMap<NodeId, NodeId>,
    crossing: FxHashMap<NodeId, usize>,
    pub(super) pass: Pass,
}

impl<'g> Builder<'g> {
    fn new(graph: &'g Graph, kept: &'g FxHashMap<NodeId, TempId>, roots: &[Root]) -> Builder<'g> {
        let mut builder = Builder {
            graph,
            kept,
            order: Vec::new(),
            computed: FxHashSet::default(),
            stage: FxHashMap::default(),
            kernel: FxHashMap::default(),
            slots: FxHashMap::default(),
            sources: FxHashMap::default(),
            tables: FxHashMap::default(),
            made: FxHashSet::default(),
            fills: FxHashMap::default(),
            kernel_stores: FxHashMap::default(),
            block_stores: FxHashMap::default(),
            copies: Vec::new(),
            twins: FxHashMap::default(),
            crossing: FxHashMap::default(),
            pass: Pass::default(),
        };
        builder.collect(roots);
        builder
    }

    /// Everything between the roots and the leaves, in the graph's order.
    fn collect(&mut self, roots: &[Root]) {
        let made_here = |root: &Root, value: NodeId| match root.kind {
            RootKind::Store(Dest::Temp(_)) => true,
            RootKind::Running(_) => false,
            RootKind::Store(Dest::Output(..)) | RootKind::Fold { .. } | RootKind::Collect(_) => {
                !self.kept.contains_key(&value)
            }
        };
        let made = roots.iter().filter(|r| matches!(r.kind, RootKind::Store(Dest::Temp(_))));
        self.made = made.map(|r| r.value).collect();
        let own = |given: NodeId| {
            let value = alias(self.graph, given);
            if value == given || !self.kept.contains_key(&value) { Some(value) } else { None }
        };
        let values = roots.iter().flat_map(|root| root.values().filter(|&value| made_here(root, value)));
        let mut work: Vec<NodeId> = values.filter_map(own).collect();
        while let Some(node) = work.pop() {
            if node_form(self.graph, &self.graph.node(node)).is_none() || !self.computed.insert(node) {
                continue;
            }
            self.order.push(node);
            let operands = self.operands(node);
            work.extend(operands.into_iter().filter(|o| !self.kept.contains_key(o)));
        }
        self.order.sort_unstable();
    }

    /// What the computing of a node reads, block by block.
    pub(super) fn operands(&self, node: NodeId) -> SmallVec<[NodeId; 3]> {
        let mut operands = self.graph.node(node).operands();
        if let Node::Take { at, .. } = self.graph.node(node) {
            // Elements of the table are read by their numbers.
            operands = smallvec::smallvec![at];
        }
        operands.iter_mut().for_each(|operand| *operand = alias(self.graph, *operand));
        operands
    }

    fn is_block(&self, node: NodeId) -> bool {
        node_form(self.graph, &self.graph.node(node)) == Some(Form::Block)
    }

    fn stage_nodes(&mut self) {
        let mut filled: FxHashMap<u32, usize> = FxHashMap::default();
        for &node in &self.order {
            let block = self.is_block(node);
            let mut stage = 0;
            for operand in self.operands(node) {
                if let Some(&s) = self.stage.get(&operand) {
                    stage = stage.max(s + u32::from(block && !self.is_block(operand)));
                }
            }
            self.stage.insert(node, stage);
            if !block {
                let count = filled.entry(stage).or_default();
                self.kernel.insert(node, (stage, (*count / MAX_BODY) as u32));
                *count += 1;
            }
        }
    }

    /// Pairs sines with cosines. Both are of the stage after their operand's.
    fn find_twins(&mut self) {
        let mut others: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        for &node in &self.order {
            if let Node::Apply(Op::Sin | Op::Cos, args) = self.graph.node(node)
                && let Some(other) = others.insert(alias(self.graph, args[0]), node)
            {
                self.twins.extend([(node, other), (other, node)]);
            }
        }
    }

    /// Counts the uses of each value outside the kernel that computes it.
    fn find_uses(&mut self, roots: &[Root]) {
        for &user in &self.order {
            for operand in self.operands(user) {
                let inside = !self.is_block(user) && self.kernel.get(&operand) == self.kernel.get(&user);
                if self.computed.contains(&operand) && !inside {
                    *self.crossing.entry(operand).or_default() += 1;
                }
            }
        }
        let visited = roots.iter().filter(|r| matches!(r.kind, RootKind::Fold { .. } | RootKind::Collect(_)));
        for value in visited.flat_map(Root::values) {
            if self.computed.contains(&value) {
                *self.crossing.entry(value).or_default() += 1;
            }
        }
    }

    fn add_roots(&mut self, roots: &[Root]) {
        let mut roots = roots.iter().peekable();
        while let Some(root) = roots.next() {
            match &root.kind {
                RootKind::Store(dest) => match (roots.next_if(|next| self.are_parts(root, next)), dest) {
                    (Some(imag), Dest::Output(output, _)) => self.add_pair(*output, [root.value, imag.value]),
                    (_, dest) => self.add_store(root.value, *dest),
                },
                RootKind::Fold { fold, imag } => {
                    let from = self.place(root.value);
                    let imag = imag.map(|imag| self.place(imag));
                    self.pass.folds.push(Fold { from, imag, ..fold.clone() });
                }
                RootKind::Running(running) => {
                    self.source(root.value);
                    self.pass.running = Some(running.clone());
                }
                RootKind::Collect(collect) => {
                    let from = self.place(root.value);
                    self.pass.collect = Some(Collect { from, ..collect.clone() });
                }
            }
        }
    }

    /// A block function writes its store itself if that is all that becomes of its value; every other
    /// store is made by a kernel.
    fn add_store(&mut self, value: NodeId, dest: Dest) {
        let number = self.pass.stores.len() as u32;
        self.pass.stores.push(Store { dest, dtype: self.graph.ty(value).dtype });
        if self.computed.contains(&value) && self.is_block(value) {
            if !self.crossing.contains_key(&value) && !self.block_stores.contains_key(&value) {
                self.block_stores.insert(value, number);
                return;
            }
            *self.crossing.entry(value).or_default() += 1;
            if let Some(first) = self.block_stores.remove(&value) {
                self.add_kernel_store(value, first);
            }
        }
        self.add_kernel_store(value, number);
    }

    fn add_kernel_store(&mut self, value: NodeId, number: u32) {
        if self.graph.ty(value).dtype.is_text() {
            // No kernel touches text.
            return self.copies.push((value, number));
        }
        let kernel = self.storing_kernel(value);
        self.kernel_stores.entry(kernel).or_default().push((smallvec::smallvec![value], number));
    }

    fn storing_kernel(&self, value: NodeId) -> KernelId {
        let stage = self.stage.get(&value).copied().unwrap_or(0);
        self.kernel.get(&value).copied().unwrap_or((stage, 0))
    }

    /// Whether the two are stores of the parts of the same elements that one kernel makes.
    fn are_parts(&self, real: &Root, imag: &Root) -> bool {
        let (
            RootKind::Store(Dest::Output(output, Plane::Real)),
            RootKind::Store(Dest::Output(other, Plane::Imag)),
        ) = (&real.kind, &imag.kind)
        else {
            return false;
        };
        let is_lane = |value: NodeId| !self.computed.contains(&value) || !self.is_block(value);
        output == other
            && is_lane(real.value)
            && is_lane(imag.value)
            && self.storing_kernel(real.value) == self.storing_kernel(imag.value)
    }

    /// A store of both parts of complex elements.
    fn add_pair(&mut self, output: u32, parts: [NodeId; 2]) {
        let number = self.pass.stores.len() as u32;
        let dtype = self.graph.outputs[output as usize].dtype;
        self.pass.stores.push(Store { dest: Dest::Output(output, Plane::Whole), dtype });
        let kernel = self.storing_kernel(parts[0]);
        self.kernel_stores.entry(kernel).or_default().push((parts.into(), number));
    }

    fn emit(&mut self) {
        let mut stages: Vec<KernelId> =
            self.kernel.values().chain(self.kernel_stores.keys()).copied().collect();
        stages.extend(self.stage.values().map(|&s| (s, 0)));
        stages.sort_unstable();
        stages.dedup();
        let mut nodes: FxHashMap<KernelId, Vec<NodeId>> = FxHashMap::default();
        let mut blocks: FxHashMap<u32, Vec<NodeId>> = FxHashMap::default();
        for &node in &self.order {
            match self.kernel.get(&node) {
                Some(&kernel) => nodes.entry(kernel).or_default().push(node),
                None => blocks.entry(self.stage[&node]).or_default().push(node),
            }
        }
        for id in stages {
            if id.1 == 0 {
                blocks.remove(&id.0).into_iter().flatten().for_each(|node| self.emit_block(node));
            }
            self.emit_kernel(id, &nodes.remove(&id).unwrap_or_default());
        }
        self.emit_copies();
    }

    fn emit_block(&mut self, node: NodeId) {
        if let Node::Take { of, .. } = self.graph.node(node) {
            return self.emit_take(node, of, self.operands(node)[0]);
        }
        if self.emit_text(node) {
            return;
        }
        let to = lane(self.graph, node);
        let twin = self.twins.get(&node).copied();
        let operands = self.operands(node);
        let (function, operands) = match self.graph.node(node) {
            Node::Apply(..) if twin.is_some_and(|twin| twin < node) => return,
            Node::Apply(..) if twin.is_some() => (BlockFunction::SinCos(to), operands),
            Node::Apply(op, args) => {
                let computed = lane(self.graph, *args.last().expect("every operator has an operand"));
                (BlockFunction::Apply(op, computed), operands)
            }
            Node::Cast(_, of) => (BlockFunction::Cast { from: lane(self.graph, of), to }, operands),
            Node::Input(..)
            | Node::Const(_)
            | Node::Count { .. }
            | Node::Reduce { .. }
            | Node::Scan { .. } => {
                unreachable!("only what has a form is computed")
            }
            Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } | Node::Nonzero { .. } => {
                unreachable!("only what has a form is computed")
            }
            Node::Take { .. } | Node::Literal(_) | Node::Text(..) => {
                unreachable!("these have steps of their own")
            }
        };
        let args = operands.iter().map(|&o| self.place(o)).collect();
        let mut results: SmallVec<[NodeId; 2]> = std::iter::once(node).chain(twin).collect();
        if matches!(self.graph.node(node), Node::Apply(Op::Cos, _)) {
            // The sine comes first.
            results.reverse();
        }
        let dests = results.into_iter().map(|result| self.dest(result)).collect();
        self.pass.steps.push(Step::Block { function, args, dests });
    }

    fn emit_take(&mut self, node: NodeId, of: NodeId, at: NodeId) {
        let (at, dest) = (self.place(at), self.dest(node));
        let next = self.pass.tables.len() as u32;
        let table = *self.tables.entry(of).or_insert(next);
        if table == next {
            let table = self.pass_source(of);
            self.pass.tables.push(table);
        }
        self.pass.steps.push(Step::Take { table, at, dest });
    }

    /// Where a block function leaves a value.
    pub(super) fn dest(&mut self, node: NodeId) -> Place {
        match self.block_stores.get(&node) {
            Some(&store) => Place::Store(store),
            None => Place::Slot(self.slot(node)),
        }
    }

    fn emit_kernel(&mut self, id: KernelId, nodes: &[NodeId]) {
        let stores = self.kernel_stores.remove(&id).unwrap_or_default();
        let mut code = Coder {
            builder: self,
            kernel: Kernel::default(),
            reads: Vec::new(),
            values: FxHashMap::default(),
        };
        for &node in nodes {
            code.compute(node);
        }
        let mut writes = Vec::new();
        for &node in nodes {
            if code.builder.crossing.contains_key(&node) {
                writes.push(Place::Slot(code.builder.slot(node)));
                code.store(&[node]);
            }
        }
        for (nodes, store) in stores {
            code.store(&nodes);
            writes.push(Place::Store(store));
        }
        let Coder { kernel, reads, .. } = code;
        if !writes.is_empty() {
            self.pass.steps.push(Step::Jit { kernel, reads, writes });
        }
    }

    /// Where a block function or a fold finds a value.
    fn place(&mut self, node: NodeId) -> Place {
        if self.computed.contains(&node) {
            return Place::Slot(self.slot(node));
        }
        let lane = lane(self.graph, node);
        if let Node::Const(value) = self.graph.node(node) {
            return self.fill(Fill::Const(value), lane);
        }
        let source = self.source(node);
        match self.pass.sources[source as usize].is_single() {
            true => self.fill(Fill::Source(source), lane),
            false => Place::Source(source),
        }
    }

    fn fill(&mut self, fill: Fill, lane: Lane) -> Place {
        if let Some(&slot) = self.fills.get(&fill) {
            return Place::Slot(slot);
        }
        let slot = self.new_slot(lane.size());
        self.fills.insert(fill.clone(), slot);
        self.pass.fills.push((slot, lane, fill));
        Place::Slot(slot)
    }

    pub(super) fn slot(&mut self, node: NodeId) -> SlotId {
        if let Some(&slot) = self.slots.get(&node) {
            return slot;
        }
        let slot = self.new_slot(self.graph.ty(node).dtype.size());
        self.slots.insert(node, slot);
        slot
    }

    fn new_slot(&mut self, size: usize) -> SlotId {
        self.pass.slots.push(Slot { size });
        SlotId(self.pass.slots.len() as u32 - 1)
    }

    pub(super) fn source(&mut self, node: NodeId) -> u32 {
        self.add_source(self.pass_source(node))
    }

    /// The number of a source of the pass.
    pub(super) fn add_source(&mut self, found: PassSource) -> u32 {
        let next = self.pass.sources.len() as u32;
        let number = *self.sources.entry((found.source.clone(), found.views.clone())).or_insert(next);
        if number == next {
            self.pass.sources.push(found);
        }
        number
    }

    /// A leaf of the pass, through the views that lead to it.
    pub(super) fn pass_source(&self, node: NodeId) -> PassSource {
        let (mut at, mut views) = (node, Vec::new());
        let is_kept = |node| self.kept.get(&node).copied().filter(|_| !self.made.contains(&node));
        let source = loop {
            match (is_kept(at), self.graph.node(at)) {
                (Some(temp), _) => break Source::Temp(temp),
                (None, Node::View { of, view }) => {
                    views.push(self.graph.view(view).clone());
                    at = of;
                }
                (None, Node::Broadcast { of, .. }) => at = of,
                (None, Node::Input(input, plane)) => break Source::Input(input, plane),
                (None, Node::Count { of, axes }) => break Source::Count(counted(self.graph, of, axes)),
                (None, Node::Index { shape, along }) => {
                    break Source::Index(self.graph.canonical(self.graph.shape(shape)), along);
                }
                (None, Node::Const(_) | Node::Apply(..) | Node::Cast(..) | Node::Reduce { .. })
                | (None, Node::Scan { .. } | Node::Literal(_) | Node::Text(..))
                | (None, Node::Nonzero { .. } | Node::Take { .. }) => {
                    unreachable!("neither kept nor a leaf")
                }
            }
        };
        views.reverse();
        let ty = self.graph.ty(node);
        PassSource { source, dtype: ty.dtype, views, dims: self.graph.canonical(&ty.dims) }
    }
}

/// The dimensions along which a `Count` counts.
fn counted(graph: &Graph, of: NodeId, axes: Axes) -> Dims {
    let dims = graph.canonical(&graph.ty(of).dims);
    dims.iter().enumerate().filter(|&(axis, _)| axes.contains(axis)).map(|(_, &d)| d).collect()
}
