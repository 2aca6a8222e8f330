//! Bools as masks: resizing them, and widening and narrowing in general.

use super::emit::{Emitter, Regs, Repr, int_vector};
use crate::kernel::Value;
use cranelift_codegen::ir::{self, InstBuilder, types};
use smallvec::SmallVec;

/// What fills the upper half of an element that is widened.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Extend {
    Sign,
    Zero,
}

impl Emitter<'_, '_> {
    /// A bool as a mask with elements of `size` bytes, resizing it if it has not been needed so yet.
    pub(super) fn mask(&mut self, value: Value, size: usize) -> Regs {
        let made = match self.repr(value) {
            Repr::Constant(b) => {
                let bits = if *b { u64::MAX } else { 0 };
                let one = self.splat_bits(int_vector(size), size, bits);
                return SmallVec::from_elem(one, self.layout.registers(size));
            }
            Repr::Mask(made) => made.clone(),
            Repr::Numbers(_) => unreachable!("only bools are read as masks"),
        };
        if let Some((_, regs)) = made.iter().find(|(s, _)| *s == size) {
            return regs.clone();
        }
        // Narrowing loses nothing of a mask and widening copies its sign, so any width will do.
        let nearest = made.iter().min_by_key(|(s, _)| s.trailing_zeros().abs_diff(size.trailing_zeros()));
        let (from, regs) = nearest.cloned().expect("a mask has been made at some width");
        let regs = if from < size {
            self.widen(regs, from, size, Extend::Sign)
        } else {
            self.narrow_mask(regs, from, size)
        };
        if let Some(Repr::Mask(made)) = &mut self.values[value.index()] {
            made.push((size, regs.clone()));
        }
        regs
    }

    /// The width that a bool has without resizing; constants take any.
    pub(super) fn mask_size(&self, value: Value) -> Option<usize> {
        match self.repr(value) {
            Repr::Mask(made) => made.iter().map(|(s, _)| *s).max(),
            Repr::Constant(_) | Repr::Numbers(_) => None,
        }
    }

    /// Integers of `from` bytes as integers of `to` bytes, wider.
    pub(super) fn widen(&mut self, mut regs: Regs, from: usize, to: usize, extend: Extend) -> Regs {
        let mut size = from;
        while size < to {
            let mut wider = Regs::new();
            let out = self.layout.registers(size * 2);
            for &reg in &regs {
                let low = match extend {
                    Extend::Sign => self.b.ins().swiden_low(reg),
                    Extend::Zero => self.b.ins().uwiden_low(reg),
                };
                wider.push(low);
                if wider.len() < out {
                    let high = match extend {
                        Extend::Sign => self.b.ins().swiden_high(reg),
                        Extend::Zero => self.b.ins().uwiden_high(reg),
                    };
                    wider.push(high);
                }
            }
            (regs, size) = (wider, size * 2);
        }
        regs
    }

    /// Integers of `from` bytes as integers of `to` bytes, narrower: the low bytes.
    pub(super) fn truncate(&mut self, mut regs: Regs, from: usize, to: usize) -> Regs {
        let mut size = from;
        while size > to {
            regs = self.pair_up(&regs, |e, low, high| e.low_halves(low, high, size));
            size /= 2;
        }
        regs
    }

    fn narrow_mask(&mut self, mut regs: Regs, from: usize, to: usize) -> Regs {
        let mut size = from;
        while size > to {
            // Saturation keeps 0 and -1; there is no such instruction for 64 bits.
            regs = self.pair_up(&regs, |e, low, high| match size {
                8 => e.low_halves(low, high, size),
                _ => e.b.ins().snarrow(low, high),
            });
            size /= 2;
        }
        regs
    }

    /// Makes one register of each two; a lone one, not full to begin with, is paired with itself.
    pub(super) fn pair_up(
        &mut self,
        regs: &Regs,
        mut make: impl FnMut(&mut Self, ir::Value, ir::Value) -> ir::Value,
    ) -> Regs {
        regs.chunks(2).map(|pair| make(self, pair[0], *pair.last().unwrap_or(&pair[0]))).collect()
    }

    /// The low half of each element of two registers, as one register.
    fn low_halves(&mut self, low: ir::Value, high: ir::Value, size: usize) -> ir::Value {
        let half = size / 2;
        let picks = (0..32u8).filter(|&byte| usize::from(byte) % size < half);
        let bytes: Vec<u8> = picks.collect();
        let picked = self.shuffle(low, high, &bytes);
        self.bitcast(int_vector(half), picked)
    }

    /// Bytes of two registers by number: 0..16 of the first, 16..32 of the second.
    pub(super) fn shuffle(&mut self, low: ir::Value, high: ir::Value, bytes: &[u8]) -> ir::Value {
        let (low, high) = (self.bitcast(types::I8X16, low), self.bitcast(types::I8X16, high));
        let immediate = self.b.func.dfg.immediates.push(bytes.to_vec().into());
        self.b.ins().shuffle(low, high, immediate)
    }

    /// The upper eight bytes of a register, moved to the lower.
    pub(super) fn high_half(&mut self, reg: ir::Value) -> ir::Value {
        let ty = self.b.func.dfg.value_type(reg);
        let bytes: Vec<u8> = (8..16).chain(8..16).collect();
        let moved = self.shuffle(reg, reg, &bytes);
        self.bitcast(ty, moved)
    }
}
