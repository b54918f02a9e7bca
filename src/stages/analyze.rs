//! `analyze`: a transcript, and the clips that it offers.

use super::Resources;
use super::transcribe;
use crate::analysis::find_interesting_clips;
use crate::context::Context;
use crate::error::Result;
use crate::outcome::{Analysis, Stage};
use crate::spec::AnalyzeSpec;

/// Transcribes and chooses.
pub(super) fn run(spec: &AnalyzeSpec, resources: &Resources, context: &Context) -> Result<Analysis> {
    let transcript =
        transcribe::run(&spec.transcribe, resources, &context.window(Stage::Transcribing, 0.0, 0.98))?;
    context.window(Stage::Analyzing, 0.98, 1.0).progress.set(0.0, "Choosing clips");
    let clips = find_interesting_clips(&transcript.segments, &spec.selection, Some(transcript.duration));
    Ok(Analysis { transcript, clips })
}
