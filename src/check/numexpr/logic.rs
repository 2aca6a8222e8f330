//! Python's own logic, which decides between constants and refuses everything else.

use super::super::error::ErrorKind;
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step, Stop, Value, stop};
use super::constant::Literal;
use crate::span::Span;
use crate::syntax::ast::{CompareOp, ExprId, Link, List};

impl Lowering<'_> {
    /// Whether a constant counts as true. A variable does not say.
    pub(super) fn decided_truth(&self, operand: Operand, span: Span) -> Step<bool> {
        let known = self.as_constant(operand).map(Literal::is_true);
        match known.or_else(|| self.literal_truth(operand.number)) {
            Some(truth) => Ok(truth),
            None => stop(ErrorKind::StandardBoolean, span),
        }
    }

    /// `then if condition else otherwise`: one of the two, as it is.
    pub(super) fn numexpr_choice(
        &mut self,
        condition: ExprId,
        then: ExprId,
        otherwise: ExprId,
        span: Span,
    ) -> Step<Number> {
        let condition = self.operand(condition)?;
        let chosen = if self.decided_truth(condition, span)? { then } else { otherwise };
        self.operand(chosen).map(|operand| operand.number)
    }

    /// A comparison, or a chain of them in which all but the last are between constants.
    pub(super) fn numexpr_chain(&mut self, first: ExprId, links: List<Link>, span: Span) -> Step<Number> {
        let program = self.program;
        let links = program.links(links);
        let mut left = first;
        let mut holds = None;
        for (i, link) in links.iter().enumerate() {
            let place = program.span(left).join(program.span(link.right));
            let number = self.numexpr_link(left, *link, place)?;
            let is_last = i + 1 == links.len();
            if !is_last && !self.decided_truth(Operand { number, span: place }, span)? {
                return Ok(number);
            }
            (left, holds) = (link.right, Some(number));
        }
        match holds {
            Some(number) => Ok(number),
            None => self.operand(first).map(|operand| operand.number),
        }
    }

    fn numexpr_link(&mut self, left: ExprId, link: Link, span: Span) -> Step<Number> {
        let is_in = match link.op {
            CompareOp::In => true,
            CompareOp::NotIn => false,
            op @ (CompareOp::Lt
            | CompareOp::Le
            | CompareOp::Gt
            | CompareOp::Ge
            | CompareOp::Eq
            | CompareOp::Ne) => {
                let (a, b) = (self.operand(left)?, self.operand(link.right)?);
                return self.numexpr_compare(op, a, b, span);
            }
        };
        let x = self.operand(left)?;
        let program = self.program;
        let items = match self.value(link.right) {
            Value::Tuple(items) => program.tuple(items),
            Value::Poison => return Err(Stop::Poison),
            Value::None | Value::Number(_) | Value::Pair(..) | Value::DType(_) => {
                return stop(ErrorKind::NotATuple, program.span(link.right));
            }
        };
        for &item in items {
            let item = self.operand(item)?;
            let number = self.numexpr_compare(CompareOp::Eq, x, item, span)?;
            if self.decided_truth(Operand { number, span }, span)? {
                return Ok(self.bool_constant(is_in, span));
            }
        }
        Ok(self.bool_constant(!is_in, span))
    }
}
