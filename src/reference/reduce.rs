//! Reductions, by the tree that every tier must follow. This page is normative.
//!
//! The reduced axes, in axis order, span an index space that is walked in C order: for every kept
//! index there is one sequence of elements `x[0]..x[n]`. How it is combined depends on `n` and on the
//! layout class alone:
//!
//! - *inner*: the last axis of the operand whose size is not 1 is reduced, or there is no such axis.
//!   The sequence is cut into chunks of 256. In a chunk, 16 accumulators start at the
//!   identity; element `i` goes into accumulator `i % 16` as `acc[l] = combine(acc[l], x[i])`, in
//!   order. Then for steps 8, 4, 2, 1: `acc[l] = combine(acc[l], acc[l + step])` for `l < step`.
//!   `acc[0]` is the chunk's value. The last chunk may have fewer elements.
//! - *outer*: any other. The sequence is cut into chunks of 16 with one accumulator, which starts at
//!   the identity.
//!
//! The chunks' values are combined as an aligned binary tree: level by level, neighbours `2k` and
//! `2k + 1` become `combine(left, right)` and an odd last one moves up as it is, until one is left.
//! A sequence of nothing has the identity as its value.
//!
//! Starting at the identity makes a sum of negative zeros 0.0. For `sum` the error bound is that of
//! pairwise summation.
//!
//! The squared deviations of a variance have their own values of chunks: see `moment.rs`. What complex numbers
//! combine to, and what they begin with, is in `product.rs`.
//!
//! `argmin` and `argmax` give the first index into the sequence that has the extremum; a NaN beats
//! every number. They and `min` and `max` have no value for `n = 0`, which is an error even if the
//! result has no elements.

use super::value::{Value, c_steps, offsets};
use super::{Error, Shape, Span, moment, product};
use crate::dtype::Lane;
use crate::ir::{Axes, Scalar};
use crate::op::Reduction;
use crate::scalar::{better, cast, combine, identity};

/// Elements of a chunk where neighbours in memory are combined.
pub(super) const INNER_CHUNK: usize = 256;
/// Accumulators of such a chunk.
pub(super) const INNER_LANES: usize = 16;
/// Elements of a chunk where neighbours in memory belong to different results.
pub(super) const OUTER_CHUNK: usize = 16;

/// Reduces some axes of an array, of complex numbers given by their parts.
pub(super) fn reduce(
    op: Reduction,
    of: &Value,
    imag: Option<&Value>,
    axes: Axes,
    keepdims: bool,
    span: Span,
) -> Result<Value, Error> {
    let steps = c_steps(&of.shape);
    let space = |reduced: bool| {
        let chosen = (0..of.shape.len()).filter(|&axis| axes.contains(axis) == reduced);
        let (sizes, steps): (Vec<_>, Vec<_>) = chosen.map(|axis| (of.shape[axis], steps[axis])).unzip();
        offsets(&sizes, &steps)
    };
    let (kept, sequence) = (space(false), space(true));
    if sequence.is_empty() && !has_identity(op) {
        return Err(Error::Empty { op, span });
    }
    let inner = is_inner(&of.shape, axes);
    let results = kept.iter().map(|&base| {
        let elements =
            |of: &Value| -> Vec<Scalar> { sequence.iter().map(|&offset| of.scalar(base + offset)).collect() };
        match imag {
            None => reduce_sequence(op, of.lane, &elements(of), inner).bits,
            Some(imag) => product::part(op, of.lane, &elements(of), &elements(imag), inner).bits,
        }
    });
    let data = results.collect();
    Ok(Value { lane: result_lane(op, of.lane), shape: reduced_shape(&of.shape, axes, keepdims), data })
}

/// Whether the reduction has a value for a sequence of nothing.
fn has_identity(op: Reduction) -> bool {
    match op {
        Reduction::Sum | Reduction::Prod | Reduction::Any | Reduction::All => true,
        Reduction::MinFrom | Reduction::MaxFrom | Reduction::Moment2 => true,
        Reduction::ProdReal | Reduction::ProdImag => true,
        Reduction::Min | Reduction::Max | Reduction::ArgMin | Reduction::ArgMax => false,
    }
}

fn result_lane(op: Reduction, operand: Lane) -> Lane {
    match op {
        Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => operand,
        Reduction::MinFrom | Reduction::MaxFrom | Reduction::Moment2 => operand,
        Reduction::ProdReal | Reduction::ProdImag => operand,
        Reduction::Any | Reduction::All => Lane::Bool,
        Reduction::ArgMin | Reduction::ArgMax => Lane::I64,
    }
}

fn reduced_shape(shape: &[usize], axes: Axes, keepdims: bool) -> Shape {
    let sizes = shape.iter().enumerate().filter_map(|(axis, &size)| match axes.contains(axis) {
        false => Some(size),
        true => keepdims.then_some(1),
    });
    sizes.collect()
}

/// Whether neighbours in memory are combined with each other.
fn is_inner(shape: &[usize], axes: Axes) -> bool {
    let last = shape.iter().rposition(|&size| size != 1);
    last.is_none_or(|axis| axes.contains(axis))
}

fn reduce_sequence(op: Reduction, lane: Lane, elements: &[Scalar], inner: bool) -> Scalar {
    match op {
        Reduction::ArgMin | Reduction::ArgMax => position(op, elements),
        Reduction::Moment2 => moment::moment2(elements, inner),
        Reduction::Sum | Reduction::Prod | Reduction::Min | Reduction::Max => {
            folded(op, lane, elements, inner)
        }
        Reduction::Any | Reduction::All => folded(op, lane, elements, inner),
        Reduction::MinFrom | Reduction::MaxFrom => folded(op, lane, elements, inner),
        // These come with imaginary parts.
        Reduction::ProdReal | Reduction::ProdImag => folded(op, lane, elements, inner),
    }
}

fn folded(op: Reduction, lane: Lane, elements: &[Scalar], inner: bool) -> Scalar {
    let start = identity(op, lane);
    let elements: Vec<Scalar> = elements.iter().map(|&element| cast(start.lane, element)).collect();
    tree(start, &elements, inner, |a, b| combine(op, a, b))
}

/// The first place of the extremum.
fn position(op: Reduction, elements: &[Scalar]) -> Scalar {
    let mut best = 0;
    for (index, &candidate) in elements.iter().enumerate().skip(1) {
        if better(op, candidate, elements[best]) {
            best = index;
        }
    }
    Scalar { lane: Lane::I64, bits: best as u64 }
}

/// The value of the combining tree.
pub(super) fn tree<T: Copy>(start: T, elements: &[T], inner: bool, combine: impl Fn(T, T) -> T) -> T {
    let chunk_size = if inner { INNER_CHUNK } else { OUTER_CHUNK };
    let lanes = if inner { INNER_LANES } else { 1 };
    let mut level: Vec<T> =
        elements.chunks(chunk_size).map(|chunk| chunk_value(start, chunk, lanes, &combine)).collect();
    while level.len() > 1 {
        let pairs = level.chunks(2);
        level = pairs.filter_map(|pair| pair.iter().copied().reduce(&combine)).collect();
    }
    level.first().copied().unwrap_or(start)
}

/// The value of one chunk, in a number of accumulators that is a power of two.
fn chunk_value<T: Copy>(start: T, chunk: &[T], lanes: usize, combine: impl Fn(T, T) -> T) -> T {
    let mut acc = vec![start; lanes];
    for (index, &element) in chunk.iter().enumerate() {
        let lane = index % lanes;
        acc[lane] = combine(acc[lane], element);
    }
    let mut step = lanes / 2;
    while step > 0 {
        for lane in 0..step {
            acc[lane] = combine(acc[lane], acc[lane + step]);
        }
        step /= 2;
    }
    acc[0]
}
