//! Which operators are lane code and which are block steps.
//!
//! Lane code is what every backend can emit without a call and without a trap. All else runs as a
//! function over a block: the vector math, division of integers, shifts by a count that varies, and
//! the casts that no 128-bit instruction set does well.

use crate::dtype::Lane;
use crate::ir::{Graph, Node, NodeId};
use crate::op::Op;

/// How an operator runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// As instructions of a kernel.
    Lane,
    /// As a function over a block.
    Block,
}

/// The form of an operator; `constant_last` says whether its last operand is a constant.
pub fn apply_form(op: Op, constant_last: bool) -> Form {
    match op {
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Neg | Op::Abs | Op::Sign | Op::Sqrt => Form::Lane,
        Op::Floor | Op::Ceil | Op::Trunc | Op::Rint => Form::Lane,
        Op::Fmin | Op::Fmax | Op::Minimum | Op::Maximum | Op::Copysign => Form::Lane,
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::BitNot => Form::Lane,
        Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Eq | Op::Ne | Op::Where => Form::Lane,
        Op::IsNan | Op::IsInf | Op::IsFinite | Op::Signbit => Form::Lane,
        Op::Shl | Op::Shr if constant_last => Form::Lane,
        Op::Shl | Op::Shr => Form::Block,
        Op::FloorDiv | Op::Mod | Op::Fmod | Op::Pow | Op::PowInteger => Form::Block,
        Op::Exp | Op::Exp2 | Op::Expm1 | Op::Log | Op::Log2 | Op::Log10 | Op::Log1p => Form::Block,
        Op::Sin | Op::Cos | Op::Tan | Op::Arcsin | Op::Arccos | Op::Arctan | Op::Arctan2 => Form::Block,
        Op::Sinh | Op::Cosh | Op::Tanh | Op::Arcsinh | Op::Arccosh | Op::Arctanh => Form::Block,
        Op::Gcd | Op::Lcm | Op::Nextafter | Op::Mantissa | Op::Exponent => Form::Block,
        Op::Hypot | Op::Cbrt | Op::Erf | Op::Erfc | Op::Erfinv | Op::Gamma | Op::Gammaln => Form::Block,
    }
}

/// The form of a cast.
pub fn cast_form(from: Lane, to: Lane) -> Form {
    let wide_int = |lane| matches!(lane, Lane::I64 | Lane::U64);
    match (from, to) {
        // Half precision is only loaded and stored by lane code.
        (Lane::F16, _) | (_, Lane::F16) => Form::Block,
        // One rounding, which no instruction gives.
        (Lane::I64 | Lane::U64, Lane::F32) => Form::Block,
        (Lane::F64, to) if to.is_int() => Form::Block,
        (Lane::F32, to) if wide_int(to) => Form::Block,
        (_, _) => Form::Lane,
    }
}

/// The lane type of a node.
pub(super) fn lane(graph: &Graph, node: NodeId) -> Lane {
    graph.ty(node).dtype.lane().expect("only text has no lanes, and it has steps of its own")
}

/// The node whose value a pass reads for this one: a broadcast value is the value itself, and so are views of a
/// constant.
pub(super) fn alias(graph: &Graph, node: NodeId) -> NodeId {
    let mut at = node;
    while let Node::Broadcast { of, .. } = graph.node(at) {
        at = of;
    }
    let base = base(graph, at);
    if matches!(graph.node(base), Node::Const(_) | Node::Literal(_) | Node::Count { .. }) { base } else { at }
}

/// Whether a node's elements are an input's, or one number that is known without a pass.
pub(super) fn lies_somewhere(graph: &Graph, node: NodeId) -> bool {
    matches!(graph.node(base(graph, node)), Node::Input(..)) || matches!(graph.node(node), Node::Count { .. })
}

/// What a chain of views is of.
pub(super) fn base(graph: &Graph, node: NodeId) -> NodeId {
    let mut at = node;
    while let Node::View { of, .. } = graph.node(at) {
        at = of;
    }
    at
}

/// Whether a node is lane code, a block function, or (`None`) neither.
pub(super) fn node_form(graph: &Graph, node: &Node) -> Option<Form> {
    match node {
        Node::Apply(op, args) => {
            let constant = args.last().is_some_and(|&a| matches!(graph.node(a), Node::Const(_)));
            Some(apply_form(*op, constant))
        }
        Node::Cast(to, _) if to.is_text() => Some(Form::Block),
        Node::Text(..) => Some(Form::Block),
        Node::Cast(to, of) => {
            Some(cast_form(lane(graph, *of), to.lane().expect("a cast of lanes is to a lane")))
        }
        // Numbers of elements are data, so this is no lane code.
        Node::Take { .. } => Some(Form::Block),
        Node::Input(..) | Node::Const(_) | Node::Literal(_) | Node::Count { .. } | Node::Reduce { .. } => {
            None
        }
        Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } | Node::Nonzero { .. } => None,
        Node::Scan { .. } => None,
    }
}
