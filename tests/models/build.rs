//! Copies the sources of the engine, and of what it stands on, into two modules of this crate: one
//! over loom's threads and locks, one over shuttle's. A copy differs from its source in three ways:
//! `crate::` leads into the module, unit tests are left out, and the planted faults of `mutants.txt`
//! stand in it, each behind a switch that is off. Nothing else is compiled with other flags for it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// What of `src/` is copied.
const SOURCES: [&str; 6] = ["error.rs", "context.rs", "outcome", "spec", "store", "engine"];
/// The rooms that a model has, all in all.
const ROOMS: [&str; 9] =
    ["context", "engine", "error", "models", "outcome", "spec", "stages", "store", "sys"];

/// A fault to plant: in the file, the one place that reads `sound` reads `faulty` instead.
struct Mutant {
    file: String,
    sound: String,
    faulty: String,
}

fn main() -> io::Result<()> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let core = here.join("../../src");
    for watched in [core.clone(), here.join("src"), here.join("scenarios"), here.join("mutants.txt")] {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    println!("cargo::rustc-check-cfg=cfg(feature, values(\"speech\", \"vision\", \"download\", \"schema\"))");
    let mutants = mutants(&fs::read_to_string(here.join("mutants.txt"))?);
    for checker in ["loom", "shuttle"] {
        let module = format!("under_{checker}");
        let room = out.join(&module);
        let _ = fs::remove_dir_all(&room);
        for source in SOURCES {
            copy(&core.join(source), &room.join(source), &module)?;
        }
        copy(&here.join("src/stand_in"), &room, &module)?;
        copy(&here.join(format!("src/sys_{checker}.rs")), &room.join("sys.rs"), &module)?;
        copy(&here.join(format!("scenarios/{checker}.rs")), &room.join("engine/scenarios.rs"), &module)?;
        append(&room.join("engine/mod.rs"), "\npub mod scenarios;\n")?;
        mutants.iter().try_for_each(|mutant| plant(mutant, &room))?;
        fs::write(out.join(format!("{module}.rs")), rooms(&room))?;
    }
    Ok(())
}

/// Copies a file or a folder, with `crate::` leading into the module, without unit tests.
fn copy(from: &Path, to: &Path, module: &str) -> io::Result<()> {
    if from.is_dir() {
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            copy(&from.join(&name), &to.join(&name), module)?;
        }
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let text = fs::read_to_string(from)?.replace("#[cfg(test)]", "#[cfg(any())]");
    fs::write(to, text.replace("crate::", &format!("crate::{module}::")))
}

fn append(file: &Path, text: &str) -> io::Result<()> {
    fs::write(file, fs::read_to_string(file)? + text)
}

/// The module's rooms, by their paths.
fn rooms(room: &Path) -> String {
    let mut modules = String::new();
    for name in ROOMS {
        let file = room.join(format!("{name}.rs"));
        let path = if file.exists() { file } else { room.join(name).join("mod.rs") };
        // Writing to a String cannot fail.
        let _ = writeln!(modules, "#[path = {:?}]\npub mod {name};", path.display().to_string());
    }
    modules
}

/// A fault that has no place any more, or more than one, fails the build: it would prove nothing.
fn plant(mutant: &Mutant, room: &Path) -> io::Result<()> {
    let file = room.join(&mutant.file);
    let text = fs::read_to_string(&file)?;
    let places = text.matches(&mutant.sound).count();
    if places != 1 {
        let message =
            format!("{places} places in {} read {:?}; mutants.txt is out of date", mutant.file, mutant.sound);
        return Err(io::Error::other(message));
    }
    fs::write(file, text.replacen(&mutant.sound, &mutant.faulty, 1))
}

/// Reads `mutants.txt`; its head says how it is written.
fn mutants(text: &str) -> Vec<Mutant> {
    let lines: Vec<_> =
        text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).collect();
    let part = |line: &str| line.split_once(": ").map_or("", |(_, text)| text).to_owned();
    lines
        .chunks_exact(3)
        .map(|lines| Mutant { file: part(lines[0]), sound: part(lines[1]), faulty: part(lines[2]) })
        .collect()
}
