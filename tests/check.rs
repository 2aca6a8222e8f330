//! `check`, the graph's text form and `opt`, on the cases of `tests/corpus` and on NumPy's dtypes.

mod cases;

use cases::{corpus, input, inputs, run_corpus};
use numfuse::casting::Casting;
use numfuse::check::{self, ErrorKind, InputType, Options};
use numfuse::dtype::DType;
use numfuse::ir::{self, Graph};
use numfuse::{opt, syntax};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// The graph, or the diagnostics as drawn.
fn lower(formula: &str, inputs: &[InputType]) -> Result<Graph, String> {
    let program = syntax::parse(formula).unwrap_or_else(|errors| panic!("{formula}: {errors:?}"));
    let graph = check::lower(&program, inputs, &Options::default())
        .map_err(|errors| errors.iter().map(|e| e.diagnostic().render(formula)).collect::<String>())?;
    assert_eq!(ir::verify(&graph), Ok(()), "{formula}\n{graph}");
    reads_back(&graph);
    Ok(graph)
}

fn reads_back(graph: &Graph) {
    let text = graph.to_string();
    let again = ir::read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(again.to_string(), text);
    assert_eq!(ir::verify(&again), Ok(()), "{text}");
}

#[test]
fn formulas_lower_to_the_graphs_of_the_corpus() {
    run_corpus("check", |formula, inputs| match lower(formula, inputs) {
        Ok(graph) => graph.to_string(),
        Err(drawn) => drawn,
    });
}

#[test]
fn graphs_are_optimised_to_those_of_the_corpus() {
    run_corpus("opt", |formula, inputs| {
        let graph = opt::run(lower(formula, inputs).unwrap());
        reads_back(&graph);
        graph.to_string()
    });
}

#[test]
fn errors_are_drawn_as_in_the_corpus() {
    run_corpus("errors/check", |formula, inputs| lower(formula, inputs).unwrap_err());
}

#[test]
fn every_error_has_a_case_named_after_its_code() {
    let mut files = corpus("errors/check");
    // Those of the NumExpr dialect, drawn by `numexpr.rs`.
    let dialect = [corpus("errors/numexpr"), corpus("errors/numexpr-strict")].concat();
    let is_of_a_code =
        |path: &PathBuf| ErrorKind::CODES.iter().any(|code| path.ends_with(format!("{code}.txt")));
    files.extend(dialect.into_iter().filter(is_of_a_code));
    let stems: BTreeSet<&str> = files.iter().map(|p| p.file_stem().unwrap().to_str().unwrap()).collect();
    // Too long for a file, an option that a file does not set: the tests below.
    let elsewhere = ["too-many-nodes", "casting"];
    let all: BTreeSet<&str> =
        ErrorKind::CODES.iter().copied().filter(|code| !elsewhere.contains(code)).collect();
    assert_eq!(stems, all);
    for path in &files {
        let code = format!("error[{}]", path.file_stem().unwrap().to_str().unwrap());
        assert!(fs::read_to_string(path).unwrap().contains(&code), "{}", path.display());
    }
}

#[test]
fn a_formula_of_too_many_nodes_is_refused() {
    let formula = "a".to_owned() + &"+a".repeat(check::MAX_NODES);
    let drawn = lower(&formula, &inputs("a=f64[n]")).unwrap_err();
    assert!(drawn.contains("error[too-many-nodes]"));
    let literals = "1".to_owned() + &"+1".repeat(2 * check::MAX_NODES);
    assert_eq!(lower(&literals, &[]).unwrap().len(), 1);
}

#[test]
fn results_are_cast_as_the_rule_allows() {
    let result = |formula: &str, dtype, casting| {
        let options = Options { dtype: Some(dtype), casting, ..Options::default() };
        let program = syntax::parse(formula).unwrap();
        check::lower(&program, &inputs("a=f64[n] i=i32[n]"), &options).map_err(|errors| errors[0].kind.code())
    };
    let dtypes = |graph: Graph| graph.outputs.iter().map(|o| o.dtype).collect::<Vec<_>>();
    let same = Casting::SameKind;
    assert_eq!(result("a, i", DType::F32, same).map(dtypes), Ok(vec![DType::F32; 2]));
    assert_eq!(result("x = a; y = 2", DType::F16, same).map(dtypes), Ok(vec![DType::F16; 2]));
    assert_eq!(result("a", DType::I64, Casting::Unsafe).map(dtypes), Ok(vec![DType::I64]));
    assert_eq!(result("a", DType::I64, same).err(), Some("casting"));
    assert_eq!(result("a", DType::F32, Casting::Safe).err(), Some("casting"));
    assert_eq!(result("i", DType::I64, Casting::No).err(), Some("casting"));
}

#[test]
fn a_line_that_is_no_graph_is_an_error_with_its_number() {
    let graph = "input f64[n0, 1] a\n%0 = input a : f64[n0, 1]\n%1 = sqrt %0 : f64[n0, 1]\noutput %1\n";
    assert_eq!(ir::read(graph).map(|g| g.to_string()).as_deref(), Ok(graph));
    for (from, to, line) in [
        ("n0, 1] a", "n1, 1] a", 1),
        ("f64[n0, 1] a", "f63[n0, 1] a", 1),
        ("%0 =", "%7 =", 2),
        ("sqrt %0 : f64", "sqrt %1 : f64", 3),
        ("sqrt %0 : f64", "sqrt %0 : f32", 3),
        ("sqrt %0 : f64", "sqrt %0 %0 : f64", 3),
        ("sqrt %0 : f64", "sqrd %0 : f64", 3),
        ("output %1", "output %4294967296", 4),
        ("output %1", "guard over %1", 4),
        ("output", "outptu", 4),
    ] {
        let broken = graph.replacen(from, to, 1);
        assert_eq!(ir::read(&broken).map(|g| g.to_string()).map_err(|e| e.line), Err(line), "{broken}");
    }
}

/// Every cell of NumPy's answers (`scripts/gen_promotion_golden.py` says how they are written).
#[test]
fn result_dtypes_are_numpys() {
    let golden = include_str!("golden/promotion.txt");
    let mut cells = 0;
    let mut wrong = Vec::new();
    let (operands, lines) = golden.split_once('\n').unwrap();
    let operands = operands.trim_start_matches("# ");
    for line in lines.lines() {
        let (head, results) = line.split_once(": ").expect("`formula operand: results`");
        let (pattern, first) = head.split_once(' ').unwrap();
        for (second, due) in operands.split(' ').zip(results.split(' ')) {
            cells += 1;
            let found = cell(pattern, first, second);
            let agrees = match due {
                "refused" => is_refused(&found),
                "overflow" => found == "literal-out-of-range",
                dtype => found == dtype,
            };
            if !agrees && !differs_on_purpose(pattern, first, &found) {
                wrong.push(format!("{pattern} of {first} and {second}: NumPy {due}, here {found}"));
            }
        }
    }
    assert!(cells > 10_000, "{cells}");
    assert!(wrong.is_empty(), "{} of {cells}:\n{}", wrong.len(), wrong.join("\n"));
}

fn is_refused(found: &str) -> bool {
    matches!(found, "no-operation" | "dtype-not-evaluated" | "not-real")
}

/// `where` and `clip` are operators as all others here. In NumPy, `where` wraps a plain integer that
/// does not fit without a word, and `clip` makes its first operand an array before it promotes.
fn differs_on_purpose(pattern: &str, first: &str, found: &str) -> bool {
    match pattern {
        "where(True,X,Y)" => found == "literal-out-of-range",
        "clip(X,Y,Y)" => first.parse::<DType>().is_err(),
        // A product of complex numbers is no fold of one plane.
        "prod(X)" => matches!(first, "c64" | "c128") && found == "no-operation",
        _ => false,
    }
}

/// The result dtype of a formula in which `x` and `y` are operands: dtypes, or literals.
fn cell(pattern: &str, first: &str, second: &str) -> String {
    let mut given = Vec::new();
    let mut bind = |name: &str, operand: &str| match operand.parse::<DType>() {
        Ok(_) => {
            given.push(input(&format!("{name}={operand}[n]")));
            name.to_owned()
        }
        Err(_) => operand.to_owned(),
    };
    let (x, y) = (bind("x", first), bind("y", second));
    let formula: String = pattern
        .chars()
        .map(|c| match c {
            'X' => x.clone(),
            'Y' => y.clone(),
            other => other.to_string(),
        })
        .collect();
    let program = syntax::parse(&formula).unwrap_or_else(|e| panic!("{formula}: {e:?}"));
    match check::lower(&program, &given, &Options::default()) {
        Ok(graph) => {
            assert_eq!(ir::verify(&graph), Ok(()), "{formula}\n{graph}");
            assert_eq!(ir::verify(&opt::run(graph.clone())), Ok(()), "{formula}");
            graph.outputs[0].dtype.to_string()
        }
        Err(errors) => errors[0].kind.code().to_owned(),
    }
}

/// What `check` expands has NumPy's values: constants fold to them.
#[test]
fn expansions_have_numpys_values() {
    for (formula, due) in [
        ("int64(-1) < uint64(18446744073709551615)", "bool true"),
        ("int64(-1) == uint64(18446744073709551615)", "bool false"),
        ("int64(-1) != uint64(18446744073709551615)", "bool true"),
        ("uint64(18446744073709551615) >= int8(-1)", "bool true"),
        ("uint64(9223372036854775809) > int64(9223372036854775807)", "bool true"),
        ("int64(5) <= uint64(5)", "bool true"),
        ("int64(5) > uint64(4)", "bool true"),
        ("uint8(7) < 300", "bool true"),
        ("uint8(7) in (-1, 300, 7)", "bool true"),
        ("reciprocal(int8(-1))", "i8 -1"),
        ("reciprocal(int8(-128))", "i8 0"),
        ("reciprocal(uint8(0))", "u8 0"),
        ("reciprocal(4.0)", "f64 0.25"),
        ("(-0.0)**0.5", "f64 -0.0"),
        ("float64(-inf)**0.5", "f64 0x"),
        ("nan**0", "f64 1.0"),
        ("1 < 2 < 3 != 3", "bool false"),
        ("not nan", "bool false"),
        ("2 if 0.0 else 3", "i64 3"),
        ("clip(int8(5), 7, 300)", "i8 7"),
        ("signbit(-0.0)", "bool true"),
        ("signbit(int8(-3))", "bool true"),
        ("round(2.5)", "f64 2.0"),
        ("int8(-1000.0)", "i8 -128"),
        ("7 // -2 + 7 % -2", "i64 -5"),
    ] {
        let graph = opt::run(lower(formula, &[]).unwrap_or_else(|drawn| panic!("{drawn}")));
        let text = graph.to_string();
        let value = text.split(" : ").next().unwrap();
        assert!(value.starts_with(&format!("%0 = const {due}")), "{formula}: {text}");
    }
}
