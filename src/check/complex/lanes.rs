//! Short names for real operations, so that a formula reads as one.

use super::super::statement::Lowering;
use crate::dtype::DType;
use crate::ir::{NodeId, Scalar};
use crate::op::Op;
use crate::span::Span;

/// The planes of complex numbers.
#[derive(Clone, Copy)]
pub(super) struct Pair {
    pub(super) re: NodeId,
    pub(super) im: NodeId,
}

/// Adds operations on floats of one dtype to the graph.
pub(super) struct Lanes<'l, 'a> {
    lowering: &'l mut Lowering<'a>,
    part: DType,
    span: Span,
}

macro_rules! operations {
    ($($name:ident($($arg:ident),*) = $op:ident;)*) => {$(
        pub(super) fn $name(&mut self, $($arg: NodeId),*) -> NodeId {
            self.apply(Op::$op, &[$($arg),*])
        }
    )*};
}

impl<'l, 'a> Lanes<'l, 'a> {
    pub(super) fn new(lowering: &'l mut Lowering<'a>, part: DType, span: Span) -> Lanes<'l, 'a> {
        Lanes { lowering, part, span }
    }

    operations! {
        add(a, b) = Add;
        sub(a, b) = Sub;
        mul(a, b) = Mul;
        div(a, b) = Div;
        neg(a) = Neg;
        abs(a) = Abs;
        lt(a, b) = Lt;
        le(a, b) = Le;
        gt(a, b) = Gt;
        ge(a, b) = Ge;
        eq(a, b) = Eq;
        ne(a, b) = Ne;
        and(a, b) = BitAnd;
        or(a, b) = BitOr;
        not(a) = BitNot;
        select(condition, a, b) = Where;
        is_nan(a) = IsNan;
        is_inf(a) = IsInf;
        is_finite(a) = IsFinite;
        hypot(a, b) = Hypot;
        atan2(a, b) = Arctan2;
        copysign(a, b) = Copysign;
        sqrt(a) = Sqrt;
        log(a) = Log;
        log1p(a) = Log1p;
        exp(a) = Exp;
        sin(a) = Sin;
        cos(a) = Cos;
        sinh(a) = Sinh;
        cosh(a) = Cosh;
        arcsinh(a) = Arcsinh;
        fmax(a, b) = Fmax;
    }

    pub(super) fn apply(&mut self, op: Op, args: &[NodeId]) -> NodeId {
        self.lowering.apply(op, args, self.span)
    }

    /// A constant of the lanes' dtype.
    pub(super) fn constant(&mut self, value: f64) -> NodeId {
        let lane = self.part.lane().expect("parts are floats");
        self.lowering.graph.constant(Scalar::from_f64(lane, value), self.span)
    }

    /// `a * k`
    pub(super) fn scaled(&mut self, a: NodeId, k: f64) -> NodeId {
        let k = self.constant(k);
        self.mul(a, k)
    }

    pub(super) fn is_zero(&mut self, a: NodeId) -> NodeId {
        let zero = self.constant(0.0);
        self.eq(a, zero)
    }

    pub(super) fn below(&mut self, a: NodeId, limit: f64) -> NodeId {
        let limit = self.constant(limit);
        self.lt(a, limit)
    }

    pub(super) fn above(&mut self, a: NodeId, limit: f64) -> NodeId {
        let limit = self.constant(limit);
        self.gt(a, limit)
    }

    pub(super) fn select_pair(&mut self, condition: NodeId, a: Pair, b: Pair) -> Pair {
        Pair { re: self.select(condition, a.re, b.re), im: self.select(condition, a.im, b.im) }
    }

    /// The sum and what rounding it lost (Knuth).
    pub(super) fn exact_sum(&mut self, a: NodeId, b: NodeId) -> (NodeId, NodeId) {
        let sum = self.add(a, b);
        let of_b = self.sub(sum, a);
        let of_a = self.sub(sum, of_b);
        let (lost_a, lost_b) = (self.sub(a, of_a), self.sub(b, of_b));
        (sum, self.add(lost_a, lost_b))
    }

    /// The product of f64 and what rounding it lost (Dekker), if nothing under- or overflows.
    pub(super) fn exact_product(&mut self, a: NodeId, b: NodeId) -> (NodeId, NodeId) {
        let product = self.mul(a, b);
        let ((a_high, a_low), (b_high, b_low)) = (self.halves(a), self.halves(b));
        let high = self.mul(a_high, b_high);
        let mut lost = self.sub(high, product);
        for (x, y) in [(a_high, b_low), (a_low, b_high), (a_low, b_low)] {
            let part = self.mul(x, y);
            lost = self.add(lost, part);
        }
        (product, lost)
    }

    /// The upper 26 bits of an f64 and the rest (Veltkamp).
    fn halves(&mut self, a: NodeId) -> (NodeId, NodeId) {
        let spread = self.scaled(a, 134_217_729.0);
        let beyond = self.sub(spread, a);
        let high = self.sub(spread, beyond);
        (high, self.sub(a, high))
    }

    /// Computes in f64, and rounds the parts once if they are of a narrower dtype.
    pub(super) fn in_double(
        &mut self,
        z: Pair,
        compute: impl FnOnce(&mut Lanes<'_, 'a>, Pair) -> Pair,
    ) -> Pair {
        let (part, span) = (self.part, self.span);
        let wide = self.wide(z);
        let result = compute(&mut Lanes::new(self.lowering, DType::F64, span), wide);
        self.cast_pair(result, part)
    }

    /// The pair in f64.
    pub(super) fn wide(&mut self, z: Pair) -> Pair {
        self.cast_pair(z, DType::F64)
    }

    fn cast_pair(&mut self, z: Pair, to: DType) -> Pair {
        Pair { re: self.lowering.cast(z.re, to, self.span), im: self.lowering.cast(z.im, to, self.span) }
    }
}
