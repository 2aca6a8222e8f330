//! Index spaces: which loops a pass is, and how each array lies in them.

use crate::shape::Strides;
use smallvec::SmallVec;

/// An axis of a pass's space before it is arranged: its size, and the group it is sorted into.
/// Groups are never merged with each other: kept axes, reduced axes, kept inner axes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Axis {
    /// The size.
    pub size: usize,
    /// The group.
    pub group: u8,
}

/// How one array lies in an arranged space.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Layout {
    /// Element `i` of the space is element `i` of memory.
    Linear,
    /// Byte strides along the space's axes.
    Strided(SmallVec<[isize; 6]>),
}

/// A pass's space: its axes in order of visiting, merged where every array allows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Space {
    /// The sizes of the axes, outermost first; none is 1.
    pub sizes: SmallVec<[usize; 6]>,
    /// The number of elements.
    pub len: usize,
    /// How each array lies, in the order given.
    pub layouts: SmallVec<[Layout; 6]>,
}

impl Space {
    /// Arranges axes by group and merges neighbours of a group that every array walks as one.
    ///
    /// `strides` holds, for each array, its byte stride along each axis (0 where it is broadcast),
    /// and its element size.
    pub fn arrange(axes: &[Axis], arrays: &[(SmallVec<[isize; 6]>, usize)]) -> Space {
        let len = axes.iter().map(|a| a.size).product();
        let mut order: SmallVec<[usize; 6]> = (0..axes.len()).filter(|&k| axes[k].size != 1).collect();
        order.sort_by_key(|&k| axes[k].group);
        let mut sizes: SmallVec<[usize; 6]> = SmallVec::new();
        let mut strides: SmallVec<[SmallVec<[isize; 6]>; 6]> =
            arrays.iter().map(|_| SmallVec::new()).collect();
        let mut last: Option<usize> = None;
        for &axis in &order {
            let merges = last.is_some_and(|l| {
                axes[l].group == axes[axis].group
                    && arrays.iter().all(|(s, _)| s[l] == s[axis].wrapping_mul(axes[axis].size as isize))
            });
            if merges {
                let end = sizes.len() - 1;
                sizes[end] *= axes[axis].size;
                strides.iter_mut().zip(arrays).for_each(|(merged, (s, _))| merged[end] = s[axis]);
            } else {
                sizes.push(axes[axis].size);
                strides.iter_mut().zip(arrays).for_each(|(merged, (s, _))| merged.push(s[axis]));
            }
            last = Some(axis);
        }
        let layout = |(s, (_, size)): (Strides, &(Strides, usize))| {
            if is_linear(&sizes, &s, *size) { Layout::Linear } else { Layout::Strided(s) }
        };
        let layouts = strides.into_iter().zip(arrays).map(layout).collect();
        Space { sizes, len, layouts }
    }

    /// The size of the innermost axis.
    pub fn row(&self) -> usize {
        self.sizes.last().copied().unwrap_or(1)
    }

    /// The coordinates of element `at`.
    pub fn coordinates(&self, mut at: usize) -> SmallVec<[usize; 6]> {
        let mut coordinates: SmallVec<[usize; 6]> = SmallVec::from_elem(0, self.sizes.len());
        for (coordinate, &size) in coordinates.iter_mut().zip(&self.sizes).rev() {
            *coordinate = at % size;
            at /= size;
        }
        coordinates
    }
}

fn is_linear(sizes: &[usize], strides: &[isize], size: usize) -> bool {
    let mut step = size as isize;
    for (&n, &stride) in sizes.iter().zip(strides).rev() {
        if stride != step {
            return false;
        }
        step = step.wrapping_mul(n as isize);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use smallvec::smallvec;

    fn axes(sizes: &[usize]) -> Vec<Axis> {
        sizes.iter().map(|&size| Axis { size, group: 0 }).collect()
    }

    #[test]
    fn dense_arrays_become_one_axis() {
        let space = Space::arrange(&axes(&[3, 1, 4]), &[(smallvec![32, 8, 8], 8), (smallvec![16, 0, 4], 4)]);
        assert_eq!(space.sizes.as_slice(), [12]);
        assert_eq!(space.layouts.as_slice(), [Layout::Linear, Layout::Linear]);
    }

    #[test]
    fn a_broadcast_row_keeps_its_axis() {
        let space = Space::arrange(&axes(&[3, 4]), &[(smallvec![32, 8], 8), (smallvec![0, 8], 8)]);
        assert_eq!(space.sizes.as_slice(), [3, 4]);
        assert_eq!(space.layouts[0], Layout::Linear);
        assert_eq!(space.layouts[1], Layout::Strided(smallvec![0, 8]));
        assert_eq!(space.coordinates(7).as_slice(), [1, 3]);
    }

    #[test]
    fn groups_are_sorted_and_kept_apart() {
        let kept = Axis { size: 3, group: 0 };
        let reduced = Axis { size: 4, group: 1 };
        let space = Space::arrange(&[reduced, kept], &[(smallvec![24, 8], 8)]);
        assert_eq!(space.sizes.as_slice(), [3, 4]);
        assert_eq!(space.layouts[0], Layout::Strided(smallvec![8, 24]));
    }
}
