//! What the wide tier makes of each operator, for each lane and each instruction set: the one table.
//!
//! Every match is closed: an operator without a cell does not compile. The emitter does what the cell says and
//! has no choice of its own; a kernel with a cell that is not lane code is refused.

use super::Set;
use super::names::Name;
use crate::dtype::Lane;
use crate::kernel::{Form, apply_form, cast_form};
use crate::op::Op;

/// How an operator is computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cell {
    /// One instruction on the operands, perhaps with an immediate.
    Native(Name, Option<u8>),
    /// Several, or one with a constant beside the operands.
    Expansion(Expansion),
    /// One instruction on masks.
    Mask(Logic),
    /// The first operand.
    Same,
    /// This bool, whatever the operands.
    Fixed(bool),
    /// No lane code: a block step, or no operator on this lane at all.
    NotLane,
}

/// Code of more than one instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Expansion {
    /// The sign bit turned over.
    FlipSign,
    /// The sign bit cleared.
    ClearSign,
    /// -1, 0, 1 or NaN.
    FloatSign,
    /// The first's magnitude, the second's sign.
    Copysign,
    /// `Min` or `Max`, and the first operand where the operand of that number is NaN.
    Pick(Name, u8),
    /// A comparison of the first operand with itself.
    WithItself(u8),
    /// A comparison of the magnitude with infinity.
    WithInfinity(u8),
    /// 0 less the operand.
    Negate,
    /// All bits turned over.
    Flip,
    /// Between -1 and 1.
    ClampToOne,
    /// At most 1.
    AtMostOne,
    /// `AtMostOne` by a comparison.
    NotZero,
    /// The sign by two comparisons.
    SignByMasks,
    /// The absolute value by its sign mask.
    AbsByMask,
    /// The lesser (or greater) by a comparison.
    Extreme(Name),
    /// A product of bytes, by products of 16 bits.
    MulBytes,
    /// A product of 64 bits, by products of 32.
    MulWide,
    /// By a constant count: left, or right.
    Shift { left: bool },
    /// A comparison by those that there are.
    CompareBy(Comparison),
    /// The mask of the sign bits, by a comparison with 0.
    Negative,
    /// `where`.
    Select,
}

/// A comparison of integers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Comparison {
    Lt,
    Le,
    Gt,
    Ge,
    Ne,
}

/// What is done with masks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Logic {
    And,
    Or,
    Xor,
    /// Equal.
    Xnor,
    Not,
    /// Not the first, but the second.
    NotAnd,
    /// The first, but not the second.
    AndNot,
    /// Not the first, or the second.
    NotOr,
    /// The first, or not the second.
    OrNot,
    /// `where`.
    Select,
}

/// The comparisons of floats: quiet, false for NaN but `!=`.
pub(super) const LT: u8 = 0x11;
pub(super) const LE: u8 = 0x12;
pub(super) const GT: u8 = 0x1e;
pub(super) const GE: u8 = 0x1d;
pub(super) const EQ: u8 = 0x00;
pub(super) const NE: u8 = 0x04;
pub(super) const UNORDERED: u8 = 0x03;
pub(super) const ORDERED: u8 = 0x07;
/// The classes of infinities.
const INFINITIES: u8 = 0x18;
/// The comparisons of integers that `vpcmp` makes.
const INT_EQ: u8 = 0;
/// Those of a register with itself that make every mask bit 1, or 0.
pub(super) const MASK_ALL: u8 = INT_EQ;
pub(super) const MASK_NONE: u8 = 4;
/// Roundings, without the exception of an inexact result.
const NEAREST: u8 = 8;
const DOWN: u8 = 9;
const UP: u8 = 10;
const TO_ZERO: u8 = 11;

/// The cell of an operator that computes in a lane. Whether a shift's count is constant is for the emitter to see.
pub(super) fn cell(op: Op, lane: Lane, set: Set) -> Cell {
    if apply_form(op, true) == Form::Block {
        return Cell::NotLane;
    }
    match lane {
        Lane::Bool => bools(op),
        // Only loaded and stored.
        Lane::F16 => Cell::NotLane,
        Lane::F32 | Lane::F64 => floats(op, set),
        Lane::I8 | Lane::I16 | Lane::I32 | Lane::I64 => ints(op, lane, set),
        Lane::U8 | Lane::U16 | Lane::U32 | Lane::U64 => ints(op, lane, set),
    }
}

fn floats(op: Op, set: Set) -> Cell {
    use Cell::{Expansion as Many, Native, NotLane};
    let wide = set == Set::Avx512;
    match op {
        Op::Add => Native(Name::Add, None),
        Op::Sub => Native(Name::Sub, None),
        Op::Mul => Native(Name::Mul, None),
        Op::Div => Native(Name::Div, None),
        Op::Sqrt => Native(Name::Sqrt, None),
        Op::Floor => Native(Name::Round, Some(DOWN)),
        Op::Ceil => Native(Name::Round, Some(UP)),
        Op::Trunc => Native(Name::Round, Some(TO_ZERO)),
        Op::Rint => Native(Name::Round, Some(NEAREST)),
        Op::Neg => Many(Expansion::FlipSign),
        Op::Abs => Many(Expansion::ClearSign),
        Op::Sign => Many(Expansion::FloatSign),
        Op::Copysign => Many(Expansion::Copysign),
        Op::Minimum => Many(Expansion::Pick(Name::Min, 0)),
        Op::Maximum => Many(Expansion::Pick(Name::Max, 0)),
        Op::Fmin => Many(Expansion::Pick(Name::Min, 1)),
        Op::Fmax => Many(Expansion::Pick(Name::Max, 1)),
        Op::Lt => Native(Name::Compare, Some(LT)),
        Op::Le => Native(Name::Compare, Some(LE)),
        Op::Gt => Native(Name::Compare, Some(GT)),
        Op::Ge => Native(Name::Compare, Some(GE)),
        Op::Eq => Native(Name::Compare, Some(EQ)),
        Op::Ne => Native(Name::Compare, Some(NE)),
        Op::IsNan => Many(Expansion::WithItself(UNORDERED)),
        Op::IsInf if wide => Native(Name::Class, Some(INFINITIES)),
        Op::IsInf => Many(Expansion::WithInfinity(EQ)),
        Op::IsFinite => Many(Expansion::WithInfinity(LT)),
        Op::Signbit if wide => Native(Name::Signs, None),
        Op::Signbit => Many(Expansion::Negative),
        Op::Where => Many(Expansion::Select),
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::BitNot | Op::Shl | Op::Shr => NotLane,
        Op::FloorDiv | Op::Mod | Op::Fmod | Op::Pow | Op::PowInteger => NotLane,
        Op::Exp | Op::Exp2 | Op::Expm1 | Op::Log | Op::Log2 | Op::Log10 | Op::Log1p => NotLane,
        Op::Sin | Op::Cos | Op::Tan | Op::Arcsin | Op::Arccos | Op::Arctan | Op::Arctan2 => NotLane,
        Op::Sinh | Op::Cosh | Op::Tanh | Op::Arcsinh | Op::Arccosh | Op::Arctanh => NotLane,
        Op::Hypot | Op::Cbrt | Op::Erf | Op::Erfc | Op::Erfinv | Op::Gamma | Op::Gammaln => NotLane,
        Op::Gcd | Op::Lcm | Op::Nextafter | Op::Mantissa | Op::Exponent => NotLane,
    }
}

fn ints(op: Op, lane: Lane, set: Set) -> Cell {
    use Cell::{Expansion as Many, Native, NotLane, Same};
    let wide = set == Set::Avx512;
    let signed = lane.is_signed();
    // AVX2 knows little of 64-bit elements.
    let poor = !wide && lane.size() == 8;
    let compare = |how| match wide {
        true => Native(Name::Compare, Some(int_immediate(how))),
        false => Many(Expansion::CompareBy(how)),
    };
    match op {
        Op::Add => Native(Name::Add, None),
        Op::Sub => Native(Name::Sub, None),
        Op::Mul if lane.size() == 1 => Many(Expansion::MulBytes),
        Op::Mul if poor => Many(Expansion::MulWide),
        Op::Mul => Native(Name::Mul, None),
        Op::Neg => Many(Expansion::Negate),
        Op::Abs if !signed => Same,
        Op::Abs if poor => Many(Expansion::AbsByMask),
        Op::Abs => Native(Name::Abs, None),
        Op::Floor | Op::Ceil | Op::Trunc => Same,
        Op::Sign if signed && poor => Many(Expansion::SignByMasks),
        Op::Sign if signed => Many(Expansion::ClampToOne),
        Op::Sign if poor => Many(Expansion::NotZero),
        Op::Sign => Many(Expansion::AtMostOne),
        Op::BitAnd => Native(Name::And, None),
        Op::BitOr => Native(Name::Or, None),
        Op::BitXor => Native(Name::Xor, None),
        Op::BitNot => Many(Expansion::Flip),
        Op::Minimum | Op::Fmin if poor => Many(Expansion::Extreme(Name::Min)),
        Op::Maximum | Op::Fmax if poor => Many(Expansion::Extreme(Name::Max)),
        Op::Minimum | Op::Fmin => Native(Name::Min, None),
        Op::Maximum | Op::Fmax => Native(Name::Max, None),
        Op::Shl | Op::Shr => Many(Expansion::Shift { left: op == Op::Shl }),
        Op::Eq if wide => Native(Name::Compare, Some(INT_EQ)),
        Op::Eq => Native(Name::Equal, None),
        Op::Gt if !wide && signed => Native(Name::Greater, None),
        Op::Lt => compare(Comparison::Lt),
        Op::Le => compare(Comparison::Le),
        Op::Gt => compare(Comparison::Gt),
        Op::Ge => compare(Comparison::Ge),
        Op::Ne => compare(Comparison::Ne),
        Op::IsNan | Op::IsInf => Cell::Fixed(false),
        Op::IsFinite => Cell::Fixed(true),
        Op::Signbit if !signed => Cell::Fixed(false),
        Op::Signbit if wide => Native(Name::Signs, None),
        Op::Signbit => Many(Expansion::Negative),
        Op::Where => Many(Expansion::Select),
        Op::Div | Op::Sqrt | Op::Rint | Op::Copysign => NotLane,
        Op::FloorDiv | Op::Mod | Op::Fmod | Op::Pow | Op::PowInteger => NotLane,
        Op::Exp | Op::Exp2 | Op::Expm1 | Op::Log | Op::Log2 | Op::Log10 | Op::Log1p => NotLane,
        Op::Sin | Op::Cos | Op::Tan | Op::Arcsin | Op::Arccos | Op::Arctan | Op::Arctan2 => NotLane,
        Op::Sinh | Op::Cosh | Op::Tanh | Op::Arcsinh | Op::Arccosh | Op::Arctanh => NotLane,
        Op::Hypot | Op::Cbrt | Op::Erf | Op::Erfc | Op::Erfinv | Op::Gamma | Op::Gammaln => NotLane,
        Op::Gcd | Op::Lcm | Op::Nextafter | Op::Mantissa | Op::Exponent => NotLane,
    }
}

/// The comparison as `vpcmp` has it.
fn int_immediate(how: Comparison) -> u8 {
    match how {
        Comparison::Lt => 1,
        Comparison::Le => 2,
        Comparison::Ne => 4,
        Comparison::Ge => 5,
        Comparison::Gt => 6,
    }
}

/// Both sets have the same cells for bools: what differs is what a mask is.
fn bools(op: Op) -> Cell {
    use Cell::{Mask, NotLane};
    match op {
        Op::Add | Op::BitOr | Op::Maximum | Op::Fmax => Mask(Logic::Or),
        Op::Mul | Op::BitAnd | Op::Minimum | Op::Fmin => Mask(Logic::And),
        Op::BitXor | Op::Ne => Mask(Logic::Xor),
        Op::Eq => Mask(Logic::Xnor),
        Op::BitNot => Mask(Logic::Not),
        Op::Lt => Mask(Logic::NotAnd),
        Op::Gt => Mask(Logic::AndNot),
        Op::Le => Mask(Logic::NotOr),
        Op::Ge => Mask(Logic::OrNot),
        Op::Where => Mask(Logic::Select),
        Op::Abs | Op::Floor | Op::Ceil | Op::Trunc => Cell::Same,
        Op::IsNan | Op::IsInf | Op::Signbit => Cell::Fixed(false),
        Op::IsFinite => Cell::Fixed(true),
        Op::Sub | Op::Div | Op::Neg | Op::Sign | Op::Sqrt | Op::Rint | Op::Copysign => NotLane,
        Op::Shl | Op::Shr | Op::FloorDiv | Op::Mod | Op::Fmod | Op::Pow | Op::PowInteger => NotLane,
        Op::Exp | Op::Exp2 | Op::Expm1 | Op::Log | Op::Log2 | Op::Log10 | Op::Log1p => NotLane,
        Op::Sin | Op::Cos | Op::Tan | Op::Arcsin | Op::Arccos | Op::Arctan | Op::Arctan2 => NotLane,
        Op::Sinh | Op::Cosh | Op::Tanh | Op::Arcsinh | Op::Arccosh | Op::Arctanh => NotLane,
        Op::Hypot | Op::Cbrt | Op::Erf | Op::Erfc | Op::Erfinv | Op::Gamma | Op::Gammaln => NotLane,
        Op::Gcd | Op::Lcm | Op::Nextafter | Op::Mantissa | Op::Exponent => NotLane,
    }
}

/// How a cast is computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Cast {
    /// Nothing to do.
    Same,
    /// A mask: whether it is not 0.
    ToBool,
    /// 0 or 1 by a mask.
    OfBool,
    /// Wider or narrower integers, or the same bits of another sign.
    Resize,
    /// Integers of 64 bits to f64.
    LongToFloat,
    /// Smaller integers to floats, unsigned 32-bit ones apart.
    IntToFloat,
    /// 32-bit unsigned integers to floats.
    WordToFloat,
    /// f32 to f64, and back.
    Promote,
    Demote,
    /// f32 to integers of at most 32 bits: saturating, NaN to 0.
    FloatToInt,
    /// No lane code.
    NotLane,
}

/// The cell of a cast; the sets differ in the instructions only.
pub(super) fn cast(from: Lane, to: Lane) -> Cast {
    match (from, to) {
        (_, _) if cast_form(from, to) == Form::Block => Cast::NotLane,
        (_, _) if from == to => Cast::Same,
        (_, Lane::Bool) => Cast::ToBool,
        (Lane::Bool, _) => Cast::OfBool,
        (Lane::F32, Lane::F64) => Cast::Promote,
        (Lane::F64, Lane::F32) => Cast::Demote,
        (Lane::F32 | Lane::F64, _) => Cast::FloatToInt,
        (Lane::I64 | Lane::U64, Lane::F32 | Lane::F64) => Cast::LongToFloat,
        (Lane::U32, Lane::F32 | Lane::F64) => Cast::WordToFloat,
        (_, Lane::F32 | Lane::F64) => Cast::IntToFloat,
        (_, _) => Cast::Resize,
    }
}

#[cfg(test)]
mod tests {
    use super::super::names;
    use super::*;

    const SETS: [Set; 2] = [Set::Avx2, Set::Avx512];

    fn cells() -> impl Iterator<Item = (Op, Lane, Set)> {
        let ops = Op::ALL.iter().copied();
        ops.flat_map(|op| Lane::ALL.into_iter().flat_map(move |l| SETS.map(|set| (op, l, set))))
    }

    #[test]
    fn every_native_cell_has_an_instruction() {
        let mut native = 0;
        for (op, lane, set) in cells() {
            if let Cell::Native(name, _) = cell(op, lane, set) {
                native += 1;
                assert!(names::form(name, lane, set).is_some(), "{op:?} of {lane} in {set:?}: {name:?}");
            }
        }
        assert!(native > 250, "{native} native cells");
    }

    #[test]
    fn block_steps_are_no_lane_code() {
        for (op, lane, set) in cells().filter(|c| apply_form(c.0, true) == Form::Block) {
            assert_eq!(cell(op, lane, set), Cell::NotLane, "{op:?} of {lane} in {set:?}");
        }
        for (from, to) in Lane::ALL.into_iter().flat_map(|f| Lane::ALL.map(|t| (f, t))) {
            assert_eq!(cast(from, to) == Cast::NotLane, cast_form(from, to) == Form::Block, "{from} to {to}");
        }
    }
}
