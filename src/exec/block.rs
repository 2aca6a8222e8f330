//! One pass, block by block: where each step finds its operands, and running the steps.
#![expect(unsafe_code, reason = "turns resolved arrays into the pointers that compiled code takes")]

use super::ahead::{self, Ahead, PIECE};
use super::error::Error;
use super::gather::Walk;
use super::space::{Layout, Space};
use super::stream;
use super::take;
use super::tile;
use crate::backend::Ready;
use crate::dtype::Lane;
use crate::kernel::{Fill, Pass, Place, TextFrom};
use smallvec::SmallVec;

/// Rows at least this long are visited one by one; shorter ones are gathered several at a time.
const LONG_ROW: usize = 256;

/// An array of a pass, with its place in the space.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// The element at the origin.
    pub(super) base: *mut u8,
    /// Bytes an element, and as a stride.
    pub(super) size: usize,
    pub(super) step: isize,
    pub(super) swapped: bool,
    /// The bytes that are reversed together where the array is swapped.
    pub(super) unit: usize,
    /// Whether it is one element for the whole pass, held in `cell`, or in `wide` if it is text.
    pub(super) single: bool,
    pub(super) cell: u64,
    pub(super) wide: Option<Box<[u8]>>,
    /// Whether an element is its own place: addresses are eight times the numbers that they stand for.
    pub(super) numbered: bool,
}

/// An array of which elements are taken by their numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    /// Element 0.
    pub(super) base: *const u8,
    /// How many there are.
    pub(super) len: usize,
    /// Bytes from each to the next.
    pub(super) stride: isize,
    /// Bytes an element.
    pub(super) size: usize,
    /// The bytes that are reversed together; 1 for none.
    pub(super) unit: usize,
}

/// How a store reaches its array.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Delivery {
    /// Steps write the array itself where it is contiguous.
    Direct,
    /// Steps write scratch, which is copied when the block is done: for arrays that the block reads.
    Staged,
    /// As `Staged`, copied past the caches.
    Streamed,
}

/// A pass bound to arrays.
#[derive(Debug)]
pub(super) struct PassRun<'a> {
    pub(super) pass: &'a Pass,
    pub(super) steps: &'a [Ready],
    pub(super) space: Space,
    /// The sources and then the stores, as `space.layouts` has them.
    pub(super) arrays: SmallVec<[Resolved; 6]>,
    pub(super) tables: SmallVec<[Table; 1]>,
    pub(super) deliveries: SmallVec<[Delivery; 2]>,
    /// Blocks may cross rows.
    pub(super) flat: bool,
    /// For each array of real parts whose imaginary parts are another array and next to them, which that is.
    imaginary: SmallVec<[Option<usize>; 6]>,
    /// Which arrays may need scratch: they are not always contiguous where a block is.
    in_scratch: SmallVec<[bool; 6]>,
    /// Scratch, in bytes an element: the slots, then a place for each array that needs one.
    offsets: SmallVec<[usize; 8]>,
    /// The longest block.
    pub(super) block: usize,
}

// SAFETY: the pointers are to arrays that the run's caller lends for the whole run, inputs for reading
// and outputs for writing; threads work on tiles that share no element of an output.
unsafe impl Send for PassRun<'_> {}
// SAFETY: as above; nothing of a `PassRun` itself changes during a run.
unsafe impl Sync for PassRun<'_> {}

/// The scratch memory of one worker.
pub(super) struct Scratch {
    memory: Vec<[u64; 8]>,
    sources: SmallVec<[*mut u8; 6]>,
    coordinates: SmallVec<[usize; 6]>,
}

impl<'a> PassRun<'a> {
    /// Decides on blocks and scratch for a pass over `space`.
    pub(super) fn new(
        pass: &'a Pass,
        steps: &'a [Ready],
        space: Space,
        arrays: SmallVec<[Resolved; 6]>,
        tables: SmallVec<[Table; 1]>,
        deliveries: SmallVec<[Delivery; 2]>,
    ) -> PassRun<'a> {
        let easy = |k: usize| arrays[k].single || (space.layouts[k] == Layout::Linear && !arrays[k].swapped);
        let flat = space.row() < LONG_ROW || (0..arrays.len()).all(easy);
        let mut run = PassRun {
            pass,
            steps,
            space,
            arrays,
            tables,
            deliveries,
            flat,
            imaginary: SmallVec::new(),
            in_scratch: SmallVec::new(),
            offsets: SmallVec::new(),
            block: 0,
        };
        run.in_scratch = (0..run.arrays.len()).map(|k| run.is_moved(k)).collect();
        run.imaginary = SmallVec::from_elem(None, run.arrays.len());
        for k in 0..run.arrays.len() {
            run.imaginary[k] = run.imaginary_of(k);
        }
        run.lay_out();
        run
    }

    /// The array of the imaginary parts that are next to the real parts in array `k`, both of them sources or both stores, and
    /// neither of them in another pair: of `z[:-1]` and `z[1:]` each part is next to two others.
    fn imaginary_of(&self, k: usize) -> Option<usize> {
        let sources = self.pass.sources.len();
        let (real, group) =
            (&self.arrays[k], if k < sources { 0..sources } else { sources..self.arrays.len() });
        let is_part = |array: &Resolved| {
            !array.single && !array.swapped && !array.numbered && matches!(array.size, 4 | 8)
        };
        // What is in reach of one block has to be as far apart as complex elements are.
        let apart = |k: usize| match &self.space.layouts[k] {
            Layout::Linear => false,
            Layout::Strided(strides) => strides.last() == Some(&(2 * real.size as isize)),
        };
        let is_next = |&other: &usize| {
            let imag = &self.arrays[other];
            is_part(imag)
                && imag.size == real.size
                && imag.base == real.base.wrapping_add(real.size)
                && self.space.layouts[other] == self.space.layouts[k]
                && self.deliveries.get(k.wrapping_sub(sources))
                    == self.deliveries.get(other.wrapping_sub(sources))
        };
        let is_free =
            |other: usize| self.imaginary[other].is_none() && !self.imaginary.contains(&Some(other));
        let found = group.into_iter().find(|other| is_next(other) && is_free(*other));
        found.filter(|_| is_part(real) && apart(k) && is_free(k))
    }

    fn needs_scratch(&self, k: usize) -> bool {
        self.in_scratch[k]
    }

    /// Whether an array may need scratch.
    fn is_moved(&self, k: usize) -> bool {
        let array = &self.arrays[k];
        let stores = k.checked_sub(self.pass.sources.len());
        let staged = stores.is_some_and(|s| self.deliveries[s] != Delivery::Direct);
        staged || (!array.single && (array.swapped || array.numbered || !self.contiguous(k)))
    }

    /// Whether the array's elements of any one block lie side by side.
    fn contiguous(&self, k: usize) -> bool {
        match &self.space.layouts[k] {
            Layout::Linear => true,
            Layout::Strided(strides) => !self.flat && strides.last() == Some(&(self.arrays[k].size as isize)),
        }
    }

    fn lay_out(&mut self) {
        let mut end = 0;
        let sizes = self.pass.slots.iter().map(|s| s.size);
        let scratch =
            (0..self.arrays.len()).map(|k| if self.needs_scratch(k) { self.arrays[k].size } else { 0 });
        let all: SmallVec<[usize; 8]> = sizes.chain(scratch).collect();
        for size in all {
            self.offsets.push(end);
            end += size;
        }
        self.block = if end == 0 { usize::MAX } else { tile::block(end) };
        self.offsets.push(end);
    }

    /// Scratch for one worker, with the slots that hold one value throughout filled.
    pub(super) fn scratch(&self) -> Result<Scratch, Error> {
        let bytes = self.offsets.last().map_or(0, |end| end * self.block.min(tile::MAX_BLOCK));
        // A line between neighbours, so that every place starts on one.
        let lines = bytes.div_ceil(64) + self.offsets.len();
        let mut memory: Vec<[u64; 8]> = Vec::new();
        memory.try_reserve_exact(lines).map_err(|_| Error::Alloc { bytes })?;
        memory.resize(lines, [0; 8]);
        let mut scratch = Scratch { memory, sources: SmallVec::new(), coordinates: SmallVec::new() };
        for (slot, lane, fill) in &self.pass.fills {
            let bits = match fill {
                Fill::Const(scalar) => scalar.bits,
                Fill::Source(source) => self.arrays[*source as usize].cell,
            };
            let start = self.place_offset(slot.0 as usize) / 64;
            let words = (self.block * lane.size()).div_ceil(64);
            scratch.memory[start..start + words].fill([repeat(*lane, bits); 8]);
        }
        Ok(scratch)
    }

    /// Where scratch number `k` starts, in bytes, on a cache line.
    fn place_offset(&self, k: usize) -> usize {
        (self.offsets[k] * self.block).div_ceil(64) * 64 + k * 64
    }

    fn scratch_at(&self, scratch: &mut Scratch, k: usize) -> *mut u8 {
        scratch.memory.as_mut_ptr().cast::<u8>().wrapping_add(self.place_offset(k))
    }

    /// Runs the steps on the elements `at..at + len` of the space, in blocks, and gives each block's
    /// start, length and the places of [`Pass::visited`] to `visit`.
    ///
    /// # Safety
    /// The arrays are lent as [`PassRun`] says, and no other thread works on these elements.
    pub(super) unsafe fn run(
        &self,
        scratch: &mut Scratch,
        at: usize,
        len: usize,
        mut visit: impl FnMut(usize, usize, &[*mut u8]),
    ) {
        let (mut at, end) = (at, at + len);
        while at < end {
            let room = if self.flat { usize::MAX } else { self.space.row() - at % self.space.row() };
            let len = (end - at).min(self.block).min(room);
            // SAFETY: as the caller promises; a block lies in one row unless rows do not matter.
            unsafe { self.run_block(scratch, at, len) };
            let visited = self.pass.visited().map(|from| self.place(scratch, from));
            let visited: SmallVec<[*mut u8; 4]> = visited.collect();
            visit(at, len, &visited);
            at += len;
        }
        if self.deliveries.contains(&Delivery::Streamed) {
            stream::fence();
        }
    }

    /// # Safety
    /// As [`PassRun::run`], for one block.
    unsafe fn run_block(&self, scratch: &mut Scratch, at: usize, len: usize) {
        let strided = self.space.layouts.iter().any(|l| *l != Layout::Linear) && !self.space.sizes.is_empty();
        scratch.coordinates = if strided { self.space.coordinates(at) } else { SmallVec::new() };
        scratch.sources.clear();
        for k in 0..self.arrays.len() {
            let pointer = self.locate(scratch, k, at);
            scratch.sources.push(pointer);
        }
        // SAFETY: as the caller promises, and every array has its place.
        unsafe { self.fetch(scratch, at, len) };
        let mut ahead = self.ahead(scratch, len);
        let piece = if ahead.is_empty() { len.max(1) } else { PIECE };
        let last = self.steps.len().saturating_sub(1);
        for (number, step) in self.steps.iter().enumerate() {
            for from in (0..len).step_by(piece) {
                let len = piece.min(len - from);
                ahead.request();
                // SAFETY: every place is contiguous for `len` elements of its dtype: see `locate`.
                unsafe { self.run_step(scratch, step, from, len) };
                if number == last {
                    // SAFETY: the steps have filled these elements of the stores' scratch.
                    unsafe { self.deliver(scratch, at, from, len) };
                }
            }
        }
    }

    /// Gathers what steps cannot read where it is.
    ///
    /// # Safety
    /// As [`PassRun::run`], for one block; the scratch says where each array's elements go.
    unsafe fn fetch(&self, scratch: &Scratch, at: usize, len: usize) {
        for k in 0..self.pass.sources.len() {
            if self.arrays[k].single || !self.needs_scratch(k) || self.imaginary.contains(&Some(k)) {
                continue;
            }
            let (walk, coordinates, to) = (self.walk(k), self.coordinates(k, at), scratch.sources[k]);
            // SAFETY: the block's elements are in the space; the scratch has room for a block.
            unsafe {
                match self.imaginary[k] {
                    Some(imag) => walk.gather_parts(&coordinates, len, to, scratch.sources[imag]),
                    None => walk.gather(&coordinates, len, to),
                }
            }
        }
    }

    /// The next block of the arrays that steps read where they are, if those are too large for the cache and
    /// there are functions to compute meanwhile.
    fn ahead(&self, scratch: &Scratch, len: usize) -> Ahead {
        let functions = self.steps.iter().any(|s| matches!(s, Ready::Block(..)));
        let whole: usize = self.arrays.iter().filter(|a| !a.single).map(|a| a.size * self.space.len).sum();
        if !functions || len < self.block || whole < ahead::FROM {
            return Ahead::default();
        }
        let direct = |&k: &usize| {
            !self.arrays[k].single && !self.needs_scratch(k) && self.space.layouts[k] == Layout::Linear
        };
        let next = |k: usize| {
            let bytes = len * self.arrays[k].size;
            (scratch.sources[k].wrapping_add(bytes).cast_const(), bytes)
        };
        let sources = (0..self.pass.sources.len()).filter(direct).map(next);
        Ahead::new(sources, self.steps.len() * len.div_ceil(PIECE))
    }

    /// Bytes from an element at a place to the next.
    fn element(&self, place: Place) -> usize {
        let of = |k: usize| if self.arrays[k].single { 0 } else { self.arrays[k].size };
        match place {
            Place::Source(k) => of(k as usize),
            Place::Store(k) => of(self.pass.sources.len() + k as usize),
            Place::Slot(slot) => self.pass.slots[slot.0 as usize].size,
        }
    }

    /// Where a block of an array is read or written: in the array, or in scratch.
    fn locate(&self, scratch: &mut Scratch, k: usize, at: usize) -> *mut u8 {
        let array = &self.arrays[k];
        if array.single {
            let cell = (&raw const array.cell).cast();
            return array.wide.as_ref().map_or(cell, |wide| wide.as_ptr()).cast_mut();
        }
        if self.needs_scratch(k) {
            return self.scratch_at(scratch, self.pass.slots.len() + k);
        }
        match &self.space.layouts[k] {
            Layout::Linear => array.base.wrapping_add(at * array.size),
            Layout::Strided(strides) => array.base.wrapping_offset(offset(&scratch.coordinates, strides)),
        }
    }

    /// Element `at` as the walk of array `k` counts: a linear array has one axis.
    fn coordinates(&self, k: usize, at: usize) -> SmallVec<[usize; 6]> {
        match &self.space.layouts[k] {
            Layout::Linear => smallvec::smallvec![at],
            Layout::Strided(_) => self.space.coordinates(at),
        }
    }

    fn walk(&self, k: usize) -> Walk<'_> {
        let array = &self.arrays[k];
        let dense = std::slice::from_ref(&array.step);
        let whole = std::slice::from_ref(&self.space.len);
        let (sizes, strides) = match &self.space.layouts[k] {
            Layout::Linear => (whole, dense),
            Layout::Strided(strides) => (&self.space.sizes[..], &strides[..]),
        };
        let unit = if array.swapped { array.unit } else { 1 };
        let (base, size, numbered) = (array.base, array.size, array.numbered);
        Walk { base, sizes, strides, size, unit, numbered }
    }

    fn place(&self, scratch: &mut Scratch, place: Place) -> *mut u8 {
        match place {
            Place::Source(k) => scratch.sources[k as usize],
            Place::Store(k) => scratch.sources[self.pass.sources.len() + k as usize],
            Place::Slot(slot) => self.scratch_at(scratch, slot.0 as usize),
        }
    }

    /// Runs a step on the elements `from..from + len` of the block.
    ///
    /// # Safety
    /// The places of the step hold as many contiguous elements each.
    unsafe fn run_step(&self, scratch: &mut Scratch, step: &Ready, from: usize, len: usize) {
        let mut at = |place: Place| self.place(scratch, place).wrapping_add(from * self.element(place));
        match step {
            Ready::Code(code, places) => {
                let args: SmallVec<[*mut u8; 8]> = places.iter().map(|&p| at(p)).collect();
                // SAFETY: as the caller promises; a store may be an operand's block only where both are
                // the same place, for a store that overlaps an input otherwise is staged.
                unsafe { code.run(&args, len) };
            }
            Ready::Block(function, args, dests) => {
                let args: SmallVec<[*const u8; 3]> = args.iter().map(|&p| at(p).cast_const()).collect();
                let dests: SmallVec<[*mut u8; 2]> = dests.iter().map(|&p| at(p)).collect();
                // SAFETY: as above; slots of one step are apart, and stores that overlap inputs are staged.
                unsafe { function(&args, &dests, len) };
            }
            Ready::Text(block, args, dest) => {
                let args: SmallVec<[*const u8; 3]> = args
                    .iter()
                    .map(|from| match from {
                        TextFrom::Block(place) => self.place(scratch, *place).cast_const(),
                        TextFrom::One(source) => scratch.sources[*source as usize].cast_const(),
                        TextFrom::Constant(bytes) => bytes.as_ptr(),
                    })
                    .collect();
                let dest = self.place(scratch, *dest);
                // SAFETY: as above; a single source is one element, a constant too.
                unsafe { block.run(&args, dest, len) };
            }
            Ready::Take(table, at, dest) => {
                let (at, dest) = (self.place(scratch, *at), self.place(scratch, *dest));
                // SAFETY: as above; `take` looks at every number.
                unsafe { take::take(&self.tables[*table as usize], at, dest, len) };
            }
        }
    }

    /// Brings what the steps made of the elements `from..from + len` of the block at `at` to the arrays.
    ///
    /// # Safety
    /// The scratch of each store that has one holds these elements.
    unsafe fn deliver(&self, scratch: &Scratch, at: usize, from: usize, len: usize) {
        let made = |k: usize| scratch.sources[k].wrapping_add(from * self.arrays[k].size).cast_const();
        for (s, &delivery) in self.deliveries.iter().enumerate() {
            let k = self.pass.sources.len() + s;
            if !self.needs_scratch(k) || self.imaginary.contains(&Some(k)) {
                continue;
            }
            // SAFETY: as the caller promises.
            unsafe {
                match self.imaginary[k] {
                    Some(imag) => {
                        let (parts, streamed) = ((made(k), made(imag)), delivery == Delivery::Streamed);
                        self.walk(k).scatter_parts(&self.coordinates(k, at + from), len, parts, streamed);
                    }
                    None => self.deliver_store(k, delivery, made(k), at + from, len),
                }
            }
        }
    }

    /// # Safety
    /// There are `len` elements at `from`.
    unsafe fn deliver_store(&self, k: usize, delivery: Delivery, from: *const u8, at: usize, len: usize) {
        let array = &self.arrays[k];
        if delivery == Delivery::Streamed && self.space.layouts[k] == Layout::Linear && !array.swapped {
            // SAFETY: the elements `at..at + len` of the array, which nobody else writes.
            unsafe { stream::copy(from, array.base.wrapping_add(at * array.size), len * array.size) };
            return;
        }
        let coordinates = self.coordinates(k, at);
        // SAFETY: the block's elements are in the space, and nobody else writes them.
        unsafe { self.walk(k).scatter(&coordinates, len, from) };
    }
}

fn offset(coordinates: &[usize], strides: &[isize]) -> isize {
    coordinates.iter().zip(strides).map(|(&c, &s)| c as isize * s).sum()
}

/// An element's bits, over and over.
fn repeat(lane: Lane, bits: u64) -> u64 {
    match lane.size() {
        1 => (bits & 0xff) * 0x0101_0101_0101_0101,
        2 => (bits & 0xffff) * 0x0001_0001_0001_0001,
        4 => (bits & 0xffff_ffff) * 0x0000_0001_0000_0001,
        _ => bits,
    }
}
