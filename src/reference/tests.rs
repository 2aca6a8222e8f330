//! The evaluator against results worked out by hand and by other arithmetic.

use super::{Error, Value, eval};
use crate::dtype::{DType, Lane};
use crate::ir::{Axes, Graph, Guard, GuardKind, Node, NodeId, Output, Plane, Scalar};
use crate::op::{Op, Reduction};
use crate::shape::Shape;
use crate::span::Span;

const AT: Span = Span { start: 2, end: 5 };

/// A graph with inputs of the dtype and of as many axes as each `ones` says.
fn graph(dtype: DType, inputs: &[&[bool]]) -> (Graph, Vec<NodeId>) {
    let mut graph = Graph::new();
    let declared: Vec<_> = inputs.iter().map(|ones| graph.declare("x", dtype, ones, false)).collect();
    let nodes = declared.iter().map(|&id| graph.add(Node::Input(id, Plane::Whole), AT).unwrap()).collect();
    (graph, nodes)
}

fn run(mut graph: Graph, node: NodeId, inputs: &[Value]) -> Result<Value, Error> {
    graph.outputs.push(Output { name: None, dtype: graph.ty(node).dtype, node, imag: None, into: None });
    eval(&graph, inputs).map(|mut outputs| outputs.remove(0))
}

fn reduced(op: Reduction, of: &Value, axes: u64, keepdims: bool) -> Result<Value, Error> {
    let ones: Vec<bool> = of.shape.iter().map(|&size| size == 1).collect();
    let (mut graph, x) = graph(of.lane.into(), &[&ones]);
    let node = graph.add(Node::Reduce { op, of: x[0], imag: None, axes: Axes(axes), keepdims }, AT).unwrap();
    run(graph, node, std::slice::from_ref(of))
}

#[test]
fn operands_broadcast() {
    let (mut graph, x) = graph(DType::I64, &[&[false, true], &[false]]);
    let node = graph.apply(Op::Sub, &x, AT).unwrap();
    let inputs = [Value::from_i64s(&[2, 1], &[10, 20]), Value::from_i64s(&[3], &[1, 2, 3])];
    assert_eq!(run(graph, node, &inputs), Ok(Value::from_i64s(&[2, 3], &[9, 8, 7, 19, 18, 17])));
}

#[test]
fn sizes_that_differ_are_located() {
    let (mut graph, x) = graph(DType::F64, &[&[false], &[false]]);
    let node = graph.apply(Op::Add, &x, AT).unwrap();
    let inputs = [Value::from_f64s(&[2], &[1.0, 2.0]), Value::from_f64s(&[3], &[1.0; 3])];
    assert_eq!(run(graph.clone(), node, &inputs), Err(Error::Sizes { left: 2, right: 3, span: AT }));
    assert_eq!(run(graph, node, &inputs[..1]), Err(Error::InputCount { declared: 2, given: 1 }));
}

#[test]
fn inputs_must_be_as_declared() {
    let (graph, x) = graph(DType::F64, &[&[true]]);
    let error = |given| matches!(run(graph.clone(), x[0], &[given]), Err(Error::Input(_)));
    assert!(error(Value::from_f64s(&[2], &[1.0, 2.0])));
    assert!(error(Value::from_f32s(&[1], &[1.0])));
    assert!(error(Value::from_f64s(&[], &[1.0])));
    assert!(error(Value::from_f64s(&[1], &[])));
    assert!(!error(Value::from_f64s(&[1], &[1.0])));
}

#[test]
fn a_guard_that_holds_is_an_error() {
    let (mut graph, x) = graph(DType::Bool, &[&[]]);
    graph.guards.push(Guard { node: x[0], kind: GuardKind::NegativePower, span: AT });
    let error = Error::Guard { kind: GuardKind::NegativePower, span: AT };
    assert_eq!(run(graph.clone(), x[0], &[Value::from_bools(&[], &[true])]), Err(error));
    assert!(run(graph, x[0], &[Value::from_bools(&[], &[false])]).is_ok());
}

#[test]
fn casts_counts_and_constants() {
    let (mut graph, x) = graph(DType::I32, &[&[false, false]]);
    let count = graph.add(Node::Count { of: x[0], axes: Axes(0b10) }, AT).unwrap();
    let half = graph.constant(Scalar::from_f64(Lane::F64, 0.5), AT);
    let float = graph.cast(count, DType::F64, AT).unwrap();
    let node = graph.apply(Op::Mul, &[float, half], AT).unwrap();
    let input = Value::from_i32s(&[2, 3], &[0; 6]);
    assert_eq!(run(graph.clone(), node, std::slice::from_ref(&input)), Ok(Value::from_f64s(&[], &[1.5])));
    let complex = graph.cast(x[0], DType::C64, AT).unwrap();
    assert_eq!(run(graph, complex, &[input]), Err(Error::DType { dtype: DType::C64, span: AT }));
}

#[test]
fn reductions_keep_the_other_axes() {
    let of = Value::from_i64s(&[2, 3, 2], &(1..=12).collect::<Vec<_>>());
    let sum = |axes, keepdims| reduced(Reduction::Sum, &of, axes, keepdims).unwrap();
    assert_eq!(sum(0b010, false), Value::from_i64s(&[2, 2], &[9, 12, 27, 30]));
    assert_eq!(sum(0b101, false), Value::from_i64s(&[3], &[18, 26, 34]));
    assert_eq!(sum(0b101, true).shape, Shape::from_slice(&[1, 3, 1]));
    assert_eq!(sum(0b111, false), Value::from_i64s(&[], &[78]));
    assert_eq!(sum(0, false), of);
    let argmax = reduced(Reduction::ArgMax, &of, 0b110, false).unwrap();
    assert_eq!(argmax, Value::from_i64s(&[2], &[5, 5]));
}

#[test]
fn reductions_of_nothing() {
    let empty = Value::from_f64s(&[0, 2], &[]);
    let single = |op| reduced(op, &empty, 0b01, false);
    assert_eq!(single(Reduction::Sum), Ok(Value::from_f64s(&[2], &[0.0; 2])));
    assert_eq!(single(Reduction::Prod), Ok(Value::from_f64s(&[2], &[1.0; 2])));
    assert_eq!(single(Reduction::All), Ok(Value::from_bools(&[2], &[true; 2])));
    for op in [Reduction::Min, Reduction::Max, Reduction::ArgMin, Reduction::ArgMax] {
        assert_eq!(single(op), Err(Error::Empty { op, span: AT }));
        assert_eq!(reduced(op, &empty, 0b10, false).unwrap().shape.as_slice(), [0]);
    }
}

#[test]
fn nan_wins_extrema() {
    let of = Value::from_f64s(&[5], &[1.0, f64::NAN, -3.0, f64::NAN, 9.0]);
    for op in [Reduction::Min, Reduction::Max] {
        assert!(f64::from_bits(reduced(op, &of, 1, false).unwrap().data[0]).is_nan());
    }
    for op in [Reduction::ArgMin, Reduction::ArgMax] {
        assert_eq!(reduced(op, &of, 1, false), Ok(Value::from_i64s(&[], &[1])));
    }
}

/// The inner tree, written as plain float arithmetic.
fn inner_sum(x: &[f64]) -> f64 {
    let chunk = |chunk: &[f64]| {
        let lane = |l: usize| chunk.iter().skip(l).step_by(16).fold(0.0, |a, x| a + x);
        let eight: Vec<f64> = (0..8).map(|l| lane(l) + lane(l + 8)).collect();
        let four: Vec<f64> = (0..4).map(|l| eight[l] + eight[l + 4]).collect();
        (four[0] + four[2]) + (four[1] + four[3])
    };
    let v: Vec<f64> = x.chunks(256).map(chunk).collect();
    assert_eq!(v.len(), 7);
    ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + v[6])
}

#[test]
fn sums_follow_the_tree() {
    let numbers: Vec<f64> = (0..1600).map(|i| 1.0 / f64::from(i + 1)).collect();
    let inner = reduced(Reduction::Sum, &Value::from_f64s(&[1600, 1], &numbers), 0b01, false).unwrap();
    assert_eq!(inner.data, [inner_sum(&numbers).to_bits()]);

    // Two columns, the second of zeros, so that the reduced axis is not the last.
    let columns: Vec<f64> = numbers.iter().flat_map(|&x| [x, 0.0]).collect();
    let outer = reduced(Reduction::Sum, &Value::from_f64s(&[1600, 2], &columns), 0b01, false).unwrap();
    let mut level: Vec<f64> = numbers.chunks(16).map(|c| c.iter().fold(0.0, |a, x| a + x)).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| pair.iter().copied().reduce(|a, b| a + b).unwrap()).collect();
    }
    assert_eq!(outer.data, [level[0].to_bits(), 0.0f64.to_bits()]);
    assert_ne!(inner.data[0], outer.data[0]);

    let negative_zeros = Value::from_f64s(&[3], &[-0.0; 3]);
    assert_eq!(reduced(Reduction::Sum, &negative_zeros, 1, false), Ok(Value::from_f64s(&[], &[0.0])));
}
