//! `numfuse eval`: values, files, exit statuses and messages.
#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

mod command;

use command::{Folder, numfuse, read, run, seen, wait_for_threads};
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::process::{Command, Stdio};

#[test]
fn a_result_is_printed_as_numpy_prints_it() {
    let folder = Folder::new("print");
    let (a, b) = (folder.array("a", &[1.0, 2.0, 3.0]), folder.array("b", &[0.5f32, 0.25, 0.125]));
    assert_eq!(run(&["eval", "2*a + b**2", &a, &b]), (0, "[2.25     4.0625   6.015625]\n".into(), "".into()));
    assert_eq!(run(&["eval", "-a", &a]).1, "[-1. -2. -3.]\n");
    assert_eq!(run(&["eval", "b*k", &b, "k=2.5"]).1, "[1.25   0.625  0.3125]\n");
    assert_eq!(run(&["eval", "x = a + 1; y = sum(a)", &a]).1, "x = [2. 3. 4.]\ny = 6.0\n");
}

#[test]
fn options_say_the_dtype_the_numbers_and_the_file_of_the_formula() {
    let folder = Folder::new("options");
    let a = folder.array("a", &[1.5, 2.5]);
    assert_eq!(run(&["eval", "k*a", &a, "-D", "k=2", "--dtype", "f32"]).1, "[3. 5.]\n");
    let refused = run(&["eval", "a", &a, "--dtype", "i64"]);
    assert!(refused.0 == 2 && refused.2.contains("error[casting]"), "{}", refused.2);
    assert_eq!(run(&["eval", "a", &a, "--dtype", "i64", "--casting", "unsafe"]).1, "[1 2]\n");
    let formula = folder.path("formula.txt");
    fs::write(&formula, "# Two lines.\nb = a * 2\nb + 1\n").unwrap();
    assert_eq!(run(&["eval", "--expr-file", formula.to_str().unwrap(), &a]).1, "[4. 6.]\n");
    assert_eq!(run(&["eval", "--expr-file", "/none/formula", &a]).0, 2);
}

#[test]
fn a_file_may_be_in_fortran_order() {
    let folder = Folder::new("order");
    let a = folder.array("a", &ndarray::arr2(&[[1u8, 2, 3], [4, 5, 6]]));
    let out = folder.path("out.npy");
    let args = ["eval", "a*2", &a, "--order", "F"];
    assert_eq!(run(&[&args[..], &["-o", out.to_str().unwrap()]].concat()).0, 0);
    let bytes = fs::read(&out).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("'fortran_order': True"));
    assert_eq!(bytes[bytes.len() - 6..], [2, 8, 4, 10, 6, 12]);
    assert_eq!(run(&args).1, "[[ 2  4  6]\n [ 8 10 12]]\n");
    let json = run(&[&args[..], &["--json"]].concat()).1;
    assert!(json.contains("[[2,4,6],[8,10,12]]"), "{json}");
}

/// The kernel gives the process no more: 64 MiB of memory of its own.
#[test]
fn a_billion_random_numbers_take_no_memory() {
    let limited = "ulimit -d 65536 && exec \"$0\" eval \"$1\"";
    let formula = "sum(random(1_000_000_000)**2 + random(1_000_000_000)**2 < 1)";
    let mut shell = Command::new("sh");
    let (status, shown, errors) =
        seen(shell.args(["-c", limited, env!("CARGO_BIN_EXE_numfuse"), formula]).output().unwrap());
    let inside: f64 = shown.trim().parse().unwrap_or_else(|_| panic!("{status}: {errors}"));
    // Six standard deviations of a billion draws.
    assert!((inside / 1e9 - std::f64::consts::FRAC_PI_4).abs() < 6.0 * 1.3e-5, "{inside}");
}

#[test]
fn a_formula_may_be_given_limits() {
    let memory = run(&["eval", "arange(1000000) + 1", "--max-memory", "1M"]);
    assert!(memory.0 == 1 && memory.2.contains("memory-limit"), "{}", memory.2);
    assert_eq!(run(&["eval", "sum(arange(1000000))", "--max-memory", "1M"]).1, "499999500000\n");
    let time = run(&["eval", "sum(random(100000000000))", "--max-time", "0.05"]);
    assert!(time.0 == 1 && time.2.contains("time-limit"), "{}", time.2);
    assert_eq!(run(&["eval", "1", "--max-memory", "1X"]).0, 2);
    assert_eq!(run(&["eval", "1", "--max-time", "-1"]).0, 2);
}

#[test]
fn a_formula_may_follow_numexprs_rules() {
    let folder = Folder::new("dialect");
    let a = folder.array("a", &[5.0, 1.0]);
    let inf = folder.array("inf", &[f64::INFINITY, 0.1]);
    assert_eq!(run(&["eval", "a // inf", &a, &inf, "--dialect", "numexpr"]).1, "[ 0. 10.]\n");
    assert_eq!(run(&["eval", "a // inf", &a, &inf]).1, "[0. 9.]\n");
    let refused = run(&["eval", "a and inf", &a, &inf, "--dialect", "numexpr"]);
    assert!(refused.0 == 2 && refused.2.contains("error[standard-boolean]"), "{refused:?}");
}

#[test]
fn json_has_values_or_a_summary() {
    let folder = Folder::new("json");
    let a = folder.array("a", &ndarray::arr2(&[[0.1f32, f32::NAN], [f32::INFINITY, 2.0]]));
    let long = folder.array("long", &(0..2000u16).collect::<Vec<_>>());
    let json = |args: &[&str]| serde_json::from_str::<serde_json::Value>(&run(args).1).unwrap();
    let short = json(&["eval", "a", &a, "--json"]);
    assert_eq!(short["values"].to_string(), r#"[[0.1,"nan"],["inf",2.0]]"#);
    assert_eq!((&short["dtype"], &short["shape"]), (&"float32".into(), &vec![2, 2].into()));
    let out = folder.path("out.npy");
    let summed = json(&["eval", "s = long + 1", &long, "--json", "-o", out.to_str().unwrap()]);
    assert_eq!(summed["summary"].to_string(), r#"{"max":2000,"mean":1000.5,"min":1,"nan":0}"#);
    assert_eq!((&summed["name"], summed["path"].as_str()), (&"s".into(), out.to_str()));
}

#[test]
fn an_output_file_may_be_an_input() {
    let folder = Folder::new("in-place");
    let cells: Vec<f64> = (0..300_000).map(f64::from).collect();
    let a = folder.array("a", &cells);
    let path = folder.path("a.npy");
    assert_eq!(run(&["eval", "a + unknown", &a, "-o", path.to_str().unwrap()]).0, 2);
    assert_eq!(read(&path).to_vec::<f64>().unwrap(), cells, "a failed run leaves the file as it was");
    let ok = run(&["eval", "2*a + 1", &a, "-o", path.to_str().unwrap(), "--threads", "2"]);
    assert_eq!(ok, (0, String::new(), String::new()));
    let doubled: Vec<f64> = cells.iter().map(|x| 2.0 * x + 1.0).collect();
    assert_eq!(read(&path).to_vec::<f64>().unwrap(), doubled);
    assert_eq!(folder.files(), ["a.npy"], "nothing else is left behind");
}

#[test]
fn an_output_that_cannot_be_written_is_a_failed_run() {
    let folder = Folder::new("no-output");
    let a = folder.array("a", &[1.0]);
    let missing = folder.path("none/out.npy");
    let (status, _, stderr) = run(&["eval", "a", &a, "-o", missing.to_str().unwrap()]);
    assert!(
        status == 1 && stderr.starts_with("error[io-error]: ") && stderr.contains("none/out.npy"),
        "{stderr}"
    );
    let kept = folder.path("kept.npy");
    fs::copy(folder.path("a.npy"), &kept).unwrap();
    let mut permissions = fs::metadata(&kept).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&kept, permissions).unwrap();
    let (status, _, stderr) = run(&["eval", "a + 1", &a, "-o", kept.to_str().unwrap()]);
    assert!(
        status == 1 && stderr.starts_with("error[read-only]: ") && stderr.contains("kept.npy"),
        "{stderr}"
    );
    assert_eq!(fs::read(&kept).unwrap(), fs::read(folder.path("a.npy")).unwrap());
    let (status, _, stderr) = run(&["eval", "a, a", &a, "-o", folder.path("out.npy").to_str().unwrap()]);
    assert!(status == 2 && stderr.contains("wrong-result-count"), "{stderr}");
    assert_eq!(folder.files(), ["a.npy", "kept.npy"]);
}

#[test]
fn a_bad_formula_has_carets_and_status_2() {
    let folder = Folder::new("formula");
    let (a, b) = (folder.array("depth", &[1.0, 2.0]), folder.array("b", &[1i32, 2, 3]));
    let (status, out, stderr) = run(&["eval", "dept + nothing", &a]);
    assert_eq!((status, out.as_str()), (2, ""));
    for part in [
        "error[unknown-name]: unknown name `dept`",
        "1 │ dept + nothing\n",
        "│ ^^^^",
        "did you mean `depth`?",
    ] {
        assert!(stderr.contains(part), "{part} in {stderr}");
    }
    assert_eq!(stderr.matches("error[").count(), 2, "independent errors come at once");
    assert!(!stderr.contains('\x1b'), "colour is for terminals");
    for (formula, code) in [
        ("sum(depth", "unclosed-bracket"),
        ("depth + b", "shape-mismatch"),
        ("sin(depth, depth)", "wrong-arity"),
        ("sum(depth, axis=1)", "axis-out-of-range"),
        ("", "empty-formula"),
        ("depth & 1", "no-operation"),
    ] {
        let (status, out, stderr) = run(&["eval", formula, &a, &b]);
        assert_eq!((status, out.as_str()), (2, ""), "{formula}: {stderr}");
        assert!(stderr.starts_with(&format!("error[{code}]: ")), "{formula}: {stderr}");
    }
    // The formula is good, these values are not.
    let (status, out, stderr) = run(&["eval", "b ** -b", &a, &b]);
    assert_eq!((status, out.as_str()), (1, ""), "{stderr}");
    assert!(stderr.starts_with("error[negative-power]: "), "{stderr}");
}

#[test]
fn a_bad_command_line_has_status_2() {
    for args in [
        &["eval"][..],
        &["eval", "--thread", "2"],
        &["eval", "1", "a"],
        &["eval", "1", "1a=x.npy"],
        &["eval", "1", "a=1", "a=2"],
        &["eval", "1", "--threads", "0"],
        &["explain", "a", "a=f65"],
        &["nothing"],
    ] {
        let (status, out, stderr) = run(args);
        assert!(status == 2 && out.is_empty() && stderr.starts_with("error"), "{args:?}: {stderr}");
    }
}

#[test]
fn a_bad_file_is_named_with_status_1() {
    let folder = Folder::new("files");
    folder.array("a", &vec![1.0; 1000]);
    let whole = fs::read(folder.path("a.npy")).unwrap();
    let text = |from: &str, to: &str| {
        let at = whole.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
        [&whole[..at], to.as_bytes(), &whole[at + from.len()..]].concat()
    };
    for (name, bytes, code) in [
        ("short", whole[..4000].to_vec(), "truncated-file"),
        ("header", whole[..40].to_vec(), "truncated-file"),
        ("text", b"a,b\n1,2\n".to_vec(), "not-npy"),
        ("empty", Vec::new(), "not-npy"),
        ("object", text("<f8", "|O8"), "unsupported-dtype"),
        ("huge", text("(1000,), }            ", "(99999999999999999999)"), "too-big"),
    ] {
        let path = folder.path(name);
        fs::write(&path, bytes).unwrap();
        let (status, _, stderr) = run(&["eval", "a", &format!("a={}", path.display())]);
        assert!(status == 1 && stderr.starts_with(&format!("error[{code}]: ")), "{name}: {stderr}");
        assert!(stderr.contains(path.to_str().unwrap()) && stderr.lines().count() == 1, "{name}: {stderr}");
    }
    assert_eq!(run(&["eval", "a", &format!("a={}", folder.0.display())]).0, 1, "a folder");
}

#[test]
fn control_characters_of_names_and_formulas_are_not_sent_to_the_terminal() {
    let (_, _, stderr) = run(&["eval", "a", "a=\x1b[31mred.npy"]);
    assert!(stderr.contains("\\u{1b}[31mred.npy"), "{stderr:?}");
    let args: Vec<std::ffi::OsString> =
        vec!["eval".into(), "a".into(), std::ffi::OsString::from_vec(b"a=\xff.npy".to_vec())];
    assert!(run(&args).2.starts_with("error[io-error]: "));
    assert!(!run(&["eval", "a + '\x1b[31m"]).2.contains('\x1b'));
    assert!(!run(&["\x1b[31m"]).2.contains('\x1b'));
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let folder = Folder::new("head");
    let a = folder.array("a", &vec![1.5; 100]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = numfuse().args(["eval", "a", &a]).stdout(writer).output().unwrap();
    assert_eq!(seen(output), (0, String::new(), String::new()));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let (status, _, stderr) = seen(numfuse().args(["eval", "a", &a]).stdout(full).output().unwrap());
    assert!(status == 1 && stderr.starts_with("error[io-error]: "), "{stderr}");
}

#[test]
fn a_file_that_shrinks_is_an_error_that_names_it() {
    let folder = Folder::new("shrinks");
    let (rows, columns) = (vec![0.5; 200_000], vec![0.25; 200_000]);
    let a = folder.array("a", &ndarray::Array2::from_shape_vec((200_000, 1), rows).unwrap());
    let b = folder.array("b", &columns);
    let args = ["eval", "sum(sin(a*b))", &a, &b, "--threads", "2"];
    let child = numfuse().args(args).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    wait_for_threads(child.id());
    fs::OpenOptions::new().write(true).open(folder.path("b.npy")).unwrap().set_len(128).unwrap();
    let (status, out, stderr) = seen(child.wait_with_output().unwrap());
    assert_eq!((status, out.as_str()), (1, ""), "{stderr}");
    let path = folder.path("b.npy");
    assert_eq!(
        stderr,
        format!("error[truncated-file]: {}: the file shrank while it was read\n", path.display())
    );
}

#[test]
fn results_do_not_depend_on_what_a_run_may_use() {
    let folder = Folder::new("tiers");
    let a = folder.array("a", &[0.1, 0.2, 0.3]);
    for tier in ["interp", "sse4.2", "avx", "avx2", "avx512"] {
        let args = ["eval", "sum(exp(a)/a)", &a, "--json", "--tier", tier, "--threads", "2"];
        let expected = "{\"dtype\":\"float64\",\"shape\":[],\"values\":21.658252330144002}\n";
        assert_eq!(run(&args), (0, expected.into(), String::new()), "{tier}");
    }
    let (status, _, stderr) = run(&["eval", "1", "--tier", "mmx"]);
    assert!(status == 2 && stderr.contains("interp, sse4.2, avx, avx2, avx512"), "{stderr}");
    let asm = |tier| run(&["explain", "a*b", "a=f64[n]", "b=f64[n]", "--stage", "asm", "--tier", tier]).1;
    assert!(asm("sse4.2").contains("mulpd") && !asm("sse4.2").contains("vmulpd"));
}
