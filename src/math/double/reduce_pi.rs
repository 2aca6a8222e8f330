//! The reduction of huge arguments by π/2.
//!
//! M. H. Payne and R. N. Hanek, Radian Reduction for Trigonometric Functions, SIGNUM Newsletter 18 (1), 1983:
//! of the product x · 2/π only the bits around the binary point are computed, from those bits of 2/π that
//! make them.

use super::trig::Reduced;

/// 2/π in 1216 bits, after a word of its integer part (scripts/coefficients/reduce_pi.sollya).
#[rustfmt::skip]
const TWO_OVER_PI: [u64; 20] = [
    0x0000_0000_0000_0000, 0xa2f9_836e_4e44_1529, 0xfc27_57d1_f534_ddc0, 0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561, 0xb724_6e3a_424d_d2e0, 0x0649_2eea_09d1_921c, 0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484, 0xe99c_7026_b45f_7e41, 0x3991_d639_8353_39f4, 0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f, 0xef2f_118b_5a0a_6d1f, 0x6d36_7ecf_27cb_09b7, 0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b, 0x3d07_39f7_8a52_92ea, 0x6bfb_5fb1_1f8d_5d08, 0x5603_3046_fc7b_6bab,
];

/// Reduces a finite x ≥ 2²⁴, with an error below 2⁻⁶⁴ |r|.
///
/// x = m 2ᵉ with an integer m < 2⁵³. The bits of 2/π with weights above 2¹⁻ᵉ contribute multiples of 4 to the
/// product, and are left out; the next 192 bits, times m modulo 2¹⁹², have the quadrant in their two highest
/// bits and then the fraction, of which 128 are kept. No double is closer than 2⁻⁶² to a multiple of π/2.
pub(super) fn reduce(x: f64) -> Reduced {
    let bits = x.to_bits();
    let m = (bits & ((1 << 52) - 1)) | (1 << 52);
    // e is the biased exponent less 1075; after the first word, the bit of weight 2¹⁻ᵉ is the one of index e
    // - 2.
    let place = (bits >> 52) as usize + 64 - 1077;
    let word = |i: usize| {
        let words = &TWO_OVER_PI[place / 64 + i..];
        let pair = (u128::from(words[0]) << 64) | u128::from(words[1]);
        (pair >> (64 - place % 64)) as u64
    };
    let low = u128::from(m) * u128::from(word(2));
    let middle = u128::from(m) * u128::from(word(1)) + (low >> 64);
    let high = m.wrapping_mul(word(0)).wrapping_add((middle >> 64) as u64);
    let top = (u128::from(high) << 64) | (middle & u128::from(u64::MAX));
    // Read as a signed number it is the fraction from the nearest quadrant, one more where it is negative.
    let fraction = ((top << 2) | ((low >> 62) & 3)) as i128;
    let quadrant = (high >> 62) + u64::from(fraction < 0);
    turn(fraction, quadrant)
}

/// π/2 times the fraction of 2¹²⁸, in two doubles.
fn turn(fraction: i128, quadrant: u64) -> Reduced {
    const UNIT: f64 = f64::from_bits((1023 - 128) << 52);
    const P1: f64 = std::f64::consts::FRAC_PI_2;
    const P2: f64 = 6.123233995736766e-17;
    let leading = fraction as f64;
    let trailing = fraction.wrapping_sub(leading as i128) as f64;
    let (a, b) = (leading * UNIT, trailing * UNIT);
    let product = a * P1;
    let rest = a.mul_add(P2, b.mul_add(P1, a.mul_add(P1, -product)));
    let high = product + rest;
    Reduced { high, low: rest - (high - product), quadrant }
}
