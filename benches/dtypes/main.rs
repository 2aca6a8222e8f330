//! Complex numbers, half precision, text and masks beside NumPy, on a million elements, in turns.
//!
//! `scripts/bench_dtypes` installs NumPy and runs this; without it the column is empty. `--test` runs every formula
//! once on few elements and holds nothing to account. Both sides make their results anew in each round, and numfuse uses
//! all cores, as a user of either does.
//!
//! What would falsify the claims: a formula that is less than twice as fast as NumPy's, or `a[mask]` that is slower.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use numfuse::{Array, Bindings, Session, arrays};
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

/// A formula, what NumPy calls it, and how many times as fast it is to be.
struct Row {
    formula: &'static str,
    numpy: &'static str,
    target: f64,
}

const fn twice(formula: &'static str, numpy: &'static str) -> Row {
    Row { formula, numpy, target: 2.0 }
}

const ROWS: &[Row] = &[
    twice("abs(z*w + y)", "np.abs(z*w + y)"),
    twice("z*w + y", "z*w + y"),
    twice("(z + w)/(z - w)", "(z + w)/(z - w)"),
    twice("exp(z)", "np.exp(z)"),
    twice("real(z)*imag(w)", "z.real*w.imag"),
    twice("abs(s*t + r)", "np.abs(s*t + r)"),
    twice("h*g + f", "h*g + f"),
    twice("sqrt(h*h + g*g)", "np.sqrt(h*h + g*g)"),
    twice("exp(h) - 1", "np.exp(h) - np.float16(1)"),
    twice("u == v", "u == v"),
    twice("u < v", "u < v"),
    twice("u + v", "np.strings.add(u, v)"),
    twice("contains(u, '77')", "np.strings.find(u, '77') >= 0"),
    twice("startswith(u, 'x1')", "np.strings.startswith(u, 'x1')"),
    twice("upper(u)", "np.strings.upper(u)"),
    twice("str_len(u)", "np.strings.str_len(u)"),
    twice("b == b'x1234567'", "b == b'x1234567'"),
    Row { formula: "a[m]", numpy: "a[m]", target: 1.0 },
    Row { formula: "a[a > 0.9]", numpy: "a[a > 0.9]", target: 1.0 },
    Row { formula: "a[i]", numpy: "a[i]", target: 1.0 },
];

/// NumPy, in a process that answers a line with the milliseconds of one evaluation.
struct NumPy(Option<(Child, ChildStdin, BufReader<ChildStdout>)>);

impl NumPy {
    fn start(n: usize) -> NumPy {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/dtypes/peer.py");
        let start = |python| {
            let mut command = Command::new(python);
            let piped = command.args([script, &n.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = piped.spawn().ok()?;
            let (input, output) = (child.stdin.take()?, child.stdout.take()?);
            Some((child, input, BufReader::new(output)))
        };
        NumPy(std::env::var_os("NUMFUSE_PYTHON").and_then(start))
    }

    fn time(&mut self, formula: &str) -> Option<f64> {
        let (_, input, output) = self.0.as_mut()?;
        writeln!(input, "{formula}").ok()?;
        let mut answer = String::new();
        output.read_line(&mut answer).ok()?;
        answer.trim().parse().ok()
    }
}

impl Drop for NumPy {
    fn drop(&mut self) {
        if let Some((mut child, input, output)) = self.0.take() {
            // The end of its input ends it.
            drop((input, output));
            let _ = child.wait();
        }
    }
}

/// The inputs, which `peer.py` makes likewise.
fn inputs(n: usize) -> Vec<(&'static str, Array)> {
    let session = Session::global();
    let make = |text: &str| session.eval(text, &arrays! { n }).unwrap_or_else(|e| panic!("{text}: {e}"));
    let numbers = |prefix: &str, step: usize| -> Vec<String> {
        (0..n).map(|i| format!("{prefix}{}", i.wrapping_mul(7919) / step % 10_000_000)).collect()
    };
    let random = |call: &str| format!("{call}({n})");
    let complex = |seed: u32| format!("normal({n}, seed={seed}) + 1j*normal({n}, seed={})", seed + 1);
    // Copied, and so on huge pages where there are some, as NumPy's arrays are.
    let text = |prefix: &str, step| {
        let strings = Array::from_strings(&numbers(prefix, step)).expect("memory");
        strings.try_clone().expect("memory")
    };
    let u = text("x", 1);
    let b = session.eval("S0(u)", &arrays! { u: &u }).expect("ASCII");
    vec![
        ("z", make(&complex(1))),
        ("w", make(&complex(3))),
        ("y", make(&complex(5))),
        ("s", make(&format!("complex64({})", complex(1)))),
        ("t", make(&format!("complex64({})", complex(3)))),
        ("r", make(&format!("complex64({})", complex(5)))),
        ("h", make(&format!("float16(normal({n}, seed=7))"))),
        ("g", make(&format!("float16(normal({n}, seed=8))"))),
        ("f", make(&format!("float16(normal({n}, seed=9))"))),
        ("v", text("x", 3)),
        ("b", b),
        ("u", u),
        ("a", make(&random("random"))),
        ("m", make(&format!("random({n}, seed=2) < 0.5"))),
        ("i", make(&format!("int64(random({n}, seed=3)*{n})"))),
    ]
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let test = std::env::args().any(|a| a == "--test");
    let (n, rounds) = if test { (1000, 1) } else { (1_000_000, 21) };
    let mut numpy = NumPy::start(n);
    let arrays = inputs(n);
    let mut bindings = Bindings::new();
    arrays.iter().for_each(|(name, array)| _ = bindings.input(name, array));
    println!("{:<24} {:>10} {:>10}   ratio", "ms", "numfuse", "NumPy");
    for row in ROWS {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..=rounds {
            let start = Instant::now();
            drop(black_box(Session::global().eval(row.formula, &bindings).expect(row.formula)));
            ours.push(start.elapsed().as_secs_f64() * 1e3);
            theirs.extend(numpy.time(row.numpy));
        }
        let ours = median(&mut ours);
        if theirs.is_empty() {
            println!("{:<24} {ours:>10.3}", row.formula);
            continue;
        }
        let theirs = median(&mut theirs);
        let (ratio, target) = (theirs / ours, row.target);
        let verdict = if ratio >= target { "met" } else { "SHORT" };
        println!(
            "{:<24} {ours:>10.3} {theirs:>10.3} {ratio:>7.2}   target >= {target}  {verdict}",
            row.formula
        );
    }
}
