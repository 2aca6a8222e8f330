//! One function on many samples: its distance from the true values, and one pattern of bits everywhere.

use crate::functions::Bound;
use crate::is_full;
use crate::samples::{Float, Random, distance, sample, specials};
use numfuse::math::{BinaryOf, Levels, UnaryOf};
use numfuse::target::{Level, Target};
use std::fmt;

/// Samples that are computed at once.
const BLOCK: usize = 4096;

/// Of how many blocks one is also computed without instructions for `mul_add`, where each is a call.
const BASELINE_OF: u64 = 64;

/// What was found of a function.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) function: &'static str,
    pub(crate) dtype: &'static str,
    pub(crate) samples: u64,
    pub(crate) distance: u64,
    pub(crate) bound: Bound,
    pub(crate) misrounded: u64,
    pub(crate) exhaustive: bool,
    worst: String,
}

impl Outcome {
    fn new(function: &'static str, dtype: &'static str, bound: Bound, exhaustive: bool) -> Outcome {
        let worst = "-".to_owned();
        Outcome { function, dtype, samples: 0, distance: 0, bound, misrounded: 0, exhaustive, worst }
    }

    fn add<F: Float>(&mut self, args: &[F], got: F, want: F) {
        self.samples += 1;
        if got.to_bits() == want.to_bits() {
            return;
        }
        let is_near = (got.to_f64() - want.to_f64()).abs() <= self.bound.absolute;
        let distance = if is_near { 0 } else { distance(got, want) };
        self.misrounded += u64::from(distance != 0);
        if distance > self.distance {
            self.distance = distance;
            let args: Vec<String> = args.iter().map(|x| format!("{x:e}")).collect();
            self.worst = format!("of ({}) {got:e}, not {want:e}", args.join(", "));
        }
    }

    fn join(mut self, other: Outcome) -> Outcome {
        self.samples += other.samples;
        self.misrounded += other.misrounded;
        if other.distance > self.distance {
            (self.distance, self.worst) = (other.distance, other.worst);
        }
        self
    }

    /// Misrounded results in a hundred.
    pub(crate) fn percent(&self) -> f64 {
        100.0 * self.misrounded as f64 / self.samples.max(1) as f64
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { function, dtype, samples, distance, bound, worst, .. } = self;
        let percent = self.percent();
        write!(f, "{function} {dtype}: {samples} samples, distance {distance} (at most {bound}), ")?;
        write!(f, "{percent:.4} % misrounded, worst: {worst}")
    }
}

/// The levels whose loops the host can run, each once: the baseline, AVX2, AVX-512.
fn levels() -> impl Iterator<Item = Level> {
    [Level::None, Level::Avx2, Level::Avx512].into_iter().filter(|&l| l <= Target::host().level)
}

/// Computes a block at every level, and expects the same bits of all and of the function at single points.
fn everywhere<F: Float>(
    name: &str,
    blocks: &Levels<F>,
    args: &[&[F]],
    out: &mut [F],
    baseline: bool,
    at: impl Fn(usize) -> F,
) {
    let best = Target::host().level;
    blocks.run(best, args, &mut [&mut *out]);
    let same = |x: F, y: F| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan();
    let mut other = out.to_vec();
    for level in levels().filter(|&l| l != best && (l != Level::None || baseline)) {
        blocks.run(level, args, &mut [&mut other]);
        if let Some(i) = (0..out.len()).find(|&i| !same(out[i], other[i])) {
            let point: Vec<F> = args.iter().map(|a| a[i]).collect();
            panic!("{name} of {point:?}: {:e} at {best}, {:e} at {level}", out[i], other[i]);
        }
    }
    for i in (0..out.len()).step_by(if baseline { 1 } else { 512 }) {
        let alone = at(i);
        assert!(same(out[i], alone), "{name}: {:e} in a block, {alone:e} alone", out[i]);
    }
}

/// Runs `work` on as many threads as there are, each with its number, and joins what they found.
fn on_threads(work: impl Fn(u64, u64) -> Outcome + Sync) -> Outcome {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    std::thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = (0..threads).map(|t| scope.spawn(move || work(t, threads))).collect();
        let found = running.into_iter().map(|t| t.join().unwrap_or_else(|e| std::panic::resume_unwind(e)));
        found.reduce(Outcome::join).expect("a thread")
    })
}

fn samples() -> u64 {
    if is_full() { 100_000_000 } else { 1_000_000 }
}

/// A function of one operand: on all values of f32 in the long campaign, else on samples.
pub(crate) fn unary<F: Float>(
    name: &'static str,
    function: UnaryOf<F>,
    oracle: fn(F) -> F,
    range: (f64, f64),
    bound: Bound,
) -> Outcome {
    let exhaustive = is_full() && size_of::<F>() == 4;
    let blocks = if exhaustive { 1 << 32 } else { samples() } / BLOCK as u64;
    on_threads(|thread, threads| {
        let mut random = Random(thread);
        let mut outcome = Outcome::new(name, F::NAME, bound, exhaustive);
        let mut out = [F::from_f64(0.0); BLOCK];
        let mut block = |x: &[F], baseline| {
            let out = &mut out[..x.len()];
            everywhere(name, &function.blocks, &[x], out, baseline, |i| (function.at)(x[i]));
            x.iter().zip(&*out).for_each(|(&x, &y)| outcome.add(&[x], y, oracle(x)));
        };
        block(&specials::<F>(), true);
        for k in (thread..=blocks).step_by(threads as usize) {
            let exhausted = |i| F::from_bits((k * BLOCK as u64 + i as u64) << 32);
            let mut next = |i| if exhaustive { exhausted(i) } else { sample(&mut random, range) };
            let x: Vec<F> = (0..BLOCK).map(&mut next).collect();
            block(&x, k % BASELINE_OF == 0 && k < 1 << 14);
        }
        outcome
    })
}

/// A function of two operands, on every pair of special values and on samples.
pub(crate) fn binary<F: Float>(
    name: &'static str,
    function: BinaryOf<F>,
    oracle: fn(F, F) -> F,
    ranges: [(f64, f64); 2],
) -> Outcome {
    on_threads(|thread, threads| {
        let mut random = Random(thread);
        let mut outcome = Outcome::new(name, F::NAME, Bound::ULP, false);
        let mut out = [F::from_f64(0.0); BLOCK];
        let mut block = |x: &[F], y: &[F], baseline| {
            let out = &mut out[..x.len()];
            everywhere(name, &function.blocks, &[x, y], out, baseline, |i| (function.at)(x[i], y[i]));
            for (i, &got) in out.iter().enumerate() {
                outcome.add(&[x[i], y[i]], got, oracle(x[i], y[i]));
            }
        };
        let edges = specials::<F>();
        for &x in edges.iter().skip(thread as usize).step_by(threads as usize) {
            block(&vec![x; edges.len()], &edges, x.to_bits() % 8 == 0);
        }
        for k in (thread..=samples() / BLOCK as u64).step_by(threads as usize) {
            let [x, y] =
                ranges.map(|range| -> Vec<F> { (0..BLOCK).map(|_| sample(&mut random, range)).collect() });
            block(&x, &y, k % BASELINE_OF == 0 && k < 1 << 14);
        }
        outcome
    })
}
