//! Running a plan: its passes in order, each over tiles on threads.
#![expect(unsafe_code, reason = "hands the arrays that the caller lends to the blocks of each pass")]

use super::block::{Delivery, PassRun, Resolved, Scratch};
use super::env::{Control, POLL, panicked};
use super::error::Error;
use super::fpenv::FpEnv;
use super::reduce::{Reduced, has_identity, reduce};
use super::scan::{Along, scan};
use super::space::{Axis, Space};
use super::{stream, tile};
use crate::array::{Array, InputRef, Overlap, Pool, View, ViewMut, overlap, swap_unit};
use crate::backend::Compiled;
use crate::dtype::DType;
use crate::ir::{Dim, InputId, Plane};
use crate::kernel::{Dest, Pass, PassSource, Running, Source, TempId};
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
    let plan = &run.compiled.plan;
    let temps = plan.temps.iter().map(|_| None).collect();
    let mut state = State { run, temps, copies: Vec::new(), in_place: SmallVec::new() };
    state.avoid_overlap(outputs)?;
    let last_reads = plan.last_reads();
    let mut looked = Instant::now();
    for (index, pass) in plan.passes.iter().enumerate() {
        // Each pass looks for itself too, but many short ones never come to it.
        if run.control.poll.is_some() && looked.elapsed() >= POLL {
            looked = Instant::now();
            if run.control.poll.is_some_and(|poll| poll()) {
                return Err(Error::Cancelled);
            }
        }
        state.allocate_temps(pass)?;
        state.run_pass(index, pass, outputs)?;
        state.check(index + 1)?;
        state.free_temps(index, &last_reads);
    }
    state.copy_kept(outputs)
}

struct State<'a> {
    run: &'a Run<'a>,
    /// Kept arrays, from the pass that writes them to the last that reads them.
    temps: Vec<Option<Array>>,
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

    /// Makes room for what a pass keeps.
    fn allocate_temps(&mut self, pass: &Pass) -> Result<(), Error> {
        for id in pass.kept() {
            let temp = &self.run.compiled.plan.temps[id.0 as usize];
            let shape = self.shape(&temp.dims);
            let array = Array::from_pool(self.run.pool, temp.dtype, &shape)?;
            self.temps[id.0 as usize] = Some(array);
        }
        Ok(())
    }

    /// Frees what no later pass reads.
    fn free_temps(&mut self, pass: usize, last_reads: &[usize]) {
        for (temp, &last) in self.temps.iter_mut().zip(last_reads) {
            if last <= pass {
                *temp = None;
            }
        }
    }

    fn temp(&self, id: TempId) -> &Array {
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
        let reads =
            |p: &Pass| p.sources.iter().any(|s| matches!(s.source, Source::Input(read, _) if read == input));
        let writes = |p: &Pass| {
            p.stores.iter().any(|s| matches!(s.dest, Dest::Output(written, _) if written == output))
        };
        let (Some(writer), last) = (plan.passes.iter().position(writes), plan.passes.iter().rposition(reads))
        else {
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
        let mut deliveries: SmallVec<[Delivery; 2]> = SmallVec::new();
        for store in &pass.stores {
            let (view, delivery) = self.store_view(store.dest, outputs, total * store.dtype.size());
            let along = broadcast_strides(view.as_view(), pass.space.len());
            strides.push((along, store.dtype.size()));
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

    /// An array that a pass reads, and its byte strides along the pass's space.
    fn resolve(&self, source: &PassSource, rank: usize) -> Result<(Resolved, SmallVec<[isize; 6]>), Error> {
        let none = SmallVec::from_elem(0, rank);
        let cell = |cell| Resolved { single: true, cell, ..Resolved::of(source.dtype) };
        let (copy, temp, part);
        let view = match &source.source {
            Source::Count(dims) => {
                let count = shape::count(&self.shape(dims)).map_err(|_| Error::TooBig)?;
                return Ok((cell(count as u64), none));
            }
            Source::Temp(id) => {
                temp = View::from(self.temp(*id));
                &temp
            }
            Source::Input(input, plane) => match (self.copy_of(*input), self.run.inputs[input.index()]) {
                (Some(array), _) => {
                    copy = View::from(array);
                    &copy
                }
                (None, Operand::View(view)) => view,
                (None, Operand::Single(bits)) => return Ok((cell(bits), none)),
                (None, Operand::Text(text)) => {
                    copy = View::from(text);
                    &copy
                }
                (None, Operand::Pair(parts)) => {
                    return Ok((cell(parts[usize::from(*plane == Plane::Imag)]), none));
                }
            },
        };
        let view = match source.source {
            Source::Input(_, plane @ (Plane::Real | Plane::Imag)) => {
                part = view.plane(plane);
                &part
            }
            Source::Input(_, Plane::Whole) | Source::Temp(_) | Source::Count(_) => view,
        };
        if source.is_single() && source.dtype.is_text() {
            let mut wide = vec![0; source.dtype.size()];
            view.copy_to(&mut wide)?;
            return Ok((Resolved { wide: Some(wide.into()), ..cell(0) }, none));
        }
        if source.is_single() {
            return Ok((cell(read_single(view)), none));
        }
        let (base, swapped) = (view.as_ptr().cast_mut(), view.is_swapped());
        let resolved = Resolved { base, swapped, ..Resolved::of(source.dtype) };
        Ok((resolved, broadcast_strides(view, rank)))
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
    fn scan(&mut self, source: &PassSource, running: &Running, dims: &[usize]) -> Result<(), Error> {
        let place = running.dest.0 as usize;
        let mut array = self.temps[place].take().expect("allocated before its pass");
        self.copy_source(source, &mut ViewMut::from_bytes(array.bytes_mut(), source.dtype, dims)?)?;
        let along = Along::axis(dims, running.axis);
        scan(&self.run.control, running.op, running.lane, &mut array, along)?;
        self.temps[place] = Some(array);
        Ok(())
    }

    fn copy_source(&self, source: &PassSource, to: &mut ViewMut<'_>) -> Result<(), Error> {
        let (resolved, _) = self.resolve(source, source.dims.len())?;
        if resolved.single {
            let bytes = &resolved.cell.to_le_bytes()[..resolved.size];
            return Ok(to.copy_from(&View::from_bytes(
                bytes,
                source.dtype,
                to.shape(),
                &vec![0; to.shape().len()],
                0,
                false,
            )?)?);
        }
        match &source.source {
            Source::Temp(id) => to.copy_from(&View::from(self.temp(*id)))?,
            Source::Input(input, plane) => match (self.copy_of(*input), self.run.inputs[input.index()]) {
                (Some(array), _) => to.copy_from(&View::from(array).plane(*plane))?,
                (None, Operand::View(view)) => to.copy_from(&view.plane(*plane))?,
                (None, Operand::Single(_) | Operand::Text(_) | Operand::Pair(_)) => {}
            },
            // Single, as above.
            Source::Count(_) => {}
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
    let mut strides: SmallVec<[isize; 6]> = SmallVec::from_elem(0, rank - view.shape().len());
    strides.extend(view.shape().iter().zip(view.strides()).map(|(&n, &s)| if n == 1 { 0 } else { s }));
    strides
}

fn resolve_store(mut view: ViewMut<'_>) -> Resolved {
    let swapped = view.as_view().is_swapped();
    Resolved { base: view.as_mut_ptr(), swapped, ..Resolved::of(view.dtype()) }
}

impl Resolved {
    /// An array that is nowhere yet.
    fn of(dtype: DType) -> Resolved {
        let (size, unit) = (dtype.size(), swap_unit(dtype));
        let base = std::ptr::dangling_mut();
        Resolved { base, size, step: size as isize, swapped: false, unit, single: false, cell: 0, wide: None }
    }
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
