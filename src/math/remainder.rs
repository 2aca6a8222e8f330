//! Remainders of float division and the quotients that go with them: C's `fmod`, NumPy's `//` and `%`.
//!
//! A quotient below `2^p` in magnitude (`p` is the type's precision) rounds to an integer that is at most one
//! too far from zero, and a fused multiply-add then gives the remainder without error: it is a multiple of
//! the last place of the smaller operand and not larger than the divisor. So one division and one correction
//! do. Larger quotients are rare: they take a long division.
//!
//! The slow functions are never inlined: the compiler takes `%` for an operation without effects, and would
//! call it for every lane of a block with a rare one.

use crate::math::lane::Binary;

macro_rules! remainders {
    ($module:ident $type:ident $limit:literal $quotient_limit:literal) => {
        #[doc = concat!("Of `", stringify!($type), "`.")]
        pub(super) mod $module {
            use super::Binary;

            /// C's `fmod`: `x` minus `y` times the quotient rounded towards 0. Exact.
            pub(crate) struct Fmod;

            /// NumPy's `x // y`: the quotient rounded down.
            pub(crate) struct FloorDiv;

            /// NumPy's `x % y`: the rest of `x // y`, with the sign of `y`, rounded once.
            pub(crate) struct Modulo;

            /// Whether the quotient is too large for `limit`. If it is so because of an infinite `x` or
            /// a `y` of 0, the remainder is NaN, which the fast code finds.
            #[inline(always)]
            fn is_large(quotient: $type, x: $type, y: $type, limit: $type) -> bool {
                quotient > limit && x.abs() < $type::INFINITY && y != 0.0
            }

            /// The quotient rounded down, and the size of the remainder, which has the sign of `y`.
            #[inline(always)]
            fn divide(x: $type, y: $type) -> ($type, $type) {
                // As if `y` were positive.
                let (above, divisor) = (if y < 0.0 { -x } else { x }, y.abs());
                let quotient = (x / y).floor();
                // Nothing was taken away, be `y` infinite or not.
                let rest = if quotient == 0.0 { above } else { (-quotient).mul_add(divisor, above) };
                if rest < 0.0 { (quotient - 1.0, rest + divisor) } else { (quotient, rest) }
            }

            /// NumPy's `npy_divmod`, rounding where it does.
            fn divmod(x: $type, y: $type) -> ($type, $type) {
                let mut rest = x % y;
                if y == 0.0 {
                    return (x / y, rest);
                }
                let mut quotient = (x - rest) / y;
                if rest == 0.0 {
                    rest = (0.0 as $type).copysign(y);
                } else if (y < 0.0) != (rest < 0.0) {
                    rest += y;
                    quotient -= 1.0;
                }
                if quotient == 0.0 {
                    return ((0.0 as $type).copysign(x / y), rest);
                }
                let down = quotient.floor();
                (if quotient - down > 0.5 { down + 1.0 } else { down }, rest)
            }

            impl Binary for Fmod {
                type Element = $type;

                #[inline(always)]
                fn fast(x: $type, y: $type) -> $type {
                    let (size, divisor) = (x.abs(), y.abs());
                    let quotient = (x / y).abs().trunc();
                    let rest = if quotient == 0.0 { size } else { (-quotient).mul_add(divisor, size) };
                    let rest = if rest < 0.0 { rest + divisor } else { rest };
                    rest.copysign(x)
                }

                #[inline(always)]
                fn is_rare(x: $type, y: $type) -> bool {
                    is_large((x / y).abs(), x, y, $limit)
                }

                #[cold]
                #[inline(never)]
                fn slow(x: $type, y: $type) -> $type {
                    x % y
                }
            }

            impl Binary for Modulo {
                type Element = $type;

                #[inline(always)]
                fn fast(x: $type, y: $type) -> $type {
                    divide(x, y).1.copysign(y)
                }

                #[inline(always)]
                fn is_rare(x: $type, y: $type) -> bool {
                    is_large((x / y).abs(), x, y, $limit)
                }

                #[cold]
                #[inline(never)]
                fn slow(x: $type, y: $type) -> $type {
                    divmod(x, y).1
                }
            }

            // NumPy's quotient has three roundings; below an eighth of `$limit` they cannot keep it from its
            // integer.
            impl Binary for FloorDiv {
                type Element = $type;

                #[inline(always)]
                fn fast(x: $type, y: $type) -> $type {
                    let (quotient, rest) = divide(x, y);
                    // Of an infinite `x`, but the quotient by 0 stays infinite.
                    if rest.is_nan() && y != 0.0 { rest } else { quotient }
                }

                #[inline(always)]
                fn is_rare(x: $type, y: $type) -> bool {
                    is_large((x / y).abs(), x, y, $quotient_limit)
                }

                #[cold]
                #[inline(never)]
                fn slow(x: $type, y: $type) -> $type {
                    divmod(x, y).0
                }
            }
        }
    };
}

// 2^53 and 2^50, 2^24 and 2^21.
remainders!(double f64 9007199254740992.0 1125899906842624.0);
remainders!(single f32 16777216.0 2097152.0);
