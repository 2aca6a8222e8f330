//! Lines that begin with a colon.

use super::{Next, State, evaluate, help, input};
use crate::inputs::{self, Number, Value};
use crate::plot::{self, Request};
use crate::report::{self, Stop, visible};
use crate::{eval, explain, info};
use numfuse::array::Input;
use numfuse::check::{InputDType, InputType};
use numfuse::explain::Stage;
use numfuse::source;
use std::ffi::OsStr;
use std::path::Path;

/// Every command: its name, its arguments, what it does.
pub(super) const COMMANDS: [(&str, &str, &str); 10] = [
    ("load", "NAME=FILE …", "let names stand for .npy files, or numbers; `NAME FILE` does too"),
    ("save", "NAME FILE", "write an array as a .npy file"),
    ("info", "[NAME]", "show what the names stand for"),
    ("type", "FORMULA", "show dtype and shape without computing"),
    ("explain", "[STAGE] FORMULA", "show what a formula becomes: tokens, ast, ir, opt, kernel, clif, asm"),
    ("time", "FORMULA", "time a formula: the first call, the fastest, the median"),
    ("bench", "FORMULA", "time a formula: the median, an element, the bytes moved"),
    ("plot", "[OPTION …] FORMULA", "draw results: lines, or a heat map"),
    ("help", "[FUNCTION]", "show this, or what a function does"),
    ("quit", "", "end (Ctrl-D does too)"),
];

/// The options of `:plot`: their names, their values, what they do.
pub(super) const PLOT_OPTIONS: [(&str, &str, &str); 4] = [
    ("--x", "FORMULA", "the places of the values; in quotes if it has blanks"),
    ("--points", "", "points that no line joins"),
    ("--title", "TEXT", "what stands above; in quotes if it has blanks"),
    ("-o", "FILE", "write a .png or .svg file"),
];

/// Runs a command, given without its colon.
pub(super) fn run(state: &mut State, command: &str) -> Result<Next, Stop> {
    let (name, rest) = word(command);
    match name {
        "load" => load(state, rest)?,
        "save" => save(state, rest)?,
        "info" => report::print(&described(state, rest)?)?,
        "type" => report::print(&evaluate::types(state, rest)?)?,
        "explain" => report::print(explained(state, rest)?.trim_end())?,
        "time" => report::print(&evaluate::time(state, rest)?)?,
        "bench" => report::print(&evaluate::bench(state, rest)?)?,
        "plot" => draw(state, rest)?,
        "help" => report::print(&help::help(&state.session, rest)?)?,
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

/// Whether there is such a command.
pub(super) fn is_known(name: &str) -> bool {
    COMMANDS.iter().any(|(known, ..)| *known == name) || matches!(name, "q" | "exit")
}

/// What follows a command that takes a formula; `command` is given without its colon.
pub(super) fn formula(command: &str) -> Option<&str> {
    let (name, rest) = command.split_once(char::is_whitespace)?;
    matches!(name, "type" | "explain" | "time" | "bench" | "plot").then_some(rest)
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
    let (first, file) = word(rest);
    if !file.is_empty() && !first.contains('=') {
        state.values.set(inputs::check_name(OsStr::new(first))?, inputs::parse(OsStr::new(file))?);
        return Ok(());
    }
    if first.is_empty() {
        return Err(Stop::usage("bad-argument", "a name and a file are needed"));
    }
    for arg in rest.split_whitespace() {
        let (name, value) = inputs::split(OsStr::new(arg))?;
        state.values.set(name, inputs::parse(value)?);
    }
    Ok(())
}

/// `:plot`, its options first.
fn draw(state: &State, rest: &str) -> Result<(), Stop> {
    let mut request = Request::default();
    let mut out = None;
    let mut rest = rest;
    loop {
        let (option, after) = word(rest);
        let value = || {
            let (value, after) = quoted(after);
            let missing = || Stop::usage("bad-argument", format_args!("`{option}` needs a value"));
            if value.is_empty() { Err(missing()) } else { Ok((value.to_owned(), after)) }
        };
        match option {
            "--x" => (request.x, rest) = value().map(|(x, after)| (Some(x), after))?,
            "--title" => (request.title, rest) = value().map(|(title, after)| (Some(title), after))?,
            "-o" | "--out" => (out, rest) = value().map(|(file, after)| (Some(file), after))?,
            "--points" => (request.points, rest) = (true, after),
            _ => break,
        }
    }
    request.formula = input::joined(rest);
    match out {
        Some(file) => plot::save(&state.session, &state.values, &request, Path::new(&file)),
        None => report::print(&plot::drawn(&state.session, &state.values, &request)?),
    }
}

/// The first word, or what stands in quotes, and what follows it.
fn quoted(text: &str) -> (&str, &str) {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let inner = quote.and_then(|quote| text[1..].split_once(quote));
    inner.map_or_else(|| word(text), |(inner, rest)| (inner, rest.trim_start()))
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
    Ok(numfuse::explain::explain(&input::joined(formula), &types, stage, state.session.target())?)
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
    InputType {
        name: name.into(),
        dtype,
        ones: input.shape().iter().map(|&n| n == 1).collect(),
        writable: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_options_may_be_quoted() {
        assert_eq!(quoted("'a b' c d"), ("a b", "c d"));
        assert_eq!(quoted("\"a\"c"), ("a", "c"));
        assert_eq!(quoted("a b"), ("a", "b"));
        assert_eq!(quoted("'a b"), ("'a", "b"));
    }

    #[test]
    fn every_command_of_the_list_is_run() {
        let mut state =
            State { session: crate::engine::Engine::default().session(), values: inputs::Values::default() };
        for (name, ..) in COMMANDS.iter().filter(|(name, ..)| *name != "quit") {
            if let Err(Stop::Failed { text, .. }) = run(&mut state, &format!("{name} ((")) {
                assert!(!text.contains("unknown-command"), "{name}: {text}");
            }
        }
        assert!(matches!(run(&mut state, "quit"), Ok(Next::Quit)));
    }
}
