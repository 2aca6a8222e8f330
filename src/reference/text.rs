//! Operators on text, element by element.
//!
//! An array of bytes or text is a [`Value`] of u8 or u32: its characters, as many an element as its dtype is wide.

use super::value::Value;
use super::{Error, broadcast_offsets, joined};
use crate::dtype::{DType, Kind, Lane};
use crate::ir::{Literal, Scalar, width};
use crate::op::TextOp;
use crate::scalar::{Element, apply_text, cast_text};
use crate::shape::Shape;
use crate::span::Span;

/// The lane of a dtype's characters, or of its elements if it is no text.
pub(super) fn lane(dtype: DType) -> Option<Lane> {
    match dtype.kind() {
        Kind::Bytes => Some(Lane::U8),
        Kind::Text => Some(Lane::U32),
        Kind::Bool | Kind::Signed | Kind::Unsigned | Kind::Float => dtype.lane(),
        Kind::Complex | Kind::Datetime | Kind::Timedelta => None,
    }
}

/// How many values an element has.
pub(super) fn values_of(dtype: DType) -> usize {
    if dtype.is_text() { width(dtype) as usize } else { 1 }
}

pub(super) fn literal(literal: &Literal) -> Value {
    let mut data: Vec<u64> = literal.characters.iter().map(|&c| c.into()).collect();
    data.resize(values_of(literal.dtype), 0);
    Value { lane: lane(literal.dtype).unwrap_or(Lane::U8), shape: Shape::new(), data }
}

fn element(value: &Value, dtype: DType, place: usize) -> Element {
    if !dtype.is_text() {
        return Element::Lane(value.scalar(place));
    }
    let wide = values_of(dtype);
    let characters: Vec<u32> = value.data[place * wide..][..wide].iter().map(|&c| c as u32).collect();
    Element::text(&characters)
}

/// Adds an element to an array of that dtype.
fn push(data: &mut Vec<u64>, element: Element, dtype: DType) {
    match element {
        Element::Lane(Scalar { bits, .. }) => data.push(bits),
        Element::Text(characters) => {
            let end = data.len() + values_of(dtype);
            data.extend(characters.iter().map(|&c| u64::from(c)));
            data.resize(end, 0);
        }
    }
}

pub(super) fn apply(op: TextOp, args: &[(&Value, DType)], result: DType, span: Span) -> Result<Value, Error> {
    let (shape, count) = joined(args.iter().map(|(value, _)| *value), span)?;
    let places: Vec<Vec<usize>> =
        args.iter().map(|(value, _)| broadcast_offsets(&value.shape, &shape)).collect();
    let mut data = Vec::new();
    for index in 0..count {
        let at =
            |(&(value, dtype), place): (&(&Value, DType), &Vec<usize>)| element(value, dtype, place[index]);
        let operands: Vec<Element> = args.iter().zip(&places).map(at).collect();
        push(&mut data, apply_text(op, &operands, result), result);
    }
    let lane = lane(result).ok_or(Error::DType { dtype: result, span })?;
    Ok(Value { lane, shape, data })
}

pub(super) fn cast(of: &Value, from: DType, to: DType, span: Span) -> Result<Value, Error> {
    let lane = lane(to).ok_or(Error::DType { dtype: to, span })?;
    let mut data = Vec::new();
    for index in 0..of.shape.iter().product() {
        push(&mut data, cast_text(&element(of, from, index), to), to);
    }
    Ok(Value { lane, shape: of.shape.clone(), data })
}
