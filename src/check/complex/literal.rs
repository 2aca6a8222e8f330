//! Arithmetic between literals of which one is complex, as arrays of c128 would do it.

use super::super::value::Number;
use crate::op::Op;

/// The value of a real literal.
pub(super) fn real(number: Number) -> Option<f64> {
    match number {
        Number::Int(value) => Some(value as f64),
        Number::Float(value) => Some(value),
        Number::Complex(..) | Number::Strong(_) | Number::Weak(_) => None,
        Number::Planes(..) | Number::WeakPlanes(..) | Number::Time(..) | Number::Text(_) => None,
    }
}

/// The result of `+ - * /` or a sign; `None` if the operator or its operands are not for this.
pub(in super::super) fn fold(op: Op, args: &[Number]) -> Option<Number> {
    if !args.iter().any(|number| matches!(number, Number::Complex(..))) {
        return None;
    }
    let parts = |number: Number| {
        if let Number::Complex(re, im) = number { Some((re, im)) } else { real(number).map(|re| (re, 0.0)) }
    };
    let (re, im) = match *args {
        [a] if op == Op::Neg => {
            let (re, im) = parts(a)?;
            (-re, -im)
        }
        [a, b] => binary(op, parts(a)?, parts(b)?)?,
        _ => return None,
    };
    Some(Number::Complex(re, im))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "other operators are made nodes")]
fn binary(op: Op, (ar, ai): (f64, f64), (br, bi): (f64, f64)) -> Option<(f64, f64)> {
    Some(match op {
        Op::Add => (ar + br, ai + bi),
        Op::Sub => (ar - br, ai - bi),
        Op::Mul => (ar * br - ai * bi, ar * bi + ai * br),
        Op::Div if br == 0.0 && bi == 0.0 => (ar / br.abs(), ai / br.abs()),
        Op::Div if br.abs() >= bi.abs() => {
            let ratio = bi / br;
            let scale = 1.0 / (br + bi * ratio);
            ((ar + ai * ratio) * scale, (ai - ar * ratio) * scale)
        }
        Op::Div => {
            let ratio = br / bi;
            let scale = 1.0 / (bi + br * ratio);
            ((ar * ratio + ai) * scale, (ai * ratio - ar) * scale)
        }
        _ => return None,
    })
}
