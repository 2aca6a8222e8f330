//! Reading `.npy` files by position.

use super::error::{Error, ErrorKind};
use super::header::{Header, PREAMBLE};
use super::position::read_exact_at;
use super::{Region, Source};
use crate::array::{Array, Buffer, View, ViewMut, swap_unit};
use crate::dtype::DType;
use crate::shape::{self, Shape};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// The most bytes that are read in one piece to pick elements from.
const SPAN: usize = 1 << 20;
/// Elements at least this far apart are read one by one.
const FAR: usize = 64 << 10;
/// The most bytes of a file in Fortran order that are held before they are put in place.
const PIECE: usize = 8 << 20;

/// A `.npy` file, read by position: several threads may read it at once.
///
/// ```
/// use numfuse::{array::View, source::{self, NpyFile, Region, Source}};
/// let path = std::env::temp_dir().join(format!("numfuse-doc-file-{}.npy", std::process::id()));
/// let table = ndarray::arr2(&[[1u8, 2, 3], [4, 5, 6]]);
/// source::write_npy(&path, &View::from(&table))?;
/// let file = NpyFile::open(&path)?;
/// assert_eq!((file.dtype().to_string().as_str(), file.shape()), ("u8", &[2, 3][..]));
/// let mut column = [0; 2];
/// file.read(&Region::new(&[0, 1], &[2, 1]), &mut column)?;
/// assert_eq!(column, [2, 5]);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NpyFile {
    file: File,
    header: Header,
    path: PathBuf,
}

impl NpyFile {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// [`ErrorKind::Io`], [`ErrorKind::NotAFile`], what [`Header::parse`] reports, [`ErrorKind::TooBig`] if the
    /// elements' bytes overflow, [`ErrorKind::Truncated`] if the file is shorter than its header says.
    pub fn open(path: impl AsRef<Path>) -> Result<NpyFile, Error> {
        let path = path.as_ref();
        let (file, header) = open(path).map_err(|kind| kind.at(path))?;
        Ok(NpyFile { file, header, path: path.to_owned() })
    }

    /// What the file says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole array.
    ///
    /// # Errors
    /// [`ErrorKind::Io`], [`ErrorKind::Truncated`]; [`ErrorKind::Array`] if there is no memory for it.
    pub fn read_all(&self) -> Result<Array, Error> {
        let array = Array::zeros(self.header.dtype, &self.header.shape);
        let mut array = array.map_err(|e| ErrorKind::from(e).at(&self.path))?;
        self.read(&Region::all(&self.header.shape), array.bytes_mut())?;
        Ok(array)
    }

    pub(super) fn into_parts(self) -> (File, Header) {
        (self.file, self.header)
    }

    /// Reads a region of a file in Fortran order, in pieces that are transposed into place.
    fn read_fortran(&self, region: &Region, mut out: ViewMut<'_>) -> Result<(), ErrorKind> {
        let bytes = shape::bytes(&region.shape, self.header.dtype.size())?;
        if bytes > PIECE
            && let Some((axis, low, high)) = region.halves((0..region.shape.len()).rev())
        {
            let cut = low.shape[axis];
            self.read_fortran(&low, out.narrow(axis, 0..cut)?)?;
            return self.read_fortran(&high, out.narrow(axis, cut..cut + high.shape[axis])?);
        }
        let mut piece = Buffer::allocate(bytes)?;
        let reversed = |sizes: &[usize]| -> Shape { sizes.iter().rev().copied().collect() };
        let turned = Region { start: reversed(&region.start), shape: reversed(&region.shape) };
        self.read_c(&reversed(&self.header.shape), &turned, &mut piece)?;
        let strides = shape::f_strides(&region.shape, self.header.dtype.size())?;
        let view = View::from_bytes(&piece, self.header.dtype, &region.shape, &strides, 0, false)?;
        Ok(out.copy_from(&view)?)
    }

    /// Reads a region of elements that the file holds in C order with these sizes.
    fn read_c(&self, whole: &[usize], region: &Region, out: &mut [u8]) -> Result<(), ErrorKind> {
        let strides = shape::c_strides(whole, self.header.dtype.size())?;
        let start = region.start.iter().zip(&strides).map(|(&i, &s)| i as u64 * s as u64).sum::<u64>();
        self.read_box(&region.shape, &strides, self.header.data_start as u64 + start, out)
    }

    /// Reads the box of elements at `offset` whose neighbours are `strides` apart in the file.
    fn read_box(
        &self,
        sizes: &[usize],
        strides: &[isize],
        offset: u64,
        out: &mut [u8],
    ) -> Result<(), ErrorKind> {
        if out.is_empty() {
            return Ok(());
        }
        let (_, span) = shape::extent(sizes, strides, self.header.dtype.size())?;
        let (Some(&n), Some(&stride)) = (sizes.first(), strides.first()) else {
            return self.read_bytes(offset, out);
        };
        if span as usize == out.len() {
            return self.read_bytes(offset, out);
        }
        let stride = stride as usize;
        if n > 1 && stride < FAR && span as usize <= SPAN {
            let mut piece = Buffer::allocate(span as usize)?;
            self.read_bytes(offset, &mut piece)?;
            return Ok(View::from_bytes(&piece, self.header.dtype, sizes, strides, 0, false)?.copy_to(out)?);
        }
        // As many rows at once as may be read in one piece, else row by row.
        let rows = if stride < FAR { (SPAN / stride).max(1) } else { 1 };
        let row = out.len() / n;
        for (k, part) in out.chunks_mut(rows * row).enumerate() {
            let offset = offset + (k * rows * stride) as u64;
            if part.len() == row {
                self.read_box(&sizes[1..], &strides[1..], offset, part)?;
            } else {
                let mut some: Shape = sizes.into();
                some[0] = part.len() / row;
                self.read_box(&some, strides, offset, part)?;
            }
        }
        Ok(())
    }

    fn read_bytes(&self, offset: u64, out: &mut [u8]) -> Result<(), ErrorKind> {
        read_exact_at(&self.file, out, offset).map_err(|e| {
            if e.kind() != io::ErrorKind::UnexpectedEof {
                return ErrorKind::Io(e);
            }
            // It was long enough when it was opened.
            let actual = self.file.metadata().map_or(0, |m| m.len());
            ErrorKind::Truncated { expected: offset + out.len() as u64, actual }
        })
    }

    fn read_region(&self, region: &Region, out: &mut [u8]) -> Result<(), ErrorKind> {
        check(self, region, out.len())?;
        if out.is_empty() {
            return Ok(());
        }
        if self.header.fortran_order && region.shape.len() > 1 {
            self.read_fortran(region, ViewMut::from_bytes(out, self.header.dtype, &region.shape)?)?;
        } else {
            self.read_c(&self.header.shape, region, out)?;
        }
        normalise(self.header.dtype, self.header.swapped, out);
        Ok(())
    }
}

impl Source for NpyFile {
    fn dtype(&self) -> DType {
        self.header.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.header.shape
    }

    fn read(&self, region: &Region, out: &mut [u8]) -> Result<(), Error> {
        self.read_region(region, out).map_err(|kind| kind.at(&self.path))
    }
}

/// Whether the source has the region and memory of `bytes` holds it.
fn check(source: &dyn Source, region: &Region, bytes: usize) -> Result<(), ErrorKind> {
    if !region.is_within(source.shape()) {
        return Err(ErrorKind::Region);
    }
    let expected = shape::bytes(&region.shape, source.dtype().size())?;
    if bytes == expected {
        Ok(())
    } else {
        Err(crate::array::Error::Length { expected, actual: bytes }.into())
    }
}

/// Brings bytes of a file into native byte order, and bools to 0 and 1.
fn normalise(dtype: DType, swapped: bool, out: &mut [u8]) {
    if dtype == DType::Bool {
        out.iter_mut().for_each(|b| *b = u8::from(*b != 0));
    }
    if swapped {
        out.chunks_exact_mut(swap_unit(dtype)).for_each(<[u8]>::reverse);
    }
}

fn open(path: &Path) -> Result<(File, Header), ErrorKind> {
    // Asked before opening, which would wait at a pipe.
    if !fs::metadata(path)?.is_file() {
        return Err(ErrorKind::NotAFile);
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = vec![0; PREAMBLE.min(usize::try_from(length).unwrap_or(PREAMBLE))];
    read_exact_at(&file, &mut bytes, 0)?;
    let (_, end) = Header::extent(&bytes)?;
    bytes.resize(end.min(usize::try_from(length).unwrap_or(end)), 0);
    read_exact_at(&file, &mut bytes, 0)?;
    let header = Header::parse(&bytes)?;
    let data = shape::bytes(&header.shape, header.dtype.size())?;
    let expected = header.data_start as u64 + data as u64;
    if length < expected {
        return Err(ErrorKind::Truncated { expected, actual: length });
    }
    Ok((file, header))
}

/// Reads a whole `.npy` file.
///
/// # Errors
/// As for [`NpyFile::open`] and [`NpyFile::read_all`].
pub fn read_npy(path: impl AsRef<Path>) -> Result<Array, Error> {
    NpyFile::open(path)?.read_all()
}
