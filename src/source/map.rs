//! The two requests to the system that need `unsafe`: mapping a file, and reserving space for one.
#![expect(unsafe_code, reason = "memory maps, and fallocate")]

use super::error::{Error, ErrorKind};
use super::read::NpyFile;
use super::{Header, Region, Source};
use crate::array::View;
use crate::dtype::DType;
use crate::shape::{self, Strides};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A `.npy` file in memory, by a read-only map: nothing is read before it is used.
pub struct NpyMap {
    memory: memmap2::Mmap,
    header: Header,
    strides: Strides,
    path: PathBuf,
}

impl NpyMap {
    /// Maps a file.
    ///
    /// # Safety
    /// As long as the map lives nobody, in any process, changes the file's bytes or makes it shorter.
    /// Changed bytes are undefined behaviour; a page that is gone ends the process with SIGBUS.
    ///
    /// # Errors
    /// As for [`NpyFile::open`]; [`ErrorKind::Io`] if the file cannot be mapped.
    ///
    /// ```
    /// use numfuse::{array::{Array, View}, source};
    /// let path = std::env::temp_dir().join(format!("numfuse-doc-map-{}.npy", std::process::id()));
    /// source::write_npy(&path, &View::from(&[1.0, 2.0]))?;
    /// // SAFETY: the file was just made and nobody else knows of it.
    /// let map = unsafe { source::NpyMap::map(&path)? };
    /// assert_eq!(map.view().as_slice::<f64>()?, [1.0, 2.0]);
    /// # drop(map);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub unsafe fn map(path: impl AsRef<Path>) -> Result<NpyMap, Error> {
        let path = path.as_ref();
        let (file, header) = NpyFile::open(path)?.into_parts();
        // SAFETY: the caller keeps the file as it is.
        let memory = unsafe { memmap2::Mmap::map(&file) }.map_err(|e| ErrorKind::from(e).at(path))?;
        let strides = header.strides().map_err(|e| e.at(path))?;
        // The file may have changed since its length was checked.
        view(&memory, &header, &strides).map_err(|e| e.at(path))?;
        Ok(NpyMap { memory, header, strides, path: path.to_owned() })
    }

    /// The elements where they lie: in C or Fortran order, perhaps unaligned or byte-swapped.
    pub fn view(&self) -> View<'_> {
        view(&self.memory, &self.header, &self.strides).expect("checked when the file was mapped")
    }

    /// What the file says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn view<'a>(memory: &'a [u8], header: &Header, strides: &[isize]) -> Result<View<'a>, ErrorKind> {
    let (start, swapped) = (header.data_start, header.swapped);
    Ok(View::from_bytes(memory, header.dtype, &header.shape, strides, start, swapped)?)
}

impl Source for NpyMap {
    fn dtype(&self) -> DType {
        self.header.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.header.shape
    }

    fn read(&self, region: &Region, out: &mut [u8]) -> Result<(), Error> {
        let whole = self.view();
        let part = region.of(&whole).ok_or(ErrorKind::Region);
        part.and_then(|view| Ok(view.copy_to(out)?)).map_err(|kind| kind.at(&self.path))
    }

    fn resident(&self) -> Option<View<'_>> {
        Some(self.view())
    }
}

impl Header {
    /// The distances between neighbours in the file, in bytes.
    pub(super) fn strides(&self) -> Result<Strides, ErrorKind> {
        let order = if self.fortran_order { shape::f_strides } else { shape::c_strides };
        Ok(order(&self.shape, self.dtype.size())?)
    }
}

/// Gives a file its length, and reserves the space where the file system can.
pub(super) fn reserve(file: &File, bytes: u64) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    if let Ok(length) = libc::off_t::try_from(bytes)
        && length > 0
    {
        use std::os::fd::AsRawFd;
        // SAFETY: the descriptor is open as long as `file` is borrowed.
        if unsafe { libc::fallocate(file.as_raw_fd(), 0, 0, length) } == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        // What the file system cannot do is no reason to fail; a full disk is.
        if error.raw_os_error() != Some(libc::EOPNOTSUPP) && error.raw_os_error() != Some(libc::ENOSYS) {
            return Err(error);
        }
    }
    file.set_len(bytes)
}
