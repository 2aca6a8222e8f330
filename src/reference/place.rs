//! What is about places: views, numbers of elements, elements by their numbers.

use super::value::{Value, c_steps, offsets};
use super::{Error, broadcast_offsets};
use crate::dtype::Lane;
use crate::ir::{Axes, ViewMap};
use crate::shape::{self, Shape};
use crate::span::Span;

/// The elements that a view names.
pub(super) fn view(of: &Value, map: &ViewMap, span: Span) -> Result<Value, Error> {
    let strides: Vec<isize> = c_steps(&of.shape).iter().map(|&step| step as isize).collect();
    let placed = map.place(&of.shape, &strides).ok_or(Error::TooBig { span })?;
    let mut places = vec![placed.offset];
    for (&size, &stride) in placed.shape.iter().zip(&placed.strides) {
        places = places.iter().flat_map(|&base| (0..size as isize).map(move |i| base + i * stride)).collect();
    }
    let data = places.iter().map(|&place| of.data[place as usize]).collect();
    Ok(Value { lane: of.lane, shape: placed.shape, data })
}

/// Each element's number in C order along some axes.
pub(super) fn index(shape: &Shape, along: Axes, span: Span) -> Result<Value, Error> {
    shape::bytes(shape, 8).map_err(|_| Error::TooBig { span })?;
    let counted: Vec<usize> =
        shape.iter().enumerate().map(|(axis, &n)| if along.contains(axis) { n } else { 1 }).collect();
    let own = c_steps(&counted);
    let steps: Vec<usize> =
        own.iter().enumerate().map(|(axis, &step)| if along.contains(axis) { step } else { 0 }).collect();
    let data = offsets(shape, &steps).into_iter().map(|number| number as u64).collect();
    Ok(Value { lane: Lane::I64, shape: shape.clone(), data })
}

/// A value repeated to a shape.
pub(super) fn broadcast(of: &Value, shape: &Shape, span: Span) -> Result<Value, Error> {
    shape::count(shape).map_err(|_| Error::TooBig { span })?;
    let data = broadcast_offsets(&of.shape, shape).into_iter().map(|place| of.data[place]).collect();
    Ok(Value { lane: of.lane, shape: shape.clone(), data })
}

/// The numbers of the elements that are true.
pub(super) fn nonzero(mask: &Value) -> Value {
    let chosen = mask.data.iter().enumerate().filter(|(_, bits)| **bits != 0);
    let data: Vec<u64> = chosen.map(|(number, _)| number as u64).collect();
    Value { lane: Lane::I64, shape: std::iter::once(data.len()).collect(), data }
}

/// Elements by their numbers; 0 for a number that is none.
pub(super) fn take(of: &Value, at: &Value) -> Value {
    let element =
        |&number: &u64| usize::try_from(number).ok().and_then(|n| of.data.get(n)).copied().unwrap_or(0);
    Value { lane: of.lane, shape: at.shape.clone(), data: at.data.iter().map(element).collect() }
}
