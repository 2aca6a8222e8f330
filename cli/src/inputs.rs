//! `NAME=FILE.npy` and `NAME=NUMBER`: what names stand for.

use crate::report::{Stop, visible};
use crate::sigbus::Mapped;
use numfuse::array::{Array, Bindings, Input};
use numfuse::syntax::{self, Token};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What a name stands for.
pub(crate) enum Value {
    /// A file, mapped.
    File(Mapped),
    /// An array in memory.
    Array(Array),
    /// A number without a dtype.
    Number(Number),
}

/// A number without a dtype: it takes that of what it meets.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Number {
    /// Between the least `i64` and the greatest `u64`.
    Int(i128),
    Float(f64),
}

impl Value {
    /// What a formula reads.
    pub(crate) fn input(&self) -> Input<'_> {
        match self {
            Value::File(file) => Input::View(file.view()),
            Value::Array(array) => Input::from(array),
            Value::Number(Number::Int(x)) => Input::WeakInt(*x),
            Value::Number(Number::Float(x)) => Input::WeakFloat(*x),
        }
    }
}

/// Names and what they stand for, in the order in which they were first given.
#[derive(Default)]
pub(crate) struct Values(Vec<(String, Value)>);

impl Values {
    /// Reads the arguments of a command; each name may be given once.
    pub(crate) fn from_args(args: &[OsString]) -> Result<Values, Stop> {
        let mut values = Values::default();
        for arg in args {
            let (name, value) = split(arg)?;
            if values.get(name).is_some() {
                return Err(Stop::usage("duplicate-name", format_args!("`{name}` is given twice")));
            }
            values.set(name, parse(value)?);
        }
        Ok(values)
    }

    /// Lets a name stand for something.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// What a name stands for.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// Every name and what it stands for.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v))
    }

    /// For the library.
    pub(crate) fn bindings(&self) -> Bindings<'_> {
        let mut bindings = Bindings::new();
        for (name, value) in self.iter() {
            bindings.input(name, value.input());
        }
        bindings
    }

    /// For a formula that may change the arrays in memory. Files are only read.
    pub(crate) fn changeable(&mut self) -> Bindings<'_> {
        let mut bindings = Bindings::new();
        for (name, value) in &mut self.0 {
            match value {
                Value::Array(array) => bindings.writable(name, array),
                other @ (Value::File(_) | Value::Number(_)) => bindings.input(name, other.input()),
            };
        }
        bindings
    }
}

/// `NAME=VALUE` in two.
pub(crate) fn split(arg: &OsStr) -> Result<(&str, &OsStr), Stop> {
    let bytes = arg.as_bytes();
    let cut = bytes.iter().position(|&b| b == b'=').filter(|&i| i > 0 && i + 1 < bytes.len());
    let Some(cut) = cut else {
        return Err(Stop::usage("bad-argument", format_args!("`{}` is not NAME=VALUE", visible(arg))));
    };
    let (name, value) = (OsStr::from_bytes(&bytes[..cut]), OsStr::from_bytes(&bytes[cut + 1..]));
    Ok((check_name(name)?, value))
}

/// A name that a formula can use.
pub(crate) fn check_name(name: &OsStr) -> Result<&str, Stop> {
    let is_name = |text: &&str| {
        let tokens = syntax::tokens(text).unwrap_or_default();
        matches!(tokens.as_slice(), [one] if one.token == Token::Name && one.span.range() == (0..text.len()))
    };
    let wrong = || Stop::usage("bad-name", format_args!("`{}` cannot be a name in a formula", visible(name)));
    name.to_str().filter(is_name).ok_or_else(wrong)
}

/// What stands behind the `=`: a number if it looks like one, else a file.
pub(crate) fn parse(value: &OsStr) -> Result<Value, Stop> {
    match value.to_str().and_then(number) {
        Some(number) => Ok(Value::Number(number)),
        None => open(Path::new(value)),
    }
}

/// Maps a file.
pub(crate) fn open(path: &Path) -> Result<Value, Stop> {
    Ok(Value::File(Mapped::open(path)?))
}

/// A number without a dtype, if the text is one.
pub(crate) fn number(text: &str) -> Option<Number> {
    let digits = text.trim_start_matches(['-', '+']);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let int = text.parse().ok().filter(|i| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(i));
    int.map(Number::Int).or_else(|| text.parse().ok().map(Number::Float))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_files() {
        assert_eq!(number("-3"), Some(Number::Int(-3)));
        assert_eq!(number("18446744073709551615"), Some(Number::Int(u64::MAX.into())));
        assert_eq!(number("18446744073709551616"), Some(Number::Float(18446744073709551616.0)));
        assert_eq!(number(".5e1"), Some(Number::Float(5.0)));
        assert!(["nan.npy", "inf", "1.npy", "a", "-", ".", "./1", ""].iter().all(|t| number(t).is_none()));
    }

    #[test]
    fn arguments_name_one_value() {
        assert!(matches!(split(OsStr::new("a=b=c")), Ok(("a", v)) if v == "b=c"));
        for wrong in ["a", "=b", "a=", "1a=b", "a b=c", "if=c", " a=b", "a\n=b"] {
            assert!(split(OsStr::new(wrong)).is_err(), "{wrong}");
        }
    }
}
