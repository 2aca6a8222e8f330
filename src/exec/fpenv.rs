//! The floating-point environment: round to nearest, subnormals kept, exceptions masked.
//!
//! Other libraries change it, and a thread inherits it from the thread that made it, so the same
//! formula could give two answers. It is set around every call and on every worker, and put back.
#![expect(unsafe_code, reason = "reads and writes the control register with inline assembly")]

/// All exceptions masked, round to nearest, no flushing: what IEEE 754 arithmetic means here.
#[cfg(target_arch = "x86_64")]
const DEFAULT: u32 = 0x1f80;

/// While this lives, the thread computes in the default environment; then as before.
#[derive(Debug)]
pub struct FpEnv {
    #[cfg(target_arch = "x86_64")]
    before: u32,
    /// Control registers belong to a thread.
    not_send: std::marker::PhantomData<*const ()>,
}

#[cfg(target_arch = "x86_64")]
impl FpEnv {
    /// Enters the default environment.
    pub fn enter() -> FpEnv {
        let mut before = 0u32;
        // SAFETY: stores the register to a local of its size.
        unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &mut before, options(nostack, preserves_flags)) };
        if before != DEFAULT {
            set(DEFAULT);
        }
        FpEnv { before, not_send: std::marker::PhantomData }
    }
}

#[cfg(target_arch = "x86_64")]
fn set(value: u32) {
    // SAFETY: both values set come from the register itself or are its reset value, so no reserved
    // bit is set; Rust code that runs meanwhile is our own and made for the default environment.
    unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &value, options(nostack, preserves_flags, readonly)) };
}

#[cfg(target_arch = "x86_64")]
impl Drop for FpEnv {
    fn drop(&mut self) {
        set(self.before);
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl FpEnv {
    /// Nothing is known of this CPU's register: computes in the thread's environment.
    pub fn enter() -> FpEnv {
        FpEnv { not_send: std::marker::PhantomData }
    }
}
