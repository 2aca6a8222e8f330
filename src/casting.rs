//! Which casts are allowed: NumPy's rules.

use crate::dtype::{DType, Kind, promote};
use std::fmt;
use std::str::FromStr;

/// How freely a result may be cast to the dtype that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub enum Casting {
    /// Not at all.
    No,
    /// Only to what holds every value.
    Safe,
    /// Also to less of the same kind, such as f64 to f32 or i64 to i8.
    #[default]
    SameKind,
    /// To anything.
    Unsafe,
}

impl Casting {
    /// Every rule, the strictest first.
    pub const ALL: [Casting; 4] = [Casting::No, Casting::Safe, Casting::SameKind, Casting::Unsafe];

    /// NumPy's name of the rule.
    pub const fn name(self) -> &'static str {
        match self {
            Casting::No => "no",
            Casting::Safe => "safe",
            Casting::SameKind => "same_kind",
            Casting::Unsafe => "unsafe",
        }
    }
}

impl fmt::Display for Casting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownCasting;

impl fmt::Display for UnknownCasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("casting is one of no, safe, same_kind and unsafe")
    }
}

impl std::error::Error for UnknownCasting {}

impl FromStr for Casting {
    type Err = UnknownCasting;

    fn from_str(text: &str) -> Result<Casting, UnknownCasting> {
        // That byte orders may differ goes without saying here.
        let text = if text == "equiv" { "no" } else { text };
        Casting::ALL.into_iter().find(|casting| casting.name() == text).ok_or(UnknownCasting)
    }
}

/// Whether a rule allows a cast.
///
/// ```
/// use numfuse::casting::{Casting, can_cast};
/// use numfuse::dtype::DType;
/// assert!(can_cast(DType::F64, DType::F32, Casting::SameKind));
/// assert!(!can_cast(DType::F64, DType::I64, Casting::SameKind));
/// assert!(can_cast(DType::I32, DType::F64, Casting::Safe));
/// ```
pub fn can_cast(from: DType, to: DType, casting: Casting) -> bool {
    match casting {
        Casting::No => from == to,
        Casting::Safe => is_safe(from, to),
        Casting::SameKind => {
            let less = matches!((rank(from), rank(to)), (Some(a), Some(b)) if a <= b);
            is_safe(from, to) || less || (from.kind() == to.kind() && !is_number(from))
        }
        Casting::Unsafe => true,
    }
}

fn is_safe(from: DType, to: DType) -> bool {
    match (from, to) {
        (DType::Bytes(a), DType::Bytes(b)) | (DType::Text(a), DType::Text(b)) => a <= b,
        (DType::Datetime(a), DType::Datetime(b)) | (DType::Timedelta(a), DType::Timedelta(b)) => a <= b,
        (from, to) => promote(from, to) == Some(to),
    }
}

fn is_number(dtype: DType) -> bool {
    rank(dtype).is_some()
}

/// The kinds of numbers, each of which can be cast to those after it.
fn rank(dtype: DType) -> Option<u8> {
    match dtype.kind() {
        Kind::Bool => Some(0),
        Kind::Unsigned => Some(1),
        Kind::Signed => Some(2),
        Kind::Float => Some(3),
        Kind::Complex => Some(4),
        Kind::Bytes | Kind::Text | Kind::Datetime | Kind::Timedelta => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `np.can_cast` of every pair, in the order of `DType::PLAIN`: s safe, k same kind, . neither.
    const NUMPY: [&str; 14] = [
        "ssssssssssssss",
        ".ssss....sssss",
        ".ksss....kssss",
        ".kkss....kksks",
        ".kkks....kksks",
        ".kssssssssssss",
        ".kksskssskssss",
        ".kkkskksskksks",
        ".kkkkkkkskksks",
        ".........sssss",
        ".........kssss",
        ".........kksks",
        "............ss",
        "............ks",
    ];

    #[test]
    fn rules_are_numpys() {
        for (from, row) in DType::PLAIN.into_iter().zip(NUMPY) {
            let found = DType::PLAIN.map(|to| {
                let allowed = Casting::ALL.map(|casting| can_cast(from, to, casting));
                assert!(allowed.is_sorted() && allowed[3], "{from} {to}");
                if allowed[1] {
                    's'
                } else if allowed[2] {
                    'k'
                } else {
                    '.'
                }
            });
            assert_eq!(found.iter().collect::<String>(), row, "{from}");
        }
    }
}
