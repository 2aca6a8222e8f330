//! Text to tokens, as Python cuts it: comments and blanks go, and inside brackets newlines too.
//!
//! Brackets are matched here, with a stack of openers, so that the parser meets only matched ones
//! and an error about a bracket can point at its opener.

use super::error::{Error, ErrorKind};
use super::token::{Fault, Token};
use crate::span::Span;
use logos::Logos;
use std::ops::Range;

/// A token and its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lexeme {
    /// What it is.
    pub token: Token,
    /// Where it stands.
    pub span: Span,
}

/// More errors than anyone reads; lexer and parser stop there.
pub(super) const MAX_ERRORS: usize = 50;

/// The tokens of a formula. A text of 4 GiB or more is an error.
pub fn tokens(text: &str) -> Result<Vec<Lexeme>, Vec<Error>> {
    if u32::try_from(text.len()).is_err() {
        return Err(vec![Error { kind: ErrorKind::TextTooLong, span: Span::default() }]);
    }
    let mut reader = Reader::default();
    for (token, range) in Token::lexer(text).spanned() {
        let span = Span::new(range.start as u32, range.end as u32);
        match token {
            Ok(token) => reader.take(token, span),
            Err(fault) => reader.fault(fault, &text[range], span),
        }
        if reader.errors.len() >= MAX_ERRORS {
            break;
        }
    }
    reader.close_statement();
    if reader.errors.is_empty() { Ok(reader.lexemes) } else { Err(reader.errors) }
}

/// What a text consists of, whether it is a formula or not yet one: every token, newlines inside brackets too,
/// and every place where no token could be made. For editors.
///
/// ```
/// use numfuse::syntax::{Fault, Token, scan};
/// let found: Vec<_> = scan("(a$").collect();
/// assert_eq!(found[1], (Ok(Token::Name), 1..2));
/// assert_eq!(found[2], (Err(Fault::UnknownCharacter), 2..3));
/// ```
pub fn scan(text: &str) -> impl Iterator<Item = (Result<Token, Fault>, Range<usize>)> {
    Token::lexer(text).spanned()
}

#[derive(Default)]
struct Reader {
    lexemes: Vec<Lexeme>,
    openers: Vec<Lexeme>,
    errors: Vec<Error>,
}

impl Reader {
    fn take(&mut self, token: Token, span: Span) {
        if token == Token::Newline && !self.openers.is_empty() {
            return;
        }
        let lexeme = Lexeme { token, span };
        if matches!(token, Token::OpenParen | Token::OpenBracket) {
            self.openers.push(lexeme);
        } else if token == Token::CloseParen {
            self.close(Token::OpenParen, span);
        } else if token == Token::CloseBracket {
            self.close(Token::OpenBracket, span);
        } else if token == Token::Semicolon {
            self.close_statement();
        }
        self.lexemes.push(lexeme);
    }

    fn close(&mut self, opener: Token, span: Span) {
        match self.openers.pop() {
            Some(found) if found.token == opener => {}
            Some(found) => self.error(ErrorKind::MismatchedBracket { opener: found.span }, span),
            None => self.error(ErrorKind::UnopenedBracket, span),
        }
    }

    /// No bracket reaches past the end of its statement. One error says enough.
    fn close_statement(&mut self) {
        if let Some(opener) = self.openers.pop() {
            self.error(ErrorKind::UnclosedBracket, opener.span);
            self.openers.clear();
        }
    }

    fn fault(&mut self, fault: Fault, slice: &str, span: Span) {
        let kind = match fault {
            Fault::UnknownCharacter => return self.unknown_character(slice, span),
            Fault::UnknownOperator => ErrorKind::UnknownOperator { text: slice.into() },
            Fault::ReservedWord => ErrorKind::ReservedWord { word: slice.into() },
            Fault::MalformedNumber => ErrorKind::MalformedNumber,
            Fault::UnterminatedText => ErrorKind::UnterminatedText,
        };
        self.error(kind, span);
    }

    /// A run of unknown characters is one error, about its first.
    fn unknown_character(&mut self, slice: &str, span: Span) {
        if let Some(Error { kind: ErrorKind::UnknownCharacter { .. }, span: last }) = self.errors.last_mut()
            && last.end == span.start
        {
            last.end = span.end;
        } else if let Some(character) = slice.chars().next() {
            self.error(ErrorKind::UnknownCharacter { character }, span);
        }
    }

    fn error(&mut self, kind: ErrorKind, span: Span) {
        self.errors.push(Error { kind, span });
    }
}
