//! What the user sees: results on stdout, errors on stderr, and the exit status that says which.

use crate::terminal;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Write};

/// The formula or the command line is wrong.
pub(crate) const BAD_FORMULA: u8 = 2;
/// The formula is right, but something failed.
pub(crate) const FAILED: u8 = 1;
/// Ctrl-C, as shells count it.
pub(crate) const INTERRUPTED: u8 = 130;

/// Why a command ends early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Something to tell, and the exit status.
    Failed {
        /// What went wrong, drawn; may have several lines.
        text: String,
        /// The exit status.
        status: u8,
    },
    /// Whoever read stdout has enough.
    Closed,
}

impl Stop {
    /// The formula or the command line is wrong.
    pub(crate) fn usage(code: &str, message: impl fmt::Display) -> Stop {
        Stop::Failed { text: format!("error[{code}]: {message}"), status: BAD_FORMULA }
    }

    /// Something failed.
    pub(crate) fn failed(code: &str, message: impl fmt::Display) -> Stop {
        Stop::Failed { text: format!("error[{code}]: {message}"), status: FAILED }
    }

    /// Ctrl-C was pressed.
    pub(crate) fn interrupted() -> Stop {
        Stop::Failed { text: "error[cancelled]: interrupted".to_owned(), status: INTERRUPTED }
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Stop::Failed { status, .. } => *status,
            Stop::Closed => 0,
        }
    }

    /// Says what is to be said on stderr.
    pub(crate) fn show(&self) {
        // What was told already is not told again.
        if let Stop::Failed { text, .. } = self
            && !text.is_empty()
        {
            let mut shown = printable(text.trim_end());
            while shown.contains("\n\n\n") {
                shown = shown.replace("\n\n\n", "\n\n");
            }
            if terminal::is_coloured(&io::stderr()) {
                shown = shown.lines().map(paint).collect::<Vec<_>>().join("\n");
            }
            // Nobody is left to hear that stderr is closed.
            let _ = writeln!(io::stderr(), "{shown}");
        }
    }
}

impl From<numfuse::source::Error> for Stop {
    fn from(error: numfuse::source::Error) -> Stop {
        Stop::failed(error.code(), error)
    }
}

impl From<numfuse::Error> for Stop {
    fn from(error: numfuse::Error) -> Stop {
        if matches!(error, numfuse::Error::Run(numfuse::exec::Error::Cancelled)) {
            return Stop::interrupted();
        }
        // These are drawn with their codes already.
        if !error.diagnostics().is_empty() {
            let status = if error.is_formula() { BAD_FORMULA } else { FAILED };
            return Stop::Failed { text: error.to_string(), status };
        }
        Stop::failed(error.code(), error)
    }
}

/// Writes a text and a newline to stdout.
pub(crate) fn print(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    let written =
        out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
    written.map_err(|e| {
        if e.kind() == io::ErrorKind::BrokenPipe {
            return Stop::Closed;
        }
        Stop::failed("io-error", format_args!("cannot write the result: {e}"))
    })
}

/// A name from outside, with what would not print escaped.
pub(crate) fn visible(name: &OsStr) -> String {
    let mut shown = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\'' | '"' => shown.push(c),
                _ => shown.extend(c.escape_debug()),
            }
        }
        shown.extend(chunk.invalid().iter().map(|b| format!("\\x{b:02x}")));
    }
    shown
}

/// A drawn error whose control characters, which can only come from the formula, are single symbols,
/// so that the carets stay where they belong.
pub(crate) fn printable(text: &str) -> String {
    let symbol = |c: char| match c {
        '\n' | '\t' => c,
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '\u{2421}',
        _ if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
            char::REPLACEMENT_CHARACTER
        }
        _ => c,
    };
    text.chars().map(symbol).collect()
}

/// Colours one line of a drawn error: its head, its gutter, its carets.
fn paint(line: &str) -> String {
    let (red, blue, bold, plain) = ("\x1b[1;31m", "\x1b[34m", "\x1b[1m", "\x1b[0m");
    if line.starts_with("error") {
        let (head, rest) = line.split_at(line.find(": ").map_or(line.len(), |i| i));
        return format!("{red}{head}{plain}{bold}{rest}{plain}");
    }
    let Some((gutter, rest)) = line.split_once('│') else {
        return line.replacen("┌─", &format!("{blue}┌─{plain}"), 1);
    };
    let carets = rest.trim_start().starts_with(['^', '-']) && gutter.trim().is_empty();
    let rest = if carets { format!("{red}{rest}{plain}") } else { rest.to_owned() };
    format!("{blue}{gutter}│{plain}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_show_what_would_not_print() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(visible(OsStr::from_bytes(b"a\x1b[31m\xff'b'.npy")), "a\\u{1b}[31m\\xff'b'.npy");
    }

    #[test]
    fn control_characters_keep_their_width() {
        assert_eq!(printable("a\x1b\x7f\u{9b}\nb"), "a\u{241b}\u{2421}\u{fffd}\nb");
    }

    #[test]
    fn colour_is_only_added() {
        let drawn = "error[x]: it\n  ┌─ formula:1:1\n  │\n1 │ a - b\n  │ ^ here";
        let painted: String = drawn.lines().map(paint).collect::<Vec<_>>().join("\n");
        let mut plain = painted.clone();
        for code in ["\x1b[1;31m", "\x1b[34m", "\x1b[1m", "\x1b[0m"] {
            plain = plain.replace(code, "");
        }
        assert_eq!(plain, drawn);
        assert!(painted.contains("\x1b[1;31m ^ here") && !painted.contains("\x1b[1;31m a - b"), "{painted}");
    }
}
