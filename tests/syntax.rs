//! The syntax stage: corpora, CPython's precedence, round trips, depth, and no panic on any text.
//!
//! A corpus file holds cases: the source, a line `---`, what is expected, a line `===`. `BLESS=1`
//! rewrites what is expected.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use numfuse::syntax::{self, ast};
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name)
}

/// Runs every case of every file in a folder; returns the names of the files.
fn check_folder(folder: &str, run: impl Fn(&str, &str) -> String) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(corpus(folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        check_file(&path, |source| run(&name, source));
        names.push(name);
    }
    names.sort();
    names
}

fn check_file(path: &Path, run: impl Fn(&str) -> String) {
    let content = std::fs::read_to_string(path).unwrap();
    let mut blessed = String::new();
    for case in content.split_terminator("===\n") {
        let (source, _) = case.split_once("\n---\n").unwrap_or((case.trim_end(), ""));
        blessed += &format!("{source}\n---\n{}\n===\n", run(source).trim_end());
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, blessed).unwrap();
    } else {
        assert_eq!(content, blessed, "in {}", path.display());
    }
}

#[test]
fn trees_are_as_the_corpus_has_them() {
    check_folder("syntax", |_, source| {
        let program = syntax::parse(source).unwrap_or_else(|e| panic!("{source}: {e:?}"));
        assert_round_trip(&program);
        format!("{}\n--- printed\n{}", syntax::sexpr(&program), syntax::print(&program))
    });
}

/// Each file is named after a code, which its first case must give.
#[test]
fn errors_are_drawn_as_the_corpus_has_them() {
    let names = check_folder("errors/syntax", |name, source| {
        let errors = syntax::parse(source).expect_err(source);
        assert!(errors.iter().any(|e| e.kind.code() == name), "{name}: {source}: {errors:?}");
        errors.iter().map(|e| e.diagnostic().render(source).trim_end().to_owned() + "\n").collect()
    });
    assert_eq!(names.len(), 20, "a code without a case: {names:?}");
}

#[test]
fn precedence_is_cpythons() {
    let file = std::fs::read_to_string(corpus("python_ast.txt")).unwrap();
    let mut count = 0;
    for line in file.lines() {
        let (source, expected) = line.split_once('\t').unwrap();
        let program = syntax::parse(source).unwrap_or_else(|e| panic!("{source}: {e:?}"));
        assert_eq!(syntax::sexpr(&program), expected, "{source}");
        assert_round_trip(&program);
        count += 1;
    }
    assert_eq!(count, 2000);
}

fn assert_round_trip(program: &ast::Program) {
    let printed = syntax::print(program);
    let again = syntax::parse(&printed).unwrap_or_else(|e| panic!("{printed}: {e:?}"));
    assert_eq!(syntax::sexpr(&again), syntax::sexpr(program), "{printed}");
    assert_eq!(syntax::print(&again), printed);
    assert_eq!(again.exprs().len(), program.exprs().len(), "{printed}: a node that nothing uses");
    assert_postorder(program);
}

/// Every operand stands before its user, and every node but the values of statements has one user.
fn assert_postorder(program: &ast::Program) {
    let mut uses = vec![0; program.exprs().len()];
    let ids: Vec<ast::ExprId> = program.exprs().map(|(id, _)| id).collect();
    let mut used = |user: usize, id: ast::ExprId| {
        let at = ids.binary_search(&id).unwrap();
        assert!(at < user, "an operand after its user");
        uses[at] += 1;
    };
    for (user, (_, expr)) in program.exprs().enumerate() {
        for operand in operands(program, expr) {
            used(user, operand);
        }
    }
    for statement in program.statements() {
        let (ast::Statement::Result(value)
        | ast::Statement::Assign { value, .. }
        | ast::Statement::Unpack { value, .. }
        | ast::Statement::Augment { value, .. }) = *statement;
        used(usize::MAX, value);
    }
    assert!(uses.iter().all(|&n| n == 1));
}

fn operands(program: &ast::Program, expr: ast::Expr) -> Vec<ast::ExprId> {
    use ast::Expr;
    match expr {
        Expr::Int(_)
        | Expr::Float(_)
        | Expr::Imaginary(_)
        | Expr::Text(_)
        | Expr::Bytes(_)
        | Expr::Name(_) => vec![],
        Expr::Unary(_, a) | Expr::Attribute { base: a, .. } => vec![a],
        Expr::Binary(_, a, b) => vec![a, b],
        Expr::Compare(a, links) => {
            [a].into_iter().chain(program.links(links).iter().map(|l| l.right)).collect()
        }
        Expr::IfElse { then, condition, otherwise } => vec![then, condition, otherwise],
        Expr::Call { args, .. } => program.args(args).iter().map(|a| a.value).collect(),
        Expr::Tuple(list) => program.tuple(list).to_vec(),
        Expr::Index { base, items } => {
            let items = program.items(items).iter().flat_map(|i| match *i {
                ast::IndexItem::At(a) => vec![a],
                ast::IndexItem::Slice { start, stop, step } => {
                    [start, stop, step].into_iter().flatten().collect()
                }
                ast::IndexItem::NewAxis | ast::IndexItem::Ellipsis => vec![],
            });
            [base].into_iter().chain(items).collect()
        }
    }
}

#[test]
fn spans_cover_what_was_written() {
    let text = "x = -a ** (b + f(1, k=2))[0].T";
    let program = syntax::parse(text).unwrap();
    let spans: Vec<&str> = program.exprs().map(|(id, _)| &text[program.span(id).range()]).collect();
    let last = "(b + f(1, k=2))[0].T";
    assert_eq!(
        spans,
        [
            "a",
            "b",
            "1",
            "2",
            "f(1, k=2)",
            "b + f(1, k=2)",
            "0",
            "(b + f(1, k=2))[0]",
            last,
            "a ** (b + f(1, k=2))[0].T",
            "-a ** (b + f(1, k=2))[0].T",
        ]
    );
    assert!(
        matches!(program.statements(), [ast::Statement::Assign { name_span, .. }] if name_span.range() == (0..1))
    );
}

#[test]
fn tokens_know_their_places() {
    let tokens = syntax::tokens("a  **b # end\n(c\n)").unwrap();
    let shown: Vec<_> = tokens.iter().map(|t| (t.token.text(), t.span.start, t.span.end)).collect();
    assert_eq!(
        shown,
        [
            ("name", 0, 1),
            ("**", 3, 5),
            ("name", 5, 6),
            ("newline", 12, 13),
            ("(", 13, 14),
            ("name", 14, 15),
            (")", 16, 17)
        ]
    );
}

const DEEP: usize = 1_000_000;

/// Parses, prints and drops on a small stack; the time is generous, for unoptimised builds.
fn deep(name: &str, text: String) {
    let run = move || {
        let start = std::time::Instant::now();
        let program = syntax::parse(&text).unwrap_or_else(|e| panic!("{:?}", &e[..1]));
        let parsed = start.elapsed();
        assert!(program.exprs().len() >= DEEP || program.exprs().len() == 1);
        let printed = syntax::print(&program);
        assert_eq!(syntax::sexpr(&syntax::parse(&printed).unwrap()), syntax::sexpr(&program));
        parsed
    };
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(run).unwrap();
    let parsed = thread.join().unwrap_or_else(|_| panic!("{name}"));
    let limit = if cfg!(debug_assertions) { 10.0 } else { 1.0 };
    assert!(parsed.as_secs_f64() < limit, "{name}: {parsed:?}");
}

#[test]
fn depth_is_bounded_by_memory_alone() {
    let wrapped = |open: &str, close: &str| open.repeat(DEEP) + "a" + &close.repeat(DEEP);
    deep("parentheses", wrapped("(", ")"));
    deep("lists", wrapped("[", "]"));
    deep("calls", wrapped("f(", ")"));
    deep("where", wrapped("where(c,", ",1)"));
    deep("keywords", wrapped("f(k=", ")"));
    deep("indices", wrapped("a[b[0],", ":]"));
    deep("attributes", wrapped("", ".T"));
    deep("minus", wrapped("-", ""));
    deep("not", wrapped("not ", ""));
    deep("powers", wrapped("a**", ""));
    deep("power of minus", wrapped("a**-", ""));
    deep("sums", wrapped("a+", ""));
    deep("differences to the right", wrapped("a-(", ")"));
    deep("comparisons", wrapped("a<", ""));
    deep("nested comparisons", wrapped("(a<", ")"));
    deep("ternaries", wrapped("a if c else ", ""));
    deep("ternaries to the left", wrapped("(", " if c else a)"));
    deep("tuple", wrapped("a,", ""));
    deep("statements", "x=a\n".repeat(DEEP));
}

#[test]
fn long_tokens_and_gaps_take_no_stack() {
    for text in [
        "a".repeat(DEEP),
        format!("'{}'", "\\x41".repeat(DEEP)),
        format!("a{}", " ".repeat(DEEP)),
        format!("a{}", "#\n".repeat(DEEP)),
        format!("a # {}", "x".repeat(DEEP)),
        format!("a{}", "\\\n".repeat(DEEP)),
        format!("(a{})", "\n".repeat(DEEP)),
        format!("1.{}", "0".repeat(DEEP)),
    ] {
        deep("long token", text);
    }
}

#[test]
fn deep_errors_take_no_stack_and_stay_few() {
    let wrong = [
        "(".repeat(DEEP),
        ")".repeat(DEEP),
        "-".repeat(DEEP),
        "a**".repeat(DEEP),
        "f(".repeat(DEEP) + "$",
        "$ ".repeat(DEEP),
        "a b;".repeat(DEEP),
        "1_ ".repeat(DEEP),
        "-".repeat(DEEP) + "a a",
    ];
    for text in wrong {
        let run = move || {
            let errors = syntax::parse(&text).unwrap_err();
            assert!((1..=50).contains(&errors.len()), "{}", errors.len());
        };
        std::thread::Builder::new().stack_size(256 << 10).spawn(run).unwrap().join().unwrap();
    }
}

fn token_text() -> impl Strategy<Value = String> {
    let words = [
        "a", "b", "f", "None", "True", "real", "T", "1", "0x1f", "2.5", "1e999", "3j", "'t'", "b'u'", "and",
        "or", "not", "if", "else", "in", "is", "+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&",
        "|", "^", "~", "<", "<=", ">", ">=", "==", "!=", "=", "+=", "**=", "(", ")", "[", "]", ",", ":", ".",
        "...", ";", "\n", "'", "\\", "#", "$", "\0", "🦀", "é", "f(", "a[", ")", "]", "a", "b", ", ", "(a",
    ];
    prop::collection::vec((prop::sample::select(words.to_vec()), prop::bool::weighted(0.7)), 0..24).prop_map(
        |parts| {
            parts.into_iter().map(|(word, space)| format!("{word}{}", if space { " " } else { "" })).collect()
        },
    )
}

/// Text that is mostly right: an expression made from the grammar's own forms.
fn formula_text() -> impl Strategy<Value = String> {
    let atom = prop::sample::select(&["a", "b", "1", "2.5", "3j", "'t\\n'", "b'\\xff'", "()", "None"][..])
        .prop_map(String::from);
    atom.prop_recursive(6, 48, 3, |inner| {
        let infix = prop::sample::select(
            &["+", "-", "*", "**", "//", "<<", "&", "|", "^", "<", "!=", "in", "not in", "and", "or", "@"][..],
        );
        prop_oneof![
            (inner.clone(), infix, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            (prop::sample::select(&["-", "+", "~", "not "][..]), inner.clone()).prop_map(|(op, a)| format!("{op}{a}")),
            inner.clone().prop_map(|a| format!("({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("f({a}, k={b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}:, None, ...]")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a}) if ({b}) else {c}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}, {b})")),
            inner.prop_map(|a| format!("({a}).T")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_tokens_panics(text in token_text()) {
        match syntax::parse(&text) {
            Ok(program) => assert_round_trip(&program),
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    prop_assert!(error.span.start <= error.span.end && error.span.end as usize <= text.len());
                    prop_assert!(!error.diagnostic().render(&text).is_empty());
                }
            }
        }
    }

    #[test]
    fn no_text_at_all_panics(text in any::<String>()) {
        if let Ok(program) = syntax::parse(&text) {
            assert_round_trip(&program);
        }
    }

    #[test]
    fn formulas_round_trip(text in formula_text()) {
        // `a + not b` is the one form made here that Python refuses.
        if let Ok(program) = syntax::parse(&text) {
            assert_round_trip(&program);
        } else {
            prop_assert!(text.contains("not "), "{}", text);
        }
    }
}
