//! Owned memory for elements.
//!
//! Large buffers come from their own anonymous mapping, so that their pages are zero without being
//! touched here (the threads that write them fault them in) and can be huge. A page fault costs more
//! than the arithmetic of a simple formula, so a buffer made by a [`Pool`] goes back to it when dropped.
//!
//! All memory is initialised as Rust sees it: fresh memory is zeroed by the allocator or the kernel,
//! memory from the pool still holds bytes that were initialised when it was made.
#![expect(unsafe_code, reason = "allocates, maps, frees, and lends its own memory as slices")]

use super::element::Element;
use super::pool::Pool;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// The alignment of every buffer that is not made from a `Vec`: a cache line, and a 512-bit vector.
pub(crate) const ALIGN: usize = 64;
/// From this size on a buffer has its own mapping and may be kept by a pool.
pub(super) const LARGE: usize = 1 << 20;
/// From this size on a mapping asks for huge pages.
const HUGE: usize = 4 << 20;
/// The size and alignment of a huge page.
const HUGE_PAGE: usize = 2 << 20;

/// Memory that the system did not give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllocError {
    /// How much was asked for.
    pub bytes: usize,
}

impl fmt::Display for AllocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "out of memory: could not allocate {} bytes", self.bytes)
    }
}

impl std::error::Error for AllocError {}

/// How a block is given back.
#[derive(Clone, Copy, Debug)]
enum Origin {
    /// Nothing was allocated.
    Empty,
    /// From the global allocator, with this layout.
    Heap(Layout),
    /// From `mmap`.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux maps"))]
    Mapped,
}

/// A piece of memory of `capacity` bytes, all of them initialised unless it came from a `Vec`, whose
/// spare capacity is not; `Buffer::len` never reaches into that.
pub(super) struct Block {
    ptr: NonNull<u8>,
    capacity: usize,
    origin: Origin,
}

// SAFETY: a block is the only owner of plain memory that is bound to no thread.
unsafe impl Send for Block {}
// SAFETY: a shared block only gives its address; reading through it is reading plain bytes.
unsafe impl Sync for Block {}

impl Block {
    const EMPTY: Block =
        Block { ptr: NonNull::<Aligned>::dangling().cast(), capacity: 0, origin: Origin::Empty };

    pub(super) fn zeroed(bytes: usize) -> Result<Block, AllocError> {
        match bytes {
            0 => Ok(Block::EMPTY),
            1..LARGE => Block::heap(bytes, ALIGN),
            LARGE.. => Block::large(bytes),
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    fn heap(bytes: usize, align: usize) -> Result<Block, AllocError> {
        let layout = Layout::from_size_align(bytes, align).map_err(|_| AllocError { bytes })?;
        if bytes == 0 {
            return Ok(Block::EMPTY);
        }
        // SAFETY: the layout's size is not zero, as was just checked.
        let ptr = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(AllocError { bytes })?;
        Ok(Block { ptr, capacity: bytes, origin: Origin::Heap(layout) })
    }

    #[cfg(not(target_os = "linux"))]
    fn large(bytes: usize) -> Result<Block, AllocError> {
        Block::heap(bytes, ALIGN)
    }

    #[cfg(target_os = "linux")]
    fn large(bytes: usize) -> Result<Block, AllocError> {
        let failed = AllocError { bytes };
        // SAFETY: asks for a constant of the system.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).map_err(|_| failed)?;
        let capacity = bytes.checked_next_multiple_of(page).ok_or(failed)?;
        if capacity < HUGE {
            return Ok(Block { ptr: map(capacity).ok_or(failed)?, capacity, origin: Origin::Mapped });
        }
        // Map one huge page more, then unmap what lies before and after the aligned part.
        let wide = capacity.checked_add(HUGE_PAGE).ok_or(failed)?;
        let base = map(wide).ok_or(failed)?;
        let head = base.as_ptr().align_offset(HUGE_PAGE);
        let tail = wide - capacity - head;
        // SAFETY: `head <= HUGE_PAGE`, so `head + capacity <= wide`: all within the mapping. Both parts
        // that are unmapped are whole pages outside `ptr .. ptr + capacity`, and nobody uses them.
        let ptr = unsafe {
            let ptr = base.add(head);
            unmap(base, head);
            unmap(ptr.add(capacity), tail);
            ptr
        };
        // SAFETY: the range is a mapping of our own. Refusal costs speed only, so it is ignored.
        unsafe { libc::madvise(ptr.as_ptr().cast(), capacity, libc::MADV_HUGEPAGE) };
        Ok(Block { ptr, capacity, origin: Origin::Mapped })
    }
}

/// Gives [`Block::EMPTY`] an aligned address.
#[repr(align(64))]
struct Aligned;

/// A fresh private mapping of zeros, or `None`.
#[cfg(target_os = "linux")]
fn map(bytes: usize) -> Option<NonNull<u8>> {
    let (prot, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: an anonymous mapping at an address of the kernel's choice touches no memory in use.
    let ptr = unsafe { libc::mmap(std::ptr::null_mut(), bytes, prot, flags, -1, 0) };
    if ptr == libc::MAP_FAILED { None } else { NonNull::new(ptr.cast()) }
}

/// Gives back whole pages of a mapping made by [`map`].
///
/// # Safety
/// `ptr .. ptr + bytes` is part of such a mapping and nobody uses it any more.
#[cfg(target_os = "linux")]
unsafe fn unmap(ptr: NonNull<u8>, bytes: usize) {
    if bytes > 0 {
        // SAFETY: the caller gives up the range. There is nothing to do about a failure.
        unsafe { libc::munmap(ptr.as_ptr().cast(), bytes) };
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        match self.origin {
            Origin::Empty => {}
            // SAFETY: `ptr` came from the global allocator with this layout and is freed only here.
            Origin::Heap(layout) => unsafe { dealloc(self.ptr.as_ptr(), layout) },
            // SAFETY: the block is a mapping of `capacity` bytes and is unmapped only here.
            #[cfg(target_os = "linux")]
            Origin::Mapped => unsafe { unmap(self.ptr, self.capacity) },
            #[cfg(not(target_os = "linux"))]
            Origin::Mapped => {}
        }
    }
}

/// Owned bytes, aligned to 64 (large ones to 2 MiB, with huge pages asked for), for the elements of an
/// array. Derefs to `[u8]`.
///
/// A buffer made from a `Vec<T>` has only `T`'s alignment and can become that `Vec` again.
///
/// ```
/// use numfuse::array::Buffer;
/// let buffer = Buffer::allocate(100)?;
/// assert!(buffer.iter().all(|&b| b == 0) && buffer.as_ptr().addr() % 64 == 0);
/// # Ok::<(), numfuse::array::AllocError>(())
/// ```
pub struct Buffer {
    block: ManuallyDrop<Block>,
    len: usize,
    pool: Option<Pool>,
}

impl Buffer {
    /// `bytes` zeros.
    ///
    /// # Errors
    /// [`AllocError`] if the system has no such memory.
    pub fn allocate(bytes: usize) -> Result<Buffer, AllocError> {
        Ok(Buffer::own(Block::zeroed(bytes)?, bytes))
    }

    /// `len` zeros of type `T`, allocated so that [`into_vec`](Buffer::into_vec) need not copy.
    ///
    /// # Errors
    /// [`AllocError`] if the system has no such memory.
    pub fn for_vec<T: Element>(len: usize) -> Result<Buffer, AllocError> {
        let bytes = len.checked_mul(size_of::<T>()).ok_or(AllocError { bytes: usize::MAX })?;
        Ok(Buffer::own(Block::heap(bytes, align_of::<T>())?, bytes))
    }

    /// The `Vec` whose memory this is, without a copy.
    ///
    /// # Errors
    /// The buffer itself, if it was not made by [`for_vec`](Buffer::for_vec) or from a `Vec`, of a type
    /// of this size and alignment, or if its bytes are not values of `T`.
    pub fn into_vec<T: Element>(self) -> Result<Vec<T>, Buffer> {
        let fits = self.len.is_multiple_of(size_of::<T>()) && T::check(&self).is_ok();
        match self.block.origin {
            Origin::Empty if self.len == 0 => Ok(Vec::new()),
            Origin::Heap(layout)
                if fits
                    && layout.align() == align_of::<T>()
                    && layout.size().is_multiple_of(size_of::<T>()) =>
            {
                let (ptr, len) = (self.block.ptr.cast::<T>(), self.len / size_of::<T>());
                // The Vec owns the memory from here on. Such a buffer has no pool to drop.
                std::mem::forget(self);
                // SAFETY: the memory is the global allocator's with the layout of `capacity` many `T`,
                // and its first `len` are initialised values of `T` (`check`).
                Ok(unsafe { Vec::from_raw_parts(ptr.as_ptr(), len, layout.size() / size_of::<T>()) })
            }
            Origin::Empty | Origin::Heap(_) | Origin::Mapped => Err(self),
        }
    }

    fn own(block: Block, len: usize) -> Buffer {
        Buffer { block: ManuallyDrop::new(block), len, pool: None }
    }

    /// The first `len` bytes of a block from [`Block::zeroed`], which goes to `pool` when dropped.
    ///
    /// # Panics
    /// If the block is shorter.
    pub(super) fn pooled(block: Block, len: usize, pool: Option<Pool>) -> Buffer {
        assert!(len <= block.capacity, "a pool takes blocks that are long enough");
        Buffer { block: ManuallyDrop::new(block), len, pool }
    }
}

impl<T: Element> From<Vec<T>> for Buffer {
    /// Takes the memory of the `Vec`, without a copy.
    fn from(vec: Vec<T>) -> Buffer {
        let mut vec = ManuallyDrop::new(vec);
        let bytes = size_of_val(vec.as_slice());
        let Ok(layout) = Layout::array::<T>(vec.capacity()) else { unreachable!("the Vec has this layout") };
        if layout.size() == 0 {
            return Buffer::own(Block::EMPTY, 0);
        }
        // Not the slice's pointer: that may reach only over the elements, not over the whole capacity.
        let ptr = NonNull::new(vec.as_mut_ptr()).unwrap_or(NonNull::dangling()).cast();
        Buffer::own(Block { ptr, capacity: layout.size(), origin: Origin::Heap(layout) }, bytes)
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the block owns at least `len` initialised bytes and is borrowed as long as the slice.
        unsafe { std::slice::from_raw_parts(self.block.ptr.as_ptr(), self.len) }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as for `deref`, and the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.block.ptr.as_ptr(), self.len) }
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pooled = self.pool.is_some();
        f.debug_struct("Buffer").field("len", &self.len).field("pooled", &pooled).finish_non_exhaustive()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: `block` is taken once, here, and not used afterwards.
        let block = unsafe { ManuallyDrop::take(&mut self.block) };
        match self.pool.take() {
            Some(pool) => pool.keep(block),
            None => drop(block),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_zero_and_aligned() {
        for bytes in [0, 1, 63, 4096, LARGE, LARGE + 1, HUGE - 1, HUGE, HUGE + 5] {
            let mut buffer = Buffer::allocate(bytes).unwrap();
            let align = if cfg!(target_os = "linux") && bytes >= HUGE { HUGE_PAGE } else { ALIGN };
            assert_eq!((buffer.len(), buffer.as_ptr().addr() % align), (bytes, 0));
            assert!(buffer.iter().all(|&b| b == 0));
            buffer.fill(7);
        }
    }

    #[test]
    fn what_cannot_be_allocated_is_an_error() {
        for bytes in [usize::MAX, isize::MAX as usize, 1 << 60] {
            assert_eq!(Buffer::allocate(bytes).unwrap_err(), AllocError { bytes });
        }
        assert!(Buffer::for_vec::<f64>(usize::MAX).is_err());
    }

    #[test]
    fn a_vec_goes_in_and_comes_out() {
        let mut vec = Vec::with_capacity(9);
        vec.extend([1.5f64, 2.5]);
        let place = vec.as_ptr();
        let back = Buffer::from(vec).into_vec::<f64>().unwrap();
        assert_eq!((back.as_slice(), back.as_ptr(), back.capacity()), (&[1.5, 2.5][..], place, 9));
        assert!(Buffer::from(back).into_vec::<f32>().is_err(), "another alignment");
        assert!(Buffer::from(vec![2u8]).into_vec::<bool>().is_err(), "2 is no bool");
        assert_eq!(Buffer::for_vec::<i32>(3).unwrap().into_vec::<i32>().unwrap(), [0, 0, 0]);
    }
}
