//! Bytes and text: the operators that they have.
//!
//! Bytes meet bytes and text meets text; as in NumPy nothing is encoded or decoded but by a cast.

use super::error::{ErrorKind, OperandType};
use super::operator::no_operation;
use super::reduce::Extent;
use super::statement::Lowering;
use super::value::{Family, Number, Operand, Step, stop};
use crate::dtype::DType;
use crate::ir::{GuardKind, Literal, Node, NodeId, Operands, TypeError, width, with_width};
use crate::op::{Derived, Meaning, Op, Reduction, TextOp};
use crate::span::Span;

/// What `strip` takes off unless it is told what: Python's whitespace of text.
const TEXT_SPACES: &str = "\t\n\u{b}\u{c}\r\u{1c}\u{1d}\u{1e}\u{1f} \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\
    \u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// And of bytes.
const BYTE_SPACES: &str = "\t\n\u{b}\u{c}\r ";

impl Lowering<'_> {
    /// `'text'` and `b'bytes'`.
    pub(super) fn literal(&mut self, literal: Literal, span: Span) -> Number {
        Number::Text(self.graph.literal(literal, span))
    }

    /// An operator of which at least one operand is of this family.
    pub(super) fn text_lane(&mut self, op: Op, args: &[Operand], span: Span) -> Step<Number> {
        // What a time makes of a text beside it is the times' business.
        if args.iter().any(|arg| arg.number.family() == Family::Time) {
            return self.time_lane(op, args, span);
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "text has no other operators of lanes")]
        let text = match op {
            Op::Where => return self.text_select(args, span),
            Op::Add => TextOp::Concat,
            Op::Lt => TextOp::Lt,
            Op::Le => TextOp::Le,
            Op::Gt => TextOp::Gt,
            Op::Ge => TextOp::Ge,
            Op::Eq => TextOp::Eq,
            Op::Ne => TextOp::Ne,
            _ => return Err(no_operation(op.name(), self.types(args), span)),
        };
        let nodes = self.texts(op.name(), args, span)?;
        self.text(text, &nodes, span)
    }

    fn text_select(&mut self, args: &[Operand], span: Span) -> Step<Number> {
        let condition = self.truth(args[0])?;
        if args[1..].iter().all(|arg| arg.number.family() != Family::Text) {
            let condition = Operand { number: Number::Strong(condition), span: args[0].span };
            return self.lane(Op::Where, &[condition, args[1], args[2]], span);
        }
        let texts = self.texts(Op::Where.name(), &args[1..], span)?;
        self.text(TextOp::Select, &[condition, texts[0], texts[1]], span)
    }

    /// A function of text. The characters to strip may be left out.
    pub(super) fn text_call(&mut self, op: TextOp, args: &[Option<Operand>], span: Span) -> Step<Number> {
        let given: Vec<Operand> = args.iter().copied().flatten().collect();
        let nodes = self.texts(op.name(), &given, span)?;
        if nodes.len() < op.arity() {
            self.strip_spaces(op, nodes[0], span)
        } else {
            self.text(op, &nodes, span)
        }
    }

    /// Takes off whitespace, as NumPy does: NULs between whitespace at the right end go with it, at the left end
    /// they stay.
    fn strip_spaces(&mut self, op: TextOp, of: NodeId, span: Span) -> Step<Number> {
        let is_bytes = matches!(self.graph.ty(of).dtype, DType::Bytes(_));
        let literal = |spaces: &str| if is_bytes { Literal::bytes(spaces) } else { Literal::text(spaces) };
        let spaces = if is_bytes { BYTE_SPACES } else { TEXT_SPACES };
        let mut node = of;
        if op != TextOp::RStrip {
            let left = self.graph.literal(literal(spaces), span);
            node = self.text_node(TextOp::LStrip, &[node, left], span)?;
        }
        if op != TextOp::LStrip {
            let right = self.graph.literal(literal(&format!("\0{spaces}")), span);
            node = self.text_node(TextOp::RStrip, &[node, right], span)?;
        }
        Ok(Number::Text(node))
    }

    /// The operands as nodes, if they are text of one kind.
    fn texts(&self, name: &'static str, args: &[Operand], span: Span) -> Step<Vec<NodeId>> {
        let types = self.types(args);
        let refused = || no_operation(name, types.clone(), span);
        let node = |arg: &Operand| match arg.number {
            Number::Text(node) => Some(node),
            Number::Strong(_) | Number::Weak(_) | Number::Int(_) | Number::Float(_) => None,
            Number::Complex(..) | Number::Planes(..) | Number::WeakPlanes(..) | Number::Time(..) => None,
        };
        let nodes = args.iter().map(node).collect::<Option<Vec<NodeId>>>().ok_or_else(refused)?;
        let kind = |node: &NodeId| self.graph.ty(*node).dtype.kind();
        if nodes.iter().any(|node| kind(node) != kind(&nodes[0])) { Err(refused()) } else { Ok(nodes) }
    }

    /// Adds an operator whose operands have been found to be its.
    fn text(&mut self, op: TextOp, args: &[NodeId], span: Span) -> Step<Number> {
        let node = self.text_node(op, args, span)?;
        let is_text = self.graph.ty(node).dtype.is_text();
        Ok(if is_text { Number::Text(node) } else { Number::Strong(node) })
    }

    fn text_node(&mut self, op: TextOp, args: &[NodeId], span: Span) -> Step<NodeId> {
        match self.graph.add(Node::Text(op, Operands::new(args)), span) {
            Ok(node) => Ok(node),
            // The kinds are right, so an element would be too large.
            Err(TypeError::Dtype | TypeError::Arity | TypeError::Axis | TypeError::View) => {
                stop(ErrorKind::TextTooWide, span)
            }
        }
    }

    /// What is spelled like a function, of such operands: logic, by their truth.
    pub(super) fn text_derived(&mut self, what: Derived, args: &[Operand], span: Span) -> Step<Number> {
        if !matches!(what, Derived::And | Derived::Or | Derived::Xor | Derived::Not) {
            return Err(no_operation(what.name(), self.types(args), span));
        }
        let mut truths = Vec::new();
        for arg in args {
            let number = match arg.number {
                Number::Text(_) => Number::Strong(self.text_truth(*arg)?),
                Number::Strong(_) | Number::Weak(_) | Number::Int(_) | Number::Float(_) => arg.number,
                Number::Complex(..) | Number::Planes(..) | Number::WeakPlanes(..) | Number::Time(..) => {
                    arg.number
                }
            };
            truths.push(Some(Operand { number, span: arg.span }));
        }
        self.derived(what, &truths, span)
    }

    /// A cast from or to these dtypes: between bytes and text, of any width. A width of 0 is the operand's.
    pub(super) fn text_cast(&mut self, operand: Operand, dtype: DType, span: Span) -> Step<Number> {
        let refused = |types| Err(no_operation("cast", types, span));
        let Number::Text(node) = operand.number else {
            let from = operand.ty(&self.graph);
            return refused(vec![from, OperandType::Strong(dtype)]);
        };
        if dtype == DType::Bool {
            return self.text_truth(operand).map(Number::Strong);
        }
        let from = self.graph.ty(node).dtype;
        if !dtype.is_text() {
            return refused(vec![OperandType::Strong(from), OperandType::Strong(dtype)]);
        }
        let wide = if width(dtype) == 0 { width(from) } else { width(dtype) };
        let Some(to) = with_width(dtype, wide) else { return stop(ErrorKind::TextTooWide, span) };
        if from.kind() != to.kind() {
            self.require_ascii(node, operand.span)?;
        }
        Ok(Number::Text(self.cast(node, to, span)))
    }

    /// Text goes to bytes and back as ASCII, as in NumPy: anything else fails, a literal now.
    fn require_ascii(&mut self, node: NodeId, span: Span) -> Step<()> {
        if let Node::Literal(id) = self.graph.node(node) {
            let is_ascii = self.graph.literal_of(id).characters.iter().all(|&c| c < 0x80);
            return if is_ascii { Ok(()) } else { stop(ErrorKind::NonAscii, span) };
        }
        let found = self.text_node(TextOp::NonAscii, &[node], span)?;
        let any = self.any(found, span);
        self.guard(any, GuardKind::NonAscii, span);
        Ok(())
    }

    /// Whether each element counts as true: not empty.
    pub(super) fn text_truth(&mut self, operand: Operand) -> Step<NodeId> {
        let Number::Text(node) = operand.number else {
            return Err(operand.error(ErrorKind::NotReal { operand: operand.ty(&self.graph) }));
        };
        let length = self.text_node(TextOp::Length, &[node], operand.span)?;
        Ok(self.cast(length, DType::Bool, operand.span))
    }

    /// A reduction: those of truth.
    pub(super) fn text_reduction(
        &mut self,
        meaning: Meaning,
        operand: Operand,
        over: Extent,
        mask: Option<NodeId>,
        span: Span,
    ) -> Step<Number> {
        let truth = self.text_truth(operand)?;
        let node = match meaning {
            Meaning::Reduce(op @ (Reduction::Any | Reduction::All)) => {
                let truth = self.masked(truth, mask, i8::from(op == Reduction::All), span);
                self.reduce(op, truth, over, span)
            }
            Meaning::Derived(Derived::CountNonzero) => {
                let counted = self.cast(truth, DType::I64, span);
                self.reduce(Reduction::Sum, counted, over, span)
            }
            Meaning::Reduce(_)
            | Meaning::Scan(_)
            | Meaning::Derived(_)
            | Meaning::Lane(_)
            | Meaning::Text(_) => {
                return Err(no_operation(meaning.name(), self.types(&[operand]), span));
            }
        };
        Ok(Number::Strong(node))
    }

    /// What an operand is beside `in ()`: a node whose shape counts.
    pub(super) fn shape_of(&mut self, operand: Operand) -> Step<NodeId> {
        match operand.number {
            Number::Text(_) => self.text_truth(operand),
            Number::Strong(_) | Number::Weak(_) | Number::Int(_) | Number::Float(_) => self.strong(operand),
            Number::Complex(..) | Number::Planes(..) | Number::WeakPlanes(..) | Number::Time(..) => {
                self.strong(operand)
            }
        }
    }
}
