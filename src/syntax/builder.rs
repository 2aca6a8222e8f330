//! What the grammar's actions do: push into the arena.
//!
//! Each method is one action. Lists grow on stacks, innermost on top, and move to the program's side
//! tables when their node is made, so that a nested list never tears its outer one. A fault is
//! noted and building goes on: with faults the program is never handed out, so a fault may leave any
//! node in its place.

use super::ast::{
    Arg, Attribute, BinaryOp, Bound, CompareOp, Expr, ExprId, IndexItem, Link, List, Program, Statement,
    Symbol, UnaryOp,
};
use super::error::{Error, ErrorKind};
use super::literal;
use crate::span::Span;
use std::borrow::Cow;
use std::collections::HashMap;

pub(super) struct Builder<'t> {
    text: &'t str,
    program: Program,
    interned: HashMap<Cow<'t, str>, Symbol>,
    elements: Vec<ExprId>,
    links: Vec<Link>,
    args: Vec<Arg>,
    items: Vec<IndexItem>,
    errors: Vec<Error>,
}

/// A name that is called.
#[derive(Clone, Copy)]
pub(super) struct Callee {
    name: Symbol,
    span: Span,
}

/// What is assigned to.
#[derive(Clone, Copy)]
pub(super) enum Target {
    Name { name: Symbol, span: Span, op: Option<BinaryOp> },
    Names(List<Bound>),
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str) -> Builder<'t> {
        Builder {
            text,
            program: Program::default(),
            interned: HashMap::new(),
            elements: Vec::new(),
            links: Vec::new(),
            args: Vec::new(),
            items: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// The program, if nothing was wrong.
    pub(super) fn finish(mut self) -> Result<Program, Vec<Error>> {
        self.check_results();
        if self.errors.is_empty() { Ok(self.program) } else { Err(self.errors) }
    }

    pub(super) fn error(&mut self, kind: ErrorKind, span: Span) {
        self.note(Error { kind, span });
    }

    pub(super) fn note(&mut self, error: Error) {
        self.errors.push(error);
    }

    pub(super) fn error_count(&self) -> usize {
        self.errors.len()
    }

    /// After a statement that did not parse: its open lists are dropped, and it counts as no value.
    pub(super) fn abandon_statement(&mut self) {
        self.elements.clear();
        self.links.clear();
        self.args.clear();
        self.items.clear();
    }

    fn check_results(&mut self) {
        let Some((_, earlier)) = self.program.statements.split_last() else {
            return;
        };
        for statement in earlier {
            if let Statement::Result(e) = *statement {
                let span = self.program.spans[e.0 as usize];
                self.errors.push(Error { kind: ErrorKind::UnusedValue, span });
            }
        }
        self.errors.sort_by_key(|e| (e.span.start, e.span.end));
    }

    fn push(&mut self, expr: Expr, span: Span) -> ExprId {
        let id = ExprId(self.program.exprs.len() as u32);
        self.program.exprs.push(expr);
        self.program.spans.push(span);
        id
    }

    fn intern(&mut self, text: Cow<'t, str>) -> Symbol {
        if let Some(&symbol) = self.interned.get(&text) {
            return symbol;
        }
        let symbol = Symbol(self.program.symbols.len() as u32);
        self.program.symbols.push(text.as_ref().into());
        self.interned.insert(text, symbol);
        symbol
    }

    fn word(&mut self, span: Span) -> Symbol {
        self.intern(Cow::Borrowed(&self.text[span.range()]))
    }

    /// Takes a bare name out of the arena again; it is the last node, for its parent is being made.
    fn pop_name(&mut self, id: ExprId) -> Option<(Symbol, Span)> {
        let Expr::Name(symbol) = self.program.exprs[id.0 as usize] else {
            return None;
        };
        debug_assert_eq!(id.0 as usize + 1, self.program.exprs.len());
        self.program.exprs.pop();
        self.program.spans.pop().map(|span| (symbol, span))
    }

    /// A name that is bound: a constant of Python cannot be.
    fn check_bindable(&mut self, span: Span) {
        let word = &self.text[span.range()];
        if matches!(word, "None" | "True" | "False") {
            self.error(ErrorKind::ReservedWord { word: word.into() }, span);
        }
    }

    // Statements.

    pub(super) fn target(&mut self, id: ExprId, op: Option<BinaryOp>) -> Target {
        if let Some((name, span)) = self.pop_name(id) {
            self.check_bindable(span);
            return Target::Name { name, span, op };
        }
        if let Some(names) = self.pop_names(id).filter(|_| op.is_none()) {
            return Target::Names(names);
        }
        let span = self.program.span(id);
        self.error(ErrorKind::NotAssignable, span);
        Target::Name { name: Symbol(0), span, op }
    }

    /// Takes a tuple of bare names out of the arena again; it is the last node, and its items the ones before.
    fn pop_names(&mut self, id: ExprId) -> Option<List<Bound>> {
        let Expr::Tuple(items) = self.program.exprs[id.0 as usize] else { return None };
        let items = items.range();
        let names: Option<Vec<Bound>> = self.program.expr_lists[items.clone()]
            .iter()
            .map(|&item| {
                let Expr::Name(name) = self.program.exprs[item.0 as usize] else { return None };
                Some(Bound { name, span: self.program.span(item) })
            })
            .collect();
        let names = names.filter(|names| !names.is_empty())?;
        self.program.exprs.truncate(id.0 as usize - names.len());
        self.program.spans.truncate(id.0 as usize - names.len());
        self.program.expr_lists.truncate(items.start);
        names.iter().for_each(|bound| self.check_bindable(bound.span));
        let start = self.program.bound_lists.len();
        self.program.bound_lists.extend(names);
        Some(List::new(start, self.program.bound_lists.len()))
    }

    pub(super) fn bind(&mut self, target: Target, value: ExprId) {
        self.program.statements.push(match target {
            Target::Name { name, span: name_span, op: None } => Statement::Assign { name, name_span, value },
            Target::Name { name, span: name_span, op: Some(op) } => {
                Statement::Augment { name, name_span, op, value }
            }
            Target::Names(names) => Statement::Unpack { names, value },
        });
    }

    pub(super) fn result(&mut self, value: ExprId) {
        self.program.statements.push(Statement::Result(value));
    }

    // Operators.

    pub(super) fn unary(&mut self, op: UnaryOp, operand: ExprId, span: Span) -> ExprId {
        self.push(Expr::Unary(op, operand), span)
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId, span: Span) -> ExprId {
        self.push(Expr::Binary(op, left, right), span)
    }

    pub(super) fn link(&mut self, op: CompareOp, right: ExprId) {
        self.links.push(Link { op, right });
    }

    pub(super) fn compare(&mut self, first: ExprId, links: u32, span: Span) -> ExprId {
        let links = close(&mut self.links, &mut self.program.link_lists, links);
        self.push(Expr::Compare(first, links), span)
    }

    pub(super) fn if_else(
        &mut self,
        then: ExprId,
        condition: ExprId,
        otherwise: ExprId,
        span: Span,
    ) -> ExprId {
        self.push(Expr::IfElse { then, condition, otherwise }, span)
    }

    // Postfix forms.

    pub(super) fn callee(&mut self, id: ExprId) -> Callee {
        match self.pop_name(id) {
            Some((name, span)) => Callee { name, span },
            None => {
                let span = self.program.span(id);
                self.error(ErrorKind::NotCallable, span);
                Callee { name: Symbol(0), span }
            }
        }
    }

    pub(super) fn argument(&mut self, value: ExprId) {
        self.args.push(Arg { keyword: None, value });
    }

    pub(super) fn keyword(&mut self, name: Span, value: ExprId) {
        self.check_bindable(name);
        let symbol = self.word(name);
        self.args.push(Arg { keyword: Some((symbol, name)), value });
    }

    pub(super) fn call(&mut self, callee: Callee, args: u32, span: Span) -> ExprId {
        let args = close(&mut self.args, &mut self.program.arg_lists, args);
        self.check_args(args);
        self.push(Expr::Call { name: callee.name, name_span: callee.span, args }, span)
    }

    fn check_args(&mut self, list: List<Arg>) {
        let args = self.program.args(list);
        let mut keywords: Vec<(Symbol, Span)> = args.iter().filter_map(|a| a.keyword).collect();
        let positional = args.iter().skip_while(|a| a.keyword.is_none()).find(|a| a.keyword.is_none());
        if let Some(arg) = positional {
            let span = self.program.span(arg.value);
            self.error(ErrorKind::PositionalAfterKeyword, span);
        }
        keywords.sort_by_key(|(symbol, _)| symbol.0);
        for pair in keywords.windows(2) {
            if pair[0].0 == pair[1].0 {
                let name = self.program.symbol(pair[0].0).into();
                self.error(ErrorKind::RepeatedKeyword { name, first: pair[0].1 }, pair[1].1);
            }
        }
    }

    pub(super) fn ellipsis(&mut self) {
        self.items.push(IndexItem::Ellipsis);
    }

    /// `None` is no value here, so its name leaves the arena.
    pub(super) fn at(&mut self, value: ExprId) {
        let item = match self.bound(value) {
            Some(value) => IndexItem::At(value),
            None => IndexItem::NewAxis,
        };
        self.items.push(item);
    }

    /// A bound of a slice; `None` is the same as no bound.
    pub(super) fn bound(&mut self, value: ExprId) -> Option<ExprId> {
        if let Expr::Name(symbol) = self.program.expr(value)
            && self.program.symbol(symbol) == "None"
        {
            self.pop_name(value);
            return None;
        }
        Some(value)
    }

    pub(super) fn slice(&mut self, start: Option<ExprId>, stop: Option<ExprId>, step: Option<ExprId>) {
        self.items.push(IndexItem::Slice { start, stop, step });
    }

    pub(super) fn index(&mut self, base: ExprId, items: u32, span: Span) -> ExprId {
        let items = close(&mut self.items, &mut self.program.item_lists, items);
        self.push(Expr::Index { base, items }, span)
    }

    pub(super) fn attribute(&mut self, base: ExprId, name: Span, span: Span) -> ExprId {
        let attribute = match &self.text[name.range()] {
            "real" => Attribute::Real,
            "imag" => Attribute::Imag,
            "T" => Attribute::Transpose,
            other => {
                self.error(ErrorKind::UnknownAttribute { name: other.into() }, name);
                return base;
            }
        };
        self.push(Expr::Attribute { base, attribute }, span)
    }

    // Atoms and tuples.

    pub(super) fn name(&mut self, span: Span) -> ExprId {
        let symbol = self.word(span);
        self.push(Expr::Name(symbol), span)
    }

    pub(super) fn int(&mut self, span: Span) -> ExprId {
        let value = literal::int(&self.text[span.range()]).unwrap_or_else(|| {
            self.error(ErrorKind::LiteralTooLarge, span);
            0
        });
        self.push(Expr::Int(value), span)
    }

    pub(super) fn float(&mut self, span: Span) -> ExprId {
        self.push(Expr::Float(literal::float(&self.text[span.range()])), span)
    }

    pub(super) fn imaginary(&mut self, span: Span) -> ExprId {
        self.push(Expr::Imaginary(literal::imaginary(&self.text[span.range()])), span)
    }

    pub(super) fn text(&mut self, span: Span) -> ExprId {
        let symbol = self.unescaped(literal::text(&self.text[span.range()]), span);
        self.push(Expr::Text(symbol), span)
    }

    pub(super) fn bytes(&mut self, span: Span) -> ExprId {
        let symbol = self.unescaped(literal::bytes(&self.text[span.range()]), span);
        self.push(Expr::Bytes(symbol), span)
    }

    fn unescaped(&mut self, value: Result<String, literal::Fault>, span: Span) -> Symbol {
        let (kind, range) = match value {
            Ok(value) => return self.intern(Cow::Owned(value)),
            Err(literal::Fault::Escape(range)) => (ErrorKind::MalformedEscape, range),
            Err(literal::Fault::NonAscii(range)) => (ErrorKind::NonAsciiBytes, range),
        };
        self.error(kind, Span::new(span.start + range.start as u32, span.start + range.end as u32));
        Symbol(0)
    }

    pub(super) fn element(&mut self, value: ExprId) {
        self.elements.push(value);
    }

    pub(super) fn tuple(&mut self, elements: u32, span: Span) -> ExprId {
        let elements = close(&mut self.elements, &mut self.program.expr_lists, elements);
        self.push(Expr::Tuple(elements), span)
    }
}

/// Moves the innermost list, the top `count` items, to its table.
fn close<T>(pending: &mut Vec<T>, table: &mut Vec<T>, count: u32) -> List<T> {
    let start = table.len();
    table.extend(pending.drain(pending.len() - count as usize..));
    List::new(start, table.len())
}
