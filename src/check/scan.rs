//! Running sums and products.

use super::call::Signature;
use super::operator::no_operation;
use super::reduce::accumulated;
use super::statement::Lowering;
use super::value::{Family, Number, Step, Value};
use crate::dtype::DType;
use crate::ir::{Node, NodeId};
use crate::op::{Row, Scan};
use crate::span::Span;
use crate::syntax::ast::Arg;

impl Lowering<'_> {
    pub(super) fn scan(
        &mut self,
        op: Scan,
        row: &Row,
        name: &str,
        name_span: Span,
        args: &[Arg],
        span: Span,
    ) -> Step<Number> {
        let params = row.params;
        let signature = Signature { name, name_span, params, required: 1, positional: params.len() };
        let bound = self.bind_args(&signature, args)?;
        let given = |param: &str| bound[params.iter().position(|&p| p == param)?];
        let operand = self.required(&bound, 0)?;
        let rank = self.dims(operand).len();
        let axis = match given("axis").map(|id| (id, self.value(id))) {
            // Of one axis, all elements are those along it.
            None | Some((_, Value::None)) => (rank == 1).then_some(0),
            Some((id, _)) => Some(self.axes(id, rank, true)?.0.trailing_zeros()),
        };
        let dtype = self.keywords(given, operand)?.dtype;
        let operand = self.in_dtype(operand, dtype, span)?;
        match operand.number.family() {
            Family::Real => {
                let node = self.strong(operand)?;
                Ok(Number::Strong(self.scan_of(op, node, axis, dtype, span)))
            }
            // Sums of complex numbers are those of their parts.
            Family::Complex if op == Scan::CumSum => {
                let (re, im) = self.planes(operand, None)?;
                let re = self.scan_of(op, re, axis, None, span);
                Ok(Number::Planes(re, self.scan_of(op, im, axis, None, span)))
            }
            Family::Complex | Family::Time | Family::Text => {
                Err(no_operation(op.name(), self.types(&[operand]), span))
            }
        }
    }

    /// Real numbers, computed with in the dtype given or the one that sums accumulate in.
    fn scan_of(
        &mut self,
        op: Scan,
        of: NodeId,
        axis: Option<u32>,
        dtype: Option<DType>,
        span: Span,
    ) -> NodeId {
        let dtype = dtype.unwrap_or(accumulated(self.graph.ty(of).dtype));
        let of = self.cast(of, dtype, span);
        self.graph.add(Node::Scan { op, of, axis }, span).expect("the axis was found to be the operand's")
    }
}
