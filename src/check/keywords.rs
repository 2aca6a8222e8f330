//! What reductions and scans take beside their operand and its axes: `dtype`, `initial`, `where`, `ddof`.

use super::error::ErrorKind;
use super::statement::Lowering;
use super::value::{Number, Operand, Step, Stop, Value, stop};
use crate::dtype::DType;
use crate::ir::{Dim, Node, NodeId, Scalar};
use crate::op::Op;
use crate::span::Span;
use crate::syntax::ast::ExprId;

/// The keywords of a call, but for `axis` and `keepdims`.
#[derive(Clone, Copy, Default)]
pub(super) struct Keywords {
    /// The dtype to compute in.
    pub(super) dtype: Option<DType>,
    /// What a reduction begins with.
    pub(super) initial: Option<Operand>,
    /// Which elements count: a bool that broadcasts to the operand.
    pub(super) mask: Option<NodeId>,
    /// What a variance's count is lessened by.
    pub(super) ddof: f64,
}

const DTYPE_VALUE: ErrorKind =
    ErrorKind::KeywordValue { keyword: "dtype", expected: "the name of a dtype, such as `float32`" };
const WHERE_VALUE: ErrorKind =
    ErrorKind::KeywordValue { keyword: "where", expected: "bools that broadcast to the operand" };

/// The dtype of that name. `int` and `float` are Python's.
pub(super) fn dtype_named(text: &str) -> Option<DType> {
    match text {
        "int" => Some(DType::I64),
        "float" => Some(DType::F64),
        _ => text.parse().ok(),
    }
}

impl Lowering<'_> {
    /// The keywords that `given` finds by their names, for an operand with those axes.
    pub(super) fn keywords(
        &mut self,
        given: impl Fn(&str) -> Option<ExprId>,
        operand: Operand,
    ) -> Step<Keywords> {
        let ddof = match (given("ddof"), given("correction")) {
            (Some(_), Some(second)) => {
                let kind = ErrorKind::DuplicateArgument { parameter: "ddof" };
                return stop(kind, self.program.span(second));
            }
            (Some(ddof), None) | (None, Some(ddof)) => self.ddof(ddof)?,
            (None, None) => 0.0,
        };
        Ok(Keywords {
            dtype: given("dtype").map_or(Ok(None), |id| self.dtype(id))?,
            initial: given("initial").map_or(Ok(None), |id| self.optional(Some(id)))?,
            mask: given("where").map_or(Ok(None), |id| self.mask(id, operand))?,
            ddof,
        })
    }

    fn dtype(&self, id: ExprId) -> Step<Option<DType>> {
        let span = self.program.span(id);
        match self.value(id) {
            Value::Poison => Err(Stop::Poison),
            Value::None => Ok(None),
            Value::DType(dtype) if dtype.lane().is_some() || dtype.part().is_some() => Ok(Some(dtype)),
            Value::DType(dtype) => stop(ErrorKind::DTypeNotEvaluated { dtype, from: None }, span),
            Value::Number(_) | Value::Tuple(_) | Value::Pair(..) => stop(DTYPE_VALUE, span),
        }
    }

    /// A text that is the value of a `dtype=`.
    pub(super) fn dtype_text(&self, text: &str, span: Span) -> Step<Value> {
        dtype_named(text).map_or_else(|| stop(DTYPE_VALUE, span), |dtype| Ok(Value::DType(dtype)))
    }

    fn ddof(&self, id: ExprId) -> Step<f64> {
        let operand = self.operand(id)?;
        match operand.number {
            Number::Int(value) => Ok(value as f64),
            Number::Float(value) => Ok(value),
            Number::Strong(_)
            | Number::Weak(_)
            | Number::Complex(..)
            | Number::Planes(..)
            | Number::WeakPlanes(..) => Err(operand.error(DDOF_VALUE)),
            Number::Time(..) | Number::Text(_) => Err(operand.error(DDOF_VALUE)),
        }
    }

    /// A mask must not make the operand larger: it broadcasts to it, not the other way round.
    fn mask(&mut self, id: ExprId, operand: Operand) -> Step<Option<NodeId>> {
        let mask = self.operand(id)?;
        let Number::Strong(node) = mask.number else { return Err(mask.error(WHERE_VALUE)) };
        if self.graph.node(node) == Node::Const(Scalar::bool(true)) {
            return Ok(None);
        }
        let ty = self.graph.ty(node).clone();
        let of = self.dims(operand);
        let skipped = of.len().checked_sub(ty.dims.len());
        let fits = skipped.is_some_and(|skipped| {
            let mut pairs = ty.dims.iter().zip(&of[skipped..]);
            pairs.all(|(&mask, &of)| mask == Dim::One || of != Dim::One)
        });
        if ty.dtype == DType::Bool && fits { Ok(Some(node)) } else { Err(mask.error(WHERE_VALUE)) }
    }

    /// Elements, with a small number where the mask does not hold.
    pub(super) fn masked(&mut self, of: NodeId, mask: Option<NodeId>, other: i8, span: Span) -> NodeId {
        if mask.is_none() {
            return of;
        }
        let other = self.number(self.graph.ty(of).dtype, other, span);
        self.chosen(of, mask, other, span)
    }

    /// Elements, with another value where the mask does not hold.
    pub(super) fn chosen(&mut self, of: NodeId, mask: Option<NodeId>, other: NodeId, span: Span) -> NodeId {
        match mask {
            Some(mask) => self.apply(Op::Where, &[mask, of, other], span),
            None => of,
        }
    }

    /// A value to begin with, in the dtype of the result. As in NumPy a float loses its fraction in an
    /// integer dtype.
    pub(super) fn initial(&mut self, initial: Operand, dtype: DType) -> Step<NodeId> {
        const VALUE: ErrorKind =
            ErrorKind::KeywordValue { keyword: "initial", expected: "a number, not an array" };
        if !self.dims(initial).is_empty() {
            return Err(initial.error(VALUE));
        }
        match (initial.number, dtype.lane()) {
            (Number::Float(value), Some(lane)) => {
                Ok(self.graph.constant(Scalar::from_f64(lane, value), initial.span))
            }
            (_, _) => self.coerce(initial, dtype),
        }
    }
}

const DDOF_VALUE: ErrorKind = ErrorKind::KeywordValue { keyword: "ddof", expected: "a literal number" };
