//! Where lines come from: an editor with history on a terminal, else stdin as it is.

use super::assist::Assist;
use super::input;
use crate::inputs::Values;
use crate::report::Stop;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};
use std::io::{self, IsTerminal};
use std::path::PathBuf;

/// The most lines that the history keeps.
const HISTORY: usize = 10_000;

/// An input, which may have several lines, or why there is none.
pub(super) enum Line {
    Text(String),
    /// Ctrl-C while editing: the line is dropped.
    Interrupted,
    End,
}

/// The lines of the session.
pub(super) enum Lines {
    /// Typed, with editing.
    Typed { editor: Box<Editor<Assist, FileHistory>>, history: Option<PathBuf> },
    /// From a pipe or a file.
    Piped,
}

impl Lines {
    /// Decides by what stdin is.
    pub(super) fn open() -> Lines {
        if !io::stdin().is_terminal() {
            return Lines::Piped;
        }
        let config = Config::builder().max_history_size(HISTORY);
        let config = config.map(|c| c.auto_add_history(true).completion_type(CompletionType::List).build());
        let Ok(mut editor) = config.and_then(Editor::with_config) else { return Lines::Piped };
        editor.set_helper(Some(Assist::new()));
        let history = history_file();
        if let Some(path) = &history {
            // The first time there is none.
            let _ = editor.load_history(path);
        }
        Lines::Typed { editor: Box::new(editor), history }
    }

    /// Whether somebody types them.
    pub(super) fn are_typed(&self) -> bool {
        matches!(self, Lines::Typed { .. })
    }

    /// The next line.
    pub(super) fn next(&mut self, values: &Values) -> Result<Line, Stop> {
        match self {
            Lines::Typed { editor, history } => {
                if let Some(helper) = editor.helper_mut() {
                    helper.names = values.iter().map(|(name, _)| name.to_owned()).collect();
                }
                let line = typed(editor)?;
                if let (Line::Text(_), Some(path)) = (&line, history) {
                    // A history that cannot be written is no reason to stop.
                    let _ = editor.append_history(path);
                }
                Ok(line)
            }
            Lines::Piped => piped(),
        }
    }
}

fn typed(editor: &mut Editor<Assist, FileHistory>) -> Result<Line, Stop> {
    match editor.readline("> ") {
        Ok(line) => Ok(Line::Text(line)),
        Err(ReadlineError::Interrupted | ReadlineError::Signal(_)) => Ok(Line::Interrupted),
        Err(ReadlineError::Eof) => Ok(Line::End),
        Err(error) => Err(Stop::failed("io-error", format_args!("cannot read a line: {error}"))),
    }
}

fn piped() -> Result<Line, Stop> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        let count = io::stdin()
            .read_line(&mut line)
            .map_err(|error| Stop::failed("io-error", format_args!("cannot read a line: {error}")))?;
        if count == 0 {
            return Ok(if text.is_empty() { Line::End } else { Line::Text(text) });
        }
        text.push_str(line.strip_suffix('\n').unwrap_or(&line));
        if input::is_complete(&text) {
            return Ok(Line::Text(text));
        }
        text.push('\n');
    }
}

/// Where the history is kept, by the XDG base directory specification; its folder is made.
fn history_file() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    let folder = state.join("numfuse");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}
