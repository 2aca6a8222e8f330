//! Complex numbers: the operators that they have.

use super::error::ErrorKind;
use super::operator::no_operation;
use super::reduce::Extent;
use super::statement::Lowering;
use super::value::{Number, Operand, Step};
use crate::dtype::DType;
use crate::ir::{NodeId, Scalar};
use crate::op::{Derived, Meaning, Op};
use crate::span::Span;

impl Lowering<'_> {
    /// An operator of which at least one operand is of this family.
    pub(super) fn complex_lane(&mut self, op: Op, args: &[Operand], span: Span) -> Step<Number> {
        Err(no_operation(op.name(), self.types(args), span))
    }

    /// What is spelled like a function, of such operands.
    pub(super) fn complex_derived(&mut self, what: Derived, args: &[Operand], span: Span) -> Step<Number> {
        Err(no_operation(what.name(), self.types(args), span))
    }

    /// A cast from or to these dtypes.
    pub(super) fn complex_cast(&mut self, operand: Operand, dtype: DType, _span: Span) -> Step<Number> {
        Err(operand.error(ErrorKind::DTypeNotEvaluated { dtype, from: operand.ty(&self.graph).strong() }))
    }

    /// Whether each element counts as true.
    pub(super) fn complex_truth(&mut self, operand: Operand) -> Step<NodeId> {
        Err(operand.error(ErrorKind::NotReal { operand: operand.ty(&self.graph) }))
    }

    /// A reduction.
    pub(super) fn complex_reduction(
        &mut self,
        meaning: Meaning,
        operand: Operand,
        _over: Extent,
        span: Span,
    ) -> Step<Number> {
        Err(no_operation(meaning.name(), self.types(&[operand]), span))
    }

    /// The real and imaginary parts of an operand, of that float dtype or of the one that it has alone.
    pub(super) fn planes(&mut self, operand: Operand, part: Option<DType>) -> Step<(NodeId, NodeId)> {
        let span = operand.span;
        match operand.number {
            Number::Planes(re, im) => {
                let part = part.unwrap_or(self.graph.ty(re).dtype);
                Ok((self.cast(re, part, span), self.cast(im, part, span)))
            }
            Number::Complex(re, im) => {
                let part = part.unwrap_or(DType::F64);
                let lane = part.lane().expect("parts are floats");
                let mut plane = |value| self.graph.constant(Scalar::from_f64(lane, value), span);
                Ok((plane(re), plane(im)))
            }
            Number::Strong(_) | Number::Weak(_) | Number::Int(_) | Number::Float(_) => {
                let part = part.unwrap_or(DType::F64);
                let re = self.coerce(operand, part)?;
                Ok((re, self.number(part, 0, span)))
            }
            Number::Time(..) | Number::Text(_) => {
                Err(operand.error(ErrorKind::NotReal { operand: operand.ty(&self.graph) }))
            }
        }
    }
}
