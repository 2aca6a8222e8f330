//! Comparisons: promoted like other operators, except where that would lose what is compared.
//!
//! A literal that its partner's dtype does not hold decides the comparison, and a signed integer
//! meets an unsigned one of 64 bits exactly, not as f64.

use super::error::{ErrorKind, OperandType};
use super::operator::no_operation;
use super::promote::{common, range};
use super::statement::Lowering;
use super::value::{Number, Operand, Step, Value, stop};
use crate::dtype::{DType, Kind};
use crate::ir::{NodeId, Scalar};
use crate::op::Op;
use crate::span::Span;
use crate::syntax::ast::{CompareOp, ExprId, Link, List};
use std::cmp::Ordering;

impl Lowering<'_> {
    /// `a < b <= c`: every link must hold. An operand in the middle is one node.
    pub(super) fn chain(&mut self, first: ExprId, links: List<Link>, span: Span) -> Step<Number> {
        let program = self.program;
        let mut left = first;
        let mut all: Option<NodeId> = None;
        for link in program.links(links) {
            let place = program.span(left).join(program.span(link.right));
            let holds = self.link(left, *link, place)?;
            all = Some(match all {
                None => holds,
                Some(others) => self.apply(Op::BitAnd, &[others, holds], span),
            });
            left = link.right;
        }
        match all {
            Some(node) => Ok(Number::Strong(node)),
            None => self.operand(first).map(|operand| operand.number),
        }
    }

    fn link(&mut self, left: ExprId, link: Link, span: Span) -> Step<NodeId> {
        let op = match link.op {
            CompareOp::Lt => Op::Lt,
            CompareOp::Le => Op::Le,
            CompareOp::Gt => Op::Gt,
            CompareOp::Ge => Op::Ge,
            CompareOp::Eq => Op::Eq,
            CompareOp::Ne => Op::Ne,
            CompareOp::In => return self.contained(left, link.right, span),
            CompareOp::NotIn => {
                let inside = self.contained(left, link.right, span)?;
                return Ok(self.apply(Op::BitNot, &[inside], span));
            }
        };
        let (a, b) = (self.operand(left)?, self.operand(link.right)?);
        let number = self.compare(op, a, b, span)?;
        self.strong(Operand { number, span })
    }

    /// `x in (1, 2, 3)`: equal to any of them.
    pub(super) fn contained(&mut self, x: ExprId, set: ExprId, span: Span) -> Step<NodeId> {
        let x = self.operand(x)?;
        let program = self.program;
        let items = match self.value(set) {
            Value::Tuple(items) => program.tuple(items),
            Value::Poison => return Err(super::value::Stop::Poison),
            Value::None | Value::Number(_) | Value::Pair(..) | Value::DType(_) => {
                return stop(ErrorKind::NotATuple, program.span(set));
            }
        };
        let mut any: Option<NodeId> = None;
        for &item in items {
            let number = self.compare(Op::Eq, x, self.operand(item)?, span)?;
            let equal = self.strong(Operand { number, span })?;
            any = Some(match any {
                None => equal,
                Some(others) => self.apply(Op::BitOr, &[others, equal], span),
            });
        }
        if let Some(any) = any {
            return Ok(any);
        }
        let node = self.shape_of(x)?;
        Ok(self.filled(node, false, span))
    }

    /// Compares two operands; a strong bool.
    pub(super) fn compare(&mut self, op: Op, a: Operand, b: Operand, span: Span) -> Step<Number> {
        if let Some(result) = self.of_family(op, &[a, b], span) {
            return result;
        }
        if let Some(ordering) = literals(a.number, b.number) {
            let holds = ordering.map_or(op == Op::Ne, |ordering| holds(op, ordering));
            return Ok(Number::Strong(self.graph.constant(Scalar::bool(holds), span)));
        }
        if let Some(node) = self.decided(op, a, b, span).or_else(|| self.decided(flipped(op), b, a, span)) {
            return Ok(Number::Strong(node));
        }
        let types = self.types(&[a, b]);
        if let (Some(x), Some(y)) = (self.integer_node(a), self.integer_node(b)) {
            match (self.graph.ty(x).dtype, self.graph.ty(y).dtype) {
                (signed, DType::U64) if signed.kind() == Kind::Signed => {
                    return Ok(Number::Strong(self.compare_mixed(op, x, y, span)));
                }
                (DType::U64, signed) if signed.kind() == Kind::Signed => {
                    return Ok(Number::Strong(self.compare_mixed(flipped(op), y, x, span)));
                }
                (_, _) => {}
            }
        }
        let dtype = self.compared_in(&[a, b]).ok_or_else(|| no_operation(op.name(), types, span))?;
        let nodes = self.coerce_all(&[a, b], dtype)?;
        Ok(Number::Strong(self.apply(op, &nodes, span)))
    }

    /// A weak integer that is not a literal is compared as the i64 it is, whatever its value.
    fn compared_in(&self, args: &[Operand]) -> Option<DType> {
        let mut types = self.types(args);
        if !types.iter().filter_map(|ty| ty.strong()).any(DType::is_float) {
            for (ty, arg) in types.iter_mut().zip(args) {
                if *ty == OperandType::WeakInt && matches!(arg.number, Number::Weak(_)) {
                    *ty = OperandType::Strong(DType::I64);
                }
            }
        }
        common(&types)
    }

    fn integer_node(&self, operand: Operand) -> Option<NodeId> {
        let (Number::Strong(node) | Number::Weak(node)) = operand.number else { return None };
        self.graph.ty(node).dtype.is_int().then_some(node)
    }

    /// The comparison of integers with a literal that their dtype does not hold: known, but as wide
    /// as the integers are.
    fn decided(&mut self, op: Op, a: Operand, b: Operand, span: Span) -> Option<NodeId> {
        let Number::Int(literal) = b.number else { return None };
        let (Number::Strong(node) | Number::Weak(node)) = a.number else { return None };
        let dtype = self.graph.ty(node).dtype;
        let (low, high) = range(if dtype == DType::Bool { DType::I64 } else { dtype })?;
        let ordering = if literal < low {
            Ordering::Greater
        } else if literal > high {
            Ordering::Less
        } else {
            return None;
        };
        Some(self.filled(node, holds(op, ordering), span))
    }

    /// A signed integer against a u64: the sign decides, else both compare without one.
    fn compare_mixed(&mut self, op: Op, signed: NodeId, unsigned: NodeId, span: Span) -> NodeId {
        let signed = self.cast(signed, DType::I64, span);
        let negative = self.is_negative(signed, span);
        let magnitude = self.cast(signed, DType::U64, span);
        let compared = self.apply(op, &[magnitude, unsigned], span);
        if holds(op, Ordering::Less) {
            return self.apply(Op::BitOr, &[negative, compared], span);
        }
        let positive = self.apply(Op::BitNot, &[negative], span);
        self.apply(Op::BitAnd, &[positive, compared], span)
    }
}

/// How two literals compare; the inner `None` if one is NaN, the outer if one is no literal.
fn literals(a: Number, b: Number) -> Option<Option<Ordering>> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(Some(a.cmp(&b))),
        (Number::Int(a), Number::Float(b)) => Some((a as f64).partial_cmp(&b)),
        (Number::Float(a), Number::Int(b)) => Some(a.partial_cmp(&(b as f64))),
        (Number::Float(a), Number::Float(b)) => Some(a.partial_cmp(&b)),
        (_, _) => None,
    }
}

/// Whether the comparison holds of operands in that order.
fn holds(op: Op, ordering: Ordering) -> bool {
    match ordering {
        Ordering::Less => matches!(op, Op::Lt | Op::Le | Op::Ne),
        Ordering::Equal => matches!(op, Op::Le | Op::Ge | Op::Eq),
        Ordering::Greater => matches!(op, Op::Gt | Op::Ge | Op::Ne),
    }
}

/// The comparison that says the same of the operands swapped.
fn flipped(op: Op) -> Op {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "== and != are their own, and nothing else comes here"
    )]
    match op {
        Op::Lt => Op::Gt,
        Op::Le => Op::Ge,
        Op::Gt => Op::Lt,
        Op::Ge => Op::Le,
        same => same,
    }
}
