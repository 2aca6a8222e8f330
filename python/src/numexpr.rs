//! What `numfuse.numexpr` needs beside a compiled formula: its rules, the names and literals of a text.

use crate::error;
use crate::expr::Expr;
use crate::formula::Formula;
use numfuse::check::{Dialect, Optimization, Options, free_names};
use numfuse::session::parsed;
use numfuse::syntax::ast;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyComplex, PyString};

/// A formula by NumExpr's rules.
#[pyfunction]
pub(crate) fn compile_numexpr<'py>(
    py: Python<'py>,
    expr: Bound<'py, PyString>,
    names: Vec<Bound<'py, PyString>>,
    optimization: &str,
) -> PyResult<Expr> {
    let optimization = match optimization {
        "none" => Optimization::None,
        "moderate" => Optimization::Moderate,
        _ => Optimization::Aggressive,
    };
    let options = Options { dialect: Dialect::NumExpr, optimization, strict: true, ..Options::default() };
    let casting = PyString::intern(py, options.casting.name()).unbind();
    Expr::new(py, &Formula::new(&expr, options)?, &names, casting, None)
}

/// The names that a formula needs by NumExpr's rules, and its literals, in the order of the text.
#[pyfunction]
pub(crate) fn parse_numexpr<'py>(
    expr: &Bound<'py, PyString>,
) -> PyResult<(Vec<String>, Vec<Bound<'py, PyAny>>)> {
    let py = expr.py();
    let program = parsed(expr.to_str()?).map_err(|failed| error::raised(py, &failed))?;
    let names = free_names(&program, Dialect::NumExpr).iter().map(|name| name.name.to_owned()).collect();
    let literals = program.exprs().filter_map(|(_, expr)| match expr {
        ast::Expr::Int(value) => Some(value.into_bound_py_any(py)),
        ast::Expr::Float(value) => Some(value.into_bound_py_any(py)),
        ast::Expr::Imaginary(value) => Some(PyComplex::from_doubles(py, 0.0, value).into_bound_py_any(py)),
        ast::Expr::Text(text) | ast::Expr::Bytes(text) => {
            Some(PyBytes::new(py, program.symbol(text).as_bytes()).into_bound_py_any(py))
        }
        ast::Expr::Name(_) | ast::Expr::Unary(..) | ast::Expr::Binary(..) | ast::Expr::Compare(..) => None,
        ast::Expr::IfElse { .. } | ast::Expr::Call { .. } | ast::Expr::Index { .. } => None,
        ast::Expr::Attribute { .. } | ast::Expr::Tuple(_) => None,
    });
    Ok((names, literals.collect::<PyResult<_>>()?))
}
