//! A pool that keeps a few large pieces of memory for the next buffers.
//!
//! A page fault costs more than the arithmetic of a simple formula on the page, so repeated evaluations
//! of one size must not give their memory back to the system each time.

use super::buffer::{AllocError, Block, Buffer, LARGE};
use smallvec::SmallVec;
use std::fmt;
use std::sync::{Arc, Mutex};

/// How many pieces a pool keeps.
const KEPT: usize = 4;

/// A few large pieces of memory, kept for the next buffers of about their size.
///
/// A pool is a handle: clones share what is kept. It holds at most 4 pieces of 1 MiB or more, and at
/// most its limit in bytes. It never waits: if another thread holds it, memory is allocated or freed.
///
/// ```
/// let pool = numfuse::array::Pool::new(256 << 20);
/// let first = pool.allocate(8 << 20)?;
/// let place = first.as_ptr();
/// drop(first);
/// assert_eq!(pool.allocate(8 << 20)?.as_ptr(), place);
/// # Ok::<(), numfuse::array::AllocError>(())
/// ```
#[derive(Clone)]
pub struct Pool(Arc<Kept>);

struct Kept {
    limit: usize,
    /// Oldest first.
    blocks: Mutex<Vec<Block>>,
}

impl Pool {
    /// A pool that keeps at most `limit_bytes`; with 0 it keeps nothing.
    pub fn new(limit_bytes: usize) -> Pool {
        Pool(Arc::new(Kept { limit: limit_bytes, blocks: Mutex::new(Vec::with_capacity(KEPT + 1)) }))
    }

    /// A buffer of `bytes` bytes that returns to this pool when dropped. Its contents are unspecified:
    /// zeros, or what an earlier buffer of this pool held.
    ///
    /// # Errors
    /// [`AllocError`] if the system has no such memory.
    pub fn allocate(&self, bytes: usize) -> Result<Buffer, AllocError> {
        let block = match self.take(bytes) {
            Some(block) => block,
            None => Block::zeroed(bytes)?,
        };
        let pool = (bytes >= LARGE).then(|| self.clone());
        Ok(Buffer::pooled(block, bytes, pool))
    }

    /// The bytes kept now; 0 while another thread holds the pool.
    pub fn kept_bytes(&self) -> usize {
        self.0.blocks.try_lock().map_or(0, |blocks| blocks.iter().map(|b| b.capacity()).sum())
    }

    /// Frees what is kept.
    pub fn clear(&self) {
        // Moved out first: the memory is freed after the lock is.
        let freed = self.0.blocks.try_lock().map(|mut blocks| std::mem::take(&mut *blocks));
        drop(freed);
    }

    /// The smallest kept block that holds `bytes` and wastes at most a quarter of them.
    fn take(&self, bytes: usize) -> Option<Block> {
        if bytes < LARGE {
            return None;
        }
        let mut blocks = self.0.blocks.try_lock().ok()?;
        let fits = |b: &Block| b.capacity() >= bytes && b.capacity() - bytes <= bytes / 4;
        let (at, _) = blocks.iter().enumerate().filter(|(_, b)| fits(b)).min_by_key(|(_, b)| b.capacity())?;
        Some(blocks.remove(at))
    }

    /// Keeps a block, and frees the oldest ones beyond the limits.
    pub(super) fn keep(&self, block: Block) {
        if block.capacity() > self.0.limit {
            return;
        }
        let Ok(mut blocks) = self.0.blocks.try_lock() else { return };
        blocks.push(block);
        let over = |blocks: &[Block]| {
            blocks.len() > KEPT || blocks.iter().map(|b| b.capacity()).sum::<usize>() > self.0.limit
        };
        let surplus = (0..blocks.len()).find(|&n| !over(&blocks[n..])).unwrap_or(blocks.len());
        let freed: SmallVec<[Block; KEPT + 1]> = blocks.drain(..surplus).collect();
        drop(blocks);
        drop(freed);
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("limit", &self.0.limit).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_keeps_few_and_little() {
        let pool = Pool::new(10 << 20);
        let all: Vec<Buffer> = (0..7).map(|_| pool.allocate(2 << 20).unwrap()).collect();
        drop(all);
        assert_eq!(pool.kept_bytes(), 8 << 20);
        drop(pool.allocate(9 << 20).unwrap());
        assert_eq!(pool.kept_bytes(), 9 << 20, "the oldest made room");
        drop(pool.allocate(11 << 20).unwrap());
        drop(pool.allocate(100).unwrap());
        assert_eq!(pool.kept_bytes(), 9 << 20, "too large and too small are not kept");
        let other = pool.allocate(6 << 20).unwrap();
        assert_eq!(pool.kept_bytes(), 9 << 20, "a third too large is not taken");
        pool.clear();
        assert_eq!((pool.kept_bytes(), other.len()), (0, 6 << 20));
    }

    #[test]
    fn pooled_memory_is_shared_between_threads() {
        let pool = Pool::new(64 << 20);
        std::thread::scope(|s| {
            for id in 0..4u8 {
                let pool = &pool;
                s.spawn(move || {
                    for _ in 0..50 {
                        let mut b = pool.allocate(LARGE).unwrap();
                        b.fill(id);
                        assert!(b.iter().all(|&x| x == id));
                    }
                });
            }
        });
    }
}
