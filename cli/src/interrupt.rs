//! Ctrl-C: a request to stop the evaluation, not the process.
#![expect(unsafe_code, reason = "installs the handler of SIGINT")]

use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C sets a flag. A second one before the flag is cleared ends the process.
pub(crate) fn install() {
    // SAFETY: all zeros is a valid `sigaction`: no flags, an empty mask, the default action.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = on_sigint as extern "C" fn(_) as usize;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the handler has the signature of a plain handler and is async-signal-safe: it swaps an
    // atomic and may call `_exit`. If this fails Ctrl-C ends the process, as ever.
    unsafe { libc::sigaction(libc::SIGINT, &raw const action, std::ptr::null_mut()) };
}

extern "C" fn on_sigint(_signal: libc::c_int) {
    if REQUESTED.swap(true, Ordering::AcqRel) {
        // SAFETY: ends the process without running anything else.
        unsafe { libc::_exit(130) };
    }
}

/// Whether Ctrl-C was pressed since the last [`clear`].
pub(crate) fn requested() -> bool {
    REQUESTED.load(Ordering::Acquire)
}

/// Forgets what was pressed.
pub(crate) fn clear() {
    REQUESTED.store(false, Ordering::Release);
}
