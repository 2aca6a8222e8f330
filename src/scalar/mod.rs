//! What every operator means on single values: the definition that the reference evaluator and the
//! interpreter share, and that every other tier must match bit for bit.
//!
//! [`Number`] gives each lane type a method for each operator. [`apply`], [`cast`] and the
//! reductions' [`combine`] work on a [`Scalar`], a value that carries its type; [`block`] and
//! [`cast_block`] give the same as loops over blocks of elements. `table` says once which operator
//! is which method.
//!
//! All functions are total. Which combinations of operator and lane a graph can hold is the business
//! of `check`; one that it cannot hold gives the first operand (see [`Number`]).

mod block;
mod boolean;
mod float;
mod half;
mod integer;
mod number;
mod reduce;
mod table;
mod text;

pub use block::{block, cast_block};
pub use number::Number;
pub use reduce::{
    better, better_number, combine, combine_numbers, identity, identity_number, multiply_complex, scan,
    scan_numbers,
};
pub use text::{Element, apply_text, cast_text, lower, upper};

use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::op::Op;
use table::{by_lane, by_operator};

/// The value of an operator on lanes.
///
/// All operands have the lane that the operator computes in, save for the first of `where`, which is a
/// bool. The result has that lane too, or is a bool (comparisons, classification). Operands that
/// are missing count as 0.
pub fn apply(op: Op, args: &[Scalar]) -> Scalar {
    let lane = args.get(usize::from(op == Op::Where)).map_or(Lane::Bool, |arg| arg.lane);
    by_lane!(lane, apply_numbers(op, args))
}

fn apply_numbers<T: Number>(op: Op, args: &[Scalar]) -> Scalar {
    let bits = |index: usize| args.get(index).map_or(0, |arg| arg.bits);
    let arg = |index| T::from_bits(bits(index));
    macro_rules! unary {
        ($method:ident) => {
            scalar(arg(0).$method())
        };
    }
    macro_rules! binary {
        ($method:ident) => {
            scalar(arg(0).$method(arg(1)))
        };
    }
    macro_rules! test {
        ($method:ident) => {
            scalar(arg(0).$method())
        };
    }
    macro_rules! compare {
        ($operator:tt) => {
            scalar(arg(0) $operator arg(1))
        };
    }
    macro_rules! unary_function {
        ($op:ident) => {
            scalar(T::unary_function(Op::$op)(arg(0)))
        };
    }
    macro_rules! binary_function {
        ($op:ident) => {
            scalar(T::binary_function(Op::$op)(arg(0), arg(1)))
        };
    }
    macro_rules! select {
        () => {
            scalar(if bits(0) != 0 { arg(1) } else { arg(2) })
        };
    }
    by_operator!(op)
}

/// The value in another lane: rounds once; integers wrap into narrower ones; floats saturate in
/// integers and NaN gives 0; anything that is not zero is true.
pub fn cast(to: Lane, value: Scalar) -> Scalar {
    fn from<T: Number>(to: Lane, value: Scalar) -> Scalar {
        by_lane!(to, convert(T::from_bits(value.bits)) with T)
    }
    fn convert<To: Number, From: Number>(value: From) -> Scalar {
        scalar(To::cast_from(value))
    }
    by_lane!(value.lane, from(to, value))
}

/// The number with its type.
pub(crate) fn scalar<T: Number>(value: T) -> Scalar {
    Scalar { lane: T::LANE, bits: value.bits() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::Reduction;

    fn int(lane: Lane, value: i128) -> Scalar {
        Scalar::from_i128(lane, value).unwrap()
    }

    /// Every pair of 8-bit integers against arithmetic in i32.
    fn eight_bits<T: Number>(lane: Lane, values: std::ops::RangeInclusive<i32>) {
        let wrap = |v: i32| T::cast_from(v).bits();
        for (x, y) in values.clone().flat_map(|x| values.clone().map(move |y| (x, y))) {
            let args = [int(lane, x.into()), int(lane, y.into())];
            let by_zero = |f: fn(f64) -> f64| if y == 0 { 0 } else { f(f64::from(x) / f64::from(y)) as i32 };
            let (down, to_zero) = (by_zero(f64::floor), by_zero(f64::trunc));
            let rest = |quotient: i32| if y == 0 { 0 } else { x - quotient * y };
            let inside = (0..8).contains(&y);
            let expected = [
                (Op::Add, x + y),
                (Op::Sub, x - y),
                (Op::Mul, x * y),
                (Op::FloorDiv, down),
                (Op::Mod, rest(down)),
                (Op::Fmod, rest(to_zero)),
                (Op::Shl, if inside { x << y } else { 0 }),
                (Op::Shr, if inside { x >> y } else { -i32::from(x < 0) }),
                (Op::Minimum, x.min(y)),
                (Op::Maximum, x.max(y)),
                (Op::Neg, -x),
                (Op::Abs, x.abs()),
                (Op::Sign, x.signum()),
                (Op::BitNot, !x),
            ];
            for (op, value) in expected {
                let got = apply(op, &args[..op.arity()]);
                assert_eq!(got, Scalar { lane, bits: wrap(value) }, "{op:?} {x} {y}");
            }
            if y >= 0 {
                let power = (0..y).fold(1, |power: i32, _| power.wrapping_mul(x));
                assert_eq!(apply(Op::Pow, &args).bits, wrap(power), "{x} ** {y}");
            }
        }
    }

    #[test]
    fn eight_bit_integers_are_exact() {
        eight_bits::<i8>(Lane::I8, -128..=127);
        eight_bits::<u8>(Lane::U8, 0..=255);
    }

    #[test]
    fn every_operator_takes_every_lane() {
        for (&op, lane) in Op::ALL.iter().flat_map(|op| Lane::ALL.map(|lane| (op, lane))) {
            let edges = [identity(Reduction::Min, lane), identity(Reduction::Max, lane), int(lane, 0)];
            for (x, y) in edges.iter().flat_map(|&x| edges.map(|y| (x, y))) {
                let condition = Scalar::bool(true);
                let args = if op == Op::Where { [condition, x, y] } else { [x, y, y] };
                let result = apply(op, &args[..op.arity()]);
                assert_eq!(result.lane, if op.is_predicate() { Lane::Bool } else { lane }, "{op:?}");
                apply(op, &[]);
            }
        }
    }

    #[test]
    fn casts_round_once() {
        let f32 = |value: f64| Scalar::from_f64(Lane::F32, value);
        // Through f64 this would round to even twice and give 2^60.
        assert_eq!(cast(Lane::F32, int(Lane::I64, (1 << 60) + (1 << 36) + 1)), f32(1152921642045800448.0));
        let f64 = |value| Scalar::from_f64(Lane::F64, value);
        assert_eq!(cast(Lane::I8, f64(-1e9)), int(Lane::I8, -128));
        assert_eq!(cast(Lane::U8, f64(-1.5)), int(Lane::U8, 0));
        assert_eq!(cast(Lane::I64, f64(f64::NAN)), int(Lane::I64, 0));
        assert_eq!(cast(Lane::Bool, f64(f64::NAN)), Scalar::bool(true));
        assert_eq!(cast(Lane::Bool, f64(-0.0)), Scalar::bool(false));
        assert_eq!(cast(Lane::U8, int(Lane::I32, -1)), int(Lane::U8, 255));
    }

    #[test]
    fn the_first_nan_is_the_extremum() {
        let f64 = |value| Scalar::from_f64(Lane::F64, value);
        for op in [Reduction::ArgMin, Reduction::ArgMax] {
            assert!(better(op, f64(f64::NAN), f64(1.0)));
            assert!(!better(op, f64(1.0), f64(f64::NAN)));
            assert!(!better(op, f64(f64::NAN), f64(f64::NAN)));
            assert!(!better(op, f64(0.0), f64(-0.0)));
        }
        assert!(better(Reduction::ArgMin, f64(1.0), f64(2.0)));
        assert_eq!(combine(Reduction::All, f64(2.0), f64(f64::NAN)), Scalar::bool(true));
    }
}
