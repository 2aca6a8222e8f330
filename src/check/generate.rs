//! Generators: arrays that follow from the numbers of their elements, and take no memory.
//!
//! Each is ordinary arithmetic on an [`Index`](Node::Index), so a view of one is that arithmetic on a view of the index.
//!
//! # Random numbers
//!
//! `random` is counter-based: element `i` of a call is a function of the seed, the call's place among the
//! formula's random calls, and `i`. Two keys are drawn from seed and place by SplitMix64 (Steele, Lea and
//! Flood 2014: a Weyl sequence through David Stafford's 13th variant of Murmur3's finaliser, which passes BigCrush);
//! an element is the finaliser of `i * 0x9e3779b97f4a7c15 + key₀`, and of that combined with `key₁` once more, so that
//! calls are not shifts of each other. Of its 64 bits the upper 53 are a multiple of 2⁻⁵³ in [0, 1), and for
//! `normal` the upper 52 are the odd multiples of 2⁻⁵² in (-1, 1), of which the inverse error function gives the normal
//! distribution, to 8.1 standard deviations.

use super::call::Signature;
use super::error::{Error, ErrorKind};
use super::statement::Lowering;
use super::value::{Number, Step, Stop, Value, stop};
use crate::dtype::{DType, Lane};
use crate::ir::{Axes, Dim, DimId, Dims, Node, NodeId, Scalar};
use crate::op::Op;
use crate::shape::{self, MAX_RANK, Shape};
use crate::span::Span;
use crate::syntax::ast::{Arg, ExprId};

/// What a generator's name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Generator {
    Arange,
    Linspace,
    Zeros,
    Ones,
    Full,
    Indices,
    Random,
    Normal,
}

/// The generators, their parameters, how many must be given and how many may be without their names.
type Row = (&'static str, Generator, &'static [&'static str], usize, usize);

const GENERATORS: [Row; 8] = [
    ("arange", Generator::Arange, &["start", "stop", "step"], 1, 3),
    ("linspace", Generator::Linspace, &["start", "stop", "num", "endpoint"], 2, 4),
    ("zeros", Generator::Zeros, &["shape"], 1, 1),
    ("ones", Generator::Ones, &["shape"], 1, 1),
    ("full", Generator::Full, &["shape", "fill_value"], 2, 2),
    ("indices", Generator::Indices, &["dimensions"], 1, 1),
    ("random", Generator::Random, &["shape", "seed"], 1, 1),
    ("normal", Generator::Normal, &["shape", "seed"], 1, 1),
];

/// The names of the generators.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    GENERATORS.iter().map(|row| row.0)
}

/// A number that is written in the formula.
#[derive(Clone, Copy, Debug)]
enum Literal {
    Int(i128),
    Float(f64),
}

impl Literal {
    fn float(self) -> f64 {
        match self {
            Literal::Int(value) => value as f64,
            Literal::Float(value) => value,
        }
    }
}

impl Lowering<'_> {
    /// The call of a generator, if the name is one's.
    pub(super) fn generator(
        &mut self,
        name: &str,
        name_span: Span,
        args: &[Arg],
        span: Span,
    ) -> Option<Step<Number>> {
        let &(_, which, params, required, positional) = GENERATORS.iter().find(|row| row.0 == name)?;
        let signature = Signature { name, name_span, params, required, positional };
        Some(self.bind_args(&signature, args).and_then(|bound| self.generate(which, &bound, span)))
    }

    fn generate(&mut self, which: Generator, args: &[Option<ExprId>], span: Span) -> Step<Number> {
        let first = args[0].expect("a required argument is bound");
        let node = match which {
            Generator::Arange => self.arange(args, span)?,
            Generator::Linspace => self.linspace(args, span)?,
            Generator::Zeros | Generator::Ones => {
                let value = if which == Generator::Ones { 1.0 } else { 0.0 };
                let like = self.numbered(first, span)?;
                let of = self.float(value, span);
                self.repeated(of, like, span)
            }
            Generator::Full => return self.full(first, args[1].expect("as above"), span),
            Generator::Indices => self.indices(first, span)?,
            Generator::Random | Generator::Normal => {
                let at = self.numbered(first, span)?;
                let seed = args[1].map_or(Ok(0), |seed| self.literal_integer(seed))?;
                self.random(which, at, seed as u64, span)
            }
        };
        Ok(Number::Strong(node))
    }

    /// `arange(stop)`, `arange(start, stop, step)`, by NumPy's rules: integers or f64, its length, its arithmetic.
    fn arange(&mut self, args: &[Option<ExprId>], span: Span) -> Step<NodeId> {
        let mut given = Vec::new();
        for &arg in args {
            let none = arg.is_none_or(|id| matches!(self.value(id), Value::None));
            given.push(if none { None } else { arg.map(|id| self.written_number(id)).transpose()? });
        }
        let (zero, one) = (Literal::Int(0), Literal::Int(1));
        let (start, stop, step) = match given[..] {
            [Some(stop), None, step] => (zero, stop, step.unwrap_or(one)),
            [start, Some(stop), step] => (start.unwrap_or(zero), stop, step.unwrap_or(one)),
            _ => return Err(size_error(span)),
        };
        if step.float() == 0.0 {
            return Err(Error { kind: ErrorKind::ZeroStep, span }.into());
        }
        if let (Literal::Int(start), Literal::Int(stop), Literal::Int(step)) = (start, stop, step) {
            let bound = |value: i128| Scalar::from_i128(Lane::I64, value).ok_or_else(|| size_error(span));
            let (first, by) = (bound(start)?, bound(step)?);
            bound(stop)?;
            let distance = if step > 0 { stop - start } else { start - stop };
            let len = if distance <= 0 { 0 } else { (distance - 1) / step.abs() + 1 };
            let at = self.sequence(len as f64, len, span)?;
            let (first, by) = (self.graph.constant(first, span), self.graph.constant(by, span));
            // Of integers these change nothing.
            let scaled = if step == 1 { at } else { self.apply(Op::Mul, &[at, by], span) };
            return Ok(if start == 0 { scaled } else { self.apply(Op::Add, &[scaled, first], span) });
        }
        let (start, stop, step) = (start.float(), stop.float(), step.float());
        let len = ((stop - start) / step).ceil();
        let at = self.sequence(len, len as i128, span)?;
        // As NumPy has it: the distance of the first two elements, each of which has been rounded.
        let (first, by) = (self.float(start, span), self.float((start + step) - start, span));
        let at = self.cast(at, DType::F64, span);
        let scaled = self.apply(Op::Mul, &[at, by], span);
        Ok(self.apply(Op::Add, &[first, scaled], span))
    }

    /// `linspace(start, stop, num=50, endpoint=True)`, with NumPy's arithmetic.
    fn linspace(&mut self, args: &[Option<ExprId>], span: Span) -> Step<NodeId> {
        let number = |lowering: &Self, place: usize| {
            lowering.written_number(args[place].expect("a required argument is bound")).map(Literal::float)
        };
        let (start, stop) = (number(self, 0)?, number(self, 1)?);
        let num = args[2].map_or(Ok(50), |num| self.literal_integer(num))?;
        let endpoint = args[3].map_or(Ok(true), |id| self.literal_bool(id))?;
        let at = self.sequence(num as f64, num, span)?;
        let number = self.cast(at, DType::F64, span);
        let (delta, parts) = (stop - start, (if endpoint { num - 1 } else { num }) as f64);
        let step = delta / parts;
        let scaled = if parts > 0.0 && step == 0.0 {
            // A step that vanishes is not lost in every element.
            let (parts, delta) = (self.float(parts, span), self.float(delta, span));
            let part = self.apply(Op::Div, &[number, parts], span);
            self.apply(Op::Mul, &[part, delta], span)
        } else {
            let by = self.float(if parts > 0.0 { step } else { delta }, span);
            self.apply(Op::Mul, &[number, by], span)
        };
        let first = self.float(start, span);
        let placed = self.apply(Op::Add, &[scaled, first], span);
        if !endpoint || num <= 1 {
            return Ok(placed);
        }
        let last = self.integer(num - 1, span);
        let is_last = self.apply(Op::Eq, &[at, last], span);
        let stop = self.float(stop, span);
        Ok(self.apply(Op::Where, &[is_last, stop, placed], span))
    }

    /// `full(shape, value)`: of the value's dtype.
    fn full(&mut self, shape: ExprId, value: ExprId, span: Span) -> Step<Number> {
        let like = self.numbered(shape, span)?;
        let operand = self.operand(value)?;
        let rank = self.graph.ty(like).dims.len();
        let number = match operand.number {
            Number::Int(_) | Number::Float(_) | Number::Weak(_) => Number::Strong(self.strong(operand)?),
            Number::Complex(..) | Number::WeakPlanes(..) => {
                let (re, im) = self.planes(operand, None)?;
                Number::Planes(re, im)
            }
            other @ (Number::Strong(_) | Number::Planes(..) | Number::Time(..) | Number::Text(_)) => other,
        };
        self.each_plane(number, |lowering, node| {
            let (own, whole) = (lowering.graph.ty(node).dims.clone(), lowering.graph.ty(like).dims.clone());
            // What is filled in broadcasts to the shape, never the other way round.
            let lead = whole.len().checked_sub(own.len());
            let meeting = own.iter().zip(&whole[lead.unwrap_or(0)..]);
            let longer = meeting.filter_map(|(&own, &whole)| match (own, whole) {
                (Dim::Size(id), Dim::One) => Some(id),
                (Dim::One, _) | (Dim::Size(_), Dim::Size(_)) => None,
            });
            let longer: Vec<DimId> = longer.collect();
            let fits = lead.is_some() && longer.iter().all(|&id| lowering.graph.may_be_one(id));
            if !fits {
                return Err(operand.error(ErrorKind::FillShape { rank }));
            }
            longer.iter().for_each(|&id| lowering.graph.require_one(id, span));
            Ok(lowering.repeated(node, like, span))
        })
    }

    /// `indices(shape)`: along a new first axis the coordinates along each axis, as NumPy has it.
    fn indices(&mut self, shape: ExprId, span: Span) -> Step<NodeId> {
        let sizes = self.sizes(shape)?;
        let rank = sizes.len();
        let whole: Shape = std::iter::once(rank).chain(sizes).collect();
        let dims = self.literal_dims(&whole, self.program.span(shape))?;
        let which = self.index_along(&dims, Axes(1), span);
        let mut found = None;
        for axis in (0..rank).rev() {
            let coordinate = self.index_along(&dims, Axes(2 << axis), span);
            found = Some(match found {
                None => coordinate,
                Some(rest) => {
                    let number = self.integer(axis as i128, span);
                    let is_axis = self.apply(Op::Eq, &[which, number], span);
                    self.apply(Op::Where, &[is_axis, coordinate, rest], span)
                }
            });
        }
        Ok(found.unwrap_or(which))
    }

    fn random(&mut self, which: Generator, at: NodeId, seed: u64, span: Span) -> NodeId {
        let (first, second) = keys(seed, self.random_calls);
        self.random_calls += 1;
        let at = self.cast(at, DType::U64, span);
        let (weyl, first, second) = (self.word(WEYL, span), self.word(first, span), self.word(second, span));
        let spread = self.apply(Op::Mul, &[at, weyl], span);
        let keyed = self.apply(Op::Add, &[spread, first], span);
        let once = self.mixed(keyed, span);
        let keyed = self.apply(Op::BitXor, &[once, second], span);
        let bits = self.mixed(keyed, span);
        if which == Generator::Random {
            let shift = self.word(11, span);
            let upper = self.apply(Op::Shr, &[bits, shift], span);
            let (upper, unit) = (self.cast(upper, DType::F64, span), self.float(UNIT, span));
            return self.apply(Op::Mul, &[upper, unit], span);
        }
        let (shift, one) = (self.word(12, span), self.word(1, span));
        let upper = self.apply(Op::Shr, &[bits, shift], span);
        let twice = self.apply(Op::Add, &[upper, upper], span);
        let odd = self.apply(Op::Add, &[twice, one], span);
        let (odd, unit) = (self.cast(odd, DType::F64, span), self.float(2.0 * UNIT, span));
        let scaled = self.apply(Op::Mul, &[odd, unit], span);
        let less = self.float(1.0, span);
        let centred = self.apply(Op::Sub, &[scaled, less], span);
        let (inverse, scale) = (self.apply(Op::Erfinv, &[centred], span), std::f64::consts::SQRT_2);
        let scale = self.float(scale, span);
        self.apply(Op::Mul, &[inverse, scale], span)
    }

    /// [`mix`] of a node.
    fn mixed(&mut self, of: NodeId, span: Span) -> NodeId {
        let mut word = of;
        for (shift, factor) in FINALISER {
            let shift = self.word(shift, span);
            let shifted = self.apply(Op::Shr, &[word, shift], span);
            word = self.apply(Op::BitXor, &[word, shifted], span);
            if let Some(factor) = factor {
                let factor = self.word(factor, span);
                word = self.apply(Op::Mul, &[word, factor], span);
            }
        }
        word
    }

    fn word(&mut self, bits: u64, span: Span) -> NodeId {
        self.graph.constant(Scalar { lane: Lane::U64, bits }, span)
    }

    fn float(&mut self, value: f64, span: Span) -> NodeId {
        self.graph.constant(Scalar::from_f64(Lane::F64, value), span)
    }

    /// An integer that is a size or an axis.
    fn integer(&mut self, value: i128, span: Span) -> NodeId {
        self.graph.constant(Scalar { lane: Lane::I64, bits: value as u64 }, span)
    }

    fn repeated(&mut self, of: NodeId, like: NodeId, span: Span) -> NodeId {
        self.graph.add(Node::Broadcast { of, like }, span).expect("the value was found to fit the shape")
    }

    /// The numbers of the elements of an array of that shape.
    fn numbered(&mut self, shape: ExprId, span: Span) -> Step<NodeId> {
        let sizes = self.sizes(shape)?;
        let dims = self.literal_dims(&sizes, self.program.span(shape))?;
        Ok(self.index_along(&dims, Axes::all(dims.len()), span))
    }

    /// The numbers 0, 1, … of `len` elements; `rough` is the length as it was computed.
    fn sequence(&mut self, rough: f64, len: i128, span: Span) -> Step<NodeId> {
        if rough.is_nan() || rough >= 2f64.powi(62) {
            return Err(size_error(span));
        }
        let dims = self.literal_dims(&[len.max(0) as usize], span)?;
        Ok(self.index_along(&dims, Axes(1), span))
    }

    fn index_along(&mut self, dims: &Dims, along: Axes, span: Span) -> NodeId {
        let shape = self.graph.shape_id(dims.clone());
        self.graph.add(Node::Index { shape, along }, span).expect("the axes are the shape's")
    }

    fn literal_dims(&mut self, sizes: &[usize], span: Span) -> Step<Dims> {
        if sizes.len() > MAX_RANK || shape::bytes(sizes, DType::F64.size()).is_err() {
            return Err(size_error(span));
        }
        Ok(sizes.iter().map(|&size| self.graph.literal_dim(size as u64)).collect())
    }

    /// A size, or a tuple of sizes.
    fn sizes(&self, id: ExprId) -> Step<Shape> {
        let size = |id: ExprId| {
            let value = self.literal_integer(id)?;
            usize::try_from(value).map_err(|_| size_error(self.program.span(id)))
        };
        match self.value(id) {
            Value::Tuple(items) => self.program.tuple(items).iter().map(|&item| size(item)).collect(),
            Value::Number(_) | Value::Poison | Value::None | Value::Pair(..) | Value::DType(_) => {
                Ok(std::iter::once(size(id)?).collect())
            }
        }
    }

    fn literal_integer(&self, id: ExprId) -> Step<i128> {
        match self.written_number(id)? {
            Literal::Int(value) => Ok(value),
            Literal::Float(_) => Err(size_error(self.program.span(id))),
        }
    }

    fn written_number(&self, id: ExprId) -> Step<Literal> {
        let span = self.program.span(id);
        match self.value(id) {
            Value::Poison => Err(Stop::Poison),
            Value::Number(Number::Int(value)) => Ok(Literal::Int(value)),
            Value::Number(Number::Float(value)) => Ok(Literal::Float(value)),
            Value::Number(Number::Strong(_) | Number::Weak(_)) => {
                let (what, instead) = ("an argument of a generator that is no literal", "write the number");
                stop(ErrorKind::Unsupported { what, instead }, span)
            }
            Value::Number(_) | Value::None | Value::Tuple(_) | Value::Pair(..) | Value::DType(_) => {
                Err(size_error(span))
            }
        }
    }

    fn literal_bool(&self, id: ExprId) -> Step<bool> {
        if let Value::Number(Number::Strong(node)) = self.value(id)
            && let Node::Const(Scalar { lane: Lane::Bool, bits }) = self.graph.node(node)
        {
            return Ok(bits != 0);
        }
        let kind = ErrorKind::KeywordValue { keyword: "endpoint", expected: "`True` or `False`" };
        stop(kind, self.program.span(id))
    }
}

fn size_error(span: Span) -> Stop {
    Error { kind: ErrorKind::GeneratorSize, span }.into()
}

/// The step of SplitMix64's Weyl sequence: the odd number nearest to 2⁶⁴ divided by the golden ratio.
const WEYL: u64 = 0x9e37_79b9_7f4a_7c15;

/// 2⁻⁵³.
const UNIT: f64 = 1.0 / 9_007_199_254_740_992.0;

/// SplitMix64's finaliser: shifts that are combined, and what is multiplied after each.
const FINALISER: [(u64, Option<u64>); 3] =
    [(30, Some(0xbf58_476d_1ce4_e5b9)), (27, Some(0x94d0_49bb_1331_11eb)), (31, None)];

fn mix(word: u64) -> u64 {
    FINALISER
        .iter()
        .fold(word, |word, &(shift, factor)| (word ^ (word >> shift)).wrapping_mul(factor.unwrap_or(1)))
}

/// The keys of a call: the two outputs of SplitMix64 whose state is mixed of the seed and the call's ordinal.
fn keys(seed: u64, call: u64) -> (u64, u64) {
    let state = mix(mix(seed.wrapping_add(WEYL)).wrapping_add(call.wrapping_mul(WEYL)).wrapping_add(1));
    (mix(state.wrapping_add(WEYL)), mix(state.wrapping_add(WEYL.wrapping_mul(2))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published first outputs of SplitMix64 from the state 1234567.
    #[test]
    fn the_finaliser_is_splitmix64s() {
        let outputs = (1..4).map(|k| mix(1_234_567u64.wrapping_add(WEYL.wrapping_mul(k))));
        let known = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(outputs.collect::<Vec<_>>(), known);
    }

    #[test]
    fn calls_and_seeds_have_keys_of_their_own() {
        let mut seen = std::collections::BTreeSet::new();
        for (seed, call) in (0..50).flat_map(|seed| (0..50).map(move |call| (seed, call))) {
            let (first, second) = keys(seed, call);
            assert!(seen.insert(first) && seen.insert(second), "{seed} {call}");
        }
    }
}
