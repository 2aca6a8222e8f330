//! Casts between lanes; each rounds once.

use super::emit::{Emitter, Regs, Repr, int_vector, vector};
use super::mask::Extend;
use super::ops::extension;
use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::kernel::Value;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{self, InstBuilder, types};

impl Emitter<'_, '_> {
    /// A value of dtype `from` as `to`.
    pub(super) fn cast(&mut self, from: Lane, to: Lane, value: Value) -> Repr {
        if from == to {
            return self.repr(value).clone();
        }
        if to == Lane::Bool {
            let regs = self.not_zero(from, value);
            return Repr::Mask(smallvec::smallvec![(from.size(), regs)]);
        }
        if from == Lane::Bool {
            return Repr::Numbers(self.number_of_bool(to, value));
        }
        let regs = self.regs(value);
        Repr::Numbers(match (from.is_float(), to.is_float()) {
            (false, false) => self.resize(regs, from, to),
            (false, true) => self.int_to_float(regs, from, to),
            (true, true) if to == Lane::F64 => self.promote(&regs),
            (true, true) => self.pair_up(&regs, |e, low, high| e.demote(low, high)),
            (true, false) => self.float_to_int(regs, to),
        })
    }

    fn not_zero(&mut self, from: Lane, value: Value) -> Regs {
        let zero = self.splat_bits(vector(from), from.size(), 0);
        let regs = self.regs(value);
        let compare = |e: &mut Self, x| match from.is_float() {
            true => e.b.ins().fcmp(FloatCC::NotEqual, x, zero),
            false => e.b.ins().icmp(IntCC::NotEqual, x, zero),
        };
        regs.iter().map(|&x| compare(self, x)).collect()
    }

    fn number_of_bool(&mut self, to: Lane, value: Value) -> Regs {
        let mask = self.mask(value, to.size());
        let one = if to.is_float() { Scalar::from_f64(to, 1.0).bits } else { 1 };
        let one = self.splat_bits(int_vector(to.size()), to.size(), one);
        let mut as_number = |m| {
            let bits = self.b.ins().band(m, one);
            self.bitcast(vector(to), bits)
        };
        mask.iter().map(|&m| as_number(m)).collect()
    }

    fn resize(&mut self, regs: Regs, from: Lane, to: Lane) -> Regs {
        match from.size() < to.size() {
            true => self.widen(regs, from.size(), to.size(), extension(from)),
            false => self.truncate(regs, from.size(), to.size()),
        }
    }

    fn int_to_float(&mut self, regs: Regs, from: Lane, to: Lane) -> Regs {
        if from.size() == 8 {
            // To f64 only: to f32 is a block step.
            let convert = |e: &mut Self, x| match from.is_signed() {
                true => e.b.ins().fcvt_from_sint(types::F64X2, x),
                false => e.b.ins().fcvt_from_uint(types::F64X2, x),
            };
            return regs.iter().map(|&x| convert(self, x)).collect();
        }
        let words = self.widen(regs, from.size(), 4, extension(from));
        match (to, from) {
            (Lane::F64, Lane::U32) => self.words_to_f64(&words),
            (Lane::F64, _) => self.halves(&words, |e, half| {
                let wide = e.b.ins().swiden_low(half);
                e.b.ins().fcvt_from_sint(types::F64X2, wide)
            }),
            (_, Lane::U32) => words.iter().map(|&x| self.b.ins().fcvt_from_uint(types::F32X4, x)).collect(),
            (_, _) => words.iter().map(|&x| self.b.ins().fcvt_from_sint(types::F32X4, x)).collect(),
        }
    }

    /// Unsigned 32-bit integers as doubles: the integer put into the fraction of 2^52, less 2^52.
    fn words_to_f64(&mut self, words: &Regs) -> Regs {
        let magic = (1u64 << 52) as f64;
        let wide = self.widen(words.clone(), 4, 8, Extend::Zero);
        let exponent = self.splat_bits(types::I64X2, 8, magic.to_bits());
        let offset = self.splat_bits(types::F64X2, 8, magic.to_bits());
        let mut convert = |x| {
            let bits = self.b.ins().bor(x, exponent);
            let shifted = self.bitcast(types::F64X2, bits);
            self.b.ins().fsub(shifted, offset)
        };
        wide.iter().map(|&x| convert(x)).collect()
    }

    /// Applies `make` to the lower and the upper half of each register.
    fn halves(&mut self, regs: &Regs, mut make: impl FnMut(&mut Self, ir::Value) -> ir::Value) -> Regs {
        let mut made = Regs::new();
        for &reg in regs {
            made.push(make(self, reg));
            let high = self.high_half(reg);
            made.push(make(self, high));
        }
        made
    }

    fn promote(&mut self, regs: &Regs) -> Regs {
        self.halves(regs, |e, half| e.b.ins().fvpromote_low(half))
    }

    fn demote(&mut self, low: ir::Value, high: ir::Value) -> ir::Value {
        let (low, high) = (self.b.ins().fvdemote(low), self.b.ins().fvdemote(high));
        let bytes: Vec<u8> = (0..8).chain(16..24).collect();
        let both = self.shuffle(low, high, &bytes);
        self.bitcast(types::F32X4, both)
    }

    /// f32 to at most 32 bits: saturating, NaN to 0. The narrowing instructions saturate too.
    fn float_to_int(&mut self, regs: Regs, to: Lane) -> Regs {
        if to == Lane::U32 {
            return regs.iter().map(|&x| self.b.ins().fcvt_to_uint_sat(types::I32X4, x)).collect();
        }
        let mut regs: Regs = regs.iter().map(|&x| self.b.ins().fcvt_to_sint_sat(types::I32X4, x)).collect();
        let mut size = 4;
        while size > to.size() {
            let last = size / 2 == to.size();
            regs = self.pair_up(&regs, |e, low, high| match last && to.is_unsigned() {
                true => e.b.ins().unarrow(low, high),
                false => e.b.ins().snarrow(low, high),
            });
            size /= 2;
        }
        regs
    }
}
