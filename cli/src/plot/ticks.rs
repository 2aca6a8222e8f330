//! Where axes have ticks, and what stands beside them: multiples of 1, 2 or 5 times a power of ten.

/// What an axis spans; `low < high`, both finite.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Range {
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A place on an axis, and its label.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) label: String,
}

impl Range {
    /// The range of the finite ones among the values; `None` if there are none.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Option<Range> {
        let mut range: Option<Range> = None;
        for value in values.filter(|v| v.is_finite()) {
            let Range { low, high } = range.unwrap_or(Range { low: value, high: value });
            range = Some(Range { low: low.min(value), high: high.max(value) });
        }
        range.map(Range::widened)
    }

    /// A range that is a single value gets room on both sides.
    fn widened(self) -> Range {
        if self.low < self.high {
            return self;
        }
        let room = if self.low == 0.0 { 1.0 } else { self.low.abs() * 0.1 };
        let limit = |x: f64| x.clamp(f64::MIN, f64::MAX);
        let wide = Range { low: limit(self.low - room), high: limit(self.high + room) };
        // A tenth of the least float is nothing.
        if wide.low < wide.high { wide } else { Range { low: -1.0, high: 1.0 } }
    }

    /// Where a value lies: 0 at the lower end, 1 at the upper one.
    pub(super) fn fraction(self, value: f64) -> f64 {
        // Halves, because the difference of two floats may be no float.
        let fraction = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        if fraction.is_finite() { fraction } else { 0.5 }
    }
}

/// At most `most` ticks, or one more, from the lower end to the upper one.
pub(super) fn ticks(range: Range, most: usize) -> Vec<Tick> {
    let ends = || [range.low, range.high].map(|value| Tick { value, label: format!("{value:e}") }).to_vec();
    let Some((step, exponent)) = step(range, most.max(1)) else { return ends() };
    let first = (range.low / step - 1e-9).ceil();
    let mut ticks: Vec<Tick> = Vec::new();
    for i in 0..=most + 1 {
        let value = (first + i as f64) * step;
        // 3 * 0.1 is a little more than 0.3.
        let near = |end: f64| ((value - end).abs() < step * 1e-9).then_some(end);
        let value = near(range.low).or(near(range.high)).unwrap_or(value);
        if value < range.low {
            continue;
        }
        if value > range.high || ticks.last().is_some_and(|t| t.value >= value) {
            break;
        }
        ticks.push(Tick { value: value + 0.0, label: label(value + 0.0, range, exponent) });
    }
    if ticks.is_empty() { ends() } else { ticks }
}

/// The least step of 1, 2 or 5 times a power of ten with which there are at most `most`, and the power's exponent.
fn step(range: Range, most: usize) -> Option<(f64, i32)> {
    let rough = (range.high / most as f64) - (range.low / most as f64);
    let exponent = rough.log10().floor();
    let power = 10f64.powf(exponent);
    if !power.is_normal() || !rough.is_normal() {
        return None;
    }
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= rough * (1.0 - 1e-9))?;
    let exponent = if factor == 10.0 { exponent + 1.0 } else { exponent };
    (factor * power).is_finite().then_some((factor * power, exponent as i32))
}

/// A value with as many digits as tell it from the next tick.
fn label(value: f64, range: Range, exponent: i32) -> String {
    let largest = range.low.abs().max(range.high.abs());
    if largest < 1e6 && exponent >= -5 {
        return format!("{value:.0$}", exponent.min(0).unsigned_abs() as usize);
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = value.abs().log10().floor() as i32 - exponent;
    format!("{value:.0$e}", digits.clamp(0, 17) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, most: usize) -> Vec<String> {
        ticks(Range { low, high }, most).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(0.0, 1.0, 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(-1.3, 1.3, 6), ["-1.0", "-0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(labels(3.0, 97.0, 5), ["20", "40", "60", "80"]);
        assert_eq!(labels(0.0, 2e9, 4), ["0", "5e8", "1.0e9", "1.5e9", "2.0e9"]);
        assert_eq!(labels(1e-8, 4e-8, 3), ["1e-8", "2e-8", "3e-8", "4e-8"]);
        assert_eq!(labels(1000.0, 1000.5, 5), ["1000.0", "1000.1", "1000.2", "1000.3", "1000.4", "1000.5"]);
    }

    #[test]
    fn ticks_lie_within_the_range_and_rise() {
        for (low, high) in
            [(f64::MIN, f64::MAX), (0.0, 5e-324), (-1e-300, 1e-300), (1e15, 1e15 + 1.0), (1.0, 1.0 + 2e-16)]
        {
            let values: Vec<f64> = ticks(Range { low, high }, 5).into_iter().map(|t| t.value).collect();
            assert!(!values.is_empty() && values.is_sorted(), "{low} {high}: {values:?}");
            assert!(values.iter().all(|v| (low..=high).contains(v)), "{low} {high}: {values:?}");
        }
    }

    #[test]
    fn a_range_is_never_empty() {
        assert_eq!(Range::of([f64::NAN, f64::INFINITY].into_iter()), None);
        assert_eq!(Range::of([3.0, f64::NAN, -1.0].into_iter()), Some(Range { low: -1.0, high: 3.0 }));
        for value in [0.0, 5.0, -5.0, f64::MAX, f64::MIN, 5e-324] {
            let range = Range::of([value].into_iter()).unwrap();
            assert!(range.low < range.high && range.low.is_finite() && range.high.is_finite(), "{value}");
        }
    }

    #[test]
    fn fractions_do_not_overflow() {
        let range = Range { low: f64::MIN, high: f64::MAX };
        assert_eq!([f64::MIN, 0.0, f64::MAX].map(|v| range.fraction(v)), [0.0, 0.5, 1.0]);
    }
}
