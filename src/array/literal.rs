//! An element of bytes or text as Python writes it: in quotes, what cannot be printed escaped.

use super::text::{codes, trimmed};
use crate::dtype::DType;
use std::fmt::Write;

/// `'text'` or `b'bytes'`.
pub(super) fn python(dtype: DType, element: &[u8]) -> String {
    if matches!(dtype, DType::Bytes(_)) {
        let bytes: Vec<u32> = trimmed(element).iter().map(|&b| b.into()).collect();
        return quoted("b", &bytes, |code, out| match code as u8 {
            byte @ b' '..=b'~' => out.push(byte.into()),
            _ => escape(code, out),
        });
    }
    quoted("", &codes(element), |code, out| match char::from_u32(code) {
        Some(c) if is_printable(c) => out.push(c),
        Some(_) | None => escape(code, out),
    })
}

/// In double quotes only if there are single ones in it and no double ones.
fn quoted(prefix: &str, codes: &[u32], mut plain: impl FnMut(u32, &mut String)) -> String {
    let has = |c: char| codes.contains(&c.into());
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    let mut out = format!("{prefix}{quote}");
    for &code in codes {
        match char::from_u32(code) {
            Some(c) if c == quote || c == '\\' => out.extend(['\\', c]),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(_) | None => plain(code, &mut out),
        }
    }
    out.push(quote);
    out
}

fn escape(code: u32, out: &mut String) {
    let written = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
    written.expect("a string takes all");
}

/// Whether a character is shown as it is. Rust's escapes of what follows a letter ask the same as Python.
fn is_printable(c: char) -> bool {
    matches!(c, '\'' | '"' | '\\') || ['a', c].iter().collect::<String>().escape_debug().nth(1) == Some(c)
}
