//! Running a plan: its passes in order, each over tiles on threads.
#![expect(unsafe_code, reason = "hands the arrays that the caller lends to the blocks of each pass")]

use super::block::{Delivery, PassRun, Resolved, Scratch};
use super::env::{Control, panicked};
use super::error::Error;
use super::fold::{self, Folder, Partial};
use super::fpenv::FpEnv;
use super::space::{Axis, Space};
use super::{stream, tile};
use crate::array::{Array, Overlap, Pool, View, ViewMut, overlap};
use crate::backend::Compiled;
use crate::dtype::DType;
use crate::ir::{Dim, InputId};
use crate::kernel::{Dest, Fold, Pass, PassSource, Source, TempId};
use crate::shape::{self, Shape};
use smallvec::SmallVec;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// An input of a run.
#[derive(Clone, Debug)]
pub enum Operand<'a> {
    /// An array of the dtype that the plan was made for.
    View(View<'a>),
    /// One element, as bits of the input's dtype.
    Single(u64),
}

/// Everything that a run needs beside its outputs.
#[derive(Debug)]
pub struct Run<'a> {
    /// The compiled plan.
    pub compiled: &'a Compiled,
    /// The inputs, in the graph's order.
    pub inputs: &'a [Operand<'a>],
    /// The size of each dimension, by its id.
    pub sizes: &'a [usize],
    /// Where kept arrays come from.
    pub pool: &'a Pool,
    /// Threads and cancelling.
    pub control: Control<'a>,
}

/// Runs a plan. `outputs` are arrays of the plan's output dtypes and shapes; they may overlap inputs in
/// any way, but not each other.
///
/// # Errors
/// [`Error`]. Outputs are written only by the last passes, after every check has passed; a cancelled
/// run may leave them half written.
pub fn run(run: &Run<'_>, outputs: &mut [ViewMut<'_>]) -> Result<(), Error> {
    catch_unwind(AssertUnwindSafe(|| run_plan(run, outputs))).unwrap_or_else(|p| Err(panicked(&*p)))
}

fn run_plan(run: &Run<'_>, outputs: &mut [ViewMut<'_>]) -> Result<(), Error> {
    let _env = FpEnv::enter();
    let mut state = State { run, temps: Vec::new(), copies: Vec::new(), in_place: SmallVec::new() };
    state.avoid_overlap(outputs)?;
    state.allocate_temps()?;
    for (index, pass) in run.compiled.plan.passes.iter().enumerate() {
        state.run_pass(index, pass, outputs)?;
        state.check(index + 1)?;
    }
    state.copy_kept(outputs)
}

struct State<'a> {
    run: &'a Run<'a>,
    temps: Vec<Array>,
    /// Copies of inputs that an output would overwrite before they are read.
    copies: Vec<(InputId, Array)>,
    /// Outputs that lie exactly on an input of their pass.
    in_place: SmallVec<[u32; 2]>,
}

impl State<'_> {
    fn size(&self, dim: Dim) -> usize {
        match dim {
            Dim::One => 1,
            Dim::Size(id) => self.run.sizes[id.index()],
        }
    }

    fn shape(&self, dims: &[Dim]) -> Shape {
        dims.iter().map(|&d| self.size(d)).collect()
    }

    fn allocate_temps(&mut self) -> Result<(), Error> {
        for temp in &self.run.compiled.plan.temps {
            let shape = self.shape(&temp.dims);
            self.temps.push(Array::from_pool(self.run.pool, DType::from(temp.lane), &shape)?);
        }
        Ok(())
    }

    /// Finds inputs that an output overlaps. Exactly the same elements may be written in place by the
    /// last pass that reads them; for anything else the input is copied.
    fn avoid_overlap(&mut self, outputs: &[ViewMut<'_>]) -> Result<(), Error> {
        for (k, operand) in self.run.inputs.iter().enumerate() {
            let Operand::View(view) = operand else { continue };
            for (o, output) in outputs.iter().enumerate() {
                match overlap(view, output) {
                    Overlap::None => continue,
                    Overlap::Same if self.may_run_in_place(InputId(k as u32), o as u32, view) => {
                        self.in_place.push(o as u32);
                    }
                    Overlap::Same | Overlap::Partial => {
                        self.copies.push((InputId(k as u32), Array::from_view(view)?));
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether the pass that writes the output over its whole shape is the last that reads the input.
    fn may_run_in_place(&self, input: InputId, output: u32, view: &View<'_>) -> bool {
        let plan = &self.run.compiled.plan;
        let reads = |p: &Pass| p.sources.iter().any(|s| s.source == Source::Input(input));
        let writes = |p: &Pass| p.stores.iter().any(|s| s.dest == Dest::Output(output));
        let (Some(writer), last) = (plan.passes.iter().position(writes), plan.passes.iter().rposition(reads)) else {
            return false;
        };
        last.is_none_or(|l| l <= writer) && view.shape() == self.shape(&plan.passes[writer].space).as_slice()
    }

    fn run_pass(&mut self, index: usize, pass: &Pass, outputs: &mut [ViewMut<'_>]) -> Result<(), Error> {
        let dims = self.shape(&pass.space);
        let total = shape::count(&dims).map_err(|_| Error::TooBig)?;
        if total == 0 && pass.folds.is_empty() {
            return Ok(());
        }
        let axes: SmallVec<[Axis; 6]> = groups(pass, &dims);
        let mut arrays: SmallVec<[Resolved; 6]> = SmallVec::new();
        let mut strides: SmallVec<[(SmallVec<[isize; 6]>, usize); 6]> = SmallVec::new();
        for source in &pass.sources {
            let (resolved, along) = self.resolve(source, pass.space.len())?;
            strides.push((along, resolved.size));
            arrays.push(resolved);
        }
        let mut deliveries: SmallVec<[Delivery; 2]> = SmallVec::new();
        for store in &pass.stores {
            let (view, delivery) = self.store_view(store.dest, outputs, total * store.lane.size());
            let along = broadcast_strides(view.as_view(), pass.space.len());
            strides.push((along, store.lane.size()));
            arrays.push(resolve_store(view));
            deliveries.push(delivery);
        }
        let space = Space::arrange(&axes, &strides);
        let bound = PassRun::new(pass, &self.run.compiled.passes[index], space, arrays, deliveries);
        if pass.folds.is_empty() { self.elementwise(&bound, total) } else { self.reduce(&bound, pass, &axes) }
    }

    fn store_view<'v>(
        &'v mut self,
        dest: Dest,
        outputs: &'v mut [ViewMut<'_>],
        bytes: usize,
    ) -> (ViewMut<'v>, Delivery) {
        let streamed = if bytes >= stream::STREAM_FROM { Delivery::Streamed } else { Delivery::Direct };
        match dest {
            Dest::Output(o) if self.in_place.contains(&o) => (outputs[o as usize].reborrow(), Delivery::Staged),
            Dest::Output(o) => (outputs[o as usize].reborrow(), streamed),
            Dest::Temp(t) => (ViewMut::from(&mut self.temps[t.0 as usize]), streamed),
        }
    }

    /// An array that a pass reads, and its byte strides along the pass's space.
    fn resolve(&self, source: &PassSource, rank: usize) -> Result<(Resolved, SmallVec<[isize; 6]>), Error> {
        let none = SmallVec::from_elem(0, rank);
        let cell = |cell| Resolved {
            base: std::ptr::dangling_mut(),
            size: source.lane.size(),
            swapped: false,
            single: true,
            cell,
        };
        let view = match &source.source {
            Source::Count(dims) => {
                let count = shape::count(&self.shape(dims)).map_err(|_| Error::TooBig)?;
                return Ok((cell(count as u64), none));
            }
            Source::Temp(temp) => View::from(&self.temps[temp.0 as usize]),
            Source::Input(input) => match (self.copy_of(*input), &self.run.inputs[input.index()]) {
                (Some(copy), _) => View::from(copy),
                (None, Operand::View(view)) => view.clone(),
                (None, Operand::Single(bits)) => return Ok((cell(*bits), none)),
            },
        };
        if source.is_single() {
            return Ok((cell(read_single(&view)), none));
        }
        let resolved = Resolved {
            base: view.as_ptr().cast_mut(),
            size: source.lane.size(),
            swapped: view.is_swapped(),
            single: false,
            cell: 0,
        };
        Ok((resolved, broadcast_strides(&view, rank)))
    }

    fn copy_of(&self, input: InputId) -> Option<&Array> {
        self.copies.iter().find(|(id, _)| *id == input).map(|(_, copy)| copy)
    }

    fn elementwise(&self, bound: &PassRun<'_>, total: usize) -> Result<(), Error> {
        let cost = tile::cost(bound.pass);
        let threads = tile::threads(total, cost, self.run.control.most_threads());
        let tile = tile::tile(cost);
        let work = |scratch: &mut Scratch, task: usize| {
            let at = task * tile;
            // SAFETY: the arrays are lent to this run; tiles are disjoint.
            unsafe { bound.run(scratch, at, tile.min(total - at), |_, _, _| ()) };
            Ok(())
        };
        let result = self.run.control.for_each(total.div_ceil(tile), threads, || bound.scratch(), work);
        stream::fence();
        result
    }

    fn reduce(&mut self, bound: &PassRun<'_>, pass: &Pass, axes: &[Axis]) -> Result<(), Error> {
        let shape = Reduced::of(axes);
        for fold in &pass.folds {
            if shape.reduced == 0 && shape.columns() > 0 && !has_identity(fold) {
                return Err(Error::EmptyReduction { name: fold.op.name() });
            }
        }
        let values = reduce(&self.run.control, bound, pass, shape)?;
        for (fold, values) in pass.folds.iter().zip(&values) {
            write_results(fold, values, &mut self.temps[fold.dest.0 as usize]);
        }
        Ok(())
    }

    /// Looks at the conditions that are known after `passes` passes.
    fn check(&self, passes: usize) -> Result<(), Error> {
        for check in self.run.compiled.plan.checks.iter().filter(|c| c.after == passes) {
            if self.temp_bytes(check.temp)[0] != 0 {
                return Err(Error::Guard { kind: check.kind, span: check.span });
            }
        }
        Ok(())
    }

    fn temp_bytes(&self, temp: TempId) -> &[u8] {
        self.temps[temp.0 as usize].bytes()
    }

    /// Outputs that are a reduction's result.
    fn copy_kept(&self, outputs: &mut [ViewMut<'_>]) -> Result<(), Error> {
        for (output, view) in self.run.compiled.plan.outputs.iter().zip(outputs) {
            if let Some(temp) = output.temp {
                view.copy_from(&View::from(&self.temps[temp.0 as usize]))?;
            }
        }
        Ok(())
    }
}

/// The axes of a pass, sorted by what its folds do with them.
fn groups(pass: &Pass, dims: &[usize]) -> SmallVec<[Axis; 6]> {
    let reduced = |k: usize| !pass.folds.is_empty() && pass.axes.contains(k);
    // The last axis that is not one decides: see `fold`.
    let last = (0..dims.len()).rev().find(|&k| pass.space[k] != Dim::One);
    let outer = !pass.folds.is_empty() && last.is_some_and(|k| !reduced(k));
    let last_reduced = (0..dims.len()).rev().find(|&k| reduced(k));
    let group = |k: usize| match (reduced(k), last_reduced) {
        (true, _) => 1,
        (false, Some(last)) if outer && k > last => 2,
        (false, _) => 0,
    };
    dims.iter().enumerate().map(|(k, &size)| Axis { size, group: group(k) }).collect()
}

fn broadcast_strides(view: &View<'_>, rank: usize) -> SmallVec<[isize; 6]> {
    let mut strides: SmallVec<[isize; 6]> = SmallVec::from_elem(0, rank - view.shape().len());
    strides.extend(view.shape().iter().zip(view.strides()).map(|(&n, &s)| if n == 1 { 0 } else { s }));
    strides
}

fn resolve_store(mut view: ViewMut<'_>) -> Resolved {
    let swapped = view.as_view().is_swapped();
    let size = view.dtype().size();
    Resolved { base: view.as_mut_ptr(), size, swapped, single: false, cell: 0 }
}

/// The bits of a view's only element.
fn read_single(view: &View<'_>) -> u64 {
    let mut bytes = [0u8; 8];
    let size = view.dtype().size();
    // SAFETY: a view of one element has `size` readable bytes at its pointer, at most 8 for lane dtypes.
    unsafe { view.as_ptr().copy_to_nonoverlapping(bytes.as_mut_ptr(), size) };
    if view.is_swapped() {
        bytes[..size].reverse();
    }
    u64::from_le_bytes(bytes)
}

fn has_identity(fold: &Fold) -> bool {
    use crate::op::Reduction;
    match fold.op {
        Reduction::Sum | Reduction::Prod | Reduction::Any | Reduction::All => true,
        Reduction::Min | Reduction::Max | Reduction::ArgMin | Reduction::ArgMax => false,
    }
}

/// A reducing pass's space: `outer` rows of `reduced` steps of `inner` columns.
#[derive(Clone, Copy, Debug)]
struct Reduced {
    outer: usize,
    reduced: usize,
    inner: usize,
    /// Whether the outer tree applies.
    by_column: bool,
}

impl Reduced {
    fn of(axes: &[Axis]) -> Reduced {
        let size = |group: u8| axes.iter().filter(|a| a.group == group).map(|a| a.size).product();
        let by_column = axes.iter().any(|a| a.group == 2);
        Reduced { outer: size(0), reduced: size(1), inner: size(2), by_column }
    }

    fn columns(&self) -> usize {
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
        let rows = if segments * strips > 1 { 1 } else { (tile::tile(cost) / row.min(tile::tile(cost))).max(1) };
        let tasks = shape.outer.div_ceil(rows) * strips * segments;
        Cut { strip, strips, segment, segments, rows, tasks }
    }
}

/// Reduces a bound pass; gives for each fold one value a column, in C order.
fn reduce(
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
    let finished = std::sync::Mutex::new(Vec::with_capacity(cut.tasks));
    let start = || {
        let width = |s: usize| cut.strip.min(shape.inner - s * cut.strip);
        let folder = |f: &Fold, w| if shape.by_column { fold::outer(f.op, f.lane, w) } else { fold::inner(f.op, f.lane) };
        // The last strip may be narrower.
        let make = |w: usize| -> Vec<Box<dyn Folder>> { pass.folds.iter().map(|f| folder(f, w)).collect() };
        let last = width(cut.strips - 1);
        Ok((bound.scratch()?, make(cut.strip.min(shape.inner)), make(last)))
    };
    let work = |state: &mut (Scratch, Vec<Box<dyn Folder>>, Vec<Box<dyn Folder>>), task: usize| {
        let (scratch, full, narrow) = state;
        let strip = task / cut.segments % cut.strips;
        let folders = if strip + 1 == cut.strips { narrow } else { full };
        let values = run_task(bound, scratch, folders, shape, &cut, task);
        finished.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((task, values));
        Ok(())
    };
    control.for_each(cut.tasks, threads, start, work)?;
    stream::fence();
    let mut finished = finished.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
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
    let (segment, strip, group) = (task % cut.segments, task / cut.segments % cut.strips, task / cut.segments / cut.strips);
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

fn write_results(fold: &Fold, values: &[Partial], array: &mut Array) {
    let size = fold::result(fold.op, fold.lane).size();
    for (element, &value) in array.bytes_mut().chunks_exact_mut(size).zip(values) {
        element.copy_from_slice(&fold::finish(fold.op, value).to_le_bytes()[..size]);
    }
}
