//! `a += b` and its kin: a variable that takes a new value, or the array of an input that does.
//!
//! Every read sees the value at its line, so the array is written when all has been computed. Its dtype and shape
//! stay: the value is cast as the rule of casting allows, and may not be larger.

use super::InputDType;
use super::error::ErrorKind;
use super::statement::{Bound, Lowering};
use super::value::{Operand, Step, Value, stop};
use crate::ir::InputId;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, ExprId, Symbol};

impl Lowering<'_> {
    pub(super) fn augment(&mut self, name: Symbol, name_span: Span, op: BinaryOp, value: ExprId) -> Step<()> {
        let (old, into) = match self.variables.get(&name) {
            Some(bound) => (bound.value, bound.into),
            None => {
                let input = self.changed_input(name, name_span)?;
                // A plain number is no array: as in Python, the name takes another one.
                let is_array = matches!(self.types[input.index()].dtype, InputDType::Strong(_));
                (Value::Number(self.input(input, name_span)?), is_array.then_some(input))
            }
        };
        // Poisoned unless all goes well: the errors of later lines would follow from this one.
        self.rebind(name, Bound { value: Value::Poison, span: name_span, into });
        let right = self.operand(value)?;
        let span = name_span.join(right.span);
        let mut new = Operand { number: self.binary(op, old.operand(name_span)?, right, span)?, span };
        if let Some(input) = into {
            new = self.fitted(input, new)?;
            match self.updates.iter_mut().find(|(changed, _)| *changed == input) {
                Some((_, last)) => *last = new,
                None => self.updates.push((input, new)),
            }
        }
        self.rebind(name, Bound { value: Value::Number(new.number), span: name_span, into });
        Ok(())
    }

    /// The input of that name, if it may be changed.
    fn changed_input(&mut self, name: Symbol, span: Span) -> Step<InputId> {
        let text = self.program.symbol(name);
        let Some(&input) = self.inputs.get(text) else {
            return Err(self.unknown_name(name, span));
        };
        let ty = &self.types[input.index()];
        if ty.writable || !matches!(ty.dtype, InputDType::Strong(_)) {
            return Ok(input);
        }
        self.rebind(name, Bound { value: Value::Poison, span, into: Some(input) });
        stop(ErrorKind::NotWritable { name: text.to_owned() }, span)
    }

    /// The value in the dtype of the input, if it has the input's shape.
    fn fitted(&mut self, input: InputId, value: Operand) -> Step<Operand> {
        let written = self.graph.inputs[input.index()].ty.clone();
        let value = self.cast_by_rule(value, written.dtype)?;
        let (_, node, _) = self.result_planes(value)?;
        let dims = self.graph.canonical(&self.graph.ty(node).dims);
        if dims != self.graph.canonical(&written.dims) {
            let name = self.types[input.index()].name.to_string();
            return Err(value.error(ErrorKind::LargerThanInput { name }));
        }
        Ok(value)
    }
}
