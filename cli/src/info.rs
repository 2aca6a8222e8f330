//! `numfuse info`: what a `.npy` file holds, from its header alone.

use crate::report::{self, Stop, visible};
use numfuse::source::{Header, NpyFile};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Shows what .npy files hold: dtype, shape, order, byte order, size, header version, where the data begins.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The files.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<(), Stop> {
    for (i, path) in args.files.iter().enumerate() {
        if i > 0 {
            report::print("")?;
        }
        let file = NpyFile::open(path)?;
        let mut text = format!("{:<12} {}\n", "file", visible(path.as_os_str()));
        text.push_str(&described(file.header()));
        let version =
            version(path).map_or("unknown".to_owned(), |[major, minor]| format!(".npy {major}.{minor}"));
        text.push_str(&format!("\n{:<12} {version}", "header"));
        report::print(&text)?;
    }
    Ok(())
}

/// The version that the file's magic names.
fn version(path: &Path) -> Option<[u8; 2]> {
    let mut version = [0; 2];
    File::open(path).ok()?.read_exact_at(&mut version, 6).ok()?;
    Some(version)
}

/// A header in words, a line a fact.
pub(crate) fn described(header: &Header) -> String {
    let elements: u128 = header.shape.iter().map(|&n| n as u128).product();
    let size = header.dtype.size();
    let little = cfg!(target_endian = "little") != header.swapped;
    let facts = [
        ("dtype", header.dtype.numpy_name().map_or(header.dtype.to_string(), str::to_owned)),
        ("shape", shape(&header.shape)),
        ("order", if header.fortran_order { "Fortran" } else { "C" }.to_owned()),
        (
            "byte order",
            if size == 1 {
                "none"
            } else if little {
                "little"
            } else {
                "big"
            }
            .to_owned(),
        ),
        ("elements", elements.to_string()),
        ("bytes", elements.saturating_mul(size as u128).to_string()),
        ("data offset", header.data_start.to_string()),
    ];
    facts.map(|(what, value)| format!("{what:<12} {value}")).join("\n")
}

/// A shape as Python writes it.
pub(crate) fn shape(shape: &[usize]) -> String {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    if let [one] = sizes.as_slice() { format!("({one},)") } else { format!("({})", sizes.join(", ")) }
}
