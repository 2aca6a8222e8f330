//! The figures that the project holds itself to, each as a ratio or a time within one run.
//!
//! Shared machines are noisy, so what is compared is timed in turns and the medians are
//! compared. Run by `cargo bench --bench targets`; `--test` runs every row once, on little data, and
//! holds nothing to account.
//!
//! What would falsify the claims: a fused formula that is not at least twice (2*a + 3*b) and fifteen
//! times (ten terms) as fast as one pass and one temporary an operation in the same tier, or that is
//! slower than 1.2 times the loop that rustc makes of the same formula, rayon over the same tiles and
//! memory of the same pool.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

use numfuse::array::{Array, Pool};
use numfuse::kernel::Fusion;
use numfuse::{DType, Expr, Session, arrays};
use rayon::prelude::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The sum of ten terms `(k*a - b)*(c + k)`.
fn ten_terms() -> String {
    (1..=10).map(|k| format!("({k}*a - b)*(c + {k})")).collect::<Vec<_>>().join(" + ")
}

/// Median times of tasks that are run in turns.
fn medians(rounds: usize, tasks: &mut [&mut dyn FnMut()]) -> Vec<Duration> {
    let mut times = vec![Vec::new(); tasks.len()];
    for round in 0..=rounds {
        for (task, times) in tasks.iter_mut().zip(&mut times) {
            let start = Instant::now();
            task();
            // The first round warms up.
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    times
        .iter_mut()
        .map(|t| {
            t.sort_unstable();
            t[t.len() / 2]
        })
        .collect()
}

fn row(what: &str, measured: f64, unit: &str, target: &str, met: bool) {
    println!(
        "{what:<58} {measured:>9.3} {unit:<3} target {target:<10} {}",
        if met { "met" } else { "SHORT" }
    );
}

fn input(n: usize, seed: u64) -> Vec<f64> {
    (0..n as u64).map(|i| ((i.wrapping_mul(0x9e37_79b9) ^ seed) % 1000) as f64 / 250.0 - 2.0).collect()
}

/// What rustc makes of a formula for baseline x86-64, on rayon's threads, into pooled memory.
fn rayon_loop(pool: &Pool, n: usize, f: impl Fn(usize, &mut [f64]) + Sync) {
    const TILE: usize = 1 << 15;
    let mut out = Array::from_pool(pool, DType::F64, &[n]).expect("memory");
    let slice = out.as_mut_slice::<f64>().expect("f64");
    slice.par_chunks_mut(TILE).enumerate().for_each(|(k, out)| f(k * TILE, out));
    black_box(&out);
}

fn throughput(n: usize, rounds: usize) {
    let fused = Session::builder().build();
    let unfused = Session::builder().fusion(Fusion::None).build();
    let pool = Pool::new(1 << 30);
    let (a, b, c) = (input(n, 1), input(n, 2), input(n, 3));
    let bindings = arrays! { a, b, c };
    let eval =
        |session: &Session, text: &str| drop(black_box(session.eval(text, &bindings).expect("evaluates")));

    let t = medians(
        rounds,
        &mut [&mut || eval(&fused, "2*a + 3*b"), &mut || eval(&unfused, "2*a + 3*b"), &mut || {
            rayon_loop(&pool, n, |at, out| {
                let len = out.len();
                let (a, b) = (&a[at..at + len], &b[at..at + len]);
                for i in 0..len {
                    out[i] = 2.0 * a[i] + 3.0 * b[i];
                }
            });
        }],
    );
    println!("2*a + 3*b, {n} f64: fused {:?}, unfused {:?}, rayon {:?}", t[0], t[1], t[2]);
    let ratio = |x: usize| t[x].as_secs_f64() / t[0].as_secs_f64();
    row("2*a + 3*b: unfused time / fused time", ratio(1), "x", ">= 2", ratio(1) >= 2.0);
    row("2*a + 3*b: fused time / rayon loop's", 1.0 / ratio(2), "x", "<= 1.2", 1.0 / ratio(2) <= 1.2);

    let terms = ten_terms();
    let t = medians(
        rounds,
        &mut [&mut || eval(&fused, &terms), &mut || eval(&unfused, &terms), &mut || {
            rayon_loop(&pool, n, |at, out| {
                let len = out.len();
                let (a, b, c) = (&a[at..at + len], &b[at..at + len], &c[at..at + len]);
                for i in 0..len {
                    let term = |k: f64| (k * a[i] - b[i]) * (c[i] + k);
                    out[i] = term(1.0)
                        + term(2.0)
                        + term(3.0)
                        + term(4.0)
                        + term(5.0)
                        + term(6.0)
                        + term(7.0)
                        + term(8.0)
                        + term(9.0)
                        + term(10.0);
                }
            });
        }],
    );
    println!("ten terms, {n} f64: fused {:?}, unfused {:?}, rayon {:?}", t[0], t[1], t[2]);
    let ratio = |x: usize| t[x].as_secs_f64() / t[0].as_secs_f64();
    row("ten terms: unfused time / fused time", ratio(1), "x", ">= 15", ratio(1) >= 15.0);
    row("ten terms: fused time / rayon loop's", 1.0 / ratio(2), "x", "<= 1.2", 1.0 / ratio(2) <= 1.2);
}

fn latency(rounds: usize) {
    let (a, b, c) = (input(16, 1), input(16, 2), input(16, 3));
    let compile = |text: &str| {
        let session = Session::builder().threads(1).build();
        drop(black_box(session.eval(text, &arrays! { a, b, c }).expect("evaluates")));
    };
    let t = medians(rounds, &mut [&mut || compile("2*a + 3*b"), &mut || compile(&ten_terms())]);
    let ms = |d: Duration| d.as_secs_f64() * 1e3;
    row("text to first result, 2*a + 3*b", ms(t[0]), "ms", "<= 1", ms(t[0]) <= 1.0);
    row("text to first result, ten terms", ms(t[1]), "ms", "<= 3", ms(t[1]) <= 3.0);

    const CALLS: u32 = 10_000;
    let session = Session::builder().build();
    let expr = Expr::compile("2*a + 3*b", &["a", "b"]).expect("a formula");
    let mut out = vec![0.0; 16];
    let t = medians(
        rounds,
        &mut [
            &mut || {
                (0..CALLS).for_each(|_| {
                    drop(black_box(session.eval("2*a + 3*b", &arrays! { a, b }).expect("evaluates")))
                })
            },
            &mut || {
                for _ in 0..CALLS {
                    expr.call_into(&[(&a).into(), (&b).into()], &mut out).expect("evaluates");
                }
                black_box(&out);
            },
        ],
    );
    let ns = |d: Duration| d.as_secs_f64() * 1e9 / f64::from(CALLS);
    row("cached eval of 16 elements", ns(t[0]), "ns", "<= 1000", ns(t[0]) <= 1000.0);
    row("Expr::call_into of 16 elements", ns(t[1]), "ns", "<= 200", ns(t[1]) <= 200.0);
}

fn main() {
    let test = std::env::args().any(|a| a == "--test");
    let (n, rounds) = if test { (10_000, 1) } else { (10_000_000, 15) };
    throughput(n, rounds);
    latency(if test { 1 } else { 51 });
}
