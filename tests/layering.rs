//! Rules of the source that no compiler checks: the order of the layers, the length of files, where
//! statics may stand. (`tests/docs.rs` has the list of files that may hold `unsafe`.)

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the library, each knowing only those before it.
const ORDER: [&str; 22] = [
    "dtype",
    "casting",
    "half",
    "calendar",
    "shape",
    "op",
    "span",
    "diagnostic",
    "syntax",
    "ir",
    "target",
    "math",
    "scalar",
    "text",
    "check",
    "opt",
    "kernel",
    "backend",
    "array",
    "exec",
    "source",
    "error",
];
/// Then the session and what shows its stages, which name all, and beside the pipeline the reference,
/// which names few.
const LAST: [&str; 3] = ["session", "explain", "reference"];
const OF_REFERENCE: [&str; 7] = ["dtype", "half", "shape", "op", "span", "ir", "scalar"];

/// The most lines of a file.
const LINES: usize = 500;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, with its path from the root and its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten() {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push((relative(&path), fs::read_to_string(&path).expect("UTF-8")));
            }
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/")
}

/// The lines of code, without what follows `//`.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(n, line)| (n + 1, line.split("//").next().unwrap_or("")))
}

/// The modules of the crate that a line names: `crate::a`, `crate::{a, b::c}`.
fn named(line: &str) -> Vec<&str> {
    let ident = |s: &str| s.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(s.len());
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        if line[..at].ends_with('$') {
            continue;
        }
        let rest = &line[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(&rest[..ident(rest)]),
            Some(list) => {
                let mut depth = 0;
                let mut start = true;
                for (i, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        c if start && !c.is_whitespace() => {
                            found.push(&list[i..i + ident(&list[i..])]);
                            start = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

/// The module of a file: `src/exec/pass.rs` is of `exec`.
fn module(path: &str) -> &str {
    let inside = path.strip_prefix("src/").expect("a file of the library");
    inside.split('/').next().expect("a name").trim_end_matches(".rs")
}

#[test]
fn lib_lists_the_modules_in_the_order_of_the_layers() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).expect("the library");
    let listed: Vec<&str> =
        code(&lib).filter_map(|(_, l)| l.trim().strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(listed, [ORDER.as_slice(), &LAST].concat());
    assert!(!code(&lib).any(|(_, l)| l.starts_with("mod ")), "every module has a place in the order");
}

#[test]
fn no_layer_names_a_later_one() {
    let place = |name: &str| ORDER.iter().position(|&m| m == name);
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (path, text) in sources("src") {
        let own = module(&path);
        if own == "lib" {
            continue;
        }
        for (line, code) in code(&text) {
            for name in named(code) {
                seen += 1;
                let allowed = match own {
                    // The session may name all; the reference's own tests check it against the rest.
                    "session" | "explain" => true,
                    "reference" => name == own || OF_REFERENCE.contains(&name) || path.ends_with("tests.rs"),
                    _ => place(name).is_some_and(|at| place(own).is_some_and(|own| at <= own)),
                };
                if !allowed {
                    wrong.push(format!("{path}:{line}: {own} names {name}"));
                }
            }
        }
    }
    assert!(seen > 100, "{seen} names were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_found_in_every_form_of_path() {
    assert_eq!(named("use crate::exec::{self, Run};"), ["exec"]);
    assert_eq!(named("use crate::{array, exec::{Run, a}, op};"), ["array", "exec", "op"]);
    assert_eq!(named("fn f(x: crate::ir::Dim) -> crate::shape::Shape"), ["ir", "shape"]);
    assert_eq!(named("$crate::array::Bindings"), Vec::<&str>::new());
}

#[test]
fn no_file_is_too_long() {
    let all = ["src", "tests", "cli", "benches", "examples"].map(sources).concat();
    assert!(all.len() > 100);
    let long = all.iter().map(|(path, text)| (path, text.lines().count())).filter(|&(_, n)| n > LINES);
    let long: Vec<String> = long.map(|(path, n)| format!("{path}: {n}")).collect();
    assert!(long.is_empty(), "more than {LINES} lines:\n{}", long.join("\n"));
}

/// The session's is the one static: nothing else outlives a call. The operator table is a constant.
#[test]
fn statics_stand_in_the_session_only() {
    let declares = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(crate) ")).unwrap_or(line);
        line.starts_with("static ") || line.starts_with("thread_local!")
    };
    let found: Vec<String> = sources("src")
        .iter()
        .filter(|(path, _)| module(path) != "session" && path != "src/op.rs")
        .flat_map(|(path, text)| {
            code(text).filter(|(_, l)| declares(l)).map(move |(n, l)| format!("{path}:{n}: {l}"))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
