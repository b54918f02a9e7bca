//! What this build and this machine can do.

use std::path::PathBuf;

use serde::Serialize;
use ytclipper::models::ModelStore;
use ytclipper::outcome::Model;

use crate::status::Fault;

/// What `ytc_capabilities` tells.
#[derive(Serialize)]
pub(crate) struct Capabilities {
    version: &'static str,
    ffmpeg: Vec<String>,
    features: Vec<&'static str>,
    model_dir: PathBuf,
    models: Vec<Model>,
}

/// Looks at the build, and at a folder of models.
pub(crate) fn capabilities(model_dir: Option<&str>) -> Result<Capabilities, Fault> {
    let store = ModelStore::new(model_dir.map_or_else(ModelStore::default_dir, PathBuf::from));
    let features = [
        ("speech", cfg!(feature = "speech")),
        ("vision", cfg!(feature = "vision")),
        ("download", cfg!(feature = "download")),
    ];
    Ok(Capabilities {
        version: env!("CARGO_PKG_VERSION"),
        ffmpeg: ytclipper::media::versions(),
        features: features.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect(),
        model_dir: store.folder().to_path_buf(),
        models: store.list()?,
    })
}
