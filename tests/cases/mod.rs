//! Cases in files: an `inputs:` line, a formula, `----`, and what is expected, separated by `====`.
//!
//! With `BLESS=1` in the environment the expected parts are written anew.

use numfuse::check::{InputDType, InputType};
use std::fs;
use std::path::{Path, PathBuf};

/// Reads `a=f64[n,1]`, `k=int`, `w=float`, and of what may be written `mut:a=f64[n]`.
pub(crate) fn input(text: &str) -> InputType {
    let (text, writable) = text.strip_prefix("mut:").map_or((text, false), |text| (text, true));
    let (name, ty) = text.split_once('=').expect("name=dtype[dims]");
    let (dtype, dims) = ty.strip_suffix(']').and_then(|t| t.rsplit_once('[')).unwrap_or((ty, ""));
    let dtype = match dtype {
        "int" => InputDType::WeakInt,
        "float" => InputDType::WeakFloat,
        "complex" => InputDType::WeakComplex,
        strong => InputDType::Strong(strong.parse().expect("a dtype")),
    };
    let ones = dims.split(',').filter(|d| !d.is_empty()).map(|d| d == "1").collect();
    InputType { name: name.into(), dtype, ones, writable }
}

/// Reads inputs with blanks between them.
pub(crate) fn inputs(text: &str) -> Vec<InputType> {
    text.split_whitespace().map(input).collect()
}

/// The files of a folder of `tests/corpus`.
pub(crate) fn corpus(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder of cases").flatten().map(|f| f.path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Compares every case of a folder with what `outcome` gives of its formula and inputs.
pub(crate) fn run_corpus(folder: &str, outcome: impl Fn(&str, &[InputType]) -> String) {
    let mut wrong = Vec::new();
    for path in corpus(folder) {
        let text = fs::read_to_string(&path).expect("a file of cases");
        let mut written = Vec::new();
        for case in text.split("\n====\n") {
            let (head, expected) = case.split_once("\n----").unwrap_or((case, ""));
            let (comments, rest) = head.split_at(head.find("inputs:").expect("an `inputs:` line"));
            let (given, formula) = rest.split_once('\n').expect("a formula");
            let found = outcome(formula, &inputs(&given["inputs:".len()..]));
            if found.trim() != expected.trim() {
                wrong.push(format!("{}: {formula}\n{found}", path.display()));
            }
            written.push(format!("{comments}{given}\n{formula}\n----\n{}", found.trim_end()));
        }
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, written.join("\n====\n") + "\n").expect("a file that may be written");
        }
    }
    assert!(wrong.is_empty() || std::env::var_os("BLESS").is_some(), "{}", wrong.join("\n"));
}
