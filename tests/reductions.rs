//! Reductions have one bit pattern, whatever the threads, the instruction level and the layout; and
//! their error is that of pairwise summation.

#[expect(dead_code, reason = "only its random numbers are used here")]
mod programs;

use numfuse::array::{Array, Bindings, View, f16};
use numfuse::check::{self, InputDType, InputType, Options};
use numfuse::dtype::{DType, Lane};
use numfuse::reference::{self, Value};
use numfuse::target::Target;
use numfuse::{Session, arrays, opt, syntax};
use programs::{Random, value_of};

const THREADS: [usize; 5] = [1, 2, 3, 7, 16];
const REDUCTIONS: [&str; 13] = [
    "sum",
    "prod",
    "min",
    "max",
    "mean",
    "any",
    "all",
    "count_nonzero",
    "argmin",
    "argmax",
    "var",
    "std",
    "nanmean",
];
/// Up to so many elements the reference is asked too.
const MODERATE: usize = 20_000;

/// One session for each number of threads, and for each target.
fn sessions() -> Vec<Session> {
    let threads = THREADS.iter().map(|&n| Session::builder().threads(n).build());
    let target = |t: Target| Session::builder().threads(2).level(t.level).tier(t.tier).build();
    threads.chain(Target::all().map(target)).collect()
}

/// Elements whose sum depends on the order, whose product stays finite, with ties.
fn elements(dtype: DType, count: usize, seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    let mut bytes = Vec::with_capacity(count * dtype.size());
    for _ in 0..count {
        let unit = (random.bits() >> 11) as f64 / (1u64 << 53) as f64;
        let float =
            if random.once_in(9) { 1.0 } else { (unit - 0.5) * 2f64.powi(random.below(9) as i32 - 7) + 1.0 };
        let bits = match dtype.lane() {
            Some(Lane::F64) => float.to_bits(),
            Some(Lane::F32) => u64::from((float as f32).to_bits()),
            Some(Lane::F16) => u64::from(f16::from_f64(float).to_bits()),
            Some(Lane::Bool) => random.bits() & 1,
            Some(_) | None => random.bits(),
        };
        bytes.extend_from_slice(&bits.to_le_bytes()[..dtype.size()]);
    }
    bytes
}

fn view<'a>(memory: &'a [u8], dtype: DType, shape: &[usize], strides: &[isize], offset: usize) -> View<'a> {
    View::from_bytes(memory, dtype, shape, strides, offset, false).expect("the memory holds it")
}

/// The reference's value of a formula of `a`.
fn expected(formula: &str, a: &View<'_>) -> Value {
    let ones = a.shape().iter().map(|&n| n == 1).collect();
    let ty = InputType { name: "a".into(), dtype: InputDType::Strong(a.dtype()), ones, writable: false };
    let parsed = syntax::parse(formula).expect("a formula");
    let graph = opt::run(check::lower(&parsed, &[ty], &Options::default()).expect("typed"));
    let input = value_of(&Array::from_view(a).expect("small"));
    reference::eval(&graph, &[input]).expect("a value").remove(0)
}

/// One result, bit for bit, on every session; the reference's if it is asked.
fn expect_one_pattern(sessions: &[Session], formula: &str, a: &View<'_>) {
    let mut patterns: Vec<Value> = Vec::new();
    if a.len() <= MODERATE {
        patterns.push(expected(formula, a));
    }
    for session in sessions {
        let mut bindings = Bindings::new();
        bindings.input("a", a);
        let result = session.eval(formula, &bindings).unwrap_or_else(|e| panic!("{formula}: {e}"));
        patterns.push(value_of(&result));
    }
    let differs = patterns.iter().position(|p| p.shape != patterns[0].shape || p.data != patterns[0].data);
    assert_eq!(differs, None, "{formula} of {}{:?} {:?}", a.dtype(), a.shape(), a.strides());
}

#[test]
fn of_one_axis() {
    let sessions = sessions();
    let sizes =
        [1, 2, 3, 15, 16, 17, 255, 256, 257, 511, 4095, 4096, 4097, 12_345, 65_537, 262_143, 1_000_000];
    for (k, size) in sizes.into_iter().enumerate() {
        for dtype in [DType::F64, DType::F32, DType::I64, DType::U8, DType::I16, DType::Bool] {
            let memory = elements(dtype, size, k as u64);
            let a = view(&memory, dtype, &[size], &[dtype.size() as isize], 0);
            for name in REDUCTIONS {
                if size <= MODERATE || matches!(dtype, DType::F64 | DType::F32) || name == "sum" {
                    expect_one_pattern(&sessions, &format!("{name}(a)"), &a);
                }
            }
        }
    }
}

/// Strides of a layout of that shape: C order, F order, reversed, every second, broadcast along axis 0.
fn layout(kind: usize, shape: &[usize], size: usize) -> (Vec<isize>, usize) {
    let mut order: Vec<usize> = (0..shape.len()).collect();
    if kind == 1 {
        order.reverse();
    }
    let gap = if kind == 3 { 2 } else { 1 };
    let (mut strides, mut step) = (vec![0isize; shape.len()], (size * gap) as isize);
    for &axis in order.iter().rev() {
        strides[axis] = step;
        step *= shape[axis] as isize;
    }
    let mut offset = 0;
    match kind {
        2 => {
            for (stride, &n) in strides.iter_mut().zip(shape) {
                offset += *stride as usize * (n - 1);
                *stride = -*stride;
            }
        }
        4 => strides[0] = 0,
        _ => {}
    }
    (strides, offset)
}

#[test]
fn of_several_axes_in_every_layout() {
    let sessions = sessions();
    let shapes: [&[usize]; 9] = [
        &[300, 61],
        &[70, 257],
        &[40_000, 3],
        &[3, 40_000],
        &[5, 1, 1025],
        &[17, 33, 29],
        &[2, 300, 200],
        &[600, 1],
        &[1, 4, 1],
    ];
    for (k, shape) in shapes.into_iter().enumerate() {
        let count: usize = shape.iter().product();
        for dtype in [DType::F64, DType::F32, DType::I32] {
            let memory = elements(dtype, 2 * count, 100 + k as u64);
            for kind in 0..5 {
                let (strides, offset) = layout(kind, shape, dtype.size());
                let a = view(&memory, dtype, shape, &strides, offset);
                for axes in 1..1usize << shape.len() {
                    let name = REDUCTIONS[(axes + kind + k) % 8];
                    let listed: String =
                        (0..shape.len()).filter(|x| axes >> x & 1 == 1).map(|x| format!("{x}, ")).collect();
                    let keep = if kind % 2 == 0 { ", keepdims=True" } else { "" };
                    for name in ["sum", "var", name] {
                        expect_one_pattern(&sessions, &format!("{name}(a * a, axis=({listed}){keep})"), &a);
                    }
                    if axes.is_power_of_two() {
                        let axis = axes.trailing_zeros();
                        expect_one_pattern(&sessions, &format!("argmax(a, axis={axis}{keep})"), &a);
                    }
                }
            }
        }
    }
}

/// Products of numbers of size 1: both parts of each are made of both parts of all.
#[test]
fn of_complex_numbers() {
    let sessions = sessions();
    let formulas =
        |axes: &str| ["real", "imag"].map(|part| format!("{part}(prod((a + 1j)/abs(a + 1j){axes}))"));
    for (k, size) in [1, 2, 17, 255, 257, 4097, 12_345, 300_000].into_iter().enumerate() {
        for dtype in [DType::F64, DType::F32] {
            let memory = elements(dtype, size, 300 + k as u64);
            let a = view(&memory, dtype, &[size], &[dtype.size() as isize], 0);
            formulas("").iter().for_each(|formula| expect_one_pattern(&sessions, formula, &a));
        }
    }
    let shapes: [&[usize]; 5] = [&[300, 61], &[4000, 3], &[3, 40_000], &[17, 33, 29], &[2, 2000, 2]];
    for (k, shape) in shapes.into_iter().enumerate() {
        let memory = elements(DType::F64, 2 * shape.iter().product::<usize>(), 400 + k as u64);
        for kind in 0..5 {
            let (strides, offset) = layout(kind, shape, 8);
            let a = view(&memory, DType::F64, shape, &strides, offset);
            for axis in 0..shape.len() {
                let formulas = formulas(&format!(", axis={axis}"));
                formulas.iter().for_each(|formula| expect_one_pattern(&sessions, formula, &a));
            }
        }
    }
}

#[test]
fn running_values_are_those_of_the_order() {
    let sessions = sessions();
    let shapes: [&[usize]; 7] =
        [&[1], &[5000], &[70, 257], &[3, 4000], &[17, 1, 600], &[5, 7, 11], &[2, 1500, 2]];
    for (k, shape) in shapes.into_iter().enumerate() {
        let count: usize = shape.iter().product();
        for dtype in [DType::F64, DType::F32, DType::F16, DType::I32, DType::U8, DType::Bool] {
            let memory = elements(dtype, 2 * count, 200 + k as u64);
            for kind in 0..5 {
                let (strides, offset) = layout(kind, shape, dtype.size());
                let a = view(&memory, dtype, shape, &strides, offset);
                let op = if (k + kind) % 2 == 0 { "cumsum" } else { "cumprod" };
                expect_one_pattern(&sessions, &format!("{op}(a)"), &a);
                for axis in 0..shape.len() {
                    expect_one_pattern(&sessions, &format!("{op}(a + a, axis={axis})"), &a);
                    expect_one_pattern(&sessions, &format!("sum({op}(a, axis={axis}), axis=-1)"), &a);
                }
            }
        }
    }
}

#[test]
fn a_long_running_sum_is_the_plain_one() {
    // Longer than what is done between two looks at whether to stop.
    let long: Vec<f64> = (0..5_000_000).map(|i| f64::from(i % 1009) * 0.1).collect();
    let found = numfuse::eval("cumsum(long)", &arrays! { long: &long }).expect("running sums");
    let mut sum = 0.0;
    for (found, element) in found.as_slice::<f64>().expect("f64").iter().zip(&long) {
        sum += element;
        assert_eq!(found.to_bits(), f64::to_bits(sum));
    }
    let wide = ndarray::ArrayView2::from_shape((5, 1_000_000), &long).expect("a table");
    let found = numfuse::eval("cumsum(wide, axis=0)", &arrays! { wide }).expect("sums");
    let last = &found.as_slice::<f64>().expect("f64")[4_000_000..];
    for (k, &found) in last.iter().enumerate() {
        let sum = (0..5).map(|row| long[row * 1_000_000 + k]).reduce(|a, b| a + b);
        assert_eq!(Some(found), sum);
    }
}

#[test]
fn reductions_over_other_axes_of_one_space_keep_apart() {
    let sessions = sessions();
    let memory = elements(DType::F64, 12, 5);
    let a = view(&memory, DType::F64, &[3, 4], &[32, 8], 0);
    for axes in ["()", "(0,)", "(1,)", "(0, 1)"] {
        for other in ["()", "(0,)", "(1,)", "(0, 1)"] {
            let formula = format!("sum(a, axis={axes}, keepdims=True) * min(a, axis={other}, keepdims=True)");
            expect_one_pattern(&sessions, &formula, &a);
        }
    }
}

#[test]
fn the_sum_of_100_million_ones_in_f32_is_exact() {
    let one = [1f32];
    let ones = View::from(&one).broadcast_to(&[100_000_000]).expect("one element, repeated");
    let sum = numfuse::eval("sum(a)", &arrays! { a: &ones }).expect("a sum");
    assert_eq!(sum.scalar::<f32>(), Ok(1e8));
    let dense = vec![1f32; (1 << 24) + 8];
    let sum = numfuse::eval("sum(dense)", &arrays! { dense }).expect("a sum");
    assert_eq!(sum.scalar::<f32>(), Ok(16_777_224.0));
}

/// The depth of the inner tree over `n` elements: 16 additions an accumulator, 4 to join the
/// accumulators, then pairs of chunks.
fn inner_depth(n: usize) -> u32 {
    16 + 4 + n.div_ceil(256).next_power_of_two().trailing_zeros()
}

/// The depth of the outer tree over `n` rows.
fn outer_depth(n: usize) -> u32 {
    16 + n.div_ceil(16).next_power_of_two().trailing_zeros()
}

/// A float and the same number exactly, in units of 2^-60: every sum of such floats is on that grid.
fn mixed_scale(random: &mut Random) -> (f64, i128) {
    let (mantissa, exponent) = ((random.bits() >> 40) as i64 - (1 << 23), random.below(60) as u32);
    (mantissa as f64 * 2f64.powi(exponent as i32 - 60), i128::from(mantissa) << exponent)
}

fn on_the_grid(value: f64) -> i128 {
    (value * 2f64.powi(60)) as i128
}

/// Whether a sum's error is at most `depth` times half a unit in the last place of the sum of magnitudes.
fn within_bound(sum: f64, exact: i128, magnitudes: i128, depth: u32) -> bool {
    let error = (on_the_grid(sum) - exact).unsigned_abs();
    // One more, for the terms of second order.
    error <= (magnitudes.unsigned_abs() >> 53) * u128::from(depth + 1)
}

#[test]
fn the_error_of_a_sum_is_within_the_pairwise_bound() {
    let mut random = Random(7);
    for n in [1, 100, 4097, 100_003, 1_000_000] {
        let (floats, exact): (Vec<f64>, Vec<i128>) = (0..n).map(|_| mixed_scale(&mut random)).unzip();
        let (total, magnitudes) = (exact.iter().sum(), exact.iter().map(|x| x.abs()).sum());
        let inner =
            numfuse::eval("sum(a)", &arrays! { a: &floats }).expect("a sum").scalar::<f64>().expect("f64");
        assert!(within_bound(inner, total, magnitudes, inner_depth(n)), "{n}: {inner}");
        // Two columns: every second element, along the outer tree.
        let rows = n / 2;
        let table = ndarray::ArrayView2::from_shape((rows, 2), &floats[..2 * rows]).expect("a table");
        let outer = numfuse::eval("sum(a, axis=0)", &arrays! { a: table }).expect("sums");
        for (column, &sum) in outer.as_slice::<f64>().expect("f64").iter().enumerate() {
            let column = || exact[..2 * rows].iter().skip(column).step_by(2);
            let (total, magnitudes) = (column().sum(), column().map(|x| x.abs()).sum());
            assert!(within_bound(sum, total, magnitudes, outer_depth(rows)), "{rows} rows: {sum}");
        }
    }
}
