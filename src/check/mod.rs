//! Syntax tree and input types to typed graph: every error of a name, a type, a rank or an axis ends
//! here.
//!
//! [`lower`] is one loop over the program's expressions, operands before users, so nothing recurses
//! on the text. Each expression gets a value: a node of the graph, a literal that has no
//! dtype yet (NEP 50), or poison after an error, so that one slip is reported once and
//! the rest of the formula is still checked.
//!
//! | file | concern |
//! |---|---|
//! | `statement` | the loop, names, variables, results |
//! | `value` | what an expression can be |
//! | `view` | indexing: views, and where they go |
//! | `select` | `a[mask]` and `a[index]` |
//! | `generate` | generators: arrays of which no element is in memory |
//! | `literal` | arithmetic between literals |
//! | `promote` | the dtype that operands meet in, and bringing them there |
//! | `operator` | [`Op`](crate::op::Op) by its row's [`Rule`](crate::op::Rule) |
//! | `compare` | comparisons, which decide where others promote |
//! | `derived` | what is spelled like a function and expanded into other operations |
//! | `composed` | functions that are formulas of others |
//! | `call`, `reduce` | arguments, functions, casts, axes |
//! | `call`, `reduce`, `keywords` | arguments, functions, casts, axes |
//! | `moments`, `complex_moments`, `nan`, `scan` | means and variances; reductions that skip NaN; running sums |
//! | `complex`, `time`, `text` | the same operators on complex numbers, dates and durations, text |
//! | `numexpr` | the NumExpr dialect |
//! | `names` | which names come from outside |
//! | `error`, `words` | the facts of an error, and its words |
//!
//! Sizes are symbolic: whether two dimensions agree is known when arrays are bound.

mod call;
mod compare;
mod complex;
mod composed;
mod complex_moments;
mod derived;
mod diff;
mod error;
mod generate;
mod keywords;
mod literal;
mod numexpr;
mod moments;
mod names;
mod nan;
mod operator;
mod promote;
mod reduce;
mod scan;
mod select;
mod statement;
mod text;
mod time;
mod update;
mod value;
mod view;
mod words;

pub use error::{Error, ErrorKind, OperandType};
pub use names::{FreeName, free_names};
pub use numexpr::Optimization;

use crate::casting::Casting;
use crate::dtype::DType;
use crate::ir::{Graph, Known};
use crate::syntax::ast::Program;
use smallvec::SmallVec;
use statement::Lowering;

/// The most nodes a graph may have before a formula is refused.
pub const MAX_NODES: usize = 100_000;

/// More errors than anyone reads; checking stops there.
const MAX_ERRORS: usize = 50;

/// What is known of an input before its values: part of the key under which plans are kept.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct InputType {
    /// Its name in the formula.
    pub name: Box<str>,
    /// Its element type.
    pub dtype: InputDType,
    /// For each axis, whether its size is 1. Of a weak number it is empty.
    pub ones: SmallVec<[bool; 6]>,
    /// Whether the formula may change its array, as with `+=`.
    pub writable: bool,
}

/// The element type of an input.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum InputDType {
    /// An array or a typed scalar.
    Strong(DType),
    /// A plain integer, given as an i64: takes the dtype of what it meets (NEP 50).
    WeakInt,
    /// A plain float, given as an f64: takes the float dtype of what it meets.
    WeakFloat,
    /// A plain complex number, given as a c128: takes the precision of what it meets.
    WeakComplex,
}

impl InputDType {
    /// The dtype that its value is stored in.
    pub fn stored(self) -> DType {
        match self {
            InputDType::Strong(dtype) => dtype,
            InputDType::WeakInt => DType::I64,
            InputDType::WeakFloat => DType::F64,
            InputDType::WeakComplex => DType::C128,
        }
    }
}

/// Whose rules a formula follows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Dialect {
    /// NumPy 2.
    #[default]
    NumPy,
    /// NumExpr 2: its kinds, its functions and its refusals. `docs/numexpr.md` says what is kept.
    NumExpr,
}

/// How a formula is to be understood.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Options {
    /// Whose rules it follows.
    pub dialect: Dialect,
    /// The dtype of every result; what the formula gives, if there is none.
    pub dtype: Option<DType>,
    /// How freely results may be cast to that dtype.
    pub casting: Casting,
    /// NumExpr's level of optimization, which changes kinds and bits. Of no meaning to NumPy's rules.
    pub optimization: Optimization,
    /// The most nodes; [`MAX_NODES`] holds in any case.
    pub nodes: Option<usize>,
    /// Whether what NumExpr refuses of reductions is refused in its dialect too: operations after them, negative
    /// axes, tuples of axes, `keepdims`.
    pub strict: bool,
}

/// Lowers a program to a graph. All inputs are declared, in the order given, used or not.
///
/// # Errors
/// Every independent [`Error`] of the formula, in the order of the text.
pub fn lower(program: &Program, inputs: &[InputType], options: &Options) -> Result<Graph, Vec<Error>> {
    lower_known(program, inputs, options, Known::default())
}

/// As [`lower`], where something is known of the arrays: a slice that takes one element of them gives an axis
/// of one, which broadcasts.
///
/// # Errors
/// As `lower`.
pub fn lower_known(
    program: &Program,
    inputs: &[InputType],
    options: &Options,
    known: Known,
) -> Result<Graph, Vec<Error>> {
    Lowering::new(program, inputs, options, known).run()
}
