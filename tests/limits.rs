//! Formulas as long and as deep as anyone may send: a value or a located error, on a small stack.

use numfuse::array::Bindings;
use numfuse::{Error, Session, arrays};

/// Runs on a stack that no recursion over a formula would fit.
fn on_a_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(run).expect("a thread");
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn eval(formula: &str) -> Result<f64, Error> {
    let a = [0.5];
    Ok(numfuse::eval(formula, &arrays! { a })?.to_vec::<f64>()?[0])
}

/// The code of the error, which points into the formula.
fn located(result: Result<f64, Error>) -> &'static str {
    let error = result.expect_err("too much");
    assert!(!error.diagnostics()[0].labels.is_empty(), "the error says where");
    assert!(!error.to_string().is_empty());
    error.code()
}

#[test]
fn a_million_nodes_are_a_value_or_a_located_error() {
    on_a_small_stack(|| {
        const N: usize = 1_000_000;
        let nested = "(".repeat(N) + "a + 1" + &")".repeat(N);
        assert_eq!(eval(&nested).expect("parentheses are no nodes"), 1.5);
        let unary = "-".repeat(N) + "a";
        assert_eq!(located(eval(&unary)), "too-many-nodes");
        assert_eq!(located(eval(&("a".to_owned() + &" + a".repeat(N)))), "too-many-nodes");
        let calls = "abs(".repeat(N) + "a*2" + &")".repeat(N);
        assert_eq!(located(eval(&(calls + "+ ("))), "unclosed-bracket");
        assert_eq!(located(eval(&("sin(".repeat(N) + "a" + &")".repeat(N)))), "too-many-nodes");
        assert_eq!(located(eval(&("a ** ".repeat(N) + "a"))), "too-many-nodes");
        assert_eq!(located(eval(&("a if a > 0 else ".repeat(N / 5) + "(a"))), "unclosed-bracket");
        assert_eq!(eval(&("a\n".to_owned() + &"\n".repeat(N))).expect("blank lines"), 0.5);
        let literals = "1".to_owned() + &"+1".repeat(N) + "+a";
        assert_eq!(eval(&literals).expect("literals are folded"), (N + 1) as f64 + 0.5);
        assert_eq!(located(eval(&"(".repeat(N))), "unclosed-bracket");
    });
}

/// The value of a chain, and what plain Rust gives.
fn chain(terms: usize, a: f64) -> (String, f64) {
    let mut text = "a".to_owned();
    let mut value = a;
    for k in 0..terms {
        let c = (k % 97) as f64;
        text += &format!(" {} (a * {c}.0)", if k % 2 == 0 { "+" } else { "-" });
        value = if k % 2 == 0 { value + a * c } else { value - a * c };
    }
    (text, value)
}

#[test]
fn chains_of_50_000_terms_compile_and_run_right() {
    let values: Vec<f64> = (0..3000).map(|i| f64::from(i) / 7.0 - 100.0).collect();
    on_a_small_stack(move || {
        let a = &values;
        let (text, _) = chain(49_000, 0.0);
        let result = numfuse::eval(&text, &arrays! { a }).expect("a value");
        for (at, &x) in result.as_slice::<f64>().expect("f64").iter().enumerate().step_by(500) {
            assert_eq!(x, chain(49_000, a[at]).1, "element {at}");
        }
        let calls = "sin(".repeat(20_000) + "a" + &")".repeat(20_000);
        let result = numfuse::eval(&calls, &arrays! { a }).expect("a value");
        let due = |x: f64| (0..20_000).fold(x, |x, _| x.sin());
        assert!((result.as_slice::<f64>().expect("f64")[7] - due(a[7])).abs() < 1e-9);
    });
}

/// Values that are all needed at the end: first `v0 .. vn`, then their sum, taken in reverse.
fn live_values(count: usize, op: &str) -> String {
    let mut text = String::new();
    for k in 0..count {
        text += &format!("_v{k} = {op}(a * {k}.0 + b)\n");
    }
    text + &(0..count).rev().map(|k| format!("_v{k}")).collect::<Vec<_>>().join(" + ")
}

#[test]
fn formulas_with_thousands_of_live_values_are_right() {
    on_a_small_stack(|| {
        let (a, b) = (vec![0.25, -3.0, 1e3, 7.0, 1.0 / 3.0], vec![1.0, 2.0, -1e5, 0.5, 9.0]);
        for (count, op) in [(5000, "abs"), (5000, "sqrt"), (2500, "sin")] {
            let text = live_values(count, op);
            let reference = Session::builder().level(numfuse::target::Level::None).build();
            let run = |session: &Session| session.eval(&text, &arrays! { a, b }).expect("a value");
            let (code, interpreted) = (run(Session::global()), run(&reference));
            assert_eq!(code.bytes(), interpreted.bytes());
            if op == "abs" {
                let due =
                    |a: f64, b: f64| (0..count).rev().fold(-0.0, |sum, k| sum + (a * k as f64 + b).abs());
                let due: Vec<f64> = a.iter().zip(&b).map(|(&a, &b)| due(a, b)).collect();
                assert_eq!(code.to_vec::<f64>().expect("f64"), due);
            }
        }
    });
}

/// Results as many as there may be.
#[test]
fn a_thousand_results_come_at_once() {
    let a = vec![1.0, 2.0];
    let text: String = (0..1000).map(|k| format!("r{k} = a * {k} + sum(a)\n")).collect();
    let results = Session::global().eval_all(&text, &arrays! { a }, None).expect("values");
    assert_eq!(results.len(), 1000);
    for (k, (name, array)) in results.iter().enumerate() {
        assert_eq!(name.as_deref(), Some(format!("r{k}").as_str()));
        assert_eq!(array.to_vec::<f64>().expect("f64"), [k as f64 + 3.0, 2.0 * k as f64 + 3.0]);
    }
}

#[test]
fn a_thousand_inputs_are_read() {
    let a = vec![1.0, 2.0];
    let names: Vec<String> = (0..1000).map(|k| format!("x{k}")).collect();
    let mut bindings = Bindings::new();
    names.iter().for_each(|n| {
        bindings.input(n, &a);
    });
    let r = numfuse::eval(&names.join("+"), &bindings).expect("a value");
    assert_eq!(r.to_vec::<f64>().expect("f64"), [1000.0, 2000.0]);
}

#[cfg(target_os = "linux")]
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("a number") * 4096
}

/// What the process keeps of formulas that were compiled, run and dropped. In a process of its own: other
/// tests' memory comes and goes.
#[cfg(target_os = "linux")]
#[test]
fn a_thousand_formulas_leave_no_memory_behind() {
    if std::env::var_os("NUMFUSE_ALONE").is_none() {
        let this = std::env::current_exe().expect("this test");
        let child = std::process::Command::new(this)
            .args(["a_thousand_formulas_leave_no_memory_behind", "--exact", "--nocapture"])
            .env("NUMFUSE_ALONE", "1")
            .output()
            .expect("it starts");
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
        return;
    }
    let a = [1.0, 2.0, 3.0];
    let run = |session: &Session, k: usize| {
        let r = session.eval(&format!("a * {k} + (a - {k}) / sum(a)"), &arrays! { a }).expect("a value");
        assert_eq!(r.as_slice::<f64>().expect("f64")[2], 3.0 * k as f64 + (3.0 - k as f64) / 6.0);
    };
    let fresh = |from: usize| (from..from + 50).for_each(|k| run(&Session::builder().threads(1).build(), k));
    fresh(0);
    let before = resident();
    (1..21).for_each(|round| fresh(50 * round));
    let grown = resident().saturating_sub(before);
    assert!(grown < 4 << 20, "1000 dropped formulas left {grown} bytes");
    // One session keeps a bounded number of plans.
    let session = Session::builder().threads(1).build();
    (0..600).for_each(|k| run(&session, k));
    let before = resident();
    (600..1600).for_each(|k| run(&session, k));
    let grown = resident().saturating_sub(before);
    assert!(grown < 4 << 20, "1000 formulas of one session left {grown} bytes");
}
