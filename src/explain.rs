//! What a formula becomes, stage by stage, as text for people.
//!
//! The forms of the stages up to the plan are the ones that the tests read; the code generator's are
//! its own.

use crate::backend::Refusal;
use crate::check::{InputType, Options};
use crate::error::Error;
use crate::kernel::{Fusion, Kernel, Plan, Step};
use crate::session::{graph, parsed};
use crate::syntax;
use crate::target::{Target, Tier};
use crate::{kernel, opt};

/// A stage of the pipeline.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stage {
    /// What the lexer cuts.
    Tokens,
    /// The syntax tree, as s-expressions.
    Ast,
    /// The typed graph, as written.
    Ir,
    /// The graph after the rewrites.
    Opt,
    /// The passes over the data.
    Kernel,
    /// Cranelift's input.
    Clif,
    /// Machine code.
    Asm,
}

impl Stage {
    /// Every stage, in the order of the pipeline.
    pub const ALL: [Stage; 7] =
        [Stage::Tokens, Stage::Ast, Stage::Ir, Stage::Opt, Stage::Kernel, Stage::Clif, Stage::Asm];

    /// The name by which the command line knows it.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Tokens => "tokens",
            Stage::Ast => "ast",
            Stage::Ir => "ir",
            Stage::Opt => "opt",
            Stage::Kernel => "kernel",
            Stage::Clif => "clif",
            Stage::Asm => "asm",
        }
    }
}

/// The formula as it is after a stage, for inputs of these types. Tokens and syntax tree need no types.
///
/// # Errors
/// [`Error::Formula`].
///
/// ```
/// use numfuse::explain::{Stage, explain};
/// let ast = explain("2*a + b", &[], Stage::Ast, numfuse::target::Target::host())?;
/// assert_eq!(ast, "(+ (* 2 a) b)");
/// # Ok::<(), numfuse::Error>(())
/// ```
pub fn explain(text: &str, types: &[InputType], stage: Stage, target: Target) -> Result<String, Error> {
    let lowered = || graph(text, types, &Options::default());
    let planned = || Ok::<Plan, Error>(kernel::fuse(&opt::run(lowered()?), Fusion::Full));
    Ok(match stage {
        Stage::Tokens => tokens(text)?,
        Stage::Ast => syntax::sexpr(&parsed(text)?),
        Stage::Ir => lowered()?.to_string(),
        Stage::Opt => opt::run(lowered()?).to_string(),
        Stage::Kernel => planned()?.to_string(),
        Stage::Clif | Stage::Asm => code(&planned()?, stage, target),
    })
}

/// A token a line: where, what, its text.
fn tokens(text: &str) -> Result<String, Error> {
    let tokens = syntax::tokens(text)
        .map_err(|errors| Error::formula(text, errors.iter().map(syntax::Error::diagnostic).collect()))?;
    let line = |t: &syntax::Lexeme| {
        format!("{}..{} {:?} {:?}\n", t.span.start, t.span.end, t.token, &text[t.span.range()])
    };
    Ok(tokens.iter().map(line).collect())
}

/// The generated code of every kernel of a plan.
fn code(plan: &Plan, stage: Stage, target: Target) -> String {
    let mut shown = String::new();
    for (number, pass) in plan.passes.iter().enumerate() {
        for (at, step) in pass.steps.iter().enumerate() {
            shown.push_str(&format!("; pass {number}, step {at}, {target}\n"));
            match step {
                Step::Jit { kernel, .. } => shown.push_str(&generated(kernel, stage, target)),
                Step::Block { .. } | Step::Take { .. } => shown.push_str("; a block function\n"),
                Step::Text { .. } => shown.push_str("; a function of text\n"),
            }
        }
    }
    if shown.is_empty() { "; no code\n".to_owned() } else { shown }
}

/// The code of a kernel, by the tier that the target's backend takes for it.
fn generated(kernel: &Kernel, stage: Stage, target: Target) -> String {
    if stage == Stage::Asm && target.tier == Tier::Wide {
        match by_wide(kernel, target) {
            Ok(text) => return text,
            Err(refusal) => return format!("; not wide: {refusal}\n{}", by_cranelift(kernel, stage, target)),
        }
    }
    by_cranelift(kernel, stage, target)
}

#[cfg(feature = "wide")]
fn by_wide(kernel: &Kernel, target: Target) -> Result<String, Refusal> {
    crate::backend::wide::assembly(kernel, target)
}

#[cfg(not(feature = "wide"))]
fn by_wide(_: &Kernel, _: Target) -> Result<String, Refusal> {
    Err(Refusal::Target)
}

#[cfg(feature = "cranelift")]
fn by_cranelift(kernel: &Kernel, stage: Stage, target: Target) -> String {
    use crate::backend::cranelift::{assembly, clif};
    let text = if stage == Stage::Asm { assembly(kernel, target) } else { clif(kernel, target) };
    text.unwrap_or_else(|refusal| format!("; interpreted: {refusal}\n"))
}

#[cfg(not(feature = "cranelift"))]
fn by_cranelift(_: &Kernel, _: Stage, _: Target) -> String {
    "; interpreted: built without the feature `cranelift`\n".to_owned()
}
