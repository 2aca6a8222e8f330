//! Constant folding: what constants give is computed now, by the operators' own meaning.

use super::rewrite::rewrite;
use crate::dtype::Lane;
use crate::ir::{Dim, Graph, Node, NodeId, Scalar};
use crate::scalar;
use crate::span::Span;
use smallvec::SmallVec;

pub(super) fn run(graph: &Graph) -> Graph {
    rewrite(graph, &[operator, cast, count])
}

fn constant(graph: &Graph, id: NodeId) -> Option<Scalar> {
    match graph.node(id) {
        Node::Const(value) => Some(value),
        Node::Input(..) | Node::Count { .. } | Node::Apply(..) | Node::Cast(..) => None,
        Node::Reduce { .. } | Node::Scan { .. } => None,
        Node::Literal(_) | Node::Text(..) => None,
        Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } => None,
        Node::Nonzero { .. } | Node::Take { .. } => None,
    }
}

/// An operator of constants: the reference evaluator would compute the same by the same function.
/// Only where all operands are constant: `0*x` is not 0 if x is NaN.
fn operator(graph: &mut Graph, node: Node, span: Span) -> Option<NodeId> {
    let Node::Apply(op, args) = node else { return None };
    let args: SmallVec<[Scalar; 3]> = args.iter().map(|&arg| constant(graph, arg)).collect::<Option<_>>()?;
    Some(graph.constant(scalar::apply(op, &args), span))
}

/// A cast of a constant.
fn cast(graph: &mut Graph, node: Node, span: Span) -> Option<NodeId> {
    let Node::Cast(to, of) = node else { return None };
    let value = scalar::cast(to.lane()?, constant(graph, of)?);
    Some(graph.constant(value, span))
}

/// A count along axes that all have size 1, or along none, is 1.
fn count(graph: &mut Graph, node: Node, span: Span) -> Option<NodeId> {
    let Node::Count { of, axes } = node else { return None };
    let dims = &graph.ty(of).dims;
    let is_one = dims.iter().enumerate().all(|(axis, &dim)| dim == Dim::One || !axes.contains(axis));
    let one = Scalar::from_i128(Lane::I64, 1)?;
    is_one.then(|| graph.constant(one, span))
}
