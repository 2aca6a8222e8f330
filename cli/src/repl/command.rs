//! Lines that begin with a colon.

use super::{Next, State, evaluate};
use crate::inputs::{self, Number, Value};
use crate::report::{self, Stop, visible};
use crate::{eval, explain, info};
use numfuse::array::Input;
use numfuse::check::{InputDType, InputType};
use numfuse::explain::Stage;
use numfuse::op::{self, Class, Row};
use numfuse::source;
use std::ffi::OsStr;
use std::path::Path;

/// Every command: its name, its arguments, what it does.
pub(super) const COMMANDS: [(&str, &str, &str); 7] = [
    ("load", "NAME FILE", "let a name stand for a .npy file, or a number"),
    ("save", "NAME FILE", "write an array as a .npy file"),
    ("info", "[NAME]", "show what the names stand for"),
    ("explain", "[STAGE] FORMULA", "show what a formula becomes: tokens, ast, ir, opt, kernel, clif, asm"),
    ("time", "FORMULA", "time a formula"),
    ("help", "[FUNCTION]", "show this, or what a function does"),
    ("quit", "", "end (Ctrl-D does too)"),
];

/// Runs a command, given without its colon.
pub(super) fn run(state: &mut State, command: &str) -> Result<Next, Stop> {
    let (name, rest) = word(command);
    match name {
        "load" => load(state, rest)?,
        "save" => save(state, rest)?,
        "info" => report::print(&described(state, rest)?)?,
        "explain" => report::print(explained(state, rest)?.trim_end())?,
        "time" => report::print(&evaluate::time(state, rest)?)?,
        "help" => report::print(&help(rest)?)?,
        "quit" | "q" | "exit" => return Ok(Next::Quit),
        other => {
            let known = COMMANDS.map(|(name, ..)| format!(":{name}")).join(" ");
            let shown = visible(OsStr::new(other));
            return Err(Stop::usage(
                "unknown-command",
                format_args!("no command `:{shown}`; there are {known}"),
            ));
        }
    }
    Ok(Next::Line)
}

/// The first word, and what follows it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim_start()))
}

/// The two arguments of a command.
fn name_and_file(rest: &str) -> Result<(&str, &Path), Stop> {
    let (name, file) = word(rest);
    if file.is_empty() {
        return Err(Stop::usage("bad-argument", "a name and a file are needed"));
    }
    Ok((inputs::check_name(OsStr::new(name))?, Path::new(file)))
}

fn value<'s>(state: &'s State, name: &str) -> Result<&'s Value, Stop> {
    let known = || state.values.iter().map(|(name, _)| name);
    state.values.get(name).ok_or_else(|| {
        let near = numfuse::diagnostic::nearest(name, known()).map(|n| format!("; did you mean `{n}`?"));
        let shown = visible(OsStr::new(name));
        Stop::usage("unknown-name", format_args!("nothing is called `{shown}`{}", near.unwrap_or_default()))
    })
}

fn load(state: &mut State, rest: &str) -> Result<(), Stop> {
    let (name, file) = name_and_file(rest)?;
    state.values.set(name, inputs::parse(file.as_os_str())?);
    Ok(())
}

fn save(state: &State, rest: &str) -> Result<(), Stop> {
    let (name, file) = name_and_file(rest)?;
    match value(state, name)? {
        Value::Array(array) => eval::save(file, array),
        Value::File(mapped) => Ok(source::write_npy(file, &mapped.view())?),
        Value::Number(_) => {
            Err(Stop::usage("bad-argument", format_args!("`{name}` is a number, not an array")))
        }
    }
}

fn described(state: &State, name: &str) -> Result<String, Stop> {
    if name.is_empty() {
        let line = |(name, value): (&str, &Value)| match value {
            Value::Number(number) => format!("{name:<12} {}", number_text(*number)),
            Value::Array(array) => format!("{name:<12} {} {}", array.dtype(), info::shape(array.shape())),
            Value::File(mapped) => {
                let (header, path) = (mapped.header(), visible(mapped.path().as_os_str()));
                format!("{name:<12} {} {} {path}", header.dtype, info::shape(&header.shape))
            }
        };
        let lines: Vec<String> = state.values.iter().map(line).collect();
        return Ok(if lines.is_empty() { "nothing is loaded".to_owned() } else { lines.join("\n") });
    }
    Ok(match value(state, name)? {
        Value::Number(number) => number_text(*number),
        Value::Array(array) => {
            let (dtype, shape) = (array.dtype(), info::shape(array.shape()));
            format!("dtype        {dtype}\nshape        {shape}\nbytes        {}", array.bytes().len())
        }
        Value::File(mapped) => {
            let path = visible(mapped.path().as_os_str());
            format!("file         {path}\n{}", info::described(mapped.header()))
        }
    })
}

fn number_text(number: Number) -> String {
    match number {
        Number::Int(x) => format!("number {x}"),
        Number::Float(x) => format!("number {x:?}"),
    }
}

fn explained(state: &State, rest: &str) -> Result<String, Stop> {
    let (first, formula) = word(rest);
    let (stage, formula) = match explain::stage(first) {
        Ok(stage) if !formula.is_empty() => (stage, formula),
        _ => (Stage::Kernel, rest),
    };
    let types: Vec<InputType> =
        state.values.iter().map(|(name, value)| input_type(name, &value.input())).collect();
    Ok(numfuse::explain::explain(formula, &types, stage, state.session.target())?)
}

fn input_type(name: &str, input: &Input<'_>) -> InputType {
    let weak = if matches!(input, Input::WeakInt(_)) {
        InputDType::WeakInt
    } else if matches!(input, Input::WeakComplex(_)) {
        InputDType::WeakComplex
    } else {
        InputDType::WeakFloat
    };
    let dtype = input.dtype().map_or(weak, InputDType::Strong);
    InputType { name: name.into(), dtype, ones: input.shape().iter().map(|&n| n == 1).collect() }
}

fn help(function: &str) -> Result<String, Stop> {
    if function.is_empty() {
        let commands =
            COMMANDS.map(|(name, args, what)| format!("  {:<26} {what}", format!(":{name} {args}")));
        let names: Vec<&str> = op::rows().filter_map(|row| row.names.first().copied()).collect();
        return Ok(format!(
            "  {:<26} print its value\n  {:<26} keep its value\n{}\n\nfunctions: {}",
            "FORMULA",
            "NAME = FORMULA",
            commands.join("\n"),
            names.join(" ")
        ));
    }
    let by_symbol = || op::rows().find(|row| row.symbol == function);
    let names = || op::rows().flat_map(|row| row.names).copied();
    op::lookup(function).or_else(by_symbol).map(described_row).ok_or_else(|| {
        let near = numfuse::diagnostic::nearest(function, names()).map(|n| format!("; did you mean `{n}`?"));
        let shown = visible(OsStr::new(function));
        Stop::usage("unknown-function", format_args!("no function `{shown}`{}", near.unwrap_or_default()))
    })
}

fn described_row(row: &Row) -> String {
    let params = row.params.join(", ");
    let mut lines: Vec<String> = row.names.iter().map(|name| format!("{name}({params})")).collect();
    if !row.symbol.is_empty() {
        lines.push(format!("also written {}", row.symbol));
    }
    lines.push(row.doc.to_owned());
    lines.push(
        match row.class {
            Class::Exact => "Gives NumPy's bits.",
            Class::Ulp => {
                "The float nearest to the true value or a neighbour of it, the same bits on every machine."
            }
            Class::Gamma => "At most 4 floats from the nearest one, the same bits on every machine.",
            Class::Sum => "Within the error of pairwise summation, the same bits for any number of threads.",
            Class::Defined => "As the language's page defines it.",
        }
        .to_owned(),
    );
    lines.join("\n")
}
