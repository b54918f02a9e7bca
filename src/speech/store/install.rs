//! Brings a model into the store: from a CTranslate2 folder, a ggml file, or the published one.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use super::published;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::models::manifest::Manifest;
use crate::models::persist::{Pending, prepare};
use crate::models::{ModelStore, fetch};
use crate::outcome::Model;
use crate::spec::{InstallModelSpec, Quantization, Validate};
use crate::speech::ggml::{GgmlFile, Head, TensorSource, read_index, write_model};
use crate::speech::import::Ct2Model;

/// Part of the progress that a download takes; the rest is conversion.
const DOWNLOAD_SHARE: f64 = 0.8;

/// Installs a speech model: from the folder or file that the request names, else the published
/// file.
///
/// # Errors
/// `ModelUnavailable` for an unknown name, `Download`, `CorruptMedia` for a source that is no
/// Whisper model, `InvalidSpec`, `NotFound`, `NoSpace`, `Io`, `Cancelled`. The model that was
/// installed before stays untouched.
pub fn install(store: &ModelStore, spec: &InstallModelSpec, ctx: &Context) -> Result<Model> {
    spec.validate()?;
    store.make()?;
    let target = store.file(&spec.name, spec.quantization.as_str());
    let (pending, source) = match &spec.from {
        Some(path) => (from_path(path, &target, spec, ctx)?, path.display().to_string()),
        None => (from_web(store, &target, spec, ctx)?, place(store, &spec.name)?),
    };
    // The last look before the name is given: what whisper.cpp will read must be whole.
    read_index(pending.path())?;
    let manifest = Manifest {
        name: spec.name.clone(),
        quantization: spec.quantization.as_str().to_owned(),
        size_bytes: pending.bytes,
        sha256: pending.sha256.clone(),
        source,
    };
    pending.publish(&target)?;
    manifest.write(&target)?;
    ctx.progress.set(1.0, format!("Installed {}", spec.name));
    Ok(manifest.model(target))
}

/// Where the published file comes from.
fn place(store: &ModelStore, name: &str) -> Result<String> {
    Ok(store.url_base().unwrap_or(published::find(name)?.url()).to_owned())
}

fn from_path(path: &Path, target: &Path, spec: &InstallModelSpec, ctx: &Context) -> Result<Pending> {
    let facts = std::fs::metadata(path).map_err(|error| Error::io(error, "read the model", path))?;
    if facts.is_dir() {
        let (head, mut source) = Ct2Model::open(path)?.split();
        return convert(&head, &mut source, target, spec, ctx);
    }
    from_ggml(path, target, spec, ctx)
}

fn from_web(store: &ModelStore, target: &Path, spec: &InstallModelSpec, ctx: &Context) -> Result<Pending> {
    let published = published::find(&spec.name)?;
    let stage = ctx.progress.stage();
    let fetched =
        fetch::fetch(store.url_base(), &published, target, &ctx.window(stage, 0.0, DOWNLOAD_SHARE))?;
    if spec.quantization == Quantization::F16 {
        return Ok(fetched);
    }
    from_ggml(fetched.path(), target, spec, &ctx.window(stage, DOWNLOAD_SHARE, 1.0))
}

fn from_ggml(path: &Path, target: &Path, spec: &InstallModelSpec, ctx: &Context) -> Result<Pending> {
    let mut file = read_index(path)?;
    if file.quantization == spec.quantization {
        return copy(path, target, ctx);
    }
    if file.quantization != Quantization::F16 {
        return Err(Error::invalid(
            "quantization",
            format_args!(
                "the file is stored as {} and cannot become {}",
                file.quantization.as_str(),
                spec.quantization.as_str()
            ),
        ));
    }
    let head = take_head(&mut file);
    convert(&head, &mut file, target, spec, ctx)
}

fn take_head(file: &mut GgmlFile) -> Head {
    Head {
        shape: file.head.shape,
        mel: std::mem::take(&mut file.head.mel),
        tokens: std::mem::take(&mut file.head.tokens),
    }
}

fn convert(
    head: &Head,
    source: &mut dyn TensorSource,
    target: &Path,
    spec: &InstallModelSpec,
    ctx: &Context,
) -> Result<Pending> {
    let fail = |error| Error::io(error, "write", target);
    let mut step = |fraction: f64| {
        ctx.cancel.check()?;
        let percent = (fraction * 100.0).round();
        ctx.progress.set(
            fraction,
            format!("Converting {} to {}: {percent} %", spec.name, spec.quantization.as_str()),
        );
        Ok(())
    };
    prepare(target, |out| write_model(out, head, source, spec.quantization, &mut step, &fail))
}

fn copy(path: &Path, target: &Path, ctx: &Context) -> Result<Pending> {
    let fail = |error| Error::io(error, "read the model", path);
    let mut file = File::open(path).map_err(fail)?;
    let mut buffer = vec![0; 1 << 18];
    prepare(target, |out: &mut dyn Write| {
        loop {
            ctx.cancel.check()?;
            let count = file.read(&mut buffer).map_err(fail)?;
            if count == 0 {
                return Ok(());
            }
            out.write_all(&buffer[..count]).map_err(|error| Error::io(error, "write", target))?;
        }
    })
}
