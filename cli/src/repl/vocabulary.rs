//! The words of the language: what the editor completes, colours and explains.

use super::input::step;
use numfuse::dtype::DType;
use numfuse::op::{self, Meaning, Row};
use numfuse::syntax::{self, Token};

/// Names that stand for values unless something else is given to them.
pub(super) const CONSTANTS: [&str; 7] = ["pi", "e", "inf", "nan", "True", "False", "None"];
/// Words that are no names.
pub(super) const KEYWORDS: [&str; 6] = ["and", "or", "not", "if", "else", "in"];

/// The names of functions, casts among them.
pub(super) fn functions() -> impl Iterator<Item = String> {
    let rows = op::rows().flat_map(|row| row.names).map(|&name| name.to_owned());
    let casts =
        DType::PLAIN.into_iter().flat_map(|d| [Some(d.to_string()), d.numpy_name().map(str::to_owned)]);
    let mut casts: Vec<String> = casts.flatten().collect();
    casts.dedup();
    rows.chain(casts)
}

/// Whether a call of this name is known.
pub(super) fn is_function(name: &str) -> bool {
    op::lookup(name).is_some() || name.parse::<DType>().is_ok()
}

/// The names of the parameters of a function.
pub(super) fn parameters(name: &str) -> Option<Vec<&'static str>> {
    let Some(row) = op::lookup(name) else { return name.parse::<DType>().ok().map(|_| vec!["x"]) };
    let mut params = row.params.to_vec();
    if is_reduction(row) {
        for more in ["axis", "keepdims"] {
            if !params.contains(&more) {
                params.push(more);
            }
        }
    }
    Some(params)
}

/// A function as it is called.
pub(super) fn signature(name: &str) -> Option<String> {
    let of_axes = |param: &'static str| match param {
        "axis" => "axis=None",
        "keepdims" => "keepdims=False",
        "dtype" => "dtype=None",
        "where" => "where=True",
        "ddof" => "ddof=0",
        "correction" => "correction=0",
        other => other,
    };
    let params: Vec<&str> = parameters(name)?.into_iter().map(of_axes).collect();
    Some(format!("{name}({})", params.join(", ")))
}

/// The table calls what is reduced `a`, and a single operand `x`.
fn is_reduction(row: &Row) -> bool {
    matches!(row.meaning, Meaning::Reduce(_)) || row.params == ["a"]
}

/// The call that a text ends in.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Call<'t> {
    /// The function's name.
    pub(super) function: &'t str,
    /// How many arguments stand before the one that the text ends in.
    pub(super) before: usize,
    /// The names of the arguments that are given by name.
    pub(super) given: Vec<&'t str>,
    /// Where the argument that the text ends in begins.
    pub(super) start: usize,
}

/// The innermost call that the text opens and does not close.
pub(super) fn call(text: &str) -> Option<Call<'_>> {
    let mut open: Vec<Option<Call<'_>>> = Vec::new();
    let mut previous: Option<(Token, &str)> = None;
    for (token, range) in syntax::scan(text) {
        let Ok(token) = token else {
            previous = None;
            continue;
        };
        let start = range.end;
        match (step(token), previous) {
            (1, Some((Token::Name, function))) if token == Token::OpenParen => {
                open.push(Some(Call { function, before: 0, given: Vec::new(), start }));
            }
            (1, _) => open.push(None),
            (-1, _) => drop(open.pop()),
            _ => {}
        }
        if token == Token::Semicolon {
            open.clear();
        }
        if let Some(Some(call)) = open.last_mut() {
            match (token, previous) {
                (Token::Comma, _) => (call.before, call.start) = (call.before + 1, start),
                (Token::Equal, Some((Token::Name, name))) => call.given.push(name),
                _ => {}
            }
        }
        if token != Token::Newline {
            previous = Some((token, &text[range]));
        }
    }
    open.pop().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_have_every_parameter() {
        assert_eq!(signature("clip").as_deref(), Some("clip(x, min, max)"));
        assert_eq!(
            signature("mean").as_deref(),
            Some("mean(a, axis=None, dtype=None, keepdims=False, where=True)")
        );
        assert_eq!(signature("float32").as_deref(), Some("float32(x)"));
        assert_eq!(signature("nope"), None);
        assert!(functions().all(|name| is_function(&name)));
    }

    #[test]
    fn the_call_around_the_end_is_found() {
        let found = call("x + sum(sin(a), axis=0, ").unwrap();
        assert_eq!((found.function, found.before, found.given, found.start), ("sum", 2, vec!["axis"], 23));
        assert_eq!(call("clip(a[1, (").map(|c| c.function), None);
        assert_eq!(call("exp(a); b"), None);
        assert_eq!(call("exp(a"), Some(Call { function: "exp", before: 0, given: vec![], start: 4 }));
        assert_eq!(call("exp(a)"), None);
    }
}
