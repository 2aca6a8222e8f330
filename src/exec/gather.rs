//! Strided, swapped and broadcast elements to contiguous scratch, and back.
#![expect(unsafe_code, reason = "walks arrays by the strides that the caller vouches for")]

use super::planes;
use smallvec::SmallVec;

/// An array as a gather walks it.
#[derive(Clone, Debug)]
pub(super) struct Walk<'s> {
    /// The element at the origin of the space.
    pub(super) base: *mut u8,
    /// Sizes of the space's axes.
    pub(super) sizes: &'s [usize],
    /// Byte strides along them.
    pub(super) strides: &'s [isize],
    /// Bytes an element.
    pub(super) size: usize,
    /// The bytes that are reversed together; 1 for none.
    pub(super) unit: usize,
    /// Whether nothing is read: an element is an eighth of its address.
    pub(super) numbered: bool,
}

/// One run along the innermost axis.
#[derive(Clone, Copy)]
struct Row {
    start: *mut u8,
    stride: isize,
    len: usize,
}

impl Walk<'_> {
    /// Calls `visit` with each run of the elements `at..at + len` of the space, and where it starts
    /// among them.
    fn rows(&self, at: &[usize], len: usize, mut visit: impl FnMut(Row, usize)) {
        let inner = self.sizes.len() - 1;
        let mut coordinates: SmallVec<[usize; 6]> = SmallVec::from_slice(at);
        let mut done = 0;
        while done < len {
            let offset: isize = coordinates.iter().zip(self.strides).map(|(&c, &s)| c as isize * s).sum();
            let run = (self.sizes[inner] - coordinates[inner]).min(len - done);
            visit(
                Row { start: self.base.wrapping_offset(offset), stride: self.strides[inner], len: run },
                done,
            );
            done += run;
            coordinates[inner] += run;
            self.carry(&mut coordinates);
        }
    }

    fn carry(&self, coordinates: &mut [usize]) {
        for axis in (1..coordinates.len()).rev() {
            if coordinates[axis] == self.sizes[axis] {
                coordinates[axis] = 0;
                coordinates[axis - 1] += 1;
            }
        }
    }

    /// Copies the `len` elements from coordinates `at` on to `out`.
    ///
    /// # Safety
    /// `at` and the `len - 1` elements after it lie in the space and may be read; `out` has room.
    pub(super) unsafe fn gather(&self, at: &[usize], len: usize, out: *mut u8) {
        self.rows(at, len, |row, done| {
            // SAFETY: every element of a row is one of those the caller vouches for.
            unsafe {
                let out = out.add(done * self.size);
                if self.numbered {
                    number_row(row, out);
                    return;
                }
                match self.size {
                    1 => gather_row::<1>(row, out, false),
                    2 => gather_row::<2>(row, out, self.unit == 2),
                    4 if self.unit != 2 => gather_row::<4>(row, out, self.unit == 4),
                    8 if matches!(self.unit, 1 | 8) => gather_row::<8>(row, out, self.unit == 8),
                    16 if self.unit == 1 => gather_row::<16>(row, out, false),
                    size => gather_wide(row, out, size, self.unit),
                }
            };
        });
    }

    /// Copies both parts of the `len` complex elements from coordinates `at` on, where this walks the real parts.
    ///
    /// # Safety
    /// As [`gather`](Walk::gather), for both parts: the imaginary one is next to each real one, and nothing is swapped.
    pub(super) unsafe fn gather_parts(&self, at: &[usize], len: usize, re: *mut u8, im: *mut u8) {
        let size = self.size;
        self.rows(at, len, |row, done| {
            // SAFETY: both parts of every element of a row, as the caller vouches.
            unsafe {
                let (re, im) = (re.add(done * size), im.add(done * size));
                if row.stride == 2 * size as isize {
                    planes::split(row.start, re, im, row.len, size);
                    return;
                }
                let imag = Row { start: row.start.wrapping_add(size), ..row };
                for (part, out) in [(row, re), (imag, im)] {
                    if size == 4 {
                        gather_row::<4>(part, out, false)
                    } else {
                        gather_row::<8>(part, out, false)
                    }
                }
            }
        });
    }

    /// Copies the parts of `len` complex elements to those from coordinates `at` on, past the caches if `streamed`.
    ///
    /// # Safety
    /// As [`scatter`](Walk::scatter), for both parts: see [`gather_parts`](Walk::gather_parts).
    pub(super) unsafe fn scatter_parts(
        &self,
        at: &[usize],
        len: usize,
        (re, im): (*const u8, *const u8),
        streamed: bool,
    ) {
        let size = self.size;
        self.rows(at, len, |row, done| {
            // SAFETY: both parts of every element of a row, as the caller vouches.
            unsafe {
                let (re, im) = (re.add(done * size), im.add(done * size));
                if row.stride == 2 * size as isize {
                    let join = if streamed { planes::join_streamed } else { planes::join };
                    join(re, im, row.start, row.len, size);
                    return;
                }
                let imag = Row { start: row.start.wrapping_add(size), ..row };
                for (part, from) in [(row, re), (imag, im)] {
                    if size == 4 {
                        scatter_row::<4>(part, from, false)
                    } else {
                        scatter_row::<8>(part, from, false)
                    }
                }
            }
        });
    }

    /// Copies `len` elements from `from` to those from coordinates `at` on.
    ///
    /// # Safety
    /// `at` and the `len - 1` elements after it lie in the space and may be written; `from` has them.
    pub(super) unsafe fn scatter(&self, at: &[usize], len: usize, from: *const u8) {
        self.rows(at, len, |row, done| {
            // SAFETY: every element of a row is one of those the caller vouches for.
            unsafe {
                let from = from.add(done * self.size);
                match self.size {
                    1 => scatter_row::<1>(row, from, false),
                    2 => scatter_row::<2>(row, from, self.unit == 2),
                    4 if self.unit != 2 => scatter_row::<4>(row, from, self.unit == 4),
                    8 if matches!(self.unit, 1 | 8) => scatter_row::<8>(row, from, self.unit == 8),
                    16 if self.unit == 1 => scatter_row::<16>(row, from, false),
                    size => scatter_wide(row, from, size, self.unit),
                }
            };
        });
    }
}

/// Elements of any size: text.
///
/// # Safety
/// The row's elements of `size` bytes may be read, `out` has room for them.
unsafe fn gather_wide(row: Row, out: *mut u8, size: usize, unit: usize) {
    for i in 0..row.len {
        // SAFETY: element `i` of the row; scratch is apart from arrays.
        let element = unsafe {
            let to = out.add(i * size);
            row.start.wrapping_offset(i as isize * row.stride).copy_to_nonoverlapping(to, size);
            std::slice::from_raw_parts_mut(to, size)
        };
        if unit > 1 {
            element.chunks_exact_mut(unit).for_each(<[u8]>::reverse);
        }
    }
}

/// Elements of any size: text.
///
/// # Safety
/// The row's elements of `size` bytes may be written, `from` has them.
unsafe fn scatter_wide(row: Row, from: *const u8, size: usize, unit: usize) {
    for i in 0..row.len {
        // SAFETY: element `i` of the row, which nobody else writes or reads; scratch is apart from arrays.
        let element = unsafe {
            let to = row.start.wrapping_offset(i as isize * row.stride);
            from.add(i * size).copy_to_nonoverlapping(to, size);
            std::slice::from_raw_parts_mut(to, size)
        };
        if unit > 1 {
            element.chunks_exact_mut(unit).for_each(<[u8]>::reverse);
        }
    }
}

/// Writes the numbers that a row's addresses stand for.
///
/// # Safety
/// `out` has room for an i64 for each element of the row.
unsafe fn number_row(row: Row, out: *mut u8) {
    let (first, step) = (row.start.addr() as i64 / 8, row.stride as i64 / 8);
    let out = out.cast::<[u8; 8]>();
    for i in 0..row.len {
        // SAFETY: as the caller promises; byte arrays have no alignment.
        unsafe { out.add(i).write((first + i as i64 * step).to_le_bytes()) };
    }
}

/// # Safety
/// The row's elements may be read, `out` has room for them.
unsafe fn gather_row<const SIZE: usize>(row: Row, out: *mut u8, swapped: bool) {
    let out = out.cast::<[u8; SIZE]>();
    if row.stride == SIZE as isize && !swapped {
        // SAFETY: the run is contiguous; scratch is apart from arrays.
        unsafe { row.start.cast::<[u8; SIZE]>().copy_to_nonoverlapping(out, row.len) };
        return;
    }
    // One plane of complex numbers: a stride that the compiler knows makes wide loads and shuffles.
    if row.stride == 2 * SIZE as isize && !swapped {
        for i in 0..row.len {
            // SAFETY: element `i` of the row; byte arrays have no alignment.
            unsafe { out.add(i).write(row.start.cast::<[u8; SIZE]>().add(2 * i).read()) };
        }
        return;
    }
    for i in 0..row.len {
        // SAFETY: element `i` of the row; byte arrays have no alignment.
        unsafe {
            let mut element = row.start.wrapping_offset(i as isize * row.stride).cast::<[u8; SIZE]>().read();
            if swapped {
                element.reverse();
            }
            out.add(i).write(element);
        };
    }
}

/// # Safety
/// The row's elements may be written, `from` has them.
unsafe fn scatter_row<const SIZE: usize>(row: Row, from: *const u8, swapped: bool) {
    let from = from.cast::<[u8; SIZE]>();
    if row.stride == SIZE as isize && !swapped {
        // SAFETY: the run is contiguous; scratch is apart from arrays.
        unsafe { from.copy_to_nonoverlapping(row.start.cast(), row.len) };
        return;
    }
    // One plane of complex numbers: the other plane's elements between are not touched.
    if row.stride == 2 * SIZE as isize && !swapped {
        for i in 0..row.len {
            // SAFETY: element `i` of the row; byte arrays have no alignment.
            unsafe { row.start.cast::<[u8; SIZE]>().add(2 * i).write(from.add(i).read()) };
        }
        return;
    }
    for i in 0..row.len {
        // SAFETY: element `i` of the row; byte arrays have no alignment.
        unsafe {
            let mut element = from.add(i).read();
            if swapped {
                element.reverse();
            }
            row.start.wrapping_offset(i as isize * row.stride).cast::<[u8; SIZE]>().write(element);
        };
    }
}
