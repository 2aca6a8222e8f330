//! Copying a block to memory past the caches.
//!
//! An output that will not be read back from the cache is written with non-temporal stores: memory is
//! then written without being read first.
#![expect(unsafe_code, reason = "non-temporal stores are intrinsics")]

/// Outputs of at least this many bytes are streamed.
pub(super) const STREAM_FROM: usize = 8 << 20;

/// Copies `len` bytes. Where `to` is aligned to 16 bytes it is written past the caches.
///
/// # Safety
/// `from` is readable, `to` writable for `len` bytes, and they are apart.
pub(super) unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    #[cfg(target_arch = "x86_64")]
    if to.addr().is_multiple_of(16) {
        use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
        let whole = len / 16;
        let (source, dest) = (from.cast::<__m128i>(), to.cast::<__m128i>());
        for i in 0..whole {
            // SAFETY: within `len` bytes of both; `to` is aligned; SSE2 is part of x86-64.
            unsafe { _mm_stream_si128(dest.add(i), _mm_loadu_si128(source.add(i))) };
        }
        // SAFETY: the bytes after the last whole vector.
        unsafe { from.add(whole * 16).copy_to_nonoverlapping(to.add(whole * 16), len % 16) };
        return;
    }
    // SAFETY: as the caller promises.
    unsafe { from.copy_to_nonoverlapping(to, len) };
}

/// Makes streamed stores of this thread visible before whatever it does next.
pub(super) fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: SSE is part of x86-64.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}
