//! Complex operators and functions against NumPy's bits, C99's special values and true values, which
//! `scripts/gen_complex_golden.py` wrote to `golden/complex`.
#![expect(clippy::unwrap_used, reason = "a test says by failing that a file is wrong")]

use num_complex::Complex;
use numfuse::array::{Array, View};
use numfuse::arrays;
use numfuse::dtype::DType;
use std::collections::BTreeMap;

/// One line of a file: the parts of the operands and of the result, each as bits.
struct Case {
    operands: Vec<u64>,
    result: Vec<u64>,
}

/// The cases of each formula; whether they are of c64.
fn cases(text: &str) -> BTreeMap<(String, bool), Vec<Case>> {
    let mut all: BTreeMap<_, Vec<Case>> = BTreeMap::new();
    for line in text.lines() {
        let (formula, bits) = line.split_once(": ").unwrap();
        let is_single = bits.find(' ') == Some(8);
        let words = |text: &str| text.split(' ').map(|w| u64::from_str_radix(w, 16).unwrap()).collect();
        let (operands, result) = bits.split_once(" = ").unwrap();
        let case = Case { operands: words(operands), result: words(result) };
        all.entry((formula.to_owned(), is_single)).or_default().push(case);
    }
    all
}

/// The parts of the formula's results, as bits.
fn evaluate(formula: &str, is_single: bool, cases: &[Case]) -> (DType, Vec<Vec<u64>>) {
    let part = if is_single { 4 } else { 8 };
    let operand = |k: usize| -> Vec<u8> {
        let words = cases.iter().flat_map(|case| case.operands.iter().skip(2 * k).take(2));
        words.flat_map(|word| word.to_le_bytes()[..part].to_vec()).collect()
    };
    let dtype = if is_single { DType::C64 } else { DType::C128 };
    let (a, b) = (operand(0), operand(1));
    let view = |bytes| View::from_bytes(bytes, dtype, &[cases.len()], &[2 * part as isize], 0, false);
    let result = if b.is_empty() {
        numfuse::eval(formula, &arrays! { a: view(&a).unwrap() }).unwrap()
    } else {
        numfuse::eval(formula, &arrays! { a: view(&a).unwrap(), b: view(&b).unwrap() }).unwrap()
    };
    let size = result.dtype().part().map_or(result.dtype().size(), DType::size);
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    let parts: Vec<u64> = result.bytes().chunks(size).map(word).collect();
    (result.dtype(), parts.chunks(parts.len() / cases.len()).map(<[u64]>::to_vec).collect())
}

fn float(bits: u64, is_single: bool) -> f64 {
    if is_single { f64::from(f32::from_bits(bits as u32)) } else { f64::from_bits(bits) }
}

fn shown(bits: &[u64], is_single: bool) -> Vec<f64> {
    bits.iter().map(|&word| float(word, is_single)).collect()
}

#[test]
fn operators_have_numpys_bits() {
    let mut wrong = Vec::new();
    for ((formula, is_single), cases) in cases(include_str!("golden/complex/exact.txt")) {
        let (dtype, results) = evaluate(&formula, is_single, &cases);
        for (case, result) in cases.iter().zip(results) {
            let same = |(&a, &b): (&u64, &u64)| {
                let nan = |bits| dtype != DType::Bool && float(bits, is_single).is_nan();
                a == b || nan(a) && nan(b)
            };
            if result.len() != case.result.len() || !result.iter().zip(&case.result).all(same) {
                let (operands, due) = (shown(&case.operands, is_single), shown(&case.result, is_single));
                let found = shown(&result, is_single);
                wrong.push(format!("{formula} of {operands:?}: {found:?}, not {due:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong[..wrong.len().min(60)].join("\n"));
}

/// Zeros, infinities and NaN. A sign beside a NaN is nobody's promise.
#[test]
fn special_values_are_those_of_annex_g() {
    let mut wrong = Vec::new();
    for ((formula, _), cases) in cases(include_str!("golden/complex/special.txt")) {
        let (_, results) = evaluate(&formula, false, &cases);
        for (case, result) in cases.iter().zip(results) {
            let (due, found) = (shown(&case.result, false), shown(&result, false));
            let beside_nan = due.iter().any(|x| x.is_nan());
            let near = |(&a, &b): (&f64, &f64)| {
                if a.is_nan() || b.is_nan() {
                    return a.is_nan() && b.is_nan();
                }
                let same_sign = beside_nan || a.is_sign_negative() == b.is_sign_negative();
                same_sign && (a.abs() == b.abs() || (a - b).abs() <= 1e-15 * b.abs())
            };
            if !due.iter().zip(&found).all(near) {
                wrong
                    .push(format!("{formula} of {:?}: {found:?}, not {due:?}", shown(&case.operands, false)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong[..wrong.len().min(60)].join("\n"));
}

/// The distance of two complex numbers in units in the last place of the size of the second.
fn ulps(found: &[f64], due: &[f64], epsilon: f64, least: f64) -> f64 {
    if due.iter().any(|x| x.is_infinite()) {
        // A part beyond the dtype: it must be infinite too, and nothing is known of the other.
        let same = found.iter().zip(due).all(|(a, b)| !b.is_infinite() || a == b);
        return if same { 0.0 } else { f64::INFINITY };
    }
    // Scaled, so that the size of the largest is finite and that of the least is exact.
    let scale = if due.iter().all(|x| x.abs() < 1.0) { 2f64.powi(200) } else { 0.5 };
    let error = (found[0] * scale - due[0] * scale).hypot(found[1] * scale - due[1] * scale);
    let size = (due[0] * scale).hypot(due[1] * scale);
    error / (size * epsilon).max(least * scale)
}

#[test]
fn functions_are_within_four_ulp() {
    let mut wrong = Vec::new();
    let mut worst = BTreeMap::new();
    for ((formula, _), cases) in cases(include_str!("golden/complex/accurate.txt")) {
        assert!(cases.len() > 100, "{formula}");
        let (_, results) = evaluate(&formula, false, &cases);
        for (case, result) in cases.iter().zip(results) {
            let (due, found) = (shown(&case.result, false), shown(&result, false));
            let error = ulps(&found, &due, f64::EPSILON, 5e-324);
            let most: &mut f64 = worst.entry(formula.clone()).or_default();
            *most = most.max(error);
            if error.is_nan() || error > 4.0 {
                let operands = shown(&case.operands, false);
                wrong.push(format!("{formula} of {operands:?}: {found:?}, not {due:?}: {error}"));
            }
        }
    }
    println!("{worst:?}");
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong[..wrong.len().min(80)].join("\n"));
}

/// Of arguments that f32 holds, c64 results are the c128 ones rounded.
#[test]
fn narrow_functions_are_rounded_once() {
    for ((formula, _), mut cases) in cases(include_str!("golden/complex/accurate.txt")) {
        let holds = |&bits: &u64| f64::from(f64::from_bits(bits) as f32) == f64::from_bits(bits);
        cases.retain(|case| case.operands.iter().all(holds));
        // Beyond f32 the size of the rounded result is not known.
        let fits = |&bits: &u64| f64::from_bits(bits).abs() < f64::from(f32::MAX);
        cases.retain(|case| case.result.iter().all(fits));
        for case in &mut cases {
            for word in &mut case.operands {
                *word = u64::from((f64::from_bits(*word) as f32).to_bits());
            }
        }
        assert!(!cases.is_empty(), "{formula}");
        let (dtype, results) = evaluate(&formula, true, &cases);
        assert_eq!(dtype, DType::C64, "{formula}");
        for (case, result) in cases.iter().zip(results) {
            let due: Vec<f64> = shown(&case.result, false).iter().map(|&x| f64::from(x as f32)).collect();
            let found = shown(&result, true);
            let error = ulps(&found, &due, f64::from(f32::EPSILON), 1.5e-45);
            assert!(error <= 1.0, "{formula} of {:?}: {found:?}, not {due:?}", shown(&case.operands, true));
        }
    }
}

fn complex(formula: &str, a: &[Complex<f64>]) -> Array {
    numfuse::eval(formula, &arrays! { a }).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn reductions_go_over_both_parts() {
    let c = Complex::new;
    let a = [c(1.0, 2.0), c(-3.0, 5.0), c(1.0, -4.0), c(0.0, 0.0), c(-3.0, 1.0)];
    let one = |formula: &str| complex(formula, &a).scalar::<Complex<f64>>().unwrap();
    assert_eq!(one("sum(a)"), c(-4.0, 4.0));
    assert_eq!(one("mean(a)"), c(-0.8, 0.8));
    assert_eq!((one("min(a)"), one("max(a)")), (c(-3.0, 1.0), c(1.0, 2.0)));
    let index = |formula: &str| complex(formula, &a).scalar::<i64>().unwrap();
    assert_eq!((index("argmin(a)"), index("argmax(a)"), index("count_nonzero(a)")), (4, 0, 4));
    let nan = [c(1.0, 2.0), c(0.0, f64::NAN), c(f64::NAN, 0.0)];
    assert!(complex("max(a)", &nan).scalar::<Complex<f64>>().unwrap().re.is_nan());
    assert_eq!(complex("argmin(a)", &nan).scalar::<i64>(), Ok(1));
    assert!(complex("any(a)", &a).scalar::<bool>().unwrap());
    assert!(!complex("all(a)", &a).scalar::<bool>().unwrap());
}

/// Products as they are defined, factor after factor.
fn product(elements: &[Complex<f64>]) -> Complex<f64> {
    elements.iter().fold(Complex::new(1.0, 0.0), |product, z| product * z)
}

#[test]
fn products_go_over_both_parts() {
    let c = Complex::new;
    let a = [c(1.0, 2.0), c(-3.0, 5.0), c(1.0, -4.0)];
    let one = |formula: &str, a: &[Complex<f64>]| complex(formula, a).scalar::<Complex<f64>>().unwrap();
    assert_eq!(one("prod(a)", &a), c(-17.0, 51.0));
    assert_eq!(one("prod(a[:0])", &a), c(1.0, 0.0));
    // 1 times this would be NaN in the imaginary part.
    let infinite = one("prod(a)", &[c(f64::INFINITY, 0.0)]);
    assert_eq!((infinite.re, infinite.im.to_bits()), (f64::INFINITY, 0));
    let rows = ndarray::arr2(&[[a[0], a[1]], [a[2], a[0]], [a[1], a[1]]]);
    let of = |formula: &str| numfuse::eval(formula, &arrays! { rows }).unwrap();
    let columns = of("prod(rows, axis=0)").to_vec::<Complex<f64>>().unwrap();
    assert_eq!(columns, [c(-17.0, 51.0), product(&[a[1], a[0], a[1]])]);
    let kept = of("prod(rows, axis=-1, keepdims=True)");
    assert_eq!(kept.shape(), [3, 1]);
    assert_eq!(kept.to_vec(), Ok(vec![a[0] * a[1], a[2] * a[0], a[1] * a[1]]));
    let narrow = a.map(|z| Complex::new(z.re as f32, z.im as f32));
    let narrow = numfuse::eval("prod(narrow)", &arrays! { narrow }).unwrap();
    assert_eq!(narrow.to_vec(), Ok(vec![Complex::new(-17.0f32, 51.0)]));
}

/// In any order, each factor brings an error of at most √5 half units of the size (Brent, Percival and Zimmermann, "Error
/// bounds on complex floating-point multiplication", 2007).
#[test]
fn a_product_is_near_the_one_in_order() {
    let angle = |k: usize| (k * k % 1013) as f64 / 1013.0;
    let a: Vec<Complex<f64>> = (0..5000).map(|k| Complex::new(angle(k) + 0.5, angle(k + 7) - 0.5)).collect();
    for count in [2, 15, 16, 17, 255, 256, 257, 1000, 5000] {
        let due = product(&a[..count]);
        let found = complex("prod(a)", &a[..count]).scalar::<Complex<f64>>().unwrap();
        let error = (found.re - due.re).hypot(found.im - due.im) / due.re.hypot(due.im);
        assert!(error <= 2.0 * count as f64 * 2.24 * f64::EPSILON / 2.0, "{count}: {error}");
    }
}

#[test]
fn literals_take_their_partners_precision() {
    let a = [Complex::new(1.0f32, 2.0)];
    let result = numfuse::eval("a * 2j + (1 - 2j)/1j", &arrays! { a }).unwrap();
    assert_eq!((result.dtype(), result.to_vec()), (DType::C64, Ok(vec![Complex::new(-6.0f32, 1.0)])));
    let x = [1.5f32];
    let result = numfuse::eval("x + 1j", &arrays! { x }).unwrap();
    assert_eq!(result.to_vec(), Ok(vec![Complex::new(1.5f32, 1.0)]));
    let result = numfuse::eval("(1 + 2j)*(3 - 1j)", &arrays! {}).unwrap();
    assert_eq!(result.to_vec(), Ok(vec![Complex::new(5.0f64, 5.0)]));
}

#[test]
fn powers_have_numpys_special_cases() {
    let c = Complex::new;
    let power = |a: Complex<f64>, w: Complex<f64>| {
        let (a, w) = ([a], [w]);
        numfuse::eval("a**w", &arrays! { a, w }).unwrap().to_vec::<Complex<f64>>().unwrap()[0]
    };
    assert_eq!(power(c(0.0, 0.0), c(0.0, 0.0)), c(1.0, 0.0));
    assert_eq!(power(c(f64::NAN, 3.0), c(0.0, 0.0)), c(1.0, 0.0));
    assert_eq!(power(c(0.0, 0.0), c(1.0, 1.0)), c(0.0, 0.0));
    assert!(power(c(0.0, 0.0), c(-1.0, 1.0)).re.is_nan());
    let near = |a: Complex<f64>, b: Complex<f64>| {
        (a.re - b.re).hypot(a.im - b.im) <= 4.0 * f64::EPSILON * b.re.hypot(b.im)
    };
    // By 60 digits of mpmath.
    assert!(near(power(c(1.0, 2.0), c(0.5, -0.25)), c(1.851_000_583_475_695_5, 0.680_695_408_155_720_6)));
    assert_eq!(complex("a**3", &[c(1.0, 2.0)]).to_vec(), Ok(vec![c(-11.0, -2.0)]));
    assert_eq!(complex("a**0", &[c(1.0, 2.0)]).to_vec(), Ok(vec![c(1.0, 0.0)]));
    assert_eq!(complex("a**0.5", &[c(-4.0, 0.0)]).to_vec(), Ok(vec![c(0.0, 2.0)]));
}

#[test]
fn casts_drop_the_imaginary_part() {
    let a = [Complex::new(-2.75f64, 9.0), Complex::new(0.0, 1.0)];
    assert_eq!(complex("int32(a)", &a).to_vec(), Ok(vec![-2i32, 0]));
    assert_eq!(complex("bool(a)", &a).to_vec(), Ok(vec![true, true]));
    assert_eq!(
        complex("complex64(a)", &a).to_vec(),
        Ok(vec![Complex::new(-2.75f32, 9.0), Complex::new(0.0, 1.0)])
    );
    let k = [3i16];
    let result = numfuse::eval("complex128(k)", &arrays! { k }).unwrap();
    assert_eq!(result.to_vec(), Ok(vec![Complex::new(3.0f64, 0.0)]));
}

/// Views one element apart: the real parts of one lie right behind the imaginary parts of the other.
#[test]
fn views_of_one_array_keep_their_parts_apart() {
    let a: Vec<Complex<f64>> = (0..3000).map(|k| Complex::new(f64::from(k), f64::from(-k * k))).collect();
    let next = |k: usize| a[k + 1] - a[k];
    let due: Vec<Complex<f64>> = (0..a.len() - 1).map(next).collect();
    assert_eq!(complex("diff(a)", &a).to_vec(), Ok(due.clone()));
    assert_eq!(complex("a[1:] - a[:-1]", &a).to_vec(), Ok(due.clone()));
    assert_eq!(
        complex("imag(a[1:]) - real(a[:-1])", &a).to_vec(),
        Ok((0..a.len() - 1).map(|k| a[k + 1].im - a[k].re).collect())
    );
    let turned: Vec<Complex<f64>> = due.iter().rev().copied().collect();
    assert_eq!(complex("a[:0:-1] - a[-2::-1]", &a).to_vec(), Ok(turned));
    assert_eq!(complex("diff(a == a)", &a).to_vec(), Ok(vec![false; a.len() - 1]));
}
