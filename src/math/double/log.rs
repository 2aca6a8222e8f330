//! Logarithms of `f64`.
//!
//! All of them, and the inverse hyperbolic functions of `super::area`, take the same way. An operand 2^e m
//! has log(2^e m) = e ln 2 + log m; with f = m - 1 and s = f / (2 + f), log m = 2 atanh(s), and as
//! 2 s = f - s f this is f - s (f - s^2 R(s^2)), where the error of s and of the polynomial R counts only
//! in the second, small term (Ng's form, in Sun's fdlibm). e ln 2 + f is kept as two numbers.
//!
//! Errors that were found in the worst intervals, in ULP: log 0.87, log2 1.19 (where the result is just below
//! 1/2), log10 0.87, log1p 0.95. By the sum of the roundings' bounds they are below 1.3, and so, as they are
//! below 1.5, the result is never more than 1 away from the correctly rounded one.
use crate::math::lane::Unary;

/// The bits of 1.
pub(crate) const ONE: u64 = 1.0_f64.to_bits();
/// The sign and the exponent among the bits.
pub(crate) const EXPONENT: u64 = 0xfff0_0000_0000_0000;

/// 2^52: with an integer as its last bits it is larger by that integer.
const UNITS: f64 = 4_503_599_627_370_496.0;

/// Of an exponent.
const BIAS: f64 = 1023.0;

/// The least mantissa that makes f the smallest.
const SQRT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();

/// The least mantissa where f is to be exact though 1 + x is not (see `Log1p`): 0.75, and a little more lest
/// a sum just below 1.5 be rounded into the next exponent.
pub(crate) const THREE_QUARTERS: u64 = 0x3fe8_0000_0000_0002;

/// ln 2, the high part in 42 bits, so that its product with an exponent is exact.
const LN_2: (f64, f64) = (f64::from_bits(0x3fe6_2e42_fefa_3800), 5.497923018708371e-14);

/// R for z in 0 ..= 0.0295, which is s^2 of mantissas from sqrt(1/2) to sqrt 2; the error of the logarithm
/// is below 2^-57.6 of it. This and the others: `scripts/coefficients/log.sollya`.
const NARROW: [f64; 7] = [
    0.666_666_666_666_667,
    0.399_999_999_998_985_67,
    0.285_714_286_265_949_47,
    0.222_222_110_235_057_56,
    0.181_828_975_092_716_7,
    0.153_314_397_976_030_78,
    0.146_199_381_231_394_45,
];

/// R for z in 0 ..= 0.0405, mantissas from 0.75 to 1.5; the error is below 2^-60.6.
pub(crate) const WIDE: [f64; 8] = [
    0.666_666_666_666_666_6,
    0.400_000_000_000_095_3,
    0.285_714_285_667_310_33,
    0.222_222_231_264_995_38,
    0.181_817_320_677_189_34,
    0.153_890_745_597_990_15,
    0.132_058_597_119_494_89,
    0.136_373_042_864_760_57,
];

/// The polynomial of the coefficients, from the constant one on, at `x`.
#[inline(always)]
pub(crate) fn polynomial<const N: usize>(x: f64, coefficients: &[f64; N]) -> f64 {
    coefficients[..N - 1].iter().rev().fold(coefficients[N - 1], |sum, &c| x.mul_add(sum, c))
}

/// A number as 2^exponent mantissa.
pub(crate) struct Split {
    /// The exponent as a float; a NaN for a negative number.
    pub(crate) exponent: f64,
    /// The mantissa.
    pub(crate) mantissa: f64,
    /// 2^-exponent.
    pub(crate) scale: f64,
}

/// Splits a normal number times 2^more, or a negative one, of which only the exponent is of use. The mantissa
/// is at least `least`, given as bits, and below twice that; the scale leaves out `more`.
#[inline(always)]
pub(crate) fn split(x: f64, least: u64, more: f64) -> Split {
    let bits = x.to_bits().wrapping_add(ONE - least);
    // An arithmetic shift: the copies of a sign make a NaN of the exponent.
    let exponent = f64::from_bits((bits as i64 >> 52) as u64 | UNITS.to_bits()) - (UNITS + BIAS - more);
    let mantissa = f64::from_bits((bits & !EXPONENT) + least);
    let scale = f64::from_bits((2 * ONE).wrapping_sub(bits & EXPONENT));
    Split { exponent, mantissa, scale }
}

/// exponent ln 2 + f, as a rounded sum and its error.
#[inline(always)]
pub(crate) fn add_exponent(exponent: f64, f: f64) -> (f64, f64) {
    let high = exponent.mul_add(LN_2.0, f);
    let low = f - exponent.mul_add(-LN_2.0, high);
    (high, exponent.mul_add(LN_2.1, low))
}

/// The natural logarithm of a positive normal number times 2^more.
#[inline(always)]
pub(crate) fn natural(x: f64, more: f64) -> f64 {
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
    scale: (f64, f64),
    /// ln 2 / ln b, the high part in 42 bits.
    two: (f64, f64),
    /// R / ln b.
    series: [f64; 7],
}

const BASE_2: Base = Base {
    scale: (std::f64::consts::LOG2_E, 2.0355273740931033e-17),
    two: (1.0, 0.0),
    series: [
        0.961_796_693_925_976,
        0.577_078_016_354_153_9,
        0.412_198_583_898_361_1,
        0.320_598_737_417_750_9,
        0.262_323_703_835_969_7,
        0.221_187_462_486_802_13,
        0.210_905_051_621_248_76,
    ],
};

const BASE_10: Base = Base {
    scale: (std::f64::consts::LOG10_E, 1.098319650216765e-17),
    two: (f64::from_bits(0x3fd3_4413_509f_7800), 2.8363394551044964e-14),
    series: [
        0.289_529_654_602_168,
        0.173_717_792_760_866_27,
        0.124_084_137_924_584_59,
        0.096_509_836_423_016_1,
        0.078_967_309_738_647_42,
        0.066_583_889_783_759_91,
        0.063_490_530_972_515_49,
    ],
};

/// The logarithm to a base of a positive normal number times 2^more: the natural one's terms divided by
/// ln b one by one, f as a product of two words.
#[inline(always)]
fn based(x: f64, more: f64, base: &Base) -> f64 {
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
fn with_specials(x: f64, value: f64) -> f64 {
    let value = if x < f64::INFINITY { value } else { x };
    if x == 0.0 { f64::NEG_INFINITY } else { value }
}

/// Whether a number is positive and subnormal.
#[inline(always)]
fn is_positive_subnormal(x: f64) -> bool {
    x.to_bits().wrapping_sub(1) < f64::MIN_POSITIVE.to_bits() - 1
}

/// 2^54, which makes a subnormal number a normal one.
const LIFT: f64 = 18_014_398_509_481_984.0;

macro_rules! logarithms {
    ($($(#[$doc:meta])* $name:ident = $core:expr;)*) => { $(
        $(#[$doc])*
        pub(crate) struct $name;

        impl Unary for $name {
            type Element = f64;

            #[inline(always)]
            fn fast(x: f64) -> f64 {
                with_specials(x, $core(x, 0.0))
            }

            #[inline(always)]
            fn is_rare(x: f64) -> bool {
                is_positive_subnormal(x)
            }

            fn slow(x: f64) -> f64 {
                $core(x * LIFT, -54.0)
            }
        }
    )* };
}

logarithms! {
    /// log x.
    Log = natural;
    /// log2 x; exact for powers of two.
    Log2 = |x, more| based(x, more, &BASE_2);
    /// log10 x.
    Log10 = |x, more| based(x, more, &BASE_10);
}

/// log(1 + x), by the exponent and the mantissa of 1 + x: f = 2^-e (1 + x) - 1 = 2^-e x + (2^-e - 1), which
/// is exact though 1 + x is not, for mantissas from 0.75 to 1.5: for e = 0 it is x, for e > 0 by Sterbenz's
/// lemma, and for e < 0 as a multiple of 2^-53 below 1.
pub(crate) struct Log1p;

impl Unary for Log1p {
    type Element = f64;

    #[inline(always)]
    fn fast(x: f64) -> f64 {
        let Split { exponent, scale, .. } = split(1.0 + x, THREE_QUARTERS, 0.0);
        let f = x.mul_add(scale, scale - 1.0);
        let s = f / (f + 2.0);
        let z = s * s;
        let (high, low) = add_exponent(exponent, f);
        let value = high + (-s).mul_add((-z).mul_add(polynomial(z, &WIDE), f), low);
        if x == -1.0 { f64::NEG_INFINITY } else { value.copysign(x) }
    }

    /// Where 1 + x is x, and the scale might underflow.
    #[inline(always)]
    fn is_rare(x: f64) -> bool {
        x >= f64::from_bits(0x7e70_0000_0000_0000) // 2^1000
    }

    fn slow(x: f64) -> f64 {
        Log::fast(x)
    }
}
