//! Operators on bytes and text against NumPy's results and print, which `scripts/gen_text_golden.py` wrote.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test may panic")]

use numfuse::array::{Array, Bindings, View};
use numfuse::dtype::DType;
use numfuse::{Session, arrays, shape};

const GOLDEN: &str = include_str!("golden/text.txt");

fn bytes(hex: &str) -> Vec<u8> {
    let hex = hex.trim_matches('-');
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

/// How an input lies in memory.
#[derive(Clone, Copy, Debug)]
enum Lie {
    Dense,
    /// Backwards, in the other byte order, at odd addresses with gaps.
    Awkward,
}

struct Input {
    name: &'static str,
    dtype: DType,
    memory: Vec<u8>,
    count: usize,
}

/// Bytes between awkward elements, and before the first.
const GAP: usize = 3;

impl Input {
    fn parse(line: &'static str) -> Input {
        let [name, dtype, hex] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let (dtype, memory): (DType, _) = (dtype.parse().unwrap(), bytes(hex));
        Input { name, dtype, count: memory.len() / dtype.size(), memory }
    }

    /// The memory of an awkward array: little-endian elements are swapped for it.
    fn awkward(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for element in self.memory.chunks_exact(self.dtype.size()).rev() {
            out.extend([b'x'; GAP]);
            match self.dtype {
                DType::Text(_) => element.chunks_exact(4).for_each(|c| out.extend(c.iter().rev())),
                _ => out.extend(element),
            }
        }
        out
    }

    fn view<'m>(&self, memory: &'m [u8], lie: Lie) -> View<'m> {
        let size = self.dtype.size() as isize;
        let (step, offset, swapped) = match lie {
            Lie::Dense => (size, 0, false),
            Lie::Awkward => (-size - GAP as isize, memory.len() - self.dtype.size(), true),
        };
        View::from_bytes(memory, self.dtype, &[self.count], &[step], offset, swapped).unwrap()
    }
}

fn check_results(lie: Lie) {
    let inputs: Vec<Input> =
        GOLDEN.lines().filter_map(|l| l.strip_prefix("input ")).map(Input::parse).collect();
    let memories: Vec<Vec<u8>> = inputs
        .iter()
        .map(|input| match lie {
            Lie::Dense => input.memory.clone(),
            Lie::Awkward => input.awkward(),
        })
        .collect();
    let mut bindings = Bindings::new();
    for (input, memory) in inputs.iter().zip(&memories) {
        bindings.input(input.name, input.view(memory, lie));
    }
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for (formula, due) in GOLDEN.lines().filter_map(|line| line.split_once(" | ")) {
        cases += 1;
        let (dtype, hex) = due.split_once(' ').unwrap();
        let result = Session::global().eval(formula, &bindings);
        let result = result.unwrap_or_else(|error| panic!("{formula}: {error}"));
        if result.dtype().to_string() != dtype || result.bytes() != bytes(hex) {
            wrong.push(format!("{formula}: {} {:02x?}, not {due}", result.dtype(), result.bytes()));
        }
    }
    assert!(cases > 1500, "the golden file is whole: {cases}");
    assert!(wrong.is_empty(), "{} of {cases}:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}

#[test]
fn results_are_numpys() {
    check_results(Lie::Dense);
}

#[test]
fn results_are_numpys_of_awkward_arrays() {
    check_results(Lie::Awkward);
}

#[test]
fn prints_as_numpy() {
    let printed = &GOLDEN[GOLDEN.find("\n== ").unwrap() + 1..];
    let cases: Vec<&str> = printed.split("== ").filter(|case| !case.is_empty()).collect();
    for case in &cases {
        let (header, expected) = case.split_once('\n').unwrap();
        let [dtype, sizes, hex] = header.split(' ').collect::<Vec<_>>()[..] else { panic!("{header}") };
        let dtype: DType = dtype.parse().unwrap();
        let shape: Vec<usize> = match sizes {
            "-" => vec![],
            sizes => sizes.split('x').map(|n| n.parse().unwrap()).collect(),
        };
        let (memory, strides) = (bytes(hex), shape::c_strides(&shape, dtype.size()).unwrap());
        let view =
            View::from_bytes(&memory, dtype, &shape, &strides, 0, cfg!(target_endian = "big")).unwrap();
        assert_eq!(format!("{view}\n"), expected, "{header}");
    }
    assert!(cases.len() > 10);
}

#[test]
fn texts_broadcast_and_are_kept_between_passes() {
    let a = Array::from_strings(&["ab", "cd", "ab", ""]).unwrap().reshape(&[2, 2]).unwrap();
    let b = Array::from_strings(&["ab", "x"]).unwrap();
    let result = numfuse::eval("(a + b) + upper(k)", &arrays! { a, b, k: "é" }).unwrap();
    assert_eq!(result.shape(), [2, 2]);
    assert_eq!(result.to_strings().unwrap(), ["ababÉ", "cdxÉ", "ababÉ", "xÉ"]);
    let counted = numfuse::eval("sum(a == b, axis=0) + sum(str_len(a + k))", &arrays! { a, b, k: "é" });
    assert_eq!(counted.unwrap().to_vec::<i64>().unwrap(), [12, 10]);
    // Outputs of the same value, of an input, and of a literal.
    let all =
        Session::global().eval_all("v = a + 'x'; v, v, a, 'lit', v == 'abx'", &arrays! { a }, None).unwrap();
    assert_eq!(all[0].1.to_strings().unwrap(), ["abx", "cdx", "abx", "x"]);
    assert_eq!(all[1].1.bytes(), all[0].1.bytes());
    assert_eq!(all[2].1.bytes(), a.bytes());
    assert_eq!(all[3].1.to_strings().unwrap(), ["lit"]);
    assert_eq!(all[4].1.as_slice::<bool>().unwrap(), [true, false, true, false]);
}

#[test]
fn other_kinds_and_what_is_not_ascii_are_errors_with_a_place() {
    let (u, s) =
        (Array::from_strings(&["a", "é"]).unwrap(), Array::from_byte_strings(&[b"a", b"\xe9"]).unwrap());
    for (formula, code) in [
        ("u == s", "no-operation"),
        ("s == 'a'", "no-operation"),
        ("u + 1", "no-operation"),
        ("u * 2", "no-operation"),
        ("-u", "no-operation"),
        ("sum(u)", "no-operation"),
        ("upper(1)", "no-operation"),
        ("where(u == 'a', u, 1)", "no-operation"),
        ("float64(u)", "no-operation"),
        ("S3(1)", "no-operation"),
        ("S3('é')", "non-ascii"),
        ("S3(u)", "non-ascii"),
        ("U3(s)", "non-ascii"),
        ("find(u)", "wrong-arity"),
    ] {
        let error = numfuse::eval(formula, &arrays! { u, s }).unwrap_err();
        assert_eq!(error.diagnostics()[0].code, code, "{formula}: {error}");
    }
    let error = numfuse::eval("s == 'a'", &arrays! { s }).unwrap_err().to_string();
    assert!(error.contains("b'...'"), "{error}");
    // A view of the text is cast, so what is not ASCII is not met.
    assert_eq!(numfuse::eval("S0(u[0])", &arrays! { u }).unwrap().to_string(), "b'a'");
}

#[test]
fn elements_of_no_width_and_of_great_width_are_computed() {
    let none = View::from_bytes(&[], DType::Bytes(0), &[5], &[0], 0, false).unwrap();
    let result = numfuse::eval("none + b'ab', str_len(none), none == b'', none", &arrays! { none });
    assert!(result.is_err(), "four results");
    let all = Session::global()
        .eval_all(
            "none + b'ab', str_len(none), none == b'', none + none, find(none, none)",
            &arrays! { none },
            None,
        )
        .unwrap();
    assert_eq!(all[0].1.to_strings().unwrap(), ["ab"; 5]);
    assert_eq!(all[1].1.to_vec::<i64>().unwrap(), [0; 5]);
    assert_eq!(all[2].1.to_vec::<bool>().unwrap(), [true; 5]);
    assert_eq!(all[3].1.to_strings().unwrap(), [""; 5]);
    assert_eq!(all[4].1.to_vec::<i64>().unwrap(), [0; 5]);
    let long = Array::from_strings(&["x".repeat(300_000), "y".to_owned()]).unwrap();
    let result = numfuse::eval("str_len(upper(long + long) + 'z')", &arrays! { long }).unwrap();
    assert_eq!(result.to_vec::<i64>().unwrap(), [600_001, 3]);
}
