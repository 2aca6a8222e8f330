//! The arena, its hash-consing, and the types of new nodes.

use super::dims::{DimEntry, DimId, Known};
use super::node::{
    Axes, Dim, Dims, InputId, LiteralId, Node, NodeId, Operands, Plane, Scalar, ShapeId, Type, ViewId,
};
use super::text::{Literal, cast_exists, text_dtype};
use super::view::{Slice, ViewMap};
use crate::dtype::DType;
use crate::op::{Op, Reduction, Rule};
use crate::span::Span;
use rustc_hash::FxHashMap;

/// A declared input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputDecl {
    /// Its name in the formula.
    pub name: Box<str>,
    /// Its dtype and dimensions. A weak scalar is an i64, f64 or c128 without axes.
    pub ty: Type,
    /// Whether it was given as a plain number, so that it took the dtype of its partner (NEP 50).
    pub weak: bool,
}

/// Two dimensions that broadcasting made one: their sizes must be equal when arrays are bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Constraint {
    /// One.
    pub left: DimId,
    /// The other.
    pub right: DimId,
    /// The expression that brought them together.
    pub span: Span,
}

/// What a failed [`Guard`] means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GuardKind {
    /// An integer was raised to a negative power.
    NegativePower,
    /// Bytes or text that are cast to the other kind hold more than ASCII.
    NonAscii,
    /// A weak integer that was computed from plain numbers does not fit the dtype of its partner.
    OutOfRange(DType),
    /// A time does not fit the unit of this dtype.
    UnitOverflow(DType),
    /// An index of an array of indices is outside the axis.
    IndexOutOfRange,
}

/// A condition on values that must be false before anything the caller can see is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guard {
    /// A bool without axes; true means the formula fails.
    pub node: NodeId,
    /// What then went wrong.
    pub kind: GuardKind,
    /// Where.
    pub span: Span,
}

/// A plain integer must fit the dtype of its partner (NEP 50): checked when its value is bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WeakFit {
    /// The weak integer input.
    pub input: InputId,
    /// The integer dtype that it was cast to.
    pub dtype: DType,
    /// Where they met.
    pub span: Span,
}

/// An index that is written in the formula and must be inside its axis: checked when arrays are bound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IndexFit {
    /// The dimension of the axis.
    pub dim: DimId,
    /// The index, counted from the end if negative.
    pub index: i64,
    /// Which axis of the array it is.
    pub axis: u32,
    /// Where the index stands.
    pub span: Span,
}

/// A result of the formula.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// The name it was assigned to, if it was.
    pub name: Option<Box<str>>,
    /// Its dtype: that of its value, or what it stands for (complex numbers, times).
    pub dtype: DType,
    /// Its value; the real part of complex numbers.
    pub node: NodeId,
    /// The imaginary part of complex numbers.
    pub imag: Option<NodeId>,
    /// The input whose array takes the value, and that has its dtype and shape; without one it is a result.
    pub into: Option<InputId>,
}

impl Output {
    /// The nodes of its value, the real part before the imaginary one.
    pub fn planes(&self) -> impl Iterator<Item = NodeId> + use<> {
        std::iter::once(self.node).chain(self.imag)
    }
}

/// Why a node cannot be added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TypeError {
    /// Operands of an operator on lanes must have been cast to one dtype that it computes in.
    Dtype,
    /// The number of operands is not the operator's.
    Arity,
    /// An axis is not one of the operand's.
    Axis,
    /// A view, a shape or a dimension that the graph does not have, or one that does not fit its operand.
    View,
}

/// The graph of a formula.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    types: Vec<Type>,
    spans: Vec<Span>,
    interned: FxHashMap<Node, NodeId>,
    /// The dimensions, each with the one that stands for it.
    pub(super) dims: Vec<(DimEntry, DimId)>,
    /// The sizes of the dimensions, as far as they are known.
    pub(super) dim_sizes: Vec<Option<usize>>,
    /// By the dimension that stands for it, the slices taken of each one.
    pub(super) slices: FxHashMap<DimId, FxHashMap<(Slice, bool), DimId>>,
    pub(super) known: Known,
    views: Vec<ViewMap>,
    view_ids: FxHashMap<ViewMap, ViewId>,
    shapes: Vec<Dims>,
    shape_ids: FxHashMap<Dims, ShapeId>,
    /// Constant bytes and texts, each once.
    pub(super) literals: Vec<Literal>,
    pub(super) interned_literals: FxHashMap<Literal, LiteralId>,
    /// The inputs, in order of declaration.
    pub inputs: Vec<InputDecl>,
    /// The dimensions that must be equal when arrays are bound.
    pub constraints: Vec<Constraint>,
    /// What must not hold of the values.
    pub guards: Vec<Guard>,
    /// The ranges that weak integer inputs must keep.
    pub weak_fits: Vec<WeakFit>,
    /// The places that written indices must have.
    pub index_fits: Vec<IndexFit>,
    /// The results, in order.
    pub outputs: Vec<Output>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Graph {
        Graph::default()
    }

    /// The same declarations and constraints without nodes, guards and outputs: what a rewritten
    /// graph starts from. Constraints stay, because shapes that do not agree are errors even where
    /// the node that brought them together is gone.
    #[must_use]
    pub fn declarations(&self) -> Graph {
        Graph {
            dims: self.dims.clone(),
            literals: self.literals.clone(),
            interned_literals: self.interned_literals.clone(),
            inputs: self.inputs.clone(),
            constraints: self.constraints.clone(),
            weak_fits: self.weak_fits.clone(),
            index_fits: self.index_fits.clone(),
            known: self.known.clone(),
            dim_sizes: self.dim_sizes.clone(),
            slices: self.slices.clone(),
            views: self.views.clone(),
            view_ids: self.view_ids.clone(),
            shapes: self.shapes.clone(),
            shape_ids: self.shape_ids.clone(),
            ..Graph::default()
        }
    }

    /// A view rule of the graph's table, added if it is not there.
    pub fn view_id(&mut self, map: ViewMap) -> ViewId {
        let next = ViewId(self.views.len() as u32);
        let id = *self.view_ids.entry(map.clone()).or_insert(next);
        if id == next {
            self.views.push(map);
        }
        id
    }

    /// A view rule.
    ///
    /// # Panics
    /// If the id is not of this graph.
    pub fn view(&self, id: ViewId) -> &ViewMap {
        &self.views[id.0 as usize]
    }

    /// A shape of the graph's table, added if it is not there.
    pub fn shape_id(&mut self, dims: Dims) -> ShapeId {
        let next = ShapeId(self.shapes.len() as u32);
        let id = *self.shape_ids.entry(dims.clone()).or_insert(next);
        if id == next {
            self.shapes.push(dims);
        }
        id
    }

    /// A shape of the table.
    ///
    /// # Panics
    /// If the id is not of this graph.
    pub fn shape(&self, id: ShapeId) -> &Dims {
        &self.shapes[id.0 as usize]
    }

    /// Adds a node, or finds the equal one that is there.
    ///
    /// # Errors
    /// [`TypeError`] if the node has no type. Shapes never fail here: sizes that must agree become
    /// constraints, checked when arrays are bound.
    pub fn add(&mut self, node: Node, span: Span) -> Result<NodeId, TypeError> {
        if let Some(&id) = self.interned.get(&node) {
            return Ok(id);
        }
        let ty = self.infer(&node, span)?;
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(node);
        self.types.push(ty);
        self.spans.push(span);
        self.interned.insert(node, id);
        Ok(id)
    }

    /// Adds a constant.
    pub fn constant(&mut self, value: Scalar, span: Span) -> NodeId {
        self.add(Node::Const(value), span).expect("a constant has a type")
    }

    /// Adds an operator on lanes.
    ///
    /// # Errors
    /// As [`Graph::add`].
    pub fn apply(&mut self, op: Op, args: &[NodeId], span: Span) -> Result<NodeId, TypeError> {
        self.add(Node::Apply(op, Operands::new(args)), span)
    }

    /// Adds a cast, or gives the node itself if it has the dtype.
    ///
    /// # Errors
    /// As [`Graph::add`].
    pub fn cast(&mut self, node: NodeId, to: DType, span: Span) -> Result<NodeId, TypeError> {
        if self.ty(node).dtype == to { Ok(node) } else { self.add(Node::Cast(to, node), span) }
    }

    /// The nodes with their ids, operands before users.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (NodeId, Node)> + '_ {
        self.nodes.iter().enumerate().map(|(i, &n)| (NodeId(i as u32), n))
    }

    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the graph has no nodes.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// One node.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    /// The type of a node.
    pub fn ty(&self, id: NodeId) -> &Type {
        &self.types[id.index()]
    }

    /// Where the node was first written.
    pub fn span(&self, id: NodeId) -> Span {
        self.spans[id.index()]
    }

    fn infer(&mut self, node: &Node, span: Span) -> Result<Type, TypeError> {
        match *node {
            Node::Input(id, plane) => {
                let ty = &self.inputs[id.index()].ty;
                let dtype = match plane {
                    Plane::Whole => ty.dtype.stored(),
                    Plane::Real | Plane::Imag => ty.dtype.part().ok_or(TypeError::Dtype)?,
                };
                Ok(Type { dtype, dims: ty.dims.clone() })
            }
            Node::Const(value) => Ok(Type::scalar(value.lane.into())),
            Node::Literal(id) => Ok(Type::scalar(self.literals[id.index()].dtype)),
            Node::Count { of, axes } => {
                self.check_axes(of, axes)?;
                Ok(Type::scalar(DType::I64))
            }
            Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } => self.infer_placed(node, span),
            Node::Nonzero { .. } | Node::Take { .. } => self.infer_placed(node, span),
            Node::Cast(dtype, of) => {
                let ty = self.ty(of);
                if cast_exists(ty.dtype, dtype) {
                    Ok(Type { dtype, dims: ty.dims.clone() })
                } else {
                    Err(TypeError::Dtype)
                }
            }
            Node::Apply(op, args) => {
                let dtype = self.apply_dtype(op, &args)?;
                Ok(Type { dtype, dims: self.broadcast_all(&args, span) })
            }
            Node::Text(op, args) => {
                let dtypes: Vec<DType> = args.iter().map(|&arg| self.ty(arg).dtype).collect();
                let dtype = text_dtype(op, &dtypes)?;
                Ok(Type { dtype, dims: self.broadcast_all(&args, span) })
            }
            Node::Reduce { op, of, imag, axes, keepdims } => {
                self.check_axes(of, axes)?;
                self.check_imag(op, of, imag)?;
                Ok(self.reduced(op, of, axes, keepdims))
            }
            Node::Scan { of, axis, .. } => {
                let Type { dtype, dims } = self.ty(of).clone();
                match axis {
                    Some(axis) if axis as usize >= dims.len() => Err(TypeError::Axis),
                    Some(_) => Ok(Type { dtype, dims }),
                    None => Ok(Type { dtype, dims: smallvec::smallvec![self.product(&dims)] }),
                }
            }
        }
    }

    /// A node that is about places, not values.
    fn infer_placed(&mut self, node: &Node, span: Span) -> Result<Type, TypeError> {
        match *node {
            Node::View { of, view } => {
                let map = self.views.get(view.0 as usize).ok_or(TypeError::View)?;
                let Type { dtype, dims } = self.ty(of);
                let ty = Type { dtype: *dtype, dims: map.dims.clone() };
                if self.is_view_of(dims, map) { Ok(ty) } else { Err(TypeError::View) }
            }
            Node::Index { shape, along } => {
                let dims = self.shapes.get(shape.0 as usize).ok_or(TypeError::View)?;
                let inside = along.0 & !Axes::all(dims.len()).0 == 0;
                let ty = Type { dtype: DType::I64, dims: dims.clone() };
                if inside { Ok(ty) } else { Err(TypeError::Axis) }
            }
            Node::Broadcast { of, like } => {
                let (of, like) = (self.ty(of).clone(), self.ty(like).dims.clone());
                let rank = like.len();
                let dims = self.broadcast(like, of.dims, span);
                if dims.len() == rank { Ok(Type { dtype: of.dtype, dims }) } else { Err(TypeError::View) }
            }
            Node::Nonzero { mask, dim } => {
                let entry = self.dims.get(dim.index()).ok_or(TypeError::View)?.0;
                if self.ty(mask).dtype != DType::Bool {
                    return Err(TypeError::Dtype);
                }
                let dim = if entry.one { Dim::One } else { Dim::Size(dim) };
                Ok(Type { dtype: DType::I64, dims: std::iter::once(dim).collect() })
            }
            Node::Take { of, at } => {
                let at = self.ty(at);
                let ty = Type { dtype: self.ty(of).dtype, dims: at.dims.clone() };
                if at.dtype == DType::I64 { Ok(ty) } else { Err(TypeError::Dtype) }
            }
            Node::Input(..) | Node::Const(_) | Node::Literal(_) | Node::Count { .. } | Node::Cast(..) => {
                Err(TypeError::View)
            }
            Node::Apply(..) | Node::Text(..) | Node::Reduce { .. } | Node::Scan { .. } => {
                Err(TypeError::View)
            }
        }
    }

    fn check_axes(&self, of: NodeId, axes: Axes) -> Result<(), TypeError> {
        let inside = axes.0 & !Axes::all(self.ty(of).dims.len()).0 == 0;
        if inside { Ok(()) } else { Err(TypeError::Axis) }
    }

    /// Imaginary parts are beside real ones of the same dtype and dimensions, in reductions of complex numbers.
    fn check_imag(&self, op: Reduction, of: NodeId, imag: Option<NodeId>) -> Result<(), TypeError> {
        if imag.is_some() != op.is_complex() {
            return Err(TypeError::Arity);
        }
        let Some(imag) = imag else { return Ok(()) };
        let (re, im) = (self.ty(of), self.ty(imag));
        let fits = re.dtype == im.dtype && self.canonical(&re.dims) == self.canonical(&im.dims);
        if fits { Ok(()) } else { Err(TypeError::Dtype) }
    }

    /// The result dtype of an operator whose operands have been cast.
    fn apply_dtype(&self, op: Op, args: &[NodeId]) -> Result<DType, TypeError> {
        if args.len() != op.arity() {
            return Err(TypeError::Arity);
        }
        let has_lanes = |&arg: &NodeId| !self.ty(arg).dtype.is_text();
        if !args.iter().all(has_lanes) {
            return Err(TypeError::Dtype);
        }
        let is_select = op.row().rule == Rule::Select;
        if is_select && self.ty(args[0]).dtype != DType::Bool {
            return Err(TypeError::Dtype);
        }
        let computed = &args[usize::from(is_select)..];
        let dtype = self.ty(computed[0]).dtype;
        if computed.iter().any(|&a| self.ty(a).dtype != dtype) {
            return Err(TypeError::Dtype);
        }
        Ok(if op.is_predicate() { DType::Bool } else { dtype })
    }

    fn reduced(&self, op: Reduction, of: NodeId, axes: Axes, keepdims: bool) -> Type {
        let ty = self.ty(of);
        let dtype = match op {
            Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => ty.dtype,
            Reduction::MinFrom | Reduction::MaxFrom | Reduction::Moment2 => ty.dtype,
            Reduction::ProdReal | Reduction::ProdImag => ty.dtype,
            Reduction::Any | Reduction::All => DType::Bool,
            Reduction::ArgMin | Reduction::ArgMax => DType::I64,
        };
        let kept = ty.dims.iter().enumerate().filter_map(|(axis, &dim)| match axes.contains(axis) {
            false => Some(dim),
            true => keepdims.then_some(Dim::One),
        });
        Type { dtype, dims: kept.collect() }
    }

    fn broadcast_all(&mut self, args: &[NodeId], span: Span) -> Dims {
        let mut dims = Dims::new();
        for &arg in args {
            let other = self.ty(arg).dims.clone();
            dims = self.broadcast(dims, other, span);
        }
        dims
    }
}
