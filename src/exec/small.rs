//! The short way for small elementwise calls, where setting up a pass would cost more than running it.
#![expect(unsafe_code, reason = "hands the caller's dense arrays to a kernel directly")]

use super::fpenv::FpEnv;
use super::pass::Operand;
use crate::array::{Overlap, View, ViewMut, overlap};
use crate::backend::{Code, Compiled, Ready};
use crate::ir::Plane;
use crate::kernel::{PassSource, Place, Plan, Source};
use smallvec::SmallVec;

/// The most elements of a small call; it runs on the caller's thread, in one piece.
const SMALL: usize = 4096;

/// Whether a result of that shape may be made the short way.
pub fn is_small(shape: &[usize]) -> bool {
    shape.iter().try_fold(1usize, |n, &size| n.checked_mul(size)).is_some_and(|n| n <= SMALL)
}

/// The kernel and its places, if the plan is one kernel from inputs to one output and nothing else.
fn only_kernel(compiled: &Compiled) -> Option<(&dyn Code, &[Place])> {
    let Plan { passes, temps, checks, outputs, index_fits, .. } = &compiled.plan;
    let ([pass], [output]) = (passes.as_slice(), outputs.as_slice()) else { return None };
    let plain = temps.is_empty() && checks.is_empty() && index_fits.is_empty() && output.kept.is_empty();
    match compiled.passes[0].as_slice() {
        [Ready::Code(code, places)] if plain && pass.folds.is_empty() && pass.stores.len() == 1 => {
            Some((&**code, places))
        }
        _ => None,
    }
}

/// Runs a plan whose arrays are all small, dense and of the output's shape, or single elements.
/// False, with nothing done, if this is no such call.
pub fn run_small(compiled: &Compiled, inputs: &[Operand<'_>], out: &mut ViewMut<'_>) -> bool {
    let Some((code, places)) = only_kernel(compiled) else { return false };
    let n: usize = out.shape().iter().product();
    if !is_small(out.shape()) || !out.as_view().is_dense() || out.as_view().is_swapped() {
        return false;
    }
    let sources = &compiled.plan.passes[0].sources;
    let mut cells: SmallVec<[u64; 6]> = SmallVec::from_elem(0, places.len());
    let mut args: SmallVec<[*mut u8; 8]> = SmallVec::new();
    for (place, cell) in places.iter().zip(&mut cells) {
        let PassSource { source, views, .. } = match place {
            Place::Source(k) => &sources[*k as usize],
            Place::Store(_) => {
                args.push(out.as_mut_ptr());
                continue;
            }
            Place::Slot(_) => return false,
        };
        let (Source::Input(input, Plane::Whole), []) = (source, views.as_slice()) else { return false };
        match inputs[input.index()] {
            Operand::View(view) if is_plain(view, out) => args.push(view.as_ptr().cast_mut()),
            Operand::View(_) | Operand::Text(_) | Operand::Pair(_) => return false,
            Operand::Single(bits) => {
                *cell = bits;
                args.push((&raw mut *cell).cast());
            }
        }
    }
    let _env = FpEnv::enter();
    // SAFETY: every view is dense with `n` elements of its dtype, every cell is one element, the output
    // is dense with `n`; the output is apart from each input or exactly it.
    unsafe { code.run(&args, n) };
    true
}

/// Whether a kernel may read the view as the output lies.
fn is_plain(view: &View<'_>, out: &ViewMut<'_>) -> bool {
    view.shape() == out.shape()
        && view.is_dense()
        && !view.is_swapped()
        && overlap(view, out) != Overlap::Partial
}
