//! Where one element stands in another.

use super::character::{Character, Column, trimmed};
use memchr::memmem::Finder;

/// Calls `found` with each element that holds the other, and where it first does.
///
/// The part searched for ends with no NUL, so no padding is ever a part of what is found.
pub(super) fn search<C: Character>(
    a: Column<'_, C>,
    part: Column<'_, C>,
    n: usize,
    mut found: impl FnMut(usize, usize),
) {
    if part.one && !a.one {
        let part = trimmed(part.padded(0));
        return match part.len() {
            0 => (0..n).for_each(|i| found(i, 0)),
            // Longer ones than the elements are nowhere.
            long if long > a.width => {}
            _ => search_block(C::bytes(a.characters), a.width * size_of::<C>(), part, &mut found),
        };
    }
    for i in 0..n {
        let (text, part) = (a.padded(i), part.get(i));
        let mut places = 0..(text.len() + 1).saturating_sub(part.len());
        if let Some(at) = places.find(|&at| text[at..].starts_with(part)) {
            found(i, at);
        }
    }
}

/// Goes over elements that lie side by side as over one long one.
fn search_block<C: Character>(block: &[u8], step: usize, part: &[C], found: &mut impl FnMut(usize, usize)) {
    let part = C::bytes(part);
    let finder = Finder::new(part);
    let mut from = 0;
    while let Some(next) = finder.find(&block[from..]) {
        let place = from + next;
        let (element, at) = (place / step, place % step);
        if at + part.len() > step {
            // It runs into the next element, as any later one in this would.
            from = (element + 1) * step;
        } else if at % size_of::<C>() != 0 {
            // Between two characters.
            from = place + 1;
        } else {
            found(element, at / size_of::<C>());
            from = (element + 1) * step;
        }
    }
}
