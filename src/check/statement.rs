//! The loop over expressions, what names stand for, and what a formula gives.

use super::error::{Error, ErrorKind, OperandType};
use super::keywords::dtype_named;
use super::value::{Family, Number, Operand, Step, Stop, Value, stop};
use super::{InputDType, InputType, MAX_ERRORS, MAX_NODES, Options};
use crate::casting::can_cast;
use crate::diagnostic::nearest;
use crate::dtype::{DType, Kind};
use crate::ir::{Graph, InputId, Known, Literal, Node, NodeId, Output, Plane, Scalar, ViewId};
use crate::op;
use crate::shape::MAX_RANK;
use crate::span::Span;
use crate::syntax::ast::{self, Arg, Attribute, Expr, ExprId, List, Program, Statement, Symbol};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) const CONSTANTS: [(&str, f64); 4] =
    [("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("inf", f64::INFINITY), ("nan", f64::NAN)];

/// A program on its way to a graph.
pub(super) struct Lowering<'a> {
    pub(super) program: &'a Program,
    pub(super) graph: Graph,
    pub(super) options: Options,
    /// Nodes that a guard already watches.
    pub(super) guarded: FxHashSet<NodeId>,
    /// The views of nodes that have been made.
    pub(super) pushed: FxHashMap<(NodeId, ViewId), NodeId>,
    /// For each mask, the numbers of what it selects.
    pub(super) masks: FxHashMap<NodeId, NodeId>,
    /// How many calls of random generators stand before.
    pub(super) random_calls: u64,
    pub(super) inputs: FxHashMap<&'a str, InputId>,
    pub(super) types: &'a [InputType],
    /// What has been computed of the expressions so far.
    values: Vec<Value>,
    pub(super) variables: FxHashMap<Symbol, Bound>,
    /// Variables in the order of their first assignment.
    assigned: Vec<Symbol>,
    /// What the arrays of inputs take in the end, in the order of their first change.
    pub(super) updates: Vec<(InputId, Operand)>,
    /// Names that were reported as unknown.
    unknown: FxHashSet<Symbol>,
    /// Texts that are values of a `dtype=`.
    dtype_texts: FxHashSet<ExprId>,
    result: Option<ExprId>,
    errors: Vec<Error>,
}

/// What a variable holds.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    pub(super) value: Value,
    pub(super) span: Span,
    /// The input whose array takes the value, where the variable is a changed input.
    pub(super) into: Option<InputId>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(
        program: &'a Program,
        types: &'a [InputType],
        options: &'a Options,
        known: Known,
    ) -> Lowering<'a> {
        let mut lowering = Lowering {
            program,
            graph: Graph::of_known(known),
            options: *options,
            pushed: FxHashMap::default(),
            masks: FxHashMap::default(),
            random_calls: 0,
            guarded: FxHashSet::default(),
            inputs: FxHashMap::default(),
            types,
            values: Vec::with_capacity(program.exprs().len()),
            variables: FxHashMap::default(),
            assigned: Vec::new(),
            updates: Vec::new(),
            unknown: FxHashSet::default(),
            dtype_texts: dtype_arguments(program).collect(),
            result: None,
            errors: Vec::new(),
        };
        types.iter().for_each(|ty| lowering.declare(ty));
        lowering
    }

    fn declare(&mut self, ty: &'a InputType) {
        let is_weak = !matches!(ty.dtype, InputDType::Strong(_));
        let ones = if is_weak { &[] } else { ty.ones.as_slice() };
        let id = self.graph.declare(&ty.name, ty.dtype.stored(), ones, is_weak);
        if self.inputs.insert(&ty.name, id).is_some() {
            let kind = ErrorKind::DuplicateInput { name: ty.name.to_string() };
            self.errors.push(Error { kind, span: Span::default() });
        }
    }

    /// Checks everything.
    pub(super) fn run(mut self) -> Result<Graph, Vec<Error>> {
        let mut statements = self.program.statements().iter().copied().peekable();
        for (id, expr) in self.program.exprs() {
            let value = self.expression(id, expr);
            let value = self.settle(value);
            self.values.push(value);
            // A statement's value is the last of its expressions, and precedes the next statement's.
            while let Some(statement) = statements.next_if(|s| root(s) <= id) {
                if let Err(Stop::Error(error)) = self.statement(statement) {
                    self.errors.push(error);
                }
            }
            let limit = self.options.nodes.map_or(MAX_NODES, |nodes| nodes.min(MAX_NODES));
            if self.graph.len() > limit {
                let kind = ErrorKind::TooManyNodes { limit };
                self.errors.push(Error { kind, span: self.program.span(id) });
                return Err(self.errors);
            }
            if self.errors.len() >= MAX_ERRORS {
                return Err(self.errors);
            }
        }
        self.outputs();
        if self.errors.is_empty() { Ok(self.graph) } else { Err(self.errors) }
    }

    /// Notes the error, if it is one.
    fn settle(&mut self, value: Step<Value>) -> Value {
        match value {
            Ok(value) => value,
            Err(Stop::Poison) => Value::Poison,
            Err(Stop::Error(error)) => {
                self.errors.push(error);
                Value::Poison
            }
        }
    }

    fn expression(&mut self, id: ExprId, expr: Expr) -> Step<Value> {
        let span = self.program.span(id);
        if self.is_numexpr()
            && let Some(number) = self.numexpr_expression(expr, span)
        {
            return number.map(Value::Number);
        }
        let number = match expr {
            Expr::Int(value) => Number::Int(value),
            Expr::Float(value) => Number::Float(value),
            Expr::Imaginary(value) => Number::Complex(0.0, value),
            Expr::Text(text) if self.dtype_texts.contains(&id) => {
                return self.dtype_text(self.program.symbol(text), span);
            }
            Expr::Text(text) => self.literal(Literal::text(self.program.symbol(text)), span),
            Expr::Bytes(bytes) => self.literal(Literal::bytes(self.program.symbol(bytes)), span),
            Expr::Name(name) => return self.name(name, span),
            Expr::Unary(op, of) => self.unary(op, self.operand(of)?, span)?,
            Expr::Binary(op, a, b) => self.binary(op, self.operand(a)?, self.operand(b)?, span)?,
            Expr::Compare(first, links) => self.chain(first, links, span)?,
            Expr::IfElse { then, condition, otherwise } => {
                let args = [self.operand(condition)?, self.operand(then)?, self.operand(otherwise)?];
                self.lane(op::Op::Where, &args, span)?
            }
            Expr::Call { name, name_span, args } => return self.call(name, name_span, args, span),
            Expr::Index { base, items } => self.index(base, items, span)?,
            Expr::Attribute { base, attribute } => self.attribute(self.operand(base)?, attribute, span)?,
            Expr::Tuple(items) => return Ok(Value::Tuple(items)),
        };
        Ok(Value::Number(number))
    }

    fn attribute(&mut self, base: Operand, attribute: Attribute, span: Span) -> Step<Number> {
        match attribute {
            Attribute::Real | Attribute::Imag if base.number.family() == Family::Complex => {
                let (re, im) = self.planes(base, None)?;
                Ok(Number::Strong(if attribute == Attribute::Real { re } else { im }))
            }
            Attribute::Real => Ok(base.number),
            Attribute::Imag => {
                let node = self.strong(base)?;
                let zero = self.filled(node, false, span);
                Ok(Number::Strong(self.cast(zero, self.graph.ty(node).dtype, span)))
            }
            Attribute::Transpose => self.transpose(base, span),
        }
    }

    /// The value of an expression that stands before.
    pub(super) fn value(&self, id: ExprId) -> Value {
        self.values[id.0 as usize]
    }

    /// The same, where only a number makes sense.
    pub(super) fn operand(&self, id: ExprId) -> Step<Operand> {
        self.value(id).operand(self.program.span(id))
    }

    fn name(&mut self, name: Symbol, span: Span) -> Step<Value> {
        let text = self.program.symbol(name);
        if let Some(bound) = self.variables.get(&name) {
            return Ok(bound.value);
        }
        if let Some(&input) = self.inputs.get(text) {
            return self.input(input, span).map(Value::Number);
        }
        if let Some(&(_, value)) = self.constants().iter().find(|(known, _)| *known == text) {
            return Ok(Value::Number(Number::Float(value)));
        }
        match text {
            "None" => Ok(Value::None),
            "True" | "False" => {
                let node = self.graph.constant(Scalar::bool(text == "True"), span);
                Ok(Value::Number(Number::Strong(node)))
            }
            _ => match dtype_named(text) {
                Some(dtype) => Ok(Value::DType(dtype)),
                None => Err(self.unknown_name(name, span)),
            },
        }
    }

    /// The NumExpr dialect has none.
    fn constants(&self) -> &'static [(&'static str, f64)] {
        if self.is_numexpr() { &[] } else { &CONSTANTS }
    }

    pub(super) fn input(&mut self, input: InputId, span: Span) -> Step<Number> {
        let ty = &self.types[input.index()];
        let dtype = ty.dtype.stored();
        if self.is_numexpr() {
            self.numexpr_accepts(dtype, span)?;
        }
        if ty.ones.len() > MAX_RANK {
            return stop(ErrorKind::TooManyAxes { name: ty.name.to_string() }, span);
        }
        let mut plane =
            |plane| self.graph.add(Node::Input(input, plane), span).expect("the dtype has the plane");
        let number = match dtype.kind() {
            Kind::Complex => {
                let (re, im) = (plane(Plane::Real), plane(Plane::Imag));
                let is_weak = self.graph.inputs[input.index()].weak;
                if is_weak { Number::WeakPlanes(re, im) } else { Number::Planes(re, im) }
            }
            Kind::Datetime | Kind::Timedelta => Number::Time(plane(Plane::Whole), dtype),
            Kind::Bytes | Kind::Text => Number::Text(plane(Plane::Whole)),
            Kind::Bool | Kind::Signed | Kind::Unsigned | Kind::Float => {
                let node = plane(Plane::Whole);
                if self.graph.inputs[input.index()].weak { Number::Weak(node) } else { Number::Strong(node) }
            }
        };
        Ok(if self.is_numexpr() { self.numexpr_input(number, span) } else { number })
    }

    /// Reports each unknown name once.
    pub(super) fn unknown_name(&mut self, name: Symbol, span: Span) -> Stop {
        if !self.unknown.insert(name) {
            return Stop::Poison;
        }
        let text = self.program.symbol(name);
        let variables = self.assigned.iter().map(|&s| self.program.symbol(s));
        let known = self.types.iter().map(|ty| &*ty.name).chain(variables);
        let near = nearest(text, known.chain(self.constants().iter().map(|c| c.0)).chain(["True", "False"]));
        let kind = ErrorKind::UnknownName {
            name: text.to_owned(),
            near: near.map(str::to_owned),
            is_function: op::lookup(text).is_some(),
        };
        Error { kind, span }.into()
    }

    fn statement(&mut self, statement: Statement) -> Step<()> {
        match statement {
            Statement::Result(value) => self.result = Some(value),
            Statement::Assign { name, name_span, value } => self.bind(name, self.value(value), name_span),
            Statement::Unpack { names, value } => return self.unpack(names, value),
            Statement::Augment { name, name_span, op, value } => {
                return self.augment(name, name_span, op, value);
            }
        }
        Ok(())
    }

    /// Binds each name to an item of a tuple or a result of a function.
    fn unpack(&mut self, names: List<ast::Bound>, value: ExprId) -> Step<()> {
        let program = self.program;
        let names = program.bound(names);
        let items: Vec<Value> = match self.value(value) {
            Value::Tuple(items) => program.tuple(items).iter().map(|&item| self.value(item)).collect(),
            Value::Pair(first, second) => vec![Value::Number(first), Value::Number(second)],
            Value::Poison | Value::None | Value::Number(_) | Value::DType(_) => Vec::new(),
        };
        for (k, bound) in names.iter().enumerate() {
            // Poison where there is no item: the errors of later lines would follow from this one.
            let value = items.get(k).copied().filter(|_| items.len() == names.len());
            self.bind(bound.name, value.unwrap_or(Value::Poison), bound.span);
        }
        match self.value(value) {
            Value::Poison => Err(Stop::Poison),
            _ if items.len() == names.len() => Ok(()),
            Value::None | Value::Tuple(_) | Value::Pair(..) | Value::Number(_) | Value::DType(_) => {
                let kind = ErrorKind::Unpack { names: names.len(), items: items.len() };
                stop(kind, program.span(value))
            }
        }
    }

    /// Lets a name stand for a value, as `=` does.
    fn bind(&mut self, name: Symbol, value: Value, span: Span) {
        self.rebind(name, Bound { value, span, into: None });
    }

    pub(super) fn rebind(&mut self, name: Symbol, bound: Bound) {
        // The name of a changed array is that of no result, until something is assigned to it.
        let is_first = bound.into.is_none() && self.variables.get(&name).is_none_or(|old| old.into.is_some());
        if is_first && !self.assigned.contains(&name) {
            self.assigned.push(name);
        }
        self.variables.insert(name, bound);
    }

    /// The results, and then what goes into the arrays of inputs.
    fn outputs(&mut self) {
        self.results();
        for (input, operand) in std::mem::take(&mut self.updates) {
            self.output(None, Some(input), Ok(operand));
        }
    }

    /// The trailing expression or its items, else every variable whose name does not begin with `_`.
    fn results(&mut self) {
        if let Some(result) = self.result {
            match self.value(result) {
                Value::Tuple(items) => self.output_items(items, self.program.span(result)),
                Value::Pair(first, second) => {
                    let span = self.program.span(result);
                    [first, second]
                        .into_iter()
                        .for_each(|n| self.output(None, None, Ok(Operand { number: n, span })));
                }
                Value::Number(_) | Value::Poison | Value::None | Value::DType(_) => {
                    let output = self.operand(result);
                    self.output(None, None, output);
                }
            }
            return;
        }
        let shown = |&&name: &&Symbol| !self.program.symbol(name).starts_with('_');
        let names: Vec<Symbol> = self.assigned.iter().filter(shown).copied().collect();
        if names.is_empty() && self.updates.is_empty() && self.errors.is_empty() {
            let last = self.program.exprs().last().map(|(id, _)| self.program.span(id));
            self.errors.push(Error { kind: ErrorKind::NoResult, span: last.unwrap_or_default() });
        }
        for name in names {
            let Bound { value, span, .. } = self.variables[&name];
            self.output(Some(self.program.symbol(name).into()), None, value.operand(span));
        }
    }

    fn output_items(&mut self, items: List<ExprId>, span: Span) {
        let items = self.program.tuple(items);
        if items.is_empty() {
            self.errors.push(Error { kind: ErrorKind::NoResult, span });
        }
        for &item in items {
            let output = self.operand(item);
            self.output(None, None, output);
        }
    }

    fn output(&mut self, name: Option<Box<str>>, into: Option<InputId>, operand: Step<Operand>) {
        let asked = |operand| if into.is_none() { self.asked_for(operand) } else { Ok(operand) };
        match operand.and_then(asked).and_then(|o| self.result_planes(o)) {
            Ok((dtype, node, imag)) => self.graph.outputs.push(Output { name, dtype, node, imag, into }),
            Err(Stop::Poison) => {}
            Err(Stop::Error(error)) => self.errors.push(error),
        }
    }

    /// The operand in the dtype that was asked for, if one was.
    fn asked_for(&mut self, operand: Operand) -> Step<Operand> {
        match self.options.dtype {
            Some(to) => self.cast_by_rule(operand, to),
            None => Ok(operand),
        }
    }

    /// The operand in a dtype, if the rule of casting allows it.
    pub(super) fn cast_by_rule(&mut self, operand: Operand, to: DType) -> Step<Operand> {
        let from = match operand.ty(&self.graph) {
            OperandType::Strong(dtype) => dtype,
            OperandType::WeakInt => DType::I64,
            OperandType::WeakFloat => DType::F64,
            OperandType::WeakComplex => DType::C128,
        };
        let casting = self.options.casting;
        if !can_cast(from, to, casting) {
            return Err(operand.error(ErrorKind::Casting { from, to, casting }));
        }
        let number = self.cast_to(operand, to, operand.span)?;
        Ok(Operand { number, ..operand })
    }

    /// What an output of the operand's value is: its dtype and its planes.
    pub(super) fn result_planes(&mut self, operand: Operand) -> Step<(DType, NodeId, Option<NodeId>)> {
        Ok(match operand.number {
            Number::Time(node, dtype) => (dtype, node, None),
            Number::Complex(..) | Number::Planes(..) | Number::WeakPlanes(..) => {
                let (re, im) = self.planes(operand, None)?;
                let dtype = if self.graph.ty(re).dtype == DType::F32 { DType::C64 } else { DType::C128 };
                (dtype, re, Some(im))
            }
            Number::Text(node) => (self.graph.ty(node).dtype, node, None),
            Number::Strong(_) | Number::Weak(_) | Number::Int(_) | Number::Float(_) => {
                let node = self.strong(operand)?;
                (self.graph.ty(node).dtype, node, None)
            }
        })
    }

    /// The operand as a node of real numbers, in the dtype that it has alone.
    pub(super) fn strong(&mut self, operand: Operand) -> Step<NodeId> {
        match operand.number {
            Number::Strong(node) | Number::Weak(node) => Ok(node),
            Number::Int(value) if self.is_numexpr() => self.coerce(operand, Self::numexpr_integer(value)),
            Number::Int(_) => self.coerce(operand, DType::I64),
            Number::Float(_) => self.coerce(operand, DType::F64),
            Number::Complex(..)
            | Number::Planes(..)
            | Number::WeakPlanes(..)
            | Number::Time(..)
            | Number::Text(_) => Err(operand.error(ErrorKind::NotReal { operand: operand.ty(&self.graph) })),
        }
    }
}

/// The values that calls are given as their `dtype`.
fn dtype_arguments(program: &Program) -> impl Iterator<Item = ExprId> + '_ {
    let is_dtype = |arg: &&Arg| arg.keyword.is_some_and(|(name, _)| program.symbol(name) == "dtype");
    program.all_args().iter().filter(is_dtype).map(|arg| arg.value)
}

/// The last expression of a statement.
pub(super) fn root(statement: &Statement) -> ExprId {
    match *statement {
        Statement::Result(value) | Statement::Assign { value, .. } => value,
        Statement::Augment { value, .. } | Statement::Unpack { value, .. } => value,
    }
}
