//! Between registers of wider and of narrower elements.

use super::Set;
use super::code::{Class, Form, Memory, Reg, Width};
use super::emit::{Emitter, Regs};
use super::names::Name;
use crate::dtype::Lane;
use iced_x86::Code;
use smallvec::SmallVec;

/// The width that names at least so many bytes.
fn width(set: Set, bytes: usize) -> Width {
    match bytes {
        64 => Width::Full,
        32 if set == Set::Avx512 => Width::Y,
        32 => Width::Full,
        _ => Width::X,
    }
}

/// The widening of integers from one size to another.
fn widening(set: Set, signed: bool, from: usize, to: usize) -> Code {
    match (set, signed, from, to) {
        (Set::Avx512, true, 1, 2) => Code::EVEX_Vpmovsxbw_zmm_k1z_ymmm256,
        (Set::Avx512, true, 1, 4) => Code::EVEX_Vpmovsxbd_zmm_k1z_xmmm128,
        (Set::Avx512, true, 1, _) => Code::EVEX_Vpmovsxbq_zmm_k1z_xmmm64,
        (Set::Avx512, true, 2, 4) => Code::EVEX_Vpmovsxwd_zmm_k1z_ymmm256,
        (Set::Avx512, true, 2, _) => Code::EVEX_Vpmovsxwq_zmm_k1z_xmmm128,
        (Set::Avx512, true, _, _) => Code::EVEX_Vpmovsxdq_zmm_k1z_ymmm256,
        (Set::Avx512, false, 1, 2) => Code::EVEX_Vpmovzxbw_zmm_k1z_ymmm256,
        (Set::Avx512, false, 1, 4) => Code::EVEX_Vpmovzxbd_zmm_k1z_xmmm128,
        (Set::Avx512, false, 1, _) => Code::EVEX_Vpmovzxbq_zmm_k1z_xmmm64,
        (Set::Avx512, false, 2, 4) => Code::EVEX_Vpmovzxwd_zmm_k1z_ymmm256,
        (Set::Avx512, false, 2, _) => Code::EVEX_Vpmovzxwq_zmm_k1z_xmmm128,
        (Set::Avx512, false, _, _) => Code::EVEX_Vpmovzxdq_zmm_k1z_ymmm256,
        (Set::Avx2, true, 1, 2) => Code::VEX_Vpmovsxbw_ymm_xmmm128,
        (Set::Avx2, true, 1, 4) => Code::VEX_Vpmovsxbd_ymm_xmmm64,
        (Set::Avx2, true, 1, _) => Code::VEX_Vpmovsxbq_ymm_xmmm32,
        (Set::Avx2, true, 2, 4) => Code::VEX_Vpmovsxwd_ymm_xmmm128,
        (Set::Avx2, true, 2, _) => Code::VEX_Vpmovsxwq_ymm_xmmm64,
        (Set::Avx2, true, _, _) => Code::VEX_Vpmovsxdq_ymm_xmmm128,
        (Set::Avx2, false, 1, 2) => Code::VEX_Vpmovzxbw_ymm_xmmm128,
        (Set::Avx2, false, 1, 4) => Code::VEX_Vpmovzxbd_ymm_xmmm64,
        (Set::Avx2, false, 1, _) => Code::VEX_Vpmovzxbq_ymm_xmmm32,
        (Set::Avx2, false, 2, 4) => Code::VEX_Vpmovzxwd_ymm_xmmm128,
        (Set::Avx2, false, 2, _) => Code::VEX_Vpmovzxwq_ymm_xmmm64,
        (Set::Avx2, false, _, _) => Code::VEX_Vpmovzxdq_ymm_xmmm128,
    }
}

/// AVX-512's truncation of integers from one size to another.
fn truncation(from: usize, to: usize) -> Code {
    match (from, to) {
        (8, 4) => Code::EVEX_Vpmovqd_ymmm256_k1z_zmm,
        (8, 2) => Code::EVEX_Vpmovqw_xmmm128_k1z_zmm,
        (8, _) => Code::EVEX_Vpmovqb_xmmm64_k1z_zmm,
        (4, 2) => Code::EVEX_Vpmovdw_ymmm256_k1z_zmm,
        (4, _) => Code::EVEX_Vpmovdb_xmmm128_k1z_zmm,
        (_, _) => Code::EVEX_Vpmovwb_ymmm256_k1z_zmm,
    }
}

impl Emitter<'_> {
    /// Makes each register of wider elements with an instruction that reads a part of one of narrower.
    pub(super) fn spread(&mut self, regs: &Regs, from: usize, to: usize, code: Code) -> Regs {
        let factor = to / from;
        let bytes = self.set.bytes() / factor;
        let mut made = Regs::new();
        for at in 0..self.count(to) {
            let reg = regs[(at / factor).min(regs.len() - 1)];
            let part = self.part(reg, at % factor * bytes, bytes);
            let form = Form::folding(code, 0, bytes as u8);
            let source = (part, width(self.set, bytes));
            made.push(self.raw(form, (Class::Vector, Width::Full), &[source], None, None));
        }
        made
    }

    /// The register whose first bytes are those from `offset` on.
    fn part(&mut self, reg: Reg, offset: usize, bytes: usize) -> Reg {
        if let Some(Memory::Block { pointer, size, pair, offset: start, bytes: all }) = self.home(reg) {
            // Read where it is needed, rather than cut from what was read.
            return match usize::from(all) > bytes {
                true => self.homed(Memory::Block {
                    pointer,
                    size,
                    pair,
                    offset: start + offset as u16,
                    bytes: bytes as u8,
                }),
                false => reg,
            };
        }
        if offset == 0 {
            return reg;
        }
        let from = [(reg, Width::Full)];
        if offset.is_multiple_of(32) {
            let form = Form::registers(Code::EVEX_Vextracti64x4_ymmm256_k1z_zmm_imm8);
            return self.raw(form, (Class::Vector, Width::Y), &from, Some((offset / 32) as u8), None);
        }
        let (extract, shift) = match self.set {
            Set::Avx512 => {
                (Code::EVEX_Vextracti32x4_xmmm128_k1z_zmm_imm8, Code::EVEX_Vpsrldq_xmm_xmmm128_imm8)
            }
            Set::Avx2 => (Code::VEX_Vextracti128_xmmm128_ymm_imm8, Code::VEX_Vpsrldq_xmm_xmm_imm8),
        };
        let quarter = match offset / 16 {
            0 => reg,
            at => self.raw(Form::registers(extract), (Class::Vector, Width::X), &from, Some(at as u8), None),
        };
        match offset % 16 {
            0 => quarter,
            by => {
                let from = [(quarter, Width::X)];
                self.raw(Form::registers(shift), (Class::Vector, Width::X), &from, Some(by as u8), None)
            }
        }
    }

    /// Integers as wider ones, extended as their sign says.
    pub(super) fn widen(&mut self, regs: &Regs, from: Lane, to: Lane) -> Regs {
        if from.size() == to.size() {
            return regs.clone();
        }
        let code = widening(self.set, from.is_signed(), from.size(), to.size());
        self.spread(regs, from.size(), to.size(), code)
    }

    /// Integers as narrower ones: the low bytes.
    pub(super) fn truncate(&mut self, regs: Regs, from: usize, to: usize) -> Regs {
        match self.set {
            Set::Avx512 => self.gather(&regs, from, to, truncation(from, to)),
            Set::Avx2 => self.halve(regs, from, to, |e, x, size| {
                let low = e.splat(if size == 4 { Lane::U32 } else { Lane::U16 }, (1 << (size * 4)) - 1);
                e.two(Name::And, Lane::U8, x, low)
            }),
        }
    }

    /// AVX2 masks as narrower ones.
    pub(super) fn narrow_mask(&mut self, regs: Regs, from: usize, to: usize) -> Regs {
        let mut regs = regs;
        let mut size = from;
        while size > to {
            let code = match size {
                8 => Code::VEX_Vshufps_ymm_ymm_ymmm256_imm8,
                4 => Code::VEX_Vpackssdw_ymm_ymm_ymmm256,
                _ => Code::VEX_Vpacksswb_ymm_ymm_ymmm256,
            };
            regs = self.pack(&regs, code);
            size /= 2;
        }
        regs
    }

    /// Halves elements until they are of `to` bytes; `clear` makes the upper half of each 0 first.
    fn halve(
        &mut self,
        mut regs: Regs,
        from: usize,
        to: usize,
        mut clear: impl FnMut(&mut Self, Reg, usize) -> Reg,
    ) -> Regs {
        let mut size = from;
        while size > to {
            let code = match size {
                8 => Code::VEX_Vshufps_ymm_ymm_ymmm256_imm8,
                4 => Code::VEX_Vpackusdw_ymm_ymm_ymmm256,
                _ => Code::VEX_Vpackuswb_ymm_ymm_ymmm256,
            };
            if size < 8 {
                regs = regs.iter().map(|&x| clear(self, x, size)).collect();
            }
            regs = self.pack(&regs, code);
            size /= 2;
        }
        regs
    }

    /// Packs each two registers in one, a lone one with itself. The instruction works in halves of a
    /// register, so the quarters are put in order.
    fn pack(&mut self, regs: &Regs, code: Code) -> Regs {
        let immediate = (code == Code::VEX_Vshufps_ymm_ymm_ymmm256_imm8).then_some(0x88);
        let full = (Class::Vector, Width::Full);
        let mut packed = Regs::new();
        for pair in regs.chunks(2) {
            let uses = [(pair[0], Width::Full), (pair[pair.len() - 1], Width::Full)];
            let mixed = self.raw(Form::folding(code, 1, 32), full, &uses, immediate, None);
            let order = Form::folding(Code::VEX_Vpermq_ymm_ymmm256_imm8, 0, 32);
            packed.push(self.raw(order, full, &[(mixed, Width::Full)], Some(0xd8), None));
        }
        packed
    }

    /// Makes registers of narrower elements: `code` makes the elements of one register narrower, and what
    /// it makes of several is put together.
    pub(super) fn gather(&mut self, regs: &Regs, from: usize, to: usize, code: Code) -> Regs {
        let factor = from / to;
        let bytes = self.set.bytes() / factor;
        let mut made = Regs::new();
        for at in 0..self.count(to) {
            let sources = (0..factor).map(|k| at * factor + k);
            let sources: SmallVec<[Reg; 8]> = match self.is_before() {
                true => sources.map(|_| regs[0]).collect(),
                false => sources.filter_map(|k| regs.get(k).copied()).collect(),
            };
            let mut parts: SmallVec<[Reg; 8]> = SmallVec::new();
            for source in sources {
                let dest = (Class::Vector, width(self.set, bytes));
                parts.push(self.raw(Form::registers(code), dest, &[(source, Width::Full)], None, None));
            }
            made.push(self.join(parts, bytes));
        }
        made
    }

    /// Puts the first `bytes` bytes of several registers one behind the other.
    fn join(&mut self, mut parts: SmallVec<[Reg; 8]>, mut bytes: usize) -> Reg {
        while parts.len() > 1 {
            let (code, immediate) = match (self.set, bytes) {
                (Set::Avx512, 8) => (Code::EVEX_Vpunpcklqdq_xmm_k1z_xmm_xmmm128b64, None),
                (Set::Avx512, 16) => (Code::EVEX_Vinserti32x4_ymm_k1z_ymm_xmmm128_imm8, Some(1)),
                (Set::Avx512, _) => (Code::EVEX_Vinserti64x4_zmm_k1z_zmm_ymmm256_imm8, Some(1)),
                (Set::Avx2, _) => (Code::VEX_Vinserti128_ymm_ymm_xmmm128_imm8, Some(1)),
            };
            let (whole, half) = (width(self.set, bytes * 2), width(self.set, bytes));
            let mut joined: SmallVec<[Reg; 8]> = SmallVec::new();
            for pair in parts.chunks(2) {
                let uses = [(pair[0], whole), (pair[pair.len() - 1], half)];
                joined.push(self.raw(Form::registers(code), (Class::Vector, whole), &uses, immediate, None));
            }
            (parts, bytes) = (joined, bytes * 2);
        }
        parts[0]
    }
}
