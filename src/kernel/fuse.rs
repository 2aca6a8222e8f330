//! Which passes a graph needs, and what each computes.
//!
//! A node is *kept* when later passes read it from memory: the result of a reduction or a scan, what a scan
//! reads, and a value of
//! one element that only a block function can make (it would be made again for every element).
//! A node's *level* is the number of kept nodes that must be ready, one after the other, before it.
//! What is computed at the same level over the same space goes into one pass.

use super::form::{self, Form, alias, lane};
use super::pass::{self, Root, RootKind};
use super::plan::{Check, Collect, Dest, Fold, Place, Plan, PlanOutput, Running, Temp, TempId};
use crate::dtype::Lane;
use crate::ir::{Axes, Constraint, Dim, Dims, Graph, Node, NodeId, Plane};
use crate::op::Reduction;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// How much of a graph becomes one pass.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Fusion {
    /// As much as can be.
    #[default]
    Full,
    /// One pass and one fresh temporary an operation, as NumPy does it: what fusion is measured against.
    None,
}

/// What one pass computes.
struct Group {
    level: u32,
    space: Dims,
    axes: Axes,
    roots: Vec<Root>,
}

/// Plans a graph whose dtypes are all lane types or text, as `check` makes it.
pub fn fuse(graph: &Graph, fusion: Fusion) -> Plan {
    Planner::new(graph, fusion).plan()
}

struct Planner<'g> {
    graph: &'g Graph,
    fusion: Fusion,
    kept: FxHashMap<NodeId, TempId>,
    needs: Vec<u32>,
    plan: Plan,
    groups: Vec<Group>,
    by_key: FxHashMap<(u32, Dims, Axes), usize>,
}

impl<'g> Planner<'g> {
    fn new(graph: &'g Graph, fusion: Fusion) -> Planner<'g> {
        let mut planner = Planner {
            graph,
            fusion,
            kept: FxHashMap::default(),
            needs: Vec::new(),
            plan: Plan::default(),
            groups: Vec::new(),
            by_key: FxHashMap::default(),
        };
        planner.choose_kept();
        planner.find_levels();
        planner
    }

    fn plan(mut self) -> Plan {
        for (id, node) in self.graph.nodes() {
            if let Some(&temp) = self.kept.get(&id) {
                self.add_kept(id, node, temp);
            }
        }
        // Outputs are written after every guard has been looked at and every size is known.
        let counted = self.graph.nodes().filter(|(_, node)| matches!(node, Node::Nonzero { .. }));
        let first = self.graph.guards.iter().map(|g| g.node).chain(counted.map(|(id, _)| id));
        let guarded = first.map(|node| self.needs[node.index()]).max().unwrap_or(0);
        for index in 0..self.graph.outputs.len() {
            self.add_output(index, guarded);
        }
        self.groups.sort_by_key(|g| g.level);
        let groups = std::mem::take(&mut self.groups);
        for group in &groups {
            let built = pass::build(self.graph, &self.kept, &group.space, group.axes, &group.roots);
            self.plan.passes.push(built);
        }
        self.add_checks(&groups);
        self.plan.dims = self.graph.dims().copied().collect();
        self.plan.index_fits.clone_from(&self.graph.index_fits);
        self.plan.counted =
            self.graph.constraints.iter().filter(|c| is_counted(self.graph, c)).copied().collect();
        self.plan
    }

    fn choose_kept(&mut self) {
        let blocky = single_blocks(self.graph);
        let mut scanned = vec![false; self.graph.len()];
        let (mut used, mut used_wider) = (vec![false; self.graph.len()], vec![false; self.graph.len()]);
        for (id, node) in self.graph.nodes() {
            let wide = !self.graph.ty(id).is_single() || matches!(node, Node::Reduce { .. });
            if let Node::Scan { of, .. } = node {
                scanned[of.index()] = !form::lies_somewhere(self.graph, of);
            }
            for operand in node.operands() {
                let operand = alias(self.graph, operand);
                used[operand.index()] = true;
                used_wider[operand.index()] |= wide;
            }
        }
        let guards: Vec<NodeId> = self.graph.guards.iter().map(|g| g.node).collect();
        let tables = made_tables(self.graph);
        for (id, node) in self.graph.nodes() {
            let keep = match node {
                Node::Reduce { .. } | Node::Scan { .. } | Node::Nonzero { .. } => true,
                // Without fusion, what nothing else reads is written to the output itself.
                Node::Apply(..) | Node::Text(..) | Node::Cast(..) | Node::Take { .. } => match self.fusion {
                    Fusion::None => used[id.index()],
                    Fusion::Full => blocky[id.index()] && used_wider[id.index()],
                },
                Node::Input(..) | Node::Const(_) | Node::Literal(_) | Node::Count { .. } => false,
                Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } => false,
            };
            let keep = keep || scanned[id.index()] || tables[id.index()];
            if keep || guards.contains(&id) {
                let temp = TempId(self.plan.temps.len() as u32);
                let dims = self.graph.canonical(&self.graph.ty(id).dims);
                self.plan.temps.push(Temp { dtype: self.graph.ty(id).dtype, dims });
                self.kept.insert(id, temp);
            }
        }
    }

    /// For each node, the level at which a pass can read it: what it reads is there, and its sizes are known.
    fn find_levels(&mut self) {
        // By mask, the level at which it has been counted.
        let mut counted: FxHashMap<u32, u32> = FxHashMap::default();
        for (id, node) in self.graph.nodes() {
            let read = node.operands().iter().map(|o| self.needs[o.index()]).max().unwrap_or(0);
            let sized = if let Node::Count { of, .. } = node { of } else { id };
            // A size is that of the dimension that stands for all its equals, whose mask is always an earlier one.
            let dims = self.graph.canonical(&self.graph.ty(sized).dims);
            let masks = dims.into_iter().flat_map(|dim| match dim {
                Dim::One => SmallVec::new(),
                Dim::Size(dim) => self.graph.counted_by(dim),
            });
            let masks = masks.filter_map(|mask| counted.get(&mask).copied());
            let from = masks.fold(read, u32::max);
            self.needs.push(from + u32::from(self.kept.contains_key(&id)));
            if let Node::Nonzero { dim, .. } = node {
                let mask = self.graph.counted_by(dim);
                counted.extend(mask.into_iter().map(|mask| (mask, self.needs[id.index()])));
            }
        }
    }

    fn add_kept(&mut self, id: NodeId, node: Node, temp: TempId) {
        let level = self.needs[id.index()] - 1;
        if let Node::Nonzero { mask, dim } = node {
            let collect = Collect { from: Place::Source(0), dest: temp, dim };
            let root = Root { value: alias(self.graph, mask), kind: RootKind::Collect(collect) };
            let space = self.graph.canonical(&self.graph.ty(mask).dims);
            self.groups.push(Group { level, space, axes: Axes::default(), roots: vec![root] });
        } else if let Node::Reduce { op, of, imag, axes, .. } = node {
            let lane = self.folded_lane(op, of);
            let fold = Fold { op, lane, from: Place::Source(0), imag: None, dest: temp };
            let space = self.graph.canonical(&self.graph.ty(of).dims);
            let value = alias(self.graph, of);
            let imag = imag.map(|imag| alias(self.graph, imag));
            self.add_root(level, space, axes, Root { value, kind: RootKind::Fold { fold, imag } });
        } else if let Node::Scan { op, of, axis } = node {
            let running = Running { op, lane: lane(self.graph, id), axis, dest: temp };
            let space = self.graph.canonical(&self.graph.ty(of).dims);
            let roots = vec![Root { value: of, kind: RootKind::Running(running) }];
            self.groups.push(Group { level, space, axes: Axes::default(), roots });
        } else {
            let space = self.plan.temps[temp.0 as usize].dims.clone();
            let kind = RootKind::Store(Dest::Temp(temp));
            self.add_root(level, space, Axes::default(), Root { value: id, kind });
        }
    }

    fn folded_lane(&self, op: Reduction, of: NodeId) -> Lane {
        match op {
            Reduction::Any | Reduction::All => Lane::Bool,
            Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => lane(self.graph, of),
            Reduction::MinFrom | Reduction::MaxFrom | Reduction::Moment2 => lane(self.graph, of),
            Reduction::ProdReal | Reduction::ProdImag => lane(self.graph, of),
            Reduction::ArgMin | Reduction::ArgMax => lane(self.graph, of),
        }
    }

    fn add_output(&mut self, index: usize, guarded: u32) {
        let output = &self.graph.outputs[index];
        let dims = self.graph.canonical(&self.graph.ty(output.node).dims);
        let planes = [
            (output.imag.map_or(Plane::Whole, |_| Plane::Real), Some(output.node)),
            (Plane::Imag, output.imag),
        ];
        let mut kept = SmallVec::new();
        for (plane, node) in planes.into_iter().filter_map(|(plane, node)| Some((plane, node?))) {
            if let Some(&temp) = self.kept.get(&node) {
                kept.push((plane, temp));
                continue;
            }
            let node = alias(self.graph, node);
            let level = self.needs[node.index()].max(guarded);
            let kind = RootKind::Store(Dest::Output(index as u32, plane));
            self.add_root(level, dims.clone(), Axes::default(), Root { value: node, kind });
        }
        self.plan.outputs.push(PlanOutput {
            name: output.name.clone(),
            dtype: output.dtype,
            dims,
            kept,
            into: output.into,
        });
    }

    /// Puts a root into the pass of its level and space. A store joins a pass that reduces its whole
    /// space, for that visits the elements in order too.
    fn add_root(&mut self, level: u32, space: Dims, axes: Axes, root: Root) {
        if self.fusion == Fusion::None {
            self.groups.push(Group { level, space, axes, roots: vec![root] });
            return;
        }
        let whole = (level, space.clone(), Axes::all(space.len()));
        let key = match self.by_key.contains_key(&whole) {
            true if matches!(root.kind, RootKind::Store(_)) => whole,
            _ => (level, space, axes),
        };
        let next = self.groups.len();
        let place = *self.by_key.entry(key.clone()).or_insert(next);
        if place == next {
            self.groups.push(Group { level, space: key.1, axes: key.2, roots: Vec::new() });
        }
        self.groups[place].roots.push(root);
    }

    fn add_checks(&mut self, groups: &[Group]) {
        for guard in &self.graph.guards {
            let level = self.needs[guard.node.index()];
            let after = groups.iter().take_while(|g| g.level < level).count();
            let temp = self.kept[&guard.node];
            self.plan.checks.push(Check { temp, after, kind: guard.kind, span: guard.span });
        }
    }
}

/// For each node, whether elements are taken of it that are nowhere in memory unless it is kept.
fn made_tables(graph: &Graph) -> Vec<bool> {
    let mut made = vec![false; graph.len()];
    for (_, node) in graph.nodes() {
        if let Node::Take { of, .. } = node {
            made[of.index()] = !matches!(graph.node(form::base(graph, of)), Node::Input(..));
        }
    }
    made
}

/// Whether a constraint is about a size that only counting shows.
fn is_counted(graph: &Graph, constraint: &Constraint) -> bool {
    [constraint.left, constraint.right].into_iter().any(|dim| !graph.counted_by(dim).is_empty())
}

/// For each node of one element, whether a block function stands between it and its leaves.
fn single_blocks(graph: &Graph) -> Vec<bool> {
    let mut blocky: Vec<bool> = Vec::with_capacity(graph.len());
    for (id, node) in graph.nodes() {
        let own = match form::node_form(graph, &node) {
            Some(Form::Block) => true,
            Some(Form::Lane) => node.operands().iter().any(|o| blocky[o.index()]),
            None => false,
        };
        blocky.push(own && graph.ty(id).is_single());
    }
    blocky
}
