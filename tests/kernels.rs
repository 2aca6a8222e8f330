//! Kernels that no formula makes, on every target: what the contract of `backend::Code` allows and random
//! programs hardly reach.
#![expect(unsafe_code, reason = "runs compiled code on raw blocks")]

use numfuse::backend::{self, Code, interp};
use numfuse::dtype::Lane;
use numfuse::ir::Scalar;
use numfuse::kernel::{Access, Inst, Kernel, Operand, Value};
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
    kernel.stores = loaded;
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
    builder.0.stores = vec![total];
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
