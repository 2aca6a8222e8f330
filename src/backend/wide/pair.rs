//! Complex elements in memory to the registers of their parts, and back.
//!
//! Two registers of elements become one of each part. An instruction that takes the parts out of both works in
//! 128-bit quarters, so where it finds neighbouring elements the parts come out in turns:
//!
//! ```text
//!   a0 a1 a2 a3   b0 b1 b2 b3   ->   a0 b0 a1 b1 a2 b2 a3 b3        (elements of 16 bytes)
//! ```
//!
//! The way back undoes it, so a kernel whose blocks are all pairs of one size computes in this order. Beside other
//! blocks, quarters are put in order first: the even ones in one register, the odd ones in the other.

use super::Set;
use super::code::{Class, Form, Memory, Reg, Width};
use super::emit::{Emitter, Regs};
use crate::backend::Part;
use crate::dtype::Lane;
use crate::kernel::{Access, Kernel, Stored, Value};
use iced_x86::Code;
use rustc_hash::FxHashMap;

/// What an emitter knows of its kernel's pairs.
#[derive(Debug)]
pub(super) struct Pairs {
    /// Whether the elements of an iteration stand in their order in memory.
    ordered: bool,
    /// The registers that the parts of an operand are taken from.
    elements: FxHashMap<u32, Regs>,
}

impl Pairs {
    pub(super) fn of(kernel: &Kernel) -> Pairs {
        let reads = kernel.operands.iter().any(|o| o.access == Access::Contiguous);
        let writes = kernel.stores.iter().any(|s| matches!(s, Stored::Whole(_)));
        let mut sizes = kernel.parts().map(Lane::size);
        let first = sizes.next();
        let ordered = reads || writes || sizes.any(|size| Some(size) != first);
        Pairs { ordered, elements: FxHashMap::default() }
    }
}

impl Emitter<'_> {
    /// The registers of one part of an operand's elements.
    pub(super) fn load_part(&mut self, operand: u32, part: Part) -> Regs {
        let lane = self.kernel.operands[operand as usize].lane;
        let elements = match self.pairs.elements.get(&operand) {
            Some(elements) => elements.clone(),
            None => {
                let elements = self.elements(operand, lane);
                self.pairs.elements.insert(operand, elements.clone());
                elements
            }
        };
        let (code, immediate) = take(self.set, lane, part);
        elements.chunks(2).map(|two| self.shuffle(code, two[0], two[1], immediate)).collect()
    }

    /// The registers of an operand's elements.
    fn elements(&mut self, operand: u32, lane: Lane) -> Regs {
        let count = 2 * self.registers(lane.size());
        let elements: Regs = (0..count).map(|r| self.homed(self.element(operand as u16, lane, r))).collect();
        if !self.pairs.ordered {
            return elements;
        }
        let code = quarters(self.set);
        let (even, odd) = match self.set {
            Set::Avx2 => (0x20, 0x31),
            Set::Avx512 => (0x88, 0xdd),
        };
        let sorted = elements.chunks(2).flat_map(|two| [even, odd].map(|take| (two[0], two[1], take)));
        sorted.map(|(a, b, take)| self.shuffle(code, a, b, Some(take))).collect()
    }

    /// Where register number `r` of an iteration's elements is.
    fn element(&self, pointer: u16, lane: Lane, r: usize) -> Memory {
        let bytes = self.set.bytes();
        let (size, offset) = (lane.size() as u8, (r * bytes) as u16);
        Memory::Block { pointer, size, pair: true, offset, bytes: bytes as u8 }
    }

    /// Stores elements of these parts.
    pub(super) fn store_pair(&mut self, pointer: u16, parts: [Value; 2]) {
        let lane = self.kernel.lane(parts[0]);
        let [re, im] = parts.map(|part| self.regs(part));
        for r in 0..self.registers(lane.size()) {
            let [re, im] = [&re, &im].map(|regs| regs[r.min(regs.len() - 1)]);
            let joined = join(self.set, lane).map(|code| self.shuffle(code, re, im, None));
            let elements = if self.pairs.ordered { self.interleave(joined) } else { joined };
            for (half, reg) in elements.into_iter().enumerate() {
                let memory = self.element(pointer, lane, 2 * r + half);
                self.store_register(reg, memory, self.set.bytes() as u8);
            }
        }
    }

    /// Of the even and the odd quarters of elements, the elements in order.
    fn interleave(&mut self, [even, odd]: [Reg; 2]) -> [Reg; 2] {
        let code = quarters(self.set);
        match self.set {
            Set::Avx2 => [0x20, 0x31].map(|take| self.shuffle(code, even, odd, Some(take))),
            Set::Avx512 => [0x44, 0xee].map(|take| {
                let halves = self.shuffle(code, even, odd, Some(take));
                self.shuffle(code, halves, halves, Some(0xd8))
            }),
        }
    }

    fn shuffle(&mut self, code: Code, a: Reg, b: Reg, immediate: Option<u8>) -> Reg {
        let form = Form::folding(code, 1, self.set.bytes() as u8);
        let uses = [(a, Width::Full), (b, Width::Full)];
        self.raw(form, (Class::Vector, Width::Full), &uses, immediate, None)
    }
}

/// The instruction that takes a part out of each two neighbours of the quarters of two registers.
fn take(set: Set, lane: Lane, part: Part) -> (Code, Option<u8>) {
    match (set, lane.size(), part) {
        (Set::Avx2, 4, Part::Real) => (Code::VEX_Vshufps_ymm_ymm_ymmm256_imm8, Some(0x88)),
        (Set::Avx2, 4, Part::Imag) => (Code::VEX_Vshufps_ymm_ymm_ymmm256_imm8, Some(0xdd)),
        (Set::Avx2, _, Part::Real) => (Code::VEX_Vunpcklpd_ymm_ymm_ymmm256, None),
        (Set::Avx2, _, Part::Imag) => (Code::VEX_Vunpckhpd_ymm_ymm_ymmm256, None),
        (Set::Avx512, 4, Part::Real) => (Code::EVEX_Vshufps_zmm_k1z_zmm_zmmm512b32_imm8, Some(0x88)),
        (Set::Avx512, 4, Part::Imag) => (Code::EVEX_Vshufps_zmm_k1z_zmm_zmmm512b32_imm8, Some(0xdd)),
        (Set::Avx512, _, Part::Real) => (Code::EVEX_Vunpcklpd_zmm_k1z_zmm_zmmm512b64, None),
        (Set::Avx512, _, Part::Imag) => (Code::EVEX_Vunpckhpd_zmm_k1z_zmm_zmmm512b64, None),
    }
}

/// The instructions that put the lower, and the upper, parts of the quarters of two registers in turns.
fn join(set: Set, lane: Lane) -> [Code; 2] {
    match (set, lane.size()) {
        (Set::Avx2, 4) => [Code::VEX_Vunpcklps_ymm_ymm_ymmm256, Code::VEX_Vunpckhps_ymm_ymm_ymmm256],
        (Set::Avx2, _) => [Code::VEX_Vunpcklpd_ymm_ymm_ymmm256, Code::VEX_Vunpckhpd_ymm_ymm_ymmm256],
        (Set::Avx512, 4) => {
            [Code::EVEX_Vunpcklps_zmm_k1z_zmm_zmmm512b32, Code::EVEX_Vunpckhps_zmm_k1z_zmm_zmmm512b32]
        }
        (Set::Avx512, _) => {
            [Code::EVEX_Vunpcklpd_zmm_k1z_zmm_zmmm512b64, Code::EVEX_Vunpckhpd_zmm_k1z_zmm_zmmm512b64]
        }
    }
}

/// The instruction that picks quarters of two registers.
fn quarters(set: Set) -> Code {
    match set {
        Set::Avx2 => Code::VEX_Vperm2f128_ymm_ymm_ymmm256_imm8,
        Set::Avx512 => Code::EVEX_Vshuff64x2_zmm_k1z_zmm_zmmm512b64_imm8,
    }
}
