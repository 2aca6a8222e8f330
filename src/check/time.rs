//! Dates and durations: the operators that they have.

use super::error::ErrorKind;
use super::operator::no_operation;
use super::reduce::Extent;
use super::statement::Lowering;
use super::value::{Number, Operand, Step};
use crate::dtype::DType;
use crate::ir::NodeId;
use crate::op::{Derived, Meaning, Op};
use crate::span::Span;

impl Lowering<'_> {
    /// An operator of which at least one operand is of this family.
    pub(super) fn time_lane(&mut self, op: Op, args: &[Operand], span: Span) -> Step<Number> {
        Err(no_operation(op.name(), self.types(args), span))
    }

    /// What is spelled like a function, of such operands.
    pub(super) fn time_derived(&mut self, what: Derived, args: &[Operand], span: Span) -> Step<Number> {
        Err(no_operation(what.name(), self.types(args), span))
    }

    /// A cast from or to these dtypes.
    pub(super) fn time_cast(&mut self, operand: Operand, dtype: DType, _span: Span) -> Step<Number> {
        Err(operand.error(ErrorKind::DTypeNotEvaluated { dtype, from: operand.ty(&self.graph).strong() }))
    }

    /// Whether each element counts as true.
    pub(super) fn time_truth(&mut self, operand: Operand) -> Step<NodeId> {
        Err(operand.error(ErrorKind::NotReal { operand: operand.ty(&self.graph) }))
    }

    /// A reduction.
    pub(super) fn time_reduction(
        &mut self,
        meaning: Meaning,
        operand: Operand,
        _over: Extent,
        span: Span,
    ) -> Step<Number> {
        Err(no_operation(meaning.name(), self.types(&[operand]), span))
    }
}
