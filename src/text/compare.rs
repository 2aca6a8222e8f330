//! Which of two elements comes first, and whether one begins or ends with the other.

use super::character::{Character, Column, trimmed};
use std::cmp::Ordering;

/// Whether two elements are equal, or differ, element by element.
pub(super) fn equal<C: Character>(a: Column<'_, C>, b: Column<'_, C>, holds: bool, out: &mut [u8]) {
    let (a, b) = if a.one { (b, a) } else { (a, b) };
    let needle = trimmed(b.padded_first());
    if a.width == b.width && !a.one && !b.one {
        pairs(C::bytes(a.characters), C::bytes(b.characters), a.width * size_of::<C>(), holds, out);
    } else if b.one && !a.one && needle.len() <= a.width {
        // Padded to the width of the others it is compared like a beginning of them.
        let mut padded = needle.to_vec();
        padded.resize(a.width, C::NUL);
        beginnings(C::bytes(a.characters), a.width * size_of::<C>(), C::bytes(&padded), holds, out);
    } else {
        for (i, out) in out.iter_mut().enumerate() {
            *out = u8::from((ordering(a.padded(i), b.padded(i)) == Ordering::Equal) == holds);
        }
    }
}

/// Whether the order of two elements is one that `holds` says yes to.
pub(super) fn order<C: Character>(
    a: Column<'_, C>,
    b: Column<'_, C>,
    holds: fn(Ordering) -> bool,
    out: &mut [u8],
) {
    for (i, out) in out.iter_mut().enumerate() {
        *out = u8::from(holds(ordering(a.padded(i), b.padded(i))));
    }
}

/// Whether elements begin with a prefix.
pub(super) fn starts<C: Character>(a: Column<'_, C>, prefix: Column<'_, C>, out: &mut [u8]) {
    let needle = trimmed(prefix.padded_first());
    if prefix.one && !a.one {
        if needle.len() > a.width {
            return out.fill(0);
        }
        // It ends with no NUL, so what equals it is no padding.
        return beginnings(C::bytes(a.characters), a.width * size_of::<C>(), C::bytes(needle), true, out);
    }
    for (i, out) in out.iter_mut().enumerate() {
        *out = u8::from(a.padded(i).starts_with(prefix.get(i)));
    }
}

/// Whether elements end with a suffix.
pub(super) fn ends<C: Character>(a: Column<'_, C>, suffix: Column<'_, C>, out: &mut [u8]) {
    if suffix.one {
        let needle = trimmed(suffix.padded_first());
        for (i, out) in out.iter_mut().enumerate() {
            *out = u8::from(a.get(i).ends_with(needle));
        }
        return;
    }
    for (i, out) in out.iter_mut().enumerate() {
        *out = u8::from(a.get(i).ends_with(suffix.get(i)));
    }
}

/// The order of two elements that may be padded differently: a NUL is before anything else.
fn ordering<C: Character>(a: &[C], b: &[C]) -> Ordering {
    let shorter = a.len().min(b.len());
    let differ = a[..shorter].iter().zip(&b[..shorter]).find(|(a, b)| a != b);
    if let Some((a, b)) = differ {
        return a.code().cmp(&b.code());
    }
    let is_empty = |rest: &[C]| rest.iter().all(|&c| c == C::NUL);
    match (is_empty(&a[shorter..]), is_empty(&b[shorter..])) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Less,
        (false, _) => Ordering::Greater,
    }
}

impl<'a, C: Character> Column<'a, C> {
    /// The first element; nothing if there are none.
    fn padded_first(&self) -> &'a [C] {
        self.characters.get(..self.width).unwrap_or(&[])
    }
}

/// Calls a function with the number of bytes as a constant, if there is one for it.
macro_rules! by_size {
    ($size:expr, $function:ident $args:tt, $($known:literal)*) => {
        match $size {
            $($known => return by_size!(@call $function $known $args),)*
            _ => {}
        }
    };
    (@call $function:ident $known:literal ($($arg:expr),*)) => {
        $function::<$known>($($arg),*)
    };
}

/// Whether elements of `step` bytes begin with the needle.
fn beginnings(elements: &[u8], step: usize, needle: &[u8], holds: bool, out: &mut [u8]) {
    by_size!(needle.len(), fixed_beginnings(elements, step, needle, holds, out),
        1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 20 24 28 32 36 40 48 56 64);
    for (i, out) in out.iter_mut().enumerate() {
        *out = u8::from((&elements[i * step..][..needle.len()] == needle) == holds);
    }
}

fn fixed_beginnings<const N: usize>(
    elements: &[u8],
    step: usize,
    needle: &[u8],
    holds: bool,
    out: &mut [u8],
) {
    let Some(needle) = needle.first_chunk::<N>() else { return };
    if step == N {
        for (element, out) in elements.as_chunks::<N>().0.iter().zip(out) {
            *out = u8::from(same(element, needle) == holds);
        }
        return;
    }
    for (element, out) in elements.chunks_exact(step).zip(out) {
        *out = u8::from(element.first_chunk::<N>().is_some_and(|start| same(start, needle)) == holds);
    }
}

/// Whether elements of `size` bytes are equal, pair by pair.
fn pairs(a: &[u8], b: &[u8], size: usize, holds: bool, out: &mut [u8]) {
    by_size!(size, fixed_pairs(a, b, holds, out),
        1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 20 24 28 32 36 40 48 56 64);
    for (i, out) in out.iter_mut().enumerate() {
        *out = u8::from((a[i * size..][..size] == b[i * size..][..size]) == holds);
    }
}

fn fixed_pairs<const N: usize>(a: &[u8], b: &[u8], holds: bool, out: &mut [u8]) {
    let pairs = a.as_chunks::<N>().0.iter().zip(b.as_chunks::<N>().0);
    for ((a, b), out) in pairs.zip(out) {
        *out = u8::from(same(a, b) == holds);
    }
}

/// Whether all bytes are equal, without a branch: words of eight, the last of which may overlap.
fn same<const N: usize>(a: &[u8; N], b: &[u8; N]) -> bool {
    const WORD: usize = 8;
    if N < WORD {
        return a == b;
    }
    let word = |of: &[u8; N], at: usize| {
        let word = of[at..].first_chunk::<WORD>().expect("a word ends where the element does");
        u64::from_ne_bytes(*word)
    };
    let mut differ = word(a, N - WORD) ^ word(b, N - WORD);
    for at in (0..N - WORD).step_by(WORD) {
        differ |= word(a, at) ^ word(b, at);
    }
    differ == 0
}
