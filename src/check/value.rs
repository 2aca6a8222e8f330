//! What an expression can be while it is checked.

use super::error::{Error, ErrorKind, OperandType};
use crate::dtype::DType;
use crate::ir::{Graph, NodeId};
use crate::span::Span;
use crate::syntax::ast::{ExprId, List};

/// The value of an expression.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    /// An error was reported; whoever uses this stays silent.
    Poison,
    /// `None`
    None,
    /// A tuple of expressions.
    Tuple(List<ExprId>),
    /// The two results of a function that has two.
    Pair(Number, Number),
    /// The name of a dtype.
    DType(DType),
    /// What operators apply to.
    Number(Number),
}

impl Value {
    /// The same, where only a number makes sense.
    pub(super) fn operand(self, span: Span) -> Step<Operand> {
        match self {
            Value::Number(number) => Ok(Operand { number, span }),
            Value::Poison => Err(Stop::Poison),
            Value::None => stop(ErrorKind::NotANumber { what: "`None`" }, span),
            Value::Tuple(_) | Value::Pair(..) => stop(ErrorKind::NotANumber { what: "a tuple" }, span),
            Value::DType(_) => stop(ErrorKind::NotANumber { what: "a dtype" }, span),
        }
    }
}

/// A number or an array of numbers.
///
/// `True` and `False` are strong: NumPy has no weak bool.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    /// A node with a dtype of its own.
    Strong(NodeId),
    /// An i64 or f64 without axes that takes the dtype of what it meets.
    Weak(NodeId),
    /// An integer literal, or what literals gave.
    Int(i128),
    /// A float literal, or what literals gave.
    Float(f64),
    /// A complex literal, or what literals gave.
    Complex(f64, f64),
    /// The real and imaginary parts of complex numbers: floats of one dtype.
    Planes(NodeId, NodeId),
    /// The same of plain complex numbers, in f64: they take the precision of what they meet.
    WeakPlanes(NodeId, NodeId),
    /// Counts of a `datetime64` or `timedelta64`, as i64.
    Time(NodeId, DType),
    /// Bytes or text.
    Text(NodeId),
}

/// Which part of `check` types an operation on a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Family {
    /// Bools, integers and floats: one lane an element.
    Real,
    /// Complex numbers: two lanes.
    Complex,
    /// Dates and durations: an i64 lane that counts a unit.
    Time,
    /// Bytes and text: no lanes.
    Text,
}

impl Number {
    /// The family of the number.
    pub(super) fn family(self) -> Family {
        match self {
            Number::Strong(_) | Number::Weak(_) | Number::Int(_) | Number::Float(_) => Family::Real,
            Number::Complex(..) | Number::Planes(..) | Number::WeakPlanes(..) => Family::Complex,
            Number::Time(..) => Family::Time,
            Number::Text(_) => Family::Text,
        }
    }
}

/// The family that an operation on these operands belongs to: the last one that any of them has.
pub(super) fn family(operands: &[Operand]) -> Family {
    operands.iter().map(|o| o.number.family()).max().unwrap_or(Family::Real)
}

/// A number with the place where it was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    pub(super) number: Number,
    pub(super) span: Span,
}

impl Operand {
    /// What the operand brings to a promotion.
    pub(super) fn ty(self, graph: &Graph) -> OperandType {
        match self.number {
            Number::Strong(id) => OperandType::Strong(graph.ty(id).dtype),
            Number::Weak(id) if graph.ty(id).dtype == DType::I64 => OperandType::WeakInt,
            Number::Weak(_) | Number::Float(_) => OperandType::WeakFloat,
            Number::Int(_) => OperandType::WeakInt,
            Number::Complex(..) | Number::WeakPlanes(..) => OperandType::WeakComplex,
            Number::Planes(re, _) if graph.ty(re).dtype == DType::F32 => OperandType::Strong(DType::C64),
            Number::Planes(..) => OperandType::Strong(DType::C128),
            Number::Time(_, dtype) => OperandType::Strong(dtype),
            Number::Text(node) => OperandType::Strong(graph.ty(node).dtype),
        }
    }

    /// The error that this operand has.
    pub(super) fn error(self, kind: ErrorKind) -> Stop {
        Stop::Error(Error { kind, span: self.span })
    }
}

/// Why an expression has no value.
#[derive(Debug)]
pub(super) enum Stop {
    /// An operand has none, which was reported.
    Poison,
    /// The error to report.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Error(error)
    }
}

/// What checking a part of an expression gives.
pub(super) type Step<T> = Result<T, Stop>;

/// An error at a place.
pub(super) fn stop<T>(kind: ErrorKind, span: Span) -> Step<T> {
    Err(Stop::Error(Error { kind, span }))
}
