//! Random typed programs with random inputs: text, arrays of every layout, and how to run them.
//!
//! Values lean on what breaks code: zeros of both signs, extremes, subnormals, NaN, ties. Layouts lean on
//! what breaks loops: reversed, strided, broadcast, swapped and unaligned arrays, empty axes, axes of one.

mod words;

use numfuse::array::{Array, Complex, Input, View};
use numfuse::check::{self, InputDType, InputType, Options};
use numfuse::dtype::{DType, Lane};
use numfuse::ir::{self, Dim, Graph, Known, Node, Plane};
use numfuse::reference::{self, Value};
use numfuse::syntax;
use words::{BINARY, CASTS, GENERATORS, INFIX, KEYWORDS, LITERALS, REDUCE, UNARY, VIEWS};

/// A small random number generator (splitmix64): the same programs everywhere for the same seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Any 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }

    /// True once in `n`.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of them.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// An input of a program: its elements and how they lie in memory.
pub(crate) struct RandomInput {
    pub(crate) name: &'static str,
    /// Its dtype, or that of its parts.
    pub(crate) lane: Lane,
    is_complex: bool,
    pub(crate) shape: Vec<usize>,
    memory: Vec<u8>,
    strides: Vec<isize>,
    offset: usize,
    swapped: bool,
    weak: Option<f64>,
}

/// A formula and its inputs.
pub(crate) struct RandomProgram {
    pub(crate) text: String,
    pub(crate) inputs: Vec<RandomInput>,
}

/// The imaginary part of every plain complex number.
const IMAGINARY: f64 = -0.75;

/// Programs with larger values (new axes multiply) are not tried: the reference takes its time.
const LARGEST: usize = 50_000;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

impl RandomProgram {
    /// The program of a seed.
    pub(crate) fn new(seed: u64) -> RandomProgram {
        let mut random = Random(seed);
        let space = random_space(&mut random);
        let count = 1 + random.below(4);
        let inputs = (0..count).map(|k| RandomInput::new(&mut random, NAMES[k], &space)).collect();
        let text = random_text(&mut random, count);
        RandomProgram { text, inputs }
    }

    /// The raw graph for these inputs, if `check` accepts the program: the one in which slices and masks that give axes
    /// of one are axes of one.
    pub(crate) fn graph(&self) -> Option<Graph> {
        let parsed = syntax::parse(&self.text).unwrap_or_else(|e| panic!("{}: {e:?}", self.text));
        let shapes = self.inputs.iter().map(|input| input.shape.as_slice().into()).collect();
        let values: Vec<Value> = self.inputs.iter().flat_map(RandomInput::values).collect();
        let mut known = Known { shapes, counts: Vec::new() };
        loop {
            let graph =
                check::lower_known(&parsed, &self.types(), &Options::default(), known.clone()).ok()?;
            if self.largest(&graph) > LARGEST {
                return None;
            }
            match reference::eval(&graph, &values) {
                Err(reference::Error::One { counts }) if counts != known.counts => known.counts = counts,
                Err(error @ reference::Error::One { .. }) => panic!("{}: {error:?}", self.text),
                Ok(_) | Err(_) => return Some(graph),
            }
        }
    }

    /// The elements of the graph's largest node.
    fn largest(&self, graph: &Graph) -> usize {
        let sizes = ir::sizes(graph.dims(), |input, axis| self.inputs[input.index()].shape[axis], &[]);
        let size = |dim: &Dim| match dim {
            Dim::One => 1,
            Dim::Size(id) => sizes[id.index()],
        };
        let nodes = graph.nodes().map(|(id, _)| graph.ty(id).dims.iter().map(size).product());
        nodes.max().unwrap_or(0)
    }

    /// The inputs' types, as `check` wants them.
    pub(crate) fn types(&self) -> Vec<InputType> {
        self.inputs.iter().map(RandomInput::ty).collect()
    }
}

fn random_space(random: &mut Random) -> Vec<usize> {
    const SIZES: [usize; 12] = [0, 1, 2, 3, 5, 7, 8, 16, 17, 33, 64, 300];
    let rank = random.below(4);
    let mut space: Vec<usize> = (0..rank).map(|_| SIZES[random.below(SIZES.len())]).collect();
    if rank == 1 && random.once_in(3) {
        space[0] = [1023, 1024, 1025, 2049, 5000][random.below(5)];
    }
    while space.iter().product::<usize>() > 20_000 {
        let k = random.below(rank);
        space[k] = 1 + space[k] / 4;
    }
    space
}

impl RandomInput {
    fn new(random: &mut Random, name: &'static str, space: &[usize]) -> RandomInput {
        let lane = Lane::ALL[random.below(Lane::ALL.len())];
        if random.once_in(10) {
            return RandomInput::weak(random, name);
        }
        let skip = if random.once_in(3) { random.below(space.len() + 1) } else { 0 };
        let shape: Vec<usize> =
            space[skip..].iter().map(|&n| if random.once_in(6) { 1 } else { n }).collect();
        let is_complex = matches!(lane, Lane::F32 | Lane::F64) && random.once_in(2);
        let parts = 1 + usize::from(is_complex);
        let size = lane.size() * parts;
        // Memory order is a permutation of the axes, each with a step and a direction.
        let mut order: Vec<usize> = (0..shape.len()).collect();
        if random.once_in(3) {
            order.reverse();
        }
        let (mut strides, mut step, mut offset) = (vec![0isize; shape.len()], size as isize, 0usize);
        for &axis in order.iter().rev() {
            let gap = if random.once_in(4) { 1 + random.below(3) as isize } else { 1 };
            let reach = step * gap * shape[axis].saturating_sub(1) as isize;
            strides[axis] = step * gap;
            if random.once_in(5) {
                strides[axis] = -strides[axis];
                offset += reach as usize;
            }
            step = reach + step * gap;
        }
        let shift = if random.once_in(3) { random.below(9) } else { 0 };
        let swapped = size > 1 && random.once_in(6);
        let elements = step as usize / size + 2;
        let mut memory = vec![0u8; shift];
        for _ in 0..elements * parts {
            let bits = random_bits(random, lane);
            let bytes = &bits.to_le_bytes()[..lane.size()];
            if swapped { memory.extend(bytes.iter().rev()) } else { memory.extend(bytes) }
        }
        let offset = offset + shift;
        RandomInput { name, lane, is_complex, shape, memory, strides, offset, swapped, weak: None }
    }

    fn weak(random: &mut Random, name: &'static str) -> RandomInput {
        let (lane, value) = match random.below(2) {
            0 => (Lane::I64, random.below(100) as f64 - 20.0),
            _ => (Lane::F64, [0.5, -0.0, 3.25, 1e300, f64::NAN][random.below(5)]),
        };
        RandomInput {
            name,
            lane,
            is_complex: lane == Lane::F64 && random.once_in(3),
            shape: vec![],
            memory: vec![],
            strides: vec![],
            offset: 0,
            swapped: false,
            weak: Some(value),
        }
    }

    fn ty(&self) -> InputType {
        let dtype = match (self.weak, self.lane) {
            (None, _) => InputDType::Strong(self.dtype()),
            (Some(_), Lane::I64) => InputDType::WeakInt,
            (Some(_), _) if self.is_complex => InputDType::WeakComplex,
            (Some(_), _) => InputDType::WeakFloat,
        };
        InputType {
            name: self.name.into(),
            dtype,
            ones: self.shape.iter().map(|&n| n == 1).collect(),
            writable: false,
        }
    }

    /// The input as the library takes it.
    pub(crate) fn input(&self) -> Input<'_> {
        match (self.weak, self.lane) {
            (Some(value), Lane::I64) => Input::WeakInt(value as i128),
            (Some(value), _) if self.is_complex => Input::WeakComplex(Complex::new(value, IMAGINARY)),
            (Some(value), _) => Input::WeakFloat(value),
            (None, _) => Input::View(self.view()),
        }
    }

    fn view(&self) -> View<'_> {
        View::from_bytes(&self.memory, self.dtype(), &self.shape, &self.strides, self.offset, self.swapped)
            .expect("the memory holds every element")
    }

    fn dtype(&self) -> DType {
        if !self.is_complex {
            self.lane.into()
        } else if self.lane == Lane::F32 {
            DType::C64
        } else {
            DType::C128
        }
    }

    /// The input as the reference takes it: complex numbers as two values.
    pub(crate) fn values(&self) -> Vec<Value> {
        if let Some(value) = self.weak {
            let bits = if self.lane == Lane::I64 { value as i64 as u64 } else { value.to_bits() };
            let single = |bits| Value { lane: self.lane, shape: Default::default(), data: vec![bits] };
            let imaginary = self.is_complex.then(|| single(IMAGINARY.to_bits()));
            return std::iter::once(single(bits)).chain(imaginary).collect();
        }
        let array = Array::from_view(&self.view()).expect("small");
        values_of(&array)
    }
}

/// An array as the reference has it: complex numbers as their real and their imaginary parts.
pub(crate) fn values_of(array: &Array) -> Vec<Value> {
    if array.dtype().part().is_none() {
        return vec![value_of(array)];
    }
    let view = View::from(array);
    let plane = |plane| value_of(&Array::from_view(&view.plane(plane)).expect("small"));
    vec![plane(Plane::Real), plane(Plane::Imag)]
}

/// An array as the reference has it.
pub(crate) fn value_of(array: &Array) -> Value {
    let lane = array.dtype().lane().expect("lane dtypes only");
    let element = |bytes: &[u8]| {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        let bits = u64::from_le_bytes(word);
        if lane == Lane::Bool { u64::from(bits != 0) } else { bits }
    };
    let data = array.bytes().chunks_exact(lane.size()).map(element).collect();
    Value { lane, shape: array.shape().into(), data }
}

fn random_bits(random: &mut Random, lane: Lane) -> u64 {
    let width = lane.size() as u32 * 8;
    let mask = u64::MAX >> (64 - width);
    let style = random.below(6);
    if lane == Lane::Bool {
        // Foreign bools may be any byte.
        return if random.once_in(8) { random.bits() & 0xff } else { random.bits() & 1 };
    }
    if lane.is_float() {
        let small = random.below(41) as f64 / 4.0 - 5.0;
        let special = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            0.5,
            1.5,
            2.5,
            -2.5,
            5e-324,
            1e308,
        ];
        let value = match style {
            0 | 1 => small,
            2 => special[random.below(special.len())],
            3 => (random.bits() >> 11) as f64 / (1u64 << 53) as f64 * 10.0 - 5.0,
            4 => return random.bits() & mask,
            _ => 2f64.powi(random.below(120) as i32 - 60) * (1.0 + small / 64.0),
        };
        return if lane == Lane::F32 { u64::from((value as f32).to_bits()) } else { value.to_bits() };
    }
    let least = 1u64 << (width - 1);
    let number = match style {
        0 | 1 => (random.below(21) as i64 - 10) as u64,
        2 => least.wrapping_add(random.below(5) as u64).wrapping_sub(2),
        3 => mask.wrapping_add(random.below(3) as u64).wrapping_sub(1),
        4 => 1u64 << random.below(width as usize),
        _ => random.bits(),
    };
    number & mask
}

fn random_text(random: &mut Random, inputs: usize) -> String {
    let mut text = String::new();
    let mut names: Vec<String> = NAMES[..inputs].iter().map(|&n| n.to_owned()).collect();
    for k in 0..random.below(3) {
        let value = expression(random, &names, 2);
        text += &format!("v{k} = {value}\n");
        names.push(format!("v{k}"));
    }
    let depth = 1 + random.below(4);
    text += &expression(random, &names, depth);
    if random.once_in(5) {
        text += &format!(", {}", expression(random, &names, depth));
    }
    text
}

fn expression(random: &mut Random, names: &[String], depth: usize) -> String {
    if depth == 0 {
        return match random.below(25) {
            24 => (*random.pick(&GENERATORS)).to_owned(),
            0..5 => (*random.pick(&LITERALS)).to_owned(),
            _ => names[random.below(names.len())].clone(),
        };
    }
    let sub = |random: &mut Random| {
        let shallower = depth - 1 - random.below(2).min(depth - 1);
        expression(random, names, shallower)
    };
    match random.below(26) {
        19..=22 => format!("({}){}", sub(random), random.pick(&VIEWS)),
        23 => elements(random, sub),
        0..=8 => format!("({} {} {})", sub(random), random.pick(&INFIX), sub(random)),
        9..=11 => match (random.pick(UNARY), sub(random)) {
            ("signbit", x) => format!("signbit({})", without_nan(&x)),
            (name, x) => format!("{name}({x})"),
        },
        12 => match (random.pick(BINARY), sub(random), sub(random)) {
            ("copysign", x, y) => format!("copysign({x}, {})", without_nan(&y)),
            (name, x, y) => format!("{name}({x}, {y})"),
        },
        13 => format!("where({}, {}, {})", sub(random), sub(random), sub(random)),
        14 => format!("({} if {} > {} else {})", sub(random), sub(random), sub(random), sub(random)),
        15 | 16 => format!("{}({})", random.pick(CASTS), sub(random)),
        17 => format!("({}{})", random.pick(&["-", "~", "not ", "+"]), sub(random)),
        18 => format!("clip({}, {}, {})", sub(random), sub(random), sub(random)),
        _ => reduction(random, sub),
    }
}

/// What a mask selects, and elements at indices: of shapes that fit often enough.
fn elements(random: &mut Random, mut sub: impl FnMut(&mut Random) -> String) -> String {
    let (x, y) = (sub(random), sub(random));
    match random.below(5) {
        0 => format!("({x})[({x}) > 0]"),
        1 => format!("({y} + {x})[({x} + {y}) <= {y}]"),
        2 => format!("({x})[int64(abs({x}) < 1)]"),
        3 => format!("({x})[-uint8({y} > 1)]"),
        _ => format!("({x})[argmax({x}, axis=0)]"),
    }
}

/// The sign of a NaN is nobody's promise (compilers swap the operands of sums), so nothing may look at it.
fn without_nan(expression: &str) -> String {
    format!("where(isnan({expression}), 1, {expression})")
}

fn reduction(random: &mut Random, mut sub: impl FnMut(&mut Random) -> String) -> String {
    let operand = sub(random);
    let axis = match random.below(6) {
        0 => ", axis=0",
        1 => ", axis=-1",
        2 => ", axis=0, keepdims=True",
        3 => ", axis=-1, keepdims=True",
        _ => "",
    };
    let keyword = if random.once_in(4) { random.pick(&KEYWORDS) } else { "" };
    let mask = match random.below(8) {
        0 => format!(", where={operand} > 0"),
        1 => format!(", where={} > 1", sub(random)),
        _ => String::new(),
    };
    if random.once_in(6) {
        let axis = axis.trim_end_matches(", keepdims=True");
        let keyword = if keyword.contains("dtype") { keyword } else { "" };
        return format!("{}({operand}{axis}{keyword})", random.pick(&["cumsum", "cumprod"]));
    }
    format!("{}({operand}{axis}{keyword}{mask})", random.pick(&REDUCE))
}

/// Whether the graph holds an operation of class B: bits that no other library must have.
pub(crate) fn is_inexact(graph: &Graph) -> bool {
    use numfuse::op::Class;
    graph
        .nodes()
        .any(|(_, n)| matches!(n, Node::Apply(op, _) if matches!(op.row().class, Class::Ulp | Class::Gamma)))
}
