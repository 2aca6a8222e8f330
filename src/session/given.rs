//! What a caller gives for a name, and the type that `check` sees in it.

use crate::array::InputRef;
use crate::check::{InputDType, InputType};
use crate::dtype::DType;

/// An input as a caller gives it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given<'a> {
    pub(super) name: &'a str,
    pub(super) input: InputRef<'a>,
    /// Whether the formula may change its array.
    pub(super) writable: bool,
}

impl Given<'_> {
    /// Its type.
    pub(super) fn ty(self) -> InputType {
        let Given { name, input, writable } = self;
        let ones = input.shape().iter().map(|&n| n == 1).collect();
        InputType { name: name.into(), dtype: input_dtype(input), ones, writable }
    }

    /// Whether it has that name and type.
    pub(super) fn is_of(self, ty: &InputType) -> bool {
        *ty.name == *self.name && ty.writable == self.writable && fits(ty, self.input)
    }
}

/// The type of an input that the formula may not change.
pub fn input_type(name: &str, input: InputRef<'_>) -> InputType {
    Given { name, input, writable: false }.ty()
}

/// The dtype of an input, as `check` sees it.
pub(super) fn input_dtype(input: InputRef<'_>) -> InputDType {
    match input {
        InputRef::View(view) => InputDType::Strong(view.dtype()),
        InputRef::Scalar(scalar) => InputDType::Strong(scalar.dtype()),
        InputRef::Text(text) => InputDType::Strong(text.dtype()),
        // What no i64 holds can only mean a u64.
        InputRef::WeakInt(value) if i64::try_from(value).is_err() => InputDType::Strong(DType::U64),
        InputRef::WeakInt(_) => InputDType::WeakInt,
        InputRef::WeakFloat(_) => InputDType::WeakFloat,
        InputRef::WeakComplex(_) => InputDType::WeakComplex,
    }
}

/// Whether an input has a type, whatever its name is.
pub(super) fn fits(ty: &InputType, input: InputRef<'_>) -> bool {
    let shape = input.shape();
    ty.dtype == input_dtype(input)
        && ty.ones.len() == shape.len()
        && ty.ones.iter().zip(shape).all(|(&one, &n)| one == (n == 1))
}
