//! Syntax tree to s-expressions: what `explain --stage ast` shows and the tests compare.
//!
//! | form | written |
//! |---|---|
//! | literal, name | as the printer does |
//! | `-a` `a + b` `not a` | `(- a)` `(+ a b)` `(not a)` |
//! | `a < b <= c` | `(compare a < b <= c)` |
//! | `x if c else y` | `(if c x y)` |
//! | `f(a, axis=0)` | `(call f a axis=0)` |
//! | `a[1:, None, ...]` | `(index a (slice 1 * *) None ...)`, `*` for a missing bound |
//! | `a.T` | `(.T a)` |
//! | `(a, b)` | `(tuple a b)` |
//! | `x = a` `x += a` | `(= x a)` `(+= x a)` |

use super::ast::{Expr, ExprId, IndexItem, Program};
use super::layout::{Sheet, statement_parts};

/// The program as s-expressions, a statement a line.
pub fn sexpr(program: &Program) -> String {
    let mut sheet = Sheet::new();
    for (i, &statement) in program.statements().iter().enumerate() {
        if i > 0 {
            sheet.out.push('\n');
        }
        let (head, value) = statement_parts(program, statement);
        if let Some((name, op)) = &head {
            sheet.out.extend(["(", *op, "= ", name, " "]);
        }
        sheet.write(program, value, 0, expand);
        if head.is_some() {
            sheet.out.push(')');
        }
    }
    sheet.out
}

fn expand<'p>(program: &'p Program, id: ExprId, _place: u8, sheet: &mut Sheet<'p>) {
    let expr = program.expr(id);
    if !sheet.atom(program, expr) {
        sheet.out.push('(');
        form(program, expr, sheet);
        sheet.word(")");
    }
}

fn form<'p>(program: &'p Program, expr: Expr, sheet: &mut Sheet<'p>) {
    match expr {
        Expr::Unary(op, operand) => headed(op.symbol(), &[operand], sheet),
        Expr::Binary(op, left, right) => headed(op.symbol(), &[left, right], sheet),
        Expr::Compare(first, links) => {
            headed("compare", &[first], sheet);
            for link in program.links(links) {
                sheet.word(" ");
                headed(link.op.symbol(), &[link.right], sheet);
            }
        }
        Expr::IfElse { then, condition, otherwise } => headed("if", &[condition, then, otherwise], sheet),
        Expr::Call { name, args, .. } => {
            sheet.out.extend(["call ", program.symbol(name)]);
            for arg in program.args(args) {
                sheet.word(" ");
                if let Some((keyword, _)) = arg.keyword {
                    sheet.word(program.symbol(keyword));
                    sheet.word("=");
                }
                sheet.node(arg.value, 0);
            }
        }
        Expr::Index { base, items } => {
            headed("index", &[base], sheet);
            for &i in program.items(items) {
                item(i, sheet);
            }
        }
        Expr::Attribute { base, attribute } => headed(attribute.symbol(), &[base], sheet),
        Expr::Tuple(list) => headed("tuple", program.tuple(list), sheet),
        Expr::Int(_)
        | Expr::Float(_)
        | Expr::Imaginary(_)
        | Expr::Text(_)
        | Expr::Bytes(_)
        | Expr::Name(_) => {}
    }
}

fn headed<'p>(head: &'p str, operands: &[ExprId], sheet: &mut Sheet<'p>) {
    sheet.word(head);
    for &operand in operands {
        sheet.word(" ");
        sheet.node(operand, 0);
    }
}

fn item(item: IndexItem, sheet: &mut Sheet<'_>) {
    sheet.word(" ");
    match item {
        IndexItem::At(value) => sheet.node(value, 0),
        IndexItem::NewAxis => sheet.word("None"),
        IndexItem::Ellipsis => sheet.word("..."),
        IndexItem::Slice { start, stop, step } => {
            sheet.word("(slice");
            for bound in [start, stop, step] {
                sheet.word(" ");
                match bound {
                    Some(bound) => sheet.node(bound, 0),
                    None => sheet.word("*"),
                }
            }
            sheet.word(")");
        }
    }
}
