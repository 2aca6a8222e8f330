//! Fetching the next block of a pass into the cache while this one is computed.
//!
//! The steps of a pass compute for long on elements that came at once, and then want the next ones at once; the
//! hardware sees no stream in that. So the next block's lines are asked for a few at a time, between pieces of
//! the steps' work. Where there is lane code alone this was measured to cost more than it gives.
#![expect(unsafe_code, reason = "prefetching is an intrinsic")]

use smallvec::SmallVec;

/// The elements that a step computes between two requests.
pub(super) const PIECE: usize = 256;

/// The bytes of a pass's arrays from which on they are fetched ahead: what a second-level cache holds is near
/// enough.
pub(super) const FROM: usize = 2 << 20;

/// Bytes of a cache line.
const LINE: usize = 64;

/// Lines to be fetched, and how many at once.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Where each array's next block begins, and its lines.
    blocks: SmallVec<[(*const u8, usize); 4]>,
    /// The lines of one request.
    share: usize,
}

impl Ahead {
    /// Of blocks that begin at these addresses and have so many bytes, in so many requests.
    pub(super) fn new(blocks: impl Iterator<Item = (*const u8, usize)>, requests: usize) -> Ahead {
        let blocks: SmallVec<[(*const u8, usize); 4]> =
            blocks.map(|(from, bytes)| (from, bytes.div_ceil(LINE))).collect();
        let lines: usize = blocks.iter().map(|b| b.1).sum();
        Ahead { blocks, share: lines.div_ceil(requests.max(1)) }
    }

    /// Whether there is nothing to fetch.
    pub(super) fn is_empty(&self) -> bool {
        self.share == 0
    }

    /// Asks for the next few lines.
    pub(super) fn request(&mut self) {
        let mut left = self.share;
        while left > 0
            && let Some((from, lines)) = self.blocks.last_mut()
        {
            let now = left.min(*lines);
            (0..now).for_each(|line| fetch(from.wrapping_add(line * LINE)));
            (*from, *lines, left) = (from.wrapping_add(now * LINE), *lines - now, left - now);
            if *lines == 0 {
                self.blocks.pop();
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn fetch(line: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch of any address reads nothing that a program could see, and never faults.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(line.cast()) };
}

#[cfg(not(target_arch = "x86_64"))]
fn fetch(_: *const u8) {}
