//! Which names a formula needs from outside: for callers who look them up, such as Python's frames.

use super::statement::{CONSTANTS, root};
use super::{Dialect, keywords};
use crate::syntax::ast::{Expr, Program, Statement, Symbol};
use rustc_hash::FxHashSet;

/// A name that a formula reads before it assigns to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FreeName<'p> {
    /// The name.
    pub name: &'p str,
    /// Whether it means something if there is no such input: a constant, or a dtype.
    pub predefined: bool,
    /// Whether the formula changes the array under the name, as `a += b` does.
    pub changed: bool,
}

/// The names that a formula reads and that are not variables of its own by then, in the order of the text. Functions
/// that are called are not among them, nor `None`, `True` and `False`.
///
/// ```
/// use numfuse::check::{Dialect, free_names};
/// let program = numfuse::syntax::parse("d = a - mean(a); d / (k*pi)").map_err(|_| "no formula")?;
/// let names: Vec<_> = free_names(&program, Dialect::NumPy).iter().map(|n| (n.name, n.predefined)).collect();
/// assert_eq!(names, [("a", false), ("k", false), ("pi", true)]);
/// # Ok::<(), &str>(())
/// ```
pub fn free_names(program: &Program, dialect: Dialect) -> Vec<FreeName<'_>> {
    let mut names = Names {
        program,
        dialect,
        known: FxHashSet::default(),
        bound: FxHashSet::default(),
        free: Vec::new(),
    };
    let mut statements = program.statements().iter().copied().peekable();
    for (id, expr) in program.exprs() {
        if let Expr::Name(name) = expr {
            names.read(name);
        }
        while let Some(statement) = statements.next_if(|s| root(s) <= id) {
            names.after(statement);
        }
    }
    names.free
}

/// The names met so far.
struct Names<'p> {
    program: &'p Program,
    dialect: Dialect,
    /// Variables, and the names noted.
    known: FxHashSet<Symbol>,
    /// Variables.
    bound: FxHashSet<Symbol>,
    free: Vec<FreeName<'p>>,
}

impl Names<'_> {
    fn read(&mut self, symbol: Symbol) {
        let name = self.program.symbol(symbol);
        let is_literal = matches!(name, "None" | "True" | "False");
        // What is noted is as good as assigned, and is not noted again.
        if is_literal || !self.known.insert(symbol) {
            return;
        }
        let is_constant = || CONSTANTS.iter().any(|(known, _)| *known == name);
        let predefined =
            self.dialect == Dialect::NumPy && (is_constant() || keywords::dtype_named(name).is_some());
        self.free.push(FreeName { name, predefined, changed: false });
    }

    fn bind(&mut self, symbol: Symbol) {
        self.known.insert(symbol);
        self.bound.insert(symbol);
    }

    fn after(&mut self, statement: Statement) {
        match statement {
            Statement::Result(_) => {}
            Statement::Assign { name, .. } => self.bind(name),
            Statement::Unpack { names, .. } => {
                self.program.bound(names).iter().for_each(|bound| self.bind(bound.name));
            }
            Statement::Augment { name, .. } => {
                self.read(name);
                self.change(name);
            }
        }
    }

    fn change(&mut self, symbol: Symbol) {
        let name = self.program.symbol(symbol);
        let is_input = !self.bound.contains(&symbol);
        if let Some(free) = self.free.iter_mut().find(|free| is_input && free.name == name) {
            free.changed = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let program = crate::syntax::parse(text).unwrap();
        free_names(&program, Dialect::NumPy).iter().map(|n| n.name.to_owned()).collect()
    }

    #[test]
    fn only_what_comes_from_outside_is_free() {
        assert_eq!(names("a + sin(b) * a"), ["a", "b"]);
        assert_eq!(names("x = a; x + y"), ["a", "y"]);
        assert_eq!(names("x = x + 1; x"), ["x"], "read before it is assigned");
        assert_eq!(names("t += a; t"), ["a", "t"], "an input that is changed");
        assert_eq!(names("p, q = a, b; p * q"), ["a", "b"]);
        assert_eq!(names("sum(a, axis=None, keepdims=True)"), ["a"]);
        assert_eq!(names("astype(a, float32) + pi"), ["a", "float32", "pi"]);
    }

    #[test]
    fn what_is_changed_is_an_input_until_its_name_is_assigned() {
        let changed = |text: &str| {
            let program = crate::syntax::parse(text).unwrap();
            let names = free_names(&program, Dialect::NumPy);
            names.iter().filter(|n| n.changed).map(|n| n.name.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(changed("a += b; b * c"), ["a"]);
        assert_eq!(changed("a = a + 1; a += b; a"), [""; 0]);
        assert_eq!(changed("x = a; a -= 1; x"), ["a"]);
    }

    #[test]
    fn numexpr_knows_no_names_of_its_own() {
        let program = crate::syntax::parse("pi * int").unwrap();
        assert!(free_names(&program, Dialect::NumExpr).iter().all(|n| !n.predefined));
        assert!(free_names(&program, Dialect::NumPy).iter().all(|n| n.predefined));
    }
}
