//! Lines that are formulas: results are kept or printed, or the formula is timed.

use super::State;
use crate::inputs::{self, Value};
use crate::interrupt;
use crate::report::{BAD_FORMULA, Stop};
use numfuse::array::Array;
use numfuse::diagnostic::Diagnostic;
use numfuse::syntax::{self, Lexeme, Token};
use numfuse::{Bindings, Error};
use std::time::{Duration, Instant};

/// How long `:time` repeats a formula, about.
const BUDGET: Duration = Duration::from_secs(1);
/// The most often it does.
const ROUNDS: usize = 1000;

/// Runs the statements of a line one after the other, so that each keeps its own result, and gives the
/// values to print.
pub(super) fn line(state: &mut State, line: &str) -> Result<Vec<Array>, Stop> {
    let Ok(tokens) = syntax::tokens(line) else {
        return run(state, line, line);
    };
    let ends = |t: &Lexeme| matches!(t.token, Token::Semicolon | Token::Newline);
    let mut shown = Vec::new();
    for statement in tokens.split(ends).filter(|s| !s.is_empty()) {
        match statement {
            [name, equal, value, ..] if name.token == Token::Name && equal.token == Token::Equal => {
                let name = &line[name.span.range()];
                let value = keep(state, line, &statement[2..], value)?;
                state.values.set(name, value);
            }
            _ => shown.extend(run(state, line, &alone(line, statement))?),
        }
    }
    Ok(shown)
}

/// What a name is to stand for: a number stays a number, without a dtype.
fn keep(state: &State, line: &str, statement: &[Lexeme], first: &Lexeme) -> Result<Value, Stop> {
    let end = statement.last().map_or(first.span.end, |last| last.span.end);
    let text = &line[first.span.start as usize..end as usize];
    if let Some(number) = inputs::number(text) {
        return Ok(Value::Number(number));
    }
    let mut results = run(state, line, &alone(line, statement))?;
    let count = results.len();
    match (results.pop(), count) {
        (Some(array), 1) => Ok(Value::Array(array)),
        _ => Err(Stop::usage("wrong-result-count", format_args!("{count} results for one name"))),
    }
}

/// A statement with blanks in place of what precedes it, so that spans are those of the whole line.
fn alone(line: &str, statement: &[Lexeme]) -> String {
    let (Some(first), Some(last)) = (statement.first(), statement.last()) else { return String::new() };
    let start = first.span.start as usize;
    format!("{}{}", " ".repeat(start), &line[start..last.span.end as usize])
}

/// Evaluates a part of the line; errors show the whole of it.
fn run(state: &State, line: &str, part: &str) -> Result<Vec<Array>, Stop> {
    let results = state.session.eval_all(part, &state.values.bindings(), Some(&interrupt::requested));
    let results = results.map_err(|error| drawn(line, error))?;
    Ok(results.into_iter().map(|(_, array)| array).collect())
}

fn drawn(line: &str, error: Error) -> Stop {
    if error.diagnostics().is_empty() {
        return error.into();
    }
    let drawn: Vec<String> = error.diagnostics().iter().map(|d: &Diagnostic| d.render(line)).collect();
    Stop::Failed { text: drawn.join("\n"), status: BAD_FORMULA }
}

/// Times a formula: the first call, which compiles it, and then further ones.
pub(super) fn time(state: &State, formula: &str) -> Result<String, Stop> {
    let bindings = state.values.bindings();
    let started = Instant::now();
    let results = run(state, formula, formula)?;
    let first = started.elapsed();
    let bytes = read(formula, &bindings) + results.iter().map(|a| a.bytes().len()).sum::<usize>();
    drop(results);
    let mut times = Vec::new();
    while times.is_empty() || (started.elapsed() < BUDGET && times.len() < ROUNDS) {
        let start = Instant::now();
        let results = run(state, formula, formula)?;
        times.push(start.elapsed());
        drop(results);
    }
    times.sort_unstable();
    let (least, median) = (times[0], times[times.len() / 2]);
    Ok(format!(
        "first {:.3} ms; then least {:.3} ms, median {:.3} ms of {}; {:.2} GB/s",
        first.as_secs_f64() * 1e3,
        least.as_secs_f64() * 1e3,
        median.as_secs_f64() * 1e3,
        times.len(),
        bytes as f64 / median.as_secs_f64().max(1e-9) / 1e9
    ))
}

/// The bytes of the arrays that the formula names.
fn read(formula: &str, bindings: &Bindings<'_>) -> usize {
    let tokens = syntax::tokens(formula).unwrap_or_default();
    let names: Vec<&str> = tokens.iter().map(|t| &formula[t.span.range()]).collect();
    let views = bindings.iter().filter(|(name, _)| names.contains(name)).filter_map(|(_, b)| b.as_view());
    views.map(|view| view.len() * view.dtype().size()).sum()
}
