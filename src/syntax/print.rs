//! Syntax tree to text, with no more brackets than precedence asks for.
//!
//! `parse(print(p))` is `p` again but for spans. Comments, blanks and the bases of literals are gone; a
//! list `[a, b]` is the tuple that it means.

use super::ast::{Arg, BinaryOp, Expr, ExprId, IndexItem, Program, UnaryOp};
use super::layout::{Sheet, statement_parts};

/// How tightly a form binds: the levels of the grammar, loosest first.
mod level {
    pub(super) const TUPLE: u8 = 0;
    pub(super) const IF_ELSE: u8 = 1;
    pub(super) const OR: u8 = 2;
    pub(super) const AND: u8 = 3;
    pub(super) const NOT: u8 = 4;
    pub(super) const COMPARE: u8 = 5;
    pub(super) const BIT_OR: u8 = 6;
    pub(super) const BIT_XOR: u8 = 7;
    pub(super) const BIT_AND: u8 = 8;
    pub(super) const SHIFT: u8 = 9;
    pub(super) const SUM: u8 = 10;
    pub(super) const PRODUCT: u8 = 11;
    pub(super) const SIGN: u8 = 12;
    pub(super) const POWER: u8 = 13;
    pub(super) const POSTFIX: u8 = 14;
    /// An integer may not stand before a point: `1.real` begins with the float `1.`.
    pub(super) const BEFORE_POINT: u8 = 15;
}

/// The program as text, a statement a line.
pub fn print(program: &Program) -> String {
    let mut sheet = Sheet::new();
    for (i, &statement) in program.statements().iter().enumerate() {
        if i > 0 {
            sheet.out.push('\n');
        }
        let (head, value) = statement_parts(program, statement);
        if let Some((name, op)) = head {
            sheet.out.extend([&name, " ", op, "= "]);
        }
        sheet.write(program, value, level::TUPLE, expand);
    }
    sheet.out
}

fn expand<'p>(program: &'p Program, id: ExprId, place: u8, sheet: &mut Sheet<'p>) {
    let expr = program.expr(id);
    let bracketed = level_of(program, expr) < place;
    if bracketed {
        sheet.out.push('(');
    }
    if !sheet.atom(program, expr) {
        form(program, expr, sheet);
    }
    if bracketed {
        sheet.word(")");
    }
}

fn level_of(program: &Program, expr: Expr) -> u8 {
    match expr {
        Expr::Tuple(list) if program.tuple(list).is_empty() => level::BEFORE_POINT,
        Expr::Tuple(_) => level::TUPLE,
        Expr::IfElse { .. } => level::IF_ELSE,
        Expr::Binary(op, ..) => binary_level(op),
        Expr::Unary(UnaryOp::Not, _) => level::NOT,
        Expr::Unary(UnaryOp::Plus | UnaryOp::Minus | UnaryOp::Invert, _) => level::SIGN,
        Expr::Compare(..) => level::COMPARE,
        Expr::Int(_) => level::POSTFIX,
        Expr::Float(_) | Expr::Imaginary(_) | Expr::Text(_) | Expr::Bytes(_) | Expr::Name(_) => {
            level::BEFORE_POINT
        }
        Expr::Call { .. } | Expr::Index { .. } | Expr::Attribute { .. } => level::BEFORE_POINT,
    }
}

fn binary_level(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => level::OR,
        BinaryOp::And => level::AND,
        BinaryOp::BitOr => level::BIT_OR,
        BinaryOp::BitXor => level::BIT_XOR,
        BinaryOp::BitAnd => level::BIT_AND,
        BinaryOp::Shl | BinaryOp::Shr => level::SHIFT,
        BinaryOp::Add | BinaryOp::Sub => level::SUM,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod | BinaryOp::MatMul => {
            level::PRODUCT
        }
        BinaryOp::Pow => level::POWER,
    }
}

/// Everything but literals and names.
fn form<'p>(program: &'p Program, expr: Expr, sheet: &mut Sheet<'p>) {
    match expr {
        Expr::Unary(op, operand) => prefix(op, operand, sheet),
        Expr::Binary(op, left, right) => infix(op, left, right, sheet),
        Expr::Compare(first, links) => {
            sheet.node(first, level::BIT_OR);
            for link in program.links(links) {
                spaced(link.op.symbol(), sheet);
                sheet.node(link.right, level::BIT_OR);
            }
        }
        Expr::IfElse { then, condition, otherwise } => {
            sheet.node(then, level::OR);
            spaced("if", sheet);
            sheet.node(condition, level::OR);
            spaced("else", sheet);
            sheet.node(otherwise, level::IF_ELSE);
        }
        Expr::Call { name, args, .. } => {
            sheet.out.push_str(program.symbol(name));
            sheet.word("(");
            row(program.args(args), sheet, |arg, sheet| argument(program, arg, sheet));
            sheet.word(")");
        }
        Expr::Index { base, items } => {
            sheet.node(base, level::POSTFIX);
            sheet.word("[");
            row(program.items(items), sheet, item);
            sheet.word("]");
        }
        Expr::Attribute { base, attribute } => {
            sheet.node(base, level::BEFORE_POINT);
            sheet.word(attribute.symbol());
        }
        Expr::Tuple(list) => tuple(program.tuple(list), sheet),
        Expr::Int(_)
        | Expr::Float(_)
        | Expr::Imaginary(_)
        | Expr::Text(_)
        | Expr::Bytes(_)
        | Expr::Name(_) => {}
    }
}

fn prefix(op: UnaryOp, operand: ExprId, sheet: &mut Sheet<'_>) {
    sheet.out.push_str(op.symbol());
    if op == UnaryOp::Not {
        sheet.out.push(' ');
        sheet.node(operand, level::NOT);
    } else {
        sheet.node(operand, level::SIGN);
    }
}

fn infix(op: BinaryOp, left: ExprId, right: ExprId, sheet: &mut Sheet<'_>) {
    let level = binary_level(op);
    // All lean to the left but the power, whose right side may begin with a sign.
    let (at_left, at_right) =
        if op == BinaryOp::Pow { (level::POSTFIX, level::SIGN) } else { (level, level + 1) };
    sheet.node(left, at_left);
    spaced(op.symbol(), sheet);
    sheet.node(right, at_right);
}

fn spaced<'p>(word: &'p str, sheet: &mut Sheet<'p>) {
    for word in [" ", word, " "] {
        sheet.word(word);
    }
}

fn row<'p, T: Copy>(items: &[T], sheet: &mut Sheet<'p>, mut write: impl FnMut(T, &mut Sheet<'p>)) {
    for (i, &item) in items.iter().enumerate() {
        if i > 0 {
            sheet.word(", ");
        }
        write(item, sheet);
    }
}

fn argument<'p>(program: &'p Program, arg: Arg, sheet: &mut Sheet<'p>) {
    if let Some((keyword, _)) = arg.keyword {
        sheet.word(program.symbol(keyword));
        sheet.word("=");
    }
    sheet.node(arg.value, level::IF_ELSE);
}

fn item(item: IndexItem, sheet: &mut Sheet<'_>) {
    match item {
        IndexItem::At(value) => sheet.node(value, level::IF_ELSE),
        IndexItem::NewAxis => sheet.word("None"),
        IndexItem::Ellipsis => sheet.word("..."),
        IndexItem::Slice { start, stop, step } => {
            let mut bound = |before: &'static str, bound: Option<ExprId>| {
                sheet.word(before);
                if let Some(bound) = bound {
                    sheet.node(bound, level::IF_ELSE);
                }
            };
            bound("", start);
            bound(":", stop);
            bound(if step.is_some() { ":" } else { "" }, step);
        }
    }
}

fn tuple(elements: &[ExprId], sheet: &mut Sheet<'_>) {
    if elements.is_empty() {
        sheet.word("()");
    }
    row(elements, sheet, |element, sheet| sheet.node(element, level::IF_ELSE));
    if elements.len() == 1 {
        sheet.word(",");
    }
}
