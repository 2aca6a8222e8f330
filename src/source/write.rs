//! Writing `.npy` files, which appear whole or not at all.

use super::error::{Error, ErrorKind};
use super::header::Header;
use super::map::reserve;
use super::position::write_all_at;
use super::{Region, Sink};
use crate::array::{self, Buffer, View};
use crate::dtype::DType;
use crate::shape::{self, Order, Shape};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// The most bytes of a strided array that are gathered at once.
const PIECE: usize = 8 << 20;

/// A `.npy` file that is being written, in native byte order, by position: threads may
/// write different regions at once.
///
/// The bytes go to a hidden temporary file in the same directory, which takes the file's name on
/// [`commit`](NpyWriter::commit) and is removed when the writer is dropped without it.
///
/// ```
/// use numfuse::{dtype::DType, source::{self, NpyWriter, Region, Sink}};
/// let path = std::env::temp_dir().join(format!("numfuse-doc-writer-{}.npy", std::process::id()));
/// let writer = NpyWriter::create(&path, DType::U8, &[4])?;
/// writer.write(&Region::new(&[2], &[2]), &[3, 4])?;
/// writer.write(&Region::new(&[0], &[2]), &[1, 2])?;
/// assert!(!path.exists());
/// writer.commit()?;
/// assert_eq!(source::read_npy(&path)?.as_slice::<u8>()?, [1, 2, 3, 4]);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NpyWriter {
    file: File,
    dtype: DType,
    shape: Shape,
    data_start: u64,
    /// Where the file is to appear.
    path: PathBuf,
    /// Where it is until then; `None` once it has appeared.
    temporary: Option<PathBuf>,
}

impl NpyWriter {
    /// Begins a file: writes its header and reserves its space.
    ///
    /// A symbolic link at `path` is followed; a file there is replaced on commit.
    ///
    /// # Errors
    /// [`ErrorKind::Io`], as for a full disk; [`ErrorKind::NotAFile`] if there is something else than a
    /// file, [`ErrorKind::ReadOnly`] if there is one that may not be written; [`ErrorKind::TooBig`] if the
    /// elements' bytes overflow.
    pub fn create(path: impl AsRef<Path>, dtype: DType, shape: &[usize]) -> Result<NpyWriter, Error> {
        NpyWriter::create_in(path, dtype, shape, Order::C)
    }

    /// Begins a file as [`create`](NpyWriter::create), with its elements in some order. In Fortran order the file is
    /// written as the transposed array, which lies in C order: [`shape`](Sink::shape) and regions are that array's.
    ///
    /// # Errors
    /// As for `create`.
    pub fn create_in(
        path: impl AsRef<Path>,
        dtype: DType,
        shape: &[usize],
        order: Order,
    ) -> Result<NpyWriter, Error> {
        let path = path.as_ref();
        create(path, dtype, shape, order).map_err(|kind| kind.at(path))
    }

    /// Makes the file durable and gives it its name.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; the temporary file is removed then.
    pub fn commit(mut self) -> Result<(), Error> {
        let named = self.publish();
        named.map_err(|e| ErrorKind::Io(e).at(&self.path))
    }

    fn publish(&mut self) -> io::Result<()> {
        self.file.sync_all()?;
        if let Some(temporary) = &self.temporary {
            fs::rename(temporary, &self.path)?;
        }
        self.temporary = None;
        // The name is durable when the directory is. Not every system can open one.
        if cfg!(unix) {
            File::open(directory(&self.path))?.sync_all()?;
        }
        Ok(())
    }

    fn write_region(&self, region: &Region, elements: &[u8]) -> Result<(), ErrorKind> {
        if !region.is_within(&self.shape) {
            return Err(ErrorKind::Region);
        }
        let expected = shape::bytes(&region.shape, self.dtype.size())?;
        if elements.len() != expected {
            return Err(array::Error::Length { expected, actual: elements.len() }.into());
        }
        if elements.is_empty() {
            return Ok(());
        }
        let strides = shape::c_strides(&self.shape, self.dtype.size())?;
        let start = region.start.iter().zip(&strides).map(|(&i, &s)| i as u64 * s as u64).sum::<u64>();
        self.write_box(&region.shape, &strides, self.data_start + start, elements)
    }

    /// Writes the box of elements at `offset` whose neighbours are `strides` apart in the file.
    fn write_box(
        &self,
        sizes: &[usize],
        strides: &[isize],
        offset: u64,
        elements: &[u8],
    ) -> Result<(), ErrorKind> {
        let (_, span) = shape::extent(sizes, strides, self.dtype.size())?;
        if span as usize == elements.len() {
            return Ok(write_all_at(&self.file, elements, offset)?);
        }
        // A box with gaps has an axis.
        for (i, row) in elements.chunks(elements.len() / sizes[0]).enumerate() {
            self.write_box(&sizes[1..], &strides[1..], offset + (i as u64) * strides[0] as u64, row)?;
        }
        Ok(())
    }

    /// Writes the elements of a view to a region of its shape.
    fn write_view(&self, region: &Region, view: &View<'_>) -> Result<(), ErrorKind> {
        if let Some(bytes) = view.dense_bytes().filter(|_| self.dtype != DType::Bool) {
            return self.write_region(region, bytes);
        }
        let bytes = shape::bytes(view.shape(), self.dtype.size())?;
        if bytes > PIECE
            && let Some((axis, low, high)) = region.halves(0..region.shape.len())
        {
            let cut = low.shape[axis];
            self.write_view(&low, &view.narrow(axis, 0..cut)?)?;
            return self.write_view(&high, &view.narrow(axis, cut..cut + high.shape[axis])?);
        }
        let mut piece = Buffer::allocate(bytes)?;
        view.copy_to(&mut piece)?;
        self.write_region(region, &piece)
    }
}

impl Sink for NpyWriter {
    fn dtype(&self) -> DType {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn write(&self, region: &Region, elements: &[u8]) -> Result<(), Error> {
        self.write_region(region, elements).map_err(|kind| kind.at(&self.path))
    }

    fn commit(self: Box<Self>) -> Result<(), Error> {
        NpyWriter::commit(*self)
    }
}

impl Drop for NpyWriter {
    fn drop(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            // Nobody is there to hear of a failure; the name says that the file is temporary.
            let _ = fs::remove_file(temporary);
        }
    }
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn create(path: &Path, dtype: DType, shape: &[usize], order: Order) -> Result<NpyWriter, ErrorKind> {
    let path = match fs::canonicalize(path) {
        Ok(target) => match fs::metadata(&target)? {
            // A rename would replace it all the same: permissions are of the file, not of its name.
            found if found.is_file() && found.permissions().readonly() => return Err(ErrorKind::ReadOnly),
            found if found.is_file() => target,
            _ => return Err(ErrorKind::NotAFile),
        },
        Err(_) => path.to_owned(),
    };
    let data = shape::bytes(shape, dtype.size())?;
    if shape.len() > shape::MAX_RANK {
        return Err(ErrorKind::Header("more than 64 axes"));
    }
    let header = Header::bytes(dtype, shape, order);
    let data_start = header.len() as u64;
    let (temporary, file) = temporary(directory(&path))?;
    // From here on dropping the writer removes the temporary file.
    let mut shape: Shape = shape.into();
    if order == Order::F {
        shape.reverse();
    }
    let temporary = Some(temporary);
    let writer = NpyWriter { file, dtype, shape, data_start, path, temporary };
    reserve(&writer.file, data_start + data as u64)?;
    write_all_at(&writer.file, &header, 0)?;
    Ok(writer)
}

/// A new file with a name that no other file of the directory has.
fn temporary(directory: &Path) -> io::Result<(PathBuf, File)> {
    let process = std::process::id();
    for n in 0..u32::MAX {
        let path = directory.join(format!(".numfuse-{process}-{n}.tmp"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Writes an array as a `.npy` file: in Fortran order if it lies dense in that, else in C order.
///
/// # Errors
/// As for [`NpyWriter::create`] and [`NpyWriter::commit`].
pub fn write_npy(path: impl AsRef<Path>, view: &View<'_>) -> Result<(), Error> {
    let path = path.as_ref();
    let transposed = view.transposed();
    let order = if transposed.is_dense() && !view.is_dense() { Order::F } else { Order::C };
    let writer = NpyWriter::create_in(path, view.dtype(), view.shape(), order)?;
    let view = if order == Order::F { &transposed } else { view };
    writer.write_view(&Region::all(writer.shape()), view).map_err(|kind| kind.at(path))?;
    writer.commit()
}
