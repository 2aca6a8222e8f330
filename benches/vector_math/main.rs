//! The functions of `math` beside Intel's VML, NumPy and the C library, and a formula of them beside NumExpr.
//!
//! 2048 elements in the first-level cache, one thread, everything in turns; of each contender the shortest time of
//! many rounds, in nanoseconds an element. `scripts/bench_vector_math` installs the peers and runs this; without
//! them their columns are empty. `--test` runs every row once and holds nothing to account.
//!
//! VML is called in high-accuracy mode through its C functions, and, because these choose slow code on CPUs
//! that are not Intel's, where the CPU has AVX-512 through its AVX-512 kernels too; the faster of both counts.
//!
//! What would falsify the claims: a geometric mean above 1.25 times VML's time, a function above twice, exp, log,
//! sin or cos above 1.2 times it; exp, log, sin, cos or tanh less than five times as fast as the C library; the
//! formula less than five times as fast as NumExpr.
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod functions;
mod peers;
mod vml;

use functions::{Call, FUNCTIONS};
use numfuse::target::Target;
use numfuse::{Session, arrays};
use peers::Peers;
use std::hint::black_box;
use std::time::{Duration, Instant};
use vml::Vml;

/// Elements: three arrays of f64 fill most of a first-level cache.
const N: usize = 2048;

/// Nanoseconds an element of each contender: the shortest of `rounds` rounds in turns.
fn fastest(rounds: usize, contenders: &mut [Option<&mut dyn FnMut()>]) -> Vec<Option<f64>> {
    const CALLS: usize = 16;
    let mut best = vec![Duration::MAX; contenders.len()];
    for _ in 0..rounds {
        for (contender, best) in contenders.iter_mut().zip(&mut best) {
            let Some(contender) = contender else { continue };
            let start = Instant::now();
            (0..CALLS).for_each(|_| contender());
            *best = start.elapsed().min(*best);
        }
    }
    let ns = |d: Duration| d.as_secs_f64() * 1e9 / (CALLS * N) as f64;
    contenders.iter().zip(best).map(|(c, best)| c.is_some().then(|| ns(best))).collect()
}

/// Evenly spread over a range, in no order.
fn spread(range: (f64, f64), seed: u64) -> Vec<f64> {
    let at = |i: u64| {
        (i.wrapping_add(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..N as u64).map(|i| range.0 + (range.1 - range.0) * at(i)).collect()
}

fn shown(ns: Option<f64>) -> String {
    ns.map_or("-".into(), |ns| format!("{ns:.2}"))
}

/// A row of the table: our time over VML's, and the C library's over ours.
struct Row {
    name: &'static str,
    to_vml: Option<f64>,
    from_libm: f64,
}

fn measure(rounds: usize, vml: Option<&Vml>, peers: &mut Peers) -> Vec<Row> {
    println!(
        "{:<9} {:<4} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "function", "", "numfuse", "VML", "NumPy", "libm", "/ VML"
    );
    let mut rows = Vec::new();
    for function in FUNCTIONS {
        let (x, y) = (spread(function.ranges.0, 1), spread(function.ranges.1, 77));
        let (x32, y32): (Vec<f32>, Vec<f32>) =
            (x.iter().map(|&v| v as f32).collect(), y.iter().map(|&v| v as f32).collect());
        for single in [false, true] {
            let mut ours = Call::ours(function, single, (&x, &y), (&x32, &y32));
            let mut libm = Call::libm(function, single, (&x, &y), (&x32, &y32));
            let find = |kernel| vml.and_then(|v| v.call(function, single, kernel, (&x, &y), (&x32, &y32)));
            let (mut public, mut kernel) = (find(false), find(true));
            let times = fastest(
                rounds,
                &mut [
                    Some(&mut ours),
                    Some(&mut libm),
                    public.as_mut().map(|c| &mut **c as &mut dyn FnMut()),
                    kernel.as_mut().map(|c| &mut **c as &mut dyn FnMut()),
                ],
            );
            let least = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b).min_by(f64::total_cmp);
            let vml = least(times[2], times[3]);
            let numpy = peers.numpy(function, single);
            let (ours, libm) = (times[0].unwrap_or(f64::NAN), times[1].unwrap_or(f64::NAN));
            let ratio = vml.map(|vml| ours / vml);
            let dtype = if single { "f32" } else { "f64" };
            println!(
                "{:<9} {dtype:<4} {ours:>8.2} {:>8} {:>8} {libm:>8.2} {:>8}",
                function.name,
                shown(vml),
                shown(numpy),
                shown(ratio)
            );
            rows.push(Row { name: function.name, to_vml: ratio, from_libm: libm / ours });
        }
    }
    rows
}

fn verdict(what: &str, measured: f64, target: &str, met: bool) {
    println!("{what:<58} {measured:>7.2}  target {target:<8} {}", if met { "met" } else { "SHORT" });
}

fn judge(rows: &[Row]) {
    let ratios: Vec<f64> = rows.iter().filter_map(|r| r.to_vml).collect();
    let most = |names: &[&str]| {
        let of = rows.iter().filter(|r| names.is_empty() || names.contains(&r.name));
        of.filter_map(|r| r.to_vml).fold(0.0, f64::max)
    };
    if !ratios.is_empty() {
        let mean = (ratios.iter().map(|r| r.ln()).sum::<f64>() / ratios.len() as f64).exp();
        verdict("all functions: geometric mean of numfuse / VML", mean, "<= 1.25", mean <= 1.25);
        verdict("all functions: largest numfuse / VML", most(&[]), "<= 2", most(&[]) <= 2.0);
        let hard = most(&["exp", "log", "sin", "cos"]);
        verdict("exp, log, sin, cos: largest numfuse / VML", hard, "<= 1.2", hard <= 1.2);
    }
    let least = rows.iter().filter(|r| ["exp", "log", "sin", "cos", "tanh"].contains(&r.name));
    let least = least.map(|r| r.from_libm).fold(f64::INFINITY, f64::min);
    verdict("exp, log, sin, cos, tanh: least libm / numfuse", least, ">= 5", least >= 5.0);
}

/// The formula, on all cores, in turns with NumExpr in a process of its own.
fn formula(n: usize, rounds: usize, peers: &mut Peers) {
    const TEXT: &str = "exp(a)*sin(b)+log(c)/sqrt(a*b+1)";
    let session = Session::builder().build();
    // Made by a formula, and so on huge pages where there are some, as NumPy's arrays are.
    let input = |k: f64| {
        let text = format!("arange({n}.0) * k % 1 * 3 + 0.1");
        session.eval(&text, &arrays! { k }).expect("evaluates")
    };
    let (a, b, c) = (input(0.618_034), input(0.414_214), input(0.732_051));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..=rounds {
        let start = Instant::now();
        drop(black_box(session.eval(TEXT, &arrays! { a, b, c }).expect("evaluates")));
        ours.push(start.elapsed().as_secs_f64() * 1e3);
        theirs.extend(peers.numexpr(TEXT, n));
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    };
    let (ours, theirs) = (median(&mut ours).unwrap_or(f64::NAN), median(&mut theirs));
    println!("{TEXT}, {n} f64: numfuse {ours:.1} ms, NumExpr {} ms", shown(theirs));
    if let Some(theirs) = theirs {
        verdict("the formula: NumExpr's time / numfuse's", theirs / ours, ">= 5", theirs / ours >= 5.0);
    }
}

fn main() {
    let test = std::env::args().any(|a| a == "--test");
    let vml = Vml::load();
    let mut peers = Peers::start();
    println!("nanoseconds an element, {N} elements, {}", Target::host());
    let rows = measure(if test { 1 } else { 400 }, vml.as_ref(), &mut peers);
    judge(&rows);
    let (n, rounds) = if test { (10_000, 1) } else { (10_000_000, 11) };
    formula(n, rounds, &mut peers);
}
