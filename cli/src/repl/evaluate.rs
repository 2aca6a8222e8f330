//! Lines that are formulas: results are kept or printed, or the formula is timed.

use super::{State, input};
use crate::inputs::{self, Value};
use crate::report::{BAD_FORMULA, Stop};
use crate::{info, interrupt};
use numfuse::array::Array;
use numfuse::diagnostic::Diagnostic;
use numfuse::session::{Named, ResultType};
use numfuse::syntax::{self, Lexeme, Token};
use numfuse::{Bindings, Error};
use std::time::{Duration, Instant};

/// How long `:time` and `:bench` repeat a formula, about.
const BUDGET: Duration = Duration::from_secs(1);
/// The most often they do.
const ROUNDS: usize = 1000;

/// Runs the statements of a line one after the other, so that each keeps its own result, and gives the
/// values to print.
pub(super) fn line(state: &mut State, line: &str) -> Result<Vec<Array>, Stop> {
    let text = input::joined(line);
    let mut shown = Vec::new();
    let Ok(tokens) = syntax::tokens(&text) else {
        // Only to say what is wrong.
        return run(state, line, &text).map(|_| shown);
    };
    let ends = |t: &Lexeme| matches!(t.token, Token::Semicolon | Token::Newline);
    for statement in tokens.split(ends).filter(|s| !s.is_empty()) {
        match statement {
            [name, equal, value, ..] if name.token == Token::Name && equal.token == Token::Equal => {
                let name = &line[name.span.range()];
                let value = keep(state, (line, &text), &statement[2..], value)?;
                state.values.set(name, value);
            }
            // Several names may get values at once.
            _ => {
                for (name, array) in change(state, line, &alone(&text, statement))? {
                    match name {
                        Some(name) => state.values.set(&name, Value::Array(array)),
                        None => shown.push(array),
                    }
                }
            }
        }
    }
    Ok(shown)
}

/// What a name is to stand for: a number stays a number, without a dtype.
/// `text` is the line with joined lines.
fn keep(
    state: &State,
    (line, text): (&str, &str),
    statement: &[Lexeme],
    first: &Lexeme,
) -> Result<Value, Stop> {
    let end = statement.last().map_or(first.span.end, |last| last.span.end);
    if let Some(number) = inputs::number(&text[first.span.start as usize..end as usize]) {
        return Ok(Value::Number(number));
    }
    let mut results = run(state, line, &alone(text, statement))?;
    let count = results.len();
    match (results.pop(), count) {
        (Some((_, array)), 1) => Ok(Value::Array(array)),
        _ => Err(Stop::usage("wrong-result-count", format_args!("{count} results for one name"))),
    }
}

/// A statement with blanks in place of what precedes it, so that spans are those of the whole line.
fn alone(line: &str, statement: &[Lexeme]) -> String {
    let (Some(first), Some(last)) = (statement.first(), statement.last()) else { return String::new() };
    let start = first.span.start as usize;
    format!("{}{}", " ".repeat(start), &line[start..last.span.end as usize])
}

/// Evaluates a part of the line that may change arrays in memory.
fn change(state: &mut State, line: &str, part: &str) -> Result<Vec<Named>, Stop> {
    let asked = state.session.formula(part).poll(&interrupt::requested);
    asked.run(&mut state.values.changeable()).map_err(|error| drawn(line, error))
}

/// Evaluates a part of the line; errors show the whole of it.
fn run(state: &State, line: &str, part: &str) -> Result<Vec<Named>, Stop> {
    let results = state.session.eval_all(part, &state.values.bindings(), Some(&interrupt::requested));
    results.map_err(|error| drawn(line, error))
}

fn drawn(line: &str, error: Error) -> Stop {
    if error.diagnostics().is_empty() {
        return error.into();
    }
    let drawn: Vec<String> = error.diagnostics().iter().map(|d: &Diagnostic| d.render(line)).collect();
    Stop::Failed { text: drawn.join("\n"), status: BAD_FORMULA }
}

/// The dtypes and shapes of a formula's results.
pub(super) fn types(state: &State, formula: &str) -> Result<String, Stop> {
    let types = state.session.result_types(&input::joined(formula), &state.values.bindings());
    let types = types.map_err(|error| drawn(formula, error))?;
    let line = |(name, dtype, shape): &ResultType| {
        let name = name.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
        format!("{name}{dtype} {}", info::shape(shape))
    };
    Ok(types.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// How long a formula takes.
struct Times {
    /// The first call, which compiles it.
    first: Duration,
    /// The others, the fastest first.
    others: Vec<Duration>,
    /// The bytes of inputs and results.
    bytes: usize,
    /// The elements of the largest of them.
    elements: usize,
}

impl Times {
    fn median(&self) -> f64 {
        self.others.get(self.others.len() / 2).map_or(0.0, Duration::as_secs_f64)
    }

    fn gigabytes_a_second(&self) -> f64 {
        self.bytes as f64 / self.median().max(1e-9) / 1e9
    }
}

fn measured(state: &State, formula: &str) -> Result<Times, Stop> {
    let text = input::joined(formula);
    let started = Instant::now();
    let results = run(state, formula, &text)?;
    let first = started.elapsed();
    let sizes = results.iter().map(|(_, a)| (a.bytes().len(), a.len()));
    let sizes: Vec<(usize, usize)> = sizes.chain(read(formula, &state.values.bindings())).collect();
    let bytes = sizes.iter().map(|size| size.0).sum();
    let elements = sizes.iter().map(|size| size.1).max().unwrap_or(0);
    drop(results);
    let mut others = Vec::new();
    while others.is_empty() || (started.elapsed() < BUDGET && others.len() < ROUNDS) {
        // What is over too soon asks nobody.
        if interrupt::requested() {
            return Err(Stop::interrupted());
        }
        let start = Instant::now();
        let results = run(state, formula, &text)?;
        others.push(start.elapsed());
        drop(results);
    }
    others.sort_unstable();
    Ok(Times { first, others, bytes, elements })
}

/// Times a formula: the first call and then further ones.
pub(super) fn time(state: &State, formula: &str) -> Result<String, Stop> {
    let times = measured(state, formula)?;
    let (first, least) = (times.first.as_secs_f64(), times.others.first().map_or(0.0, Duration::as_secs_f64));
    let (count, rate) = (times.others.len(), times.gigabytes_a_second());
    Ok(format!(
        "first {:.3} ms; then least {:.3} ms, median {:.3} ms of {count}; {rate:.2} GB/s",
        first * 1e3,
        least * 1e3,
        times.median() * 1e3,
    ))
}

/// Times a formula by what it works on.
pub(super) fn bench(state: &State, formula: &str) -> Result<String, Stop> {
    let times = measured(state, formula)?;
    let element = times.median() * 1e9 / times.elements.max(1) as f64;
    let (median, count, rate) = (times.median() * 1e3, times.others.len(), times.gigabytes_a_second());
    let (elements, bytes) = (times.elements, times.bytes);
    Ok(format!(
        "median {median:.3} ms of {count}; {element:.3} ns an element of {elements}; {rate:.2} GB/s of {bytes} bytes"
    ))
}

/// The bytes and elements of the arrays that the formula names.
fn read(formula: &str, bindings: &Bindings<'_>) -> Vec<(usize, usize)> {
    let tokens = syntax::tokens(formula).unwrap_or_default();
    let names: Vec<&str> = tokens.iter().map(|t| &formula[t.span.range()]).collect();
    let views = bindings.iter().filter(|(name, _)| names.contains(name)).filter_map(|(_, b)| b.as_view());
    views.map(|view| (view.len() * view.dtype().size(), view.len())).collect()
}
