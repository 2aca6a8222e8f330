//! `docs/cli.md` says what is so: its examples are run in a copy of `examples/data` and print what they say.
//!
//! With `BLESS=1` in the environment they are written anew.
#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

mod command;

use command::Folder;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A folder with the example data in it.
fn data() -> Folder {
    let folder = Folder::new("docs");
    for part in ["quakes", "sea"] {
        fs::create_dir_all(folder.path(part)).unwrap();
        for entry in fs::read_dir(root().join("examples/data").join(part)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.path(part).join(entry.file_name())).unwrap();
        }
    }
    folder
}

/// What a shell prints, errors among it.
fn shell(folder: &Folder, line: &str, input: &str) -> String {
    let folder_of_binary = Path::new(env!("CARGO_BIN_EXE_numfuse")).parent().unwrap().display().to_string();
    let path = format!("{folder_of_binary}:{}", std::env::var("PATH").unwrap_or_default());
    let mut child = Command::new("sh")
        .args(["-c", &format!("{line} 2>&1")])
        .current_dir(&folder.0)
        .env("PATH", path)
        .env_remove("COLUMNS")
        .env_remove("LINES")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let out = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The inputs of a block, each with its prompt: lines that begin with it, and indented ones that follow.
fn inputs(block: &str, prompt: &str) -> Vec<String> {
    let mut inputs: Vec<String> = Vec::new();
    let mut follows = false;
    for line in block.lines() {
        if let Some(input) = line.strip_prefix(prompt) {
            inputs.push(input.to_owned());
        } else if follows && line.starts_with("     ") {
            let last = inputs.last_mut().unwrap();
            last.push('\n');
            last.push_str(line);
        }
        follows = line.starts_with(prompt) && line.ends_with(['(', '+', ',', '\\']);
    }
    inputs
}

fn console(folder: &Folder, block: &str) -> String {
    let run = |input: &String| format!("$ {input}\n{}", shell(folder, input, ""));
    inputs(block, "$ ").iter().map(run).collect()
}

/// What each input adds to the output of those before it.
fn repl(folder: &Folder, block: &str) -> String {
    let (mut script, mut before, mut out) = (String::new(), String::new(), String::new());
    for input in inputs(block, "> ") {
        script = script + &input + "\n";
        let all = shell(folder, "numfuse repl t=sea/temperature.npy", &script);
        out = out
            + "> "
            + &input
            + "\n"
            + all.strip_prefix(&before).unwrap_or_else(|| panic!("{input}: {before}\n{all}"));
        before = all;
    }
    out
}

#[test]
fn the_page_of_the_command_says_what_is_so() {
    let path = root().join("docs/cli.md");
    let page = fs::read_to_string(&path).unwrap();
    let folder = data();
    let mut made = String::new();
    let mut rest = page.as_str();
    while let Some(at) = rest.find("```") {
        let kind = rest[at + 3..].lines().next().unwrap();
        let body = at + 3 + kind.len() + 1;
        let end = body + rest[body..].find("```").unwrap();
        made.push_str(&rest[..body]);
        made.push_str(&match kind {
            "console" => console(&folder, &rest[body..end]),
            "repl" => repl(&folder, &rest[body..end]),
            _ => rest[body..end].to_owned(),
        });
        made.push_str("```");
        rest = &rest[end + 3..];
    }
    made.push_str(rest);
    if std::env::var_os("BLESS").is_some_and(|value| !value.is_empty()) {
        fs::write(&path, &made).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap();
    for (number, (left, right)) in written.lines().zip(made.lines()).enumerate() {
        assert_eq!(left, right, "docs/cli.md:{}; BLESS=1 rewrites it", number + 1);
    }
    assert_eq!(written, made, "docs/cli.md; BLESS=1 rewrites it");
}
