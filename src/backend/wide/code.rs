//! Machine instructions over registers that have no number yet.

use super::Set;
use crate::dtype::Lane;
use iced_x86::Code;
use smallvec::SmallVec;

/// A register to be numbered. It is written once.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Reg(pub(super) u32);

impl Reg {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a register is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    /// A vector of the set's full width.
    Vector,
    /// A mask register of AVX-512.
    Mask,
}

/// How much of a vector register an instruction names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Width {
    /// As wide as the set has them.
    Full,
    /// 256 bits.
    Y,
    /// 128 bits.
    X,
}

/// A place in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Memory {
    /// `bytes` bytes of an iteration's elements, from byte `offset` of them on. An element has `size` bytes, or is a
    /// pair of such.
    Block { pointer: u16, size: u8, pair: bool, offset: u16, bytes: u8 },
    /// The element of a scalar operand.
    Scalar { pointer: u16 },
    /// A constant of the pool, by number.
    Constant(u32),
    /// A slot of the stack frame, as large as a register.
    Slot(u32),
}

/// An instruction of the machine, and which operand it can read from memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Form {
    pub(super) code: Code,
    /// The source that may be in memory.
    pub(super) fold: Option<u8>,
    /// The bytes that it reads there.
    pub(super) memory: u8,
    /// The bytes of the element that it can broadcast from there instead; 0 if it cannot.
    pub(super) broadcast: u8,
    /// Whether the first two sources may change places.
    pub(super) commutes: bool,
}

impl Form {
    /// An instruction on registers alone.
    pub(super) fn registers(code: Code) -> Form {
        Form { code, fold: None, memory: 0, broadcast: 0, commutes: false }
    }

    /// An instruction whose source number `fold` may be `memory` bytes there.
    pub(super) fn folding(code: Code, fold: u8, memory: u8) -> Form {
        Form { code, fold: Some(fold), memory, broadcast: 0, commutes: false }
    }
}

/// Where an instruction leaves its result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Dest {
    Reg(Reg, Width),
    Memory(Memory),
}

/// An instruction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Inst {
    pub(super) form: Form,
    pub(super) dest: Dest,
    pub(super) uses: SmallVec<[(Reg, Width); 3]>,
    /// A source that is in memory only.
    pub(super) source: Option<Memory>,
    pub(super) immediate: Option<u8>,
    /// The mask that it runs under, and whether elements outside become 0.
    pub(super) under: Option<(Reg, bool)>,
}

/// What is known of a register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct About {
    pub(super) class: Class,
    /// Where its value is in memory from the start: constants, and elements of blocks.
    pub(super) home: Option<Memory>,
    /// Whether it is the same in every iteration.
    pub(super) invariant: bool,
}

/// The code of a kernel before registers are numbered.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) set: Set,
    /// Elements of an iteration.
    pub(super) elements: usize,
    /// Operands and then stores.
    pub(super) pointers: usize,
    /// Whether any of them are to pairs.
    pub(super) pairs: bool,
    pub(super) regs: Vec<About>,
    /// What runs once.
    pub(super) before: Vec<Inst>,
    /// What runs in each iteration.
    pub(super) body: Vec<Inst>,
    /// Constants: eight bytes that repeat.
    pub(super) pool: Vec<u64>,
}

/// The eight bytes that a constant's element fills.
pub(super) fn repeated(lane: Lane, bits: u64) -> u64 {
    match lane.size() {
        1 => (bits & 0xff) * 0x0101_0101_0101_0101,
        2 => (bits & 0xffff) * 0x0001_0001_0001_0001,
        4 => (bits & 0xffff_ffff) * 0x0000_0001_0000_0001,
        _ => bits,
    }
}
