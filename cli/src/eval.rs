//! `numfuse eval`: files in, a result out.

use crate::engine::Engine;
use crate::inputs::Values;
use crate::report::{self, Stop};
use crate::{interrupt, json};
use numfuse::DType;
use numfuse::array::Array;
use numfuse::casting::Casting;
use numfuse::check::Dialect;
use numfuse::session::Limits;
use numfuse::shape::Order;
use numfuse::source::{NpyWriter, Region, Sink};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Bytes written between two looks at whether Ctrl-C was pressed.
const CHUNK: usize = 16 << 20;

/// Evaluates a formula over arrays in .npy files.
///
/// Without -o the result is printed as NumPy prints arrays; several results as `name = …`.
///
/// The files are mapped into memory, not copied: a file that another program changes meanwhile gives old
/// or new values, one that it makes shorter is an error. The output appears whole or not at all, and may be
/// one of the inputs.
///
/// Exit status: 0, or 2 if the formula or the command line is wrong, 1 if something else failed, 130
/// after Ctrl-C.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The formula, such as '2*a + sqrt(b)'. Statements end with ';' or a newline.
    #[arg(value_name = "FORMULA", allow_hyphen_values = true, value_parser = formula)]
    #[arg(required_unless_present = "expr_file")]
    formula: Option<String>,
    /// Read the formula from this file; then all that is given beside options is NAME=FILE.
    #[arg(long, value_name = "FILE")]
    expr_file: Option<PathBuf>,
    /// What the names of the formula stand for: a .npy file, or a number such as k=2.5.
    #[arg(value_name = "NAME=FILE")]
    inputs: Vec<OsString>,
    /// Write the result to this .npy file.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    engine: Engine,
    /// A named number, such as -D k=2.5; may be given again.
    #[arg(short = 'D', long = "define", value_name = "NAME=NUMBER")]
    define: Vec<OsString>,
    /// The dtype of the results, such as f32.
    #[arg(long, value_name = "DTYPE")]
    dtype: Option<DType>,
    /// How freely results may be cast to it: no, safe, same_kind, unsafe.
    #[arg(long, value_name = "RULE", default_value = "same_kind")]
    casting: Casting,
    /// The order of results in memory and in the file: C (the last axis fastest) or F.
    #[arg(long, value_enum, value_name = "ORDER", default_value_t = Layout::C)]
    order: Layout,
    /// The most bytes of memory for results and what is kept on the way, such as 500M; for formulas of unknown origin.
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    max_memory: Option<usize>,
    /// The most seconds that the formula may run.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    max_time: Option<Duration>,
    /// Print each result as one line of JSON.
    #[arg(long)]
    json: bool,
    /// Whose rules the formula follows.
    #[arg(long, value_enum, value_name = "DIALECT", default_value_t = Rules::Numpy)]
    dialect: Rules,
}

/// The orders, by the names that NumPy has for them.
#[derive(Clone, Copy, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
enum Layout {
    C,
    F,
}

impl From<Layout> for Order {
    fn from(layout: Layout) -> Order {
        match layout {
            Layout::C => Order::C,
            Layout::F => Order::F,
        }
    }
}

/// A number of bytes, with K, M, G or T for the powers of 1024.
fn bytes(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let power = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 1,
        "M" | "MB" | "MIB" => 2,
        "G" | "GB" | "GIB" => 3,
        "T" | "TB" | "TIB" => 4,
        _ => return Err("a number of bytes, such as 1000000 or 500M".to_owned()),
    };
    let count: usize = digits.parse().map_err(|_| "a number of bytes, such as 1000000 or 500M".to_owned())?;
    count.checked_mul(1 << (10 * power)).ok_or_else(|| "more bytes than there can be".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok();
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "a number of seconds, such as 2.5".to_owned())
}

/// The dialects, by the names that the command line has for them.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Rules {
    /// NumPy 2
    Numpy,
    /// NumExpr 2: its kinds, its functions and its refusals
    Numexpr,
}

impl From<Rules> for Dialect {
    fn from(rules: Rules) -> Dialect {
        match rules {
            Rules::Numpy => Dialect::NumPy,
            Rules::Numexpr => Dialect::NumExpr,
        }
    }
}

/// A formula on the command line. One that looks like an option is taken for a slip.
pub(crate) fn formula(text: &str) -> Result<String, String> {
    let option = text.strip_prefix("--").is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic())
            && rest.chars().all(|c| c.is_ascii_alphabetic() || c == '-')
    });
    if option { Err("there is no such option".to_owned()) } else { Ok(text.to_owned()) }
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Stop> {
    interrupt::install();
    let (formula, mut inputs) = match (&args.expr_file, args.formula) {
        (Some(path), first) => (read_formula(path)?, first.map(OsString::from).into_iter().collect()),
        (None, formula) => (formula.unwrap_or_default(), Vec::new()),
    };
    inputs.extend(args.inputs.into_iter().chain(args.define));
    let values = Values::from_args(&inputs)?;
    let session = args.engine.session();
    let mut asked = session.formula(&formula).dialect(args.dialect.into()).casting(args.casting);
    asked = asked.poll(&interrupt::requested).order(args.order.into());
    let unlimited = Limits::default();
    let memory = args.max_memory.unwrap_or(unlimited.memory);
    let time = args.max_time.unwrap_or(unlimited.time);
    asked = asked.limits(Limits { memory, time, ..unlimited });
    if let Some(dtype) = args.dtype {
        asked = asked.dtype(dtype);
    }
    let results = asked.eval_all(&values.bindings())?;
    if let Some(path) = &args.out {
        let [(_, result)] = results.as_slice() else {
            return Err(Stop::usage(
                "wrong-result-count",
                format_args!("the formula has {} results, and -o takes one", results.len()),
            ));
        };
        save(path, result)?;
    }
    match (args.json, &args.out) {
        (true, path) => json::print(&session, &results, path.as_deref()),
        (false, Some(_)) => Ok(()),
        (false, None) => report::print(&shown(&results)),
    }
}

/// A formula of many lines.
fn read_formula(path: &Path) -> Result<String, Stop> {
    std::fs::read_to_string(path)
        .map_err(|e| Stop::usage("unreadable-formula", format_args!("{}: {e}", path.display())))
}

/// Results as text: names where there are any.
fn shown(results: &[(Option<Box<str>>, Array)]) -> String {
    let alone = results.len() == 1;
    let one = |(name, array): &(Option<Box<str>>, Array)| match name {
        Some(name) if !alone => format!("{name} = {array}"),
        _ => array.to_string(),
    };
    results.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Writes an array as a `.npy` file, which appears whole or not at all.
pub(crate) fn save(path: &Path, array: &Array) -> Result<(), Stop> {
    let writer = NpyWriter::create_in(path, array.dtype(), array.shape(), array.order())?;
    let Some(&rows) = writer.shape().first() else {
        writer.write(&Region::all(&[]), array.bytes())?;
        return Ok(writer.commit()?);
    };
    let row = array.bytes().len() / rows.max(1);
    let step = (CHUNK / row.max(1)).max(1);
    for start in (0..rows).step_by(step) {
        if interrupt::requested() {
            return Err(Stop::interrupted());
        }
        let end = (start + step).min(rows);
        let mut region = Region::all(writer.shape());
        region.start[0] = start;
        region.shape[0] = end - start;
        writer.write(&region, &array.bytes()[start * row..end * row])?;
    }
    Ok(writer.commit()?)
}
