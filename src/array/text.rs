//! Bytes and text from Rust's strings, and back.

use super::buffer::Buffer;
use super::error::Error;
use super::input::Input;
use super::owned::Array;
use crate::dtype::DType;
use std::sync::Arc;

/// The longest element of text, so that its bytes can be counted in 32 bits.
const MAX_WIDTH: usize = u32::MAX as usize / 4;

impl Array {
    /// An array of one axis of text (`U`), as wide as the longest string; empty strings only have a width of 1, as in
    /// NumPy.
    ///
    /// ```
    /// use numfuse::{Array, arrays};
    /// let names = Array::from_strings(&["Ada", "Grace"])?;
    /// let result = numfuse::eval("upper(names) + '!'", &arrays! { names })?;
    /// assert_eq!(result.to_strings()?, ["ADA!", "GRACE!"]);
    /// # Ok::<(), numfuse::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::TooBig`].
    pub fn from_strings(strings: &[impl AsRef<str>]) -> Result<Array, Error> {
        let longest = strings.iter().map(|s| s.as_ref().chars().count()).max();
        let width = longest.unwrap_or(0).max(1);
        let total = width.checked_mul(strings.len()).ok_or(Error::TooBig)?;
        if width > MAX_WIDTH {
            return Err(Error::TooBig);
        }
        let mut characters: Vec<u32> = Vec::with_capacity(total);
        for (i, string) in strings.iter().enumerate() {
            characters.extend(string.as_ref().chars().map(u32::from));
            characters.resize((i + 1) * width, 0);
        }
        Array::from_buffer(DType::Text(width as u32), &[strings.len()], Buffer::from(characters))
    }

    /// An array of one axis of bytes (`S`), as wide as the longest.
    ///
    /// # Errors
    /// [`Error::TooBig`].
    pub fn from_byte_strings(strings: &[impl AsRef<[u8]>]) -> Result<Array, Error> {
        let longest = strings.iter().map(|s| s.as_ref().len()).max();
        let width = longest.unwrap_or(0).max(1);
        let total = width.checked_mul(strings.len()).ok_or(Error::TooBig)?;
        let dtype = DType::Bytes(u32::try_from(width).map_err(|_| Error::TooBig)?);
        let mut bytes: Vec<u8> = Vec::with_capacity(total);
        for (i, string) in strings.iter().enumerate() {
            bytes.extend_from_slice(string.as_ref());
            bytes.resize((i + 1) * width, 0);
        }
        Array::from_buffer(dtype, &[strings.len()], Buffer::from(bytes))
    }

    /// The elements of bytes or text as strings, in C order, without the NULs at their ends. What is no
    /// character, or no UTF-8 in bytes, becomes U+FFFD.
    ///
    /// # Errors
    /// [`Error::DType`] for other dtypes.
    pub fn to_strings(&self) -> Result<Vec<String>, Error> {
        if !self.dtype().is_text() {
            return Err(Error::DType { expected: DType::Text(1), actual: self.dtype() });
        }
        if !self.is_c() {
            return self.try_clone()?.to_strings();
        }
        let size = self.dtype().size();
        let element = |i: usize| string(self.dtype(), &self.bytes()[i * size..][..size]);
        Ok((0..self.len()).map(element).collect())
    }
}

/// The characters of an element of text in native byte order, without the NULs at its end.
pub(super) fn codes(element: &[u8]) -> Vec<u32> {
    let mut codes: Vec<u32> = element.as_chunks().0.iter().map(|c| u32::from_ne_bytes(*c)).collect();
    codes.truncate(codes.iter().rposition(|&c| c != 0).map_or(0, |last| last + 1));
    codes
}

/// The bytes of an element without the NULs at its end.
pub(super) fn trimmed(element: &[u8]) -> &[u8] {
    &element[..element.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1)]
}

fn string(dtype: DType, element: &[u8]) -> String {
    if matches!(dtype, DType::Bytes(_)) {
        return String::from_utf8_lossy(trimmed(element)).into_owned();
    }
    let code = |c: u32| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
    codes(element).into_iter().map(code).collect()
}

impl From<&str> for Input<'_> {
    /// A text without axes, as wide as it is long.
    ///
    /// # Panics
    /// If it has a billion characters, more than an element can hold.
    fn from(text: &str) -> Self {
        let array = Array::from_strings(&[text]).and_then(|array| array.reshape(&[]));
        Input::Text(Arc::new(array.expect("an element holds less than a billion characters")))
    }
}

impl From<&&str> for Input<'_> {
    fn from(text: &&str) -> Self {
        Input::from(*text)
    }
}

impl From<&String> for Input<'_> {
    fn from(text: &String) -> Self {
        Input::from(text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_back() {
        let text = Array::from_strings(&["é😀", "", "abc"]).unwrap();
        assert_eq!((text.dtype(), text.shape()), (DType::Text(3), &[3][..]));
        assert_eq!(text.to_strings().unwrap(), ["é😀", "", "abc"]);
        let bytes = Array::from_byte_strings(&[&b"ab"[..], b"\xff"]).unwrap();
        assert_eq!(bytes.to_strings().unwrap(), ["ab", "\u{fffd}"]);
        assert_eq!(Array::from_strings(&[""; 0]).unwrap().dtype(), DType::Text(1));
        assert!(Array::from(vec![1]).to_strings().is_err());
        assert_eq!(Input::from("ab").dtype(), Some(DType::Text(2)));
        assert_eq!(Input::from(&String::new()).shape(), &[] as &[usize]);
    }
}
