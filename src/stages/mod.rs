//! What jobs do: one file a kind, each joining the rooms below. No FFI types here.

mod analyze;
mod captions;
mod framing;
mod model;
mod process;
mod render;
mod thumbnail;
mod transcribe;

#[cfg(feature = "download")]
mod download;

use crate::context::Context;
use crate::error::Result;
use crate::outcome::Outcome;
use crate::spec::{JobSpec, is_url};

/// What jobs share: loaded models, the policy for URLs.
pub struct Resources {
    /// The folder of installed models.
    pub store: crate::models::ModelStore,
    /// Speech models, each loaded once.
    #[cfg(feature = "speech")]
    pub models: crate::speech::ModelCache,
    /// The face model, opened once.
    #[cfg(feature = "vision")]
    pub faces: crate::vision::FaceModels,
    /// Which URLs may be fetched, and how.
    #[cfg(feature = "download")]
    pub downloads: crate::download::Policy,
}

/// Runs a job to its end.
pub fn run(spec: &JobSpec, resources: &Resources, context: &Context) -> Result<Outcome> {
    let stage = spec.first_stage();
    let context = &context.window(stage, 0.0, 1.0);
    let outcome = match spec {
        JobSpec::Probe(spec) => crate::media::probe(&spec.source, &context.cancel).map(Outcome::Probe),
        JobSpec::Download(spec) => run_download(spec, resources, context),
        JobSpec::Transcribe(spec) => transcribe::run(spec, resources, context).map(Outcome::Transcribe),
        JobSpec::Analyze(spec) => analyze::run(spec, resources, context).map(Outcome::Analyze),
        JobSpec::Render(plan) => render::run(plan, resources, context).map(Outcome::Render),
        JobSpec::Thumbnail(spec) => thumbnail::run(spec, context).map(Outcome::Thumbnail),
        JobSpec::Process(spec) => process::run(spec, resources, context).map(Outcome::Process),
        JobSpec::InstallModel(spec) => model::run(spec, resources, context).map(Outcome::InstallModel),
    };
    outcome.map_err(|error| error.at_stage(stage))
}

#[cfg(feature = "download")]
fn run_download(
    spec: &crate::spec::DownloadSpec,
    resources: &Resources,
    context: &Context,
) -> Result<Outcome> {
    download::run(spec, resources, context).map(Outcome::Download)
}

#[cfg(not(feature = "download"))]
fn run_download(_: &crate::spec::DownloadSpec, _: &Resources, _: &Context) -> Result<Outcome> {
    Err(without("download"))
}

/// The refusal of a job whose room was left out of the build. The engine asks before it accepts
/// the job.
pub fn refuse_missing_room(spec: &JobSpec) -> Result<()> {
    let speech = cfg!(feature = "speech");
    let download = cfg!(feature = "download");
    let vision = cfg!(feature = "vision");
    match spec {
        JobSpec::Transcribe(_) | JobSpec::Analyze(_) if !speech => Err(without("speech")),
        JobSpec::InstallModel(spec) if !speech && !model::is_face(spec) => Err(without("speech")),
        JobSpec::Download(_) if !download => Err(without("download")),
        JobSpec::Render(plan) if !vision && plan.layout.needs_faces() => Err(without("vision")),
        JobSpec::Process(spec) if !vision && spec.layout().needs_faces() => Err(without("vision")),
        JobSpec::Process(spec) if !speech && process::needs_speech(spec) => Err(without("speech")),
        JobSpec::Process(spec) if !download && is_url(&spec.source) => Err(without("download")),
        JobSpec::Probe(_)
        | JobSpec::Download(_)
        | JobSpec::Transcribe(_)
        | JobSpec::Analyze(_)
        | JobSpec::Render(_)
        | JobSpec::Thumbnail(_)
        | JobSpec::Process(_)
        | JobSpec::InstallModel(_) => Ok(()),
    }
}

fn without(room: &str) -> crate::Error {
    crate::Error::invalid("kind", format_args!("this build of ytclipper lacks the feature `{room}`"))
}
