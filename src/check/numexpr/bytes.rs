//! Bytes in the dialect: they compare with each other, contain each other, and are copied.

use super::super::error::ErrorKind;
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step, stop};
use super::table::Does;
use crate::ir::{Literal, Node};
use crate::op::TextOp;
use crate::span::Span;
use crate::syntax::ast::Symbol;

impl Lowering<'_> {
    /// `'text'`: the bytes that ASCII has for it.
    pub(super) fn numexpr_text(&mut self, text: Symbol, span: Span) -> Step<Number> {
        let text = self.program.symbol(text);
        if text.is_ascii() {
            Ok(self.literal(Literal::bytes(text), span))
        } else {
            stop(ErrorKind::NonAscii, span)
        }
    }

    /// A function of bytes: `contains(hay, needle)`, or the copy.
    pub(super) fn numexpr_bytes_call(&mut self, does: Does, args: &[Operand], span: Span) -> Step<Number> {
        if does != Does::Contains {
            return Ok(args[0].number);
        }
        let args: Vec<Option<Operand>> = args.iter().copied().map(Some).collect();
        self.text_call(TextOp::Contains, &args, span)
    }

    /// Whether a literal counts as true: it is not empty.
    pub(super) fn literal_truth(&self, number: Number) -> Option<bool> {
        let Number::Text(node) = number else { return None };
        let Node::Literal(id) = self.graph.node(node) else { return None };
        Some(!self.graph.literal_of(id).characters.is_empty())
    }
}
