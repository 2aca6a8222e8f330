//! The tree for reductions along the last axis.
#![expect(unsafe_code, reason = "reads blocks of elements at any alignment")]

use super::combine::{Combine, Task};
use super::{Element, Folder, INNER_CHUNK, Partial, Planes};

/// Interleaved accumulators of a chunk.
const LANES: usize = 16;

/// Reduces segments along the inner tree.
pub(super) struct InnerFolder<C: Combine> {
    lanes: [C::Acc; LANES],
    /// Elements of the current chunk taken so far.
    filled: usize,
    /// The index of the next element.
    index: usize,
    /// Values of finished subtrees: entry `k` is one of `2^level` chunks, levels falling.
    stack: Vec<(u32, C::Acc)>,
}

impl<C: Combine> InnerFolder<C> {
    pub(super) fn new() -> InnerFolder<C> {
        InnerFolder { lanes: [C::identity(); LANES], filled: 0, index: 0, stack: Vec::new() }
    }

    /// Takes the next element; fewer than a chunk is filled.
    #[inline]
    fn take(&mut self, element: C::In) {
        let lane = self.filled % LANES;
        self.lanes[lane] = C::take(self.lanes[lane], element, self.index);
        self.filled += 1;
        self.index += 1;
    }

    /// Takes a whole number of rows of `LANES` elements from `at` on, for which the chunk has room.
    ///
    /// # Safety
    /// The planes are readable for `at + count` elements.
    #[inline]
    unsafe fn take_rows(&mut self, planes: Planes, at: usize, count: usize) {
        let mut lanes = self.lanes;
        for start in (0..count).step_by(LANES) {
            for (lane, acc) in lanes.iter_mut().enumerate() {
                // SAFETY: `start + lane < count`, for `count` is a multiple of `LANES`.
                let element = unsafe { C::In::read(planes, at + start + lane) };
                *acc = C::take(*acc, element, self.index + start + lane);
            }
        }
        self.lanes = lanes;
        self.filled += count;
        self.index += count;
    }

    fn close_chunk(&mut self) {
        let mut value = self.lanes;
        for step in [8, 4, 2, 1] {
            for lane in 0..step {
                value[lane] = C::join(value[lane], value[lane + step]);
            }
        }
        self.lanes = [C::identity(); LANES];
        self.filled = 0;
        let (mut level, mut value) = (0, value[0]);
        while let Some(&(top, left)) = self.stack.last()
            && top == level
        {
            value = C::join(left, value);
            self.stack.pop();
            level += 1;
        }
        self.stack.push((level, value));
    }
}

/// Makes an inner folder.
pub(super) struct Inner;

impl Task for Inner {
    type Out = Box<dyn Folder>;

    fn run<C: Combine>(self) -> Box<dyn Folder> {
        Box::new(InnerFolder::<C>::new())
    }
}

impl<C: Combine> Folder for InnerFolder<C> {
    fn begin(&mut self, index: usize) {
        self.index = index;
        self.filled = 0;
        self.stack.clear();
        self.lanes = [C::identity(); LANES];
    }

    unsafe fn feed(&mut self, planes: Planes, len: usize) {
        let mut at = 0;
        while at < len {
            let room = (INNER_CHUNK - self.filled).min(len - at);
            let rows = room / LANES * LANES;
            if self.filled.is_multiple_of(LANES) && rows > 0 {
                // SAFETY: `at + rows <= len`.
                unsafe { self.take_rows(planes, at, rows) };
                at += rows;
            } else {
                // SAFETY: `at < len`.
                let element = unsafe { C::In::read(planes, at) };
                self.take(element);
                at += 1;
            }
            if self.filled == INNER_CHUNK {
                self.close_chunk();
            }
        }
    }

    fn end(&mut self, values: &mut Vec<Partial>) {
        if self.filled > 0 {
            self.close_chunk();
        }
        let mut value = self.stack.pop().map_or_else(C::identity, |(_, v)| v);
        while let Some((_, left)) = self.stack.pop() {
            value = C::join(left, value);
        }
        values.push(C::pack(value));
    }
}
