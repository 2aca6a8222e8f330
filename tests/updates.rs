//! `a += b` and its kin on arrays of the caller: what is written, when, and when nothing is.
#![expect(unsafe_code, reason = "safe views of one array cannot overlap when one of them is written")]

use ndarray::{Array2, arr2, s};
use numfuse::array::{Array, Bindings, Input, View};
use numfuse::casting::Casting;
use numfuse::{DType, Error, Session, ViewMut, arrays};
use std::ptr::NonNull;

/// Runs a formula that has no results beside what it changes.
fn change(text: &str, bindings: &mut Bindings<'_>) {
    let results = numfuse::run(text, bindings).unwrap_or_else(|error| panic!("{error}"));
    assert!(results.is_empty(), "{text}");
}

#[test]
fn every_operator_has_its_kin() {
    let cases: [(&str, [i64; 3]); 12] = [
        ("a += b", [9, -5, 7]),
        ("a -= b", [5, -9, 3]),
        ("a *= b", [14, -14, 10]),
        ("a //= b", [3, -4, 2]),
        ("a %= b", [1, 1, 1]),
        ("a **= b", [49, 49, 25]),
        ("a <<= b", [28, -28, 20]),
        ("a >>= b", [1, -2, 1]),
        ("a &= b", [2, 0, 0]),
        ("a |= b", [7, -5, 7]),
        ("a ^= b", [5, -5, 7]),
        ("a += b; a *= 2; a -= 1", [17, -11, 13]),
    ];
    for (text, expected) in cases {
        let (mut a, b) = (vec![7i64, -7, 5], [2i64, 2, 2]);
        change(text, &mut arrays! { mut a, b });
        assert_eq!(a, expected, "{text}");
    }
}

#[test]
fn the_array_keeps_its_dtype() {
    let (mut single, double) = ([1.5f32, 16_777_216.0], [0.25f64, 1.0]);
    change("single += double", &mut arrays! { mut single, double });
    assert_eq!(single, [1.75, 16_777_216.0]);
    let mut bytes = [250u8, 3];
    change("bytes += 10", &mut arrays! { mut bytes });
    assert_eq!(bytes, [4, 13]);
    let mut whole = [1i32, 2];
    let error = numfuse::run("whole += 0.5", &mut arrays! { mut whole }).expect_err("floats");
    assert_eq!((error.code(), whole), ("casting", [1, 2]));
    let session = Session::global();
    let unsafe_cast = session.formula("whole += 0.5").casting(Casting::Unsafe);
    assert!(unsafe_cast.run(&mut arrays! { mut whole }).expect("cast").is_empty());
    assert_eq!(whole, [1, 2], "1.5 and 2.5 in i32");
    let mut planes = [num_complex::Complex::new(1.0f32, 2.0)];
    change("planes *= 2j", &mut arrays! { mut planes });
    assert_eq!(planes, [num_complex::Complex::new(-4.0, 2.0)]);
}

/// Reads of a name see its value at their line, and the array is written last.
#[test]
fn every_read_sees_the_value_at_its_line() {
    let (mut a, mut b) = (vec![1.0, 2.0, 3.0], vec![10.0, 20.0, 30.0]);
    let text = "old = a; a += b; b -= a; twice = 2*a; a = old; _hidden = b";
    let results = numfuse::run(text, &mut arrays! { mut a, mut b }).expect("runs");
    let named: Vec<(&str, Vec<f64>)> =
        results.iter().map(|(n, x)| (n.as_deref().expect("a name"), x.to_vec().expect("f64"))).collect();
    assert_eq!(
        named,
        [("old", vec![1.0, 2.0, 3.0]), ("twice", vec![22.0, 44.0, 66.0]), ("a", vec![1.0, 2.0, 3.0]),]
    );
    assert_eq!((a, b), (vec![11.0, 22.0, 33.0], vec![-1.0, -2.0, -3.0]));
}

/// Elements that are read where others are written: views of the array, reductions of it, masks.
#[test]
fn what_is_read_of_a_changed_array_is_what_was_there() {
    let n = 40_000;
    let start: Vec<f64> = (0..n).map(|i| f64::from(i % 97) - 40.0).collect();
    let mean = start.iter().sum::<f64>() / f64::from(n);
    let reversed = |i: usize| start[start.len() - 1 - i];
    let negative: f64 = start.iter().filter(|x| **x < 0.0).sum();
    let cases: [(&str, &dyn Fn(usize) -> f64); 4] = [
        ("a += a[::-1]", &|i| start[i] + reversed(i)),
        ("a -= mean(a)", &|i| start[i] - mean),
        ("a -= sum(a[a < 0])", &|i| start[i] - negative),
        ("a *= 2; b = a[::-1]; a += b", &|i| 2.0 * start[i] + 2.0 * reversed(i)),
    ];
    for threads in [1, 3] {
        let session = Session::builder().threads(threads).build();
        for (text, expected) in &cases {
            let mut a = start.clone();
            session.run(text, &mut arrays! { mut a }).expect("runs");
            let expected: Vec<f64> = (0..a.len()).map(expected).collect();
            assert_eq!(a, expected, "{text}");
        }
    }
}

#[test]
fn views_are_changed_where_they_lie() {
    let mut table = Array2::<i32>::from_shape_fn((4, 6), |(i, j)| (10 * i + j) as i32);
    let row = arr2(&[[100, 200, 300]]);
    let every_other = table.slice_mut(s![..;-2, 1..;2]);
    change("part += row", &mut arrays! { mut part: every_other, row });
    let expected = Array2::from_shape_fn((4, 6), |(i, j)| {
        let added = if i % 2 == 1 && j % 2 == 1 { 100 * (j / 2 + 1) } else { 0 };
        (10 * i + j + added) as i32
    });
    assert_eq!(table, expected);
    let mut total = Array::from_slice(&[5.0], &[]).expect("small");
    let x = [1.0, 2.0];
    change("total += sum(x)", &mut arrays! { mut total: &mut total, x });
    assert_eq!(total.scalar::<f64>().expect("one"), 8.0);
}

#[test]
fn nothing_is_written_by_a_formula_that_fails() {
    let (mut a, b, exponent) = ([1i64, 2, 3], [1i64, 2, 3, 4], [1i64, 2, -3]);
    let column = arr2(&[[1i64], [2]]);
    for (text, code) in [
        ("a += b", "shape-mismatch"),
        ("a += column", "larger-than-input"),
        ("a += 1; exponent += 1", "not-writable"),
        ("a += 1; a **= exponent", "negative-power"),
        ("a += a[b[:3] + 5]", "index-out-of-bounds"),
        ("a += nothing", "unknown-name"),
    ] {
        let error = numfuse::run(text, &mut arrays! { mut a, b, exponent, column }).expect_err(text);
        assert_eq!((error.code(), a), (code, [1, 2, 3]), "{text}: {error}");
    }
    let all = arrays! { mut a, b };
    let error = numfuse::eval("a += 1; b", &all).expect_err("reading only");
    assert_eq!(error.code(), "not-writable");
}

#[test]
fn a_formula_that_only_changes_arrays_has_no_result_to_give() {
    let mut a = [1.0];
    let results = numfuse::run("a += 1", &mut arrays! { mut a }).expect("runs");
    assert!(results.is_empty());
    let results = numfuse::run("a += 1; a", &mut arrays! { mut a }).expect("runs");
    assert_eq!((results.len(), results[0].1.to_vec::<f64>().expect("f64")), (1, vec![3.0]));
    let error = numfuse::run("_b = a", &mut arrays! { mut a }).expect_err("no result");
    assert!(matches!(error, Error::Formula { .. }) && error.code() == "no-result");
}

/// As in Python, a number is not changed; the name takes another one.
#[test]
fn the_name_of_a_plain_number_takes_another_number() {
    let results = numfuse::run("k += 0.5", &mut arrays! { k: 2 }).expect("runs");
    assert_eq!((results[0].0.as_deref(), results[0].1.scalar::<f64>().expect("f64")), (Some("k"), 2.5));
}

/// A writable array that another input shares, as Python's may: the elements that were there are read.
#[test]
fn other_views_of_a_changed_array_are_read_before_it_is_written() {
    let mut memory: Vec<f64> = (0..5000).map(f64::from).collect();
    let first = memory.clone();
    let (shape, strides) = ([memory.len() - 1], [8]);
    let (shape, strides) = (|| shape.into_iter().collect(), || strides.into_iter().collect());
    let start = NonNull::from(memory.as_mut_slice()).cast::<f64>();
    // SAFETY: both are all elements but one of `memory`, which nothing else touches while they are used.
    let (read, write) = unsafe {
        let next = start.add(1).cast();
        (
            View::from_raw_parts(start.cast(), DType::F64, shape(), strides(), false),
            ViewMut::from_raw_parts(next, DType::F64, shape(), strides(), false),
        )
    };
    let mut bindings = Bindings::new();
    bindings.input("before", Input::View(read)).writable("a", write);
    change("a += before", &mut bindings);
    let expected: Vec<f64> =
        (0..memory.len()).map(|i| first[i] + if i > 0 { first[i - 1] } else { 0.0 }).collect();
    assert_eq!(memory, expected);
}
