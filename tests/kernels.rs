//! Kernels that no formula makes, on every target: what the contract of `backend::Code` allows and random
//! programs hardly reach.
#![expect(unsafe_code, reason = "runs compiled code on raw blocks")]

use numfuse::backend::{self, Code, interp};
use numfuse::dtype::Lane;
use numfuse::ir::Scalar;
use numfuse::kernel::{Access, Inst, Kernel, Operand, Stored, Value};
use numfuse::op::Op;
use numfuse::target::{Target, Tier};

/// Writes a kernel's body.
#[derive(Default)]
struct Builder(Kernel);

impl Builder {
    fn push(&mut self, inst: Inst, lane: Lane) -> Value {
        self.0.body.push((inst, lane));
        Value(self.0.body.len() as u32 - 1)
    }

    fn load(&mut self, lane: Lane, access: Access) -> Value {
        self.0.operands.push(Operand { lane, access });
        self.push(Inst::Load(self.0.operands.len() as u32 - 1), lane)
    }

    fn constant(&mut self, value: f64) -> Value {
        self.push(Inst::Const(Scalar::from_f64(Lane::F64, value)), Lane::F64)
    }

    fn apply(&mut self, op: Op, args: &[Value]) -> Value {
        let lane = if op.is_predicate() { Lane::Bool } else { self.0.lane(args[args.len() - 1]) };
        self.push(Inst::Apply(op, args.into()), lane)
    }
}

/// Machine code that is what the target promises.
fn compiled(kernel: &Kernel, target: Target) -> std::sync::Arc<dyn Code> {
    let code = backend::compile_kernel(kernel, target);
    let machine = cfg!(feature = "cranelift") && target.tier != Tier::Interp;
    assert_eq!(code.tier() == "interp", !machine, "{target}");
    code
}

/// Operands are read before anything is stored, so blocks may change places. And there are more of them than
/// a machine has registers for pointers.
#[test]
fn blocks_may_change_places() {
    const BLOCKS: usize = 12;
    let mut builder = Builder::default();
    let loaded: Vec<Value> = (0..BLOCKS).map(|_| builder.load(Lane::I16, Access::Contiguous)).collect();
    let mut kernel = builder.0;
    kernel.stores = loaded.into_iter().map(Stored::Whole).collect();
    kernel.stores.rotate_right(1);
    for target in Target::all() {
        let code = compiled(&kernel, target);
        for n in [1, 15, 300] {
            let mut blocks: Vec<Vec<i16>> =
                (0..BLOCKS as i16).map(|k| (0..n).map(|i| k * 1000 + i).collect()).collect();
            let mut expected = blocks.clone();
            expected.rotate_right(1);
            let places: Vec<*mut u8> = blocks.iter_mut().map(|b| b.as_mut_ptr().cast()).collect();
            // SAFETY: every block has `n` elements; each store is the very block of an operand.
            unsafe { code.run(&[places.clone(), places].concat(), n as usize) };
            assert_eq!(blocks, expected, "{target}, {n} elements");
        }
    }
}

/// So many values, masks and scalars alive at once that most are in memory, in a frame of several pages.
fn crowded(count: u32) -> Kernel {
    let mut builder = Builder::default();
    let a = builder.load(Lane::F64, Access::Contiguous);
    let b = builder.load(Lane::F64, Access::Contiguous);
    let s = builder.load(Lane::F64, Access::Scalar);
    let mut alive = Vec::new();
    for k in 0..count {
        let factor = builder.constant(f64::from(k) + 0.25);
        let scalar = builder.apply(Op::Sub, &[s, factor]);
        let product = builder.apply(Op::Mul, &[if k % 2 == 0 { a } else { b }, factor]);
        let less = builder.apply(Op::Lt, &[product, b]);
        alive.push((scalar, product, less));
    }
    let mut total = a;
    for (scalar, product, less) in alive.into_iter().rev() {
        let difference = builder.apply(Op::Sub, &[product, total]);
        let chosen = builder.apply(Op::Where, &[less, difference, scalar]);
        total = builder.apply(Op::Maximum, &[total, chosen]);
    }
    builder.0.stores = vec![Stored::Whole(total)];
    builder.0
}

#[test]
fn values_without_a_register_keep_their_bits() {
    for count in [6, 20, 150] {
        let kernel = crowded(count);
        let mut scalar = 0.125;
        let mut a: Vec<f64> = (0..77).map(|i| f64::from(i * 37 % 100) - 50.0).collect();
        let mut b: Vec<f64> = a.iter().rev().map(|x| x * 3.0).collect();
        let mut run = |code: &dyn Code| {
            let mut out = vec![0f64; a.len()];
            let places = [a.as_mut_ptr(), b.as_mut_ptr(), &raw mut scalar, out.as_mut_ptr()];
            // SAFETY: every block has as many elements as are asked for, the scalar one.
            unsafe { code.run(&places.map(|p| p.cast()), out.len()) };
            out.into_iter().map(f64::to_bits).collect::<Vec<u64>>()
        };
        let expected = run(&*interp::compile(&kernel));
        for target in Target::all() {
            assert_eq!(run(&*compiled(&kernel, target)), expected, "{count} on {target}");
        }
    }
}

/// The bits of a number of that lane.
fn number(lane: Lane, value: usize) -> u64 {
    Scalar::from_f64(lane, value as f64).bits
}

/// A block of numbers of `size` bytes, `gap` bytes from the start of its memory.
fn block(numbers: &[u64], size: usize, gap: usize) -> Vec<u8> {
    let bytes = numbers.iter().flat_map(|bits| bits.to_le_bytes()[..size].to_vec());
    std::iter::repeat_n(0, gap).chain(bytes).collect()
}

/// A kernel on complex `a` and `b` of one lane and a real `r` of another: of each operand the parts, or all of it.
fn parts_of(lane: Lane, other: Lane) -> (Builder, [Value; 5]) {
    let mut builder = Builder::default();
    let access = [(lane, Access::Pair), (lane, Access::Pair), (other, Access::Contiguous)];
    builder.0.operands = access.map(|(lane, access)| Operand { lane, access }).into();
    let loads = [Inst::Load(0), Inst::LoadImag(0), Inst::Load(1), Inst::LoadImag(1), Inst::Load(2)];
    let lanes = [lane, lane, lane, lane, other];
    let mut loads = loads.into_iter().zip(lanes).map(|(inst, lane)| builder.push(inst, lane));
    let values = std::array::from_fn(|_| loads.next().expect("five"));
    (builder, values)
}

/// Complex elements are read and written where they lie, alone or beside others, at every length and alignment.
#[test]
fn complex_elements_are_taken_apart_and_put_together() {
    for lane in [Lane::F32, Lane::F64] {
        for other in [Lane::F32, Lane::F64, Lane::I16] {
            let (builder, [ar, ai, br, bi, r]) = parts_of(lane, other);
            // Across, so that no part may come out at another's place; and all of it beside blocks of numbers.
            let alone = vec![Stored::Pair([bi, ar]), Stored::Pair([ai, br])];
            let beside = [alone.clone(), vec![Stored::Whole(r), Stored::Whole(ai)]].concat();
            for stores in [alone, beside] {
                let mut kernel = builder.0.clone();
                if stores.len() == 2 {
                    kernel.operands.truncate(2);
                    kernel.body.truncate(4);
                }
                kernel.stores = stores;
                check_parts(&kernel);
            }
        }
    }
}

fn check_parts(kernel: &Kernel) {
    let strides: Vec<usize> = kernel.strides().collect();
    for target in Target::all() {
        let code = compiled(kernel, target);
        for (n, gap) in (0..=70).flat_map(|n| [0, 1, 4, 8, 13].map(|gap| (n, gap))) {
            // Number `i` of operand `k`.
            let part = |k: usize, i: usize| number(kernel.operands[k].lane, 1 + 200 * k + i);
            let size = |k: usize| kernel.operands[k].lane.size();
            let operand = |k: usize| (0..n * strides[k] / size(k)).map(|i| part(k, i)).collect::<Vec<u64>>();
            let mut blocks: Vec<Vec<u8>> =
                (0..kernel.operands.len()).map(|k| block(&operand(k), size(k), gap)).collect();
            blocks.extend(
                strides[kernel.operands.len()..].iter().map(|stride| vec![0xee; gap + n * stride + 16]),
            );
            let places: Vec<*mut u8> = blocks.iter_mut().map(|b| b[gap..].as_mut_ptr()).collect();
            // SAFETY: every block has `n` elements from `gap` on.
            unsafe { code.run(&places, n) };
            for (stored, block_of) in kernel.stores.iter().zip(&blocks[kernel.operands.len()..]) {
                let value = |v: &Value, i: usize| match kernel.body[v.index()].0 {
                    Inst::Load(k) if kernel.operands[k as usize].access == Access::Pair => {
                        part(k as usize, 2 * i)
                    }
                    Inst::LoadImag(k) => part(k as usize, 2 * i + 1),
                    Inst::Load(k) => part(k as usize, i),
                    Inst::Const(_) | Inst::Apply(..) | Inst::Cast(_) => {
                        unreachable!("the kernel computes nothing")
                    }
                };
                let due = (0..n).flat_map(|i| stored.values().iter().map(move |v| value(v, i)));
                let due = block(&due.collect::<Vec<u64>>(), kernel.lane(stored.values()[0]).size(), 0);
                let (made, beside) = block_of[gap..].split_at(due.len());
                assert_eq!(made, due, "{target}, {n} elements at {gap}: {stored:?} of {kernel}");
                assert!(
                    beside.iter().all(|&b| b == 0xee),
                    "{target}, {n} elements: written beside {stored:?}"
                );
            }
        }
    }
}
