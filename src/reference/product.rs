//! Products of complex numbers, by the tree of `reduce.rs`. This page is normative.
//!
//! Two values become `(a.re*b.re - a.im*b.im) + i*(a.re*b.im + a.im*b.re)`, every operation rounded, in the dtype of the
//! parts. An accumulator begins with no value, not with 1, and takes its first element as it is: `1 * (inf + 0i)` would
//! be `inf + nan*i`. Joined to no value a value stays as it is, and the product of nothing is 1.

use super::reduce::tree;
use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::op::{Op, Reduction};
use crate::scalar::{apply, identity};

/// The real and the imaginary part.
type Complex = [Scalar; 2];

/// The part of the product that the reduction is for.
pub(super) fn part(op: Reduction, lane: Lane, re: &[Scalar], im: &[Scalar], inner: bool) -> Scalar {
    let elements: Vec<Option<Complex>> = re.iter().zip(im).map(|(&re, &im)| Some([re, im])).collect();
    let product = tree(None, &elements, inner, |a: Option<Complex>, b| match (a, b) {
        (Some(a), Some(b)) => Some(multiply(a, b)),
        (a, b) => a.or(b),
    });
    product.map_or(identity(op, lane), |product| product[usize::from(op == Reduction::ProdImag)])
}

fn multiply([a_re, a_im]: Complex, [b_re, b_im]: Complex) -> Complex {
    let mul = |a, b| apply(Op::Mul, &[a, b]);
    let re = apply(Op::Sub, &[mul(a_re, b_re), mul(a_im, b_im)]);
    [re, apply(Op::Add, &[mul(a_re, b_im), mul(a_im, b_re)])]
}
