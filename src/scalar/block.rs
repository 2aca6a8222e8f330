//! The operators as loops over blocks of elements.
//!
//! A block is contiguous, of any alignment. The loops are plain, so that the compiler vectorizes
//! those whose operator allows it.
#![expect(unsafe_code, reason = "blocks of any type are passed as addresses")]

use super::Number;
use super::table::{by_lane, by_operator};
use crate::dtype::Lane;
use crate::math::BlockFn;
use crate::op::Op;

/// The loop for an operator that computes in the lane given. Comparisons and classification write
/// bools; the first operand of `where` is a bool.
pub fn block(op: Op, lane: Lane) -> BlockFn {
    by_lane!(lane, of(op))
}

/// The loop that converts elements of one lane to another.
pub fn cast_block(from: Lane, to: Lane) -> BlockFn {
    fn from_type<From: Number>(to: Lane) -> BlockFn {
        by_lane!(to, to_type() with From)
    }
    fn to_type<To: Number, From: Number>() -> BlockFn {
        // SAFETY: the contract is BlockFn's.
        |args, outs, n| unsafe { one(args, outs[0], n, |x: From| To::cast_from(x)) }
    }
    by_lane!(from, from_type(to))
}

/// Reads an element.
///
/// # Safety
/// `from` points to at least `index + 1` elements that may be read.
#[inline(always)]
unsafe fn read<T: Number>(from: *const u8, index: usize) -> T {
    // SAFETY: the caller's promise; the read needs no alignment, and every byte pattern is a `Memory`.
    T::load(unsafe { from.cast::<T::Memory>().add(index).read_unaligned() })
}

/// Writes an element.
///
/// # Safety
/// `to` points to at least `index + 1` elements that may be written.
#[inline(always)]
unsafe fn write<T: Number>(to: *mut u8, index: usize, value: T) {
    // SAFETY: the caller's promise; the write needs no alignment.
    unsafe { to.cast::<T::Memory>().add(index).write_unaligned(value.store()) }
}

/// Maps one operand.
///
/// # Safety
/// As [`BlockFn`], with one argument.
#[inline(always)]
unsafe fn one<T: Number, R: Number>(args: &[*const u8], out: *mut u8, n: usize, f: impl Fn(T) -> R) {
    let x = args[0];
    for i in 0..n {
        // SAFETY: i is below n.
        unsafe { write(out, i, f(read(x, i))) }
    }
}

/// Maps two operands of one type.
///
/// # Safety
/// As [`BlockFn`], with two arguments.
#[inline(always)]
unsafe fn two<T: Number, R: Number>(args: &[*const u8], out: *mut u8, n: usize, f: impl Fn(T, T) -> R) {
    let (x, y) = (args[0], args[1]);
    for i in 0..n {
        // SAFETY: i is below n.
        unsafe { write(out, i, f(read(x, i), read(y, i))) }
    }
}

/// Selects by a bool.
///
/// # Safety
/// As [`BlockFn`], with three arguments, the first of bools.
unsafe fn select<T: Number>(args: &[*const u8], outs: &[*mut u8], n: usize) {
    let (condition, x, y, out) = (args[0], args[1], args[2], outs[0]);
    for i in 0..n {
        // SAFETY: i is below n.
        unsafe {
            let (x, y) = (read::<T>(x, i), read(y, i));
            write(out, i, if read(condition, i) { x } else { y });
        }
    }
}

fn of<T: Number>(op: Op) -> BlockFn {
    macro_rules! unary {
        ($method:ident) => {
            // SAFETY: the contract is BlockFn's, with one operand.
            |args, outs, n| unsafe { one(args, outs[0], n, |x: T| x.$method()) }
        };
    }
    macro_rules! binary {
        ($method:ident) => {
            // SAFETY: the contract is BlockFn's, with two operands.
            |args, outs, n| unsafe { two(args, outs[0], n, |x: T, y: T| x.$method(y)) }
        };
    }
    macro_rules! test {
        ($method:ident) => {
            // SAFETY: the contract is BlockFn's, with one operand.
            |args, outs, n| unsafe { one(args, outs[0], n, |x: T| x.$method()) }
        };
    }
    macro_rules! compare {
        ($operator:tt) => {
            // SAFETY: the contract is BlockFn's, with two operands.
            |args, outs, n| unsafe { two(args, outs[0], n, |x: T, y: T| x $operator y) }
        };
    }
    macro_rules! unary_function {
        ($op:ident) => {
            // SAFETY: the contract is BlockFn's, with one operand.
            |args, outs, n| unsafe { one(args, outs[0], n, T::unary_function(Op::$op)) }
        };
    }
    macro_rules! binary_function {
        ($op:ident) => {
            // SAFETY: the contract is BlockFn's, with two operands.
            |args, outs, n| unsafe { two(args, outs[0], n, T::binary_function(Op::$op)) }
        };
    }
    macro_rules! select {
        () => {
            select::<T>
        };
    }
    by_operator!(op)
}
