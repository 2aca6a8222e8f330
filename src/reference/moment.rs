//! The squared deviations of a variance, by the tree of `reduce.rs`. This page is normative.
//!
//! A run of elements has a count `n`, a mean `m` and a sum of squared deviations `s`, all in f64.
//!
//! - *inner*, a chunk of `n` elements: `near` is their sum divided by `n`, `rest` the sum of `x - near`,
//!   `squares` that of `(x - near) * (x - near)`, each sum in 16 accumulators as `reduce.rs` has it. Then
//!   `m = near + rest / n` and `s = squares - rest * (rest / n)`.
//! - *outer*, a chunk: from `m = 0` and `s = 0`, the `k`-th element (from 1) makes `d = x - m`, then
//!   `m = m + d * (1 / k)`, then `s = s + d * (x - m)`.
//!
//! Two neighbours combine by the formula of Chan, Golub and LeVeque: with `d = m2 - m1` and
//! `share = n2 / (n1 + n2)`, `m = m1 + d * share` and `s = (s1 + s2) + d * d * (n1 * share)`.

use super::reduce::{INNER_CHUNK, INNER_LANES, OUTER_CHUNK};
use crate::dtype::Lane;
use crate::ir::Scalar;

/// Count, mean, squared deviations.
type Moments = (f64, f64, f64);

/// The squared deviations of elements, which are f64.
pub(super) fn moment2(elements: &[Scalar], inner: bool) -> Scalar {
    let numbers: Vec<f64> = elements.iter().filter_map(|x| x.as_f64()).collect();
    let mut level: Vec<Moments> = match inner {
        true => numbers.chunks(INNER_CHUNK).map(inner_chunk).collect(),
        false => numbers.chunks(OUTER_CHUNK).map(outer_chunk).collect(),
    };
    while level.len() > 1 {
        let pairs = level.chunks(2);
        level = pairs.filter_map(|pair| pair.iter().copied().reduce(join)).collect();
    }
    Scalar::from_f64(Lane::F64, level.first().map_or(0.0, |&(_, _, s)| s))
}

fn inner_chunk(chunk: &[f64]) -> Moments {
    let n = chunk.len() as f64;
    let near = sum(chunk) / n;
    let away: Vec<f64> = chunk.iter().map(|x| x - near).collect();
    let rest = sum(&away);
    let squares = sum(&away.iter().map(|d| d * d).collect::<Vec<_>>());
    (n, near + rest / n, squares - rest * (rest / n))
}

fn sum(chunk: &[f64]) -> f64 {
    let mut acc = [0.0; INNER_LANES];
    for (index, x) in chunk.iter().enumerate() {
        acc[index % INNER_LANES] += x;
    }
    let mut step = INNER_LANES / 2;
    while step > 0 {
        for lane in 0..step {
            acc[lane] += acc[lane + step];
        }
        step /= 2;
    }
    acc[0]
}

fn outer_chunk(chunk: &[f64]) -> Moments {
    let (mut k, mut m, mut s) = (0.0, 0.0, 0.0);
    for x in chunk {
        k += 1.0;
        let d = x - m;
        m += d * (1.0 / k);
        s += d * (x - m);
    }
    (k, m, s)
}

fn join((n1, m1, s1): Moments, (n2, m2, s2): Moments) -> Moments {
    let d = m2 - m1;
    let share = n2 / (n1 + n2);
    (n1 + n2, m1 + d * share, (s1 + s2) + d * d * (n1 * share))
}
