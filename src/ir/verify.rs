//! What every stage may rely on in a [`Graph`], and what proves it.
//!
//! - Operands stand before the nodes that use them, and no two nodes are equal.
//! - Every node has the dtype and the dimensions that follow from its operands, and that dtype is a
//!   lane's or text. Only an input that nobody reads may have another.
//! - Only text operators and casts to text have text operands, all of one kind but for a cast's.
//! - An operator has as many operands as its row has parameters. They have been cast to one dtype,
//!   one that the row's rule computes in: `/` and the functions of floats never see integers, bit
//!   operations never see floats, `where` has a bool condition.
//! - The second operand of a constant integer power is a constant, an integer of at most 2³¹.
//! - `sum` and `prod` have the dtype that they accumulate in, `any` and `all` have bools, `argmin`
//!   and `argmax` reduce one axis or all, deviations are summed in f64.
//! - Axes are axes of the operand. What is scanned along none of them has one, of all its elements.
//! - Broadcasting meets only dimensions that are equal or constrained to be.
//! - A view takes of each axis of its operand what its rule says, and is of nothing elementwise.
//! - Numbers of elements are i64s, masks bools.
//! - A guard is a bool without axes. A weak input has no axes and is an i64, f64 or c128; what must fit an
//!   integer dtype is a weak i64. Guards and outputs are nodes of the graph.
//!
//! What it does not check: that the graph means what the formula said.

use super::graph::{Graph, Output};
use super::node::{Axes, Dim, Node, NodeId, Plane, Type};
use super::text::{cast_exists, text_dtype, width};
use crate::dtype::{DType, Kind};
use crate::op::{BoolAs, Op, Reduction, Rule};
use rustc_hash::FxHashSet;
use std::fmt;

/// Which part of the contract is broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// A node uses a node that does not stand before it, or something names a node that is none.
    Operand,
    /// Two nodes are equal.
    Duplicate,
    /// A dtype is not one that its place allows.
    DType,
    /// The dimensions do not follow from the operands'.
    Dims,
    /// The number of operands is not the operator's.
    Arity,
    /// An exponent is not a constant integer.
    Exponent,
    /// An axis is not one of the operand's, or there are too many of them.
    Axes,
}

/// What breaks it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The input of that index.
    Input(usize),
    /// The node.
    Node(NodeId),
    /// The guard of that index.
    Guard(usize),
    /// The range of that index.
    WeakFit(usize),
    /// The output of that index.
    Output(usize),
}

/// A broken contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// What breaks it.
    pub place: Place,
    /// Which part.
    pub fault: Fault,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {:?}", self.place, self.fault)
    }
}

impl std::error::Error for VerifyError {}

/// Checks the whole contract.
///
/// # Errors
/// The first place that breaks it.
pub fn verify(graph: &Graph) -> Result<(), VerifyError> {
    let at = |place| move |fault| VerifyError { place, fault };
    for (i, input) in graph.inputs.iter().enumerate() {
        let is_weak_type =
            matches!(input.ty.dtype, DType::I64 | DType::F64 | DType::C128) && input.ty.dims.is_empty();
        require(!input.weak || is_weak_type, Fault::DType).map_err(at(Place::Input(i)))?;
    }
    let mut seen = FxHashSet::default();
    for (id, node) in graph.nodes() {
        let distinct = require(seen.insert(node), Fault::Duplicate);
        distinct.and_then(|()| verify_node(graph, id, node)).map_err(at(Place::Node(id)))?;
    }
    for (i, guard) in graph.guards.iter().enumerate() {
        verify_guard(graph, guard.node).map_err(at(Place::Guard(i)))?;
    }
    for (i, fit) in graph.weak_fits.iter().enumerate() {
        let input = graph.inputs.get(fit.input.index());
        let is_weak_int = input.is_some_and(|d| d.weak && d.ty.dtype == DType::I64);
        require(is_weak_int && fit.dtype.is_int(), Fault::DType).map_err(at(Place::WeakFit(i)))?;
    }
    for (i, output) in graph.outputs.iter().enumerate() {
        verify_output(graph, output).map_err(at(Place::Output(i)))?;
    }
    Ok(())
}

fn require(holds: bool, fault: Fault) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(fault) }
}

fn verify_output(graph: &Graph, output: &Output) -> Result<(), Fault> {
    require(output.planes().all(|plane| plane.index() < graph.len()), Fault::Operand)?;
    let due = output.dtype.part().unwrap_or(output.dtype.stored());
    require(output.planes().all(|plane| graph.ty(plane).dtype == due), Fault::DType)?;
    require(output.imag.is_some() == output.dtype.part().is_some(), Fault::Arity)?;
    let dims = |plane| graph.canonical(&graph.ty(plane).dims);
    require(output.imag.is_none_or(|imag| dims(imag) == dims(output.node)), Fault::Dims)?;
    let Some(input) = output.into else { return Ok(()) };
    let written = graph.inputs.get(input.index()).map(|declared| &declared.ty);
    require(written.is_some_and(|ty| ty.dtype == output.dtype), Fault::DType)?;
    require(written.is_some_and(|ty| graph.canonical(&ty.dims) == dims(output.node)), Fault::Dims)
}

fn verify_guard(graph: &Graph, node: NodeId) -> Result<(), Fault> {
    require(node.index() < graph.len(), Fault::Operand)?;
    require(*graph.ty(node) == Type::scalar(DType::Bool), Fault::DType)
}

fn verify_node(graph: &Graph, id: NodeId, node: Node) -> Result<(), Fault> {
    let ty = graph.ty(id);
    require(ty.dtype.lane().is_some() || ty.dtype.is_text(), Fault::DType)?;
    require(node.named().iter().all(|&operand| operand < id), Fault::Operand)?;
    match node {
        Node::Input(input, plane) => {
            let decl = graph.inputs.get(input.index()).ok_or(Fault::Operand)?;
            let due = match plane {
                Plane::Whole => Some(decl.ty.dtype.stored()),
                Plane::Real | Plane::Imag => decl.ty.dtype.part(),
            };
            require(due == Some(ty.dtype), Fault::DType)?;
            same_dims(graph, &ty.dims, &decl.ty.dims)
        }
        Node::Const(value) => {
            require(DType::from(value.lane) == ty.dtype, Fault::DType)?;
            require(ty.dims.is_empty(), Fault::Dims)
        }
        Node::Literal(id) => {
            let literal = graph.literals.get(id.index()).ok_or(Fault::Operand)?;
            require(literal.dtype == ty.dtype && ty.dtype.is_text(), Fault::DType)?;
            require(literal.characters.len() as u64 <= width(ty.dtype), Fault::DType)?;
            require(ty.dims.is_empty(), Fault::Dims)
        }
        Node::Count { of, axes } => {
            require(*ty == Type::scalar(DType::I64), Fault::DType)?;
            verify_axes(graph, of, axes)
        }
        Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } => verify_placed(graph, ty, node),
        Node::Nonzero { .. } | Node::Take { .. } => verify_placed(graph, ty, node),
        Node::Cast(dtype, of) => {
            require(dtype == ty.dtype && cast_exists(graph.ty(of).dtype, dtype), Fault::DType)?;
            same_dims(graph, &ty.dims, &graph.ty(of).dims)
        }
        Node::Apply(op, args) => verify_apply(graph, ty, op, &args),
        Node::Text(op, args) => {
            let dtypes: Vec<DType> = args.iter().map(|&arg| graph.ty(arg).dtype).collect();
            require(text_dtype(op, &dtypes) == Ok(ty.dtype), Fault::DType)?;
            verify_broadcast(graph, ty, &args)
        }
        Node::Reduce { .. } => verify_reduction(graph, ty, node),
        Node::Scan { of, axis, .. } => {
            let of = graph.ty(of);
            require(ty.dtype == of.dtype, Fault::DType)?;
            require(axis.is_none_or(|axis| (axis as usize) < of.dims.len()), Fault::Axes)?;
            match axis {
                Some(_) => same_dims(graph, &ty.dims, &of.dims),
                None => same_dims(graph, &ty.dims, graph.product_of(&of.dims).as_slice()),
            }
        }
    }
}

/// A node that is about places, not values.
fn verify_placed(graph: &Graph, ty: &Type, node: Node) -> Result<(), Fault> {
    match node {
        Node::View { of, view } => {
            require(ty.dtype == graph.ty(of).dtype, Fault::DType)?;
            require(graph.is_view_of(&graph.ty(of).dims, graph.view(view)), Fault::Dims)?;
            same_dims(graph, &ty.dims, &graph.view(view).dims)?;
            // What is elementwise is viewed at its operands.
            let elementwise = matches!(
                graph.node(of),
                Node::Apply(..) | Node::Text(..) | Node::Cast(..) | Node::Broadcast { .. }
            );
            require(!elementwise, Fault::Operand)
        }
        Node::Index { shape, along } => {
            require(ty.dtype == DType::I64, Fault::DType)?;
            require(along.0 & !Axes::all(ty.dims.len()).0 == 0, Fault::Axes)?;
            same_dims(graph, &ty.dims, graph.shape(shape))
        }
        Node::Broadcast { of, like } => {
            require(ty.dtype == graph.ty(of).dtype, Fault::DType)?;
            verify_broadcast(graph, ty, &[of, like])
        }
        Node::Nonzero { mask, dim } => {
            require(graph.ty(mask).dtype == DType::Bool && ty.dtype == DType::I64, Fault::DType)?;
            let entry = graph.dims().nth(dim.index()).ok_or(Fault::Dims)?;
            same_dims(graph, &ty.dims, &[if entry.one { Dim::One } else { Dim::Size(dim) }])
        }
        Node::Take { of, at } => {
            require(ty.dtype == graph.ty(of).dtype && graph.ty(at).dtype == DType::I64, Fault::DType)?;
            same_dims(graph, &ty.dims, &graph.ty(at).dims)
        }
        Node::Input(..) | Node::Const(_) | Node::Count { .. } | Node::Apply(..) => Ok(()),
        Node::Cast(..) | Node::Reduce { .. } | Node::Scan { .. } => Ok(()),
        Node::Literal(_) | Node::Text(..) => Ok(()),
    }
}

fn same_dims(graph: &Graph, found: &[Dim], due: &[Dim]) -> Result<(), Fault> {
    require(graph.canonical(found) == graph.canonical(due), Fault::Dims)
}

fn verify_axes(graph: &Graph, of: NodeId, axes: Axes) -> Result<(), Fault> {
    require(axes.0 & !Axes::all(graph.ty(of).dims.len()).0 == 0, Fault::Axes)
}

fn verify_reduction(graph: &Graph, ty: &Type, node: Node) -> Result<(), Fault> {
    let Node::Reduce { op, of, imag, axes, keepdims } = node else { return Ok(()) };
    verify_axes(graph, of, axes)?;
    verify_reduced_dtype(graph, ty, op, of, axes)?;
    require(imag.is_some() == op.is_complex(), Fault::Arity)?;
    if let Some(imag) = imag {
        require(graph.ty(imag).dtype == graph.ty(of).dtype, Fault::DType)?;
        same_dims(graph, &graph.ty(imag).dims, &graph.ty(of).dims)?;
    }
    let kept = graph.ty(of).dims.iter().enumerate();
    let kept = kept.filter_map(|(k, &d)| match axes.contains(k) {
        false => Some(d),
        true => keepdims.then_some(Dim::One),
    });
    same_dims(graph, &ty.dims, &kept.collect::<Vec<_>>())
}

fn verify_reduced_dtype(
    graph: &Graph,
    ty: &Type,
    op: Reduction,
    of: NodeId,
    axes: Axes,
) -> Result<(), Fault> {
    let dtype = graph.ty(of).dtype;
    require(!dtype.is_text(), Fault::DType)?;
    // Halves are stored and converted; what computes with them does so in f32.
    require(dtype != DType::F16, Fault::DType)?;
    let accumulates = matches!(dtype, DType::I64 | DType::U64 | DType::F32 | DType::F64);
    let (computes, result) = match op {
        Reduction::Sum | Reduction::Prod => (accumulates, dtype),
        Reduction::Min | Reduction::Max | Reduction::MinFrom | Reduction::MaxFrom => (true, dtype),
        Reduction::Moment2 => (dtype == DType::F64, dtype),
        Reduction::ProdReal | Reduction::ProdImag => (dtype.is_float(), dtype),
        Reduction::Any | Reduction::All => (dtype == DType::Bool, DType::Bool),
        Reduction::ArgMin | Reduction::ArgMax => {
            let is_all = axes == Axes::all(graph.ty(of).dims.len());
            require(axes.0.count_ones() == 1 || is_all, Fault::Axes)?;
            (true, DType::I64)
        }
    };
    require(computes && ty.dtype == result, Fault::DType)
}

fn verify_apply(graph: &Graph, ty: &Type, op: Op, args: &[NodeId]) -> Result<(), Fault> {
    require(args.len() == op.arity(), Fault::Arity)?;
    let dtype_of = |k: usize| graph.ty(args[k]).dtype;
    let first = usize::from(op.row().rule == Rule::Select);
    require(first == 0 || dtype_of(0) == DType::Bool, Fault::DType)?;
    let dtype = dtype_of(first);
    require((first..args.len()).all(|k| dtype_of(k) == dtype), Fault::DType)?;
    require(!dtype.is_text(), Fault::DType)?;
    require(dtype != DType::F16 || op == Op::Nextafter, Fault::DType)?;
    require(computes_in(op.row().rule, dtype), Fault::DType)?;
    let result = if op.is_predicate() { DType::Bool } else { dtype };
    require(ty.dtype == result, Fault::DType)?;
    if op == Op::PowInteger {
        require(dtype.is_float() && is_integer_constant(graph.node(args[1])), Fault::Exponent)?;
    }
    verify_broadcast(graph, ty, args)
}

/// Whether operators of that rule compute in the dtype, once `check` has cast their operands.
fn computes_in(rule: Rule, dtype: DType) -> bool {
    match (rule, dtype.kind()) {
        (Rule::Same(BoolAs::Refused | BoolAs::Int8), kind) => kind != Kind::Bool,
        (Rule::Same(BoolAs::Bool) | Rule::Compare | Rule::Select, _) => true,
        (Rule::TrueDivide | Rule::Float | Rule::Round | Rule::Classify, kind) => kind == Kind::Float,
        (Rule::Bits, kind) => kind == Kind::Bool || dtype.is_int(),
        (Rule::Shift, _) => dtype.is_int(),
        // Rules of reductions and of what `check` expands: no operator on lanes has them.
        (Rule::Truth | Rule::Accumulate | Rule::Extremum | Rule::Any, _) => false,
        (Rule::Index | Rule::Mean | Rule::Text | Rule::Expansion, _) => false,
    }
}

fn is_integer_constant(node: Node) -> bool {
    const LARGEST: f64 = 2_147_483_648.0;
    let Node::Const(value) = node else { return false };
    value.as_f64().is_some_and(|n| n.trunc() == n && n.abs() <= LARGEST)
}

fn verify_broadcast(graph: &Graph, ty: &Type, args: &[NodeId]) -> Result<(), Fault> {
    let rank = args.iter().map(|&a| graph.ty(a).dims.len()).max().unwrap_or(0);
    let mut due = vec![Dim::One; rank];
    for &arg in args {
        let dims = graph.canonical(&graph.ty(arg).dims);
        let skipped = rank - dims.len();
        for (at, &dim) in due[skipped..].iter_mut().zip(&dims) {
            require(dim == Dim::One || *at == Dim::One || *at == dim, Fault::Dims)?;
            *at = if dim == Dim::One { *at } else { dim };
        }
    }
    same_dims(graph, &ty.dims, &due)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::read;

    #[test]
    fn broken_contracts_are_found() {
        let inputs = "input f64[n0, n1, n2] a\ninput weak i64 k\ninput f64[n3] b\n";
        let first = "%0 = input a : f64[n0, n1, n2]\n%1 = input k : i64\n%2 = const f64 2.5 : f64\n";
        for (rest, fault) in [
            ("%3 = sqrt %1 : i64", Fault::DType),
            ("%3 = bitwise_and %2 %2 : f64", Fault::DType),
            ("%3 = cast bool %1 : bool\n%4 = subtract %3 %3 : bool", Fault::DType),
            ("%3 = cast f16 %0 : f16[n0, n1, n2]\n%4 = sqrt %3 : f16[n0, n1, n2]", Fault::DType),
            ("%3 = cast c64 %0 : c64[n0, n1, n2]", Fault::DType),
            ("%3 = cast i8 %1 : i8\n%4 = sum %3 axes=[] : i8", Fault::DType),
            ("%3 = argmin %0 axes=[0, 1] : i64[n2]", Fault::Axes),
            ("%3 = **n %0 %2 : f64[n0, n1, n2]", Fault::Exponent),
            ("guard negative-power %1", Fault::DType),
            ("fits i8 b", Fault::DType),
        ] {
            let graph = read(&format!("{inputs}{first}{rest}")).unwrap_or_else(|e| panic!("{rest}: {e}"));
            assert_eq!(verify(&graph).map_err(|e| e.fault), Err(fault), "{rest}");
        }
        let sound = read(&format!("{inputs}{first}%3 = argmin %0 axes=[0, 1, 2] : i64")).unwrap();
        assert_eq!(verify(&sound), Ok(()));
    }
}
