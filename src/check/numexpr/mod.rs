//! The NumExpr dialect: what NumExpr 2 makes of a formula, expanded into ordinary operations.
//!
//! A value has one of NumExpr's kinds: an input is converted to its kind where it is read, so that from there on
//! every node is bool, i32, i64, f32, f64 or bytes and no later stage knows of the dialect. Every variable is
//! strong; a literal is a number of its own kind, and arithmetic between literals is Python's.
//!
//! | file | concern |
//! |---|---|
//! | `kind` | the kinds, and the one that operands meet in |
//! | `table` | the 48 functions, and what they give |
//! | `operator` | prefix and infix operators, comparisons |
//! | `power` | `**` and `/` with a constant, by the level of optimization |
//! | `constant` | arithmetic between literals |
//! | `logic` | `and`, `or`, `not`, chains, `in`, `x if c else y`: of constants only |
//! | `call` | functions, reductions, attributes |
//! | `next_after` | `nextafter`, of lane operations |
//! | `complex` | complex numbers |
//! | `bytes` | bytes |
//!
//! `docs/numexpr.md` says what is kept of NumExpr, what is lifted and what differs.

mod bytes;
mod call;
mod complex;
mod constant;
mod kind;
mod logic;
mod next_after;
mod operator;
mod power;
mod table;

use super::Dialect;
use super::error::ErrorKind;
use super::statement::Lowering;
use super::value::{Number, Operand, Step, stop};
use crate::dtype::{DType, Lane};
use crate::ir::{Node, NodeId, Scalar};
use crate::op::Op;
use crate::scalar;
use crate::span::Span;
use crate::syntax::ast::{Attribute, Expr};
use kind::Kind;
use smallvec::SmallVec;

/// What NumExpr replaces by cheaper operations, which changes kinds and bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Optimization {
    /// Nothing.
    None,
    /// `x / constant`, and the powers -1, 0, 0.5, 1 and 2.
    Moderate,
    /// `x / constant`, and every power to a half of an integer from -50 to 50.
    #[default]
    Aggressive,
}

/// The kinds of operands.
type Kinds = SmallVec<[Kind; 3]>;

const VIEWS: &str = "give the view as an input, or use NumPy's rules";

impl Lowering<'_> {
    /// Whether the formula is NumExpr's.
    pub(super) fn is_numexpr(&self) -> bool {
        self.options.dialect == Dialect::NumExpr
    }

    /// What the dialect makes of an expression; `None` where it has nothing of its own.
    pub(super) fn numexpr_expression(&mut self, expr: Expr, span: Span) -> Option<Step<Number>> {
        Some(match expr {
            Expr::Unary(op, of) => self.operand(of).and_then(|of| self.numexpr_unary(op, of, span)),
            Expr::Compare(first, links) => self.numexpr_chain(first, links, span),
            Expr::IfElse { then, condition, otherwise } => {
                self.numexpr_choice(condition, then, otherwise, span)
            }
            Expr::Call { name, name_span, args } => self.numexpr_call(name, name_span, args, span),
            Expr::Attribute { base, attribute: attribute @ (Attribute::Real | Attribute::Imag) } => {
                self.operand(base).and_then(|base| self.numexpr_part(attribute, base, span))
            }
            Expr::Attribute { attribute: Attribute::Transpose, .. } => {
                stop(ErrorKind::Unsupported { what: "`.T` in NumExpr's dialect", instead: VIEWS }, span)
            }
            Expr::Index { .. } => {
                stop(ErrorKind::Unsupported { what: "indexing in NumExpr's dialect", instead: VIEWS }, span)
            }
            // `binary` asks for the dialect itself: `+=` comes there too.
            Expr::Binary(..) | Expr::Name(_) | Expr::Tuple(_) => return None,
            Expr::Text(text) => self.numexpr_text(text, span),
            Expr::Int(_) | Expr::Float(_) | Expr::Imaginary(_) | Expr::Bytes(_) => return None,
        })
    }

    /// Whether NumExpr takes an input of the dtype.
    pub(super) fn numexpr_accepts(&self, dtype: DType, span: Span) -> Step<()> {
        if Kind::of(dtype).is_some() { Ok(()) } else { stop(ErrorKind::UnknownInputType { dtype }, span) }
    }

    /// An input, converted to its kind.
    pub(super) fn numexpr_input(&mut self, number: Number, span: Span) -> Number {
        let kind = self.kind_of(number);
        match (number, kind.lanes()) {
            (Number::Strong(node) | Number::Weak(node), Some(lanes)) => {
                Number::Strong(self.cast(node, lanes, span))
            }
            (Number::Planes(re, im) | Number::WeakPlanes(re, im), Some(part)) => {
                Number::Planes(self.cast(re, part, span), self.cast(im, part, span))
            }
            (other, _) => other,
        }
    }

    /// The dtype of an integer literal that is a result.
    pub(super) fn numexpr_integer(value: i128) -> DType {
        if Kind::of_integer(value) == Kind::Int { DType::I32 } else { DType::I64 }
    }

    fn kind_of(&self, number: Number) -> Kind {
        match number {
            // Inputs of other dtypes were refused where they were read.
            Number::Strong(node) | Number::Weak(node) => {
                Kind::of(self.graph.ty(node).dtype).unwrap_or(Kind::Double)
            }
            Number::Int(value) => Kind::of_integer(value),
            Number::Float(_) => Kind::Double,
            Number::Complex(..) | Number::Planes(..) | Number::WeakPlanes(..) => Kind::Complex,
            Number::Time(..) => Kind::Long,
            Number::Text(_) => Kind::Bytes,
        }
    }

    /// The kinds of operands. Where the rules are strict, none may be a reduction.
    fn kinds(&self, args: &[Operand]) -> Step<Kinds> {
        for arg in args {
            let (Number::Strong(node) | Number::Planes(node, _)) = arg.number else { continue };
            let of = if let Node::Cast(_, of) = self.graph.node(node) { of } else { node };
            if self.options.strict && matches!(self.graph.node(of), Node::Reduce { .. }) {
                return Err(arg.error(ErrorKind::ReductionNotLast));
            }
        }
        Ok(args.iter().map(|arg| self.kind_of(arg.number)).collect())
    }

    /// The operand as a node of a kind that has lanes.
    fn of_kind(&mut self, operand: Operand, kind: Kind) -> Step<NodeId> {
        let Some(lanes) = kind.lanes() else { return self.strong(operand) };
        let node = self.coerce(operand, lanes)?;
        Ok(self.folded(node, operand.span))
    }

    /// An operator on lanes; of constants it is a constant, because whether an operand is one decides kinds.
    fn lanes(&mut self, op: Op, args: &[NodeId], span: Span) -> NodeId {
        let node = self.apply(op, args, span);
        self.folded(node, span)
    }

    /// The node, or the constant that it is.
    fn folded(&mut self, node: NodeId, span: Span) -> NodeId {
        let value = match self.graph.node(node) {
            Node::Cast(to, of) => match (self.graph.node(of), to.lane()) {
                (Node::Const(value), Some(lane)) => Some(scalar::cast(lane, value)),
                (_, _) => None,
            },
            Node::Apply(op, args) => {
                let constants: Option<SmallVec<[Scalar; 3]>> = args
                    .iter()
                    .map(|&arg| {
                        let Node::Const(value) = self.graph.node(arg) else { return None };
                        Some(value)
                    })
                    .collect();
                constants.map(|constants| scalar::apply(op, &constants))
            }
            Node::Const(_)
            | Node::Input(..)
            | Node::Count { .. }
            | Node::Reduce { .. }
            | Node::Scan { .. } => None,
            Node::Literal(_) | Node::Text(..) => None,
            Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } => None,
            Node::Nonzero { .. } | Node::Take { .. } => None,
        };
        value.map_or(node, |value| self.graph.constant(value, span))
    }

    /// A node as a value: constant doubles are literals.
    fn valued(&self, node: NodeId) -> Number {
        let Node::Const(value) = self.graph.node(node) else { return Number::Strong(node) };
        let double = value.as_f64().filter(|_| value.lane == Lane::F64);
        double.map_or(Number::Strong(node), Number::Float)
    }
}
