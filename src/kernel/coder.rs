//! The lane code of one kernel, written node by node.

use super::code::{Access, Inst, Kernel, Operand, Value};
use super::form::{alias, lane};
use super::pass::Builder;
use super::plan::Place;
use crate::dtype::Lane;
use crate::ir::{Node, NodeId, Scalar};
use rustc_hash::FxHashMap;

/// The code of one kernel as it is written.
pub(super) struct Coder<'b, 'g> {
    pub(super) builder: &'b mut Builder<'g>,
    pub(super) kernel: Kernel,
    pub(super) reads: Vec<Place>,
    pub(super) values: FxHashMap<NodeId, Value>,
}

impl Coder<'_, '_> {
    fn push(&mut self, inst: Inst, lane: Lane) -> Value {
        self.kernel.body.push((inst, lane));
        Value(self.kernel.body.len() as u32 - 1)
    }

    pub(super) fn compute(&mut self, node: NodeId) {
        let lane = lane(self.builder.graph, node);
        let inst = match self.builder.graph.node(node) {
            Node::Apply(op, args) => Inst::Apply(op, args.iter().map(|&a| self.value(a)).collect()),
            Node::Cast(_, of) => Inst::Cast(self.value(of)),
            Node::Input(..)
            | Node::Const(_)
            | Node::Count { .. }
            | Node::Reduce { .. }
            | Node::Scan { .. } => {
                unreachable!("only operators and casts are lane code")
            }
            Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } => {
                unreachable!("only operators and casts are lane code")
            }
            Node::Nonzero { .. } | Node::Take { .. } => {
                unreachable!("only operators and casts are lane code")
            }
            Node::Literal(_) | Node::Text(..) => unreachable!("no kernel touches text"),
        };
        let value = self.push(inst, lane);
        self.values.insert(node, value);
    }

    /// The value of a node in this kernel, loading it if it comes from elsewhere.
    pub(super) fn value(&mut self, node: NodeId) -> Value {
        let node = alias(self.builder.graph, node);
        if let Some(&value) = self.values.get(&node) {
            return value;
        }
        let lane = lane(self.builder.graph, node);
        let value = match self.builder.graph.node(node) {
            Node::Const(scalar) => self.constant(scalar),
            Node::Input(..) | Node::Count { .. } | Node::Apply(..) | Node::Cast(..) => self.load(node, lane),
            Node::Reduce { .. } | Node::Scan { .. } => self.load(node, lane),
            // Its result may be a bool or an integer.
            Node::Text(..) => self.load(node, lane),
            Node::Literal(_) => unreachable!("no kernel touches text"),
            Node::View { .. } | Node::Index { .. } | Node::Nonzero { .. } => self.load(node, lane),
            Node::Broadcast { .. } | Node::Take { .. } => self.load(node, lane),
        };
        self.values.insert(node, value);
        value
    }

    fn constant(&mut self, scalar: Scalar) -> Value {
        self.push(Inst::Const(scalar), scalar.lane)
    }

    fn load(&mut self, node: NodeId, lane: Lane) -> Value {
        let (place, access) = if self.builder.computed.contains(&node) {
            (Place::Slot(self.builder.slot(node)), Access::Contiguous)
        } else {
            let source = self.builder.source(node);
            let single = self.builder.pass.sources[source as usize].is_single();
            (Place::Source(source), if single { Access::Scalar } else { Access::Contiguous })
        };
        self.reads.push(place);
        self.kernel.operands.push(Operand { lane, access });
        self.push(Inst::Load(self.reads.len() as u32 - 1), lane)
    }
}
