//! What is known of the terminal: its size, and whether it is to have colours.

use std::io::IsTerminal;
use terminal_size::{Height, Width, terminal_size};

/// Ends colours.
pub(crate) const PLAIN: &str = "\x1b[0m";

/// Begins a colour of the 256 that terminals number.
pub(crate) fn ink(number: u8) -> String {
    format!("\x1b[38;5;{number}m")
}

/// Whether the terminal says that it has all colours, not only those that are numbered.
pub(crate) fn has_all_colours() -> bool {
    std::env::var("COLORTERM").is_ok_and(|value| matches!(value.as_str(), "truecolor" | "24bit"))
}

/// The columns and rows; of a file or a pipe those that the environment gives, or 80 by 24.
pub(crate) fn size() -> (usize, usize) {
    let from_environment =
        |name, other| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(other);
    let (width, height) = match terminal_size() {
        // A terminal of no size is one that does not know it.
        Some((Width(width), Height(height))) if width > 0 && height > 0 => (width.into(), height.into()),
        _ => (from_environment("COLUMNS", 80), from_environment("LINES", 24)),
    };
    (width.clamp(20, 1000), height.clamp(8, 1000))
}

/// Whether a stream is to have colours: a terminal whose user has not set `NO_COLOR`.
pub(crate) fn is_coloured(stream: &impl IsTerminal) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    stream.is_terminal() && !refused && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
