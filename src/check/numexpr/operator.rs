//! Operators by the kind that their operands meet in.

use super::super::error::ErrorKind;
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step, stop};
use super::kind::Kind::{Bool, Bytes, Complex, Double, Float, Int, Long};
use super::kind::{Kind, common, highest, signature};
use crate::ir::NodeId;
use crate::op::Op;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, CompareOp, UnaryOp};

/// An operator: its name in opcodes, what it computes and in which kinds.
pub(super) struct Operator {
    pub(super) name: &'static str,
    pub(super) op: Op,
    pub(super) kinds: &'static [Kind],
}

const NUMBERS: &[Kind] = &[Int, Long, Float, Double, Complex];
/// Bools are added and multiplied by logic.
const SUMS: &[Kind] = &[Bool, Int, Long, Float, Double, Complex];
const REALS: &[Kind] = &[Int, Long, Float, Double];
const BITS: &[Kind] = &[Bool, Int, Long];
const INTEGERS: &[Kind] = &[Int, Long];

const fn operator(name: &'static str, op: Op, kinds: &'static [Kind]) -> Operator {
    Operator { name, op, kinds }
}

pub(super) const MUL: Operator = operator("mul", Op::Mul, SUMS);
pub(super) const DIV: Operator = operator("div", Op::Div, NUMBERS);
pub(super) const POW: Operator = operator("pow", Op::Pow, NUMBERS);
const ADD: Operator = operator("add", Op::Add, SUMS);
const SUB: Operator = operator("sub", Op::Sub, NUMBERS);
const FLOOR_DIV: Operator = operator("floordiv", Op::FloorDiv, REALS);
const MOD: Operator = operator("mod", Op::Mod, REALS);
const SHL: Operator = operator("lshift", Op::Shl, INTEGERS);
const SHR: Operator = operator("rshift", Op::Shr, INTEGERS);
const AND: Operator = operator("and", Op::BitAnd, BITS);
const OR: Operator = operator("or", Op::BitOr, BITS);
const XOR: Operator = operator("xor", Op::BitXor, BITS);
const NEG: Operator = operator("neg", Op::Neg, NUMBERS);
const INVERT: Operator = operator("invert", Op::BitNot, BITS);

impl Lowering<'_> {
    pub(super) fn numexpr_unary(&mut self, op: UnaryOp, of: Operand, span: Span) -> Step<Number> {
        if let Some(literal) = self.as_literal(of) {
            return self.literal_unary(op, literal, span);
        }
        match (op, of.number) {
            (UnaryOp::Plus, number) => Ok(number),
            (UnaryOp::Not, _) => {
                let truth = self.decided_truth(of, span)?;
                Ok(self.bool_constant(!truth, span))
            }
            (UnaryOp::Minus, _) => self.numexpr_operator(&NEG, &[of], span),
            (UnaryOp::Invert, _) => self.numexpr_operator(&INVERT, &[of], span),
        }
    }

    pub(in crate::check) fn numexpr_binary(
        &mut self,
        op: BinaryOp,
        a: Operand,
        b: Operand,
        span: Span,
    ) -> Step<Number> {
        let operator = match op {
            BinaryOp::And | BinaryOp::Or => {
                let first = self.decided_truth(a, span)?;
                return Ok(if first == (op == BinaryOp::And) { b.number } else { a.number });
            }
            BinaryOp::MatMul => return stop(super::super::operator::MATMUL, span),
            BinaryOp::Add => &ADD,
            BinaryOp::Sub => &SUB,
            BinaryOp::Mul => &MUL,
            BinaryOp::Div => &DIV,
            BinaryOp::FloorDiv => &FLOOR_DIV,
            BinaryOp::Mod => &MOD,
            BinaryOp::Pow => &POW,
            BinaryOp::Shl => &SHL,
            BinaryOp::Shr => &SHR,
            BinaryOp::BitAnd => &AND,
            BinaryOp::BitOr => &OR,
            BinaryOp::BitXor => &XOR,
        };
        if let (Some(x), Some(y)) = (self.as_literal(a), self.as_literal(b)) {
            return self.literal_binary(op, x, y, span);
        }
        if op == BinaryOp::Div {
            self.numexpr_divide(a, b, span)
        } else if op == BinaryOp::Pow {
            self.numexpr_power(a, b, span)
        } else {
            self.numexpr_operator(operator, &[a, b], span)
        }
    }

    /// Applies an operator in the kind that its operands meet in.
    pub(super) fn numexpr_operator(
        &mut self,
        operator: &Operator,
        args: &[Operand],
        span: Span,
    ) -> Step<Number> {
        let kind = self.met(operator, args, span)?;
        self.computed_in(kind, operator, args, span)
    }

    /// The kind that operands meet in, if the operator has it.
    pub(super) fn met(&self, operator: &Operator, args: &[Operand], span: Span) -> Step<Kind> {
        let kinds = self.kinds(args)?;
        let kind = self.meet(args, &kinds, span)?;
        if operator.kinds.contains(&kind) {
            return Ok(kind);
        }
        stop(ErrorKind::NoOpcode { signature: signature(operator.name, kind, &kinds) }, span)
    }

    /// The kind that operands meet in. To NumExpr a literal of bytes has no place in arithmetic.
    pub(super) fn meet(&self, args: &[Operand], kinds: &[Kind], span: Span) -> Step<Kind> {
        let kind = common(kinds, span)?;
        if kind == Bytes && args.iter().any(|&arg| self.is_literal(arg)) {
            return stop(ErrorKind::BytesBesideNumbers, span);
        }
        Ok(kind)
    }

    fn is_literal(&self, operand: Operand) -> bool {
        self.as_constant(operand).is_some() || self.literal_truth(operand.number).is_some()
    }

    /// Applies an operator in a kind.
    pub(super) fn computed_in(
        &mut self,
        kind: Kind,
        operator: &Operator,
        args: &[Operand],
        span: Span,
    ) -> Step<Number> {
        if kind == Complex {
            return self.numexpr_complex(operator.op, args, span);
        }
        let nodes: Vec<NodeId> = args.iter().map(|&arg| self.of_kind(arg, kind)).collect::<Step<_>>()?;
        let is_float = matches!(kind, Float | Double);
        let node = match (operator.op, nodes.as_slice()) {
            (Op::FloorDiv, &[x, y]) if is_float => self.floored_quotient(x, y, span),
            (Op::Mod, &[x, y]) if is_float => {
                let floored = self.floored_quotient(x, y, span);
                let multiple = self.lanes(Op::Mul, &[floored, y], span);
                self.lanes(Op::Sub, &[x, multiple], span)
            }
            (op, nodes) => self.lanes(op, nodes, span),
        };
        Ok(self.valued(node))
    }

    /// `floor(x / y)`, of which NumPy's `//` differs where the quotient rounds up to an integer.
    fn floored_quotient(&mut self, x: NodeId, y: NodeId, span: Span) -> NodeId {
        let quotient = self.lanes(Op::Div, &[x, y], span);
        self.lanes(Op::Floor, &[quotient], span)
    }

    /// Compares in the kind that both meet in: `i64 == f32` is decided in f32.
    pub(super) fn numexpr_compare(
        &mut self,
        op: CompareOp,
        a: Operand,
        b: Operand,
        span: Span,
    ) -> Step<Number> {
        // There are no opcodes for `<` and `<=`: the operands change places. So they do where Python asks the second
        // operand because the first is a literal.
        let (name, op, args) = match op {
            CompareOp::Lt => ("gt", Op::Gt, [b, a]),
            CompareOp::Le => ("ge", Op::Ge, [b, a]),
            CompareOp::Gt => ("gt", Op::Gt, [a, b]),
            CompareOp::Ge => ("ge", Op::Ge, [a, b]),
            CompareOp::Ne if self.is_literal(a) => ("ne", Op::Ne, [b, a]),
            CompareOp::Eq if self.is_literal(a) => ("eq", Op::Eq, [b, a]),
            CompareOp::Ne | CompareOp::NotIn => ("ne", Op::Ne, [a, b]),
            CompareOp::Eq | CompareOp::In => ("eq", Op::Eq, [a, b]),
        };
        if let (Some(x), Some(y)) = (self.as_literal(args[0]), self.as_literal(args[1])) {
            return self.literal_compare(op, x, y, span);
        }
        let kinds = self.kinds(&args)?;
        let has_order = op == Op::Gt || op == Op::Ge;
        let kind = highest(&kinds);
        if kind == Bytes && kinds[0] == kinds[1] {
            return self.text_lane(op, &args, span);
        }
        if kind == Bytes || (kind == Complex && has_order) {
            return stop(ErrorKind::NoOpcode { signature: signature(name, Bool, &kinds) }, span);
        }
        let kind = if kind == Bool && has_order { Int } else { kind };
        self.computed_in(kind, &Operator { name, op, kinds: &[] }, &args, span)
    }
}
