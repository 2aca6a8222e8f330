//! The dtype that operands meet in, and bringing them there (NEP 50).

use super::error::{ErrorKind, OperandType};
use super::statement::Lowering;
use super::value::{Number, Operand, Step};
use crate::dtype::{DType, Lane, promote};
use crate::ir::{Graph, Guard, GuardKind, Node, NodeId, Scalar, WeakFit};
use crate::op::Op;
use crate::span::Span;

/// The dtype that operands are promoted to; weak ones take the strong one's, if it is of their kind.
pub(super) fn common(operands: &[OperandType]) -> Option<DType> {
    let strong = || operands.iter().filter_map(|o| o.strong());
    // Next to a float every integer counts as the float that holds it, whatever the order.
    let any_float = strong().any(DType::is_float);
    let met = strong().map(|d| if any_float { d.to_float() } else { Some(d) });
    let met = met.reduce(|a, b| promote(a?, b?));
    Some(match met {
        Some(dtype) => weakly(dtype?, operands),
        None if operands.contains(&OperandType::WeakComplex) => DType::C128,
        None if operands.contains(&OperandType::WeakFloat) => DType::F64,
        None => DType::I64,
    })
}

/// The dtype that a strong one and the weak operands beside it give.
fn weakly(dtype: DType, operands: &[OperandType]) -> DType {
    let has = |ty| operands.contains(&ty);
    if has(OperandType::WeakComplex) {
        let is_single = matches!(dtype, DType::F16 | DType::F32 | DType::C64);
        return if is_single { DType::C64 } else { DType::C128 };
    }
    if has(OperandType::WeakFloat) && (dtype == DType::Bool || dtype.is_int()) {
        DType::F64
    } else if has(OperandType::WeakInt) && dtype == DType::Bool {
        DType::I64
    } else {
        dtype
    }
}

/// The float dtype that a function such as `arctan2` computes in: each operand's own, promoted.
pub(super) fn common_float(operands: &[OperandType]) -> Option<DType> {
    let strong = || operands.iter().filter_map(|o| o.strong());
    if strong().next().is_none() {
        return Some(DType::F64);
    }
    let met = strong().map(|dtype| weakly(dtype, operands).to_float());
    met.reduce(|a, b| promote(a?, b?))?
}

/// The integers that a dtype holds; `None` for floats.
pub(super) fn range(dtype: DType) -> Option<(i128, i128)> {
    let bits = dtype.size() * 8;
    match dtype.lane()? {
        Lane::Bool => Some((0, 1)),
        Lane::I8 | Lane::I16 | Lane::I32 | Lane::I64 => Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1)),
        Lane::U8 | Lane::U16 | Lane::U32 | Lane::U64 => Some((0, (1 << bits) - 1)),
        Lane::F16 | Lane::F32 | Lane::F64 => None,
    }
}

impl Lowering<'_> {
    /// The types of operands.
    pub(super) fn types(&self, args: &[Operand]) -> Vec<OperandType> {
        args.iter().map(|a| a.ty(&self.graph)).collect()
    }

    /// The operand as a node of that dtype.
    ///
    /// A literal must fit an integer dtype now, a weak input when it is bound, and what was
    /// computed from weak inputs when it is known (a guard).
    pub(super) fn coerce(&mut self, operand: Operand, dtype: DType) -> Step<NodeId> {
        let Some(lane) = dtype.lane() else {
            return Err(operand.error(ErrorKind::DTypeNotEvaluated { dtype, from: None }));
        };
        match operand.number {
            Number::Strong(node) => Ok(self.cast(node, dtype, operand.span)),
            Number::Weak(node) => {
                if dtype.is_int() && self.graph.ty(node).dtype == DType::I64 && dtype != DType::I64 {
                    self.require_fit(node, dtype, operand.span);
                }
                Ok(self.cast(node, dtype, operand.span))
            }
            Number::Int(value) => match Scalar::from_i128(lane, value) {
                Some(scalar) => Ok(self.graph.constant(scalar, operand.span)),
                None => Err(operand.error(ErrorKind::LiteralOutOfRange { value, dtype })),
            },
            Number::Float(value) => Ok(self.graph.constant(Scalar::from_f64(lane, value), operand.span)),
            Number::Complex(..)
            | Number::Planes(..)
            | Number::WeakPlanes(..)
            | Number::Time(..)
            | Number::Text(_) => Err(operand.error(ErrorKind::NotReal { operand: operand.ty(&self.graph) })),
        }
    }

    pub(super) fn coerce_all(&mut self, args: &[Operand], dtype: DType) -> Step<Vec<NodeId>> {
        args.iter().map(|&arg| self.coerce(arg, dtype)).collect()
    }

    fn require_fit(&mut self, node: NodeId, dtype: DType, span: Span) {
        if let Node::Input(input, _) = self.graph.node(node) {
            let known = |fit: &WeakFit| (fit.input, fit.dtype) == (input, dtype);
            if !self.graph.weak_fits.iter().any(known) {
                self.graph.weak_fits.push(WeakFit { input, dtype, span });
            }
            return;
        }
        let Some((low, high)) = range(dtype) else { return };
        let bound = |graph: &mut Graph, value: i128| {
            Scalar::from_i128(Lane::I64, value).map(|scalar| graph.constant(scalar, span))
        };
        // A u64 reaches beyond every i64: one side is no question then.
        let (low, high) = (bound(&mut self.graph, low), bound(&mut self.graph, high));
        let below = low.map(|low| self.apply(Op::Lt, &[node, low], span));
        let above = high.map(|high| self.apply(Op::Gt, &[node, high], span));
        let outside = match (below, above) {
            (Some(below), Some(above)) => self.apply(Op::BitOr, &[below, above], span),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => return,
        };
        self.guard(outside, GuardKind::OutOfRange(dtype), span);
    }

    /// Refuses the formula's values where the node, a bool without axes, is true.
    pub(super) fn guard(&mut self, node: NodeId, kind: GuardKind, span: Span) {
        if self.guarded.insert(node) {
            self.graph.guards.push(Guard { node, kind, span });
        }
    }

    /// A node whose operands have been cast to the dtype that the operator computes in. Halves are computed
    /// in f32 and rounded back, but for the one operator that asks for their neighbours.
    pub(super) fn apply(&mut self, op: Op, args: &[NodeId], span: Span) -> NodeId {
        if op == Op::Nextafter {
            return self.graph.apply(op, args, span).expect("operands were cast to one dtype");
        }
        let is_half = args.iter().any(|&arg| self.graph.ty(arg).dtype == DType::F16);
        if !is_half {
            return self.graph.apply(op, args, span).expect("operands were cast to one dtype");
        }
        let wide: Vec<NodeId> = args.iter().map(|&arg| self.widened(arg, span)).collect();
        let computed = self.graph.apply(op, &wide, span).expect("operands were cast to one dtype");
        if op.is_predicate() { computed } else { self.cast(computed, DType::F16, span) }
    }

    /// A half as f32, anything else as it is.
    pub(super) fn widened(&mut self, node: NodeId, span: Span) -> NodeId {
        match self.graph.node(node) {
            _ if self.graph.ty(node).dtype != DType::F16 => node,
            // A constant stays one, for operators that ask for a constant.
            Node::Const(value) => {
                let value = value.as_f64().expect("a half is a float");
                self.graph.constant(Scalar::from_f64(Lane::F32, value), span)
            }
            Node::Input(..) | Node::Count { .. } | Node::Apply(..) | Node::Cast(..) => {
                self.cast(node, DType::F32, span)
            }
            Node::Reduce { .. } | Node::Scan { .. } => self.cast(node, DType::F32, span),
            // No half.
            Node::Literal(_) | Node::Text(..) => node,
            Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } => {
                self.cast(node, DType::F32, span)
            }
            Node::Nonzero { .. } | Node::Take { .. } => self.cast(node, DType::F32, span),
        }
    }

    pub(super) fn cast(&mut self, node: NodeId, to: DType, span: Span) -> NodeId {
        self.graph.cast(node, to, span).expect("every node has a cast to a lane's dtype")
    }

    /// A bool of the node's shape that holds one value: `x < x` is false whatever x is, NaN too.
    pub(super) fn filled(&mut self, like: NodeId, value: bool, span: Span) -> NodeId {
        if self.graph.ty(like).dims.is_empty() {
            return self.graph.constant(Scalar::bool(value), span);
        }
        let no = self.apply(Op::Lt, &[like, like], span);
        if value { self.apply(Op::BitNot, &[no], span) } else { no }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OperandType::{Strong, WeakFloat, WeakInt};

    #[test]
    fn weak_operands_yield() {
        assert_eq!(common(&[Strong(DType::I8), WeakInt]), Some(DType::I8));
        assert_eq!(common(&[Strong(DType::Bool), WeakInt]), Some(DType::I64));
        assert_eq!(common(&[Strong(DType::F32), WeakFloat]), Some(DType::F32));
        assert_eq!(common(&[Strong(DType::I8), WeakFloat]), Some(DType::F64));
        assert_eq!(common(&[WeakInt, WeakFloat]), Some(DType::F64));
    }

    #[test]
    fn three_operands_meet_in_any_order() {
        let all = [Strong(DType::I16), Strong(DType::U16), Strong(DType::F32)];
        assert_eq!(common(&all), Some(DType::F32));
        assert_eq!(common_float(&[Strong(DType::I16), Strong(DType::U16)]), Some(DType::F32));
    }
}
