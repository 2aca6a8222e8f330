//! Random formulas on bytes and text: the reference on the raw graph, the reference on the optimised graph,
//! and what the library gives, of arrays however they lie, agree.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests use more of it")]
mod programs;

use numfuse::array::{Array, Bindings, View};
use numfuse::check::{self, InputDType, InputType, Options};
use numfuse::dtype::{DType, Kind, Lane};
use numfuse::reference::{self, Value};
use numfuse::{Session, opt, shape, syntax};
use programs::Random;

const FORMULAS: u64 = 600;

/// Characters that operators treat differently.
const ALPHABET: [u32; 14] =
    [0, 0x20, 9, 0x61, 0x62, 0x41, 0x7a, 0x1c, 0xe9, 0xdf, 0x3a3, 0xd800, 0x1f600, 0x61];

struct RandomText {
    name: &'static str,
    dtype: DType,
    shape: Vec<usize>,
    /// The elements in C order, and as they lie: backwards along all axes, with gaps, maybe swapped.
    memory: Vec<u8>,
    scattered: Vec<u8>,
    swapped: bool,
}

const GAP: usize = 5;

impl RandomText {
    fn new(random: &mut Random, name: &'static str, kind: fn(u32) -> DType, space: &[usize]) -> RandomText {
        let dtype = kind([0, 1, 2, 3, 5, 8, 16, 33][random.below(8)]);
        let skip = if random.once_in(3) { random.below(space.len() + 1) } else { 0 };
        let shape: Vec<usize> =
            space[skip..].iter().map(|&n| if random.once_in(6) { 1 } else { n }).collect();
        let unit = if matches!(dtype, DType::Text(_)) { 4 } else { 1 };
        let width = dtype.size() / unit;
        let mut memory = Vec::new();
        for _ in 0..shape.iter().product() {
            let length = random.below(width + 1);
            for k in 0..width {
                let c = if k < length { ALPHABET[random.below(ALPHABET.len())] } else { 0 };
                memory.extend(&c.to_ne_bytes()[..unit]);
            }
        }
        let swapped = unit == 4 && random.once_in(2);
        let mut scattered = vec![b'x'; GAP];
        for element in memory.chunks_exact(dtype.size().max(1)).rev() {
            for c in element.chunks_exact(unit) {
                if swapped { scattered.extend(c.iter().rev()) } else { scattered.extend(c) }
            }
            scattered.extend([b'x'; GAP]);
        }
        RandomText { name, dtype, shape, memory, scattered, swapped }
    }

    fn view(&self, awkward: bool) -> View<'_> {
        let size = self.dtype.size();
        // Elements of no size lie all in one place.
        if !awkward || size == 0 || self.shape.contains(&0) {
            let strides = shape::c_strides(&self.shape, size).unwrap();
            return View::from_bytes(&self.memory, self.dtype, &self.shape, &strides, 0, false).unwrap();
        }
        let strides: Vec<isize> =
            shape::c_strides(&self.shape, size + GAP).unwrap().iter().map(|&step| -step).collect();
        let offset = self.scattered.len() - GAP - size;
        View::from_bytes(&self.scattered, self.dtype, &self.shape, &strides, offset, self.swapped).unwrap()
    }

    fn ty(&self) -> InputType {
        let ones = self.shape.iter().map(|&n| n == 1).collect();
        InputType { name: self.name.into(), dtype: InputDType::Strong(self.dtype), ones, writable: false }
    }

    fn value(&self) -> Value {
        value(self.dtype, &self.shape, &self.memory)
    }
}

/// An array as the reference has it: of text its characters.
fn value(dtype: DType, shape: &[usize], memory: &[u8]) -> Value {
    let lane = match dtype.kind() {
        Kind::Bytes => Lane::U8,
        Kind::Text => Lane::U32,
        Kind::Bool | Kind::Signed | Kind::Unsigned | Kind::Float => dtype.lane().unwrap(),
        Kind::Complex | Kind::Datetime | Kind::Timedelta => panic!("no formula of text gives {dtype}"),
    };
    let bits = |element: &[u8]| {
        let mut word = [0; 8];
        word[..element.len()].copy_from_slice(element);
        u64::from_le_bytes(word)
    };
    let data = memory.chunks_exact(lane.size()).map(bits).collect();
    Value { lane, shape: shape.into(), data }
}

fn text(random: &mut Random, is_bytes: bool, depth: usize) -> String {
    if depth == 0 || random.once_in(4) {
        let literals = ["''", "'a'", "'ab'", "' a\\t'", "'b a'", "'\\0a'", "'zzzzzzzzz'"];
        return match random.below(5) {
            0 => format!("{}{}", if is_bytes { "b" } else { "" }, random.pick(&literals)),
            n => ["x", "y", "x", "y"][n - 1].to_owned(),
        };
    }
    let sub = |random: &mut Random| text(random, is_bytes, depth - 1);
    match random.below(8) {
        0 | 1 => format!("({} + {})", sub(random), sub(random)),
        2 => format!("{}({})", random.pick(&["upper", "lower", "strip", "lstrip", "rstrip"]), sub(random)),
        3 => format!("{}({}, {})", random.pick(&["strip", "lstrip", "rstrip"]), sub(random), sub(random)),
        4 => {
            let width = [1, 2, 4, 9][random.below(4)];
            format!("{}{width}({})", if is_bytes { "S" } else { "U" }, sub(random))
        }
        5 => format!("where({}, {}, {})", number(random, is_bytes, depth - 1), sub(random), sub(random)),
        _ => format!("({} if {} else {})", sub(random), number(random, is_bytes, depth - 1), sub(random)),
    }
}

fn number(random: &mut Random, is_bytes: bool, depth: usize) -> String {
    let (a, b) = (text(random, is_bytes, depth), text(random, is_bytes, depth));
    match random.below(8) {
        0..=2 => format!("({a} {} {b})", random.pick(&["==", "!=", "<", "<=", ">", ">="])),
        3 => format!("{}({a}, {b})", random.pick(&["contains", "startswith", "endswith"])),
        4 => format!("find({a}, {b})"),
        5 => format!("(str_len({a}) * 2)"),
        6 => format!("({a} in ({b}, {a} + {b}))"),
        _ => format!("{}({a} == {b}, axis=-1)", random.pick(&["any", "sum", "count_nonzero"])),
    }
}

fn check_formula(seed: u64) -> bool {
    let mut random = Random(seed);
    let is_bytes = random.once_in(2);
    let kind = if is_bytes { DType::Bytes } else { DType::Text };
    let space: Vec<usize> = (0..random.below(4)).map(|_| [0, 1, 2, 7, 33, 400][random.below(6)]).collect();
    let space = if space.iter().product::<usize>() > 3000 { vec![1500] } else { space };
    let inputs =
        [RandomText::new(&mut random, "x", kind, &space), RandomText::new(&mut random, "y", kind, &space)];
    let depth = 1 + random.below(3);
    let formula = format!("{}, {}", text(&mut random, is_bytes, depth), number(&mut random, is_bytes, depth));
    let program = syntax::parse(&formula).unwrap();
    let types: Vec<InputType> = inputs.iter().map(RandomText::ty).collect();
    // `axis=-1` of a value without axes.
    let Ok(raw) = check::lower(&program, &types, &Options::default()) else { return false };
    let values: Vec<Value> = inputs.iter().map(RandomText::value).collect();
    let Ok(expected) = reference::eval(&raw, &values) else { return false };
    assert_eq!(reference::eval(&opt::run(raw), &values).as_ref(), Ok(&expected), "{seed}: {formula}");
    for awkward in [false, true] {
        let mut bindings = Bindings::new();
        inputs.iter().for_each(|input| _ = bindings.input(input.name, input.view(awkward)));
        let found = Session::global().eval_all(&formula, &bindings, None);
        let found = found.unwrap_or_else(|error| panic!("{seed}: {formula}: {error}"));
        let of = |array: &Array| value(array.dtype(), array.shape(), array.bytes());
        let found: Vec<Value> = found.iter().map(|(_, array)| of(array)).collect();
        assert_eq!(found, expected, "{seed}: {formula}");
    }
    true
}

#[test]
fn formulas_of_text_give_what_the_reference_gives() {
    let accepted = (0..FORMULAS).filter(|&seed| check_formula(seed)).count();
    assert!(accepted as u64 * 2 > FORMULAS, "most formulas are sound: {accepted}");
}
