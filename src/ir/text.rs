//! Bytes and text in a graph: constants, and the types of operators on them.

use super::graph::{Graph, TypeError};
use super::node::{LiteralId, Node, NodeId};
use crate::dtype::{DType, Kind};
use crate::op::TextOp;
use crate::span::Span;

/// The most bytes of one element, so that they can be counted in 32 bits.
const MAX_BYTES: u64 = u32::MAX as u64;

/// Constant bytes or text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Literal {
    /// The dtype, at least as wide as there are characters.
    pub dtype: DType,
    /// The code points (of bytes the bytes), without NULs at the end.
    pub characters: Box<[u32]>,
}

impl Literal {
    /// A text, as wide as it is long; empty text has a width of 1, as in NumPy.
    pub fn text(text: &str) -> Literal {
        let width = text.chars().count().max(1) as u32;
        Literal::new(DType::Text(width), text.chars().map(u32::from).collect())
    }

    /// Bytes, given as Latin-1 characters.
    pub fn bytes(latin: &str) -> Literal {
        let width = latin.chars().count().max(1) as u32;
        Literal::new(DType::Bytes(width), latin.chars().map(|c| u32::from(c as u8)).collect())
    }

    /// Characters of a dtype that is wide enough.
    pub(super) fn new(dtype: DType, mut characters: Vec<u32>) -> Literal {
        let end = characters.iter().rposition(|&c| c != 0).map_or(0, |last| last + 1);
        characters.truncate(end);
        Literal { dtype, characters: characters.into() }
    }

    /// The characters as a string; what is no character is replaced.
    pub fn string(&self) -> String {
        let shown = |&code: &u32| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.characters.iter().map(shown).collect()
    }

    /// The element in memory, in this machine's byte order.
    pub fn memory(&self) -> Vec<u8> {
        let mut memory: Vec<u8> = if self.dtype.kind() == Kind::Text {
            self.characters.iter().flat_map(|c| c.to_ne_bytes()).collect()
        } else {
            self.characters.iter().map(|&c| c as u8).collect()
        };
        memory.resize(self.dtype.size(), 0);
        memory
    }
}

impl Graph {
    /// Adds constant bytes or text.
    pub fn literal(&mut self, literal: Literal, span: Span) -> NodeId {
        let next = LiteralId(self.literals.len() as u32);
        let id = *self.interned_literals.entry(literal.clone()).or_insert(next);
        if id == next {
            self.literals.push(literal);
        }
        self.add(Node::Literal(id), span).expect("a literal has a type")
    }

    /// The constant bytes or text of that id.
    pub fn literal_of(&self, id: LiteralId) -> &Literal {
        &self.literals[id.index()]
    }
}

/// The dtype of the same kind with another number of characters; `None` if an element would be too large.
pub(crate) fn with_width(kind: DType, width: u64) -> Option<DType> {
    let (most, make): (u64, fn(u32) -> DType) = match kind.kind() {
        Kind::Text => (MAX_BYTES / 4, DType::Text),
        Kind::Bytes => (MAX_BYTES, DType::Bytes),
        Kind::Bool | Kind::Signed | Kind::Unsigned | Kind::Float | Kind::Complex => return None,
        Kind::Datetime | Kind::Timedelta => return None,
    };
    (width <= most).then(|| make(width as u32))
}

/// The number of characters of an element.
pub(crate) fn width(dtype: DType) -> u64 {
    if let DType::Bytes(n) | DType::Text(n) = dtype { u64::from(n) } else { 0 }
}

/// What an operator on text gives.
pub(super) fn text_dtype(op: TextOp, operands: &[DType]) -> Result<DType, TypeError> {
    if operands.len() != op.arity() {
        return Err(TypeError::Arity);
    }
    let is_select = op == TextOp::Select;
    if is_select && operands[0] != DType::Bool {
        return Err(TypeError::Dtype);
    }
    let texts = &operands[usize::from(is_select)..];
    let (first, last) = (texts[0], texts[texts.len() - 1]);
    if !first.is_text() || first.kind() != last.kind() {
        return Err(TypeError::Dtype);
    }
    match op {
        TextOp::Lt | TextOp::Le | TextOp::Gt | TextOp::Ge | TextOp::Eq | TextOp::Ne => Ok(DType::Bool),
        TextOp::Contains | TextOp::StartsWith | TextOp::EndsWith | TextOp::NonAscii => Ok(DType::Bool),
        TextOp::Find | TextOp::Length => Ok(DType::I64),
        TextOp::Upper | TextOp::Lower | TextOp::Strip | TextOp::LStrip | TextOp::RStrip => Ok(first),
        TextOp::Concat => with_width(first, width(first) + width(last)).ok_or(TypeError::Dtype),
        TextOp::Select => with_width(first, width(first).max(width(last))).ok_or(TypeError::Dtype),
    }
}

/// Whether a node of one dtype has a cast to the other: text only to text.
pub(super) fn cast_exists(from: DType, to: DType) -> bool {
    from.is_text() == to.is_text()
}

impl TextOp {
    /// The number of operands.
    pub fn arity(self) -> usize {
        self.row().params.len()
    }
}
