//! Copying a block to memory past the caches.
//!
//! An output that will not be read back from the cache is written with non-temporal stores: memory is
//! then written without being read first.
#![expect(unsafe_code, reason = "non-temporal stores are intrinsics")]

/// Outputs of at least this many bytes are streamed.
pub(super) const STREAM_FROM: usize = 8 << 20;

/// Copies `len` bytes. Where `to` is aligned to a cache line it is written past the caches, in the widest
/// registers that there are: whole lines, so that none is read first.
///
/// # Safety
/// `from` is readable, `to` writable for `len` bytes, and they are apart.
pub(super) unsafe fn copy(from: *const u8, to: *mut u8, len: usize) {
    let mut done = 0;
    #[cfg(target_arch = "x86_64")]
    if to.addr().is_multiple_of(LINE) {
        let lines = len / LINE;
        // SAFETY: whole lines within `len` bytes of both; `to` is aligned; the CPU has what is called.
        unsafe {
            if std::arch::is_x86_feature_detected!("avx512f") {
                lines_avx512(from, to, lines);
            } else {
                lines_sse2(from, to, lines);
            }
        }
        done = lines * LINE;
    }
    // SAFETY: the bytes after the last whole line.
    unsafe { from.add(done).copy_to_nonoverlapping(to.add(done), len - done) };
}

/// Bytes of a cache line.
#[cfg(target_arch = "x86_64")]
const LINE: usize = 64;

/// # Safety
/// As [`copy`], for `lines` lines; `to` is aligned to one.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn lines_avx512(from: *const u8, to: *mut u8, lines: usize) {
    use std::arch::x86_64::{__m512i, _mm512_loadu_si512, _mm512_stream_si512};
    let (from, to) = (from.cast::<__m512i>(), to.cast::<__m512i>());
    for i in 0..lines {
        // SAFETY: line `i` of both.
        unsafe { _mm512_stream_si512(to.add(i), _mm512_loadu_si512(from.add(i))) };
    }
}

/// # Safety
/// As [`copy`], for `lines` lines; `to` is aligned to one.
#[cfg(target_arch = "x86_64")]
unsafe fn lines_sse2(from: *const u8, to: *mut u8, lines: usize) {
    use std::arch::x86_64::{__m128i, _mm_loadu_si128, _mm_stream_si128};
    let (from, to) = (from.cast::<__m128i>(), to.cast::<__m128i>());
    for i in 0..lines * 4 {
        // SAFETY: a quarter of a line of both; SSE2 is part of x86-64.
        unsafe { _mm_stream_si128(to.add(i), _mm_loadu_si128(from.add(i))) };
    }
}

/// Makes streamed stores of this thread visible before whatever it does next.
pub(super) fn fence() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: SSE is part of x86-64.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}
