//! Runs against guard pages: every array that a step reads or writes ends (or begins) exactly where the
//! memory does, so that touching a byte too many is a fault that kills this process.
//!
//! `NUMFUSE_GUARD_RUNS=1000000 cargo test --release --test guard` runs the long form.
#![expect(unsafe_code, reason = "maps guard pages and runs compiled code on raw blocks")]

#[expect(dead_code, reason = "other tests use more of it")]
mod programs;

use numfuse::Input;
use numfuse::array::{InputRef, Pool, View, ViewMut};
use numfuse::backend::{Ready, compile, interp};
use numfuse::check::{self, Options};
use numfuse::dtype::{DType, Lane};
use numfuse::exec::{self, Control, Run};
use numfuse::ir::{self, Graph};
use numfuse::kernel::{Fusion, Kernel, Place, Step, fuse};
use numfuse::math::{self, BlockFn};
use numfuse::op::{Op, TextOp};
use numfuse::target::Target;
use numfuse::text::{Block, Function, Operand};
use numfuse::{backend, opt, shape, syntax};
use programs::{Random, RandomProgram};
use smallvec::SmallVec;
use std::ptr::NonNull;

/// The runs of steps in a normal run; whole plans make a tenth of them.
const RUNS: u64 = 20_000;

/// The longest array, in bytes.
const ROOM: usize = 8 << 20;
/// At least a page, on every machine.
const GUARD: usize = 1 << 16;
/// What memory beside an array must still hold after a run.
const CANARY: u8 = 0xa5;

/// `ROOM` bytes between two pages that may not be touched.
struct Guarded(NonNull<u8>);

/// The end of the memory that an array lies flush against.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Low,
    High,
}

impl Guarded {
    fn new() -> Guarded {
        let whole = ROOM + 2 * GUARD;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping; the middle of it is made accessible.
        let base = unsafe { libc::mmap(std::ptr::null_mut(), whole, libc::PROT_NONE, flags, -1, 0) };
        assert_ne!(base, libc::MAP_FAILED);
        // SAFETY: within the mapping, on page boundaries.
        let middle = unsafe { base.cast::<u8>().add(GUARD) };
        // SAFETY: as above.
        let opened = unsafe { libc::mprotect(middle.cast(), ROOM, libc::PROT_READ | libc::PROT_WRITE) };
        assert_eq!(opened, 0);
        Guarded(NonNull::new(middle).expect("a mapping is not at 0"))
    }

    /// The place of `len` bytes flush against an end; what is beside them gets canaries.
    fn place(&self, len: usize, end: End) -> NonNull<u8> {
        assert!(len <= ROOM, "{len} bytes");
        let beside = 256.min(ROOM - len);
        let at = if end == End::Low { 0 } else { ROOM - len };
        let canary = if end == End::Low { len } else { at - beside };
        // SAFETY: both ranges lie within the accessible `ROOM` bytes, which only this test uses.
        unsafe {
            self.0.add(canary).write_bytes(CANARY, beside);
            self.0.add(at)
        }
    }

    /// Places bytes flush against an end.
    fn fill(&self, bytes: &[u8], end: End) -> NonNull<u8> {
        let place = self.place(bytes.len(), end);
        // SAFETY: `place` has room for them, and the memory is this test's.
        unsafe { place.copy_from_nonoverlapping(NonNull::from(bytes).cast(), bytes.len()) };
        place
    }

    /// Whether nothing was written beside the `len` bytes placed last.
    fn intact(&self, len: usize, end: End) -> bool {
        let beside = 256.min(ROOM - len);
        let at = if end == End::Low { len } else { ROOM - len - beside };
        // SAFETY: within the accessible bytes.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().add(at), beside) }.iter().all(|&b| b == CANARY)
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // SAFETY: unmaps exactly what `new` mapped.
        unsafe { libc::munmap(self.0.as_ptr().sub(GUARD).cast(), ROOM + 2 * GUARD) };
    }
}

fn runs() -> u64 {
    std::env::var("NUMFUSE_GUARD_RUNS").ok().and_then(|v| v.parse().ok()).unwrap_or(RUNS)
}

fn graph(program: &RandomProgram) -> Option<Graph> {
    program.graph().map(opt::run)
}

/// Memory for the places of a step, grown as needed.
struct Places(Vec<Guarded>);

impl Places {
    fn at_least(&mut self, count: usize) -> &[Guarded] {
        while self.0.len() < count {
            self.0.push(Guarded::new());
        }
        &self.0
    }
}

/// Random elements of `size` bytes, some of them extreme.
fn elements(random: &mut Random, bytes: usize) -> Vec<u8> {
    let style = random.below(4);
    let byte = |random: &mut Random| match style {
        0 => [0, 0xff, 0x7f, 0x80][random.below(4)],
        1 => 0,
        _ => random.bits() as u8,
    };
    (0..bytes).map(|_| byte(random)).collect()
}

/// Calls `run` with one guarded block for each of the sizes in bytes, and looks for stray writes.
fn with_blocks(
    places: &mut Places,
    random: &mut Random,
    bytes: &[usize],
    end: End,
    run: impl FnOnce(&[*mut u8]),
) {
    let places = places.at_least(bytes.len());
    let pointers: Vec<*mut u8> =
        places.iter().zip(bytes).map(|(p, &n)| p.fill(&elements(random, n), end).as_ptr()).collect();
    run(&pointers);
    for (place, &n) in places.iter().zip(bytes) {
        assert!(place.intact(n, end), "written beside a block of {n} bytes at its {end:?} end");
    }
}

/// The bytes of every operand and store of a kernel that runs on `n` elements.
fn block_bytes(kernel: &Kernel, n: usize) -> Vec<usize> {
    let bytes = |(k, stride): (usize, usize)| match stride {
        0 => kernel.operands[k].lane.size(),
        stride => n * stride,
    };
    kernel.strides().enumerate().map(bytes).collect()
}

fn elements_an_iteration(kernel: &Kernel, target: Target) -> usize {
    let _ = kernel;
    match target.tier {
        #[cfg(feature = "wide")]
        numfuse::target::Tier::Wide => backend::wide::elements(kernel, target).expect("compiled"),
        #[cfg(feature = "cranelift")]
        numfuse::target::Tier::Cranelift => backend::cranelift::Layout::of(kernel).elements,
        _ => 16,
    }
}

const ENDS: [End; 2] = [End::Low, End::High];

/// Every level, both ends, a few lengths of those up to four iterations and the rest of one.
fn run_kernel(kernel: &Kernel, places: &mut Places, random: &mut Random, done: &mut u64) {
    for target in Target::all() {
        let longest = 4 * elements_an_iteration(kernel, target) + 3;
        let code = backend::compile_kernel(kernel, target);
        for end in ENDS {
            for n in [random.below(longest + 1), random.below(longest + 1), longest] {
                with_blocks(places, random, &block_bytes(kernel, n), end, |pointers| {
                    // SAFETY: every block has what the kernel needs for `n` elements.
                    unsafe { code.run(pointers, n) };
                });
                *done += 1;
            }
        }
    }
}

/// A block function, whose operands and result the step's compiled form does not tell the lanes of.
fn run_block(ready: &Ready, lanes: &[Lane], places: &mut Places, random: &mut Random, done: &mut u64) {
    let Ready::Block(function, args, _) = ready else { return };
    for end in ENDS {
        for n in [random.below(20), 67] {
            let bytes: Vec<usize> = lanes.iter().map(|lane| n * lane.size()).collect();
            with_blocks(places, random, &bytes, end, |pointers| {
                let (args, dests) = pointers.split_at(args.len());
                let args: Vec<*const u8> = args.iter().map(|p| p.cast_const()).collect();
                // SAFETY: every block has `n` elements of its dtype.
                unsafe { function(&args, dests, n) };
            });
            *done += 1;
        }
    }
}

/// The dtypes of a block step's operands and result.
fn block_lanes(function: numfuse::kernel::BlockFunction, args: usize) -> Vec<Lane> {
    use numfuse::kernel::BlockFunction;
    match function {
        BlockFunction::Cast { from, to } => vec![from, to],
        // No predicate is a block function: the result is of the dtype it computes in.
        BlockFunction::Apply(_, lane) => vec![lane; args + 1],
        BlockFunction::SinCos(lane) => vec![lane; args + 2],
    }
}

#[test]
fn no_step_touches_a_byte_outside_its_blocks() {
    let (mut done, mut seed) = (0, 0);
    let mut places = Places(Vec::new());
    let mut lanes = std::collections::BTreeSet::new();
    while done < runs() {
        let program = RandomProgram::new(seed);
        let mut random = Random(seed);
        seed += 1;
        let Some(graph) = graph(&program) else { continue };
        let compiled = compile(fuse(&graph, Fusion::Full), Target::host());
        for (pass, ready) in compiled.plan.passes.iter().zip(&compiled.passes) {
            for (step, ready) in pass.steps.iter().zip(ready) {
                match step {
                    Step::Jit { kernel, .. } => {
                        lanes.extend(kernel.operands.iter().map(|o| o.lane.to_string()));
                        run_kernel(kernel, &mut places, &mut random, &mut done);
                    }
                    // Text is not in these programs: a test of its own is below.
                    Step::Text { .. } => {}
                    Step::Block { function, args, .. } => {
                        run_block(
                            ready,
                            &block_lanes(*function, args.len()),
                            &mut places,
                            &mut random,
                            &mut done,
                        );
                    }
                    Step::Take { .. } => {}
                }
            }
        }
    }
    // Halves are read by conversions, which are block functions; a kernel only copies them.
    let read =
        Lane::ALL.iter().filter(|&&lane| lane != Lane::F16).all(|lane| lanes.contains(&lane.to_string()));
    assert!(read, "every dtype was read: {lanes:?}");
    println!("{done} guarded runs of steps: 0 faults");
}

/// Complex elements, alone and beside real ones, at every length up to a few iterations.
#[test]
fn no_kernel_of_complex_elements_touches_a_byte_outside_its_blocks() {
    let (mut done, mut random) = (0, Random(13));
    let mut places = Places(Vec::new());
    let formulas = ["z*w + z", "abs(z*w)", "z*a", "z == w", "real(z) + a", "conj(z)"];
    for (dtype, formula) in [DType::C64, DType::C128].into_iter().flat_map(|d| formulas.map(|f| (d, f))) {
        let types = [("z", dtype), ("w", dtype), ("a", DType::F32)].map(|(name, dtype)| check::InputType {
            name: name.into(),
            dtype: check::InputDType::Strong(dtype),
            ones: [false].into_iter().collect(),
            writable: false,
        });
        let parsed = syntax::parse(formula).expect("a formula");
        let graph = opt::run(check::lower(&parsed, &types, &Options::default()).expect("typed"));
        let plan = fuse(&graph, Fusion::Full);
        for step in &plan.passes[0].steps {
            let Step::Jit { kernel, .. } = step else { continue };
            let codes = Target::all().map(|target| backend::compile_kernel(kernel, target));
            for (code, n) in codes.flat_map(|code| (0..=70).map(move |n| (code.clone(), n))) {
                for end in ENDS {
                    with_blocks(&mut places, &mut random, &block_bytes(kernel, n), end, |pointers| {
                        // SAFETY: every block has what the kernel needs for `n` elements.
                        unsafe { code.run(pointers, n) };
                    });
                    done += 1;
                }
            }
        }
    }
    println!("{done} guarded runs of kernels of complex elements: 0 faults");
}

/// Every vectorized loop at every level, on any bits: each length up to four groups and a rest, at each alignment.
#[test]
fn no_vectorized_loop_touches_a_byte_outside_its_blocks() {
    let (mut done, mut random) = (0, Random(7));
    let mut places = Places(Vec::new());
    let mut run = |function: BlockFn, args: usize, results: usize, size: usize| {
        let cases = (0..=67).flat_map(|n| (0..size).flat_map(move |gap| ENDS.map(|end| (n, gap, end))));
        for (n, gap, end) in cases {
            // Bytes between the block and the guard page give it every alignment.
            let bytes = vec![n * size + gap; args + results];
            with_blocks(&mut places, &mut random, &bytes, end, |pointers| {
                let start = if matches!(end, End::Low) { gap } else { 0 };
                let pointers: Vec<*mut u8> = pointers.iter().map(|p| p.wrapping_add(start)).collect();
                let read: Vec<*const u8> = pointers[..args].iter().map(|p| p.cast_const()).collect();
                // SAFETY: every block has `n` elements of `size` bytes.
                unsafe { function(&read, &pointers[args..], n) };
            });
            done += 1;
        }
    };
    for level in Target::all().map(|t| t.blocks) {
        for (&op, lane) in Op::ALL.iter().flat_map(|op| Lane::ALL.map(|lane| (op, lane))) {
            if let Some(function) = math::block(op, lane, level) {
                run(function, op.arity(), 1, lane.size());
            }
        }
        run(math::sincos(Lane::F32, level), 1, 2, 4);
        run(math::sincos(Lane::F64, level), 1, 2, 8);
    }
    println!("{done} guarded runs of vectorized loops: 0 faults");
}

/// Every function of text, on operands of many widths, side by side or one for the whole block.
#[test]
fn no_function_of_text_touches_a_byte_outside_its_blocks() {
    const WIDTHS: [u32; 9] = [0, 1, 2, 3, 7, 8, 16, 17, 40];
    let (mut done, mut random) = (0, Random(11));
    let mut places = Places(Vec::new());
    for &op in TextOp::ALL {
        for kind in [DType::Bytes, DType::Text] {
            for _ in 0..60 {
                let mut operands: SmallVec<[Operand; 3]> = SmallVec::new();
                for k in 0..op.arity() {
                    let is_condition = op == TextOp::Select && k == 0;
                    let text = kind(WIDTHS[random.below(WIDTHS.len())]);
                    let dtype = if is_condition { DType::Bool } else { text };
                    operands.push(Operand { dtype, one: random.once_in(3) });
                }
                let widths: Vec<u32> = operands.iter().map(|o| text_width(o.dtype)).collect();
                let result = match op {
                    TextOp::Find | TextOp::Length => DType::I64,
                    TextOp::Concat => kind(widths.iter().sum()),
                    TextOp::Select => kind(widths.iter().copied().max().unwrap_or(0)),
                    TextOp::Upper | TextOp::Lower | TextOp::Strip | TextOp::LStrip | TextOp::RStrip => {
                        kind(widths[0])
                    }
                    TextOp::Lt | TextOp::Le | TextOp::Gt | TextOp::Ge | TextOp::Eq | TextOp::Ne => {
                        DType::Bool
                    }
                    TextOp::Contains | TextOp::StartsWith | TextOp::EndsWith | TextOp::NonAscii => {
                        DType::Bool
                    }
                };
                run_text(Function::Apply(op), &operands, result, &mut places, &mut random);
                done += 1;
            }
        }
    }
    for _ in 0..200 {
        let width = |random: &mut Random| WIDTHS[random.below(WIDTHS.len())];
        let from = [DType::Bytes(width(&mut random)), DType::Text(width(&mut random))][random.below(2)];
        let to = [DType::Bytes(width(&mut random)), DType::Text(width(&mut random))][random.below(2)];
        let operand = Operand { dtype: from, one: random.once_in(3) };
        run_text(Function::Cast, &[operand], to, &mut places, &mut random);
        done += 1;
    }
    println!("{done} functions of text: 0 faults");
}

fn text_width(dtype: DType) -> u32 {
    if let DType::Text(n) | DType::Bytes(n) = dtype { n } else { 0 }
}

fn run_text(
    function: Function,
    operands: &[Operand],
    result: DType,
    places: &mut Places,
    random: &mut Random,
) {
    let block = Block::new(function, operands.into(), result);
    for end in ENDS {
        for n in [0, 1, random.below(20), 67] {
            let size = |o: &Operand| o.dtype.size() * if o.one { 1 } else { n };
            let bytes: Vec<usize> = operands.iter().map(size).chain([n * result.size()]).collect();
            with_blocks(places, random, &bytes, end, |pointers| {
                let (args, out) = pointers.split_at(operands.len());
                let args: Vec<*const u8> = args.iter().map(|p| p.cast_const()).collect();
                // SAFETY: every block has what the function needs for `n` elements.
                unsafe { block.run(&args, out[0], n) };
            });
        }
    }
}

/// The inputs and outputs of a whole plan against guard pages, whatever their layout.
fn run_plan(program: &RandomProgram, graph: &Graph, target: Target, end: End, places: &mut Places) {
    let compiled = compile(fuse(graph, Fusion::Full), target);
    // Sizes that do not match are found before a run.
    let sizes = ir::sizes(graph.dims(), |input, axis| program.inputs[input.index()].shape[axis], &[]);
    let is_known = |c: &&ir::Constraint| [c.left, c.right].iter().all(|&d| graph.counted_by(d).is_empty());
    if graph.constraints.iter().filter(is_known).any(|c| sizes[c.left.index()] != sizes[c.right.index()]) {
        return;
    }
    let count = program.inputs.len() + compiled.plan.outputs.len();
    let (ins, outs) = places.at_least(count).split_at(program.inputs.len());
    let inputs: Vec<Input<'_>> = program.inputs.iter().zip(ins).map(|(i, p)| guarded(i, p, end)).collect();
    let operands: Vec<exec::Operand<'_>> = inputs.iter().map(|i| i.by_ref().into()).collect();
    let pool = Pool::new(0);
    let control = Control::serial();
    let run = Run { compiled: &compiled, inputs: &operands, pool: &pool, memory: usize::MAX, control };
    // It may fail for its values.
    let Ok(running) = exec::begin(&run) else { return };
    let mut views: Vec<ViewMut<'_>> = Vec::new();
    let mut lengths = Vec::new();
    for (output, place) in compiled.plan.outputs.iter().zip(outs) {
        let shape = running.shape(&output.dims);
        let bytes = shape::bytes(&shape, output.dtype.size()).expect("small");
        let strides = shape::c_strides(&shape, output.dtype.size()).expect("small");
        let ptr = place.place(bytes, end);
        lengths.push(bytes);
        // SAFETY: `bytes` accessible bytes that nothing else uses.
        views.push(unsafe {
            ViewMut::from_raw_parts(ptr, output.dtype, shape.as_slice().into(), strides, false)
        });
    }
    let _may_fail_for_its_values = running.finish(&mut views);
    for (place, &bytes) in outs.iter().zip(&lengths) {
        assert!(place.intact(bytes, end), "{}: written beside an output", program.text);
    }
}

/// The input with its lowest or highest byte against a guard page.
fn guarded<'p>(input: &'p programs::RandomInput, place: &'p Guarded, end: End) -> Input<'p> {
    let input = input.input();
    let InputRef::View(view) = input.by_ref() else { return input };
    let (low, high) = shape::extent(view.shape(), view.strides(), view.dtype().size()).expect("small");
    // SAFETY: the extent of a view is readable.
    let memory = unsafe { std::slice::from_raw_parts(view.as_ptr().offset(low), (high - low) as usize) };
    let first = place.fill(memory, end);
    let (shape, strides) = (view.shape().into(), view.strides().into());
    // SAFETY: the same extent, in memory that stays until `place` is filled again.
    let view =
        unsafe { View::from_raw_parts(first.offset(-low), view.dtype(), shape, strides, view.is_swapped()) };
    Input::View(view)
}

#[test]
fn no_plan_touches_a_byte_outside_its_arrays() {
    let wanted = runs() / 10;
    let (mut done, mut seed) = (0, 1 << 40);
    let mut places = Places(Vec::new());
    while done < wanted {
        let program = RandomProgram::new(seed);
        seed += 1;
        let Some(graph) = graph(&program) else { continue };
        for target in Target::all() {
            for end in ENDS {
                run_plan(&program, &graph, target, end, &mut places);
                done += 1;
            }
        }
    }
    println!("{done} guarded runs of plans: 0 faults");
}

/// The harness sees what it is there to see: code that is told of one element too many dies.
#[test]
fn a_planted_over_read_is_caught() {
    let types = [numfuse::check::InputType {
        name: "a".into(),
        dtype: numfuse::check::InputDType::Strong(numfuse::DType::F64),
        ones: [false].into_iter().collect(),
        writable: false,
    }];
    let parsed = syntax::parse("a + 1").expect("a formula");
    let graph = opt::run(check::lower(&parsed, &types, &Options::default()).expect("typed"));
    let plan = fuse(&graph, Fusion::Full);
    let Step::Jit { kernel, reads, .. } = &plan.passes[0].steps[0] else { panic!("a kernel") };
    assert_eq!(reads.as_slice(), [Place::Source(0)]);
    for code in [interp::compile(kernel), backend::compile_kernel(kernel, Target::host())] {
        for (too_many, signal) in [(0, 0), (1, libc::SIGSEGV)] {
            let (from, to) = (Guarded::new(), Guarded::new());
            let pointers = [from.place(64, End::High).as_ptr(), to.place(ROOM, End::High).as_ptr()];
            // SAFETY: the child only runs the code, on memory of its own, and leaves.
            let child = unsafe { libc::fork() };
            if child == 0 {
                // SAFETY: the child may die of this, as is meant; a core would be of no use.
                unsafe {
                    let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
                    libc::setrlimit(libc::RLIMIT_CORE, &none);
                    code.run(&pointers, 8 + too_many);
                    libc::_exit(0);
                }
            }
            let mut status = 0;
            // SAFETY: waits for the child just made.
            assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
            assert_eq!(status & 0x7f, signal, "{} and {too_many} too many", code.tier());
        }
    }
}
