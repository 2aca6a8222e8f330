//! Division of floats by a constant power of two: a multiplication, which is several times faster.

use super::rewrite::rewrite;
use crate::dtype::Lane;
use crate::ir::{Graph, Node, NodeId, Scalar};
use crate::op::Op;
use crate::span::Span;

pub(super) fn run(graph: &Graph) -> Graph {
    rewrite(graph, &[by_power_of_two])
}

/// `x / 2**k` is `x * 2**-k`: both round the same real number, once, if `2**-k` is exact. It is kept
/// normal too, so that a mode which flushes subnormals could not tell the two apart.
fn by_power_of_two(graph: &mut Graph, node: Node, span: Span) -> Option<NodeId> {
    let Node::Apply(Op::Div, args) = node else { return None };
    let Node::Const(divisor) = graph.node(args[1]) else { return None };
    let reciprocal = graph.constant(exact_reciprocal(divisor)?, span);
    graph.apply(Op::Mul, &[args[0], reciprocal], span).ok()
}

/// The reciprocal of a normal power of two, if that is normal too.
fn exact_reciprocal(value: Scalar) -> Option<Scalar> {
    let (fraction_bits, bias) = match value.lane {
        Lane::F32 => (23, 127u64),
        Lane::F64 => (52, 1023u64),
        Lane::F16 | Lane::Bool | Lane::I8 | Lane::I16 | Lane::I32 | Lane::I64 => return None,
        Lane::U8 | Lane::U16 | Lane::U32 | Lane::U64 => return None,
    };
    let exponent_mask = 2 * bias + 1;
    let exponent = value.bits >> fraction_bits & exponent_mask;
    let sign = value.bits & !(exponent_mask << fraction_bits) & !((1 << fraction_bits) - 1);
    let is_power = value.bits & ((1 << fraction_bits) - 1) == 0;
    let is_normal = (1..2 * bias).contains(&exponent);
    let bits = sign | (2 * bias).wrapping_sub(exponent) << fraction_bits;
    (is_power && is_normal).then_some(Scalar { lane: value.lane, bits })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reciprocal(x: f64) -> Option<f64> {
        exact_reciprocal(Scalar::from_f64(Lane::F64, x)).and_then(Scalar::as_f64)
    }

    #[test]
    fn only_powers_of_two_with_a_normal_reciprocal_have_one() {
        assert_eq!(reciprocal(8.0), Some(0.125));
        assert_eq!(reciprocal(-0.5), Some(-2.0));
        assert_eq!(reciprocal(f64::MIN_POSITIVE), Some(2f64.powi(1022)));
        assert_eq!(reciprocal(2f64.powi(1022)), Some(f64::MIN_POSITIVE));
        for x in [3.0, 0.0, -0.0, f64::INFINITY, f64::NAN, 5e-324, 2f64.powi(1023), f64::MAX] {
            assert_eq!(reciprocal(x), None, "{x:e}");
        }
        let f32s = |x| exact_reciprocal(Scalar::from_f64(Lane::F32, x)).and_then(Scalar::as_f64);
        assert_eq!((f32s(4.0), f32s(2f64.powi(127))), (Some(0.25), None));
    }
}
