//! Text to syntax tree: [`tokens`] cuts, the grammar in `grammar/formula.lalrpop` orders, the builder
//! fills the arena of a [`Program`].
//!
//! Nothing here recurses on the text: the automaton of the lexer is a loop, the parser's stack is
//! a `Vec`, and the tree is an arena. A formula may nest as deep as it is long.
//!
//! The stage knows no dtypes and no shapes, and no names but `None` (a new axis, a missing bound) and
//! the constants that cannot be bound. Where Python reads a name by its NFKC form, this one does not.

pub mod ast;
mod builder;
mod error;
mod layout;
mod lexer;
mod literal;
mod print;
mod sexpr;
mod token;

mod generated {
    #![allow(clippy::all, clippy::pedantic, clippy::restriction, reason = "LALRPOP output")]
    lalrpop_util::lalrpop_mod!(pub(super) formula);
}

pub use error::{Error, ErrorKind, Expected};
pub use lexer::{Lexeme, scan, tokens};
pub use print::print;
pub use sexpr::sexpr;
pub use token::{Fault, Token};

use crate::span::Span;
use ast::Program;
use builder::Builder;
use generated::formula::StatementParser;
use lalrpop_util::ParseError;

/// Parses a formula. All errors of its tokens are found at once, else one or more of each statement,
/// in the order of the text.
pub fn parse(text: &str) -> Result<Program, Vec<Error>> {
    let lexemes = tokens(text)?;
    let mut build = Builder::new(text);
    let parser = StatementParser::new();
    let mut statements = lexemes.split(|l| ends_statement(l.token)).filter(|s| !s.is_empty()).peekable();
    if statements.peek().is_none() {
        build.error(ErrorKind::EmptyFormula, Span::new(0, text.len() as u32));
    }
    for statement in statements {
        if let Err(error) = parser.parse(&mut build, statement.iter().map(triple)) {
            build.abandon_statement();
            build.note(unexpected(error));
        }
        if build.error_count() >= lexer::MAX_ERRORS {
            break;
        }
    }
    build.finish()
}

fn ends_statement(token: Token) -> bool {
    matches!(token, Token::Semicolon | Token::Newline)
}

fn triple(lexeme: &Lexeme) -> (u32, Token, u32) {
    (lexeme.span.start, lexeme.token, lexeme.span.end)
}

fn unexpected(error: ParseError<u32, Token, std::convert::Infallible>) -> Error {
    match error {
        ParseError::UnrecognizedToken { token: (start, found, end), expected } => Error {
            kind: ErrorKind::UnexpectedToken { found, expected: Expected::from_terminals(&expected) },
            span: Span::new(start, end),
        },
        ParseError::UnrecognizedEof { location, expected } => Error {
            kind: ErrorKind::UnexpectedEnd { expected: Expected::from_terminals(&expected) },
            span: Span::new(location, location),
        },
        ParseError::ExtraToken { token: (start, found, end) } => Error {
            kind: ErrorKind::UnexpectedToken { found, expected: vec![Expected::End] },
            span: Span::new(start, end),
        },
        ParseError::InvalidToken { location } => Error {
            kind: ErrorKind::UnexpectedEnd { expected: Vec::new() },
            span: Span::new(location, location),
        },
        ParseError::User { error } => match error {},
    }
}
