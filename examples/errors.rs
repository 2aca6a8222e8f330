//! What a wrong formula gives: every independent error at once, each with a stable code, drawn with carets.
//!
//!     cargo run --example errors
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use numfuse::{Error, arrays};

/// The error of a formula that must fail.
fn failure(text: &str, bindings: &numfuse::Bindings<'_>) -> Error {
    numfuse::eval(text, bindings).expect_err("the formula is wrong")
}

fn main() {
    let price = vec![1.0, 2.0, 3.0];
    let count = vec![4i64, 5];

    // Two slips, both reported, each with the nearest name that exists.
    let error = failure("sqtr(price) + prise", &arrays! { price });
    let codes: Vec<&str> = error.diagnostics().iter().map(|d| d.code).collect();
    assert_eq!(codes, ["unknown-function", "unknown-name"]);
    assert!(error.to_string().contains("did you mean `price`?"));
    println!("{error}\n");

    // Shapes are checked when arrays are bound, and both are named.
    let error = failure("price * count", &arrays! { price, count });
    assert_eq!(error.code(), "shape-mismatch");
    println!("{error}\n");

    // What values decide is found before anything is written.
    let mut out = vec![7i64; 2];
    let exponent = vec![2i64, -1];
    let result = numfuse::eval_into("count ** exponent", &arrays! { count, exponent }, &mut out);
    let error = result.expect_err("an integer to a negative power is an error, as in NumPy");
    assert_eq!((error.code(), out), ("negative-power", vec![7, 7]));
    println!("{error}\n");

    // Not the formula's fault: `is_formula` tells them apart, as the command's exit status does.
    let mut short = vec![0.0; 2];
    let error =
        numfuse::eval_into("2 * price", &arrays! { price }, &mut short).expect_err("the output is too short");
    assert!(!error.is_formula());
    println!("{error}");
}
