//! What Tab completes: commands, names, functions, keyword arguments, and files that exist.

use super::command::{COMMANDS, PLOT_OPTIONS};
use super::vocabulary::{self, CONSTANTS, KEYWORDS};
use numfuse::explain::Stage;
use numfuse::syntax::{self, Fault, Token};
use std::path::Path;

/// Where what is completed begins, and what may stand there.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Completion {
    pub(super) start: usize,
    pub(super) candidates: Vec<String>,
}

/// How a text may go on at its end.
pub(super) fn completion(text: &str, names: &[String]) -> Completion {
    let line = text.rfind('\n').map_or(0, |i| i + 1);
    match text[line..].trim_start().strip_prefix(':') {
        Some(command) => in_command(text, command, names),
        None => in_formula(text, text, names),
    }
}

fn in_command(text: &str, command: &str, names: &[String]) -> Completion {
    let place = |part: &str| text.len() - part.len();
    let Some((name, rest)) = command.split_once(char::is_whitespace) else {
        let known = COMMANDS.iter().map(|(name, ..)| format!("{name} "));
        return fitting(command, place(command), known);
    };
    let rest = rest.trim_start();
    let last = rest.rsplit(char::is_whitespace).next().unwrap_or_default();
    let words = rest.split_whitespace().count();
    let previous = rest[..rest.len() - last.len()].split_whitespace().next_back();
    match name {
        "load" | "save" => match (rest.split_once(char::is_whitespace), last.split_once('=')) {
            (_, Some((_, path))) if name == "load" => files(path, place(path)),
            (Some((_, path)), _) => files(path.trim_start(), place(path.trim_start())),
            (None, _) => fitting(last, place(last), names.iter().cloned()),
        },
        "info" => fitting(last, place(last), names.iter().cloned()),
        "help" => fitting(last, place(last), vocabulary::functions()),
        "explain" if words < 2 && previous.is_none() && !last.is_empty() => {
            let mut found = in_formula(text, rest, names);
            let stages = Stage::ALL.map(|stage| format!("{} ", stage.name()));
            found.candidates.extend(fitting(last, place(last), stages.into_iter()).candidates);
            found
        }
        "plot" if matches!(previous, Some("-o" | "--out")) => files(last, place(last)),
        "plot" if last.starts_with('-') => {
            fitting(last, place(last), PLOT_OPTIONS.iter().map(|(option, ..)| format!("{option} ")))
        }
        _ => in_formula(text, rest, names),
    }
}

/// Completes the end of a formula, itself the end of the text.
fn in_formula(text: &str, formula: &str, names: &[String]) -> Completion {
    let place = |part: &str| text.len() - part.len();
    if let Some(path) = open_text(formula) {
        return files(path, place(path));
    }
    let word = word(formula);
    let before = &formula[..formula.len() - word.len()];
    let call = vocabulary::call(before).filter(|call| before[call.start..].trim().is_empty());
    if word.is_empty() && call.is_none() {
        return Completion { start: place(word), candidates: Vec::new() };
    }
    let arguments = call.iter().flat_map(|call| {
        let all = vocabulary::parameters(call.function).unwrap_or_default();
        all.into_iter().skip(call.before).filter(|param| !call.given.contains(param)).map(|p| format!("{p}="))
    });
    let arguments = arguments.collect::<Vec<_>>().into_iter();
    if word.is_empty() {
        return fitting(word, place(word), arguments);
    }
    let words = CONSTANTS.iter().chain(&KEYWORDS).filter(|w| w.len() > 1).map(|w| (*w).to_owned());
    let functions = vocabulary::functions().map(|name| format!("{name}("));
    let all = arguments.chain(assigned(formula)).chain(names.iter().cloned()).chain(functions).chain(words);
    fitting(word, place(word), all)
}

/// The candidates that begin as the word does, each once.
fn fitting(word: &str, start: usize, all: impl Iterator<Item = String>) -> Completion {
    let mut candidates: Vec<String> = Vec::new();
    for candidate in all.filter(|candidate| candidate.starts_with(word)) {
        if !candidates.contains(&candidate) {
            candidates.push(candidate);
        }
    }
    Completion { start, candidates }
}

/// The end of the text that could be a name.
fn word(text: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    &text[text.trim_end_matches(is_word).len()..]
}

/// What follows a quote that is not closed.
fn open_text(formula: &str) -> Option<&str> {
    let (token, range) = syntax::scan(formula).last()?;
    let is_open = token == Err(Fault::UnterminatedText) && range.end == formula.len();
    is_open.then(|| formula[range].trim_start_matches(['b', 'B'])).map(|quoted| &quoted[1..])
}

/// The names that a formula gives values to.
pub(super) fn assigned(formula: &str) -> Vec<String> {
    let tokens: Vec<_> = syntax::scan(formula).collect();
    let mut depth = 0;
    let mut names = Vec::new();
    for pair in tokens.windows(2) {
        let [(Ok(first), range), (second, _)] = pair else { continue };
        depth += super::input::step(*first);
        if depth == 0 && *first == Token::Name && *second == Ok(Token::Equal) {
            names.push(formula[range.clone()].to_owned());
        }
    }
    names
}

/// The files and folders that a path may mean.
fn files(path: &str, start: usize) -> Completion {
    let (folder, prefix) = path.rfind('/').map_or(("", path), |i| path.split_at(i + 1));
    let entries = std::fs::read_dir(if folder.is_empty() { Path::new(".") } else { Path::new(folder) });
    let mut candidates: Vec<String> = Vec::new();
    for entry in entries.into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.chars().any(char::is_control)) else { continue };
        // Hidden files are offered to those who ask for them.
        if name.starts_with(prefix) && (prefix.starts_with('.') || !name.starts_with('.')) {
            let slash = if entry.path().is_dir() { "/" } else { "" };
            candidates.push(format!("{folder}{name}{slash}"));
        }
    }
    candidates.sort();
    Completion { start, candidates }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(text: &str) -> (usize, Vec<String>) {
        let Completion { start, candidates } = completion(text, &["sink".into(), "é1".into()]);
        (start, candidates)
    }

    fn list(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn words_are_completed_by_what_is_known() {
        assert_eq!(complete("2*sin"), (2, list(&["sink", "sin(", "sinh(", "sinc("])));
        assert_eq!(complete("a→é"), (4, list(&["é1"])));
        assert_eq!(complete("a + "), (4, vec![]));
        assert_eq!(complete("total = 1; tot"), (11, list(&["total"])));
        assert_eq!(complete("float3"), (0, list(&["float32("])));
        assert_eq!(complete("a if b el"), (7, list(&["else"])));
    }

    #[test]
    fn arguments_are_completed_inside_their_call() {
        assert_eq!(complete("sum(a, ax"), (7, list(&["axis="])));
        assert_eq!(complete("sum(a, "), (7, list(&["axis=", "dtype=", "keepdims=", "initial=", "where="])));
        assert_eq!(complete("sum(a, axis=0, "), (15, list(&["dtype=", "keepdims=", "initial=", "where="])));
        assert_eq!(complete("clip(a, mi"), (8, list(&["min=", "minimum(", "min("])));
        assert_eq!(complete("sum(a) + ax").1, list(&[]));
    }

    #[test]
    fn commands_have_their_own_words() {
        assert_eq!(complete(":ti"), (1, list(&["time "])));
        assert_eq!(complete("x\n:sa"), (3, list(&["save "])));
        assert_eq!(complete(":info si"), (6, list(&["sink"])));
        assert_eq!(complete(":help arct"), (6, list(&["arctan", "arctan2", "arctanh"])));
        assert_eq!(complete(":explain as"), (9, list(&["asin(", "asinh(", "ast ", "asm "])));
        assert_eq!(complete(":plot --po"), (6, list(&["--points "])));
        assert_eq!(complete(":time 2*sin").1, list(&["sink", "sin(", "sinh(", "sinc("]));
    }

    #[test]
    fn files_are_completed_where_files_are_named() {
        let folder = std::env::temp_dir().join(format!("numfuse-complete-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("deep")).unwrap();
        for name in ["data.npy", "data 2.npy", ".hidden"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        let at = folder.display();
        let in_folder = |names: &[&str]| names.iter().map(|name| format!("{at}/{name}")).collect::<Vec<_>>();
        assert_eq!(complete(&format!(":load x {at}/da")), (8, in_folder(&["data 2.npy", "data.npy"])));
        assert_eq!(complete(&format!(":load x={at}/de")), (8, in_folder(&["deep/"])));
        assert_eq!(complete(&format!(":load x={at}/")).1, in_folder(&["data 2.npy", "data.npy", "deep/"]));
        assert_eq!(complete(&format!(":save sink {at}/.h")).1, in_folder(&[".hidden"]));
        assert_eq!(complete(&format!(":plot -o {at}/data 2")).1, list(&[]));
        assert_eq!(complete(&format!("f('{at}/dat")).1, in_folder(&["data 2.npy", "data.npy"]));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
