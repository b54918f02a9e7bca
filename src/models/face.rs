//! Installs the face model, which is one file with one SHA-256.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::manifest::Manifest;
use super::persist::{Pending, prepare};
use super::published::FACE;
use super::{FACE_FORM, ModelStore, fetch};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Model;
use crate::spec::{InstallModelSpec, Validate};

pub(super) fn install(store: &ModelStore, spec: &InstallModelSpec, ctx: &Context) -> Result<Model> {
    spec.validate()?;
    store.make()?;
    let target = store.face_path();
    let (pending, source) = match &spec.from {
        Some(path) => (copy(path, &target, ctx)?, path.display().to_string()),
        None => (fetch::fetch(store.url_base(), &FACE, &target, ctx)?, place(store)),
    };
    let manifest = Manifest {
        name: FACE.name.to_owned(),
        quantization: FACE_FORM.to_owned(),
        size_bytes: pending.bytes,
        sha256: pending.sha256.clone(),
        source,
    };
    pending.publish(&target)?;
    manifest.write(&target)?;
    ctx.progress.set(1.0, format!("Installed {}", FACE.name));
    Ok(manifest.model(target))
}

fn place(store: &ModelStore) -> String {
    store.url_base().unwrap_or(FACE.url()).to_owned()
}

/// A copy of the file, once it is known to be the model. No more is read than the model has.
fn copy(path: &Path, target: &Path, ctx: &Context) -> Result<Pending> {
    let fail = |error| Error::io(error, "read the model", path);
    ctx.cancel.check()?;
    let mut file = File::open(path).map_err(fail)?.take(FACE.bytes + 1);
    let pending = prepare(target, |out| {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(fail)?;
        out.write_all(&bytes).map_err(|error| Error::io(error, "write", target))
    })?;
    if pending.sha256 == FACE.sha256 {
        return Ok(pending);
    }
    let message =
        format!("{} is not the model {} (sha256); nothing was installed", path.display(), FACE.name);
    Err(Error::new(ErrorKind::CorruptMedia, message).with("path", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Quantization;

    #[test]
    fn another_file_is_refused_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = ModelStore::new(folder.path().join("models"));
        let from = folder.path().join("other.onnx");
        std::fs::write(&from, "not a model").unwrap();
        let spec = InstallModelSpec {
            name: FACE.name.to_owned(),
            from: Some(from),
            quantization: Quantization::Q8_0,
        };
        let error = store.install_face(&spec, &Context::detached()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CorruptMedia);
        assert_eq!(std::fs::read_dir(store.folder()).unwrap().count(), 0);
        assert!(store.list().unwrap().is_empty());
    }

    #[test]
    fn an_unreachable_place_says_how_to_install_from_a_file() {
        let folder = tempfile::tempdir().unwrap();
        // Nothing listens on the discard port of the loopback.
        let store = ModelStore::new(folder.path().into()).with_url_base("http://127.0.0.1:9");
        let spec =
            InstallModelSpec { name: FACE.name.to_owned(), from: None, quantization: Quantization::Q8_0 };
        let error = store.install_face(&spec, &Context::detached()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Download);
        assert!(error.message().contains("centerface.onnx") && error.message().contains("--from"), "{error}");
    }
}
