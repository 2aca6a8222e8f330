//! Dates: the proleptic Gregorian calendar, and datetimes as ISO 8601 writes them.
//!
//! A `datetime64` counts its unit from 1970-01-01T00:00, without leap seconds and without time zones. Days and civil
//! dates convert by Hinnant's method: years that begin in March, in eras of 400 years (H. Hinnant,
//! "chrono-Compatible Low-Level Date Algorithms", 2014).

use crate::dtype::TimeUnit;
use std::fmt::Write;

/// The count that stands for no time.
pub const NAT: i64 = i64::MIN;

/// Days of an era.
pub const ERA: i64 = 146_097;

/// Days from 0000-03-01, when the first era begins, to 1970-01-01.
pub const EPOCH: i64 = 719_468;

/// A date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Date {
    /// The year; 0 is the one before 1.
    pub year: i64,
    /// The month, from 1.
    pub month: u32,
    /// The day, from 1.
    pub day: u32,
}

impl Date {
    /// The date of a day, counted from 1970-01-01.
    pub fn of_day(day: i128) -> Date {
        let day = day + i128::from(EPOCH);
        let (era, of_era) = (day.div_euclid(ERA.into()), day.rem_euclid(ERA.into()));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + i128::from(month <= 2);
        Date {
            year: year as i64,
            month: month as u32,
            day: (of_year - (153 * from_march + 2) / 5 + 1) as u32,
        }
    }

    /// The day, counted from 1970-01-01.
    pub fn day_number(self) -> i128 {
        let year = i128::from(self.year) - i128::from(self.month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * i128::from((self.month + 9) % 12) + 2) / 5 + i128::from(self.day) - 1;
        let day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        era * i128::from(ERA) + day - i128::from(EPOCH)
    }

    fn is_valid(self) -> bool {
        let leap = self.year.rem_euclid(4) == 0
            && (self.year.rem_euclid(100) != 0 || self.year.rem_euclid(400) == 0);
        let days = match self.month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + u32::from(leap),
            1..=12 => 31,
            _ => 0,
        };
        (1..=days).contains(&self.day)
    }
}

/// How many of the finer unit one of the coarser is; `None` where there is no such number (months and days), or the
/// units are the other way round. A generic unit is any other.
pub fn factor(coarse: TimeUnit, fine: TimeUnit) -> Option<i64> {
    if coarse == fine || coarse == TimeUnit::Generic {
        return Some(1);
    }
    if (coarse, fine) == (TimeUnit::Year, TimeUnit::Month) {
        return Some(12);
    }
    if coarse < TimeUnit::Week || fine < coarse {
        return None;
    }
    let steps = TimeUnit::ALL.into_iter().filter(|&unit| coarse < unit && unit <= fine);
    steps.map(in_the_one_above).try_fold(1i64, i64::checked_mul)
}

fn in_the_one_above(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Day => 7,
        TimeUnit::Hour => 24,
        TimeUnit::Minute | TimeUnit::Second => 60,
        TimeUnit::Month => 12,
        TimeUnit::Generic | TimeUnit::Year | TimeUnit::Week => 1,
        TimeUnit::Milli | TimeUnit::Micro | TimeUnit::Nano => 1000,
        TimeUnit::Pico | TimeUnit::Femto | TimeUnit::Atto => 1000,
    }
}

/// A text that is no datetime, or not one of the unit asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoDatetime {
    /// It is not `YYYY-MM-DDThh:mm:ss.f`, or the beginning of that, or names no day that there is.
    Form,
    /// It says more than the unit holds.
    Finer,
    /// The unit cannot count so far.
    Overflow,
}

/// The fields of a text before they are counted in a unit.
struct Fields {
    date: Date,
    seconds: i128,
    /// Attoseconds.
    fraction: i128,
    unit: TimeUnit,
}

/// Reads a datetime as NumPy does, in the unit given or else the one that the text has: `2023`, `2023-04`,
/// `2023-04-01`, `2023-04-01T12`, `2023-04-01T12:30`, `2023-04-01 12:30:59.125`, `NaT`.
///
/// ```
/// use numfuse::{calendar, dtype::TimeUnit};
/// assert_eq!(calendar::parse("1970-01-03", None), Ok((2, TimeUnit::Day)));
/// assert_eq!(calendar::parse("1970-02", Some(TimeUnit::Hour)), Ok((31 * 24, TimeUnit::Hour)));
/// assert!(calendar::parse("2023-02-29", None).is_err());
/// ```
///
/// # Errors
/// [`NoDatetime`].
pub fn parse(text: &str, unit: Option<TimeUnit>) -> Result<(i64, TimeUnit), NoDatetime> {
    let unit = unit.filter(|&unit| unit != TimeUnit::Generic);
    if text.is_empty() || text.eq_ignore_ascii_case("nat") {
        return Ok((NAT, unit.unwrap_or(TimeUnit::Generic)));
    }
    let fields = fields(text).ok_or(NoDatetime::Form)?;
    let unit = unit.unwrap_or(fields.unit);
    if unit < fields.unit && !(unit == TimeUnit::Week && fields.unit == TimeUnit::Day) {
        return Err(NoDatetime::Finer);
    }
    let months = i128::from(fields.date.year - 1970) * 12 + i128::from(fields.date.month) - 1;
    let day = fields.date.day_number();
    let count = match unit {
        TimeUnit::Year => months.div_euclid(12),
        TimeUnit::Month => months,
        TimeUnit::Week => day.div_euclid(7),
        TimeUnit::Generic | TimeUnit::Day => day,
        TimeUnit::Hour => day * 24 + fields.seconds / 3600,
        TimeUnit::Minute => day * 1440 + fields.seconds / 60,
        TimeUnit::Second | TimeUnit::Milli | TimeUnit::Micro | TimeUnit::Nano => {
            in_parts(day, &fields, unit)?
        }
        TimeUnit::Pico | TimeUnit::Femto | TimeUnit::Atto => in_parts(day, &fields, unit)?,
    };
    let count = i64::try_from(count).ok().filter(|&count| count != NAT).ok_or(NoDatetime::Overflow)?;
    Ok((count, unit))
}

fn in_parts(day: i128, fields: &Fields, unit: TimeUnit) -> Result<i128, NoDatetime> {
    let parts = factor(TimeUnit::Second, unit).ok_or(NoDatetime::Overflow)?;
    let whole = (day * 86_400 + fields.seconds).checked_mul(parts.into()).ok_or(NoDatetime::Overflow)?;
    Ok(whole + fields.fraction / (ATTO / i128::from(parts)))
}

/// Attoseconds of a second.
const ATTO: i128 = 1_000_000_000_000_000_000;

fn fields(text: &str) -> Option<Fields> {
    let (date, time) = match text.find(['T', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (sign, digits) = match date.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, date.strip_prefix('+').unwrap_or(date)),
    };
    let mut parts = digits.split('-');
    let year = number(parts.next()?, 4, 12)?;
    let month = parts.next().map(|month| number(month, 2, 2));
    let day = parts.next().map(|day| number(day, 2, 2));
    if parts.next().is_some() {
        return None;
    }
    let unit = match (month, day) {
        (None, _) => TimeUnit::Year,
        (Some(_), None) => TimeUnit::Month,
        (Some(_), Some(_)) => TimeUnit::Day,
    };
    let month = u32::try_from(month.unwrap_or(Some(1))?).ok()?;
    let day = u32::try_from(day.unwrap_or(Some(1))?).ok()?;
    let date = Date { year: sign * year, month, day };
    if !date.is_valid() {
        return None;
    }
    let fields = Fields { date, seconds: 0, fraction: 0, unit };
    match time {
        None => Some(fields),
        Some(time) if unit == TimeUnit::Day => with_time(fields, time),
        Some(_) => None,
    }
}

fn with_time(fields: Fields, time: &str) -> Option<Fields> {
    let (time, fraction) = match time.split_once('.') {
        Some((time, fraction)) => (time, Some(fraction)),
        None => (time, None),
    };
    let mut parts = time.split(':');
    let hour = number(parts.next()?, 2, 2).filter(|&hour| hour < 24)?;
    let minute = parts.next().map(|minute| number(minute, 2, 2).filter(|&minute| minute < 60));
    let second = parts.next().map(|second| number(second, 2, 2).filter(|&second| second < 60));
    if parts.next().is_some() || (fraction.is_some() && second.is_none()) {
        return None;
    }
    let mut unit = match (minute, second) {
        (None, _) => TimeUnit::Hour,
        (Some(_), None) => TimeUnit::Minute,
        (Some(_), Some(_)) => TimeUnit::Second,
    };
    let mut parts_of_second = 0;
    if let Some(digits) = fraction {
        let value = number(digits, 1, 18)?;
        parts_of_second = i128::from(value) * 10i128.pow(18 - digits.len() as u32);
        const FINER: [TimeUnit; 6] = [
            TimeUnit::Milli,
            TimeUnit::Micro,
            TimeUnit::Nano,
            TimeUnit::Pico,
            TimeUnit::Femto,
            TimeUnit::Atto,
        ];
        unit = FINER[(digits.len() - 1) / 3];
    }
    let seconds = hour * 3600 + minute.unwrap_or(Some(0))? * 60 + second.unwrap_or(Some(0))?;
    Some(Fields { seconds: seconds.into(), fraction: parts_of_second, unit, ..fields })
}

/// A number of so many digits.
fn number(digits: &str, least: usize, most: usize) -> Option<i64> {
    let fits = (least..=most).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { digits.parse().ok() } else { None }
}

/// A datetime as NumPy writes it.
///
/// ```
/// use numfuse::{calendar, dtype::TimeUnit};
/// assert_eq!(calendar::text(0, TimeUnit::Minute), "1970-01-01T00:00");
/// assert_eq!(calendar::text(-1, TimeUnit::Milli), "1969-12-31T23:59:59.999");
/// assert_eq!(calendar::text(i64::MIN, TimeUnit::Day), "NaT");
/// ```
pub fn text(count: i64, unit: TimeUnit) -> String {
    if count == NAT {
        return "NaT".to_owned();
    }
    let count = i128::from(count);
    let per_day = |per_hour: i128| 24 * per_hour;
    match unit {
        TimeUnit::Generic => count.to_string(),
        TimeUnit::Year => year_text(1970 + count),
        TimeUnit::Month => {
            format!("{}-{:02}", year_text(1970 + count.div_euclid(12)), count.rem_euclid(12) + 1)
        }
        TimeUnit::Week => date_text(count * 7),
        TimeUnit::Day => date_text(count),
        TimeUnit::Hour => {
            format!("{}T{:02}", date_text(count.div_euclid(per_day(1))), count.rem_euclid(per_day(1)))
        }
        TimeUnit::Minute => {
            let (day, minute) = (count.div_euclid(per_day(60)), count.rem_euclid(per_day(60)));
            format!("{}T{:02}:{:02}", date_text(day), minute / 60, minute % 60)
        }
        TimeUnit::Second | TimeUnit::Milli | TimeUnit::Micro | TimeUnit::Nano => seconds_text(count, unit),
        TimeUnit::Pico | TimeUnit::Femto | TimeUnit::Atto => seconds_text(count, unit),
    }
}

/// A duration as NumPy writes it alone, with its unit.
///
/// ```
/// use numfuse::{calendar, dtype::TimeUnit};
/// assert_eq!(calendar::duration_text(5, TimeUnit::Second), "5 seconds");
/// ```
pub fn duration_text(count: i64, unit: TimeUnit) -> String {
    let name = match unit {
        TimeUnit::Generic => "generic time units",
        TimeUnit::Year => "years",
        TimeUnit::Month => "months",
        TimeUnit::Week => "weeks",
        TimeUnit::Day => "days",
        TimeUnit::Hour => "hours",
        TimeUnit::Minute => "minutes",
        TimeUnit::Second => "seconds",
        TimeUnit::Milli => "milliseconds",
        TimeUnit::Micro => "microseconds",
        TimeUnit::Nano => "nanoseconds",
        TimeUnit::Pico => "picoseconds",
        TimeUnit::Femto => "femtoseconds",
        TimeUnit::Atto => "attoseconds",
    };
    if count == NAT { "NaT".to_owned() } else { format!("{count} {name}") }
}

fn seconds_text(count: i128, unit: TimeUnit) -> String {
    let parts = i128::from(factor(TimeUnit::Second, unit).unwrap_or(1));
    let (whole, fraction) = (count.div_euclid(parts), count.rem_euclid(parts));
    let (day, second) = (whole.div_euclid(86_400), whole.rem_euclid(86_400));
    let mut text =
        format!("{}T{:02}:{:02}:{:02}", date_text(day), second / 3600, second / 60 % 60, second % 60);
    if parts > 1 {
        let digits = parts.ilog10() as usize;
        // Writing to a `String` does not fail.
        let _ = write!(text, ".{fraction:0digits$}");
    }
    text
}

fn date_text(day: i128) -> String {
    let date = Date::of_day(day);
    format!("{}-{:02}-{:02}", year_text(date.year.into()), date.month, date.day)
}

fn year_text(year: i128) -> String {
    if year < 0 { format!("-{:04}", -year) } else { format!("{year:04}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_convert_both_ways() {
        let mut date = Date { year: -1, month: 12, day: 31 };
        let first = date.day_number();
        for day in first..first + 900_000 {
            assert_eq!(Date::of_day(day), date);
            assert_eq!(date.day_number(), day);
            let next = Date { day: date.day + 1, ..date };
            let month = Date { month: date.month + 1, day: 1, ..date };
            let year = Date { year: date.year + 1, month: 1, day: 1 };
            date = [next, month, year].into_iter().find(|d| d.is_valid()).expect("a year has a first day");
        }
        assert_eq!(Date { year: 1970, month: 1, day: 1 }.day_number(), 0);
    }

    #[test]
    fn texts_are_read_back() {
        for text_of in ["0001", "2023-04", "1969-12-31", "2023-04-01T05", "2023-04-01T23:59", "-0044-03-15"] {
            let (count, unit) = parse(text_of, None).unwrap();
            assert_eq!(text(count, unit), text_of);
        }
        let precise = "2000-02-29T12:30:59.123456789";
        assert_eq!(parse(precise, None).map(|(count, unit)| text(count, unit)), Ok(precise.to_owned()));
        assert_eq!(parse("2023-04-01 05:06", None), parse("2023-04-01T05:06", None));
        assert_eq!(parse("NaT", Some(TimeUnit::Day)), Ok((NAT, TimeUnit::Day)));
        assert_eq!(parse("1970-01-08", Some(TimeUnit::Week)), Ok((1, TimeUnit::Week)));
    }

    #[test]
    fn what_is_no_datetime_is_refused() {
        for text in
            ["2023-13", "2023-1-1", "2023-02-29", "23", "2023-01-01T24", "2023-01-01T1:00", "2023T01", "x"]
        {
            assert_eq!(parse(text, None), Err(NoDatetime::Form), "{text}");
        }
        assert_eq!(parse("2023-01-02", Some(TimeUnit::Month)), Err(NoDatetime::Finer));
        assert_eq!(parse("2500-01-01", Some(TimeUnit::Nano)), Err(NoDatetime::Overflow));
        assert_eq!(parse("999999999999", Some(TimeUnit::Atto)), Err(NoDatetime::Overflow));
    }

    #[test]
    fn units_have_factors() {
        assert_eq!(factor(TimeUnit::Year, TimeUnit::Month), Some(12));
        assert_eq!(factor(TimeUnit::Week, TimeUnit::Second), Some(604_800));
        assert_eq!(factor(TimeUnit::Month, TimeUnit::Day), None);
        assert_eq!(factor(TimeUnit::Day, TimeUnit::Hour), Some(24));
        assert_eq!(factor(TimeUnit::Hour, TimeUnit::Day), None);
        assert_eq!(factor(TimeUnit::Week, TimeUnit::Atto), None);
    }
}
