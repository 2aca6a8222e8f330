//! The floating-point environment of the caller and of its threads changes no bit, and is left as it was.
#![cfg(target_arch = "x86_64")]

use numfuse::{Expr, Session, arrays};

const DEFAULT: u32 = 0x1f80;
/// Results and operands that are subnormal become zero.
const FLUSH: u32 = 0x8040;

fn control() -> u32 {
    let mut value = 0u32;
    // SAFETY: stores the register to a local of its size.
    unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &mut value, options(nostack, preserves_flags)) };
    value
}

fn set_control(value: u32) {
    // SAFETY: no reserved bit is set and all exceptions stay masked; the code that runs in this mode
    // here is the library, whose business it is, and moves of bits.
    unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &value, options(nostack, preserves_flags, readonly)) };
}

/// Runs something in another mode; whether the mode was still there afterwards.
fn in_mode<T>(mode: u32, run: impl FnOnce() -> T) -> (T, bool) {
    set_control(mode);
    let value = run();
    // The lower bits are flags that arithmetic raises.
    let kept = control() & !0x3f == mode & !0x3f;
    set_control(DEFAULT);
    (value, kept)
}

/// Every rounding mode, with and without flushing.
fn modes() -> impl Iterator<Item = u32> {
    (0..4).flat_map(|rounding| [0, FLUSH].map(|flush| DEFAULT | rounding << 13 | flush))
}

/// Subnormals, numbers whose product is one, and numbers that do not divide evenly.
fn operands() -> (Vec<f64>, Vec<f64>) {
    let a = (0..200_000u64).map(|i| match i % 3 {
        0 => f64::from_bits(i * 0x1234_5678),
        1 => 2f64.powi(-600) * (1.0 + i as f64),
        _ => i as f64 / 7.0,
    });
    let b = (0..200_000u64).map(|i| match i % 3 {
        0 => 1.0 - i as f64 / 3e5,
        1 => 2f64.powi(-430),
        _ => 3.0 + i as f64,
    });
    (a.collect(), b.collect())
}

/// Elementwise code, block functions, reductions; literals and constants that are folded.
const FORMULAS: [&str; 7] = [
    "a * b",
    "a / b + a",
    "exp(a * 1e-300) - log(b)",
    "sum(a * b)",
    "mean(a) / max(b)",
    "a + 1e-300 * 1e-10",
    "a * (0.1 / 3.0) + 1e23 * 1.1e-5",
];

fn bits(session: &Session, formula: &str, a: &[f64], b: &[f64]) -> Vec<u64> {
    let result = session.eval(formula, &arrays! { a, b }).unwrap_or_else(|e| panic!("{formula}: {e}"));
    result.bytes().chunks_exact(8).map(|c| u64::from_le_bytes(c.try_into().expect("8 bytes"))).collect()
}

#[test]
fn no_mode_changes_a_bit() {
    let (a, b) = operands();
    let settled = Session::builder().threads(2).build();
    let expected: Vec<Vec<u64>> = FORMULAS.iter().map(|f| bits(&settled, f, &a, &b)).collect();
    for mode in modes() {
        // The threads of this one are started in the mode, and inherit it; formulas are compiled in it.
        let fresh = Session::builder().threads(2).build();
        for (formula, expected) in FORMULAS.iter().zip(&expected) {
            for (session, which) in [(&settled, "settled"), (&fresh, "fresh")] {
                let (actual, kept) = in_mode(mode, || bits(session, formula, &a, &b));
                let differing = actual.iter().zip(expected).filter(|(x, y)| x != y).count();
                assert_eq!(differing, 0, "{formula} in mode {mode:#x}, {which} session");
                assert!(kept, "{formula} left another mode than {mode:#x}");
            }
        }
    }
}

#[test]
fn a_compiled_expression_and_an_output_are_no_exception() {
    let (a, b) = operands();
    let formula = "a * b + 1e-300 * 1e-10";
    let expected = bits(&Session::builder().build(), formula, &a, &b);
    for mode in modes() {
        let mut out = vec![0f64; a.len()];
        let (result, kept) = in_mode(mode, || {
            let expr = Expr::compile(formula, &["a", "b"])?;
            expr.call_into(&[(&a).into(), (&b).into()], &mut out)
        });
        result.expect("a result");
        assert!(kept && out.iter().map(|x| x.to_bits()).eq(expected.iter().copied()), "mode {mode:#x}");
    }
}

#[test]
fn a_failed_call_leaves_the_mode_too() {
    let a = vec![2i64, 3];
    for formula in ["a ** (a - 4)", "a +", "nothing"] {
        let (result, kept) = in_mode(DEFAULT | FLUSH, || numfuse::eval(formula, &arrays! { a }));
        assert!(result.is_err() && kept, "{formula}");
    }
}
