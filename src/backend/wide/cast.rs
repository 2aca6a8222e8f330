//! Casts between lanes; each rounds once.

use super::Set;
use super::code::{Class, Form, Reg, Width};
use super::emit::{Emitter, Regs, Repr};
use super::names::Name;
use super::table::{self, Cast};
use crate::dtype::Lane;
use crate::kernel::Value;
use iced_x86::Code;
use smallvec::smallvec;

impl Emitter<'_> {
    /// A value of dtype `from` as `to`.
    pub(super) fn cast(&mut self, from: Lane, to: Lane, value: Value) -> Repr {
        let cast = table::cast(from, to);
        if cast == Cast::Same {
            return self.repr(value).clone();
        }
        if cast == Cast::OfBool {
            return Repr::Numbers(self.of_bool(to, value));
        }
        let regs = self.regs(value);
        Repr::Numbers(match cast {
            Cast::ToBool => {
                let mask = regs.iter().map(|&x| self.not_zero(from, x)).collect();
                return Repr::Mask(smallvec![(from.size(), mask)]);
            }
            Cast::Resize if from.size() > to.size() => self.truncate(regs, from.size(), to.size()),
            Cast::Resize => self.widen(&regs, from, to),
            Cast::LongToFloat => regs.iter().map(|&x| self.long_to_float(from, x)).collect(),
            Cast::IntToFloat => self.int_to_float(&regs, from, to),
            Cast::WordToFloat => self.word_to_float(&regs, to),
            Cast::Promote => self.spread(
                &regs,
                4,
                8,
                match self.set {
                    Set::Avx2 => Code::VEX_Vcvtps2pd_ymm_xmmm128,
                    Set::Avx512 => Code::EVEX_Vcvtps2pd_zmm_k1z_ymmm256b32_sae,
                },
            ),
            Cast::Demote => self.gather(
                &regs,
                8,
                4,
                match self.set {
                    Set::Avx2 => Code::VEX_Vcvtpd2ps_xmm_ymmm256,
                    Set::Avx512 => Code::EVEX_Vcvtpd2ps_ymm_k1z_zmmm512b64_er,
                },
            ),
            Cast::FloatToInt => self.float_to_int(&regs, to),
            Cast::NotLane | Cast::Same | Cast::OfBool => self.refuse(format!("a cast of {from} to {to}")),
        })
    }

    /// An instruction on whole registers that has one operand.
    fn convert(&mut self, code: Code, x: Reg) -> Reg {
        let form = Form::folding(code, 0, self.set.bytes() as u8);
        self.raw(form, (Class::Vector, Width::Full), &[(x, Width::Full)], None, None)
    }

    fn long_to_float(&mut self, from: Lane, x: Reg) -> Reg {
        match (self.set, from.is_signed()) {
            (Set::Avx512, true) => self.convert(Code::EVEX_Vcvtqq2pd_zmm_k1z_zmmm512b64_er, x),
            (Set::Avx512, false) => self.convert(Code::EVEX_Vcvtuqq2pd_zmm_k1z_zmmm512b64_er, x),
            // The halves in the fractions of 2^84 and 2^52; the upper one of a signed number is 2^31 more.
            (Set::Avx2, true) => self.halves_to_float(x, 0x4530_0000_8000_0000, 0x4530_0000_8010_0000),
            (Set::Avx2, false) => self.halves_to_float(x, 0x4530_0000_0000_0000, 0x4530_0000_0010_0000),
        }
    }

    /// One rounding: the difference of the upper half and the offset is exact.
    fn halves_to_float(&mut self, x: Reg, upper: u64, offset: u64) -> Reg {
        let high = self.named(Name::ShiftRight, Lane::U64, &[x], Some(32));
        let upper = self.splat(Lane::U64, upper);
        let high = self.two(Name::Xor, Lane::U64, high, upper);
        let offset = self.splat(Lane::F64, offset);
        let lower = self.float(Lane::F64, 4_503_599_627_370_496.0);
        let form = Form::folding(Code::VEX_Vpblendd_ymm_ymm_ymmm256_imm8, 1, 32);
        let uses = [(x, Width::Full), (lower, Width::Full)];
        let low = self.raw(form, (Class::Vector, Width::Full), &uses, Some(0xaa), None);
        let high = self.two(Name::Sub, Lane::F64, high, offset);
        self.two(Name::Add, Lane::F64, high, low)
    }

    fn int_to_float(&mut self, regs: &Regs, from: Lane, to: Lane) -> Regs {
        let words = self.widen(regs, from, Lane::I32);
        match (to, self.set) {
            (Lane::F64, Set::Avx2) => self.spread(&words, 4, 8, Code::VEX_Vcvtdq2pd_ymm_xmmm128),
            (Lane::F64, Set::Avx512) => self.spread(&words, 4, 8, Code::EVEX_Vcvtdq2pd_zmm_k1z_ymmm256b32_er),
            (_, set) => {
                let code = match set {
                    Set::Avx2 => Code::VEX_Vcvtdq2ps_ymm_ymmm256,
                    Set::Avx512 => Code::EVEX_Vcvtdq2ps_zmm_k1z_zmmm512b32_er,
                };
                words.iter().map(|&x| self.convert(code, x)).collect()
            }
        }
    }

    fn word_to_float(&mut self, regs: &Regs, to: Lane) -> Regs {
        match (self.set, to) {
            (Set::Avx512, Lane::F64) => self.spread(regs, 4, 8, Code::EVEX_Vcvtudq2pd_zmm_k1z_ymmm256b32_er),
            (Set::Avx512, _) => {
                regs.iter().map(|&x| self.convert(Code::EVEX_Vcvtudq2ps_zmm_k1z_zmmm512b32_er, x)).collect()
            }
            // The integer put into the fraction of 2^52, less 2^52.
            (Set::Avx2, Lane::F64) => {
                let wide = self.widen(regs, Lane::U32, Lane::U64);
                let magic = self.float(Lane::F64, 4_503_599_627_370_496.0);
                let convert = |e: &mut Self, x| {
                    let sum = e.two(Name::Or, Lane::F64, x, magic);
                    e.two(Name::Sub, Lane::F64, sum, magic)
                };
                wide.iter().map(|&x| convert(self, x)).collect()
            }
            (Set::Avx2, _) => regs.iter().map(|&x| self.word_to_single(x)).collect(),
        }
    }

    /// The halves in the fractions of 2^39 and 2^23; the difference of the upper one and the offset is exact.
    fn word_to_single(&mut self, x: Reg) -> Reg {
        let low = self.splat(Lane::U32, 0xffff);
        let low = self.two(Name::And, Lane::U32, x, low);
        let exponent = self.float(Lane::F32, 8_388_608.0);
        let low = self.two(Name::Or, Lane::U32, low, exponent);
        let high = self.named(Name::ShiftRight, Lane::U32, &[x], Some(16));
        let exponent = self.float(Lane::F32, 549_755_813_888.0);
        let high = self.two(Name::Or, Lane::U32, high, exponent);
        let offset = self.float(Lane::F32, 549_764_202_496.0);
        let high = self.two(Name::Sub, Lane::F32, high, offset);
        self.two(Name::Add, Lane::F32, high, low)
    }

    /// f32 to at most 32 bits: saturating, NaN to 0.
    fn float_to_int(&mut self, regs: &Regs, to: Lane) -> Regs {
        match to {
            Lane::I32 => regs.iter().map(|&x| self.float_to_i32(x)).collect(),
            Lane::U32 => regs.iter().map(|&x| self.float_to_u32(x)).collect(),
            Lane::I8 | Lane::I16 | Lane::U8 | Lane::U16 => {
                let words = regs.iter().map(|&x| self.float_within(x, to)).collect();
                self.truncate(words, 4, to.size())
            }
            Lane::Bool | Lane::I64 | Lane::U64 | Lane::F16 | Lane::F32 | Lane::F64 => {
                self.refuse(format!("a cast of f32 to {to}"))
            }
        }
    }

    /// To 32 bits; what does not fit gives the least integer.
    fn word_of(&mut self, x: Reg) -> Reg {
        self.convert(
            match self.set {
                Set::Avx2 => Code::VEX_Vcvttps2dq_ymm_ymmm256,
                Set::Avx512 => Code::EVEX_Vcvttps2dq_zmm_k1z_zmmm512b32_sae,
            },
            x,
        )
    }

    fn float_to_i32(&mut self, x: Reg) -> Reg {
        let numbers = self.nan_to_zero(Lane::F32, x);
        let word = self.word_of(numbers);
        let beyond = self.float(Lane::F32, 2_147_483_648.0);
        let over = self.named(Name::Compare, Lane::F32, &[x, beyond], Some(table::GE));
        let most = self.splat(Lane::I32, i32::MAX as u64);
        self.select(Lane::I32, over, most, word)
    }

    fn float_to_u32(&mut self, x: Reg) -> Reg {
        // Of NaN it is the second.
        let zero = self.splat(Lane::F32, 0);
        let x = self.two(Name::Max, Lane::F32, x, zero);
        if self.set == Set::Avx512 {
            return self.convert(Code::EVEX_Vcvttps2udq_zmm_k1z_zmmm512b32_sae, x);
        }
        // What is below 2^31, or else 2^31, and what is above it, at most 2^31 - 1.
        let half = self.float(Lane::F32, 2_147_483_648.0);
        let low = self.word_of(x);
        let above = self.two(Name::Sub, Lane::F32, x, half);
        let over = self.named(Name::Compare, Lane::F32, &[above, half], Some(table::GE));
        let high = self.word_of(above);
        let high = self.two(Name::Xor, Lane::I32, high, over);
        let high = self.two(Name::Max, Lane::I32, high, zero);
        self.two(Name::Add, Lane::I32, low, high)
    }

    /// As a word within the bounds of a narrower integer.
    fn float_within(&mut self, x: Reg, to: Lane) -> Reg {
        let bits = to.size() as i32 * 8;
        let (least, most) = match to.is_signed() {
            true => (-(2f64.powi(bits - 1)), 2f64.powi(bits - 1) - 1.0),
            false => (0.0, 2f64.powi(bits) - 1.0),
        };
        let (least, most) = (self.float(Lane::F32, least), self.float(Lane::F32, most));
        let x = if to.is_signed() { self.nan_to_zero(Lane::F32, x) } else { x };
        // Of NaN it is the second.
        let x = self.two(Name::Max, Lane::F32, x, least);
        let x = self.two(Name::Min, Lane::F32, x, most);
        self.word_of(x)
    }
}
