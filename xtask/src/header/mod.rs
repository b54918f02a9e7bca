//! `cargo xtask header`: `include/ytclipper.h` out of `bindings/c`, complete in its documentation.

mod document;

use std::fs;
use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config, DocumentationStyle, EnumConfig, ExportConfig, Language, RenameRule, Style};

/// The header, from the root of the project.
pub const HEADER: &str = "include/ytclipper.h";

/// Files of `bindings/c/src` with public items, in the order in which the header shows them.
const SOURCES: [&str; 10] =
    ["status", "error", "progress", "callbacks", "job", "result", "event", "engine", "queue", "helpers"];

/// Those that come last: chores.
const LAST: [&str; 2] = ["library", "log"];

const PREFACE: &str = "\
/*
 * ytclipper: an embedded media engine.
 *
 * Generated from bindings/c by `cargo xtask header`; never edited. docs/c-api.md has the
 * conventions and a complete example. In short:
 *
 * - Every function that can fail returns a ytc_status, and hands out a ytc_error where it is asked.
 * - Outputs are written on success only; where a function fails they are NULL or zero.
 * - Handles (ytc_engine, ytc_job, ...) are no addresses: never dereference one. One that was freed
 *   or is of another type is found out and is an error. All other pointers must be valid.
 * - Texts are UTF-8 and end with NUL. What is passed in is copied before the call returns.
 * - Every function may be called on any thread, unless its text says otherwise.
 */";

/// Writes the header, or with `check` compares it with the one that is there.
pub fn run(root: &Path, check: bool) -> Result<String, String> {
    let sources = sources(root);
    let faults: Vec<String> = sources.iter().flat_map(|source| document::check(source)).collect();
    if !faults.is_empty() {
        return Err(format!("{}\nheader: {} items lack documentation", faults.join("\n"), faults.len()));
    }
    let fresh = generate(&sources)?;
    let path = root.join(HEADER);
    let functions = fresh.lines().filter(|line| line.contains(" ytc_") && line.contains('(')).count();
    if !check {
        fs::write(&path, fresh).map_err(|error| format!("{}: {error}", path.display()))?;
        return Ok(format!("header: {HEADER} written, {functions} functions"));
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    if known == fresh {
        return Ok(format!("header: {HEADER} is what bindings/c says, {functions} functions"));
    }
    let line = 1 + known.lines().zip(fresh.lines()).take_while(|(a, b)| a == b).count();
    Err(format!("header: {HEADER} differs from bindings/c from line {line} on: run `cargo xtask header`"))
}

fn sources(root: &Path) -> Vec<PathBuf> {
    let folder = root.join("bindings/c/src");
    SOURCES.iter().chain(&LAST).map(|name| folder.join(name).with_extension("rs")).collect()
}

fn generate(sources: &[PathBuf]) -> Result<String, String> {
    let mut builder = Builder::new().with_config(config());
    for source in sources {
        builder = builder.with_src(source);
    }
    let bindings = builder.generate().map_err(|error| format!("header: {error}"))?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    String::from_utf8(text).map_err(|error| format!("header: {error}"))
}

fn config() -> Config {
    Config {
        language: Language::C,
        header: Some(PREFACE.to_owned()),
        include_guard: Some("YTCLIPPER_H".to_owned()),
        cpp_compat: true,
        sys_includes: ["stdbool.h", "stddef.h", "stdint.h"].map(str::to_owned).to_vec(),
        no_includes: true,
        usize_is_size_t: true,
        style: Style::Both,
        documentation_style: DocumentationStyle::Doxy,
        line_length: 100,
        tab_width: 4,
        // Those that functions take as plain numbers, so that any number may be checked.
        export: ExportConfig { include: vec!["ytc_shutdown_mode".to_owned()], ..ExportConfig::default() },
        enumeration: EnumConfig {
            rename_variants: RenameRule::QualifiedScreamingSnakeCase,
            ..EnumConfig::default()
        },
        ..Config::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_header_is_what_the_binding_says() {
        run(&crate::project_root(), true).unwrap();
    }

    #[test]
    fn a_header_that_has_drifted_is_told_with_its_line() {
        let root = std::env::temp_dir().join(format!("xtask-header-{}", std::process::id()));
        let (from, to) = (crate::project_root().join("bindings/c/src"), root.join("bindings/c/src"));
        fs::create_dir_all(&to).unwrap();
        fs::create_dir_all(root.join("include")).unwrap();
        for entry in fs::read_dir(from).unwrap().flatten() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
        fs::write(root.join(HEADER), "/*\n * another\n").unwrap();
        let told = run(&root, true).unwrap_err();
        fs::remove_dir_all(&root).unwrap();
        assert!(told.contains("from line 2 on"), "{told}");
    }
}
