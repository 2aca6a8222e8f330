//! Random typed programs: the reference on the raw graph, the reference on the optimised graph, the
//! interpreter and machine code at every instruction level agree bit for bit.
//!
//! `NUMFUSE_PROGRAMS=1000000 cargo test --release --test differential` runs the long form;
//! `NUMFUSE_SEED` begins at another program.

#[allow(dead_code, reason = "other tests use more of it")]
mod programs;

use numfuse::array::{Array, Input};
use numfuse::backend::{Compiled, Ready};
use numfuse::exec::{self, Control, Operand, Run, Threads};
use numfuse::ir::Graph;
use numfuse::kernel::{Fusion, fuse};
use numfuse::reference::{self, Value};
use numfuse::target::{Target, Tier};
use numfuse::{backend, opt};
use programs::{RandomProgram, values_of};

/// The programs of a normal run.
const PROGRAMS: u64 = 20_000;

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Machine code is made of every kernel: none falls back to a lesser tier unseen.
fn expect_tier(compiled: &Compiled, target: Target, program: &RandomProgram) {
    let expected = match target.tier {
        Tier::Wide if cfg!(feature = "wide") => "wide",
        Tier::Wide | Tier::Cranelift if cfg!(feature = "cranelift") => "cranelift",
        Tier::Wide | Tier::Cranelift | Tier::Interp => "interp",
    };
    for step in compiled.passes.iter().flatten() {
        if let Ready::Code(code, _) = step {
            assert_eq!(code.tier(), expected, "{target}\n{}\n{}", program.text, compiled.plan);
        }
    }
}

fn run_compiled(
    graph: &Graph,
    program: &RandomProgram,
    target: Target,
    fusion: Fusion,
    threads: Option<&Threads>,
) -> Result<Vec<Value>, exec::Error> {
    let compiled = backend::compile(fuse(graph, fusion), target);
    expect_tier(&compiled, target, program);
    let inputs: Vec<Input<'_>> = program.inputs.iter().map(programs::RandomInput::input).collect();
    let operands: Vec<Operand<'_>> = inputs.iter().map(|i| i.by_ref().into()).collect();
    let pool = numfuse::array::Pool::new(0);
    let control = Control { threads, limit: 16, poll: None };
    let run = Run { compiled: &compiled, inputs: &operands, pool: &pool, memory: usize::MAX, control };
    let running = exec::begin(&run)?;
    let mut outs: Vec<Array> = Vec::new();
    for output in &compiled.plan.outputs {
        outs.push(Array::zeros(output.dtype, &running.shape(&output.dims)).expect("small"));
    }
    let mut views: Vec<_> = outs.iter_mut().map(numfuse::array::ViewMut::from).collect();
    running.finish(&mut views)?;
    drop(views);
    Ok(outs.iter().flat_map(values_of).collect())
}

fn expect_same(what: &str, seed: u64, program: &RandomProgram, expected: &[Value], actual: &[Value]) {
    let same = expected.len() == actual.len() && expected.iter().zip(actual).all(|(e, a)| e.same(a));
    assert!(
        same,
        "program {seed}: {what} differs\n{}\n{}expected {expected:?}\nactual   {actual:?}",
        program.text,
        program.inputs.iter().map(|i| format!("{} = {} {:?}\n", i.name, i.lane, i.shape)).collect::<String>(),
    );
}

/// As [`check_program`]; a panic of the library names the program too.
fn check_named(seed: u64, threads: &Threads) -> bool {
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check_program(seed, threads)));
    checked.unwrap_or_else(|_| panic!("program {seed}:\n{}", RandomProgram::new(seed).text))
}

/// Runs one program everywhere; whether it was one that `check` accepts.
fn check_program(seed: u64, threads: &Threads) -> bool {
    let program = RandomProgram::new(seed);
    let Some(raw) = program.graph() else { return false };
    let values: Vec<Value> = program.inputs.iter().flat_map(programs::RandomInput::values).collect();
    let expected = reference::eval(&raw, &values);
    let optimised = opt::run(raw);
    let again = reference::eval(&optimised, &values);
    let expected = match (expected, &again) {
        (Ok(expected), _) => expected,
        // A value that no result needs is not computed, so it cannot fail for being empty.
        (Err(reference::Error::Empty { .. }), Ok(needed)) => needed.clone(),
        // Nor are the elements counted that a mask would select for it.
        (Err(reference::Error::Counted { .. } | reference::Error::Index { .. }), Ok(needed)) => {
            needed.clone()
        }
        (Err(error), again) => {
            assert!(again.is_err(), "program {seed}: only the optimised graph succeeds, not {error:?}");
            if !matches!(error, reference::Error::Sizes { .. }) {
                let failed = run_compiled(&optimised, &program, Target::host(), Fusion::Full, None);
                assert!(failed.is_err(), "program {seed}: only the compiled plan succeeds\n{}", program.text);
            }
            return true;
        }
    };
    expect_same("the optimised reference", seed, &program, &expected, &again.unwrap_or_default());
    for target in Target::all() {
        let run = run_compiled(&optimised, &program, target, Fusion::Full, None);
        let actual = run.unwrap_or_else(|e| panic!("program {seed} on {target}: {e}\n{}", program.text));
        expect_same(&target.to_string(), seed, &program, &expected, &actual);
    }
    // Alternating, for time: threads, and one pass an operation.
    let (fusion, pool) =
        if seed.is_multiple_of(2) { (Fusion::None, None) } else { (Fusion::Full, Some(threads)) };
    let run = run_compiled(&optimised, &program, Target::host(), fusion, pool);
    let actual = run.unwrap_or_else(|e| panic!("program {seed} {fusion:?}: {e}\n{}", program.text));
    expect_same("unfused or threaded", seed, &program, &expected, &actual);
    true
}

#[test]
fn every_tier_agrees_with_the_reference() {
    let wanted = from_environment("NUMFUSE_PROGRAMS", PROGRAMS);
    let first = from_environment("NUMFUSE_SEED", 0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let tried: u64 = std::thread::scope(|scope| {
        let worker = |w: u64| {
            let threads = Threads::new(3);
            let mut tried = 0;
            let mut accepted = 0;
            while accepted < wanted.div_ceil(workers) {
                accepted += u64::from(check_named(first + tried * workers + w, &threads));
                tried += 1;
                assert!(tried < 1000 || accepted * 20 > tried, "hardly any program is accepted");
            }
            tried
        };
        let running: Vec<_> = (0..workers).map(|w| scope.spawn(move || worker(w))).collect();
        running.into_iter().map(|r| r.join().unwrap_or_else(|e| std::panic::resume_unwind(e))).sum()
    });
    println!("{wanted} programs from seed {first} ({tried} tried): 0 differences");
}
