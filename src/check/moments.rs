//! Means, variances and standard deviations.

use super::error::ErrorKind;
use super::keywords::Keywords;
use super::reduce::Extent;
use super::statement::Lowering;
use super::value::{Number, Operand, Step, stop};
use crate::dtype::{DType, Lane};
use crate::ir::{Node, NodeId, Scalar};
use crate::op::{Op, Reduction};
use crate::span::Span;

/// Of what a variance is taken, and what is made of it.
#[derive(Clone, Copy)]
pub(super) struct Spread {
    /// Whether its square root is asked for.
    pub(super) root: bool,
    /// Whether a count that `ddof` takes away altogether gives NaN, as with the variances that skip NaN;
    /// else the deviations are divided by 0.
    pub(super) strict: bool,
}

impl Lowering<'_> {
    /// The sum by the count, in f64, rounded at the end. With an integer dtype the sum is taken in that.
    pub(super) fn mean(&mut self, of: NodeId, over: Extent, keywords: &Keywords, span: Span) -> Step<NodeId> {
        let dtype = keywords.dtype.unwrap_or_else(|| self.float_of(of));
        let sum = if dtype.is_float() {
            let rounded = self.cast(of, dtype, span);
            let wide = self.cast(rounded, DType::F64, span);
            self.masked_sum(wide, over, keywords.mask, span)
        } else {
            let keywords = Keywords { dtype: Some(dtype), ..*keywords };
            let sum = self.total(Reduction::Sum, of, over, &keywords, span)?;
            self.cast(sum, DType::F64, span)
        };
        let count = self.counted(of, over, keywords.mask, span);
        let mean = self.apply(Op::Div, &[sum, count], span);
        Ok(self.cast(mean, dtype, span))
    }

    /// The dtype of a mean: that of floats, else f64.
    fn float_of(&self, of: NodeId) -> DType {
        let dtype = self.graph.ty(of).dtype;
        if dtype.is_float() { dtype } else { DType::F64 }
    }

    fn masked_sum(&mut self, of: NodeId, over: Extent, mask: Option<NodeId>, span: Span) -> NodeId {
        let of = self.masked(of, mask, 0, span);
        self.reduce(Reduction::Sum, of, over, span)
    }

    /// How many elements count, as f64.
    fn counted(&mut self, of: NodeId, over: Extent, mask: Option<NodeId>, span: Span) -> NodeId {
        let count = self.count_of(of, over, mask, span);
        self.cast(count, DType::F64, span)
    }

    /// The same as i64.
    pub(super) fn count_of(&mut self, of: NodeId, over: Extent, mask: Option<NodeId>, span: Span) -> NodeId {
        match mask {
            None => {
                let count = Node::Count { of, axes: over.axes };
                self.graph.add(count, span).expect("the axes were found to be the operand's")
            }
            Some(mask) => {
                let mask = self.spread(mask, of, span);
                let ones = self.cast(mask, DType::I64, span);
                self.reduce(Reduction::Sum, ones, over, span)
            }
        }
    }

    /// A bool broadcast to the shape of another node.
    fn spread(&mut self, mask: NodeId, like: NodeId, span: Span) -> NodeId {
        let dims = |node| self.graph.canonical(&self.graph.ty(node).dims);
        if dims(mask) == dims(like) {
            return mask;
        }
        let no = self.filled(like, false, span);
        self.apply(Op::BitOr, &[mask, no], span)
    }

    /// The variance of real numbers or its root, in f64 and rounded at the end.
    pub(super) fn variance(
        &mut self,
        of: NodeId,
        over: Extent,
        keywords: &Keywords,
        spread: Spread,
        span: Span,
    ) -> Step<NodeId> {
        let dtype = keywords.dtype.unwrap_or_else(|| self.float_of(of));
        if !dtype.is_float() {
            return self.integer_variance(of, over, keywords, spread, span);
        }
        let rounded = self.cast(of, dtype, span);
        let wide = self.cast(rounded, DType::F64, span);
        let variance = self.wide_variance(wide, over, keywords, spread, span);
        let result = if spread.root { self.apply(Op::Sqrt, &[variance], span) } else { variance };
        Ok(self.cast(result, dtype, span))
    }

    /// The variance in an integer dtype, in which NumPy cuts every step: the mean, the squares of the deviations
    /// from it, and the quotient. So it does with the root, but only where that is one number.
    fn integer_variance(
        &mut self,
        of: NodeId,
        over: Extent,
        keywords: &Keywords,
        spread: Spread,
        span: Span,
    ) -> Step<NodeId> {
        let is_one = self.graph.ty(of).dims.len() == over.axes.0.count_ones() as usize && !over.keepdims;
        let dtype = keywords.dtype.filter(|dtype| dtype.is_int());
        let (Some(dtype), false) = (dtype, spread.strict || spread.root && !is_one) else {
            let expected = "a float dtype, or an integer one in `var` and in a `std` of all elements";
            return stop(ErrorKind::KeywordValue { keyword: "dtype", expected }, span);
        };
        let mean = self.mean(of, Extent { keepdims: true, ..over }, keywords, span)?;
        let [of, mean] = [of, mean].map(|node| Operand { number: Number::Strong(node), span });
        let number = self.lane(Op::Sub, &[of, mean], span)?;
        let deviation = Operand { number, span };
        let number = self.lane(Op::Mul, &[deviation, deviation], span)?;
        let squares = self.strong(Operand { number, span })?;
        let count = self.counted(squares, over, keywords.mask, span);
        let divisor = self.divisor(count, keywords.ddof, spread.strict, span);
        let sum = self.total(Reduction::Sum, squares, over, keywords, span)?;
        let sum = self.cast(sum, DType::F64, span);
        let quotient = self.apply(Op::Div, &[sum, divisor], span);
        let variance = self.cast(quotient, dtype, span);
        if !spread.root {
            return Ok(variance);
        }
        let variance = self.cast(variance, DType::F64, span);
        let root = self.apply(Op::Sqrt, &[variance], span);
        Ok(self.cast(root, dtype, span))
    }

    /// The variance of f64 elements, in f64.
    pub(super) fn wide_variance(
        &mut self,
        wide: NodeId,
        over: Extent,
        keywords: &Keywords,
        spread: Spread,
        span: Span,
    ) -> NodeId {
        let squares = match keywords.mask {
            None => self.reduce(Reduction::Moment2, wide, over, span),
            Some(mask) => self.masked_squares(wide, over, mask, span),
        };
        let count = self.counted(wide, over, keywords.mask, span);
        let divisor = self.divisor(count, keywords.ddof, spread.strict, span);
        self.apply(Op::Div, &[squares, divisor], span)
    }

    /// The squared deviations of the elements that count, from a mean that is known first.
    fn masked_squares(&mut self, of: NodeId, over: Extent, mask: NodeId, span: Span) -> NodeId {
        let kept = Extent { keepdims: true, ..over };
        let sum = self.masked_sum(of, kept, Some(mask), span);
        let count = self.counted(of, kept, Some(mask), span);
        let mean = self.apply(Op::Div, &[sum, count], span);
        let deviation = self.apply(Op::Sub, &[of, mean], span);
        let square = self.apply(Op::Mul, &[deviation, deviation], span);
        self.masked_sum(square, over, Some(mask), span)
    }

    /// The count less `ddof`, and not below 0.
    fn divisor(&mut self, count: NodeId, ddof: f64, strict: bool, span: Span) -> NodeId {
        // A count is not below 0.
        if ddof == 0.0 && !strict {
            return count;
        }
        let float = |value| Scalar::from_f64(Lane::F64, value);
        let zero = self.graph.constant(float(0.0), span);
        let ddof = self.graph.constant(float(ddof), span);
        let less = self.apply(Op::Sub, &[count, ddof], span);
        if !strict {
            return self.apply(Op::Maximum, &[less, zero], span);
        }
        let nan = self.graph.constant(float(f64::NAN), span);
        let is_left = self.apply(Op::Gt, &[less, zero], span);
        self.apply(Op::Where, &[is_left, less, nan], span)
    }
}
