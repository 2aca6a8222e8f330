//! Mapped inputs, and what happens when one of their files shrinks.
//!
//! Reading a page of a map that the file no longer reaches raises SIGBUS. The handler finds the file by
//! the address, says its name and ends the process with status 1, where the default would be to die
//! without a word. Everything that it says is made when the file is mapped.
//!
//! A file that is *changed* while it is mapped gives old or new values; `numfuse eval --help` says so.
#![expect(unsafe_code, reason = "maps files, and handles the signal that a shrinking one raises")]

use crate::report::visible;
use numfuse::array::View;
use numfuse::source::{self, Header, NpyMap};
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// How many maps are watched at once; further ones are not.
const SLOTS: usize = 1024;

/// The addresses of one map and what to say when a page of it is gone.
struct Slot {
    /// The first address; 0 while the slot is free, 1 while it is being filled.
    start: AtomicUsize,
    end: AtomicUsize,
    message: AtomicPtr<u8>,
    len: AtomicUsize,
}

static WATCHED: [Slot; SLOTS] = [const {
    Slot {
        start: AtomicUsize::new(0),
        end: AtomicUsize::new(0),
        message: AtomicPtr::new(std::ptr::null_mut()),
        len: AtomicUsize::new(0),
    }
}; SLOTS];

/// A mapped `.npy` file that is watched.
pub(crate) struct Mapped {
    map: NpyMap,
    slot: Option<usize>,
}

impl Mapped {
    /// Maps a file and watches it.
    pub(crate) fn open(path: &Path) -> Result<Mapped, source::Error> {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(install);
        // SAFETY: nobody can promise that no other process changes the file. What then happens is
        // bounded: numfuse reads elements as plain numbers through raw pointers, normalises bools as it
        // loads them and indexes nothing by what it reads, so that a changed byte is a changed value,
        // and a page that is gone is a signal, which is handled below.
        let map = unsafe { NpyMap::map(path) }?;
        let slot = watch(&map, path);
        Ok(Mapped { map, slot })
    }

    /// The elements.
    pub(crate) fn view(&self) -> View<'_> {
        self.map.view()
    }

    /// What the file says of itself.
    pub(crate) fn header(&self) -> &Header {
        self.map.header()
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        self.map.path()
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            WATCHED[slot].end.store(0, Ordering::Release);
            WATCHED[slot].start.store(0, Ordering::Release);
        }
    }
}

/// Enters the pages of the map's elements into a free slot.
fn watch(map: &NpyMap, path: &Path) -> Option<usize> {
    const PAGE: usize = 1 << 16;
    let bytes = map.view().byte_range();
    let free = |slot: &Slot| slot.start.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Relaxed).is_ok();
    let index = WATCHED.iter().position(free)?;
    let slot = &WATCHED[index];
    let text =
        format!("error[truncated-file]: {}: the file shrank while it was read\n", visible(path.as_os_str()));
    // Never freed: the handler may be reading it whenever the file is unmapped.
    let text: &'static mut str = Box::leak(text.into_boxed_str());
    slot.len.store(text.len(), Ordering::Relaxed);
    slot.message.store(text.as_mut_ptr(), Ordering::Relaxed);
    slot.end.store(bytes.end.next_multiple_of(PAGE), Ordering::Relaxed);
    slot.start.store((bytes.start / PAGE * PAGE).max(2), Ordering::Release);
    Some(index)
}

/// Makes [`on_sigbus`] the handler.
fn install() {
    // SAFETY: all zeros is a valid `sigaction`: no flags, an empty mask, the default action.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = on_sigbus as extern "C" fn(_, _, _) as usize;
    action.sa_flags = libc::SA_SIGINFO;
    // SAFETY: the handler has the signature that SA_SIGINFO asks for and is async-signal-safe: it reads
    // atomics, and calls `write`, `_exit` and `signal`. If this fails the default action stays.
    unsafe { libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut()) };
}

extern "C" fn on_sigbus(_signal: libc::c_int, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
    // SAFETY: the kernel gives a valid `siginfo_t`, and SIGBUS has an address.
    let address = unsafe { (*info).si_addr() }.addr();
    for slot in &WATCHED {
        let start = slot.start.load(Ordering::Acquire);
        if start > 1 && (start..slot.end.load(Ordering::Relaxed)).contains(&address) {
            let (text, len) = (slot.message.load(Ordering::Relaxed), slot.len.load(Ordering::Relaxed));
            // SAFETY: `watch` stored a leaked text and its length before it stored `start`.
            unsafe { libc::write(libc::STDERR_FILENO, text.cast(), len) };
            // SAFETY: ends the process without running anything else.
            unsafe { libc::_exit(1) };
        }
    }
    // Not ours: the faulting instruction runs again and meets the default action.
    // SAFETY: setting the default action is always allowed.
    unsafe { libc::signal(libc::SIGBUS, libc::SIG_DFL) };
}
