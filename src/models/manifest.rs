//! What the store knows of a model file: a small JSON file beside it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::persist;
use super::published::FACE;
use crate::error::{Error, Result};
use crate::outcome::Model;

/// The content of `<file>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// The model's name.
    pub name: String,
    /// How its matrices are stored: `f32`, `f16`, `q8_0` or `q5_1`.
    pub quantization: String,
    /// Size of the model file in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the model file in hexadecimal.
    pub sha256: String,
    /// What it was made from: a URL or a path.
    pub source: String,
}

impl Manifest {
    /// The manifest's path for a model file.
    pub(crate) fn path(model: &Path) -> PathBuf {
        let mut name = model.as_os_str().to_owned();
        name.push(".json");
        name.into()
    }

    /// Reads the manifest of a model file; `None` where there is none or it is not ours.
    pub(crate) fn read(model: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(Self::path(model)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes the manifest of a model file.
    pub(crate) fn write(&self, model: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::internal(format!("cannot write a manifest: {error}")))?;
        persist::write(&Self::path(model), &text)
    }

    /// The model as callers see it.
    pub(crate) fn model(self, path: PathBuf) -> Model {
        Model {
            name: self.name,
            path,
            quantization: self.quantization,
            size_bytes: self.size_bytes,
            sha256: self.sha256,
        }
    }
}

/// The name of a model's file.
pub(crate) fn file_name(name: &str, quantization: &str) -> String {
    if name == FACE.name {
        return FACE.file_name();
    }
    match quantization {
        "f16" => format!("ggml-{name}.bin"),
        smaller => format!("ggml-{name}-{smaller}.bin"),
    }
}
