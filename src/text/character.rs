//! The characters of bytes and of text, and where an element of them ends.

use crate::dtype::Kind;

/// One character as it lies in memory.
pub(super) trait Character: Copy + Eq + 'static {
    /// The kind of dtype that has it.
    const KIND: Kind;
    /// What pads elements.
    const NUL: Self;

    fn code(self) -> u32;

    /// The character of a code that one has.
    fn of(code: u32) -> Self;

    fn bytes(of: &[Self]) -> &[u8];

    /// The characters that bytes are.
    fn of_bytes(bytes: &mut [u8]) -> &mut [Self];
}

impl Character for u8 {
    const KIND: Kind = Kind::Bytes;
    const NUL: u8 = 0;

    fn code(self) -> u32 {
        self.into()
    }

    fn of(code: u32) -> u8 {
        code as u8
    }

    fn bytes(of: &[u8]) -> &[u8] {
        of
    }

    fn of_bytes(bytes: &mut [u8]) -> &mut [u8] {
        bytes
    }
}

/// UCS-4 in this machine's byte order, at any address.
impl Character for [u8; 4] {
    const KIND: Kind = Kind::Text;
    const NUL: [u8; 4] = [0; 4];

    fn code(self) -> u32 {
        u32::from_ne_bytes(self)
    }

    fn of(code: u32) -> [u8; 4] {
        code.to_ne_bytes()
    }

    fn bytes(of: &[[u8; 4]]) -> &[u8] {
        of.as_flattened()
    }

    fn of_bytes(bytes: &mut [u8]) -> &mut [[u8; 4]] {
        bytes.as_chunks_mut().0
    }
}

/// Elements of one width that lie side by side, or one that stands for all.
#[derive(Clone, Copy)]
pub(super) struct Column<'a, C> {
    pub(super) characters: &'a [C],
    pub(super) width: usize,
    pub(super) one: bool,
}

impl<'a, C: Character> Column<'a, C> {
    /// An element, with its padding.
    pub(super) fn padded(&self, index: usize) -> &'a [C] {
        let at = if self.one { 0 } else { index * self.width };
        &self.characters[at..at + self.width]
    }

    /// An element without its padding.
    pub(super) fn get(&self, index: usize) -> &'a [C] {
        trimmed(self.padded(index))
    }
}

/// The characters before the NULs at the end.
pub(super) fn trimmed<C: Character>(element: &[C]) -> &[C] {
    &element[..length(element)]
}

/// How many characters there are before the NULs at the end.
pub(super) fn length<C: Character>(element: &[C]) -> usize {
    let bytes = C::bytes(element);
    let mut end = bytes.len();
    // Words first: most padding is long.
    while let Some(word) = bytes[..end].last_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        if word != 0 {
            end -= word.leading_zeros() as usize / 8;
            return end.div_ceil(size_of::<C>());
        }
        end -= 8;
    }
    bytes[..end].iter().rposition(|&b| b != 0).map_or(0, |last| (last + 1).div_ceil(size_of::<C>()))
}

/// Writes an element: its characters as far as they fit, then NULs.
pub(super) fn put<C: Character>(out: &mut [C], characters: &[C]) {
    let fitting = characters.len().min(out.len());
    let (text, padding) = out.split_at_mut(fitting);
    text.copy_from_slice(&characters[..fitting]);
    padding.fill(C::NUL);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_does_not_count() {
        for width in 0..40 {
            for end in 0..=width {
                let mut bytes = vec![0u8; width];
                let mut text = vec![[0u8; 4]; width];
                if let Some(last) = end.checked_sub(1) {
                    bytes[last] = 1;
                    // A character whose bytes at either end are 0.
                    text[last] = u32::to_ne_bytes(0x1_0000);
                }
                assert_eq!(length(&bytes), end);
                assert_eq!(length(&text), end);
            }
        }
    }
}
