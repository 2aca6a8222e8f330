//! How much is done at once: pure functions of sizes.

use crate::kernel::{Pass, Step};

/// Bytes of scratch that the blocks of a pass may fill: most of a first-level cache.
pub const SCRATCH: usize = 24 << 10;

/// The longest block, in elements.
pub const MAX_BLOCK: usize = 1024;

/// The shortest block, in elements, of values that are not very wide: below it the cost of a step outweighs the cache.
pub const MIN_BLOCK: usize = 64;

/// Bytes of scratch that no block exceeds but one of a single element: wide text.
pub const MAX_SCRATCH: usize = 1 << 20;

/// The elements of a block that needs `bytes` of scratch an element.
pub fn block(bytes: usize) -> usize {
    let mut block = MAX_BLOCK;
    while block > MIN_BLOCK && block.saturating_mul(bytes) > SCRATCH {
        block /= 2;
    }
    while block > 1 && block.saturating_mul(bytes) > MAX_SCRATCH {
        block /= 2;
    }
    block
}

/// The elements of a tile, a multiple of 256: some tens of microseconds of work, so that threads
/// finish together and a cancelled run stops soon, and no fewer than a few blocks.
pub fn tile(nanoseconds_an_element: f64) -> usize {
    let elements = 50_000.0 / nanoseconds_an_element.max(0.05);
    (elements as usize).clamp(4096, 1 << 18) & !255
}

/// What one element of a pass costs on one thread, in nanoseconds; a rough guess, for choosing
/// threads and tiles only.
pub fn cost(pass: &Pass) -> f64 {
    let bytes = pass.sources.iter().filter(|s| !s.is_single()).map(|s| s.dtype.size()).sum::<usize>()
        + pass.stores.iter().map(|s| s.dtype.size()).sum::<usize>();
    let step = |step: &Step| match step {
        Step::Jit { kernel, .. } => kernel.body.len() as f64 * 0.1,
        Step::Block { .. } => 5.0,
        Step::Text { args, result, .. } => {
            let bytes = args.iter().map(|arg| arg.dtype.size()).sum::<usize>() + result.size();
            2.0 + bytes as f64 * 0.1
        }
        Step::Take { .. } => 1.0,
    };
    bytes as f64 * 0.04 + pass.steps.iter().map(step).sum::<f64>() + pass.folds.len() as f64 * 0.2
}

/// How many threads a pass of `elements` is worth: each should have work for much longer than it
/// takes to wake it.
pub fn threads(elements: usize, nanoseconds_an_element: f64, most: usize) -> usize {
    let total = elements as f64 * nanoseconds_an_element;
    ((total / 30_000.0) as usize).clamp(1, most.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_shrink_until_scratch_fits() {
        assert_eq!(block(0), MAX_BLOCK);
        assert_eq!(block(24), 1024);
        assert_eq!(block(25), 512);
        assert_eq!(block(1 << 12), MIN_BLOCK);
        assert_eq!(block(1 << 18), 4);
        assert_eq!(block(usize::MAX), 1);
    }

    #[test]
    fn tiles_keep_to_chunks_of_the_combining_tree() {
        for cost in [0.0, 0.1, 1.0, 7.5, 1e9] {
            assert_eq!(tile(cost) % 256, 0);
            assert!(tile(cost) >= 4096);
        }
    }

    #[test]
    fn small_work_stays_on_one_thread() {
        assert_eq!(threads(1000, 0.5, 8), 1);
        assert_eq!(threads(10_000_000, 0.5, 8), 8);
        assert_eq!(threads(10, 0.5, 0), 1);
    }
}
