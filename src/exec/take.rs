//! Elements of an array by their numbers, and the numbers of the elements that a mask selects.
#![expect(unsafe_code, reason = "reads elements at places that are computed, and writes blocks")]

use super::block::Table;

/// Copies the elements of the table at `len` numbers. A number outside the table gives zeros: the guard of the
/// formula fails then, before anything of it is shown.
///
/// # Safety
/// The table's elements may be read; `at` has `len` i64s at any alignment, `dest` room for as many elements.
pub(super) unsafe fn take(table: &Table, at: *const u8, dest: *mut u8, len: usize) {
    // SAFETY: as the caller promises, with the table's own size of elements.
    unsafe {
        match table.size {
            1 => take_sized::<1>(table, at, dest, len),
            2 => take_sized::<2>(table, at, dest, len),
            4 if table.unit != 2 => take_sized::<4>(table, at, dest, len),
            8 if matches!(table.unit, 1 | 8) => take_sized::<8>(table, at, dest, len),
            _ => take_wide(table, at, dest, len),
        }
    }
}

/// # Safety
/// As [`take`].
unsafe fn take_wide(table: &Table, at: *const u8, dest: *mut u8, len: usize) {
    let at = at.cast::<[u8; 8]>();
    for i in 0..len {
        // SAFETY: number `i` of the block.
        let number = u64::from_le_bytes(unsafe { at.add(i).read() });
        // SAFETY: element `i` of the block, which is apart from the table.
        let element = unsafe { std::slice::from_raw_parts_mut(dest.add(i * table.size), table.size) };
        if number < table.len as u64 {
            let from = table.base.wrapping_offset(number as isize * table.stride);
            // SAFETY: an element of the table.
            unsafe { from.copy_to_nonoverlapping(element.as_mut_ptr(), table.size) };
            if table.unit > 1 {
                element.chunks_exact_mut(table.unit).for_each(<[u8]>::reverse);
            }
        } else {
            element.fill(0);
        }
    }
}

/// # Safety
/// As [`take`], for elements of `SIZE` bytes.
unsafe fn take_sized<const SIZE: usize>(table: &Table, at: *const u8, dest: *mut u8, len: usize) {
    let (at, dest) = (at.cast::<[u8; 8]>(), dest.cast::<[u8; SIZE]>());
    let len_ = table.len as u64;
    for i in 0..len {
        // SAFETY: number `i` of the block.
        let number = u64::from_le_bytes(unsafe { at.add(i).read() });
        let mut element = [0; SIZE];
        // A negative number is a large one here.
        if number < len_ {
            let from = table.base.wrapping_offset(number as isize * table.stride);
            // SAFETY: an element of the table.
            element = unsafe { from.cast::<[u8; SIZE]>().read() };
            if table.unit > 1 {
                element.reverse();
            }
        }
        // SAFETY: element `i` of the block.
        unsafe { dest.add(i).write(element) };
    }
}

/// How many bytes of a mask are not 0.
///
/// # Safety
/// `mask` has `len` bytes.
pub(super) unsafe fn count(mask: *const u8, len: usize) -> usize {
    // SAFETY: as the caller promises.
    let mask = unsafe { std::slice::from_raw_parts(mask, len) };
    // Sums of bytes vectorize; 255 of them fit one.
    mask.chunks(255).map(|part| usize::from(part.iter().map(|&b| u8::from(b != 0)).sum::<u8>())).sum()
}

/// Writes the numbers, from `first` on, of the bytes of a mask that are not 0, at most `room` of them; gives how
/// many they are.
///
/// # Safety
/// `mask` has `len` bytes, and `out` room for `room` i64s.
pub(super) unsafe fn collect(mask: *const u8, len: usize, first: usize, out: *mut i64, room: usize) -> usize {
    // SAFETY: as the caller promises.
    let mask = unsafe { std::slice::from_raw_parts(mask, len) };
    let mut held = [0i64; COLLECTED];
    let mut written = 0;
    for (k, part) in mask.chunks(COLLECTED).enumerate() {
        // Without a branch: a number that is not wanted is overwritten by the next one.
        let mut n = 0;
        for (i, &byte) in part.iter().enumerate() {
            held[n] = (first + k * COLLECTED + i) as i64;
            n += usize::from(byte != 0);
        }
        let n = n.min(room - written);
        // SAFETY: no more than there is room for.
        unsafe { out.add(written).copy_from_nonoverlapping(held.as_ptr(), n) };
        written += n;
    }
    written
}

/// Bytes of a mask that are collected at once.
const COLLECTED: usize = 256;
