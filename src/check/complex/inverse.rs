//! Inverse circular and hyperbolic functions: Kahan's formulas ("Branch cuts for complex elementary functions,
//! or much ado about nothing's sign bit", 1987) in the first quadrant, where all their sums are of positive
//! terms, with the signs put back at the end.

use super::lanes::{Lanes, Pair};
use crate::ir::NodeId;
use std::f64::consts::{FRAC_PI_2, LN_2};

/// Below this modulus `asin(z)` is `z`.
const SMALL: f64 = 3.725_290_298_461_914e-9;
/// Above this one `asin(z)` is `-i*log(2*i*z)`.
const BIG: f64 = 1_073_741_824.0;
/// Above this one `atanh(z)` is `1/z` beside a right angle.
const FAR: f64 = 1_152_921_504_606_846_976.0;

/// What `asin` and `acos` are made of, for `|x| + i*|y|`.
struct Roots {
    /// Real and negated imaginary part of `sqrt(1 - z)`.
    minus: Pair,
    /// `sqrt(1 + z)`
    plus: Pair,
    x: NodeId,
    y: NodeId,
    is_big: NodeId,
    is_small: NodeId,
    /// The imaginary part of `asin`, positive.
    height: NodeId,
}

impl Lanes<'_, '_> {
    fn roots(&mut self, z: Pair) -> Roots {
        let (x, y) = (self.abs(z.re), self.abs(z.im));
        let largest = self.fmax(x, y);
        let is_big = self.above(largest, BIG);
        let (x_is_small, y_is_small) = (self.below(x, SMALL), self.below(y, SMALL));
        let is_small = self.and(x_is_small, y_is_small);
        let one = self.constant(1.0);
        let beyond = self.add(one, x);
        let short = self.sub(one, x);
        let gap = self.abs(short);
        let (plus_re, plus_im) = self.root_parts(beyond, y);
        let (lead, rest) = self.root_parts(gap, y);
        let inside = self.le(x, one);
        let minus = Pair { re: self.select(inside, lead, rest), im: self.select(inside, rest, lead) };
        let plus = Pair { re: plus_re, im: plus_im };
        let (across, along) = (self.mul(minus.re, plus.im), self.mul(minus.im, plus.re));
        let height = self.add(across, along);
        let height = self.arcsinh(height);
        // log(2|z|)
        let size = self.logarithm(z).re;
        let ln2 = self.constant(LN_2);
        let far = self.add(size, ln2);
        let height = self.select(is_big, far, height);
        let height = self.select(is_small, y, height);
        Roots { minus, plus, x, y, is_big, is_small, height }
    }

    pub(super) fn inverse_sine(&mut self, z: Pair) -> Pair {
        let Roots { minus, plus, x, y, is_big, is_small, height } = self.roots(z);
        let (rr, ii) = (self.mul(minus.re, plus.re), self.mul(minus.im, plus.im));
        let other = self.add(rr, ii);
        let other = self.select(is_big, y, other);
        let angle = self.atan2(x, other);
        let angle = self.select(is_small, x, angle);
        let is_zero = self.is_zero(x);
        let angle = self.select(is_zero, x, angle);
        Pair { re: self.copysign(angle, z.re), im: self.copysign(height, z.im) }
    }

    pub(super) fn inverse_cosine(&mut self, z: Pair) -> Pair {
        let Roots { minus, plus, y, is_big, height, .. } = self.roots(z);
        let zero = self.constant(0.0);
        let is_left = self.lt(z.re, zero);
        let above = self.select(is_left, plus.re, minus.re);
        let beside = self.select(is_left, minus.re, plus.re);
        let half = self.atan2(above, beside);
        let angle = self.scaled(half, 2.0);
        let far = self.atan2(y, z.re);
        let angle = self.select(is_big, far, angle);
        let (is_zero, right) = (self.is_zero(z.re), self.constant(FRAC_PI_2));
        let angle = self.select(is_zero, right, angle);
        let down = self.neg(z.im);
        Pair { re: angle, im: self.copysign(height, down) }
    }

    /// `acos` turned by a right angle to the side where the real part is positive.
    pub(super) fn inverse_hyperbolic_cosine(&mut self, z: Pair) -> Pair {
        let turned = self.inverse_cosine(z);
        Pair { re: self.abs(turned.im), im: self.copysign(turned.re, z.im) }
    }

    /// `log1p(4*x/((1-x)**2 + y**2))/4 + i*atan2(2*y, (1-x)*(1+x) - y**2)/2`
    pub(super) fn inverse_hyperbolic_tangent(&mut self, z: Pair) -> Pair {
        let (x, y) = (self.abs(z.re), self.abs(z.im));
        let one = self.constant(1.0);
        let (short, beyond) = (self.sub(one, x), self.add(one, x));
        let (short2, y2) = (self.mul(short, short), self.mul(y, y));
        let distance = self.add(short2, y2);
        let four = self.scaled(x, 4.0);
        let quotient = self.div(four, distance);
        let log = self.log1p(quotient);
        let re = self.scaled(log, 0.25);
        let twice = self.scaled(y, 2.0);
        let along = self.mul(short, beyond);
        let along = self.sub(along, y2);
        let angle = self.atan2(twice, along);
        let im = self.scaled(angle, 0.5);
        // Beside the pole the square of y underflows.
        let (at_one, is_low) = (self.eq(x, one), self.below(y, 1e-140));
        let at_pole = self.and(at_one, is_low);
        let (low, ln2) = (self.log(y), self.constant(LN_2));
        let pole = self.sub(ln2, low);
        let pole = self.scaled(pole, 0.5);
        let re = self.select(at_pole, pole, re);
        let (re, im) = self.far_tangent(x, y, re, im);
        let is_zero = self.is_zero(x);
        let re = self.select(is_zero, x, re);
        Pair { re: self.copysign(re, z.re), im: self.copysign(im, z.im) }
    }

    fn far_tangent(&mut self, x: NodeId, y: NodeId, re: NodeId, im: NodeId) -> (NodeId, NodeId) {
        let largest = self.fmax(x, y);
        let is_far = self.above(largest, FAR);
        let size = self.hypot(x, y);
        let part = self.div(x, size);
        let inverse = self.div(part, size);
        let is_inf = self.is_inf(largest);
        let zero = self.constant(0.0);
        let inverse = self.select(is_inf, zero, inverse);
        let is_nan = self.is_nan(y);
        let right = self.constant(FRAC_PI_2);
        let angle = self.select(is_nan, y, right);
        (self.select(is_far, inverse, re), self.select(is_far, angle, im))
    }
}
