//! The steps of text: an operator each, and a copy for each store that none of them makes.

use super::form::alias;
use super::pass::Builder;
use super::plan::{Place, Step, TextArg, TextFrom};
use crate::ir::{Node, NodeId};
use crate::text::Function;
use smallvec::SmallVec;

impl Builder<'_> {
    /// Adds the step of an operator on text or of a cast to it; false for anything else.
    pub(super) fn emit_text(&mut self, node: NodeId) -> bool {
        let (function, operands) = match self.graph.node(node) {
            Node::Text(op, _) => (Function::Apply(op), self.operands(node)),
            Node::Cast(to, _) if to.is_text() => (Function::Cast, self.operands(node)),
            Node::Input(..) | Node::Const(_) | Node::Literal(_) | Node::Count { .. } => return false,
            Node::Apply(..) | Node::Cast(..) => return false,
            Node::Reduce { .. } | Node::Scan { .. } => return false,
            Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } => return false,
            Node::Nonzero { .. } | Node::Take { .. } => return false,
        };
        let args: SmallVec<[TextArg; 3]> = operands.iter().map(|&operand| self.text_arg(operand)).collect();
        let (dest, result) = (self.dest(node), self.graph.ty(node).dtype);
        self.pass.steps.push(Step::Text { function, args, dest, result });
        true
    }

    /// Adds the copies to the stores of values that stand elsewhere.
    pub(super) fn emit_copies(&mut self) {
        for (node, store) in std::mem::take(&mut self.copies) {
            let (arg, result) = (self.text_arg(alias(self.graph, node)), self.graph.ty(node).dtype);
            let (args, dest) = (smallvec::smallvec![arg], Place::Store(store));
            self.pass.steps.push(Step::Text { function: Function::Cast, args, dest, result });
        }
    }

    fn text_arg(&mut self, node: NodeId) -> TextArg {
        let dtype = self.graph.ty(node).dtype;
        TextArg { dtype, from: self.text_from(node) }
    }

    fn text_from(&mut self, node: NodeId) -> TextFrom {
        if self.computed.contains(&node) {
            return TextFrom::Block(Place::Slot(self.slot(node)));
        }
        match self.graph.node(node) {
            Node::Literal(id) => TextFrom::Constant(self.graph.literal_of(id).memory().into()),
            // The condition of a choice.
            Node::Const(value) => TextFrom::Constant([u8::from(value.bits != 0)].into()),
            Node::Input(..)
            | Node::Count { .. }
            | Node::Apply(..)
            | Node::Text(..)
            | Node::Cast(..)
            | Node::Scan { .. }
            | Node::View { .. }
            | Node::Index { .. }
            | Node::Broadcast { .. }
            | Node::Nonzero { .. }
            | Node::Take { .. }
            | Node::Reduce { .. } => {
                let source = self.source(node);
                match self.pass.sources[source as usize].is_single() {
                    true => TextFrom::One(source),
                    false => TextFrom::Block(Place::Source(source)),
                }
            }
        }
    }
}
