//! Where a job's words come from: the caller, or the source's speech.

use std::path::Path;

use crate::context::Context;
use crate::error::Result;
use crate::outcome::{Segment, Word};
use crate::spec::{ProcessSpec, TranscribeSpec};
use crate::stages::{Resources, transcribe};

/// What is known of a source's speech.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// Language, empty where nothing was transcribed.
    pub language: String,
    /// Segments, empty where nothing was transcribed.
    pub segments: Vec<Segment>,
    /// All words in source time.
    pub words: Vec<Word>,
}

/// Whether the speech must be transcribed: to find clips, or to caption those that the caller
/// chose without bringing their words.
pub(in crate::stages) fn needs_speech(spec: &ProcessSpec) -> bool {
    let wordless = || spec.clips.iter().any(|clip| clip.words.is_empty());
    spec.clips.is_empty() || (spec.burn_captions && spec.full_transcript_words.is_empty() && wordless())
}

/// A model that is not installed is told before anything is downloaded.
#[cfg(feature = "speech")]
pub(super) fn check_model(spec: &ProcessSpec, resources: &Resources) -> Result<()> {
    if needs_speech(spec) {
        resources.models.store().path(&spec.model)?;
    }
    Ok(())
}

/// Listens where that is needed.
pub(super) fn hear(
    spec: &ProcessSpec,
    source: &Path,
    resources: &Resources,
    context: &Context,
) -> Result<Heard> {
    if !needs_speech(spec) {
        return Ok(Heard { words: spec.full_transcript_words.clone(), ..Heard::default() });
    }
    let mut request = TranscribeSpec::new(source);
    request.model.clone_from(&spec.model);
    request.language.clone_from(&spec.language);
    let transcript = transcribe::run(&request, resources, context)?;
    let words = transcript.words().cloned().collect();
    Ok(Heard { language: transcript.language, segments: transcript.segments, words })
}
