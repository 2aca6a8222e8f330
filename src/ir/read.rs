//! Reads the text form of a graph back.
//!
//! The text is trusted for nothing: whatever it says that is wrong is a [`ReadError`] with its line.
//! A node's type is inferred anew and compared with the type written.

use super::dims::{DimEntry, DimId, DimOrigin};
use super::graph::{Graph, Guard, GuardKind, IndexFit, Output, WeakFit};
use super::node::{Axes, Dim, Dims, InputId, Node, NodeId, Operands, Plane, Scalar};
use super::text::{Literal, width};
use super::view::{Pick, Slice, ViewMap};
use crate::dtype::{DType, Lane};
use crate::op::{Op, Reduction, Scan, TextOp};
use crate::span::Span;
use smallvec::SmallVec;
use std::fmt;

/// What is wrong with a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// It is not one of the forms that [`Graph`]'s `Display` writes.
    Form,
    /// It names a dtype that is none.
    DType,
    /// It names an input, a dimension or a node that is not declared above it.
    Undeclared,
    /// It names an operator that is none.
    Operator,
    /// A value is not one of its dtype.
    Value,
    /// A node or dimension is not numbered in order.
    Order,
    /// A node equals an earlier one.
    Duplicate,
    /// The operands have no such operation, or the type is not the one written.
    Type,
}

/// A line that cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub kind: ReadErrorKind,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ReadErrorKind::Form => "not a line of a graph",
            ReadErrorKind::DType => "unknown dtype",
            ReadErrorKind::Undeclared => "something is not declared above",
            ReadErrorKind::Operator => "unknown operator",
            ReadErrorKind::Value => "a value is not of its dtype",
            ReadErrorKind::Order => "not numbered in order",
            ReadErrorKind::Duplicate => "equals an earlier node",
            ReadErrorKind::Type => "the type does not follow from the operands",
        };
        write!(f, "line {}: {what}", self.line)
    }
}

impl std::error::Error for ReadError {}

type Read<T> = Result<T, ReadErrorKind>;

/// Reads what [`Graph`]'s `Display` wrote. Spans are empty.
///
/// # Errors
/// [`ReadError`] at the first line that is wrong.
pub fn read(text: &str) -> Result<Graph, ReadError> {
    let mut graph = Graph::new();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        read_line(&mut graph, line).map_err(|kind| ReadError { line: i + 1, kind })?;
    }
    Ok(graph)
}

fn read_line(graph: &mut Graph, line: &str) -> Read<()> {
    let (head, rest) = line.split_once(' ').ok_or(ReadErrorKind::Form)?;
    match head {
        "input" => read_input(graph, rest),
        "dim" => read_dim_line(graph, rest),
        "inside" => {
            let [dim, index, "of", "axis", axis] = rest.split(' ').collect::<Vec<_>>()[..] else {
                return Err(ReadErrorKind::Form);
            };
            let (index, axis) = (index.parse().ok(), axis.parse().ok());
            let (index, axis) = index.zip(axis).ok_or(ReadErrorKind::Form)?;
            graph.index_fits.push(IndexFit {
                dim: read_dim(graph, dim)?,
                index,
                axis,
                span: Span::default(),
            });
            Ok(())
        }
        "equal" => {
            let (left, right) = rest.split_once(' ').ok_or(ReadErrorKind::Form)?;
            let (left, right) = (read_dim(graph, left)?, read_dim(graph, right)?);
            graph.constrain(left, right, Span::default());
            Ok(())
        }
        "fits" => {
            let (dtype, name) = rest.split_once(' ').ok_or(ReadErrorKind::Form)?;
            let (dtype, input) = (read_dtype(dtype)?, find_input(graph, name)?);
            graph.weak_fits.push(WeakFit { input, dtype, span: Span::default() });
            Ok(())
        }
        "guard" => {
            let (kind, node) = rest.rsplit_once(' ').ok_or(ReadErrorKind::Form)?;
            let (kind, node) = (read_guard_kind(kind)?, read_id(graph, node)?);
            graph.guards.push(Guard { node, kind, span: Span::default() });
            Ok(())
        }
        "output" => {
            let output = read_output(graph, rest)?;
            graph.outputs.push(output);
            Ok(())
        }
        id => read_definition(graph, id, rest.strip_prefix("= ").ok_or(ReadErrorKind::Form)?),
    }
}

fn read_input(graph: &mut Graph, rest: &str) -> Read<()> {
    let (weak, rest) = rest.strip_prefix("weak ").map_or((false, rest), |r| (true, r));
    // Dimensions are written with blanks between them, so the type ends at the bracket if it has one.
    let space = rest.find(' ').ok_or(ReadErrorKind::Form)?;
    let end = match rest.find('[') {
        Some(open) if open < space => rest.find(']').ok_or(ReadErrorKind::Form)? + 1,
        Some(_) | None => space,
    };
    let (ty, name) = rest.split_at(end);
    let name = name.strip_prefix(' ').ok_or(ReadErrorKind::Form)?;
    let (dtype, dims) = ty.split_once('[').unwrap_or((ty, "]"));
    let dims = dims.strip_suffix(']').ok_or(ReadErrorKind::Form)?;
    let mut ones: SmallVec<[bool; 6]> = SmallVec::new();
    let mut next = graph.dim_count();
    for dim in dims.split(", ").filter(|d| !d.is_empty()) {
        ones.push(dim == "1");
        if dim != "1" {
            if dim != format!("n{next}") {
                return Err(ReadErrorKind::Order);
            }
            next += 1;
        }
    }
    graph.declare(name, read_dtype(dtype)?, &ones, weak);
    Ok(())
}

/// `n2 = n0 1:-1:1`, `n3 = n0 n1`, `n3 = 5`, `n4 = count 0`, each perhaps with ` one`.
fn read_dim_line(graph: &mut Graph, rest: &str) -> Read<()> {
    let (id, rest) = rest.split_once(" = ").ok_or(ReadErrorKind::Form)?;
    if id != format!("n{}", graph.dim_count()) {
        return Err(ReadErrorKind::Order);
    }
    let (rest, one) = rest.strip_suffix(" one").map_or((rest, false), |rest| (rest, true));
    let origin = match rest.split_once(' ') {
        None => DimOrigin::Literal(rest.parse().map_err(|_| ReadErrorKind::Form)?),
        Some(("count", mask)) => DimOrigin::Counted(mask.parse().map_err(|_| ReadErrorKind::Form)?),
        Some((left, right)) if right.starts_with('n') => {
            DimOrigin::Product(read_dim(graph, left)?, read_dim(graph, right)?)
        }
        Some((of, slice)) => DimOrigin::Slice { of: read_dim(graph, of)?, slice: read_slice(slice)? },
    };
    graph.add_dim(DimEntry { origin, one });
    Ok(())
}

fn read_slice(text: &str) -> Read<Slice> {
    let bound = |text: &str| match text {
        "" => Ok(None),
        bound => bound.parse().map(Some).map_err(|_| ReadErrorKind::Form),
    };
    let [start, stop, step] = text.split(':').collect::<Vec<_>>()[..] else {
        return Err(ReadErrorKind::Form);
    };
    let step = bound(step)?.filter(|&step| step != 0).ok_or(ReadErrorKind::Form)?;
    Ok(Slice { start: bound(start)?, stop: bound(stop)?, step })
}

/// What stands between `name=[` or `[` and `]`.
fn bracketed<'t>(text: &'t str, name: &str) -> Read<(Vec<&'t str>, &'t str)> {
    let rest = text.strip_prefix(name).ok_or(ReadErrorKind::Form)?;
    let (inner, rest) = rest.split_once(']').ok_or(ReadErrorKind::Form)?;
    Ok((inner.split(", ").filter(|item| !item.is_empty()).collect(), rest))
}

fn read_view(graph: &Graph, text: &str) -> Read<ViewMap> {
    let (picks, rest) = bracketed(text, "pick=[")?;
    let (axes, rest) = bracketed(rest, " axes=[")?;
    let (dims, _) = bracketed(rest, " dims=[")?;
    let pick = |text: &&str| match *text {
        ":" => Ok(Pick::All),
        slice if slice.contains(':') => read_slice(slice).map(Pick::Slice),
        index => index.parse().map(Pick::At).map_err(|_| ReadErrorKind::Form),
    };
    let axis = |text: &&str| match *text {
        "new" => Ok(None),
        axis => axis.parse().map(Some).map_err(|_| ReadErrorKind::Form),
    };
    let picks = picks.iter().map(pick).collect::<Read<_>>()?;
    let axes = axes.iter().map(axis).collect::<Read<_>>()?;
    Ok(ViewMap { picks, axes, dims: read_shape(graph, &dims)? })
}

fn read_shape(graph: &Graph, dims: &[&str]) -> Read<Dims> {
    let dim = |&text: &&str| if text == "1" { Ok(Dim::One) } else { read_dim(graph, text).map(Dim::Size) };
    dims.iter().map(dim).collect()
}

/// A node of the kinds that are about places, not values.
fn read_placed(graph: &mut Graph, head: &str, rest: &str) -> Read<Option<Node>> {
    let pair = |between: &str| rest.split_once(between).ok_or(ReadErrorKind::Form);
    Ok(Some(match head {
        "view" => {
            let (of, map) = pair(" ")?;
            let (of, map) = (read_id(graph, of)?, read_view(graph, map)?);
            Node::View { of, view: graph.view_id(map) }
        }
        "index" => {
            let (dims, rest) = bracketed(rest, "[")?;
            let dims = read_shape(graph, &dims)?;
            let along = read_axes(rest.strip_prefix(' ').ok_or(ReadErrorKind::Form)?)?;
            Node::Index { shape: graph.shape_id(dims), along }
        }
        "broadcast" => {
            let (of, like) = pair(" like ")?;
            Node::Broadcast { of: read_id(graph, of)?, like: read_id(graph, like)? }
        }
        "nonzero" => {
            let (mask, dim) = pair(" ")?;
            Node::Nonzero { mask: read_id(graph, mask)?, dim: read_dim(graph, dim)? }
        }
        "take" => {
            let (of, at) = pair(" ")?;
            Node::Take { of: read_id(graph, of)?, at: read_id(graph, at)? }
        }
        _ => return Ok(None),
    }))
}

fn read_output(graph: &Graph, rest: &str) -> Read<Output> {
    let word = |text: &'_ str| text.find(' ').unwrap_or(text.len());
    let (dtype, rest) = match rest.strip_prefix("as ") {
        Some(rest) => {
            let (dtype, rest) = rest.split_once(' ').ok_or(ReadErrorKind::Form)?;
            (Some(read_dtype(dtype)?), rest)
        }
        None => (None, rest),
    };
    let (node, rest) = rest.split_at(word(rest));
    let node = read_id(graph, node)?;
    let (imag, rest) = match rest.strip_prefix(' ') {
        Some(rest) if dtype.is_some_and(|d| d.part().is_some()) => {
            let (imag, rest) = rest.split_at(word(rest));
            (Some(read_id(graph, imag)?), rest)
        }
        Some(_) | None => (None, rest),
    };
    let into = rest.strip_prefix(" into ").map(|name| find_input(graph, name)).transpose()?;
    let name = rest.strip_prefix(' ').filter(|_| into.is_none()).map(Box::from);
    Ok(Output { name, dtype: dtype.unwrap_or(graph.ty(node).dtype), node, imag, into })
}

fn read_definition(graph: &mut Graph, id: &str, rest: &str) -> Read<()> {
    if id != format!("%{}", graph.len()) {
        return Err(ReadErrorKind::Order);
    }
    let (node, ty) = rest.rsplit_once(" : ").ok_or(ReadErrorKind::Form)?;
    let before = graph.len();
    let id = match node.strip_prefix("literal ") {
        Some(literal) => graph.literal(read_literal(literal)?, Span::default()),
        None => {
            let node = read_node(graph, node)?;
            graph.add(node, Span::default()).map_err(|_| ReadErrorKind::Type)?
        }
    };
    if graph.len() == before {
        return Err(ReadErrorKind::Duplicate);
    }
    let found = graph.ty(id);
    let dims = graph.canonical(&found.dims);
    let written = super::node::Type { dtype: found.dtype, dims }.to_string() == ty;
    if written { Ok(()) } else { Err(ReadErrorKind::Type) }
}

fn read_node(graph: &mut Graph, text: &str) -> Read<Node> {
    let (head, rest) = text.split_once(' ').ok_or(ReadErrorKind::Form)?;
    if let Some(node) = read_placed(graph, head, rest)? {
        return Ok(node);
    }
    match head {
        "input" => Ok(Node::Input(find_input(graph, rest)?, Plane::Whole)),
        "real-of" => Ok(Node::Input(find_input(graph, rest)?, Plane::Real)),
        "imag-of" => Ok(Node::Input(find_input(graph, rest)?, Plane::Imag)),
        "const" => Ok(Node::Const(read_scalar(rest)?)),
        "cast" => {
            let (dtype, of) = rest.split_once(' ').ok_or(ReadErrorKind::Form)?;
            Ok(Node::Cast(read_dtype(dtype)?, read_id(graph, of)?))
        }
        "count" => {
            let (of, axes) = rest.split_once(' ').ok_or(ReadErrorKind::Form)?;
            Ok(Node::Count { of: read_id(graph, of)?, axes: read_axes(axes)? })
        }
        "text" => {
            let (name, args) = rest.split_once(' ').ok_or(ReadErrorKind::Form)?;
            let &op = TextOp::ALL.iter().find(|op| op.name() == name).ok_or(ReadErrorKind::Operator)?;
            let args: Vec<NodeId> = args.split(' ').map(|a| read_id(graph, a)).collect::<Read<_>>()?;
            if args.len() == op.arity() {
                Ok(Node::Text(op, Operands::new(&args)))
            } else {
                Err(ReadErrorKind::Form)
            }
        }
        name => read_operator(graph, name, rest),
    }
}

fn read_literal(text: &str) -> Read<Literal> {
    let (dtype, rest) = text.split_once(' ').ok_or(ReadErrorKind::Form)?;
    let dtype = read_dtype(dtype)?;
    let quoted = rest.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let mut rest = quoted.ok_or(ReadErrorKind::Form)?;
    let mut characters = Vec::new();
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c != '<' {
            characters.push(u32::from(c));
            continue;
        }
        let (number, after) = rest.split_once('>').ok_or(ReadErrorKind::Form)?;
        characters.push(u32::from_str_radix(number, 16).map_err(|_| ReadErrorKind::Value)?);
        rest = after;
    }
    let most = if matches!(dtype, DType::Bytes(_)) { 0xff } else { u32::MAX };
    let fits =
        dtype.is_text() && characters.iter().all(|&c| c <= most) && characters.len() as u64 <= width(dtype);
    if fits { Ok(Literal::new(dtype, characters)) } else { Err(ReadErrorKind::Value) }
}

fn read_operator(graph: &Graph, name: &str, rest: &str) -> Read<Node> {
    if let Some(&op) = Op::ALL.iter().find(|op| op.name() == name) {
        let args: Vec<NodeId> = rest.split(' ').map(|a| read_id(graph, a)).collect::<Read<_>>()?;
        return if args.len() == op.arity() {
            Ok(Node::Apply(op, Operands::new(&args)))
        } else {
            Err(ReadErrorKind::Form)
        };
    }
    if let Some(&op) = Scan::ALL.iter().find(|op| op.name() == name) {
        let (of, along) = rest.split_once(' ').ok_or(ReadErrorKind::Form)?;
        let axis = match along.strip_prefix("axis=") {
            Some(axis) => Some(axis.parse().map_err(|_| ReadErrorKind::Form)?),
            None if along == "flat" => None,
            None => return Err(ReadErrorKind::Form),
        };
        return Ok(Node::Scan { op, of: read_id(graph, of)?, axis });
    }
    let &op = Reduction::ALL.iter().find(|op| op.name() == name).ok_or(ReadErrorKind::Operator)?;
    let (of, mut axes) = rest.split_once(' ').ok_or(ReadErrorKind::Form)?;
    let mut imag = None;
    if op.is_complex() {
        let (second, rest) = axes.split_once(' ').ok_or(ReadErrorKind::Form)?;
        imag = Some(read_id(graph, second)?);
        axes = rest;
    }
    let (axes, keepdims) = axes.strip_suffix(" keepdims").map_or((axes, false), |axes| (axes, true));
    Ok(Node::Reduce { op, of: read_id(graph, of)?, imag, axes: read_axes(axes)?, keepdims })
}

fn read_dtype(text: &str) -> Read<DType> {
    text.parse().map_err(|_| ReadErrorKind::DType)
}

fn find_input(graph: &Graph, name: &str) -> Read<InputId> {
    let place = graph.inputs.iter().position(|input| &*input.name == name);
    place.map(|i| InputId(i as u32)).ok_or(ReadErrorKind::Undeclared)
}

fn read_number(text: &str, prefix: char, below: usize) -> Read<u32> {
    let digits = text.strip_prefix(prefix).ok_or(ReadErrorKind::Form)?;
    let number: u32 = digits.parse().map_err(|_| ReadErrorKind::Form)?;
    if (number as usize) < below { Ok(number) } else { Err(ReadErrorKind::Undeclared) }
}

fn read_id(graph: &Graph, text: &str) -> Read<NodeId> {
    read_number(text, '%', graph.len()).map(NodeId)
}

fn read_dim(graph: &Graph, text: &str) -> Read<DimId> {
    read_number(text, 'n', graph.dim_count()).map(DimId)
}

fn read_guard_kind(text: &str) -> Read<GuardKind> {
    match text.split_once(' ') {
        None if text == "negative-power" => Ok(GuardKind::NegativePower),
        None if text == "non-ascii" => Ok(GuardKind::NonAscii),
        None if text == "index-out-of-range" => Ok(GuardKind::IndexOutOfRange),
        Some(("out-of-range", dtype)) => Ok(GuardKind::OutOfRange(read_dtype(dtype)?)),
        Some(("unit-overflow", dtype)) => Ok(GuardKind::UnitOverflow(read_dtype(dtype)?)),
        None | Some(_) => Err(ReadErrorKind::Form),
    }
}

fn read_axes(text: &str) -> Read<Axes> {
    let inner = text.strip_prefix("axes=[").and_then(|t| t.strip_suffix(']')).ok_or(ReadErrorKind::Form)?;
    let mut axes = Axes::default();
    for axis in inner.split(", ").filter(|a| !a.is_empty()) {
        let axis: u32 = axis.parse().map_err(|_| ReadErrorKind::Form)?;
        axes.0 |= 1u64.checked_shl(axis).ok_or(ReadErrorKind::Form)?;
    }
    Ok(axes)
}

fn read_scalar(text: &str) -> Read<Scalar> {
    let (dtype, value) = text.split_once(' ').ok_or(ReadErrorKind::Form)?;
    let lane = read_dtype(dtype)?.lane().ok_or(ReadErrorKind::DType)?;
    let bits = match (lane, value.strip_prefix("0x")) {
        (Lane::F16 | Lane::F32 | Lane::F64, Some(hex)) => {
            let bits = u64::from_str_radix(hex, 16).ok();
            bits.filter(|&b| lane == Lane::F64 || b >> (lane.size() * 8) == 0)
        }
        (Lane::F16, None) => value.parse::<f64>().ok().map(|x| Scalar::from_f64(lane, x).bits),
        (Lane::F32, None) => value.parse::<f32>().ok().map(|x| u64::from(x.to_bits())),
        (Lane::F64, None) => value.parse::<f64>().ok().map(f64::to_bits),
        (Lane::Bool, _) => value.parse::<bool>().ok().map(u64::from),
        (Lane::I8 | Lane::I16 | Lane::I32 | Lane::I64, _)
        | (Lane::U8 | Lane::U16 | Lane::U32 | Lane::U64, _) => {
            let value = value.parse::<i128>().ok();
            value.and_then(|v| Scalar::from_i128(lane, v)).map(|s| s.bits)
        }
    };
    Ok(Scalar { lane, bits: bits.ok_or(ReadErrorKind::Value)? })
}
