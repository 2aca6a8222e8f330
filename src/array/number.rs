//! The text of one element, in the format that all elements of a printed array share.
//!
//! NumPy's rules: floats show the fewest digits that tell them apart, at most eight after the point, all
//! points in one column; in scientific notation if one is very large or small, or much larger than another.

use crate::dtype::DType;
use crate::half::F16;

/// The most digits after the point.
const DIGITS: usize = 8;

/// A number or bool that was read from an array.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Bool(bool),
    Int(i128),
    F16(f32),
    F32(f32),
    F64(f64),
}

impl Value {
    /// The value of an element's bytes; `None` for dtypes that are no numbers.
    pub(super) fn of(dtype: DType, bytes: &[u8]) -> Option<Value> {
        macro_rules! int {
            ($type:ty) => {
                Value::Int(<$type>::from_ne_bytes(bytes.try_into().ok()?).into())
            };
        }
        Some(match dtype {
            DType::Bool => Value::Bool(bytes.first()? != &0),
            DType::I8 => int!(i8),
            DType::I16 => int!(i16),
            DType::I32 => int!(i32),
            DType::I64 => int!(i64),
            DType::U8 => int!(u8),
            DType::U16 => int!(u16),
            DType::U32 => int!(u32),
            DType::U64 => int!(u64),
            DType::F16 => Value::F16(F16(u16::from_ne_bytes(bytes.try_into().ok()?)).to_f32()),
            DType::F32 => Value::F32(f32::from_ne_bytes(bytes.try_into().ok()?)),
            DType::F64 => Value::F64(f64::from_ne_bytes(bytes.try_into().ok()?)),
            DType::C64 | DType::C128 | DType::Bytes(_) | DType::Text(_) => return None,
            DType::Datetime(_) | DType::Timedelta(_) => return None,
        })
    }

    /// The text of an array without axes: a NumPy scalar's.
    pub(super) fn alone(&self) -> String {
        match self {
            Value::Bool(b) => truth(*b).to_owned(),
            Value::Int(i) => i.to_string(),
            Value::F16(_) | Value::F32(_) | Value::F64(_) => {
                let size = self.float().abs();
                if !size.is_finite() {
                    return nonfinite(self.float()).to_owned();
                }
                if size == 0.0 || (1e-4..self.alone_limit()).contains(&size) {
                    let (whole, fraction) = self.positional(usize::MAX);
                    return format!("{whole}.{}", if fraction.is_empty() { "0" } else { &fraction });
                }
                let (whole, fraction, exponent) = self.scientific(usize::MAX);
                let point = if fraction.is_empty() { "" } else { "." };
                format!("{whole}{point}{fraction}e{}", exponent_text(exponent, 2))
            }
        }
    }

    fn float(&self) -> f64 {
        match self {
            Value::Bool(b) => f64::from(u8::from(*b)),
            Value::Int(i) => *i as f64,
            Value::F16(x) | Value::F32(x) => f64::from(*x),
            Value::F64(x) => *x,
        }
    }

    /// Below this, NumPy writes all numbers of an array in scientific notation.
    fn least_positional(&self) -> f64 {
        match self {
            Value::F16(_) => f64::from(F16::from_f64(1e-4).to_f32()),
            Value::F32(_) => f64::from(1e-4f32),
            Value::Bool(_) | Value::Int(_) | Value::F64(_) => 1e-4,
        }
    }

    /// From this on, NumPy writes a number that stands alone in scientific notation.
    fn alone_limit(&self) -> f64 {
        match self {
            Value::F16(_) => 1e3,
            Value::F32(_) => 1e6,
            Value::Bool(_) | Value::Int(_) | Value::F64(_) => 1e16,
        }
    }

    /// The fewest digits that name the value, as `format!("{:e}")` writes them. Of two that are equally
    /// near NumPy takes the even one, as formatting to a given number of digits does.
    fn shortest(&self) -> String {
        let text = match self {
            Value::F16(x) => return shortest_half(*x),
            Value::F32(x) => format!("{x:e}"),
            Value::Bool(_) | Value::Int(_) | Value::F64(_) => format!("{:e}", self.float()),
        };
        let digits = split_point(split_exponent(&text).0).1.len();
        format!("{:.digits$e}", self.float())
    }

    /// The digits before and after the point, at most `digits` after it.
    fn positional(&self, digits: usize) -> (String, String) {
        let shortest = self.shortest();
        let (mantissa, exponent) = split_exponent(&shortest);
        let (whole, fraction) = shift(mantissa, exponent);
        if fraction.len() <= digits {
            return (whole, fraction);
        }
        split_point(&format!("{:.digits$}", self.float()))
    }

    /// The digits before and after the point and the exponent, at most `digits` after the point.
    fn scientific(&self, digits: usize) -> (String, String, i32) {
        let mut text = self.shortest();
        if split_point(split_exponent(&text).0).1.len() > digits {
            text = format!("{:.digits$e}", self.float());
        }
        let (mantissa, exponent) = split_exponent(&text);
        let (whole, fraction) = split_point(mantissa);
        (whole, fraction, exponent)
    }
}

/// How the elements of one array are written.
pub(super) enum Format {
    Bool,
    Int { width: usize },
    Positional { left: usize, right: usize, plus: bool },
    Scientific { left: usize, digits: usize, exponent: usize, plus: bool },
}

impl Format {
    /// The format in which all of the values fit.
    pub(super) fn of(values: &[Value]) -> Format {
        match values.first() {
            Some(Value::Bool(_)) => Format::Bool,
            None | Some(Value::Int(_)) => {
                Format::Int { width: values.iter().map(|v| v.alone().len()).max().unwrap_or(0) }
            }
            Some(Value::F16(_) | Value::F32(_) | Value::F64(_)) => Format::floats(values, false),
        }
    }

    /// The format of imaginary parts, which have a sign always.
    pub(super) fn signed(values: &[Value]) -> Format {
        Format::floats(values, true)
    }

    fn floats(values: &[Value], plus: bool) -> Format {
        let finite: Vec<&Value> = values.iter().filter(|v| v.float().is_finite()).collect();
        let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
        let scientific = is_wide(&finite);
        let (mut left, right, digits, exponent);
        if scientific {
            let parts: Vec<_> = finite.iter().map(|v| v.scientific(DIGITS)).collect();
            left = longest(&mut parts.iter().map(|p| signed(&p.0, plus).len()));
            digits = longest(&mut parts.iter().map(|p| p.1.len()));
            exponent = longest(&mut parts.iter().map(|p| exponent_text(p.2, 2).len())) - 1;
            right = exponent + 2 + digits;
        } else {
            let parts: Vec<_> = finite.iter().map(|v| v.positional(DIGITS)).collect();
            left = longest(&mut parts.iter().map(|p| signed(&p.0, plus).len()));
            right = longest(&mut parts.iter().map(|p| p.1.len()));
            (digits, exponent) = (0, 0);
        }
        if finite.len() != values.len() {
            let negative = plus || values.iter().any(|v| v.float() == f64::NEG_INFINITY);
            left = left.max((3 + usize::from(negative)).saturating_sub(right + 1));
        }
        if scientific {
            Format::Scientific { left, digits, exponent, plus }
        } else {
            Format::Positional { left, right, plus }
        }
    }

    /// One value in this format.
    pub(super) fn text(&self, value: &Value) -> String {
        let x = value.float();
        match *self {
            Format::Bool => format!("{:>5}", truth(x != 0.0)),
            Format::Int { width } => format!("{:>width$}", value.alone()),
            Format::Positional { left, right, plus } if !x.is_finite() => {
                format!("{:>width$}", signed(nonfinite(x), plus), width = left + right + 1)
            }
            Format::Scientific { left, digits, exponent, plus } if !x.is_finite() => {
                format!("{:>width$}", signed(nonfinite(x), plus), width = left + exponent + 2 + digits + 1)
            }
            Format::Positional { left, right, plus } => {
                let (whole, fraction) = value.positional(DIGITS);
                format!("{:>left$}.{fraction:<right$}", signed(&whole, plus))
            }
            Format::Scientific { left, digits, exponent, plus } => {
                // The exact value's digits, as far as the longest of the array's numbers goes.
                let text = format!("{x:.digits$e}");
                let (mantissa, e) = split_exponent(&text);
                let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
                format!("{:>left$}.{fraction}e{}", signed(whole, plus), exponent_text(e, exponent))
            }
        }
    }
}

/// The text with a `+` before it, if it is to have a sign and has none.
fn signed(text: &str, plus: bool) -> String {
    format!("{}{text}", if plus && !text.starts_with('-') { "+" } else { "" })
}

/// A complex number that stands alone: NumPy writes the imaginary part only, if the real one is 0.
pub(super) fn complex_alone(re: &Value, im: &Value) -> String {
    let text = |part: &Value| {
        let text = part.alone();
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    };
    if re.float() == 0.0 && !re.float().is_sign_negative() {
        return text(im) + "j";
    }
    format!("({}{}j)", text(re), signed(&text(im), true))
}

/// Whether NumPy writes these finite floats in scientific notation.
fn is_wide(finite: &[&Value]) -> bool {
    let sizes = || finite.iter().map(|v| v.float().abs()).filter(|&x| x != 0.0);
    let (largest, least) = (sizes().fold(0.0, f64::max), sizes().fold(f64::INFINITY, f64::min));
    // The limits and the quotient are rounded to the dtype, as NumPy's are.
    let Some(first) = finite.first() else { return false };
    let (limit, ratio) = match first {
        Value::F16(_) => (1e3, f64::from(F16::from_f64(largest / least).to_f32())),
        Value::F32(_) => (1e6, f64::from((largest / least) as f32)),
        Value::Bool(_) | Value::Int(_) | Value::F64(_) => (1e8, largest / least),
    };
    largest > 0.0 && (largest >= limit || least < first.least_positional() || ratio > 1000.0)
}

fn truth(b: bool) -> &'static str {
    if b { "True" } else { "False" }
}

fn nonfinite(x: f64) -> &'static str {
    match x {
        f64::INFINITY => "inf",
        f64::NEG_INFINITY => "-inf",
        _ => "nan",
    }
}

/// The sign and at least `digits` digits.
fn exponent_text(exponent: i32, digits: usize) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{:0digits$}", exponent.unsigned_abs())
}

fn split_exponent(text: &str) -> (&str, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (mantissa, exponent.parse().unwrap_or(0))
}

/// What stands before and after the point, without zeros at the end.
fn split_point(text: &str) -> (String, String) {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    (whole.to_owned(), fraction.trim_end_matches('0').to_owned())
}

/// Moves the point of a mantissa with one digit before it by `exponent` places.
fn shift(mantissa: &str, exponent: i32) -> (String, String) {
    let sign = if mantissa.starts_with('-') { "-" } else { "" };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let zeros = "0".repeat(exponent.unsigned_abs() as usize);
    if exponent < 0 {
        return split_point(&format!("{sign}0.{}{digits}", &zeros[1..]));
    }
    let padded = digits + &zeros;
    let (whole, fraction) = padded.split_at(1 + exponent as usize);
    split_point(&format!("{sign}{whole}.{fraction}"))
}

/// The fewest digits that round to this half-precision number.
fn shortest_half(x: f32) -> String {
    let exact = f64::from(x);
    (0..5)
        .map(|digits| format!("{exact:.digits$e}"))
        .find(|text| text.parse().is_ok_and(|y: f64| F16::from_f64(y).to_f32() == x))
        .unwrap_or_else(|| format!("{exact:e}"))
}
