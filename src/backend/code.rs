//! What compiled code promises, and what its callers must.
#![expect(unsafe_code, reason = "declares the contract of running a kernel on raw blocks")]

use std::fmt;

/// A compiled kernel. It owns its memory; many threads may run it at once.
pub trait Code: Send + Sync + fmt::Debug {
    /// Runs the kernel on `n` elements.
    ///
    /// # Safety
    /// `args` holds the kernel's operands and then its stores, one pointer each. A contiguous operand
    /// is readable for `n` elements, a scalar one for one, a store is writable for `n`. A store may
    /// be the very same block as an operand; otherwise no store overlaps anything.
    unsafe fn run(&self, args: &[*mut u8], n: usize);

    /// The tier, for `explain`.
    fn tier(&self) -> &'static str;
}
