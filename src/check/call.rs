//! Calls: which function, which argument goes where, and casts by the names of dtypes.

use super::error::ErrorKind;
use super::generate;
use super::statement::Lowering;
use super::value::{Family, Number, Operand, Step, Stop, Value, stop};
use crate::diagnostic::nearest;
use crate::dtype::{DType, Kind, Lane};
use crate::ir::Scalar;
use crate::op::{self, Derived, Meaning, Op, Row, TextOp};
use crate::span::Span;
use crate::syntax::ast::{Arg, Expr, ExprId, List, Symbol};
use smallvec::{SmallVec, smallvec};

/// Functions of NumPy that the language does not have, and what to do instead.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("`median`", SORTED),
    ("`nanmedian`", SORTED),
    ("`percentile`", SORTED),
    ("`nanpercentile`", SORTED),
    ("`quantile`", SORTED),
    ("`nanquantile`", SORTED),
    ("`sort`", SORTED),
    ("`argsort`", SORTED),
    ("`partition`", SORTED),
];
const SORTED: &str = "nothing here sorts: `mean`, `min`, `max`, `argmin` and `argmax` are near";

/// The arguments of a call by the function's parameters.
pub(super) type Bound = SmallVec<[Option<ExprId>; 4]>;

/// What a function takes.
pub(super) struct Signature<'a> {
    /// Its name as written.
    pub(super) name: &'a str,
    /// Where the name stands.
    pub(super) name_span: Span,
    /// Its parameters.
    pub(super) params: &'a [&'static str],
    /// How many of them must be given.
    pub(super) required: usize,
    /// How many may be given without their names.
    pub(super) positional: usize,
}

impl<'a> Lowering<'a> {
    pub(super) fn call(&mut self, name: Symbol, name_span: Span, args: List<Arg>, span: Span) -> Step<Value> {
        let args = self.program.args(args);
        let text = self.program.symbol(name);
        if let Some(row) = op::lookup(text) {
            return self.row(row, text, name_span, args, span);
        }
        if let "datetime64" | "timedelta64" = text {
            let params = &["x", "unit"];
            let signature = Signature { name: text, name_span, params, required: 1, positional: 2 };
            let bound = self.bind_args(&signature, args)?;
            let value = bound[0].expect("a required argument is bound");
            return self.time_call(text == "datetime64", value, bound[1], span).map(Value::Number);
        }
        if let Ok(dtype) = text.parse::<DType>() {
            let signature = Signature { name: text, name_span, params: &["x"], required: 1, positional: 1 };
            let bound = self.bind_args(&signature, args)?;
            let operand = self.required(&bound, 0)?;
            return self.cast_to(operand, dtype, span).map(Value::Number);
        }
        if let Some(made) = self.generator(text, name_span, args, span) {
            return made.map(Value::Number);
        }
        let is_called = |(what, _): &&(&str, &str)| what.trim_matches('`') == text;
        if let Some(&(what, instead)) = UNSUPPORTED.iter().find(is_called) {
            return stop(ErrorKind::Unsupported { what, instead }, name_span);
        }
        let names = op::rows().flat_map(|row| row.names).copied();
        let near = nearest(text, names.chain(generate::names()));
        stop(ErrorKind::UnknownFunction { name: text.to_owned(), near }, name_span)
    }

    fn row(&mut self, row: &Row, name: &'a str, name_span: Span, args: &[Arg], span: Span) -> Step<Value> {
        let params = row.params;
        let required = match row.meaning {
            Meaning::Lane(_) => params.len(),
            Meaning::Scan(op) => {
                return self.scan(op, row, name, name_span, args, span).map(Value::Number);
            }
            Meaning::Reduce(_) => return self.reduction(row, name, name_span, args, span).map(Value::Number),
            Meaning::Derived(what) if what.is_reduction() => {
                return self.reduction(row, name, name_span, args, span).map(Value::Number);
            }
            // The characters to strip may be left out.
            Meaning::Text(TextOp::Strip | TextOp::LStrip | TextOp::RStrip) => 1,
            Meaning::Text(_) => params.len(),
            Meaning::Derived(derived) => derived.required(),
        };
        let signature = Signature { name, name_span, params, required, positional: params.len() };
        let bound = self.bind_args(&signature, args)?;
        let number = match row.meaning {
            Meaning::Lane(op) => self.lane_call(op, &bound, span)?,
            Meaning::Derived(Derived::In) => {
                let (x, set) = (bound[0], bound[1]);
                let (Some(x), Some(set)) = (x, set) else { return Err(Stop::Poison) };
                Number::Strong(self.contained(x, set, span)?)
            }
            Meaning::Derived(Derived::Diff) => self.diff(&bound, span)?,
            Meaning::Text(op) => {
                let operands: Vec<_> = bound.iter().map(|&arg| self.optional(arg)).collect::<Step<_>>()?;
                self.text_call(op, &operands, span)?
            }
            Meaning::Derived(derived) => {
                let operands: Vec<_> = bound.iter().map(|&arg| self.optional(arg)).collect::<Step<_>>()?;
                let given: Vec<Operand> = operands.iter().copied().flatten().collect();
                if let Some(pair) = self.two_results(derived, &given, span) {
                    return pair;
                }
                self.derived(derived, &operands, span)?
            }
            Meaning::Scan(op) => self.scan(op, row, name, name_span, args, span)?,
            Meaning::Reduce(_) => self.reduction(row, name, name_span, args, span)?,
        };
        Ok(Value::Number(number))
    }

    /// The text of a literal.
    pub(super) fn literal_text(&self, id: ExprId) -> Option<&'a str> {
        let Expr::Text(text) = self.program.expr(id) else { return None };
        Some(self.program.symbol(text))
    }

    fn lane_call(&mut self, op: Op, bound: &Bound, span: Span) -> Step<Number> {
        let operands: Vec<Operand> =
            (0..bound.len()).map(|i| self.required(bound, i)).collect::<Step<_>>()?;
        self.lane(op, &operands, span)
    }

    /// An argument that [`Lowering::bind_args`] found to be there.
    pub(super) fn required(&self, bound: &Bound, index: usize) -> Step<Operand> {
        self.operand(bound[index].expect("a required argument is bound"))
    }

    /// An argument that may be left out, or be `None`.
    pub(super) fn optional(&self, arg: Option<ExprId>) -> Step<Option<Operand>> {
        match arg.map(|id| (id, self.value(id))) {
            None | Some((_, Value::None)) => Ok(None),
            Some((
                id,
                Value::Poison | Value::Tuple(_) | Value::Pair(..) | Value::Number(_) | Value::DType(_),
            )) => self.operand(id).map(Some),
        }
    }

    /// Gives each argument its parameter.
    pub(super) fn bind_args(&self, signature: &Signature<'_>, args: &[Arg]) -> Step<Bound> {
        let Signature { name, name_span, params, required, positional } = *signature;
        let mut bound: Bound = smallvec![None; params.len()];
        let arity = |got| ErrorKind::Arity { name: name.to_owned(), least: required, most: positional, got };
        let unnamed = args.iter().filter(|arg| arg.keyword.is_none()).count();
        if unnamed > positional {
            return stop(arity(unnamed), name_span);
        }
        for (i, arg) in args.iter().enumerate() {
            let Some((keyword, span)) = arg.keyword else {
                bound[i] = Some(arg.value);
                continue;
            };
            let keyword = self.program.symbol(keyword);
            let Some(place) = params.iter().position(|&param| param == keyword) else {
                let near = nearest(keyword, params.iter().copied());
                let (name, keyword) = (name.to_owned(), keyword.to_owned());
                return stop(ErrorKind::UnknownKeyword { name, keyword, near }, span);
            };
            if bound[place].replace(arg.value).is_some() {
                return stop(ErrorKind::DuplicateArgument { parameter: params[place] }, span);
            }
        }
        let missing = bound[..required].iter().any(Option::is_none);
        if missing { stop(arity(args.len()), name_span) } else { Ok(bound) }
    }

    /// `float32(x)`. A float goes to an integer dtype by saturation; an integer literal must fit.
    pub(super) fn cast_to(&mut self, operand: Operand, dtype: DType, span: Span) -> Step<Number> {
        match (operand.number.family(), dtype.kind()) {
            (Family::Text, _) | (_, Kind::Bytes | Kind::Text) => return self.text_cast(operand, dtype, span),
            (Family::Time, _) | (_, Kind::Datetime | Kind::Timedelta) => {
                return self.time_cast(operand, dtype, span);
            }
            (Family::Complex, _) | (_, Kind::Complex) => return self.complex_cast(operand, dtype, span),
            (Family::Real, _) => {}
        }
        let Some(lane) = dtype.lane() else {
            return stop(ErrorKind::DTypeNotEvaluated { dtype, from: None }, span);
        };
        let node = match operand.number {
            Number::Float(value) => self.graph.constant(Scalar::from_f64(lane, value), span),
            Number::Int(_) | Number::Weak(_) if lane == Lane::Bool => self.truth(operand)?,
            Number::Int(_) | Number::Weak(_) | Number::Strong(_) => self.coerce(operand, dtype)?,
            // Dispatched above.
            Number::Complex(..)
            | Number::Planes(..)
            | Number::WeakPlanes(..)
            | Number::Time(..)
            | Number::Text(_) => self.coerce(operand, dtype)?,
        };
        Ok(Number::Strong(node))
    }
}
