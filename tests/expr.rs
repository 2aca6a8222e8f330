//! Compiled formulas as front ends use them: results by name, small calls into the caller's memory, options.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(unsafe_code, reason = "only raw parts say that bytes are swapped")]

use numfuse::array::{Array, Input, InputRef, ViewMut};
use numfuse::casting::Casting;
use numfuse::check::Options;
use numfuse::session::Manner;
use numfuse::{DType, Error, Expr};

fn refs<'b>(inputs: &'b [Input<'_>]) -> Vec<InputRef<'b>> {
    inputs.iter().map(Input::by_ref).collect()
}

/// The dtype and the elements that a small call made, if it was one.
fn small(expr: &Expr, inputs: &[Input<'_>]) -> Option<Array> {
    expr.call_small(&refs(inputs), |dtype, shape| Ok(Array::zeros(dtype, shape)?), |a| ViewMut::from(a))
        .unwrap()
}

#[test]
fn a_small_call_is_one_that_was_compiled_and_is_elementwise() {
    let expr = Expr::compile("2*a + b", &["a", "b"]).unwrap();
    let (a, b) = ([1.0, 2.0], [0.5, 0.25]);
    let inputs = [Input::from(&a), Input::from(&b)];
    assert!(small(&expr, &inputs).is_none(), "not compiled yet");
    let result = expr.call(&inputs).unwrap();
    assert_eq!(small(&expr, &inputs).unwrap().to_vec::<f64>().unwrap(), result.to_vec::<f64>().unwrap());
    assert!(small(&expr, &[Input::from(&a), Input::from(&[1i32, 2])]).is_none(), "of other dtypes");
    let many = vec![1.0; 100_000];
    assert!(small(&expr, &[Input::from(&many), Input::from(&many)]).is_none(), "not small");
    let sum = Expr::compile("sum(a)", &["a"]).unwrap();
    sum.call(&inputs[..1]).unwrap();
    assert!(small(&sum, &inputs[..1]).is_none(), "not elementwise");
}

#[test]
fn what_stops_a_small_call() {
    let expr = Expr::compile("a + b", &["a", "b"]).unwrap();
    let (a, b) = ([1.0, 2.0], [1.0, 2.0, 3.0]);
    expr.call(&[Input::from(&a), Input::from(&a)]).unwrap();
    assert!(small(&expr, &[Input::from(&a), Input::from(&b)]).is_none(), "the long way says what is wrong");
    let make = |_, _: &[usize]| Err::<Array, _>(Error::from(numfuse::array::Error::TooBig));
    let made = expr.call_small(&refs(&[Input::from(&a), Input::from(&a)]), make, |a| ViewMut::from(a));
    assert_eq!(made.unwrap_err().code(), "too-big");
}

#[test]
fn results_have_names_and_types() {
    let expr = Expr::compile("m = mean(a); d = a - m", &["a"]).unwrap();
    let a = [1.0f32, 3.0];
    let inputs = [Input::from(&a)];
    let types = expr.result_types(&refs(&inputs)).unwrap();
    let results = expr.call_all(&refs(&inputs), &mut [], &Manner::default()).unwrap();
    for ((name, dtype, shape), (same, array)) in types.iter().zip(&results) {
        assert_eq!((name, *dtype, shape.as_slice()), (same, array.dtype(), array.shape()));
    }
    assert_eq!(results[1].0.as_deref(), Some("d"));
    let (mut m, mut d) = ([0.0f32; 1], [0.0f32; 2]);
    let wrong = expr.call_into_all(
        &refs(&inputs),
        &mut [ViewMut::from(&mut m), ViewMut::from(&mut d)],
        &Manner::default(),
    );
    assert_eq!(wrong.unwrap_err().code(), "wrong-shape", "the mean has no axes");
    assert_eq!(expr.names().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn arrays_that_are_lent_are_changed() {
    let expr = Expr::compile("before = t; t += x", &["t", "x"]).unwrap();
    let (t, x) = ([1.0, 2.0], [0.5, 0.25]);
    let inputs = [Input::from(&t), Input::from(&x)];
    for _ in 0..2 {
        let refused = expr.call_all(&refs(&inputs), &mut [], &Manner::default());
        assert_eq!(refused.unwrap_err().code(), "not-writable");
        let mut total = [1.0, 2.0];
        let mut written = [Some(ViewMut::from(&mut total)), None];
        let results = expr.call_all(&refs(&inputs), &mut written, &Manner::default()).unwrap();
        assert_eq!((results.len(), results[0].1.to_vec::<f64>().unwrap()), (1, vec![1.0, 2.0]));
        assert_eq!(total, [1.5, 2.25]);
    }
}

#[test]
fn options_are_the_formulas_own() {
    let options = Options { dtype: Some(DType::I16), casting: Casting::Unsafe, ..Options::default() };
    let expr = Expr::compile_with("a * 2", &["a"], options).unwrap();
    assert_eq!(expr.call(&[Input::from(&[1.5, 2.5])]).unwrap().to_vec::<i16>().unwrap(), [3, 5]);
}

#[test]
fn a_call_can_be_stopped() {
    let expr = Expr::compile("sum(sin(random(1_000_000_000)))", &[]).unwrap();
    let stopped =
        expr.call_all(&[], &mut [], &Manner { poll: Some(&|| true), ..Manner::default() }).unwrap_err();
    assert_eq!(stopped.code(), "cancelled");
}

#[test]
fn a_small_output_in_the_other_byte_order_is_written_in_it() {
    let expr = Expr::compile("a + 1", &["a"]).unwrap();
    let (a, mut memory) = ([1u16, 2], [0u16; 2]);
    expr.call_into(&[Input::from(&a)], &mut memory).unwrap();
    assert_eq!(memory, [2, 3]);
    let mut out = swapped(&mut memory);
    expr.call_into(&[Input::from(&a)], out.reborrow()).unwrap();
    assert_eq!(memory, [2u16, 3].map(u16::swap_bytes));
}

/// The elements, as those of the other byte order.
fn swapped(memory: &mut [u16; 2]) -> ViewMut<'_> {
    let ptr = std::ptr::NonNull::from(memory).cast();
    // SAFETY: exactly the two elements, which are borrowed mutably as long as the view lives.
    unsafe { ViewMut::from_raw_parts(ptr, DType::U16, smallvec::smallvec![2], smallvec::smallvec![2], true) }
}
