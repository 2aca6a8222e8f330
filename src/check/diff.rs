//! `diff`: an array without its first elements less the one without its last.

use super::call::Bound;
use super::error::ErrorKind;
use super::statement::Lowering;
use super::value::{Number, Operand, Step, Stop, Value, stop};
use crate::dtype::DType;
use crate::ir::Slice;
use crate::op::Op;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, ExprId};

/// The most differences of differences.
const MOST: i128 = 64;

impl Lowering<'_> {
    /// `diff(a, n=1, axis=-1)`. Of bools a difference is `!=`.
    pub(super) fn diff(&mut self, args: &Bound, span: Span) -> Step<Number> {
        let operand = self.required(args, 0)?;
        let rank = self.array_dims(operand)?.len();
        let axis = match args[2] {
            None if rank == 0 => return Err(operand.error(ErrorKind::NotAnArray)),
            None => rank - 1,
            Some(axis) if matches!(self.value(axis), Value::None) => {
                let kind = ErrorKind::KeywordValue { keyword: "axis", expected: "an integer literal" };
                return stop(kind, self.program.span(axis));
            }
            Some(axis) => self.axes(axis, rank, true)?.0.trailing_zeros() as usize,
        };
        let mut number = operand.number;
        for _ in 0..self.times(args[1])? {
            let part = |start, stop| Slice { start, stop, step: 1 };
            let later = self.sliced_along(number, axis, part(Some(1), None), span)?;
            let earlier = self.sliced_along(number, axis, part(None, Some(-1)), span)?;
            let [later, earlier] = [later, earlier].map(|number| Operand { number, span: operand.span });
            number = match operand.ty(&self.graph).strong() {
                Some(DType::Bool) => self.lane(Op::Ne, &[later, earlier], span)?,
                Some(_) | None => self.binary(BinaryOp::Sub, later, earlier, span)?,
            };
        }
        Ok(number)
    }

    fn times(&self, given: Option<ExprId>) -> Step<i128> {
        let Some(id) = given else { return Ok(1) };
        match self.value(id) {
            Value::Poison => Err(Stop::Poison),
            Value::Number(Number::Int(times @ 0..=MOST)) => Ok(times),
            Value::Number(_) | Value::None | Value::Tuple(_) | Value::Pair(..) | Value::DType(_) => {
                let kind =
                    ErrorKind::KeywordValue { keyword: "n", expected: "an integer literal of 0 to 64" };
                stop(kind, self.program.span(id))
            }
        }
    }
}
