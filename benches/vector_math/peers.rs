//! NumPy and NumExpr, in a Python process that answers one line with one time.

use crate::functions::Function;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The process, if `NUMFUSE_PYTHON` names an interpreter that has the packages.
pub(crate) struct Peers(Option<(Child, ChildStdin, BufReader<ChildStdout>)>);

impl Peers {
    pub(crate) fn start() -> Peers {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/vector_math/peers.py");
        let start = |python| {
            let mut child =
                Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
            let (input, output) = (child.stdin.take()?, child.stdout.take()?);
            Some((child, input, BufReader::new(output)))
        };
        Peers(std::env::var_os("NUMFUSE_PYTHON").and_then(start))
    }

    fn ask(&mut self, question: &str) -> Option<f64> {
        let (_, input, output) = self.0.as_mut()?;
        writeln!(input, "{question}").ok()?;
        let mut answer = String::new();
        output.read_line(&mut answer).ok()?;
        answer.trim().parse().ok()
    }

    /// Nanoseconds an element that NumPy takes for the function.
    pub(crate) fn numpy(&mut self, f: &Function, single: bool) -> Option<f64> {
        let ((a, b), (c, d)) = f.ranges;
        let dtype = if single { "f4" } else { "f8" };
        if f.numpy.is_empty() {
            None
        } else {
            self.ask(&format!("numpy {} {dtype} {a} {b} {c} {d}", f.numpy))
        }
    }

    /// Milliseconds that NumExpr takes for the formula on arrays of `n` f64.
    pub(crate) fn numexpr(&mut self, text: &str, n: usize) -> Option<f64> {
        self.ask(&format!("numexpr {n} {text}"))
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        if let Some((mut child, input, output)) = self.0.take() {
            // The end of its input ends it.
            drop((input, output));
            let _ = child.wait();
        }
    }
}
