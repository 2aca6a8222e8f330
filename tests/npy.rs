//! `.npy` files: those that NumPy wrote (`scripts/gen_npy_golden.py`), our own of every dtype and
//! layout, and damaged ones.
#![cfg(feature = "npy")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(unsafe_code, reason = "maps files that only the test knows of")]

use numfuse::array::{Array, View};
use numfuse::dtype::{DType, Kind};
use numfuse::source::{NpyFile, NpyMap, NpyWriter, Region, Sink, Source, read_npy, write_npy};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// A directory of the test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("npy-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        fs::read_dir(&self.0).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/npy").join(name)
}

/// The bytes of element `i` of a golden file, as the script makes them.
fn element(dtype: DType, i: i64) -> Vec<u8> {
    let text = format!("x{i}");
    let half = |x: f64| -> u16 {
        // Exact for these small multiples of 0.75.
        let bits = (x as f32).to_bits();
        let (sign, rest) = ((bits >> 16 & 0x8000) as u16, bits & 0x7fff_ffff);
        if rest == 0 { sign } else { sign | ((rest - (112 << 23)) >> 13) as u16 }
    };
    let x = i as f64 * 0.75 - 3.0;
    match dtype {
        DType::Bool => vec![u8::from(i % 3 == 0)],
        DType::F16 => half(x).to_ne_bytes().to_vec(),
        DType::F32 => (x as f32).to_ne_bytes().to_vec(),
        DType::F64 => x.to_ne_bytes().to_vec(),
        DType::C64 => [i as f32, 0.0 - i as f32 / 2.0].iter().flat_map(|p| p.to_ne_bytes()).collect(),
        DType::C128 => [i as f64, 0.0 - i as f64 / 2.0].iter().flat_map(|p| p.to_ne_bytes()).collect(),
        DType::Bytes(n) => text.bytes().chain(std::iter::repeat(0)).take(n as usize).collect(),
        DType::Text(n) => {
            let chars = text.chars().map(u32::from).chain(std::iter::repeat(0));
            chars.take(n as usize).flat_map(u32::to_ne_bytes).collect()
        }
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => narrow(i * 7 - 30, dtype.size()),
        DType::U8 | DType::U16 | DType::U32 | DType::U64 => narrow(i * 7, dtype.size()),
        DType::Datetime(_) | DType::Timedelta(_) => narrow(i - 4, 8),
    }
}

/// The low bytes of a number, in native order.
fn narrow(x: i64, size: usize) -> Vec<u8> {
    let bytes = x.to_le_bytes();
    let mut low = bytes[..size].to_vec();
    if cfg!(target_endian = "big") {
        low.reverse();
    }
    low
}

#[test]
fn files_of_numpy_are_read() {
    let mut kinds = std::collections::HashSet::new();
    for entry in fs::read_dir(golden("")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if ["scalar", "empty", "record", "object"].contains(&name.as_str()) {
            continue;
        }
        let file = NpyFile::open(&path).unwrap();
        assert_eq!(file.header().fortran_order, name.ends_with(".fortran"), "{name}");
        let big_here = cfg!(target_endian = "big");
        if file.dtype().size() > 1 && file.dtype().kind() != Kind::Bytes {
            assert_eq!(file.header().swapped, name.contains(".big") != big_here, "{name}");
        }
        let array = file.read_all().unwrap();
        let expected: Vec<u8> = (0..12).flat_map(|i| element(array.dtype(), i)).collect();
        assert_eq!((array.shape(), array.bytes()), (&[2, 3, 2][..], &expected[..]), "{name}");
        // SAFETY: nobody changes the golden files while the tests run.
        let map = unsafe { NpyMap::map(&path) }.unwrap();
        assert_eq!(Array::from_view(&map.view()).unwrap().bytes(), expected, "{name}, mapped");
        kinds.insert(array.dtype());
    }
    assert_eq!(kinds.len(), 19);
    assert_eq!(read_npy(golden("scalar.npy")).unwrap().scalar::<f64>(), Ok(2.5));
    assert_eq!(read_npy(golden("empty.npy")).unwrap().shape(), [0, 3]);
    for name in ["record.npy", "object.npy"] {
        let error = read_npy(golden(name)).unwrap_err();
        assert!(error.code() == "unsupported-dtype" && error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_file_of_ours_is_what_numpy_writes() {
    let folder = Folder::new("same");
    for name in ["f8.little.c", "U3.little.c", "b1.little.c", "M8-ns.little.c", "scalar", "empty"] {
        let array = read_npy(golden(&format!("{name}.npy"))).unwrap();
        write_npy(folder.path("own.npy"), &View::from(&array)).unwrap();
        let (own, theirs) = (fs::read(folder.path("own.npy")).unwrap(), golden(&format!("{name}.npy")));
        if cfg!(target_endian = "little") {
            assert!(own == fs::read(theirs).unwrap(), "{name}");
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    let folder = Folder::new("cut");
    let path = folder.path("cut\n.npy");
    for name in ["f8.little.c.npy", "f4.version3.npy"] {
        let whole = fs::read(golden(name)).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let error = read_npy(&path).unwrap_err();
            let expected = if length == 0 { "not-npy" } else { "truncated-file" };
            assert_eq!(error.code(), expected, "{length}");
            assert!(error.to_string().contains("cut\\n.npy"), "{error}");
        }
    }
}

#[test]
fn sizes_that_lie_allocate_nothing() {
    let folder = Folder::new("lie");
    for (shape, code) in [
        ("(4611686018427387904, 8)", "too-big"),
        ("(99999999999999999999999,)", "too-big"),
        ("(1152921504606846975,)", "truncated-file"),
        ("(1099511627776,)", "truncated-file"),
        ("(0, 4611686018427387904, 4)", "too-big"),
    ] {
        let dict = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}");
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((dict.len() as u16).to_le_bytes());
        bytes.extend(dict.as_bytes());
        fs::write(folder.path("lie.npy"), bytes).unwrap();
        assert_eq!(read_npy(folder.path("lie.npy")).unwrap_err().code(), code, "{shape}");
    }
    assert_eq!(read_npy(folder.path("none.npy")).unwrap_err().code(), "io-error");
    assert_eq!(read_npy(&folder.0).unwrap_err().code(), "not-a-file");
}

#[test]
fn a_file_appears_whole_or_not_at_all() {
    let folder = Folder::new("whole");
    let path = folder.path("a.npy");
    fs::write(&path, b"old").unwrap();
    let writer = NpyWriter::create(&path, DType::I32, &[2, 2]).unwrap();
    let other = NpyWriter::create(&path, DType::I32, &[2, 2]).unwrap();
    assert_eq!(folder.names().len(), 3, "two temporary files of different names");
    let wrong = writer.write(&Region::new(&[1, 1], &[2, 1]), &[0; 8]).unwrap_err();
    assert_eq!(wrong.code(), "region-out-of-bounds");
    let short = writer.write(&Region::new(&[1, 1], &[1, 1]), &[0; 3]).unwrap_err();
    assert_eq!(short.code(), "wrong-length");
    writer.write(&Region::new(&[0, 1], &[2, 1]), &[1i32, 2].map(i32::to_ne_bytes).concat()).unwrap();
    drop(other);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    writer.commit().unwrap();
    assert_eq!(folder.names(), ["a.npy"]);
    assert_eq!(read_npy(&path).unwrap().to_vec::<i32>().unwrap(), [0, 1, 0, 2]);
    assert_eq!(NpyWriter::create(folder.path("no/a.npy"), DType::I8, &[]).unwrap_err().code(), "io-error");
    assert_eq!(NpyWriter::create(&path, DType::F64, &[1 << 61]).unwrap_err().code(), "too-big");
    assert_eq!(NpyWriter::create(&folder.0, DType::F64, &[]).unwrap_err().code(), "not-a-file");
    let all_disks = NpyWriter::create(&path, DType::U8, &[1 << 62]).unwrap_err();
    assert_eq!((all_disks.code(), folder.names().len()), ("io-error", 1));
}

#[cfg(unix)]
#[test]
fn a_link_is_written_through() {
    let folder = Folder::new("link");
    fs::write(folder.path("target.npy"), b"old").unwrap();
    std::os::unix::fs::symlink("target.npy", folder.path("link.npy")).unwrap();
    write_npy(folder.path("link.npy"), &View::from(&[1u8])).unwrap();
    assert_eq!(read_npy(folder.path("target.npy")).unwrap().to_vec::<u8>().unwrap(), [1]);
    assert!(fs::symlink_metadata(folder.path("link.npy")).unwrap().is_symlink());
}

#[test]
fn threads_write_and_read_regions() {
    let folder = Folder::new("threads");
    let path = folder.path("a.npy");
    let writer = NpyWriter::create(&path, DType::U16, &[64, 100]).unwrap();
    std::thread::scope(|s| {
        for row in 0..64u16 {
            let writer = &writer;
            s.spawn(move || {
                let bytes: Vec<u8> = (0..100u16).flat_map(|j| (row * 100 + j).to_ne_bytes()).collect();
                writer.write(&Region::new(&[row.into(), 0], &[1, 100]), &bytes).unwrap();
            });
        }
    });
    writer.commit().unwrap();
    let expected: Vec<u16> = (0..6400).collect();
    assert_eq!(read_npy(&path).unwrap().as_slice::<u16>().unwrap(), expected);
}

/// A strided array too large for one piece goes through a file, as do boxes of it.
#[test]
fn large_strided_arrays_are_written_and_read_in_pieces() {
    let folder = Folder::new("large");
    let (path, fortran) = (folder.path("c.npy"), folder.path("f.npy"));
    let wider =
        ndarray::Array3::from_shape_fn((3, 1100, 701), |(i, j, k)| (i * 1_000_000 + j * 1000 + k) as f64);
    // Dense in neither order.
    let array = wider.slice(ndarray::s![.., .., 1..]);
    let turned = array.view().reversed_axes();
    write_npy(&path, &View::from(&turned)).unwrap();
    assert!(read_npy(&path).unwrap().view::<f64>().unwrap() == turned.view().into_dyn());
    // The same bytes as a file in Fortran order hold the array itself.
    let text = String::from_utf8_lossy(&fs::read(&path).unwrap()[10..128]).into_owned();
    let swapped = text.replace("False", "True ").replace("(700, 1100, 3)", "(3, 1100, 700)");
    let mut bytes = fs::read(&path).unwrap();
    bytes[10..128].copy_from_slice(swapped.as_bytes());
    fs::write(&fortran, bytes).unwrap();
    let file = NpyFile::open(&fortran).unwrap();
    assert!(file.read_all().unwrap().view::<f64>().unwrap() == array.view().into_dyn());
    for (path, whole) in [(&path, turned.view()), (&fortran, array)] {
        let file = NpyFile::open(path).unwrap();
        for axis in 0..3 {
            let mut region = Region::all(file.shape());
            (region.start[axis], region.shape[axis]) = (1, 1);
            let mut out = vec![0; region.shape.iter().product::<usize>() * 8];
            file.read(&region, &mut out).unwrap();
            let part = whole.index_axis(ndarray::Axis(axis), 1);
            let expected: Vec<u8> = part.iter().flat_map(|x| x.to_ne_bytes()).collect();
            assert!(out == expected, "axis {axis}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any box of any file, read by position and from a map, is the box of the array.
    #[test]
    fn regions_are_boxes(
        name in prop::sample::select(vec!["f8.big.c", "i2.little.fortran", "U3.big.fortran", "S5.little.c", "b1.little.c"]),
        axes in prop::collection::vec((0..4usize, 0..4usize), 3),
    ) {
        let file = NpyFile::open(golden(&format!("{name}.npy"))).unwrap();
        // SAFETY: nobody changes the golden files while the tests run.
        let map = unsafe { NpyMap::map(file.path()) }.unwrap();
        let (start, shape): (Vec<usize>, Vec<usize>) = axes.into_iter().unzip();
        let region = Region::new(&start, &shape);
        let mut out = vec![0; shape.iter().product::<usize>() * file.dtype().size()];
        let mut mapped = out.clone();
        let whole = file.read_all().unwrap();
        let (read, other) = (file.read(&region, &mut out), map.read(&region, &mut mapped));
        match region.of(&View::from(&whole)) {
            None => {
                prop_assert_eq!(read.unwrap_err().code(), "region-out-of-bounds");
                prop_assert_eq!(other.unwrap_err().code(), "region-out-of-bounds");
            }
            Some(part) => {
                let part = Array::from_view(&part).unwrap();
                prop_assert!(read.is_ok() && other.is_ok());
                prop_assert_eq!(part.bytes(), &out[..]);
                prop_assert_eq!(part.bytes(), &mapped[..]);
            }
        }
    }
}
