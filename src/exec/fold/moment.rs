//! Counts, means and sums of squared deviations along both trees: what variances are made of.
//!
//! Chunks are as [`super`] has them. A chunk of the inner tree is looked at twice while it is in the
//! first-level cache, for its mean and then for the deviations from it; rows of the outer tree are taken
//! one by one, each with its number's reciprocal. [`crate::reference`] defines both.
#![expect(unsafe_code, reason = "reads blocks of elements at any alignment")]

use super::combine::Combine;
use super::{Folder, INNER_CHUNK, OUTER_CHUNK, Partial, Planes};

/// Interleaved accumulators of a chunk.
const LANES: usize = 16;

/// What is known of some elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    count: u64,
    mean: f64,
    deviations: f64,
}

impl Combine for Moments {
    type In = f64;
    type Acc = Moments;

    fn identity() -> Moments {
        Moments { count: 0, mean: 0.0, deviations: 0.0 }
    }

    fn take(acc: Moments, element: f64, _: usize) -> Moments {
        Self::join(acc, Moments { count: 1, mean: element, deviations: 0.0 })
    }

    /// Chan's formula.
    fn join(left: Moments, right: Moments) -> Moments {
        if left.count == 0 || right.count == 0 {
            return if left.count == 0 { right } else { left };
        }
        let (mean, deviations) =
            joined((left.count, left.mean, left.deviations), (right.count, right.mean, right.deviations));
        Moments { count: left.count + right.count, mean, deviations }
    }

    fn pack(acc: Moments) -> Partial {
        [acc.count, acc.mean.to_bits(), acc.deviations.to_bits()]
    }

    fn unpack(partial: Partial) -> Moments {
        let [count, mean, deviations] = partial;
        Moments { count, mean: f64::from_bits(mean), deviations: f64::from_bits(deviations) }
    }
}

/// The mean and the deviations of two sets of elements, neither of them empty.
#[inline(always)]
fn joined(left: (u64, f64, f64), right: (u64, f64, f64)) -> (f64, f64) {
    let share = right.0 as f64 / (left.0 + right.0) as f64;
    let distance = right.1 - left.1;
    (left.1 + distance * share, (left.2 + right.2) + distance * distance * (left.0 as f64 * share))
}

/// The sum of a function of the elements in interleaved accumulators, folded in half.
#[inline(always)]
fn interleaved(elements: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    for row in elements.chunks(LANES) {
        for (lane, &element) in lanes.iter_mut().zip(row) {
            *lane += of(element);
        }
    }
    for step in [8, 4, 2, 1] {
        for lane in 0..step {
            lanes[lane] += lanes[lane + step];
        }
    }
    lanes[0]
}

/// The moments of a chunk of the inner tree, which is not empty.
fn chunk(elements: &[f64]) -> Moments {
    let count = elements.len() as f64;
    let near = interleaved(elements, |x| x) / count;
    let squares = interleaved(elements, |x| (x - near) * (x - near));
    // What `near` is beside the mean.
    let rest = interleaved(elements, |x| x - near);
    let mean = near + rest / count;
    Moments { count: elements.len() as u64, mean, deviations: squares - rest * (rest / count) }
}

/// Reduces segments along the inner tree.
pub(super) struct Inner {
    chunk: [f64; INNER_CHUNK],
    /// Elements of the current chunk taken so far.
    filled: usize,
    /// Values of finished subtrees: entry `k` is one of `2^level` chunks, levels falling.
    stack: Vec<(u32, Moments)>,
}

impl Inner {
    pub(super) fn new() -> Inner {
        Inner { chunk: [0.0; INNER_CHUNK], filled: 0, stack: Vec::new() }
    }

    fn close_chunk(&mut self) {
        let mut value = chunk(&self.chunk[..self.filled]);
        self.filled = 0;
        let mut level = 0;
        while let Some(&(top, left)) = self.stack.last()
            && top == level
        {
            value = Moments::join(left, value);
            self.stack.pop();
            level += 1;
        }
        self.stack.push((level, value));
    }
}

impl Folder for Inner {
    fn begin(&mut self, _: usize) {
        self.filled = 0;
        self.stack.clear();
    }

    unsafe fn feed(&mut self, [elements, _]: Planes, len: usize) {
        let mut at = 0;
        while at < len {
            let taken = (INNER_CHUNK - self.filled).min(len - at);
            let into = self.chunk[self.filled..self.filled + taken].as_mut_ptr().cast::<u8>();
            // SAFETY: `at + taken <= len`, and the slice has `taken` elements of its own.
            unsafe { elements.add(at * 8).copy_to_nonoverlapping(into, taken * 8) };
            self.filled += taken;
            at += taken;
            if self.filled == INNER_CHUNK {
                self.close_chunk();
            }
        }
    }

    fn end(&mut self, values: &mut Vec<Partial>) {
        if self.filled > 0 {
            self.close_chunk();
        }
        let mut value = self.stack.pop().map_or_else(Moments::identity, |(_, v)| v);
        while let Some((_, left)) = self.stack.pop() {
            value = Moments::join(left, value);
        }
        values.push(Moments::pack(value));
    }
}

/// What is known of some rows, column by column.
struct Columns {
    count: u64,
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Columns {
    fn new(width: usize) -> Columns {
        Columns { count: 0, means: vec![0.0; width], deviations: vec![0.0; width] }
    }

    /// Puts earlier rows before these. Neither are none.
    fn join(&mut self, earlier: &Columns) {
        let (left, right) = (earlier.count, self.count);
        let earlier = earlier.means.iter().zip(&earlier.deviations);
        for ((mean, deviations), (&m, &d)) in self.means.iter_mut().zip(&mut self.deviations).zip(earlier) {
            (*mean, *deviations) = joined((left, m, d), (right, *mean, *deviations));
        }
        self.count = left + right;
    }
}

/// Reduces segments of rows along the outer tree.
pub(super) struct Outer {
    chunk: Columns,
    /// Finished subtrees of `2^level` chunks, levels falling.
    stack: Vec<(u32, Columns)>,
}

impl Outer {
    pub(super) fn new(width: usize) -> Outer {
        Outer { chunk: Columns::new(width), stack: Vec::new() }
    }

    fn close_chunk(&mut self) {
        let next = Columns::new(self.chunk.means.len());
        let mut value = std::mem::replace(&mut self.chunk, next);
        let mut level = 0;
        while let Some((_, left)) = self.stack.pop_if(|(top, _)| *top == level) {
            value.join(&left);
            level += 1;
        }
        self.stack.push((level, value));
    }
}

impl Folder for Outer {
    fn begin(&mut self, _: usize) {
        self.chunk = Columns::new(self.chunk.means.len());
        self.stack.clear();
    }

    unsafe fn feed(&mut self, [elements, _]: Planes, len: usize) {
        debug_assert_eq!(len, self.chunk.means.len());
        let elements = elements.cast::<f64>();
        self.chunk.count += 1;
        let share = 1.0 / self.chunk.count as f64;
        let columns = self.chunk.means.iter_mut().zip(&mut self.chunk.deviations);
        for (k, (mean, deviations)) in columns.enumerate() {
            // SAFETY: a row has `len` elements, and as many columns.
            let element = unsafe { elements.add(k).read_unaligned() };
            let distance = element - *mean;
            *mean += distance * share;
            *deviations += distance * (element - *mean);
        }
        if self.chunk.count == OUTER_CHUNK as u64 {
            self.close_chunk();
        }
    }

    fn end(&mut self, values: &mut Vec<Partial>) {
        if self.chunk.count > 0 {
            self.close_chunk();
        }
        let width = self.chunk.means.len();
        let mut value = self.stack.pop().map_or_else(|| Columns::new(width), |(_, v)| v);
        while let Some((_, left)) = self.stack.pop() {
            value.join(&left);
        }
        let count = value.count;
        let columns = value.means.iter().zip(&value.deviations);
        values.extend(columns.map(|(&mean, &deviations)| Moments::pack(Moments { count, mean, deviations })));
    }
}
