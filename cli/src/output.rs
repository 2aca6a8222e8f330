//! Files that appear whole or not at all.

use crate::report::{Stop, visible};
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Writes a file: into a temporary one beside it, which then takes its name. A symbolic link is followed.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    publish(path, bytes)
        .map_err(|e| Stop::failed("io-error", format_args!("{}: {e}", visible(path.as_os_str()))))
}

fn publish(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = match fs::canonicalize(path) {
        Ok(target) if !target.is_file() => return Err(io::Error::other("this is not a file")),
        Ok(target) => target,
        Err(_) => path.to_owned(),
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    };
    // As a new file has them; a file that is replaced keeps its own.
    let mode = fs::metadata(&target).map_or(0o666, |old| old.permissions().mode());
    let mut temporary = tempfile::Builder::new()
        .prefix(".numfuse-")
        .permissions(Permissions::from_mode(mode & 0o777))
        .tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(target)?;
    Ok(())
}
