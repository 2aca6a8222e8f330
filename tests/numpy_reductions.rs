//! Reductions and running values against NumPy's (`scripts/gen_reductions_golden.py` says how its answers are
//! written): dtypes, shapes, integers and running values exactly, other floats within a few units in the last place.

use numfuse::array::{Complex, View};
use numfuse::dtype::DType;
use numfuse::{Array, arrays};

const A: [f64; 8] = [3.25, 0.0, 1.5, 2.0, 5.0, 1.0, 7.75, 4.0];
const N: [f64; 8] = [3.25, f64::NAN, f64::NAN, 2.0, 5.0, 1.0, f64::NAN, 4.0];
/// The imaginary parts of complex numbers.
const B: [f64; 8] = [0.5, -1.0, 2.0, 0.0, 1.0, 0.0, -0.25, 3.0];
const M: [bool; 8] = [true, false, true, true, false, true, false, true];

/// The result of a formula whose operands have the dtype.
fn evaluate(dtype: DType, formula: &str) -> Option<Array> {
    let shaped =
        |numbers: &[f64]| ndarray::Array2::from_shape_vec((2, 4), numbers.to_vec()).expect("8 numbers");
    let is_complex = dtype.part().is_some();
    let n = if dtype.is_float() || is_complex { shaped(&N) } else { shaped(&A) };
    let imaginary = if is_complex { " + 1j*b" } else { "" };
    let mask = ndarray::Array2::from_shape_vec((2, 4), M.to_vec()).expect("8 bools");
    let empty = ndarray::Array2::<f64>::zeros((0, 3));
    let text = format!("a = {dtype}(a{imaginary}); n = {dtype}(n{imaginary}); e = {dtype}(e); {formula}",);
    let (a, b) = (shaped(&A), shaped(&B));
    let given = arrays! { a: a.view(), b: b.view(), n: n.view(), e: empty.view(), m: mask.view() };
    numfuse::eval(&text, &given).ok()
}

/// Elements as f64, which holds every number here; complex ones as two.
fn elements(array: &Array) -> Vec<f64> {
    if array.dtype().part().is_some() {
        let wide = numfuse::eval("complex128(a)", &arrays! { a: array }).expect("a cast");
        let numbers = wide.to_vec::<Complex<f64>>().expect("c128");
        return numbers.into_iter().flat_map(|z| [z.re, z.im]).collect();
    }
    let wide = numfuse::eval("float64(a)", &arrays! { a: array }).expect("a cast");
    wide.to_vec::<f64>().expect("f64")
}

fn number(text: &str) -> f64 {
    match text {
        "True" => 1.0,
        "False" => 0.0,
        text => text.parse().expect("a number"),
    }
}

/// Whether an element is NumPy's, where its own rounding may be another.
fn agrees(found: f64, due: f64, dtype: DType, is_exact: bool) -> bool {
    let bits = [(DType::F16, 10), (DType::F32, 23), (DType::F64, 52)];
    let epsilon = bits.iter().find(|(float, _)| *float == dtype).map_or(0.0, |&(_, bits)| 2f64.powi(-bits));
    let bound = if is_exact { 0.0 } else { 4.0 * epsilon * due.abs() };
    found == due || (found - due).abs() <= bound || found.is_nan() && due.is_nan()
}

#[test]
fn results_are_numpys() {
    let golden = include_str!("golden/reductions.txt");
    let mut wrong = Vec::new();
    for line in golden.lines() {
        let [dtype, formula, due] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let dtype: DType = dtype.parse().expect("a dtype");
        let Some(found) = evaluate(dtype, formula) else {
            if due != "refused" {
                wrong.push(format!("{line}: refused"));
            }
            continue;
        };
        let shape: Vec<String> = found.shape().iter().map(usize::to_string).collect();
        let head = format!("{}[{}]", found.dtype(), shape.join(","));
        let (expected_head, rest) = due.split_once(' ').unwrap_or((due, ""));
        let due: Vec<f64> = rest.split(' ').filter(|text| !text.is_empty()).map(number).collect();
        let found_elements = elements(&found);
        let is_exact = formula.starts_with("cum");
        let pairs = found_elements.iter().zip(&due);
        let part = found.dtype().part().unwrap_or(found.dtype());
        let same =
            found_elements.len() == due.len() && pairs.clone().all(|(&x, &y)| agrees(x, y, part, is_exact));
        if head != expected_head || !same {
            wrong.push(format!("{line}: {head} {found_elements:?}"));
        }
    }
    assert!(golden.lines().count() > 3000);
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A variance of integers over 1024 beside a large number, and the same exactly.
fn ill_conditioned(count: usize, far: f64) -> (Vec<f64>, f64) {
    let steps: Vec<i64> = (0..count as i64).map(|i| (i * 7919 + i * i % 1013) % 2048 - 1024).collect();
    let (sum, squares): (i128, i128) =
        steps.iter().fold((0, 0), |(s, q), &k| (s + i128::from(k), q + i128::from(k) * i128::from(k)));
    let n = count as i128;
    let exact = (n * squares - sum * sum) as f64 / (n * n) as f64 / f64::from(1 << 20);
    (steps.iter().map(|&k| far + k as f64 / 1024.0).collect(), exact)
}

#[test]
fn variances_far_from_zero_are_accurate() {
    for far in [0.0, 1.0, 1e6, 1e9] {
        for count in [2, 255, 256, 257, 4096, 100_003] {
            let (numbers, exact) = ill_conditioned(count, far);
            // How a change of the elements in the last place changes the variance.
            let condition = (1.0 + far * far / exact).sqrt();
            let bound = 40.0 * 2f64.powi(-53) * condition * exact;
            let inner = numfuse::eval("var(a)", &arrays! { a: &numbers }).expect("a variance");
            let inner = inner.scalar::<f64>().expect("f64");
            assert!((inner - exact).abs() <= bound, "{far} {count}: {inner} {exact}");
            let columns: Vec<f64> = numbers.iter().flat_map(|&x| [x, -x, far]).collect();
            let table = ndarray::ArrayView2::from_shape((count, 3), &columns).expect("a table");
            let outer = numfuse::eval("var(a, axis=0)", &arrays! { a: table }).expect("variances");
            let outer = outer.to_vec::<f64>().expect("f64");
            assert_eq!((outer[0], outer[2]), (outer[1], 0.0));
            assert!((outer[0] - exact).abs() <= bound, "{far} {count}: {} {exact}", outer[0]);
        }
    }
}

#[test]
fn the_variance_of_equal_numbers_is_zero() {
    for count in [1, 3, 255, 1000, 5001] {
        let same = vec![0.1; count];
        let variance = numfuse::eval("var(same)", &arrays! { same }).expect("a variance");
        assert_eq!(variance.scalar::<f64>(), Ok(0.0), "{count}");
    }
}

#[test]
fn complex_numbers_vary_in_both_parts() {
    let c = [Complex::new(1.0, 2.0), Complex::new(3.0, -1.0), Complex::new(-2.0, 0.5)];
    let n = [
        Complex::new(1.0, 2.0),
        Complex::new(f64::NAN, -1.0),
        Complex::new(3.0, f64::NAN),
        Complex::new(2.0, 1.0),
    ];
    let one = |formula: &str| {
        let found = numfuse::eval(formula, &arrays! { c: &c, n: &n }).expect(formula);
        found.scalar::<f64>().expect("f64")
    };
    // 38/9 of the real parts and 3/2 of the imaginary ones.
    for (formula, due) in [
        ("var(c)", 103.0 / 18.0),
        ("std(c)", (103.0f64 / 18.0).sqrt()),
        ("var(c, ddof=1)", 103.0 / 12.0),
        ("var(c, where=c.real > 0)", 3.25),
        ("nanvar(n)", 0.5),
        ("nanstd(n, ddof=1)", 1.0),
        ("nansum(n).real", 3.0),
        ("nansum(n).imag", 3.0),
        ("nanmean(n).imag", 1.5),
        ("sum(cumsum(c).imag)", 4.5),
    ] {
        let found = one(formula);
        assert!((found - due).abs() <= 4.0 * f64::EPSILON * due, "{formula}: {found}, not {due}");
    }
    assert!(one("nanvar(n, ddof=2)").is_nan());
}

/// What a mask leaves out is not there: it is no NaT, no text and not counted.
#[test]
fn masks_leave_out_dates_and_text() {
    let (i, m) = ([3i64, i64::MIN, 8, 6], [true, false, true, true]);
    let texts = Array::from_strings(&["", "a", ""]).expect("texts");
    let none = [false; 4];
    let one = |formula: &str| {
        let given = arrays! { i, m, none, texts: &texts, first: &[false, true, false] };
        numfuse::eval(formula, &given).unwrap_or_else(|error| panic!("{error}")).to_string()
    };
    for (formula, due) in [
        ("int64(sum(timedelta64(i, 's'), where=m))", "17"),
        ("int64(mean(timedelta64(i, 's'), where=m))", "5"),
        ("isnat(sum(timedelta64(i, 's')))", "True"),
        ("isnat(mean(timedelta64(i, 's'), where=none))", "True"),
        ("int64(sum(timedelta64(i, 's'), where=none))", "0"),
        ("all(timedelta64(i, 's') - timedelta64(3, 's'), where=m)", "False"),
        ("any(texts, where=~first)", "False"),
        ("all(texts, where=first)", "True"),
    ] {
        assert_eq!(one(formula), due, "{formula}");
    }
    let refused =
        |formula: &str| numfuse::eval(formula, &arrays! { i, m }).expect_err(formula).diagnostics()[0].code;
    assert_eq!(refused("min(timedelta64(i, 's'), where=m)"), "keyword-value");
    assert_eq!(refused("sum(timedelta64(i, 's'), initial=0)"), "not-evaluated");
}

#[test]
fn flattened_sizes_are_checked() {
    let (m, b) = (ndarray::Array2::<f64>::zeros((2, 3)), [0.0; 5]);
    let error = numfuse::eval("cumsum(m) + b", &arrays! { m: m.view(), b }).expect_err("6 and 5");
    let text = error.diagnostics().iter().map(|d| d.render("cumsum(m) + b")).collect::<String>();
    assert!(text.contains("what is flattened has shape (6,), `b` has shape (5,)"), "{text}");
    let one = [1.0];
    let long = View::from(&one).broadcast_to(&[1 << 40, 1]).expect("one element, repeated");
    let wide = View::from(&one).broadcast_to(&[1, 1 << 40]).expect("one element, repeated");
    let error =
        numfuse::eval("cumsum(long + wide)", &arrays! { long: &long, wide: &wide }).expect_err("2^80");
    assert_eq!(error.code(), "too-big");
}
