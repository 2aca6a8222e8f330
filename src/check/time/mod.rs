//! Dates and durations: `datetime64` and `timedelta64`.
//!
//! Their values are i64 counts of a unit, so every operator expands into integer operators and selections that keep
//! NaT. Two times are compared and combined in the finer unit; a conversion that overflows is an error, found before
//! anything is written. What the operators mean is NumPy's; durations beside plain integers take those as counts.

mod reduce;
mod unit;

use super::error::ErrorKind;
use super::operator::no_operation;
use super::statement::Lowering;
use super::value::{Family, Number, Operand, Step};
use crate::calendar::{self, NAT, NoDatetime};
use crate::dtype::{DType, Kind, TimeUnit};
use crate::ir::{Node, NodeId};
use crate::op::{Derived, Op};
use crate::span::Span;
use crate::syntax::ast::ExprId;
use smallvec::SmallVec;
use unit::{common, sum_unit, unit};

/// An operand of an operator on times.
#[derive(Clone, Copy)]
enum Of {
    /// A datetime of a unit.
    Date(NodeId, TimeUnit),
    /// A duration of a unit.
    Duration(NodeId, TimeUnit),
    /// A number.
    Number,
}

impl Lowering<'_> {
    /// An operator of which at least one operand is a time.
    pub(super) fn time_lane(&mut self, op: Op, args: &[Operand], span: Span) -> Step<Number> {
        let args = self.with_dates(args)?;
        let args = args.as_slice();
        let refused = |lowering: &Self| no_operation(op.name(), lowering.types(args), span);
        let result = match (op, args) {
            (Op::Add | Op::Sub, &[a, b]) => self.time_sum(op, a, b, span)?,
            (Op::Mul, &[a, b]) => self.time_product(a, b, span)?,
            (Op::Div | Op::FloorDiv, &[a, b]) => self.time_quotient(op, a, b, span)?,
            (Op::Mod, &[a, b]) => self.time_remainder(a, b, span)?,
            (Op::Neg | Op::Abs | Op::Sign, &[x]) => self.time_sign(op, x, span),
            (Op::Lt | Op::Le | Op::Gt | Op::Ge | Op::Eq | Op::Ne, &[a, b]) => {
                self.time_order(op, a, b, span)?
            }
            (Op::Minimum | Op::Maximum | Op::Fmin | Op::Fmax, &[a, b]) => {
                self.time_extremum(op, a, b, span)?
            }
            (Op::Where, &[condition, a, b]) if condition.number.family() == Family::Real => {
                let condition = self.truth(condition)?;
                self.met_times(a, b, span)?
                    .map(|(x, y, dtype)| Number::Time(self.apply(Op::Where, &[condition, x, y], span), dtype))
            }
            (Op::IsNan, &[x]) => Some(Number::Strong(self.nat_of(x, span)?)),
            (Op::IsFinite, &[x]) => {
                let is_nat = self.nat_of(x, span)?;
                Some(Number::Strong(self.apply(Op::BitNot, &[is_nat], span)))
            }
            (Op::IsInf, &[x]) => {
                let is_nat = self.nat_of(x, span)?;
                Some(Number::Strong(self.filled(is_nat, false, span)))
            }
            (_, _) => None,
        };
        result.ok_or_else(|| refused(self))
    }

    /// The operands, of which a text literal is read as a datetime.
    fn with_dates(&mut self, args: &[Operand]) -> Step<SmallVec<[Operand; 3]>> {
        let mut operands: SmallVec<[Operand; 3]> = SmallVec::from_slice(args);
        for operand in &mut operands {
            if let Number::Text(node) = operand.number
                && let Node::Literal(id) = self.graph.node(node)
            {
                let text = self.graph.literal_of(id).string();
                let (node, dtype) = self.parsed_date(&text, None, operand.span)?;
                operand.number = Number::Time(node, dtype);
            }
        }
        Ok(operands)
    }

    /// What is spelled like a function, of times.
    pub(super) fn time_derived(&mut self, what: Derived, args: &[Operand], span: Span) -> Step<Number> {
        match (what, args) {
            (Derived::IsNat, &[x]) => self.nat_of(x, span).map(Number::Strong),
            (Derived::Positive, &[Operand { number: number @ Number::Time(_, DType::Timedelta(_)), .. }]) => {
                Ok(number)
            }
            (Derived::And | Derived::Or | Derived::Xor, &[a, b]) => {
                let (x, y) = (self.truth(a)?, self.truth(b)?);
                let other = if what == Derived::Or { Op::BitOr } else { Op::BitXor };
                let op = if what == Derived::And { Op::BitAnd } else { other };
                Ok(Number::Strong(self.apply(op, &[x, y], span)))
            }
            (Derived::Not, &[x]) => {
                let truth = self.truth(x)?;
                Ok(Number::Strong(self.apply(Op::BitNot, &[truth], span)))
            }
            (_, _) => Err(no_operation(what.name(), self.types(args), span)),
        }
    }

    /// Whether each element counts as true: all but 0.
    pub(super) fn time_truth(&mut self, operand: Operand) -> Step<NodeId> {
        let Number::Time(node, _) = operand.number else {
            return Err(operand.error(ErrorKind::NotReal { operand: operand.ty(&self.graph) }));
        };
        Ok(self.cast(node, DType::Bool, operand.span))
    }

    /// A cast from or to times: numbers are counts, units are converted, coarser ones round down.
    pub(super) fn time_cast(&mut self, operand: Operand, dtype: DType, span: Span) -> Step<Number> {
        match (operand.number, dtype.kind()) {
            (Number::Time(node, from), Kind::Datetime | Kind::Timedelta) if from.kind() == dtype.kind() => {
                // Without a unit, that of the operand is kept.
                let dtype = if unit(dtype) == TimeUnit::Generic { from } else { dtype };
                Ok(Number::Time(self.converted(node, from, dtype, operand)?, dtype))
            }
            (Number::Time(node, _), Kind::Bool | Kind::Signed | Kind::Unsigned | Kind::Float) => {
                Ok(Number::Strong(self.cast(node, dtype, span)))
            }
            (number, Kind::Datetime | Kind::Timedelta) if number.family() == Family::Real => {
                let is_integer =
                    self.types(&[operand])[0].strong().is_none_or(|d| d.is_int() || d == DType::Bool);
                if !is_integer || matches!(number, Number::Float(_)) {
                    return Err(no_operation("datetime64", self.types(&[operand]), span));
                }
                Ok(Number::Time(self.coerce(operand, DType::I64)?, dtype))
            }
            (_, _) => Err(operand.error(ErrorKind::NoCast { from: operand.ty(&self.graph), to: dtype })),
        }
    }

    /// `datetime64('2023-01-01')`, `datetime64(x, 'D')`, `timedelta64(3, 'D')`.
    pub(super) fn time_call(
        &mut self,
        is_date: bool,
        value: ExprId,
        unit_given: Option<ExprId>,
        span: Span,
    ) -> Step<Number> {
        let unit_given = match unit_given {
            Some(id) => Some(self.unit_named(id)?),
            None => None,
        };
        let dtype = |unit| if is_date { DType::Datetime(unit) } else { DType::Timedelta(unit) };
        if let Some(text) = self.literal_text(value).map(str::to_owned) {
            let place = self.program.span(value);
            if is_date || text.eq_ignore_ascii_case("nat") {
                let (node, date) = self.parsed_date(&text, unit_given, place)?;
                return Ok(Number::Time(node, dtype(unit(date))));
            }
        }
        let operand = self.operand(value)?;
        self.time_cast(operand, dtype(unit_given.unwrap_or(TimeUnit::Generic)), span)
    }

    /// A datetime that is written as text.
    pub(super) fn parsed_date(
        &mut self,
        text: &str,
        unit: Option<TimeUnit>,
        span: Span,
    ) -> Step<(NodeId, DType)> {
        match calendar::parse(text, unit) {
            Ok((count, unit)) => Ok((self.count(count, span), DType::Datetime(unit))),
            Err(NoDatetime::Form) => super::value::stop(ErrorKind::NotADatetime, span),
            Err(NoDatetime::Finer | NoDatetime::Overflow) => super::value::stop(
                ErrorKind::DatetimeUnit { unit: DType::Datetime(unit.unwrap_or(TimeUnit::Generic)) },
                span,
            ),
        }
    }

    fn unit_named(&self, id: ExprId) -> Step<TimeUnit> {
        let named =
            self.literal_text(id).and_then(|text| TimeUnit::ALL.into_iter().find(|u| u.code() == text));
        named.ok_or_else(|| {
            let kind =
                ErrorKind::KeywordValue { keyword: "unit", expected: "a unit such as 'D', 'h', 's' or 'ns'" };
            super::error::Error { kind, span: self.program.span(id) }.into()
        })
    }

    fn nat_of(&mut self, x: Operand, span: Span) -> Step<NodeId> {
        let Number::Time(node, _) = x.number else {
            return Err(no_operation(Derived::IsNat.name(), self.types(&[x]), span));
        };
        Ok(self.is_nat(node, span))
    }

    fn of(&self, operand: Operand) -> Of {
        match operand.number {
            Number::Time(node, DType::Datetime(unit)) => Of::Date(node, unit),
            Number::Time(node, dtype) => Of::Duration(node, unit(dtype)),
            Number::Strong(_) | Number::Weak(_) | Number::Int(_) | Number::Float(_) => Of::Number,
            Number::Complex(..) | Number::Planes(..) | Number::WeakPlanes(..) | Number::Text(_) => Of::Number,
        }
    }

    /// A plain integer as a count of the other operand's unit.
    fn as_duration(&mut self, operand: Operand) -> Step<Of> {
        match self.of(operand) {
            Of::Number => {
                let is_integer = match operand.ty(&self.graph) {
                    super::OperandType::Strong(dtype) => dtype.is_int() || dtype == DType::Bool,
                    super::OperandType::WeakInt => true,
                    super::OperandType::WeakFloat | super::OperandType::WeakComplex => false,
                };
                if !is_integer {
                    return Ok(Of::Number);
                }
                Ok(Of::Duration(self.coerce(operand, DType::I64)?, TimeUnit::Generic))
            }
            time @ (Of::Date(..) | Of::Duration(..)) => Ok(time),
        }
    }

    /// Two times of one kind in their common unit.
    fn met_times(&mut self, a: Operand, b: Operand, span: Span) -> Step<Option<(NodeId, NodeId, DType)>> {
        let (of_a, of_b) = (self.as_duration(a)?, self.as_duration(b)?);
        let typed = |of| match of {
            Of::Date(node, unit) => Some((node, DType::Datetime(unit))),
            Of::Duration(node, unit) => Some((node, DType::Timedelta(unit))),
            Of::Number => None,
        };
        let (Some((x, from_x)), Some((y, from_y))) = (typed(of_a), typed(of_b)) else { return Ok(None) };
        if from_x.kind() != from_y.kind() {
            return Ok(None);
        }
        let Some(dtype) = common(from_x, from_y) else {
            return super::value::stop(ErrorKind::NoUnit { from: from_x, to: from_y }, span);
        };
        Ok(Some((self.converted(x, from_x, dtype, a)?, self.converted(y, from_y, dtype, b)?, dtype)))
    }

    fn time_sum(&mut self, op: Op, a: Operand, b: Operand, span: Span) -> Step<Option<Number>> {
        let (of_a, of_b) = (self.as_duration(a)?, self.as_duration(b)?);
        let (x, y, dtype) = match (of_a, of_b) {
            (Of::Date(..), Of::Date(..)) if op == Op::Sub => match self.met_times(a, b, span)? {
                Some((x, y, dtype)) => (x, y, DType::Timedelta(unit(dtype))),
                None => return Ok(None),
            },
            (Of::Date(x, date), Of::Duration(y, duration)) => {
                let Some(unit) = sum_unit(date, duration) else {
                    let (from, to) = (DType::Timedelta(duration), DType::Datetime(date));
                    return Err(b.error(ErrorKind::NoUnit { from, to }));
                };
                let x = self.converted(x, DType::Datetime(date), DType::Datetime(unit), a)?;
                let y = self.converted(y, DType::Timedelta(duration), DType::Timedelta(unit), b)?;
                (x, y, DType::Datetime(unit))
            }
            (Of::Duration(..), Of::Date(..)) if op == Op::Add => return self.time_sum(op, b, a, span),
            (Of::Duration(..), Of::Duration(..)) => match self.met_times(a, b, span)? {
                Some(met) => met,
                None => return Ok(None),
            },
            (_, _) => return Ok(None),
        };
        let sum = self.apply(op, &[x, y], span);
        Ok(Some(Number::Time(self.or_nat(sum, &[x, y], span), dtype)))
    }

    /// A duration times a number.
    fn time_product(&mut self, a: Operand, b: Operand, span: Span) -> Step<Option<Number>> {
        let (duration, number) = match (self.of(a), self.of(b)) {
            (Of::Duration(..), Of::Number) => (a, b),
            (Of::Number, Of::Duration(..)) => (b, a),
            (_, _) => return Ok(None),
        };
        let Number::Time(node, dtype) = duration.number else { return Ok(None) };
        if let Of::Duration(factor, _) = self.as_duration(number)? {
            let product = self.apply(Op::Mul, &[node, factor], span);
            return Ok(Some(Number::Time(self.or_nat(product, &[node], span), dtype)));
        }
        let factor = self.coerce(number, DType::F64)?;
        Ok(Some(Number::Time(self.scaled_count(Op::Mul, node, factor, span), dtype)))
    }

    /// A count times or by a float, cut to an integer; NaT where that is no number or too large.
    fn scaled_count(&mut self, op: Op, node: NodeId, by: NodeId, span: Span) -> NodeId {
        let wide = self.cast(node, DType::F64, span);
        let result = self.apply(op, &[wide, by], span);
        let (size, most) =
            (self.apply(Op::Abs, &[result], span), self.float_like(result, 2f64.powi(63), span));
        let is_finite = self.apply(Op::Lt, &[size, most], span);
        let count = self.cast(result, DType::I64, span);
        let nat = self.count(NAT, span);
        let count = self.apply(Op::Where, &[is_finite, count, nat], span);
        self.or_nat(count, &[node], span)
    }

    fn time_quotient(&mut self, op: Op, a: Operand, b: Operand, span: Span) -> Step<Option<Number>> {
        match (self.of(a), self.of(b)) {
            (Of::Duration(..), Of::Duration(..)) => {
                let Some((x, y, _)) = self.met_times(a, b, span)? else { return Ok(None) };
                if op == Op::FloorDiv {
                    let quotient = self.apply(Op::FloorDiv, &[x, y], span);
                    let (zero, no_x, no_y) =
                        (self.count(0, span), self.is_nat(x, span), self.is_nat(y, span));
                    let no = self.apply(Op::BitOr, &[no_x, no_y], span);
                    return Ok(Some(Number::Strong(self.apply(Op::Where, &[no, zero, quotient], span))));
                }
                let (wide_x, wide_y) = (self.cast(x, DType::F64, span), self.cast(y, DType::F64, span));
                let mut quotient = self.apply(Op::Div, &[wide_x, wide_y], span);
                let nan = self.float_like(quotient, f64::NAN, span);
                for time in [x, y] {
                    let is_nat = self.is_nat(time, span);
                    quotient = self.apply(Op::Where, &[is_nat, nan, quotient], span);
                }
                Ok(Some(Number::Strong(quotient)))
            }
            (Of::Duration(..), Of::Number)
                if b.ty(&self.graph) == super::OperandType::Strong(DType::Bool) =>
            {
                Ok(None)
            }
            (Of::Duration(node, unit), Of::Number) => {
                let dtype = DType::Timedelta(unit);
                if let Of::Duration(divisor, _) = self.as_duration(b)? {
                    return Ok(Some(Number::Time(self.cut_quotient(node, divisor, span), dtype)));
                }
                let divisor = self.coerce(b, DType::F64)?;
                Ok(Some(Number::Time(self.scaled_count(Op::Div, node, divisor, span), dtype)))
            }
            (_, _) => Ok(None),
        }
    }

    /// A count by an integer, rounded towards 0; by 0 it is NaT.
    pub(super) fn cut_quotient(&mut self, node: NodeId, divisor: NodeId, span: Span) -> NodeId {
        let rest = self.apply(Op::Fmod, &[node, divisor], span);
        let whole = self.apply(Op::Sub, &[node, rest], span);
        let quotient = self.apply(Op::FloorDiv, &[whole, divisor], span);
        let (zero, nat) = (self.count(0, span), self.count(NAT, span));
        let by_zero = self.apply(Op::Eq, &[divisor, zero], span);
        let quotient = self.apply(Op::Where, &[by_zero, nat, quotient], span);
        self.or_nat(quotient, &[node], span)
    }

    fn time_remainder(&mut self, a: Operand, b: Operand, span: Span) -> Step<Option<Number>> {
        let (Of::Duration(..), Of::Duration(..)) = (self.of(a), self.of(b)) else { return Ok(None) };
        let Some((x, y, dtype)) = self.met_times(a, b, span)? else { return Ok(None) };
        let rest = self.apply(Op::Mod, &[x, y], span);
        let (zero, nat) = (self.count(0, span), self.count(NAT, span));
        let by_zero = self.apply(Op::Eq, &[y, zero], span);
        let rest = self.apply(Op::Where, &[by_zero, nat, rest], span);
        Ok(Some(Number::Time(self.or_nat(rest, &[x, y], span), dtype)))
    }

    fn time_sign(&mut self, op: Op, x: Operand, span: Span) -> Option<Number> {
        let Number::Time(node, dtype @ DType::Timedelta(_)) = x.number else { return None };
        let result = self.apply(op, &[node], span);
        Some(Number::Time(self.or_nat(result, &[node], span), dtype))
    }

    /// NaT is neither less, nor greater, nor equal; it differs from everything.
    fn time_order(&mut self, op: Op, a: Operand, b: Operand, span: Span) -> Step<Option<Number>> {
        let Some((x, y, _)) = self.met_times(a, b, span)? else { return Ok(None) };
        let compared = self.apply(op, &[x, y], span);
        let (no_x, no_y) = (self.is_nat(x, span), self.is_nat(y, span));
        let no = self.apply(Op::BitOr, &[no_x, no_y], span);
        Ok(Some(Number::Strong(if op == Op::Ne {
            self.apply(Op::BitOr, &[compared, no], span)
        } else {
            let times = self.apply(Op::BitNot, &[no], span);
            self.apply(Op::BitAnd, &[compared, times], span)
        })))
    }

    /// `minimum` and `maximum` give NaT if either is, `fmin` and `fmax` the other.
    fn time_extremum(&mut self, op: Op, a: Operand, b: Operand, span: Span) -> Step<Option<Number>> {
        let Some((x, y, dtype)) = self.met_times(a, b, span)? else { return Ok(None) };
        let least = matches!(op, Op::Minimum | Op::Fmin);
        let result = self.apply(if least { Op::Minimum } else { Op::Maximum }, &[x, y], span);
        let result = if matches!(op, Op::Minimum | Op::Maximum) {
            self.or_nat(result, &[x, y], span)
        } else {
            let (no_x, no_y) = (self.is_nat(x, span), self.is_nat(y, span));
            let result = self.apply(Op::Where, &[no_x, y, result], span);
            self.apply(Op::Where, &[no_y, x, result], span)
        };
        Ok(Some(Number::Time(result, dtype)))
    }
}
