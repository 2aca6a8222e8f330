//! Where an input ends: what is typed, piped or pasted may run over several lines.
//!
//! A line goes on where a bracket is open, and after an operator or a backslash. The language itself needs a bracket
//! or a backslash; after an operator the REPL joins the lines.

use super::command;
use numfuse::syntax::{self, Fault, Token};

/// Whether the text is all of an input. An empty line ends one that waits for an operand.
pub(super) fn is_complete(text: &str) -> bool {
    let formula = match text.trim_start().strip_prefix(':') {
        None => text,
        Some(rest) => match command::formula(rest) {
            Some(formula) => formula,
            None => return true,
        },
    };
    let is_ended = formula.contains('\n') && formula.lines().next_back().is_none_or(|l| l.trim().is_empty())
        || formula.ends_with('\n');
    let mut depth = 0i32;
    let mut waits = false;
    for (token, range) in syntax::scan(formula) {
        match token {
            Ok(Token::Newline) => {}
            Ok(token) => {
                depth += step(token);
                waits = is_open_ended(token);
                // What is wrong for sure is for the library to say.
                if depth < 0 || (depth > 0 && token == Token::Semicolon) {
                    return true;
                }
            }
            Err(Fault::UnterminatedText) => return true,
            Err(Fault::UnknownCharacter) => waits = &formula[range.start..] == "\\",
            Err(Fault::UnknownOperator | Fault::ReservedWord | Fault::MalformedNumber) => waits = false,
        }
    }
    depth == 0 && (!waits || is_ended)
}

/// The inputs of a text of several lines, one after the other.
pub(super) fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut end) = (0, 0);
    for line in text.split_inclusive('\n') {
        end += line.len();
        let part = text[start..end].strip_suffix('\n').unwrap_or(&text[start..end]);
        if is_complete(part) {
            parts.push(part);
            start = end;
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// A text of the same length in which no line ends after an operator.
pub(super) fn joined(text: &str) -> String {
    let mut joined = text.as_bytes().to_vec();
    let (mut depth, mut previous) = (0i32, None);
    for (token, range) in syntax::scan(text) {
        match (token, previous) {
            (Ok(Token::Newline), Some((last, end))) if depth == 0 && is_open_ended(last) => {
                joined[end..range.end].fill(b' ');
            }
            (Ok(Token::Newline), _) => {}
            (Ok(token), _) => {
                depth += step(token);
                previous = Some((token, range.end));
            }
            (Err(_), _) => previous = None,
        }
    }
    // Blanks took the place of blanks, comments and newlines, which are whole characters.
    String::from_utf8(joined).unwrap_or_else(|_| text.to_owned())
}

/// By how much a token changes how many brackets are open.
pub(super) fn step(token: Token) -> i32 {
    i32::from(matches!(token, Token::OpenParen | Token::OpenBracket))
        - i32::from(matches!(token, Token::CloseParen | Token::CloseBracket))
}

/// Whether something must follow the token.
fn is_open_ended(token: Token) -> bool {
    is_operator(token) || is_keyword(token)
}

/// Whether the token is a word of the language.
pub(super) fn is_keyword(token: Token) -> bool {
    matches!(token, Token::And | Token::Or | Token::Not | Token::If | Token::Else | Token::In)
}

/// Whether the token is an operator or an assignment.
pub(super) fn is_operator(token: Token) -> bool {
    let is_assignment = token.text().ends_with('=');
    is_assignment
        || matches!(
            token,
            Token::Plus
                | Token::Minus
                | Token::Star
                | Token::Slash
                | Token::DoubleSlash
                | Token::Percent
                | Token::DoubleStar
                | Token::At
                | Token::ShiftLeft
                | Token::ShiftRight
                | Token::Ampersand
                | Token::Bar
                | Token::Caret
                | Token::Tilde
                | Token::Less
                | Token::Greater
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_on_after_brackets_operators_and_backslashes() {
        for open in [
            "(1",
            "sum(a,",
            "f(\n\n",
            "a +",
            "a + # why",
            "x =",
            "x +=",
            "not",
            "a if b else",
            "a \\",
            "a\n+ b *",
            ":time a +",
            ":plot -o f.png sin(",
            ":explain ast (a",
            "a[1:",
        ] {
            assert!(!is_complete(open), "{open:?}");
        }
        for whole in [
            "",
            "a",
            "(1)",
            "a + b",
            "a)",
            "(a]",
            "a +\n",
            "a +\n  \n",
            "'a +",
            "a; (b;",
            "a # +",
            ":load a (",
            ":help +",
            "a \\b",
            "2x +\n",
            "a,",
        ] {
            assert!(is_complete(whole), "{whole:?}");
        }
    }

    #[test]
    fn a_paste_is_cut_where_inputs_end() {
        let text = "x = (1 +\n  2)\n\ny = x *\n 3\n:info\ny - 1";
        assert_eq!(parts(text), ["x = (1 +\n  2)", "y = x *\n 3", ":info", "y - 1"]);
        assert_eq!(parts("(a\nb"), ["(a\nb"]);
    }

    #[test]
    fn joined_lines_keep_their_places() {
        assert_eq!(joined("a + # é\n b\nc"), "a +       b\nc");
        assert_eq!(joined("(a +\n b)"), "(a +\n b)");
        assert_eq!(joined("a + \\\nb"), "a + \\\nb");
    }
}
