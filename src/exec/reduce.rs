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
use smallvec::SmallVec;
use std::sync::{Mutex, PoisonError};

/// A folder for each of a pass's folds.
type Folders = Vec<Box<dyn Folder>>;

/// Whether a reduction of nothing has a value.
pub(super) fn has_identity(op: Reduction) -> bool {
    match op {
        Reduction::Sum | Reduction::Prod | Reduction::Any | Reduction::All => true,
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
        let tasks = shape.outer.div_ceil(rows) * strips * segments;
        Cut { strip, strips, segment, segments, rows, tasks }
    }
}

/// Reduces a bound pass; gives for each fold one value a column, in C order.
pub(super) fn reduce(
    control: &Control<'_>,
    bound: &PassRun<'_>,
    pass: &Pass,
    shape: Reduced,
) -> Result<Vec<Vec<Partial>>, Error> {
    if shape.columns() == 0 {
        return Ok(vec![Vec::new(); pass.folds.len()]);
    }
    let cost = tile::cost(pass);
    let cut = Cut::of(shape, cost);
    let elements = shape.columns().saturating_mul(shape.reduced);
    let threads = tile::threads(elements, cost, control.most_threads());
    let finished = Mutex::new(Vec::with_capacity(cut.tasks));
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
        let strip = task / cut.segments % cut.strips;
        let folders = if strip + 1 == cut.strips { narrow } else { full };
        let values = run_task(bound, scratch, folders, shape, &cut, task);
        finished.lock().unwrap_or_else(PoisonError::into_inner).push((task, values));
        Ok(())
    };
    control.for_each(cut.tasks, threads, start, work)?;
    let mut finished = finished.into_inner().unwrap_or_else(PoisonError::into_inner);
    finished.sort_unstable_by_key(|(task, _)| *task);
    Ok((0..pass.folds.len()).map(|f| assemble(&pass.folds[f], f, shape, &cut, &finished)).collect())
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
    let mut values: Vec<Vec<Partial>> = folders.iter().map(|_| Vec::new()).collect();
    let (segment, strip, group) =
        (task % cut.segments, task / cut.segments % cut.strips, task / cut.segments / cut.strips);
    let rows = group * cut.rows..((group + 1) * cut.rows).min(shape.outer);
    let from = segment * cut.segment;
    let steps = cut.segment.min(shape.reduced.saturating_sub(from));
    let column = strip * cut.strip;
    let width = cut.strip.min(shape.inner - column);
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
    let sizes: SmallVec<[usize; 4]> = bound.pass.folds.iter().map(|f| f.lane.size()).collect();
    let mut held: SmallVec<[Vec<u8>; 2]> = SmallVec::new();
    // SAFETY: as the caller promises.
    unsafe {
        bound.run(scratch, origin, len, |_, len, elements| {
            if row.is_none_or(|width| width == len) {
                // SAFETY: the block has `len` elements at each fold's place.
                folders.iter_mut().zip(elements).for_each(|(f, &e)| f.feed(e, len));
                return;
            }
            // A row cut into several blocks is put together again.
            held.resize_with(folders.len(), Vec::new);
            for (k, &e) in elements.iter().enumerate() {
                // SAFETY: as above.
                held[k].extend_from_slice(std::slice::from_raw_parts(e, len * sizes[k]));
            }
        });
    }
    if let (Some(width), false) = (row, held.is_empty()) {
        // SAFETY: the blocks of the row add up to `width` elements.
        folders.iter_mut().zip(&held).for_each(|(f, h)| unsafe { f.feed(h.as_ptr(), width) });
    }
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
    let sizes: SmallVec<[usize; 4]> = bound.pass.folds.iter().map(|f| f.lane.size()).collect();
    for first in (0..rows).step_by(at_once) {
        let rows = at_once.min(rows - first);
        if rows == 1 {
            // SAFETY: as the caller promises.
            unsafe { feed(bound, scratch, folders, origin + first * width, width, Some(width)) };
            continue;
        }
        // SAFETY: as the caller promises; the block's rows lie one after the other at each fold's place.
        unsafe {
            bound.run(scratch, origin + first * width, rows * width, |_, len, elements| {
                for (k, &e) in elements.iter().enumerate() {
                    for row in 0..len / width {
                        folders[k].feed(e.wrapping_add(row * width * sizes[k]), width);
                    }
                }
            });
        }
    }
}

/// Puts the values of tasks in order, combining segments.
fn assemble(
    fold: &Fold,
    number: usize,
    shape: Reduced,
    cut: &Cut,
    finished: &[(usize, Vec<Vec<Partial>>)],
) -> Vec<Partial> {
    let mut all: Vec<Partial> = Vec::with_capacity(shape.columns());
    for tasks in finished.chunks(cut.segments) {
        if cut.segments == 1 {
            all.extend_from_slice(&tasks[0].1[number]);
            continue;
        }
        let mut values: Vec<Partial> = tasks.iter().flat_map(|(_, v)| v[number].iter().copied()).collect();
        let width = values.len() / cut.segments;
        fold::join(fold.op, fold.lane, &mut values, width);
        all.extend_from_slice(&values);
    }
    all
}

pub(super) fn write_results(fold: &Fold, values: &[Partial], array: &mut Array) {
    let size = fold::result(fold.op, fold.lane).size();
    for (element, &value) in array.bytes_mut().chunks_exact_mut(size).zip(values) {
        element.copy_from_slice(&fold::finish(fold.op, value).to_le_bytes()[..size]);
    }
}
