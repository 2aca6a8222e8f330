//! The plans compiled so far, the least recently used forgotten first.

use super::given::{Given, input_dtype};
use super::program::Program;
use crate::check::Options;
use crate::error::Error;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock, TryLockError};

/// The most plans kept.
const CAPACITY: usize = 256;

/// A bounded map from formula and input types to plans.
///
/// Look-ups only ever try to lock: a fork may leave the lock held for ever in the child, and then
/// formulas are compiled anew.
#[derive(Debug)]
pub(super) struct Cache {
    plans: RwLock<FxHashMap<u64, Kept>>,
    /// Counts look-ups, for knowing which plan was used last.
    clock: AtomicU64,
}

#[derive(Debug)]
struct Kept {
    program: Arc<Program>,
    used: AtomicU64,
}

impl Cache {
    pub(super) fn new() -> Cache {
        Cache { plans: RwLock::default(), clock: AtomicU64::new(0) }
    }

    /// The plan for a formula and its inputs; made, outside the lock, if it is not there.
    pub(super) fn find<'a>(
        &self,
        text: &str,
        options: &Options,
        inputs: impl Iterator<Item = Given<'a>> + Clone,
        make: impl FnOnce() -> Result<Arc<Program>, Error>,
    ) -> Result<Arc<Program>, Error> {
        let hash = hash(text, options, inputs.clone());
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        if let Some(plans) = unpoisoned(self.plans.try_read())
            && let Some(kept) = plans.get(&hash)
            && kept.program.text() == text
            && kept.program.options() == options
            && kept.program.fits(inputs)
        {
            kept.used.store(now, Ordering::Relaxed);
            return Ok(kept.program.clone());
        }
        let program = make()?;
        if let Some(mut plans) = unpoisoned(self.plans.try_write()) {
            forget_oldest(&mut plans);
            plans.insert(hash, Kept { program: program.clone(), used: AtomicU64::new(now) });
        }
        Ok(program)
    }
}

/// The guard, unless the lock is held. A panic cannot leave the map half changed.
fn unpoisoned<G>(guard: Result<G, TryLockError<G>>) -> Option<G> {
    match guard {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

fn forget_oldest(plans: &mut FxHashMap<u64, Kept>) {
    if plans.len() < CAPACITY {
        return;
    }
    let age = |kept: &Kept| kept.used.load(Ordering::Relaxed);
    if let Some(oldest) = plans.iter().min_by_key(|(_, kept)| age(kept)).map(|(&hash, _)| hash) {
        plans.remove(&oldest);
    }
}

fn hash<'a>(text: &str, options: &Options, inputs: impl Iterator<Item = Given<'a>>) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    options.hash(&mut hasher);
    for Given { name, input, writable } in inputs {
        name.hash(&mut hasher);
        (input_dtype(input), writable).hash(&mut hasher);
        let shape = input.shape();
        let ones = shape.iter().fold(1u64, |bits, &n| bits << 1 | u64::from(n == 1));
        ones.hash(&mut hasher);
    }
    hasher.finish()
}
