//! The plain data of a graph: ids, nodes, types, constants.

use super::dims::DimId;
use crate::dtype::{DType, Lane};
use crate::half::F16;
use crate::op::{Op, Reduction, Scan, TextOp};
use smallvec::SmallVec;
use std::fmt;

/// A node of a graph.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// The node's place in the graph's order.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An input of a graph, in the order of declaration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct InputId(pub(crate) u32);

impl InputId {
    /// The input's place in the order of declaration.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One dimension of a type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Dim {
    /// Exactly 1: broadcasts against everything.
    One,
    /// As the id says.
    Size(DimId),
}

/// The dimensions of a type, outermost first.
pub type Dims = SmallVec<[Dim; 4]>;

/// What a node's value is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Type {
    /// The dtype of its elements.
    pub dtype: DType,
    /// Its dimensions.
    pub dims: Dims,
}

impl Type {
    /// A type without axes.
    pub fn scalar(dtype: DType) -> Type {
        Type { dtype, dims: Dims::new() }
    }

    /// Whether the value is one element (no axes, or only axes of one).
    pub fn is_single(&self) -> bool {
        self.dims.iter().all(|&d| d == Dim::One)
    }
}

/// A constant, keyed by its bits: 0.0 and -0.0 differ, and so do NaNs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scalar {
    /// The dtype.
    pub lane: Lane,
    /// The element's bytes, little-endian, zero-extended.
    pub bits: u64,
}

impl Scalar {
    /// A bool constant.
    pub fn bool(value: bool) -> Scalar {
        Scalar { lane: Lane::Bool, bits: u64::from(value) }
    }

    /// A float constant of the given lane: rounded once. Integer lanes saturate, NaN gives 0.
    pub fn from_f64(lane: Lane, value: f64) -> Scalar {
        let bits = match lane {
            Lane::F16 => u64::from(F16::from_f64(value).0),
            Lane::F32 => u64::from((value as f32).to_bits()),
            Lane::F64 => value.to_bits(),
            Lane::Bool => u64::from(value != 0.0),
            Lane::I8 => u64::from(value as i8 as u8),
            Lane::I16 => u64::from(value as i16 as u16),
            Lane::I32 => u64::from(value as i32 as u32),
            Lane::I64 => value as i64 as u64,
            Lane::U8 => u64::from(value as u8),
            Lane::U16 => u64::from(value as u16),
            Lane::U32 => u64::from(value as u32),
            Lane::U64 => value as u64,
        };
        Scalar { lane, bits }
    }

    /// An integer constant; `None` if the lane does not hold it (floats round).
    pub fn from_i128(lane: Lane, value: i128) -> Option<Scalar> {
        let bits = match lane {
            Lane::F16 => u64::from(F16::from_f64(value as f64).0),
            Lane::F32 => u64::from((value as f32).to_bits()),
            Lane::F64 => (value as f64).to_bits(),
            Lane::Bool => u64::from(u8::try_from(value).ok().filter(|&v| v < 2)?),
            Lane::I8 => u64::from(i8::try_from(value).ok()? as u8),
            Lane::I16 => u64::from(i16::try_from(value).ok()? as u16),
            Lane::I32 => u64::from(i32::try_from(value).ok()? as u32),
            Lane::I64 => i64::try_from(value).ok()? as u64,
            Lane::U8 => u64::from(u8::try_from(value).ok()?),
            Lane::U16 => u64::from(u16::try_from(value).ok()?),
            Lane::U32 => u64::from(u32::try_from(value).ok()?),
            Lane::U64 => u64::try_from(value).ok()?,
        };
        Some(Scalar { lane, bits })
    }

    /// The value, if it is an integer or a bool.
    pub fn as_i128(self) -> Option<i128> {
        Some(match self.lane {
            Lane::Bool | Lane::U8 | Lane::U16 | Lane::U32 | Lane::U64 => i128::from(self.bits),
            Lane::I8 => i128::from(self.bits as u8 as i8),
            Lane::I16 => i128::from(self.bits as u16 as i16),
            Lane::I32 => i128::from(self.bits as u32 as i32),
            Lane::I64 => i128::from(self.bits as i64),
            Lane::F16 | Lane::F32 | Lane::F64 => return None,
        })
    }

    /// The value, if it is a float (narrower ones widen exactly).
    pub fn as_f64(self) -> Option<f64> {
        match self.lane {
            Lane::F16 => Some(f64::from(F16(self.bits as u16).to_f32())),
            Lane::F32 => Some(f64::from(f32::from_bits(self.bits as u32))),
            Lane::F64 => Some(f64::from_bits(self.bits)),
            Lane::Bool | Lane::I8 | Lane::I16 | Lane::I32 | Lane::I64 => None,
            Lane::U8 | Lane::U16 | Lane::U32 | Lane::U64 => None,
        }
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.as_f64(), self.as_i128()) {
            (Some(x), _) => write!(f, "{x:?}{}", self.lane),
            (_, Some(i)) => write!(f, "{i}{}", self.lane),
            (None, None) => write!(f, "{:#x}{}", self.bits, self.lane),
        }
    }
}

/// A literal of a graph, by its place in the graph's table of texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LiteralId(pub(crate) u32);

impl LiteralId {
    /// The literal's place in the table.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A set of axes of an operand, as a bit mask: axis `k` is bit `k`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Axes(pub u64);

impl Axes {
    /// All axes of an operand of that rank (at most 64).
    pub fn all(rank: usize) -> Axes {
        Axes(if rank >= 64 { u64::MAX } else { (1 << rank) - 1 })
    }

    /// Whether the axis is in the set.
    pub fn contains(self, axis: usize) -> bool {
        axis < 64 && self.0 >> axis & 1 == 1
    }
}

/// Up to three operands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Operands {
    ids: [NodeId; 3],
    len: u8,
}

impl Operands {
    /// The operands given.
    ///
    /// # Panics
    /// If there are more than three: no operator has.
    pub fn new(given: &[NodeId]) -> Operands {
        assert!(given.len() <= 3, "no operator has more than three operands");
        let mut ids = [NodeId(0); 3];
        ids[..given.len()].copy_from_slice(given);
        Operands { ids, len: given.len() as u8 }
    }

    fn map(self, mut to: impl FnMut(NodeId) -> NodeId) -> Operands {
        Operands::new(&self.iter().map(|&id| to(id)).collect::<SmallVec<[_; 3]>>())
    }
}

impl std::ops::Deref for Operands {
    type Target = [NodeId];

    fn deref(&self) -> &[NodeId] {
        &self.ids[..usize::from(self.len)]
    }
}

/// Which part of each element of an array.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Plane {
    /// All of it.
    Whole,
    /// The real part of a complex number.
    Real,
    /// The imaginary part of a complex number.
    Imag,
}

/// An entry of a graph's table of views.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ViewId(pub(crate) u32);

/// An entry of a graph's table of shapes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ShapeId(pub(crate) u32);

/// A node. Plain data; equal nodes are one node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Node {
    /// An array or scalar given by the caller: times as i64. Of a complex one the real or imaginary parts.
    Input(InputId, Plane),
    /// A constant without axes.
    Const(Scalar),
    /// Constant bytes or text without axes.
    Literal(LiteralId),
    /// The number of elements of `of` along `axes`, an i64 without axes.
    Count {
        /// Whose elements are counted. Only its type matters.
        of: NodeId,
        /// Along which of its axes.
        axes: Axes,
    },
    /// Some elements of an array, where they lie: of an input, an index, something kept, or another view.
    View {
        /// Of what.
        of: NodeId,
        /// Which.
        view: ViewId,
    },
    /// For each element of a space its number in C order along some of the axes, an i64. Never in memory.
    Index {
        /// The space.
        shape: ShapeId,
        /// The axes that count; along all others the number is the same.
        along: Axes,
    },
    /// A value repeated to the dimensions of another node.
    Broadcast {
        /// The value.
        of: NodeId,
        /// Whose dimensions. Only its type matters.
        like: NodeId,
    },
    /// The numbers in C order of the elements that are true, i64s along one axis.
    Nonzero {
        /// The mask.
        mask: NodeId,
        /// The dimension whose size is how many there are.
        dim: DimId,
    },
    /// The elements of an array at numbers in C order. One that is out of range gives 0: a guard reports it.
    Take {
        /// The array: an input of one axis, or something kept.
        of: NodeId,
        /// The numbers, i64s of any shape, which is the result's.
        at: NodeId,
    },
    /// An operator on lanes; operands broadcast.
    Apply(Op, Operands),
    /// An operator on text; operands broadcast.
    Text(TextOp, Operands),
    /// A change of dtype. Rounds once; floats to integers saturate and NaN gives 0; anything to
    /// bool is "not zero". Text is cut or padded, and between bytes and text ASCII.
    Cast(DType, NodeId),
    /// A reduction.
    Reduce {
        /// Which.
        op: Reduction,
        /// Of what; of complex numbers their real parts.
        of: NodeId,
        /// The imaginary parts, where both are read: see [`Reduction::is_complex`].
        imag: Option<NodeId>,
        /// Over which of its axes.
        axes: Axes,
        /// Whether reduced axes stay as axes of one.
        keepdims: bool,
    },
    /// Running values: each element is combined with the value before it.
    Scan {
        /// How.
        op: Scan,
        /// Of what.
        of: NodeId,
        /// Along which of its axes; `None` for all elements in C order, as an array of one axis.
        axis: Option<u32>,
    },
}

impl Node {
    /// The same node with every node that it names replaced, counted ones too.
    #[must_use]
    pub fn map(self, mut to: impl FnMut(NodeId) -> NodeId) -> Node {
        match self {
            Node::Input(..) | Node::Const(_) | Node::Literal(_) | Node::Index { .. } => self,
            Node::Count { of, axes } => Node::Count { of: to(of), axes },
            Node::View { of, view } => Node::View { of: to(of), view },
            Node::Broadcast { of, like } => Node::Broadcast { of: to(of), like: to(like) },
            Node::Nonzero { mask, dim } => Node::Nonzero { mask: to(mask), dim },
            Node::Take { of, at } => Node::Take { of: to(of), at: to(at) },
            Node::Apply(op, args) => Node::Apply(op, args.map(to)),
            Node::Text(op, args) => Node::Text(op, args.map(to)),
            Node::Cast(dtype, of) => Node::Cast(dtype, to(of)),
            Node::Reduce { op, of, imag, axes, keepdims } => {
                Node::Reduce { op, of: to(of), imag: imag.map(to), axes, keepdims }
            }
            Node::Scan { op, of, axis } => Node::Scan { op, of: to(of), axis },
        }
    }

    /// The nodes that this node names: those that it reads, and the one of which only the type matters.
    pub fn named(&self) -> SmallVec<[NodeId; 3]> {
        match self {
            Node::Count { of, .. } => smallvec::smallvec![*of],
            Node::Broadcast { of, like } => smallvec::smallvec![*of, *like],
            Node::Input(..) | Node::Const(_) | Node::Literal(_) => SmallVec::new(),
            Node::Apply(..) | Node::Text(..) | Node::Cast(..) => self.operands(),
            Node::Reduce { .. } | Node::Scan { .. } => self.operands(),
            Node::View { .. } | Node::Index { .. } | Node::Nonzero { .. } | Node::Take { .. } => {
                self.operands()
            }
        }
    }

    /// The nodes whose values this node reads.
    pub fn operands(&self) -> SmallVec<[NodeId; 3]> {
        match self {
            Node::Input(..) | Node::Const(_) | Node::Literal(_) => SmallVec::new(),
            Node::Count { .. } | Node::Index { .. } => SmallVec::new(),
            Node::Apply(_, args) | Node::Text(_, args) => SmallVec::from_slice(args),
            Node::Reduce { of, imag, .. } => std::iter::once(*of).chain(*imag).collect(),
            Node::Cast(_, of) | Node::Scan { of, .. } => smallvec::smallvec![*of],
            Node::View { of, .. } | Node::Broadcast { of, .. } => smallvec::smallvec![*of],
            Node::Nonzero { mask, .. } => smallvec::smallvec![*mask],
            Node::Take { of, at } => smallvec::smallvec![*of, *at],
        }
    }
}
