//! What a graph's inputs are, and the sizes that follow from them.

use super::{Error, Given, Value};
use crate::ir::{self, Dim, DimId, DimOrigin, Graph, place_of};
use crate::shape::Shape;

/// The inputs of an evaluation, and the sizes that are known so far.
pub(super) struct Bound<'v> {
    pub(super) given: Vec<(Given, &'v Value)>,
    /// How many elements each mask selects, as far as they have been counted.
    pub(super) counts: Vec<Option<usize>>,
    pub(super) sizes: Vec<usize>,
}

impl Bound<'_> {
    /// The sizes of dimensions.
    pub(super) fn shape(&self, dims: &[Dim]) -> Shape {
        let size = |dim: &Dim| match dim {
            Dim::One => 1,
            Dim::Size(id) => self.sizes[id.index()],
        };
        dims.iter().map(size).collect()
    }

    /// Takes note of what a mask selects.
    pub(super) fn count(&mut self, graph: &Graph, dim: DimId, count: usize) -> Result<(), Error> {
        if let Some(DimOrigin::Counted(mask)) = graph.dims().nth(dim.index()).map(|entry| entry.origin) {
            let mask = mask as usize;
            self.counts.resize(self.counts.len().max(mask + 1), None);
            self.counts[mask] = Some(count);
        }
        self.measure(graph)
    }

    /// Computes the sizes, and checks all that is known.
    pub(super) fn measure(&mut self, graph: &Graph) -> Result<(), Error> {
        let counts: Vec<usize> = self.counts.iter().map(|count| count.unwrap_or(0)).collect();
        let input = |id, axis: usize| {
            let found = self.given.iter().find(|((input, _), _)| *input == id);
            found.map_or(0, |(_, value)| value.shape[axis])
        };
        self.sizes = ir::sizes(graph.dims(), input, &counts).to_vec();
        for (place, (entry, &size)) in graph.dims().zip(&self.sizes).enumerate() {
            if !entry.fits(size) && self.is_known(graph, DimId::from_index(place)) {
                return Err(Error::One { counts });
            }
        }
        for fit in graph.index_fits.iter().filter(|fit| self.is_known(graph, fit.dim)) {
            let size = self.sizes[fit.dim.index()];
            if place_of(fit.index, size).is_none() {
                return Err(Error::Index { index: fit.index, size, span: fit.span });
            }
        }
        for constraint in &graph.constraints {
            let (left, right) = (self.sizes[constraint.left.index()], self.sizes[constraint.right.index()]);
            let known = self.is_known(graph, constraint.left) && self.is_known(graph, constraint.right);
            if known && left != right {
                let (span, sides) = (constraint.span, [constraint.left, constraint.right]);
                let is_counted = sides.iter().any(|&side| !graph.counted_by(side).is_empty());
                return Err(match is_counted {
                    true => Error::Counted { left, right, span },
                    false => Error::Sizes { left, right, span },
                });
            }
        }
        Ok(())
    }

    fn is_known(&self, graph: &Graph, id: DimId) -> bool {
        let is_counted = |&mask: &u32| self.counts.get(mask as usize).copied().flatten().is_some();
        graph.counted_by(id).iter().all(is_counted)
    }
}
