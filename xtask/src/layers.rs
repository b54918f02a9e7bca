//! The rules of the house that a compiler does not check: who may import whom, where a foreign
//! library is named, where `unsafe` may stand, how long a file may be.

use std::fmt;

use crate::lexer::{Kind, Token, tokens};
use crate::paths::references;

/// Most lines of a file.
pub const MAX_LINES: usize = 600;

/// Rooms of the core from the ground up. A room may import those of the floors below it, and
/// nothing of its own floor.
const FLOORS: [&[&str]; 8] = [
    &["error", "sys"],
    &["outcome"],
    // `spec` stands on `outcome`: requests carry words and time ranges.
    &["spec"],
    &["context", "picture"],
    &["models"],
    &["captions", "analysis", "media", "speech", "vision", "download", "publish"],
    &["store", "stages"],
    &["engine"],
];

/// Names that `lib.rs` re-exports, and whose they are.
const RE_EXPORTS: [(&str, &str); 3] = [("Error", "error"), ("ErrorKind", "error"), ("Result", "error")];

/// Foreign crates, and the one room that may name them.
const FOREIGN: [(&str, &str); 7] = [
    ("ffmpeg_next", "media"),
    ("ffmpeg_sys_next", "media"),
    ("ffmpeg", "media"),
    ("whisper_rs", "speech"),
    ("whisper_rs_sys", "speech"),
    ("opencv", "vision"),
    ("rusqlite", "store"),
];

/// Rooms that call C and may therefore hold `unsafe`; bindings may too. `sys` wraps the few calls
/// of the operating system that `std` lacks, so that no other room needs them.
const UNSAFE: [&str; 3] = ["media", "speech", "sys"];

/// A broken rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, from the root of the project.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Checks one file; `file` is its path from the root of the project, with `/`.
pub fn check(file: &str, source: &str) -> Vec<Fault> {
    let mut faults = check_length(file, source);
    if let Some(inside) = file.strip_prefix("src/").and_then(|rest| rest.strip_suffix(".rs")) {
        let module = module_path(inside);
        let tokens = tokens(source);
        faults.extend(check_imports(file, &tokens, &module));
        faults.extend(check_names(file, &tokens, module.first().map_or("", String::as_str)));
    }
    faults
}

fn check_length(file: &str, source: &str) -> Vec<Fault> {
    let lines = source.lines().count();
    let message = format!("{lines} lines; a file has one subject and at most {MAX_LINES}: split it");
    let fault = Fault { file: file.to_owned(), line: MAX_LINES, message };
    if lines > MAX_LINES { vec![fault] } else { Vec::new() }
}

/// `spec/mod` is the module `spec`, `spec/job` is `spec::job`, `lib` is the root.
fn module_path(inside: &str) -> Vec<String> {
    let mut parts: Vec<_> = inside.split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod") || parts == ["lib"] {
        parts.pop();
    }
    parts
}

fn check_imports(file: &str, tokens: &[Token], module: &[String]) -> Vec<Fault> {
    // The root joins everything and is imported by nobody.
    let Some(own) = module.first() else { return Vec::new() };
    let fault = |line, message| Fault { file: file.to_owned(), line, message };
    if floor(own).is_none() {
        return vec![fault(1, format!("the room `{own}` has no floor: add it to xtask/src/layers.rs"))];
    }
    references(tokens, module)
        .into_iter()
        .filter_map(|reference| Some(fault(reference.line, judge(own, &reference.name)?)))
        .collect()
}

/// What is wrong with `own` importing `name`, if anything.
fn judge(own: &str, name: &str) -> Option<String> {
    let owner = RE_EXPORTS.iter().find(|(re_export, _)| *re_export == name).map_or(name, |(_, room)| room);
    if matches!(name, "*" | "as") {
        return Some("import from the rooms by name, not the whole crate".to_owned());
    }
    if owner == own {
        return None;
    }
    match (floor(own), floor(owner)) {
        (Some(mine), Some(theirs)) if theirs < mine => None,
        (_, None) => Some(format!("`crate::{name}` is no room: import from the room that has it")),
        (mine, theirs) if mine == theirs => {
            Some(format!("`{own}` imports `{owner}`, its neighbour: let `stages` join them"))
        }
        (_, Some(_)) => Some(format!("`{own}` imports `{owner}`, which stands above it")),
    }
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn check_names(file: &str, tokens: &[Token], room: &str) -> Vec<Fault> {
    let judge = |token: &Token| {
        let Kind::Name(name) = &token.kind else { return None };
        let message = foreign(room, name).or_else(|| unsafe_code(room, name))?;
        Some(Fault { file: file.to_owned(), line: token.line, message })
    };
    tokens.iter().filter_map(judge).collect()
}

fn foreign(room: &str, name: &str) -> Option<String> {
    let (_, home) = FOREIGN.iter().find(|(foreign, home)| *foreign == name && *home != room)?;
    Some(format!("`{name}` is named in `{home}` only"))
}

fn unsafe_code(room: &str, name: &str) -> Option<String> {
    let allowed = name != "unsafe" || UNSAFE.contains(&room);
    (!allowed).then(|| format!("`unsafe` stands in {} and the bindings only", UNSAFE.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(file: &str, source: &str) -> String {
        let faults = check(file, source);
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults[0].to_string()
    }

    #[test]
    fn an_upward_import_fails() {
        let fault = message("src/media/probe.rs", "//! x\nuse crate::stages::run;\n");
        assert_eq!(fault, "src/media/probe.rs:2: `media` imports `stages`, which stands above it");
        assert!(message("src/outcome/clip.rs", "use crate::spec::JobSpec;").contains("above"));
        assert!(message("src/store/mod.rs", "fn f() { crate::engine::x() }").contains("above"));
        assert!(message("src/context.rs", "use super::media::x;").contains("above"));
    }

    #[test]
    fn a_sideways_import_fails() {
        assert!(message("src/captions/ass.rs", "use crate::media::probe;").contains("neighbour"));
        assert!(message("src/stages/a.rs", "use super::super::store::x;").contains("neighbour"));
        assert!(
            message("src/captions/ass.rs", "mod t { use crate::{error::E, speech}; }").contains("speech")
        );
    }

    #[test]
    fn the_whole_crate_and_unknown_rooms_fail() {
        assert!(message("src/media/a.rs", "use crate::*;").contains("by name"));
        assert!(message("src/media/a.rs", "use crate as c;").contains("by name"));
        assert!(message("src/media/a.rs", "use crate::JobSpec;").contains("no room"));
        assert!(message("src/attic/a.rs", "").contains("no floor"));
    }

    #[test]
    fn foreign_crates_stay_in_their_rooms() {
        assert!(message("src/stages/clip.rs", "use ffmpeg_next::x;").contains("`media` only"));
        assert!(message("src/media/a.rs", "use whisper_rs::x;").contains("`speech` only"));
        assert!(message("src/lib.rs", "use opencv::x;").contains("`vision` only"));
    }

    #[test]
    fn unsafe_stays_in_its_rooms() {
        assert!(message("src/engine/pool.rs", "fn f() { unsafe { g() } }").contains("bindings only"));
        for room in UNSAFE {
            assert_eq!(check(&format!("src/{room}/a.rs"), "unsafe fn f() {}"), []);
        }
    }

    #[test]
    fn a_long_file_fails_wherever_it_stands() {
        assert!(message("tests/python/test_a.py", &"x\n".repeat(MAX_LINES + 1)).contains("601 lines"));
        assert_eq!(check("src/error.rs", &"\n".repeat(MAX_LINES)), []);
    }

    #[test]
    fn downward_imports_pass() {
        assert_eq!(check("src/spec/render.rs", "use crate::outcome::Word; use crate::error::E;"), []);
        assert_eq!(check("src/engine/mod.rs", "use crate::{stages, store::A, Error, sys};"), []);
        assert_eq!(check("src/lib.rs", "pub use error::Error; pub use crate::engine::Engine;"), []);
        assert_eq!(check("src/media/a.rs", "use ffmpeg_next::x; /* crate::engine */"), []);
        assert_eq!(check("src/publish/a.rs", "mod t { use super::*; use crate::publish::b; }"), []);
    }
}
