//! A line of any length as the few points that draw the same picture.
//!
//! Of neighbours that fall into the same column of the picture the first, the least, the greatest and the last are
//! kept, so that a single spike among a million values is as high as it is.

use super::ticks::Range;
use crate::interrupt;

/// Values between two looks at whether Ctrl-C was pressed; what is drawn then is thrown away.
const LOOKS: usize = 1 << 16;

/// The points of a line without gaps: places between 0 and 1.
pub(super) type Run = Vec<(f64, f64)>;

/// A line through points in their order, as runs between gaps: a value that is not finite is one. `xs` are the
/// places of the values, or their indices.
pub(super) fn runs(xs: Option<&[f64]>, ys: &[f64], x: Range, y: Range, columns: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut run = Run::new();
    let mut bucket: Option<Bucket> = None;
    for (i, &value) in ys.iter().enumerate() {
        if i % LOOKS == 0 && interrupt::requested() {
            break;
        }
        let place = xs.map_or(i as f64, |xs| xs.get(i).copied().unwrap_or(f64::NAN));
        if !(value.is_finite() && place.is_finite()) {
            flush(bucket.take(), &mut run);
            if !run.is_empty() {
                runs.push(std::mem::take(&mut run));
            }
            continue;
        }
        let point = (x.fraction(place), y.fraction(value));
        let column = column(point.0, columns);
        match &mut bucket {
            Some(open) if open.column == column => open.take(point),
            _ => {
                flush(bucket.replace(Bucket::new(column, point)), &mut run);
            }
        }
    }
    flush(bucket, &mut run);
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

/// Every point on its own, those in the same place once: a raster of `columns` by `rows` places.
pub(super) fn places(
    xs: Option<&[f64]>,
    ys: &[f64],
    x: Range,
    y: Range,
    (columns, rows): (usize, usize),
) -> Vec<(f64, f64)> {
    let mut taken = vec![false; columns * rows];
    let mut points = Vec::new();
    for (i, &value) in ys.iter().enumerate() {
        if i % LOOKS == 0 && interrupt::requested() {
            break;
        }
        let place = xs.map_or(i as f64, |xs| xs.get(i).copied().unwrap_or(f64::NAN));
        if value.is_finite() && place.is_finite() {
            let point = (x.fraction(place), y.fraction(value));
            let at = column(point.1, rows) * columns + column(point.0, columns);
            if let Some(cell) = taken.get_mut(at)
                && !std::mem::replace(cell, true)
            {
                points.push(point);
            }
        }
    }
    points
}

/// The nearest of the columns, the outer ones of which are the ends of the axis.
fn column(fraction: f64, columns: usize) -> usize {
    (fraction.clamp(0.0, 1.0) * (columns.max(1) - 1) as f64).round() as usize
}

/// Neighbours in one column.
struct Bucket {
    column: usize,
    first: (f64, f64),
    last: (f64, f64),
    least: (f64, f64),
    greatest: (f64, f64),
    /// Whether the least came before the greatest.
    rises: bool,
}

impl Bucket {
    fn new(column: usize, point: (f64, f64)) -> Bucket {
        Bucket { column, first: point, last: point, least: point, greatest: point, rises: true }
    }

    fn take(&mut self, point: (f64, f64)) {
        self.last = point;
        if point.1 < self.least.1 {
            (self.least, self.rises) = (point, false);
        }
        if point.1 > self.greatest.1 {
            (self.greatest, self.rises) = (point, true);
        }
    }
}

/// Ends a column: its points go to the run.
fn flush(bucket: Option<Bucket>, run: &mut Run) {
    let Some(Bucket { first, last, least, greatest, rises, .. }) = bucket else { return };
    let [one, other] = if rises { [least, greatest] } else { [greatest, least] };
    for point in [first, one, other, last] {
        if run.last() != Some(&point) {
            run.push(point);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(ys: &[f64], columns: usize) -> Vec<Run> {
        let x = Range { low: 0.0, high: (ys.len() - 1) as f64 };
        runs(None, ys, x, Range { low: 0.0, high: 1.0 }, columns)
    }

    #[test]
    fn a_spike_among_many_is_kept() {
        let mut ys = vec![0.5; 100_000];
        ys[54_321] = 1.0;
        ys[54_322] = 0.0;
        let runs = unit(&ys, 80);
        assert!(runs.len() == 1 && runs[0].len() <= 4 * 81, "{}", runs[0].len());
        let extremes: Vec<f64> = runs[0].iter().map(|p| p.1).filter(|&y| y != 0.5).collect();
        assert_eq!(extremes, [1.0, 0.0], "in their order");
    }

    #[test]
    fn what_is_not_finite_is_a_gap() {
        let runs = unit(&[0.0, 1.0, f64::NAN, 0.5, f64::INFINITY, f64::NEG_INFINITY], 100);
        assert_eq!(runs, [vec![(0.0, 0.0), (0.2, 1.0)], vec![(0.6, 0.5)]]);
        assert!(unit(&[f64::NAN; 4], 10).is_empty());
    }

    #[test]
    fn points_in_one_place_are_one() {
        let (x, y) = (Range { low: 0.0, high: 1.0 }, Range { low: 0.0, high: 1.0 });
        let xs = [0.0, 0.0, 1.0, f64::NAN, 0.5];
        let found = places(Some(&xs), &[1.0, 1.0, 0.0, 0.5, f64::NAN], x, y, (10, 10));
        assert_eq!(found, [(0.0, 1.0), (1.0, 0.0)]);
    }
}
