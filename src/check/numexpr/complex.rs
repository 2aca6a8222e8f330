//! Complex numbers in the dialect: naive formulas on two doubles.
//!
//! Which operations there are is decided before, by the tables of `operator` and `table`; what comes here exists.

use super::super::error::ErrorKind;
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step, stop};
use super::table::Function;
use crate::op::Op;
use crate::span::Span;

/// The error of everything that has complex operands or a complex result.
pub(super) const NOT_EVALUATED: ErrorKind =
    ErrorKind::NotEvaluated { what: "complex numbers in the NumExpr dialect" };

impl Lowering<'_> {
    /// An operator or a comparison of operands that meet in complex.
    pub(super) fn numexpr_complex(&mut self, _op: Op, _args: &[Operand], span: Span) -> Step<Number> {
        stop(NOT_EVALUATED, span)
    }

    /// A function with a complex operand or a complex result.
    pub(super) fn numexpr_complex_call(
        &mut self,
        _function: &Function,
        _args: &[Operand],
        span: Span,
    ) -> Step<Number> {
        stop(NOT_EVALUATED, span)
    }
}
