//! Reductions of complex numbers, by reductions of their planes, or for products of both planes at once.
//!
//! An extremum is the least or greatest real part and, among those that have it, the least or greatest imaginary
//! part. If any element is NaN in either part, both parts of the extremum are NaN.

use super::super::complex_moments::is_by_parts;
use super::super::keywords::Keywords;
use super::super::operator::no_operation;
use super::super::reduce::{Extent, MASKED_EXTREMUM};
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step, stop};
use super::lanes::{Lanes, Pair};
use crate::dtype::DType;
use crate::ir::{Node, NodeId, Scalar};
use crate::op::{Derived, Meaning, Op, Reduction};
use crate::span::Span;

impl Lowering<'_> {
    /// A reduction of numbers in the dtype asked for, if one was.
    pub(in super::super) fn complex_reduction(
        &mut self,
        meaning: Meaning,
        operand: Operand,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<Number> {
        let (re, im) = self.planes(operand, None)?;
        let z = Pair { re, im };
        Ok(match meaning {
            Meaning::Reduce(op @ (Reduction::Any | Reduction::All)) => {
                let truth = self.truth(operand)?;
                let truth = self.masked(truth, keywords.mask, i8::from(op == Reduction::All), span);
                Number::Strong(self.reduce(op, truth, over, span))
            }
            Meaning::Derived(Derived::CountNonzero) => {
                let truth = self.truth(operand)?;
                let counted = self.cast(truth, DType::I64, span);
                Number::Strong(self.reduce(Reduction::Sum, counted, over, span))
            }
            Meaning::Reduce(Reduction::Sum) => self.complex_sum(re, im, over, keywords, span)?,
            Meaning::Derived(Derived::Mean) => self.complex_mean(re, im, over, keywords, span)?,
            Meaning::Reduce(Reduction::Prod) => self.complex_product(re, im, over, keywords, span)?,
            Meaning::Reduce(op @ (Reduction::Min | Reduction::Max)) => {
                self.complex_extremum(op, z, over, keywords, span)?
            }
            Meaning::Reduce(Reduction::ArgMin) => self.place_of(Reduction::Min, z, over, span),
            Meaning::Reduce(Reduction::ArgMax) => self.place_of(Reduction::Max, z, over, span),
            Meaning::Derived(what) if is_by_parts(what) => {
                self.complex_moment(what, operand, over, keywords, span)?
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

    pub(in super::super) fn complex_sum(
        &mut self,
        re: NodeId,
        im: NodeId,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<Number> {
        let [of_re, of_im] = self.by_parts(re, keywords)?;
        let re = self.total(Reduction::Sum, re, over, &of_re, span)?;
        Ok(Number::Planes(re, self.total(Reduction::Sum, im, over, &of_im, span)?))
    }

    pub(in super::super) fn complex_mean(
        &mut self,
        re: NodeId,
        im: NodeId,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<Number> {
        let [of_re, of_im] = self.by_parts(re, keywords)?;
        let re = self.mean(re, over, &of_re, span)?;
        Ok(Number::Planes(re, self.mean(im, over, &of_im, span)?))
    }

    /// The product, of which each part is a reduction that reads both parts of the elements.
    pub(in super::super) fn complex_product(
        &mut self,
        re: NodeId,
        im: NodeId,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<Number> {
        let (re, im) = (self.masked(re, keywords.mask, 1, span), self.masked(im, keywords.mask, 0, span));
        let Extent { axes, keepdims } = over;
        let mut part = |op| {
            let node = Node::Reduce { op, of: re, imag: Some(im), axes, keepdims };
            self.graph.add(node, span).expect("planes have one dtype and one shape")
        };
        let product = Pair { re: part(Reduction::ProdReal), im: part(Reduction::ProdImag) };
        let Some(initial) = self.first(re, keywords)? else {
            return Ok(Number::Planes(product.re, product.im));
        };
        let part = self.graph.ty(re).dtype;
        let product = Lanes::new(self, part, span).product(initial, product);
        Ok(self.leveled(product, span))
    }

    /// The keywords for each part: the dtype is that of the planes.
    fn by_parts(&mut self, plane: NodeId, keywords: &Keywords) -> Step<[Keywords; 2]> {
        let initial = self.first(plane, keywords)?.zip(keywords.initial);
        let part = |of: fn(Pair) -> NodeId| {
            let initial =
                initial.map(|(first, given)| Operand { number: Number::Strong(of(first)), ..given });
            Keywords { dtype: None, initial, ..*keywords }
        };
        Ok([part(|first| first.re), part(|first| first.im)])
    }

    /// What a reduction of planes like this one begins with.
    fn first(&mut self, plane: NodeId, keywords: &Keywords) -> Step<Option<Pair>> {
        let Some(initial) = keywords.initial else { return Ok(None) };
        let part = self.graph.ty(plane).dtype;
        let Pair { re, im } = self.pair(initial, part)?;
        let mut plane = |node| self.initial(Operand { number: Number::Strong(node), ..initial }, part);
        Ok(Some(Pair { re: plane(re)?, im: plane(im)? }))
    }

    /// Whether each element is NaN in either part.
    fn is_nan(&mut self, z: Pair, span: Span) -> NodeId {
        let (re, im) = (self.apply(Op::IsNan, &[z.re], span), self.apply(Op::IsNan, &[z.im], span));
        self.apply(Op::BitOr, &[re, im], span)
    }

    /// The extremum of the elements that count and of what it begins with.
    fn complex_extremum(
        &mut self,
        op: Reduction,
        z: Pair,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<Number> {
        let Some(initial) = self.first(z.re, keywords)? else {
            if keywords.mask.is_some() {
                return stop(MASKED_EXTREMUM, span);
            }
            let Pair { re, im } = self.ordered_extremum(op, z, over, span);
            return Ok(Number::Planes(re, im));
        };
        let (from, join) = if op == Reduction::Max {
            (Reduction::MaxFrom, Op::Maximum)
        } else {
            (Reduction::MinFrom, Op::Minimum)
        };
        let mask = keywords.mask;
        let counted = Pair {
            re: self.chosen(z.re, mask, initial.re, span),
            im: self.chosen(z.im, mask, initial.im, span),
        };
        let found = self.ordered_extremum(from, counted, over, span);
        let args = [initial, found].map(|Pair { re, im }| Operand { number: Number::Planes(re, im), span });
        self.complex_lane(join, &args, span)
    }

    fn ordered_extremum(&mut self, op: Reduction, z: Pair, over: Extent, span: Span) -> Pair {
        let beside = Extent { keepdims: true, ..over };
        let lead = self.reduce(op, z.re, beside, span);
        let ties = self.apply(Op::Eq, &[z.re, lead], span);
        let is_least = matches!(op, Reduction::Min | Reduction::MinFrom);
        let last = if is_least { f64::INFINITY } else { f64::NEG_INFINITY };
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
