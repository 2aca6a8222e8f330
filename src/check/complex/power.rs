//! Powers, with the special cases that NumPy has.
//!
//! A literal integer between -100 and 100 multiplies repeatedly, as NumPy does for every such exponent; others are
//! `exp(w*log(z))`, with the modulus by a real power.

use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step};
use super::lanes::{Lanes, Pair};
use super::literal;
use crate::dtype::DType;
use crate::span::Span;

impl Lowering<'_> {
    /// `base ** exponent` in complex numbers of that part.
    pub(in super::super) fn complex_power(
        &mut self,
        base: Operand,
        exponent: Operand,
        part: DType,
        span: Span,
    ) -> Step<Number> {
        let z = self.pair(base, part)?;
        let known = literal::real(exponent.number);
        let w = self.pair(exponent, part)?;
        let mut lanes = Lanes::new(self, part, span);
        let power = match known {
            Some(0.5) => lanes.in_double(z, |l, z| l.square_root(z)),
            Some(n) if n.trunc() == n && n.abs() < 100.0 => lanes.integer_power(z, n as i32),
            _ => lanes.general_power(z, w),
        };
        Ok(self.leveled(power, span))
    }
}

impl Lanes<'_, '_> {
    /// By repeated squaring, in the order in which NumPy multiplies.
    fn integer_power(&mut self, z: Pair, n: i32) -> Pair {
        let one = Pair { re: self.constant(1.0), im: self.constant(0.0) };
        let positive = match n.unsigned_abs() {
            0 => return one,
            1 if n < 0 => return self.reciprocal(z),
            1 => return z,
            2 if n > 0 => return self.product(z, z),
            3 if n > 0 => {
                let square = self.product(z, z);
                self.product(z, square)
            }
            count => {
                let (mut result, mut factor, mut left) = (one, z, count);
                loop {
                    if left & 1 == 1 {
                        result = self.product(result, factor);
                    }
                    left >>= 1;
                    if left == 0 {
                        break result;
                    }
                    factor = self.product(factor, factor);
                }
            }
        };
        if n < 0 {
            return self.inverted(positive, z);
        }
        // The zeros of a product have signs; NumPy's power of zero has not.
        let zero = self.constant(0.0);
        let (re, im) = (self.is_zero(z.re), self.is_zero(z.im));
        let is_zero = self.and(re, im);
        self.select_pair(is_zero, Pair { re: zero, im: zero }, positive)
    }

    /// `1/power`; of a zero base it is NaN.
    fn inverted(&mut self, power: Pair, base: Pair) -> Pair {
        let one = Pair { re: self.constant(1.0), im: self.constant(0.0) };
        let inverse = self.quotient(one, power);
        self.undefined_at_zero(base, inverse)
    }

    fn undefined_at_zero(&mut self, base: Pair, other: Pair) -> Pair {
        let nan = self.constant(f64::NAN);
        let (re, im) = (self.is_zero(base.re), self.is_zero(base.im));
        let is_zero = self.and(re, im);
        self.select_pair(is_zero, Pair { re: nan, im: nan }, other)
    }

    fn general_power(&mut self, z: Pair, w: Pair) -> Pair {
        let exponent = self.wide(w);
        self.in_double(z, |l, z| l.polar_power(z, exponent))
    }

    /// `|z|**re(w) * exp(-im(w)*arg(z))` in the direction `im(w)*log|z| + re(w)*arg(z)`.
    fn polar_power(&mut self, z: Pair, w: Pair) -> Pair {
        let log = self.logarithm(z);
        let size = self.hypot(z.re, z.im);
        let (zero, one) = (self.constant(0.0), self.constant(1.0));
        let is_real = self.is_zero(w.im);
        let modulus = self.apply(crate::op::Op::Pow, &[size, w.re]);
        let (turn, spin) = (self.mul(w.im, log.im), self.mul(w.im, log.re));
        let decay = self.neg(turn);
        let decay = self.select(is_real, zero, decay);
        let spin = self.select(is_real, zero, spin);
        let along = self.mul(w.re, log.im);
        let angle = self.add(spin, along);
        let (sin, cos) = (self.sin(angle), self.cos(angle));
        let outer = self.exp(decay);
        // Both factors may be beyond f64 where their product is not.
        let grown = self.mul(w.re, log.re);
        let exponent = self.add(grown, decay);
        let joint = self.exp(exponent);
        let product = self.mul(modulus, outer);
        let (finite, positive) = (self.is_finite(product), self.ne(product, zero));
        let regular = self.and(finite, positive);
        let size = self.select(regular, product, joint);
        let size = self.select(is_real, modulus, size);
        let flat = self.is_zero(angle);
        let (re, im) = (self.mul(size, cos), self.mul(size, sin));
        let im = self.select(flat, angle, im);
        let power = Pair { re, im };
        // 0 to a power with a positive real part is 0, to others undefined, but to 0 it is 1.
        let undefined = self.undefined_at_zero(z, power);
        let (re, im) = (self.is_zero(z.re), self.is_zero(z.im));
        let (base_is_zero, is_positive) = (self.and(re, im), self.gt(w.re, zero));
        let vanishes = self.and(base_is_zero, is_positive);
        let power = self.select_pair(vanishes, Pair { re: zero, im: zero }, undefined);
        let re = self.is_zero(w.re);
        let is_unit = self.and(re, is_real);
        self.select_pair(is_unit, Pair { re: one, im: zero }, power)
    }
}
