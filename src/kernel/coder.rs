//! The lane code of one kernel, written node by node.

use super::code::{Access, Inst, Kernel, Operand, Stored, Value};
use super::form::{alias, lane};
use super::pass::Builder;
use super::plan::{PassSource, Place, Source};
use crate::dtype::Lane;
use crate::ir::{Node, NodeId, Plane, Scalar};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// The code of one kernel as it is written.
pub(super) struct Coder<'b, 'g> {
    pub(super) builder: &'b mut Builder<'g>,
    pub(super) kernel: Kernel,
    pub(super) reads: Vec<Place>,
    pub(super) values: FxHashMap<NodeId, Value>,
}

impl Coder<'_, '_> {
    /// Writes the values of one node, or of the parts of complex elements.
    pub(super) fn store(&mut self, nodes: &[NodeId]) {
        let values: SmallVec<[Value; 2]> =
            nodes.iter().map(|&node| self.value(alias(self.builder.graph, node))).collect();
        self.kernel.stores.push(match values[..] {
            [re, im] => Stored::Pair([re, im]),
            _ => Stored::Whole(values[0]),
        });
    }

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
        if self.builder.computed.contains(&node) {
            let slot = self.builder.slot(node);
            let operand = self.operand(Place::Slot(slot), lane, Access::Contiguous);
            return self.push(Inst::Load(operand), lane);
        }
        let found = self.builder.pass_source(node);
        if let Some((elements, plane)) = self.elements(&found) {
            let place = Place::Source(self.builder.add_source(elements));
            let operand = self.operand(place, lane, Access::Pair);
            let load = if plane == Plane::Imag { Inst::LoadImag(operand) } else { Inst::Load(operand) };
            return self.push(load, lane);
        }
        let access = if found.is_single() { Access::Scalar } else { Access::Contiguous };
        let place = Place::Source(self.builder.add_source(found));
        let operand = self.operand(place, lane, access);
        self.push(Inst::Load(operand), lane)
    }

    /// The complex elements of which a source is a part, and which part it is. One element is two operands.
    fn elements(&self, part: &PassSource) -> Option<(PassSource, Plane)> {
        match part.source {
            Source::Input(input, plane @ (Plane::Real | Plane::Imag)) if !part.is_single() => {
                let source = Source::Input(input, Plane::Whole);
                let dtype = self.builder.graph.inputs[input.index()].ty.dtype;
                Some((PassSource { source, dtype, ..part.clone() }, plane))
            }
            Source::Input(..) | Source::Temp(_) | Source::Count(_) | Source::Index(..) => None,
        }
    }

    /// The number of the operand at that place.
    fn operand(&mut self, place: Place, lane: Lane, access: Access) -> u32 {
        // Only the parts of complex elements share one.
        let known = if access == Access::Pair { self.reads.iter().position(|&p| p == place) } else { None };
        let number = known.unwrap_or_else(|| {
            self.reads.push(place);
            self.kernel.operands.push(Operand { lane, access });
            self.reads.len() - 1
        });
        number as u32
    }
}
