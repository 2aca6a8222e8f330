//! Driving a pass that collects: every tile counts, then each writes at the place that the counts before it give.
#![expect(unsafe_code, reason = "hands blocks of a mask to the counting and collecting loops")]

use super::block::{PassRun, Scratch};
use super::env::Control;
use super::error::Error;
use super::take;
use crate::array::Array;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How a mask is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles {
    /// The mask's elements.
    pub(super) total: usize,
    /// The elements of a tile.
    pub(super) tile: usize,
    /// The threads to use.
    pub(super) threads: usize,
}

impl Tiles {
    fn count(self) -> usize {
        self.total.div_ceil(self.tile)
    }

    /// Where a tile begins, and its elements.
    fn place(self, task: usize) -> (usize, usize) {
        let at = task * self.tile;
        (at, self.tile.min(self.total - at))
    }
}

/// For each tile, how many elements it and those before it select.
pub(super) fn count(control: &Control<'_>, bound: &PassRun<'_>, tiles: Tiles) -> Result<Vec<usize>, Error> {
    let counts: Vec<AtomicUsize> = (0..tiles.count()).map(|_| AtomicUsize::new(0)).collect();
    let work = |scratch: &mut Scratch, task: usize| {
        let (at, len) = tiles.place(task);
        let mut selected = 0;
        // SAFETY: the arrays are lent to this run; a block of the mask has `len` bytes.
        unsafe { bound.run(scratch, at, len, |_, len, mask| selected += take::count(mask[0], len)) };
        counts[task].store(selected, Ordering::Relaxed);
        Ok(())
    };
    control.for_each(tiles.count(), tiles.threads, || bound.scratch(), work)?;
    let mut end = 0;
    Ok(counts
        .into_iter()
        .map(AtomicUsize::into_inner)
        .map(|n| {
            end += n;
            end
        })
        .collect())
}

/// Writes the numbers of the elements that a mask selects, given the ends of the tiles' parts.
pub(super) fn collect(
    control: &Control<'_>,
    bound: &PassRun<'_>,
    tiles: Tiles,
    ends: &[usize],
    array: &mut Array,
) -> Result<(), Error> {
    let out = Out(array.bytes_mut().as_mut_ptr().cast());
    let work = |scratch: &mut Scratch, task: usize| {
        let (at, len) = tiles.place(task);
        let mut place = task.checked_sub(1).map_or(0, |before| ends[before]);
        let out = &out;
        // SAFETY: the arrays are lent to this run; each tile writes as many numbers as it has counted, and no more even
        // if a mapped file has changed since, to a part of the array that is its own.
        unsafe {
            bound.run(scratch, at, len, |at, len, mask| {
                place += take::collect(mask[0], len, at, out.0.add(place), ends[task] - place);
            });
        }
        Ok(())
    };
    control.for_each(tiles.count(), tiles.threads, || bound.scratch(), work)
}

/// The array that tiles write parts of.
struct Out(*mut i64);

// SAFETY: tiles write parts that do not overlap.
unsafe impl Sync for Out {}
