//! The session of the process.

use super::Session;
use std::sync::RwLock;

/// The process that made the session, and the session: kept for the life of the process.
static GLOBAL: RwLock<Option<(u32, &'static Session)>> = RwLock::new(None);

/// The session, made anew in a process that has been forked off: its parent's threads are not there.
pub(super) fn session() -> &'static Session {
    let pid = std::process::id();
    let made = |kept: &Option<(u32, &'static Session)>| kept.filter(|&(by, _)| by == pid).map(|(_, s)| s);
    // Poisoning cannot leave the pair half written.
    if let Some(session) = made(&GLOBAL.read().unwrap_or_else(std::sync::PoisonError::into_inner)) {
        return session;
    }
    let mut kept = GLOBAL.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(session) = made(&kept) {
        return session;
    }
    let session: &'static Session = Box::leak(Box::new(from_environment().build()));
    *kept = Some((pid, session));
    session
}

/// The default settings, as `NUMFUSE_THREADS` and `NUMFUSE_TIER` change them. Read once, here.
fn from_environment() -> super::Builder {
    use crate::target::Level;
    let mut builder = Session::builder();
    if let Some(count) = std::env::var("NUMFUSE_THREADS").ok().and_then(|v| v.parse().ok()) {
        builder = builder.threads(count);
    }
    let tier = std::env::var("NUMFUSE_TIER").unwrap_or_default();
    if let Some(level) = Level::ALL.into_iter().find(|l| l.to_string() == tier) {
        builder = builder.level(level);
    }
    builder
}
