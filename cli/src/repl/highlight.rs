//! The colours of what is typed.

use super::command;
use super::complete::assigned;
use super::input::{is_keyword, is_operator, step};
use super::vocabulary::{self, CONSTANTS};
use crate::terminal::PLAIN;
use numfuse::syntax::{self, Fault, Token};
use std::ops::Range;

const NUMBER: &str = "\x1b[36m";
const TEXT: &str = "\x1b[32m";
const KEYWORD: &str = "\x1b[35m";
const OPERATOR: &str = "\x1b[33m";
const FUNCTION: &str = "\x1b[34m";
const COMMAND: &str = "\x1b[1m";
const COMMENT: &str = "\x1b[2m";
const UNKNOWN: &str = "\x1b[31m";
const PAIR: &str = "\x1b[1;7m";

/// The text with colours; the bracket under or before the cursor and its partner stand out.
pub(super) fn highlighted(text: &str, cursor: Option<usize>, names: &[String]) -> String {
    let body = text.len() - text.trim_start().len();
    let formula = match text[body..].strip_prefix(':') {
        None => 0,
        Some(rest) => command::formula(rest).map_or(text.len(), |formula| text.len() - formula.len()),
    };
    let mut out = String::new();
    if formula > body {
        let word = text[body..formula].split_inclusive(char::is_whitespace).next().unwrap_or_default();
        let colour = match command::is_known(word[1..].trim_end()) {
            true => COMMAND,
            false if cursor == Some(body + word.len()) => "",
            false => UNKNOWN,
        };
        out.push_str(&text[..body]);
        paint(&mut out, word, colour);
        out.push_str(&text[body + word.len()..formula]);
    }
    let cursor = cursor.and_then(|at| at.checked_sub(formula));
    out + &coloured(&text[formula..], cursor, names)
}

fn coloured(text: &str, cursor: Option<usize>, names: &[String]) -> String {
    let tokens: Vec<(Result<Token, Fault>, Range<usize>)> = syntax::scan(text).collect();
    let locals = assigned(text);
    let is_name = |name: &str| {
        CONSTANTS.contains(&name) || names.iter().chain(&locals).any(|known| known.as_str() == name)
    };
    let pair = cursor.and_then(|at| pair(&tokens, at));
    let (mut out, mut end) = (String::new(), 0);
    for (i, (token, range)) in tokens.iter().enumerate() {
        gap(&mut out, &text[end..range.start]);
        let word = &text[range.clone()];
        let next = tokens.get(i + 1).and_then(|(next, _)| next.ok());
        let colour = match token {
            Err(Fault::UnterminatedText) | Ok(Token::Text | Token::Bytes) => TEXT,
            Err(_) => UNKNOWN,
            Ok(_) if pair.is_some_and(|(a, b)| i == a || i == b) => PAIR,
            Ok(Token::Int | Token::Float | Token::Imaginary) => NUMBER,
            Ok(Token::Name) if next == Some(Token::OpenParen) => {
                if vocabulary::is_function(word) {
                    FUNCTION
                } else {
                    UNKNOWN
                }
            }
            // A name that gets a value, or a parameter that does.
            Ok(Token::Name) if is_name(word) || next == Some(Token::Equal) => "",
            // A word that is being typed may yet become a known one.
            Ok(Token::Name) if cursor == Some(range.end) => "",
            Ok(Token::Name) => UNKNOWN,
            Ok(token) if is_keyword(*token) => KEYWORD,
            Ok(token) if is_operator(*token) => OPERATOR,
            Ok(_) => "",
        };
        paint(&mut out, word, colour);
        end = range.end;
    }
    gap(&mut out, &text[end..]);
    out
}

fn paint(out: &mut String, text: &str, colour: &str) {
    out.push_str(colour);
    out.push_str(text);
    out.push_str(if colour.is_empty() { "" } else { PLAIN });
}

/// What stands between tokens: blanks, continued lines, comments.
fn gap(out: &mut String, text: &str) {
    for line in text.split_inclusive('\n') {
        let colour = if line.trim_start().starts_with('#') { COMMENT } else { "" };
        paint(out, line, colour);
    }
}

/// The bracket at the cursor, or before it, and its partner.
fn pair(tokens: &[(Result<Token, Fault>, Range<usize>)], cursor: usize) -> Option<(usize, usize)> {
    let mut open: Vec<usize> = Vec::new();
    let mut pairs = Vec::new();
    for (i, (token, _)) in tokens.iter().enumerate() {
        match token.map_or(0, step) {
            1 => open.push(i),
            -1 => pairs.extend(open.pop().map(|opener| (opener, i))),
            _ => {}
        }
    }
    let at = |place: Option<usize>| {
        let place = place?;
        pairs.iter().copied().find(|&(a, b)| tokens[a].1.start == place || tokens[b].1.start == place)
    };
    at(Some(cursor)).or_else(|| at(cursor.checked_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with colours as letters in braces.
    fn shown(text: &str, cursor: Option<usize>) -> String {
        let mut shown = highlighted(text, cursor, &["a".to_owned()]);
        for (colour, letter) in [
            (NUMBER, "{n"),
            (TEXT, "{t"),
            (KEYWORD, "{k"),
            (OPERATOR, "{o"),
            (FUNCTION, "{f"),
            (COMMAND, "{c"),
            (COMMENT, "{#"),
            (UNKNOWN, "{?"),
            (PAIR, "{p"),
            (PLAIN, "}"),
        ] {
            shown = shown.replace(colour, letter);
        }
        shown
    }

    #[test]
    fn words_are_coloured_by_what_they_are() {
        assert_eq!(shown("x = 2*sin(a)", None), "x {o=} {n2}{o*}{fsin}(a)");
        assert_eq!(shown("nope(b) if a else 'é'", None), "{?nope}({?b}) {kif} a {kelse} {t'é'}");
        assert_eq!(shown("x = pi; x + (1\n# so\n", None), "x {o=} pi; x {o+} ({n1}\n{## so}\n");
        assert_eq!(shown("2x $ 'open", None), "{?2x} {?$} {t'open}");
    }

    #[test]
    fn a_word_that_is_being_typed_is_not_yet_unknown() {
        assert_eq!(shown("nope + si", Some(9)), "{?nope} {o+} si");
        assert_eq!(shown("nope + si", Some(4)), "nope {o+} {?si}");
        assert_eq!(shown("nope + si", None), "{?nope} {o+} {?si}");
    }

    #[test]
    fn brackets_show_their_partners() {
        assert_eq!(shown("(a[1])", Some(6)), "{p(}a[{n1}]{p)}");
        assert_eq!(shown("(a[1])", Some(2)), "(a{p[}{n1}{p]})");
        assert_eq!(shown("((a)", Some(0)), "((a)");
    }

    #[test]
    fn commands_are_known_or_not() {
        assert_eq!(shown(":time b + a", None), "{c:time} {?b} {o+} a".replace("{c:time} ", "{c:time }"));
        assert_eq!(shown(":load x b.npy", None), "{c:load }x b.npy");
        assert_eq!(shown(":nope", None), "{?:nope}");
        assert_eq!(shown(":nop", Some(4)), ":nop");
    }

    #[test]
    fn colours_are_only_added() {
        for text in ["é = 'ü\\' + (", "a \\\n + b # c", ":plot -o f.png sin(a)", ":", " :x", "\u{1}\r\n;"] {
            let mut plain = highlighted(text, Some(1), &[]);
            for colour in [NUMBER, TEXT, KEYWORD, OPERATOR, FUNCTION, COMMAND, COMMENT, UNKNOWN, PAIR, PLAIN]
            {
                plain = plain.replace(colour, "");
            }
            assert_eq!(plain, text);
        }
    }
}
