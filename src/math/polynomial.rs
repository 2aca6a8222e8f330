//! Polynomials of a variable with constant coefficients, that of the lowest power first.

/// In nested form: the fewest operations.
macro_rules! horner {
    ($x:ident, $c:expr) => { $c };
    ($x:ident, $c:expr, $($more:expr),+) => { $x.mul_add(horner!($x, $($more),+), $c) };
}

/// The even and the odd powers apart, each in nested form: half the latency for one more multiplication.
macro_rules! even_odd {
    ($x:ident, $($c:expr),+) => {{
        let square = $x * $x;
        $x.mul_add(even_odd!(@odd square, $($c),+), even_odd!(@even square, $($c),+))
    }};
    (@even $s:ident, $a:expr $(, $b:expr)?) => { $a };
    (@even $s:ident, $a:expr, $b:expr, $($more:expr),+) => {
        $s.mul_add(even_odd!(@even $s, $($more),+), $a)
    };
    (@odd $s:ident, $a:expr, $b:expr $(, $c:expr)?) => { $b };
    (@odd $s:ident, $a:expr, $b:expr, $($more:expr),+) => {
        $s.mul_add(even_odd!(@odd $s, $($more),+), $b)
    };
}

/// In nested form, of the coefficients `c(i)`, the indices from the highest down to 0.
///
/// As a loop the compiler would make two of it, one for each side of a selection among coefficients, and the
/// lanes could no longer share them.
macro_rules! horner_of {
    ($t:expr, $c:expr; $top:literal $($i:literal)*) => {{
        let (t, c) = ($t, $c);
        let p = c($top);
        $(let p = p.mul_add(t, c($i));)*
        p
    }};
}

pub(super) use {even_odd, horner, horner_of};

/// A cubic polynomial as `lead ((x^2 + a)(x + b) + d)`: one product less, for sums that cost nothing beside products
/// (D. E. Knuth, The Art of Computer Programming, 4.6.4). It loses bits by cancellation: for the highest terms only.
pub(super) struct Cubic<T> {
    pub(super) lead: T,
    pub(super) a: T,
    pub(super) b: T,
    pub(super) d: T,
}

impl Cubic<f64> {
    /// From the coefficients, the lowest first.
    pub(super) const fn new([c0, c1, c2, lead]: [f64; 4]) -> Self {
        let (a, b) = (c1 / lead, c2 / lead);
        Self { lead, a, b, d: c0 / lead - a * b }
    }
}

impl Cubic<f32> {
    /// From the coefficients, the lowest first.
    pub(super) const fn new([c0, c1, c2, lead]: [f32; 4]) -> Self {
        let (a, b) = (c1 / lead, c2 / lead);
        // In doubles, where the product is exact.
        let d = c0 as f64 / lead as f64 - a as f64 * b as f64;
        Self { lead, a, b, d: d as f32 }
    }
}
