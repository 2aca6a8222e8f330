//! `numfuse bench`: what fusion and machine code are worth, on this machine.

use crate::engine::Engine;
use crate::eval::formula;
use crate::interrupt;
use crate::report::{self, Stop};
use numfuse::Session;
use numfuse::array::{Array, Bindings, ViewMut};
use numfuse::dtype::DType;
use numfuse::kernel::Fusion;
use numfuse::session::Builder;
use numfuse::syntax::{self, Token};
use numfuse::target::Level;
use std::time::{Duration, Instant};

/// Names that stand for numbers unless something is bound to them.
const CONSTANTS: [&str; 5] = ["pi", "e", "inf", "nan", "None"];
/// How long the rounds of one formula take, about.
const BUDGET: Duration = Duration::from_secs(4);
/// The rounds of one formula, at least and at most.
const ROUNDS: (usize, usize) = (5, 50);

/// Times formulas fused into as few passes as possible, unfused (one pass and one fresh temporary an
/// operation, the same code generator), and interpreted.
///
/// The ways take turns, so that noise meets all of them. GB/s counts the bytes of inputs and outputs, which every
/// way must move at least once.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The formula; each of its names is an array. Without it, 2*a+3*b and a sum of ten (k*a-b)*(c+k).
    #[arg(value_name = "FORMULA", allow_hyphen_values = true, value_parser = formula)]
    formula: Option<String>,
    /// Elements of each array, such as 1000000, 10M or 1e7.
    #[arg(long, value_name = "N", default_value = "10M", value_parser = size)]
    size: usize,
    /// The dtype of each array.
    #[arg(long, value_name = "DTYPE", default_value = "f64", value_parser = dtype)]
    dtype: DType,
    /// Threads to use; as many as the machine has, unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// A number of elements.
fn size(text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1e3),
        Some(b'M') => (&text[..text.len() - 1], 1e6),
        Some(b'G') => (&text[..text.len() - 1], 1e9),
        _ => (text, 1.0),
    };
    let n = digits.replace('_', "").parse::<f64>().map_err(|_| "not a number of elements")? * unit;
    if n.fract() == 0.0 && (1.0..=1e12).contains(&n) {
        Ok(n as usize)
    } else {
        Err("not a number of elements, 1 to 1e12".into())
    }
}

/// A dtype that arrays can be filled with.
fn dtype(text: &str) -> Result<DType, String> {
    let dtype: DType = text.parse().map_err(|e| format!("{e}"))?;
    if dtype.lane().is_some() { Ok(dtype) } else { Err("formulas do not compute with it yet".into()) }
}

/// The formulas that are timed when none is given.
fn defaults() -> [String; 2] {
    let terms: Vec<String> = (1..=10).map(|k| format!("({k}*a-b)*(c+{k})")).collect();
    ["2*a+3*b".to_owned(), terms.join(" + ")]
}

/// A way to run a formula.
struct Way {
    name: &'static str,
    session: Session,
    times: Vec<Duration>,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<(), Stop> {
    interrupt::install();
    let formulas = args.formula.clone().map_or_else(|| defaults().to_vec(), |f| vec![f]);
    for (i, text) in formulas.iter().enumerate() {
        let mut ways = [
            ("fused", Fusion::Full, Level::Avx512),
            ("unfused", Fusion::None, Level::Avx512),
            ("interpreter", Fusion::Full, Level::None),
        ]
        .map(|(name, fusion, level)| Way {
            name,
            session: way(args, fusion, level),
            times: Vec::new(),
        });
        if i == 0 {
            let (count, target) = (ways[0].session.threads(), ways[0].session.target());
            report::print(&format!("{} elements of {}, {count} threads, {target}", args.size, args.dtype))?;
        }
        let bytes = measure(text, args, &mut ways)?;
        report::print(&format!("\n{text}\n{}", table(&ways, bytes)))?;
    }
    Ok(())
}

fn way(args: &Args, fusion: Fusion, level: Level) -> Session {
    let builder: Builder = Session::builder().fusion(fusion).level(level);
    args.threads.map_or(builder.clone(), |n| builder.threads(n.into())).build()
}

/// Times the ways in turns; gives the bytes of inputs and outputs.
fn measure(text: &str, args: &Args, ways: &mut [Way]) -> Result<usize, Stop> {
    let names = names(text);
    let arrays = names.iter().enumerate().map(|(i, _)| filled(args, i)).collect::<Result<Vec<_>, Stop>>()?;
    let mut bindings = Bindings::new();
    for (name, array) in names.iter().zip(&arrays) {
        bindings.input(name, array);
    }
    let mut outputs = 0;
    for way in &*ways {
        // Compiles, starts the threads, fills the pool.
        let results = way.session.eval_all(text, &bindings, Some(&interrupt::requested))?;
        outputs = results.iter().map(|(_, array)| array.bytes().len()).sum();
    }
    let started = Instant::now();
    for round in 0..ROUNDS.1 {
        if round >= ROUNDS.0 && started.elapsed() > BUDGET {
            break;
        }
        if interrupt::requested() {
            return Err(Stop::interrupted());
        }
        for way in &mut *ways {
            let start = Instant::now();
            let results = way.session.eval_all(text, &bindings, Some(&interrupt::requested))?;
            way.times.push(start.elapsed());
            drop(results);
        }
    }
    Ok(arrays.iter().map(|a| a.bytes().len()).sum::<usize>() + outputs)
}

/// The names that the formula reads before it assigns them, functions aside.
fn names(text: &str) -> Vec<String> {
    // Errors are drawn by the first evaluation.
    let tokens = syntax::tokens(text).unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    let mut previous = None;
    for (i, token) in tokens.iter().enumerate() {
        let name = &text[token.span.range()];
        let is_call = tokens.get(i + 1).is_some_and(|t| t.token == Token::OpenParen);
        let is_free = token.token == Token::Name && previous != Some(Token::Dot) && !is_call;
        let is_known = names.iter().any(|n| n == name) || CONSTANTS.contains(&name);
        if is_free && !is_known && !is_assigned(text, &tokens, name) {
            names.push(name.to_owned());
        }
        previous = Some(token.token);
    }
    names
}

/// Whether a statement gives the name a value.
fn is_assigned(text: &str, tokens: &[syntax::Lexeme], name: &str) -> bool {
    tokens.windows(2).any(|pair| pair[1].token == Token::Equal && &text[pair[0].span.range()] == name)
}

/// An array of numbers between 0.5 and 1.5, or of small integers.
fn filled(args: &Args, seed: usize) -> Result<Array, Stop> {
    let cast = if args.dtype.is_float() { "0.5 + x / 1024.0" } else { "x % 100" };
    let mut pattern = Array::zeros(DType::U16, &[args.size]).map_err(|e| Stop::failed(e.code(), e))?;
    let cells = pattern.as_mut_slice::<u16>().map_err(|e| Stop::failed(e.code(), e))?;
    for (i, cell) in cells.iter_mut().enumerate() {
        *cell = ((i + 331 * seed) % 1021) as u16;
    }
    let mut bindings = Bindings::new();
    bindings.input("x", &pattern);
    let name = args.dtype.numpy_name().unwrap_or("float64");
    let mut array = Array::zeros(args.dtype, &[args.size]).map_err(|e| Stop::failed(e.code(), e))?;
    let whole = format!("{name}({cast})");
    Engine { threads: args.threads, tier: None }.session().eval_into(
        &whole,
        &bindings,
        ViewMut::from(&mut array),
    )?;
    Ok(array)
}

/// Times as a table.
fn table(ways: &[Way], bytes: usize) -> String {
    let median = |way: &Way| {
        let mut times = way.times.clone();
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64()
    };
    let mut lines =
        vec![format!("{:<12} {:>10} {:>10} {:>8} {:>10}", "", "least ms", "median ms", "GB/s", "to fused")];
    let fused = median(&ways[0]);
    for way in ways {
        let least = way.times.iter().min().map_or(0.0, Duration::as_secs_f64);
        let middle = median(way);
        lines.push(format!(
            "{:<12} {:>10.3} {:>10.3} {:>8.2} {:>9.2}x",
            way.name,
            least * 1e3,
            middle * 1e3,
            bytes as f64 / middle / 1e9,
            middle / fused
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, n) in [("10M", 10_000_000), ("1e7", 10_000_000), ("2_000", 2000), ("1.5k", 1500)] {
            assert_eq!(size(text), Ok(n));
        }
        assert!(["", "M", "0", "-1", "1.5", "nan", "1e13", "é"].iter().all(|t| size(t).is_err()));
    }

    #[test]
    fn free_names_are_arrays() {
        assert_eq!(names("t = a*b; sin(t) + pi*c.T if t == d else a"), ["a", "b", "c", "d"]);
    }
}
