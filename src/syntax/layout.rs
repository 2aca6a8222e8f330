//! Writing a tree as text without recursion: a stack of pieces, each a word or a node yet to be
//! written. The printer and the s-expressions differ only in how a node becomes pieces.

use super::ast::{Expr, ExprId, Program, Statement};
use std::borrow::Cow;
use std::fmt::Write;

/// What is yet to be written.
#[derive(Clone, Copy)]
pub(super) enum Piece<'p> {
    Word(&'p str),
    /// A node, and how tightly its place binds; only the printer looks at that.
    Node(ExprId, u8),
}

/// Turns a node into pieces, in the order of the text.
pub(super) type Expand = for<'p> fn(&'p Program, ExprId, u8, &mut Sheet<'p>);

/// The text so far and the stack of pieces.
pub(super) struct Sheet<'p> {
    pub(super) out: String,
    stack: Vec<Piece<'p>>,
}

impl<'p> Sheet<'p> {
    pub(super) fn new() -> Sheet<'p> {
        Sheet { out: String::new(), stack: Vec::new() }
    }

    /// Words to be written when their turn comes.
    pub(super) fn word(&mut self, word: &'p str) {
        self.stack.push(Piece::Word(word));
    }

    pub(super) fn node(&mut self, id: ExprId, place: u8) {
        self.stack.push(Piece::Node(id, place));
    }

    /// Writes a node and all below it.
    pub(super) fn write(&mut self, program: &'p Program, id: ExprId, place: u8, expand: Expand) {
        self.node(id, place);
        while let Some(piece) = self.stack.pop() {
            match piece {
                Piece::Word(word) => self.out.push_str(word),
                Piece::Node(id, place) => {
                    let mark = self.stack.len();
                    expand(program, id, place, self);
                    self.stack[mark..].reverse();
                }
            }
        }
    }

    /// Writes a literal or a bare name at once; `false` if the node is neither.
    pub(super) fn atom(&mut self, program: &Program, expr: Expr) -> bool {
        match expr {
            Expr::Int(value) => self.format(format_args!("{value}")),
            Expr::Float(value) => self.float(value),
            Expr::Imaginary(value) => {
                self.float(value);
                self.out.push('j');
            }
            Expr::Text(symbol) => self.quoted("'", program.symbol(symbol), char::is_control),
            Expr::Bytes(symbol) => self.quoted("b'", program.symbol(symbol), |c| !matches!(c, ' '..='~')),
            Expr::Name(symbol) => self.out.push_str(program.symbol(symbol)),
            Expr::Unary(..)
            | Expr::Binary(..)
            | Expr::Compare(..)
            | Expr::IfElse { .. }
            | Expr::Call { .. }
            | Expr::Index { .. }
            | Expr::Attribute { .. }
            | Expr::Tuple(_) => return false,
        }
        true
    }

    fn format(&mut self, arguments: std::fmt::Arguments<'_>) {
        self.out.write_fmt(arguments).expect("a String takes all that is written");
    }

    /// The shortest digits that give the same value; infinity is a literal too large for f64.
    fn float(&mut self, value: f64) {
        if value.is_finite() {
            self.format(format_args!("{value:?}"));
        } else {
            self.out.push_str("1e999");
        }
    }

    fn quoted(&mut self, open: &str, text: &str, escape: fn(char) -> bool) {
        self.out.push_str(open);
        for c in text.chars() {
            match c {
                '\\' => self.out.push_str("\\\\"),
                '\'' => self.out.push_str("\\'"),
                '\n' => self.out.push_str("\\n"),
                '\t' => self.out.push_str("\\t"),
                // Control characters and Latin-1 bytes all fit two digits.
                c if escape(c) => self.format(format_args!("\\x{:02x}", c as u32)),
                c => self.out.push(c),
            }
        }
        self.out.push('\'');
    }
}

/// The head of a statement up to its value, and the value.
pub(super) fn statement_parts(
    program: &Program,
    statement: Statement,
) -> (Option<(Cow<'_, str>, &'static str)>, ExprId) {
    match statement {
        Statement::Result(value) => (None, value),
        Statement::Assign { name, value, .. } => (Some((program.symbol(name).into(), "")), value),
        Statement::Unpack { names, value } => {
            let names: Vec<&str> = program.bound(names).iter().map(|b| program.symbol(b.name)).collect();
            let comma = if names.len() == 1 { "," } else { "" };
            (Some((format!("{}{comma}", names.join(", ")).into(), "")), value)
        }
        Statement::Augment { name, op, value, .. } => {
            (Some((program.symbol(name).into(), op.symbol())), value)
        }
    }
}
