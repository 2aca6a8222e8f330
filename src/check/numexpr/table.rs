//! NumExpr's functions, all 48: one row each, with the kind of the result by that of the operands.

use super::kind::Kind;
use super::kind::Kind::{Bool as B, Bytes as S, Complex as C, Double as D, Float as F, Int as I, Long as L};
use crate::op::{Op, Reduction};

/// The kind of a result, or the one that it would have if there were such a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gives {
    Is(Kind),
    /// There is none: the kind is for the error.
    No(Kind),
}

/// Results by the kind that the operands meet in: bool, int, long, float, double, complex, bytes.
type Kinds = [Gives; 7];

/// All numbers.
const fn all(kinds: [Kind; 6]) -> Kinds {
    let [b, i, l, f, d, c] = kinds;
    [Gives::Is(b), Gives::Is(i), Gives::Is(l), Gives::Is(f), Gives::Is(d), Gives::Is(c), Gives::No(S)]
}

/// All numbers but complex ones, for which there is nothing of this kind.
const fn real(kinds: [Kind; 5], complex: Kind) -> Kinds {
    let [b, i, l, f, d] = kinds;
    [Gives::Is(b), Gives::Is(i), Gives::Is(l), Gives::Is(f), Gives::Is(d), Gives::No(complex), Gives::No(S)]
}

const fn without_bool(kinds: Kinds) -> Kinds {
    let [_, i, l, f, d, c, s] = kinds;
    [Gives::No(B), i, l, f, d, c, s]
}

const fn and_bytes(kinds: Kinds, result: Kind) -> Kinds {
    let [b, i, l, f, d, c, _] = kinds;
    [b, i, l, f, d, c, Gives::Is(result)]
}

const MATH: Kinds = all([F, D, D, F, D, C]);
const WHOLE: Kinds = real([F, D, D, F, D], D);
const TRUNC: Kinds = real([D, D, D, D, D], C);
const ROUND: Kinds = all([D, I, L, D, D, C]);
const QUESTION: Kinds = all([B, B, B, B, B, B]);
const SIGNBIT: Kinds = real([B, B, B, B, B], B);
const PART: Kinds = all([D, D, D, D, D, D]);
const CONJ: Kinds = all([C, D, D, C, C, C]);
const SAME: Kinds = all([B, I, L, F, D, C]);
const OF_TWO: Kinds = real([F, D, D, F, D], C);
const DOUBLE: Kinds = real([D, D, D, D, D], C);
const COMPLEX: Kinds = {
    let [b, _, _, f, d, _, s] = all([C, D, D, C, C, C]);
    [b, Gives::No(D), Gives::No(D), f, d, Gives::No(C), s]
};
const CONTAINS: Kinds = and_bytes([Gives::No(B); 7], B);
const SUM: Kinds = without_bool(SAME);
const LEAST: Kinds = without_bool(real([B, I, L, F, D], C));

/// What a function does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Does {
    /// One operator on operands of the result's kind.
    Lane(Op),
    /// A question about floats.
    Ask(Op),
    /// The nearest integer; integers as they are.
    Round,
    /// The operand, in the result's kind.
    Copy,
    OnesLike,
    Real,
    Imag,
    Conj,
    NextAfter,
    Where,
    /// A complex number of two parts.
    Complex,
    Contains,
    Reduce(Reduction),
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// The name in opcodes, where it is another.
    pub(super) opcode: &'static str,
    pub(super) params: &'static [&'static str],
    pub(super) kinds: Kinds,
    pub(super) does: Does,
}

impl Function {
    /// What it gives of operands that meet in a kind.
    pub(super) fn gives(&self, kind: Kind) -> Gives {
        self.kinds[kind as usize]
    }
}

const fn row(name: &'static str, params: &'static [&'static str], kinds: Kinds, does: Does) -> Function {
    Function { name, opcode: name, params, kinds, does }
}

const fn named(opcode: &'static str, function: Function) -> Function {
    Function { opcode, ..function }
}

const ONE: &[&str] = &["x"];
const TWO: &[&str] = &["x", "y"];

/// The functions.
pub(super) static FUNCTIONS: [Function; 48] = [
    row("sqrt", ONE, MATH, Does::Lane(Op::Sqrt)),
    row("sin", ONE, MATH, Does::Lane(Op::Sin)),
    row("cos", ONE, MATH, Does::Lane(Op::Cos)),
    row("tan", ONE, MATH, Does::Lane(Op::Tan)),
    row("arcsin", ONE, MATH, Does::Lane(Op::Arcsin)),
    row("arccos", ONE, MATH, Does::Lane(Op::Arccos)),
    row("arctan", ONE, MATH, Does::Lane(Op::Arctan)),
    row("sinh", ONE, MATH, Does::Lane(Op::Sinh)),
    row("cosh", ONE, MATH, Does::Lane(Op::Cosh)),
    row("tanh", ONE, MATH, Does::Lane(Op::Tanh)),
    row("arcsinh", ONE, MATH, Does::Lane(Op::Arcsinh)),
    row("arccosh", ONE, MATH, Does::Lane(Op::Arccosh)),
    row("arctanh", ONE, MATH, Does::Lane(Op::Arctanh)),
    row("log", ONE, MATH, Does::Lane(Op::Log)),
    row("log1p", ONE, MATH, Does::Lane(Op::Log1p)),
    row("log10", ONE, MATH, Does::Lane(Op::Log10)),
    row("log2", ONE, MATH, Does::Lane(Op::Log2)),
    row("exp", ONE, MATH, Does::Lane(Op::Exp)),
    row("expm1", ONE, MATH, Does::Lane(Op::Expm1)),
    named("absolute", row("abs", ONE, MATH, Does::Lane(Op::Abs))),
    row("ceil", ONE, WHOLE, Does::Lane(Op::Ceil)),
    row("floor", ONE, WHOLE, Does::Lane(Op::Floor)),
    row("trunc", ONE, TRUNC, Does::Lane(Op::Trunc)),
    row("round", ONE, ROUND, Does::Round),
    row("sign", ONE, ROUND, Does::Lane(Op::Sign)),
    row("isnan", ONE, QUESTION, Does::Ask(Op::IsNan)),
    row("isfinite", ONE, QUESTION, Does::Ask(Op::IsFinite)),
    row("isinf", ONE, QUESTION, Does::Ask(Op::IsInf)),
    row("signbit", ONE, SIGNBIT, Does::Ask(Op::Signbit)),
    row("real", ONE, PART, Does::Real),
    row("imag", ONE, PART, Does::Imag),
    named("conjugate", row("conj", ONE, CONJ, Does::Conj)),
    row("copy", ONE, and_bytes(SAME, S), Does::Copy),
    row("ones_like", ONE, without_bool(SAME), Does::OnesLike),
    row("arctan2", TWO, OF_TWO, Does::Lane(Op::Arctan2)),
    row("fmod", TWO, OF_TWO, Does::Lane(Op::Fmod)),
    row("hypot", TWO, DOUBLE, Does::Lane(Op::Hypot)),
    row("nextafter", TWO, DOUBLE, Does::NextAfter),
    row("copysign", TWO, DOUBLE, Does::Lane(Op::Copysign)),
    row("maximum", TWO, DOUBLE, Does::Lane(Op::Maximum)),
    row("minimum", TWO, DOUBLE, Does::Lane(Op::Minimum)),
    row("complex", TWO, COMPLEX, Does::Complex),
    row("contains", &["hay", "needle"], CONTAINS, Does::Contains),
    row("where", &["condition", "x", "y"], SAME, Does::Where),
    row("sum", ONE, SUM, Does::Reduce(Reduction::Sum)),
    row("prod", ONE, SUM, Does::Reduce(Reduction::Prod)),
    row("min", ONE, LEAST, Does::Reduce(Reduction::Min)),
    row("max", ONE, LEAST, Does::Reduce(Reduction::Max)),
];

/// The function of that name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}
