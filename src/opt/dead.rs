//! Dead code: nodes that no output and no guard needs.

use super::rewrite::rebuild;
use crate::ir::{Graph, Node, Scalar};

/// Keeps what outputs and guards reach, and what is counted, of which only the type matters.
///
/// Constraints stay though the nodes that made them are gone. A guard whose condition is the
/// constant `False` can never fail, so it goes.
pub(super) fn run(graph: &Graph) -> Graph {
    let mut graph = graph.clone();
    let never = Node::Const(Scalar::bool(false));
    let guards = std::mem::take(&mut graph.guards);
    graph.guards = guards.into_iter().filter(|guard| graph.node(guard.node) != never).collect();
    let mut live = vec![false; graph.len()];
    let roots = graph.outputs.iter().flat_map(|o| o.planes()).chain(graph.guards.iter().map(|g| g.node));
    roots.for_each(|root| live[root.index()] = true);
    for id in graph.nodes().map(|(id, _)| id).collect::<Vec<_>>().into_iter().rev() {
        if live[id.index()] {
            graph.node(id).named().iter().for_each(|used| live[used.index()] = true);
        }
    }
    rebuild(&graph, |id| live[id.index()], &[])
}
