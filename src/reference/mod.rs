//! The definition of the language: evaluates a [`Graph`] node by node on whole arrays.
//!
//! Every other way to run a formula must give these bits. Nothing here is meant to be quick, and
//! nothing is shared with the code that is, but what each operator means on single values
//! ([`crate::scalar`]). How reductions combine their elements is defined in `reduce.rs`.

mod bound;
mod moment;
mod place;
mod product;
mod reduce;
mod scan;
mod text;
#[cfg(test)]
mod tests;
mod value;

pub use value::Value;

use crate::dtype::{DType, Lane};
use crate::ir::{Axes, Dim, Graph, GuardKind, InputDecl, InputId, Node, NodeId, Output, Plane};
use crate::op::{Op, Reduction};
use crate::scalar;
use crate::shape::{self, Shape};
use crate::span::Span;
use bound::Bound;
use value::{c_steps, offsets};

/// Why a graph has no value for the inputs given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The number of inputs is not the number of declarations.
    InputCount {
        /// How many are declared.
        declared: usize,
        /// How many were given.
        given: usize,
    },
    /// An input's dtype, rank, axes of one or number of elements is not what was declared.
    Input(InputId),
    /// Two sizes that broadcasting made one differ.
    Sizes {
        /// One size.
        left: usize,
        /// The other.
        right: usize,
        /// The expression that brought them together.
        span: Span,
    },
    /// A guard holds.
    Guard {
        /// What went wrong.
        kind: GuardKind,
        /// Where.
        span: Span,
    },
    /// An extremum of nothing.
    Empty {
        /// Which.
        op: Reduction,
        /// Where.
        span: Span,
    },
    /// A dtype that is no lane, in a node that `check` should have expanded.
    DType {
        /// Which.
        dtype: DType,
        /// Where.
        span: Span,
    },
    /// An index outside its axis.
    Index {
        /// The index.
        index: i64,
        /// The size of the axis.
        size: usize,
        /// Where the index stands.
        span: Span,
    },
    /// As `Sizes`, where only the values of a mask decide a size.
    Counted {
        /// One size.
        left: usize,
        /// The other.
        right: usize,
        /// The expression that brought them together.
        span: Span,
    },
    /// A size that the graph takes to be 1 is not, or the other way round: the graph is for other arrays.
    One {
        /// The counts of the masks so far.
        counts: Vec<usize>,
    },
    /// An array that the address space cannot hold.
    TooBig {
        /// Where.
        span: Span,
    },
}

/// The values of the graph's outputs, in order. Times are their counts; a complex array is two values, of
/// inputs and outputs alike: the real parts and the imaginary ones.
///
/// # Errors
/// As [`Error`] lists them. Sizes are checked before values, and extrema of nothing before guards.
pub fn eval(graph: &Graph, inputs: &[Value]) -> Result<Vec<Value>, Error> {
    let mut bound = bind(graph, inputs)?;
    let mut values: Vec<Value> = Vec::with_capacity(graph.len());
    for (id, node) in graph.nodes() {
        let value = eval_node(graph, id, &bound, &values)?;
        if let Node::Nonzero { dim, .. } = node {
            bound.count(graph, dim, value.data.len())?;
        }
        values.push(value);
    }
    for guard in &graph.guards {
        if values[guard.node.index()].data.iter().any(|&failed| failed != 0) {
            return Err(Error::Guard { kind: guard.kind, span: guard.span });
        }
    }
    Ok(graph.outputs.iter().flat_map(Output::planes).map(|node| values[node.index()].clone()).collect())
}

/// Checks the inputs against their declarations, and the sizes that must be equal.
fn bind<'v>(graph: &Graph, inputs: &'v [Value]) -> Result<Bound<'v>, Error> {
    let planes = planes(graph);
    if inputs.len() != planes.len() {
        return Err(Error::InputCount { declared: planes.len(), given: inputs.len() });
    }
    for (&(input, _), given) in planes.iter().zip(inputs) {
        let index = input.index();
        let ty = &graph.inputs[index].ty;
        let fits = |(dim, &size): (&Dim, &usize)| (*dim == Dim::One) == (size == 1);
        let stored = ty.dtype.part().unwrap_or(ty.dtype.stored());
        let right = text::lane(stored) == Some(given.lane)
            && ty.dims.len() == given.shape.len()
            && ty.dims.iter().zip(&given.shape).all(fits)
            && shape::bytes(&given.shape, text::values_of(stored)) == Ok(given.data.len());
        if !right {
            return Err(Error::Input(InputId(index as u32)));
        }
    }
    let given = planes.into_iter().zip(inputs).collect();
    let mut bound = Bound { given, counts: Vec::new(), sizes: Vec::new() };
    bound.measure(graph)?;
    Ok(bound)
}

/// What a value given stands for.
type Given = (InputId, Plane);

/// What each value given stands for.
fn planes(graph: &Graph) -> Vec<Given> {
    let of = |(index, declared): (usize, &InputDecl)| {
        let planes: &[Plane] =
            if declared.ty.dtype.part().is_some() { &[Plane::Real, Plane::Imag] } else { &[Plane::Whole] };
        planes.iter().map(move |&plane| (InputId(index as u32), plane))
    };
    graph.inputs.iter().enumerate().flat_map(of).collect()
}

fn eval_node(graph: &Graph, id: NodeId, bound: &Bound<'_>, values: &[Value]) -> Result<Value, Error> {
    let (node, span, given) = (graph.node(id), graph.span(id), &bound.given);
    let dtype = |id: NodeId| graph.ty(id).dtype;
    let value = |id: NodeId| &values[id.index()];
    match node {
        Node::Input(id, plane) => {
            let found = given.iter().find(|(what, _)| *what == (id, plane));
            found.map(|(_, value)| (*value).clone()).ok_or(Error::Input(id))
        }
        Node::Const(constant) => Ok(Value::single(constant)),
        Node::Literal(literal) => Ok(text::literal(graph.literal_of(literal))),
        Node::Count { of, axes } => Ok(count(value(of), axes)),
        Node::View { of, view } => place::view(value(of), graph.view(view), span),
        Node::Index { shape, along } => place::index(&bound.shape(graph.shape(shape)), along, span),
        Node::Broadcast { of, like } => place::broadcast(value(of), &value(like).shape, span),
        Node::Nonzero { mask, .. } => Ok(place::nonzero(value(mask))),
        Node::Take { of, at } => Ok(place::take(value(of), value(at))),
        Node::Cast(to, of) if to.is_text() => text::cast(value(of), dtype(of), to, span),
        Node::Cast(to, of) => cast(to, value(of), span),
        Node::Apply(op, args) => {
            let args: Vec<&Value> = args.iter().map(|&id| value(id)).collect();
            apply(op, &args, span)
        }
        Node::Scan { op, of, axis } => Ok(scan::scan(op, value(of), axis)),
        Node::Text(op, args) => {
            let args: Vec<(&Value, DType)> = args.iter().map(|&id| (value(id), dtype(id))).collect();
            text::apply(op, &args, dtype(id), span)
        }
        Node::Reduce { op, of, imag, axes, keepdims } => {
            reduce::reduce(op, value(of), imag.map(value), axes, keepdims, span)
        }
    }
}

/// The number of elements along some axes.
fn count(of: &Value, axes: Axes) -> Value {
    let sizes = of.shape.iter().enumerate().filter(|&(axis, _)| axes.contains(axis));
    let count: usize = sizes.map(|(_, &size)| size).product();
    Value::from_i64s(&[], &[count as i64])
}

fn cast(dtype: DType, of: &Value, span: Span) -> Result<Value, Error> {
    let lane = dtype.lane().ok_or(Error::DType { dtype, span })?;
    let data = of.scalars().map(|x| scalar::cast(lane, x).bits).collect();
    Ok(Value { lane, shape: of.shape.clone(), data })
}

/// Applies an operator elementwise, after broadcasting.
fn apply(op: Op, args: &[&Value], span: Span) -> Result<Value, Error> {
    let (shape, count) = joined(args.iter().copied(), span)?;
    let places: Vec<Vec<usize>> = args.iter().map(|arg| broadcast_offsets(&arg.shape, &shape)).collect();
    let at = |index: usize| {
        let operands: Vec<_> =
            args.iter().zip(&places).map(|(arg, place)| arg.scalar(place[index])).collect();
        scalar::apply(op, &operands)
    };
    let computed = args[usize::from(op == Op::Where)].lane;
    let lane = if op.is_predicate() { Lane::Bool } else { computed };
    Ok(Value { lane, shape, data: (0..count).map(|index| at(index).bits).collect() })
}

/// The shape that operands broadcast to, and its number of elements.
fn joined<'v>(args: impl Iterator<Item = &'v Value>, span: Span) -> Result<(Shape, usize), Error> {
    let mut shape = Shape::new();
    for arg in args {
        // `bind` has checked the sizes, so this fails for no graph that was typed.
        let joined = shape::broadcast(&shape, &arg.shape);
        shape = joined.ok_or(Error::TooBig { span })?;
    }
    let count = shape::count(&shape).map_err(|_| Error::TooBig { span })?;
    Ok((shape, count))
}

/// For every element of the larger shape, where the operand has its own.
fn broadcast_offsets(from: &[usize], to: &[usize]) -> Vec<usize> {
    let mut steps = vec![0; to.len() - from.len()];
    let own = c_steps(from);
    steps.extend(from.iter().zip(own).map(|(&size, step)| if size == 1 { 0 } else { step }));
    offsets(to, &steps)
}
