//! Speech models in the folder of models: how they come there, and whether they may be used.

mod install;
mod published;
pub(crate) mod verify;

use std::path::{Path, PathBuf};

use super::ggml::{Shape, broken, read_index};
use crate::error::{Error, ErrorKind, Result};
use crate::models::manifest::Manifest;
use crate::models::{ModelStore, is_path};
use crate::spec::Quantization;
use verify::{Stamp, sha256};

pub use install::install;

/// A model file that was checked and may be given to whisper.cpp.
#[derive(Debug, Clone)]
pub(crate) struct Verified {
    /// The model's name.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// How its matrices are stored.
    pub quantization: Quantization,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Its dimensions.
    pub shape: Shape,
}

/// Checks the model's file: structure, size and, for an installed one, its SHA-256.
pub(crate) fn verified(store: &ModelStore, name: &str) -> Result<Verified> {
    let path = store.path(name)?;
    check(name, &path).map_err(|error| unusable(name, &path, error))
}

/// Structure, size and, where there is a manifest, the SHA-256 of a file.
fn check(name: &str, path: &Path) -> Result<Verified> {
    let stamp = Stamp::of(path)?;
    let manifest = if is_path(name) { None } else { Manifest::read(path) };
    if manifest.as_ref().is_some_and(|manifest| manifest.size_bytes != stamp.bytes) {
        return Err(broken("its size is not that of the installed file"));
    }
    let file = read_index(path)?;
    let sha256 = sha256(&stamp)?;
    if manifest.as_ref().is_some_and(|manifest| manifest.sha256 != sha256) {
        return Err(broken("its content is not that of the installed file (sha256)"));
    }
    let name = manifest.map_or_else(|| stem(path), |manifest| manifest.name);
    let (quantization, shape) = (file.quantization, file.head.shape);
    Ok(Verified { name, path: path.to_owned(), quantization, sha256, shape })
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "model".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// A broken file becomes an unavailable model; a failure to read stays what it is.
fn unusable(name: &str, path: &Path, error: Error) -> Error {
    if error.kind() != ErrorKind::CorruptMedia {
        return error;
    }
    let mut message = format!("the speech model {} cannot be used: {error}", path.display());
    if !is_path(name) {
        message = format!("{message}; run `ytclipper models install {name}` again");
    }
    Error::new(ErrorKind::ModelUnavailable, message)
        .with("model", name)
        .with("path", path.display())
        .because(error)
}

#[cfg(test)]
mod tests;
