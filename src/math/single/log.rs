//! Logarithms of `f32`, as those of `f64`: see `double::log`. All inputs have been compared with the
//! correctly rounded results: the distance is 1 at most.
use crate::math::lane::Unary;

/// The bits of 1.
pub(crate) const ONE: u32 = 1.0_f32.to_bits();
/// The sign and the exponent among the bits.
pub(crate) const EXPONENT: u32 = 0xff80_0000;

/// 2^23: with an integer as its last bits it is larger by that integer.
const UNITS: f32 = 8_388_608.0;

/// Of an exponent.
const BIAS: f32 = 127.0;

/// The least mantissa that makes f the smallest.
const SQRT_HALF: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();

/// The least mantissa where f is to be exact though 1 + x is not (see `Log1p`): 0.75, and a little more lest
/// a sum just below 1.5 be rounded into the next exponent.
pub(crate) const THREE_QUARTERS: u32 = 0x3f40_0002;

/// ln 2, too large by 2^-28.4 of it: one word, as 2^-28.4 is little to the result, and as the product with an
/// exponent is exact up to 2, where the error of a sum with it has to be.
const LN_2: f32 = std::f32::consts::LN_2;

/// R for z in 0 ..= 0.0295, which is s^2 of mantissas from sqrt(1/2) to sqrt 2; the error of the logarithm
/// is below 2^-28.4 of it. This and the others: `scripts/coefficients/log.sollya`.
const NARROW: [f32; 3] = [0.666_666_87, 0.399_885_15, 0.295_884_6];

/// R for z in 0 ..= 0.0405, mantissas from 0.75 to 1.5; the error is below 2^-32.5.
pub(crate) const WIDE: [f32; 4] = [0.666_666_7, 0.399_998_52, 0.285_549_85, 0.234_398_87];

/// The polynomial of the coefficients, from the constant one on, at `x`.
#[inline(always)]
pub(crate) fn polynomial<const N: usize>(x: f32, coefficients: &[f32; N]) -> f32 {
    coefficients[..N - 1].iter().rev().fold(coefficients[N - 1], |sum, &c| x.mul_add(sum, c))
}

/// A number as 2^exponent mantissa.
pub(crate) struct Split {
    /// The exponent as a float; a NaN for a negative number.
    pub(crate) exponent: f32,
    /// The mantissa.
    pub(crate) mantissa: f32,
    /// 2^-exponent.
    pub(crate) scale: f32,
}

/// Splits a normal number times 2^more, or a negative one, of which only the exponent is of use. The mantissa
/// is at least `least`, given as bits, and below twice that; the scale leaves out `more`.
#[inline(always)]
pub(crate) fn split(x: f32, least: u32, more: f32) -> Split {
    let bits = x.to_bits().wrapping_add(ONE - least);
    // An arithmetic shift: the copies of a sign make a NaN of the exponent.
    let exponent = f32::from_bits((bits as i32 >> 23) as u32 | UNITS.to_bits()) - (UNITS + BIAS - more);
    let mantissa = f32::from_bits((bits & !EXPONENT) + least);
    let scale = f32::from_bits((2 * ONE).wrapping_sub(bits & EXPONENT));
    Split { exponent, mantissa, scale }
}

/// exponent ln 2 + f, as a rounded sum and its error.
#[inline(always)]
pub(crate) fn add_exponent(exponent: f32, f: f32) -> (f32, f32) {
    let high = exponent.mul_add(LN_2, f);
    (high, f - exponent.mul_add(-LN_2, high))
}

/// The natural logarithm of a positive normal number times 2^more.
#[inline(always)]
pub(crate) fn natural(x: f32, more: f32) -> f32 {
    let Split { exponent, mantissa, .. } = split(x, SQRT_HALF, more);
    let f = mantissa - 1.0;
    let s = f / (mantissa + 1.0);
    let z = s * s;
    let (high, low) = add_exponent(exponent, f);
    high + (-s).mul_add((-z).mul_add(polynomial(z, &NARROW), f), low)
}

/// What a logarithm to another base differs by.
struct Base {
    /// 1 / ln b.
    scale: (f32, f32),
    /// ln 2 / ln b, the high part in 16 bits.
    two: (f32, f32),
    /// R / ln b.
    series: [f32; 3],
}

const BASE_2: Base = Base {
    scale: (std::f32::consts::LOG2_E, 1.925_963e-8),
    two: (1.0, 0.0),
    series: [0.961_796_94, 0.576_917_9, 0.426_720_5],
};

const BASE_10: Base = Base {
    scale: (std::f32::consts::LOG10_E, -1.010_305e-8),
    two: (0.301_033_02, -3.024_355_5e-6),
    series: [0.289_529_74, 0.173_667_92, 0.128_500_8],
};

/// The logarithm to a base of a positive normal number times 2^more: the natural one's terms divided by
/// ln b one by one, f as a product of two words.
#[inline(always)]
fn based(x: f32, more: f32, base: &Base) -> f32 {
    let Split { exponent, mantissa, .. } = split(x, SQRT_HALF, more);
    let f = mantissa - 1.0;
    let s = f / (mantissa + 1.0);
    let z = s * s;
    let scaled = f * base.scale.0;
    let scaled_low = f.mul_add(base.scale.1, f.mul_add(base.scale.0, -scaled));
    let high = exponent.mul_add(base.two.0, scaled);
    let low = scaled - exponent.mul_add(-base.two.0, high);
    let low = if base.two.1 == 0.0 { low } else { exponent.mul_add(base.two.1, low) };
    let inner = (-z).mul_add(polynomial(z, &base.series), scaled);
    high + (-s).mul_add(inner, low + scaled_low)
}

/// The value of a logarithm of which `value` is right for positive numbers, and NaN for negative ones.
#[inline(always)]
fn with_specials(x: f32, value: f32) -> f32 {
    let value = if x < f32::INFINITY { value } else { x };
    if x == 0.0 { f32::NEG_INFINITY } else { value }
}

/// Whether a number is positive and subnormal.
#[inline(always)]
fn is_positive_subnormal(x: f32) -> bool {
    x.to_bits().wrapping_sub(1) < f32::MIN_POSITIVE.to_bits() - 1
}

/// 2^24, which makes a subnormal number a normal one.
const LIFT: f32 = 16_777_216.0;

macro_rules! logarithms {
    ($($(#[$doc:meta])* $name:ident = $core:expr;)*) => { $(
        $(#[$doc])*
        pub(crate) struct $name;

        impl Unary for $name {
            type Element = f32;

            #[inline(always)]
            fn fast(x: f32) -> f32 {
                with_specials(x, $core(x, 0.0))
            }

            #[inline(always)]
            fn is_rare(x: f32) -> bool {
                is_positive_subnormal(x)
            }

            fn slow(x: f32) -> f32 {
                $core(x * LIFT, -24.0)
            }
        }
    )* };
}

logarithms! {
    /// log x.
    Log = natural;
    /// log2 x.
    Log2 = |x, more| based(x, more, &BASE_2);
    /// log10 x.
    Log10 = |x, more| based(x, more, &BASE_10);
}

/// log(1 + x), by the exponent and the mantissa of 1 + x: f = 2^-e (1 + x) - 1 = 2^-e x + (2^-e - 1), which
/// is exact though 1 + x is not, for mantissas from 0.75 to 1.5: for e = 0 it is x, for e > 0 by Sterbenz's
/// lemma, and for e < 0 as a multiple of 2^-24 below 1.
pub(crate) struct Log1p;

impl Unary for Log1p {
    type Element = f32;

    #[inline(always)]
    fn fast(x: f32) -> f32 {
        let Split { exponent, scale, .. } = split(1.0 + x, THREE_QUARTERS, 0.0);
        let f = x.mul_add(scale, scale - 1.0);
        let s = f / (f + 2.0);
        let z = s * s;
        let (high, low) = add_exponent(exponent, f);
        let value = high + (-s).mul_add((-z).mul_add(polynomial(z, &WIDE), f), low);
        if x == -1.0 { f32::NEG_INFINITY } else { value.copysign(x) }
    }

    /// Where 1 + x is x, and the scale might underflow.
    #[inline(always)]
    fn is_rare(x: f32) -> bool {
        x >= f32::from_bits(0x7d80_0000) // 2^124
    }

    fn slow(x: f32) -> f32 {
        Log::fast(x)
    }
}
