//! Graph to graph: rewrites that keep every bit of every result.
//!
//! [`run`] applies the passes in the order of one list. Each rewrite is one named function with
//! the reason why it is exact, and cases in `tests/corpus/opt` where it fires and where it must not.
//! What could change a bit (`x*1`, `x+0`, reassociation) is not here.
//!
//! A pass never changes a graph: it builds another through `rewrite`, operands before users, and
//! the verifier checks the outcome in debug builds. Declarations, constraints, guards and ranges
//! stay whatever happens to the nodes: a formula that must fail still fails.

mod dead;
mod divide;
mod fold;
mod power;
mod rewrite;

use crate::ir::{Graph, verify};

/// What a pass is.
type Pass = fn(&Graph) -> Graph;

/// The passes, in the order in which they run.
const PASSES: [(&str, Pass); 4] =
    [("fold", fold::run), ("divide", divide::run), ("power", power::run), ("dead", dead::run)];

/// Optimises a graph. The result computes the same bits.
pub fn run(graph: Graph) -> Graph {
    let mut graph = graph;
    for (name, pass) in PASSES {
        graph = pass(&graph);
        if cfg!(debug_assertions) {
            let verdict = verify(&graph);
            assert!(verdict.is_ok(), "the pass `{name}` broke the graph: {verdict:?}\n{graph}");
        }
    }
    graph
}
