//! `cargo xtask schema`: `docs/schema/*.json`, the JSON Schema of what goes in and comes out.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{fs, io};

/// The folder, from the root of the project.
const FOLDER: &str = "docs/schema";
/// Where it is written afresh for a comparison.
const FRESH: &str = "target/schema";

/// Writes the schemas, or with `check` compares them with those that are there.
pub fn run(root: &Path, check: bool) -> Result<String, String> {
    let folder = if check { FRESH } else { FOLDER };
    let told = |error: io::Error| format!("schema: {folder}: {error}");
    empty(&root.join(folder)).map_err(told)?;
    generate(root, folder)?;
    let fresh = read(&root.join(folder)).map_err(told)?;
    if !check {
        return Ok(format!("schema: {} files written to {FOLDER}", fresh.len()));
    }
    let known = read(&root.join(FOLDER)).unwrap_or_default();
    let stale = drift(&known, &fresh);
    if stale.is_empty() {
        return Ok(format!("schema: {} files in {FOLDER} are what the types say", fresh.len()));
    }
    Err(format!("schema: {} in {FOLDER} differ from the types: run `cargo xtask schema`", stale.join(", ")))
}

/// Runs the generator. It runs for a moment, so the core is built quickly for it; what is below the core
/// is that of all other builds.
fn generate(root: &Path, folder: &str) -> Result<(), String> {
    let arguments = "run --release --config profile.release.package.ytclipper.opt-level=0 \
                     --package ytclipper --features schema --example schema --";
    let mut command = Command::new(env!("CARGO"));
    // What cargo tells a program that it runs is of that program. Build scripts that look at it would
    // run again, and once more in the next build: `ring`, and all that stands on it.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(of_a_package) {
            command.env_remove(name);
        }
    }
    let output = command
        .current_dir(root)
        .args(arguments.split_whitespace())
        .arg(folder)
        .output()
        .map_err(|error| format!("schema: cannot run cargo: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}\nschema: the generator failed", String::from_utf8_lossy(&output.stderr)))
}

/// Whether cargo sets a variable by the package of the program that it runs.
fn of_a_package(name: &str) -> bool {
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "OUT_DIR"
}

fn empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => fs::create_dir_all(folder),
    }
}

type Files = BTreeMap<String, String>;

fn read(folder: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(name, fs::read_to_string(&path)?);
    }
    Ok(files)
}

/// Names of files that are missing, too many or different.
fn drift(known: &Files, fresh: &Files) -> Vec<String> {
    let mut names: Vec<_> = known.keys().chain(fresh.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter(|name| known.get(*name) != fresh.get(*name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_or_too_many_or_different_is_drift() {
        let files = |names: &[(&str, &str)]| -> Files {
            names.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        let known = files(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert!(drift(&known, &known).is_empty());
        assert_eq!(drift(&known, &files(&[("a", "1"), ("b", "9"), ("d", "4")])), ["b", "c", "d"]);
    }
}
