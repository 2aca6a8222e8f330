//! The NumExpr dialect against NumExpr itself (`scripts/gen_numexpr_golden.py`), against a table of its own, and
//! where it goes beyond or differs on purpose.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;

use cases::{inputs, run_corpus};
use num_complex::Complex;
use numfuse::array::{Array, Bindings, f16};
use numfuse::check::{self, Dialect, ErrorKind, InputType, Optimization, Options};
use numfuse::dtype::DType;
use numfuse::target::Level;
use numfuse::{Session, arrays, ir, opt, syntax};

const LEVELS: [(&str, Optimization); 3] = [
    ("none", Optimization::None),
    ("moderate", Optimization::Moderate),
    ("aggressive", Optimization::Aggressive),
];

fn options(optimization: Optimization, strict: bool) -> Options {
    Options { dialect: Dialect::NumExpr, optimization, strict, ..Options::default() }
}

/// The dtype of the result, or the first error.
fn dtype_of(formula: &str, inputs: &[InputType], options: Options) -> Result<DType, ErrorKind> {
    let program = syntax::parse(formula).unwrap_or_else(|errors| panic!("{formula}: {errors:?}"));
    match check::lower(&program, inputs, &options) {
        Ok(graph) => {
            assert_eq!(ir::verify(&graph), Ok(()), "{formula}\n{graph}");
            assert_eq!(ir::verify(&opt::run(graph.clone())), Ok(()), "{formula}");
            Ok(graph.outputs[0].dtype)
        }
        Err(errors) => Err(errors[0].kind.clone()),
    }
}

fn variables() -> Vec<InputType> {
    inputs("b=bool[n] i=i32[n] l=i64[n] f=f32[n] d=f64[n] c=c128[n] s=S2[n]")
}

fn session(optimization: Optimization) -> Session {
    Session::builder()
        .dialect(Dialect::NumExpr)
        .optimization(optimization)
        .level(Level::None)
        .threads(1)
        .build()
}

fn eval(formula: &str, given: &Bindings<'_>) -> Array {
    session(Optimization::Aggressive).eval(formula, given).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn result_kinds_and_refusals_are_numexprs() {
    let (mut wrong, mut lines) = (Vec::new(), 0);
    for line in include_str!("golden/numexpr/kinds.txt").lines() {
        let (formula, due) = line.split_once(": ").unwrap();
        let level = LEVELS.iter().find(|(name, _)| formula.starts_with(name));
        let formula = level.map_or(formula, |(name, _)| &formula[name.len() + 1..]);
        let optimization = level.map_or(Optimization::Aggressive, |&(_, level)| level);
        lines += 1;
        let found = dtype_of(formula, &variables(), options(optimization, false));
        let agrees = match (&found, due.split_once(' ')) {
            (Ok(dtype), None) => dtype.numpy_name() == Some(due) || due == dtype.to_string(),
            (Err(_), None) => false,
            (Err(kind), Some((_, words))) => kind.to_string() == words,
            (Ok(_), Some(_)) => false,
        };
        if !agrees {
            wrong.push(format!("{line}, here {found:?}"));
        }
    }
    assert!(lines > 2_500, "{lines}");
    assert!(wrong.is_empty(), "{} of {lines}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The functions by the kind of the operands, bool to complex and bytes; `-` where there is none.
const FUNCTIONS: &str = "
    sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh: f d d f d c -
    log log1p log10 log2 exp expm1 abs: f d d f d c -
    ceil floor: f d d f d - -
    trunc: d d d d d - -
    real imag: d d d d d d -
    round sign: d i l d d c -
    isnan isfinite isinf: b b b b b b -
    signbit: b b b b b - -
    conj: c d d c c c -
    copy: b i l f d c s
    ones_like sum prod: - i l f d c -
    min max: - i l f d - -
    arctan2 fmod: f d d f d - -
    hypot nextafter copysign maximum minimum: d d d d d - -
    complex: c - - c c - -
    contains: - - - - - - b
    where: b i l f d c -";

#[test]
fn every_function_has_its_kinds() {
    let mut seen = 0;
    for (names, kinds) in FUNCTIONS.lines().filter_map(|line| line.split_once(": ")) {
        for name in names.split_whitespace() {
            seen += 1;
            for (variable, kind) in ["b", "i", "l", "f", "d", "c", "s"].into_iter().zip(kinds.split(' ')) {
                let two = "arctan2 fmod hypot nextafter copysign maximum minimum complex contains";
                let formula = match name {
                    "where" => format!("where(b, {variable}, {variable})"),
                    _ if two.split(' ').any(|two| two == name) => format!("{name}({variable}, {variable})"),
                    _ => format!("{name}({variable})"),
                };
                let found = match dtype_of(
                    &formula,
                    &variables(),
                    Options { dialect: Dialect::NumExpr, ..Options::default() },
                ) {
                    Ok(DType::Bool) => "b",
                    Ok(DType::I32) => "i",
                    Ok(DType::I64) => "l",
                    Ok(DType::F32) => "f",
                    Ok(DType::F64) => "d",
                    Ok(DType::C128) => "c",
                    Ok(DType::Bytes(_)) => "s",
                    Ok(other) => panic!("{formula} is {other}"),
                    Err(ErrorKind::NoOpcode { .. } | ErrorKind::BytesBesideNumbers) => "-",
                    Err(kind) => panic!("{formula}: {kind}"),
                };
                assert_eq!(found, kind, "{formula}");
            }
        }
    }
    assert_eq!(seen, 48);
}

/// Takes bytes from the front.
fn take<'a>(rest: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (head, tail) = rest.split_at(count);
    *rest = tail;
    head
}

fn number(rest: &mut &[u8], bytes: usize) -> usize {
    take(rest, bytes).iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
}

fn array(rest: &mut &[u8], dtype: DType, count: usize) -> Array {
    let mut array = Array::zeros(dtype, &[count]).unwrap();
    let bytes = take(rest, count * dtype.size());
    array.bytes_mut().copy_from_slice(bytes);
    array
}

fn dtype(rest: &mut &[u8]) -> DType {
    let place = number(rest, 1);
    DType::PLAIN.get(place).copied().unwrap_or_else(|| DType::Bytes(number(rest, 1) as u32))
}

/// The real and the imaginary part of an element, if it is made of floats.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other dtype is made of floats")]
fn parts(array: &Array, index: usize) -> Option<[f64; 2]> {
    Some(match array.dtype() {
        DType::F16 => [f64::from(array.as_slice::<f16>().unwrap()[index].to_f32()), 0.0],
        DType::F32 => [f64::from(array.as_slice::<f32>().unwrap()[index]), 0.0],
        DType::F64 => [array.as_slice::<f64>().unwrap()[index], 0.0],
        DType::C64 => {
            let number = array.as_slice::<Complex<f32>>().unwrap()[index];
            [f64::from(number.re), f64::from(number.im)]
        }
        DType::C128 => {
            let number = array.as_slice::<Complex<f64>>().unwrap()[index];
            [number.re, number.im]
        }
        _ => return None,
    })
}

/// An element as text: all NaNs are one, zeros have a sign.
fn element(array: &Array, index: usize) -> String {
    let bytes = &array.bytes()[index * array.dtype().size()..][..array.dtype().size()];
    parts(array, index).map_or(format!("{bytes:?}"), |parts| format!("{parts:?}"))
}

/// Whether an element is what is due: to the bit if `bits` is 0, else within 2^-bits of its size.
fn agrees(found: &Array, due: &Array, index: usize, bits: usize) -> bool {
    let (Some([re, im]), Some([due_re, due_im])) = (parts(found, index), parts(due, index)) else {
        return element(found, index) == element(due, index);
    };
    let error = (re - due_re).hypot(im - due_im);
    let near = error <= due_re.hypot(due_im) * 0.5f64.powi(bits as i32);
    element(found, index) == element(due, index) || (bits > 0 && near)
}

#[test]
fn values_are_numexprs() {
    let sessions = LEVELS.map(|(_, level)| session(level));
    let mut rest = &include_bytes!("golden/numexpr/values.bin")[..];
    let (mut formulas, mut wrong) = (0, Vec::new());
    while !rest.is_empty() {
        let (count, given) = (number(&mut rest, 4), number(&mut rest, 1));
        let given: Vec<(String, Array)> = (0..given)
            .map(|_| {
                let name = String::from_utf8(take(&mut rest, 1).to_vec()).unwrap();
                let dtype = dtype(&mut rest);
                (name, array(&mut rest, dtype, count))
            })
            .collect();
        for _ in 0..number(&mut rest, 2) {
            let (level, bits, length) = (number(&mut rest, 1), number(&mut rest, 1), number(&mut rest, 1));
            let formula = std::str::from_utf8(take(&mut rest, length)).unwrap();
            let dtype = dtype(&mut rest);
            let results = number(&mut rest, 4);
            let due = array(&mut rest, dtype, results);
            formulas += 1;
            let mut bindings = Bindings::new();
            given.iter().for_each(|(name, array)| {
                bindings.input(name, array);
            });
            let found = match sessions[level].eval(formula, &bindings) {
                Ok(found) => found,
                Err(error) => {
                    wrong.push(format!("{formula} of {}: {error}", given[0].1.dtype()));
                    continue;
                }
            };
            assert_eq!(found.dtype(), dtype, "{formula}");
            let differs = (0..results).find(|&k| !agrees(&found, &due, k, bits));
            if let Some(k) = differs {
                let args: Vec<String> =
                    given.iter().map(|(_, array)| element(array, k.min(count - 1))).collect();
                let types: Vec<String> = given.iter().map(|(_, array)| array.dtype().to_string()).collect();
                let (found, due) = (element(&found, k), element(&due, k));
                wrong.push(format!("{formula} of {types:?} {args:?}: NumExpr {due}, here {found}"));
            }
        }
    }
    assert!(formulas > 1_000, "{formulas}");
    assert!(wrong.is_empty(), "{} of {formulas}:\n{}", wrong.len(), wrong.join("\n"));
}

/// What Python makes of literals before NumExpr sees them, and NumPy of functions of them.
#[test]
fn constants_are_pythons() {
    for (formula, due) in [
        ("3", "i32 3"),
        ("2**31", "i64 2147483648"),
        ("-2147483648", "i32 -2147483648"),
        ("2**62", "i64 4611686018427387904"),
        ("1.5", "f64 1.5"),
        ("True", "bool True"),
        ("True + True", "i32 2"),
        ("-True", "i32 -1"),
        ("~True", "i32 -2"),
        ("True & False", "bool False"),
        ("2**-1", "f64 0.5"),
        ("7 // 2", "i32 3"),
        ("7 / 2", "f64 3.5"),
        ("abs(-3)", "i64 3"),
        ("abs(-3) * 2", "i64 6"),
        ("abs(-3) // 0", "i64 0"),
        ("floor(3)", "i64 3"),
        ("floor(2.5)", "f64 2.0"),
        ("maximum(1, 2)", "i64 2"),
        ("minimum(1, 2.5)", "f64 1.0"),
        ("sqrt(4)", "f64 2.0"),
        ("sqrt(True)", "f32 1.0"),
        ("hypot(3, 4)", "f64 5.0"),
        ("fmod(5, 3)", "i64 2"),
        ("round(2.5)", "f64 2.0"),
        ("sign(3)", "i64 1"),
        ("isnan(3)", "bool False"),
        ("not True", "bool False"),
        ("1 and 2", "i32 2"),
        ("0 or 2.5", "f64 2.5"),
        ("1 < 2 < 3", "bool True"),
        ("3 < 2 < 1", "bool False"),
        ("1 in (1, 2)", "bool True"),
        ("3 not in (1, 2)", "bool True"),
        ("4 if 1 else 5.5", "i32 4"),
        ("1j * 1j", "c128 (-1+0j)"),
        ("1j / 2", "c128 0.5j"),
        ("-2j", "c128 (-0-2j)"),
        ("1j ** 2", "c128 (-1+0j)"),
        ("(-4) ** 0.5", "c128 2j"),
        ("0j ** 0", "c128 (1+0j)"),
        ("2j == 2j", "bool True"),
        ("2j != 2", "bool True"),
        ("1j and 3", "i32 3"),
        ("abs(3+4j)", "f64 5.0"),
        ("complex(1, 2)", "c128 (1+2j)"),
        ("imag(2j)", "f64 2.0"),
        ("2j.imag", "f64 2.0"),
        ("not 'ab'", "bool False"),
        ("'ab' and 3", "i32 3"),
        ("'ab' < 'b'", "bool True"),
        ("contains('abc', b'bc')", "bool True"),
    ] {
        let result = eval(formula, &arrays! {});
        assert_eq!(format!("{} {result}", result.dtype()), due, "{formula}");
    }
}

/// Plain numbers are arrays of int64 and double to NumExpr: they do not yield to what they meet.
#[test]
fn every_variable_is_strong() {
    let given = inputs("i=i32[n] f=f32[n] k=int w=float");
    let dialect = options(Optimization::Aggressive, false);
    for (formula, due) in
        [("i + k", DType::I64), ("f + w", DType::F64), ("f + k", DType::F32), ("k", DType::I64)]
    {
        assert_eq!(dtype_of(formula, &given, dialect), Ok(due), "{formula}");
    }
}

#[test]
fn errors_are_drawn_as_in_the_corpus() {
    run_corpus("errors/numexpr", |formula, inputs| refusal(formula, inputs, false));
    run_corpus("errors/numexpr-strict", |formula, inputs| refusal(formula, inputs, true));
}

fn refusal(formula: &str, inputs: &[InputType], strict: bool) -> String {
    let program = syntax::parse(formula).unwrap();
    match check::lower(&program, inputs, &options(Optimization::Aggressive, strict)) {
        Ok(graph) => graph.to_string(),
        Err(errors) => errors.iter().map(|e| e.diagnostic().render(formula)).collect(),
    }
}

#[test]
fn formulas_lower_to_the_graphs_of_the_corpus() {
    run_corpus("numexpr", |formula, inputs| refusal(formula, inputs, false));
}

#[test]
fn a_constant_decides_pythons_logic() {
    let (a, b) = ([1, 2], [3, 4]);
    for (formula, due) in
        [("1 and a", a), ("0 or b", b), ("a if 1 < 2 else b", a), ("a if not True else b", b)]
    {
        assert_eq!(eval(formula, &arrays! { a, b }).to_vec::<i32>().unwrap(), due, "{formula}");
    }
}

/// Reductions stand anywhere, take what NumPy's take, and are not blind to NaN.
#[test]
fn limits_of_reductions_are_lifted() {
    let i = ndarray::arr2(&[[1i32, 2, 3], [4, 5, 6]]);
    let d = [1.0, f64::NAN, 3.0];
    let ints = |formula: &str| eval(formula, &arrays! { i }).to_vec::<i32>().unwrap();
    assert_eq!(ints("sum(i) + 1"), [22]);
    assert_eq!(ints("-max(i, axis=-1)"), [-3, -6]);
    assert_eq!(ints("min(i, axis=(0, 1))"), [1]);
    assert_eq!(ints("i - sum(i, axis=0, keepdims=True)"), [-4, -5, -6, -1, -2, -3]);
    assert!(eval("max(d)", &arrays! { d }).scalar::<f64>().unwrap().is_nan());
    let empty: [f64; 0] = [];
    assert_eq!(eval("sum(empty)", &arrays! { empty }).scalar::<f64>().unwrap(), 0.0);
}

/// Sums of int32 wrap as NumExpr's, those of f32 do not lose what is beyond 2²⁴.
#[test]
fn sums_have_the_kind_of_what_they_add() {
    let (i, f) = ([i32::MAX, 1], vec![1.0f32; (1 << 24) + 8]);
    assert_eq!(eval("sum(i)", &arrays! { i }).scalar::<i32>().unwrap(), i32::MIN);
    assert_eq!(eval("prod(i * 2)", &arrays! { i }).scalar::<i32>().unwrap(), -4);
    assert_eq!(eval("sum(f)", &arrays! { f }).scalar::<f32>().unwrap(), 16_777_224.0);
    let l = [(1i64 << 53) + 1, 1 << 53];
    assert_eq!(eval("max(l)", &arrays! { l }).scalar::<i64>().unwrap(), (1 << 53) + 1);
}

/// Complex numbers have NumExpr's kinds, and the values of the language where NumExpr's formulas overflow or cancel.
#[test]
fn complex_values_are_the_languages() {
    let c = Complex::<f64>::new;
    let one = |formula: &str, z: Complex<f64>| {
        let z = [z];
        eval(formula, &arrays! { z }).to_vec::<Complex<f64>>().unwrap()[0]
    };
    assert_eq!(one("abs(z)", c(3e200, 4e200)), c(5e200, 0.0));
    assert_eq!(one("z / (4 + 3j)", c(1e308, 1e308)).re, 2.8e307);
    assert_eq!(one("arcsin(z)", c(1e-10, 1e-10)), c(1e-10, 1e-10));
    assert_eq!(one("sqrt(z)", c(-4.0, -0.0)), c(0.0, -2.0));
    assert_eq!(one("z ** 2j", c(1.0, 0.0)), c(1.0, 0.0));
    let narrow = [Complex::<f32>::new(1.5, -2.0)];
    assert_eq!(eval("narrow", &arrays! { narrow }).to_vec(), Ok(vec![c(1.5, -2.0)]));
    let z = ndarray::arr2(&[[c(1.0, 1.0), c(2.0, 0.0)], [c(0.0, 1.0), c(3.0, -1.0)]]);
    let of = |formula: &str| eval(formula, &arrays! { z }).to_vec::<Complex<f64>>().unwrap();
    assert_eq!(of("prod(z, axis=0)"), [c(-1.0, 1.0), c(6.0, -2.0)]);
    assert_eq!(of("sum(z, axis=-1) * 2"), [c(6.0, 2.0), c(6.0, 0.0)]);
    assert_eq!(
        of("z - sum(z, axis=1, keepdims=True)"),
        [c(-2.0, 0.0), c(-1.0, -1.0), c(-3.0, 1.0), c(0.0, -1.0)]
    );
    let plain = options(Optimization::Aggressive, false);
    assert_eq!(dtype_of("w * 2", &inputs("w=complex"), plain), Ok(DType::C128));
}

/// A part that is one number, or has fewer axes than the other, is spread over the shape of both.
#[test]
fn complex_results_have_the_shape_of_both_parts() {
    let (column, row) = (ndarray::arr2(&[[1.0], [2.0]]), [3.0, 4.0, 5.0]);
    for (formula, shape, sum) in [
        ("complex(column, row)", &[2, 3][..], "9+24j"),
        ("complex(row, 0.5)", &[3], "12+1.5j"),
        ("conj(row)", &[3], "12+0j"),
        ("abs(column * 1j) + row", &[2, 3], "33+0j"),
        ("where(column > 1.0, row, 2j)", &[2, 3], "12+6j"),
        ("(row + 0j) * column", &[2, 3], "36+0j"),
        ("ones_like(row * 1j) - column", &[2, 3], "-3+0j"),
    ] {
        let given = arrays! { column, row };
        assert_eq!(eval(formula, &given).shape(), shape, "{formula}");
        assert_eq!(eval(&format!("sum({formula})"), &given).to_string(), format!("({sum})"), "{formula}");
    }
}

/// Where NumExpr's bytes depend on the signs of C's characters, and what it looks for ends at a NUL.
#[test]
fn bytes_are_ordered_and_found_as_numpys() {
    let (x, y) = (array_of_bytes(&[b"a\x80", b"ab\0", b"a\0c"]), array_of_bytes(&[b"a\x7f", b"ab", b"a"]));
    let given = arrays! { x: &x, y: &y };
    let bools = |formula: &str| eval(formula, &given).to_vec::<bool>().unwrap();
    assert_eq!(bools("x > y"), [true, false, true]);
    assert_eq!(bools("x == y"), [false, true, false]);
    assert_eq!(bools("contains(y, x)"), [false, true, false]);
    assert_eq!(eval("copy(x)", &given).dtype(), DType::Bytes(3));
    assert_eq!(eval("'abc'", &given).dtype(), DType::Bytes(3));
    let type_of = |formula: &str| dtype_of(formula, &variables(), options(Optimization::None, false));
    assert_eq!(type_of("s == 'é'"), Err(ErrorKind::NonAscii));
    assert_eq!(type_of("s + d"), Err(ErrorKind::BytesBesideNumbers));
}

fn array_of_bytes(elements: &[&[u8]]) -> Array {
    let width = elements.iter().map(|element| element.len()).max().unwrap();
    let mut array = Array::zeros(DType::Bytes(width as u32), &[elements.len()]).unwrap();
    for (place, element) in array.bytes_mut().chunks_exact_mut(width).zip(elements) {
        place[..element.len()].copy_from_slice(element);
    }
    array
}

/// Where NumExpr ends the process, merges zeros or leaves a result undefined.
#[test]
fn broken_cases_are_mended() {
    let (i, minus) = ([i32::MIN, 7], [-1, -1]);
    let given = arrays! { i, minus };
    assert_eq!(eval("i // minus", &given).to_vec::<i32>().unwrap(), [i32::MIN, -7]);
    assert_eq!(eval("i % minus", &given).to_vec::<i32>().unwrap(), [0, 0]);
    let a = [1.0];
    let zeros = eval("copysign(a, 0.0) + 2*copysign(a, -0.0)", &arrays! { a });
    assert_eq!(zeros.to_vec::<f64>().unwrap(), [-1.0]);
    // A remainder that is computed without overflow, and a reciprocal of a power.
    let (one, greatest) = ([1], [i32::MAX]);
    assert_eq!(eval("one % greatest", &arrays! { one, greatest }).to_vec::<i32>().unwrap(), [1]);
    let (base, power) = ([3, 0, 2, -1], [41, -1, 31, -2]);
    let powers = eval("base ** power", &arrays! { base, power });
    assert_eq!(powers.to_vec::<i32>().unwrap(), [3i32.wrapping_pow(41), 0, i32::MIN, 1]);
    let (column, none) = (ndarray::arr2(&[[1.0], [2.0], [3.0]]), ndarray::Array1::<f64>::zeros(0));
    assert_eq!(eval("none + column", &arrays! { none, column }).shape(), [3, 0]);
}
