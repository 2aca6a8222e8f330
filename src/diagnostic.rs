//! Errors as data: what every stage's error becomes at the edge, and how it is drawn.
//!
//! A stage reports small enums of facts with spans. Each turns into a [`Diagnostic`] when somebody
//! wants words: the library draws it with plain carets, the command line adds colour, Python raises
//! it. The code of a diagnostic is stable; its words are not.

use crate::span::Span;
use codespan_reporting::diagnostic as cs;
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term;
use std::borrow::Cow;

/// One error of a formula: a stable code, a sentence, and the places it speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable across releases, such as `"unknown-name"`.
    pub code: &'static str,
    /// One sentence without a full stop.
    pub message: String,
    /// The places in the text, the primary one first. May be empty.
    pub labels: Vec<Label>,
    /// What the reader can do about it.
    pub help: Option<String>,
}

/// A place in the text, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What stands there; may be empty.
    pub message: String,
}

impl Diagnostic {
    /// A diagnostic without labels or help.
    pub fn new(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic { code, message: message.into(), labels: Vec::new(), help: None }
    }

    /// Adds a place; the first one added is the primary one.
    #[must_use]
    pub fn at(mut self, span: Span, message: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// Says what the reader can do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// Draws the diagnostic with the lines of `text` that it speaks of and carets under them.
    pub fn render(&self, text: &str) -> String {
        let text = &*printable(text);
        let file = SimpleFile::new("formula", text);
        let config = term::Config::default();
        let mut drawn = String::new();
        match term::emit_to_string(&mut drawn, &config, &file, &self.drawable(text)) {
            Ok(()) => drawn,
            // A span outside the text: say it without the picture.
            Err(_) => format!("error[{}]: {}\n", self.code, self.message),
        }
    }

    fn drawable(&self, text: &str) -> cs::Diagnostic<()> {
        let label = |(i, l): (usize, &Label)| {
            let style = if i == 0 { cs::LabelStyle::Primary } else { cs::LabelStyle::Secondary };
            let range = l.span.range();
            let end = range.end.min(text.len());
            cs::Label::new(style, (), range.start.min(end)..end).with_message(&l.message)
        };
        cs::Diagnostic::error()
            .with_code(self.code)
            .with_message(&self.message)
            .with_labels(self.labels.iter().enumerate().map(label).collect())
            .with_notes(self.help.iter().map(|h| format!("help: {h}")).collect())
    }
}

/// The text with every control character replaced by as many bytes: spans stay right, and a terminal
/// obeys nothing that stands in a formula.
fn printable(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match hidden(c) {
            true => (0..c.len_utf8()).for_each(|_| shown.push(if c == '\r' { ' ' } else { '?' })),
            false => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// The candidate nearest to `name` by edit distance, if one is near enough to be a likely slip; of
/// equally near ones that with the longest common beginning.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|c| (edit_distance(name, c), c))
        .filter(|&(d, _)| d <= limit)
        .min_by_key(|&(d, c)| (d, std::cmp::Reverse(common_prefix(name, c))))
        .map(|(_, c)| c)
}

fn common_prefix(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count()
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(rows[i - 2][j - 2] + 1);
            }
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_a_caret_under_the_span() {
        let d = Diagnostic::new("unknown-name", "unknown name `aa`").at(Span::new(2, 4), "not an input");
        let drawn = d.render("1+aa");
        assert!(drawn.contains("error[unknown-name]: unknown name `aa`"), "{drawn}");
        assert!(drawn.contains("^^ not an input"), "{drawn}");
    }

    #[test]
    fn a_span_outside_the_text_is_no_panic() {
        assert!(Diagnostic::new("x", "y").at(Span::new(7, 9), "").render("a").contains("y"));
    }

    #[test]
    fn the_nearest_name_is_a_likely_slip_or_nothing() {
        assert_eq!(nearest("sinn", ["cos", "sin", "sinh"]), Some("sin"));
        assert_eq!(nearest("sinn", ["sign", "sin"]), Some("sin"));
        assert_eq!(nearest("meda", ["media", "mean"]), Some("media"));
        assert_eq!(nearest("zzz", ["a", "b"]), None);
    }
}
