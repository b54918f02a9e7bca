//! `process`: a source becomes a project folder of finished clips.

mod choose;
mod clip;
mod folder;
mod source;
mod words;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use super::Resources;
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::{Clip, ClipCandidate, ClipFailure, Download, Project, Stage};
use crate::spec::ProcessSpec;

use folder::ProjectFolder;

pub(super) use source::is_url;
pub(super) use words::needs_speech;

/// Shares of the whole that each stage takes, as fractions of progress.
const DOWNLOADED: f64 = 0.12;
const TRANSCRIBED: f64 = 0.40;
const CLIPPED: f64 = 0.98;

/// Runs the main job. On failure or cancellation the project's folder is removed again.
pub(super) fn run(spec: &ProcessSpec, resources: &Resources, context: &Context) -> Result<Project> {
    let mut timings = Timings::default();
    #[cfg(feature = "speech")]
    words::check_model(spec, resources)?;
    let downloaded = if is_url(&spec.source) { DOWNLOADED } else { 0.0 };
    let (source, info) = timings.measure(Stage::Downloading, || {
        source::fetch(spec, resources, &context.window(Stage::Downloading, 0.0, downloaded))
    })?;
    let has_sound = info.audio.is_some();
    let transcribed = if words::will_listen(spec, has_sound) { TRANSCRIBED } else { downloaded };
    let heard = timings.measure(Stage::Transcribing, || {
        words::hear(
            spec,
            &source.video_path,
            has_sound,
            resources,
            &context.window(Stage::Transcribing, downloaded, transcribed),
        )
    })?;
    let candidates = timings.measure(Stage::Analyzing, || {
        context.window(Stage::Analyzing, transcribed, transcribed).progress.set(0.0, "Choosing clips");
        choose::candidates(spec, &heard, &source)
    })?;
    let folder = ProjectFolder::create(&spec.output_dir, &source.title)?;
    let work = context.window(Stage::Clipping, transcribed, CLIPPED);
    let (clips, failures) =
        timings.measure(Stage::Clipping, || render_all(spec, &candidates, &source, folder.path(), &work))?;
    context.window(Stage::Organizing, CLIPPED, 1.0).progress.set(1.0, "Project is complete");
    context.cancel.check()?;
    Ok(Project {
        folder: folder.keep(),
        title: source.title,
        language: heard.language,
        clips,
        failures,
        timings: timings.0,
    })
}

fn render_all(
    spec: &ProcessSpec,
    candidates: &[ClipCandidate],
    source: &Download,
    folder: &Path,
    context: &Context,
) -> Result<(Vec<Clip>, Vec<ClipFailure>)> {
    let (mut clips, mut failures, mut first_error) = (Vec::new(), Vec::new(), None);
    let total = candidates.len() as f64;
    for (index, candidate) in candidates.iter().enumerate() {
        let (from, to) = (index as f64 / total, (index as f64 + 1.0) / total);
        let mut window = context.window(Stage::Clipping, from, to);
        window.progress = window.progress.labelled(format!("Clip {} of {}: ", index + 1, candidates.len()));
        match clip::make(spec, candidate, source, folder, &window) {
            Ok(clip) => clips.push(clip),
            Err(error) if stops_all(&error) => return Err(error),
            Err(error) => {
                failures.push(ClipFailure {
                    clip_number: candidate.clip_number,
                    kind: error.kind().to_string(),
                    message: error.message().to_owned(),
                });
                first_error.get_or_insert(error);
            }
        }
    }
    match first_error {
        Some(error) if clips.is_empty() => Err(error),
        Some(_) | None => Ok((clips, failures)),
    }
}

/// Whether the next clip would fail in the same way.
fn stops_all(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::NoSpace | ErrorKind::CorruptMedia)
}

/// Wall-clock seconds by stage.
#[derive(Default)]
struct Timings(BTreeMap<String, f64>);

impl Timings {
    fn measure<T>(&mut self, stage: Stage, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let begun = Instant::now();
        let result = work().map_err(|error| error.at_stage(stage));
        let seconds = (begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
        self.0.insert(stage.to_string(), seconds);
        result
    }
}
