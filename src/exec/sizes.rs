//! The sizes of a run: from the inputs, and from masks as they are counted.

use super::error::Error;
use super::pass::Operand;
use crate::ir::{self, Dim, DimId, DimOrigin, place_of};
use crate::kernel::Plan;
use smallvec::SmallVec;

/// The sizes that are known so far.
#[derive(Debug)]
pub(super) struct KnownSizes {
    sizes: SmallVec<[usize; 8]>,
    /// What each mask selects, if it has been counted.
    counts: Vec<Option<usize>>,
}

impl KnownSizes {
    /// The sizes before any mask has been counted.
    pub(super) fn new(plan: &Plan, inputs: &[Operand<'_>]) -> Result<KnownSizes, Error> {
        let masks = plan.dims.iter().filter(|entry| matches!(entry.origin, DimOrigin::Counted(_))).count();
        let mut known = KnownSizes { sizes: SmallVec::new(), counts: vec![None; masks] };
        known.update(plan, inputs);
        known.check(plan)?;
        Ok(known)
    }

    /// The size of a dimension. One that is not known yet counts as empty.
    pub(super) fn size(&self, dim: Dim) -> usize {
        match dim {
            Dim::One => 1,
            Dim::Size(id) => self.sizes[id.index()],
        }
    }

    /// Takes note of a mask's count.
    pub(super) fn counted(
        &mut self,
        plan: &Plan,
        inputs: &[Operand<'_>],
        dim: DimId,
        count: usize,
    ) -> Result<(), Error> {
        if let DimOrigin::Counted(mask) = plan.dims[dim.index()].origin {
            self.counts[mask as usize] = Some(count);
        }
        self.update(plan, inputs);
        self.check(plan)
    }

    fn counts(&self) -> Vec<usize> {
        self.counts.iter().map(|count| count.unwrap_or(0)).collect()
    }

    fn update(&mut self, plan: &Plan, inputs: &[Operand<'_>]) {
        let size = |input: ir::InputId, axis: usize| match inputs[input.index()] {
            Operand::View(view) => view.shape()[axis],
            Operand::Single(_) | Operand::Pair(_) | Operand::Text(_) => 1,
        };
        self.sizes = ir::sizes(&plan.dims, size, &self.counts());
    }

    fn is_known(&self, plan: &Plan, id: DimId) -> bool {
        let masks = ir::counted_by(id, |id| plan.dims[id.index()].origin);
        masks.iter().all(|&mask| self.counts[mask as usize].is_some())
    }

    /// Looks whether the sizes are such as the plan takes them to be.
    fn check(&self, plan: &Plan) -> Result<(), Error> {
        for (place, (entry, &size)) in plan.dims.iter().zip(&self.sizes).enumerate() {
            if !entry.fits(size) && self.is_known(plan, DimId::from_index(place)) {
                return Err(Error::Recount { counts: self.counts() });
            }
        }
        for fit in plan.index_fits.iter().filter(|fit| self.is_known(plan, fit.dim)) {
            let size = self.sizes[fit.dim.index()];
            if place_of(fit.index, size).is_none() {
                return Err(Error::Index { index: fit.index, axis: fit.axis, size, span: fit.span });
            }
        }
        for constraint in &plan.counted {
            let [left, right] = [constraint.left, constraint.right].map(|dim| self.sizes[dim.index()]);
            let known = self.is_known(plan, constraint.left) && self.is_known(plan, constraint.right);
            if known && left != right {
                return Err(Error::Counted { left, right, span: constraint.span });
            }
        }
        Ok(())
    }
}
