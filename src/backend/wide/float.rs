//! Expansions on floats.

use super::code::Reg;
use super::emit::Emitter;
use super::names::Name;
use super::table::{self, ORDERED, UNORDERED};
use crate::dtype::Lane;

/// The sign bit of a lane.
fn sign_bit(lane: Lane) -> u64 {
    1 << (lane.size() * 8 - 1)
}

impl Emitter<'_> {
    pub(super) fn flip_sign(&mut self, lane: Lane, x: Reg) -> Reg {
        let sign = self.splat(lane, sign_bit(lane));
        self.two(Name::Xor, lane, x, sign)
    }

    pub(super) fn clear_sign(&mut self, lane: Lane, x: Reg) -> Reg {
        let rest = self.splat(lane, !sign_bit(lane));
        self.two(Name::And, lane, x, rest)
    }

    /// NaN stays, all else is replaced; of -0.0 it is 0.0.
    pub(super) fn float_sign(&mut self, lane: Lane, x: Reg) -> Reg {
        let [zero, one, minus] = [0.0, 1.0, -1.0].map(|c| self.float(lane, c));
        let nan = self.named(Name::Compare, lane, &[x, x], Some(UNORDERED));
        let below = self.named(Name::Compare, lane, &[x, zero], Some(table::LT));
        let above = self.named(Name::Compare, lane, &[x, zero], Some(table::GT));
        let rest = self.keep(lane, nan, x);
        let rest = self.select(lane, below, minus, rest);
        self.select(lane, above, one, rest)
    }

    pub(super) fn copysign(&mut self, lane: Lane, x: Reg, y: Reg) -> Reg {
        let sign = self.splat(lane, sign_bit(lane));
        let sign = self.two(Name::And, lane, y, sign);
        let magnitude = self.clear_sign(lane, x);
        self.two(Name::Or, lane, magnitude, sign)
    }

    /// The instruction gives the second operand on a tie and if either is NaN; so the first is put back
    /// where the operand of number `nan` is NaN: `minimum` for the first, `fmin` for the second.
    pub(super) fn pick(&mut self, name: Name, lane: Lane, args: &[Reg], nan: usize) -> Reg {
        let picked = self.two(name, lane, args[0], args[1]);
        let is_nan = self.named(Name::Compare, lane, &[args[nan], args[nan]], Some(UNORDERED));
        self.select(lane, is_nan, args[0], picked)
    }

    pub(super) fn with_infinity(&mut self, lane: Lane, x: Reg, how: u8) -> Reg {
        let magnitude = self.clear_sign(lane, x);
        let infinity = self.float(lane, f64::INFINITY);
        self.named(Name::Compare, lane, &[magnitude, infinity], Some(how))
    }

    /// Numbers as they are, NaN as 0.
    pub(super) fn nan_to_zero(&mut self, lane: Lane, x: Reg) -> Reg {
        let ordered = self.named(Name::Compare, lane, &[x, x], Some(ORDERED));
        self.keep(lane, ordered, x)
    }
}
