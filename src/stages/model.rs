//! `install_model`: a model comes into the model folder.

use super::Resources;
use crate::context::Context;
use crate::error::Result;
use crate::models::FACE_MODEL;
use crate::outcome::Model;
use crate::spec::InstallModelSpec;

/// Installs a model.
pub(super) fn run(spec: &InstallModelSpec, resources: &Resources, context: &Context) -> Result<Model> {
    if is_face(spec) {
        return resources.store.install_face(spec, context);
    }
    speech_model(spec, resources, context)
}

/// Whether the request is for the face model, which needs no other room.
pub(super) fn is_face(spec: &InstallModelSpec) -> bool {
    spec.name == FACE_MODEL
}

#[cfg(feature = "speech")]
fn speech_model(spec: &InstallModelSpec, resources: &Resources, context: &Context) -> Result<Model> {
    crate::speech::install(&resources.store, spec, context)
}

#[cfg(not(feature = "speech"))]
fn speech_model(_: &InstallModelSpec, _: &Resources, _: &Context) -> Result<Model> {
    Err(super::without("speech"))
}
