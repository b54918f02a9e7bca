//! The folder of installed models.

mod fetch;
mod install;
mod manifest;
pub(crate) mod persist;
mod published;
pub(crate) mod verify;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::ggml::{Shape, read_index};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Model;
use crate::spec::{InstallModelSpec, Quantization};
use manifest::{Manifest, file_name};
use verify::Stamp;

/// The best form first: 8-bit weights decode in half the time at equal text.
const PREFERENCE: [Quantization; 3] = [Quantization::Q8_0, Quantization::Q5_1, Quantization::F16];

/// A folder of installed speech models; each is a ggml file with a manifest beside it.
#[derive(Debug, Clone)]
pub struct ModelStore {
    folder: PathBuf,
    url_base: String,
}

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

impl ModelStore {
    /// A store in `folder`, which is made at the first install. Published files are fetched from
    /// below `$YTCLIPPER_MODEL_URL` where that is set.
    pub fn new(folder: PathBuf) -> Self {
        let url_base = env::var("YTCLIPPER_MODEL_URL").unwrap_or_else(|_| published::URL_BASE.to_owned());
        Self { folder, url_base }
    }

    /// The same store, with published files fetched from below `url`.
    #[must_use]
    pub fn with_url_base(self, url: impl Into<String>) -> Self {
        Self { url_base: url.into(), ..self }
    }

    /// `$YTCLIPPER_MODELS`, else `ytclipper/models` in the user's cache folder.
    pub fn default_dir() -> PathBuf {
        folder_from(env::var_os("YTCLIPPER_MODELS"), env::var_os("XDG_CACHE_HOME"), env::home_dir())
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The installed models, by name, the preferred form of each first.
    ///
    /// # Errors
    /// `Io` where the folder cannot be read; a folder that does not exist is empty.
    pub fn list(&self) -> Result<Vec<Model>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io(error, "read the folder", &self.folder)),
        };
        let mut found: Vec<(String, usize, Model)> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter_map(|path| Some((Manifest::read(&path)?, path)))
            .filter(|(manifest, path)| self.file(&manifest.name, manifest.quantization) == *path)
            .map(|(manifest, path)| {
                let rank = PREFERENCE.iter().position(|form| *form == manifest.quantization);
                (manifest.name.clone(), rank.unwrap_or(PREFERENCE.len()), manifest.model(path))
            })
            .collect();
        found.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        Ok(found.into_iter().map(|(_, _, model)| model).collect())
    }

    /// The file of an installed model: 8-bit weights before 5-bit ones before f16. A path to a
    /// ggml file stands for itself.
    ///
    /// # Errors
    /// `ModelUnavailable`, naming the command that installs it.
    pub fn path(&self, name: &str) -> Result<PathBuf> {
        if is_path(name) {
            let path = PathBuf::from(name);
            return if path.is_file() { Ok(path) } else { Err(missing(name)) };
        }
        PREFERENCE
            .into_iter()
            .map(|form| self.file(name, form))
            .find(|path| path.is_file() && Manifest::read(path).is_some())
            .ok_or_else(|| missing(name))
    }

    /// Installs a model: from the folder or file that the request names, else the published file.
    ///
    /// # Errors
    /// `ModelUnavailable` for an unknown name, `Download`, `CorruptMedia` for a source that is no
    /// Whisper model, `InvalidSpec`, `NotFound`, `NoSpace`, `Io`, `Cancelled`. The model that was
    /// installed before stays untouched.
    pub fn install(&self, spec: &InstallModelSpec, ctx: &Context) -> Result<Model> {
        install::install(self, spec, ctx)
    }

    /// Checks the model's file: structure, size and, for an installed one, its SHA-256.
    pub(crate) fn verified(&self, name: &str) -> Result<Verified> {
        let path = self.path(name)?;
        self.check(name, &path).map_err(|error| unusable(name, &path, error))
    }

    fn check(&self, name: &str, path: &Path) -> Result<Verified> {
        let stamp = Stamp::of(path)?;
        let manifest = if is_path(name) { None } else { Manifest::read(path) };
        if manifest.as_ref().is_some_and(|manifest| manifest.size_bytes != stamp.bytes) {
            return Err(super::ggml::broken("its size is not that of the installed file"));
        }
        let file = read_index(path)?;
        let sha256 = verify::sha256(&stamp)?;
        if manifest.as_ref().is_some_and(|manifest| manifest.sha256 != sha256) {
            return Err(super::ggml::broken("its content is not that of the installed file (sha256)"));
        }
        let name = manifest.map_or_else(|| stem(path), |manifest| manifest.name);
        let (quantization, shape) = (file.quantization, file.head.shape);
        Ok(Verified { name, path: path.to_owned(), quantization, sha256, shape })
    }

    fn file(&self, name: &str, quantization: Quantization) -> PathBuf {
        self.folder.join(file_name(name, quantization))
    }
}

fn folder_from(own: Option<OsString>, cache: Option<OsString>, home: Option<PathBuf>) -> PathBuf {
    let set = |value: Option<OsString>| value.filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set(own) {
        return folder;
    }
    let cache = set(cache)
        .filter(|path| path.is_absolute())
        .or_else(|| home.map(|home| home.join(".cache")))
        .unwrap_or_else(env::temp_dir);
    cache.join("ytclipper").join("models")
}

/// Whether a model's name is a path: an installed one has no slash and does not end in `.bin`.
fn is_path(name: &str) -> bool {
    name.contains('/') || Path::new(name).extension().is_some_and(|extension| extension == "bin")
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "model".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn missing(name: &str) -> Error {
    let message = if is_path(name) {
        format!("there is no model file {name}")
    } else {
        format!("the speech model {name:?} is not installed; run `ytclipper models install {name}`")
    };
    Error::new(ErrorKind::ModelUnavailable, message).with("model", name)
}

/// A broken file becomes an unavailable model; a failure to read stays what it is.
fn unusable(name: &str, path: &Path, error: Error) -> Error {
    if error.kind() != ErrorKind::CorruptMedia {
        return error;
    }
    let mut message = format!("the speech model {} cannot be used: {error}", path.display());
    if !is_path(name) {
        message += &format!("; run `ytclipper models install {name}` again");
    }
    Error::new(ErrorKind::ModelUnavailable, message)
        .with("model", name)
        .with("path", path.display())
        .because(error)
}

#[cfg(test)]
mod tests;
