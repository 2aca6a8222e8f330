//! Element types, and how two of them combine.
//!
//! [`DType`] names every dtype of the language; [`Lane`] is the closed set that kernels compute with.
//! Promotion is NumPy 2's, from one table ([`promote`]); literals are weak (NEP 50), which is the
//! business of `check`.

use std::fmt;
use std::str::FromStr;

/// The unit of a `datetime64` or `timedelta64`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TimeUnit {
    Generic,
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Milli,
    Micro,
    Nano,
    Pico,
    Femto,
    Atto,
}

impl TimeUnit {
    /// Every unit, coarse before fine after the generic one.
    pub const ALL: [TimeUnit; 14] = [
        TimeUnit::Generic,
        TimeUnit::Year,
        TimeUnit::Month,
        TimeUnit::Week,
        TimeUnit::Day,
        TimeUnit::Hour,
        TimeUnit::Minute,
        TimeUnit::Second,
        TimeUnit::Milli,
        TimeUnit::Micro,
        TimeUnit::Nano,
        TimeUnit::Pico,
        TimeUnit::Femto,
        TimeUnit::Atto,
    ];

    /// NumPy's code for the unit, such as `"ms"`; empty for the generic unit.
    pub const fn code(self) -> &'static str {
        match self {
            TimeUnit::Generic => "",
            TimeUnit::Year => "Y",
            TimeUnit::Month => "M",
            TimeUnit::Week => "W",
            TimeUnit::Day => "D",
            TimeUnit::Hour => "h",
            TimeUnit::Minute => "m",
            TimeUnit::Second => "s",
            TimeUnit::Milli => "ms",
            TimeUnit::Micro => "us",
            TimeUnit::Nano => "ns",
            TimeUnit::Pico => "ps",
            TimeUnit::Femto => "fs",
            TimeUnit::Atto => "as",
        }
    }
}

/// An element type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum DType {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    F32,
    F64,
    C64,
    C128,
    /// `S`: bytes, padded with NUL to a fixed length in bytes.
    Bytes(u32),
    /// `U`: text in UCS-4, padded with NUL to a fixed length in characters.
    Text(u32),
    Datetime(TimeUnit),
    Timedelta(TimeUnit),
}

/// The families of dtypes that rules speak of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Bool,
    Signed,
    Unsigned,
    Float,
    Complex,
    Bytes,
    Text,
    Datetime,
    Timedelta,
}

/// The dtypes that kernels compute with, one value a lane.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Lane {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    /// Stored, compared and converted; arithmetic is done in f32 and rounded back.
    F16,
    F32,
    F64,
}

impl Lane {
    /// Every lane type, narrow before wide.
    pub const ALL: [Lane; 12] = [
        Lane::Bool,
        Lane::I8,
        Lane::I16,
        Lane::I32,
        Lane::I64,
        Lane::U8,
        Lane::U16,
        Lane::U32,
        Lane::U64,
        Lane::F16,
        Lane::F32,
        Lane::F64,
    ];

    /// Bytes of one element in memory.
    pub const fn size(self) -> usize {
        match self {
            Lane::Bool | Lane::I8 | Lane::U8 => 1,
            Lane::I16 | Lane::U16 | Lane::F16 => 2,
            Lane::I32 | Lane::U32 | Lane::F32 => 4,
            Lane::I64 | Lane::U64 | Lane::F64 => 8,
        }
    }

    /// Whether values are IEEE 754 numbers.
    pub const fn is_float(self) -> bool {
        matches!(self, Lane::F16 | Lane::F32 | Lane::F64)
    }

    /// Whether values are two's complement integers.
    pub const fn is_signed(self) -> bool {
        matches!(self, Lane::I8 | Lane::I16 | Lane::I32 | Lane::I64)
    }

    /// Whether values are integers without a sign (not bool).
    pub const fn is_unsigned(self) -> bool {
        matches!(self, Lane::U8 | Lane::U16 | Lane::U32 | Lane::U64)
    }

    /// Whether values are integers (not bool).
    pub const fn is_int(self) -> bool {
        self.is_signed() || self.is_unsigned()
    }
}

impl From<Lane> for DType {
    fn from(lane: Lane) -> DType {
        match lane {
            Lane::Bool => DType::Bool,
            Lane::I8 => DType::I8,
            Lane::I16 => DType::I16,
            Lane::I32 => DType::I32,
            Lane::I64 => DType::I64,
            Lane::U8 => DType::U8,
            Lane::U16 => DType::U16,
            Lane::U32 => DType::U32,
            Lane::U64 => DType::U64,
            Lane::F16 => DType::F16,
            Lane::F32 => DType::F32,
            Lane::F64 => DType::F64,
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        DType::from(*self).fmt(f)
    }
}

impl DType {
    /// The dtypes without a parameter, in promotion order within each kind.
    pub const PLAIN: [DType; 14] = [
        DType::Bool,
        DType::I8,
        DType::I16,
        DType::I32,
        DType::I64,
        DType::U8,
        DType::U16,
        DType::U32,
        DType::U64,
        DType::F16,
        DType::F32,
        DType::F64,
        DType::C64,
        DType::C128,
    ];

    /// The family of the dtype.
    pub const fn kind(self) -> Kind {
        match self {
            DType::Bool => Kind::Bool,
            DType::I8 | DType::I16 | DType::I32 | DType::I64 => Kind::Signed,
            DType::U8 | DType::U16 | DType::U32 | DType::U64 => Kind::Unsigned,
            DType::F16 | DType::F32 | DType::F64 => Kind::Float,
            DType::C64 | DType::C128 => Kind::Complex,
            DType::Bytes(_) => Kind::Bytes,
            DType::Text(_) => Kind::Text,
            DType::Datetime(_) => Kind::Datetime,
            DType::Timedelta(_) => Kind::Timedelta,
        }
    }

    /// Bytes of one element.
    pub const fn size(self) -> usize {
        match self {
            DType::Bool | DType::I8 | DType::U8 => 1,
            DType::I16 | DType::U16 | DType::F16 => 2,
            DType::I32 | DType::U32 | DType::F32 => 4,
            DType::I64 | DType::U64 | DType::F64 | DType::C64 => 8,
            DType::Datetime(_) | DType::Timedelta(_) => 8,
            DType::C128 => 16,
            DType::Bytes(n) => n as usize,
            DType::Text(n) => n as usize * 4,
        }
    }

    /// The lane type, for the dtypes that kernels compute with directly; `None` for the others.
    pub const fn lane(self) -> Option<Lane> {
        match self {
            DType::Bool => Some(Lane::Bool),
            DType::I8 => Some(Lane::I8),
            DType::I16 => Some(Lane::I16),
            DType::I32 => Some(Lane::I32),
            DType::I64 => Some(Lane::I64),
            DType::U8 => Some(Lane::U8),
            DType::U16 => Some(Lane::U16),
            DType::U32 => Some(Lane::U32),
            DType::U64 => Some(Lane::U64),
            DType::F16 => Some(Lane::F16),
            DType::F32 => Some(Lane::F32),
            DType::F64 => Some(Lane::F64),
            DType::C64 | DType::C128 | DType::Bytes(_) | DType::Text(_) => None,
            DType::Datetime(_) | DType::Timedelta(_) => None,
        }
    }

    /// The dtype of the real and imaginary parts of a complex dtype; `None` for the others.
    pub const fn part(self) -> Option<DType> {
        match self.kind() {
            Kind::Complex => Some(if self.size() == 8 { DType::F32 } else { DType::F64 }),
            Kind::Bool | Kind::Signed | Kind::Unsigned | Kind::Float => None,
            Kind::Bytes | Kind::Text | Kind::Datetime | Kind::Timedelta => None,
        }
    }

    /// The dtype that its elements are in memory: i64 for times, else itself.
    pub const fn stored(self) -> DType {
        match self.kind() {
            Kind::Datetime | Kind::Timedelta => DType::I64,
            Kind::Bool | Kind::Signed | Kind::Unsigned | Kind::Float => self,
            Kind::Complex | Kind::Bytes | Kind::Text => self,
        }
    }

    /// Whether the dtype is an integer with or without a sign (not bool).
    pub const fn is_int(self) -> bool {
        matches!(self.kind(), Kind::Signed | Kind::Unsigned)
    }

    /// Whether the dtype is a real floating-point type.
    pub const fn is_float(self) -> bool {
        matches!(self.kind(), Kind::Float)
    }

    /// Whether elements are bytes or text.
    pub const fn is_text(self) -> bool {
        matches!(self.kind(), Kind::Bytes | Kind::Text)
    }

    /// The smallest floating dtype that a function such as `sin` computes this dtype in, as NumPy
    /// has it: f16 for bool and 8 bits, f32 for 16 bits, f64 for wider integers, floats themselves.
    /// `None` where there is none.
    pub const fn to_float(self) -> Option<DType> {
        match self {
            DType::Bool | DType::I8 | DType::U8 | DType::F16 => Some(DType::F16),
            DType::I16 | DType::U16 | DType::F32 => Some(DType::F32),
            DType::I32 | DType::I64 | DType::U32 | DType::U64 | DType::F64 => Some(DType::F64),
            DType::C64 => Some(DType::C64),
            DType::C128 => Some(DType::C128),
            DType::Bytes(_) | DType::Text(_) | DType::Datetime(_) | DType::Timedelta(_) => None,
        }
    }
}

/// The dtype in which NumPy 2 combines two arrays, or `None` if there is none.
///
/// Text and times combine with nothing yet.
pub fn promote(a: DType, b: DType) -> Option<DType> {
    use DType::{Bool, C64, C128, F16, F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};
    // Row and column by the order of `DType::PLAIN`.
    #[rustfmt::skip]
    const TABLE: [[DType; 14]; 14] = [
        [Bool, I8,   I16,  I32,  I64,  U8,   U16,  U32,  U64,  F16,  F32,  F64,  C64,  C128],
        [I8,   I8,   I16,  I32,  I64,  I16,  I32,  I64,  F64,  F16,  F32,  F64,  C64,  C128],
        [I16,  I16,  I16,  I32,  I64,  I16,  I32,  I64,  F64,  F32,  F32,  F64,  C64,  C128],
        [I32,  I32,  I32,  I32,  I64,  I32,  I32,  I64,  F64,  F64,  F64,  F64,  C128, C128],
        [I64,  I64,  I64,  I64,  I64,  I64,  I64,  I64,  F64,  F64,  F64,  F64,  C128, C128],
        [U8,   I16,  I16,  I32,  I64,  U8,   U16,  U32,  U64,  F16,  F32,  F64,  C64,  C128],
        [U16,  I32,  I32,  I32,  I64,  U16,  U16,  U32,  U64,  F32,  F32,  F64,  C64,  C128],
        [U32,  I64,  I64,  I64,  I64,  U32,  U32,  U32,  U64,  F64,  F64,  F64,  C128, C128],
        [U64,  F64,  F64,  F64,  F64,  U64,  U64,  U64,  U64,  F64,  F64,  F64,  C128, C128],
        [F16,  F16,  F32,  F64,  F64,  F16,  F32,  F64,  F64,  F16,  F32,  F64,  C64,  C128],
        [F32,  F32,  F32,  F64,  F64,  F32,  F32,  F64,  F64,  F32,  F32,  F64,  C64,  C128],
        [F64,  F64,  F64,  F64,  F64,  F64,  F64,  F64,  F64,  F64,  F64,  F64,  C128, C128],
        [C64,  C64,  C64,  C128, C128, C64,  C64,  C128, C128, C64,  C64,  C128, C64,  C128],
        [C128, C128, C128, C128, C128, C128, C128, C128, C128, C128, C128, C128, C128, C128],
    ];
    let place = |d: DType| DType::PLAIN.iter().position(|&p| p == d);
    Some(TABLE[place(a)?][place(b)?])
}

impl fmt::Display for DType {
    /// The short name: `f64`, `i8`, `bool`, `S5`, `U5`, `datetime64[ns]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match *self {
            DType::Bool => "bool",
            DType::I8 => "i8",
            DType::I16 => "i16",
            DType::I32 => "i32",
            DType::I64 => "i64",
            DType::U8 => "u8",
            DType::U16 => "u16",
            DType::U32 => "u32",
            DType::U64 => "u64",
            DType::F16 => "f16",
            DType::F32 => "f32",
            DType::F64 => "f64",
            DType::C64 => "c64",
            DType::C128 => "c128",
            DType::Bytes(n) => return write!(f, "S{n}"),
            DType::Text(n) => return write!(f, "U{n}"),
            DType::Datetime(u) => return write!(f, "datetime64[{}]", u.code()),
            DType::Timedelta(u) => return write!(f, "timedelta64[{}]", u.code()),
        };
        f.write_str(name)
    }
}

/// A text that names no dtype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDType(pub String);

impl fmt::Display for UnknownDType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown dtype `{}`", self.0.escape_debug())
    }
}

impl std::error::Error for UnknownDType {}

impl FromStr for DType {
    type Err = UnknownDType;

    /// Reads what is displayed (`f64`, `S5`, `datetime64[ns]`) or NumPy's name (`float64`).
    fn from_str(text: &str) -> Result<DType, UnknownDType> {
        let plain = DType::PLAIN.into_iter().find(|d| d.to_string() == text || d.numpy_name() == Some(text));
        plain.or_else(|| parametrised(text)).ok_or_else(|| UnknownDType(text.to_owned()))
    }
}

/// A dtype with a length or a unit.
fn parametrised(text: &str) -> Option<DType> {
    let length = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?;
    if let Some(digits) = text.strip_prefix('S') {
        return length(digits).map(DType::Bytes);
    }
    if let Some(digits) = text.strip_prefix('U') {
        // So that the bytes of an element can be counted in 32 bits.
        return length(digits).filter(|&n| n <= u32::MAX / 4).map(DType::Text);
    }
    let (kind, unit) = text.strip_suffix(']')?.split_once('[')?;
    let unit = TimeUnit::ALL.into_iter().find(|u| u.code() == unit)?;
    match kind {
        "datetime64" => Some(DType::Datetime(unit)),
        "timedelta64" => Some(DType::Timedelta(unit)),
        _ => None,
    }
}

impl DType {
    /// NumPy's name of a dtype without a parameter, such as `float64`.
    pub const fn numpy_name(self) -> Option<&'static str> {
        match self {
            DType::Bool => Some("bool"),
            DType::I8 => Some("int8"),
            DType::I16 => Some("int16"),
            DType::I32 => Some("int32"),
            DType::I64 => Some("int64"),
            DType::U8 => Some("uint8"),
            DType::U16 => Some("uint16"),
            DType::U32 => Some("uint32"),
            DType::U64 => Some("uint64"),
            DType::F16 => Some("float16"),
            DType::F32 => Some("float32"),
            DType::F64 => Some("float64"),
            DType::C64 => Some("complex64"),
            DType::C128 => Some("complex128"),
            DType::Bytes(_) | DType::Text(_) | DType::Datetime(_) | DType::Timedelta(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promotion_is_symmetric_and_idempotent() {
        for a in DType::PLAIN {
            assert_eq!(promote(a, a), Some(a));
            for b in DType::PLAIN {
                assert_eq!(promote(a, b), promote(b, a), "{a} {b}");
            }
        }
        assert_eq!(promote(DType::F64, DType::Text(3)), None);
    }

    #[test]
    fn names_are_read_back() {
        for d in DType::PLAIN {
            assert_eq!(d.to_string().parse(), Ok(d));
            assert_eq!(d.numpy_name().and_then(|n| n.parse().ok()), Some(d));
        }
        for d in [
            DType::Bytes(5),
            DType::Text(0),
            DType::Datetime(TimeUnit::Nano),
            DType::Timedelta(TimeUnit::Generic),
        ] {
            assert_eq!(d.to_string().parse(), Ok(d));
        }
        for text in ["f65", "S", "S-1", "U1x", "U4294967295", "datetime64[x]", "time64[ns]", "S[ns]"] {
            assert!(text.parse::<DType>().is_err(), "{text}");
        }
    }
}
