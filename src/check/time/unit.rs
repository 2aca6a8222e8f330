//! The unit that times meet in, and bringing them there. Counts are i64 nodes; NaT stays NaT.

use super::super::error::ErrorKind;
use super::super::statement::Lowering;
use super::super::value::{Operand, Step};
use crate::calendar::{self, EPOCH, ERA, NAT};
use crate::dtype::{DType, Lane, TimeUnit};
use crate::ir::{GuardKind, NodeId, Scalar};
use crate::op::Op;
use crate::span::Span;

/// The unit of a dtype of times.
pub(super) fn unit(dtype: DType) -> TimeUnit {
    match dtype {
        DType::Datetime(unit) | DType::Timedelta(unit) => unit,
        DType::Bool | DType::I8 | DType::I16 | DType::I32 | DType::I64 => TimeUnit::Generic,
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => TimeUnit::Generic,
        DType::F16 | DType::F32 | DType::F64 | DType::C64 | DType::C128 => TimeUnit::Generic,
        DType::Bytes(_) | DType::Text(_) => TimeUnit::Generic,
    }
}

/// Whether a duration of one unit is no number of the other: months have no length in days.
fn has_no_length(a: TimeUnit, b: TimeUnit) -> bool {
    let is_calendar = |unit| matches!(unit, TimeUnit::Year | TimeUnit::Month);
    a != TimeUnit::Generic && b != TimeUnit::Generic && is_calendar(a) != is_calendar(b)
}

/// The dtype that two times of one kind meet in: the finer unit. Durations of months meet none of days.
pub(super) fn common(a: DType, b: DType) -> Option<DType> {
    let finer = unit(a).max(unit(b));
    match (a, b) {
        (DType::Datetime(_), DType::Datetime(_)) => Some(DType::Datetime(finer)),
        (DType::Timedelta(a), DType::Timedelta(b)) if has_no_length(a, b) => None,
        (DType::Timedelta(_), DType::Timedelta(_)) => Some(DType::Timedelta(finer)),
        (_, _) => None,
    }
}

/// The unit in which a datetime and a duration are added. A duration in months cannot be counted in days.
pub(super) fn sum_unit(date: TimeUnit, duration: TimeUnit) -> Option<TimeUnit> {
    let months_to_days = matches!(duration, TimeUnit::Year | TimeUnit::Month)
        && !matches!(date, TimeUnit::Year | TimeUnit::Month);
    (!months_to_days || date == TimeUnit::Generic).then(|| date.max(duration))
}

impl Lowering<'_> {
    pub(super) fn count(&mut self, value: i64, span: Span) -> NodeId {
        self.graph.constant(Scalar { lane: Lane::I64, bits: value as u64 }, span)
    }

    pub(super) fn is_nat(&mut self, node: NodeId, span: Span) -> NodeId {
        let nat = self.count(NAT, span);
        self.apply(Op::Eq, &[node, nat], span)
    }

    /// The value, or NaT where an operand is.
    pub(super) fn or_nat(&mut self, value: NodeId, operands: &[NodeId], span: Span) -> NodeId {
        let nat = self.count(NAT, span);
        operands.iter().fold(value, |value, &operand| {
            let is_nat = self.is_nat(operand, span);
            self.apply(Op::Where, &[is_nat, nat, value], span)
        })
    }

    fn by(&mut self, op: Op, node: NodeId, number: i64, span: Span) -> NodeId {
        let number = self.count(number, span);
        self.apply(op, &[node, number], span)
    }

    /// Counts of one dtype in another of the same kind. Coarser units round down.
    pub(super) fn converted(
        &mut self,
        node: NodeId,
        from: DType,
        to: DType,
        operand: Operand,
    ) -> Step<NodeId> {
        let span = operand.span;
        let (coarse, fine) = (unit(from), unit(to));
        if coarse == fine || coarse == TimeUnit::Generic {
            return Ok(node);
        }
        let converted = if let Some(factor) = calendar::factor(coarse, fine) {
            self.multiplied(node, factor, to, span)
        } else if let Some(factor) = calendar::factor(fine, coarse) {
            self.by(Op::FloorDiv, node, factor, span)
        } else if matches!((from, to), (DType::Datetime(_), DType::Datetime(_))) {
            self.through_days(node, (coarse, fine), to, span)
        } else {
            return Err(operand.error(ErrorKind::NoUnit { from, to }));
        };
        Ok(self.or_nat(converted, &[node], span))
    }

    /// Counts times a factor; too large ones fail.
    fn multiplied(&mut self, node: NodeId, factor: i64, to: DType, span: Span) -> NodeId {
        self.bounded(node, i64::MAX / factor, to, span);
        self.by(Op::Mul, node, factor, span)
    }

    /// Refuses counts beyond a limit either way, but for NaT.
    fn bounded(&mut self, node: NodeId, limit: i64, to: DType, span: Span) {
        let above = self.by(Op::Gt, node, limit, span);
        let below = self.by(Op::Lt, node, -limit, span);
        let is_nat = self.is_nat(node, span);
        let is_time = self.apply(Op::BitNot, &[is_nat], span);
        let below = self.apply(Op::BitAnd, &[below, is_time], span);
        let outside = self.apply(Op::BitOr, &[above, below], span);
        let any = self.any(outside, span);
        self.guard(any, GuardKind::UnitOverflow(to), span);
    }

    /// Between months and units of fixed length, through the day.
    fn through_days(&mut self, node: NodeId, units: (TimeUnit, TimeUnit), to: DType, span: Span) -> NodeId {
        let (coarse, fine) = units;
        let is_calendar = |unit| matches!(unit, TimeUnit::Year | TimeUnit::Month);
        if is_calendar(coarse) {
            // So that days do not overflow on the way.
            self.bounded(node, i64::MAX / (12 * 31), to, span);
            let months = if coarse == TimeUnit::Year { self.by(Op::Mul, node, 12, span) } else { node };
            let days = self.first_days(months, span);
            // Else what NaT became would seem too far away.
            let days = self.or_nat(days, &[node], span);
            return match calendar::factor(TimeUnit::Day, fine) {
                Some(factor) => self.multiplied(days, factor, to, span),
                None => self.by(Op::FloorDiv, days, 7, span),
            };
        }
        let days = match calendar::factor(TimeUnit::Day, coarse) {
            Some(factor) => self.by(Op::FloorDiv, node, factor, span),
            None => self.multiplied(node, 7, to, span),
        };
        let months = self.months_of(days, span);
        if fine == TimeUnit::Year { self.by(Op::FloorDiv, months, 12, span) } else { months }
    }

    /// The first day of a month, both counted from 1970-01: see [`calendar`].
    fn first_days(&mut self, months: NodeId, span: Span) -> NodeId {
        // From March of year 0.
        let months = self.by(Op::Add, months, 1970 * 12 - 2, span);
        let year = self.by(Op::FloorDiv, months, 12, span);
        let month = self.by(Op::Mod, months, 12, span);
        let era = self.by(Op::FloorDiv, year, 400, span);
        let of_era = self.by(Op::Mod, year, 400, span);
        let tenths = self.by(Op::Mul, month, 153, span);
        let tenths = self.by(Op::Add, tenths, 2, span);
        let mut day = self.by(Op::FloorDiv, tenths, 5, span);
        for (factor, divisor) in [(365, 1), (1, 4), (-1, 100)] {
            let part = if divisor == 1 { of_era } else { self.by(Op::FloorDiv, of_era, divisor, span) };
            let part = if factor == 1 { part } else { self.by(Op::Mul, part, factor, span) };
            day = self.apply(Op::Add, &[day, part], span);
        }
        let of_eras = self.by(Op::Mul, era, ERA, span);
        let day = self.apply(Op::Add, &[day, of_eras], span);
        self.by(Op::Sub, day, EPOCH, span)
    }

    /// The month of a day, both counted from 1970-01: see [`calendar::Date::of_day`].
    fn months_of(&mut self, days: NodeId, span: Span) -> NodeId {
        // Before the shift, so that it cannot overflow.
        let era = self.by(Op::FloorDiv, days, ERA, span);
        let of_era = self.by(Op::Mod, days, ERA, span);
        let shifted = self.by(Op::Add, of_era, EPOCH, span);
        let more = self.by(Op::FloorDiv, shifted, ERA, span);
        let era = self.apply(Op::Add, &[era, more], span);
        let of_era = self.by(Op::Mod, shifted, ERA, span);
        let mut days_of_years = of_era;
        for (divisor, factor) in [(1460, -1), (36_524, 1), (146_096, -1)] {
            let part = self.by(Op::FloorDiv, of_era, divisor, span);
            let op = if factor < 0 { Op::Sub } else { Op::Add };
            days_of_years = self.apply(op, &[days_of_years, part], span);
        }
        let year = self.by(Op::FloorDiv, days_of_years, 365, span);
        let mut of_year = of_era;
        for (factor, divisor) in [(-365, 1), (-1, 4), (1, 100)] {
            let part = if divisor == 1 { year } else { self.by(Op::FloorDiv, year, divisor, span) };
            let part = self.by(Op::Mul, part, factor, span);
            of_year = self.apply(Op::Add, &[of_year, part], span);
        }
        let scaled = self.by(Op::Mul, of_year, 5, span);
        let scaled = self.by(Op::Add, scaled, 2, span);
        let month = self.by(Op::FloorDiv, scaled, 153, span);
        let eras = self.by(Op::Mul, era, 400, span);
        let year = self.apply(Op::Add, &[year, eras], span);
        let months = self.by(Op::Mul, year, 12, span);
        let months = self.apply(Op::Add, &[months, month], span);
        // Months from March of year 0 to January 1970.
        self.by(Op::Sub, months, 1970 * 12 - 2, span)
    }
}
