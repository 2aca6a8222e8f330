//! `nextafter`, of lane operations.

use super::super::statement::Lowering;
use crate::dtype::Lane;
use crate::ir::{NodeId, Scalar};
use crate::op::Op;
use crate::span::Span;

impl Lowering<'_> {
    /// The double next to x towards y, by operations that round exactly there.
    ///
    /// Away from zero, `|x| * (1 + 2⁻⁵²) * 2⁻⁵³` is more than half and less than the whole distance to the next
    /// double, so that the sum rounds to it; below 2⁻⁹⁰⁰ that product is taken of 2²⁰⁰ x, and below 2⁻¹⁰²¹ the
    /// distance is the least double.
    pub(super) fn next_after(&mut self, x: NodeId, y: NodeId, span: Span) -> NodeId {
        let mut constant = |value| self.graph.constant(Scalar::from_f64(Lane::F64, value), span);
        let [zero, least, greatest, up, down] =
            [0.0, f64::from_bits(1), f64::MAX, 2f64.powi(200), 2f64.powi(-200)].map(&mut constant);
        let [far, subnormal] = [2f64.powi(-900), 2f64.powi(-1021)].map(&mut constant);
        let step = constant(2f64.powi(-53) * (1.0 + f64::EPSILON));
        let mut lanes = |op, args: &[NodeId]| self.lanes(op, args, span);
        // Upwards from x or from -x: which way decides the sign of both.
        let is_up = lanes(Op::Gt, &[y, x]);
        let negated = lanes(Op::Neg, &[x]);
        let from = lanes(Op::Where, &[is_up, x, negated]);
        let size = lanes(Op::Abs, &[x]);
        let distance = lanes(Op::Mul, &[size, step]);
        let plain = lanes(Op::Add, &[from, distance]);
        let (large, large_size) = (lanes(Op::Mul, &[from, up]), lanes(Op::Mul, &[size, up]));
        let distance = lanes(Op::Mul, &[large_size, step]);
        let large = lanes(Op::Add, &[large, distance]);
        let scaled = lanes(Op::Mul, &[large, down]);
        let small = lanes(Op::Add, &[from, least]);
        let (is_far, is_subnormal) = (lanes(Op::Ge, &[size, far]), lanes(Op::Lt, &[size, subnormal]));
        let near = lanes(Op::Where, &[is_subnormal, small, scaled]);
        let next = lanes(Op::Where, &[is_far, plain, near]);
        // From -inf upwards it is the least finite number.
        let lowest = lanes(Op::Neg, &[greatest]);
        let is_lower = lanes(Op::Lt, &[from, lowest]);
        let next = lanes(Op::Where, &[is_lower, lowest, next]);
        let negated = lanes(Op::Neg, &[next]);
        let next = lanes(Op::Where, &[is_up, next, negated]);
        // Zero has the sign of the number that was left for it.
        let signed = lanes(Op::Copysign, &[next, x]);
        let is_zero = lanes(Op::Eq, &[next, zero]);
        let next = lanes(Op::Where, &[is_zero, signed, next]);
        let is_there = lanes(Op::Eq, &[x, y]);
        let next = lanes(Op::Where, &[is_there, y, next]);
        // NaN if either is.
        let (x_is_nan, y_is_nan) = (lanes(Op::IsNan, &[x]), lanes(Op::IsNan, &[y]));
        let is_nan = lanes(Op::BitOr, &[x_is_nan, y_is_nan]);
        let nan = lanes(Op::Add, &[x, y]);
        lanes(Op::Where, &[is_nan, nan, next])
    }
}
