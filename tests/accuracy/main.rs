//! The functions of `math` against CORE-MATH's, which are correctly rounded, and every instruction level
//! against the others.
//!
//! A normal run takes a million samples of each function. The campaign that the promise rests on,
//!
//! ```sh
//! NUMFUSE_ACCURACY=full cargo test --release --test accuracy
//! ```
//!
//! takes all 2^32 arguments of each function of one f32, 1e8 of all others, and writes `docs/accuracy.md`.

mod campaign;
mod functions;
mod powers;
mod samples;
mod table;

use campaign::{Outcome, binary, unary};
use functions::{BINARY, UNARY};

/// Whether the long campaign was asked for.
fn is_full() -> bool {
    std::env::var_os("NUMFUSE_ACCURACY").is_some_and(|v| v == "full")
}

#[expect(clippy::print_stdout, reason = "a campaign prints what it found")]
fn hold(outcomes: &[Outcome]) {
    for outcome in outcomes {
        println!("{outcome}");
        assert!(outcome.distance <= outcome.bound.distance, "{outcome}");
    }
}

#[test]
fn functions_are_within_their_bounds_at_every_level() {
    let mut outcomes = Vec::new();
    for function in UNARY {
        let name = function.op.name();
        let of = numfuse::math::unary(function.op).expect("a function of one operand");
        let (range, bound) = (function.range, function.bound);
        outcomes.push(unary(name, of.f64, function.f64, range, bound));
        outcomes.push(unary(name, of.f32, function.f32, range, bound));
        hold(&outcomes[outcomes.len() - 2..]);
    }
    for function in BINARY {
        let name = function.op.name();
        let of = numfuse::math::binary(function.op).expect("a function of two operands");
        outcomes.push(binary(name, of.f64, function.f64, function.ranges));
        outcomes.push(binary(name, of.f32, function.f32, function.ranges));
        hold(&outcomes[outcomes.len() - 2..]);
    }
    if is_full() {
        table::write(&outcomes);
    }
}
