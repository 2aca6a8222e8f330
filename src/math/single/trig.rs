//! Sine, cosine and tangent of single precision, computed in double precision.
//!
//! In double precision two steps of Cody and Waite's method reduce all arguments up to 2³², and no rounding
//! before the last one, to single precision, matters: the error is below 0.503 ULP. Sine and cosine are
//! reduced by multiples of π rather than of π/2: one odd polynomial, a little longer, then does for both,
//! without picking. The constants are made by scripts/coefficients/trig_single.sollya.

use crate::math::double::trig as double;
use crate::math::lane::{Twin, Unary};

/// The end of the arguments that `less_turns` takes; finite ones beyond it are rare.
const LIMIT: f32 = 4294967296.0;

/// Added to a number below 2⁵¹ it leaves the nearest integer in the lowest bits.
const SHIFT: f64 = 6755399441055744.0;

/// sin r for |r| ≤ π/2 (1 + 2⁻¹⁵): r P(r²), P of degree 5 (r¹¹); relative error 2⁻³⁵.
///
/// The product form keeps the sign of -0.
#[inline(always)]
fn sine_kernel(r: f64) -> f64 {
    let s = r * r;
    let mut p = -2.388883772381421e-8;
    p = s.mul_add(p, 2.7525380456841398e-6);
    p = s.mul_add(p, -0.00019840868134550962);
    p = s.mul_add(p, 0.008333331108043395);
    p = s.mul_add(p, -0.16666666626136825);
    r * s.mul_add(p, 1.0)
}

/// π and π/2, each as the sum of two doubles.
const HALF_TURN: (f64, f64) = (std::f64::consts::PI, 1.2246467991473532e-16);
const QUARTER_TURN: (f64, f64) = (std::f64::consts::FRAC_PI_2, 6.123233995736766e-17);

/// x - k · turn for k next to x / turn: the first difference is exact by FMA, the error below 2⁻⁴⁰ of the
/// second.
#[inline(always)]
fn less_turns(x: f64, k: f64, turn: (f64, f64)) -> f64 {
    (-k).mul_add(turn.1, (-k).mul_add(turn.0, x))
}

/// The value, negated where the integer that `SHIFT` was added to is odd.
#[inline(always)]
fn negate_if_odd(shifted: f64, value: f64) -> f64 {
    f64::from_bits(value.to_bits() ^ (shifted.to_bits() << 63))
}

/// sin x = (-1)ᵏ sin(x - k π), k the integer next to x/π.
#[inline(always)]
fn sine(x: f64) -> f32 {
    let shifted = x.mul_add(std::f64::consts::FRAC_1_PI, SHIFT);
    negate_if_odd(shifted, sine_kernel(less_turns(x, shifted - SHIFT, HALF_TURN))) as f32
}

/// cos x = (-1)ᵏ sin((k + 1/2) π - x), k the integer below x/π.
///
/// The shift leaves 16 bits of fraction, which are then set to 1/2.
#[inline(always)]
fn cosine(x: f64) -> f32 {
    const FINE_SHIFT: f64 = 103079215104.0;
    let bits = x.mul_add(std::f64::consts::FRAC_1_PI, FINE_SHIFT).to_bits();
    let shifted = f64::from_bits((bits & !0xffff) | 0x8000);
    let sine = sine_kernel(less_turns(-x, FINE_SHIFT - shifted, HALF_TURN));
    f64::from_bits(sine.to_bits() ^ ((shifted.to_bits() << 47) & (1 << 63))) as f32
}

/// sin x and cos x.
#[inline(always)]
fn sine_and_cosine(x: f64) -> (f32, f32) {
    (sine(x), cosine(x))
}

/// tan x: with r = x - k π/2 and s = r² it is N/D, or -D/N for odd k.
///
/// N = r (1 + s P(s)), D = 1 + s Q(s), P and Q of degree 1; relative error 2⁻³³ for |r| ≤ π/4.
#[inline(always)]
fn tangent(x: f64) -> f32 {
    let shifted = x.mul_add(std::f64::consts::FRAC_2_PI, SHIFT);
    let r = less_turns(x, shifted - SHIFT, QUARTER_TURN);
    let s = r * r;
    let n = r * s.mul_add(s.mul_add(0.0010714991625605519, -0.11130839242720326), 1.0);
    let d = s.mul_add(s.mul_add(0.01595206833011842, -0.4446417256429293), 1.0);
    let is_odd = shifted.to_bits() & 1 != 0;
    let quotient = (if is_odd { d } else { n }) / (if is_odd { n } else { d });
    negate_if_odd(shifted, quotient) as f32
}

/// A function by its double precision kernel, and beyond `LIMIT` by the one for double precision.
macro_rules! of_double {
    ($(#[$doc:meta])* $name:ident: $form:ident -> $result:ty, $kernel:path, |$value:ident| $narrow:expr) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl $form for $name {
            type Element = f32;

            #[inline(always)]
            fn fast(x: f32) -> $result {
                $kernel(f64::from(x))
            }

            #[inline(always)]
            fn is_rare(x: f32) -> bool {
                x.abs() > LIMIT && x.abs() < f32::INFINITY
            }

            fn slow(x: f32) -> $result {
                let $value = double::$name::slow(f64::from(x));
                $narrow
            }
        }
    };
}

of_double!(/** sin x. */ Sin: Unary -> f32, sine, |value| value as f32);
of_double!(/** cos x. */ Cos: Unary -> f32, cosine, |value| value as f32);
of_double!(/** tan x. */ Tan: Unary -> f32, tangent, |value| value as f32);
of_double!(
    /** sin x and cos x, bit for bit `Sin` and `Cos`. */
    SinCos: Twin -> (f32, f32), sine_and_cosine, |value| (value.0 as f32, value.1 as f32)
);
