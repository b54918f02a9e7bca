//! Where a job's words come from: the caller, or the source's speech.

use std::path::Path;

use super::early::Early;
use crate::context::Context;
use crate::error::Result;
use crate::outcome::{Segment, Transcript, Word};
use crate::spec::{ProcessSpec, TranscribeSpec, is_url};
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

impl From<Transcript> for Heard {
    fn from(transcript: Transcript) -> Self {
        let words = transcript.words().cloned().collect();
        Self { language: transcript.language, segments: transcript.segments, words }
    }
}

/// Whether the speech must be transcribed: to find clips, or to caption those that the caller
/// chose without bringing their words.
pub(in crate::stages) fn needs_speech(spec: &ProcessSpec) -> bool {
    let wordless = || spec.clips.iter().any(|clip| !clip.has_words());
    spec.clips.is_empty() || (spec.burn_captions && spec.full_transcript_words.is_empty() && wordless())
}

/// Whether the source is listened to. Clips that the caller chose may be without sound; then
/// they have no captions. Where clips must be found, the lack of sound is an error that
/// transcription tells.
pub(super) fn will_listen(spec: &ProcessSpec, has_sound: bool) -> bool {
    needs_speech(spec) && (has_sound || spec.clips.is_empty())
}

/// A model that is not installed is told before anything is downloaded. A local source is looked
/// into first: it may have no sound that a model would be needed for.
#[cfg(feature = "speech")]
pub(super) fn check_model(spec: &ProcessSpec, resources: &Resources) -> Result<()> {
    if is_url(&spec.source) && needs_speech(spec) {
        resources.models.store().path(&spec.model)?;
    }
    Ok(())
}

/// Listens where [`will_listen`] says so, unless `early` heard it all while it came.
pub(super) fn hear(
    spec: &ProcessSpec,
    source: &Path,
    has_sound: bool,
    early: Option<Early<'_>>,
    resources: &Resources,
    context: &Context,
) -> Result<Heard> {
    if !will_listen(spec, has_sound) {
        return Ok(Heard { words: spec.full_transcript_words.clone(), ..Heard::default() });
    }
    let request = request(spec, source);
    if let Some(early) = early
        && let Some(transcript) = early.finish(source, context)?
    {
        transcribe::keep(&request, &transcript, resources)?;
        return Ok(transcript.into());
    }
    transcribe::run(&request, resources, context).map(Heard::from)
}

/// How the speech of `source` is transcribed.
pub(super) fn request(spec: &ProcessSpec, source: &Path) -> TranscribeSpec {
    let mut request = TranscribeSpec::new(source);
    request.model.clone_from(&spec.model);
    request.language.clone_from(&spec.language);
    request.options.clone_from(&spec.speech);
    request
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ClipPart, ClipRequest};

    #[test]
    fn words_of_all_parts_spare_the_listening() {
        let word = Word { word: "a".to_owned(), start: 1.0, end: 1.4, probability: None };
        let bare = ClipPart { start: 1.0, end: 2.0, ..ClipPart::default() };
        let worded = ClipPart { words: vec![word], ..bare.clone() };
        let needs = |parts: Vec<ClipPart>| {
            let clips = vec![ClipRequest { parts, ..ClipRequest::default() }];
            needs_speech(&ProcessSpec { clips, ..ProcessSpec::new("a.mp4") })
        };
        assert!(!needs(vec![worded.clone(), worded.clone()]));
        assert!(needs(vec![worded, bare]) && needs(Vec::new()));
    }
}
