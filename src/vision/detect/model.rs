//! The face model: its bytes, verified before OpenCV sees them, and the networks made of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::net::{InputSize, Net};
use crate::error::{Error, ErrorKind, Result};
use crate::models::persist::hex;
use crate::models::{FACE_MODEL, FACE_MODEL_SHA256};
use crate::sys::Mutex;

/// Networks that are kept between jobs: each holds some 70 MB, and a new one costs as much as a look.
const KEEP: usize = 2;

/// A verified face model; jobs share it.
pub struct FaceModel {
    bytes: Vec<u8>,
    idle: Mutex<Vec<Net>>,
}

impl std::fmt::Debug for FaceModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaceModel").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

impl FaceModel {
    /// Reads the model's file and checks it.
    ///
    /// # Errors
    /// `ModelUnavailable` where it is missing or another file, naming the command that installs it.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| {
            let message = match error.kind() {
                std::io::ErrorKind::NotFound => format!("there is no face model at {}", path.display()),
                _ => format!("cannot read the face model {}: {error}", path.display()),
            };
            unavailable(&message, path).because(error)
        })?;
        let found = hex(&Sha256::digest(&bytes));
        if found != FACE_MODEL_SHA256 {
            let message = format!("{} is not the face model (sha256 {found})", path.display());
            return Err(unavailable(&message, path));
        }
        Ok(Self { bytes, idle: Mutex::default() })
    }

    /// A model of any bytes, to see what comes of a broken one.
    #[cfg(test)]
    pub(in crate::vision) fn unchecked(bytes: &[u8]) -> Self {
        Self { bytes: bytes.to_vec(), idle: Mutex::default() }
    }

    /// Runs `work` with a network for this size of input: an idle one, or a new one. It is kept
    /// afterwards, unless a panic leaves it half done.
    pub(super) fn with_net<T>(&self, size: InputSize, work: impl FnOnce(&mut Net) -> Result<T>) -> Result<T> {
        let idle = {
            let mut idle = self.idle.lock();
            let at = idle.iter().position(|net| net.size() == size);
            at.map(|at| idle.swap_remove(at))
        };
        let mut net = match idle {
            Some(net) => net,
            None => Net::new(&self.bytes, size)?,
        };
        let result = work(&mut net);
        let mut idle = self.idle.lock();
        idle.push(net);
        let surplus = idle.len().saturating_sub(KEEP);
        idle.drain(..surplus);
        result
    }
}

/// What is wrong, and the ways on.
fn unavailable(message: &str, path: &Path) -> Error {
    Error::new(
        ErrorKind::ModelUnavailable,
        format!(
            "{message}; run `ytclipper models install {FACE_MODEL}` (where the engine was given a \
             `face_model` of its own, put the model there or leave that setting out), or set \
             `layout.track` to `off`, which needs none"
        ),
    )
    .with("model", FACE_MODEL)
    .with("path", path.display())
}

/// The face model of an engine: opened when first asked for, then shared.
#[derive(Debug)]
pub struct FaceModels {
    path: PathBuf,
    open: Mutex<Option<Arc<FaceModel>>>,
}

impl FaceModels {
    /// The model at `path`, which need not be there yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, open: Mutex::default() }
    }

    /// Where the model is looked for.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The model. A failure is not remembered, so that an install in between helps.
    ///
    /// # Errors
    /// As [`FaceModel::open`].
    pub fn get(&self) -> Result<Arc<FaceModel>> {
        let mut open = self.open.lock();
        if let Some(model) = &*open {
            return Ok(Arc::clone(model));
        }
        let model = Arc::new(FaceModel::open(&self.path)?);
        *open = Some(Arc::clone(&model));
        Ok(model)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_model_names_both_ways_on() {
        let models = FaceModels::new("/nowhere/centerface.onnx".into());
        let error = models.get().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ModelUnavailable);
        assert!(error.message().contains("`ytclipper models install centerface`"), "{error}");
        assert!(error.message().contains("`layout.track` to `off`"), "{error}");
    }

    #[test]
    fn another_file_never_reaches_opencv() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("centerface.onnx");
        std::fs::write(&path, "not a model").unwrap();
        let error = FaceModel::open(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ModelUnavailable);
        assert!(error.message().contains("sha256"), "{error}");
    }
}
