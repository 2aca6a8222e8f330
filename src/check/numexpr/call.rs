//! Functions, reductions and the parts of numbers.

use super::super::call::Signature;
use super::super::error::ErrorKind;
use super::super::statement::Lowering;
use super::super::value::{Number, Operand, Step, Value, stop};
use super::kind::{Kind, common, lowest, signature};
use super::table::{self, Does, FUNCTIONS, Function, Gives};
use crate::diagnostic::nearest;
use crate::dtype::{DType, Lane};
use crate::ir::{Node, NodeId, Scalar};
use crate::op::{Meaning, Op, Reduction};
use crate::scalar;
use crate::span::Span;
use crate::syntax::ast::{Arg, Attribute, List, Symbol};

impl Lowering<'_> {
    pub(super) fn numexpr_call(
        &mut self,
        name: Symbol,
        name_span: Span,
        args: List<Arg>,
        span: Span,
    ) -> Step<Number> {
        let args = self.program.args(args);
        let text = self.program.symbol(name);
        let Some(function) = table::find(text) else {
            let near = nearest(text, FUNCTIONS.iter().map(|function| function.name));
            return stop(ErrorKind::UnknownFunction { name: text.to_owned(), near }, name_span);
        };
        if let Does::Reduce(op) = function.does {
            return self.numexpr_reduction(function, op, name_span, args, span);
        }
        let params = function.params;
        let signature =
            Signature { name: text, name_span, params, required: params.len(), positional: params.len() };
        let bound = self.bind_args(&signature, args)?;
        let operands: Vec<Operand> =
            (0..bound.len()).map(|i| self.required(&bound, i)).collect::<Step<_>>()?;
        self.numexpr_function(function, &operands, span)
    }

    fn numexpr_function(&mut self, function: &Function, args: &[Operand], span: Span) -> Step<Number> {
        let kinds = self.kinds(args)?;
        if function.does == Does::Where {
            return self.numexpr_where(function, args, &kinds, span);
        }
        if args.iter().all(|&arg| self.as_constant(arg).is_some())
            && let Some(number) = self.constant_call(function.does, args, span)?
        {
            return Ok(number);
        }
        // Of bytes and numbers it is refused by its opcode, as a comparison is.
        let met = if function.does == Does::Contains { lowest(&kinds) } else { common(&kinds, span)? };
        match function.gives(met) {
            Gives::No(result) => {
                let signature = signature(function.opcode, result, &kinds);
                stop(ErrorKind::NoOpcode { signature }, span)
            }
            Gives::Is(_) if met == Kind::Bytes => self.numexpr_bytes_call(function.does, args, span),
            Gives::Is(result) if met == Kind::Complex || result == Kind::Complex => {
                self.numexpr_complex_call(function.does, args, span)
            }
            Gives::Is(result) => self.function_in(result, function.does, args, span),
        }
    }

    /// A function on real operands with a real result of that kind.
    fn function_in(&mut self, result: Kind, does: Does, args: &[Operand], span: Span) -> Step<Number> {
        match does {
            Does::Ask(op) => {
                let node = self.strong(args[0])?;
                let operand = Operand { number: Number::Strong(node), span: args[0].span };
                return self.classify(op, operand, span);
            }
            Does::OnesLike => return self.ones_like(args[0], span),
            Does::Lane(_) | Does::Round | Does::Copy | Does::Real | Does::Imag => {}
            Does::Conj | Does::NextAfter => {}
            // Decided before: none of these is a function of real lanes.
            Does::Where | Does::Complex | Does::Contains | Does::Reduce(_) => {}
        }
        let nodes: Vec<NodeId> = args.iter().map(|&arg| self.of_kind(arg, result)).collect::<Step<_>>()?;
        let node = match (does, nodes.as_slice()) {
            (Does::Lane(op), nodes) => self.lanes(op, nodes, span),
            (Does::Round, &[x]) if !result.is_integer() => self.lanes(Op::Rint, &[x], span),
            (Does::Imag, &[x]) => self.no_imaginary_part(x, span),
            (Does::NextAfter, &[x, y]) => self.next_after(x, y, span),
            (_, nodes) => nodes[0],
        };
        Ok(self.valued(node))
    }

    /// NumExpr calls NumPy's functions where all operands are constants, with NumPy's result dtypes. `None`
    /// if there is nothing special in it.
    fn constant_call(&mut self, does: Does, args: &[Operand], span: Span) -> Step<Option<Number>> {
        match (does, args) {
            (Does::Lane(Op::Abs), &[Operand { number: Number::Complex(re, im), .. }]) => {
                let parts = [re, im].map(|part| Scalar::from_f64(Lane::F64, part));
                return Ok(scalar::apply(Op::Hypot, &parts).as_f64().map(Number::Float));
            }
            (Does::Complex, &[re, im]) => {
                let parts = [re, im].map(|part| self.as_constant(part).filter(|part| !part.is_complex()));
                let [Some(re), Some(im)] = parts else { return Ok(None) };
                return Ok(Some(Number::Complex(re.parts().0, im.parts().0)));
            }
            (Does::Lane(_) | Does::Ask(_) | Does::Round | Does::Copy | Does::Real | Does::Conj, _) => {}
            (_, _) => return Ok(None),
        }
        let mut given = Vec::new();
        for &arg in args {
            let node = match arg.number {
                Number::Int(_) => self.coerce(arg, DType::I64)?,
                Number::Strong(_) | Number::Weak(_) | Number::Float(_) => self.strong(arg)?,
                Number::Complex(..)
                | Number::Planes(..)
                | Number::WeakPlanes(..)
                | Number::Time(..)
                | Number::Text(_) => {
                    return Ok(None);
                }
            };
            given.push(Operand { number: Number::Strong(node), span: arg.span });
        }
        let number = match (does, given.as_slice()) {
            (Does::Lane(op), given) => self.lane(op, given, span)?,
            (Does::Ask(op), &[x]) => self.classify(op, x, span)?,
            (Does::Round, &[x]) if self.kind_of(x.number).is_integer() => x.number,
            (Does::Round, &[x]) => self.lane(Op::Rint, &[x], span)?,
            (_, _) => return Ok(Some(args[0].number)),
        };
        let node = self.strong(Operand { number, span })?;
        let Some(value) = self.constant_value(node) else { return Ok(None) };
        let node = self.graph.constant(value, span);
        let lanes = Kind::of(DType::from(value.lane)).and_then(Kind::lanes);
        let node = lanes.map_or(node, |lanes| self.cast(node, lanes, span));
        let node = self.folded(node, span);
        Ok(Some(self.valued(node)))
    }

    /// The value of a node made of a few constants.
    fn constant_value(&self, node: NodeId) -> Option<Scalar> {
        match self.graph.node(node) {
            Node::Const(value) => Some(value),
            Node::Cast(to, of) => Some(scalar::cast(to.lane()?, self.constant_value(of)?)),
            Node::Apply(op, args) => {
                let values: Option<Vec<Scalar>> = args.iter().map(|&arg| self.constant_value(arg)).collect();
                Some(scalar::apply(op, &values?))
            }
            Node::Input(..) | Node::Count { .. } | Node::Reduce { .. } | Node::Scan { .. } => None,
            Node::Literal(_) | Node::Text(..) => None,
            Node::View { .. } | Node::Index { .. } | Node::Broadcast { .. } => None,
            Node::Nonzero { .. } | Node::Take { .. } => None,
        }
    }

    /// A condition is a bool. A constant one chooses, and what it chooses stays as it is.
    fn numexpr_where(
        &mut self,
        function: &Function,
        args: &[Operand],
        kinds: &[Kind],
        span: Span,
    ) -> Step<Number> {
        if let Some(condition) = self.as_constant(args[0]) {
            return Ok(args[if condition.is_true() { 1 } else { 2 }].number);
        }
        let kind = common(kinds, span)?;
        if kinds[0] != Kind::Bool {
            return stop(ErrorKind::NoOpcode { signature: signature(function.opcode, kind, kinds) }, span);
        }
        if kind == Kind::Complex {
            return self.numexpr_complex_call(Does::Where, args, span);
        }
        let condition = self.of_kind(args[0], Kind::Bool)?;
        let (x, y) = (self.of_kind(args[1], kind)?, self.of_kind(args[2], kind)?);
        Ok(Number::Strong(self.lanes(Op::Where, &[condition, x, y], span)))
    }

    /// In the operand's kind, where integers wrap, but with the language's order of combining.
    fn numexpr_reduction(
        &mut self,
        function: &Function,
        op: Reduction,
        name_span: Span,
        args: &[Arg],
        span: Span,
    ) -> Step<Number> {
        if self.options.strict {
            self.refuse_lifted(function.name, args)?;
        }
        let params = &["a", "axis", "keepdims"];
        let meaning = Meaning::Reduce(op);
        let (_, operand, over) = self.reduced_over(meaning, params, function.name, name_span, args)?;
        let kinds = self.kinds(&[operand])?;
        match function.gives(kinds[0]) {
            Gives::No(result) => {
                let signature = format!("{}n", signature(function.opcode, result, &kinds));
                return stop(ErrorKind::NoOpcode { signature }, span);
            }
            Gives::Is(_) if self.as_constant(operand).is_some() => return Ok(operand.number),
            Gives::Is(Kind::Complex) => return self.numexpr_complex_reduction(op, operand, over, span),
            Gives::Is(_) => {}
        }
        let node = self.strong(operand)?;
        let accumulates = matches!(op, Reduction::Sum | Reduction::Prod) && kinds[0] == Kind::Int;
        let wide = if accumulates { self.cast(node, DType::I64, span) } else { node };
        let reduced = self.reduce(op, wide, over, span);
        Ok(Number::Strong(if accumulates { self.cast(reduced, DType::I32, span) } else { reduced }))
    }

    /// What NumExpr's reductions do not take.
    fn refuse_lifted(&self, name: &str, args: &[Arg]) -> Step<()> {
        for (i, arg) in args.iter().enumerate() {
            let keyword = arg.keyword.map(|(symbol, span)| (self.program.symbol(symbol), span));
            let span = self.program.span(arg.value);
            if let Some(("keepdims", at)) = keyword {
                let (name, keyword) = (name.to_owned(), "keepdims".to_owned());
                return stop(ErrorKind::UnknownKeyword { name, keyword, near: None }, at);
            }
            let is_axis = keyword.map_or(i == 1, |(keyword, _)| keyword == "axis");
            match self.value(arg.value) {
                Value::Number(Number::Int(axis)) if is_axis && axis < 0 => {
                    return stop(ErrorKind::NegativeAxis, span);
                }
                Value::Tuple(_) if is_axis => {
                    let expected = "an integer or `None`";
                    return stop(ErrorKind::KeywordValue { keyword: "axis", expected }, span);
                }
                Value::Tuple(_) | Value::Pair(..) | Value::DType(_) => {}
                Value::Number(_) | Value::None | Value::Poison => {}
            }
        }
        Ok(())
    }

    /// `.real` and `.imag`, always double.
    pub(super) fn numexpr_part(&mut self, attribute: Attribute, of: Operand, span: Span) -> Step<Number> {
        let kinds = self.kinds(&[of])?;
        match (attribute, kinds[0]) {
            (_, Kind::Bytes) => {
                let signature = signature(&attribute.symbol()[1..], Kind::Double, &kinds);
                stop(ErrorKind::NoOpcode { signature }, span)
            }
            (Attribute::Real | Attribute::Transpose, Kind::Complex) => {
                self.numexpr_complex_call(Does::Real, &[of], span)
            }
            (Attribute::Imag, Kind::Complex) => self.numexpr_complex_call(Does::Imag, &[of], span),
            (Attribute::Imag, _) => {
                let x = self.of_kind(of, Kind::Double)?;
                let node = self.no_imaginary_part(x, span);
                Ok(self.valued(node))
            }
            (Attribute::Real | Attribute::Transpose, _) => {
                let x = self.of_kind(of, Kind::Double)?;
                Ok(self.valued(x))
            }
        }
    }

    /// Zeros in the shape of a real number.
    fn no_imaginary_part(&mut self, of: NodeId, span: Span) -> NodeId {
        let zero = self.filled(of, false, span);
        let node = self.cast(zero, DType::F64, span);
        self.folded(node, span)
    }
}
