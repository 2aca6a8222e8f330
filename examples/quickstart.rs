//! The first five minutes: a formula over a few arrays, several results, and what dtypes do.
//!
//!     cargo run --example quickstart

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use numfuse::array::Strong;
use numfuse::{DType, Error, Session, arrays};

fn main() -> Result<(), Error> {
    // A formula over named arrays. The three operations are one pass over memory.
    let a = vec![1.0, 2.0, 3.0];
    let b = vec![0.5, 0.25, 0.125];
    let r = numfuse::eval("2*a + b**2", &arrays! { a, b })?;
    assert_eq!(r.as_slice::<f64>()?, [2.25, 4.0625, 6.015625]);
    println!("2*a + b**2 = {r}");

    // Reductions stand anywhere. This plans the mean, then one pass for the rest.
    let r = numfuse::eval("sum((a - mean(a))**2) / 2", &arrays! { a })?;
    assert_eq!(r.scalar::<f64>()?, 1.0);
    println!("the variance of a = {r}");

    // Statements; every name that is assigned and does not begin with `_` is a result.
    let results =
        Session::global().eval_all("_d = b - a; near = abs(_d); side = _d > 0", &arrays! { a, b }, None)?;
    for (name, array) in &results {
        println!("{} = {array}", name.as_deref().unwrap_or("result"));
    }
    assert_eq!(results[0].1.as_slice::<f64>()?, [0.5, 1.75, 2.875]);
    assert_eq!(results[1].1.as_slice::<bool>()?, [false; 3]);

    // Dtypes are NumPy 2's: a plain number takes the dtype of the array it meets, a strong one does not.
    let pixels: Vec<f32> = vec![0.0, 0.5, 1.0];
    let gain = 1.5;
    assert_eq!(numfuse::eval("pixels * gain", &arrays! { pixels, gain })?.dtype(), DType::F32);
    assert_eq!(numfuse::eval("pixels * gain", &arrays! { pixels, gain: Strong(gain) })?.dtype(), DType::F64);
    Ok(())
}
