//! What can be wrong with the text of a formula, as facts; the words are made in [`Error::diagnostic`].

use super::token::Token;
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// A fault of the text and its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where.
    pub span: Span,
}

/// What is wrong with the text.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// A text of 4 GiB or more.
    TextTooLong,
    /// No statement at all.
    EmptyFormula,
    /// A character that no token begins with.
    UnknownCharacter {
        /// The first of the run.
        character: char,
    },
    /// An operator of other languages: `&&`, `||`, `!`.
    UnknownOperator {
        /// As written.
        text: Box<str>,
    },
    /// A keyword of Python that the language does not have, or a constant used as a name.
    ReservedWord {
        /// As written.
        word: Box<str>,
    },
    /// `2a`, `0x`, `1_`, `012`.
    MalformedNumber,
    /// An integer literal of more than 127 bits.
    LiteralTooLarge,
    /// A quote that its line does not close.
    UnterminatedText,
    /// A backslash and what follows are no escape of the literal.
    MalformedEscape,
    /// A character beyond ASCII in a bytes literal.
    NonAsciiBytes,
    /// An opener without its closer.
    UnclosedBracket,
    /// A closer without its opener.
    UnopenedBracket,
    /// A closer of the other kind.
    MismatchedBracket {
        /// The opener that it meets.
        opener: Span,
    },
    /// A token that cannot stand where it does.
    UnexpectedToken {
        /// The token.
        found: Token,
        /// What could stand there.
        expected: Vec<Expected>,
    },
    /// A statement that ends too early.
    UnexpectedEnd {
        /// What could follow.
        expected: Vec<Expected>,
    },
    /// A call of something other than a name.
    NotCallable,
    /// An assignment to something other than a name.
    NotAssignable,
    /// An attribute other than `.real`, `.imag` and `.T`.
    UnknownAttribute {
        /// As written.
        name: Box<str>,
    },
    /// A positional argument after a keyword argument.
    PositionalAfterKeyword,
    /// A keyword given twice in one call.
    RepeatedKeyword {
        /// The keyword.
        name: Box<str>,
        /// Its first place.
        first: Span,
    },
    /// A bare expression before the last statement.
    UnusedValue,
}

/// Something that could stand where an unexpected token does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// A literal, a name, a prefix operator or an opening bracket.
    Operand,
    /// An infix operator or what may follow an operand as one does.
    Operator,
    /// That token.
    Token(Token),
    /// The end of the statement.
    End,
}

impl Expected {
    /// Sums up the terminals that the parser would accept.
    pub(super) fn from_terminals(terminals: &[String]) -> Vec<Expected> {
        let has = |token: Token| terminals.iter().any(|t| t.trim_matches('"') == token.text());
        let mut expected = Vec::new();
        if has(Token::Int) {
            expected.push(Expected::Operand);
        } else if has(Token::Name) {
            expected.push(Expected::Token(Token::Name));
        }
        if has(Token::Star) {
            expected.push(Expected::Operator);
        } else if has(Token::In) {
            expected.push(Expected::Token(Token::In));
        }
        let others = [Token::Else, Token::Colon, Token::Comma, Token::CloseParen, Token::CloseBracket];
        expected.extend(others.into_iter().filter(|&t| has(t)).map(Expected::Token));
        // Inside a bracket or a ternary, what closes it is among the others.
        if expected.iter().all(|e| matches!(e, Expected::Operator | Expected::Token(Token::Comma))) {
            expected.push(Expected::End);
        }
        expected
    }

    fn describe(self) -> String {
        match self {
            Expected::Operand => "an operand".into(),
            Expected::Operator => "an operator".into(),
            Expected::Token(Token::Name) => "a name".into(),
            Expected::Token(token) => describe(token),
            Expected::End => "the end of the statement".into(),
        }
    }
}

fn describe(token: Token) -> String {
    let literals = [Token::Int, Token::Float, Token::Imaginary, Token::Text, Token::Bytes];
    if literals.contains(&token) {
        format!("{} literal", token.text())
    } else if token == Token::Name {
        token.text().into()
    } else {
        format!("`{}`", token.text())
    }
}

/// "a, b or c"; empty for nothing.
fn alternatives(expected: &[Expected]) -> String {
    let words: Vec<String> = expected.iter().map(|e| e.describe()).collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => format!("expected {only}"),
        Some((last, rest)) => format!("expected {} or {last}", rest.join(", ")),
    }
}

impl Error {
    /// The error in words, with its stable code.
    pub fn diagnostic(&self) -> Diagnostic {
        let d = Diagnostic::new(self.kind.code(), self.kind.message()).at(self.span, self.kind.label());
        let d = match self.kind.other_place() {
            Some((span, label)) => d.at(span, label),
            None => d,
        };
        match self.kind.help() {
            Some(help) => d.help(help),
            None => d,
        }
    }
}

/// The stable code of each kind.
macro_rules! codes {
    ($($kind:ident = $code:literal),* $(,)?) => {
        impl ErrorKind {
            /// The codes of all kinds.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// The stable code, such as `"unexpected-token"`.
            pub fn code(&self) -> &'static str {
                match self {
                    $(ErrorKind::$kind { .. } => $code,)*
                }
            }
        }
    };
}

codes! {
    TextTooLong = "text-too-long",
    EmptyFormula = "empty-formula",
    UnknownCharacter = "unknown-character",
    UnknownOperator = "unknown-operator",
    ReservedWord = "reserved-word",
    MalformedNumber = "malformed-number",
    LiteralTooLarge = "literal-too-large",
    UnterminatedText = "unterminated-text",
    MalformedEscape = "malformed-escape",
    NonAsciiBytes = "non-ascii-bytes",
    UnclosedBracket = "unclosed-bracket",
    UnopenedBracket = "unopened-bracket",
    MismatchedBracket = "mismatched-bracket",
    UnexpectedToken = "unexpected-token",
    UnexpectedEnd = "unexpected-end",
    NotCallable = "not-callable",
    NotAssignable = "not-assignable",
    UnknownAttribute = "unknown-attribute",
    PositionalAfterKeyword = "positional-after-keyword",
    RepeatedKeyword = "repeated-keyword",
    UnusedValue = "unused-value",
}

impl ErrorKind {
    fn message(&self) -> String {
        match self {
            ErrorKind::TextTooLong => "the formula is 4 GiB long or longer".into(),
            ErrorKind::EmptyFormula => "the formula is empty".into(),
            ErrorKind::UnknownCharacter { character } => format!("unknown character {character:?}"),
            ErrorKind::UnknownOperator { text } => format!("there is no operator `{text}`"),
            ErrorKind::ReservedWord { word } => format!("`{word}` is a reserved word"),
            ErrorKind::MalformedNumber => "malformed number".into(),
            ErrorKind::LiteralTooLarge => "the integer has more than 127 bits".into(),
            ErrorKind::UnterminatedText => "the text is not closed on its line".into(),
            ErrorKind::MalformedEscape => "malformed escape".into(),
            ErrorKind::NonAsciiBytes => "a bytes literal holds ASCII characters only".into(),
            ErrorKind::UnclosedBracket => "the bracket is never closed".into(),
            ErrorKind::UnopenedBracket => "the bracket was never opened".into(),
            ErrorKind::MismatchedBracket { .. } => "the closing bracket is of the other kind".into(),
            ErrorKind::UnexpectedToken { found, .. } => format!("unexpected {}", describe(*found)),
            ErrorKind::UnexpectedEnd { .. } => "the statement ends too early".into(),
            ErrorKind::NotCallable => "only a function's name can be called".into(),
            ErrorKind::NotAssignable => "only a name can be assigned to".into(),
            ErrorKind::UnknownAttribute { name } => format!("there is no attribute `.{name}`"),
            ErrorKind::PositionalAfterKeyword => "a positional argument follows a keyword argument".into(),
            ErrorKind::RepeatedKeyword { name, .. } => format!("the keyword `{name}` is given twice"),
            ErrorKind::UnusedValue => "the value of this statement is not used".into(),
        }
    }

    fn label(&self) -> String {
        if let ErrorKind::UnexpectedToken { expected, .. } | ErrorKind::UnexpectedEnd { expected } = self {
            alternatives(expected)
        } else if *self == ErrorKind::UnclosedBracket {
            "opened here".into()
        } else {
            String::new()
        }
    }

    fn other_place(&self) -> Option<(Span, &'static str)> {
        if let ErrorKind::MismatchedBracket { opener } = self {
            Some((*opener, "opened here"))
        } else if let ErrorKind::RepeatedKeyword { first, .. } = self {
            Some((*first, "first given here"))
        } else {
            None
        }
    }

    fn help(&self) -> Option<String> {
        if let ErrorKind::UnknownOperator { text } = self {
            Some(match &**text {
                "&&" => "write `and`, or `&` for bits".into(),
                "||" => "write `or`, or `|` for bits".into(),
                _ => "write `not`, or `~` for bits".into(),
            })
        } else if let ErrorKind::UnknownAttribute { name } = self {
            Some(format!("the attributes are .real, .imag and .T; a function is written `{name}(…)`"))
        } else if matches!(self, ErrorKind::ReservedWord { word } if &**word == "is") {
            Some("write `==`".into())
        } else if *self == ErrorKind::MalformedEscape {
            Some("write `\\\\` for a backslash".into())
        } else if *self == ErrorKind::UnusedValue {
            Some("give it a name, or make it the last statement".into())
        } else if matches!(self, ErrorKind::UnexpectedToken { found: Token::Equal, .. }) {
            Some("equality is written `==`".into())
        } else if matches!(self, ErrorKind::UnexpectedToken { found: Token::Not, .. }) {
            Some("`not` binds loosely: write `(not …)`".into())
        } else {
            None
        }
    }
}
