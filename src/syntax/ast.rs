//! The syntax tree of a formula, in an arena.
//!
//! Why an arena: a formula may have a million nodes in one chain. Nodes are plain data in one `Vec`,
//! every operand stands before the node that uses it, so every later stage is a loop over
//! the nodes in order, and nothing (not even `drop`) recurses.
//!
//! The tree knows names and literals, no dtypes and no shapes.

use crate::span::Span;

/// An expression of a [`Program`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ExprId(pub(crate) u32);

/// An interned identifier or the value of a string literal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Symbol(pub(crate) u32);

/// A run of items in one of the program's side tables.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct List<T> {
    pub(crate) start: u32,
    pub(crate) len: u32,
    pub(crate) of: std::marker::PhantomData<fn() -> T>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> List<T> {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T> List<T> {
    pub(crate) fn new(start: usize, end: usize) -> List<T> {
        List { start: start as u32, len: (end - start) as u32, of: std::marker::PhantomData }
    }

    pub(crate) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// A prefix operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum UnaryOp {
    Plus,
    Minus,
    /// `~`
    Invert,
    /// `not`
    Not,
}

/// An infix operator other than a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    /// `/`
    Div,
    /// `//`
    FloorDiv,
    /// `%`
    Mod,
    /// `**`
    Pow,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    BitAnd,
    BitOr,
    BitXor,
    /// `@`: parsed, so that `check` can say that it is not supported
    MatMul,
    /// `and`
    And,
    /// `or`
    Or,
}

impl UnaryOp {
    /// How it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            UnaryOp::Plus => "+",
            UnaryOp::Minus => "-",
            UnaryOp::Invert => "~",
            UnaryOp::Not => "not",
        }
    }
}

impl BinaryOp {
    /// How it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::FloorDiv => "//",
            BinaryOp::Mod => "%",
            BinaryOp::Pow => "**",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::BitAnd => "&",
            BinaryOp::BitOr => "|",
            BinaryOp::BitXor => "^",
            BinaryOp::MatMul => "@",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
        }
    }
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CompareOp {
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

impl CompareOp {
    /// How it is written.
    pub const fn symbol(self) -> &'static str {
        match self {
            CompareOp::Lt => "<",
            CompareOp::Le => "<=",
            CompareOp::Gt => ">",
            CompareOp::Ge => ">=",
            CompareOp::Eq => "==",
            CompareOp::Ne => "!=",
            CompareOp::In => "in",
            CompareOp::NotIn => "not in",
        }
    }
}

/// A link of a comparison chain: the operator and its right side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// The comparison.
    pub op: CompareOp,
    /// Its right operand.
    pub right: ExprId,
}

/// An argument of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arg {
    /// `axis` in `axis=0`, with its place.
    pub keyword: Option<(Symbol, Span)>,
    /// The value.
    pub value: ExprId,
}

/// An attribute that the language has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Attribute {
    /// `.real`
    Real,
    /// `.imag`
    Imag,
    /// `.T`
    Transpose,
}

impl Attribute {
    /// How it is written, with the point.
    pub const fn symbol(self) -> &'static str {
        match self {
            Attribute::Real => ".real",
            Attribute::Imag => ".imag",
            Attribute::Transpose => ".T",
        }
    }
}

/// One item between the brackets of `a[...]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IndexItem {
    /// `a[k]`
    At(ExprId),
    /// `a[start:stop:step]`
    Slice {
        /// Before the first colon.
        start: Option<ExprId>,
        /// After it.
        stop: Option<ExprId>,
        /// After the second colon.
        step: Option<ExprId>,
    },
    /// `None`
    NewAxis,
    /// `...`
    Ellipsis,
}

/// An expression. Operands are always earlier expressions of the same program.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Expr {
    /// An integer literal, never negative.
    Int(i128),
    /// A literal with a point or an exponent.
    Float(f64),
    /// An imaginary literal such as `2j`; the value is the imaginary part.
    Imaginary(f64),
    /// A `'text'` literal.
    Text(Symbol),
    /// A `b'bytes'` literal; its bytes as Latin-1 characters.
    Bytes(Symbol),
    /// A bare name. `True`, `False`, `None`, `pi`, … are names here; `check` knows better.
    Name(Symbol),
    /// A prefix operator applied.
    Unary(UnaryOp, ExprId),
    /// An infix operator applied.
    Binary(BinaryOp, ExprId, ExprId),
    /// `a < b <= c`: the first operand and the links; one link is a plain comparison.
    Compare(ExprId, List<Link>),
    /// `then if condition else otherwise`.
    IfElse {
        /// Taken where the condition is true.
        then: ExprId,
        /// The condition.
        condition: ExprId,
        /// Taken elsewhere.
        otherwise: ExprId,
    },
    /// `name(args)`.
    Call {
        /// The function's name.
        name: Symbol,
        /// Where the name stands.
        name_span: Span,
        /// Its arguments as written.
        args: List<Arg>,
    },
    /// `base[items]`.
    Index {
        /// What is indexed.
        base: ExprId,
        /// What stands between the brackets.
        items: List<IndexItem>,
    },
    /// `base.attribute`.
    Attribute {
        /// What it is taken of.
        base: ExprId,
        /// Which one.
        attribute: Attribute,
    },
    /// `a, b` or `(a, b)` or `[a, b]` or `()`.
    Tuple(List<ExprId>),
}

/// A name that is bound, and where it stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bound {
    /// The name.
    pub name: Symbol,
    /// Where.
    pub span: Span,
}

/// A statement. Statements follow each other in the order of the text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Statement {
    /// An expression; only the last statement may be one.
    Result(ExprId),
    /// `name = value`.
    Assign {
        /// What is bound.
        name: Symbol,
        /// Where it stands.
        name_span: Span,
        /// Its value.
        value: ExprId,
    },
    /// `a, b = value`
    Unpack {
        /// What is bound, item by item.
        names: List<Bound>,
        /// The tuple, or the function of several results.
        value: ExprId,
    },
    /// `name += value` and its kin.
    Augment {
        /// What is changed.
        name: Symbol,
        /// Where it stands.
        name_span: Span,
        /// The operator before the `=`.
        op: BinaryOp,
        /// The right side.
        value: ExprId,
    },
}

/// A parsed formula.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub(crate) exprs: Vec<Expr>,
    pub(crate) spans: Vec<Span>,
    pub(crate) symbols: Vec<Box<str>>,
    pub(crate) expr_lists: Vec<ExprId>,
    pub(crate) link_lists: Vec<Link>,
    pub(crate) arg_lists: Vec<Arg>,
    pub(crate) item_lists: Vec<IndexItem>,
    pub(crate) bound_lists: Vec<Bound>,
    pub(crate) statements: Vec<Statement>,
}

impl Program {
    /// The statements, in order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Every expression with its id, operands before users.
    pub fn exprs(&self) -> impl ExactSizeIterator<Item = (ExprId, Expr)> + '_ {
        self.exprs.iter().enumerate().map(|(i, &e)| (ExprId(i as u32), e))
    }

    /// One expression.
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs[id.0 as usize]
    }

    /// Where an expression stands.
    pub fn span(&self, id: ExprId) -> Span {
        self.spans[id.0 as usize]
    }

    /// The text of a name or of a string literal.
    pub fn symbol(&self, symbol: Symbol) -> &str {
        &self.symbols[symbol.0 as usize]
    }

    /// The items of a tuple.
    pub fn tuple(&self, list: List<ExprId>) -> &[ExprId] {
        &self.expr_lists[list.range()]
    }

    /// The names that an assignment unpacks to.
    pub fn bound(&self, list: List<Bound>) -> &[Bound] {
        &self.bound_lists[list.range()]
    }

    /// The links of a comparison.
    pub fn links(&self, list: List<Link>) -> &[Link] {
        &self.link_lists[list.range()]
    }

    /// The arguments of a call.
    pub fn args(&self, list: List<Arg>) -> &[Arg] {
        &self.arg_lists[list.range()]
    }

    /// The arguments of all calls.
    pub fn all_args(&self) -> &[Arg] {
        &self.arg_lists
    }

    /// The items of an index.
    pub fn items(&self, list: List<IndexItem>) -> &[IndexItem] {
        &self.item_lists[list.range()]
    }
}
