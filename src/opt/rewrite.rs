//! The driver that the passes share.

use crate::ir::{Graph, Guard, Node, NodeId, Output};
use crate::span::Span;

/// A rewrite: given a node whose operands are already those of the new graph, the node that has its
/// value, or `None` to leave it as it is.
pub(super) type Rule = fn(&mut Graph, Node, Span) -> Option<NodeId>;

/// Builds the graph anew, each node through the first of the rules that fires.
pub(super) fn rewrite(graph: &Graph, rules: &[Rule]) -> Graph {
    rebuild(graph, |_| true, rules)
}

/// Builds the graph anew from the nodes to keep. A kept node's operands must be kept too.
pub(super) fn rebuild(graph: &Graph, keep: impl Fn(NodeId) -> bool, rules: &[Rule]) -> Graph {
    let mut built = graph.declarations();
    let mut moved: Vec<Option<NodeId>> = Vec::with_capacity(graph.len());
    let now = |moved: &[Option<NodeId>], id: NodeId| moved[id.index()].expect("what is used is kept");
    for (id, node) in graph.nodes() {
        let place = keep(id).then(|| {
            let (node, span) = (node.map(|operand| now(&moved, operand)), graph.span(id));
            let rewritten = rules.iter().find_map(|rule| rule(&mut built, node, span));
            rewritten.unwrap_or_else(|| built.add(node, span).expect("it had a type in the old graph"))
        });
        debug_assert!(place.is_none_or(|new| same_type(graph, id, &built, new)), "a rewrite changed a type");
        moved.push(place);
    }
    let guards = graph.guards.iter();
    built.guards = guards.map(|&guard| Guard { node: now(&moved, guard.node), ..guard }).collect();
    let outputs = graph.outputs.iter();
    built.outputs = outputs
        .map(|output| Output {
            node: now(&moved, output.node),
            imag: output.imag.map(|imag| now(&moved, imag)),
            ..output.clone()
        })
        .collect();
    built
}

fn same_type(old: &Graph, id: NodeId, new: &Graph, moved: NodeId) -> bool {
    let (before, after) = (old.ty(id), new.ty(moved));
    before.dtype == after.dtype && new.canonical(&before.dims) == new.canonical(&after.dims)
}
