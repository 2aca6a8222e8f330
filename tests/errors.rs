//! Bad input through the public API: an error with a stable code, drawn where it stands in the formula,
//! and nothing written.

use numfuse::array::{Bindings, ViewMut};
use numfuse::{DType, Error, Expr, Session, array, arrays};

/// The error of a formula of `a: f64[3]`, `b: f64[4]`, `k: i64[3]`, `m: f64[2, 3]`, `flag: bool[3]`, after
/// seeing that the output was not written.
fn error(formula: &str) -> Error {
    let (a, b, k) = ([1.0, 2.0, 3.0], [1.0; 4], [1i64, -2, 3]);
    let m = ndarray::arr2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    let flag = [true, false, true];
    let inputs = arrays! { a, b, k, m, flag };
    let mut out = [7.25f64; 3];
    let error = numfuse::eval_into(formula, &inputs, &mut out).expect_err(formula);
    assert_eq!(out, [7.25; 3], "{formula} wrote something");
    assert_eq!(numfuse::eval(formula, &inputs).expect_err(formula).code(), error.code());
    error
}

/// Each kind of bad formula: its code, and the text under the first caret.
const FORMULAS: [(&str, &str, &str); 22] = [
    ("a + bb", "unknown-name", "bb"),
    ("snqrt(a)", "unknown-function", "snqrt"),
    ("arctan2(a)", "wrong-arity", "arctan2"),
    ("sqrt(a, a, a)", "wrong-arity", "sqrt"),
    ("1 + (a + b)", "shape-mismatch", "a + b"),
    ("a * sum(m, axis=1)", "shape-mismatch", "a * sum(m, axis=1)"),
    ("sum(m, axis=2)", "axis-out-of-range", "2"),
    ("sum(m, axis=-3)", "axis-out-of-range", "-3"),
    ("max(m, axis=(0, 0))", "duplicate-axis", "0"),
    ("k ** -1", "negative-power", "-1"),
    ("a & 1", "no-operation", "a & 1"),
    ("~a", "no-operation", "~a"),
    ("flag - flag", "no-operation", "flag - flag"),
    ("uint8(k) + 300", "literal-out-of-range", "300"),
    ("a +", "unexpected-end", ""),
    ("(a + 1", "unclosed-bracket", "("),
    ("a ! b", "unknown-operator", "!"),
    ("a $ b", "unknown-character", "$"),
    ("a = ", "unexpected-end", ""),
    ("", "empty-formula", ""),
    ("floor(a * 2j)", "no-operation", "floor(a * 2j)"),
    ("sum(a, axes=0)", "unknown-keyword", "axes"),
];

#[test]
fn every_bad_formula_has_a_code_and_a_place() {
    for (formula, code, place) in FORMULAS {
        let error = error(formula);
        assert!(error.is_formula(), "{formula}: {error}");
        assert_eq!(error.code(), code, "{formula}\n{error}");
        let label = &error.diagnostics()[0].labels[0];
        let range = label.span.range();
        assert_eq!(
            &formula[range.start.min(formula.len())..range.end.min(formula.len())],
            place,
            "{formula}\n{error}"
        );
        let drawn = error.to_string();
        assert!(
            drawn.contains(&format!("error[{code}]")) && (drawn.contains('^') || formula.is_empty()),
            "{drawn}"
        );
    }
}

#[test]
fn a_slip_is_pointed_out() {
    assert!(error("a + flagg").to_string().contains("`flag`"));
    assert!(error("snqrt(a)").to_string().contains("`sqrt`"));
    assert!(error("sum(a, axes=0)").to_string().contains("`axis`"));
}

#[test]
fn independent_errors_come_at_once() {
    let codes = |formula: &str| error(formula).diagnostics().iter().map(|d| d.code).collect::<Vec<_>>();
    assert_eq!(
        codes("nme + sum(m, axis=5) + sqrt(a, a, a) + (flag - flag) + (a & 1)"),
        ["unknown-name", "axis-out-of-range", "wrong-arity", "no-operation", "no-operation"]
    );
    assert_eq!(codes("x = nme\ny = x + nme\nz = othr\nx + y + z"), ["unknown-name", "unknown-name"]);
    assert_eq!(codes("(a + b) * 2 + sum(b * k)"), ["shape-mismatch", "shape-mismatch"]);
    assert!(error("(a + b) * (nme + othr)").to_string().matches("error[").count() >= 2);
}

#[test]
fn an_output_must_be_the_results() {
    let a = [1.0, 2.0, 3.0];
    let code = |result: Result<(), Error>| result.expect_err("no such output").code();
    let mut longer = [7.0; 4];
    assert_eq!(code(numfuse::eval_into("a + 1", &arrays! { a }, &mut longer)), "wrong-shape");
    assert_eq!(longer, [7.0; 4]);
    let mut single = [7f32; 3];
    assert_eq!(code(numfuse::eval_into("a + 1", &arrays! { a }, &mut single)), "wrong-dtype");
    assert_eq!(single, [7.0; 3]);
    // Not even where the output would broadcast.
    let mut table = ndarray::Array2::<f64>::zeros((1, 3));
    let expr = Expr::compile("a + 1", &["a"]).expect("a formula");
    assert_eq!(code(expr.call_into(&[(&a).into()], &mut table)), "wrong-shape");
    // Nor has an input that the formula does not name a say in its shape.
    let expr = Expr::compile("2*k", &["k", "unused"]).expect("a formula");
    assert_eq!(code(expr.call_into(&[2.5.into(), (&a).into()], &mut [7.0; 3])), "wrong-shape");
    let mut sum = [0.0];
    assert_eq!(code(numfuse::eval_into("sum(a)", &arrays! { a }, &mut sum)), "wrong-shape");
    let error = numfuse::eval_into("a > 1", &arrays! { a }, &mut longer).expect_err("another dtype");
    let due = array::Error::DType { expected: DType::Bool, actual: DType::F64 };
    assert!(matches!(error, Error::Array(e) if e == due));
}

#[test]
fn calls_that_do_not_fit_the_formula_are_errors() {
    let a = [1.0, 2.0];
    let code = |result: Result<numfuse::Array, Error>| result.map_err(|e| e.code()).err();
    let expr = Expr::compile("a + b", &["a", "b"]).expect("a formula");
    assert_eq!(code(expr.call(&[(&a).into()])), Some("wrong-input-count"));
    assert_eq!(code(numfuse::eval("a, 2*a", &arrays! { a })), Some("wrong-result-count"));
    assert_eq!(Expr::compile("a +", &["a"]).map_err(|e| e.code()).err(), Some("unexpected-end"));
    let twice = Expr::compile("a + 1", &["a", "a"]).expect("names are looked at by a call");
    assert_eq!(code(twice.call(&[(&a).into(), (&a).into()])), Some("duplicate-input"));
}

/// What only the values or the sizes of a call show.
#[test]
fn errors_of_a_run_leave_the_output_alone() {
    let session = Session::builder().threads(2).build();
    let mut k = vec![1i64; 100_000];
    k[99_999] = -1;
    let mut out = vec![5i64; k.len()];
    let error = session.eval_into("2 ** k", &arrays! { k }, &mut out).expect_err("a negative exponent");
    // The formula is well; what it was given is not.
    assert_eq!((error.code(), error.is_formula()), ("negative-power", false));
    assert!(error.to_string().contains("2 ** k"));
    assert!(out.iter().all(|&x| x == 5), "an output was written before the check");
    assert_eq!(
        session.eval("where(k >= 0, 2 ** k, 0)", &arrays! { k }).expect_err("it is eager").code(),
        "negative-power"
    );

    let none = Vec::<f64>::new();
    let mut single = ndarray::arr0(5.0);
    let error = session.eval_into("max(none)", &arrays! { none }, &mut single).expect_err("no maximum");
    assert_eq!((error.code(), single[()]), ("empty-reduction", 5.0));

    let small = [1u8, 2];
    let error = session.eval("small + n", &arrays! { small, n: 300 }).expect_err("300 is no u8");
    assert_eq!(error.code(), "number-out-of-range");
}

/// One plan serves many sizes, so a call may fail where the one before it did not.
#[test]
fn a_kept_plan_looks_at_sizes_again() {
    let expr = Expr::compile("a + b", &["a", "b"]).expect("a formula");
    let (two, three) = ([1.0, 2.0], [1.0, 2.0, 3.0]);
    for _ in 0..2 {
        assert!(expr.call(&[(&two).into(), (&two).into()]).is_ok());
        assert_eq!(
            expr.call(&[(&two).into(), (&three).into()]).expect_err("2 and 3").code(),
            "shape-mismatch"
        );
        let mut out = [9.0; 2];
        let result = expr.call_into(&[(&two).into(), (&three).into()], &mut out);
        assert_eq!((result.expect_err("2 and 3").code(), out), ("shape-mismatch", [9.0; 2]));
        let result = expr.call_into(&[(&three).into(), (&three).into()], &mut out);
        assert_eq!((result.expect_err("too short").code(), out), ("wrong-shape", [9.0; 2]));
    }
}

#[test]
fn names_are_shown_without_control_characters() {
    let a = [1.0, 2.0];
    let b = [1.0, 2.0, 3.0];
    let mut bindings = Bindings::new();
    bindings.input("a", &a).input("b\x1b[31m\n", &b);
    let error = numfuse::eval("a + zz", &bindings).expect_err("no zz");
    assert!(!error.to_string().contains('\x1b'), "{error:?}");
    let mut out = [0.0; 2];
    let view = ViewMut::from(&mut out);
    assert!(numfuse::eval_into("a + b\x1b", &bindings, view).is_err_and(|e| !e.to_string().contains('\x1b')));
}

/// Files: no array, cut short, a dtype that is not read, a size that overflows.
#[cfg(feature = "npy")]
#[test]
fn bad_files_are_errors_that_name_them() {
    use numfuse::source::read_npy;
    let folder = std::env::temp_dir().join(format!("numfuse-errors-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let npy = |descr: &str, shape: &str, data: usize| {
        let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
        let padding = 64 - (10 + header.len() + 1) % 64;
        header += &" ".repeat(padding);
        header.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend_from_slice(&u16::try_from(header.len()).expect("short").to_le_bytes());
        bytes.extend_from_slice(header.as_bytes());
        bytes.resize(bytes.len() + data, 1);
        bytes
    };
    let cases = [
        ("text", b"not an array at all".to_vec(), "not-npy"),
        ("empty", Vec::new(), "not-npy"),
        ("short", npy("<f8", "(10,)", 79), "truncated-file"),
        ("head", npy("<f8", "(10,)", 0)[..40].to_vec(), "truncated-file"),
        ("objects", npy("|O", "(10,)", 80), "unsupported-dtype"),
        ("huge", npy("<f8", "(4611686018427387904, 4)", 80), "too-big"),
    ];
    for (name, bytes, code) in cases {
        let path = folder.join(format!("{name}.npy"));
        std::fs::write(&path, bytes).expect("written");
        let error = Error::from(read_npy(&path).expect_err(name));
        assert_eq!(error.code(), code, "{name}: {error}");
        assert!(error.to_string().contains(&format!("{name}.npy")), "{error}");
    }
    let absent = Error::from(read_npy(folder.join("absent.npy")).expect_err("no such file"));
    assert_eq!(absent.code(), "io-error");
    assert!(read_npy(&folder).is_err());
    std::fs::remove_dir_all(&folder).expect("removed");
}
