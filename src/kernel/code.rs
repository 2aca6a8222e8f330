//! Straight-line lane code.

use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::op::Op;
use smallvec::SmallVec;

/// A value of a kernel: the result of the instruction at that place of the body.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Value(pub u32);

impl Value {
    /// The place of its instruction in the body.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a kernel reads an operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Access {
    /// Element `i` of the block at `base + i * size`; any alignment.
    Contiguous,
    /// One element for the whole block.
    Scalar,
    /// Complex elements: the real part of element `i` at `base + i * 2 * size`, the imaginary one behind it; any
    /// alignment.
    Pair,
}

/// An operand of a kernel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Operand {
    /// Its dtype in memory, of complex elements that of a part. A bool in memory is any byte; it is true if it is not 0.
    pub lane: Lane,
    /// How it is read.
    pub access: Access,
}

/// What a kernel writes to one block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stored {
    /// A value; a bool as 0 or 1.
    Whole(Value),
    /// Complex elements, of their real and their imaginary parts.
    Pair([Value; 2]),
}

impl Stored {
    /// The values that it is made of.
    pub fn values(&self) -> &[Value] {
        match self {
            Stored::Whole(value) => std::slice::from_ref(value),
            Stored::Pair(parts) => parts,
        }
    }
}

/// One instruction. It computes the same for every lane.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Inst {
    /// Reads an operand, of complex elements the real parts.
    Load(u32),
    /// Reads the imaginary parts of an operand of complex elements.
    LoadImag(u32),
    /// A constant in every lane.
    Const(Scalar),
    /// An operator whose [`Form`](super::Form) is `Lane`, on values of the dtype it computes in.
    Apply(Op, SmallVec<[Value; 3]>),
    /// A cast whose form is `Lane`.
    Cast(Value),
}

/// The code of one step: load operands, compute, store.
///
/// All loads of an element happen before its stores, so a store may write the very memory that an
/// operand reads at the same index.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Kernel {
    /// What it reads.
    pub operands: Vec<Operand>,
    /// The instructions with the dtype of each result; values are used only after their definition.
    pub body: Vec<(Inst, Lane)>,
    /// What it writes, each to a contiguous block.
    pub stores: Vec<Stored>,
}

impl Kernel {
    /// The dtype of a value.
    pub fn lane(&self, value: Value) -> Lane {
        self.body[value.index()].1
    }

    /// For each block, operands and then stores, the bytes from an element to the next; 0 for a scalar operand.
    pub fn strides(&self) -> impl Iterator<Item = usize> + '_ {
        let operand = |o: &Operand| match o.access {
            Access::Contiguous => o.lane.size(),
            Access::Scalar => 0,
            Access::Pair => 2 * o.lane.size(),
        };
        let store = |s: &Stored| s.values().iter().map(|&v| self.lane(v).size()).sum();
        self.operands.iter().map(operand).chain(self.stores.iter().map(store))
    }

    /// The dtypes of the parts of its complex operands and stores.
    pub fn parts(&self) -> impl Iterator<Item = Lane> + '_ {
        let read = self.operands.iter().filter(|o| o.access == Access::Pair).map(|o| o.lane);
        let written = self.stores.iter().filter_map(|stored| match stored {
            Stored::Whole(_) => None,
            Stored::Pair([re, _]) => Some(self.lane(*re)),
        });
        read.chain(written)
    }

    /// For each value, whether it is the same in every lane: constants, scalar operands, and what
    /// follows from them alone. Backends compute these once, before the loop.
    pub fn invariant(&self) -> Vec<bool> {
        let mut invariant: Vec<bool> = Vec::with_capacity(self.body.len());
        for (inst, _) in &self.body {
            let is = match inst {
                Inst::Load(operand) => self.operands[*operand as usize].access == Access::Scalar,
                Inst::LoadImag(_) => false,
                Inst::Const(_) => true,
                Inst::Apply(_, args) => args.iter().all(|a| invariant[a.index()]),
                Inst::Cast(of) => invariant[of.index()],
            };
            invariant.push(is);
        }
        invariant
    }
}
