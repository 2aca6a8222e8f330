//! `numfuse eval`: files in, a result out.

use crate::inputs::Values;
use crate::report::{self, Stop};
use crate::{interrupt, json};
use numfuse::array::Array;
use numfuse::casting::Casting;
use numfuse::source::{NpyWriter, Region, Sink};
use numfuse::{DType, Session};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

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
    /// Threads to use; as many as the machine has, unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// A named number, such as -D k=2.5; may be given again.
    #[arg(short = 'D', long = "define", value_name = "NAME=NUMBER")]
    define: Vec<OsString>,
    /// The dtype of the results, such as f32.
    #[arg(long, value_name = "DTYPE")]
    dtype: Option<DType>,
    /// How freely results may be cast to it: no, safe, same_kind, unsafe.
    #[arg(long, value_name = "RULE", default_value = "same_kind")]
    casting: Casting,
    /// Print each result as one line of JSON.
    #[arg(long)]
    json: bool,
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
    let session = session(args.threads);
    let mut asked = session.formula(&formula).casting(args.casting).poll(&interrupt::requested);
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

/// A session with this many threads.
pub(crate) fn session(threads: Option<u16>) -> Session {
    let builder = Session::builder();
    threads.map_or(builder.clone(), |n| builder.threads(n.into())).build()
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
    let writer = NpyWriter::create(path, array.dtype(), array.shape())?;
    let Some(&rows) = array.shape().first() else {
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
        let mut region = Region::all(array.shape());
        region.start[0] = start;
        region.shape[0] = end - start;
        writer.write(&region, &array.bytes()[start * row..end * row])?;
    }
    Ok(writer.commit()?)
}
