//! Machine code by Cranelift: 128-bit lanes, unrolled.
//!
//! One iteration of a kernel's loop computes [`Layout::elements`] elements of every value; a value is
//! as many 128-bit registers as that takes (a quarter of one, for bytes beside doubles). A bool is a
//! mask of ones and zeros as wide as the lanes it was compared in, and is resized where it meets
//! others. The loop runs whole iterations only: the last few elements go through padded copies on the
//! stack, so that one piece of code computes every element and its place in the array cannot matter.
//!
//! What is emitted is checked twice: every instruction against the table of `legal` before compiling,
//! and the finished code for trap sites and calls.

mod cast;
mod code;
mod emit;
mod isa;
mod layout;
mod legal;
mod mask;
mod ops;
mod pair;

use super::{Backend, Code, Refusal};
use crate::kernel::Kernel;
use crate::target::{Level, Target};
use cranelift_codegen::Context;
use std::sync::Arc;

pub use layout::Layout;

/// The Cranelift tier.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cranelift;

impl Backend for Cranelift {
    fn compile(&self, kernel: &Kernel, target: Target) -> Result<Arc<dyn Code>, Refusal> {
        if target.level == Level::None {
            return Err(Refusal::Target);
        }
        guarded(|| {
            let isa = isa::isa(target)?;
            let layout = Layout::of(kernel);
            let mut context = Context::new();
            emit::function(kernel, layout, target, &*isa, &mut context.func);
            legal::check(&context.func)?;
            let code = code::Machine::compile(kernel, layout, isa, context)?;
            Ok(Arc::new(code) as Arc<dyn Code>)
        })
    }
}

/// The kernel in Cranelift's own notation, for `explain --stage clif`.
///
/// # Errors
/// [`Refusal`] as [`Backend::compile`].
pub fn clif(kernel: &Kernel, target: Target) -> Result<String, Refusal> {
    guarded(|| {
        let isa = isa::isa(target)?;
        let mut context = Context::new();
        emit::function(kernel, Layout::of(kernel), target, &*isa, &mut context.func);
        Ok(context.func.display().to_string())
    })
}

/// The kernel as assembly, for `explain --stage asm`.
///
/// # Errors
/// [`Refusal`] as [`Backend::compile`].
pub fn assembly(kernel: &Kernel, target: Target) -> Result<String, Refusal> {
    guarded(|| {
        let isa = isa::isa(target)?;
        let mut context = Context::new();
        emit::function(kernel, Layout::of(kernel), target, &*isa, &mut context.func);
        context.set_disasm(true);
        let compiled = context
            .compile(&*isa, &mut Default::default())
            .map_err(|e| Refusal::Unsupported(e.inner.to_string()))?;
        Ok(compiled.vcode.clone().unwrap_or_default())
    })
}

/// Cranelift panics on some unsupported forms: that is a refusal too.
fn guarded<T>(compile: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(compile))
        .unwrap_or_else(|_| Err(Refusal::Unsupported("the code generator panicked".into())))
}
