//! Logarithms and the square root.
//!
//! Near the unit circle `log|z|` is `log1p(|z|**2 - 1)/2` with the difference in two words (Hull, Fairgrieve
//! and Tang, "Implementing complex elementary functions using exception handling", 1994, have the idea), and
//! elsewhere the logarithm of a modulus that is scaled by powers of two. The square root is that of
//! `(|x| + |z|)/2`, from which the other part follows (Kahan, "Branch cuts for complex elementary functions",
//! 1987).

use super::lanes::{Lanes, Pair};
use crate::ir::NodeId;
use crate::op::Op;

/// Powers of two that bring a modulus away from the ends of f64's range, and where they are needed.
const HUGE: f64 = 1.071_508_607_186_267_3e301;
const TINY: f64 = 1.183_052_186_166_774_7e-271;
const DOWN: f64 = 7.888_609_052_210_118e-31;
const UP: f64 = 1.267_650_600_228_229_4e30;
const EXPONENT: f64 = 100.0;

impl Lanes<'_, '_> {
    pub(super) fn logarithm(&mut self, z: Pair) -> Pair {
        let near = self.excess(z);
        Pair { re: self.log_modulus(Op::Log, z, near), im: self.atan2(z.im, z.re) }
    }

    /// The logarithm to base 2 or 10.
    pub(super) fn logarithm_to(&mut self, log: Op, z: Pair) -> Pair {
        let near = self.excess(z);
        let (re, angle) = (self.log_modulus(log, z, near), self.atan2(z.im, z.re));
        Pair { re, im: self.scaled(angle, per_unit(log)) }
    }

    /// `log(1 + z)`; near zero `|1+z|**2 - 1` is `2*x + x**2 + y**2`.
    pub(super) fn logarithm_of_one_plus(&mut self, z: Pair) -> Pair {
        let (x2, x2_lost) = self.exact_product(z.re, z.re);
        let (y2, y2_lost) = self.exact_product(z.im, z.im);
        let twice = self.scaled(z.re, 2.0);
        let near = self.sum_of_three(twice, x2, y2, x2_lost, y2_lost);
        let one = self.constant(1.0);
        let shifted = Pair { re: self.add(z.re, one), im: z.im };
        Pair { re: self.log_modulus(Op::Log, shifted, near), im: self.atan2(z.im, shifted.re) }
    }

    /// The logarithm of the modulus, given `|z|**2 - 1` for where it is near zero.
    fn log_modulus(&mut self, log: Op, z: Pair, near: NodeId) -> NodeId {
        let (x, y) = (self.abs(z.re), self.abs(z.im));
        let largest = self.fmax(x, y);
        let (is_huge, is_tiny) = (self.above(largest, HUGE), self.below(largest, TINY));
        let (one, down, up) = (self.constant(1.0), self.constant(DOWN), self.constant(UP));
        let scale = self.select(is_tiny, up, one);
        let scale = self.select(is_huge, down, scale);
        let (scaled_x, scaled_y) = (self.mul(z.re, scale), self.mul(z.im, scale));
        let size = self.hypot(scaled_x, scaled_y);
        let far = self.apply(log, &[size]);
        let shift = EXPONENT * std::f64::consts::LN_2 * per_unit(log);
        let (zero, more, less) = (self.constant(0.0), self.constant(shift), self.constant(-shift));
        let back = self.select(is_tiny, less, zero);
        let back = self.select(is_huge, more, back);
        let far = self.add(far, back);
        let (above, below) = (self.above(size, 0.5), self.below(size, 2.0));
        let (unscaled, inside) = (self.eq(scale, one), self.and(above, below));
        let is_near = self.and(unscaled, inside);
        let half = self.log1p(near);
        let half = self.scaled(half, 0.5 * per_unit(log));
        self.select(is_near, half, far)
    }

    /// `|z|**2 - 1`, with an error that is small beside it if it is near zero.
    fn excess(&mut self, z: Pair) -> NodeId {
        let (x, y) = (self.abs(z.re), self.abs(z.im));
        let x_leads = self.ge(x, y);
        let (lead, rest) = (self.select(x_leads, x, y), self.select(x_leads, y, x));
        let (lead2, lead_lost) = self.exact_product(lead, lead);
        let (rest2, rest_lost) = self.exact_product(rest, rest);
        let minus_one = self.constant(-1.0);
        self.sum_of_three(minus_one, lead2, rest2, lead_lost, rest_lost)
    }

    /// `a + b + c` and two small terms.
    fn sum_of_three(&mut self, a: NodeId, b: NodeId, c: NodeId, small_b: NodeId, small_c: NodeId) -> NodeId {
        let (first, lost_first) = self.exact_sum(a, b);
        let (sum, lost) = self.exact_sum(first, c);
        let small = self.add(small_b, small_c);
        let small = self.add(small, lost_first);
        let small = self.add(small, lost);
        self.add(sum, small)
    }

    pub(super) fn square_root(&mut self, z: Pair) -> Pair {
        let (x, y) = (self.abs(z.re), self.abs(z.im));
        let largest = self.fmax(x, y);
        let (is_huge, is_tiny) = (self.above(largest, HUGE), self.below(largest, TINY));
        let (one, down, up) = (self.constant(1.0), self.constant(DOWN), self.constant(UP));
        let scale = self.select(is_tiny, up, one);
        let scale = self.select(is_huge, down, scale);
        // Roots of the scales above, the other way.
        let (root_down, root_up) = (self.constant(DOWN.sqrt()), self.constant(UP.sqrt()));
        let back = self.select(is_tiny, root_down, one);
        let back = self.select(is_huge, root_up, back);
        let (x, y) = (self.mul(x, scale), self.mul(y, scale));
        let (lead, rest) = self.root_parts(x, y);
        let (lead, rest) = (self.mul(lead, back), self.mul(rest, back));
        let zero = self.constant(0.0);
        let is_left = self.lt(z.re, zero);
        let (re, im) = (self.select(is_left, rest, lead), self.select(is_left, lead, rest));
        let im = self.copysign(im, z.im);
        let is_inf = self.is_inf(z.im);
        let inf = self.constant(f64::INFINITY);
        Pair { re: self.select(is_inf, inf, re), im: self.select(is_inf, z.im, im) }
    }

    /// The parts of the root of `x + i*y` in the first quadrant. Nothing may overflow.
    pub(super) fn root_parts(&mut self, x: NodeId, y: NodeId) -> (NodeId, NodeId) {
        let size = self.hypot(x, y);
        let sum = self.add(x, size);
        // Half of what is least is nothing.
        let is_low = self.below(sum, TINY);
        let (half, up) = (self.constant(0.5), self.constant(UP * 0.5));
        let factor = self.select(is_low, up, half);
        let (one, root_down) = (self.constant(1.0), self.constant(DOWN.sqrt()));
        let back = self.select(is_low, root_down, one);
        let half = self.mul(sum, factor);
        let root = self.sqrt(half);
        let lead = self.mul(root, back);
        let twice = self.scaled(lead, 2.0);
        let rest = self.div(y, twice);
        let is_zero = self.is_zero(lead);
        (lead, self.select(is_zero, y, rest))
    }
}

/// What one of the natural logarithm's units is of another's.
fn per_unit(log: Op) -> f64 {
    if log == Op::Log2 {
        std::f64::consts::LOG2_E
    } else if log == Op::Log10 {
        std::f64::consts::LOG10_E
    } else {
        1.0
    }
}
