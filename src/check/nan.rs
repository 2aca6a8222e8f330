//! Reductions that skip NaN, as the others of the elements that are left.

use super::keywords::Keywords;
use super::moments::Spread;
use super::reduce::Extent;
use super::statement::Lowering;
use super::value::Step;
use crate::dtype::Kind;
use crate::ir::{NodeId, Scalar};
use crate::op::{Derived, Op, Reduction};
use crate::span::Span;

impl Lowering<'_> {
    /// A reduction of real numbers that are not NaN. Of integers it is the plain one.
    pub(super) fn nan_reduction(
        &mut self,
        what: Derived,
        of: NodeId,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<NodeId> {
        let numbers = self.without_nan(of, keywords, span);
        if what == Derived::NanSum {
            self.total(Reduction::Sum, of, over, &numbers, span)
        } else if what == Derived::NanProd {
            self.total(Reduction::Prod, of, over, &numbers, span)
        } else if what == Derived::NanMin {
            self.nan_extremum(Reduction::Min, of, over, keywords, span)
        } else if what == Derived::NanMax {
            self.nan_extremum(Reduction::Max, of, over, keywords, span)
        } else if what == Derived::NanMean {
            self.mean(of, over, &numbers, span)
        } else {
            let strict = self.graph.ty(of).dtype.is_float();
            let spread = Spread { root: what == Derived::NanStd, strict };
            self.variance(of, over, &numbers, spread, span)
        }
    }

    pub(super) fn is_number(&mut self, of: NodeId, span: Span) -> NodeId {
        let is_nan = self.apply(Op::IsNan, &[of], span);
        self.apply(Op::BitNot, &[is_nan], span)
    }

    /// The keywords with a mask that leaves NaN out.
    fn without_nan(&mut self, of: NodeId, keywords: &Keywords, span: Span) -> Keywords {
        if self.graph.ty(of).dtype.kind() != Kind::Float {
            return *keywords;
        }
        let number = self.is_number(of, span);
        let mask = match keywords.mask {
            Some(mask) => self.apply(Op::BitAnd, &[mask, number], span),
            None => number,
        };
        Keywords { mask: Some(mask), ..*keywords }
    }

    /// The extremum of the numbers. Where there are none it is what it begins with, or NaN.
    fn nan_extremum(
        &mut self,
        op: Reduction,
        of: NodeId,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<NodeId> {
        let dtype = self.graph.ty(of).dtype;
        let lane = dtype.lane().expect("real numbers have lanes");
        if !dtype.is_float() || keywords.mask.is_some() && keywords.initial.is_none() {
            return self.extremum(op, of, over, keywords, span);
        }
        let numbers = self.without_nan(of, keywords, span);
        let Some(mask) = numbers.mask else { return self.extremum(op, of, over, keywords, span) };
        let (from, join, fill) = if op == Reduction::Max {
            (Reduction::MaxFrom, Op::Fmax, f64::NEG_INFINITY)
        } else {
            (Reduction::MinFrom, Op::Fmin, f64::INFINITY)
        };
        let fill = self.graph.constant(Scalar::from_f64(lane, fill), span);
        let elements = self.chosen(of, Some(mask), fill, span);
        let missing = self.apply(Op::BitNot, &[mask], span);
        let none = self.reduce(Reduction::All, missing, over, span);
        let (found, otherwise) = match keywords.initial {
            None => {
                let nan = self.graph.constant(Scalar::from_f64(lane, f64::NAN), span);
                (self.reduce(op, elements, over, span), nan)
            }
            Some(initial) => {
                let initial = self.initial(initial, dtype)?;
                let found = self.reduce(from, elements, over, span);
                (self.apply(join, &[initial, found], span), initial)
            }
        };
        Ok(self.apply(Op::Where, &[none, otherwise, found], span))
    }
}
