//! What a formula is asked for beside its text: the order of results, and limits that it may not exceed.

use ndarray::{Array3, Axis};
use numfuse::array::View;
use numfuse::session::Limits;
use numfuse::shape::Order;
use numfuse::{Session, arrays};
use std::time::Duration;

#[test]
fn results_lie_in_the_order_that_was_asked_for() {
    let a = Array3::<f64>::from_shape_fn((3, 5, 700), |(i, j, k)| (i * 10_000 + j * 1000 + k) as f64);
    let session = Session::global();
    for text in ["a * 2", "a[:1] * 2", "sum(a, axis=1)", "a > 3", "a[0, 0]", "a + 1j", "cumsum(a, axis=0)"] {
        let c = session.formula(text).eval(&arrays! { a }).expect(text);
        let f = session.formula(text).order(Order::F).eval(&arrays! { a }).expect(text);
        assert_eq!((c.order(), f.order(), c.shape()), (Order::C, Order::F, f.shape()), "{text}");
        assert!(View::from(&f).transposed().is_dense() && View::from(&c).is_dense());
        let again = f.try_clone().expect("memory");
        assert_eq!((again.order(), again.bytes()), (Order::C, c.bytes()), "{text}");
        assert_eq!(f.to_string(), c.to_string());
    }
}

#[test]
fn an_array_in_fortran_order_is_no_slice_but_all_else() {
    let a = Array3::<i32>::from_shape_fn((2, 3, 4), |(i, j, k)| (i * 100 + j * 10 + k) as i32);
    let f = Session::global().formula("a + 0").order(Order::F);
    let mut result = f.eval(&arrays! { a }).expect("evaluates");
    assert_eq!(result.as_slice::<i32>().unwrap_err().code(), "not-a-slice");
    assert_eq!(result.as_mut_slice::<i32>().unwrap_err().code(), "not-a-slice");
    assert_eq!(result.to_vec::<i32>().expect("a copy"), a.iter().copied().collect::<Vec<_>>());
    assert_eq!(result.view::<i32>().expect("i32"), a.view().into_dyn());
    result.view_mut::<i32>().expect("i32").index_axis_mut(Axis(0), 1).fill(-1);
    let owned = f.eval(&arrays! { a }).expect("evaluates");
    assert_eq!(owned.into_ndarray::<i32>().expect("i32"), a.clone().into_dyn());
    let flat = result.reshape(&[24]).expect("24 elements").into_vec::<i32>().expect("i32");
    assert_eq!(flat[..12], a.iter().copied().collect::<Vec<_>>()[..12]);
    assert_eq!(flat[12..], [-1; 12]);
    let words = numfuse::Array::from_strings(&["a", "bb", "c", "dd"]).expect("small");
    let words = words.reshape(&[2, 2]).expect("four");
    let joined =
        Session::global().formula("w + '!'").order(Order::F).eval(&arrays! { w: &words }).expect("text");
    assert_eq!(joined.to_strings().expect("text"), ["a!", "bb!", "c!", "dd!"]);
    let one = f.eval(&arrays! { a: &[7i32, 8] }).expect("one axis lies in both orders");
    assert_eq!(one.as_slice::<i32>().expect("a slice"), [7, 8]);
}

#[test]
#[cfg(feature = "npy")]
fn files_keep_fortran_order() {
    let a = ndarray::arr2(&[[1u8, 2, 3], [4, 5, 6]]);
    let path = std::env::temp_dir().join(format!("numfuse-order-{}.npy", std::process::id()));
    let result = Session::global().formula("a * 2").order(Order::F).eval(&arrays! { a }).expect("evaluates");
    numfuse::source::write_npy(&path, &View::from(&result)).expect("written");
    let bytes = std::fs::read(&path).expect("the file");
    let again = numfuse::source::read_npy(&path).expect("the file");
    std::fs::remove_file(&path).expect("the file");
    assert!(String::from_utf8_lossy(&bytes).contains("'fortran_order': True, 'shape': (2, 3)"));
    assert_eq!(bytes[bytes.len() - 6..], [2, 8, 4, 10, 6, 12]);
    assert_eq!(again.view::<u8>().expect("u8"), (a * 2).into_dyn());
}

/// The bytes that a run needs at once, found by making the limit just too small.
#[test]
fn memory_is_counted_before_it_is_used() {
    let a = vec![1.5f64; 100_000];
    let (bytes, cases) = (
        800_000,
        [
            ("a + 1", 1.0),
            ("sum(a)", 0.00001),
            ("cumsum(a)", 2.0),
            ("a[a > 1]", 2.0),
            ("x = a + 1; y = a * 2", 2.0),
            ("arange(100_000.0) + a", 1.0),
        ],
    );
    for (text, arrays) in cases {
        let run = |memory| {
            let limits = Limits { memory, ..Limits::default() };
            Session::global().formula(text).limits(limits).eval_all(&arrays! { a })
        };
        let needed = (bytes as f64 * arrays) as usize;
        assert!(run(needed + 64).is_ok(), "{text}: {:?}", run(needed + 64));
        let error = run(needed - 8).expect_err(text);
        assert_eq!(error.code(), "memory-limit", "{text}");
    }
    let mut b = a.clone();
    let limits = Limits { memory: 1000, ..Limits::default() };
    let run = |text| Session::global().formula(text).limits(limits);
    run("b += 1").run(&mut arrays! { mut b }).expect("in place");
    assert_eq!(b, vec![2.5; 100_000]);
    let error = run("b += b[::-1] + cumsum(b)").run(&mut arrays! { mut b }).expect_err("kept arrays");
    assert_eq!((error.code(), b[0]), ("memory-limit", 2.5));
    assert!(error.to_string().contains("bytes of memory"), "{error}");
}

#[test]
fn time_is_over_when_it_is_over() {
    let limits = Limits { time: Duration::from_millis(60), ..Limits::default() };
    for threads in [1, 2] {
        let session = Session::builder().threads(threads).build();
        let error = session.formula("sum(random(100_000_000_000))").limits(limits).eval(&arrays! {});
        assert_eq!(error.expect_err("it takes minutes").code(), "time-limit");
        let asked = session.formula("sum(random(100_000_000_000))").poll(&|| true);
        assert_eq!(asked.limits(limits).eval(&arrays! {}).expect_err("cancelled").code(), "cancelled");
        let sum = session.formula("1 + 1").limits(limits).eval(&arrays! {}).expect("in time");
        assert_eq!(sum.scalar::<i64>().expect("i64"), 2);
    }
}

#[test]
fn nodes_are_counted() {
    let a = [1.0];
    let text = |terms: usize| vec!["a"; terms].join("*a + ");
    let run = |terms, nodes| {
        let limits = Limits { nodes, ..Limits::default() };
        Session::global().formula(&text(terms)).limits(limits).eval(&arrays! { a })
    };
    assert!(run(20, 1000).is_ok());
    assert_eq!(run(500, 100).expect_err("too many").code(), "too-many-nodes");
    assert!(run(500, usize::MAX).is_ok(), "the limit of all formulas is higher");
}
