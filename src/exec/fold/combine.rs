//! What two partial values make, for each reduction and dtype.

use super::moment::Moments;
use super::{Complex, Element, Partial};
use crate::dtype::Lane;
use crate::half::F16;
use crate::op::Reduction;
use crate::scalar::{Number, better_number, combine_numbers, identity_number, multiply_complex};
use std::marker::PhantomData;

/// One reduction of one dtype.
pub(super) trait Combine: Send + 'static {
    /// The elements.
    type In: Element;
    /// What is carried along.
    type Acc: Copy + Send;

    /// The value of nothing.
    fn identity() -> Self::Acc;
    /// Takes one element, which stood at `index`.
    fn take(acc: Self::Acc, element: Self::In, index: usize) -> Self::Acc;
    /// Combines the value of earlier elements with that of later ones.
    fn join(left: Self::Acc, right: Self::Acc) -> Self::Acc;
    /// As bits.
    fn pack(acc: Self::Acc) -> Partial;
    /// From bits.
    fn unpack(partial: Partial) -> Self::Acc;
}

/// A reduction whose steps are an operator: its number is the reduction's place in `Reduction::ALL`.
struct Fold<T, const OP: usize>(PhantomData<fn() -> T>);

impl<T: Number, const OP: usize> Combine for Fold<T, OP> {
    type In = T;
    type Acc = T;

    #[inline(always)]
    fn identity() -> T {
        identity_number(Reduction::ALL[OP])
    }

    #[inline(always)]
    fn take(acc: T, element: T, _: usize) -> T {
        combine_numbers(Reduction::ALL[OP], acc, element)
    }

    #[inline(always)]
    fn join(left: T, right: T) -> T {
        combine_numbers(Reduction::ALL[OP], left, right)
    }

    fn pack(acc: T) -> Partial {
        [acc.bits(), 0, 0]
    }

    fn unpack(partial: Partial) -> T {
        T::from_bits(partial[0])
    }
}

/// A reduction to a position.
struct Position<T, const OP: usize>(PhantomData<fn() -> T>);

/// No element yet.
const NOWHERE: u64 = u64::MAX;

impl<T: Number, const OP: usize> Combine for Position<T, OP> {
    type In = T;
    type Acc = (T, u64);

    #[inline(always)]
    fn identity() -> (T, u64) {
        (T::ZERO, NOWHERE)
    }

    #[inline(always)]
    fn take(acc: (T, u64), element: T, index: usize) -> (T, u64) {
        Self::join(acc, (element, index as u64))
    }

    /// The accumulators of a chunk are interleaved, so of equal elements the earlier index wins,
    /// whichever side it is on.
    #[inline(always)]
    fn join(left: (T, u64), right: (T, u64)) -> (T, u64) {
        if right.1 == NOWHERE {
            return left;
        }
        let op = Reduction::ALL[OP];
        let beats = better_number(op, right.0, left.0);
        let equal = !beats && !better_number(op, left.0, right.0);
        let earlier = equal && right.1 < left.1;
        if left.1 == NOWHERE || beats || earlier { right } else { left }
    }

    fn pack(acc: (T, u64)) -> Partial {
        [acc.0.bits(), acc.1, 0]
    }

    fn unpack(partial: Partial) -> (T, u64) {
        (T::from_bits(partial[0]), partial[1])
    }
}

/// The product of complex numbers. What has no factors yet is not 1: times that, an infinite number has a
/// NaN in the part where it was 0.
struct Product<T>(PhantomData<fn() -> T>);

impl<T: Number> Combine for Product<T> {
    type In = Complex<T>;
    type Acc = Option<[T; 2]>;

    #[inline(always)]
    fn identity() -> Option<[T; 2]> {
        None
    }

    #[inline(always)]
    fn take(acc: Option<[T; 2]>, element: Complex<T>, _: usize) -> Option<[T; 2]> {
        Self::join(acc, Some(element.0))
    }

    #[inline(always)]
    fn join(left: Option<[T; 2]>, right: Option<[T; 2]>) -> Option<[T; 2]> {
        match (left, right) {
            (Some(left), Some(right)) => Some(multiply_complex(left, right)),
            (left, right) => left.or(right),
        }
    }

    fn pack(acc: Option<[T; 2]>) -> Partial {
        let [re, im] = acc.unwrap_or([T::ONE, T::ZERO]);
        [re.bits(), im.bits(), u64::from(acc.is_some())]
    }

    fn unpack([re, im, has_factors]: Partial) -> Option<[T; 2]> {
        (has_factors != 0).then(|| [T::from_bits(re), T::from_bits(im)])
    }
}

/// Something to do with one reduction of one dtype.
pub(super) trait Task {
    /// What it gives.
    type Out;
    /// Does it.
    fn run<C: Combine>(self) -> Self::Out;
}

/// Gives the value of nothing.
pub(super) struct Empty;

impl Task for Empty {
    type Out = Partial;

    fn run<C: Combine>(self) -> Partial {
        C::pack(C::identity())
    }
}

/// Combines segments level by level.
pub(super) struct Join<'v> {
    pub(super) values: &'v mut Vec<Partial>,
    pub(super) width: usize,
}

impl Task for Join<'_> {
    type Out = ();

    fn run<C: Combine>(self) {
        let Join { values, width } = self;
        let mut segments = values.len() / width.max(1);
        while segments > 1 {
            for pair in 0..segments / 2 {
                for column in 0..width {
                    let (left, right) =
                        (values[2 * pair * width + column], values[(2 * pair + 1) * width + column]);
                    values[pair * width + column] = C::pack(C::join(C::unpack(left), C::unpack(right)));
                }
            }
            if segments % 2 == 1 {
                values.copy_within((segments - 1) * width..segments * width, segments / 2 * width);
            }
            segments = segments.div_ceil(2);
        }
        values.truncate(width);
    }
}

/// Runs a task for a reduction of a dtype.
pub(super) fn with<T: Task>(op: Reduction, lane: Lane, task: T) -> T::Out {
    macro_rules! lanes {
        ($kind:ident, $op:expr) => {
            match lane {
                Lane::Bool => task.run::<$kind<bool, { $op as usize }>>(),
                Lane::I8 => task.run::<$kind<i8, { $op as usize }>>(),
                Lane::I16 => task.run::<$kind<i16, { $op as usize }>>(),
                Lane::I32 => task.run::<$kind<i32, { $op as usize }>>(),
                Lane::I64 => task.run::<$kind<i64, { $op as usize }>>(),
                Lane::U8 => task.run::<$kind<u8, { $op as usize }>>(),
                Lane::U16 => task.run::<$kind<u16, { $op as usize }>>(),
                Lane::U32 => task.run::<$kind<u32, { $op as usize }>>(),
                Lane::U64 => task.run::<$kind<u64, { $op as usize }>>(),
                Lane::F16 => task.run::<$kind<F16, { $op as usize }>>(),
                Lane::F32 => task.run::<$kind<f32, { $op as usize }>>(),
                Lane::F64 => task.run::<$kind<f64, { $op as usize }>>(),
            }
        };
    }
    match op {
        Reduction::Sum => lanes!(Fold, Reduction::Sum),
        Reduction::Prod => lanes!(Fold, Reduction::Prod),
        Reduction::Min => lanes!(Fold, Reduction::Min),
        Reduction::Max => lanes!(Fold, Reduction::Max),
        Reduction::MinFrom => lanes!(Fold, Reduction::MinFrom),
        Reduction::MaxFrom => lanes!(Fold, Reduction::MaxFrom),
        Reduction::Moment2 => task.run::<Moments>(),
        Reduction::ProdReal | Reduction::ProdImag if lane == Lane::F32 => task.run::<Product<f32>>(),
        Reduction::ProdReal | Reduction::ProdImag => task.run::<Product<f64>>(),
        Reduction::Any => task.run::<Fold<bool, { Reduction::Any as usize }>>(),
        Reduction::All => task.run::<Fold<bool, { Reduction::All as usize }>>(),
        Reduction::ArgMin => lanes!(Position, Reduction::ArgMin),
        Reduction::ArgMax => lanes!(Position, Reduction::ArgMax),
    }
}
