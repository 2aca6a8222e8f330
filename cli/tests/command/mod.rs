//! Running the binary in a folder of its own.
#![allow(dead_code, reason = "each test binary uses a part")]
#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

use numfuse::array::{Array, View};
use numfuse::source;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder that is removed with its files.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("numfuse-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// The path of a file, for arguments.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file and gives `name=path`.
    pub(crate) fn array<'a>(&self, name: &str, view: impl Into<View<'a>>) -> String {
        let path = self.path(&format!("{name}.npy"));
        source::write_npy(&path, &view.into()).unwrap();
        format!("{name}={}", path.display())
    }

    /// The names of the files.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn numfuse() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_numfuse"));
    command.stdin(Stdio::null());
    command
}

/// The exit status, stdout and stderr of a run.
pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(args: &[S]) -> (i32, String, String) {
    seen(numfuse().args(args).output().unwrap())
}

pub(crate) fn seen(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

pub(crate) fn read(path: &Path) -> Array {
    source::read_npy(path).unwrap()
}

/// Waits until the process evaluates on threads of its own.
pub(crate) fn wait_for_threads(pid: u32) {
    let is_worker = |task: std::io::Result<std::fs::DirEntry>| {
        let comm = task.and_then(|t| std::fs::read_to_string(t.path().join("comm")));
        comm.is_ok_and(|name| name.starts_with("numfuse-"))
    };
    for _ in 0..3000 {
        let tasks = std::fs::read_dir(format!("/proc/{pid}/task"));
        if tasks.is_ok_and(|mut tasks| tasks.any(is_worker)) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("no evaluation has begun");
}
