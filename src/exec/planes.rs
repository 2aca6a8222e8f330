//! Complex elements in two, and back: the parts lie in turns in memory, and kernels take them apart.
//!
//! The loops are compiled for each instruction level, where they become wide loads and shuffles.
#![expect(unsafe_code, reason = "the places of blocks are addresses")]

use super::stream;

/// A part of a number: what is moved, at any address.
trait Part: Copy {}
impl Part for u32 {}
impl Part for u64 {}

/// Elements joined at once before they are copied past the caches: few enough for the first-level cache.
const BATCH: usize = 128;

macro_rules! levels {
    ($($(#[$level:meta])? $split:ident $join:ident;)*) => {$(
        /// # Safety
        /// As [`split`], for a part's type; the CPU has the level.
        $(#[$level])?
        unsafe fn $split<P: Part>(from: *const [P; 2], re: *mut P, im: *mut P, len: usize) {
            for i in 0..len {
                // SAFETY: element `i` of each, as the caller promises.
                unsafe {
                    let [a, b] = from.add(i).read_unaligned();
                    re.add(i).write_unaligned(a);
                    im.add(i).write_unaligned(b);
                }
            }
        }

        /// # Safety
        /// As [`join`], for a part's type; the CPU has the level.
        $(#[$level])?
        unsafe fn $join<P: Part>(re: *const P, im: *const P, to: *mut [P; 2], len: usize) {
            for i in 0..len {
                // SAFETY: element `i` of each, as the caller promises.
                unsafe { to.add(i).write_unaligned([re.add(i).read_unaligned(), im.add(i).read_unaligned()]) };
            }
        }
    )*};
}

levels! {
    split_baseline join_baseline;
    #[cfg_attr(target_arch = "x86_64", target_feature(enable = "avx2"))] split_avx2 join_avx2;
    #[cfg_attr(target_arch = "x86_64", target_feature(enable = "avx512f,avx512bw,avx512vl"))] split_avx512 join_avx512;
}

/// The widest registers that the CPU has; which it is changes no result.
#[cfg(target_arch = "x86_64")]
fn widest() -> usize {
    if std::arch::is_x86_feature_detected!("avx512bw") && std::arch::is_x86_feature_detected!("avx512vl") {
        64
    } else if std::arch::is_x86_feature_detected!("avx2") {
        32
    } else {
        16
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn widest() -> usize {
    16
}

/// Writes the real and the imaginary parts of `len` complex elements side by side. A part has 4 or 8 bytes.
///
/// # Safety
/// `from` holds the elements, `re` and `im` have room for their parts, and nothing overlaps.
pub(super) unsafe fn split(from: *const u8, re: *mut u8, im: *mut u8, len: usize, size: usize) {
    // SAFETY: as the caller promises; the CPU was asked for the level.
    unsafe {
        match (size, widest()) {
            (4, 64) => split_avx512::<u32>(from.cast(), re.cast(), im.cast(), len),
            (4, 32) => split_avx2::<u32>(from.cast(), re.cast(), im.cast(), len),
            (4, _) => split_baseline::<u32>(from.cast(), re.cast(), im.cast(), len),
            (_, 64) => split_avx512::<u64>(from.cast(), re.cast(), im.cast(), len),
            (_, 32) => split_avx2::<u64>(from.cast(), re.cast(), im.cast(), len),
            (_, _) => split_baseline::<u64>(from.cast(), re.cast(), im.cast(), len),
        }
    }
}

/// Writes `len` complex elements from their parts.
///
/// # Safety
/// `re` and `im` hold the parts, `to` has room for the elements, and nothing overlaps.
pub(super) unsafe fn join(re: *const u8, im: *const u8, to: *mut u8, len: usize, size: usize) {
    // SAFETY: as the caller promises; the CPU was asked for the level.
    unsafe {
        match (size, widest()) {
            (4, 64) => join_avx512::<u32>(re.cast(), im.cast(), to.cast(), len),
            (4, 32) => join_avx2::<u32>(re.cast(), im.cast(), to.cast(), len),
            (4, _) => join_baseline::<u32>(re.cast(), im.cast(), to.cast(), len),
            (_, 64) => join_avx512::<u64>(re.cast(), im.cast(), to.cast(), len),
            (_, 32) => join_avx2::<u64>(re.cast(), im.cast(), to.cast(), len),
            (_, _) => join_baseline::<u64>(re.cast(), im.cast(), to.cast(), len),
        }
    }
}

/// As [`join`], past the caches.
///
/// # Safety
/// As for `join`.
pub(super) unsafe fn join_streamed(re: *const u8, im: *const u8, to: *mut u8, len: usize, size: usize) {
    let mut batch = [[0u64; 2]; BATCH];
    for at in (0..len).step_by(BATCH) {
        let n = BATCH.min(len - at);
        let joined = batch.as_mut_ptr().cast::<u8>();
        // SAFETY: the elements `at..at + n` of each; a batch has room for them.
        unsafe {
            join(re.add(at * size), im.add(at * size), joined, n, size);
            stream::copy(joined, to.add(2 * at * size), 2 * n * size);
        }
    }
}
