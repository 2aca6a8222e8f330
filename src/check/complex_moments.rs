//! Variances of complex numbers, and their sums, means and products without NaN: made of those of their parts.

use super::keywords::Keywords;
use super::moments::Spread;
use super::reduce::Extent;
use super::statement::Lowering;
use super::value::{Number, Operand, Step};
use crate::dtype::DType;
use crate::ir::NodeId;
use crate::op::{Derived, Op};
use crate::span::Span;

/// Whether the reduction is one of these.
pub(super) fn is_by_parts(what: Derived) -> bool {
    let is_spread = matches!(what, Derived::Var | Derived::Std | Derived::NanVar | Derived::NanStd);
    is_spread || matches!(what, Derived::NanSum | Derived::NanMean | Derived::NanProd)
}

impl Lowering<'_> {
    /// A reduction of complex numbers that [`is_by_parts`].
    pub(super) fn complex_moment(
        &mut self,
        what: Derived,
        operand: Operand,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<Number> {
        let (re, im) = self.planes(operand, None)?;
        let mask = if matches!(what, Derived::Var | Derived::Std) {
            keywords.mask
        } else {
            Some(self.without_nan_part(re, im, keywords.mask, span))
        };
        let keywords = Keywords { mask, ..*keywords };
        if what == Derived::NanSum {
            return self.complex_sum(re, im, over, &keywords, span);
        }
        if what == Derived::NanMean {
            return self.complex_mean(re, im, over, &keywords, span);
        }
        if what == Derived::NanProd {
            return self.complex_product(re, im, over, &keywords, span);
        }
        let root = matches!(what, Derived::Std | Derived::NanStd);
        let spread = Spread { root, strict: matches!(what, Derived::NanVar | Derived::NanStd) };
        let variance = self.complex_variance(re, im, over, &keywords, spread, span);
        if keywords.dtype.is_none() {
            return Ok(Number::Strong(variance));
        }
        // In a complex dtype that was asked for it is complex.
        let zero = self.number(self.graph.ty(re).dtype, 0, span);
        Ok(self.complex_of(variance, zero, span))
    }

    fn without_nan_part(&mut self, re: NodeId, im: NodeId, mask: Option<NodeId>, span: Span) -> NodeId {
        let (re, im) = (self.is_number(re, span), self.is_number(im, span));
        let number = self.apply(Op::BitAnd, &[re, im], span);
        match mask {
            Some(mask) => self.apply(Op::BitAnd, &[mask, number], span),
            None => number,
        }
    }

    /// The variance of complex numbers is that of their real parts and that of their imaginary parts.
    fn complex_variance(
        &mut self,
        re: NodeId,
        im: NodeId,
        over: Extent,
        keywords: &Keywords,
        spread: Spread,
        span: Span,
    ) -> NodeId {
        let dtype = self.graph.ty(re).dtype;
        let parts = [re, im].map(|plane| {
            let wide = self.cast(plane, DType::F64, span);
            self.wide_variance(wide, over, keywords, spread, span)
        });
        let variance = self.apply(Op::Add, &parts, span);
        let result = if spread.root { self.apply(Op::Sqrt, &[variance], span) } else { variance };
        self.cast(result, dtype, span)
    }
}
