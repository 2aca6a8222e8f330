//! From Cranelift's output to the bytes of a function.

use super::layout::Layout;
use crate::backend::Refusal;
use crate::backend::machine::{Assembled, Rest};
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{Context, FinalizedMachReloc, FinalizedRelocTarget};

/// Compiles the function in `context`, looks at what came out, and links it.
pub(super) fn compile(
    layout: Layout,
    isa: &dyn TargetIsa,
    context: &mut Context,
) -> Result<Assembled, Refusal> {
    let compiled = context
        .compile(isa, &mut Default::default())
        .map_err(|e| Refusal::Unsupported(e.inner.to_string()))?;
    if !compiled.buffer.traps().is_empty() {
        return Err(Refusal::Traps);
    }
    let mut bytes = compiled.code_buffer().to_vec();
    for reloc in compiled.buffer.relocs() {
        link(&mut bytes, reloc)?;
    }
    Ok(Assembled { bytes, start: 0, elements: layout.elements, rest: Rest::Padded, tier: "cranelift" })
}

/// Fills in a distance within the function; nothing but its own constants may be referred to.
fn link(bytes: &mut [u8], reloc: &FinalizedMachReloc) -> Result<(), Refusal> {
    let FinalizedRelocTarget::Func(target) = reloc.target else { return Err(Refusal::Calls) };
    if reloc.kind != Reloc::X86PCRel4 {
        return Err(Refusal::Calls);
    }
    let distance = i64::from(target) + reloc.addend - i64::from(reloc.offset);
    let distance = i32::try_from(distance).map_err(|_| Refusal::Unsupported("a function too long".into()))?;
    let at = reloc.offset as usize;
    bytes[at..at + 4].copy_from_slice(&distance.to_le_bytes());
    Ok(())
}
