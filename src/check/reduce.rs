//! Reductions: their axes, the dtype that they accumulate in, means and counts.

use super::call::Signature;
use super::error::ErrorKind;
use super::operator::no_operation;
use super::statement::Lowering;
use super::value::{Family, Number, Operand, Step, Stop, Value, stop};
use crate::dtype::{DType, Kind};
use crate::ir::{Axes, Node, NodeId};
use crate::op::{Derived, Meaning, Op, Reduction};
use crate::span::Span;
use crate::syntax::ast::{Arg, ExprId};

const PARAMS: [&str; 3] = ["a", "axis", "keepdims"];

/// Over what a reduction runs.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub(super) axes: Axes,
    pub(super) keepdims: bool,
}

impl Lowering<'_> {
    pub(super) fn reduction(
        &mut self,
        meaning: Meaning,
        name: &str,
        name_span: Span,
        args: &[Arg],
        span: Span,
    ) -> Step<Number> {
        self.refuse_pair(meaning, args, name_span)?;
        let signature = Signature { name, name_span, params: &PARAMS, required: 1, positional: 2 };
        let bound = self.bind_args(&signature, args)?;
        let operand = self.required(&bound, 0)?;
        let rank = self.rank(operand)?;
        let is_index = matches!(meaning, Meaning::Reduce(Reduction::ArgMin | Reduction::ArgMax));
        let axes = match bound[1] {
            Some(axis) => self.axes(axis, rank, is_index)?,
            None => Axes::all(rank),
        };
        let keepdims = match bound[2] {
            Some(value) => self.keepdims(value)?,
            None => false,
        };
        let over = Extent { axes, keepdims };
        match operand.number.family() {
            Family::Real => {}
            Family::Complex => return self.complex_reduction(meaning, operand, over, span),
            Family::Time => return self.time_reduction(meaning, operand, over, span),
            Family::Text => return Err(no_operation(meaning.name(), self.types(&[operand]), span)),
        }
        let node = self.strong(operand)?;
        let node = match meaning {
            Meaning::Derived(Derived::Mean) => self.mean(node, over, span),
            Meaning::Derived(Derived::CountNonzero) => {
                let truth = self.truth(operand)?;
                let counted = self.cast(truth, DType::I64, span);
                self.reduce(Reduction::Sum, counted, over, span)
            }
            Meaning::Reduce(op) => {
                let cast = self.accumulated(op, node, span);
                self.reduce(op, cast, over, span)
            }
            Meaning::Lane(_) | Meaning::Derived(_) => node,
        };
        Ok(Number::Strong(node))
    }

    /// `min(a, b)` is Python's, not NumPy's: say what is meant.
    fn refuse_pair(&self, meaning: Meaning, args: &[Arg], span: Span) -> Step<()> {
        let instead = match meaning {
            Meaning::Reduce(Reduction::Min) => "minimum",
            Meaning::Reduce(Reduction::Max) => "maximum",
            Meaning::Reduce(_) | Meaning::Derived(_) | Meaning::Lane(_) => return Ok(()),
        };
        let is_array = |arg: &Arg| {
            matches!(
                self.value(arg.value),
                Value::Number(Number::Strong(_) | Number::Weak(_) | Number::Float(_))
            )
        };
        let unnamed: Vec<&Arg> = args.iter().filter(|arg| arg.keyword.is_none()).collect();
        let is_pair = unnamed.len() == 2 && is_array(unnamed[1]);
        if is_pair || unnamed.len() > 2 { stop(ErrorKind::ReductionOfTwo { instead }, span) } else { Ok(()) }
    }

    /// The operand in the dtype that the reduction accumulates in.
    fn accumulated(&mut self, op: Reduction, of: NodeId, span: Span) -> NodeId {
        let kind = self.graph.ty(of).dtype.kind();
        match (op, kind) {
            (Reduction::Any | Reduction::All, _) => self.cast(of, DType::Bool, span),
            (Reduction::Sum | Reduction::Prod, Kind::Bool | Kind::Signed) => self.cast(of, DType::I64, span),
            (Reduction::Sum | Reduction::Prod, Kind::Unsigned) => self.cast(of, DType::U64, span),
            (Reduction::Sum | Reduction::Prod, _) => of,
            (Reduction::Min | Reduction::Max | Reduction::ArgMin | Reduction::ArgMax, _) => of,
        }
    }

    /// How many axes an operand has.
    pub(super) fn rank(&mut self, operand: Operand) -> Step<usize> {
        let node = match operand.number {
            Number::Strong(node) | Number::Weak(node) | Number::Text(node) => node,
            Number::Planes(node, _) | Number::WeakPlanes(node, _) | Number::Time(node, _) => node,
            Number::Int(_) | Number::Float(_) | Number::Complex(..) => return Ok(0),
        };
        Ok(self.graph.ty(node).dims.len())
    }

    /// Halves are reduced in f32 and rounded back.
    pub(super) fn reduce(&mut self, op: Reduction, of: NodeId, over: Extent, span: Span) -> NodeId {
        let dtype = self.graph.ty(of).dtype;
        let of = self.widened(of, span);
        let node = Node::Reduce { op, of, axes: over.axes, keepdims: over.keepdims };
        let node = self.graph.add(node, span).expect("the axes were found to be the operand's");
        match op {
            Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => {
                self.cast(node, dtype, span)
            }
            Reduction::Any | Reduction::All | Reduction::ArgMin | Reduction::ArgMax => node,
        }
    }

    /// Sum and count in f64; of f32 rounded at the end.
    pub(super) fn mean(&mut self, of: NodeId, over: Extent, span: Span) -> NodeId {
        let dtype = self.graph.ty(of).dtype;
        let wide = self.cast(of, DType::F64, span);
        let sum = self.reduce(Reduction::Sum, wide, over, span);
        let count = Node::Count { of, axes: over.axes };
        let count = self.graph.add(count, span).expect("the axes were found to be the operand's");
        let count = self.cast(count, DType::F64, span);
        let mean = self.apply(Op::Div, &[sum, count], span);
        if dtype.is_float() { self.cast(mean, dtype, span) } else { mean }
    }

    fn axes(&self, axis: ExprId, rank: usize, is_index: bool) -> Step<Axes> {
        let span = self.program.span(axis);
        match self.value(axis) {
            Value::Poison => Err(Stop::Poison),
            Value::None => Ok(Axes::all(rank)),
            Value::Number(number) => self.axis(Operand { number, span }, rank).map(|axis| Axes(1 << axis)),
            Value::Tuple(_) if is_index => stop(ErrorKind::OneAxis, span),
            Value::Tuple(items) => {
                let mut axes = Axes::default();
                for &item in self.program.tuple(items) {
                    let operand = match self.value(item) {
                        Value::None | Value::Tuple(_) => return stop(AXIS_VALUE, self.program.span(item)),
                        Value::Poison | Value::Number(_) => self.operand(item)?,
                    };
                    let axis = self.axis(operand, rank)?;
                    if axes.contains(axis) {
                        return Err(operand.error(ErrorKind::DuplicateAxis { axis }));
                    }
                    axes.0 |= 1 << axis;
                }
                Ok(axes)
            }
        }
    }

    /// An axis counted from either end.
    fn axis(&self, operand: Operand, rank: usize) -> Step<usize> {
        let Number::Int(axis) = operand.number else { return Err(operand.error(AXIS_VALUE)) };
        let from_start = if axis < 0 { axis.saturating_add(rank as i128) } else { axis };
        let inside = usize::try_from(from_start).ok().filter(|&k| k < rank);
        inside.ok_or_else(|| operand.error(ErrorKind::AxisOutOfRange { axis, rank }))
    }

    fn keepdims(&self, id: ExprId) -> Step<bool> {
        let span = self.program.span(id);
        let constant = match self.value(id) {
            Value::Poison => return Err(Stop::Poison),
            Value::Number(Number::Strong(node)) => Some(self.graph.node(node)),
            Value::Number(_) | Value::None | Value::Tuple(_) => None,
        };
        match constant {
            Some(Node::Const(value)) if DType::from(value.lane) == DType::Bool => Ok(value.bits != 0),
            Some(_) | None => {
                stop(ErrorKind::KeywordValue { keyword: "keepdims", expected: "`True` or `False`" }, span)
            }
        }
    }
}

const AXIS_VALUE: ErrorKind =
    ErrorKind::KeywordValue { keyword: "axis", expected: "an integer, a tuple of integers or `None`" };
