//! What is spelled like a function and expanded into other operations.

use super::operator::no_operation;
use super::promote::range;
use super::statement::Lowering;
use super::value::{Family, Number, Operand, Step, family};
use crate::dtype::{DType, Kind};
use crate::ir::NodeId;
use crate::op::{BoolAs, Derived, Op, Rule};
use crate::span::Span;

impl Lowering<'_> {
    /// Expands a function on lanes. There are as many arguments as the row has parameters; those
    /// that a call may leave out can be `None`.
    pub(super) fn derived(&mut self, what: Derived, args: &[Option<Operand>], span: Span) -> Step<Number> {
        let name = what.name();
        let args: Vec<Operand> = match (what, args) {
            (Derived::Clip, &[Some(x), low, high]) => return self.clip(x, low, high, span),
            (Derived::IsClose, args) => return self.is_close(args, span).map(Number::Strong),
            (Derived::NanToNum, args) => return self.finite_parts(args, span),
            (Derived::Round, &[Some(x), Some(decimals)]) => {
                return self.round_to(x, decimals, span).map(Number::Strong);
            }
            (_, given) => given.iter().copied().flatten().collect(),
        };
        match family(&args) {
            Family::Real => {}
            Family::Complex => return self.complex_derived(what, &args, span),
            Family::Time => return self.time_derived(what, &args, span),
            Family::Text => return self.text_derived(what, &args, span),
        }
        if let Some(node) = self.composed(what, &args, span) {
            return node.map(Number::Strong);
        }
        let node = match (what, args.as_slice()) {
            (Derived::And, &[x, y]) => self.logical(Op::BitAnd, x, y, span)?,
            (Derived::Or, &[x, y]) => self.logical(Op::BitOr, x, y, span)?,
            (Derived::Xor, &[x, y]) => self.logical(Op::BitXor, x, y, span)?,
            (Derived::Not, &[x]) => {
                let truth = self.truth(x)?;
                self.apply(Op::BitNot, &[truth], span)
            }
            (Derived::Positive, &[x]) => {
                let number = self.positive(x, span)?;
                self.strong(Operand { number, span: x.span })?
            }
            (Derived::Fabs, &[x]) => {
                let dtype = self.computed(Rule::Float, name, &args, span)?;
                let x = self.coerce(x, dtype)?;
                self.apply(Op::Abs, &[x], span)
            }
            (Derived::Square, &[x]) => {
                let dtype = self.computed(Rule::Same(BoolAs::Int8), name, &args, span)?;
                let x = self.coerce(x, dtype)?;
                self.apply(Op::Mul, &[x, x], span)
            }
            (Derived::Reciprocal, &[x]) => {
                let dtype = self.computed(Rule::Same(BoolAs::Int8), name, &args, span)?;
                let x = self.coerce(x, dtype)?;
                self.reciprocal(x, span)
            }
            (Derived::Round, &[x]) => self.round(x, span)?,
            (
                Derived::Angle
                | Derived::Conj
                | Derived::Real
                | Derived::Imag
                | Derived::IsReal
                | Derived::IsComplex,
                &[x],
            ) => return self.real_as_complex(what, x, span),
            (_, _) => return Err(no_operation(name, self.types(&args), span)),
        };
        Ok(Number::Strong(node))
    }

    fn logical(&mut self, op: Op, x: Operand, y: Operand, span: Span) -> Step<NodeId> {
        let (x, y) = (self.truth(x)?, self.truth(y)?);
        Ok(self.apply(op, &[x, y], span))
    }

    /// `+x`: x itself, literal or weak as it is.
    pub(super) fn positive(&mut self, x: Operand, span: Span) -> Step<Number> {
        if x.number.family() == Family::Time {
            return self.time_derived(Derived::Positive, &[x], span);
        }
        if x.number.family() == Family::Complex {
            return Ok(x.number);
        }
        self.computed(Rule::Same(BoolAs::Refused), Derived::Positive.name(), &[x], span)?;
        Ok(x.number)
    }

    /// Of integers it is the integer part of 1/x: x where that is 1 or -1, else 0 (of 0 too).
    pub(super) fn reciprocal(&mut self, x: NodeId, span: Span) -> NodeId {
        let dtype = self.graph.ty(x).dtype;
        let one = self.number(dtype, 1, span);
        if dtype.is_float() {
            return self.apply(Op::Div, &[one, x], span);
        }
        let magnitude = if dtype.kind() == Kind::Signed { self.apply(Op::Abs, &[x], span) } else { x };
        let is_unit = self.apply(Op::Eq, &[magnitude, one], span);
        let zero = self.number(dtype, 0, span);
        self.apply(Op::Where, &[is_unit, x, zero], span)
    }

    /// NumPy rounds integers to themselves and bools to f16.
    pub(super) fn round(&mut self, x: Operand, span: Span) -> Step<NodeId> {
        let node = self.strong(x)?;
        let dtype = self.graph.ty(node).dtype;
        if dtype == DType::Bool {
            return Ok(self.cast(node, DType::F16, span));
        }
        Ok(if dtype.is_float() { self.apply(Op::Rint, &[node], span) } else { node })
    }

    /// `minimum(maximum(x, low), high)`. As in NumPy, a literal bound beyond all that the dtype
    /// holds is no bound.
    fn clip(&mut self, x: Operand, low: Option<Operand>, high: Option<Operand>, span: Span) -> Step<Number> {
        let given: Vec<Operand> = [Some(x), low, high].into_iter().flatten().collect();
        if family(&given) == Family::Complex {
            return self.complex_clip(x, low, high, span);
        }
        let dtype = self.computed(Rule::Same(BoolAs::Bool), Derived::Clip.name(), &given, span)?;
        let limits = range(dtype);
        let binds = |bound: &Operand, is_low: bool| match (bound.number, limits) {
            (Number::Int(value), Some((least, most))) => {
                if is_low {
                    value > least
                } else {
                    value < most
                }
            }
            (_, _) => true,
        };
        let mut node = self.coerce(x, dtype)?;
        if let Some(low) = low.filter(|bound| binds(bound, true)) {
            let low = self.coerce(low, dtype)?;
            node = self.apply(Op::Maximum, &[node, low], span);
        }
        if let Some(high) = high.filter(|bound| binds(bound, false)) {
            let high = self.coerce(high, dtype)?;
            node = self.apply(Op::Minimum, &[node, high], span);
        }
        Ok(Number::Strong(node))
    }
}
