//! Bools: masks for lanes of different sizes, logic on them, and numbers made of them.

use super::Set;
use super::code::{Class, Form, Reg, Width};
use super::emit::{Emitter, Regs, Repr};
use super::names::Name;
use super::table::{Logic, MASK_ALL, MASK_NONE};
use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::kernel::Value;
use iced_x86::Code;
use smallvec::{SmallVec, smallvec};

/// The integers of a size, for masks as vectors.
fn ints(size: usize) -> Lane {
    match size {
        1 => Lane::I8,
        2 => Lane::I16,
        4 => Lane::I32,
        _ => Lane::I64,
    }
}

impl Emitter<'_> {
    /// A bool as masks for elements of `size` bytes, resizing it if it has not been needed so yet.
    pub(super) fn mask(&mut self, value: Value, size: usize) -> Regs {
        let made = match self.repr(value) {
            Repr::Constant(b) => {
                let b = *b;
                return self.beside(value, |e| smallvec![e.constant_mask(b)]);
            }
            Repr::Mask(made) => made.clone(),
            Repr::Numbers(_) => unreachable!("only bools are read as masks"),
        };
        if let Some((_, regs)) = made.iter().find(|(s, _)| *s == size) {
            return regs.clone();
        }
        let nearest = made.iter().min_by_key(|(s, _)| s.trailing_zeros().abs_diff(size.trailing_zeros()));
        let (from, regs) = nearest.cloned().expect("a mask has been made at some size");
        let regs = self.beside(value, |e| e.resize_mask(regs, from, size));
        if let Repr::Mask(made) = self.repr_mut(value) {
            made.push((size, regs.clone()));
        }
        regs
    }

    /// The largest size that a bool has been made for; constants take any.
    fn mask_size(&self, value: Value) -> Option<usize> {
        match self.repr(value) {
            Repr::Mask(made) => made.iter().map(|(s, _)| *s).max(),
            Repr::Constant(_) | Repr::Numbers(_) => None,
        }
    }

    /// A mask that is the same for every element.
    fn constant_mask(&mut self, value: bool) -> Reg {
        match self.set {
            Set::Avx2 => self.splat(Lane::U8, if value { u64::MAX } else { 0 }),
            Set::Avx512 => {
                let zero = self.splat(Lane::U8, 0);
                let how = if value { MASK_ALL } else { MASK_NONE };
                self.named(Name::Compare, Lane::U8, &[zero, zero], Some(how))
            }
        }
    }

    fn resize_mask(&mut self, regs: Regs, from: usize, to: usize) -> Regs {
        match self.set {
            Set::Avx2 if from < to => self.widen(&regs, ints(from), ints(to)),
            Set::Avx2 => self.narrow_mask(regs, from, to),
            Set::Avx512 if from < to => self.part_masks(&regs, from, to),
            Set::Avx512 => self.join_masks(regs, from, to),
        }
    }

    /// Masks of fewer bits: parts of those that there are. Bits beyond an element count are never looked at.
    fn part_masks(&mut self, regs: &Regs, from: usize, to: usize) -> Regs {
        let (factor, bits) = (to / from, self.set.bytes() / to);
        let count = self.count(to);
        let part = |e: &mut Self, at: usize| {
            let (reg, shift) = (regs[(at / factor).min(regs.len() - 1)], at % factor * bits);
            if shift == 0 {
                return reg;
            }
            let form = Form::registers(Code::VEX_Kshiftrq_kr_kr_imm8);
            e.raw(form, (Class::Mask, Width::Full), &[(reg, Width::Full)], Some(shift as u8), None)
        };
        (0..count).map(|at| part(self, at)).collect()
    }

    /// Masks of more bits: two are made one.
    fn join_masks(&mut self, mut regs: Regs, from: usize, to: usize) -> Regs {
        let mut size = from;
        while size > to {
            let code = match size {
                8 => Code::VEX_Kunpckbw_kr_kr_kr,
                4 => Code::VEX_Kunpckwd_kr_kr_kr,
                _ => Code::VEX_Kunpckdq_kr_kr_kr,
            };
            let alone = regs.len() == 1 && !self.is_before();
            if !alone {
                regs =
                    regs.chunks(2).map(|pair| self.on_masks(code, pair[pair.len() - 1], pair[0])).collect();
            }
            size /= 2;
        }
        regs
    }

    fn on_masks(&mut self, code: Code, x: Reg, y: Reg) -> Reg {
        let uses = [(x, Width::Full), (y, Width::Full)];
        self.raw(Form::registers(code), (Class::Mask, Width::Full), &uses, None, None)
    }

    /// A bool as numbers 0 and 1.
    pub(super) fn of_bool(&mut self, to: Lane, value: Value) -> Regs {
        let mask = self.mask(value, to.size());
        let one = if to.is_float() { Scalar::from_f64(to, 1.0).bits } else { 1 };
        let one = self.splat(to, one);
        let count = self.count(to.size());
        (0..count).map(|r| self.keep(to, mask[r.min(mask.len() - 1)], one)).collect()
    }

    /// Logic on masks, at the largest size that any of them has.
    pub(super) fn logic(&mut self, logic: Logic, args: &[Value]) -> Repr {
        let size = args.iter().filter_map(|&a| self.mask_size(a)).max().unwrap_or(1);
        let masks: SmallVec<[Regs; 3]> = args.iter().map(|&a| self.mask(a, size)).collect();
        let count = self.count(size);
        let mut regs = Regs::new();
        for r in 0..count {
            let of = |k: usize| masks[k][r.min(masks[k].len() - 1)];
            let (x, y) = (of(0), of(args.len().min(2) - 1));
            regs.push(match logic {
                Logic::And => self.and(x, y),
                Logic::Or => self.or(x, y),
                Logic::Xor => self.bits(Name::Xor, Code::VEX_Kxorq_kr_kr_kr, x, y),
                Logic::Xnor => self.equal(x, y),
                Logic::Not => self.not(x),
                Logic::NotAnd => self.not_and(x, y),
                Logic::AndNot => self.not_and(y, x),
                Logic::NotOr => {
                    let fails = self.not_and(y, x);
                    self.not(fails)
                }
                Logic::OrNot => {
                    let fails = self.not_and(x, y);
                    self.not(fails)
                }
                Logic::Select => {
                    let (chosen, other) = (self.and(x, y), self.not_and(x, of(2)));
                    self.or(chosen, other)
                }
            });
        }
        Repr::Mask(smallvec![(size, regs)])
    }

    fn bits(&mut self, name: Name, code: Code, x: Reg, y: Reg) -> Reg {
        match self.set {
            Set::Avx2 => self.two(name, Lane::I8, x, y),
            Set::Avx512 => self.on_masks(code, x, y),
        }
    }

    fn and(&mut self, x: Reg, y: Reg) -> Reg {
        self.bits(Name::And, Code::VEX_Kandq_kr_kr_kr, x, y)
    }

    fn or(&mut self, x: Reg, y: Reg) -> Reg {
        self.bits(Name::Or, Code::VEX_Korq_kr_kr_kr, x, y)
    }

    fn not_and(&mut self, x: Reg, y: Reg) -> Reg {
        self.bits(Name::AndNot, Code::VEX_Kandnq_kr_kr_kr, x, y)
    }

    fn equal(&mut self, x: Reg, y: Reg) -> Reg {
        match self.set {
            Set::Avx2 => self.two(Name::Equal, Lane::I8, x, y),
            Set::Avx512 => self.on_masks(Code::VEX_Kxnorq_kr_kr_kr, x, y),
        }
    }

    fn not(&mut self, x: Reg) -> Reg {
        match self.set {
            Set::Avx2 => self.flip(Lane::I8, x),
            Set::Avx512 => {
                let form = Form::registers(Code::VEX_Knotq_kr_kr);
                self.raw(form, (Class::Mask, Width::Full), &[(x, Width::Full)], None, None)
            }
        }
    }
}
