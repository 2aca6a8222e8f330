//! The REPL on a terminal.
#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

mod command;

use command::{Folder, wait_for_threads};
use rexpect::session::{PtySession, spawn_command};
use std::process::Command;

const SECONDS: u64 = 60;
/// What the editor sends when it begins to read a line: it turns bracketed paste on.
const EDITING: &str = "\x1b[?2004h";

fn start(folder: &Folder, args: &[&str]) -> PtySession {
    start_with(folder, args, "1")
}

/// With `no_color` in the environment variable of that name; empty means colours.
fn start_with(folder: &Folder, args: &[&str], no_color: &str) -> PtySession {
    let mut command = Command::new(env!("CARGO_BIN_EXE_numfuse"));
    command.arg("repl").args(args).current_dir(&folder.0).env_remove("COLORTERM");
    command.env("XDG_STATE_HOME", &folder.0).env("TERM", "xterm").env("NO_COLOR", no_color);
    let mut session = spawn_command(command, Some(SECONDS * 1000)).unwrap();
    session.exp_string(EDITING).unwrap();
    session
}

/// The process that this thread started.
fn child() -> u32 {
    let children = std::fs::read_to_string("/proc/thread-self/children").unwrap();
    children.split_whitespace().last().unwrap().parse().unwrap()
}

/// Sends a line, reads the text that is to answer it, and on to the next prompt.
fn ask(session: &mut PtySession, line: &str, answer: &str) {
    session.send_line(line).unwrap();
    for expected in [answer, EDITING] {
        session.exp_string(expected).unwrap_or_else(|e| panic!("{line}: {e}"));
    }
}

#[test]
fn formulas_are_kept_printed_saved_and_remembered() {
    let folder = Folder::new("repl");
    let a = folder.array("a", &[1.0, 2.0, 3.0]);
    let mut session = start(&folder, &[&a]);
    ask(&mut session, "x = 2*a + 1", "\n");
    ask(&mut session, "x", "[3. 5. 7.]");
    ask(&mut session, "x += 10; x", "[13. 15. 17.]");
    ask(&mut session, "x -= 10; k = 2; k *= 3; k", "6");
    ask(&mut session, "a += 1", "error[not-writable]: `a` was given for reading only\r\n");
    ask(&mut session, "x + y", "error[unknown-name]: unknown name `y`\r\n");
    ask(&mut session, ":save x x.npy", "\n");
    ask(&mut session, ":load b x.npy", "\n");
    ask(&mut session, "sum(b)", "15.0");
    ask(&mut session, ":info", "x.npy");
    ask(&mut session, ":explain ast a + 1", "(+ a 1)");
    ask(&mut session, ":time sum(b)", "GB/s");
    ask(&mut session, ":help arctan2", "The angle of the point");
    session.send_line(":quit").unwrap();
    session.exp_eof().unwrap();
    let history = std::fs::read_to_string(folder.path("numfuse/history")).unwrap();
    assert!(history.contains("x = 2*a + 1") && history.contains(":quit"), "{history}");
}

/// Sends keys that end no line, and reads what is to answer them.
fn press(session: &mut PtySession, keys: &str, answer: &str) {
    session.send(keys).unwrap();
    session.flush().unwrap();
    session.exp_string(answer).unwrap_or_else(|e| panic!("{keys:?}: {e}"));
}

#[test]
fn inputs_of_several_lines_are_one() {
    let folder = Folder::new("lines");
    let mut session = start(&folder, &["k=40"]);
    for line in ["x = (k *", "  25", ") +", "", "x = (k *", "  25", ") +"] {
        session.send_line(line).unwrap();
    }
    session.exp_string("error[unexpected-end]").unwrap();
    session.exp_string(EDITING).unwrap();
    ask(&mut session, "234", "\n");
    ask(&mut session, "x + \\\n1000", "2234");
    ask(&mut session, ":type x + # why\n1.5", "f64 ()");
    // A paste, as terminals send it.
    press(&mut session, "\x1b[200~y = sqrt(\n 16)\n:info y\nz = y *\n x\x1b[201~", "x");
    ask(&mut session, "", "bytes        8");
    ask(&mut session, "z", "4936.0");
    ask(&mut session, "y +\nnope", "formula:2:1");
    session.send_control('d').unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn the_editor_completes_and_hints() {
    let folder = Folder::new("assist");
    let a = folder.array("sample", &[1.0, 2.0, 3.0]);
    let mut session = start_with(&folder, &[&a], "");
    press(&mut session, "100*sam", "\x1b[2mple\x1b[0m");
    ask(&mut session, "\x1b[C", "[100. 200. 300.]");
    press(&mut session, "sqr\t", "sqrt(");
    press(&mut session, "samp\t", "# sqrt(x)");
    ask(&mut session, "*0 + 256)", "[16. 16. 16.]");
    press(&mut session, "sum(sample, ax\t", "axis=");
    ask(&mut session, "0)*1000", "6000.0");
    press(&mut session, ":load other sam\t", "sample.npy");
    ask(&mut session, "", "\n");
    ask(&mut session, "other*11", "[11. 22. 33.]");
    press(&mut session, "1+(2", "\x1b[33m+\x1b[0m(\x1b[36m2\x1b[0m");
    session.send_control('c').unwrap();
    session.exp_string(EDITING).unwrap();
    press(&mut session, "nope + sin", "\x1b[31mnope\x1b[0m");
    session.send_control('c').unwrap();
    session.exp_string(EDITING).unwrap();
    ask(&mut session, "sample - 1", "[0. 1. 2.]");
    session.send_control('d').unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn commands_tell_types_times_pictures_and_help() {
    let folder = Folder::new("commands");
    let a = folder.array("a", &ndarray::Array2::from_elem((3, 5), 2i32));
    let mut session = start(&folder, &[&a]);
    ask(&mut session, ":type sum(a, axis=0)/2", "f64 (5,)");
    ask(&mut session, ":type x = a + 1; y = a > 2", "y: bool (3, 5)");
    ask(&mut session, ":type a + nope", "error[unknown-name]: unknown name `nope`");
    ask(&mut session, ":bench a + 1", "ns an element of 15;");
    ask(&mut session, ":plot sum(a, axis=1)", "\r\n10.5 ");
    ask(&mut session, ":plot --title 'a table' -o a.png a", "\n");
    ask(&mut session, ":plot -o a.pdf a", "neither a .png nor a .svg");
    ask(&mut session, ":help exp", "example  exp(a) is [ 2.71828183 7.3890561 54.59815003]");
    ask(&mut session, ":help", "functions: add");
    ask(&mut session, ":load b=a.npy k=2.5", "\n");
    ask(&mut session, "sum(a + b)*k", "150.0");
    ask(&mut session, ":load", "error[bad-argument]");
    ask(&mut session, ":nope", "error[unknown-command]");
    assert!(std::fs::read(folder.path("a.png")).unwrap().starts_with(b"\x89PNG"));
    session.send_control('d').unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn ctrl_c_stops_an_evaluation_and_keeps_the_session() {
    let folder = Folder::new("ctrl-c");
    let a = folder.array("a", &ndarray::Array2::from_elem((200_000, 1), 0.5));
    let b = folder.array("b", &vec![0.25; 200_000]);
    let mut session = start(&folder, &[&a, &b, "--threads", "2"]);
    ask(&mut session, "x = 1/2", "\n");
    session.send_line("sum(sin(a*b))").unwrap();
    wait_for_threads(child());
    session.send_control('c').unwrap();
    session.exp_string("error[cancelled]").unwrap();
    session.exp_string(EDITING).unwrap();
    ask(&mut session, "x + 1", "1.5");
    session.send_control('c').unwrap();
    session.exp_string(EDITING).unwrap();
    ask(&mut session, "x + 2", "2.5");
    session.send_control('d').unwrap();
    session.exp_eof().unwrap();
}

#[test]
fn lines_typed_ahead_are_not_lost() {
    let folder = Folder::new("ahead");
    let mut session = start(&folder, &["k=40"]);
    session.send("y = k/4\nz = k*2\ny + z\n").unwrap();
    session.flush().unwrap();
    session.exp_string("90.0").unwrap();
    session.send_control('d').unwrap();
    session.exp_eof().unwrap();
}
