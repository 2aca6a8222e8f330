//! Kernel and target to code that runs on blocks.
//!
//! A [`Backend`] turns a [`Kernel`] into [`Code`]. Every backend gives the same bits for the same
//! kernel; they differ in speed and in where they run. [`compile`] takes the tier that the target
//! names; what it refuses falls to the one below it, in the end to the interpreter.

pub mod block;
#[cfg(feature = "cranelift")]
pub mod cranelift;
pub mod interp;
#[cfg(feature = "wide")]
pub mod wide;

mod code;
#[cfg(feature = "wide")]
mod machine;

use crate::kernel::{BlockFunction, Kernel, Pass, Place, Plan, Step, TextArg, TextFrom};
use crate::math::{self, BlockFn};
use crate::target::{Target, Tier};
use crate::text;
use smallvec::SmallVec;
use std::fmt;
use std::sync::Arc;

pub use code::Code;

/// Why a backend does not compile a kernel.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Refusal {
    /// The target has no machine code of this kind.
    Target,
    /// The kernel has an instruction outside the backend's legality table.
    Illegal(String),
    /// The compiler found no code for it.
    Unsupported(String),
    /// The code could raise a signal.
    Traps,
    /// The code would call out.
    Calls,
    /// The system gives no executable memory.
    Memory(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Target => f.write_str("no machine code for this target"),
            Refusal::Illegal(what) => write!(f, "{what} is not in the legality table"),
            Refusal::Unsupported(what) => write!(f, "the code generator refused the kernel: {what}"),
            Refusal::Traps => f.write_str("the code has a trap site"),
            Refusal::Calls => f.write_str("the code calls a library function"),
            Refusal::Memory(what) => write!(f, "no executable memory: {what}"),
        }
    }
}

/// A part of a complex element, in the order of memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Real,
    Imag,
}

/// Makes code of kernels.
pub trait Backend {
    /// Compiles a kernel.
    ///
    /// # Errors
    /// [`Refusal`]: another backend must run it.
    fn compile(&self, kernel: &Kernel, target: Target) -> Result<Arc<dyn Code>, Refusal>;
}

/// A step that is ready to run.
#[derive(Clone, Debug)]
pub enum Ready {
    /// Compiled lane code, its operands and then its stores.
    Code(Arc<dyn Code>, SmallVec<[Place; 6]>),
    /// A block function, its operands, its results.
    Block(BlockFn, SmallVec<[Place; 3]>, SmallVec<[Place; 2]>),
    /// A function of text, its operands, its result.
    Text(text::Block, SmallVec<[TextFrom; 3]>, Place),
    /// Elements of the table of that number, where their numbers are, where they go.
    Take(u32, Place, Place),
}

/// A plan with its steps compiled.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The plan.
    pub plan: Plan,
    /// For each pass, its steps.
    pub passes: Vec<Vec<Ready>>,
}

/// Compiles every kernel of a plan for the target; what the target's tier refuses is interpreted.
pub fn compile(plan: Plan, target: Target) -> Compiled {
    let passes = plan.passes.iter().map(|pass| compile_pass(pass, target)).collect();
    Compiled { plan, passes }
}

fn compile_pass(pass: &Pass, target: Target) -> Vec<Ready> {
    pass.steps.iter().map(|step| compile_step(step, target)).collect()
}

fn compile_step(step: &Step, target: Target) -> Ready {
    match step {
        Step::Jit { kernel, reads, writes } => {
            Ready::Code(compile_kernel(kernel, target), reads.iter().chain(writes).copied().collect())
        }
        Step::Block { function, args, dests } => {
            let function = match *function {
                BlockFunction::Apply(op, lane) => block::apply(op, lane, target.blocks),
                BlockFunction::SinCos(lane) => math::sincos(lane, target.blocks),
                BlockFunction::Cast { from, to } => block::cast(from, to, target.blocks),
            };
            Ready::Block(function, args.clone(), dests.clone())
        }
        Step::Text { function, args, dest, result } => {
            let operand = |arg: &TextArg| text::Operand {
                dtype: arg.dtype,
                one: !matches!(arg.from, TextFrom::Block(_)),
            };
            let block = text::Block::new(*function, args.iter().map(operand).collect(), *result);
            Ready::Text(block, args.iter().map(|arg| arg.from.clone()).collect(), *dest)
        }
        Step::Take { table, at, dest } => Ready::Take(*table, *at, *dest),
    }
}

/// Compiles one kernel with the best tier that takes it.
pub fn compile_kernel(kernel: &Kernel, target: Target) -> Arc<dyn Code> {
    machine_code(kernel, target).unwrap_or_else(|_| interp::compile(kernel))
}

/// Machine code of the target's tier, or of the one below it.
fn machine_code(kernel: &Kernel, target: Target) -> Result<Arc<dyn Code>, Refusal> {
    match target.tier {
        Tier::Interp => Err(Refusal::Target),
        Tier::Cranelift => by_cranelift(kernel, target),
        Tier::Wide => by_wide(kernel, target).or_else(|_| by_cranelift(kernel, target)),
    }
}

#[cfg(feature = "cranelift")]
fn by_cranelift(kernel: &Kernel, target: Target) -> Result<Arc<dyn Code>, Refusal> {
    cranelift::Cranelift.compile(kernel, target)
}

#[cfg(not(feature = "cranelift"))]
fn by_cranelift(_: &Kernel, _: Target) -> Result<Arc<dyn Code>, Refusal> {
    Err(Refusal::Target)
}

#[cfg(feature = "wide")]
fn by_wide(kernel: &Kernel, target: Target) -> Result<Arc<dyn Code>, Refusal> {
    wide::Wide.compile(kernel, target)
}

#[cfg(not(feature = "wide"))]
fn by_wide(_: &Kernel, _: Target) -> Result<Arc<dyn Code>, Refusal> {
    Err(Refusal::Target)
}
