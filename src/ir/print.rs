//! The text form of a graph, which [`read`](super::read()) reads back.
//!
//! ```text
//! input f64[n0, 1] a
//! input weak i64 k
//! dim n2 = n0 n1
//! dim n3 = n0 1:-1:1
//! equal n0 n1
//! fits i8 k
//! %0 = input a : f64[n0, 1]
//! %1 = const f64 2.0 : f64
//! %2 = multiply %1 %0 : f64[n0, 1]
//! %3 = sum %2 axes=[0] keepdims : f64[1, 1]
//! %4 = cumsum %2 axis=1 : f64[n0, 1]
//! %5 = literal U3 "ab<20>" : U3
//! %6 = text find %7 %5 : i64[n0]
//! %8 = view %0 pick=[1:-1:1, :] axes=[1, new, 0] dims=[1, 1, n3] : f64[1, 1, n3]
//! guard negative-power %9
//! output %3 y
//! output as c128 %8 %9 z
//! ```
//!
//! A dimension that is no input's has a line of its own, with `one` at its end if it is taken to be 1.
//! The types are canonical: dimensions that are known to be equal have one name. An input's or
//! output's name is the rest of its line, so a name may hold anything but a line break. Spans are
//! not printed.

use super::dims::DimOrigin;
use super::graph::{Graph, GuardKind};
use super::node::{Axes, Dim, InputId, Node, NodeId, Plane, Scalar, Type};
use super::text::Literal;
use super::view::{Pick, Slice, ViewMap};
use std::fmt::{self, Display, Formatter};

impl Display for Graph {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for input in &self.inputs {
            // An input's own dimensions declare their names, so they are not canonical here.
            let weak = if input.weak { "weak " } else { "" };
            writeln!(f, "input {weak}{} {}", input.ty, input.name)?;
        }
        for (place, entry) in self.dims().enumerate() {
            if !matches!(entry.origin, DimOrigin::Input { .. }) {
                let one = if entry.one { " one" } else { "" };
                writeln!(f, "dim n{place} = {}{one}", entry.origin)?;
            }
        }
        for fit in &self.index_fits {
            writeln!(f, "inside n{} {} of axis {}", fit.dim.index(), fit.index, fit.axis)?;
        }
        for c in &self.constraints {
            writeln!(f, "equal n{} n{}", c.left.index(), c.right.index())?;
        }
        for fit in &self.weak_fits {
            writeln!(f, "fits {} {}", fit.dtype, self.inputs[fit.input.index()].name)?;
        }
        for (id, node) in self.nodes() {
            write!(f, "{id} = ")?;
            self.print_node(f, node)?;
            let ty = self.ty(id);
            writeln!(f, " : {}", Type { dtype: ty.dtype, dims: self.canonical(&ty.dims) })?;
        }
        for guard in &self.guards {
            writeln!(f, "guard {} {}", guard.kind, guard.node)?;
        }
        for output in &self.outputs {
            f.write_str("output")?;
            if output.dtype != self.ty(output.node).dtype {
                write!(f, " as {}", output.dtype)?;
            }
            output.planes().try_for_each(|plane| write!(f, " {plane}"))?;
            if let Some(name) = &output.name {
                write!(f, " {name}")?;
            }
            if let Some(input) = output.into {
                write!(f, " into {}", self.inputs[input.index()].name)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Graph {
    fn print_node(&self, f: &mut Formatter<'_>, node: Node) -> fmt::Result {
        match node {
            Node::Input(InputId(i), plane) => write!(f, "{} {}", plane.word(), self.inputs[i as usize].name),
            Node::Const(value) => write!(f, "const {value}"),
            Node::Literal(id) => write!(f, "{}", self.literal_of(id)),
            Node::Count { of, axes } => write!(f, "count {of} {axes}"),
            Node::Cast(dtype, of) => write!(f, "cast {dtype} {of}"),
            Node::View { of, view } => write!(f, "view {of} {}", self.view(view)),
            Node::Index { shape, along } => write!(f, "index {} {along}", Shape(self.shape(shape))),
            Node::Broadcast { of, like } => write!(f, "broadcast {of} like {like}"),
            Node::Nonzero { mask, dim } => write!(f, "nonzero {mask} n{}", dim.index()),
            Node::Take { of, at } => write!(f, "take {of} {at}"),
            Node::Apply(op, args) => {
                f.write_str(op.name())?;
                args.iter().try_for_each(|arg| write!(f, " {arg}"))
            }
            Node::Text(op, args) => {
                write!(f, "text {}", op.name())?;
                args.iter().try_for_each(|arg| write!(f, " {arg}"))
            }
            Node::Reduce { op, of, imag, axes, keepdims } => {
                write!(f, "{} {of}", op.name())?;
                imag.iter().try_for_each(|imag| write!(f, " {imag}"))?;
                write!(f, " {axes}{}", if keepdims { " keepdims" } else { "" })
            }
            Node::Scan { op, of, axis: Some(axis) } => write!(f, "{} {of} axis={axis}", op.name()),
            Node::Scan { op, of, axis: None } => write!(f, "{} {of} flat", op.name()),
        }
    }
}

impl Display for Literal {
    /// The dtype and the characters, all that are not letters or digits of ASCII by their numbers.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "literal {} \"", self.dtype)?;
        for &c in &self.characters {
            match char::from_u32(c).filter(char::is_ascii_alphanumeric) {
                Some(plain) => write!(f, "{plain}")?,
                None => write!(f, "<{c:x}>")?,
            }
        }
        f.write_str("\"")
    }
}

impl Plane {
    /// What the text form calls an input's plane.
    pub(super) fn word(self) -> &'static str {
        match self {
            Plane::Whole => "input",
            Plane::Real => "real-of",
            Plane::Imag => "imag-of",
        }
    }
}

impl Display for NodeId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

impl Display for GuardKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            GuardKind::NegativePower => f.write_str("negative-power"),
            GuardKind::NonAscii => f.write_str("non-ascii"),
            GuardKind::OutOfRange(dtype) => write!(f, "out-of-range {dtype}"),
            GuardKind::UnitOverflow(dtype) => write!(f, "unit-overflow {dtype}"),
            GuardKind::IndexOutOfRange => f.write_str("index-out-of-range"),
        }
    }
}

impl Display for Axes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("axes=[")?;
        let mut between = "";
        for axis in (0..64).filter(|&axis| self.contains(axis)) {
            write!(f, "{between}{axis}")?;
            between = ", ";
        }
        f.write_str("]")
    }
}

impl Display for Type {
    /// The dtype and the dimensions, if there are any: `f64[n0, 1]`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.dtype)?;
        if self.dims.is_empty() {
            return Ok(());
        }
        Shape(&self.dims).fmt(f)
    }
}

/// Dimensions between brackets.
struct Shape<'a>(&'a [Dim]);

impl Display for Shape<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, dim) in self.0.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            match dim {
                Dim::One => f.write_str("1")?,
                Dim::Size(id) => write!(f, "n{}", id.index())?,
            }
        }
        f.write_str("]")
    }
}

impl Display for DimOrigin {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            DimOrigin::Input { input, axis } => write!(f, "axis {axis} of input {}", input.index()),
            DimOrigin::Literal(size) => write!(f, "{size}"),
            DimOrigin::Slice { of, slice } => write!(f, "n{} {slice}", of.index()),
            DimOrigin::Counted(mask) => write!(f, "count {mask}"),
            DimOrigin::Product(left, right) => write!(f, "n{} n{}", left.index(), right.index()),
        }
    }
}

impl Display for Slice {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.start.iter().try_for_each(|start| write!(f, "{start}"))?;
        f.write_str(":")?;
        self.stop.iter().try_for_each(|stop| write!(f, "{stop}"))?;
        write!(f, ":{}", self.step)
    }
}

impl Display for Pick {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Pick::All => f.write_str(":"),
            Pick::At(index) => write!(f, "{index}"),
            Pick::Slice(slice) => slice.fmt(f),
        }
    }
}

impl Display for ViewMap {
    /// `pick=[1:-1:1, :, 5] axes=[1, new, 0] dims=[n1, 1, n2]`.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("pick=[")?;
        for (i, pick) in self.picks.iter().enumerate() {
            write!(f, "{}{pick}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str("] axes=[")?;
        for (i, axis) in self.axes.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { ", " })?;
            match axis {
                Some(axis) => write!(f, "{axis}")?,
                None => f.write_str("new")?,
            }
        }
        write!(f, "] dims={}", Shape(&self.dims))
    }
}

impl Display for Scalar {
    /// The dtype and the value: shortest decimal that reads back, the bits for a NaN.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        use crate::dtype::Lane;
        write!(f, "{} ", self.lane)?;
        match (self.lane, self.as_f64(), self.as_i128()) {
            (Lane::Bool, _, _) => write!(f, "{}", self.bits != 0),
            (_, Some(x), _) if x.is_nan() => write!(f, "{:#x}", self.bits),
            (Lane::F32, _, _) => write!(f, "{:?}", f32::from_bits(self.bits as u32)),
            (_, Some(x), _) => write!(f, "{x:?}"),
            (_, None, Some(i)) => write!(f, "{i}"),
            (_, None, None) => write!(f, "{:#x}", self.bits),
        }
    }
}
