//! Arrays of `ndarray` are read and written where they are, whatever their layout.
//!
//!     cargo run --example ndarray_views
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use ndarray::{Array2, array, s};
use numfuse::{Error, arrays};

fn main() -> Result<(), Error> {
    let image: Array2<f32> = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];

    // A row broadcasts over the image. Neither is copied, nor is the transposed or reversed view.
    let weights = array![1.0f32, 10.0, 100.0];
    let weighted = numfuse::eval("image * weights", &arrays! { image, weights })?;
    assert_eq!(weighted.view::<f32>()?, array![[1.0, 20.0, 300.0], [4.0, 50.0, 600.0]].into_dyn());

    let turned = image.slice(s![.., ..;-1]).reversed_axes();
    let column_sums = numfuse::eval("sum(turned, axis=1)", &arrays! { turned })?;
    assert_eq!(column_sums.as_slice::<f32>()?, [9.0, 7.0, 5.0]);

    // The result becomes an array of ndarray without a copy of the caller's doing.
    let scaled = numfuse::eval("image / max(image)", &arrays! { image })?.into_ndarray::<f32>()?;
    assert_eq!(scaled[[1, 2]], 1.0);

    // Results can go straight into part of an array: here every other column.
    let mut canvas = Array2::<f32>::zeros((2, 6));
    numfuse::eval_into("sqrt(image)", &arrays! { image }, canvas.slice_mut(s![.., ..;2]))?;
    assert_eq!(canvas[[1, 0]], 2.0);
    assert_eq!(canvas.column(1), array![0.0, 0.0]);
    println!("{canvas}");
    Ok(())
}
