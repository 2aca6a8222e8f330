//! How many elements one iteration computes, and how many registers a value then takes.

use crate::kernel::{Inst, Kernel, Stored, Value};
use smallvec::SmallVec;

/// Bytes of a register.
const REGISTER: usize = 16;

/// The most bytes that one iteration reads or writes through one pointer: its elements are padded at the end.
pub(super) const PAD: usize = 128;

/// Registers that a loop's values may fill before unrolling further only makes spills.
const BUDGET: usize = 16;

/// The elements of one iteration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Layout {
    /// Elements an iteration: 4, 8, 16, 32 or 64.
    pub elements: usize,
}

impl Layout {
    /// Chooses the unrolling for a kernel: as far as its live values fit the registers, at most four
    /// registers of the widest lanes a value, and at least what fills one.
    pub fn of(kernel: &Kernel) -> Layout {
        let widest =
            kernel.body.iter().map(|(_, lane)| lane.size()).max().unwrap_or(8).max(widest_memory(kernel));
        let live = most_live(kernel).max(1);
        let fill = (REGISTER / widest).max(4);
        let longest = kernel.strides().max().unwrap_or(1);
        let fits = |u: &usize| live * u * fill * widest <= BUDGET * REGISTER && u * fill * longest <= PAD;
        let unroll = [4, 2].into_iter().find(fits).unwrap_or(1);
        Layout { elements: fill * unroll }
    }

    /// Registers of a value with elements of that many bytes.
    pub(super) fn registers(self, size: usize) -> usize {
        (self.elements * size).div_ceil(REGISTER)
    }

    /// Bytes of an iteration's elements in memory.
    pub(super) fn bytes(self, size: usize) -> usize {
        self.elements * size
    }
}

fn widest_memory(kernel: &Kernel) -> usize {
    kernel.operands.iter().map(|o| o.lane.size()).max().unwrap_or(1)
}

/// The most values of the loop that are alive at once; invariant ones live elsewhere.
fn most_live(kernel: &Kernel) -> usize {
    let invariant = kernel.invariant();
    let mut last = vec![0; kernel.body.len()];
    let mut uses: Vec<SmallVec<[Value; 3]>> = Vec::with_capacity(kernel.body.len());
    for (at, (inst, _)) in kernel.body.iter().enumerate() {
        let args: SmallVec<[Value; 3]> = match inst {
            Inst::Load(_) | Inst::LoadImag(_) | Inst::Const(_) => SmallVec::new(),
            Inst::Apply(_, args) => args.clone(),
            Inst::Cast(of) => smallvec::smallvec![*of],
        };
        args.iter().for_each(|a| last[a.index()] = at);
        uses.push(args);
    }
    kernel.stores.iter().flat_map(Stored::values).for_each(|v| last[v.index()] = kernel.body.len());
    let (mut live, mut most) = (0usize, 0);
    for (at, args) in uses.iter().enumerate() {
        live += usize::from(!invariant[at]);
        most = most.max(live);
        let mut ending: SmallVec<[Value; 3]> =
            args.iter().copied().filter(|a| last[a.index()] == at && !invariant[a.index()]).collect();
        ending.sort_unstable();
        ending.dedup();
        live = live.saturating_sub(ending.len());
    }
    most
}
