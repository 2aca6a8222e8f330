//! What a vectorized function is made of.
//!
//! A function is written once, as branch-free code on single values, and becomes loops over blocks at every
//! instruction level ([`super::level`]), where the compiler turns each operation into one on a whole
//! register. Branches would stop it; so a function has three parts: `fast` is computed for every lane,
//! `is_rare` says of which lanes it is not right, and `slow` then gives those their values one by one. A block
//! without rare lanes pays a comparison a lane, and a block with some pays for those.
//!
//! Every level runs the same operations, each rounded once, so every level gives the same bits; `mul_add` is
//! an instruction where there is one, and elsewhere a correctly rounded call.

/// What the lanes of a function hold.
pub(super) trait Element: Copy + PartialEq + 'static {
    /// Fills lanes that nobody asked for.
    const ONE: Self;
}

macro_rules! elements {
    ($($type:ident $one:literal)*) => {
        $(impl Element for $type {
            const ONE: $type = $one;
        })*
    };
}

elements! { f32 1.0 f64 1.0 i8 1 i16 1 i32 1 i64 1 u8 1 u16 1 u32 1 u64 1 }

/// A function of one operand.
pub(super) trait Unary {
    /// The type of operand and result.
    type Element: Element;

    /// The function of every value that is not rare; of a rare one, any bits. No branches, no calls.
    fn fast(x: Self::Element) -> Self::Element;

    /// Whether `fast` is not right for the value. No branches, no calls.
    #[inline(always)]
    fn is_rare(_x: Self::Element) -> bool {
        false
    }

    /// The function of a rare value.
    #[inline]
    fn slow(x: Self::Element) -> Self::Element {
        Self::fast(x)
    }

    /// The function of any value.
    #[inline]
    fn at(x: Self::Element) -> Self::Element {
        if Self::is_rare(x) { Self::slow(x) } else { Self::fast(x) }
    }
}

/// A function of two operands.
pub(super) trait Binary {
    /// The type of operands and result.
    type Element: Element;

    /// The function of every pair that is not rare; of a rare one, any bits. No branches, no calls.
    fn fast(x: Self::Element, y: Self::Element) -> Self::Element;

    /// Whether `fast` is not right for the pair. No branches, no calls.
    #[inline(always)]
    fn is_rare(_x: Self::Element, _y: Self::Element) -> bool {
        false
    }

    /// The function of a rare pair.
    #[inline]
    fn slow(x: Self::Element, y: Self::Element) -> Self::Element {
        Self::fast(x, y)
    }

    /// The function of any pair.
    #[inline]
    fn at(x: Self::Element, y: Self::Element) -> Self::Element {
        if Self::is_rare(x, y) { Self::slow(x, y) } else { Self::fast(x, y) }
    }
}

/// A function of two operands that, where the second is one value for many lanes, is computed by steps which
/// that value alone chooses.
pub(super) trait Uniform: Binary {
    /// Whether the steps are the way for this value; else pairs are computed as of any [`Binary`].
    fn suits(n: Self::Element) -> bool;

    /// The function of a few values; whether it is not right for some of them. May branch on `n` only.
    fn lanes<const LANES: usize>(
        x: &[Self::Element; LANES],
        n: Self::Element,
        out: &mut [Self::Element; LANES],
    ) -> bool;

    /// The function of one value, by the same steps.
    fn one(x: Self::Element, n: Self::Element) -> Self::Element;

    /// The function of any pair.
    fn of(x: Self::Element, n: Self::Element) -> Self::Element {
        if Self::suits(n) { Self::one(x, n) } else { Self::at(x, n) }
    }
}

/// A function of one operand with two results.
pub(super) trait Twin {
    /// The type of operand and results.
    type Element: Element;

    /// The function of every value that is not rare; of a rare one, any bits. No branches, no calls.
    fn fast(x: Self::Element) -> (Self::Element, Self::Element);

    /// Whether `fast` is not right for the value. No branches, no calls.
    #[inline(always)]
    fn is_rare(_x: Self::Element) -> bool {
        false
    }

    /// The function of a rare value.
    #[inline]
    fn slow(x: Self::Element) -> (Self::Element, Self::Element) {
        Self::fast(x)
    }
}

/// A conversion between types, right for all values.
pub(super) trait Conversion {
    /// The type of the operand.
    type From: Element;
    /// The type of the result.
    type To: Element;

    /// The value in the other type. No branches, no calls.
    fn convert(x: Self::From) -> Self::To;
}

/// What the loops run: any number of operands and results.
pub(super) trait Lanes<const ARGS: usize, const RESULTS: usize> {
    /// The type of operands.
    type Element: Element;
    /// The type of results.
    type Result: Element;

    /// As for [`Unary::fast`].
    fn fast(x: [Self::Element; ARGS]) -> [Self::Result; RESULTS];
    /// As for [`Unary::is_rare`].
    fn is_rare(x: [Self::Element; ARGS]) -> bool;
    /// As for [`Unary::slow`].
    fn slow(x: [Self::Element; ARGS]) -> [Self::Result; RESULTS];
}

/// A [`Unary`] as lanes.
pub(super) struct OfOne<U>(std::marker::PhantomData<U>);

/// A [`Binary`] as lanes.
pub(super) struct OfTwo<B>(std::marker::PhantomData<B>);

/// A [`Conversion`] as lanes.
pub(super) struct Converted<C>(std::marker::PhantomData<C>);

/// A [`Twin`] as lanes.
pub(super) struct ToTwo<T>(std::marker::PhantomData<T>);

impl<U: Unary> Lanes<1, 1> for OfOne<U> {
    type Element = U::Element;
    type Result = U::Element;

    #[inline(always)]
    fn fast([x]: [U::Element; 1]) -> [U::Element; 1] {
        [U::fast(x)]
    }

    #[inline(always)]
    fn is_rare([x]: [U::Element; 1]) -> bool {
        U::is_rare(x)
    }

    #[inline(always)]
    fn slow([x]: [U::Element; 1]) -> [U::Element; 1] {
        [U::slow(x)]
    }
}

impl<B: Binary> Lanes<2, 1> for OfTwo<B> {
    type Element = B::Element;
    type Result = B::Element;

    #[inline(always)]
    fn fast([x, y]: [B::Element; 2]) -> [B::Element; 1] {
        [B::fast(x, y)]
    }

    #[inline(always)]
    fn is_rare([x, y]: [B::Element; 2]) -> bool {
        B::is_rare(x, y)
    }

    #[inline(always)]
    fn slow([x, y]: [B::Element; 2]) -> [B::Element; 1] {
        [B::slow(x, y)]
    }
}

impl<T: Twin> Lanes<1, 2> for ToTwo<T> {
    type Element = T::Element;
    type Result = T::Element;

    #[inline(always)]
    fn fast([x]: [T::Element; 1]) -> [T::Element; 2] {
        T::fast(x).into()
    }

    #[inline(always)]
    fn is_rare([x]: [T::Element; 1]) -> bool {
        T::is_rare(x)
    }

    #[inline(always)]
    fn slow([x]: [T::Element; 1]) -> [T::Element; 2] {
        T::slow(x).into()
    }
}

impl<C: Conversion> Lanes<1, 1> for Converted<C> {
    type Element = C::From;
    type Result = C::To;

    #[inline(always)]
    fn fast([x]: [C::From; 1]) -> [C::To; 1] {
        [C::convert(x)]
    }

    #[inline(always)]
    fn is_rare(_x: [C::From; 1]) -> bool {
        false
    }

    #[inline(always)]
    fn slow([x]: [C::From; 1]) -> [C::To; 1] {
        [C::convert(x)]
    }
}

/// Declares functions that are computed one value at a time: to the loops every value is rare.
macro_rules! scalar_only {
    ($($(#[$doc:meta])* $name:ident: $type:ident = |$x:ident| $value:expr;)*) => {
        $($(#[$doc])*
        pub(super) struct $name;

        impl crate::math::lane::Unary for $name {
            type Element = $type;

            #[inline(always)]
            fn fast(x: $type) -> $type {
                x
            }

            #[inline(always)]
            fn is_rare(_x: $type) -> bool {
                true
            }

            fn slow($x: $type) -> $type {
                $value
            }
        })*
    };
}

pub(super) use scalar_only;
