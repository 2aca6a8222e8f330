//! Operators on lanes, by the [`Rule`] of their row.

use super::complex;
use super::error::{Error, ErrorKind, OperandType};
use super::literal;
use super::promote::{common, common_float};
use super::statement::Lowering;
use super::value::{Family, Number, Operand, Step, family, stop};
use crate::dtype::{DType, Kind};
use crate::ir::{Axes, GuardKind, Node, NodeId, Scalar};
use crate::op::{BoolAs, Derived, Op, Reduction, Rule};
use crate::span::Span;
use crate::syntax::ast::{BinaryOp, UnaryOp};

impl Lowering<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, of: Operand, span: Span) -> Step<Number> {
        match op {
            UnaryOp::Plus => self.positive(of, span),
            UnaryOp::Minus => self.operator(Op::Neg, &[of], span),
            UnaryOp::Invert => self.operator(Op::BitNot, &[of], span),
            UnaryOp::Not => self.derived(Derived::Not, &[Some(of)], span),
        }
    }

    pub(super) fn binary(&mut self, op: BinaryOp, a: Operand, b: Operand, span: Span) -> Step<Number> {
        if self.is_numexpr() {
            return self.numexpr_binary(op, a, b, span);
        }
        let op = match op {
            BinaryOp::Add => Op::Add,
            BinaryOp::Sub => Op::Sub,
            BinaryOp::Mul => Op::Mul,
            BinaryOp::Div => Op::Div,
            BinaryOp::FloorDiv => Op::FloorDiv,
            BinaryOp::Mod => Op::Mod,
            BinaryOp::Pow => Op::Pow,
            BinaryOp::Shl => Op::Shl,
            BinaryOp::Shr => Op::Shr,
            BinaryOp::BitAnd => Op::BitAnd,
            BinaryOp::BitOr => Op::BitOr,
            BinaryOp::BitXor => Op::BitXor,
            BinaryOp::And => return self.derived(Derived::And, &[Some(a), Some(b)], span),
            BinaryOp::Or => return self.derived(Derived::Or, &[Some(a), Some(b)], span),
            BinaryOp::MatMul => return stop(MATMUL, span),
        };
        self.operator(op, &[a, b], span)
    }

    /// An operator written as a symbol: between literals it gives a literal, between weak operands a
    /// weak number, as Python's own arithmetic would.
    fn operator(&mut self, op: Op, args: &[Operand], span: Span) -> Step<Number> {
        let numbers: Vec<Number> = args.iter().map(|a| a.number).collect();
        if let Some(folded) = literal::fold(op, &numbers) {
            return folded.map_err(|kind| Error { kind, span }.into());
        }
        if let Some(folded) = complex::literal::fold(op, &numbers) {
            return Ok(folded);
        }
        let number = match numbers[..] {
            // Complex numbers have powers of their own.
            _ if family(args) != Family::Real => self.lane(op, args, span)?,
            // A scalar exponent of a half is a square root, also of -0.0 and -inf.
            [_, Number::Float(0.5)] if op == Op::Pow => self.square_root(args, span)?,
            // A square keeps bools small, as NumPy's does; `power` makes them i64.
            [Number::Strong(_), Number::Int(2)] if op == Op::Pow => self.square(args, span)?,
            _ => self.lane(op, args, span)?,
        };
        let is_strong = |n: &Number| {
            matches!(n, Number::Strong(_) | Number::Planes(..) | Number::Time(..) | Number::Text(_))
        };
        let all_weak = !numbers.iter().any(is_strong);
        match number {
            Number::Strong(node) if all_weak => Ok(Number::Weak(node)),
            Number::Planes(re, im) if all_weak => Ok(Number::WeakPlanes(re, im)),
            Number::Strong(_) | Number::Weak(_) | Number::Int(_) | Number::Float(_) => Ok(number),
            Number::Complex(..)
            | Number::Planes(..)
            | Number::WeakPlanes(..)
            | Number::Time(..)
            | Number::Text(_) => Ok(number),
        }
    }

    fn square_root(&mut self, args: &[Operand], span: Span) -> Step<Number> {
        let types = self.types(args);
        let dtype = common(&types).ok_or_else(|| no_operation(Op::Pow.name(), types, span))?;
        let base = self.coerce(args[0], dtype)?;
        Ok(Number::Strong(self.apply(Op::Sqrt, &[base], span)))
    }

    fn square(&mut self, args: &[Operand], span: Span) -> Step<Number> {
        match self.types(&args[..1])[..] {
            [OperandType::Strong(DType::Bool)] => self.derived(Derived::Square, &[Some(args[0])], span),
            _ => self.lane(Op::Pow, args, span),
        }
    }

    /// Applies an operator, by its row's rule. The result is strong.
    pub(super) fn lane(&mut self, op: Op, args: &[Operand], span: Span) -> Step<Number> {
        if let Some(result) = self.of_family(op, args, span) {
            return result;
        }
        match op.row().rule {
            Rule::Compare => return self.compare(op, args[0], args[1], span),
            Rule::Select => return self.select(args, span),
            Rule::Classify => return self.classify(op, args[0], span),
            Rule::Same(_) | Rule::TrueDivide | Rule::Float | Rule::Round | Rule::Bits | Rule::Shift => {}
            Rule::Truth | Rule::Accumulate | Rule::Extremum | Rule::Any => {}
            Rule::Index | Rule::Mean | Rule::Text | Rule::Expansion => {}
        }
        let dtype = self.computed(op.row().rule, op.name(), args, span)?;
        if op.row().rule == Rule::Round && !dtype.is_float() {
            return self.strong(args[0]).map(Number::Strong);
        }
        let nodes = self.coerce_all(args, dtype)?;
        if op == Op::Pow && dtype.is_int() {
            self.check_exponent(args[1], span)?;
        }
        // A float to a literal integer is an operator of its own: it has other bits than a power.
        let is_integer_power =
            op == Op::Pow && dtype.is_float() && literal::is_exponent(args[1].number, dtype);
        let op = if is_integer_power { Op::PowInteger } else { op };
        Ok(Number::Strong(self.apply(op, &nodes, span)))
    }

    /// The operation on complex numbers, times or text, if an operand is one.
    pub(super) fn of_family(&mut self, op: Op, args: &[Operand], span: Span) -> Option<Step<Number>> {
        match family(args) {
            Family::Real => None,
            Family::Complex => Some(self.complex_lane(op, args, span)),
            Family::Time => Some(self.time_lane(op, args, span)),
            Family::Text => Some(self.text_lane(op, args, span)),
        }
    }

    /// The dtype that operands are cast to under a rule.
    pub(super) fn computed(
        &self,
        rule: Rule,
        name: &'static str,
        args: &[Operand],
        span: Span,
    ) -> Step<DType> {
        let types = self.types(args);
        let met = if rule == Rule::Float { common_float(&types) } else { common(&types) };
        let dtype = match (rule, met) {
            (Rule::Same(BoolAs::Int8) | Rule::Shift, Some(DType::Bool)) => Some(DType::I8),
            (Rule::Same(BoolAs::Refused), Some(DType::Bool)) => None,
            (Rule::TrueDivide, Some(met)) if !met.is_float() => Some(DType::F64),
            (Rule::Bits | Rule::Shift, Some(met)) if met.is_float() => None,
            (_, met) => met,
        };
        let Some(dtype) = dtype else { return Err(no_operation(name, types, span)) };
        if dtype.lane().is_none() {
            let from = types.iter().filter_map(|t| t.strong()).next();
            return stop(ErrorKind::DTypeNotEvaluated { dtype, from }, span);
        }
        Ok(dtype)
    }

    /// An integer power fails on a negative exponent: now if it is known, else by a guard.
    fn check_exponent(&mut self, exponent: Operand, span: Span) -> Step<()> {
        let node = match exponent.number {
            Number::Int(value) if value < 0 => return Err(exponent.error(ErrorKind::NegativePower)),
            Number::Int(_) | Number::Float(_) => return Ok(()),
            Number::Strong(node) | Number::Weak(node) => node,
            // No integer.
            Number::Complex(..)
            | Number::Planes(..)
            | Number::WeakPlanes(..)
            | Number::Time(..)
            | Number::Text(_) => return Ok(()),
        };
        if let Node::Const(value) = self.graph.node(node) {
            let is_negative = value.as_i128().is_some_and(|value| value < 0);
            return if is_negative { Err(exponent.error(ErrorKind::NegativePower)) } else { Ok(()) };
        }
        if self.graph.ty(node).dtype.kind() == Kind::Signed {
            let negative = self.is_negative(node, span);
            let any = self.any(negative, span);
            self.guard(any, GuardKind::NegativePower, span);
        }
        Ok(())
    }

    /// `node < 0`.
    pub(super) fn is_negative(&mut self, node: NodeId, span: Span) -> NodeId {
        let zero = self.number(self.graph.ty(node).dtype, 0, span);
        self.apply(Op::Lt, &[node, zero], span)
    }

    /// A small number of a dtype that has lanes.
    pub(super) fn number(&mut self, dtype: DType, value: i8, span: Span) -> NodeId {
        let scalar = dtype.lane().and_then(|lane| Scalar::from_i128(lane, i128::from(value)));
        self.graph.constant(scalar.expect("every lane that is asked for holds it"), span)
    }

    /// Whether a bool holds anywhere, as a bool without axes.
    pub(super) fn any(&mut self, of: NodeId, span: Span) -> NodeId {
        let rank = self.graph.ty(of).dims.len();
        if rank == 0 {
            return of;
        }
        let node =
            Node::Reduce { op: Reduction::Any, of, imag: None, axes: Axes::all(rank), keepdims: false };
        self.graph.add(node, span).expect("all axes are the operand's")
    }

    fn select(&mut self, args: &[Operand], span: Span) -> Step<Number> {
        let dtype = self.computed(Rule::Select, Op::Where.name(), &args[1..], span)?;
        let condition = self.truth(args[0])?;
        let (x, y) = (self.coerce(args[1], dtype)?, self.coerce(args[2], dtype)?);
        Ok(Number::Strong(self.apply(Op::Where, &[condition, x, y], span)))
    }

    /// The operand as a bool: not zero. NaN is true.
    pub(super) fn truth(&mut self, operand: Operand) -> Step<NodeId> {
        match operand.number {
            Number::Strong(node) | Number::Weak(node) => Ok(self.cast(node, DType::Bool, operand.span)),
            Number::Int(value) => Ok(self.graph.constant(Scalar::bool(value != 0), operand.span)),
            Number::Float(value) => Ok(self.graph.constant(Scalar::bool(value != 0.0), operand.span)),
            Number::Complex(..) | Number::Planes(..) | Number::WeakPlanes(..) => self.complex_truth(operand),
            Number::Time(..) => self.time_truth(operand),
            Number::Text(_) => self.text_truth(operand),
        }
    }

    /// Questions about floats; of integers the answers are known, but for their sign.
    pub(super) fn classify(&mut self, op: Op, of: Operand, span: Span) -> Step<Number> {
        let node = self.strong(of)?;
        let kind = self.graph.ty(node).dtype.kind();
        Ok(Number::Strong(if kind == Kind::Float {
            self.apply(op, &[node], span)
        } else if op == Op::Signbit && kind == Kind::Signed {
            self.is_negative(node, span)
        } else {
            self.filled(node, op == Op::IsFinite, span)
        }))
    }
}

pub(super) const MATMUL: ErrorKind =
    ErrorKind::Unsupported { what: "matrix multiplication", instead: "use `sum(a*b, axis=...)`" };

/// The error of operands that an operation does not take.
pub(super) fn no_operation(
    operation: &'static str,
    types: Vec<OperandType>,
    span: Span,
) -> super::value::Stop {
    Error { kind: ErrorKind::NoOperation { operation, operands: types }, span }.into()
}
