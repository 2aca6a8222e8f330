//! Cranelift's settings for a target.

use crate::backend::Refusal;
use crate::target::{Level, Target};
use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};

/// The instruction sets that a level adds to the one before it.
const ADDS: [(Level, &[&str]); 4] = [
    (Level::Sse42, &["has_sse3", "has_ssse3", "has_cmpxchg16b", "has_sse41", "has_sse42", "has_popcnt"]),
    (Level::Avx, &["has_avx"]),
    (Level::Avx2, &["has_avx2", "has_fma", "has_bmi1", "has_bmi2", "has_lzcnt"]),
    (Level::Avx512, &["has_avx512f", "has_avx512vl", "has_avx512dq"]),
];

/// The code generator for a target.
pub(super) fn isa(target: Target) -> Result<OwnedTargetIsa, Refusal> {
    if !cfg!(target_arch = "x86_64") {
        return Err(Refusal::Target);
    }
    let unsupported = |e: &dyn std::fmt::Display| Refusal::Unsupported(e.to_string());
    let mut flags = settings::builder();
    let choices = [
        // The graph has no common or dead subexpressions, and constants are hoisted by the emitter. Optimising
        // would only move each instruction to its first use, one register's chain after the other, and so
        // undo the interleaving that keeps the CPU's pipelines full (measured: half the speed).
        ("opt_level", "none"),
        ("is_pic", "false"),
        ("use_colocated_libcalls", "false"),
        ("unwind_info", "false"),
        ("preserve_frame_pointers", "false"),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ("enable_probestack", "false"),
    ];
    for (name, value) in choices {
        flags.set(name, value).map_err(|e| unsupported(&e))?;
    }
    let native = cranelift_native::builder().map_err(|e| unsupported(&e))?;
    // Looked up again without the host's features: the level decides.
    let mut builder = isa::lookup(native.triple().clone()).map_err(|e| unsupported(&e))?;
    for (_, names) in ADDS.iter().filter(|(from, _)| *from <= target.level) {
        for name in *names {
            builder.enable(name).map_err(|e| unsupported(&e))?;
        }
    }
    builder.finish(settings::Flags::new(flags)).map_err(|e| unsupported(&e))
}
