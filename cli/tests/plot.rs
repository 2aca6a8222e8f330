//! `numfuse plot`: drawings in characters, pictures in files, and what is refused.
#![allow(clippy::unwrap_used, reason = "a test that fails should say where")]

mod command;

use command::{Folder, run};
use std::fs;

const SMALL: [&str; 4] = ["--width", "24", "--height", "4"];

fn plot(formula: &str, more: &[&str]) -> String {
    let args = [&["plot", formula][..], &SMALL, more].concat();
    let (status, out, stderr) = run(&args);
    assert_eq!((status, stderr.as_str()), (0, ""), "{formula}");
    out
}

#[test]
fn a_line_has_axes_gaps_and_every_spike() {
    let folder = Folder::new("plot-line");
    let mut cells = vec![0.0; 100_000];
    cells[51_000] = 4.0;
    cells[20_000..30_000].fill(f64::NAN);
    cells[99_999] = f64::NEG_INFINITY;
    let a = folder.array("a", &cells);
    let expected = "
4 ┤          ⢸
  │          ⢸
2 ┤          ⢸
0 ┤⣀⣀⣀⣀⡀ ⣀⣀⣀⣀⣸⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
  └┬─────────┬──────────
   0       50000
10000 NaN, 1 -inf not drawn
";
    assert_eq!(plot("a", &[&a]), expected[1..]);
}

#[test]
fn several_results_are_told_apart_without_colours() {
    let folder = Folder::new("plot-several");
    let a = folder.array("a", &[0i32, 1, 2, 3]);
    let x = folder.array("x", &[10.0f32, 20.0, 30.0, 40.0]);
    let expected = "
         rising
  │++++             ••••
2 ┤    ++++++ ••••••
  │    ••••••+++++++
0 ┤••••             ++++
  └───────┬────────────┬
         20           40
           x
  • a  + 3-a
";
    let out = plot("a, 3-a", &[&a, &x, "--x", "x", "--title", "rising"]);
    assert_eq!(out, expected[1..]);
}

#[test]
fn points_are_not_joined() {
    let folder = Folder::new("plot-points");
    let (a, x) = (folder.array("a", &[0.0, 1.0, 0.0]), folder.array("x", &[0.0, 1.0, 2.0]));
    let drawn = |more: &[&str]| {
        let out = plot("a", &[&[a.as_str(), x.as_str()][..], more].concat());
        out.chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count()
    };
    assert_eq!(drawn(&["--x", "x", "--points"]), 3);
    assert!(drawn(&["--x", "x"]) > 10);
}

#[test]
fn a_table_is_a_heat_map() {
    let folder = Folder::new("plot-heat");
    let m = folder.array("m", &ndarray::arr2(&[[0.0, 1.0], [f64::NAN, 4.0]]));
    let expected = "
  │····░░░░
0 ┤····░░░░
  │    ████
1 ┤    ████
  └──┬───┬─
     0   1
   0 ·░▒▓█ 4
1 NaN not drawn
";
    assert_eq!(plot("m", &[&m]), expected[1..]);
}

fn pixels(path: &std::path::Path) -> (u32, u32, Vec<[u8; 3]>) {
    let decoder = png::Decoder::new(std::io::BufReader::new(fs::File::open(path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    (info.width, info.height, bytes.as_chunks::<3>().0.to_vec())
}

#[test]
fn pictures_are_written_by_their_extension() {
    let folder = Folder::new("plot-files");
    let a = folder.array("a", &(0..1000).map(f64::from).collect::<Vec<_>>());
    let (png, svg) = (folder.path("a.png"), folder.path("a.SVG"));
    for path in [&png, &svg] {
        let ok = run(&["plot", "a, 999-a", &a, "--title", "<up & down>", "-o", path.to_str().unwrap()]);
        assert_eq!(ok, (0, String::new(), String::new()));
    }
    let (width, height, pixels) = pixels(&png);
    assert_eq!((width, height), (960, 600));
    let count = |colour: [u8; 3]| pixels.iter().filter(|&&p| p == colour).count();
    assert!(count([31, 119, 200]) > 500 && count([240, 125, 10]) > 500, "both lines are drawn");
    assert!(count([30, 30, 30]) > 2000, "and the frame, and labels");
    let text = fs::read_to_string(&svg).unwrap();
    assert!(text.contains(">&lt;up &amp; down&gt;</text>") && text.contains(">999-a</text>"), "{text}");
    assert_eq!(text.matches("stroke-width=\"1.5\"").count(), 2);
    assert_eq!(folder.files(), ["a.SVG", "a.npy", "a.png"], "nothing else is left behind");
}

#[test]
fn a_heat_map_is_a_picture_too() {
    let folder = Folder::new("plot-heat-file");
    let m = folder.array("m", &ndarray::arr2(&[[0.0, 1.0], [f64::NAN, 4.0]]));
    let (png, svg) = (folder.path("m.png"), folder.path("m.svg"));
    assert_eq!(run(&["plot", "m", &m, "-o", png.to_str().unwrap()]).0, 0);
    assert_eq!(run(&["plot", "m", &m, "-o", svg.to_str().unwrap()]).0, 0);
    let (_, _, pixels) = pixels(&png);
    let count = |colour: [u8; 3]| pixels.iter().filter(|&&p| p == colour).count();
    assert!(count([35, 10, 80]) > 50_000 && count([253, 232, 60]) > 50_000, "the least and the greatest");
    assert_eq!(fs::read_to_string(&svg).unwrap().matches("data:image/png;base64,").count(), 2);
}

#[test]
fn what_cannot_be_drawn_leaves_no_file() {
    let folder = Folder::new("plot-refused");
    let a = folder.array("a", &[1.0, 2.0]);
    let png = folder.path("a.png");
    fs::write(&png, "old").unwrap();
    for (formula, file, status, said) in [
        ("a", "a.pdf", 2, "neither a .png nor a .svg file"),
        ("a", "png", 2, "neither a .png nor a .svg file"),
        ("a + nope", "a.png", 2, "unknown-name"),
        ("sum(a)", "a.png", 2, "0 axes"),
        ("a*nan", "a.png", 1, "no finite value"),
        ("a", "none/a.png", 1, "none/a.png"),
    ] {
        let path = folder.path(file);
        let (code, out, stderr) = run(&["plot", formula, &a, "-o", path.to_str().unwrap()]);
        assert_eq!((code, out.as_str()), (status, ""), "{formula} {file}: {stderr}");
        assert!(stderr.starts_with("error[") && stderr.contains(said), "{formula} {file}: {stderr}");
    }
    assert_eq!(fs::read(&png).unwrap(), b"old");
    assert_eq!(folder.files(), ["a.npy", "a.png"]);
}
