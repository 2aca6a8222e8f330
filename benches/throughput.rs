//! Elements a second, by size and by what the formula does.
//!
//!     cargo bench --bench throughput            every group
//!     cargo bench --bench throughput -- memory  one of them
//!
//! Each group is one formula on the process's session, results dropped at once, so that large ones come
//! from the session's pool as they do in a program that evaluates in a loop. Figures are of one machine and
//! one run; what carries over is how they compare within a run. With `--test`, and under `cargo test`, every
//! formula runs once on little data.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use numfuse::{Bindings, Session, arrays};
use std::hint::black_box;

/// Numbers of elements: in the first-level cache, in the second, in the last, in memory.
fn sizes() -> &'static [usize] {
    let measuring = std::env::args().any(|a| a == "--bench") && !std::env::args().any(|a| a == "--test");
    if measuring { &[1_000, 100_000, 1_000_000, 10_000_000] } else { &[1_000] }
}

fn floats(n: usize, seed: u64) -> Vec<f64> {
    (0..n as u64).map(|i| ((i.wrapping_mul(0x9e37_79b9) ^ seed) % 1000) as f64 / 250.0 - 2.0).collect()
}

fn integers(n: usize, seed: u64) -> Vec<i32> {
    (0..n as u64).map(|i| (i.wrapping_mul(0x9e37_79b9) ^ seed) as i32).collect()
}

/// Binds inputs of so many elements, and runs what it is given on them.
type Inputs = fn(usize, &mut dyn FnMut(&Bindings<'_>));

/// Measures `text` at every size, on what `inputs` binds.
fn group(c: &mut Criterion, name: &str, text: &str, inputs: Inputs) {
    let mut group = c.benchmark_group(name);
    group.sample_size(20);
    for &n in sizes() {
        group.throughput(Throughput::Elements(n as u64));
        inputs(n, &mut |bindings| {
            group.bench_function(BenchmarkId::from_parameter(n), |b| {
                b.iter(|| black_box(Session::global().eval(text, bindings).expect("evaluates")));
            });
        });
    }
    group.finish();
}

fn with_floats(n: usize, run: &mut dyn FnMut(&Bindings<'_>)) {
    let (a, b, c) = (floats(n, 1), floats(n, 2), floats(n, 3));
    run(&arrays! { a, b, c });
}

/// Two loads, a store, three operations: from a million elements on, the time is the memory's.
/// Falsified if at ten million the bytes moved (24 an element) fall well short of what a plain copy reaches.
fn memory(c: &mut Criterion) {
    group(c, "memory", "2*a + 3*b", with_floats);
}

/// Forty operations on three loads. Falsified if elements a second at ten million are far below those at a
/// hundred thousand: then something other than arithmetic is paid for, such as temporaries.
fn arithmetic(c: &mut Criterion) {
    let text = (1..=10).map(|k| format!("({k}*a - b)*(c + {k})")).collect::<Vec<_>>().join(" + ");
    group(c, "arithmetic", &text, with_floats);
}

/// Comparisons, mask logic, a blend. Falsified if it is much slower than `memory` at ten million: masks
/// would then leave registers.
fn select(c: &mut Criterion) {
    group(c, "select", "where((a > b) & ~(c < 0.5), a, b - c)", with_floats);
}

/// 32-bit integers: shifts, products, bits. Twice the elements a register; falsified if elements a second
/// in the cache are not above those of floats of 64 bits with as many operations.
fn integer(c: &mut Criterion) {
    group(c, "integer", "(i*3 + j) ^ (i >> 5) & 255", |n, run| {
        let (i, j) = (integers(n, 1), integers(n, 2));
        run(&arrays! { i, j });
    });
}

/// Division by a varying integer, a function over blocks between lane code. Falsified if it is slower than
/// one division an element takes on the machine, and then some for moving blocks.
fn integer_division(c: &mut Criterion) {
    group(c, "integer-division", "i // (j | 1) + i", |n, run| {
        let (i, j) = (integers(n, 1), integers(n, 2));
        run(&arrays! { i, j });
    });
}

/// Functions over blocks: scalar code today, so this is the figure that vector math has to beat.
/// Falsified if fusing them costs more than calling each on an array of its own.
fn block_math(c: &mut Criterion) {
    group(c, "block-math", "exp(a) * sin(b)", with_floats);
}

/// One load pair, one number: no memory is written. Falsified if it is slower than `memory`, which moves
/// half as much again.
fn reduce_full(c: &mut Criterion) {
    group(c, "reduce-full", "sum(a*b)", with_floats);
}

fn table(n: usize, run: &mut dyn FnMut(&Bindings<'_>)) {
    let columns = 100;
    let a =
        ndarray::Array2::from_shape_vec((n / columns, columns), floats(n, 1)).expect("sizes are multiples");
    run(&arrays! { a });
}

/// The inner tree, rows of a hundred: short sequences, each with a result. Falsified if it falls far below
/// `reduce-full` at the same size.
fn reduce_rows(c: &mut Criterion) {
    group(c, "reduce-rows", "sum(a, axis=1)", table);
}

/// The outer tree, a hundred columns. Falsified if it is slower than `reduce-rows`: both read the same
/// bytes in the same order.
fn reduce_columns(c: &mut Criterion) {
    group(c, "reduce-columns", "sum(a, axis=0)", table);
}

/// Two passes: the mean, then what uses it. Falsified if it is slower than `reduce-full` and `memory`
/// together.
fn two_passes(c: &mut Criterion) {
    group(c, "two-passes", "a - mean(a)", with_floats);
}

criterion_group!(lanes, memory, arithmetic, select, integer);
criterion_group!(blocks, integer_division, block_math);
criterion_group!(reductions, reduce_full, reduce_rows, reduce_columns, two_passes);
criterion_main!(lanes, blocks, reductions);
