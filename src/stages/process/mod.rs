//! `process`: a source becomes a project folder of finished clips.

mod choose;
mod clip;
mod clips;
mod early;
mod folder;
mod source;
mod words;

use std::collections::BTreeMap;
use std::thread;
use std::time::Instant;

use super::Resources;
use crate::context::Context;
use crate::error::Result;
use crate::outcome::{Download, Project, Stage};
use crate::spec::{ProcessSpec, is_url};

use clips::Studio;
use early::Early;
use folder::ProjectFolder;
use words::Heard;

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
    #[cfg(feature = "vision")]
    if spec.layout().needs_faces() {
        resources.faces.get()?;
    }
    let Material { source, heard, reached: transcribed } =
        fetch_and_hear(spec, resources, context, &mut timings)?;
    let candidates = timings.measure(Stage::Analyzing, || {
        context.window(Stage::Analyzing, transcribed, transcribed).progress.set(0.0, "Choosing clips");
        choose::candidates(spec, &heard, &source)
    })?;
    let folder = ProjectFolder::create(&spec.output_dir, &source.title)?;
    let work = context.window(Stage::Clipping, transcribed, CLIPPED);
    let studio = Studio { spec, source: &source, resources, folder: folder.path(), context: &work };
    let made = timings.measure(Stage::Clipping, || studio.make_all(&candidates))?;
    context.window(Stage::Organizing, CLIPPED, 1.0).progress.set(1.0, "Project is complete");
    context.cancel.check()?;
    Ok(Project {
        folder: folder.keep(),
        title: source.title,
        language: heard.language,
        clips: made.clips,
        failures: made.failures,
        timings: timings.0,
    })
}

/// What clips are chosen from, and the job's progress when it is there.
struct Material {
    source: Download,
    heard: Heard,
    reached: f64,
}

/// Fetches the source and its words; what comes from a URL is listened to while it comes.
fn fetch_and_hear(
    spec: &ProcessSpec,
    resources: &Resources,
    context: &Context,
    timings: &mut Timings,
) -> Result<Material> {
    let downloaded = if is_url(&spec.source) { DOWNLOADED } else { 0.0 };
    let downloading = context.window(Stage::Downloading, 0.0, downloaded);
    let transcribing = context.window(Stage::Transcribing, downloaded, TRANSCRIBED);
    thread::scope(|scope| {
        let mut early = Early::begin(scope, spec, resources, &downloading, &transcribing);
        let (source, info) = timings
            .measure(Stage::Downloading, || source::fetch(spec, early.as_mut(), resources, &downloading))?;
        let has_sound = info.audio.is_some();
        let reached = if words::will_listen(spec, has_sound) { TRANSCRIBED } else { downloaded };
        let heard = timings.measure(Stage::Transcribing, || {
            words::hear(spec, &source.video_path, has_sound, early, resources, &transcribing)
        })?;
        Ok(Material { source, heard, reached })
    })
}

/// Wall-clock seconds by stage; what is understood during the download counts as download.
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
