//! The folder of installed models: speech models (ggml files) and the face model, each with a
//! manifest beside it. Nothing here knows what is in them but by size and SHA-256.

mod face;
pub(crate) mod fetch;
pub(crate) mod manifest;
pub(crate) mod persist;
pub(crate) mod published;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Model;
use crate::spec::InstallModelSpec;
use manifest::{Manifest, file_name};
use published::FACE;

/// Name of the model that finds faces.
pub const FACE_MODEL: &str = FACE.name;
/// SHA-256 of its file.
pub const FACE_MODEL_SHA256: &str = FACE.sha256;
/// How the face model's weights are stored.
const FACE_FORM: &str = "f32";
/// The best form first: 8-bit weights decode in half the time at equal text.
const PREFERENCE: [&str; 4] = ["q8_0", "q5_1", "f16", FACE_FORM];

/// A folder of installed models.
#[derive(Debug, Clone)]
pub struct ModelStore {
    folder: PathBuf,
    url_base: Option<String>,
}

impl ModelStore {
    /// A store in `folder`, which is made at the first install. Published files are fetched from
    /// below `$YTCLIPPER_MODEL_URL` where that is set.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, url_base: env::var("YTCLIPPER_MODEL_URL").ok() }
    }

    /// The same store, with published files fetched from below `url`.
    #[must_use]
    pub fn with_url_base(self, url: impl Into<String>) -> Self {
        Self { url_base: Some(url.into()), ..self }
    }

    /// `$YTCLIPPER_MODELS`, else `ytclipper/models` in the user's cache folder.
    pub fn default_dir() -> PathBuf {
        folder_from(env::var_os("YTCLIPPER_MODELS"), env::var_os("XDG_CACHE_HOME"), env::home_dir())
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where published files are fetched from, where that is another place than their own.
    pub(crate) fn url_base(&self) -> Option<&str> {
        self.url_base.as_deref()
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
            .filter(|(manifest, path)| self.file(&manifest.name, &manifest.quantization) == *path)
            .map(|(manifest, path)| {
                let rank = PREFERENCE.iter().position(|form| *form == manifest.quantization);
                (manifest.name.clone(), rank.unwrap_or(PREFERENCE.len()), manifest.model(path))
            })
            .collect();
        found.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        Ok(found.into_iter().map(|(_, _, model)| model).collect())
    }

    /// The file of an installed model: 8-bit weights before 5-bit ones before f16. A path to a
    /// model's file stands for itself.
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

    /// Where the face model stands once it is installed.
    pub fn face_path(&self) -> PathBuf {
        self.file(FACE_MODEL, FACE_FORM)
    }

    /// Installs the face model: from the file that the request names, else the published one. Both
    /// must have [`FACE_MODEL_SHA256`].
    ///
    /// # Errors
    /// `Download`, `CorruptMedia` for another file, `NotFound`, `NoSpace`, `Io`, `Cancelled`. What
    /// was installed before stays untouched.
    pub fn install_face(&self, spec: &InstallModelSpec, ctx: &Context) -> Result<Model> {
        face::install(self, spec, ctx)
    }

    /// The file of a model in a form, installed or not.
    pub(crate) fn file(&self, name: &str, form: &str) -> PathBuf {
        self.folder.join(file_name(name, form))
    }

    /// Makes the folder.
    pub(crate) fn make(&self) -> Result<()> {
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| Error::io(error, "make the folder", &self.folder))
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

/// Whether a model's name is a path: an installed one has no slash and no ending of a file.
pub(crate) fn is_path(name: &str) -> bool {
    name.contains('/')
        || Path::new(name).extension().is_some_and(|extension| extension == "bin" || extension == "onnx")
}

fn missing(name: &str) -> Error {
    let message = if is_path(name) {
        format!("there is no model file {name}")
    } else {
        let kind = if name == FACE_MODEL { "face" } else { "speech" };
        format!("the {kind} model {name:?} is not installed; run `ytclipper models install {name}`")
    };
    Error::new(ErrorKind::ModelUnavailable, message).with("model", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_follows_the_environment() {
        let os = |text: &str| Some(OsString::from(text));
        let home = || Some(PathBuf::from("/home/me"));
        assert_eq!(folder_from(os("/m"), os("/c"), home()), Path::new("/m"));
        assert_eq!(folder_from(os(""), os("/c"), home()), Path::new("/c/ytclipper/models"));
        assert_eq!(folder_from(None, None, home()), Path::new("/home/me/.cache/ytclipper/models"));
        assert_eq!(folder_from(None, os("relative"), home()), Path::new("/home/me/.cache/ytclipper/models"));
    }

    #[test]
    fn the_face_model_has_a_file_and_a_command_of_its_own() {
        let store = ModelStore::new("/m".into());
        assert_eq!(store.face_path(), Path::new("/m/centerface.onnx"));
        let error = store.path(FACE_MODEL).unwrap_err();
        assert!(error.message().contains("`ytclipper models install centerface`"), "{error}");
        assert!(error.message().contains("face model"), "{error}");
    }
}
