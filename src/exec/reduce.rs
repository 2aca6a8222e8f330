//! Driving a reducing pass: cutting it into tasks, feeding the folders, putting the values together.
#![expect(unsafe_code, reason = "hands blocks of elements to the folders")]

use super::block::{PassRun, Scratch};
use super::env::Control;
use super::error::Error;
use super::fold::{self, Folder, Partial};
use super::space::Axis;
use super::tile;
use crate::array::Array;
use crate::kernel::{Fold, Pass};
use crate::op::Reduction;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::sync::{Mutex, PoisonError};

/// A folder for each of a pass's folds.
type Folders = Vec<Box<dyn Folder>>;

/// Whether a reduction of nothing has a value.
pub(super) fn has_identity(op: Reduction) -> bool {
    match op {
        Reduction::Sum | Reduction::Prod | Reduction::Any | Reduction::All => true,
        Reduction::MinFrom | Reduction::MaxFrom | Reduction::Moment2 => true,
        Reduction::ProdReal | Reduction::ProdImag => true,
        Reduction::Min | Reduction::Max | Reduction::ArgMin | Reduction::ArgMax => false,
    }
}

/// A reducing pass's space: `outer` rows of `reduced` steps of `inner` columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reduced {
    outer: usize,
    pub(super) reduced: usize,
    inner: usize,
    /// Whether the outer tree applies.
    by_column: bool,
}

impl Reduced {
    pub(super) fn of(axes: &[Axis]) -> Reduced {
        let size = |group: u8| axes.iter().filter(|a| a.group == group).map(|a| a.size).product();
        let by_column = axes.iter().any(|a| a.group == 2);
        Reduced { outer: size(0), reduced: size(1), inner: size(2), by_column }
    }

    pub(super) fn columns(&self) -> usize {
        self.outer * self.inner
    }
}

/// How a reduction is cut into tasks: `strips` of columns and `segments` of the reduced space for
/// each row, or several whole rows a task.
struct Cut {
    strip: usize,
    strips: usize,
    segment: usize,
    segments: usize,
    rows: usize,
    tasks: usize,
}

/// The widest strip of columns.
const STRIP: usize = 1024;

/// The most results of one task.
const RESULTS: usize = 1 << 14;

impl Cut {
    fn of(shape: Reduced, cost: f64) -> Cut {
        let strip = if shape.inner > STRIP / 2 { STRIP } else { shape.inner.max(1) };
        let strips = shape.inner.div_ceil(strip).max(1);
        let chunk = if shape.by_column { fold::OUTER_CHUNK } else { fold::INNER_CHUNK };
        let wanted = tile::tile(cost) / (chunk * strip).min(tile::tile(cost));
        // A power of two of chunks is a whole subtree.
        let segment = chunk * wanted.max(1).next_power_of_two();
        let segments = shape.reduced.div_ceil(segment).max(1);
        let row = shape.reduced.max(1).saturating_mul(strip);
        let rows =
            if segments * strips > 1 { 1 } else { (tile::tile(cost) / row.min(tile::tile(cost))).max(1) };
        let rows = rows.min((RESULTS / shape.inner.max(1)).max(1));
        let tasks = shape.outer.div_ceil(rows) * strips * segments;
        Cut { strip, strips, segment, segments, rows, tasks }
    }

    /// The segment, the strip and the group of rows of a task.
    fn place(&self, task: usize) -> (usize, usize, usize) {
        (task % self.segments, task / self.segments % self.strips, task / self.segments / self.strips)
    }
}

/// Reduces a bound pass into `results`, an array for each fold, one value a column in C order.
pub(super) fn reduce(
    control: &Control<'_>,
    bound: &PassRun<'_>,
    pass: &Pass,
    shape: Reduced,
    results: Vec<&mut Array>,
) -> Result<(), Error> {
    if shape.columns() == 0 {
        return Ok(());
    }
    let cost = tile::cost(pass);
    let cut = Cut::of(shape, cost);
    let elements = shape.columns().saturating_mul(shape.reduced);
    let threads = tile::threads(elements, cost, control.most_threads());
    let joiner = Mutex::new(Joiner {
        folds: &pass.folds,
        segments: cut.segments,
        pending: FxHashMap::default(),
        results,
    });
    let start = || {
        let width = |s: usize| cut.strip.min(shape.inner - s * cut.strip);
        let folder = |f: &Fold, w| {
            if shape.by_column { fold::outer(f.op, f.lane, w) } else { fold::inner(f.op, f.lane) }
        };
        // The last strip may be narrower.
        let make = |w: usize| -> Folders { pass.folds.iter().map(|f| folder(f, w)).collect() };
        let last = width(cut.strips - 1);
        Ok((bound.scratch()?, make(cut.strip.min(shape.inner)), make(last)))
    };
    let work = |(scratch, full, narrow): &mut (Scratch, Folders, Folders), task: usize| {
        let (segment, strip, group) = cut.place(task);
        let folders = if strip + 1 == cut.strips { narrow } else { full };
        let values = run_task(bound, scratch, folders, shape, &cut, task);
        let column = group * cut.rows * shape.inner + strip * cut.strip;
        joiner.lock().unwrap_or_else(PoisonError::into_inner).add(column, segment, values);
        Ok(())
    };
    control.for_each(cut.tasks, threads, start, work)
}

/// Puts the values of segments together as they come, as the rest of the tree: what waits for its
/// neighbour is never more than a few segments a thread, for tasks are taken in order.
struct Joiner<'r> {
    folds: &'r [Fold],
    segments: usize,
    /// Values of subtrees by their first column, level and place in the level.
    pending: FxHashMap<(usize, u32, usize), Vec<Vec<Partial>>>,
    results: Vec<&'r mut Array>,
}

impl Joiner<'_> {
    /// Takes the values of a segment, for each fold one a column.
    fn add(&mut self, column: usize, segment: usize, mut values: Vec<Vec<Partial>>) {
        let (mut level, mut place, mut places) = (0, segment, self.segments);
        while places > 1 {
            let neighbour = place ^ 1;
            // The last of an odd number moves up as it is.
            if neighbour < places {
                let Some(other) = self.pending.remove(&(column, level, neighbour)) else {
                    self.pending.insert((column, level, place), values);
                    return;
                };
                let (left, right) = if place < neighbour { (values, other) } else { (other, values) };
                values = self.join(left, right);
            }
            (level, place, places) = (level + 1, place / 2, places.div_ceil(2));
        }
        for ((fold, array), values) in self.folds.iter().zip(&mut self.results).zip(&values) {
            write_results(fold, values, array, column);
        }
    }

    fn join(&self, mut left: Vec<Vec<Partial>>, right: Vec<Vec<Partial>>) -> Vec<Vec<Partial>> {
        for ((fold, left), right) in self.folds.iter().zip(&mut left).zip(right) {
            let width = right.len();
            left.extend(right);
            fold::join(fold.op, fold.lane, left, width);
        }
        left
    }
}

/// Reduces one task's part; gives for each fold its values, column by column.
fn run_task(
    bound: &PassRun<'_>,
    scratch: &mut Scratch,
    folders: &mut [Box<dyn Folder>],
    shape: Reduced,
    cut: &Cut,
    task: usize,
) -> Vec<Vec<Partial>> {
    let (segment, strip, group) = cut.place(task);
    let rows = group * cut.rows..((group + 1) * cut.rows).min(shape.outer);
    let from = segment * cut.segment;
    let steps = cut.segment.min(shape.reduced.saturating_sub(from));
    let column = strip * cut.strip;
    let width = cut.strip.min(shape.inner - column);
    let results = if shape.by_column { width * rows.len() } else { rows.len() };
    let mut values: Vec<Vec<Partial>> = folders.iter().map(|_| Vec::with_capacity(results)).collect();
    for row in rows {
        folders.iter_mut().for_each(|f| f.begin(from));
        let origin = (row * shape.reduced + from) * shape.inner + column;
        if !shape.by_column {
            // SAFETY: the arrays are lent to this run; tasks are disjoint.
            unsafe { feed(bound, scratch, folders, origin, steps, None) };
        } else if cut.strips == 1 {
            // SAFETY: as above.
            unsafe { feed_rows(bound, scratch, folders, origin, steps, width) };
        } else {
            for step in 0..steps {
                // SAFETY: as above.
                unsafe { feed(bound, scratch, folders, origin + step * shape.inner, width, Some(width)) };
            }
        }
        folders.iter_mut().zip(&mut values).for_each(|(f, v)| f.end(v));
    }
    values
}

/// Feeds `len` elements from `origin` on; with `row` they must arrive as one row of that width.
///
/// # Safety
/// As [`PassRun::run`].
unsafe fn feed(
    bound: &PassRun<'_>,
    scratch: &mut Scratch,
    folders: &mut [Box<dyn Folder>],
    origin: usize,
    len: usize,
    row: Option<usize>,
) {
    let folds = &bound.pass.folds;
    let sizes = sizes(folds);
    let mut held: SmallVec<[Vec<u8>; 2]> = SmallVec::new();
    // SAFETY: as the caller promises.
    unsafe {
        bound.run(scratch, origin, len, |_, len, elements| {
            if row.is_none_or(|width| width == len) {
                // SAFETY: the block has `len` elements at each place.
                feed_all(folds, folders, elements.iter().map(|e| e.cast_const()), len);
                return;
            }
            // A row cut into several blocks is put together again.
            held.resize_with(elements.len(), Vec::new);
            for (k, &e) in elements.iter().enumerate() {
                // SAFETY: as above.
                held[k].extend_from_slice(std::slice::from_raw_parts(e, len * sizes[k]));
            }
        });
    }
    if let (Some(width), false) = (row, held.is_empty()) {
        // SAFETY: the blocks of the row add up to `width` elements.
        unsafe { feed_all(folds, folders, held.iter().map(Vec::as_ptr), width) };
    }
}

/// Feeds every folder `len` elements, which are at the places of the folds one after the other.
///
/// # Safety
/// Each place is readable for `len` elements of its fold's dtype.
unsafe fn feed_all(
    folds: &[Fold],
    folders: &mut [Box<dyn Folder>],
    mut places: impl Iterator<Item = *const u8>,
    len: usize,
) {
    for (fold, folder) in folds.iter().zip(folders) {
        let Some(first) = places.next() else { return };
        let second = if fold.imag.is_some() { places.next() } else { None };
        // SAFETY: as the caller promises.
        unsafe { folder.feed([first, second.unwrap_or(first)], len) };
    }
}

/// The bytes of an element at each place of the folds.
fn sizes(folds: &[Fold]) -> SmallVec<[usize; 4]> {
    folds.iter().flat_map(|fold| fold.places().map(|_| fold.lane.size())).collect()
}

/// Feeds `rows` consecutive rows of `width` columns, as many at once as a block takes.
///
/// # Safety
/// As [`PassRun::run`].
unsafe fn feed_rows(
    bound: &PassRun<'_>,
    scratch: &mut Scratch,
    folders: &mut [Box<dyn Folder>],
    origin: usize,
    rows: usize,
    width: usize,
) {
    // Where blocks end with the space's rows they need not hold whole rows of columns.
    let at_once = if bound.flat { (bound.block.min(tile::MAX_BLOCK) / width).max(1) } else { 1 };
    let folds = &bound.pass.folds;
    let sizes = sizes(folds);
    for first in (0..rows).step_by(at_once) {
        let rows = at_once.min(rows - first);
        if rows == 1 {
            // SAFETY: as the caller promises.
            unsafe { feed(bound, scratch, folders, origin + first * width, width, Some(width)) };
            continue;
        }
        // SAFETY: as the caller promises; the block's rows lie one after the other at each place.
        unsafe {
            bound.run(scratch, origin + first * width, rows * width, |_, len, elements| {
                for row in 0..len / width {
                    let at = elements.iter().zip(&sizes);
                    let at = at.map(|(e, size)| e.wrapping_add(row * width * size).cast_const());
                    feed_all(folds, folders, at, width);
                }
            });
        }
    }
}

/// Writes the results of the columns from `column` on.
fn write_results(fold: &Fold, values: &[Partial], array: &mut Array, column: usize) {
    let size = fold::result(fold.op, fold.lane).size();
    let elements = &mut array.bytes_mut()[column * size..];
    for (element, &value) in elements.chunks_exact_mut(size).zip(values) {
        element.copy_from_slice(&fold::finish(fold.op, value).to_le_bytes()[..size]);
    }
}
