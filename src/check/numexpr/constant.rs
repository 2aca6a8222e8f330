//! Literals, and arithmetic between them: Python's own.

use super::super::complex;
use super::super::error::{Error, ErrorKind};
use super::super::literal;
use super::super::operator::no_operation;
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step, Stop};
use crate::dtype::Lane;
use crate::ir::{Node, Scalar};
use crate::op::Op;
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, UnaryOp};

/// What Python computes with before NumExpr sees it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Literal {
    Bool(bool),
    Int(i128),
    Float(f64),
    Complex(f64, f64),
}

impl Literal {
    /// A bool counts as 0 or 1.
    pub(super) fn number(self) -> Number {
        match self {
            Literal::Bool(value) => Number::Int(i128::from(value)),
            Literal::Int(value) => Number::Int(value),
            Literal::Float(value) => Number::Float(value),
            Literal::Complex(re, im) => Number::Complex(re, im),
        }
    }

    /// Its real and its imaginary part.
    pub(super) fn parts(self) -> (f64, f64) {
        match self {
            Literal::Bool(value) => (f64::from(u8::from(value)), 0.0),
            Literal::Int(value) => (value as f64, 0.0),
            Literal::Float(value) => (value, 0.0),
            Literal::Complex(re, im) => (re, im),
        }
    }

    pub(super) fn is_complex(self) -> bool {
        matches!(self, Literal::Complex(..))
    }

    pub(super) fn is_true(self) -> bool {
        match self {
            Literal::Bool(value) => value,
            Literal::Int(value) => value != 0,
            Literal::Float(value) => value != 0.0,
            Literal::Complex(re, im) => re != 0.0 || im != 0.0,
        }
    }

    fn is_zero(self) -> bool {
        !self.is_true()
    }
}

impl Lowering<'_> {
    /// The operand, if it is a literal or a bool constant.
    pub(super) fn as_literal(&self, operand: Operand) -> Option<Literal> {
        match operand.number {
            Number::Int(value) => Some(Literal::Int(value)),
            Number::Float(value) => Some(Literal::Float(value)),
            Number::Complex(re, im) => Some(Literal::Complex(re, im)),
            Number::Strong(node) => {
                let Node::Const(value) = self.graph.node(node) else { return None };
                (value.lane == Lane::Bool).then_some(Literal::Bool(value.bits != 0))
            }
            Number::Weak(_) | Number::Planes(..) | Number::WeakPlanes(..) => None,
            Number::Time(..) | Number::Text(_) => None,
        }
    }

    /// The value of a constant of any kind but bytes.
    pub(super) fn as_constant(&self, operand: Operand) -> Option<Literal> {
        if let Some(literal) = self.as_literal(operand) {
            return Some(literal);
        }
        let Number::Strong(node) = operand.number else { return None };
        let Node::Const(value) = self.graph.node(node) else { return None };
        value.as_i128().map(Literal::Int).or(value.as_f64().map(Literal::Float))
    }

    pub(super) fn bool_constant(&mut self, value: bool, span: Span) -> Number {
        Number::Strong(self.graph.constant(Scalar::bool(value), span))
    }

    /// A prefix operator on a literal.
    pub(super) fn literal_unary(&mut self, op: UnaryOp, of: Literal, span: Span) -> Step<Number> {
        let number = of.number();
        let op = match op {
            UnaryOp::Plus => return Ok(number),
            UnaryOp::Not => return Ok(self.bool_constant(of.is_zero(), span)),
            UnaryOp::Minus => Op::Neg,
            UnaryOp::Invert => Op::BitNot,
        };
        self.folded_literals(op, &[number], span)
    }

    fn folded_literals(&self, op: Op, numbers: &[Number], span: Span) -> Step<Number> {
        match complex::literal::fold(op, numbers).map(Ok).or_else(|| literal::fold(op, numbers)) {
            Some(folded) => folded.map_err(|kind| Error { kind, span }.into()),
            None => Err(self.no_literal_operation(op, numbers, span)),
        }
    }

    /// An infix operator between literals.
    pub(super) fn literal_binary(
        &mut self,
        op: BinaryOp,
        a: Literal,
        b: Literal,
        span: Span,
    ) -> Step<Number> {
        if let (Literal::Bool(x), Literal::Bool(y)) = (a, b) {
            let logic = [(BinaryOp::BitAnd, x & y), (BinaryOp::BitOr, x | y), (BinaryOp::BitXor, x ^ y)];
            if let Some(&(_, value)) = logic.iter().find(|(symbol, _)| *symbol == op) {
                return Ok(self.bool_constant(value, span));
            }
        }
        let op = operator(op);
        let divides = matches!(op, Op::Div | Op::FloorDiv | Op::Mod);
        if divides && b.is_zero() {
            return Err(Error { kind: ErrorKind::DivisionByZero, span }.into());
        }
        if op == Op::Pow {
            return self.literal_power(a, b, span);
        }
        self.folded_literals(op, &[a.number(), b.number()], span)
    }

    /// A negative power of an integer is a float's; what has no real value is complex.
    fn literal_power(&mut self, a: Literal, b: Literal, span: Span) -> Step<Number> {
        let ((base, _), (exponent, turn)) = (a.parts(), b.parts());
        if a.is_zero() && (exponent < 0.0 || turn != 0.0) {
            return Err(Error { kind: ErrorKind::DivisionByZero, span }.into());
        }
        let is_root = base < 0.0 && exponent.is_finite() && exponent.trunc() != exponent;
        if is_root || a.is_complex() || b.is_complex() {
            let args = [a, b].map(|literal| Operand { number: literal.number(), span });
            return self.numexpr_complex(Op::Pow, &args, span);
        }
        let numbers = match (a.number(), b.number()) {
            (Number::Int(_), Number::Int(n)) if n < 0 => [Number::Float(base), Number::Float(exponent)],
            numbers => numbers.into(),
        };
        self.folded_literals(Op::Pow, &numbers, span)
    }

    /// A comparison of literals. Complex ones have no order.
    pub(super) fn literal_compare(&mut self, op: Op, a: Literal, b: Literal, span: Span) -> Step<Number> {
        let numbers = [a.number(), b.number()];
        if !a.is_complex() && !b.is_complex() {
            let [a, b] = numbers.map(|number| Operand { number, span });
            return self.compare(op, a, b, span);
        }
        if op != Op::Eq && op != Op::Ne {
            return Err(self.no_literal_operation(op, &numbers, span));
        }
        let is_equal = a.parts() == b.parts();
        Ok(self.bool_constant(is_equal == (op == Op::Eq), span))
    }

    fn no_literal_operation(&self, op: Op, numbers: &[Number], span: Span) -> Stop {
        let operands: Vec<Operand> = numbers.iter().map(|&number| Operand { number, span }).collect();
        no_operation(op.name(), self.types(&operands), span)
    }
}

/// The operator that an infix symbol is between literals. `and` and `or` were decided before.
fn operator(op: BinaryOp) -> Op {
    match op {
        BinaryOp::Add => Op::Add,
        BinaryOp::Sub => Op::Sub,
        BinaryOp::Mul | BinaryOp::MatMul => Op::Mul,
        BinaryOp::Div => Op::Div,
        BinaryOp::FloorDiv => Op::FloorDiv,
        BinaryOp::Mod => Op::Mod,
        BinaryOp::Pow => Op::Pow,
        BinaryOp::Shl => Op::Shl,
        BinaryOp::Shr => Op::Shr,
        BinaryOp::BitAnd | BinaryOp::And => Op::BitAnd,
        BinaryOp::BitOr | BinaryOp::Or => Op::BitOr,
        BinaryOp::BitXor => Op::BitXor,
    }
}
