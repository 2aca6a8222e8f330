//! Random typed programs, chosen by the fuzzer's bytes: the reference on the raw graph, on the optimised
//! graph, the interpreter and machine code at every level agree bit for bit.
//!
//! `cargo +nightly fuzz run differential` (needs `cargo install cargo-fuzz`).
#![no_main]

#[allow(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/programs/mod.rs"]
mod programs;

use libfuzzer_sys::fuzz_target;
use numfuse::array::Bindings;
use numfuse::reference::{self, Value};
use numfuse::target::Target;
use numfuse::{Error, Session, opt};
use programs::{RandomProgram, values_of};

/// The program's results on a session; errors by their code.
fn run(program: &RandomProgram, session: &Session) -> Result<Vec<Value>, Error> {
    let mut bindings = Bindings::new();
    for input in &program.inputs {
        bindings.input(input.name, input.input());
    }
    let results = session.eval_all(&program.text, &bindings, None)?;
    Ok(results.iter().flat_map(|(_, array)| values_of(array)).collect())
}

fuzz_target!(|seed: u64| {
    let program = RandomProgram::new(seed);
    let Some(raw) = program.graph() else { return };
    let values: Vec<Value> = program.inputs.iter().flat_map(programs::RandomInput::values).collect();
    let expected = reference::eval(&raw, &values);
    let again = reference::eval(&opt::run(raw), &values);
    if let (Ok(expected), Ok(again)) = (&expected, &again) {
        assert!(expected.iter().zip(again).all(|(e, a)| e.same(a)), "optimised: {}", program.text);
    }
    for target in Target::all() {
        let session = Session::builder().threads(2).level(target.level).build();
        match (&again, run(&program, &session)) {
            (Ok(due), Ok(actual)) => {
                let same = due.len() == actual.len() && due.iter().zip(&actual).all(|(e, a)| e.same(a));
                assert!(same, "{target}: {}\n{due:?}\n{actual:?}", program.text);
            }
            (Err(_), Err(_)) => {}
            (due, actual) => panic!("{target}: {}\n{due:?}\n{actual:?}", program.text),
        }
    }
});
