//! Functions that are formulas of others. Where the formula has several steps, halves are computed in f32 and
//! rounded once, at the end.

use super::error::ErrorKind;
use super::operator::no_operation;
use super::statement::Lowering;
use super::value::{Number, Operand, Step, Value, stop};
use crate::dtype::{DType, Lane};
use crate::ir::{Node, NodeId, Scalar};
use crate::op::{BoolAs, Derived, Op, Rule};
use crate::span::Span;

impl Lowering<'_> {
    /// A function of floats by its formula. The operands have been cast to f32 or f64.
    fn formula(&mut self, what: Derived, args: &[NodeId], span: Span) -> Option<NodeId> {
        let one = |lowering: &mut Self| lowering.number(lowering.graph.ty(args[0]).dtype, 1, span);
        Some(match (what, args) {
            (Derived::Degrees | Derived::Radians, &[x]) => {
                // NumPy divides in the dtype.
                let is_single = self.graph.ty(x).dtype == DType::F32;
                let (half_turn, pi) = (180f32, std::f32::consts::PI);
                let single = if what == Derived::Degrees { half_turn / pi } else { pi / half_turn };
                let (half_turn, pi) = (180f64, std::f64::consts::PI);
                let double = if what == Derived::Degrees { half_turn / pi } else { pi / half_turn };
                self.scaled(x, if is_single { single.into() } else { double }, span)
            }
            (Derived::Heaviside, &[x, at_zero]) => self.heaviside(x, at_zero, span),
            (Derived::Sinc, &[x]) => {
                let y = self.scaled(x, std::f64::consts::PI, span);
                let sine = self.apply(Op::Sin, &[y], span);
                let ratio = self.apply(Op::Div, &[sine, y], span);
                let (is_zero, one) = (self.is_zero(x, span), one(self));
                self.apply(Op::Where, &[is_zero, one, ratio], span)
            }
            (Derived::Expit, &[x]) => {
                // With exp(-|x|), which does not overflow where the result is subnormal.
                let one = one(self);
                let size = self.apply(Op::Abs, &[x], span);
                let negative = self.apply(Op::Neg, &[size], span);
                let exp = self.apply(Op::Exp, &[negative], span);
                let sum = self.apply(Op::Add, &[one, exp], span);
                let zero = self.float_like(x, 0.0, span);
                let below = self.apply(Op::Lt, &[x, zero], span);
                let over = self.apply(Op::Where, &[below, exp, one], span);
                self.apply(Op::Div, &[over, sum], span)
            }
            (Derived::Logit, &[p]) => {
                let negative = self.apply(Op::Neg, &[p], span);
                let (yes, no) = (self.apply(Op::Log, &[p], span), self.apply(Op::Log1p, &[negative], span));
                self.apply(Op::Sub, &[yes, no], span)
            }
            (Derived::Xlogy, &[x, y]) => self.times_log(Op::Log, x, y, span),
            (Derived::Xlog1py, &[x, y]) => self.times_log(Op::Log1p, x, y, span),
            (Derived::Logaddexp, &[x, y]) => self.log_of_sum(Op::Exp, x, y, span),
            (Derived::Logaddexp2, &[x, y]) => self.log_of_sum(Op::Exp2, x, y, span),
            (_, _) => return None,
        })
    }

    /// A function that is a formula; `None` if it is none.
    pub(super) fn composed(&mut self, what: Derived, args: &[Operand], span: Span) -> Option<Step<NodeId>> {
        match (what, args) {
            (Derived::FloatPower, &[x, y]) => Some(self.float_power(x, y, span)),
            (Derived::Ldexp, &[x, n]) => Some(self.ldexp(x, n, span)),
            (Derived::Spacing, &[x]) => Some(self.spacing(x, span)),
            (Derived::BitwiseCount, &[x]) => Some(self.bitwise_count(x, span)),
            (Derived::IsPosInf, &[x]) => Some(self.is_infinity(x, f64::INFINITY, span)),
            (Derived::IsNegInf, &[x]) => Some(self.is_infinity(x, f64::NEG_INFINITY, span)),
            (Derived::ZerosLike, &[x]) => Some(self.number_like(x, 0, span)),
            (Derived::OnesLike, &[x]) => Some(self.number_like(x, 1, span)),
            (_, _) if what.row().rule == Rule::Float => self.of_floats(what, args, span).transpose(),
            (_, _) => None,
        }
    }

    fn of_floats(&mut self, what: Derived, args: &[Operand], span: Span) -> Step<Option<NodeId>> {
        let dtype = self.computed(Rule::Float, what.name(), args, span)?;
        let mut nodes = self.coerce_all(args, dtype)?;
        nodes.iter_mut().for_each(|node| *node = self.widened(*node, span));
        let computed = self.formula(what, &nodes, span);
        Ok(computed.map(|node| self.cast(node, dtype, span)))
    }

    /// A float constant of the node's dtype.
    pub(super) fn float_like(&mut self, node: NodeId, value: f64, span: Span) -> NodeId {
        let lane = self.graph.ty(node).dtype.lane().expect("nodes have lanes");
        self.graph.constant(Scalar::from_f64(lane, value), span)
    }

    fn scaled(&mut self, x: NodeId, by: f64, span: Span) -> NodeId {
        let by = self.float_like(x, by, span);
        self.apply(Op::Mul, &[x, by], span)
    }

    fn is_zero(&mut self, x: NodeId, span: Span) -> NodeId {
        let zero = self.number(self.graph.ty(x).dtype, 0, span);
        self.apply(Op::Eq, &[x, zero], span)
    }

    fn heaviside(&mut self, x: NodeId, at_zero: NodeId, span: Span) -> NodeId {
        let dtype = self.graph.ty(x).dtype;
        let (zero, one) = (self.number(dtype, 0, span), self.number(dtype, 1, span));
        let above = self.apply(Op::Gt, &[x, zero], span);
        let below = self.apply(Op::Lt, &[x, zero], span);
        let is_zero = self.apply(Op::Eq, &[x, zero], span);
        let rest = self.apply(Op::Where, &[is_zero, at_zero, x], span);
        let rest = self.apply(Op::Where, &[below, zero, rest], span);
        self.apply(Op::Where, &[above, one, rest], span)
    }

    /// `x * log(y)`, 0 where x is 0 and y is a number.
    fn times_log(&mut self, log: Op, x: NodeId, y: NodeId, span: Span) -> NodeId {
        let is_zero = self.is_zero(x, span);
        let is_nan = self.apply(Op::IsNan, &[y], span);
        let is_number = self.apply(Op::BitNot, &[is_nan], span);
        let is_nothing = self.apply(Op::BitAnd, &[is_zero, is_number], span);
        let zero = self.number(self.graph.ty(x).dtype, 0, span);
        let log = self.apply(log, &[y], span);
        let product = self.apply(Op::Mul, &[x, log], span);
        self.apply(Op::Where, &[is_nothing, zero, product], span)
    }

    /// The greater plus the logarithm of 1 and the power of what the other is less; infinities of one sign are
    /// their own sum.
    fn log_of_sum(&mut self, power: Op, x: NodeId, y: NodeId, span: Span) -> NodeId {
        let greater = self.apply(Op::Maximum, &[x, y], span);
        let difference = self.apply(Op::Sub, &[x, y], span);
        let distance = self.apply(Op::Abs, &[difference], span);
        let less = self.apply(Op::Neg, &[distance], span);
        let ratio = self.apply(power, &[less], span);
        let log = self.apply(Op::Log1p, &[ratio], span);
        let log = if power == Op::Exp2 { self.scaled(log, std::f64::consts::LOG2_E, span) } else { log };
        let sum = self.apply(Op::Add, &[greater, log], span);
        let is_infinite = self.apply(Op::IsInf, &[greater], span);
        self.apply(Op::Where, &[is_infinite, greater, sum], span)
    }

    fn float_power(&mut self, x: Operand, y: Operand, span: Span) -> Step<NodeId> {
        // Refused where there is no power at all.
        self.computed(Rule::Same(BoolAs::Int8), Derived::FloatPower.name(), &[x, y], span)?;
        let (x, y) = (self.coerce(x, DType::F64)?, self.coerce(y, DType::F64)?);
        Ok(self.apply(Op::Pow, &[x, y], span))
    }

    /// Multiplies by powers of two, at most three, so that only the last product may round.
    fn ldexp(&mut self, x: Operand, n: Operand, span: Span) -> Step<NodeId> {
        let refused = |lowering: &Self| no_operation(Derived::Ldexp.name(), lowering.types(&[x, n]), span);
        let dtype = self.computed(Rule::Float, Derived::Ldexp.name(), &[x], span)?;
        let exponent = self.computed(Rule::Shift, Derived::Ldexp.name(), &[n], span)?;
        if exponent == DType::U64 {
            return Err(refused(self));
        }
        let x = self.coerce(x, dtype)?;
        let mut value = self.cast(x, DType::F64, span);
        let n = self.coerce(n, exponent)?;
        let mut left = self.cast(n, DType::F64, span);
        // A narrower float's last product is the cast, so that one step is enough; 2^-969 is 2^-1022 and the bits
        // of a mantissa: what it makes subnormal the next step makes zero.
        let steps: &[(f64, f64)] =
            if dtype == DType::F64 { &[(-969.0, 1023.0); 3] } else { &[(-600.0, 600.0)] };
        for (k, &(low, high)) in steps.iter().enumerate() {
            let low = if k + 1 == steps.len() && dtype == DType::F64 { -1074.0 } else { low };
            let (low, high) = (self.float_like(value, low, span), self.float_like(value, high, span));
            let bounded = self.apply(Op::Maximum, &[left, low], span);
            let step = self.apply(Op::Minimum, &[bounded, high], span);
            let power = self.apply(Op::Exp2, &[step], span);
            value = self.apply(Op::Mul, &[value, power], span);
            left = self.apply(Op::Sub, &[left, step], span);
        }
        Ok(self.cast(value, dtype, span))
    }

    fn spacing(&mut self, x: Operand, span: Span) -> Step<NodeId> {
        let dtype = self.computed(Rule::Float, Derived::Spacing.name(), &[x], span)?;
        let x = self.coerce(x, dtype)?;
        let infinity = self.float_like(x, f64::INFINITY, span);
        let outward = self.apply(Op::Copysign, &[infinity, x], span);
        let is_zero = self.is_zero(x, span);
        let outward = self.apply(Op::Where, &[is_zero, infinity, outward], span);
        let next = self.apply(Op::Nextafter, &[x, outward], span);
        Ok(self.apply(Op::Sub, &[next, x], span))
    }

    /// Sums of neighbouring bits, then of pairs, and so on, side by side in one integer; the last sum of bytes
    /// stands in the highest one after a product with 0x0101….
    fn bitwise_count(&mut self, x: Operand, span: Span) -> Step<NodeId> {
        let dtype = self.computed(Rule::Bits, Derived::BitwiseCount.name(), &[x], span)?;
        let x = self.coerce(x, dtype)?;
        if dtype == DType::Bool {
            return Ok(self.cast(x, DType::U8, span));
        }
        let x = self.apply(Op::Abs, &[x], span);
        let lane = match dtype.size() {
            1 => Lane::U8,
            2 => Lane::U16,
            4 => Lane::U32,
            _ => Lane::U64,
        };
        let bits = self.cast(x, lane.into(), span);
        let constant = |lowering: &mut Self, bits: u64| {
            let bits = if lane.size() == 8 { bits } else { bits & ((1 << (lane.size() * 8)) - 1) };
            lowering.graph.constant(Scalar { lane, bits }, span)
        };
        let sum = |lowering: &mut Self, of: NodeId, by: u64, mask: u64| {
            let (by, mask) = (constant(lowering, by), constant(lowering, mask));
            let high = lowering.apply(Op::Shr, &[of, by], span);
            let high = lowering.apply(Op::BitAnd, &[high, mask], span);
            let low = lowering.apply(Op::BitAnd, &[of, mask], span);
            lowering.apply(Op::Add, &[low, high], span)
        };
        let pairs = sum(self, bits, 1, 0x5555_5555_5555_5555);
        let fours = sum(self, pairs, 2, 0x3333_3333_3333_3333);
        let mut count = sum(self, fours, 4, 0x0f0f_0f0f_0f0f_0f0f);
        if lane.size() > 1 {
            let (ones, by) =
                (constant(self, 0x0101_0101_0101_0101), constant(self, lane.size() as u64 * 8 - 8));
            let summed = self.apply(Op::Mul, &[count, ones], span);
            count = self.apply(Op::Shr, &[summed, by], span);
        }
        Ok(self.cast(count, DType::U8, span))
    }

    fn is_infinity(&mut self, x: Operand, infinity: f64, span: Span) -> Step<NodeId> {
        let node = self.strong(x)?;
        if !self.graph.ty(node).dtype.is_float() {
            return Ok(self.filled(node, false, span));
        }
        let infinity = self.float_like(node, infinity, span);
        Ok(self.apply(Op::Eq, &[node, infinity], span))
    }

    /// A number of the operand's dtype and shape.
    pub(super) fn number_like(&mut self, x: Operand, value: i8, span: Span) -> Step<NodeId> {
        let node = self.strong(x)?;
        let dtype = self.graph.ty(node).dtype;
        let filled = self.filled(node, value != 0, span);
        Ok(self.cast(filled, dtype, span))
    }

    /// `|a - b| <= atol + rtol*|b|` where b is finite, else equality.
    pub(super) fn is_close(&mut self, args: &[Option<Operand>], span: Span) -> Step<NodeId> {
        let &[Some(a), Some(b), rtol, atol, equal_nan] = args else {
            return Err(no_operation(Derived::IsClose.name(), Vec::new(), span));
        };
        let literal = |value| Operand { number: Number::Float(value), span };
        let (rtol, atol) = (rtol.unwrap_or(literal(1e-5)), atol.unwrap_or(literal(1e-8)));
        let dtype = self.computed(Rule::TrueDivide, Derived::IsClose.name(), &[a, b, rtol, atol], span)?;
        let nodes = self.coerce_all(&[a, b, rtol, atol], dtype)?;
        let nodes: Vec<NodeId> = nodes.into_iter().map(|node| self.widened(node, span)).collect();
        let [a, b, rtol, atol] = nodes[..] else { unreachable!("four operands were cast") };
        let size = self.apply(Op::Abs, &[b], span);
        let relative = self.apply(Op::Mul, &[rtol, size], span);
        let allowed = self.apply(Op::Add, &[atol, relative], span);
        let difference = self.apply(Op::Sub, &[a, b], span);
        let distance = self.apply(Op::Abs, &[difference], span);
        let near = self.apply(Op::Le, &[distance, allowed], span);
        let is_finite = self.apply(Op::IsFinite, &[b], span);
        let near = self.apply(Op::BitAnd, &[near, is_finite], span);
        let equal = self.apply(Op::Eq, &[a, b], span);
        let close = self.apply(Op::BitOr, &[near, equal], span);
        let Some(equal_nan) = equal_nan.map(|given| self.flag(given, "equal_nan")).transpose()? else {
            return Ok(close);
        };
        if !equal_nan {
            return Ok(close);
        }
        let (a, b) = (self.apply(Op::IsNan, &[a], span), self.apply(Op::IsNan, &[b], span));
        let both = self.apply(Op::BitAnd, &[a, b], span);
        Ok(self.apply(Op::BitOr, &[close, both], span))
    }

    /// An operand that must be `True` or `False`.
    fn flag(&self, operand: Operand, keyword: &'static str) -> Step<bool> {
        if let Number::Strong(node) = operand.number
            && let Node::Const(value) = self.graph.node(node)
            && value.lane == Lane::Bool
        {
            return Ok(value.bits != 0);
        }
        Err(operand.error(ErrorKind::KeywordValue { keyword, expected: "`True` or `False`" }))
    }

    /// Numbers instead of NaN and infinities; integers have none.
    pub(super) fn nan_to_num(&mut self, args: &[Option<Operand>], span: Span) -> Step<NodeId> {
        let &[Some(x), nan, posinf, neginf] = args else {
            return Err(no_operation(Derived::NanToNum.name(), Vec::new(), span));
        };
        let node = self.strong(x)?;
        let dtype = self.graph.ty(node).dtype;
        if !dtype.is_float() {
            return Ok(node);
        }
        let greatest = match dtype.size() {
            2 => 65504.0,
            4 => f64::from(f32::MAX),
            _ => f64::MAX,
        };
        let literal = |value| Operand { number: Number::Float(value), span };
        let given = [
            nan.unwrap_or(literal(0.0)),
            posinf.unwrap_or(literal(greatest)),
            neginf.unwrap_or(literal(-greatest)),
        ];
        let [nan, posinf, neginf] = given.map(|value| self.coerce(value, dtype));
        let is_nan = self.apply(Op::IsNan, &[node], span);
        let mut result = self.apply(Op::Where, &[is_nan, nan?, node], span);
        for (infinity, value) in [(f64::INFINITY, posinf?), (f64::NEG_INFINITY, neginf?)] {
            let infinity = self.float_like(node, infinity, span);
            let is_infinite = self.apply(Op::Eq, &[node, infinity], span);
            result = self.apply(Op::Where, &[is_infinite, value, result], span);
        }
        Ok(result)
    }

    /// NumPy's rounding to decimals: to an integer between a product and a quotient by a power of ten.
    pub(super) fn round_to(&mut self, x: Operand, decimals: Operand, span: Span) -> Step<NodeId> {
        let Number::Int(decimals) = decimals.number else {
            return Err(decimals
                .error(ErrorKind::KeywordValue { keyword: "decimals", expected: "an integer literal" }));
        };
        let node = self.strong(x)?;
        let dtype = self.graph.ty(node).dtype;
        if decimals == 0 || (decimals > 0 && !dtype.is_float()) {
            return self.round(x, span);
        }
        if !dtype.is_float() {
            let (what, instead) = ("rounding integers to tens", "use `10 * round(x / 10)`");
            return stop(ErrorKind::Unsupported { what, instead }, span);
        }
        let power = 10f64.powi(i32::try_from(decimals.unsigned_abs()).unwrap_or(i32::MAX).min(400));
        let power = self.float_like(node, power, span);
        let (before, after) = if decimals > 0 { (Op::Mul, Op::Div) } else { (Op::Div, Op::Mul) };
        let scaled = self.apply(before, &[node, power], span);
        let rounded = self.apply(Op::Rint, &[scaled], span);
        Ok(self.apply(after, &[rounded, power], span))
    }

    /// Functions of two results.
    pub(super) fn two_results(&mut self, what: Derived, args: &[Operand], span: Span) -> Option<Step<Value>> {
        let pair = match (what, args) {
            (Derived::DivMod, &[x, y]) => self.div_mod(x, y, span),
            (Derived::Modf | Derived::Frexp, &[x]) => self.parts(what, x, span),
            (_, _) => return None,
        };
        Some(pair.map(|(first, second)| Value::Pair(first, second)))
    }

    fn div_mod(&mut self, x: Operand, y: Operand, span: Span) -> Step<(Number, Number)> {
        Ok((self.lane(Op::FloorDiv, &[x, y], span)?, self.lane(Op::Mod, &[x, y], span)?))
    }

    fn parts(&mut self, what: Derived, x: Operand, span: Span) -> Step<(Number, Number)> {
        let dtype = self.computed(Rule::Float, what.name(), &[x], span)?;
        let x = self.coerce(x, dtype)?;
        let (first, second) = if what == Derived::Frexp {
            let exponent = self.apply(Op::Exponent, &[x], span);
            (self.apply(Op::Mantissa, &[x], span), self.cast(exponent, DType::I32, span))
        } else {
            let whole = self.apply(Op::Trunc, &[x], span);
            let fraction = self.apply(Op::Sub, &[x, whole], span);
            let (is_infinite, zero) = (self.apply(Op::IsInf, &[x], span), self.number(dtype, 0, span));
            let fraction = self.apply(Op::Where, &[is_infinite, zero, fraction], span);
            (self.apply(Op::Copysign, &[fraction, x], span), whole)
        };
        Ok((Number::Strong(first), Number::Strong(second)))
    }
}
