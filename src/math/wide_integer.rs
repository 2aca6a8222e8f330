//! Division of integers of 64 bits by way of floats.
//!
//! As `f64` operands below 2^51 divide without error (see `integer`). Larger ones are rare. Their division
//! takes two quotients of floats, the second of which is that of the rest that the first leaves. It has no
//! branches either: in a block with rare lanes the compiler computes it for all of them at once.

use super::integer::{FloorDiv, Fmod, Modulo};
use crate::math::lane::Binary;
use std::hint::select_unpredictable;

/// 1.5 * 2^52, whose sum with an integer below 2^51 in magnitude holds it in its low bits.
const SHIFT: f64 = 6755399441055744.0;

macro_rules! binary {
    ($function:ident $type:ident $offset:literal $small:ident $wide:ident $part:tt) => {
        impl Binary for $function<$type> {
            type Element = $type;

            #[inline(always)]
            fn fast(x: $type, y: $type) -> $type {
                if y == 0 {
                    0
                } else {
                    from_float($small(to_float(x as i64), to_float(y as i64)).$part) as $type
                }
            }

            #[inline(always)]
            fn is_rare(x: $type, y: $type) -> bool {
                is_large(x as u64, $offset) | is_large(y as u64, $offset)
            }

            #[inline(always)]
            fn slow(x: $type, y: $type) -> $type {
                $wide(x, y).$part
            }
        }
    };
}

// With an offset of 2^51, signed values from -2^51 on become less than 2^52.
binary!(FloorDiv i64 0x8000000000000 floored divide_down 0);
binary!(Modulo i64 0x8000000000000 floored divide_down 1);
binary!(Fmod i64 0x8000000000000 truncated divide_signed 1);
binary!(FloorDiv u64 0 floored divide 0);
binary!(Modulo u64 0 floored divide 1);
binary!(Fmod u64 0 floored divide 1);

/// Whether a value, or a negative one with an offset, does not fit into 51 bits.
#[inline(always)]
fn is_large(x: u64, offset: u64) -> bool {
    x.wrapping_add(offset) >= (1 << 51) + offset
}

#[inline(always)]
fn to_float(x: i64) -> f64 {
    f64::from_bits((x as u64).wrapping_add(SHIFT.to_bits())) - SHIFT
}

#[inline(always)]
fn from_float(x: f64) -> i64 {
    (x + SHIFT).to_bits().wrapping_sub(SHIFT.to_bits()) as i64
}

/// The quotient of small integers rounded down, and its rest.
#[inline(always)]
fn floored(x: f64, y: f64) -> (f64, f64) {
    let quotient = (x / y).floor();
    (quotient, (-quotient).mul_add(y, x))
}

/// The quotient of small integers rounded towards 0, and its rest.
#[inline(always)]
fn truncated(x: f64, y: f64) -> (f64, f64) {
    let quotient = (x / y).trunc();
    (quotient, (-quotient).mul_add(y, x))
}

/// The quotient rounded down, and its rest; zeros if `y` is 0.
#[inline(always)]
fn divide_down(x: i64, y: i64) -> (i64, i64) {
    let (quotient, rest) = divide_signed(x, y);
    let beyond = (rest != 0) & ((x ^ y) < 0);
    (
        if beyond { quotient.wrapping_sub(1) } else { quotient },
        if beyond { rest.wrapping_add(y) } else { rest },
    )
}

/// The quotient rounded towards 0, and its rest; zeros if `y` is 0.
#[inline(always)]
fn divide_signed(x: i64, y: i64) -> (i64, i64) {
    let (quotient, rest) = divide(x.unsigned_abs(), y.unsigned_abs());
    (with_sign(quotient, x ^ y), with_sign(rest, x))
}

/// `size`, negated if `sign` is negative.
#[inline(always)]
fn with_sign(size: u64, sign: i64) -> i64 {
    let size = size as i64;
    if sign < 0 { size.wrapping_neg() } else { size }
}

/// The quotient rounded down, and its rest; zeros if `y` is 0.
///
/// A first quotient from floats, which falls short by at most a 2^-50th, leaves a rest of at most
/// `y + 2^14`. The quotient of that is known to less than one; so it may be one too small.
#[inline(always)]
fn divide(x: u64, y: u64) -> (u64, u64) {
    // A little less than 1 / y, so that no quotient is too large.
    let inverse = (1.0 - 4.0 * f64::EPSILON) / y as f64;
    let first = integer_part(x as f64 * inverse);
    let rest = x.wrapping_sub(first.wrapping_mul(y));
    let second = integer_part(rest as f64 * inverse);
    let rest = rest.wrapping_sub(second.wrapping_mul(y));
    let more = rest >= y;
    let quotient = first.wrapping_add(second).wrapping_add(u64::from(more));
    let rest = if more { rest.wrapping_sub(y) } else { rest };
    (select_unpredictable(y == 0, 0, quotient), select_unpredictable(y == 0, 0, rest))
}

/// A float from 0 to 2^64, rounded down: as two halves, each of which a sum with 2^52 holds in its low bits.
#[inline(always)]
fn integer_part(x: f64) -> u64 {
    const UNIT: f64 = 4503599627370496.0;
    const HALF: f64 = 4294967296.0;
    let high = (x * (1.0 / HALF)).floor();
    let low = (x - high * HALF).floor();
    ((high + UNIT).to_bits() << 32) | ((low + UNIT).to_bits() & 0xffff_ffff)
}
