//! Arithmetic between literals: what arrays would give, integers in 128 bits.
//!
//! Integers that overflow even those are an error. Floats have the meaning that the graph's
//! operators have on f64.

use super::error::ErrorKind;
use super::value::Number;
use crate::dtype::{DType, Lane};
use crate::ir::Scalar;
use crate::op::Op;
use crate::scalar;

/// The result of an operator between literals, or `None` if the operator or its operands are not
/// for this: the caller then builds nodes, or finds the error.
pub(super) fn fold(op: Op, args: &[Number]) -> Option<Result<Number, ErrorKind>> {
    match *args {
        [Number::Int(a)] => unary(op, a).map(finish),
        [Number::Int(a), Number::Int(b)] => integers(op, a, b),
        [a] => Some(Ok(floats(op, &[float(a)?])?)),
        [a, b] => Some(Ok(floats(op, &[float(a)?, float(b)?])?)),
        _ => None,
    }
}

fn float(number: Number) -> Option<f64> {
    match number {
        Number::Int(i) => Some(i as f64),
        Number::Float(x) => Some(x),
        Number::Strong(_) | Number::Weak(_) => None,
        Number::Complex(..)
        | Number::Planes(..)
        | Number::WeakPlanes(..)
        | Number::Time(..)
        | Number::Text(_) => None,
    }
}

/// An integer result, which 128 bits may not hold.
fn finish(value: Option<i128>) -> Result<Number, ErrorKind> {
    value.map(Number::Int).ok_or(ErrorKind::LiteralOverflow)
}

fn unary(op: Op, a: i128) -> Option<Option<i128>> {
    if op == Op::Neg {
        Some(a.checked_neg())
    } else if op == Op::BitNot {
        Some(Some(!a))
    } else {
        None
    }
}

fn integers(op: Op, a: i128, b: i128) -> Option<Result<Number, ErrorKind>> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "only operators with a symbol meet two literals")]
    let value = match op {
        Op::Add => a.checked_add(b),
        Op::Sub => a.checked_sub(b),
        Op::Mul => a.checked_mul(b),
        Op::Div => return Some(Ok(Number::Float(a as f64 / b as f64))),
        Op::FloorDiv => floor_div(a, b),
        Op::Mod => modulo(a, b),
        Op::Pow if b < 0 => return Some(Err(ErrorKind::NegativePower)),
        Op::Pow => power(a, b),
        Op::BitAnd => Some(a & b),
        Op::BitOr => Some(a | b),
        Op::BitXor => Some(a ^ b),
        Op::Shl => shift_left(a, b),
        Op::Shr => Some(shift_right(a, b)),
        _ => return None,
    };
    Some(finish(value))
}

/// By zero it is zero, as on arrays.
fn floor_div(a: i128, b: i128) -> Option<i128> {
    if b == 0 {
        return Some(0);
    }
    let quotient = a.checked_div(b)?;
    let inexact = quotient.checked_mul(b)? != a;
    Some(if inexact && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

fn modulo(a: i128, b: i128) -> Option<i128> {
    if b == 0 {
        return Some(0);
    }
    let remainder = a.checked_rem(b)?;
    Some(if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder })
}

fn power(a: i128, b: i128) -> Option<i128> {
    match (a, u32::try_from(b)) {
        (0 | 1, _) => Some(if b == 0 { 1 } else { a }),
        (-1, _) => Some(if b % 2 == 0 { 1 } else { -1 }),
        (_, Ok(b)) => a.checked_pow(b),
        (_, Err(_)) => None,
    }
}

/// A negative count gives zero, as on arrays.
fn shift_left(a: i128, b: i128) -> Option<i128> {
    if b < 0 || a == 0 {
        return Some(0);
    }
    a.checked_mul(1i128.checked_shl(u32::try_from(b).ok()?).filter(|&factor| factor > 0)?)
}

/// A count outside the width gives zero or the sign, as on arrays.
fn shift_right(a: i128, b: i128) -> i128 {
    let count = u32::try_from(b).ok().filter(|&count| count < 128);
    count.map_or(if a < 0 { -1 } else { 0 }, |count| a >> count)
}

/// The largest exponent, either way, of a constant integer power.
const LARGEST_EXPONENT: f64 = 2_147_483_648.0;

/// Whether a literal makes a float's power a constant integer power. A half holds integers up to 2048 only.
pub(super) fn is_exponent(number: Number, dtype: DType) -> bool {
    let largest = if dtype == DType::F16 { 2048.0 } else { LARGEST_EXPONENT };
    float(number).is_some_and(|n| n.trunc() == n && n.abs() <= largest)
}

fn floats(op: Op, args: &[f64]) -> Option<Number> {
    let has_meaning =
        matches!(op, Op::Add | Op::Sub | Op::Mul | Op::Div | Op::FloorDiv | Op::Mod | Op::Pow | Op::Neg);
    // As on arrays: a scalar exponent of a half is a square root, integers have their own operator.
    let (op, args) = match *args {
        [_, 0.5] if op == Op::Pow => (Op::Sqrt, &args[..1]),
        [_, n] if op == Op::Pow && is_exponent(Number::Float(n), DType::F64) => (Op::PowInteger, args),
        _ => (op, args),
    };
    let args: Vec<Scalar> = args.iter().map(|&x| Scalar::from_f64(Lane::F64, x)).collect();
    has_meaning.then(|| scalar::apply(op, &args).as_f64().map(Number::Float))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(op: Op, a: i128, b: i128) -> Option<i128> {
        match fold(op, &[Number::Int(a), Number::Int(b)]) {
            Some(Ok(Number::Int(i))) => Some(i),
            _ => None,
        }
    }

    #[test]
    fn integers_divide_as_numpys() {
        for (a, b, quotient, rest) in
            [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (5, 0, 0, 0), (-6, 3, -2, 0)]
        {
            assert_eq!(
                (int(Op::FloorDiv, a, b), int(Op::Mod, a, b)),
                (Some(quotient), Some(rest)),
                "{a} {b}"
            );
        }
        assert_eq!(int(Op::FloorDiv, i128::MIN, -1), None);
    }

    #[test]
    fn powers_and_shifts_overflow_or_do_not() {
        assert_eq!(int(Op::Pow, 2, 126), Some(1 << 126));
        assert_eq!(int(Op::Pow, 2, 127), None);
        assert_eq!(int(Op::Pow, -1, i128::MAX), Some(-1));
        assert_eq!(int(Op::Pow, 0, 0), Some(1));
        assert_eq!(int(Op::Shl, 1, 126), Some(1 << 126));
        assert_eq!(int(Op::Shl, 1, 127), None);
        assert_eq!(int(Op::Shl, 1, -1), Some(0));
        assert_eq!(int(Op::Shr, -5, 1000), Some(-1));
        assert!(matches!(fold(Op::Pow, &[Number::Int(2), Number::Int(-1)]), Some(Err(_))));
    }
}
