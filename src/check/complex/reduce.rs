//! Reductions of complex numbers, by reductions of their planes, or for products of both planes at once.
//!
//! An extremum is the least or greatest real part and, among those that have it, the least or greatest imaginary
//! part. If any element is NaN in either part, both parts of the extremum are NaN.

use super::super::keywords::Keywords;
use super::super::operator::no_operation;
use super::super::reduce::Extent;
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step};
use super::lanes::Pair;
use crate::dtype::DType;
use crate::ir::{Node, NodeId, Scalar};
use crate::op::{Derived, Meaning, Op, Reduction};
use crate::span::Span;

impl Lowering<'_> {
    /// A reduction.
    pub(in super::super) fn complex_reduction(
        &mut self,
        meaning: Meaning,
        operand: Operand,
        over: Extent,
        span: Span,
    ) -> Step<Number> {
        let (re, im) = self.planes(operand, None)?;
        let z = Pair { re, im };
        Ok(match meaning {
            Meaning::Reduce(op @ (Reduction::Any | Reduction::All)) => {
                let truth = self.truth(operand)?;
                Number::Strong(self.reduce(op, truth, over, span))
            }
            Meaning::Derived(Derived::CountNonzero) => {
                let truth = self.truth(operand)?;
                let counted = self.cast(truth, DType::I64, span);
                Number::Strong(self.reduce(Reduction::Sum, counted, over, span))
            }
            Meaning::Reduce(Reduction::Sum) => {
                let mut sum = |part| self.reduce(Reduction::Sum, part, over, span);
                Number::Planes(sum(re), sum(im))
            }
            Meaning::Derived(Derived::Mean) => {
                let plain = Keywords { dtype: None, initial: None, mask: None, ddof: 0.0 };
                Number::Planes(self.mean(re, over, &plain, span)?, self.mean(im, over, &plain, span)?)
            }
            Meaning::Reduce(op @ (Reduction::Min | Reduction::Max)) => {
                let Pair { re, im } = self.ordered_extremum(op, z, over, span);
                Number::Planes(re, im)
            }
            Meaning::Reduce(Reduction::ArgMin) => self.place_of(Reduction::Min, z, over, span),
            Meaning::Reduce(Reduction::ArgMax) => self.place_of(Reduction::Max, z, over, span),
            Meaning::Reduce(Reduction::Prod) => {
                let Pair { re, im } = self.complex_product(z, over, span);
                Number::Planes(re, im)
            }
            Meaning::Reduce(_)
            | Meaning::Derived(_)
            | Meaning::Lane(_)
            | Meaning::Scan(_)
            | Meaning::Text(_) => {
                return Err(no_operation(meaning.name(), self.types(&[operand]), span));
            }
        })
    }

    /// The product, of which each part is a reduction that reads both parts of the elements.
    fn complex_product(&mut self, z: Pair, over: Extent, span: Span) -> Pair {
        let Extent { axes, keepdims } = over;
        let mut part = |op| {
            let node = Node::Reduce { op, of: z.re, imag: Some(z.im), axes, keepdims };
            self.graph.add(node, span).expect("planes have one dtype and one shape")
        };
        Pair { re: part(Reduction::ProdReal), im: part(Reduction::ProdImag) }
    }

    /// Whether each element is NaN in either part.
    fn is_nan(&mut self, z: Pair, span: Span) -> NodeId {
        let (re, im) = (self.apply(Op::IsNan, &[z.re], span), self.apply(Op::IsNan, &[z.im], span));
        self.apply(Op::BitOr, &[re, im], span)
    }

    fn ordered_extremum(&mut self, op: Reduction, z: Pair, over: Extent, span: Span) -> Pair {
        let beside = Extent { keepdims: true, ..over };
        let lead = self.reduce(op, z.re, beside, span);
        let ties = self.apply(Op::Eq, &[z.re, lead], span);
        let last = if op == Reduction::Min { f64::INFINITY } else { f64::NEG_INFINITY };
        let last = self.part_constant(z, last, span);
        let candidates = self.apply(Op::Where, &[ties, z.im, last], span);
        let is_nan = self.is_nan(z, span);
        let any_nan = self.reduce(Reduction::Any, is_nan, over, span);
        let nan = self.part_constant(z, f64::NAN, span);
        let (re, im) = (self.reduce(op, z.re, over, span), self.reduce(op, candidates, over, span));
        Pair {
            re: self.apply(Op::Where, &[any_nan, nan, re], span),
            im: self.apply(Op::Where, &[any_nan, nan, im], span),
        }
    }

    /// The first index of the extremum, or of a NaN if there is any.
    fn place_of(&mut self, op: Reduction, z: Pair, over: Extent, span: Span) -> Number {
        let best = self.ordered_extremum(op, z, Extent { keepdims: true, ..over }, span);
        let (re, im) =
            (self.apply(Op::Eq, &[z.re, best.re], span), self.apply(Op::Eq, &[z.im, best.im], span));
        let is_best = self.apply(Op::BitAnd, &[re, im], span);
        // Nothing equals the extremum if that is NaN.
        let is_nan = self.is_nan(z, span);
        let found = self.apply(Op::BitOr, &[is_best, is_nan], span);
        let found = self.cast(found, DType::I8, span);
        Number::Strong(self.reduce(Reduction::ArgMax, found, over, span))
    }

    fn part_constant(&mut self, z: Pair, value: f64, span: Span) -> NodeId {
        let lane = self.graph.ty(z.re).dtype.lane().expect("parts are floats");
        self.graph.constant(Scalar::from_f64(lane, value), span)
    }
}
