//! The interpreter: a kernel run by plain loops, one per instruction, over pieces that fit the cache.
//!
//! For machines that refuse executable memory, and the tier that every other is compared with. It has
//! the same bits because its loops call the same scalar functions that define the operators.
#![expect(unsafe_code, reason = "runs block functions over scratch memory that it lays out itself")]

use super::{Code, Part};
use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::kernel::{Access, Inst, Kernel, Stored};
use crate::math::BlockFn;
use crate::scalar;
use smallvec::SmallVec;
use std::sync::Arc;

/// Elements of a piece.
const PIECE: usize = 256;

/// What an instruction does.
#[derive(Clone, Debug)]
enum Action {
    /// Copies the piece of an operand, bools made 0 or 1.
    Load(usize),
    /// Fills the piece with a scalar operand.
    LoadScalar(usize),
    /// Copies one part of the piece of an operand of complex elements.
    LoadPart(usize, Part),
    Fill(Scalar),
    Call(BlockFn, SmallVec<[usize; 3]>),
    /// The value of another instruction.
    Same(usize),
}

/// A kernel ready to be interpreted.
#[derive(Debug)]
struct Interpreted {
    actions: Vec<(Action, Lane)>,
    operands: usize,
    stores: Vec<Stored>,
}

/// Prepares a kernel.
pub fn compile(kernel: &Kernel) -> Arc<dyn Code> {
    let action = |(inst, lane): &(Inst, Lane)| {
        let action = match inst {
            Inst::Load(operand) => match kernel.operands[*operand as usize].access {
                Access::Contiguous => Action::Load(*operand as usize),
                Access::Scalar => Action::LoadScalar(*operand as usize),
                Access::Pair => Action::LoadPart(*operand as usize, Part::Real),
            },
            Inst::LoadImag(operand) => Action::LoadPart(*operand as usize, Part::Imag),
            Inst::Const(scalar) => Action::Fill(*scalar),
            Inst::Apply(op, args) => {
                let computed = kernel.lane(args[args.len() - 1]);
                Action::Call(scalar::block(*op, computed), args.iter().map(|a| a.index()).collect())
            }
            Inst::Cast(of) if kernel.lane(*of) == *lane => Action::Same(of.index()),
            Inst::Cast(of) => {
                Action::Call(scalar::cast_block(kernel.lane(*of), *lane), smallvec::smallvec![of.index()])
            }
        };
        (action, *lane)
    };
    Arc::new(Interpreted {
        actions: kernel.body.iter().map(action).collect(),
        operands: kernel.operands.len(),
        stores: kernel.stores.clone(),
    })
}

/// Scratch for one value of a piece, aligned for any lane.
type Piece = [u64; PIECE];

fn bytes(piece: &mut Piece) -> *mut u8 {
    piece.as_mut_ptr().cast()
}

impl Interpreted {
    /// Computes `n <= PIECE` elements from element `at` on.
    ///
    /// # Safety
    /// As [`Code::run`], for the elements `at..at + n`.
    unsafe fn run_piece(&self, args: &[*mut u8], scratch: &mut [Piece], at: usize, n: usize) {
        for (k, (action, lane)) in self.actions.iter().enumerate() {
            let (before, rest) = scratch.split_at_mut(k);
            let out = bytes(&mut rest[0]);
            match action {
                Action::Load(operand) => {
                    // SAFETY: the operand has elements up to `at + n`; the piece has room for `n`.
                    unsafe { load(args[*operand].add(at * lane.size()), out, *lane, n) };
                }
                Action::LoadPart(operand, part) => {
                    let (size, part) = (lane.size(), usize::from(*part == Part::Imag));
                    // SAFETY: the operand has both parts of the elements up to `at + n`; the piece has room for `n`.
                    unsafe { copy_parts(args[*operand].add((2 * at + part) * size), 2, out, 1, size, n) };
                }
                Action::LoadScalar(operand) => {
                    let mut bits = [0; 8];
                    // SAFETY: a scalar operand is one readable element of at most eight bytes.
                    unsafe { args[*operand].copy_to_nonoverlapping(bits.as_mut_ptr(), lane.size()) };
                    let bits = u64::from_le_bytes(bits);
                    let bits = if *lane == Lane::Bool { u64::from(bits != 0) } else { bits };
                    fill(&mut rest[0], Scalar { lane: *lane, bits }, n);
                }
                Action::Fill(scalar) => fill(&mut rest[0], *scalar, n),
                Action::Call(function, of) => {
                    let of: SmallVec<[*const u8; 3]> =
                        of.iter().map(|&v| before[v].as_ptr().cast()).collect();
                    // SAFETY: operands are earlier pieces with `n` elements of the dtypes that the
                    // function was chosen for; `out` is a later piece, so it overlaps none.
                    unsafe { function(&of, &[out], n) };
                }
                Action::Same(of) => rest[0] = before[*of],
            }
        }
        for (k, stored) in self.stores.iter().enumerate() {
            let (values, to) = (stored.values(), args[self.operands + k]);
            let parts = values.len();
            for (part, value) in values.iter().enumerate() {
                let size = self.actions[value.index()].1.size();
                let from = scratch[value.index()].as_ptr().cast::<u8>();
                // SAFETY: the store is writable up to `at + n`; all operands of this piece have been read.
                unsafe { copy_parts(from, 1, to.add((parts * at + part) * size), parts, size, n) };
            }
        }
    }
}

/// Copies `n` elements; bools as 0 or 1.
///
/// # Safety
/// `from` is readable and `out` writable for `n` elements, and they are apart.
unsafe fn load(from: *const u8, out: *mut u8, lane: Lane, n: usize) {
    // SAFETY: as the caller promises.
    unsafe { from.copy_to_nonoverlapping(out, n * lane.size()) };
    if lane == Lane::Bool {
        // SAFETY: `out` has just been written for `n` bytes.
        let copied = unsafe { std::slice::from_raw_parts_mut(out, n) };
        copied.iter_mut().for_each(|b| *b = u8::from(*b != 0));
    }
}

/// Copies `n` numbers of `size` bytes, reading every `from_step`th and writing every `to_step`th.
///
/// # Safety
/// Those of `from` are readable, those of `out` writable, and they are apart.
unsafe fn copy_parts(from: *const u8, from_step: usize, out: *mut u8, to_step: usize, size: usize, n: usize) {
    if from_step == to_step {
        // SAFETY: both steps are 1: they lie side by side.
        return unsafe { from.copy_to_nonoverlapping(out, n * size) };
    }
    for i in 0..n {
        // SAFETY: number `i` of each.
        unsafe { from.add(i * from_step * size).copy_to_nonoverlapping(out.add(i * to_step * size), size) };
    }
}

fn fill(piece: &mut Piece, scalar: Scalar, n: usize) {
    let size = scalar.lane.size();
    let mut word = [0; 8];
    for element in word.chunks_exact_mut(size) {
        element.copy_from_slice(&scalar.bits.to_le_bytes()[..size]);
    }
    piece[..(n * size).div_ceil(8)].fill(u64::from_le_bytes(word));
}

impl Code for Interpreted {
    unsafe fn run(&self, args: &[*mut u8], n: usize) {
        let mut scratch: Vec<Piece> = vec![[0; PIECE]; self.actions.len()];
        let mut at = 0;
        while at < n {
            let piece = PIECE.min(n - at);
            // SAFETY: as the caller promises, for a part of the elements.
            unsafe { self.run_piece(args, &mut scratch, at, piece) };
            at += piece;
        }
    }

    fn tier(&self) -> &'static str {
        "interp"
    }
}
