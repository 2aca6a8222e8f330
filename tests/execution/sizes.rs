//! Arrays of no elements, of one, and of more than there can be.

use numfuse::array::View;
use numfuse::{Error, Expr, arrays};

fn code(result: Result<numfuse::Array, Error>) -> &'static str {
    result.map_err(|e| e.code()).err().unwrap_or("a value")
}

/// A column and a row of `n` ones, which take no memory.
fn cross<'a>(one: &'a [f64; 1], n: usize) -> (View<'a>, View<'a>) {
    let row = View::from(one).broadcast_to(&[n]).expect("one element, repeated");
    let column = ndarray::ArrayView2::from_shape((1, 1), one).expect("one element");
    (View::from(column).broadcast_to(&[n, 1]).expect("one element, repeated"), row)
}

#[test]
fn results_beyond_memory_are_errors() {
    let one = [1.0];
    for (n, due) in
        [(1 << 25, "out-of-memory"), (1 << 30, "too-big"), (1 << 32, "too-big"), (1 << 40, "too-big")]
    {
        let (a, b) = cross(&one, n);
        for formula in ["a + b", "exp(a) * b", "(a > b) + 0.5"] {
            assert_eq!(code(numfuse::eval(formula, &arrays! { a: &a, b: &b })), due, "{formula} of {n}");
        }
        let expr = Expr::compile("a * b", &["a", "b"]).expect("a formula");
        assert_eq!(code(expr.call(&[(&a).into(), (&b).into()])), due);
    }
    // A reduction over a space that cannot be counted.
    let (a, b) = cross(&one, 1 << 40);
    assert_eq!(code(numfuse::eval("sum(a + b)", &arrays! { a: &a, b: &b })), "too-big");
    assert_eq!(code(numfuse::eval("sum(a + b, axis=0)", &arrays! { a: &a, b: &b })), "out-of-memory");
}

#[test]
fn independent_sizes_need_not_multiply() {
    let one = [2.0];
    let tall = View::from(&one).broadcast_to(&[1 << 20]).expect("one element, repeated");
    let names = ["a", "b", "c", "d"];
    let mut bindings = numfuse::Bindings::new();
    names.iter().for_each(|n| {
        bindings.input(n, &tall);
    });
    let r = numfuse::eval("max(a) + max(b) + max(c) + max(d)", &bindings).expect("a value");
    assert_eq!(r.scalar::<f64>(), Ok(8.0));
}

#[test]
fn arrays_of_no_elements_and_of_no_axes() {
    let none = ndarray::Array2::<f64>::zeros((0, 5));
    let a = &none;
    let shape = |formula: &str| {
        numfuse::eval(formula, &arrays! { a }).map(|r| r.shape().to_vec()).map_err(|e| e.code())
    };
    assert_eq!(shape("a * 2 + exp(a)"), Ok(vec![0, 5]));
    assert_eq!(shape("sum(a, axis=0)"), Ok(vec![5]));
    assert_eq!(shape("sum(a, axis=1)"), Ok(vec![0]));
    assert_eq!(shape("max(a, axis=0)"), Err("empty-reduction"));
    assert_eq!(shape("min(a)"), Err("empty-reduction"));
    let value = |formula: &str| numfuse::eval(formula, &arrays! { a }).expect("a value").scalar::<f64>();
    assert_eq!(value("sum(a)"), Ok(0.0));
    assert_eq!(value("prod(a)"), Ok(1.0));
    assert!(value("mean(a)").is_ok_and(f64::is_nan));
    let zero = ndarray::arr0(3.0);
    let r = numfuse::eval("sqrt(zero + 1) + sum(zero)", &arrays! { zero }).expect("a value");
    assert_eq!((r.shape(), r.scalar::<f64>()), (&[][..], Ok(5.0)));
    let mut out = ndarray::arr0(0.0);
    numfuse::eval_into("zero * 2", &arrays! { zero }, &mut out).expect("a value");
    assert_eq!(out[()], 6.0);
}
