//! Machine code of full width: AVX-512 with mask registers, and AVX2, for x86-64.
//!
//! `table` says for every operator, lane and instruction set what it becomes; `emit` and its neighbours make
//! of a kernel a `code::Program`, instructions over registers without numbers; `registers` numbers them;
//! `encode` puts the loop around them and makes bytes, through iced-x86.
//!
//! One iteration computes `code::Program::elements` elements of every value, in as many registers as each
//! needs; casts between widths are explicit. A bool is a mask register with a bit an element in AVX-512, in
//! AVX2 a mask of ones and zeros as wide as the lanes it was compared in. Complex elements are taken apart and
//! put together by shuffles (`pair`). The last few elements run through the same instructions: under masks of
//! AVX-512, which neither read nor write beyond the arrays, else in padded copies.

mod cast;
mod code;
mod emit;
mod encode;
mod float;
mod integer;
mod mask;
mod names;
mod pair;
mod registers;
mod resize;
mod table;

use super::machine::{Assembled, Machine, PAD, Rest};
use super::{Backend, Code, Refusal};
use crate::dtype::Lane;
use crate::kernel::Kernel;
use crate::target::{Level, Target};
use std::sync::Arc;

/// An instruction set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Set {
    /// AVX2: 16 registers of 256 bits.
    Avx2,
    /// AVX-512 F, BW, DQ and VL: 32 registers of 512 bits, 8 masks.
    Avx512,
}

impl Set {
    fn of(target: Target) -> Option<Set> {
        match target.level {
            Level::None | Level::Sse42 | Level::Avx => None,
            Level::Avx2 => Some(Set::Avx2),
            Level::Avx512 => Some(Set::Avx512),
        }
    }

    /// Bytes of a vector register.
    fn bytes(self) -> usize {
        match self {
            Set::Avx2 => 32,
            Set::Avx512 => 64,
        }
    }

    /// Vector registers that a program may use; the last of AVX-512 is kept for the rest.
    fn vectors(self) -> usize {
        match self {
            Set::Avx2 => 16,
            Set::Avx512 => 31,
        }
    }
}

/// The most instructions of a loop that is unrolled further.
const UNROLLED: usize = 600;

/// The most bytes of a stack frame.
const FRAME: usize = 1 << 17;

/// The wide tier.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wide;

impl Backend for Wide {
    fn compile(&self, kernel: &Kernel, target: Target) -> Result<Arc<dyn Code>, Refusal> {
        let assembled = assemble(kernel, target, None)?;
        Ok(Arc::new(Machine::new(kernel, &assembled)?))
    }
}

/// The kernel as assembly, for `explain --stage asm`.
///
/// # Errors
/// [`Refusal`] as [`Backend::compile`].
pub fn assembly(kernel: &Kernel, target: Target) -> Result<String, Refusal> {
    let mut listing = String::new();
    assemble(kernel, target, Some(&mut listing))?;
    Ok(listing)
}

/// Elements of an iteration of the kernel's loop.
///
/// # Errors
/// [`Refusal`] as [`Backend::compile`].
pub fn elements(kernel: &Kernel, target: Target) -> Result<usize, Refusal> {
    assemble(kernel, target, None).map(|a| a.elements)
}

fn assemble(kernel: &Kernel, target: Target, listing: Option<&mut String>) -> Result<Assembled, Refusal> {
    let set = Set::of(target).ok_or(Refusal::Target)?;
    let program = unrolled(kernel, set)?;
    let numbered = registers::number(&program);
    if numbered.slots as usize * set.bytes() > FRAME {
        return Err(Refusal::Unsupported("too many values alive at once".into()));
    }
    let (bytes, start) = encode::encode(&program, &numbered, listing)?;
    let rest = if set == Set::Avx512 { Rest::Masked } else { Rest::Padded };
    Ok(Assembled { bytes, start, elements: program.elements, rest, tier: "wide" })
}

/// The kernel's program, unrolled as far as its values fit the registers.
fn unrolled(kernel: &Kernel, set: Set) -> Result<code::Program, Refusal> {
    let memory = kernel.operands.iter().map(|o| o.lane.size());
    let widest = kernel.body.iter().map(|(_, lane)| lane.size()).chain(memory).max().unwrap_or(8);
    // The parts of complex elements are in whole registers.
    let narrowest = kernel.parts().map(Lane::size).chain([widest]).min().unwrap_or(widest);
    let fill = set.bytes() / narrowest;
    let longest = kernel.strides().max().unwrap_or(widest);
    let most = match set {
        // A padded copy must hold an iteration.
        Set::Avx2 => PAD / (fill * longest.max(widest)),
        Set::Avx512 => 4,
    };
    let mut program = emit::program(kernel, set, fill)?;
    let mut unroll = 2;
    while unroll <= most && program.body.len() * 2 <= UNROLLED {
        let wider = emit::program(kernel, set, fill * unroll)?;
        if !registers::fits(&wider) {
            break;
        }
        program = wider;
        unroll *= 2;
    }
    Ok(program)
}
