//! `:help`: the commands, and what a function does, from the table of operators.

use super::command::{COMMANDS, PLOT_OPTIONS};
use super::vocabulary;
use crate::report::{Stop, visible};
use numfuse::Session;
use numfuse::array::{Array, Bindings};
use numfuse::dtype::DType;
use numfuse::op::{self, BoolAs, Class, Row, Rule};
use std::ffi::OsStr;

/// What `a` is in the examples.
const A: [f64; 3] = [1.0, 2.0, 4.0];

/// Operands that show what functions are for, where `a` or `a, 2` do not.
const EXAMPLES: [(&[&str], &str); 10] = [
    (&["clip"], "a, 1.5, 3"),
    (&["where"], "a > 1, a, 0"),
    (&["arcsin", "arccos", "arctanh", "erfinv"], "a/8"),
    (&["floor_divide", "remainder", "fmod"], "-7, 2"),
    (&["bitwise_and", "bitwise_or", "bitwise_xor"], "6, 3"),
    (&["left_shift", "right_shift"], "20, 2"),
    (&["invert"], "5"),
    (&["floor", "ceil", "trunc", "rint", "round"], "a/-1.6"),
    (&["sign", "abs", "fabs", "signbit", "logical_not", "negative"], "a - 2"),
    (&["isnan", "isfinite", "isinf"], "(a - 2)/0"),
];

/// The help text; `about` is a function, an operator, or empty.
pub(super) fn help(session: &Session, about: &str) -> Result<String, Stop> {
    if about.is_empty() {
        return Ok(commands());
    }
    let name = about.strip_suffix("()").unwrap_or(about);
    if let Some(row) = op::lookup(name) {
        return Ok(described(session, row));
    }
    let rows: Vec<String> =
        op::rows().filter(|row| row.symbol == name).map(|row| described(session, row)).collect();
    if !rows.is_empty() {
        return Ok(rows.join("\n\n"));
    }
    if let Ok(dtype) = name.parse::<DType>() {
        return Ok(format!("{name}(x)\n\nx as {dtype}; a float goes to an integer dtype by saturation."));
    }
    let near = numfuse::diagnostic::nearest(name, op::rows().flat_map(|row| row.names).copied());
    let near = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
    let shown = visible(OsStr::new(name));
    Err(Stop::usage("unknown-function", format_args!("no function `{shown}`{near}")))
}

fn commands() -> String {
    let mut lines: Vec<String> = [
        ("FORMULA", "print its value"),
        ("NAME = FORMULA", "keep its value"),
        ("(…  …+  …\\", "the next line goes on: an open bracket, an operator, a backslash"),
    ]
    .map(|(what, does)| format!("  {what:<28} {does}"))
    .to_vec();
    for (name, args, what) in COMMANDS {
        lines.push(format!("  {:<28} {what}", format!(":{name} {args}")));
        let options = PLOT_OPTIONS.iter().filter(|_| name == "plot");
        lines.extend(
            options.map(|(option, value, what)| format!("    {:<26} {what}", format!("{option} {value}"))),
        );
    }
    let names: Vec<&str> = op::rows().filter_map(|row| row.names.first().copied()).collect();
    let mut line = "functions:".to_owned();
    lines.push(String::new());
    for name in names {
        if line.len() + name.len() > 98 {
            lines.push(std::mem::take(&mut line));
        }
        line = format!("{line} {name}");
    }
    lines.push(line);
    lines.join("\n")
}

fn described(session: &Session, row: &Row) -> String {
    let mut lines: Vec<String> = row.names.iter().filter_map(|name| vocabulary::signature(name)).collect();
    if !row.symbol.is_empty() {
        lines.push(format!("also written {}", row.symbol));
    }
    lines.push(String::new());
    lines.push(row.doc.to_owned());
    lines.push(format!("{:<8} {}", "dtype", rule(row.rule)));
    lines.push(format!("{:<8} {}", "values", promise(row.class)));
    if let Some(example) = example(row).and_then(|formula| worked(session, &formula)) {
        lines.push(format!("{:<8} {example}", "example"));
    }
    lines.join("\n")
}

/// How dtypes follow, in words.
fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Same(BoolAs::Bool) => "operands are promoted to one dtype, which is the result's",
        Rule::Same(BoolAs::Int8) => {
            "operands are promoted to one dtype, which is the result's; bools count as i8"
        }
        Rule::Same(BoolAs::Refused) => {
            "operands are promoted to one dtype, which is the result's; bools alone are refused"
        }
        Rule::TrueDivide => "floats in their promoted dtype; integers and bools in f64",
        Rule::Float => "floats as they are; integers in the float that holds them: f16, f32, f64",
        Rule::Round => "as it is: floats are rounded, integers and bools are round already",
        Rule::Compare => "bool; signed and unsigned integers compare exactly",
        Rule::Truth => "bool; what is not zero is true",
        Rule::Bits => "integers and bools, promoted to one dtype",
        Rule::Shift => "integers, promoted to one dtype; bools count as i8",
        Rule::Select => "that of the second and third operand, promoted; the first is a condition",
        Rule::Classify => "bool",
        Rule::Accumulate => "bools and signed integers in i64, unsigned ones in u64, floats as they are",
        Rule::Extremum => "as it is; an empty array is an error",
        Rule::Any => "bool",
        Rule::Text => "text and bytes, not mixed; questions give bools, lengths and places i64",
        Rule::Index => "i64; an empty array is an error",
        Rule::Mean => "floats as they are, f32 accumulated in f64; integers and bools in f64",
        Rule::Expansion => "as its parts have it",
    }
}

fn promise(class: Class) -> &'static str {
    match class {
        Class::Exact => "NumPy's bits",
        Class::Ulp => {
            "the float nearest to the true value or a neighbour of it, the same bits on every machine"
        }
        Class::Gamma => "at most 4 floats from the nearest one, the same bits on every machine",
        Class::Composed => "as its formula gives it, the same bits on every machine",
        Class::Sum => "within the error of pairwise summation, the same bits for any number of threads",
        Class::Defined => "as the language's page defines it",
    }
}

/// A call of the function that says something.
fn example(row: &Row) -> Option<String> {
    let name = row.names.first()?;
    let own = EXAMPLES.iter().find(|(names, _)| names.contains(name)).map(|(_, operands)| *operands);
    let operands = own.or(match row.params {
        [_] => Some("a"),
        [_, _] => Some("a, 2"),
        _ => None,
    })?;
    Some(format!("{name}({operands})"))
}

/// The example with its value; none if it has none.
fn worked(session: &Session, formula: &str) -> Option<String> {
    let a = Array::from_slice(&A, &[A.len()]).ok()?;
    let mut bindings = Bindings::new();
    bindings.input("a", &a);
    let value = session.eval(formula, &bindings).ok()?;
    let text = value.to_string();
    let value: Vec<&str> = text.split_whitespace().collect();
    let of = if formula.contains("(a") { format!(" where a is {a}") } else { String::new() };
    Some(format!("{formula} is {}{of}", value.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(name: &str) -> String {
        help(&Session::builder().threads(1).build(), name).unwrap()
    }

    #[test]
    fn a_function_is_described_from_the_table() {
        assert_eq!(
            about("exp"),
            "exp(x)\n\ne to the power x.\n\
             dtype    floats as they are; integers in the float that holds them: f16, f32, f64\n\
             values   the float nearest to the true value or a neighbour of it, the same bits on every machine\n\
             example  exp(a) is [ 2.71828183 7.3890561 54.59815003] where a is [1. 2. 4.]"
        );
        assert!(about("atan2").starts_with("arctan2(y, x)\natan2(y, x)\n\nThe angle"));
        assert!(about("mean").starts_with("mean(a, axis=None, dtype=None, keepdims=False, where=True)\n"));
        assert_eq!(about("-").matches("also written -").count(), 2, "with one operand and with two");
        assert!(about("float32").starts_with("float32(x)\n"));
    }

    #[test]
    fn examples_have_values() {
        let session = Session::builder().threads(1).build();
        let value = |row: &Row| example(row).and_then(|formula| worked(&session, &formula));
        for name in EXAMPLES.iter().flat_map(|(names, _)| *names) {
            assert!(op::lookup(name).and_then(value).is_some(), "{name}");
        }
        assert!(op::rows().filter_map(value).count() > 70);
    }

    #[test]
    fn every_command_and_function_is_listed() {
        let all = about("");
        assert!(COMMANDS.iter().all(|(name, ..)| all.contains(&format!(":{name}"))));
        assert!(
            all.contains(" count_nonzero") && all.lines().all(|line| line.chars().count() <= 100),
            "{all}"
        );
    }
}
