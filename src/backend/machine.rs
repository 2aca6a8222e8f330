//! Finished machine code: where bytes become a function and are called.
#![expect(unsafe_code, reason = "the one place that jumps into generated code")]

use super::{Code, Refusal};
use crate::kernel::Kernel;
use memmap2::{Mmap, MmapMut};
use smallvec::SmallVec;
use std::fmt;

/// The generated function: pointers to the blocks, the number of whole iterations, and the number of
/// elements that remain. Code that computes whole iterations only is called with at least one and no rest.
#[cfg(target_arch = "x86_64")]
type Entry = unsafe extern "sysv64" fn(*const *mut u8, u64, u64);
#[cfg(not(target_arch = "x86_64"))]
type Entry = unsafe extern "C" fn(*const *mut u8, u64, u64);

/// The most bytes that one iteration reads or writes through one pointer, where the rest is padded.
pub(super) const PAD: usize = 128;

/// Who computes the last few elements, fewer than an iteration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rest {
    /// Padded copies on the stack, and one more whole iteration.
    Padded,
    /// The function itself, by masked loads and stores.
    #[cfg(feature = "wide")]
    Masked,
}

/// What a tier made of a kernel.
#[derive(Debug)]
pub(super) struct Assembled {
    /// The code, and the constants that it refers to.
    pub(super) bytes: Vec<u8>,
    /// Where in `bytes` the function begins.
    pub(super) start: usize,
    /// Elements of one iteration.
    pub(super) elements: usize,
    pub(super) rest: Rest,
    /// The tier, for `explain`.
    pub(super) tier: &'static str,
}

/// A compiled kernel and the memory it runs from.
pub(super) struct Machine {
    entry: Entry,
    elements: usize,
    rest: Rest,
    /// For each pointer, the element size (of both parts, if complex); 0 for a scalar operand.
    sizes: SmallVec<[u8; 8]>,
    operands: usize,
    tier: &'static str,
    /// Readable and executable, never writable; unmapped with the machine.
    _memory: Mmap,
}

impl Machine {
    /// Gives the bytes memory to run from. They must be a function of the `Entry` type that does what
    /// [`Code::run`] promises for `kernel`, and nothing else.
    pub(super) fn new(kernel: &Kernel, assembled: &Assembled) -> Result<Machine, Refusal> {
        let refused = |e: std::io::Error| Refusal::Memory(e.to_string());
        let mut writable = MmapMut::map_anon(assembled.bytes.len()).map_err(refused)?;
        writable.copy_from_slice(&assembled.bytes);
        let memory = writable.make_exec().map_err(refused)?;
        let start = memory[assembled.start..].as_ptr();
        // SAFETY: the address is the start of a function of this signature and calling convention, as the
        // caller promises; it stays mapped, and unchanged, until `Machine` is dropped.
        let entry = unsafe { std::mem::transmute::<*const u8, Entry>(start) };
        let sizes = kernel.strides().map(|stride| stride as u8).collect();
        let Assembled { elements, rest, tier, .. } = *assembled;
        Ok(Machine { entry, elements, rest, sizes, operands: kernel.operands.len(), tier, _memory: memory })
    }

    /// Runs the last `rest` elements, fewer than an iteration, through padded copies.
    ///
    /// # Safety
    /// As [`Code::run`], for the elements from `done` on.
    unsafe fn run_padded(&self, args: &[*mut u8], done: usize, rest: usize) {
        let mut pads: SmallVec<[[u8; PAD]; 6]> = smallvec::smallvec![[0; PAD]; args.len()];
        let mut pointers: SmallVec<[*mut u8; 8]> = SmallVec::with_capacity(args.len());
        for (k, pad) in pads.iter_mut().enumerate() {
            let size = usize::from(self.sizes[k]);
            if size == 0 {
                pointers.push(args[k]);
                continue;
            }
            if k < self.operands {
                // SAFETY: the operand has `done + rest` elements, and `rest * size` is less than an
                // iteration's bytes, which fit the pad.
                unsafe { args[k].add(done * size).copy_to_nonoverlapping(pad.as_mut_ptr(), rest * size) };
            }
            pointers.push(pad.as_mut_ptr());
        }
        // SAFETY: every pointer has one iteration's elements (`PAD` bytes) or is a scalar operand.
        unsafe { (self.entry)(pointers.as_ptr(), 1, 0) };
        for k in self.operands..args.len() {
            let size = usize::from(self.sizes[k]);
            // SAFETY: the store has `done + rest` elements; the pad is our own.
            unsafe { args[k].add(done * size).copy_from_nonoverlapping(pads[k].as_ptr(), rest * size) };
        }
    }
}

impl Code for Machine {
    unsafe fn run(&self, args: &[*mut u8], n: usize) {
        debug_assert_eq!(args.len(), self.sizes.len());
        if n == 0 {
            return;
        }
        let (iterations, rest) = (n / self.elements, n % self.elements);
        match self.rest {
            #[cfg(feature = "wide")]
            // SAFETY: the caller gives `n` elements behind every pointer; the function touches no more.
            Rest::Masked => unsafe { (self.entry)(args.as_ptr(), iterations as u64, rest as u64) },
            Rest::Padded => {
                if iterations > 0 {
                    // SAFETY: as above; whole iterations are at most `n` elements.
                    unsafe { (self.entry)(args.as_ptr(), iterations as u64, 0) };
                }
                if rest > 0 {
                    // SAFETY: as the caller promises.
                    unsafe { self.run_padded(args, n - rest, rest) };
                }
            }
        }
    }

    fn tier(&self) -> &'static str {
        self.tier
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("tier", &self.tier)
            .field("elements", &self.elements)
            .finish_non_exhaustive()
    }
}
