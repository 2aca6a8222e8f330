//! The tokens, as patterns: logos makes the automaton.
//!
//! A token carries nothing; its span says where its text is. Patterns also match what is wrong in a
//! known way (a reserved word, a text that is never closed), so that the error can say so.

use logos::{Lexer, Logos};

/// A token of the language.
#[derive(Logos, Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[logos(error = Fault)]
#[logos(subpattern digits = r"[0-9](_?[0-9])*")]
#[logos(subpattern point = r"((?&digits))?\.(?&digits)|(?&digits)\.")]
#[logos(subpattern exponent = r"[eE][+-]?(?&digits)")]
#[logos(subpattern float = r"((?&point))((?&exponent))?|(?&digits)(?&exponent)")]
#[logos(skip r"[ \t\f]+")]
#[logos(skip(r"#[^\r\n]*", allow_greedy = true))]
#[logos(skip r"\\(\r\n|\r|\n)")]
#[expect(missing_docs, reason = "`Token::text` says it")]
pub enum Token {
    #[regex(r"[\p{XID_Start}_]\p{XID_Continue}*", word)]
    Name,
    #[regex(r"0(_?0)*|[1-9](_?[0-9])*|0[xX](_?[0-9a-fA-F])+|0[oO](_?[0-7])+|0[bB](_?[01])+", number)]
    Int,
    #[regex(r"(?&float)", number)]
    Float,
    #[regex(r"((?&float)|(?&digits))[jJ]", number)]
    Imaginary,
    #[regex(r#"'([^'\\\r\n]|\\(?s:.))*'|"([^"\\\r\n]|\\(?s:.))*""#)]
    #[regex(r#"('([^'\\\r\n]|\\(?s:.))*|"([^"\\\r\n]|\\(?s:.))*)\\?"#, unterminated)]
    Text,
    #[regex(r#"[bB]('([^'\\\r\n]|\\(?s:.))*'|"([^"\\\r\n]|\\(?s:.))*")"#)]
    #[regex(r#"[bB]('([^'\\\r\n]|\\(?s:.))*|"([^"\\\r\n]|\\(?s:.))*)\\?"#, unterminated)]
    Bytes,
    #[token("and")]
    And,
    #[token("or")]
    Or,
    #[token("not")]
    Not,
    #[token("if")]
    If,
    #[token("else")]
    Else,
    #[token("in")]
    In,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("//")]
    DoubleSlash,
    #[token("%")]
    Percent,
    #[token("**")]
    DoubleStar,
    #[token("@")]
    At,
    #[token("<<")]
    ShiftLeft,
    #[token(">>")]
    ShiftRight,
    #[token("&")]
    #[token("&&", unknown_operator)]
    Ampersand,
    #[token("|")]
    #[token("||", unknown_operator)]
    Bar,
    #[token("^")]
    Caret,
    #[token("~")]
    #[token("!", unknown_operator)]
    Tilde,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEqual,
    #[token("==")]
    EqualEqual,
    #[token("!=")]
    NotEqual,
    #[token("=")]
    Equal,
    #[token("+=")]
    PlusEqual,
    #[token("-=")]
    MinusEqual,
    #[token("*=")]
    StarEqual,
    #[token("/=")]
    SlashEqual,
    #[token("//=")]
    DoubleSlashEqual,
    #[token("%=")]
    PercentEqual,
    #[token("**=")]
    DoubleStarEqual,
    #[token("@=")]
    AtEqual,
    #[token("<<=")]
    ShiftLeftEqual,
    #[token(">>=")]
    ShiftRightEqual,
    #[token("&=")]
    AmpersandEqual,
    #[token("|=")]
    BarEqual,
    #[token("^=")]
    CaretEqual,
    #[token("(")]
    OpenParen,
    #[token(")")]
    CloseParen,
    #[token("[")]
    OpenBracket,
    #[token("]")]
    CloseBracket,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("...")]
    Ellipsis,
    #[token(";")]
    Semicolon,
    #[regex(r"\r\n|\r|\n")]
    Newline,
}

/// What is wrong where no token could be made; the lexer adds the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fault {
    /// A character that begins no token.
    #[default]
    UnknownCharacter,
    /// Another language's operator.
    UnknownOperator,
    /// A keyword that Python has and the language has not.
    ReservedWord,
    /// A number that runs into a word.
    MalformedNumber,
    /// A text that is never closed.
    UnterminatedText,
}

/// Python's keywords that the language does not have; sorted.
const RESERVED: [&str; 26] = [
    "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "except",
    "finally", "for", "from", "global", "import", "is", "lambda", "nonlocal", "pass", "raise", "return",
    "try", "while", "with", "yield",
];

fn word(lexer: &mut Lexer<'_, Token>) -> Result<(), Fault> {
    match RESERVED.binary_search(&lexer.slice()) {
        Ok(_) => Err(Fault::ReservedWord),
        Err(_) => Ok(()),
    }
}

fn unterminated(_: &mut Lexer<'_, Token>) -> Result<(), Fault> {
    Err(Fault::UnterminatedText)
}

fn unknown_operator(_: &mut Lexer<'_, Token>) -> Result<(), Fault> {
    Err(Fault::UnknownOperator)
}

/// A number that runs into a word is one mistake (`2a`, `0x`, `1_`, `012`), not two tokens.
fn number(lexer: &mut Lexer<'_, Token>) -> Result<(), Fault> {
    let tail = lexer.remainder();
    let end = tail.find(|c: char| !(c == '_' || c.is_alphanumeric())).unwrap_or(tail.len());
    lexer.bump(end);
    if end == 0 { Ok(()) } else { Err(Fault::MalformedNumber) }
}

impl Token {
    /// How the token is written, or what it is called where its texts differ.
    pub const fn text(self) -> &'static str {
        match self {
            Token::Name => "name",
            Token::Int => "integer",
            Token::Float => "float",
            Token::Imaginary => "imaginary",
            Token::Text => "text",
            Token::Bytes => "bytes",
            Token::And => "and",
            Token::Or => "or",
            Token::Not => "not",
            Token::If => "if",
            Token::Else => "else",
            Token::In => "in",
            Token::Plus => "+",
            Token::Minus => "-",
            Token::Star => "*",
            Token::Slash => "/",
            Token::DoubleSlash => "//",
            Token::Percent => "%",
            Token::DoubleStar => "**",
            Token::At => "@",
            Token::ShiftLeft => "<<",
            Token::ShiftRight => ">>",
            Token::Ampersand => "&",
            Token::Bar => "|",
            Token::Caret => "^",
            Token::Tilde => "~",
            Token::Less => "<",
            Token::LessEqual => "<=",
            Token::Greater => ">",
            Token::GreaterEqual => ">=",
            Token::EqualEqual => "==",
            Token::NotEqual => "!=",
            Token::Equal => "=",
            Token::PlusEqual => "+=",
            Token::MinusEqual => "-=",
            Token::StarEqual => "*=",
            Token::SlashEqual => "/=",
            Token::DoubleSlashEqual => "//=",
            Token::PercentEqual => "%=",
            Token::DoubleStarEqual => "**=",
            Token::AtEqual => "@=",
            Token::ShiftLeftEqual => "<<=",
            Token::ShiftRightEqual => ">>=",
            Token::AmpersandEqual => "&=",
            Token::BarEqual => "|=",
            Token::CaretEqual => "^=",
            Token::OpenParen => "(",
            Token::CloseParen => ")",
            Token::OpenBracket => "[",
            Token::CloseBracket => "]",
            Token::Comma => ",",
            Token::Colon => ":",
            Token::Dot => ".",
            Token::Ellipsis => "...",
            Token::Semicolon => ";",
            Token::Newline => "newline",
        }
    }
}
