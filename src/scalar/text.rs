//! What operators on text mean: for one element of each operand, as plainly as can be.
//!
//! An element is its characters without the NULs at its end: the code points of text, bytes as they are.

use crate::dtype::{DType, Kind};
use crate::ir::Scalar;
use crate::op::TextOp;
use std::cmp::Ordering;

/// One element of an operand or a result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Element {
    /// A bool or an i64.
    Lane(Scalar),
    /// Characters, as many as there are before the NULs at the end.
    Text(Vec<u32>),
}

impl Element {
    /// The characters of an element that may end with NULs.
    pub fn text(characters: &[u32]) -> Element {
        let end = characters.iter().rposition(|&c| c != 0).map_or(0, |last| last + 1);
        Element::Text(characters[..end].to_vec())
    }

    fn characters(&self) -> &[u32] {
        match self {
            Element::Text(characters) => characters,
            Element::Lane(_) => &[],
        }
    }

    fn is_true(&self) -> bool {
        matches!(self, Element::Lane(scalar) if scalar.bits != 0)
    }
}

/// Applies an operator whose result has that dtype.
///
/// # Panics
/// If there are fewer operands than the operator has.
pub fn apply_text(op: TextOp, args: &[Element], result: DType) -> Element {
    let text = |k: usize| args[k].characters();
    let ordering = || text(0).cmp(text(1));
    let truth = |holds: bool| Element::Lane(Scalar::bool(holds));
    let integer = |value: i64| Element::Lane(Scalar { lane: crate::dtype::Lane::I64, bits: value as u64 });
    match op {
        TextOp::Lt => truth(ordering() == Ordering::Less),
        TextOp::Le => truth(ordering() != Ordering::Greater),
        TextOp::Gt => truth(ordering() == Ordering::Greater),
        TextOp::Ge => truth(ordering() != Ordering::Less),
        TextOp::Eq => truth(text(0) == text(1)),
        TextOp::Ne => truth(text(0) != text(1)),
        TextOp::Concat => cut(&[text(0), text(1)].concat(), result),
        TextOp::Select => cut(text(if args[0].is_true() { 1 } else { 2 }), result),
        TextOp::NonAscii => truth(text(0).iter().any(|&c| c >= 0x80)),
        TextOp::Contains => truth(find(text(0), text(1)) >= 0),
        TextOp::StartsWith => truth(text(0).starts_with(text(1))),
        TextOp::EndsWith => truth(text(0).ends_with(text(1))),
        TextOp::Find => integer(find(text(0), text(1))),
        TextOp::Length => integer(text(0).len() as i64),
        TextOp::Upper => cut(&upper(text(0), result.kind()), result),
        TextOp::Lower => cut(&lower(text(0), result.kind()), result),
        TextOp::Strip => Element::text(strip(text(0), text(1), true, true)),
        TextOp::LStrip => Element::text(strip(text(0), text(1), true, false)),
        TextOp::RStrip => Element::text(strip(text(0), text(1), false, true)),
    }
}

/// The element in another dtype: cut to its width. From text to bytes, where it must be ASCII, the low bytes.
pub fn cast_text(of: &Element, to: DType) -> Element {
    let characters = of.characters();
    if to.kind() == Kind::Bytes {
        return cut(&characters.iter().map(|&c| c & 0xff).collect::<Vec<_>>(), to);
    }
    cut(characters, to)
}

fn cut(characters: &[u32], dtype: DType) -> Element {
    let width = crate::ir::width(dtype) as usize;
    Element::text(&characters[..characters.len().min(width)])
}

/// Where a part begins first, or -1.
fn find(text: &[u32], part: &[u32]) -> i64 {
    let places = 0..(text.len() + 1).saturating_sub(part.len());
    places.into_iter().find(|&at| text[at..].starts_with(part)).map_or(-1, |at| at as i64)
}

/// Takes characters off the ends.
fn strip<'t>(text: &'t [u32], chars: &[u32], left: bool, right: bool) -> &'t [u32] {
    let (mut start, mut end) = (0, text.len());
    while left && start < end && chars.contains(&text[start]) {
        start += 1;
    }
    while right && start < end && chars.contains(&text[end - 1]) {
        end -= 1;
    }
    &text[start..end]
}

/// The characters in capitals: of text by Unicode's full mapping, of bytes ASCII.
pub fn upper(text: &[u32], kind: Kind) -> Vec<u32> {
    changed(text, kind, |c| c.to_ascii_uppercase(), str::to_uppercase)
}

/// The characters in small letters: of text by Unicode's full mapping, a sigma by its place in the word;
/// of bytes ASCII.
pub fn lower(text: &[u32], kind: Kind) -> Vec<u32> {
    changed(text, kind, |c| c.to_ascii_lowercase(), str::to_lowercase)
}

fn changed(text: &[u32], kind: Kind, byte: fn(u8) -> u8, word: fn(&str) -> String) -> Vec<u32> {
    if kind == Kind::Bytes {
        return text.iter().map(|&c| u32::from(byte(c as u8))).collect();
    }
    let mut out = Vec::with_capacity(text.len());
    // What is no character (half a surrogate pair) stays as it is, and ends a word.
    for run in text.split_inclusive(|&c| char::from_u32(c).is_none()) {
        let characters: String = run.iter().filter_map(|&c| char::from_u32(c)).collect();
        out.extend(word(&characters).chars().map(u32::from));
        out.extend(run.last().filter(|&&c| char::from_u32(c).is_none()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Vec<u32> {
        s.chars().map(u32::from).collect()
    }

    #[test]
    fn capitals_may_be_longer_and_halves_of_pairs_stay() {
        assert_eq!(upper(&text("straße"), Kind::Text), text("STRASSE"));
        assert_eq!(lower(&text("ΑΣ Σ"), Kind::Text), text("ας σ"));
        assert_eq!(upper(&[0x61, 0xd800, 0x62], Kind::Text), [0x41, 0xd800, 0x42]);
        assert_eq!(upper(&[0x61, 0xe9], Kind::Bytes), [0x41, 0xe9]);
    }

    #[test]
    fn parts_are_found_where_they_first_are() {
        assert_eq!(find(&text("xaab"), &text("ab")), 2);
        assert_eq!(find(&text("ab"), &text("abc")), -1);
        assert_eq!(find(&[], &[]), 0);
    }

    #[test]
    fn stripping_stops_at_what_is_not_listed() {
        assert_eq!(strip(&text(" a b "), &text(" "), true, true), text("a b"));
        assert!(strip(&text("xx"), &text("x"), false, true).is_empty());
        assert_eq!(strip(&text("a "), &[], true, true), text("a "));
    }
}
