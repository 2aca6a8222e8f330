//! Complex numbers in the dialect: two doubles, computed by the functions of `check/complex`.
//!
//! Which operations there are is decided before, by the tables of `operator` and `table`; what comes here exists.

use super::super::keywords::Keywords;
use super::super::reduce::Extent;
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step};
use super::table::Does;
use crate::dtype::DType;
use crate::op::{Derived, Meaning, Op, Reduction};
use crate::span::Span;

impl Lowering<'_> {
    /// An operator or a comparison of operands that meet in complex.
    pub(super) fn numexpr_complex(&mut self, op: Op, args: &[Operand], span: Span) -> Step<Number> {
        // A power by a literal is not that by a number of its value.
        if let (Op::Pow, &[base, exponent]) = (op, args) {
            return self.complex_power(base, exponent, DType::F64, span);
        }
        let args: Vec<Operand> = args.iter().map(|&arg| self.as_complex(arg)).collect::<Step<_>>()?;
        self.complex_lane(op, &args, span)
    }

    /// A function with a complex operand or a complex result.
    pub(super) fn numexpr_complex_call(&mut self, does: Does, args: &[Operand], span: Span) -> Step<Number> {
        match (does, args) {
            (Does::Where, &[condition, x, y]) => {
                let (x, y) = (self.as_complex(x)?, self.as_complex(y)?);
                self.complex_lane(Op::Where, &[condition, x, y], span)
            }
            (Does::Complex, &[re, im]) => {
                let (re, im) = (self.coerce(re, DType::F64)?, self.coerce(im, DType::F64)?);
                Ok(self.complex_of(re, im, span))
            }
            (Does::Lane(Op::Abs), &[x]) => self.complex_size(x, span),
            (Does::Lane(op) | Does::Ask(op), args) => self.numexpr_complex(op, args, span),
            (Does::Round, args) => self.numexpr_complex(Op::Rint, args, span),
            (Does::Real | Does::Imag, &[x]) => {
                let (re, im) = self.planes(x, Some(DType::F64))?;
                Ok(self.valued(if does == Does::Real { re } else { im }))
            }
            (Does::Conj, &[x]) => {
                let x = self.as_complex(x)?;
                self.complex_derived(Derived::Conj, &[x], span)
            }
            (Does::OnesLike, &[x]) => {
                let x = self.as_complex(x)?;
                self.complex_derived(Derived::OnesLike, &[x], span)
            }
            // The rest are no functions of complex numbers, but for the copy.
            (_, args) => self.as_complex(args[0]).map(|x| x.number),
        }
    }

    /// `abs`: a complex number without an imaginary part.
    fn complex_size(&mut self, x: Operand, span: Span) -> Step<Number> {
        let (re, im) = self.planes(x, Some(DType::F64))?;
        let size = self.lanes(Op::Hypot, &[re, im], span);
        let zero = self.number(DType::F64, 0, span);
        Ok(self.complex_of(size, zero, span))
    }

    /// A sum or a product.
    pub(super) fn numexpr_complex_reduction(
        &mut self,
        op: Reduction,
        of: Operand,
        over: Extent,
        span: Span,
    ) -> Step<Number> {
        let of = self.as_complex(of)?;
        self.complex_reduction(Meaning::Reduce(op), of, over, &Keywords::default(), span)
    }

    /// The operand as planes of doubles, which an operation brings to one shape.
    fn as_complex(&mut self, operand: Operand) -> Step<Operand> {
        let (re, im) = self.planes(operand, Some(DType::F64))?;
        Ok(Operand { number: Number::Planes(re, im), span: operand.span })
    }
}
