//! Arrays as text, laid out as NumPy lays them out by default: eight digits, lines of 75 characters,
//! and only the corners of more than a thousand elements.

use super::literal;
use super::number::{Format, Value, complex_alone};
use super::text::codes;
use super::view::View;
use crate::calendar;
use crate::dtype::{DType, Kind};
use crate::ir::Plane;
use std::fmt;

/// From this many elements on only the corners are shown.
const THRESHOLD: usize = 1000;
/// How many elements at either end of an axis are corners.
const EDGE: usize = 3;
/// The longest line.
const WIDTH: usize = 75;

/// Writes the elements of `view`. Dtypes that have no text form yet are counted instead.
pub(super) fn write(f: &mut fmt::Formatter<'_>, view: &View<'_>) -> fmt::Result {
    match view.dtype().kind() {
        Kind::Bool | Kind::Signed | Kind::Unsigned | Kind::Float => {}
        Kind::Bytes | Kind::Text => return write_text(f, view),
        Kind::Complex => return complex(f, view),
        Kind::Datetime | Kind::Timedelta => return times(f, view),
    }
    if view.is_empty() {
        return f.write_str("[]");
    }
    if view.shape().is_empty() {
        return f.write_str(&value(view, &[]).alone());
    }
    let summary = view.len() > THRESHOLD;
    let mut values = Vec::new();
    corners(view.shape(), summary, &mut Vec::new(), &mut |index| values.push(value(view, index)));
    let format = Format::of(&values);
    let layout = Layout { shape: view.shape(), summary, word: &|index| format.text(&value(view, index)) };
    f.write_str(&layout.nested(&mut Vec::new()))
}

/// Writes bytes and text: each element as Python's literal of it, a text without axes as it is.
fn write_text(f: &mut fmt::Formatter<'_>, view: &View<'_>) -> fmt::Result {
    if view.is_empty() {
        return f.write_str("[]");
    }
    let element = |index: &[usize]| view.element(index).expect("the index is within the shape");
    if let (Kind::Text, []) = (view.dtype().kind(), view.shape()) {
        let shown = |code: u32| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        return codes(&element(&[])).into_iter().try_for_each(|code| write!(f, "{}", shown(code)));
    }
    let summary = view.len() > THRESHOLD;
    let word = |index: &[usize]| literal::python(view.dtype(), &element(index));
    let layout = Layout { shape: view.shape(), summary, word: &word };
    f.write_str(&layout.nested(&mut Vec::new()))
}

fn value(view: &View<'_>, index: &[usize]) -> Value {
    let bytes = view.element(index).expect("the index is within the shape");
    Value::of(view.dtype(), &bytes).expect("every number has a value")
}

/// Complex numbers: each part in a format of its own, the imaginary one with a sign and a `j` after its digits.
fn complex(f: &mut fmt::Formatter<'_>, view: &View<'_>) -> fmt::Result {
    if view.is_empty() {
        return f.write_str("[]");
    }
    let (re, im) = (view.plane(Plane::Real), view.plane(Plane::Imag));
    if view.shape().is_empty() {
        return f.write_str(&complex_alone(&value(&re, &[]), &value(&im, &[])));
    }
    let summary = view.len() > THRESHOLD;
    let (mut reals, mut imaginaries) = (Vec::new(), Vec::new());
    corners(view.shape(), summary, &mut Vec::new(), &mut |index| {
        reals.push(value(&re, index));
        imaginaries.push(value(&im, index));
    });
    let (real_format, imaginary_format) = (Format::of(&reals), Format::signed(&imaginaries));
    let word = |index: &[usize]| {
        let imaginary = imaginary_format.text(&value(&im, index));
        let digits = imaginary.trim_end();
        let blanks = &imaginary[digits.len()..];
        format!("{}{digits}j{blanks}", real_format.text(&value(&re, index)))
    };
    f.write_str(&Layout { shape: view.shape(), summary, word: &word }.nested(&mut Vec::new()))
}

/// Datetimes and durations, those of an array in quotes unless they are counts, all as wide as the widest.
fn times(f: &mut fmt::Formatter<'_>, view: &View<'_>) -> fmt::Result {
    if view.is_empty() {
        return f.write_str("[]");
    }
    let count = |index: &[usize]| {
        let bytes = view.element(index).expect("the index is within the shape");
        i64::from_ne_bytes(bytes.as_slice().try_into().expect("a time has eight bytes"))
    };
    let text = |count: i64, alone: bool| {
        if let DType::Datetime(unit) = view.dtype() {
            let text = calendar::text(count, unit);
            return if alone { text } else { format!("'{text}'") };
        }
        if let (DType::Timedelta(unit), true) = (view.dtype(), alone) {
            return calendar::duration_text(count, unit);
        }
        if count == calendar::NAT { "'NaT'".to_owned() } else { count.to_string() }
    };
    if view.shape().is_empty() {
        return f.write_str(&text(count(&[]), true));
    }
    let summary = view.len() > THRESHOLD;
    let mut width = 0;
    corners(view.shape(), summary, &mut Vec::new(), &mut |index| {
        width = width.max(text(count(index), false).len());
    });
    let word = |index: &[usize]| format!("{:>width$}", text(count(index), false));
    f.write_str(&Layout { shape: view.shape(), summary, word: &word }.nested(&mut Vec::new()))
}

/// Whether only the ends of an axis are shown, and the elements of it that are.
fn shown(n: usize, summary: bool) -> (bool, impl Iterator<Item = usize>) {
    let cut = summary && n > 2 * EDGE;
    let (lead, trail) = if cut { (EDGE, n - EDGE) } else { (0, 0) };
    (cut, (0..lead).chain(trail..n))
}

/// Calls `each` with the index of every element that is shown.
fn corners(shape: &[usize], summary: bool, index: &mut Vec<usize>, each: &mut dyn FnMut(&[usize])) {
    let Some(&n) = shape.get(index.len()) else { return each(index) };
    for i in shown(n, summary).1 {
        index.push(i);
        corners(shape, summary, index, each);
        index.pop();
    }
}

/// Where brackets, gaps and line breaks go.
struct Layout<'a> {
    shape: &'a [usize],
    summary: bool,
    word: &'a dyn Fn(&[usize]) -> String,
}

impl Layout<'_> {
    /// The elements under `index` in brackets; lines after the first begin with the indent of the depth.
    fn nested(&self, index: &mut Vec<usize>) -> String {
        let depth = index.len();
        let left = self.shape.len() - depth;
        if left == 0 {
            return (self.word)(index);
        }
        let indent = " ".repeat(depth + 1);
        let (cut, items) = shown(self.shape[depth], self.summary);
        let mut words: Vec<String> = Vec::new();
        for (k, i) in items.enumerate() {
            if cut && k == EDGE {
                words.push("...".to_owned());
            }
            index.push(i);
            words.push(self.nested(index));
            index.pop();
        }
        if left == 1 {
            // A closing bracket for every axis is kept free at the end of a line.
            return format!("[{}]", wrapped(&words, &indent, WIDTH.saturating_sub(depth + 1)));
        }
        let gap = "\n".repeat(left - 1) + &indent;
        format!("[{}]", words.join(&gap))
    }
}

/// Words with a space between them, in lines of at most `width` characters if any word fits.
fn wrapped(words: &[String], indent: &str, width: usize) -> String {
    let (mut text, mut line) = (String::new(), indent.to_owned());
    for (i, word) in words.iter().enumerate() {
        if i > 0 {
            line.push(' ');
        }
        if line.len() > indent.len() && line.chars().count() + word.chars().count() > width {
            text.push_str(line.trim_end());
            text.push('\n');
            line.replace_range(.., indent);
        }
        line.push_str(word);
    }
    text.push_str(&line);
    text.split_off(indent.len())
}
