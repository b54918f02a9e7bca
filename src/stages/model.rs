//! `install_model`: a speech model comes into the model folder.

use super::Resources;
use crate::context::Context;
use crate::error::Result;
use crate::outcome::Model;
use crate::spec::InstallModelSpec;

/// Installs a model.
pub(super) fn run(spec: &InstallModelSpec, resources: &Resources, context: &Context) -> Result<Model> {
    resources.models.store().install(spec, context)
}
