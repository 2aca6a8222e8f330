//! Floats to integer powers, which have a way of their own.

use crate::samples::{Float, Random, distance, sample, specials};
use core_math as exact;
use numfuse::math::{BinaryOf, binary};
use numfuse::op::Op;
use numfuse::target::Target;

fn check<F: Float>(function: BinaryOf<F>, oracle: fn(F, F) -> F) {
    let counts = (-40..=40).chain([53, 64, 100, 255, 1000, -1000, 65_535, 1 << 20, (1 << 20) + 2]);
    let mut random = Random(4);
    let mut bases = specials::<F>();
    bases.extend((0..2000).map(|_| sample::<F>(&mut random, (-3.0, 3.0))));
    let mut out = bases.clone();
    for n in counts.map(|n: i32| F::from_f64(f64::from(n))) {
        let exponents = vec![n; bases.len()];
        function.blocks.run(Target::host().level, &[&bases, &exponents], &mut [&mut out]);
        for (&x, &got) in bases.iter().zip(&out) {
            let want = oracle(x, n);
            assert!(distance(got, want) <= 1, "{x:e} ** {n:?}: {got:e}, not {want:e}");
            let alone = (function.at)(x, n);
            assert!(distance(got, alone) == 0, "{x:e} ** {n:?}: {got:e} in a block, {alone:e} alone");
        }
    }
}

#[test]
fn integer_powers_are_within_an_ulp() {
    let function = binary(Op::PowInteger).expect("a function of two operands");
    check(function.f64, exact::pow);
    check(function.f32, exact::powf);
}

/// Those powers that one operation gives, which `opt` replaces by it.
fn rounded_once<F: Float>(function: BinaryOf<F>, square: fn(F) -> F, reciprocal: fn(F) -> F) {
    let mut random = Random(5);
    let powers = [1.0, 2.0, -1.0].map(F::from_f64);
    let expected: [&dyn Fn(F) -> F; 3] = [&|x| x, &square, &reciprocal];
    for _ in 0..20_000 {
        let x = F::from_bits(random.bits());
        for (n, of) in powers.into_iter().zip(expected) {
            let (got, want) = ((function.at)(x, n), of(x));
            assert!(distance(got, want) == 0, "{x:e} ** {n:?}: {got:e}, not {want:e}");
        }
    }
}

#[test]
fn simple_powers_are_rounded_once() {
    let function = binary(Op::PowInteger).expect("a function of two operands");
    rounded_once(function.f64, |x| x * x, |x| 1.0 / x);
    rounded_once(function.f32, |x| x * x, |x| 1.0 / x);
}
