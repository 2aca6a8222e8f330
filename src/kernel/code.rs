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
}

/// An operand of a kernel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Operand {
    /// Its dtype in memory. A bool in memory is any byte; it is true if it is not 0.
    pub lane: Lane,
    /// How it is read.
    pub access: Access,
}

/// One instruction. It computes the same for every lane.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Inst {
    /// Reads an operand.
    Load(u32),
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
    /// What it writes, each to a contiguous block of the value's dtype; bools as 0 or 1.
    pub stores: Vec<Value>,
}

impl Kernel {
    /// The dtype of a value.
    pub fn lane(&self, value: Value) -> Lane {
        self.body[value.index()].1
    }

    /// For each value, whether it is the same in every lane: constants, scalar operands, and what
    /// follows from them alone. Backends compute these once, before the loop.
    pub fn invariant(&self) -> Vec<bool> {
        let mut invariant: Vec<bool> = Vec::with_capacity(self.body.len());
        for (inst, _) in &self.body {
            let is = match inst {
                Inst::Load(operand) => self.operands[*operand as usize].access == Access::Scalar,
                Inst::Const(_) => true,
                Inst::Apply(_, args) => args.iter().all(|a| invariant[a.index()]),
                Inst::Cast(of) => invariant[of.index()],
            };
            invariant.push(is);
        }
        invariant
    }
}
