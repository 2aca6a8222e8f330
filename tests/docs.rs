//! The documentation says what is so: the tables of `docs/language.md` are the operator table's, its examples
//! give what they say, and `ARCHITECTURE.md` lists the files that hold `unsafe`.
//!
//! With `BLESS=1` in the environment these parts are written anew.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use numfuse::check::Dialect;
use numfuse::op::{self, Class, Meaning, Row};
use numfuse::{Error, Session, arrays};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Compares a generated page with the committed one, or writes it.
fn compare(path: &Path, generated: &str) {
    if std::env::var_os("BLESS").is_some_and(|value| !value.is_empty()) {
        fs::write(path, generated).unwrap();
    }
    let written = fs::read_to_string(path).unwrap();
    for (number, (left, right)) in written.lines().zip(generated.lines()).enumerate() {
        assert_eq!(left, right, "{}:{}; BLESS=1 rewrites it", path.display(), number + 1);
    }
    assert_eq!(written, generated, "{}; BLESS=1 rewrites it", path.display());
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Exact => "exact",
        Class::Ulp => "1 ULP",
        Class::Gamma => "4 ULP",
        Class::Composed => "its formula",
        Class::Sum => "sum",
        Class::Defined => "this page",
    }
}

/// Rows as a table; those without a name are operators only.
fn table(rows: impl Iterator<Item = &'static Row>) -> String {
    let mut out = "| function | also | values | |\n|---|---|---|---|\n".to_owned();
    for row in rows {
        let [name, aliases @ ..] = row.names else { continue };
        let also = aliases.iter().copied().map(String::from);
        let symbol = (!row.symbol.is_empty()).then(|| row.symbol.replace('|', "\\|"));
        let also: Vec<String> = also.chain(symbol).map(|name| format!("`{name}`")).collect();
        let params = row.params.join(", ");
        writeln!(out, "| `{name}({params})` | {} | {} | {} |", also.join(" "), class(row.class), row.doc)
            .unwrap();
    }
    out
}

fn is_reduction(row: &Row) -> bool {
    match row.meaning {
        Meaning::Reduce(_) | Meaning::Scan(_) => true,
        Meaning::Derived(derived) => derived.is_reduction(),
        Meaning::Lane(_) | Meaning::Text(_) => false,
    }
}

/// What the library gives for an example: its results, or the codes of its errors.
fn answer(session: &Session, formula: &str) -> String {
    let (a, b) = ([1.0, 2.0, 4.0], [0.5, f64::NAN, -2.0]);
    let f: [f32; 3] = [1.0, 2.0, 4.0];
    let (i, u): ([i64; 3], [u8; 3]) = ([-7, 0, 7], [0, 100, 200]);
    let m = ndarray::arr2(&[[1i32, 2, 3], [4, 5, 6]]);
    let t = numfuse::Array::from_strings(&["Ada", "émile", ""]).unwrap();
    let result = session.eval_all(formula, &arrays! { a, b, f, i, u, m, k: 3, t }, None);
    let shown = |array: &numfuse::Array| {
        let text = array.to_string();
        let elements: Vec<&str> = text.split_whitespace().collect();
        format!("{} {}", array.dtype(), elements.join(" "))
    };
    match result {
        Ok(results) => results.iter().map(|(_, array)| shown(array)).collect::<Vec<_>>().join(", "),
        Err(error @ Error::Formula { .. }) => {
            let codes: Vec<&str> = error.diagnostics().iter().map(|d| d.code).collect();
            format!("error {}", codes.join(", "))
        }
        Err(error) => format!("error {}", error.code()),
    }
}

#[test]
fn the_language_page_says_what_is_so() {
    check_page("docs/language.md", Session::global());
}

#[test]
fn the_numexpr_page_says_what_is_so() {
    check_page("docs/numexpr.md", &Session::builder().dialect(Dialect::NumExpr).threads(1).build());
}

/// Writes a page's tables and answers anew, and compares.
fn check_page(page: &str, session: &Session) {
    let path = file(page);
    let page = fs::read_to_string(&path).unwrap();
    let (mut out, mut in_formulas, mut skipping) = (String::new(), false, false);
    for line in page.lines() {
        if line.starts_with("```") {
            in_formulas = line == "```formula";
        } else if in_formulas && !line.is_empty() {
            let formula = line.split(" → ").next().unwrap().trim_end();
            writeln!(out, "{formula:<38} → {}", answer(session, formula)).unwrap();
            continue;
        }
        skipping &= !line.starts_with("<!-- end");
        if !skipping {
            writeln!(out, "{line}").unwrap();
        }
        if line.starts_with("<!-- begin") {
            let reductions = line.contains("reductions");
            out += &table(op::rows().filter(|row| is_reduction(row) == reductions));
            skipping = true;
        }
    }
    compare(&path, &out);
}

/// Rust files under `folder` whose code says `unsafe`, each with the reason that it gives.
fn unsafe_files(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            unsafe_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.strip_prefix(file("")).unwrap().display();
            let above =
                ["main.rs", "mod.rs"].map(|root| fs::read_to_string(folder.join(root)).unwrap_or_default());
            let reason = || std::iter::once(&text).chain(&above).find_map(|text| reason(text));
            let reason = || reason().unwrap_or_else(|| panic!("{name} says nowhere why it holds `unsafe`"));
            found.extend(holds_unsafe(&text).then(|| format!("- `{name}`: {}\n", reason())));
        }
    }
}

fn holds_unsafe(text: &str) -> bool {
    let starts = ["{", "fn", "impl", "trait", "extern"].map(|what| ["unsafe", what].join(" "));
    let mut code = text.lines().filter_map(|line| line.split("//").next());
    code.any(|line| starts.iter().any(|start| line.contains(start)))
}

/// The reason of the `expect` that allows it, on one line.
fn reason(text: &str) -> Option<&str> {
    text.lines().find(|line| line.starts_with("#![expect(unsafe_code"))?.split('"').nth(1)
}

#[test]
fn the_list_of_files_that_hold_unsafe_is_complete() {
    let mut found = Vec::new();
    for folder in ["src", "cli", "python/src", "tests", "examples", "benches", "fuzz/fuzz_targets"] {
        if file(folder).is_dir() {
            unsafe_files(&file(folder), &mut found);
        }
    }
    found.sort();
    let path = file("ARCHITECTURE.md");
    let text = fs::read_to_string(&path).unwrap();
    let start = text.find("## Files that may hold unsafe").unwrap();
    let start = start + text[start..].find("\n- `").unwrap();
    let end = start + text[start..].find("\n\n## ").unwrap();
    compare(&path, &format!("{}\n{}{}", &text[..start], found.concat(), &text[end + 1..]));
}
