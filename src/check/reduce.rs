//! Reductions: their axes, the dtype that they accumulate in, sums, extrema and counts.

use super::call::{Bound, Signature};
use super::error::{ErrorKind, OperandType};
use super::keywords::Keywords;
use super::moments::Spread;
use super::operator::no_operation;
use super::statement::Lowering;
use super::value::{Family, Number, Operand, Step, Stop, Value, stop};
use crate::dtype::{DType, Kind};
use crate::ir::{Axes, Dims, Node, NodeId};
use crate::op::{Derived, Meaning, Op, Reduction, Row};
use crate::span::Span;
use crate::syntax::ast::{Arg, ExprId};

/// Over what a reduction runs.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub(super) axes: Axes,
    pub(super) keepdims: bool,
}

impl Lowering<'_> {
    pub(super) fn reduction(
        &mut self,
        row: &Row,
        name: &str,
        name_span: Span,
        args: &[Arg],
        span: Span,
    ) -> Step<Number> {
        let (meaning, params) = (row.meaning, row.params);
        let (bound, operand, over) = self.reduced_over(meaning, params, name, name_span, args)?;
        let given = |param: &str| bound[params.iter().position(|&p| p == param)?];
        let keywords = self.keywords(given, operand)?;
        if self.is_cut_short(meaning, operand, &keywords) {
            let what = "a real `dtype` in variances of complex numbers and in what skips NaN among them";
            return stop(ErrorKind::NotEvaluated { what }, span);
        }
        let operand = self.in_dtype(operand, keywords.dtype, span)?;
        match operand.number.family() {
            Family::Real => {}
            Family::Complex => return self.complex_reduction(meaning, operand, over, &keywords, span),
            Family::Time | Family::Text if keywords.dtype.is_some() || keywords.initial.is_some() => {
                return stop(
                    ErrorKind::NotEvaluated { what: "`dtype` and `initial` of dates and text" },
                    span,
                );
            }
            Family::Time => return self.time_reduction(meaning, operand, over, keywords.mask, span),
            Family::Text => return self.text_reduction(meaning, operand, over, keywords.mask, span),
        }
        let node = self.strong(operand)?;
        let node = match meaning {
            Meaning::Reduce(op) => self.reduction_of(op, node, over, &keywords, span)?,
            Meaning::Derived(Derived::CountNonzero) => {
                let truth = self.truth(operand)?;
                let counted = self.cast(truth, DType::I64, span);
                self.reduce(Reduction::Sum, counted, over, span)
            }
            Meaning::Derived(what) => self.derived_reduction(what, node, over, &keywords, span)?,
            Meaning::Lane(_) | Meaning::Scan(_) | Meaning::Text(_) => node,
        };
        Ok(Number::Strong(node))
    }

    /// Whether a real dtype is asked for of complex numbers after more than their sum: what NumPy makes of that has no
    /// meaning.
    fn is_cut_short(&self, meaning: Meaning, operand: Operand, keywords: &Keywords) -> bool {
        let is_real = keywords.dtype.is_some_and(|dtype| dtype.part().is_none());
        let is_sum = matches!(meaning, Meaning::Reduce(_) | Meaning::Derived(Derived::Mean));
        is_real && !is_sum && operand.number.family() == Family::Complex
    }

    /// The operand in the dtype to compute in, if one of both is complex. Real reductions cast on their own.
    pub(super) fn in_dtype(&mut self, operand: Operand, dtype: Option<DType>, span: Span) -> Step<Operand> {
        let is_complex = operand.number.family() == Family::Complex;
        match dtype.filter(|dtype| is_complex || dtype.part().is_some()) {
            Some(dtype) => Ok(Operand { number: self.cast_to(operand, dtype, span)?, ..operand }),
            None => Ok(operand),
        }
    }

    /// What a reduction is given, and over which axes it runs.
    pub(super) fn reduced_over(
        &mut self,
        meaning: Meaning,
        params: &[&'static str],
        name: &str,
        name_span: Span,
        args: &[Arg],
    ) -> Step<(Bound, Operand, Extent)> {
        self.refuse_pair(meaning, args, name_span)?;
        // The rest is given by name, for NumPy has `out` there.
        let positional = params.iter().take_while(|&&param| param != "keepdims").count();
        let signature = Signature { name, name_span, params, required: 1, positional };
        let bound = self.bind_args(&signature, args)?;
        let given = |param: &str| bound[params.iter().position(|&p| p == param)?];
        let operand = self.required(&bound, 0)?;
        let rank = self.dims(operand).len();
        let is_index = matches!(meaning, Meaning::Reduce(Reduction::ArgMin | Reduction::ArgMax));
        let axes = match given("axis") {
            Some(axis) => self.axes(axis, rank, is_index)?,
            None => Axes::all(rank),
        };
        let keepdims = match given("keepdims") {
            Some(value) => self.keepdims(value)?,
            None => false,
        };
        Ok((bound, operand, Extent { axes, keepdims }))
    }

    fn reduction_of(
        &mut self,
        op: Reduction,
        of: NodeId,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<NodeId> {
        match op {
            Reduction::Sum | Reduction::Prod => self.total(op, of, over, keywords, span),
            Reduction::Min | Reduction::Max => self.extremum(op, of, over, keywords, span),
            Reduction::Any | Reduction::All => {
                let truth = self.cast(of, DType::Bool, span);
                let identity = i8::from(op == Reduction::All);
                let truth = self.masked(truth, keywords.mask, identity, span);
                Ok(self.reduce(op, truth, over, span))
            }
            Reduction::ArgMin | Reduction::ArgMax => Ok(self.reduce(op, of, over, span)),
            // No call has their names.
            Reduction::MinFrom | Reduction::MaxFrom | Reduction::Moment2 => Ok(of),
            Reduction::ProdReal | Reduction::ProdImag => Ok(of),
        }
    }

    fn derived_reduction(
        &mut self,
        what: Derived,
        of: NodeId,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<NodeId> {
        if what == Derived::Mean {
            return self.mean(of, over, keywords, span);
        }
        if matches!(what, Derived::Var | Derived::Std) {
            let spread = Spread { root: what == Derived::Std, strict: false };
            return self.variance(of, over, keywords, spread, span);
        }
        if what != Derived::Ptp {
            return self.nan_reduction(what, of, over, keywords, span);
        }
        let dtype = self.graph.ty(of).dtype;
        if dtype == DType::Bool {
            return Err(no_operation(what.name(), vec![OperandType::Strong(dtype)], span));
        }
        let most = self.reduce(Reduction::Max, of, over, span);
        let least = self.reduce(Reduction::Min, of, over, span);
        Ok(self.apply(Op::Sub, &[most, least], span))
    }

    /// A sum or a product in the dtype asked for, or the one that it accumulates in. Narrow integers wrap
    /// at the end; halves are rounded there.
    pub(super) fn total(
        &mut self,
        op: Reduction,
        of: NodeId,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<NodeId> {
        let dtype = keywords.dtype.unwrap_or(accumulated(self.graph.ty(of).dtype));
        let is_sum = op == Reduction::Sum;
        let (op, wide) = match dtype.kind() {
            // On bools a sum is "or" and a product "and".
            Kind::Bool => (if is_sum { Reduction::Any } else { Reduction::All }, dtype),
            Kind::Float if dtype == DType::F16 => (op, DType::F32),
            Kind::Signed | Kind::Unsigned | Kind::Float => (op, accumulated(dtype)),
            // Not real.
            Kind::Complex | Kind::Bytes | Kind::Text | Kind::Datetime | Kind::Timedelta => (op, dtype),
        };
        let elements = self.cast(of, dtype, span);
        let elements = self.cast(elements, wide, span);
        let elements = self.masked(elements, keywords.mask, i8::from(!is_sum), span);
        let mut total = self.reduce(op, elements, over, span);
        if let Some(initial) = keywords.initial {
            let initial = self.initial(initial, dtype)?;
            let initial = self.cast(initial, wide, span);
            let join = if is_sum { Op::Add } else { Op::Mul };
            total = self.apply(join, &[initial, total], span);
        }
        Ok(self.cast(total, dtype, span))
    }

    /// The smallest or the largest of the elements that count and of what it begins with.
    pub(super) fn extremum(
        &mut self,
        op: Reduction,
        of: NodeId,
        over: Extent,
        keywords: &Keywords,
        span: Span,
    ) -> Step<NodeId> {
        let Some(initial) = keywords.initial else {
            return match keywords.mask {
                Some(_) => stop(MASKED_EXTREMUM, span),
                None => Ok(self.reduce(op, of, over, span)),
            };
        };
        let initial = self.initial(initial, self.graph.ty(of).dtype)?;
        let (from, join) = if op == Reduction::Max {
            (Reduction::MaxFrom, Op::Maximum)
        } else {
            (Reduction::MinFrom, Op::Minimum)
        };
        let elements = self.chosen(of, keywords.mask, initial, span);
        let found = self.reduce(from, elements, over, span);
        Ok(self.apply(join, &[initial, found], span))
    }

    /// `min(a, b)` is Python's, not NumPy's: say what is meant.
    fn refuse_pair(&self, meaning: Meaning, args: &[Arg], span: Span) -> Step<()> {
        let instead = match meaning {
            Meaning::Reduce(Reduction::Min) => "minimum",
            Meaning::Reduce(Reduction::Max) => "maximum",
            Meaning::Reduce(_) | Meaning::Derived(_) | Meaning::Lane(_) => return Ok(()),
            Meaning::Scan(_) | Meaning::Text(_) => return Ok(()),
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

    /// The dimensions of an operand.
    pub(super) fn dims(&self, operand: Operand) -> Dims {
        match operand.number {
            Number::Strong(node) | Number::Weak(node) | Number::Text(node) => {
                self.graph.ty(node).dims.clone()
            }
            Number::Planes(node, _) | Number::WeakPlanes(node, _) | Number::Time(node, _) => {
                self.graph.ty(node).dims.clone()
            }
            Number::Int(_) | Number::Float(_) | Number::Complex(..) => Dims::new(),
        }
    }

    /// Halves are reduced in f32 and rounded back.
    pub(super) fn reduce(&mut self, op: Reduction, of: NodeId, over: Extent, span: Span) -> NodeId {
        let dtype = self.graph.ty(of).dtype;
        let of = self.widened(of, span);
        let node = Node::Reduce { op, of, imag: None, axes: over.axes, keepdims: over.keepdims };
        let node = self.graph.add(node, span).expect("the axes were found to be the operand's");
        match op {
            Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => {
                self.cast(node, dtype, span)
            }
            Reduction::MinFrom | Reduction::MaxFrom | Reduction::Moment2 => self.cast(node, dtype, span),
            Reduction::ProdReal | Reduction::ProdImag => node,
            Reduction::Any | Reduction::All | Reduction::ArgMin | Reduction::ArgMax => node,
        }
    }

    pub(super) fn axes(&self, axis: ExprId, rank: usize, is_index: bool) -> Step<Axes> {
        let span = self.program.span(axis);
        match self.value(axis) {
            Value::Poison => Err(Stop::Poison),
            Value::None => Ok(Axes::all(rank)),
            Value::Number(number) => self.axis(Operand { number, span }, rank).map(|axis| Axes(1 << axis)),
            Value::DType(_) | Value::Pair(..) => stop(AXIS_VALUE, span),
            Value::Tuple(_) if is_index => stop(ErrorKind::OneAxis, span),
            Value::Tuple(items) => {
                let mut axes = Axes::default();
                for &item in self.program.tuple(items) {
                    let operand = match self.value(item) {
                        Value::None | Value::Tuple(_) | Value::Pair(..) | Value::DType(_) => {
                            return stop(AXIS_VALUE, self.program.span(item));
                        }
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
            Value::Number(_) | Value::None => None,
            Value::Tuple(_) | Value::Pair(..) | Value::DType(_) => None,
        };
        match constant {
            Some(Node::Const(value)) if DType::from(value.lane) == DType::Bool => Ok(value.bits != 0),
            Some(_) | None => {
                stop(ErrorKind::KeywordValue { keyword: "keepdims", expected: "`True` or `False`" }, span)
            }
        }
    }
}

/// The dtype that sums of a dtype accumulate in.
pub(super) fn accumulated(dtype: DType) -> DType {
    match dtype.kind() {
        Kind::Bool | Kind::Signed => DType::I64,
        Kind::Unsigned => DType::U64,
        Kind::Float | Kind::Complex | Kind::Bytes | Kind::Text | Kind::Datetime | Kind::Timedelta => dtype,
    }
}

/// An extremum of elements that a mask may leave out altogether.
pub(super) const MASKED_EXTREMUM: ErrorKind =
    ErrorKind::KeywordValue { keyword: "where", expected: "an `initial` beside it in `min` and `max`" };

const AXIS_VALUE: ErrorKind =
    ErrorKind::KeywordValue { keyword: "axis", expected: "an integer, a tuple of integers or `None`" };
