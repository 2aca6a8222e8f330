//! The shape of the function: entry, loop, loads and stores.

use super::layout::Layout;
use crate::backend::Part;
use crate::dtype::Lane;
use crate::ir::Scalar;
use crate::kernel::{Access, Inst, Kernel, Stored, Value};
use crate::target::{Level, Target};
use cranelift_codegen::ir::{
    self, AbiParam, Endianness, InstBuilder, MemFlagsData, Signature, condcodes::IntCC, types,
};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use smallvec::SmallVec;

/// The registers of one value.
pub(super) type Regs = SmallVec<[ir::Value; 8]>;

/// What a kernel's value is in the function.
#[derive(Clone, Debug)]
pub(super) enum Repr {
    /// Numbers.
    Numbers(Regs),
    /// A bool, at each element width (in bytes) that it has been made at: all ones or all zeros.
    Mask(SmallVec<[(usize, Regs); 2]>),
    /// A constant bool.
    Constant(bool),
}

/// Fills `func` with the code of a kernel.
pub(super) fn function(
    kernel: &Kernel,
    layout: Layout,
    target: Target,
    isa: &dyn TargetIsa,
    func: &mut ir::Function,
) {
    let pointer = isa.pointer_type();
    func.signature = Signature::new(CallConv::triple_default(isa.triple()));
    func.signature.params.extend([AbiParam::new(pointer), AbiParam::new(types::I64)]);
    let mut context = FunctionBuilderContext::new();
    let builder = FunctionBuilder::new(func, &mut context);
    let fold_loads = target.level >= Level::Avx;
    let (values, pointers) = (Vec::new(), Vec::new());
    let mut emitter = Emitter { b: builder, kernel, layout, fold_loads, values, pointers, index: None };
    emitter.emit();
    emitter.b.finalize(isa.frontend_config());
}

/// Writes one function.
pub(super) struct Emitter<'k, 'f> {
    pub(super) b: FunctionBuilder<'f>,
    pub(super) kernel: &'k Kernel,
    pub(super) layout: Layout,
    /// Whether an instruction may read memory itself.
    fold_loads: bool,
    pub(super) values: Vec<Option<Repr>>,
    /// Operands and then stores.
    pointers: Vec<ir::Value>,
    /// The loop's element index, inside the loop.
    index: Option<ir::Value>,
}

impl Emitter<'_, '_> {
    fn emit(&mut self) {
        self.values = vec![None; self.kernel.body.len()];
        let entry = self.b.create_block();
        self.b.append_block_params_for_function_params(entry);
        self.b.switch_to_block(entry);
        let (args, iterations) = (self.b.block_params(entry)[0], self.b.block_params(entry)[1]);
        self.load_pointers(args);
        let invariant = self.kernel.invariant();
        self.compute(|at| invariant[at]);
        let end = self.b.ins().imul_imm_s(iterations, self.layout.elements as i64);
        let zero = self.b.ins().iconst(types::I64, 0);

        let body = self.b.create_block();
        let index = self.b.append_block_param(body, types::I64);
        self.b.ins().jump(body, &[zero.into()]);
        self.b.switch_to_block(body);
        self.index = Some(index);
        self.compute(|at| !invariant[at]);
        self.store_all();
        let next = self.b.ins().iadd_imm_s(index, self.layout.elements as i64);
        let more = self.b.ins().icmp(IntCC::UnsignedLessThan, next, end);
        let exit = self.b.create_block();
        self.b.ins().brif(more, body, &[next.into()], exit, &[]);
        self.b.switch_to_block(exit);
        self.b.ins().return_(&[]);
        self.b.seal_all_blocks();
    }

    fn load_pointers(&mut self, args: ir::Value) {
        let count = self.kernel.operands.len() + self.kernel.stores.len();
        let flags = MemFlagsData::new().with_notrap();
        for k in 0..count {
            let pointer = self.b.ins().load(types::I64, flags, args, (k * 8) as i32);
            self.pointers.push(pointer);
        }
    }

    fn compute(&mut self, wanted: impl Fn(usize) -> bool) {
        let kernel = self.kernel;
        for (at, (inst, lane)) in kernel.body.iter().enumerate() {
            if !wanted(at) {
                continue;
            }
            let value = match inst {
                Inst::Load(operand) => self.load(*operand as usize),
                Inst::LoadImag(operand) => Repr::Numbers(self.load_part(*operand as usize, Part::Imag)),
                Inst::Const(scalar) => self.constant(*scalar),
                Inst::Apply(op, args) => self.apply(*op, *lane, args),
                Inst::Cast(of) => self.cast(kernel.lane(*of), *lane, *of),
            };
            self.values[at] = Some(value);
        }
    }

    /// A value computed before.
    pub(super) fn repr(&self, value: Value) -> &Repr {
        self.values[value.index()].as_ref().expect("a kernel's values are used after their definition")
    }

    /// The registers of a value that is not a bool.
    pub(super) fn regs(&self, value: Value) -> Regs {
        match self.repr(value) {
            Repr::Numbers(regs) => regs.clone(),
            Repr::Mask(_) | Repr::Constant(_) => unreachable!("bools are read as masks"),
        }
    }

    fn constant(&mut self, scalar: Scalar) -> Repr {
        if scalar.lane == Lane::Bool {
            return Repr::Constant(scalar.bits != 0);
        }
        let one = self.splat_bits(vector(scalar.lane), scalar.lane.size(), scalar.bits);
        Repr::Numbers(SmallVec::from_elem(one, self.layout.registers(scalar.lane.size())))
    }

    /// A vector constant with the same bits in every element.
    pub(super) fn splat_bits(&mut self, ty: ir::Type, size: usize, bits: u64) -> ir::Value {
        let element = &bits.to_le_bytes()[..size];
        let bytes: Vec<u8> = element.iter().copied().cycle().take(16).collect();
        let constant = self.b.func.dfg.constants.insert(bytes.into());
        self.b.ins().vconst(ty, constant)
    }

    fn load(&mut self, operand: usize) -> Repr {
        let lane = self.kernel.operands[operand].lane;
        let regs = match self.kernel.operands[operand].access {
            Access::Scalar => self.load_scalar(operand, lane),
            Access::Contiguous => self.load_block(operand, lane),
            Access::Pair => self.load_part(operand, Part::Real),
        };
        if lane != Lane::Bool {
            return Repr::Numbers(regs);
        }
        // Any byte that is not zero is true.
        let zero = self.splat_bits(types::I8X16, 1, 0);
        let mask = regs.iter().map(|&r| self.b.ins().icmp(IntCC::NotEqual, r, zero)).collect();
        Repr::Mask(smallvec::smallvec![(1, mask)])
    }

    fn load_scalar(&mut self, operand: usize, lane: Lane) -> Regs {
        let flags = MemFlagsData::new().with_notrap();
        let element = self.b.ins().load(vector(lane).lane_type(), flags, self.pointers[operand], 0);
        let one = self.b.ins().splat(vector(lane), element);
        SmallVec::from_elem(one, self.layout.registers(lane.size()))
    }

    fn load_block(&mut self, operand: usize, lane: Lane) -> Regs {
        let address = self.address(operand, lane.size());
        // Neither aligned, nor apart from the stores: a store may be this very block.
        let flags = MemFlagsData::new().with_notrap();
        let ty = vector(lane);
        match self.layout.bytes(lane.size()) {
            8 => {
                let part = self.b.ins().load(types::I64, flags, address, 0);
                let wide = self.b.ins().scalar_to_vector(types::I64X2, part);
                smallvec::smallvec![self.bitcast(ty, wide)]
            }
            4 => {
                let part = self.b.ins().load(types::I32, flags, address, 0);
                let wide = self.b.ins().scalar_to_vector(types::I32X4, part);
                smallvec::smallvec![self.bitcast(ty, wide)]
            }
            bytes => (0..bytes / 16).map(|r| self.load_register(ty, address, (r * 16) as i32)).collect(),
        }
    }

    /// Loads a register from any address.
    ///
    /// Without AVX an instruction with a memory operand needs an aligned one, and Cranelift folds loads
    /// into some (`cmpps`) that are not said to be aligned. A load of another type is not folded.
    pub(super) fn load_register(&mut self, ty: ir::Type, address: ir::Value, offset: i32) -> ir::Value {
        let flags = MemFlagsData::new().with_notrap();
        if self.fold_loads {
            return self.b.ins().load(ty, flags, address, offset);
        }
        let other = if ty == types::I64X2 { types::I32X4 } else { types::I64X2 };
        let loaded = self.b.ins().load(other, flags, address, offset);
        self.bitcast(ty, loaded)
    }

    fn store_all(&mut self) {
        for k in 0..self.kernel.stores.len() {
            let pointer = self.kernel.operands.len() + k;
            let value = match self.kernel.stores[k] {
                Stored::Whole(value) => value,
                Stored::Pair(parts) => {
                    self.store_pair(pointer, parts);
                    continue;
                }
            };
            let lane = self.kernel.lane(value);
            let regs = if lane == Lane::Bool { self.bytes_of_mask(value) } else { self.regs(value) };
            self.store_block(pointer, lane, &regs);
        }
    }

    /// A bool as bytes 0 and 1.
    fn bytes_of_mask(&mut self, value: Value) -> Regs {
        let mask = self.mask(value, 1);
        let one = self.splat_bits(types::I8X16, 1, 1);
        mask.iter().map(|&m| self.b.ins().band(m, one)).collect()
    }

    fn store_block(&mut self, pointer: usize, lane: Lane, regs: &Regs) {
        let address = self.address(pointer, lane.size());
        let flags = MemFlagsData::new().with_notrap();
        let part = match self.layout.bytes(lane.size()) {
            8 => Some(types::I64X2),
            4 => Some(types::I32X4),
            _ => None,
        };
        if let Some(ty) = part {
            let wide = self.bitcast(ty, regs[0]);
            let low = self.b.ins().extractlane(wide, 0);
            self.b.ins().store(flags, low, address, 0);
            return;
        }
        for (r, &reg) in regs.iter().enumerate() {
            self.b.ins().store(flags, reg, address, (r * 16) as i32);
        }
    }

    pub(super) fn address(&mut self, pointer: usize, size: usize) -> ir::Value {
        let index = self.index.expect("blocks are read and written inside the loop");
        let offset = self.b.ins().ishl_imm_u(index, i64::from(size.trailing_zeros()));
        self.b.ins().iadd(self.pointers[pointer], offset)
    }

    /// The same register as another type.
    pub(super) fn bitcast(&mut self, ty: ir::Type, value: ir::Value) -> ir::Value {
        if self.b.func.dfg.value_type(value) == ty {
            return value;
        }
        let flags = MemFlagsData::new().with_endianness(Endianness::Little);
        self.b.ins().bitcast(ty, flags, value)
    }
}

/// The register type of a lane; a bool's is that of its bytes in memory.
pub(super) fn vector(lane: Lane) -> ir::Type {
    match lane {
        Lane::Bool | Lane::I8 | Lane::U8 => types::I8X16,
        Lane::I16 | Lane::U16 | Lane::F16 => types::I16X8,
        Lane::I32 | Lane::U32 => types::I32X4,
        Lane::I64 | Lane::U64 => types::I64X2,
        Lane::F32 => types::F32X4,
        Lane::F64 => types::F64X2,
    }
}

/// The integer register type with elements of that many bytes.
pub(super) fn int_vector(size: usize) -> ir::Type {
    match size {
        1 => types::I8X16,
        2 => types::I16X8,
        4 => types::I32X4,
        _ => types::I64X2,
    }
}
