//! The values of literals. The lexer's patterns have fixed their form; only text can still be wrong.

/// What is wrong inside a text literal, and at which byte range of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    Escape(std::ops::Range<usize>),
    NonAscii(std::ops::Range<usize>),
}

/// `None` for more than 127 bits.
pub(super) fn int(literal: &str) -> Option<i128> {
    let digits = literal.replace('_', "");
    let (radix, skip) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, 2),
        [b'0', b'o' | b'O', ..] => (8, 2),
        [b'0', b'b' | b'B', ..] => (2, 2),
        _ => (10, 0),
    };
    i128::from_str_radix(&digits[skip..], radix).ok()
}

/// Rounded once, as Python does; out of range is infinity.
pub(super) fn float(literal: &str) -> f64 {
    literal.replace('_', "").parse().expect("the lexer's floats are a subset of Rust's")
}

/// The value of an imaginary literal without its `j`.
pub(super) fn imaginary(literal: &str) -> f64 {
    float(&literal[..literal.len() - 1])
}

/// The value of `'text'`.
pub(super) fn text(literal: &str) -> Result<String, Fault> {
    unescape(literal, 1, false)
}

/// The value of `b'bytes'`, a byte a Latin-1 character.
pub(super) fn bytes(literal: &str) -> Result<String, Fault> {
    if let Some((at, c)) = literal.char_indices().find(|(_, c)| !c.is_ascii()) {
        return Err(Fault::NonAscii(at..at + c.len_utf8()));
    }
    unescape(literal, 2, true)
}

fn unescape(literal: &str, start: usize, bytes: bool) -> Result<String, Fault> {
    let end = literal.len() - 1;
    let mut value = String::with_capacity(end - start);
    let mut at = start;
    while let Some(slash) = literal[at..end].find('\\') {
        value.push_str(&literal[at..at + slash]);
        at += slash;
        let escape = Escape::read(&literal[at..end], bytes);
        if escape.fault {
            return Err(Fault::Escape(at..at + escape.len));
        }
        value.extend(escape.value);
        at += escape.len;
    }
    value.push_str(&literal[at..end]);
    Ok(value)
}

struct Escape {
    /// In bytes, with the backslash.
    len: usize,
    /// Nothing for a backslash at the end of a line.
    value: Option<char>,
    fault: bool,
}

impl Escape {
    /// `rest` begins with a backslash, and the lexer has seen a character after it.
    fn read(rest: &str, bytes: bool) -> Escape {
        let Some(letter) = rest[1..].chars().next() else {
            return Escape { len: 1, value: None, fault: true };
        };
        let simple = |c: char| Escape { len: 2, value: Some(c), fault: false };
        match letter {
            'n' => simple('\n'),
            't' => simple('\t'),
            'r' => simple('\r'),
            'a' => simple('\x07'),
            'b' => simple('\x08'),
            'f' => simple('\x0c'),
            'v' => simple('\x0b'),
            '\\' | '\'' | '"' => simple(letter),
            '\r' if rest[2..].starts_with('\n') => Escape { len: 3, value: None, fault: false },
            '\r' | '\n' => Escape { len: 2, value: None, fault: false },
            '0'..='7' => Escape::octal(rest, bytes),
            'x' => Escape::hex(rest, 2),
            'u' if !bytes => Escape::hex(rest, 4),
            'U' if !bytes => Escape::hex(rest, 8),
            _ => Escape { len: 1 + letter.len_utf8(), value: None, fault: true },
        }
    }

    fn hex(rest: &str, digits: usize) -> Escape {
        let found = rest[2..].chars().take(digits).take_while(char::is_ascii_hexdigit).count();
        // A lone surrogate is no `char`.
        let code = u32::from_str_radix(&rest[2..2 + found], 16).ok().filter(|_| found == digits);
        let value = code.and_then(char::from_u32);
        Escape { len: 2 + found, value, fault: value.is_none() }
    }

    fn octal(rest: &str, bytes: bool) -> Escape {
        let found = rest[1..].chars().take(3).take_while(|c| ('0'..='7').contains(c)).count();
        let code = u32::from_str_radix(&rest[1..1 + found], 8).ok().filter(|&c| !bytes || c < 256);
        let value = code.and_then(char::from_u32);
        Escape { len: 1 + found, value, fault: value.is_none() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_every_base_up_to_127_bits() {
        assert_eq!(int("0x1F"), Some(31));
        assert_eq!(int("0o17"), Some(15));
        assert_eq!(int("0b1_01"), Some(5));
        assert_eq!(int("0_0"), Some(0));
        assert_eq!(int("170141183460469231731687303715884105727"), Some(i128::MAX));
        assert_eq!(int("170141183460469231731687303715884105728"), None);
    }

    #[test]
    fn floats_round_once() {
        assert_eq!(float("1_0.5e1"), 105.0);
        assert_eq!(float("1."), 1.0);
        assert_eq!(float(".5"), 0.5);
        assert_eq!(float("1.e400"), f64::INFINITY);
        assert_eq!(imaginary("2J"), 2.0);
    }

    #[test]
    fn escapes_are_pythons() {
        assert_eq!(
            text(r#"'a\n\t\\\'\"\x41\u00e9\U0001F600\101é'"#).unwrap(),
            "a\n\t\\'\"A\u{e9}\u{1F600}Aé"
        );
        assert_eq!(text("'a\\\nb\\\r\nc'").unwrap(), "abc");
        assert_eq!(bytes(r"b'\xff\0'").unwrap(), "\u{ff}\0");
    }

    #[test]
    fn wrong_escapes_are_located() {
        assert_eq!(text(r"'ab\q'"), Err(Fault::Escape(3..5)));
        assert_eq!(text(r"'\x4g'"), Err(Fault::Escape(1..4)));
        assert_eq!(text(r"'\ud800'"), Err(Fault::Escape(1..7)));
        assert_eq!(text("'\\é'"), Err(Fault::Escape(1..4)));
        assert_eq!(bytes(r"b'\u0041'"), Err(Fault::Escape(2..4)));
        assert_eq!(bytes(r"b'\777'"), Err(Fault::Escape(2..6)));
        assert_eq!(bytes("b'aé'"), Err(Fault::NonAscii(3..5)));
    }
}
