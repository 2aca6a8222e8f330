//! `numfuse explain`, `info` and `bench`, and the REPL from a pipe.
#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

mod command;

use command::{Folder, numfuse, run, seen};
use std::io::Write;
use std::process::Stdio;

#[test]
fn explain_shows_every_stage() {
    let types = ["a=f64[n]", "b=f32[1000,1]", "k=float"];
    let show = |stage: &str| run(&["explain", "a*b + k", types[0], types[1], types[2], "--stage", stage]).1;
    assert!(show("tokens").starts_with("0..1 Name \"a\"\n"));
    assert_eq!(show("ast"), "(+ (* a b) k)\n");
    assert!(show("ir").contains("input f64[n0] a\ninput f32[n1, 1] b\ninput weak f64 k\n"), "{}", show("ir"));
    assert!(show("opt").contains("multiply"));
    assert!(show("kernel").starts_with("pass 0\n"));
    assert!(show("clif").contains("function u0:0") && show("clif").contains("fmul"));
    assert!(show("asm").contains("mulpd"), "{}", show("asm"));
    let (status, _, stderr) = run(&["explain", "a + c", types[0]]);
    assert!(status == 2 && stderr.contains("unknown-name"), "{stderr}");
}

#[test]
fn info_tells_what_the_header_says() {
    let folder = Folder::new("info");
    let table = ndarray::arr2(&[[1i16, 2, 3], [4, 5, 6]]);
    folder.array("a", &table);
    let path = folder.path("a.npy");
    let (status, out, _) = run(&["info", path.to_str().unwrap()]);
    let expected = format!(
        "file         {}\ndtype        int16\nshape        (2, 3)\norder        C\nbyte order   little\n\
         elements     6\nbytes        12\ndata offset  128\nheader       .npy 1.0\n",
        path.display()
    );
    assert_eq!((status, out), (0, expected));
    assert_eq!(run(&["info", "/nonexistent"]).0, 1);
}

#[test]
fn bench_compares_three_ways() {
    let (status, out, stderr) =
        run(&["bench", "a*b + 1", "--size", "1k", "--dtype", "f32", "--threads", "1"]);
    assert_eq!(status, 0, "{stderr}");
    assert!(out.starts_with("1000 elements of f32, 1 threads, "), "{out}");
    let rows: Vec<&str> = out.lines().skip(4).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(rows, ["fused", "unfused", "interpreter"], "{out}");
    assert_eq!(run(&["bench", "a +"]).0, 2);
}

#[test]
fn lines_from_a_pipe_are_run_without_a_prompt() {
    let folder = Folder::new("piped");
    let a = folder.array("a", &[1i64, 2, 3]);
    let script = "k = 2\nx = a*k; x + 1\n\nunknown\n:save x saved.npy\n_y = sum(x)\n_y\n:info x\n:nothing\n";
    let mut child = numfuse()
        .args(["repl", &a])
        .current_dir(&folder.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let (status, out, stderr) = seen(child.wait_with_output().unwrap());
    assert_eq!(out, "[3 5 7]\n12\ndtype        i64\nshape        (3,)\nbytes        24\n");
    assert_eq!(status, 2, "the status of the first line that failed");
    assert!(stderr.contains("unknown-name") && stderr.contains("unknown-command"), "{stderr}");
    assert_eq!(command::read(&folder.path("saved.npy")).to_vec::<i64>().unwrap(), [2, 4, 6]);
}

#[test]
fn inputs_from_a_pipe_may_have_several_lines() {
    let script = "x = (1 +\n  2)\n:type x *\n2.5\nx +\n\nx - \\\n 1\n(x";
    let mut child = numfuse()
        .arg("repl")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let (status, out, stderr) = seen(child.wait_with_output().unwrap());
    assert_eq!((status, out.as_str()), (2, "f64 ()\n2\n"), "{stderr}");
    assert!(stderr.contains("unexpected-end") && stderr.contains("unclosed-bracket"), "{stderr}");
    assert!(!stderr.contains('\x1b'), "no colours in a file");
}
