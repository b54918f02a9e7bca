//! What the store knows of a model file: a small JSON file beside it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::persist;
use crate::error::{Error, Result};
use crate::outcome::Model;
use crate::spec::Quantization;

/// The content of `<file>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The model's name.
    pub name: String,
    /// How its matrices are stored.
    pub quantization: Quantization,
    /// Size of the model file in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the model file in hexadecimal.
    pub sha256: String,
    /// What it was made from: a URL or a path.
    pub source: String,
}

impl Manifest {
    /// The manifest's path for a model file.
    pub(super) fn path(model: &Path) -> PathBuf {
        let mut name = model.as_os_str().to_owned();
        name.push(".json");
        name.into()
    }

    /// Reads the manifest of a model file; `None` where there is none or it is not ours.
    pub(super) fn read(model: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(Self::path(model)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Writes the manifest of a model file.
    pub(super) fn write(&self, model: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| Error::internal(format!("cannot write a manifest: {error}")))?;
        persist::write(&Self::path(model), &text)
    }

    /// The model as callers see it.
    pub(super) fn model(self, path: PathBuf) -> Model {
        Model {
            name: self.name,
            path,
            quantization: self.quantization.as_str().to_owned(),
            size_bytes: self.size_bytes,
            sha256: self.sha256,
        }
    }
}

/// The name of a model's file.
pub(super) fn file_name(name: &str, quantization: Quantization) -> String {
    match quantization {
        Quantization::F16 => format!("ggml-{name}.bin"),
        Quantization::Q8_0 | Quantization::Q5_1 => format!("ggml-{name}-{}.bin", quantization.as_str()),
    }
}
