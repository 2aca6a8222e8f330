//! Dimensions: what is known of a size before arrays are bound, and where it comes from.

use super::graph::{Constraint, Graph, InputDecl};
use super::node::{Dim, Dims, InputId, Type};
use super::view::{Pick, Picks, Slice, ViewAxes, ViewMap};
use crate::dtype::DType;
use crate::shape::{self, Shape};
use crate::span::Span;
use smallvec::SmallVec;

/// A dimension whose size is known when arrays are bound, and may then be anything but 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct DimId(pub(crate) u32);

impl DimId {
    /// The dimension at a place of the graph's table.
    pub fn from_index(index: usize) -> DimId {
        DimId(index as u32)
    }

    /// The dimension's place in the graph's table.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where the size of a dimension comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DimOrigin {
    /// An axis of an input.
    Input {
        /// The input.
        input: InputId,
        /// Its axis.
        axis: u32,
    },
    /// Written in the formula.
    Literal(u64),
    /// What a slice takes of an earlier dimension.
    Slice {
        /// The dimension.
        of: DimId,
        /// The slice.
        slice: Slice,
    },
    /// The number of elements that a mask selects: known when a pass has counted them. The number is
    /// that of the mask in the formula.
    Counted(u32),
    /// The product of two earlier dimensions, neither of which is 1.
    Product(DimId, DimId),
}

/// A dimension of a graph's table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DimEntry {
    /// Where its size comes from.
    pub origin: DimOrigin,
    /// Whether the graph takes it to be 1. Then no type names it: its axes are [`Dim::One`](super::Dim::One). A
    /// dimension that is not an input's may turn out either way, and each way has a graph of its own.
    pub one: bool,
}

impl DimEntry {
    /// Whether the dimension may have that size in the graph. What is known of inputs is part of their types.
    pub fn fits(&self, size: usize) -> bool {
        match self.origin {
            DimOrigin::Input { .. } | DimOrigin::Literal(_) | DimOrigin::Product(..) => true,
            DimOrigin::Slice { .. } | DimOrigin::Counted(_) => self.one == (size == 1),
        }
    }
}

/// What is known of the arrays when a graph is made: decides which sliced and counted dimensions are 1.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Known {
    /// The shapes of the inputs; empty if they are not known.
    pub shapes: Vec<Shape>,
    /// How many elements each mask selects, as far as that is known.
    pub counts: Vec<usize>,
}

/// The sizes of dimensions, each of which follows from earlier ones. A mask that has not been counted
/// yet counts as empty.
pub fn sizes<'d>(
    dims: impl IntoIterator<Item = &'d DimEntry>,
    input: impl Fn(InputId, usize) -> usize,
    counts: &[usize],
) -> SmallVec<[usize; 8]> {
    let mut sizes = SmallVec::new();
    for entry in dims {
        let size = match entry.origin {
            DimOrigin::Input { input: id, axis } => input(id, axis as usize),
            DimOrigin::Literal(size) => size as usize,
            DimOrigin::Slice { of, slice } => slice.of(sizes[of.index()]).len,
            DimOrigin::Counted(mask) => counts.get(mask as usize).copied().unwrap_or(0),
            // An array of that size is refused when it is made.
            DimOrigin::Product(left, right) => product(sizes[left.index()], sizes[right.index()]),
        };
        sizes.push(size);
    }
    sizes
}

/// The masks that must be counted before a dimension's size is known, given where sizes come from.
pub fn counted_by(id: DimId, origin: impl Fn(DimId) -> DimOrigin) -> SmallVec<[u32; 1]> {
    let (mut masks, mut work) = (SmallVec::new(), vec![id]);
    while let Some(at) = work.pop() {
        match origin(at) {
            DimOrigin::Slice { of, .. } => work.push(of),
            DimOrigin::Product(left, right) => work.extend([left, right]),
            DimOrigin::Counted(mask) => masks.push(mask),
            DimOrigin::Input { .. } | DimOrigin::Literal(_) => {}
        }
    }
    masks
}

fn product(left: usize, right: usize) -> usize {
    shape::count(&[left, right]).unwrap_or(usize::MAX)
}

/// The dimensions of a graph: declaring them, which are known to be equal, and what broadcasting and views
/// make of them.
impl Graph {
    /// An empty graph for arrays of which this is known.
    pub fn of_known(known: Known) -> Graph {
        let mut graph = Graph::new();
        graph.known = known;
        graph
    }

    /// Declares an input. `ones[k]` says whether axis `k` has size 1; every other axis gets a dimension of its own.
    pub fn declare(&mut self, name: &str, dtype: DType, ones: &[bool], weak: bool) -> InputId {
        let input = InputId(self.inputs.len() as u32);
        let dim = |(axis, &one): (usize, &bool)| match one {
            true => Dim::One,
            false => {
                let origin = DimOrigin::Input { input, axis: axis as u32 };
                Dim::Size(self.add_dim(DimEntry { origin, one: false }))
            }
        };
        let dims: Dims = ones.iter().enumerate().map(dim).collect();
        self.inputs.push(InputDecl { name: name.into(), ty: Type { dtype, dims }, weak });
        input
    }

    /// Adds an entry to the table of dimensions.
    pub(super) fn add_dim(&mut self, entry: DimEntry) -> DimId {
        let id = DimId(self.dims.len() as u32);
        let size = match entry.origin {
            DimOrigin::Input { input, axis } => {
                self.known.shapes.get(input.index()).and_then(|shape| shape.get(axis as usize)).copied()
            }
            DimOrigin::Literal(size) => usize::try_from(size).ok(),
            DimOrigin::Slice { of, slice } => self.dim_sizes[of.index()].map(|size| slice.of(size).len),
            DimOrigin::Counted(mask) => self.known.counts.get(mask as usize).copied(),
            DimOrigin::Product(left, right) => {
                let sizes = (self.dim_sizes[left.index()], self.dim_sizes[right.index()]);
                if let (Some(left), Some(right)) = sizes { Some(product(left, right)) } else { None }
            }
        };
        if let DimOrigin::Slice { of, slice } = entry.origin {
            let root = self.root(of);
            self.slices.entry(root).or_default().insert((slice, entry.one), id);
        }
        self.dims.push((entry, id));
        self.dim_sizes.push(size);
        id
    }

    /// The number of dimensions declared.
    pub fn dim_count(&self) -> usize {
        self.dims.len()
    }

    /// The table of dimensions.
    pub fn dims(&self) -> impl ExactSizeIterator<Item = &DimEntry> {
        self.dims.iter().map(|(entry, _)| entry)
    }

    /// The dimension that stands for all those known to be equal to this one.
    pub fn root(&self, id: DimId) -> DimId {
        let mut at = id;
        while self.dims[at.index()].1 != at {
            at = self.dims[at.index()].1;
        }
        at
    }

    /// The masks that must be counted before a dimension's size is known.
    pub fn counted_by(&self, id: DimId) -> SmallVec<[u32; 1]> {
        counted_by(id, |id| self.dims[id.index()].0.origin)
    }

    /// The dimensions with every id replaced by its root: equal shapes compare equal.
    pub fn canonical(&self, dims: &[Dim]) -> Dims {
        let root = |&d: &Dim| match d {
            Dim::One => Dim::One,
            Dim::Size(id) => Dim::Size(self.root(id)),
        };
        dims.iter().map(root).collect()
    }

    /// A dimension of a size that is written in the formula.
    pub fn literal_dim(&mut self, size: u64) -> Dim {
        if size == 1 {
            return Dim::One;
        }
        let origin = DimOrigin::Literal(size);
        let known = self.dims.iter().position(|(entry, _)| entry.origin == origin);
        let known = known.map(|place| DimId(place as u32));
        Dim::Size(known.unwrap_or_else(|| self.add_dim(DimEntry { origin, one: false })))
    }

    /// Whether a dimension that the graph takes for another size may turn out to be 1, and the graph to be the wrong one.
    pub fn may_be_one(&self, id: DimId) -> bool {
        match self.dims[id.index()].0.origin {
            DimOrigin::Slice { .. } | DimOrigin::Counted(_) => true,
            DimOrigin::Product(left, right) => self.may_be_one(left) && self.may_be_one(right),
            DimOrigin::Input { .. } | DimOrigin::Literal(_) => false,
        }
    }

    /// The dimension of all elements of that shape, declared if it is not there.
    pub(super) fn product(&mut self, dims: &[Dim]) -> Dim {
        let mut sized = self.sized(dims).into_iter();
        let Some(first) = sized.next() else { return Dim::One };
        Dim::Size(sized.fold(first, |left, right| match self.known_product(left, right) {
            Some(known) => known,
            None => self.add_dim(DimEntry { origin: DimOrigin::Product(left, right), one: false }),
        }))
    }

    /// The dimension of all elements of that shape, if it is declared.
    pub(super) fn product_of(&self, dims: &[Dim]) -> Option<Dim> {
        let mut sized = self.sized(dims).into_iter();
        let Some(first) = sized.next() else { return Some(Dim::One) };
        sized.try_fold(first, |left, right| self.known_product(left, right)).map(Dim::Size)
    }

    fn sized(&self, dims: &[Dim]) -> SmallVec<[DimId; 4]> {
        let size = |&dim: &Dim| match dim {
            Dim::One => None,
            Dim::Size(id) => Some(self.root(id)),
        };
        dims.iter().filter_map(size).collect()
    }

    fn known_product(&self, left: DimId, right: DimId) -> Option<DimId> {
        let is_it = |entry: &DimEntry| match entry.origin {
            DimOrigin::Product(a, b) => (self.root(a), self.root(b)) == (self.root(left), self.root(right)),
            DimOrigin::Input { .. } | DimOrigin::Literal(_) => false,
            DimOrigin::Slice { .. } | DimOrigin::Counted(_) => false,
        };
        self.dims().position(is_it).map(|place| self.root(DimId(place as u32)))
    }

    /// Notes that a dimension must turn out to be 1, so that another graph is the right one.
    pub fn require_one(&mut self, id: DimId, span: Span) {
        let one = self.add_dim(DimEntry { origin: DimOrigin::Literal(1), one: false });
        self.constraints.push(Constraint { left: id, right: one, span });
    }

    /// The dimension of a new mask's count.
    pub fn counted_dim(&mut self) -> DimId {
        let masks = self.dims().filter(|entry| matches!(entry.origin, DimOrigin::Counted(_))).count();
        let one = self.known.counts.get(masks) == Some(&1);
        self.add_dim(DimEntry { origin: DimOrigin::Counted(masks as u32), one })
    }

    /// The dimension that a slice of a dimension has.
    pub fn sliced(&mut self, dim: Dim, slice: Slice) -> Dim {
        let of = match dim {
            Dim::Size(_) if slice.is_whole() => return dim,
            Dim::Size(id) => self.root(id),
            Dim::One => return self.literal_dim(slice.of(1).len as u64),
        };
        let size = self.dim_sizes[of.index()].map(|size| slice.of(size).len);
        let one = size == Some(1);
        let known = self.slices.get(&of).and_then(|slices| slices.get(&(slice, one))).copied();
        let id =
            known.unwrap_or_else(|| self.add_dim(DimEntry { origin: DimOrigin::Slice { of, slice }, one }));
        if one { Dim::One } else { Dim::Size(id) }
    }

    /// The rule of a view of an array of these dimensions.
    pub fn view_map(&mut self, of: &[Dim], picks: Picks, axes: ViewAxes) -> ViewMap {
        let dim = |axis: &Option<u32>| match axis.map(|k| (of[k as usize], picks[k as usize])) {
            None | Some((_, Pick::At(_))) => Dim::One,
            Some((dim, Pick::All)) => dim,
            Some((dim, Pick::Slice(slice))) => self.sliced(dim, slice),
        };
        let dims = axes.iter().map(dim).collect();
        ViewMap { picks, axes, dims }
    }

    /// Whether a view's rule has a place for each axis of its operand, and the dimensions that follow.
    pub(super) fn is_view_of(&self, of: &[Dim], map: &ViewMap) -> bool {
        let mut uses = vec![0; of.len()];
        for &k in map.axes.iter().flatten() {
            let Some(uses) = uses.get_mut(k as usize) else { return false };
            *uses += 1;
        }
        let fits = |(&pick, &uses): (&Pick, &i32)| match pick {
            Pick::At(_) => uses == 0,
            Pick::All | Pick::Slice(_) => uses == 1,
        };
        let follows = |(axis, &dim): (&Option<u32>, &Dim)| match axis.map(|k| (k as usize, dim)) {
            None => dim == Dim::One,
            Some((k, _)) => match (map.picks[k], of[k], dim) {
                (Pick::At(_), _, _) => false,
                (Pick::All, from, to) => self.canonical(&[from]) == self.canonical(&[to]),
                // A slice of an axis of one has 1 element or none.
                (Pick::Slice(_), _, Dim::One) => true,
                (Pick::Slice(_), _, Dim::Size(id)) => id.index() < self.dims.len(),
            },
        };
        of.len() == map.picks.len()
            && map.axes.len() == map.dims.len()
            && map.picks.iter().zip(&uses).all(fits)
            && map.axes.iter().zip(&map.dims).all(follows)
    }

    /// Notes that two dimensions must turn out equal. Nothing happens if that is known.
    pub fn constrain(&mut self, left: DimId, right: DimId, span: Span) {
        self.unify(left, right, span);
    }

    /// Broadcasts two shapes, noting which dimensions must turn out equal.
    pub(super) fn broadcast(&mut self, a: Dims, b: Dims, span: Span) -> Dims {
        let rank = a.len().max(b.len());
        let at = |s: &Dims, i: usize| (i + s.len()).checked_sub(rank).map_or(Dim::One, |k| s[k]);
        (0..rank)
            .map(|i| match (at(&a, i), at(&b, i)) {
                (Dim::One, other) | (other, Dim::One) => other,
                (Dim::Size(left), Dim::Size(right)) => Dim::Size(self.unify(left, right, span)),
            })
            .collect()
    }

    fn unify(&mut self, left: DimId, right: DimId, span: Span) -> DimId {
        if self.root(left) != self.root(right) {
            self.constraints.push(Constraint { left, right, span });
            self.join(left, right);
        }
        self.root(left)
    }

    /// Makes two dimensions one, and with them what the same slices take of both: for that nothing has to be
    /// checked.
    fn join(&mut self, left: DimId, right: DimId) {
        let mut work = vec![(left, right)];
        while let Some((left, right)) = work.pop() {
            let (a, b) = (self.root(left), self.root(right));
            if a == b {
                continue;
            }
            // The earlier one stands for both, so that a root never changes once it is found lowest.
            let (low, high) = (a.min(b), a.max(b));
            self.dims[high.index()].1 = low;
            let moved = self.slices.remove(&high).unwrap_or_default();
            if moved.is_empty() {
                continue;
            }
            let slices = self.slices.entry(low).or_default();
            for (slice, id) in moved {
                work.push((id, *slices.entry(slice).or_insert(id)));
            }
        }
    }
}
