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
    let mut command = Command::new(env!("CARGO_BIN_EXE_numfuse"));
    command.arg("repl").args(args).current_dir(&folder.0);
    command.env("XDG_STATE_HOME", &folder.0).env("TERM", "xterm").env("NO_COLOR", "1");
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
