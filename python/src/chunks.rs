//! What a formula's parts are for arrays in chunks: which calls reduce axes, and what cannot be computed chunk by chunk.

use crate::error;
use numfuse::Error;
use numfuse::check::{Dialect, free_names};
use numfuse::diagnostic::Diagnostic;
use numfuse::op::{self, Meaning};
use numfuse::session::parsed;
use numfuse::span::Span;
use numfuse::syntax::ast::{Arg, Attribute, Expr, ExprId, IndexItem, Program, Statement, Symbol, UnaryOp};
use numfuse::syntax::{self, Token};
use pyo3::prelude::*;
use pyo3::types::PyString;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// A call in a formula that reduces axes: its function, its place and its operand's, its axes (`None` for all), whether
/// they stay with a size of one, and where its statement begins. Places are bytes of the text's UTF-8.
type Reduction = (&'static str, (u32, u32), (u32, u32), Option<Vec<i64>>, bool, u32);

/// The reductions of a formula, inner ones first.
///
/// Raises an error for what is neither elementwise nor a reduction: its value in a chunk depends on other chunks.
#[pyfunction]
pub(crate) fn reductions(expr: &Bound<'_, PyString>) -> PyResult<Vec<Reduction>> {
    let py = expr.py();
    let text = expr.to_str()?;
    let program = parsed(text).map_err(|failed| error::raised(py, &failed))?;
    let refused = |what: &Refused| {
        let diagnostic = Diagnostic::new("not-chunked", what.message.clone()).at(what.span, "");
        error::raised(py, &Error::Formula { text: text.into(), diagnostics: vec![diagnostic] })
    };
    let statements = statement_spans(text);
    let mut found = Vec::new();
    for (id, expr) in program.exprs() {
        match part(&program, id, expr).map_err(|what| refused(&what))? {
            Part::Elementwise => {}
            Part::Reduction { function, operand, axes, keepdims } => {
                let (span, inner) = (program.span(id), program.span(operand));
                let start = statements.iter().rev().map(|s| s.start).find(|&start| start <= span.start);
                let start = start.unwrap_or(0);
                let places = ((span.start, span.end), (inner.start, inner.end));
                found.push((function, places.0, places.1, axes, keepdims, start));
            }
        }
    }
    Ok(found)
}

/// Where the statements of a formula stand.
fn statement_spans(text: &str) -> Vec<Span> {
    let tokens = syntax::tokens(text).unwrap_or_default();
    let statements = tokens.split(|t| matches!(t.token, Token::Semicolon | Token::Newline));
    statements.filter_map(|tokens| Some(tokens.first()?.span.join(tokens.last()?.span))).collect()
}

enum Part {
    /// What is computed element by element, or a part of something else.
    Elementwise,
    Reduction {
        function: &'static str,
        operand: ExprId,
        axes: Option<Vec<i64>>,
        keepdims: bool,
    },
}

/// Something that cannot be computed chunk by chunk.
struct Refused {
    message: String,
    span: Span,
}

fn part(program: &Program, id: ExprId, expr: Expr) -> Result<Part, Refused> {
    let refuse = |what: &str| {
        Err(Refused { message: format!("{what} is not computed over chunks"), span: program.span(id) })
    };
    match expr {
        Expr::Index { .. } => refuse("a view or a selection"),
        Expr::Attribute { attribute: Attribute::Transpose, .. } => refuse("a view"),
        Expr::Call { name, args, .. } => {
            let name = program.symbol(name);
            let Some(row) = op::lookup(name) else {
                let is_cast = name.parse::<numfuse::DType>().is_ok() || name.ends_with("64");
                return if is_cast { Ok(Part::Elementwise) } else { refuse(&format!("`{name}`")) };
            };
            match row.meaning {
                Meaning::Lane(_) | Meaning::Text(_) => Ok(Part::Elementwise),
                Meaning::Scan(_) | Meaning::Derived(op::Derived::Diff) => refuse(&format!("`{name}`")),
                Meaning::Reduce(_) => reduction(program, row.names[0], program.args(args), id),
                Meaning::Derived(derived) if derived.is_reduction() => {
                    reduction(program, row.names[0], program.args(args), id)
                }
                Meaning::Derived(_) => Ok(Part::Elementwise),
            }
        }
        Expr::Attribute { attribute: Attribute::Real | Attribute::Imag, .. } => Ok(Part::Elementwise),
        Expr::Int(_) | Expr::Float(_) | Expr::Imaginary(_) | Expr::Text(_) | Expr::Bytes(_) => {
            Ok(Part::Elementwise)
        }
        Expr::Name(_) | Expr::Unary(..) | Expr::Binary(..) | Expr::Compare(..) => Ok(Part::Elementwise),
        Expr::IfElse { .. } | Expr::Tuple(_) => Ok(Part::Elementwise),
    }
}

fn reduction(program: &Program, function: &'static str, args: &[Arg], id: ExprId) -> Result<Part, Refused> {
    let refuse = |what: String| Err(Refused { message: what, span: program.span(id) });
    let Some((operand, rest)) = args.split_first() else {
        return refuse(format!("`{function}` reduces something"));
    };
    let (mut axes, mut keepdims) = (None, false);
    for (at, arg) in rest.iter().enumerate() {
        let keyword = arg.keyword.map(|(name, _)| program.symbol(name));
        match (keyword, at) {
            (Some("axis"), _) | (None, 0) => match axis(program, arg.value) {
                Some(found) => axes = found,
                None => {
                    return refuse(format!(
                        "the axis of `{function}` is written in the formula, over chunks"
                    ));
                }
            },
            (Some("keepdims"), _) => {
                let Expr::Name(name) = program.expr(arg.value) else {
                    return refuse("`keepdims` is `True` or `False`".to_owned());
                };
                keepdims = program.symbol(name) == "True";
            }
            (Some(keyword), _) => {
                return refuse(format!("`{keyword}` of `{function}` is not computed over chunks"));
            }
            (None, _) => return refuse(format!("`{function}` takes one operand and one axis over chunks")),
        }
    }
    Ok(Part::Reduction { function, operand: operand.value, axes, keepdims })
}

/// The axes that are written in a formula; `None` if they are not.
fn axis(program: &Program, id: ExprId) -> Option<Option<Vec<i64>>> {
    if let Expr::Name(name) = program.expr(id) {
        return (program.symbol(name) == "None").then_some(None);
    }
    if let Expr::Tuple(items) = program.expr(id) {
        return program
            .tuple(items)
            .iter()
            .map(|&item| integer(program, item))
            .collect::<Option<_>>()
            .map(Some);
    }
    integer(program, id).map(|axis| Some(vec![axis]))
}

fn integer(program: &Program, id: ExprId) -> Option<i64> {
    if let Expr::Unary(UnaryOp::Minus, of) = program.expr(id) {
        return integer(program, of).map(|value| -value);
    }
    let Expr::Int(value) = program.expr(id) else { return None };
    i64::try_from(value).ok()
}

/// The names that a formula reads from outside, constants and dtypes among them.
#[pyfunction]
#[pyo3(name = "free_names")]
pub(crate) fn names(expr: &Bound<'_, PyString>) -> PyResult<Vec<String>> {
    let program = parsed(expr.to_str()?).map_err(|failed| error::raised(expr.py(), &failed))?;
    Ok(free_names(&program, Dialect::NumPy).iter().map(|name| name.name.to_owned()).collect())
}

/// A result of a formula: its name if it is assigned to one, and a formula for it alone.
type Single = (Option<String>, String);

/// The formula of each result alone, without the statements that it does not need.
#[pyfunction]
pub(crate) fn results(expr: &Bound<'_, PyString>) -> PyResult<Vec<Single>> {
    let text = expr.to_str()?;
    let program = parsed(text).map_err(|failed| error::raised(expr.py(), &failed))?;
    let needs = Needs::new(&program);
    let statements = statement_spans(text);
    let single = |name: Option<Symbol>, needed: &BTreeSet<usize>, last: &str| {
        let kept = needed.iter().filter_map(|&at| statements.get(at)).map(|span| &text[span.range()]);
        let lines: Vec<&str> = kept.chain([last]).collect();
        (name.map(|name| program.symbol(name).to_owned()), lines.join("\n"))
    };
    if let Some(Statement::Result(result)) = program.statements().last() {
        let mut items = vec![*result];
        if let Expr::Tuple(tuple) = program.expr(*result) {
            items = program.tuple(tuple).to_vec();
        }
        let text_of = |item: ExprId| format!("({})", &text[program.span(item).range()]);
        return Ok(items.iter().map(|&item| single(None, needs.of(item), &text_of(item))).collect());
    }
    let mut names: Vec<Symbol> = Vec::new();
    for name in program.statements().iter().flat_map(|&statement| assigned(&program, statement)) {
        if !program.symbol(name).starts_with('_') && !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names.iter().map(|&name| single(Some(name), &needs.variables[&name], program.symbol(name))).collect())
}

/// The names that a statement assigns to.
fn assigned(program: &Program, statement: Statement) -> Vec<Symbol> {
    match statement {
        Statement::Result(_) => Vec::new(),
        Statement::Assign { name, .. } | Statement::Augment { name, .. } => vec![name],
        Statement::Unpack { names, .. } => program.bound(names).iter().map(|bound| bound.name).collect(),
    }
}

/// Which statements each expression and each variable needs.
struct Needs {
    exprs: Vec<(ExprId, BTreeSet<usize>)>,
    variables: FxHashMap<Symbol, BTreeSet<usize>>,
}

impl Needs {
    fn new(program: &Program) -> Needs {
        let mut needs = Needs { exprs: Vec::new(), variables: FxHashMap::default() };
        let mut statements = program.statements().iter().copied().enumerate().peekable();
        for (id, expr) in program.exprs() {
            let mut needed = BTreeSet::new();
            for operand in operands(program, expr) {
                needed.extend(needs.of(operand));
            }
            if let Expr::Name(name) = expr {
                needed.extend(needs.variables.get(&name).into_iter().flatten());
            }
            needs.exprs.push((id, needed));
            while let Some((at, statement)) = statements.next_if(|(_, statement)| value(*statement) <= id) {
                needs.assign(program, at, statement);
            }
        }
        needs
    }

    fn assign(&mut self, program: &Program, at: usize, statement: Statement) {
        let mut needed = self.of(value(statement)).clone();
        needed.insert(at);
        for name in assigned(program, statement) {
            let before = self.variables.get(&name).filter(|_| matches!(statement, Statement::Augment { .. }));
            let all = needed.iter().chain(before.into_iter().flatten()).copied().collect();
            self.variables.insert(name, all);
        }
    }

    /// What an expression needs that has been looked at; expressions are in order.
    fn of(&self, id: ExprId) -> &BTreeSet<usize> {
        let at = self.exprs.partition_point(|(other, _)| *other < id);
        &self.exprs[at].1
    }
}

/// The last expression of a statement.
fn value(statement: Statement) -> ExprId {
    match statement {
        Statement::Result(value) | Statement::Assign { value, .. } => value,
        Statement::Augment { value, .. } | Statement::Unpack { value, .. } => value,
    }
}

/// The expressions that one is made of.
fn operands(program: &Program, expr: Expr) -> Vec<ExprId> {
    match expr {
        Expr::Int(_) | Expr::Float(_) | Expr::Imaginary(_) | Expr::Text(_) | Expr::Bytes(_) => Vec::new(),
        Expr::Name(_) => Vec::new(),
        Expr::Unary(_, of) => vec![of],
        Expr::Binary(_, a, b) => vec![a, b],
        Expr::Compare(first, links) => {
            program.links(links).iter().map(|link| link.right).chain([first]).collect()
        }
        Expr::IfElse { then, condition, otherwise } => vec![then, condition, otherwise],
        Expr::Call { args, .. } => program.args(args).iter().map(|arg| arg.value).collect(),
        Expr::Index { base, items } => {
            let items = program.items(items).iter().flat_map(|item| match *item {
                IndexItem::At(index) => [Some(index), None, None],
                IndexItem::Slice { start, stop, step } => [start, stop, step],
                IndexItem::NewAxis | IndexItem::Ellipsis => [None; 3],
            });
            items.flatten().chain([base]).collect()
        }
        Expr::Attribute { base, .. } => vec![base],
        Expr::Tuple(items) => program.tuple(items).to_vec(),
    }
}
