//! The plans compiled so far, the least recently used forgotten first.

use super::program::Program;
use crate::array::Input;
use crate::error::Error;
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

/// The most plans kept.
const CAPACITY: usize = 256;

/// A bounded map from formula and input types to plans.
#[derive(Debug)]
pub(super) struct Cache {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    plans: FxHashMap<u64, (Arc<Program>, u64)>,
    /// Counts look-ups, for knowing which plan was used last.
    clock: u64,
}

impl Cache {
    pub(super) fn new() -> Cache {
        Cache { kept: Mutex::default() }
    }

    /// The plan for a formula and its inputs; made, outside the lock, if it is not there.
    pub(super) fn find<'a>(
        &self,
        text: &str,
        inputs: impl Iterator<Item = (&'a str, Input<'a>)> + Clone,
        make: impl FnOnce() -> Result<Arc<Program>, Error>,
    ) -> Result<Arc<Program>, Error> {
        let hash = hash(text, inputs.clone());
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.clock += 1;
            let clock = kept.clock;
            if let Some((program, used)) = kept.plans.get_mut(&hash)
                && program.text() == text
                && program.fits(inputs)
            {
                *used = clock;
                return Ok(program.clone());
            }
        }
        let program = make()?;
        self.keep(hash, program.clone());
        Ok(program)
    }

    fn keep(&self, hash: u64, program: Arc<Program>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.plans.len() >= CAPACITY
            && let Some(oldest) = kept.plans.iter().min_by_key(|(_, (_, used))| *used).map(|(&hash, _)| hash)
        {
            kept.plans.remove(&oldest);
        }
        let clock = kept.clock;
        kept.plans.insert(hash, (program, clock));
    }
}

fn hash<'a>(text: &str, inputs: impl Iterator<Item = (&'a str, Input<'a>)>) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    for (name, input) in inputs {
        name.hash(&mut hasher);
        super::program::input_dtype(&input).hash(&mut hasher);
        let shape = input.shape();
        let ones = shape.iter().fold(1u64, |bits, &n| bits << 1 | u64::from(n == 1));
        ones.hash(&mut hasher);
    }
    hasher.finish()
}
