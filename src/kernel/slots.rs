//! Which values share a slot.

use super::plan::{Pass, Place, Slot, SlotId, Step, TextArg, TextFrom};
use rustc_hash::FxHashMap;

/// Renumbers the slots of a pass so that values whose lifetimes do not meet share one.
///
/// A value lives from the step that writes it to the last step that reads it; one that a fold reads,
/// or that is filled once, lives throughout.
pub(super) fn share(pass: &mut Pass) {
    let ends = last_uses(pass);
    let mut map: FxHashMap<SlotId, SlotId> = FxHashMap::default();
    let mut shared: Vec<Slot> = Vec::new();
    let mut free: FxHashMap<usize, Vec<SlotId>> = FxHashMap::default();
    let mut take = |slot: SlotId, free: &mut FxHashMap<usize, Vec<SlotId>>| {
        let size = pass.slots[slot.0 as usize].size;
        free.get_mut(&size).and_then(Vec::pop).unwrap_or_else(|| {
            shared.push(Slot { size });
            SlotId(shared.len() as u32 - 1)
        })
    };
    for &(slot, _, _) in &pass.fills {
        map.insert(slot, take(slot, &mut free));
    }
    for (at, step) in pass.steps.iter().enumerate() {
        for slot in written(step) {
            map.entry(slot).or_insert_with(|| take(slot, &mut free));
        }
        for slot in read(step).chain(written(step)) {
            if ends.get(&slot).copied().unwrap_or(at) == at {
                let size = pass.slots[slot.0 as usize].size;
                let place = free.entry(size).or_default();
                if !place.contains(&map[&slot]) {
                    place.push(map[&slot]);
                }
            }
        }
    }
    pass.slots = shared;
    rename(pass, &map);
}

/// The last step that reads each slot; `usize::MAX` for those that outlive the steps.
fn last_uses(pass: &Pass) -> FxHashMap<SlotId, usize> {
    let mut ends = FxHashMap::default();
    for (at, step) in pass.steps.iter().enumerate() {
        for slot in read(step) {
            ends.insert(slot, at);
        }
    }
    for slot in pass.visited().filter_map(slot_of).chain(pass.fills.iter().map(|f| f.0)) {
        ends.insert(slot, usize::MAX);
    }
    ends
}

fn slot_of(place: Place) -> Option<SlotId> {
    match place {
        Place::Slot(slot) => Some(slot),
        Place::Source(_) | Place::Store(_) => None,
    }
}

fn read(step: &Step) -> impl Iterator<Item = SlotId> + '_ {
    let (places, texts): (&[Place], &[TextArg]) = match step {
        Step::Jit { reads, .. } => (reads, &[]),
        Step::Block { args, .. } => (args, &[]),
        Step::Text { args, .. } => (&[], args),
        Step::Take { at, .. } => (std::slice::from_ref(at), &[]),
    };
    let block = |arg: &TextArg| match arg.from {
        TextFrom::Block(place) => Some(place),
        TextFrom::One(_) | TextFrom::Constant(_) => None,
    };
    places.iter().copied().chain(texts.iter().filter_map(block)).filter_map(slot_of)
}

fn written(step: &Step) -> impl Iterator<Item = SlotId> + '_ {
    let places: &[Place] = match step {
        Step::Jit { writes, .. } => writes,
        Step::Block { dests, .. } => dests,
        Step::Text { dest, .. } | Step::Take { dest, .. } => std::slice::from_ref(dest),
    };
    places.iter().copied().filter_map(slot_of)
}

fn rename(pass: &mut Pass, map: &FxHashMap<SlotId, SlotId>) {
    let rename = |place: &mut Place| {
        if let Place::Slot(slot) = place {
            *slot = map[slot];
        }
    };
    for step in &mut pass.steps {
        match step {
            Step::Jit { reads, writes, .. } => reads.iter_mut().chain(writes).for_each(rename),
            Step::Block { args, dests, .. } => args.iter_mut().chain(dests).for_each(rename),
            Step::Text { args, dest, .. } => {
                for arg in args {
                    if let TextFrom::Block(place) = &mut arg.from {
                        rename(place);
                    }
                }
                rename(dest);
            }
            Step::Take { at, dest, .. } => [at, dest].into_iter().for_each(rename),
        }
    }
    pass.folds.iter_mut().flat_map(|f| std::iter::once(&mut f.from).chain(&mut f.imag)).for_each(rename);
    pass.collect.iter_mut().for_each(|c| rename(&mut c.from));
    pass.fills.iter_mut().for_each(|f| f.0 = map[&f.0]);
}
