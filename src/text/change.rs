//! New elements from old ones: joined, chosen, stripped, in capitals, in another dtype.

use super::character::{Character, Column, put, trimmed};
use crate::scalar;

/// Elements of one width that are to be written.
pub(super) struct Target<'a, C> {
    pub(super) characters: &'a mut [C],
    pub(super) width: usize,
}

impl<C: Character> Target<'_, C> {
    /// The element at an index.
    fn at(&mut self, index: usize) -> &mut [C] {
        &mut self.characters[index * self.width..][..self.width]
    }
}

/// One element after the other.
pub(super) fn concat<C: Character>(a: Column<'_, C>, b: Column<'_, C>, n: usize, mut out: Target<'_, C>) {
    for i in 0..n {
        let (a, b) = (a.get(i), b.get(i));
        let (start, end) = out.at(i).split_at_mut(a.len());
        start.copy_from_slice(a);
        put(end, b);
    }
}

/// The first where the condition holds, else the second.
pub(super) fn select<C: Character>(
    condition: impl Fn(usize) -> bool,
    a: Column<'_, C>,
    b: Column<'_, C>,
    n: usize,
    mut out: Target<'_, C>,
) {
    for i in 0..n {
        put(out.at(i), if condition(i) { a.padded(i) } else { b.padded(i) });
    }
}

/// The same characters in another width.
pub(super) fn resize<C: Character>(a: Column<'_, C>, n: usize, mut out: Target<'_, C>) {
    if a.width == out.width && !a.one {
        out.characters.copy_from_slice(a.characters);
        return;
    }
    for i in 0..n {
        put(out.at(i), a.padded(i));
    }
}

/// The same characters in the other kind, where they are ASCII.
pub(super) fn convert<C: Character, D: Character>(a: Column<'_, C>, n: usize, mut out: Target<'_, D>) {
    for i in 0..n {
        let element = out.at(i);
        element.fill(D::NUL);
        for (to, from) in element.iter_mut().zip(a.padded(i)) {
            *to = D::of(from.code());
        }
    }
}

/// Which letters are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
}

/// Capitals or small letters.
pub(super) fn change_case<C: Character>(a: Column<'_, C>, case: Case, n: usize, mut out: Target<'_, C>) {
    let first = if case == Case::Upper { b'a' } else { b'A' };
    // Small letters and capitals of ASCII differ in one bit.
    let ascii = |c: C| {
        let code = c.code();
        let is_letter = code.wrapping_sub(first.into()) < 26;
        C::of(if is_letter { code ^ 0x20 } else { code })
    };
    if !a.one {
        // All at once, as if there were nothing but ASCII.
        a.characters.iter().zip(&mut *out.characters).for_each(|(&c, out)| *out = ascii(c));
        let is_plain = C::KIND == crate::dtype::Kind::Bytes || is_ascii(a.characters);
        if is_plain {
            return;
        }
    }
    for i in 0..n {
        let element = a.padded(i);
        if C::KIND == crate::dtype::Kind::Bytes || is_ascii(element) {
            element.iter().zip(out.at(i)).for_each(|(&c, out)| *out = ascii(c));
            continue;
        }
        let codes: Vec<u32> = trimmed(element).iter().map(|c| c.code()).collect();
        let changed = match case {
            Case::Upper => scalar::upper(&codes, C::KIND),
            Case::Lower => scalar::lower(&codes, C::KIND),
        };
        put(out.at(i), &changed.iter().map(|&c| C::of(c)).collect::<Vec<C>>());
    }
}

/// Whether all characters are ASCII.
pub(super) fn is_ascii<C: Character>(characters: &[C]) -> bool {
    characters.iter().fold(0, |all, c| all | c.code()) < 0x80
}

/// The ends that characters are taken off.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    pub(super) left: bool,
    pub(super) right: bool,
}

/// Elements without certain characters at their ends.
pub(super) fn strip<C: Character>(
    a: Column<'_, C>,
    chars: Column<'_, C>,
    ends: Ends,
    n: usize,
    mut out: Target<'_, C>,
) {
    let first = if chars.one { Some(Set::of(chars.get(0))) } else { None };
    for i in 0..n {
        let own = if first.is_none() { Some(Set::of(chars.get(i))) } else { None };
        let Some(set) = first.as_ref().or(own.as_ref()) else { continue };
        let mut element = a.get(i);
        while let (true, [c, rest @ ..]) = (ends.left, element)
            && set.has(*c)
        {
            element = rest;
        }
        while let (true, [rest @ .., c]) = (ends.right, element)
            && set.has(*c)
        {
            element = rest;
        }
        put(out.at(i), element);
    }
}

/// Characters, those of ASCII as bits.
struct Set<'a, C> {
    ascii: u128,
    all: &'a [C],
}

impl<C: Character> Set<'_, C> {
    fn of(all: &[C]) -> Set<'_, C> {
        let bit = |c: &C| 1u128.checked_shl(c.code()).unwrap_or(0);
        Set { ascii: all.iter().map(bit).fold(0, |set, bit| set | bit), all }
    }

    fn has(&self, c: C) -> bool {
        match c.code() {
            code @ ..0x80 => self.ascii >> code & 1 == 1,
            _ => self.all.contains(&c),
        }
    }
}
