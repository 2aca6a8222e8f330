//! Any text: an AST whose printed form is the same AST, or errors that can be drawn. Never a panic.
//!
//! `cargo +nightly fuzz run parse` (needs `cargo install cargo-fuzz`).
#![no_main]

use libfuzzer_sys::fuzz_target;
use numfuse::array::Bindings;
use numfuse::{Session, syntax};

fuzz_target!(|text: &str| {
    match syntax::parse(text) {
        Ok(program) => {
            let again = syntax::parse(&syntax::print(&program)).expect("what is printed parses");
            assert_eq!(syntax::sexpr(&again), syntax::sexpr(&program));
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            errors.iter().for_each(|e| assert!(!e.diagnostic().render(text).is_empty()));
        }
    }
    // And through the rest of the pipeline, with names that formulas like to use.
    if text.len() < 4096 {
        let (a, b) = ([1.0, -2.5, 3.0], [3i32, 0, -1]);
        let mut bindings = Bindings::new();
        bindings.input("a", &a).input("b", &b).input("x", 2);
        let session = Session::builder().threads(1).build();
        if let Err(error) = session.eval_all(text, &bindings, None) {
            assert!(!error.to_string().is_empty() && error.code() != "internal-panic", "{error}");
        }
    }
});
