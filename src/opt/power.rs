//! Powers with a constant exponent.
//!
//! Which powers are constant integer powers (and that `x**0.5` is a square root) is the language's
//! business: `check` decides it, because it decides the bits. Here are only those exponents for
//! which a cheaper operation has the same bits.

use super::rewrite::rewrite;
use crate::ir::{Graph, Node, NodeId, Scalar};
use crate::op::Op;
use crate::span::Span;

pub(super) fn run(graph: &Graph) -> Graph {
    rewrite(graph, &[one, square, reciprocal, integer])
}

/// The operands of a power with a constant exponent: a float's integer power, or an integer's.
fn constant_power(graph: &Graph, node: Node) -> Option<(NodeId, Scalar)> {
    let Node::Apply(op @ (Op::Pow | Op::PowInteger), args) = node else { return None };
    let Node::Const(exponent) = graph.node(args[1]) else { return None };
    (op == Op::PowInteger || exponent.lane.is_int()).then_some((args[0], exponent))
}

fn is(exponent: Scalar, n: i8) -> bool {
    exponent.as_f64() == Some(f64::from(n)) || exponent.as_i128() == Some(i128::from(n))
}

/// `x**1` is x, of floats and integers.
fn one(graph: &mut Graph, node: Node, _: Span) -> Option<NodeId> {
    let (x, exponent) = constant_power(graph, node)?;
    is(exponent, 1).then_some(x)
}

/// `x**2` is `x*x`: both round the same real number once; integers are exact modulo 2ⁿ.
fn square(graph: &mut Graph, node: Node, span: Span) -> Option<NodeId> {
    let (x, exponent) = constant_power(graph, node)?;
    if is(exponent, 2) { graph.apply(Op::Mul, &[x, x], span).ok() } else { None }
}

/// `x**-1` of a float is `1/x`: both round the same real number once.
fn reciprocal(graph: &mut Graph, node: Node, span: Span) -> Option<NodeId> {
    let (x, exponent) = constant_power(graph, node)?;
    if exponent.as_f64() != Some(-1.0) {
        return None;
    }
    let one = graph.constant(Scalar::from_f64(exponent.lane, 1.0), span);
    graph.apply(Op::Div, &[one, x], span).ok()
}

/// An integer to a positive constant power, by squaring: at most two products a bit of the
/// exponent, exact modulo 2ⁿ as the power itself is. `x**0` is left: it has the shape of x.
fn integer(graph: &mut Graph, node: Node, span: Span) -> Option<NodeId> {
    let (x, exponent) = constant_power(graph, node)?;
    let n = u64::try_from(exponent.as_i128()?).ok().filter(|&n| n > 0)?;
    let mut result = x;
    for bit in (0..n.ilog2()).rev() {
        result = graph.apply(Op::Mul, &[result, result], span).ok()?;
        if n >> bit & 1 == 1 {
            result = graph.apply(Op::Mul, &[result, x], span).ok()?;
        }
    }
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dtype::Lane;
    use crate::scalar;

    #[rustfmt::skip]
    const FLOATS: [f64; 22] = [
        0.0, -0.0, 1.0, -1.0, 1.5, -2.5, 3.1, 0.1, 1e-3, 1e10, 1e155, -1e-155, 1e-308, 5e-324, 1.4e-45,
        3.4e38, 1.0000000001, 0.999999, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN,
    ];

    fn bits(value: Scalar) -> u64 {
        if value.as_f64().is_some_and(f64::is_nan) { u64::MAX } else { value.bits }
    }

    #[test]
    fn float_rewrites_have_the_bits_of_the_power() {
        for lane in [Lane::F32, Lane::F64] {
            let float = |x| Scalar::from_f64(lane, x);
            for x in FLOATS.map(float) {
                let power = |n| bits(scalar::apply(Op::PowInteger, &[x, float(n)]));
                assert_eq!(power(1.0), bits(x), "{x:?}");
                assert_eq!(power(2.0), bits(scalar::apply(Op::Mul, &[x, x])), "{x:?}");
                assert_eq!(power(-1.0), bits(scalar::apply(Op::Div, &[float(1.0), x])), "{x:?}");
            }
        }
    }

    /// The value of the graph's last node, where its one input has the value given.
    fn evaluate(graph: &Graph, x: Scalar) -> Option<Scalar> {
        let mut values: Vec<Scalar> = Vec::new();
        for (_, node) in graph.nodes() {
            values.push(match node {
                Node::Input(..) => x,
                Node::Const(value) => value,
                Node::Apply(op, args) => {
                    scalar::apply(op, &args.iter().map(|a| values[a.index()]).collect::<Vec<_>>())
                }
                Node::Cast(..) | Node::Count { .. } | Node::Reduce { .. } | Node::Scan { .. } => return None,
                Node::Literal(_) | Node::Text(..) => return None,
                Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } => return None,
                Node::Nonzero { .. } | Node::Take { .. } => return None,
            });
        }
        values.last().copied()
    }

    #[test]
    fn integer_rewrites_have_the_bits_of_the_power() {
        for lane in Lane::ALL.into_iter().filter(|lane| lane.is_int()) {
            for n in [1, 2, 3, 13, 63, 64, 100, 127] {
                let mut graph = Graph::new();
                let input = graph.declare("x", lane.into(), &[], false);
                let x = graph.add(Node::Input(input, crate::ir::Plane::Whole), Span::default()).unwrap();
                let n = graph.constant(Scalar::from_i128(lane, n).unwrap(), Span::default());
                let node = graph.apply(Op::Pow, &[x, n], Span::default()).unwrap();
                graph.outputs.push(crate::ir::Output {
                    name: None,
                    dtype: lane.into(),
                    node,
                    imag: None,
                    into: None,
                });
                let rewritten = crate::opt::run(graph.clone());
                assert!(rewritten.nodes().all(|(_, node)| !matches!(node, Node::Apply(Op::Pow, _))));
                for base in [0, 1, 2, 3, 7, 100, 127] {
                    let base = Scalar::from_i128(lane, base).unwrap();
                    assert_eq!(evaluate(&rewritten, base), evaluate(&graph, base), "{base:?}");
                }
            }
        }
    }
}
