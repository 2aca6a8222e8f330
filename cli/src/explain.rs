//! `numfuse explain`: what a formula becomes, stage by stage.

use crate::eval::formula;
use crate::report::{self, Stop, visible};
use crate::{engine, inputs};
use numfuse::Session;
use numfuse::check::{InputDType, InputType};
use numfuse::explain::Stage;
use numfuse::target::Level;
use std::ffi::OsString;

/// Shows what a formula becomes, stage by stage.
///
/// tokens, ast: as read. ir: the typed graph. opt: the graph after the rewrites. kernel: the passes over the data.
/// clif, asm: the generated code.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The formula.
    #[arg(value_name = "FORMULA", allow_hyphen_values = true, value_parser = formula)]
    formula: String,
    /// The types of the names: a dtype, with a shape unless it is a scalar: a=f64[n] b=f32[1000,3] c=f64[n,1] k=i64.
    /// int and float are numbers without a dtype.
    #[arg(value_name = "NAME=DTYPE[SHAPE]")]
    inputs: Vec<OsString>,
    /// The stage to show.
    #[arg(long, value_name = "STAGE", default_value = "kernel", value_parser = stage)]
    stage: Stage,
    /// The highest instruction level to use: interp, sse4.2, avx, avx2, avx512.
    #[arg(long, value_name = "LEVEL", value_parser = engine::level)]
    tier: Option<Level>,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> Result<(), Stop> {
    let types = args.inputs.iter().map(input_type).collect::<Result<Vec<_>, Stop>>()?;
    let target =
        args.tier.map_or(Session::global().target(), |level| Session::global().target().at_most(level));
    let shown = numfuse::explain::explain(&args.formula, &types, args.stage, target)?;
    report::print(shown.trim_end())
}

/// The stage of this name.
pub(crate) fn stage(text: &str) -> Result<Stage, String> {
    let names = || Stage::ALL.map(Stage::name).join(", ");
    Stage::ALL.into_iter().find(|s| s.name() == text).ok_or_else(|| format!("the stages are {}", names()))
}

/// `NAME=DTYPE[shape]`.
fn input_type(arg: &OsString) -> Result<InputType, Stop> {
    let (name, ty) = inputs::split(arg)?;
    let wrong = |why: &str| Stop::usage("bad-argument", format_args!("`{}`: {why}", visible(arg)));
    let ty = ty.to_str().ok_or_else(|| wrong("not a type"))?;
    let (dtype, axes) = match ty.split_once('[') {
        Some((dtype, rest)) => (dtype, rest.strip_suffix(']').ok_or_else(|| wrong("a `]` is missing"))?),
        None => (ty, ""),
    };
    let dtype = match dtype.trim() {
        "int" | "float" if !axes.is_empty() => return Err(wrong("a number without a dtype has no shape")),
        "int" => InputDType::WeakInt,
        "float" => InputDType::WeakFloat,
        "complex" => InputDType::WeakComplex,
        name => InputDType::Strong(
            name.parse()
                .map_err(|_| wrong("no such dtype; they are bool, i8 to i64, u8 to u64, f32, f64"))?,
        ),
    };
    let axes: Vec<&str> = axes.split(',').map(str::trim).collect();
    let axes = match axes.as_slice() {
        [] | [""] => &[],
        [sizes @ .., ""] => sizes,
        sizes => sizes,
    };
    let is_size = |s: &str| {
        s.parse::<usize>().is_ok()
            || s.chars().all(|c| c.is_alphanumeric() || c == '_') && s.starts_with(char::is_alphabetic)
    };
    if !axes.iter().all(|s| is_size(s)) {
        return Err(wrong("a size is a number or a name"));
    }
    Ok(InputType {
        name: name.into(),
        dtype,
        ones: axes.iter().map(|&s| s == "1").collect(),
        writable: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read() {
        let ones = |text: &str| input_type(&text.into()).map(|t| t.ones.to_vec()).ok();
        assert_eq!(ones("a=f64"), Some(vec![]));
        assert_eq!(ones("a=f64[n]"), Some(vec![false]));
        assert_eq!(ones("a=float32[1000, 1, n,]"), Some(vec![false, true, false]));
        for wrong in ["a=f65", "a=f64[", "a=f64[-1]", "a=f64[,]", "a=int[3]", "f64"] {
            assert_eq!(ones(wrong), None, "{wrong}");
        }
    }
}
