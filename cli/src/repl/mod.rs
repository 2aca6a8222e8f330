//! `numfuse repl`: formulas as they are typed.
//!
//! `name = formula` keeps a result, an expression prints its value, `:` begins a command. From a pipe the
//! lines are read without a prompt, every line is run, and the exit status is that of the first
//! that failed.
//!
//! [`lines`] reads, with an editor that [`assist`] helps; [`input`] says where an input ends; [`evaluate`] and
//! [`command`] run it.

mod assist;
mod command;
mod complete;
mod evaluate;
mod help;
mod highlight;
mod input;
mod lines;
mod vocabulary;

use crate::engine::Engine;
use crate::inputs::Values;
use crate::interrupt;
use crate::report::{self, Stop};
use lines::{Line, Lines};
use numfuse::Session;
use std::ffi::OsString;

/// Evaluates formulas as you type them.
///
/// `name = formula` keeps a result, an expression prints its value. An open bracket, an operator or a backslash at
/// the end of a line continues it. Tab completes, `:help` lists the commands, Ctrl-C clears the line or stops an
/// evaluation, Ctrl-D ends. The history is kept in $XDG_STATE_HOME/numfuse.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What names stand for: a .npy file, or a number such as k=2.5.
    #[arg(value_name = "NAME=FILE")]
    inputs: Vec<OsString>,
    #[command(flatten)]
    engine: Engine,
}

/// What lines work on.
pub(super) struct State {
    session: Session,
    values: Values,
}

/// What to do after a line.
enum Next {
    Line,
    Quit,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Stop> {
    let mut state = State { session: args.engine.session(), values: Values::from_args(&args.inputs)? };
    interrupt::install();
    let mut lines = Lines::open();
    let mut status = Ok(());
    loop {
        let line = match lines.next(&state.values)? {
            Line::Text(line) => line,
            Line::Interrupted => continue,
            Line::End => break,
        };
        interrupt::clear();
        match run_text(&mut state, &line) {
            Ok(Next::Line) => {}
            Ok(Next::Quit) => break,
            Err(Stop::Closed) => return Err(Stop::Closed),
            Err(stop) => {
                stop.show();
                let quiet = Stop::Failed { text: String::new(), status: stop.status() };
                status = status.and(Err(quiet));
            }
        }
    }
    if lines.are_typed() { Ok(()) } else { status }
}

/// Runs the inputs of a text, of which there are several if it was pasted, up to one that fails.
fn run_text(state: &mut State, text: &str) -> Result<Next, Stop> {
    for part in input::parts(text) {
        if interrupt::requested() {
            return Err(Stop::interrupted());
        }
        if let Some(command) = part.trim().strip_prefix(':') {
            if let Next::Quit = command::run(state, command)? {
                return Ok(Next::Quit);
            }
            continue;
        }
        for value in evaluate::line(state, part.trim_end())? {
            report::print(&value.to_string())?;
        }
    }
    Ok(Next::Line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_text_is_too_much_for_the_editor() {
        let names = vec!["año".to_owned()];
        for text in [
            "x = año*2 + sum(año[1:, ...], axis=0) # é\n'ü\\'' if 1e5 in (b\"\\x00\", 2j) else \\\n~-a",
            ":plot -o 'é f.png' --x año sin(\n:load x=é/ü.npy b\n:help ** \u{1}\r\n)) ]; (((;\u{301}",
            "\"open\nd &&|| lambda 0x 1__2 $$ ÿ=ÿ==ÿ\t:time (:",
        ] {
            for (end, _) in text.char_indices() {
                for start in [0, end / 2].into_iter().filter(|&start| text.is_char_boundary(start)) {
                    let text = &text[start..end];
                    let found = complete::completion(text, &names);
                    assert!(text.is_char_boundary(found.start), "{text:?}");
                    assert_eq!(input::joined(text).len(), text.len());
                    let cut: String = input::parts(text).concat();
                    assert!(
                        cut.len() <= text.len() && (input::is_complete(text) || !cut.is_empty()),
                        "{text:?}"
                    );
                    for cursor in (0..=text.len()).filter(|&at| text.is_char_boundary(at)) {
                        assert!(highlight::highlighted(text, Some(cursor), &names).len() >= text.len());
                    }
                }
            }
        }
    }
}
