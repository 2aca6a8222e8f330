//! The words of an error: one sentence, and what the reader can do.

use super::error::{ErrorKind, OperandType};
use super::promote::range;
use crate::dtype::{DType, Kind};
use std::fmt::{self, Display, Formatter};

impl Display for OperandType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            OperandType::Strong(dtype) => dtype.fmt(f),
            OperandType::WeakInt => f.write_str("a plain integer"),
            OperandType::WeakFloat => f.write_str("a plain float"),
            OperandType::WeakComplex => f.write_str("a plain complex number"),
        }
    }
}

impl Display for ErrorKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            ErrorKind::UnknownName { name, is_function, .. } => write_unknown(f, name, *is_function),
            ErrorKind::UnknownFunction { name, .. } => write!(f, "unknown function `{name}`"),
            ErrorKind::NotEvaluated { what } => write!(f, "not evaluated yet: {what}"),
            ErrorKind::DTypeNotEvaluated { dtype, from } => write_not_evaluated(f, *dtype, *from),
            ErrorKind::Unsupported { what, .. } => write!(f, "{what} is not supported"),
            ErrorKind::Arity { name, least, most, got } => write_arity(f, name, *least, *most, *got),
            ErrorKind::UnknownKeyword { name, keyword, .. } => write_no_keyword(f, name, keyword),
            ErrorKind::DuplicateArgument { parameter } => write!(f, "`{parameter}` is given twice"),
            ErrorKind::KeywordValue { keyword, expected } => write!(f, "`{keyword}` takes {expected}"),
            ErrorKind::AxisOutOfRange { axis, rank } => write_no_axis(f, *axis, *rank),
            ErrorKind::DuplicateAxis { axis } => write!(f, "axis {axis} is listed twice"),
            ErrorKind::OneAxis => f.write_str("this reduction takes one axis or none, not a tuple"),
            ErrorKind::ReductionOfTwo { .. } => f.write_str("a reduction takes one array"),
            ErrorKind::NoOperation { operation, operands } => write_no_operation(f, operation, operands),
            ErrorKind::LiteralOutOfRange { value, dtype } => write!(f, "{value} does not fit {dtype}"),
            ErrorKind::LiteralOverflow => f.write_str("the value of this does not fit 128 bits"),
            ErrorKind::NegativePower => f.write_str("an integer to a negative power"),
            ErrorKind::NegativeIntegerPower => f.write_str(NEGATIVE_INTEGER_POWER),
            ErrorKind::StandardBoolean => f.write_str(STANDARD_BOOLEAN),
            ErrorKind::BytesBesideNumbers => f.write_str(BYTES_BESIDE_NUMBERS),
            ErrorKind::NoOpcode { signature } => {
                write!(f, "couldn't find matching opcode for '{signature}'")
            }
            ErrorKind::UnknownInputType { dtype } => write_unknown_type(f, *dtype),
            ErrorKind::DivisionByZero => f.write_str("division by zero"),
            ErrorKind::ReductionNotLast => f.write_str(REDUCTION_NOT_LAST),
            ErrorKind::NegativeAxis => f.write_str("negative axis are not supported"),
            ErrorKind::NotANumber { what } => write!(f, "{what} is not a number or an array"),
            ErrorKind::NotReal { operand } => write!(f, "this takes real numbers, not {operand}"),
            ErrorKind::Casting { from, to, casting } => {
                write!(f, "the rule `{casting}` casts no {from} to {to}")
            }
            ErrorKind::NotWritable { name } => write!(f, "`{name}` was given for reading only"),
            ErrorKind::LargerThanInput { name } => write!(f, "the value is larger than `{name}`"),
            ErrorKind::TextTooWide => f.write_str("an element of this text would be larger than 4 GiB"),
            ErrorKind::NonAscii => f.write_str(NON_ASCII),
            ErrorKind::NoUnit { from, to } => write!(f, "{from} and {to} have no common unit"),
            ErrorKind::NoCast { from, to } => write!(f, "no cast from {from} to {to}"),
            ErrorKind::NotADatetime => f.write_str("this text is no datetime"),
            ErrorKind::DatetimeUnit { unit } => write!(f, "{unit} does not hold this datetime"),
            ErrorKind::NotAnArray => f.write_str("a plain number has no axes to index"),
            ErrorKind::TooManyIndices { rank, indices } => write_too_many(f, *rank, *indices),
            ErrorKind::TwoEllipses => f.write_str("an index has `...` once at most"),
            ErrorKind::IndexValue => f.write_str(INDEX_VALUE),
            ErrorKind::IndexOutOfBounds { index, axis, size } => write_outside(f, *index, *axis, *size),
            ErrorKind::ZeroStep => f.write_str("the step of a slice is not 0"),
            ErrorKind::MaskShape => f.write_str("the mask does not have the shape of the array's first axes"),
            ErrorKind::GeneratorSize => f.write_str(GENERATOR_SIZE),
            ErrorKind::FillShape { rank } => {
                write!(f, "what is filled in does not broadcast to {}", Axes(*rank))
            }
            ErrorKind::NotATuple => f.write_str("`in` takes a tuple of values"),
            ErrorKind::Unpack { names, items } => write_unpack(f, *names, *items),
            ErrorKind::NoResult => f.write_str("the formula has no result"),
            ErrorKind::TooManyNodes { limit } => write!(f, "the formula has more than {limit} operations"),
            ErrorKind::TooManyAxes { name } => write!(f, "`{name}` has more than 64 axes"),
            ErrorKind::DuplicateInput { name } => write!(f, "two inputs are called `{name}`"),
        }
    }
}

/// Other programs look for NumExpr's words: these are not ours to change.
const STANDARD_BOOLEAN: &str = "You can't use Python's standard boolean operators in NumExpr expressions. You should \
     use their bitwise counterparts instead: '&' instead of 'and', '|' instead of 'or', and '~' instead of 'not'.";
const BYTES_BESIDE_NUMBERS: &str = "strings can only be operated with strings";
const NEGATIVE_INTEGER_POWER: &str = "Integers to negative integer powers are not allowed.";
const NO_UNICODE: &str = "NumExpr 2 does not support Unicode as a dtype.";
const REDUCTION_NOT_LAST: &str = "invalid program: reduction operations must occur last";

const NON_ASCII: &str = "bytes and text are cast to each other as ASCII, which this is not";
const INDEX_VALUE: &str =
    "an index is made of integers, slices, `None` and `...`, or is a mask or an array of integers";
const GENERATOR_SIZE: &str =
    "a generator takes finite numbers, and sizes of 0 or more whose product 64 bits hold";

/// A rank in words.
struct Axes(usize);

impl Display for Axes {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("a value without axes"),
            1 => f.write_str("an array of 1 axis"),
            rank => write!(f, "an array of {rank} axes"),
        }
    }
}

fn write_unknown(f: &mut Formatter<'_>, name: &str, is_function: bool) -> fmt::Result {
    match is_function {
        true => write!(f, "`{name}` is a function, not a value"),
        false => write!(f, "unknown name `{name}`"),
    }
}

fn write_not_evaluated(f: &mut Formatter<'_>, dtype: DType, from: Option<DType>) -> fmt::Result {
    match from {
        Some(from) => write!(f, "of {from} this is {dtype}, which is not evaluated yet"),
        None => write!(f, "the dtype {dtype} is not evaluated yet"),
    }
}

fn write_no_axis(f: &mut Formatter<'_>, axis: i128, rank: usize) -> fmt::Result {
    write!(f, "axis {axis} is out of range for {}", Axes(rank))
}

fn write_too_many(f: &mut Formatter<'_>, rank: usize, indices: usize) -> fmt::Result {
    write!(f, "{indices} {} for {}", if indices == 1 { "index" } else { "indices" }, Axes(rank))
}

fn write_outside(f: &mut Formatter<'_>, index: i64, axis: usize, size: usize) -> fmt::Result {
    write!(f, "index {index} is out of bounds for axis {axis} with size {size}")
}

fn write_no_keyword(f: &mut Formatter<'_>, name: &str, keyword: &str) -> fmt::Result {
    write!(f, "`{name}` takes no keyword `{keyword}`")
}

fn write_arity(f: &mut Formatter<'_>, name: &str, least: usize, most: usize, got: usize) -> fmt::Result {
    let plural = if most == 1 { "" } else { "s" };
    match least == most {
        true => write!(f, "`{name}` takes {most} argument{plural}, not {got}"),
        false => write!(f, "`{name}` takes {least} to {most} positional argument{plural}, not {got}"),
    }
}

fn write_unknown_type(f: &mut Formatter<'_>, dtype: DType) -> fmt::Result {
    if let DType::Text(_) = dtype { f.write_str(NO_UNICODE) } else { write!(f, "unknown type {dtype}") }
}

fn write_unpack(f: &mut Formatter<'_>, names: usize, items: usize) -> fmt::Result {
    match items {
        0 => write!(f, "this is no tuple of {names} values"),
        _ => write!(f, "{items} values for {names} names"),
    }
}

fn write_no_operation(f: &mut Formatter<'_>, operation: &str, operands: &[OperandType]) -> fmt::Result {
    write!(f, "no `{operation}` of ")?;
    for (i, operand) in operands.iter().enumerate() {
        write!(f, "{}{operand}", if i == 0 { "" } else { " and " })?;
    }
    Ok(())
}

impl ErrorKind {
    /// What the reader can do, where there is something.
    pub(super) fn help(&self) -> Option<String> {
        match self {
            ErrorKind::UnknownName { name, is_function: true, .. } => Some(format!("call it: `{name}(...)`")),
            ErrorKind::UnknownName { near, .. } => near.as_ref().map(|near| did_you_mean(near)),
            ErrorKind::UnknownFunction { near, .. } => near.map(did_you_mean),
            ErrorKind::UnknownKeyword { near, .. } => near.map(did_you_mean),
            ErrorKind::Unsupported { instead, .. } => Some((*instead).to_owned()),
            ErrorKind::ReductionOfTwo { instead } => {
                Some(format!("for the elementwise one of two arrays use `{instead}(a, b)`"))
            }
            ErrorKind::NoOperation { operands, .. } => bool_help(operands).or_else(|| text_help(operands)),
            ErrorKind::LiteralOutOfRange { dtype, .. } => {
                range(*dtype).map(|(low, high)| format!("{dtype} holds {low} to {high}"))
            }
            ErrorKind::NegativePower => Some("write the exponent as a float, such as `-1.0`".to_owned()),
            ErrorKind::NoResult => Some("end with an expression, or assign to a name without `_`".to_owned()),
            ErrorKind::NotEvaluated { .. } | ErrorKind::DTypeNotEvaluated { .. } => None,
            ErrorKind::Arity { .. } | ErrorKind::NegativeIntegerPower | ErrorKind::StandardBoolean => None,
            ErrorKind::NoOpcode { .. } | ErrorKind::UnknownInputType { .. } => None,
            ErrorKind::BytesBesideNumbers => None,
            ErrorKind::DivisionByZero | ErrorKind::ReductionNotLast | ErrorKind::NegativeAxis => None,
            ErrorKind::DuplicateArgument { .. } | ErrorKind::KeywordValue { .. } => None,
            ErrorKind::AxisOutOfRange { .. } | ErrorKind::DuplicateAxis { .. } => None,
            ErrorKind::OneAxis | ErrorKind::LiteralOverflow | ErrorKind::NotANumber { .. } => None,
            ErrorKind::Casting { .. } => Some("cast it in the formula, or allow `unsafe` casting".to_owned()),
            ErrorKind::NotWritable { .. } => Some("give it as writable, or assign to a new name".to_owned()),
            ErrorKind::LargerThanInput { .. } => None,
            ErrorKind::NotADatetime => {
                Some("write it as '2023-04-01' or '2023-04-01T12:30:59.125'".to_owned())
            }
            ErrorKind::NoUnit { .. } => {
                Some("a month has no length in days; convert a datetime instead".to_owned())
            }
            ErrorKind::NoCast { .. } | ErrorKind::DatetimeUnit { .. } => None,
            ErrorKind::Unpack { .. } => None,
            ErrorKind::NotReal { .. } | ErrorKind::NotATuple | ErrorKind::TooManyNodes { .. } => None,
            ErrorKind::TooManyAxes { .. } | ErrorKind::DuplicateInput { .. } => None,
            ErrorKind::TextTooWide | ErrorKind::NonAscii => None,
            ErrorKind::NotAnArray | ErrorKind::TooManyIndices { .. } | ErrorKind::TwoEllipses => None,
            ErrorKind::IndexValue | ErrorKind::IndexOutOfBounds { .. } | ErrorKind::ZeroStep => None,
            ErrorKind::GeneratorSize | ErrorKind::FillShape { .. } => None,
            ErrorKind::MaskShape => None,
        }
    }
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// Bytes beside text: which literal is meant, or which cast.
fn text_help(operands: &[OperandType]) -> Option<String> {
    let has = |kind| operands.iter().any(|o| o.strong().is_some_and(|d| d.kind() == kind));
    let help = "bytes and text do not mix: write bytes as b'...', or cast with `U0(x)` or `S0(x)`";
    (has(Kind::Bytes) && has(Kind::Text)).then(|| help.to_owned())
}

fn bool_help(operands: &[OperandType]) -> Option<String> {
    let is_bool = |operand: &OperandType| operand.strong() == Some(DType::Bool);
    operands.iter().all(is_bool).then(|| "use `~`, `^` or `logical_xor` on bools, or cast them".to_owned())
}
