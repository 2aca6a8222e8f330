//! Exponentials, hyperbolic and circular functions: products of real functions of either part.
//!
//! Where a real factor would overflow and the product does not, the factor is taken as a square: `exp(x)` is
//! `exp(x/2)` twice. What infinities, NaN and zeros give is C99's Annex G, in the selects at the ends.

use super::lanes::{Lanes, Pair};
use crate::ir::NodeId;
use crate::op::Op;

/// From here on `exp` is squared from its half: below where f64 overflows, above where it matters not.
const LARGE: f64 = 700.0;
/// The same for `exp2`.
const LARGE_OF_TWO: f64 = 1000.0;
/// From here on `tanh` of a real part is 1 to more than f64 holds.
const FLAT: f64 = 22.0;

impl Lanes<'_, '_> {
    pub(super) fn exponential(&mut self, z: Pair) -> Pair {
        let (sin, cos) = (self.sin(z.im), self.cos(z.im));
        self.grown(Op::Exp, LARGE, z, sin, cos)
    }

    /// `2**z`: the angle is the product `y*log(2)`, whose rounding error turns sine and cosine.
    pub(super) fn exponential_of_two(&mut self, z: Pair) -> Pair {
        let ln2 = self.constant(std::f64::consts::LN_2);
        let (angle, lost) = self.exact_product(z.im, ln2);
        let rest = self.scaled(z.im, 2.319_046_813_846_299_6e-17);
        let lost = self.add(lost, rest);
        // The parts of a huge product overflow; it has lost its angle anyway.
        let (known, zero) = (self.is_finite(lost), self.constant(0.0));
        let lost = self.select(known, lost, zero);
        let (sin, cos) = (self.sin(angle), self.cos(angle));
        let (turn_sin, turn_cos) = (self.mul(cos, lost), self.mul(sin, lost));
        let (sin, cos) = (self.add(sin, turn_sin), self.sub(cos, turn_cos));
        self.grown(Op::Exp2, LARGE_OF_TWO, z, sin, cos)
    }

    /// The exponential of the real part in the direction of the imaginary one.
    pub(super) fn grown(&mut self, exp: Op, large: f64, z: Pair, sin: NodeId, cos: NodeId) -> Pair {
        let is_large = self.above(z.re, large);
        let half = self.scaled(z.re, 0.5);
        let exponent = self.select(is_large, half, z.re);
        let size = self.apply(exp, &[exponent]);
        let one = self.constant(1.0);
        let again = self.select(is_large, size, one);
        // An infinite real part decides over an imaginary one that has no angle.
        let no_angle = self.has_no_angle(z.im);
        let is_inf = self.is_inf(z.re);
        let decided = self.and(no_angle, is_inf);
        let is_negative = self.below(z.re, 0.0);
        let vanishes = self.and(decided, is_negative);
        let cos = self.select(decided, one, cos);
        let sign = self.copysign(one, z.im);
        let sin = self.select(vanishes, sign, sin);
        let (re, im) = (self.mul(size, cos), self.mul(size, sin));
        let (re, im) = (self.mul(re, again), self.mul(im, again));
        let is_real = self.is_zero(z.im);
        Pair { re, im: self.select(is_real, z.im, im) }
    }

    fn has_no_angle(&mut self, y: NodeId) -> NodeId {
        let finite = self.is_finite(y);
        self.not(finite)
    }

    /// `expm1(x)*cos(y) - 2*sin(y/2)**2` where `exp(x)` is not all there is.
    pub(super) fn exponential_less_one(&mut self, z: Pair) -> Pair {
        let whole = self.exponential(z);
        let half = self.scaled(z.im, 0.5);
        let sin = self.sin(half);
        let square = self.mul(sin, sin);
        let square = self.scaled(square, 2.0);
        let cos = self.cos(z.im);
        let less = self.apply(Op::Expm1, &[z.re]);
        let turned = self.mul(less, cos);
        let near = self.sub(turned, square);
        let one = self.constant(1.0);
        let far = self.sub(whole.re, one);
        let size = self.abs(z.re);
        let is_far = self.above(size, 40.0);
        Pair { re: self.select(is_far, far, near), im: whole.im }
    }

    /// `sinh` and `cosh` of the real part, and a factor for both: where they are large they are equal, and the
    /// square of that of half the real part.
    fn hyperbolic(&mut self, x: NodeId) -> (NodeId, NodeId, NodeId) {
        let size = self.abs(x);
        let is_large = self.above(size, LARGE);
        let half = self.scaled(x, 0.5);
        let argument = self.select(is_large, half, x);
        let (sinh, cosh) = (self.sinh(argument), self.cosh(argument));
        let (twice, one) = (self.scaled(cosh, 2.0), self.constant(1.0));
        (sinh, cosh, self.select(is_large, twice, one))
    }

    /// `sinh(x)*cos(y) + i*cosh(x)*sin(y)`
    pub(super) fn hyperbolic_sine(&mut self, z: Pair) -> Pair {
        let (sinh, cosh, again) = self.hyperbolic(z.re);
        let (sin, cos) = (self.sin(z.im), self.cos(z.im));
        let no_angle = self.has_no_angle(z.im);
        let (is_inf, is_zero) = (self.is_inf(z.re), self.is_zero(z.re));
        let is_known = self.or(is_inf, is_zero);
        let decided = self.and(no_angle, is_known);
        let one = self.constant(1.0);
        let cos = self.select(decided, one, cos);
        let (re, im) = (self.mul(sinh, cos), self.mul(cosh, sin));
        let (re, im) = (self.mul(re, again), self.mul(im, again));
        let is_real = self.is_zero(z.im);
        Pair { re, im: self.select(is_real, z.im, im) }
    }

    /// `cosh(x)*cos(y) + i*sinh(x)*sin(y)`
    pub(super) fn hyperbolic_cosine(&mut self, z: Pair) -> Pair {
        let (sinh, cosh, again) = self.hyperbolic(z.re);
        let (sin, cos) = (self.sin(z.im), self.cos(z.im));
        let no_angle = self.has_no_angle(z.im);
        let (is_inf, is_zero) = (self.is_inf(z.re), self.is_zero(z.re));
        let one = self.constant(1.0);
        let endless = self.and(no_angle, is_inf);
        let cos = self.select(endless, one, cos);
        let still = self.and(no_angle, is_zero);
        let sin = self.select(still, one, sin);
        let (re, im) = (self.mul(cosh, cos), self.mul(sinh, sin));
        let (re, im) = (self.mul(re, again), self.mul(im, again));
        let sign = self.copysign(one, z.re);
        let flat = self.mul(z.im, sign);
        let is_real = self.is_zero(z.im);
        Pair { re, im: self.select(is_real, flat, im) }
    }

    /// `(sinh(x)*cosh(x) + i*sin(y)*cos(y)) / (sinh(x)**2 + cos(y)**2)`: the denominator is a sum of squares, so
    /// that nothing cancels.
    pub(super) fn hyperbolic_tangent(&mut self, z: Pair) -> Pair {
        let one = self.constant(1.0);
        let size = self.abs(z.re);
        let is_flat = self.above(size, FLAT);
        let x = self.select(is_flat, one, z.re);
        let (sinh, cosh, sin, cos) = (self.sinh(x), self.cosh(x), self.sin(z.im), self.cos(z.im));
        let (sinh2, cos2) = (self.mul(sinh, sinh), self.mul(cos, cos));
        let below = self.add(sinh2, cos2);
        let (real, angle) = (self.mul(sinh, cosh), self.mul(sin, cos));
        let (re, im) = (self.div(real, below), self.div(angle, below));
        // Far out 4*sin(y)*cos(y)*exp(-2*|x|) is left of the imaginary part.
        let down = self.neg(size);
        let decay = self.exp(down);
        let angle = self.scaled(angle, 4.0);
        let left = self.mul(angle, decay);
        let left = self.mul(left, decay);
        let unit = self.copysign(one, z.re);
        let (re, im) = (self.select(is_flat, unit, re), self.select(is_flat, left, im));
        let no_angle = self.has_no_angle(z.im);
        let is_inf = self.is_inf(z.re);
        let endless = self.and(no_angle, is_inf);
        let zero = self.constant(0.0);
        let still = self.copysign(zero, z.im);
        let im = self.select(endless, still, im);
        let (re_is_zero, im_is_zero) = (self.is_zero(z.re), self.is_zero(z.im));
        Pair { re: self.select(re_is_zero, z.re, re), im: self.select(im_is_zero, z.im, im) }
    }
}
