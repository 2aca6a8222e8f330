//! One arm an operator: lanes to lanes.
#![expect(clippy::wildcard_enum_match_arm, reason = "`kernel::form` lets no other operator be lane code")]

use super::emit::{Emitter, Regs, Repr, int_vector, vector};
use super::mask::Extend;
use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::kernel::{Inst, Value};
use crate::op::Op;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{self, InstBuilder};

impl Emitter<'_, '_> {
    /// Applies an operator whose result is `to`.
    pub(super) fn apply(&mut self, op: Op, to: Lane, args: &[Value]) -> Repr {
        let computed = self.kernel.lane(args[args.len() - 1]);
        match (computed, to) {
            (Lane::Bool, _) => self.apply_bools(op, args),
            (_, Lane::Bool) => {
                let regs = self.predicate(op, computed, args);
                Repr::Mask(smallvec::smallvec![(computed.size(), regs)])
            }
            (_, _) if op == Op::Where => Repr::Numbers(self.select(computed, args)),
            (_, _) if op == Op::Shl || op == Op::Shr => Repr::Numbers(self.shift(op, computed, args)),
            (_, _) => {
                let regs: Vec<Regs> = args.iter().map(|&a| self.regs(a)).collect();
                let count = self.layout.registers(computed.size());
                Repr::Numbers(
                    (0..count).map(|r| self.numbers(op, computed, &|k: usize| regs[k][r])).collect(),
                )
            }
        }
    }

    fn numbers(&mut self, op: Op, lane: Lane, arg: &dyn Fn(usize) -> ir::Value) -> ir::Value {
        if lane.is_float() { self.floats(op, lane, arg) } else { self.ints(op, lane, arg) }
    }

    fn floats(&mut self, op: Op, lane: Lane, arg: &dyn Fn(usize) -> ir::Value) -> ir::Value {
        let x = arg(0);
        match op {
            Op::Add => self.b.ins().fadd(x, arg(1)),
            Op::Sub => self.b.ins().fsub(x, arg(1)),
            Op::Mul => self.b.ins().fmul(x, arg(1)),
            Op::Div => self.b.ins().fdiv(x, arg(1)),
            Op::Neg => self.b.ins().fneg(x),
            Op::Abs => self.b.ins().fabs(x),
            Op::Sqrt => self.b.ins().sqrt(x),
            Op::Floor => self.b.ins().floor(x),
            Op::Ceil => self.b.ins().ceil(x),
            Op::Trunc => self.b.ins().trunc(x),
            Op::Rint => self.b.ins().nearest(x),
            Op::Sign => self.float_sign(lane, x),
            Op::Copysign => self.copysign(lane, x, arg(1)),
            Op::Minimum => self.pick(FloatCC::LessThan, x, arg(1), x),
            Op::Maximum => self.pick(FloatCC::GreaterThan, x, arg(1), x),
            Op::Fmin => self.pick(FloatCC::LessThan, x, arg(1), arg(1)),
            Op::Fmax => self.pick(FloatCC::GreaterThan, x, arg(1), arg(1)),
            other => unreachable!("{other:?} is not lane code on floats"),
        }
    }

    fn ints(&mut self, op: Op, lane: Lane, arg: &dyn Fn(usize) -> ir::Value) -> ir::Value {
        let x = arg(0);
        let signed = lane.is_signed();
        match op {
            Op::Add => self.b.ins().iadd(x, arg(1)),
            Op::Sub => self.b.ins().isub(x, arg(1)),
            Op::Mul if lane.size() == 1 => self.multiply_bytes(x, arg(1)),
            Op::Mul => self.b.ins().imul(x, arg(1)),
            Op::Neg => self.b.ins().ineg(x),
            Op::Abs if signed => self.b.ins().iabs(x),
            Op::Abs | Op::Floor | Op::Ceil | Op::Trunc => x,
            Op::Sign => self.int_sign(lane, x),
            Op::BitAnd => self.b.ins().band(x, arg(1)),
            Op::BitOr => self.b.ins().bor(x, arg(1)),
            Op::BitXor => self.b.ins().bxor(x, arg(1)),
            Op::BitNot => self.b.ins().bnot(x),
            Op::Minimum | Op::Fmin if signed => self.b.ins().smin(x, arg(1)),
            Op::Minimum | Op::Fmin => self.b.ins().umin(x, arg(1)),
            Op::Maximum | Op::Fmax if signed => self.b.ins().smax(x, arg(1)),
            Op::Maximum | Op::Fmax => self.b.ins().umax(x, arg(1)),
            other => unreachable!("{other:?} is not lane code on integers"),
        }
    }

    /// `x` where it compares so with `y` or `nan` is NaN, else `y`: with `nan` = x the result is NaN
    /// if either is, with `nan` = y a NaN loses. On a tie it is `y`.
    fn pick(&mut self, better: FloatCC, x: ir::Value, y: ir::Value, nan: ir::Value) -> ir::Value {
        let is_better = self.b.ins().fcmp(better, x, y);
        let is_nan = self.b.ins().fcmp(FloatCC::Unordered, nan, nan);
        let mask = self.b.ins().bor(is_better, is_nan);
        self.blend(mask, x, y)
    }

    /// Where the integer mask is ones `x`, else `y`.
    fn blend(&mut self, mask: ir::Value, x: ir::Value, y: ir::Value) -> ir::Value {
        let ty = self.b.func.dfg.value_type(x);
        let mask = self.bitcast(ty, mask);
        self.b.ins().bitselect(mask, x, y)
    }

    fn float_const(&mut self, lane: Lane, value: f64) -> ir::Value {
        self.splat_bits(vector(lane), lane.size(), Scalar::from_f64(lane, value).bits)
    }

    fn float_sign(&mut self, lane: Lane, x: ir::Value) -> ir::Value {
        let [zero, one, minus] = [0.0, 1.0, -1.0].map(|c| self.float_const(lane, c));
        let equal = self.b.ins().fcmp(FloatCC::Equal, x, zero);
        let below = self.b.ins().fcmp(FloatCC::LessThan, x, zero);
        let above = self.b.ins().fcmp(FloatCC::GreaterThan, x, zero);
        let rest = self.blend(equal, zero, x);
        let rest = self.blend(below, minus, rest);
        self.blend(above, one, rest)
    }

    fn int_sign(&mut self, lane: Lane, x: ir::Value) -> ir::Value {
        let zero = self.splat_bits(vector(lane), lane.size(), 0);
        if lane.is_unsigned() {
            let one = self.splat_bits(vector(lane), lane.size(), 1);
            return self.b.ins().umin(x, one);
        }
        let below = self.b.ins().icmp(IntCC::SignedLessThan, x, zero);
        let above = self.b.ins().icmp(IntCC::SignedGreaterThan, x, zero);
        self.b.ins().isub(below, above)
    }

    fn copysign(&mut self, lane: Lane, x: ir::Value, y: ir::Value) -> ir::Value {
        let ty = int_vector(lane.size());
        let sign = self.splat_bits(ty, lane.size(), 1 << (lane.size() * 8 - 1));
        let rest = self.b.ins().bnot(sign);
        let (x, y) = (self.bitcast(ty, x), self.bitcast(ty, y));
        let (magnitude, sign) = (self.b.ins().band(x, rest), self.b.ins().band(y, sign));
        let both = self.b.ins().bor(magnitude, sign);
        self.bitcast(vector(lane), both)
    }

    /// There is no product of bytes: 16-bit products, of which the low bytes are kept.
    fn multiply_bytes(&mut self, x: ir::Value, y: ir::Value) -> ir::Value {
        let low = (self.b.ins().uwiden_low(x), self.b.ins().uwiden_low(y));
        let high = (self.b.ins().uwiden_high(x), self.b.ins().uwiden_high(y));
        let low = self.b.ins().imul(low.0, low.1);
        let high = self.b.ins().imul(high.0, high.1);
        let mask = self.splat_bits(int_vector(2), 2, 0xff);
        let (low, high) = (self.b.ins().band(low, mask), self.b.ins().band(high, mask));
        self.b.ins().unarrow(low, high)
    }

    fn select(&mut self, lane: Lane, args: &[Value]) -> Regs {
        let mask = self.mask(args[0], lane.size());
        let (x, y) = (self.regs(args[1]), self.regs(args[2]));
        (0..mask.len()).map(|r| self.blend(mask[r], x[r], y[r])).collect()
    }

    /// A shift by a constant count; counts outside the width leave 0, or the sign.
    fn shift(&mut self, op: Op, lane: Lane, args: &[Value]) -> Regs {
        let count = match &self.kernel.body[args[1].index()].0 {
            Inst::Const(scalar) => scalar.as_i128().unwrap_or(-1),
            Inst::Load(_) | Inst::LoadImag(_) | Inst::Apply(..) | Inst::Cast(_) => {
                unreachable!("lane code shifts by constants only")
            }
        };
        let width = lane.size() as i128 * 8;
        let inside = (0..width).contains(&count);
        let x = self.regs(args[0]);
        if !inside && (op == Op::Shl || lane.is_unsigned()) {
            let zero = self.splat_bits(vector(lane), lane.size(), 0);
            return x.iter().map(|_| zero).collect();
        }
        let count = if inside { count as i64 } else { width as i64 - 1 };
        let count = self.b.ins().iconst(ir::types::I32, count);
        let shifted = |e: &mut Self, x| match op {
            Op::Shl => e.b.ins().ishl(x, count),
            _ if lane.is_signed() => e.b.ins().sshr(x, count),
            _ => e.b.ins().ushr(x, count),
        };
        x.iter().map(|&x| shifted(self, x)).collect()
    }

    fn predicate(&mut self, op: Op, lane: Lane, args: &[Value]) -> Regs {
        let x = self.regs(args[0]);
        let y = self.regs(args[args.len() - 1]);
        let pairs = x.into_iter().zip(y);
        match lane.is_float() {
            true => pairs.map(|(x, y)| self.float_predicate(op, lane, x, y)).collect(),
            false => pairs.map(|(x, y)| self.int_predicate(op, lane, x, y)).collect(),
        }
    }

    fn float_predicate(&mut self, op: Op, lane: Lane, x: ir::Value, y: ir::Value) -> ir::Value {
        match op {
            Op::Lt => self.b.ins().fcmp(FloatCC::LessThan, x, y),
            Op::Le => self.b.ins().fcmp(FloatCC::LessThanOrEqual, x, y),
            Op::Gt => self.b.ins().fcmp(FloatCC::GreaterThan, x, y),
            Op::Ge => self.b.ins().fcmp(FloatCC::GreaterThanOrEqual, x, y),
            Op::Eq => self.b.ins().fcmp(FloatCC::Equal, x, y),
            Op::Ne => self.b.ins().fcmp(FloatCC::NotEqual, x, y),
            Op::IsNan => self.b.ins().fcmp(FloatCC::Unordered, x, x),
            Op::IsInf | Op::IsFinite => {
                let magnitude = self.b.ins().fabs(x);
                let infinity = self.float_const(lane, f64::INFINITY);
                let code = if op == Op::IsInf { FloatCC::Equal } else { FloatCC::LessThan };
                self.b.ins().fcmp(code, magnitude, infinity)
            }
            Op::Signbit => {
                let bits = self.bitcast(int_vector(lane.size()), x);
                let zero = self.splat_bits(int_vector(lane.size()), lane.size(), 0);
                self.b.ins().icmp(IntCC::SignedLessThan, bits, zero)
            }
            other => unreachable!("{other:?} is no predicate"),
        }
    }

    fn int_predicate(&mut self, op: Op, lane: Lane, x: ir::Value, y: ir::Value) -> ir::Value {
        let signed = lane.is_signed();
        let code = match op {
            Op::Lt if signed => IntCC::SignedLessThan,
            Op::Le if signed => IntCC::SignedLessThanOrEqual,
            Op::Gt if signed => IntCC::SignedGreaterThan,
            Op::Ge if signed => IntCC::SignedGreaterThanOrEqual,
            Op::Lt => IntCC::UnsignedLessThan,
            Op::Le => IntCC::UnsignedLessThanOrEqual,
            Op::Gt => IntCC::UnsignedGreaterThan,
            Op::Ge => IntCC::UnsignedGreaterThanOrEqual,
            Op::Eq => IntCC::Equal,
            Op::Ne => IntCC::NotEqual,
            Op::IsNan | Op::IsInf => return self.splat_bits(vector(lane), lane.size(), 0),
            Op::IsFinite => return self.splat_bits(vector(lane), lane.size(), u64::MAX),
            Op::Signbit if signed => {
                let zero = self.splat_bits(vector(lane), lane.size(), 0);
                return self.b.ins().icmp(IntCC::SignedLessThan, x, zero);
            }
            Op::Signbit => return self.splat_bits(vector(lane), lane.size(), 0),
            other => unreachable!("{other:?} is no predicate"),
        };
        self.b.ins().icmp(code, x, y)
    }

    /// Operators on bools: logic on masks, at the widest that any of them has.
    fn apply_bools(&mut self, op: Op, args: &[Value]) -> Repr {
        let size = args.iter().filter_map(|&a| self.mask_size(a)).max().unwrap_or(1);
        let masks: Vec<Regs> = args.iter().map(|&a| self.mask(a, size)).collect();
        let count = self.layout.registers(size);
        let regs = (0..count).map(|r| self.bools(op, size, &|k: usize| masks[k][r])).collect();
        Repr::Mask(smallvec::smallvec![(size, regs)])
    }

    fn bools(&mut self, op: Op, size: usize, arg: &dyn Fn(usize) -> ir::Value) -> ir::Value {
        let x = arg(0);
        match op {
            Op::Add | Op::BitOr | Op::Maximum | Op::Fmax => self.b.ins().bor(x, arg(1)),
            Op::Mul | Op::BitAnd | Op::Minimum | Op::Fmin => self.b.ins().band(x, arg(1)),
            Op::BitXor | Op::Ne => self.b.ins().bxor(x, arg(1)),
            Op::Eq => {
                let differ = self.b.ins().bxor(x, arg(1));
                self.b.ins().bnot(differ)
            }
            Op::BitNot => self.b.ins().bnot(x),
            Op::Lt => self.and_not(arg(1), x),
            Op::Gt => self.and_not(x, arg(1)),
            Op::Le => {
                let above = self.and_not(x, arg(1));
                self.b.ins().bnot(above)
            }
            Op::Ge => {
                let below = self.and_not(arg(1), x);
                self.b.ins().bnot(below)
            }
            Op::Where => self.b.ins().bitselect(x, arg(1), arg(2)),
            Op::Abs | Op::Floor | Op::Ceil | Op::Trunc => x,
            Op::IsNan | Op::IsInf | Op::Signbit => self.splat_bits(int_vector(size), size, 0),
            Op::IsFinite => self.splat_bits(int_vector(size), size, u64::MAX),
            other => unreachable!("{other:?} is not lane code on bools"),
        }
    }

    fn and_not(&mut self, x: ir::Value, y: ir::Value) -> ir::Value {
        let inverse = self.b.ins().bnot(y);
        self.b.ins().band(x, inverse)
    }
}

/// How a lane's integers widen.
pub(super) fn extension(lane: Lane) -> Extend {
    if lane.is_signed() { Extend::Sign } else { Extend::Zero }
}
