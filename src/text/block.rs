//! From addresses to slices of characters, and which loop runs on them.
#![expect(unsafe_code, reason = "blocks of text are passed as addresses")]

use super::change::{self, Case, Ends, Target};
use super::character::{Character, Column, length};
use super::{Function, Operand, compare, search};
use crate::dtype::{DType, Kind};
use crate::ir::width;
use crate::op::TextOp;
use smallvec::SmallVec;
use std::cmp::Ordering;

/// A function over blocks of text.
#[derive(Clone, Debug)]
pub struct Block {
    function: Function,
    operands: SmallVec<[Operand; 3]>,
    result: DType,
}

/// Where the operands of one call are.
#[derive(Clone, Copy)]
struct Call<'a> {
    block: &'a Block,
    args: &'a [*const u8],
    n: usize,
}

impl Block {
    /// A function with operands of those dtypes, which the graph's types allow.
    pub fn new(function: Function, operands: SmallVec<[Operand; 3]>, result: DType) -> Block {
        Block { function, operands, result }
    }

    /// Runs the function on `n` elements.
    ///
    /// # Safety
    /// `args` holds an address for each operand: of one element where it is one, else of `n` side by side, all
    /// initialised. `out` is writable for `n` elements of the result's dtype, initialised and apart
    /// from the operands. Nothing of these changes during the call. Addresses need no alignment.
    pub unsafe fn run(&self, args: &[*const u8], out: *mut u8, n: usize) {
        let call = Call { block: self, args, n };
        // SAFETY: the result is `n` elements of its dtype, lent by the caller for the call.
        let out = unsafe { std::slice::from_raw_parts_mut(out, n * self.result.size()) };
        let text = self.operands.iter().rev().find(|operand| operand.dtype.is_text());
        match text.map(|operand| operand.dtype.kind()) {
            // SAFETY: the caller vouches for the operands, whose text is all of this kind.
            Some(Kind::Bytes) => unsafe { call.run::<u8>(out) },
            // SAFETY: as above.
            _ => unsafe { call.run::<[u8; 4]>(out) },
        }
    }
}

impl<'a> Call<'a> {
    /// The elements of an operand.
    ///
    /// # Safety
    /// As [`Block::run`]; the operand is text whose characters are `C`.
    unsafe fn column<C: Character>(&self, k: usize) -> Column<'a, C> {
        let Operand { dtype, one } = self.block.operands[k];
        let width = width(dtype) as usize;
        let elements = if one { 1 } else { self.n };
        // SAFETY: that many elements of the operand are lent for the call; characters have no alignment,
        // and any bytes are characters.
        let characters = unsafe { std::slice::from_raw_parts(self.args[k].cast::<C>(), elements * width) };
        Column { characters, width, one }
    }

    /// The bools of an operand, any byte but 0 true.
    ///
    /// # Safety
    /// As [`Block::run`]; the operand is of bools.
    unsafe fn bools(&self, k: usize) -> impl Fn(usize) -> bool + use<'a> {
        let one = self.block.operands[k].one;
        let elements = if one { 1 } else { self.n };
        // SAFETY: as for a column, of bytes.
        let bools = unsafe { std::slice::from_raw_parts(self.args[k], elements) };
        move |i| bools[if one { 0 } else { i }] != 0
    }

    /// # Safety
    /// As [`Block::run`]; the characters of all operands that are text are `C`.
    unsafe fn run<C: Character>(self, out: &mut [u8]) {
        let op = match self.block.function {
            // SAFETY: a cast has one operand, of text.
            Function::Cast => return self.cast::<C>(unsafe { self.column(0) }, out),
            Function::Apply(op) => op,
        };
        // SAFETY: the condition is of bools, the others are text.
        let condition = if op == TextOp::Select { Some(unsafe { self.bools(0) }) } else { None };
        let first = usize::from(condition.is_some());
        // SAFETY: the operand is text.
        let a = unsafe { self.column::<C>(first) };
        // SAFETY: the last operand is text, and it is `a` where there is no other.
        let b = unsafe { self.column::<C>(self.args.len() - 1) };
        match (op, condition) {
            (TextOp::Select, Some(condition)) => {
                change::select(condition, a, b, self.n, self.target(out));
            }
            (TextOp::Concat, _) => change::concat(a, b, self.n, self.target(out)),
            (TextOp::Upper, _) => change::change_case(a, Case::Upper, self.n, self.target(out)),
            (TextOp::Lower, _) => change::change_case(a, Case::Lower, self.n, self.target(out)),
            (TextOp::Strip | TextOp::LStrip | TextOp::RStrip, _) => {
                let ends = Ends { left: op != TextOp::RStrip, right: op != TextOp::LStrip };
                change::strip(a, b, ends, self.n, self.target(out));
            }
            (_, _) => self.ask(op, a, b, out),
        }
    }

    /// The operators whose results are bools or integers.
    fn ask<C: Character>(self, op: TextOp, a: Column<'_, C>, b: Column<'_, C>, out: &mut [u8]) {
        let n = self.n;
        match op {
            TextOp::Lt => compare::order(a, b, Ordering::is_lt, out),
            TextOp::Le => compare::order(a, b, Ordering::is_le, out),
            TextOp::Gt => compare::order(a, b, Ordering::is_gt, out),
            TextOp::Ge => compare::order(a, b, Ordering::is_ge, out),
            TextOp::Eq => compare::equal(a, b, true, out),
            TextOp::Ne => compare::equal(a, b, false, out),
            TextOp::StartsWith => compare::starts(a, b, out),
            TextOp::EndsWith => compare::ends(a, b, out),
            TextOp::Contains => {
                out.fill(0);
                search::search(a, b, n, |i, _| out[i] = 1);
            }
            TextOp::Find => {
                let out = integers(out);
                out.fill((-1i64).to_ne_bytes());
                search::search(a, b, n, |i, at| out[i] = (at as i64).to_ne_bytes());
            }
            TextOp::Length => {
                let lengths = (0..n).map(|i| length(a.padded(i)) as i64);
                integers(out).iter_mut().zip(lengths).for_each(|(out, n)| *out = n.to_ne_bytes());
            }
            TextOp::NonAscii => {
                out.iter_mut()
                    .enumerate()
                    .for_each(|(i, out)| *out = u8::from(!change::is_ascii(a.padded(i))));
            }
            // These give text.
            TextOp::Concat | TextOp::Select | TextOp::Upper | TextOp::Lower => {}
            TextOp::Strip | TextOp::LStrip | TextOp::RStrip => {}
        }
    }

    fn cast<C: Character>(self, a: Column<'_, C>, out: &mut [u8]) {
        if self.block.result.kind() == C::KIND {
            change::resize(a, self.n, self.target::<C>(out));
        } else if self.block.result.kind() == Kind::Bytes {
            change::convert(a, self.n, self.target::<u8>(out));
        } else {
            change::convert(a, self.n, self.target::<[u8; 4]>(out));
        }
    }

    /// The result as characters.
    fn target<C: Character>(self, out: &mut [u8]) -> Target<'_, C> {
        let width = width(self.block.result) as usize;
        Target { characters: C::of_bytes(out), width }
    }
}

/// The result as integers at any address.
fn integers(out: &mut [u8]) -> &mut [[u8; 8]] {
    out.as_chunks_mut::<8>().0
}
