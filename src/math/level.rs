//! The loops over blocks, compiled for each instruction level from one source.
//!
//! The levels differ in the instructions that the compiler may choose, and so in speed alone.
#![expect(unsafe_code, reason = "blocks are passed as addresses, and levels chosen at run time")]

use super::lane::{Element, Lanes, Uniform};
use crate::target::{Level, Target};
use smallvec::SmallVec;
use std::marker::PhantomData;

/// A function over blocks: `n` results at each of `outs` from `n` values at each of `args`.
///
/// # Safety
/// There are as many `args` and `outs` as the function has operands and results. Each of `args` points to
/// `n` elements that may be read, each of `outs` to `n` that may be written; none of `outs` overlaps
/// anything else. Addresses need no alignment. The CPU has the level that the function was chosen for.
pub type BlockFn = unsafe fn(args: &[*const u8], outs: &[*mut u8], n: usize);

/// Lanes that are computed together: the last few values are padded to as many, so that an element's place
/// cannot matter and no function is compiled twice.
const GROUP: usize = 16;

/// A function over blocks of `T` that gives blocks of `R`, at each level that it is compiled for.
#[derive(Clone, Copy, Debug)]
pub struct Levels<T, R = T> {
    operands: usize,
    results: usize,
    baseline: BlockFn,
    avx2: BlockFn,
    avx512: BlockFn,
    element: PhantomData<(T, R)>,
}

impl<T> Levels<T> {
    /// The loops of a function whose second operand is often one value for all lanes.
    pub(super) const fn uniform<U: Uniform<Element = T>>() -> Levels<T> {
        Levels {
            operands: 2,
            results: 1,
            baseline: baseline::uniform::<U>,
            avx2: avx2::uniform::<U>,
            avx512: avx512::uniform::<U>,
            element: PhantomData,
        }
    }
}

impl<T, R> Levels<T, R> {
    /// The loops of a function of `A` operands and `N` results.
    pub(super) const fn of<F, const A: usize, const N: usize>() -> Levels<T, R>
    where
        F: Lanes<A, N, Element = T, Result = R>,
    {
        Levels {
            operands: A,
            results: N,
            baseline: baseline::block::<F, A, N>,
            avx2: avx2::block::<F, A, N>,
            avx512: avx512::block::<F, A, N>,
            element: PhantomData,
        }
    }

    /// Computes `outs` from `args`, slices of one length, as a CPU of that level does, or this one if it has less.
    ///
    /// ```
    /// use numfuse::{math, op::Op, target::Level};
    /// let exp2 = math::unary(Op::Exp2).expect("a function").f64;
    /// let mut powers = [0.0; 3];
    /// exp2.blocks.run(Level::Avx512, &[&[-1.0, 0.0, 3.0]], &mut [&mut powers]);
    /// assert_eq!(powers, [0.5, 1.0, 8.0]);
    /// ```
    ///
    /// # Panics
    /// If there are not as many slices as the function has operands and results, or they differ in length.
    pub fn run(&self, level: Level, args: &[&[T]], outs: &mut [&mut [R]]) {
        let n = args.first().map_or(0, |x| x.len());
        assert_eq!((args.len(), outs.len()), (self.operands, self.results), "operands and results");
        assert!(args.iter().all(|x| x.len() == n) && outs.iter().all(|x| x.len() == n), "lengths differ");
        let args: SmallVec<[*const u8; 2]> = args.iter().map(|x| x.as_ptr().cast()).collect();
        let outs: SmallVec<[*mut u8; 2]> = outs.iter_mut().map(|x| x.as_mut_ptr().cast()).collect();
        let function = self.at(level.min(Target::host().level));
        // SAFETY: slices of `n` elements, as many as are due, those written borrowed mutably; the CPU has
        // the level.
        unsafe { function(&args, &outs, n) }
    }

    /// The loop for a CPU of that level.
    pub fn at(&self, level: Level) -> BlockFn {
        match level {
            Level::None | Level::Sse42 | Level::Avx => self.baseline,
            Level::Avx2 => self.avx2,
            Level::Avx512 => self.avx512,
        }
    }
}

/// Declares the loops of one level; the code stands below, and is inlined into each.
macro_rules! level {
    ($name:ident $(, $features:literal)?) => {
        mod $name {
            use super::{Element, Lanes, Uniform};

            /// # Safety
            /// As [`super::BlockFn`].
            $(#[cfg_attr(target_arch = "x86_64", target_feature(enable = $features))])?
            pub(super) unsafe fn block<F: Lanes<A, R>, const A: usize, const R: usize>(
                args: &[*const u8],
                outs: &[*mut u8],
                n: usize,
            ) {
                let args: [*const F::Element; A] = std::array::from_fn(|k| args[k].cast());
                let outs: [*mut F::Result; R] = std::array::from_fn(|k| outs[k].cast());
                let whole = n - n % super::GROUP;
                // SAFETY: the first `whole` elements, as the caller promises.
                unsafe { groups::<F, A, R>(args, outs, whole, whole) };
                if whole == n {
                    return;
                }
                let mut from = [[F::Element::ONE; super::GROUP]; A];
                let mut to = [[F::Result::ONE; super::GROUP]; R];
                let place = std::array::from_fn(|k| to[k].as_mut_ptr());
                // SAFETY: the elements from `whole` to `n`, fewer than a group.
                unsafe {
                    super::copy_in(args, &mut from, whole, n);
                    groups::<F, A, R>(from.each_ref().map(|x| x.as_ptr()), place, super::GROUP, n - whole);
                    super::copy_out(&to, outs, whole, n);
                }
            }

            /// # Safety
            /// As [`super::BlockFn`].
            $(#[cfg_attr(target_arch = "x86_64", target_feature(enable = $features))])?
            pub(super) unsafe fn uniform<U: Uniform>(args: &[*const u8], outs: &[*mut u8], n: usize) {
                let (x, y, out) = (args[0].cast(), args[1].cast(), outs[0].cast());
                // SAFETY: as the caller promises.
                unsafe { super::uniform_lanes::<U>(x, y, out, n) }
            }

            /// # Safety
            /// As [`super::lanes`].
            $(#[cfg_attr(target_arch = "x86_64", target_feature(enable = $features))])?
            #[inline(never)]
            unsafe fn groups<F: Lanes<A, R>, const A: usize, const R: usize>(
                args: [*const F::Element; A],
                outs: [*mut F::Result; R],
                n: usize,
                wanted: usize,
            ) {
                // SAFETY: as the caller promises.
                unsafe { super::lanes::<F, A, R>(args, outs, n, wanted) }
            }
        }
    };
}

level!(baseline);
level!(avx2, "avx2,fma,bmi1,bmi2");
level!(avx512, "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi1,bmi2");

/// Computes `n` elements, of which the first `wanted` are right where they are rare too.
///
/// # Safety
/// As [`BlockFn`]; `n` is a multiple of the group, and `wanted` not greater.
#[inline(always)]
unsafe fn lanes<F: Lanes<A, R>, const A: usize, const R: usize>(
    args: [*const F::Element; A],
    outs: [*mut F::Result; R],
    n: usize,
    wanted: usize,
) {
    // Says that there is no rest, so that none is compiled.
    let n = n & !(GROUP - 1);
    let mut rare = false;
    for i in 0..n {
        // SAFETY: i is below n.
        let x = args.map(|x| unsafe { x.add(i).read_unaligned() });
        rare |= F::is_rare(x);
        let results = F::fast(x);
        for k in 0..R {
            // SAFETY: i is below n.
            unsafe { outs[k].add(i).write_unaligned(results[k]) };
        }
    }
    if !rare {
        return;
    }
    for i in 0..wanted {
        // SAFETY: i is below n; what was read above is there still, since no result overlaps it.
        let x = args.map(|x| unsafe { x.add(i).read_unaligned() });
        if F::is_rare(x) {
            let results = F::slow(x);
            for k in 0..R {
                // SAFETY: i is below n.
                unsafe { outs[k].add(i).write_unaligned(results[k]) };
            }
        }
    }
}

/// # Safety
/// As [`BlockFn`].
#[inline(always)]
unsafe fn uniform_lanes<U: Uniform>(
    x: *const U::Element,
    y: *const U::Element,
    out: *mut U::Element,
    n: usize,
) {
    let whole = n - n % GROUP;
    for at in (0..whole).step_by(GROUP) {
        // SAFETY: a whole group lies below n.
        unsafe { uniform_group::<U>(x.add(at), y.add(at), out.add(at)) };
    }
    if whole == n {
        return;
    }
    // The second operand of the padding is that of the first value, so that it does not matter.
    // SAFETY: `whole` is below n.
    let filler = unsafe { y.add(whole).read_unaligned() };
    let mut from = [[U::Element::ONE; GROUP], [filler; GROUP]];
    let mut to = [[U::Element::ONE; GROUP]];
    // SAFETY: the elements from `whole` to `n`, fewer than a group.
    unsafe {
        copy_in([x, y], &mut from, whole, n);
        uniform_group::<U>(from[0].as_ptr(), from[1].as_ptr(), to[0].as_mut_ptr());
        copy_out(&to, [out], whole, n);
    }
}

/// # Safety
/// As [`BlockFn`], for a group of elements.
#[inline(always)]
unsafe fn uniform_group<U: Uniform>(x: *const U::Element, y: *const U::Element, out: *mut U::Element) {
    // SAFETY: a group of elements, as the caller promises; no alignment is needed.
    let values = unsafe { x.cast::<[U::Element; GROUP]>().read_unaligned() };
    // SAFETY: as above.
    let counts = unsafe { y.cast::<[U::Element; GROUP]>().read_unaligned() };
    let mut results = values;
    let count = counts[0];
    let is_one = counts.iter().fold(true, |same, &c| same & (c == count));
    if !is_one || !U::suits(count) || U::lanes(&values, count, &mut results) {
        for (result, (&value, &count)) in results.iter_mut().zip(values.iter().zip(&counts)) {
            *result = U::of(value, count);
        }
    }
    // SAFETY: as above.
    unsafe { out.cast::<[U::Element; GROUP]>().write_unaligned(results) };
}

/// # Safety
/// `from..to` are elements of each of `args`, at most a group.
unsafe fn copy_in<E: Element, const A: usize>(
    args: [*const E; A],
    group: &mut [[E; GROUP]; A],
    from: usize,
    to: usize,
) {
    for (arg, group) in args.iter().zip(group) {
        for (i, element) in (from..to).zip(group) {
            // SAFETY: as the caller promises.
            *element = unsafe { arg.add(i).read_unaligned() };
        }
    }
}

/// # Safety
/// `from..to` are elements of each of `outs`, at most a group.
unsafe fn copy_out<E: Element, const R: usize>(
    group: &[[E; GROUP]; R],
    outs: [*mut E; R],
    from: usize,
    to: usize,
) {
    for (group, out) in group.iter().zip(outs) {
        for (i, element) in (from..to).zip(group) {
            // SAFETY: as the caller promises.
            unsafe { out.add(i).write_unaligned(*element) };
        }
    }
}
