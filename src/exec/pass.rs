//! Running a plan: its passes in order, each over tiles on threads.
#![expect(unsafe_code, reason = "hands the arrays that the caller lends to the blocks of each pass")]

use super::block::{Delivery, PassRun, Resolved, Scratch, Table};
use super::collect;
use super::env::{Control, POLL, panicked};
use super::error::Error;
use super::fpenv::FpEnv;
use super::reduce::{Reduced, has_identity, reduce};
use super::resolve::padded;
use super::scan::{Along, scan};
use super::sizes::KnownSizes;
use super::space::{Axis, Space};
use super::{stream, tile};
use crate::array::{Array, InputRef, Overlap, Pool, View, ViewMut, overlap};
use crate::backend::Compiled;
use crate::dtype::DType;
use crate::ir::{Dim, InputId, Plane};
use crate::kernel::{self, Collect, Dest, Pass, PassSource, Source, TempId};
use crate::shape::{self, Shape};
use smallvec::SmallVec;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// An input of a run.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a> {
    /// An array of the dtype that the plan was made for.
    View(&'a View<'a>),
    /// One element, as bits of the input's dtype.
    Single(u64),
    /// One element of text.
    Text(&'a Array),
    /// One complex element, as bits of its parts.
    Pair([u64; 2]),
}

impl<'a> From<InputRef<'a>> for Operand<'a> {
    fn from(input: InputRef<'a>) -> Operand<'a> {
        match input {
            InputRef::View(view) => Operand::View(view),
            InputRef::Text(text) => Operand::Text(text),
            InputRef::Scalar(scalar) if scalar.dtype().part().is_some() => Operand::Pair(scalar.parts()),
            InputRef::Scalar(scalar) => Operand::Single(scalar.bits()),
            InputRef::WeakInt(value) => Operand::Single(value as u64),
            InputRef::WeakFloat(value) => Operand::Single(value.to_bits()),
            InputRef::WeakComplex(value) => Operand::Pair([value.re.to_bits(), value.im.to_bits()]),
        }
    }
}

/// Everything that a run needs beside its outputs.
#[derive(Debug)]
pub struct Run<'a> {
    /// The compiled plan.
    pub compiled: &'a Compiled,
    /// The inputs, in the graph's order. The sizes that the graph's constraints name are equal.
    pub inputs: &'a [Operand<'a>],
    /// Where kept arrays come from.
    pub pool: &'a Pool,
    /// The bytes that results, kept arrays and copies may take at once.
    pub memory: usize,
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
    begin(run)?.finish(outputs)
}

/// Runs a plan until all sizes are known, those too that follow from the values of masks.
///
/// # Errors
/// As [`run`]; [`Error::Recount`] if a size makes this the wrong plan.
pub fn begin<'a>(run: &'a Run<'a>) -> Result<Running<'a>, Error> {
    let begin = || {
        let _env = FpEnv::enter();
        let mut running = Running::new(run)?;
        running.run_passes(run.compiled.plan.counting_passes(), &mut [])?;
        Ok(running)
    };
    catch_unwind(AssertUnwindSafe(begin)).unwrap_or_else(|p| Err(panicked(&*p)))
}

/// A run that has not written its outputs yet.
#[derive(Debug)]
pub struct Running<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) known: KnownSizes,
    /// The next pass to run.
    next: usize,
    /// Kept arrays, from the pass that writes them to the last that reads them.
    temps: Vec<Option<Array>>,
    last_reads: Vec<usize>,
    /// Copies of inputs that an output would overwrite before they are read.
    copies: Vec<(InputId, Array)>,
    /// Outputs that lie exactly on an input of their pass.
    in_place: SmallVec<[u32; 2]>,
    /// The bytes of results, kept arrays and copies that there are.
    used: usize,
    /// When the caller was last asked whether to stop.
    looked: Instant,
}

impl<'a> Running<'a> {
    fn new(run: &'a Run<'a>) -> Result<Running<'a>, Error> {
        let plan = &run.compiled.plan;
        Ok(Running {
            run,
            known: KnownSizes::new(plan, run.inputs)?,
            next: 0,
            temps: plan.temps.iter().map(|_| None).collect(),
            last_reads: plan.last_reads(),
            copies: Vec::new(),
            in_place: SmallVec::new(),
            used: 0,
            looked: Instant::now(),
        })
    }

    /// Runs the rest of the plan.
    ///
    /// # Errors
    /// As [`run`].
    pub fn finish(mut self, outputs: &mut [ViewMut<'_>]) -> Result<(), Error> {
        let finish = || {
            let _env = FpEnv::enter();
            self.avoid_overlap(outputs)?;
            self.run_passes(self.run.compiled.plan.passes.len(), outputs)?;
            self.copy_kept(outputs)
        };
        catch_unwind(AssertUnwindSafe(finish)).unwrap_or_else(|p| Err(panicked(&*p)))
    }

    /// Runs the passes before `end` that have not run yet.
    fn run_passes(&mut self, end: usize, outputs: &mut [ViewMut<'_>]) -> Result<(), Error> {
        let control = &self.run.control;
        for index in self.next..end {
            // Each pass looks for itself too, but many short ones never come to it.
            if control.poll.is_some() && self.looked.elapsed() >= POLL {
                self.looked = Instant::now();
                if control.poll.is_some_and(|poll| poll()) {
                    return Err(Error::Cancelled);
                }
            }
            let pass = &self.run.compiled.plan.passes[index];
            self.allocate_temps(pass)?;
            self.run_pass(index, pass, outputs)?;
            self.check(index + 1)?;
            self.free_temps(index);
        }
        self.next = end;
        Ok(())
    }

    /// The sizes that dimensions of the plan have.
    pub fn shape(&self, dims: &[Dim]) -> Shape {
        dims.iter().map(|&dim| self.known.size(dim)).collect()
    }

    /// An array of the run's memory, its elements unspecified.
    ///
    /// # Errors
    /// [`Error::MemoryLimit`], [`Error::Alloc`], [`Error::TooBig`].
    pub fn allocate(&mut self, dtype: DType, shape: &[usize]) -> Result<Array, Error> {
        self.reserve(shape::bytes(shape, dtype.size()).map_err(|_| Error::TooBig)?)?;
        Ok(Array::from_pool(self.run.pool, dtype, shape)?)
    }

    /// Counts bytes that are about to be used.
    fn reserve(&mut self, bytes: usize) -> Result<(), Error> {
        let (bytes, limit) = (self.used.saturating_add(bytes), self.run.memory);
        if bytes > limit {
            return Err(Error::MemoryLimit { bytes, limit });
        }
        self.used = bytes;
        Ok(())
    }

    /// Makes room for what a pass keeps. What it collects is counted first.
    fn allocate_temps(&mut self, pass: &Pass) -> Result<(), Error> {
        for id in pass.kept().filter(|_| pass.collect.is_none()) {
            let temp = &self.run.compiled.plan.temps[id.0 as usize];
            let shape = self.shape(&temp.dims);
            self.temps[id.0 as usize] = Some(self.allocate(temp.dtype, &shape)?);
        }
        Ok(())
    }

    /// Frees what no later pass reads.
    fn free_temps(&mut self, pass: usize) {
        for (temp, &last) in self.temps.iter_mut().zip(&self.last_reads) {
            if last <= pass
                && let Some(freed) = temp.take()
            {
                self.used -= freed.bytes().len();
            }
        }
    }

    pub(super) fn temp(&self, id: TempId) -> &Array {
        self.temps[id.0 as usize]
            .as_ref()
            .expect("written by an earlier pass, and freed after the last reader")
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
                        self.reserve(
                            shape::bytes(view.shape(), view.dtype().size()).map_err(|_| Error::TooBig)?,
                        )?;
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
        let is_read = |s: &&PassSource| matches!(s.source, Source::Input(read, _) if read == input);
        let reads = |p: &Pass| p.sources.iter().chain(&p.tables).any(|s| is_read(&s));
        // An element that is read where another one is written must have been copied.
        let elsewhere = |p: &Pass| {
            p.tables.iter().any(|s| is_read(&s))
                || p.sources.iter().any(|s| is_read(&s) && !s.views.is_empty())
        };
        let writes = |p: &Pass| {
            p.stores.iter().any(|s| matches!(s.dest, Dest::Output(written, _) if written == output))
        };
        let (Some(writer), last) = (plan.passes.iter().position(writes), plan.passes.iter().rposition(reads))
        else {
            return false;
        };
        last.is_none_or(|l| l <= writer)
            && !elsewhere(&plan.passes[writer])
            && view.shape() == self.shape(&plan.passes[writer].space).as_slice()
    }

    fn run_pass(&mut self, index: usize, pass: &Pass, outputs: &mut [ViewMut<'_>]) -> Result<(), Error> {
        let dims = self.shape(&pass.space);
        let total = shape::count(&dims).map_err(|_| Error::TooBig)?;
        if total == 0 && pass.folds.is_empty() && pass.collect.is_none() {
            return Ok(());
        }
        if let Some(running) = &pass.running {
            return self.scan(&pass.sources[0], running, &dims);
        }
        let axes: SmallVec<[Axis; 6]> = groups(pass, &dims);
        let mut arrays: SmallVec<[Resolved; 6]> = SmallVec::new();
        let mut strides: SmallVec<[(SmallVec<[isize; 6]>, usize); 6]> = SmallVec::new();
        for source in &pass.sources {
            let (resolved, along) = self.resolve(source, pass.space.len())?;
            strides.push((along, resolved.size));
            arrays.push(resolved);
        }
        let mut dense = Vec::new();
        let tables = pass.tables.iter().map(|table| self.table(table, &mut dense));
        let tables = tables.collect::<Result<SmallVec<[Table; 1]>, Error>>()?;
        let mut deliveries: SmallVec<[Delivery; 2]> = SmallVec::new();
        for store in &pass.stores {
            let (view, delivery) = self.store_view(store.dest, outputs, total * store.dtype.size());
            let along = broadcast_strides(view.as_view(), pass.space.len());
            strides.push((along, store.dtype.size()));
            arrays.push(resolve_store(view));
            deliveries.push(delivery);
        }
        let space = Space::arrange(&axes, &strides);
        let bound = PassRun::new(pass, &self.run.compiled.passes[index], space, arrays, tables, deliveries);
        match &pass.collect {
            Some(collected) => self.collect(&bound, collected, total),
            None if pass.folds.is_empty() => self.elementwise(&bound, total),
            None => self.reduce(&bound, pass, &axes),
        }
    }

    /// Counts the elements that a mask selects, and collects their numbers.
    fn collect(&mut self, bound: &PassRun<'_>, collected: &Collect, total: usize) -> Result<(), Error> {
        let cost = tile::cost(bound.pass);
        let tiles = collect::Tiles {
            total,
            tile: tile::tile(cost),
            threads: tile::threads(total, cost, self.run.control.most_threads()),
        };
        let ends = collect::count(&self.run.control, bound, tiles)?;
        let count = ends.last().copied().unwrap_or(0);
        let mut array = self.allocate(DType::I64, &[count])?;
        collect::collect(&self.run.control, bound, tiles, &ends, &mut array)?;
        self.temps[collected.dest.0 as usize] = Some(array);
        self.known.counted(&self.run.compiled.plan, self.run.inputs, collected.dim, count)
    }

    fn store_view<'v>(
        &'v mut self,
        dest: Dest,
        outputs: &'v mut [ViewMut<'_>],
        bytes: usize,
    ) -> (ViewMut<'v>, Delivery) {
        // A plane's elements are half of what the pass writes there.
        let bytes = if let Dest::Output(_, Plane::Real | Plane::Imag) = dest { 2 * bytes } else { bytes };
        let streamed = if bytes >= stream::STREAM_FROM { Delivery::Streamed } else { Delivery::Direct };
        match dest {
            Dest::Output(o, plane) if self.in_place.contains(&o) => {
                (outputs[o as usize].reborrow().plane(plane), Delivery::Staged)
            }
            Dest::Output(o, plane) => (outputs[o as usize].reborrow().plane(plane), streamed),
            Dest::Temp(t) => {
                let temp = self.temps[t.0 as usize].as_mut().expect("allocated before its pass");
                (ViewMut::from(temp), streamed)
            }
        }
    }

    pub(super) fn copy_of(&self, input: InputId) -> Option<&Array> {
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
        self.run.control.for_each(total.div_ceil(tile), threads, || bound.scratch(), work)
    }

    fn reduce(&mut self, bound: &PassRun<'_>, pass: &Pass, axes: &[Axis]) -> Result<(), Error> {
        let shape = Reduced::of(axes);
        for fold in &pass.folds {
            if shape.reduced == 0 && !has_identity(fold.op) {
                return Err(Error::EmptyReduction { name: fold.op.name() });
            }
        }
        let mut temps: Vec<Option<&mut Array>> = self.temps.iter_mut().map(Option::as_mut).collect();
        let results = pass.folds.iter().map(|f| temps[f.dest.0 as usize].take());
        let results = results.collect::<Option<_>>().expect("every fold has an array of its own");
        reduce(&self.run.control, bound, pass, shape, results)
    }

    /// Copies what is scanned to where the result goes, and scans it there.
    fn scan(&mut self, source: &PassSource, running: &kernel::Running, dims: &[usize]) -> Result<(), Error> {
        let place = running.dest.0 as usize;
        let mut array = self.temps[place].take().expect("allocated before its pass");
        self.copy_source(source, &mut ViewMut::from_bytes(array.bytes_mut(), source.dtype, dims)?)?;
        let along = Along::axis(dims, running.axis);
        scan(&self.run.control, running.op, running.lane, &mut array, along)?;
        self.temps[place] = Some(array);
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
        self.temp(temp).bytes()
    }

    /// Outputs that are a reduction's result.
    fn copy_kept(&self, outputs: &mut [ViewMut<'_>]) -> Result<(), Error> {
        for (output, view) in self.run.compiled.plan.outputs.iter().zip(outputs) {
            for &(plane, temp) in &output.kept {
                view.reborrow().plane(plane).copy_from(&View::from(self.temp(temp)))?;
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
    padded(view.shape(), view.strides(), rank)
}

fn resolve_store(mut view: ViewMut<'_>) -> Resolved {
    let swapped = view.as_view().is_swapped();
    Resolved { base: view.as_mut_ptr(), swapped, ..Resolved::of(view.dtype()) }
}
