//! Views: which elements of an array stand where, by axes alone.

use super::node::Dims;
use crate::shape::{Shape, Strides};
use smallvec::SmallVec;

/// `start:stop:step` as written; the step is not 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Slice {
    /// Before the first colon.
    pub start: Option<i64>,
    /// After it.
    pub stop: Option<i64>,
    /// After the second colon.
    pub step: i64,
}

/// The elements that a slice takes of an axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Taken {
    /// The first; means nothing if there is none.
    pub first: usize,
    /// How many.
    pub len: usize,
}

impl Slice {
    /// Whether it takes the whole of every axis, in whatever order.
    pub fn is_whole(self) -> bool {
        (self.start, self.stop) == (None, None) && self.step.unsigned_abs() == 1
    }

    /// What it takes of an axis of that size, by Python's rules.
    pub fn of(self, size: usize) -> Taken {
        let n = i128::try_from(size).unwrap_or(0);
        let step = i128::from(self.step);
        // Counted from the end if negative, then kept within what a walk in that direction can touch.
        let (least, most) = if step > 0 { (0, n) } else { (-1, n - 1) };
        let bound = |given: Option<i64>, otherwise: i128| match given.map(i128::from) {
            None => otherwise,
            Some(place) => (if place < 0 { place + n } else { place }).clamp(least, most),
        };
        let (start, stop) = match step > 0 {
            true => (bound(self.start, 0), bound(self.stop, n)),
            false => (bound(self.start, n - 1), bound(self.stop, -1)),
        };
        let distance = if step > 0 { stop - start } else { start - stop };
        let len = if distance <= 0 { 0 } else { (distance - 1) / step.abs() + 1 };
        Taken { first: start.max(0) as usize, len: len as usize }
    }
}

/// What a view takes of one axis of its operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Pick {
    /// All of it.
    All,
    /// One element, counted from the end if negative.
    At(i64),
    /// A slice of it.
    Slice(Slice),
}

/// For each axis of an array, what a view takes of it.
pub type Picks = SmallVec<[Pick; 4]>;

/// For each axis of a view, the axis of its operand that it is, or `None` for a new axis of one.
pub type ViewAxes = SmallVec<[Option<u32>; 4]>;

/// A view as a rule: what it takes of each axis of its operand, and which axes it has itself.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ViewMap {
    /// What is taken of each axis of the operand.
    pub picks: Picks,
    /// The view's axes: every axis of the operand that is not picked at an index is there exactly once.
    pub axes: ViewAxes,
    /// The view's dimensions.
    pub dims: Dims,
}

/// An array by its sizes and strides, with how far its first element is from where it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Placed {
    /// The distance, in the strides' unit.
    pub offset: isize,
    /// The sizes.
    pub shape: Shape,
    /// The strides.
    pub strides: Strides,
}

impl ViewMap {
    /// The view of an array. `None` if an index is outside its axis, or the array has other axes.
    pub fn place(&self, shape: &[usize], strides: &[isize]) -> Option<Placed> {
        if shape.len() != self.picks.len() || strides.len() != shape.len() {
            return None;
        }
        let mut offset = 0isize;
        let mut picked: SmallVec<[(usize, isize); 6]> = SmallVec::new();
        for ((&pick, &n), &stride) in self.picks.iter().zip(shape).zip(strides) {
            let (first, axis) = match pick {
                Pick::All => (0, (n, stride)),
                Pick::At(index) => (place_of(index, n)?, (1, 0)),
                Pick::Slice(slice) => {
                    let Taken { first, len } = slice.of(n);
                    let step = if len > 1 { stride.wrapping_mul(slice.step as isize) } else { stride };
                    (if len == 0 { 0 } else { first }, (len, step))
                }
            };
            offset = offset.wrapping_add(stride.wrapping_mul(first as isize));
            picked.push(axis);
        }
        let axes = self.axes.iter().map(|axis| match axis {
            None => Some((1, 0)),
            Some(k) => picked.get(*k as usize).copied(),
        });
        let axes: SmallVec<[(usize, isize); 6]> = axes.collect::<Option<_>>()?;
        let (shape, strides) = axes.into_iter().unzip();
        Some(Placed { offset, shape, strides })
    }

    /// Whether each axis is taken whole and stays where it was.
    pub fn is_identity(&self) -> bool {
        self.picks.iter().all(|&pick| pick == Pick::All)
            && self.axes.len() == self.picks.len()
            && self.axes.iter().enumerate().all(|(k, &axis)| axis == Some(k as u32))
    }
}

/// The place that an index means on an axis of `n` elements.
pub fn place_of(index: i64, n: usize) -> Option<usize> {
    let place = if index < 0 { i128::from(index) + n as i128 } else { i128::from(index) };
    usize::try_from(place).ok().filter(|&place| place < n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(start: Option<i64>, stop: Option<i64>, step: i64, size: usize) -> (usize, usize) {
        let taken = Slice { start, stop, step }.of(size);
        (taken.first, taken.len)
    }

    /// Against the definition: the elements that Python's loop visits, after its clamping.
    #[test]
    fn slices_take_what_pythons_do() {
        let bounds = || std::iter::once(None).chain((-7..8).map(Some));
        for size in 0..6i64 {
            for (start, stop) in bounds().flat_map(|a| bounds().map(move |b| (a, b))) {
                for step in (-4..5).filter(|&s| s != 0) {
                    let clamp = |place: i64, low, high| {
                        (if place < 0 { place + size } else { place }).max(low).min(high)
                    };
                    let (low, high) = if step > 0 { (0, size) } else { (-1, size - 1) };
                    let from = start.map_or(if step > 0 { 0 } else { size - 1 }, |s| clamp(s, low, high));
                    let to = stop.map_or(if step > 0 { size } else { -1 }, |s| clamp(s, low, high));
                    let mut visited = Vec::new();
                    let mut at = from;
                    while if step > 0 { at < to } else { at > to } {
                        visited.push(at as usize);
                        at += step;
                    }
                    let (first, len) = taken(start, stop, step, size as usize);
                    assert_eq!(len, visited.len(), "{start:?}:{stop:?}:{step} of {size}");
                    assert!(len == 0 || first == visited[0], "{start:?}:{stop:?}:{step} of {size}");
                }
            }
        }
        assert_eq!(taken(Some(i64::MIN), Some(i64::MAX), i64::MAX, 5), (0, 1));
        assert_eq!(taken(Some(i64::MAX), Some(i64::MIN), i64::MIN, 5), (4, 1));
        assert_eq!(taken(None, None, -1, usize::MAX >> 1), ((usize::MAX >> 1) - 1, usize::MAX >> 1));
    }

    #[test]
    fn a_view_is_an_offset_and_strides() {
        let slice = Pick::Slice(Slice { start: Some(-1), stop: None, step: -2 });
        let map = ViewMap {
            picks: smallvec::smallvec![Pick::At(-1), slice, Pick::All],
            axes: smallvec::smallvec![Some(2), None, Some(1)],
            dims: Dims::new(),
        };
        let placed = map.place(&[2, 5, 3], &[15, 3, 1]).unwrap();
        assert_eq!(placed.offset, 15 + 12);
        assert_eq!((placed.shape.as_slice(), placed.strides.as_slice()), (&[3, 1, 3][..], &[1, 0, -6][..]));
        assert_eq!(map.place(&[0, 5, 3], &[15, 3, 1]), None);
        assert_eq!(map.place(&[5, 3], &[3, 1]), None);
    }
}
