//! What NumPy computes from few operations: its bits. And which function is computed where.

use super::Outcome;
use super::lanes::{Lanes, Pair};
use crate::ir::NodeId;
use crate::op::{Derived, Op};

impl Lanes<'_, '_> {
    /// An operator with one operand; `None` if complex numbers do not have it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "most operators are for real numbers only")]
    pub(super) fn unary(&mut self, op: Op, z: Pair) -> Option<Outcome> {
        Some(Outcome::Real(match op {
            Op::Abs => self.hypot(z.re, z.im),
            Op::IsNan => self.either(Op::IsNan, z),
            Op::IsInf => self.either(Op::IsInf, z),
            Op::IsFinite => {
                let (re, im) = (self.is_finite(z.re), self.is_finite(z.im));
                self.and(re, im)
            }
            _ => return self.function(op, z).map(Outcome::Complex),
        }))
    }

    fn either(&mut self, question: Op, z: Pair) -> NodeId {
        let (re, im) = (self.apply(question, &[z.re]), self.apply(question, &[z.im]));
        self.or(re, im)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "most operators are for real numbers only")]
    fn function(&mut self, op: Op, z: Pair) -> Option<Pair> {
        Some(match op {
            Op::Neg | Op::Rint => Pair { re: self.apply(op, &[z.re]), im: self.apply(op, &[z.im]) },
            Op::Sign => self.direction(z),
            Op::Sqrt => self.in_double(z, |l, z| l.square_root(z)),
            Op::Exp => self.in_double(z, |l, z| l.exponential(z)),
            Op::Exp2 => self.in_double(z, |l, z| l.exponential_of_two(z)),
            Op::Expm1 => self.in_double(z, |l, z| l.exponential_less_one(z)),
            Op::Log => self.in_double(z, |l, z| l.logarithm(z)),
            Op::Log2 => self.in_double(z, |l, z| l.logarithm_to(Op::Log2, z)),
            Op::Log10 => self.in_double(z, |l, z| l.logarithm_to(Op::Log10, z)),
            Op::Log1p => self.in_double(z, |l, z| l.logarithm_of_one_plus(z)),
            Op::Sinh => self.in_double(z, |l, z| l.hyperbolic_sine(z)),
            Op::Cosh => self.in_double(z, |l, z| l.hyperbolic_cosine(z)),
            Op::Tanh => self.in_double(z, |l, z| l.hyperbolic_tangent(z)),
            Op::Sin => self.in_double(z, |l, z| l.turned(z, Lanes::hyperbolic_sine)),
            Op::Tan => self.in_double(z, |l, z| l.turned(z, Lanes::hyperbolic_tangent)),
            Op::Cos => self.in_double(z, |l, z| {
                let turned = l.times_i(z);
                l.hyperbolic_cosine(turned)
            }),
            Op::Arcsin => self.in_double(z, |l, z| l.inverse_sine(z)),
            Op::Arccos => self.in_double(z, |l, z| l.inverse_cosine(z)),
            Op::Arccosh => self.in_double(z, |l, z| l.inverse_hyperbolic_cosine(z)),
            Op::Arctanh => self.in_double(z, |l, z| l.inverse_hyperbolic_tangent(z)),
            Op::Arcsinh => self.in_double(z, |l, z| l.turned(z, Lanes::inverse_sine)),
            Op::Arctan => self.in_double(z, |l, z| l.turned(z, Lanes::inverse_hyperbolic_tangent)),
            _ => return None,
        })
    }

    /// `i*z`
    pub(super) fn times_i(&mut self, z: Pair) -> Pair {
        Pair { re: self.neg(z.im), im: z.re }
    }

    /// `-i f(i*z)`: the circular function of a hyperbolic one, and the other way round.
    fn turned(&mut self, z: Pair, f: impl FnOnce(&mut Self, Pair) -> Pair) -> Pair {
        let turned = self.times_i(z);
        let result = f(self, turned);
        Pair { re: result.im, im: self.neg(result.re) }
    }

    /// What is spelled like a function and has one operand.
    #[expect(clippy::wildcard_enum_match_arm, reason = "most functions are for real numbers only")]
    pub(super) fn derived(&mut self, what: Derived, z: Pair) -> Option<Outcome> {
        Some(match what {
            Derived::Square => Outcome::Complex(self.product(z, z)),
            Derived::Reciprocal => Outcome::Complex(self.reciprocal(z)),
            Derived::Round => return self.function(Op::Rint, z).map(Outcome::Complex),
            Derived::Conj => Outcome::Complex(Pair { re: z.re, im: self.neg(z.im) }),
            Derived::Real => Outcome::Real(z.re),
            Derived::Imag => Outcome::Real(z.im),
            Derived::Angle => Outcome::Real(self.atan2(z.im, z.re)),
            Derived::IsReal => Outcome::Real(self.is_zero(z.im)),
            Derived::IsComplex => {
                let zero = self.constant(0.0);
                Outcome::Real(self.ne(z.im, zero))
            }
            _ => return None,
        })
    }

    /// An operator with two operands; `None` if complex numbers do not have it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "most operators are for real numbers only")]
    pub(super) fn binary(&mut self, op: Op, a: Pair, b: Pair) -> Option<Outcome> {
        Some(match op {
            Op::Add | Op::Sub => Outcome::Complex(Pair {
                re: self.apply(op, &[a.re, b.re]),
                im: self.apply(op, &[a.im, b.im]),
            }),
            Op::Mul => Outcome::Complex(self.product(a, b)),
            Op::Div => Outcome::Complex(self.quotient(a, b)),
            Op::Eq => {
                let (re, im) = (self.eq(a.re, b.re), self.eq(a.im, b.im));
                Outcome::Real(self.and(re, im))
            }
            Op::Ne => {
                let (re, im) = (self.ne(a.re, b.re), self.ne(a.im, b.im));
                Outcome::Real(self.or(re, im))
            }
            Op::Lt | Op::Le | Op::Gt | Op::Ge => Outcome::Real(self.ordered(op, a, b)),
            Op::Maximum => Outcome::Complex(self.extremum(Op::Ge, a, b, a)),
            Op::Minimum => Outcome::Complex(self.extremum(Op::Le, a, b, a)),
            Op::Fmax => Outcome::Complex(self.extremum(Op::Ge, a, b, b)),
            Op::Fmin => Outcome::Complex(self.extremum(Op::Le, a, b, b)),
            _ => return None,
        })
    }

    pub(super) fn product(&mut self, a: Pair, b: Pair) -> Pair {
        let (rr, ii) = (self.mul(a.re, b.re), self.mul(a.im, b.im));
        let (ri, ir) = (self.mul(a.re, b.im), self.mul(a.im, b.re));
        Pair { re: self.sub(rr, ii), im: self.add(ri, ir) }
    }

    /// Smith's algorithm as NumPy has it, both of its branches by selects: the larger part of the divisor divides.
    pub(super) fn quotient(&mut self, a: Pair, b: Pair) -> Pair {
        let (size_re, size_im) = (self.abs(b.re), self.abs(b.im));
        let real_leads = self.ge(size_re, size_im);
        let lead = self.select(real_leads, b.re, b.im);
        let rest = self.select(real_leads, b.im, b.re);
        let ratio = self.div(rest, lead);
        let part = self.mul(rest, ratio);
        let whole = self.add(lead, part);
        let one = self.constant(1.0);
        let scale = self.div(one, whole);
        // (re + im*ratio, im - re*ratio) where the real part leads, else (re*ratio + im, im*ratio - re).
        let first = self.select(real_leads, a.re, a.im);
        let second = self.select(real_leads, a.im, a.re);
        let scaled_second = self.mul(second, ratio);
        let re = self.add(first, scaled_second);
        let scaled_first = self.mul(first, ratio);
        let direct = self.sub(second, scaled_first);
        let crossed = self.sub(scaled_first, second);
        let im = self.select(real_leads, direct, crossed);
        let regular = Pair { re: self.mul(re, scale), im: self.mul(im, scale) };
        let (zero_re, zero_im) = (self.is_zero(size_re), self.is_zero(size_im));
        let by_zero = self.and(zero_re, zero_im);
        let at_zero = Pair { re: self.div(a.re, size_re), im: self.div(a.im, size_re) };
        self.select_pair(by_zero, at_zero, regular)
    }

    pub(super) fn reciprocal(&mut self, z: Pair) -> Pair {
        let (size_re, size_im) = (self.abs(z.re), self.abs(z.im));
        let real_leads = self.le(size_im, size_re);
        let lead = self.select(real_leads, z.re, z.im);
        let rest = self.select(real_leads, z.im, z.re);
        let ratio = self.div(rest, lead);
        let part = self.mul(rest, ratio);
        let whole = self.add(lead, part);
        let one = self.constant(1.0);
        let (unit, share) = (self.div(one, whole), self.div(ratio, whole));
        let (unit_down, share_down) = (self.neg(unit), self.neg(share));
        Pair { re: self.select(real_leads, unit, share), im: self.select(real_leads, share_down, unit_down) }
    }

    /// `z/|z|`, as NumPy has it of zeros and infinities.
    fn direction(&mut self, z: Pair) -> Pair {
        let (zero, one) = (self.constant(0.0), self.constant(1.0));
        let size = self.hypot(z.re, z.im);
        let regular = Pair { re: self.div(z.re, size), im: self.div(z.im, size) };
        let (inf_re, inf_im) = (self.is_inf(z.re), self.is_inf(z.im));
        let unit_re = self.copysign(one, z.re);
        let unit_im = self.copysign(one, z.im);
        let mut along = |is_inf, other, unit, part| {
            let still = self.select(other, zero, part);
            self.select(is_inf, unit, still)
        };
        let mut at = Pair {
            re: along(inf_re, inf_im, unit_re, regular.re),
            im: along(inf_im, inf_re, unit_im, regular.im),
        };
        let both = self.and(inf_re, inf_im);
        let nan = self.constant(f64::NAN);
        at = self.select_pair(both, Pair { re: nan, im: nan }, at);
        let (nan_re, nan_im) = (self.is_nan(z.re), self.is_nan(z.im));
        let is_nan = self.or(nan_re, nan_im);
        // |inf + nan i| is infinite, and its direction is that of the infinite part.
        let any_inf = self.or(inf_re, inf_im);
        let no_inf = self.not(any_inf);
        let is_nan = self.and(is_nan, no_inf);
        at = self.select_pair(is_nan, Pair { re: nan, im: nan }, at);
        let is_zero = self.is_zero(size);
        self.select_pair(is_zero, Pair { re: zero, im: zero }, at)
    }

    /// By the real parts, and where these are equal by the imaginary ones. An imaginary NaN compares as nothing.
    fn ordered(&mut self, op: Op, a: Pair, b: Pair) -> NodeId {
        let strict = if matches!(op, Op::Lt | Op::Le) { Op::Lt } else { Op::Gt };
        let by_real = self.apply(strict, &[a.re, b.re]);
        let (known_a, known_b) = (self.eq(a.im, a.im), self.eq(b.im, b.im));
        let known = self.and(known_a, known_b);
        let by_real = self.and(by_real, known);
        let tie = self.eq(a.re, b.re);
        let by_imag = self.apply(op, &[a.im, b.im]);
        let by_imag = self.and(tie, by_imag);
        self.or(by_real, by_imag)
    }

    /// `a` if it is ahead or `known` is NaN, else `b`.
    fn extremum(&mut self, op: Op, a: Pair, b: Pair, known: Pair) -> Pair {
        let ahead = self.ordered(op, a, b);
        let is_nan = self.either(Op::IsNan, known);
        let first = self.or(ahead, is_nan);
        self.select_pair(first, a, b)
    }
}
