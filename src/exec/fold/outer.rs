//! The tree for reductions that keep the last axis: a column each.
#![expect(unsafe_code, reason = "reads blocks of elements at any alignment")]

use super::combine::{Combine, Task};
use super::{Element, Folder, OUTER_CHUNK, Partial, Planes};

/// Reduces segments of rows along the outer tree.
pub(super) struct OuterFolder<C: Combine> {
    columns: Vec<C::Acc>,
    /// Rows of the current chunk taken so far.
    filled: usize,
    /// The index of the next row.
    index: usize,
    /// Finished subtrees: their levels, and their values one after the other.
    levels: Vec<u32>,
    stack: Vec<C::Acc>,
}

impl<C: Combine> OuterFolder<C> {
    pub(super) fn new(width: usize) -> OuterFolder<C> {
        let columns = vec![C::identity(); width];
        OuterFolder { columns, filled: 0, index: 0, levels: Vec::new(), stack: Vec::new() }
    }

    fn close_chunk(&mut self) {
        let width = self.columns.len();
        let mut level = 0;
        while self.levels.last() == Some(&level) {
            self.join_top();
            self.levels.pop();
            self.stack.truncate(self.stack.len() - width);
            level += 1;
        }
        self.levels.push(level);
        self.stack.extend_from_slice(&self.columns);
        self.columns.fill(C::identity());
        self.filled = 0;
    }

    /// Combines the top of the stack, which is earlier, with the columns.
    fn join_top(&mut self) {
        let left = &self.stack[self.stack.len() - self.columns.len()..];
        for (column, &left) in self.columns.iter_mut().zip(left) {
            *column = C::join(left, *column);
        }
    }
}

/// Makes an outer folder.
pub(super) struct Outer {
    pub(super) width: usize,
}

impl Task for Outer {
    type Out = Box<dyn Folder>;

    fn run<C: Combine>(self) -> Box<dyn Folder> {
        Box::new(OuterFolder::<C>::new(self.width))
    }
}

impl<C: Combine> Folder for OuterFolder<C> {
    fn begin(&mut self, index: usize) {
        self.index = index;
        self.filled = 0;
        self.levels.clear();
        self.stack.clear();
        self.columns.fill(C::identity());
    }

    unsafe fn feed(&mut self, planes: Planes, len: usize) {
        debug_assert_eq!(len, self.columns.len());
        let index = self.index;
        for (k, column) in self.columns.iter_mut().enumerate() {
            // SAFETY: a row has `len` elements, and as many columns.
            let element = unsafe { C::In::read(planes, k) };
            *column = C::take(*column, element, index);
        }
        self.index += 1;
        self.filled += 1;
        if self.filled == OUTER_CHUNK {
            self.close_chunk();
        }
    }

    fn end(&mut self, values: &mut Vec<Partial>) {
        let width = self.columns.len();
        if self.filled == 0 && !self.levels.is_empty() {
            self.levels.pop();
            let start = self.stack.len() - width;
            self.columns.copy_from_slice(&self.stack[start..]);
            self.stack.truncate(start);
        }
        while self.levels.pop().is_some() {
            self.join_top();
            self.stack.truncate(self.stack.len() - width);
        }
        values.extend(self.columns.iter().map(|&c| C::pack(c)));
    }
}
