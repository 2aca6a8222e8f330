//! Complex numbers: two planes of real lanes, and every operation on them as operations on the planes.
//!
//! What NumPy computes from few operations (`+ - * /`, comparisons) has its bits, in the dtype of the
//! planes. Functions are computed in f64 whatever the dtype, so that a c64 is rounded once; their errors
//! are measured against the size of the result, not against each part.
//!
//! | file | concern |
//! |---|---|
//! | `lanes` | short names for real operations, and products without rounding |
//! | `arithmetic` | `+ - * /`, signs, comparisons, extrema of two |
//! | `exponential` | `exp` and its like, hyperbolic and circular functions |
//! | `logarithm` | logarithms and the square root |
//! | `inverse` | inverse hyperbolic and circular functions |
//! | `power` | `**` |
//! | `reduce` | reductions |
//! | `literal` | arithmetic between literals |

mod arithmetic;
mod exponential;
mod inverse;
mod lanes;
pub(super) mod literal;
mod logarithm;
mod power;
mod reduce;

use super::error::ErrorKind;
use super::operator::no_operation;
use super::promote::common;
use super::statement::Lowering;
use super::value::{Family, Number, Operand, Step};
use crate::dtype::{DType, Kind};
use crate::ir::{NodeId, Scalar};
use crate::op::{Derived, Op};
use crate::span::Span;
use lanes::{Lanes, Pair};

/// What an operation on complex numbers gives.
enum Outcome {
    Complex(Pair),
    Real(NodeId),
}

impl Lowering<'_> {
    /// An operator of which at least one operand is of this family.
    pub(super) fn complex_lane(&mut self, op: Op, args: &[Operand], span: Span) -> Step<Number> {
        if let Op::Where = op {
            return self.complex_select(args, span);
        }
        let Some(part) = self.complex_part(args) else {
            return Err(no_operation(op.name(), self.types(args), span));
        };
        if let (Op::Pow, [base, exponent]) = (op, args) {
            return self.complex_power(*base, *exponent, part, span);
        }
        let pairs: Vec<Pair> = args.iter().map(|&arg| self.pair(arg, part)).collect::<Step<_>>()?;
        let mut lanes = Lanes::new(self, part, span);
        let outcome = match *pairs {
            [z] => lanes.unary(op, z),
            [a, b] => lanes.binary(op, a, b),
            _ => None,
        };
        match outcome {
            Some(outcome) => Ok(self.number_of(outcome, span)),
            None => Err(no_operation(op.name(), self.types(args), span)),
        }
    }

    /// What is spelled like a function, of such operands.
    pub(super) fn complex_derived(&mut self, what: Derived, args: &[Operand], span: Span) -> Step<Number> {
        let refused = |this: &Self| no_operation(what.name(), this.types(args), span);
        match (what, args) {
            (Derived::Positive, &[x]) => Ok(x.number),
            (Derived::ZerosLike | Derived::OnesLike, &[x]) => {
                let (re, im) = self.planes(x, None)?;
                let mut plane = |node, value| {
                    self.number_like(Operand { number: Number::Strong(node), ..x }, value, span)
                };
                let re = plane(re, i8::from(what == Derived::OnesLike))?;
                Ok(Number::Planes(re, plane(im, 0)?))
            }
            (Derived::And, &[x, y]) => self.complex_logical(Op::BitAnd, x, y, span),
            (Derived::Or, &[x, y]) => self.complex_logical(Op::BitOr, x, y, span),
            (Derived::Xor, &[x, y]) => self.complex_logical(Op::BitXor, x, y, span),
            (Derived::Not, &[x]) => {
                let truth = self.truth(x)?;
                Ok(Number::Strong(self.apply(Op::BitNot, &[truth], span)))
            }
            (_, &[x]) => {
                let part = self.complex_part(args).ok_or_else(|| refused(self))?;
                let z = self.pair(x, part)?;
                let outcome = Lanes::new(self, part, span).derived(what, z);
                match outcome {
                    Some(outcome) => Ok(self.number_of(outcome, span)),
                    None => Err(refused(self)),
                }
            }
            (_, _) => Err(refused(self)),
        }
    }

    /// `nan_to_num`, of complex numbers of each part.
    pub(super) fn finite_parts(&mut self, args: &[Option<Operand>], span: Span) -> Step<Number> {
        let (x, values) = match args {
            &[Some(x), ref values @ ..] if x.number.family() == Family::Complex => (x, values),
            _ => return self.nan_to_num(args, span).map(Number::Strong),
        };
        let (re, im) = self.planes(x, None)?;
        let mut plane = |node| {
            let part = Operand { number: Number::Strong(node), ..x };
            let args: Vec<Option<Operand>> = [Some(part)].into_iter().chain(values.iter().copied()).collect();
            self.nan_to_num(&args, span)
        };
        Ok(Number::Planes(plane(re)?, plane(im)?))
    }

    /// `clip`: `minimum(maximum(x, low), high)` in the order of complex numbers.
    pub(super) fn complex_clip(
        &mut self,
        x: Operand,
        low: Option<Operand>,
        high: Option<Operand>,
        span: Span,
    ) -> Step<Number> {
        let mut number = x.number;
        for (op, bound) in [(Op::Maximum, low), (Op::Minimum, high)] {
            if let Some(bound) = bound {
                number = self.lane(op, &[Operand { number, span: x.span }, bound], span)?;
            }
        }
        Ok(number)
    }

    fn complex_logical(&mut self, op: Op, x: Operand, y: Operand, span: Span) -> Step<Number> {
        let (x, y) = (self.truth(x)?, self.truth(y)?);
        Ok(Number::Strong(self.apply(op, &[x, y], span)))
    }

    /// A cast from or to these dtypes. To a real dtype the imaginary part is dropped, as NumPy's `astype` does.
    pub(super) fn complex_cast(&mut self, operand: Operand, dtype: DType, span: Span) -> Step<Number> {
        if let Some(part) = dtype.part() {
            let (re, im) = self.planes(operand, Some(part))?;
            return Ok(self.leveled(Pair { re, im }, span));
        }
        if dtype == DType::Bool {
            return self.complex_truth(operand).map(Number::Strong);
        }
        if dtype.lane().is_none() {
            return Err(
                operand.error(ErrorKind::DTypeNotEvaluated { dtype, from: operand.ty(&self.graph).strong() })
            );
        }
        let (re, _) = self.planes(operand, None)?;
        Ok(Number::Strong(self.cast(re, dtype, span)))
    }

    /// Whether each element counts as true: either part is not zero.
    pub(super) fn complex_truth(&mut self, operand: Operand) -> Step<NodeId> {
        let (re, im) = self.planes(operand, None)?;
        let (re, im) = (self.cast(re, DType::Bool, operand.span), self.cast(im, DType::Bool, operand.span));
        Ok(self.apply(Op::BitOr, &[re, im], operand.span))
    }

    /// `where`: the condition may be complex too.
    fn complex_select(&mut self, args: &[Operand], span: Span) -> Step<Number> {
        let condition = self.truth(args[0])?;
        let Some(part) = self.complex_part(&args[1..]) else {
            let node = self.graph_operand(condition, args[0].span);
            return self.lane(Op::Where, &[node, args[1], args[2]], span);
        };
        let (x, y) = (self.pair(args[1], part)?, self.pair(args[2], part)?);
        let chosen = Lanes::new(self, part, span).select_pair(condition, x, y);
        Ok(self.leveled(chosen, span))
    }

    fn number_of(&mut self, outcome: Outcome, span: Span) -> Number {
        match outcome {
            Outcome::Complex(pair) => self.leveled(pair, span),
            Outcome::Real(node) => Number::Strong(node),
        }
    }

    /// Planes of one shape: a part that does not depend on all operands is spread over what the other has.
    fn leveled(&mut self, pair: Pair, span: Span) -> Number {
        let Pair { re, im } = pair;
        let dims = |this: &Self, node| this.graph.canonical(&this.graph.ty(node).dims);
        if dims(self, re) == dims(self, im) {
            return Number::Planes(re, im);
        }
        let spread = |this: &mut Self, node, like| {
            let never = this.filled(like, false, span);
            this.apply(Op::Where, &[never, like, node], span)
        };
        Number::Planes(spread(self, re, im), spread(self, im, re))
    }

    /// The complex numbers of these parts: floats of one dtype that broadcast to each other.
    pub(super) fn complex_of(&mut self, re: NodeId, im: NodeId, span: Span) -> Number {
        self.leveled(Pair { re, im }, span)
    }

    fn graph_operand(&self, node: NodeId, span: Span) -> Operand {
        Operand { number: Number::Strong(node), span }
    }

    /// The dtype of the parts that the operands meet in, if they meet in complex numbers.
    fn complex_part(&self, args: &[Operand]) -> Option<DType> {
        common(&self.types(args))?.part()
    }

    fn pair(&mut self, operand: Operand, part: DType) -> Step<Pair> {
        let (re, im) = self.planes(operand, Some(part))?;
        Ok(Pair { re, im })
    }

    /// The real and imaginary parts of an operand, of that float dtype or of the one that it has alone.
    pub(super) fn planes(&mut self, operand: Operand, part: Option<DType>) -> Step<(NodeId, NodeId)> {
        let span = operand.span;
        match operand.number {
            Number::Planes(re, im) | Number::WeakPlanes(re, im) => {
                let part = part.unwrap_or(self.graph.ty(re).dtype);
                Ok((self.cast(re, part, span), self.cast(im, part, span)))
            }
            Number::Complex(re, im) => {
                let part = part.unwrap_or(DType::F64);
                let lane = part.lane().expect("parts are floats");
                let mut plane = |value| self.graph.constant(Scalar::from_f64(lane, value), span);
                Ok((plane(re), plane(im)))
            }
            Number::Strong(_) | Number::Weak(_) | Number::Int(_) | Number::Float(_) => {
                let part = part.unwrap_or(DType::F64);
                let re = self.coerce(operand, part)?;
                let im = self.number(part, 0, span);
                Ok((re, im))
            }
            Number::Time(..) | Number::Text(_) => {
                Err(operand.error(ErrorKind::NotReal { operand: operand.ty(&self.graph) }))
            }
        }
    }

    /// `real(x)`, `imag(x)`, `conj(x)` and their like, of real numbers.
    #[expect(clippy::wildcard_enum_match_arm, reason = "only those that are named come here")]
    pub(super) fn real_as_complex(&mut self, what: Derived, x: Operand, span: Span) -> Step<Number> {
        let node = self.strong(x)?;
        let dtype = self.graph.ty(node).dtype;
        Ok(match what {
            Derived::Real => x.number,
            Derived::Imag => {
                let zero = self.filled(node, false, span);
                Number::Strong(self.cast(zero, dtype, span))
            }
            Derived::IsReal => Number::Strong(self.filled(node, true, span)),
            Derived::IsComplex => Number::Strong(self.filled(node, false, span)),
            Derived::Conj if dtype != DType::Bool => x.number,
            Derived::Angle if dtype.kind() != Kind::Bool => {
                let part = if dtype.is_float() { dtype } else { DType::F64 };
                let re = self.coerce(x, part)?;
                let im = self.number(part, 0, span);
                Number::Strong(self.apply(Op::Arctan2, &[im, re], span))
            }
            _ => return Err(no_operation(what.name(), self.types(&[x]), span)),
        })
    }
}
