//! The header of a `.npy` file: a magic, a version, a length, and a Python dict literal.
//!
//! Read as NumPy reads it: keys in any order, any blanks, versions 1 to 3. What NumPy would have to
//! unpickle, and records, are unsupported dtypes. No byte of a header makes this panic or allocate
//! more than the header is long.

use super::error::ErrorKind;
use crate::dtype::{DType, TimeUnit};
use crate::shape::{MAX_RANK, Order, Shape};

const MAGIC: &[u8] = b"\x93NUMPY";
/// The longest header that is read.
const MAX_HEADER: usize = 1 << 20;
/// Bytes that say how long the header is, whatever the version.
pub(super) const PREAMBLE: usize = 12;
/// The elements of files that are written begin at a multiple of this.
const ALIGN: usize = 64;

/// What the header of a `.npy` file says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// The type of the elements.
    pub dtype: DType,
    /// Whether numbers are stored in the byte order that this machine does not have.
    pub swapped: bool,
    /// Whether the first axis runs fastest, not the last.
    pub fortran_order: bool,
    /// The sizes of the axes.
    pub shape: Shape,
    /// Where in the file the elements begin.
    pub data_start: usize,
}

impl Header {
    /// Reads a header from the first bytes of a file.
    ///
    /// # Errors
    /// [`ErrorKind::NotNpy`], [`ErrorKind::Version`], [`ErrorKind::Header`], [`ErrorKind::UnsupportedDType`];
    /// [`ErrorKind::Truncated`] if the header is longer than `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Header, ErrorKind> {
        let (start, end) = Header::extent(bytes)?;
        let Some(text) = bytes.get(start..end) else {
            return Err(ErrorKind::Truncated { expected: end as u64, actual: bytes.len() as u64 });
        };
        let mut literal = Literal { rest: text };
        let (mut dtype, mut fortran_order, mut shape) = (None, None, None);
        literal.expect(b'{')?;
        while !literal.take(b'}') {
            let key = literal.string()?;
            literal.expect(b':')?;
            match key {
                b"descr" if dtype.is_none() => dtype = Some(literal.descr()?),
                b"fortran_order" if fortran_order.is_none() => fortran_order = Some(literal.bool()?),
                b"shape" if shape.is_none() => shape = Some(literal.shape()?),
                b"descr" | b"fortran_order" | b"shape" => {
                    return Err(ErrorKind::Header("a key stands twice"));
                }
                _ => return Err(ErrorKind::Header("unknown key")),
            }
            if !literal.take(b',') {
                literal.expect(b'}')?;
                break;
            }
        }
        if !literal.rest.trim_ascii().is_empty() {
            return Err(ErrorKind::Header("something stands behind the dict"));
        }
        let (dtype, swapped) = dtype.ok_or(ErrorKind::Header("no `descr`"))?;
        let fortran_order = fortran_order.ok_or(ErrorKind::Header("no `fortran_order`"))?;
        let shape = shape.ok_or(ErrorKind::Header("no `shape`"))?;
        Ok(Header { dtype, swapped, fortran_order, shape, data_start: end })
    }

    /// Where the dict begins and ends, told from the first [`PREAMBLE`] bytes.
    pub(super) fn extent(bytes: &[u8]) -> Result<(usize, usize), ErrorKind> {
        if !bytes.starts_with(&MAGIC[..MAGIC.len().min(bytes.len())]) || bytes.is_empty() {
            return Err(ErrorKind::NotNpy);
        }
        let truncated = ErrorKind::Truncated { expected: PREAMBLE as u64, actual: bytes.len() as u64 };
        let (start, length) = match bytes.get(6..) {
            Some([1, _, a, b, ..]) => (10, usize::from(u16::from_le_bytes([*a, *b]))),
            Some([2 | 3, _, a, b, c, d, ..]) => (12, u32::from_le_bytes([*a, *b, *c, *d]) as usize),
            Some([1..=3, ..] | []) | None => return Err(truncated),
            Some([major, ..]) => return Err(ErrorKind::Version { major: *major }),
        };
        if length > MAX_HEADER {
            return Err(ErrorKind::Header("it claims to be longer than a mebibyte"));
        }
        Ok((start, start + length))
    }

    /// The bytes of a header for elements in native byte order, padded so that the elements begin at a multiple of 64.
    pub(super) fn bytes(dtype: DType, shape: &[usize], order: Order) -> Vec<u8> {
        let sizes: String = shape.iter().map(|n| format!("{n}, ")).collect();
        let sizes = if shape.len() == 1 { sizes.trim_end() } else { sizes.trim_end_matches(", ") };
        let (descr, fortran) = (descr(dtype), if order == Order::F { "True" } else { "False" });
        let dict = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': ({sizes}), }}");
        // At most 64 axes of 20 digits: version 1, whose length has 16 bits, is enough.
        let total = (MAGIC.len() + 4 + dict.len() + 1).next_multiple_of(ALIGN);
        let length = total - MAGIC.len() - 4;
        let mut bytes = [MAGIC, &[1, 0], &(length as u16).to_le_bytes(), dict.as_bytes()].concat();
        bytes.resize(total - 1, b' ');
        bytes.push(b'\n');
        bytes
    }
}

/// The rest of a Python literal.
struct Literal<'a> {
    rest: &'a [u8],
}

impl<'a> Literal<'a> {
    /// Takes a character and the blanks before it, if it is there.
    fn take(&mut self, c: u8) -> bool {
        let rest = self.rest.trim_ascii_start().strip_prefix(&[c]);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, c: u8) -> Result<(), ErrorKind> {
        if self.take(c) { Ok(()) } else { Err(ErrorKind::Header("not a Python dict")) }
    }

    /// A string without escapes.
    fn string(&mut self) -> Result<&'a [u8], ErrorKind> {
        let quote = if self.take(b'"') { b'"' } else { b'\'' };
        if quote == b'\'' {
            self.expect(quote)?;
        }
        let end = self.rest.iter().position(|&c| c == quote || c == b'\\' || c == b'\n');
        match end.map(|end| (self.rest.split_at(end), self.rest[end])) {
            Some(((text, rest), c)) if c == quote => {
                self.rest = &rest[1..];
                Ok(text)
            }
            Some(_) | None => Err(ErrorKind::Header("a string does not end")),
        }
    }

    fn word(&mut self) -> &'a [u8] {
        let rest = self.rest.trim_ascii_start();
        let end = rest.iter().position(|c| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        self.rest = rest;
        word
    }

    fn bool(&mut self) -> Result<bool, ErrorKind> {
        match self.word() {
            b"True" => Ok(true),
            b"False" => Ok(false),
            _ => Err(ErrorKind::Header("`fortran_order` is neither True nor False")),
        }
    }

    fn shape(&mut self) -> Result<Shape, ErrorKind> {
        let wrong = ErrorKind::Header("`shape` is not a tuple of sizes");
        let (mut shape, mut commas) = (Shape::new(), 0);
        if !self.take(b'(') {
            return Err(wrong);
        }
        while !self.take(b')') {
            // Python 2 wrote `3L`.
            let word = self.word();
            let digits = word.strip_suffix(b"L").unwrap_or(word);
            shape.push(number(digits).ok_or(
                if digits.iter().all(u8::is_ascii_digit) && !digits.is_empty() {
                    ErrorKind::TooBig
                } else {
                    ErrorKind::Header("`shape` is not a tuple of sizes")
                },
            )?);
            if shape.len() > MAX_RANK {
                return Err(ErrorKind::Header("more than 64 axes"));
            }
            if self.take(b',') {
                commas += 1;
            } else if self.take(b')') {
                break;
            } else {
                return Err(wrong);
            }
        }
        // `(3)` is no tuple.
        if shape.len() == 1 && commas == 0 { Err(wrong) } else { Ok(shape) }
    }

    /// The dtype, and whether its byte order is not this machine's.
    fn descr(&mut self) -> Result<(DType, bool), ErrorKind> {
        let whole = self.rest.trim_ascii_start();
        if let Some(b'[' | b'(') = whole.first() {
            return Err(unsupported(whole));
        }
        let text = self.string()?;
        dtype(text).ok_or_else(|| unsupported(text))
    }
}

/// The error for a description, of which a long one is cut.
fn unsupported(descr: &[u8]) -> ErrorKind {
    let short = &descr[..descr.len().min(60)];
    let more = if short.len() < descr.len() { "…" } else { "" };
    ErrorKind::UnsupportedDType(String::from_utf8_lossy(short).into_owned() + more)
}

/// A decimal number without a sign.
fn number<T: std::str::FromStr>(digits: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(digits).ok().filter(|t| t.bytes().all(|c| c.is_ascii_digit()));
    text.and_then(|t| t.parse().ok())
}

/// The dtype that NumPy describes as `text`, and whether its byte order is not this machine's.
fn dtype(text: &[u8]) -> Option<(DType, bool)> {
    let (swapped, code) = match text {
        [b'<', code @ ..] => (cfg!(target_endian = "big"), code),
        [b'>', code @ ..] => (cfg!(target_endian = "little"), code),
        [b'|' | b'=', code @ ..] | code => (false, code),
    };
    let dtype = match code {
        b"b1" | b"?" => DType::Bool,
        b"i1" => DType::I8,
        b"i2" => DType::I16,
        b"i4" => DType::I32,
        b"i8" => DType::I64,
        b"u1" => DType::U8,
        b"u2" => DType::U16,
        b"u4" => DType::U32,
        b"u8" => DType::U64,
        b"f2" => DType::F16,
        b"f4" => DType::F32,
        b"f8" => DType::F64,
        b"c8" => DType::C64,
        b"c16" => DType::C128,
        [b'S' | b'a', length @ ..] => DType::Bytes(number(length)?),
        [b'U', length @ ..] => DType::Text(number(length)?),
        [b'M', b'8', unit @ ..] => DType::Datetime(time_unit(unit)?),
        [b'm', b'8', unit @ ..] => DType::Timedelta(time_unit(unit)?),
        _ => return None,
    };
    Some((dtype, swapped && dtype.size() > 1 && !matches!(dtype, DType::Bytes(_))))
}

fn time_unit(text: &[u8]) -> Option<TimeUnit> {
    match text {
        [] => Some(TimeUnit::Generic),
        [b'[', code @ .., b']'] => {
            TimeUnit::ALL.into_iter().find(|&u| u != TimeUnit::Generic && u.code().as_bytes() == code)
        }
        _ => None,
    }
}

/// How NumPy describes a dtype in this machine's byte order.
fn descr(dtype: DType) -> String {
    let order = if cfg!(target_endian = "little") { '<' } else { '>' };
    let bracketed =
        |u: TimeUnit| if u == TimeUnit::Generic { String::new() } else { format!("[{}]", u.code()) };
    match dtype {
        DType::Bool => "|b1".to_owned(),
        DType::I8 => "|i1".to_owned(),
        DType::U8 => "|u1".to_owned(),
        DType::I16 | DType::I32 | DType::I64 => format!("{order}i{}", dtype.size()),
        DType::U16 | DType::U32 | DType::U64 => format!("{order}u{}", dtype.size()),
        DType::F16 | DType::F32 | DType::F64 => format!("{order}f{}", dtype.size()),
        DType::C64 | DType::C128 => format!("{order}c{}", dtype.size()),
        DType::Bytes(n) => format!("|S{n}"),
        DType::Text(n) => format!("{order}U{n}"),
        DType::Datetime(u) => format!("{order}M8{}", bracketed(u)),
        DType::Timedelta(u) => format!("{order}m8{}", bracketed(u)),
    }
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
