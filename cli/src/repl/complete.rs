//! What Tab completes: names, functions, commands.

use super::command::COMMANDS;
use numfuse::op;
use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

/// Completes words by what is known.
#[derive(Default)]
pub(super) struct Complete {
    /// The names that stand for something.
    pub(super) names: Vec<String>,
}

impl Complete {
    /// Where the word before `pos` begins, and how it may go on.
    fn words(&self, line: &str, pos: usize) -> (usize, Vec<String>) {
        let before = &line[..pos];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let start = before
            .rfind(|c| !is_word(c))
            .map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
        let word = &before[start..];
        if before[..start].trim_start() == ":" {
            let fits = COMMANDS.iter().filter(|(name, ..)| name.starts_with(word));
            return (start, fits.map(|(name, ..)| format!("{name} ")).collect());
        }
        if word.is_empty() {
            return (start, Vec::new());
        }
        let functions = op::rows().flat_map(|row| row.names).filter(|n| n.starts_with(word));
        let names = self.names.iter().filter(|n| n.starts_with(word)).cloned();
        (start, names.chain(functions.map(|n| format!("{n}("))).collect())
    }
}

impl Completer for Complete {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.words(line, pos))
    }
}

impl Hinter for Complete {
    type Hint = String;
}

impl Highlighter for Complete {}
impl Validator for Complete {}
impl Helper for Complete {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_completed_by_what_is_known() {
        let complete = Complete { names: vec!["sink".into(), "é1".into()] };
        assert_eq!(complete.words("2*sin", 5), (2, vec!["sink".into(), "sin(".into(), "sinh(".into()]));
        assert_eq!(complete.words(":ti", 3), (1, vec!["time ".into()]));
        assert_eq!(complete.words("a→é", 6), (4, vec!["é1".into()]));
        assert!(complete.words("a + ", 4).1.is_empty());
    }
}
