//! Running values, in the order of the indices. This page is normative.
//!
//! Along an axis the first value is the first element, and each other one is the value before it combined
//! with its element. Without an axis the elements in C order are one sequence.

use super::value::{Value, c_steps};
use crate::op::Scan;
use crate::scalar;
use crate::shape::Shape;

/// Scans an array along one axis, or flattened.
pub(super) fn scan(op: Scan, of: &Value, axis: Option<u32>) -> Value {
    let (shape, axis) = match axis {
        Some(axis) => (of.shape.clone(), axis as usize),
        None => (Shape::from_slice(&[of.data.len()]), 0),
    };
    let step = c_steps(&shape)[axis];
    let mut values = Value { lane: of.lane, shape, data: of.data.clone() };
    for index in 0..values.data.len() {
        if !(index / step).is_multiple_of(values.shape[axis]) {
            let (before, element) = (values.scalar(index - step), values.scalar(index));
            values.data[index] = scalar::scan(op, before, element).bits;
        }
    }
    values
}
