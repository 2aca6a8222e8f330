//! The kinds that NumExpr computes in, and the one that operands meet in.

use super::super::error::ErrorKind;
use super::super::value::{Step, stop};
use crate::dtype::DType;
use crate::span::Span;

/// A kind, in the order in which they are promoted; bytes stand apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Kind {
    Bool,
    /// i32.
    Int,
    /// i64.
    Long,
    /// f32.
    Float,
    /// f64.
    Double,
    /// c128.
    Complex,
    /// Bytes of any length.
    Bytes,
}

impl Kind {
    /// The letter that stands for it in the name of an opcode.
    pub(super) const fn letter(self) -> char {
        match self {
            Kind::Bool => 'b',
            Kind::Int => 'i',
            Kind::Long => 'l',
            Kind::Float => 'f',
            Kind::Double => 'd',
            Kind::Complex => 'c',
            Kind::Bytes => 's',
        }
    }

    /// The kind in which an array of a dtype is computed; `None` if NumExpr takes no such array.
    pub(super) const fn of(dtype: DType) -> Option<Kind> {
        Some(match dtype {
            DType::Bool => Kind::Bool,
            DType::I8 | DType::U8 | DType::I16 | DType::U16 | DType::I32 => Kind::Int,
            DType::U32 | DType::I64 | DType::U64 => Kind::Long,
            DType::F16 | DType::F32 => Kind::Float,
            DType::F64 => Kind::Double,
            DType::C64 | DType::C128 => Kind::Complex,
            DType::Bytes(_) => Kind::Bytes,
            DType::Text(_) | DType::Datetime(_) | DType::Timedelta(_) => return None,
        })
    }

    /// The kind of an integer literal.
    pub(super) fn of_integer(value: i128) -> Kind {
        if i32::try_from(value).is_ok() { Kind::Int } else { Kind::Long }
    }

    /// The dtype of its lanes; of complex numbers that of their parts. Bytes have none.
    pub(super) const fn lanes(self) -> Option<DType> {
        match self {
            Kind::Bool => Some(DType::Bool),
            Kind::Int => Some(DType::I32),
            Kind::Long => Some(DType::I64),
            Kind::Float => Some(DType::F32),
            Kind::Double | Kind::Complex => Some(DType::F64),
            Kind::Bytes => None,
        }
    }

    /// Whether it counts integers, other than bools.
    pub(super) const fn is_integer(self) -> bool {
        matches!(self, Kind::Int | Kind::Long)
    }
}

/// The highest kind.
pub(super) fn highest(kinds: &[Kind]) -> Kind {
    kinds.iter().copied().max().unwrap_or(Kind::Bool)
}

/// The lowest kind.
pub(super) fn lowest(kinds: &[Kind]) -> Kind {
    kinds.iter().copied().min().unwrap_or(Kind::Bool)
}

/// The kind that operands meet in: the highest, but bytes meet bytes only.
pub(super) fn common(kinds: &[Kind], span: Span) -> Step<Kind> {
    let bytes = kinds.iter().filter(|&&kind| kind == Kind::Bytes).count();
    if bytes == 0 || bytes == kinds.len() {
        Ok(highest(kinds))
    } else {
        stop(ErrorKind::BytesBesideNumbers, span)
    }
}

/// The name that NumExpr has for an operation with a result and operands of these kinds.
pub(super) fn signature(name: &str, result: Kind, operands: &[Kind]) -> String {
    let letters = std::iter::once(&result).chain(operands).map(|kind| kind.letter());
    format!("{name}_{}", letters.collect::<String>())
}
