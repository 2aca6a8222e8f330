//! What helps while a line is edited: completions, hints, colours, and lines that go on.

use super::complete::completion;
use super::{highlight, input, vocabulary};
use crate::terminal;
use rustyline::completion::Completer;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};
use std::borrow::Cow;
use std::cell::Cell;
use std::io;

/// The editor's helper.
pub(super) struct Assist {
    /// The names that stand for something.
    pub(super) names: Vec<String>,
    is_coloured: bool,
    /// Whether the line is drawn for the last time.
    is_final: Cell<bool>,
}

impl Assist {
    pub(super) fn new() -> Assist {
        let is_coloured = terminal::is_coloured(&io::stdout());
        Assist { names: Vec::new(), is_coloured, is_final: Cell::new(false) }
    }

    fn hint_at_end(&self, text: &str) -> Option<Hint> {
        let found = completion(text, &self.names);
        let word = &text[found.start..];
        if let [only] = found.candidates.as_slice()
            && !word.is_empty()
            && only.len() > word.len()
            // Without colours nothing tells what is typed from what is not.
            && self.is_coloured
        {
            let rest = only[word.len()..].to_owned();
            return Some(Hint { shown: rest.trim_end().to_owned(), completion: Some(rest) });
        }
        let function = vocabulary::call(text)?.function;
        Some(Hint { shown: format!("  # {}", vocabulary::signature(function)?), completion: None })
    }
}

/// What stands behind the cursor without having been typed.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Hint {
    shown: String,
    /// What the right arrow adds.
    completion: Option<String>,
}

impl rustyline::hint::Hint for Hint {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.completion.as_deref()
    }
}

impl Completer for Assist {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let found = completion(&line[..pos], &self.names);
        Ok((found.start, found.candidates))
    }
}

impl Hinter for Assist {
    type Hint = Hint;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Hint> {
        if pos == line.len() { self.hint_at_end(line) } else { None }
    }
}

impl Highlighter for Assist {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        if !self.is_coloured {
            return Cow::Borrowed(line);
        }
        let cursor = (!self.is_final.get()).then_some(pos);
        Cow::Owned(highlight::highlighted(line, cursor, &self.names))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        if self.is_coloured { format!("\x1b[2m{hint}{}", terminal::PLAIN).into() } else { hint.into() }
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.is_final.set(kind == CmdKind::ForcedRefresh);
        self.is_coloured
    }
}

impl Validator for Assist {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_complete = input::is_complete(context.input());
        Ok(if is_complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Helper for Assist {}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(text: &str, is_coloured: bool) -> Option<(String, Option<String>)> {
        let assist = Assist { names: vec!["sample".into()], is_coloured, is_final: Cell::new(false) };
        assist.hint_at_end(text).map(|hint| (hint.shown, hint.completion))
    }

    #[test]
    fn hints_are_the_end_of_a_word_or_a_signature() {
        assert_eq!(hint("2*sam", true), Some(("ple".into(), Some("ple".into()))));
        assert_eq!(hint("clip(sam", true), Some(("ple".into(), Some("ple".into()))));
        assert_eq!(hint("clip(sample, 0", true), Some(("  # clip(x, min, max)".into(), None)));
        assert_eq!(hint(":sav", true), Some(("e".into(), Some("e ".into()))));
        assert_eq!(hint("si", true), None, "more than one");
        assert_eq!(hint("sample", true), None, "nothing is left");
        assert_eq!(hint("2*sam", false), None, "nobody could tell it from what is typed");
        assert_eq!(hint("exp(sam", false), Some(("  # exp(x)".into(), None)));
    }
}
