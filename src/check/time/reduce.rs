//! Reductions of dates and durations: NaT wins, as NaN does among floats.

use super::super::operator::no_operation;
use super::super::reduce::{Extent, MASKED_EXTREMUM};
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step, stop};
use crate::dtype::DType;
use crate::ir::NodeId;
use crate::op::{Derived, Meaning, Op, Reduction};
use crate::span::Span;

impl Lowering<'_> {
    /// A reduction of times.
    pub(in crate::check) fn time_reduction(
        &mut self,
        meaning: Meaning,
        operand: Operand,
        over: Extent,
        mask: Option<NodeId>,
        span: Span,
    ) -> Step<Number> {
        let refused = |lowering: &Self| no_operation(meaning.name(), lowering.types(&[operand]), span);
        let Number::Time(node, dtype) = operand.number else { return Err(refused(self)) };
        let is_duration = matches!(dtype, DType::Timedelta(_));
        Ok(match meaning {
            // What may leave out all elements needs one to begin with, which times do not take.
            Meaning::Reduce(Reduction::Min | Reduction::Max) if mask.is_some() => {
                return stop(MASKED_EXTREMUM, span);
            }
            Meaning::Reduce(Reduction::Min) => {
                // NaT is the least count.
                Number::Time(self.reduce(Reduction::Min, node, over, span), dtype)
            }
            Meaning::Reduce(Reduction::Max) => {
                let greatest = self.reduce(Reduction::Max, node, over, span);
                Number::Time(self.or_any_nat(greatest, node, over, span), dtype)
            }
            Meaning::Reduce(Reduction::ArgMin) => {
                Number::Strong(self.reduce(Reduction::ArgMin, node, over, span))
            }
            Meaning::Reduce(Reduction::ArgMax) => {
                let (is_nat, greatest) = (self.is_nat(node, span), self.count(i64::MAX, span));
                let counts = self.apply(Op::Where, &[is_nat, greatest, node], span);
                Number::Strong(self.reduce(Reduction::ArgMax, counts, over, span))
            }
            Meaning::Reduce(op @ (Reduction::Any | Reduction::All)) => {
                let truth = self.time_truth(operand)?;
                let truth = self.masked(truth, mask, i8::from(op == Reduction::All), span);
                Number::Strong(self.reduce(op, truth, over, span))
            }
            Meaning::Reduce(Reduction::Sum) if is_duration => {
                let node = self.masked(node, mask, 0, span);
                let sum = self.reduce(Reduction::Sum, node, over, span);
                Number::Time(self.or_any_nat(sum, node, over, span), dtype)
            }
            Meaning::Derived(Derived::Mean) if is_duration => {
                let count = self.count_of(node, over, mask, span);
                let node = self.masked(node, mask, 0, span);
                let sum = self.reduce(Reduction::Sum, node, over, span);
                let mean = self.cut_quotient(sum, count, span);
                Number::Time(self.or_any_nat(mean, node, over, span), dtype)
            }
            Meaning::Derived(Derived::CountNonzero) => {
                let truth = self.time_truth(operand)?;
                let counted = self.cast(truth, DType::I64, span);
                Number::Strong(self.reduce(Reduction::Sum, counted, over, span))
            }
            Meaning::Reduce(_) | Meaning::Derived(_) | Meaning::Lane(_) => return Err(refused(self)),
            Meaning::Scan(_) | Meaning::Text(_) => return Err(refused(self)),
        })
    }

    /// The value, or NaT where any of what was reduced is.
    fn or_any_nat(&mut self, value: NodeId, of: NodeId, over: Extent, span: Span) -> NodeId {
        let is_nat = self.is_nat(of, span);
        let any = self.reduce(Reduction::Any, is_nat, over, span);
        let nat = self.count(crate::calendar::NAT, span);
        self.apply(Op::Where, &[any, nat, value], span)
    }
}
