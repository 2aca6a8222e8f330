//! The arena, its hash-consing, and the types of new nodes.

use super::node::{
    Axes, Dim, DimId, DimOrigin, Dims, InputId, LiteralId, Node, NodeId, Operands, Plane, Scalar, Type,
};
use super::text::{Literal, cast_exists, text_dtype};
use crate::dtype::DType;
use crate::op::{Op, Reduction, Rule};
use crate::span::Span;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

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
}

/// The graph of a formula.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    types: Vec<Type>,
    spans: Vec<Span>,
    interned: FxHashMap<Node, NodeId>,
    dims: Vec<(DimOrigin, DimId)>,
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
            ..Graph::default()
        }
    }

    /// Notes that two dimensions must turn out equal. Nothing happens if that is known.
    pub fn constrain(&mut self, left: DimId, right: DimId, span: Span) {
        self.unify(left, right, span);
    }

    /// Declares an input. `ones[k]` says whether axis `k` has size 1; every other axis gets a dimension of its own.
    pub fn declare(&mut self, name: &str, dtype: DType, ones: &[bool], weak: bool) -> InputId {
        let input = InputId(self.inputs.len() as u32);
        let dims: Dims =
            ones.iter().enumerate().map(|(axis, &one)| self.input_dim(input, axis, one)).collect();
        self.inputs.push(InputDecl { name: name.into(), ty: Type { dtype, dims }, weak });
        input
    }

    fn input_dim(&mut self, input: InputId, axis: usize, one: bool) -> Dim {
        if one {
            return Dim::One;
        }
        let id = DimId(self.dims.len() as u32);
        self.dims.push((DimOrigin::Input { input, axis: axis as u32 }, id));
        Dim::Size(id)
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

    /// The dimension of all elements of that shape, declared if it is not there.
    fn product(&mut self, dims: &[Dim]) -> Dim {
        let mut sized = self.sized(dims).into_iter();
        let Some(first) = sized.next() else { return Dim::One };
        Dim::Size(sized.fold(first, |left, right| match self.known_product(left, right) {
            Some(known) => known,
            None => self.declare_product(left, right),
        }))
    }

    /// The dimension of all elements of that shape, if it is declared.
    pub(super) fn product_of(&self, dims: &[Dim]) -> Option<Dim> {
        let mut sized = self.sized(dims).into_iter();
        let Some(first) = sized.next() else { return Some(Dim::One) };
        sized.try_fold(first, |left, right| self.known_product(left, right)).map(Dim::Size)
    }

    fn sized(&self, dims: &[Dim]) -> SmallVec<[DimId; 4]> {
        let size = |&dim: &Dim| match dim {
            Dim::One => None,
            Dim::Size(id) => Some(self.root(id)),
        };
        dims.iter().filter_map(size).collect()
    }

    fn known_product(&self, left: DimId, right: DimId) -> Option<DimId> {
        let is_it = |&(origin, _): &(DimOrigin, DimId)| match origin {
            DimOrigin::Product(a, b) => (self.root(a), self.root(b)) == (self.root(left), self.root(right)),
            DimOrigin::Input { .. } => false,
        };
        self.dims.iter().position(is_it).map(|place| self.root(DimId(place as u32)))
    }

    pub(super) fn declare_product(&mut self, left: DimId, right: DimId) -> DimId {
        let id = DimId(self.dims.len() as u32);
        self.dims.push((DimOrigin::Product(left, right), id));
        id
    }

    /// The number of dimensions declared.
    pub fn dim_count(&self) -> usize {
        self.dims.len()
    }

    /// Where the size of a dimension comes from.
    pub fn dim_origin(&self, id: DimId) -> DimOrigin {
        self.dims[id.index()].0
    }

    /// The dimension that stands for all those known to be equal to this one.
    pub fn root(&self, id: DimId) -> DimId {
        let mut at = id;
        while self.dims[at.index()].1 != at {
            at = self.dims[at.index()].1;
        }
        at
    }

    /// The dimensions with every id replaced by its root: equal shapes compare equal.
    pub fn canonical(&self, dims: &[Dim]) -> Dims {
        let root = |&d: &Dim| match d {
            Dim::One => Dim::One,
            Dim::Size(id) => Dim::Size(self.root(id)),
        };
        dims.iter().map(root).collect()
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
            Node::Reduce { op, of, axes, keepdims } => {
                self.check_axes(of, axes)?;
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

    fn check_axes(&self, of: NodeId, axes: Axes) -> Result<(), TypeError> {
        let inside = axes.0 & !Axes::all(self.ty(of).dims.len()).0 == 0;
        if inside { Ok(()) } else { Err(TypeError::Axis) }
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

    /// Broadcasts two shapes, noting which dimensions must turn out equal.
    fn broadcast(&mut self, a: Dims, b: Dims, span: Span) -> Dims {
        let rank = a.len().max(b.len());
        let at = |s: &Dims, i: usize| (i + s.len()).checked_sub(rank).map_or(Dim::One, |k| s[k]);
        (0..rank)
            .map(|i| match (at(&a, i), at(&b, i)) {
                (Dim::One, other) | (other, Dim::One) => other,
                (Dim::Size(left), Dim::Size(right)) => Dim::Size(self.unify(left, right, span)),
            })
            .collect()
    }

    fn unify(&mut self, left: DimId, right: DimId, span: Span) -> DimId {
        let (a, b) = (self.root(left), self.root(right));
        if a != b {
            self.constraints.push(Constraint { left, right, span });
            // The earlier one stands for both, so that a root never changes once it is found lowest.
            let (low, high) = (a.min(b), a.max(b));
            self.dims[high.index()].1 = low;
        }
        self.root(left)
    }
}
