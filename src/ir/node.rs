//! The plain data of a graph: ids, nodes, types, constants.

use crate::dtype::{DType, Lane};
use crate::half::F16;
use crate::op::{Op, Reduction, Scan, TextOp};
use crate::shape::{self, TooBig};
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

/// A dimension whose size is known when arrays are bound, and may then be anything but 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct DimId(pub(crate) u32);

impl DimId {
    /// The dimension at a place of the graph's table.
    pub fn from_index(index: usize) -> DimId {
        DimId(index as u32)
    }

    /// The dimension's place in the graph's table.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where the size of a dimension comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DimOrigin {
    /// An axis of an input.
    Input {
        /// The input.
        input: InputId,
        /// Its axis.
        axis: u32,
    },
    /// The product of two dimensions declared before it.
    Product(DimId, DimId),
}

impl DimOrigin {
    /// The sizes of dimensions with these origins, given those of the inputs' axes.
    ///
    /// # Errors
    /// [`TooBig`] if a product overflows.
    pub fn sizes(
        origins: impl IntoIterator<Item = DimOrigin>,
        axis_size: impl Fn(InputId, usize) -> usize,
    ) -> Result<SmallVec<[usize; 8]>, TooBig> {
        let mut sizes: SmallVec<[usize; 8]> = SmallVec::new();
        for origin in origins {
            let size = match origin {
                DimOrigin::Input { input, axis } => axis_size(input, axis as usize),
                DimOrigin::Product(left, right) => {
                    shape::count(&[sizes[left.index()], sizes[right.index()]])?
                }
            };
            sizes.push(size);
        }
        Ok(sizes)
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
        /// Of what.
        of: NodeId,
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
            Node::Input(..) | Node::Const(_) | Node::Literal(_) => self,
            Node::Count { of, axes } => Node::Count { of: to(of), axes },
            Node::Apply(op, args) => Node::Apply(op, args.map(to)),
            Node::Text(op, args) => Node::Text(op, args.map(to)),
            Node::Cast(dtype, of) => Node::Cast(dtype, to(of)),
            Node::Reduce { op, of, axes, keepdims } => Node::Reduce { op, of: to(of), axes, keepdims },
            Node::Scan { op, of, axis } => Node::Scan { op, of: to(of), axis },
        }
    }

    /// The nodes that this node names: those that it reads, and the one that it counts.
    pub fn named(&self) -> SmallVec<[NodeId; 3]> {
        match self {
            Node::Count { of, .. } => smallvec::smallvec![*of],
            Node::Input(..) | Node::Const(_) | Node::Literal(_) => SmallVec::new(),
            Node::Apply(..) | Node::Text(..) | Node::Cast(..) => self.operands(),
            Node::Reduce { .. } | Node::Scan { .. } => self.operands(),
        }
    }

    /// The nodes whose values this node reads.
    pub fn operands(&self) -> SmallVec<[NodeId; 3]> {
        match self {
            Node::Input(..) | Node::Const(_) | Node::Literal(_) | Node::Count { .. } => SmallVec::new(),
            Node::Apply(_, args) | Node::Text(_, args) => SmallVec::from_slice(args),
            Node::Cast(_, of) | Node::Reduce { of, .. } | Node::Scan { of, .. } => smallvec::smallvec![*of],
        }
    }
}
