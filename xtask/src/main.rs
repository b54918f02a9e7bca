//! Project chores: `cargo xtask layers` checks who imports whom (`ARCHITECTURE.md`), `cargo xtask
//! header` writes `include/ytclipper.h`, `cargo xtask schema` writes `docs/schema`.

mod header;
mod layers;
mod lexer;
mod paths;
mod schema;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

/// Folders whose files are checked, from the root of the project.
const FOLDERS: [&str; 8] = ["src", "bindings", "tests", "xtask", "python", "scripts", "benches", "examples"];

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let told = match arguments[..] {
        ["layers"] => check_layers(&project_root()),
        ["header"] => header::run(&project_root(), false),
        ["header", "--check"] => header::run(&project_root(), true),
        ["schema"] => schema::run(&project_root(), false),
        ["schema", "--check"] => schema::run(&project_root(), true),
        _ => {
            eprintln!("usage: cargo xtask layers | header [--check] | schema [--check]");
            return ExitCode::from(2);
        }
    };
    match told {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn check_layers(root: &Path) -> Result<String, String> {
    let (files, faults) = check_all(root).map_err(|error| format!("layers: {error}"))?;
    if faults.is_empty() {
        return Ok(format!("layers: {files} files keep the rules"));
    }
    let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
    Err(format!("{}\nlayers: {} faults", told.join("\n"), faults.len()))
}

fn project_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The number of files that were checked, and what is wrong with them.
fn check_all(root: &Path) -> io::Result<(usize, Vec<layers::Fault>)> {
    let mut files = Vec::new();
    for folder in FOLDERS.map(|folder| root.join(folder)).iter().filter(|folder| folder.is_dir()) {
        collect(folder, &mut files)?;
    }
    files.sort();
    let mut faults = Vec::new();
    for file in &files {
        let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        faults.extend(layers::check(&name, &fs::read_to_string(file)?));
    }
    Ok((files.len(), faults))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let (path, kind) = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?)))?;
        let is_source = path.extension().is_some_and(|end| end == "rs" || end == "py");
        if kind.is_dir() {
            collect(&path, files)?;
        } else if kind.is_file() && is_source {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_project_is_found_and_keeps_the_rules() {
        let (files, faults) = check_all(&project_root()).unwrap();
        assert!(files > 10, "only {files} files found");
        assert_eq!(faults, [], "run `cargo xtask layers`");
    }

    #[test]
    fn a_bad_file_in_a_folder_is_found() {
        let root = std::env::temp_dir().join(format!("xtask-layers-{}", std::process::id()));
        fs::create_dir_all(root.join("src/media")).unwrap();
        fs::write(root.join("src/media/mod.rs"), "use crate::engine::Engine;").unwrap();
        let found = check_all(&root);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(found.unwrap().1.len(), 1);
    }
}
