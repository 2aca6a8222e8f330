//! Which Cranelift instructions we emit, at which types: our own table.
//!
//! Cranelift's x64 lowering has gaps that are errors, panics, calls or traps, and they differ between
//! releases. Every row here was compiled and compared with the interpreter at each level; a function
//! with anything else is refused before Cranelift sees it.

use crate::backend::Refusal;
use cranelift_codegen::ir::{Function, Opcode, Type, types};

const INTS: &[Type] = &[types::I8X16, types::I16X8, types::I32X4, types::I64X2];
const FLOATS: &[Type] = &[types::F32X4, types::F64X2];
const ALL: &[Type] = &[types::I8X16, types::I16X8, types::I32X4, types::I64X2, types::F32X4, types::F64X2];
const ALL_AND_SCALARS: &[Type] = &[
    types::I8X16,
    types::I16X8,
    types::I32X4,
    types::I64X2,
    types::F32X4,
    types::F64X2,
    types::I8,
    types::I16,
    types::I32,
    types::I64,
    types::F32,
    types::F64,
];

/// The types of the first result, or where there is none of the first operand.
#[expect(clippy::wildcard_enum_match_arm, reason = "what Cranelift has beyond the table is refused")]
fn types_of(opcode: Opcode) -> &'static [Type] {
    match opcode {
        Opcode::Load | Opcode::Store => ALL_AND_SCALARS,
        Opcode::Iconst => &[types::I32, types::I64],
        Opcode::Iadd => &[types::I8X16, types::I16X8, types::I32X4, types::I64X2, types::I64],
        Opcode::Isub | Opcode::Ineg | Opcode::Iabs => INTS,
        // No product of bytes; the loop's bound is a scalar one.
        Opcode::Imul => &[types::I16X8, types::I32X4, types::I64X2, types::I64],
        Opcode::Smin | Opcode::Smax | Opcode::Umin | Opcode::Umax => INTS,
        Opcode::Band | Opcode::Bor | Opcode::Bxor | Opcode::Bnot => INTS,
        Opcode::Ishl => &[types::I8X16, types::I16X8, types::I32X4, types::I64X2, types::I64],
        Opcode::Sshr | Opcode::Ushr => INTS,
        Opcode::Icmp => &[types::I8X16, types::I16X8, types::I32X4, types::I64X2, types::I8],
        Opcode::Fcmp => &[types::I32X4, types::I64X2],
        Opcode::Bitselect | Opcode::Vconst | Opcode::Splat | Opcode::Bitcast => ALL,
        Opcode::Fadd | Opcode::Fsub | Opcode::Fmul | Opcode::Fdiv | Opcode::Sqrt => FLOATS,
        Opcode::Fneg | Opcode::Fabs => FLOATS,
        // SSE4.1; below it they are calls.
        Opcode::Floor | Opcode::Ceil | Opcode::Trunc | Opcode::Nearest => FLOATS,
        Opcode::FcvtFromSint | Opcode::FcvtFromUint => FLOATS,
        Opcode::FcvtToSintSat | Opcode::FcvtToUintSat => &[types::I32X4],
        Opcode::FvpromoteLow => &[types::F64X2],
        Opcode::Fvdemote => &[types::F32X4],
        Opcode::SwidenLow | Opcode::SwidenHigh | Opcode::UwidenLow | Opcode::UwidenHigh => {
            &[types::I16X8, types::I32X4, types::I64X2]
        }
        // Not from 64 bits.
        Opcode::Snarrow | Opcode::Unarrow => &[types::I8X16, types::I16X8],
        Opcode::Shuffle => &[types::I8X16],
        Opcode::ScalarToVector => &[types::I32X4, types::I64X2],
        Opcode::Extractlane => &[types::I32, types::I64],
        Opcode::Jump | Opcode::Brif | Opcode::Return => ALL_AND_SCALARS,
        // Not ours: Cranelift's set is larger than what a kernel needs.
        _ => &[],
    }
}

/// Refuses a function with an instruction outside the table.
pub(super) fn check(func: &Function) -> Result<(), Refusal> {
    for block in func.layout.blocks() {
        for inst in func.layout.block_insts(block) {
            let opcode = func.dfg.insts[inst].opcode();
            let value = func.dfg.first_result_or_arg(inst);
            let legal = value.map_or(!types_of(opcode).is_empty(), |ty| types_of(opcode).contains(&ty));
            if !legal {
                return Err(Refusal::Illegal(func.dfg.display_inst(inst).to_string()));
            }
        }
    }
    Ok(())
}

/// The type that decides: that of the first result, or of the first operand.
trait DecidingType {
    fn first_result_or_arg(&self, inst: cranelift_codegen::ir::Inst) -> Option<Type>;
}

impl DecidingType for cranelift_codegen::ir::DataFlowGraph {
    fn first_result_or_arg(&self, inst: cranelift_codegen::ir::Inst) -> Option<Type> {
        let results = self.inst_results(inst).iter();
        results.chain(self.inst_args(inst)).next().map(|&v| self.value_type(v))
    }
}
