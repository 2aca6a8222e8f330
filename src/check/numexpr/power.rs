//! `**` and `/` with a constant, which NumExpr replaces by other operations before it runs.

use super::super::error::{Error, ErrorKind};
use super::super::literal;
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step, stop};
use super::Optimization;
use super::constant::Literal;
use super::kind::{Kind, common, signature};
use super::operator::{DIV, MUL, POW};
use super::table::Does;
use crate::dtype::DType;
use crate::ir::NodeId;
use crate::op::Op;
use crate::span::Span;
use crate::syntax::ast::BinaryOp;

/// Beyond this, either way, a power is a power at every level.
const LARGEST: f64 = 50.0;

impl Lowering<'_> {
    /// `/`: integers and bools divide as doubles.
    pub(super) fn numexpr_divide(&mut self, a: Operand, b: Operand, span: Span) -> Step<Number> {
        let kinds = self.kinds(&[a, b])?;
        let kind = self.meet(&[a, b], &kinds, span)?;
        let constant = self.as_constant(b).filter(|_| {
            self.options.optimization != Optimization::None
                && kinds[0] == kinds[1]
                && matches!(kind, Kind::Float | Kind::Double | Kind::Complex)
        });
        if let Some(divisor) = constant {
            let number = self.constant_reciprocal(b, divisor, kind, span)?;
            return self.numexpr_operator(&MUL, &[a, Operand { number, span: b.span }], span);
        }
        let kind = if kind <= Kind::Long { Kind::Double } else { kind };
        if kind == Kind::Bytes {
            return stop(ErrorKind::NoOpcode { signature: signature(DIV.name, kind, &kinds) }, span);
        }
        self.computed_in(kind, &DIV, &[a, b], span)
    }

    /// 1 divided by a constant, in the constant's kind.
    fn constant_reciprocal(
        &mut self,
        operand: Operand,
        constant: Literal,
        kind: Kind,
        span: Span,
    ) -> Step<Number> {
        if !constant.is_true() {
            return stop(ErrorKind::DivisionByZero, span);
        }
        let one = Literal::Float(1.0);
        if constant.is_complex() {
            return self.literal_binary(BinaryOp::Div, one, constant, span);
        }
        let one = self.of_kind(Operand { number: one.number(), span }, kind)?;
        let divisor = self.of_kind(operand, kind)?;
        let reciprocal = self.lanes(Op::Div, &[one, divisor], span);
        Ok(self.valued(reciprocal))
    }

    pub(super) fn numexpr_power(&mut self, base: Operand, exponent: Operand, span: Span) -> Step<Number> {
        let kinds = self.kinds(&[base, exponent])?;
        let Some(constant) = self.as_constant(exponent).filter(|constant| !constant.is_complex()) else {
            return self.plain_power(base, exponent, span);
        };
        let (n, _) = constant.parts();
        if n < 0.0 {
            if kinds.iter().all(|kind| kind.is_integer()) {
                return Err(exponent.error(ErrorKind::NegativeIntegerPower));
            }
            // Whatever the power is made of, 1 is divided by it.
            common(&[Kind::Int, kinds[0]], span)?;
        }
        match self.options.optimization {
            Optimization::None => self.plain_power(base, exponent, span),
            Optimization::Moderate => self.simple_power(base, exponent, n, span),
            Optimization::Aggressive if n.abs() <= LARGEST && (2.0 * n).trunc() == 2.0 * n => {
                self.repeated_square(base, n, span)
            }
            Optimization::Aggressive => self.plain_power(base, exponent, span),
        }
    }

    /// By the operator. An integer to a negative power is the integer part of its reciprocal.
    fn plain_power(&mut self, base: Operand, exponent: Operand, span: Span) -> Step<Number> {
        let kind = self.met(&POW, &[base, exponent], span)?;
        let constant = self.as_constant(exponent).map(Literal::number);
        let dtype = kind.lanes().filter(|dtype| dtype.is_float() && kind != Kind::Complex);
        match (dtype, constant) {
            (Some(dtype), Some(n)) if literal::is_exponent(n, dtype) => {
                let args = [self.of_kind(base, kind)?, self.of_kind(exponent, kind)?];
                let node = self.lanes(Op::PowInteger, &args, span);
                Ok(self.valued(node))
            }
            (_, _) => self.computed_in(kind, &POW, &[base, exponent], span),
        }
    }

    /// The powers that are other operations at the moderate level.
    fn simple_power(&mut self, base: Operand, exponent: Operand, n: f64, span: Span) -> Step<Number> {
        let kinds = self.kinds(&[base])?;
        if n == -1.0 {
            // `1 / x` in the kind of x; of integers its integer part.
            let kind = kinds[0].max(Kind::Int);
            if kind == Kind::Complex {
                let one = Operand { number: Number::Int(1), span };
                return self.numexpr_divide(one, base, span);
            }
            let x = self.of_kind(base, kind)?;
            return Ok(Number::Strong(self.reciprocal(x, span)));
        }
        if n == 0.0 {
            return self.ones_like(base, span);
        }
        if n == 0.5 {
            return self.root(base, span);
        }
        if n == 1.0 {
            return Ok(base.number);
        }
        if n == 2.0 {
            return self.numexpr_operator(&MUL, &[base, base], span);
        }
        self.plain_power(base, exponent, span)
    }

    /// A power to a half of an integer, by squaring from the lowest bit, times the root.
    fn repeated_square(&mut self, base: Operand, n: f64, span: Span) -> Step<Number> {
        let magnitude = n.abs();
        let (whole, is_half) = (magnitude as u32, magnitude.fract() != 0.0);
        let times = |lowering: &mut Self, x: Option<Number>, y: Number| match x {
            None => Ok(y),
            Some(x) => {
                let args = [x, y].map(|number| Operand { number, span });
                lowering.numexpr_operator(&MUL, &args, span)
            }
        };
        let (mut result, mut square, mut left) = (None, base.number, whole);
        while left != 0 {
            if left & 1 == 1 {
                result = Some(times(self, result, square)?);
            }
            left >>= 1;
            if left != 0 {
                square = times(self, Some(square), square)?;
            }
        }
        if is_half {
            let root = self.root(base, span)?;
            result = Some(times(self, result, root)?);
        }
        let number = match result {
            Some(number) => number,
            None => self.ones_like(base, span)?,
        };
        if n < 0.0 {
            let one = Operand { number: Number::Int(1), span };
            return self.numexpr_divide(one, Operand { number, span }, span);
        }
        Ok(number)
    }

    /// The square root, in doubles of integers.
    fn root(&mut self, of: Operand, span: Span) -> Step<Number> {
        let kinds = self.kinds(&[of])?;
        let kind = match kinds[0] {
            Kind::Int | Kind::Long => Kind::Double,
            Kind::Bool | Kind::Bytes => {
                let signature = signature("sqrt", kinds[0], &kinds);
                return Err(Error { kind: ErrorKind::NoOpcode { signature }, span }.into());
            }
            Kind::Complex => return self.numexpr_complex(Op::Sqrt, &[of], span),
            kind @ (Kind::Float | Kind::Double) => kind,
        };
        let x = self.of_kind(of, kind)?;
        let root = self.lanes(Op::Sqrt, &[x], span);
        Ok(self.valued(root))
    }

    /// Ones in the kind and the shape of the operand.
    pub(super) fn ones_like(&mut self, of: Operand, span: Span) -> Step<Number> {
        let kinds = self.kinds(&[of])?;
        match (kinds[0], of.number, kinds[0].lanes()) {
            (Kind::Complex, _, _) => self.numexpr_complex_call(Does::OnesLike, &[of], span),
            (Kind::Bool | Kind::Bytes, _, _) | (_, _, None) => {
                stop(ErrorKind::NoOpcode { signature: signature("ones_like", kinds[0], &kinds) }, span)
            }
            (_, Number::Int(_), _) => Ok(Number::Int(1)),
            (_, _, Some(lanes)) => {
                let like = self.of_kind(of, kinds[0])?;
                let one = self.filled(like, true, span);
                let node = self.ones(one, lanes, span);
                Ok(self.valued(node))
            }
        }
    }

    fn ones(&mut self, one: NodeId, lanes: DType, span: Span) -> NodeId {
        let node = self.cast(one, lanes, span);
        self.folded(node, span)
    }
}
