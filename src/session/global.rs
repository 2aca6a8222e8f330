//! The session of the process: the one static of the library.
#![expect(unsafe_code, reason = "shares a leaked session through a pointer, and registers a fork handler")]

use super::{Builder, Session};
use crate::target::{Level, Tier};
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Null, or a session that lives as long as the process.
static SESSION: AtomicPtr<Session> = AtomicPtr::new(std::ptr::null_mut());

/// The session, made at first use; no lock is taken, so that a fork finds none held.
pub(super) fn session() -> &'static Session {
    let made = SESSION.load(Ordering::Acquire);
    if made.is_null() {
        return make();
    }
    // SAFETY: what is stored is a leaked box (see `make`), never freed, and only shared.
    unsafe { &*made }
}

#[cold]
fn make() -> &'static Session {
    forget_after_fork();
    let new = Box::into_raw(Box::new(from_environment().build()));
    match SESSION.compare_exchange(std::ptr::null_mut(), new, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: just leaked.
        Ok(_) => unsafe { &*new },
        Err(other) => {
            // SAFETY: `new` came from a box and was given to nobody.
            drop(unsafe { Box::from_raw(new) });
            // SAFETY: as in `session`.
            unsafe { &*other }
        }
    }
}

/// A forked child has the session but not its threads: it makes a session of its own.
fn forget_after_fork() {
    extern "C" fn forget() {
        SESSION.store(std::ptr::null_mut(), Ordering::Release);
    }
    static REGISTERED: Once = Once::new();
    #[cfg(unix)]
    REGISTERED.call_once(|| {
        // SAFETY: the handler only stores to an atomic, which is safe in a child at any moment.
        unsafe { libc::pthread_atfork(None, None, Some(forget)) };
    });
}

/// The default settings, as `NUMFUSE_THREADS` and `NUMFUSE_TIER` change them: the latter is a level (`avx2`, `interp`)
/// or a tier (`cranelift`). Read once, here.
fn from_environment() -> Builder {
    let mut builder = Session::builder();
    if let Some(count) = std::env::var("NUMFUSE_THREADS").ok().and_then(|v| v.parse().ok()) {
        builder = builder.threads(count);
    }
    let tier = std::env::var("NUMFUSE_TIER").unwrap_or_default();
    if let Some(level) = Level::ALL.into_iter().find(|l| l.to_string() == tier) {
        builder = builder.level(level);
    } else if let Some(tier) = Tier::ALL.into_iter().find(|t| t.to_string() == tier) {
        builder = builder.tier(tier);
    }
    builder
}
