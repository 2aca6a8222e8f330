//! A formula over `.npy` files: the input is mapped, not read, and the result appears whole or not at all.
//!
//!     cargo run --example mapped_files
#![expect(clippy::print_stdout, reason = "an example shows what it does")]
#![expect(unsafe_code, reason = "mapping a file is a promise that nobody changes it")]

use numfuse::array::{Array, View};
use numfuse::source::{NpyMap, NpyWriter, Region, Sink, read_npy, write_npy};
use numfuse::{DType, arrays};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::temp_dir().join(format!("numfuse-mapped-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (input, output) = (folder.join("temperature.npy"), folder.join("anomaly.npy"));

    // Ten years of months.
    let celsius: Vec<f32> =
        (0..120).map(|month| 10.0 + (month % 12) as f32 + (month / 12) as f32 * 0.25).collect();
    write_npy(&input, &View::from(&Array::from_slice(&celsius, &[10, 12])?))?;

    // SAFETY: the file was just made in a folder of our own; nobody else changes it.
    let map = unsafe { NpyMap::map(&input)? };
    let celsius = map.view();
    let anomaly = numfuse::eval("celsius - mean(celsius, axis=0)", &arrays! { celsius })?;

    // `write_npy` would do; a writer takes regions, from any thread, and `commit` makes the file appear.
    let writer = NpyWriter::create(&output, DType::F32, anomaly.shape())?;
    writer.write(&Region::all(anomaly.shape()), anomaly.bytes())?;
    writer.commit()?;

    let read = read_npy(&output)?;
    assert_eq!((read.dtype(), read.shape()), (DType::F32, &[10, 12][..]));
    assert_eq!(read.as_slice::<f32>()?[0], -1.125);
    println!("{read}");
    drop(map);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
