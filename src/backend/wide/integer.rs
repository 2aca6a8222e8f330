//! Expansions on integers.

use super::Set;
use super::code::{Class, Form, Reg, Width};
use super::emit::{Emitter, Regs};
use super::names::Name;
use super::table::Comparison;
use crate::dtype::Lane;
use crate::kernel::{Inst, Value};
use iced_x86::Code;
use smallvec::smallvec;

impl Emitter<'_> {
    pub(super) fn negate(&mut self, lane: Lane, x: Reg) -> Reg {
        let zero = self.splat(lane, 0);
        self.two(Name::Sub, lane, zero, x)
    }

    pub(super) fn flip(&mut self, lane: Lane, x: Reg) -> Reg {
        let ones = self.splat(lane, u64::MAX);
        self.two(Name::Xor, lane, x, ones)
    }

    pub(super) fn clamp_to_one(&mut self, lane: Lane, x: Reg) -> Reg {
        let (one, minus) = (self.splat(lane, 1), self.splat(lane, u64::MAX));
        let capped = self.two(Name::Min, lane, x, one);
        self.two(Name::Max, lane, capped, minus)
    }

    pub(super) fn at_most_one(&mut self, lane: Lane, x: Reg) -> Reg {
        let one = self.splat(lane, 1);
        self.two(Name::Min, lane, x, one)
    }

    pub(super) fn one_if_not_zero(&mut self, lane: Lane, x: Reg) -> Reg {
        let (zero, one) = (self.splat(lane, 0), self.splat(lane, 1));
        let is_zero = self.two(Name::Equal, lane, x, zero);
        self.two(Name::AndNot, lane, is_zero, one)
    }

    /// Masks are -1 where they are set.
    pub(super) fn sign_by_masks(&mut self, lane: Lane, x: Reg) -> Reg {
        let zero = self.splat(lane, 0);
        let above = self.two(Name::Greater, lane, x, zero);
        let below = self.two(Name::Greater, lane, zero, x);
        self.two(Name::Sub, lane, below, above)
    }

    pub(super) fn negative(&mut self, lane: Lane, x: Reg) -> Reg {
        let lane = match lane {
            Lane::F32 => Lane::I32,
            Lane::F64 => Lane::I64,
            Lane::Bool | Lane::I8 | Lane::I16 | Lane::I32 | Lane::I64 => lane,
            Lane::U8 | Lane::U16 | Lane::U32 | Lane::U64 | Lane::F16 => lane,
        };
        let zero = self.splat(lane, 0);
        self.two(Name::Greater, lane, zero, x)
    }

    pub(super) fn abs_by_mask(&mut self, lane: Lane, x: Reg) -> Reg {
        let sign = self.negative(lane, x);
        let flipped = self.two(Name::Xor, lane, x, sign);
        self.two(Name::Sub, lane, flipped, sign)
    }

    pub(super) fn extreme(&mut self, name: Name, lane: Lane, x: Reg, y: Reg) -> Reg {
        let (more, less) = if name == Name::Max { (x, y) } else { (y, x) };
        let mask = self.greater(lane, more, less);
        self.select(lane, mask, x, y)
    }

    /// The mask of `x > y` in AVX2.
    fn greater(&mut self, lane: Lane, x: Reg, y: Reg) -> Reg {
        if lane.is_signed() {
            return self.two(Name::Greater, lane, x, y);
        }
        // Turning the top bit over makes the order of unsigned numbers that of signed ones.
        let top = self.splat(lane, 1 << (lane.size() * 8 - 1));
        let (x, y) = (self.two(Name::Xor, lane, x, top), self.two(Name::Xor, lane, y, top));
        self.two(Name::Greater, lane, x, y)
    }

    /// The comparisons that AVX2 lacks.
    pub(super) fn compare_by(&mut self, how: Comparison, lane: Lane, x: Reg, y: Reg) -> Reg {
        // `x <= y` is that the lesser is x.
        let by_extreme = lane.is_unsigned() && lane.size() < 8;
        match how {
            Comparison::Le | Comparison::Gt if by_extreme => {
                let least = self.two(Name::Min, lane, x, y);
                let holds = self.two(Name::Equal, lane, least, x);
                if how == Comparison::Le { holds } else { self.flip(lane, holds) }
            }
            Comparison::Ge | Comparison::Lt if by_extreme => {
                let most = self.two(Name::Max, lane, x, y);
                let holds = self.two(Name::Equal, lane, most, x);
                if how == Comparison::Ge { holds } else { self.flip(lane, holds) }
            }
            Comparison::Lt => self.greater(lane, y, x),
            Comparison::Ge => {
                let less = self.greater(lane, y, x);
                self.flip(lane, less)
            }
            Comparison::Le => {
                let more = self.greater(lane, x, y);
                self.flip(lane, more)
            }
            Comparison::Ne => {
                let equal = self.two(Name::Equal, lane, x, y);
                self.flip(lane, equal)
            }
            Comparison::Gt => self.greater(lane, x, y),
        }
    }

    /// The even bytes' products, and the odd ones', in 16 bits each.
    pub(super) fn mul_bytes(&mut self, x: Reg, y: Reg) -> Reg {
        let low = self.splat(Lane::U16, 0xff);
        let even = self.two(Name::Mul, Lane::U16, x, y);
        let even = self.two(Name::And, Lane::U16, even, low);
        let x = self.named(Name::ShiftRight, Lane::U16, &[x], Some(8));
        let y = self.named(Name::ShiftRight, Lane::U16, &[y], Some(8));
        let odd = self.two(Name::Mul, Lane::U16, x, y);
        let odd = self.named(Name::ShiftLeft, Lane::U16, &[odd], Some(8));
        self.two(Name::Or, Lane::U16, even, odd)
    }

    /// `low·low + ((high·low + low·high) << 32)`.
    pub(super) fn mul_wide(&mut self, x: Reg, y: Reg) -> Reg {
        let high_x = self.named(Name::ShiftRight, Lane::U64, &[x], Some(32));
        let high_y = self.named(Name::ShiftRight, Lane::U64, &[y], Some(32));
        let low = self.low_product(x, y);
        let (one, other) = (self.low_product(high_x, y), self.low_product(x, high_y));
        let cross = self.two(Name::Add, Lane::U64, one, other);
        let cross = self.named(Name::ShiftLeft, Lane::U64, &[cross], Some(32));
        self.two(Name::Add, Lane::U64, low, cross)
    }

    /// The products of the low halves of 64-bit elements.
    fn low_product(&mut self, x: Reg, y: Reg) -> Reg {
        let form = Form { commutes: true, ..Form::folding(Code::VEX_Vpmuludq_ymm_ymm_ymmm256, 1, 32) };
        let uses = [(x, Width::Full), (y, Width::Full)];
        self.raw(form, (Class::Vector, Width::Full), &uses, None, None)
    }

    /// A shift by a constant count; counts outside the width leave 0, or the sign.
    pub(super) fn shift(&mut self, left: bool, lane: Lane, args: &[Value]) -> Regs {
        let Inst::Const(count) = &self.kernel.body[args[1].index()].0 else {
            return self.refuse(format!("a shift of {lane} by a count that varies"));
        };
        let count = count.as_i128().unwrap_or(-1);
        let width = lane.size() as i128 * 8;
        let inside = (0..width).contains(&count);
        if !inside && (left || lane.is_unsigned()) {
            return smallvec![self.splat(lane, 0)];
        }
        let count = if inside { count as u8 } else { width as u8 - 1 };
        let name = match (left, lane.is_signed()) {
            (true, _) => Name::ShiftLeft,
            (false, true) => Name::ShiftRightSigned,
            (false, false) => Name::ShiftRight,
        };
        let x = self.regs(args[0]);
        let registers = self.count(lane.size());
        (0..registers).map(|r| self.shift_one(name, lane, x[r.min(x.len() - 1)], count)).collect()
    }

    fn shift_one(&mut self, name: Name, lane: Lane, x: Reg, count: u8) -> Reg {
        if count == 0 {
            return x;
        }
        let native =
            lane.size() > 1 && (name != Name::ShiftRightSigned || lane.size() < 8 || self.set == Set::Avx512);
        if native {
            return self.named(name, lane, &[x], Some(count));
        }
        if name == Name::ShiftRightSigned {
            // As an unsigned number, and then the sign extended from where its bit has come to.
            let shifted = self.shift_one(Name::ShiftRight, lane, x, count);
            let sign = self.splat(lane, 1 << (lane.size() * 8 - 1 - usize::from(count)));
            let flipped = self.two(Name::Xor, lane, shifted, sign);
            return self.two(Name::Sub, lane, flipped, sign);
        }
        // Bytes are shifted in pairs, and what came from the neighbour is cleared.
        let pairs = self.named(name, Lane::U16, &[x], Some(count));
        let own = if name == Name::ShiftLeft { 0xff << count } else { 0xff >> count };
        let own = self.splat(lane, own & 0xff);
        self.two(Name::And, lane, pairs, own)
    }
}
