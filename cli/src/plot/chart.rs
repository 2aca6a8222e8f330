//! What is drawn: results of formulas as lines or as a heat map, and what is to be said of them.

use super::ticks::Range;
use crate::inputs::Values;
use crate::interrupt;
use crate::report::Stop;
use numfuse::array::{Array, Bindings};
use numfuse::dtype::DType;
use numfuse::syntax::{self, Lexeme, Token};
use numfuse::{Error, Session};

/// What to draw.
#[derive(Clone, Default, Debug)]
pub(crate) struct Request {
    /// The formula; each of its results is a line.
    pub(crate) formula: String,
    /// The places of the values; else their indices.
    pub(crate) x: Option<String>,
    /// Points that no line joins.
    pub(crate) points: bool,
    /// What stands above.
    pub(crate) title: Option<String>,
}

/// A picture yet to be drawn.
pub(super) struct Chart {
    pub(super) title: Option<String>,
    /// What the x axis shows, if that is not the index.
    pub(super) x_label: Option<String>,
    pub(super) body: Body,
    /// What the picture cannot show.
    pub(super) notes: Vec<String>,
}

pub(super) enum Body {
    Lines(Lines),
    Heat(Heat),
}

/// Values over places.
pub(super) struct Lines {
    pub(super) series: Vec<Series>,
    /// The places; else the indices.
    xs: Option<Array>,
    pub(super) points: bool,
    pub(super) x: Range,
    pub(super) y: Range,
}

pub(super) struct Series {
    pub(super) name: String,
    array: Array,
}

/// A table of values.
pub(super) struct Heat {
    array: Array,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) range: Range,
}

impl Series {
    pub(super) fn values(&self) -> &[f64] {
        self.array.as_slice().unwrap_or_default()
    }
}

impl Lines {
    pub(super) fn xs(&self) -> Option<&[f64]> {
        self.xs.as_ref().map(|xs| xs.as_slice().unwrap_or_default())
    }
}

impl Heat {
    /// The mean of the finite values under each of `columns` by `rows` rectangles of the same size; NaN where
    /// there are none.
    pub(super) fn sample(&self, columns: usize, rows: usize) -> Vec<f64> {
        let values: &[f64] = self.array.as_slice().unwrap_or_default();
        let part = |i: usize, of: usize, n: usize| {
            let start = i * n / of;
            start..((i + 1) * n / of).max(start + 1)
        };
        let mean = |row, column| {
            let (mut sum, mut count) = (0.0, 0u32);
            for r in part(row, rows, self.rows) {
                let line = r * self.columns;
                for &value in &values[line..][part(column, columns, self.columns)] {
                    if value.is_finite() {
                        sum += value;
                        count += 1;
                    }
                }
            }
            sum / f64::from(count)
        };
        (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (row, column)))
            .map(|(r, c)| mean(r, c))
            .collect()
    }
}

/// Evaluates what is to be drawn.
pub(super) fn evaluated(session: &Session, values: &Values, request: &Request) -> Result<Chart, Stop> {
    let run = |text: &str| session.eval_all(text, &values.bindings(), Some(&interrupt::requested));
    let results = run(&request.formula)?;
    let xs = request.x.as_deref().map(|x| Ok::<_, Error>((x, run(x)?))).transpose()?;
    let labels = labels(&request.formula, results.len());
    let named = results.into_iter().zip(labels);
    let mut series = Vec::new();
    for ((name, array), label) in named {
        let name = name.map_or(label, String::from);
        series.push(Series { array: floats(session, &name, array)?, name });
    }
    let xs = xs.map(|(text, results)| places(session, text, results)).transpose()?;
    let (title, x_label) = (request.title.clone(), request.x.clone());
    let mut chart = if let [Series { array, .. }] = series.as_slice()
        && array.shape().len() == 2
    {
        let body = heat(series, xs.is_some() || request.points)?;
        Chart { title, x_label, body, notes: Vec::new() }
    } else {
        let body = lines(series, xs, request.points)?;
        Chart { title, x_label, body, notes: Vec::new() }
    };
    chart.notes = notes(&chart);
    Ok(chart)
}

/// The texts of the results: the items of the last expression, if they are as many.
fn labels(formula: &str, count: usize) -> Vec<String> {
    let tokens = syntax::tokens(formula).unwrap_or_default();
    let ends = |t: &Lexeme| matches!(t.token, Token::Semicolon | Token::Newline);
    let last = tokens.split(ends).rfind(|statement| !statement.is_empty()).unwrap_or_default();
    let mut depth = 0;
    let is_comma = |t: &Lexeme| {
        depth += i32::from(matches!(t.token, Token::OpenParen | Token::OpenBracket));
        depth -= i32::from(matches!(t.token, Token::CloseParen | Token::CloseBracket));
        depth == 0 && t.token == Token::Comma
    };
    let text =
        |item: &[Lexeme]| Some(&formula[item.first()?.span.range().start..item.last()?.span.range().end]);
    let items: Vec<&str> = last.split(is_comma).filter_map(text).collect();
    if items.len() == count {
        return items.into_iter().map(str::to_owned).collect();
    }
    (1..=count).map(|n| n.to_string()).collect()
}

/// An array as f64.
fn floats(session: &Session, name: &str, array: Array) -> Result<Array, Stop> {
    if array.dtype() == DType::F64 {
        return Ok(array);
    }
    let dtype = array.dtype();
    let refused = || {
        Stop::usage(
            "not-drawable",
            format_args!("`{name}` is of dtype {dtype}, which has no place on an axis"),
        )
    };
    if dtype.part().is_some() {
        return Err(refused());
    }
    let mut bindings = Bindings::new();
    bindings.input("x", &array);
    match session.eval_with("float64(x)", &bindings, Some(&interrupt::requested)) {
        Ok(array) => Ok(array),
        Err(error) if error.is_formula() => Err(refused()),
        Err(error) => Err(error.into()),
    }
}

/// The places along x.
fn places(session: &Session, text: &str, results: Vec<(Option<Box<str>>, Array)>) -> Result<Array, Stop> {
    let count = results.len();
    match results.into_iter().next() {
        Some((_, array)) if count == 1 && array.shape().len() == 1 => floats(session, text, array),
        _ => Err(Stop::usage("not-drawable", "x must be one array with one axis")),
    }
}

fn heat(mut series: Vec<Series>, has_places: bool) -> Result<Body, Stop> {
    if has_places {
        return Err(Stop::usage(
            "not-drawable",
            "an array with two axes is drawn as it lies, without x or points",
        ));
    }
    let array = series.swap_remove(0).array;
    let (rows, columns) = (array.shape()[0], array.shape()[1]);
    let values = array.as_slice::<f64>().unwrap_or_default();
    let range = Range::of(values.iter().copied()).ok_or_else(nothing)?;
    Ok(Body::Heat(Heat { array, rows, columns, range }))
}

fn lines(series: Vec<Series>, xs: Option<Array>, points: bool) -> Result<Body, Stop> {
    for one in &series {
        let (name, shape) = (&one.name, one.array.shape());
        let length = xs.as_ref().map(|xs| xs.len());
        if shape.len() != 1 {
            return Err(Stop::usage(
                "not-drawable",
                format_args!("`{name}` has {} axes; one is a line, two alone are a heat map", shape.len()),
            ));
        }
        if let Some(length) = length.filter(|&n| n != shape[0]) {
            return Err(Stop::usage(
                "not-drawable",
                format_args!("`{name}` has {} values, and x has {length}", shape[0]),
            ));
        }
    }
    let all = series.iter().flat_map(|s| s.values()).copied();
    let y = Range::of(all).ok_or_else(nothing)?;
    let longest = series.iter().map(|s| s.values().len()).max().unwrap_or(0);
    let mut lines = Lines { series, xs, points, x: y, y };
    lines.x = match lines.xs() {
        Some(xs) => Range::of(xs.iter().copied()),
        None => Range::of([0.0, longest.saturating_sub(1) as f64].into_iter()),
    }
    .ok_or_else(nothing)?;
    Ok(Body::Lines(lines))
}

fn nothing() -> Stop {
    Stop::failed("nothing-to-draw", "there is no finite value")
}

/// What is left out, in words.
fn notes(chart: &Chart) -> Vec<String> {
    let mut arrays: Vec<(&str, &[f64])> = Vec::new();
    match &chart.body {
        Body::Lines(lines) => {
            arrays.extend(lines.xs().map(|xs| ("x", xs)));
            arrays.extend(lines.series.iter().map(|s| (s.name.as_str(), s.values())));
        }
        Body::Heat(heat) => arrays.push(("", heat.array.as_slice().unwrap_or_default())),
    }
    let is_alone = arrays.len() == 1;
    let note = |(name, values): &(&str, &[f64])| {
        let count = |what: fn(f64) -> bool| values.iter().filter(|&&v| what(v)).count();
        let found: Vec<String> = [
            (count(f64::is_nan), "NaN"),
            (count(|v| v == f64::INFINITY), "inf"),
            (count(|v| v == f64::NEG_INFINITY), "-inf"),
        ]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
        let of = if is_alone { String::new() } else { format!("{name}: ") };
        (!found.is_empty()).then(|| format!("{of}{} not drawn", found.join(", ")))
    };
    arrays.iter().filter_map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inputs::Value;

    fn chart(formula: &str, x: Option<&str>) -> Result<Chart, Stop> {
        let mut values = Values::default();
        let table = ndarray::arr2(&[[1.0, f64::NAN, 3.0, 5.0], [f64::NAN, f64::NAN, 7.0, 9.0]]);
        for (name, array) in [
            ("a", Array::from_slice(&[1.0, f64::NAN, 3.0], &[3])),
            ("i", Array::from_slice(&[5i64, 6, 7], &[3])),
            ("t", Array::from_slice(table.as_slice().unwrap(), &[2, 4])),
        ] {
            values.set(name, Value::Array(array.unwrap()));
        }
        let request = Request { formula: formula.into(), x: x.map(str::to_owned), ..Request::default() };
        evaluated(&Session::builder().threads(1).build(), &values, &request)
    }

    fn refusal(formula: &str, x: Option<&str>) -> String {
        match chart(formula, x) {
            Err(Stop::Failed { text, .. }) => text,
            _ => panic!("{formula} is drawn"),
        }
    }

    #[test]
    fn results_are_series_with_the_texts_that_they_have() {
        let chart = chart("a, clip(i, 0, 6)", None).unwrap();
        assert_eq!(chart.notes, ["a: 1 NaN not drawn"]);
        let Body::Lines(lines) = chart.body else { panic!() };
        let names: Vec<&str> = lines.series.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["a", "clip(i, 0, 6)"]);
        assert_eq!((lines.y, lines.x), (Range { low: 1.0, high: 6.0 }, Range { low: 0.0, high: 2.0 }));
    }

    #[test]
    fn a_table_is_a_heat_map_of_means() {
        let Body::Heat(heat) = chart("t", None).unwrap().body else { panic!() };
        assert_eq!(heat.sample(2, 1)[1], 6.0);
        assert_eq!(heat.sample(2, 2)[0], 1.0);
        assert!(heat.sample(2, 2)[2].is_nan(), "no finite value there");
        assert_eq!(heat.sample(8, 2)[6..8], [5.0, 5.0], "more cells than values repeat them");
    }

    #[test]
    fn what_cannot_be_drawn_is_told() {
        assert!(refusal("sum(a)", None).contains("has 0 axes"));
        assert!(refusal("t, a", None).contains("has 2 axes"));
        assert!(refusal("a", Some("t")).contains("one axis"));
        assert!(refusal("a[:2] if False else nope", None).contains("error["));
        assert!(refusal("a*nan", None).contains("no finite value"));
        assert!(refusal("t", Some("a")).contains("without x"));
    }
}
