//! `transcribe`: a file's speech becomes words, or comes from the cache beside it.

use super::Resources;
use crate::context::Context;
use crate::error::Result;
use crate::outcome::Transcript;
use crate::spec::TranscribeSpec;

/// Transcribes a file.
#[cfg(feature = "speech")]
pub(super) fn run(spec: &TranscribeSpec, resources: &Resources, context: &Context) -> Result<Transcript> {
    use crate::speech::{self, cache};

    let mut audio = crate::media::AudioReader::open(&spec.source, &context.cancel)?;
    context.progress.set(0.0, format!("Loading the model {}", spec.model));
    let model = resources.models.get(&spec.model)?;
    let wish = speech::Wish { language: spec.language.as_deref(), options: &spec.options };
    let key = if spec.cache { Some(cache::CacheKey::new(&spec.source, &model, wish)?) } else { None };
    if let Some(known) = key.as_ref().and_then(|key| cache::load(&spec.source, key)) {
        context.progress.set(1.0, "Read the transcript from its cache");
        return Ok(known);
    }
    let transcript = speech::transcribe(&model, &mut audio, wish, context)?;
    if let Some(key) = &key {
        cache::store(&spec.source, key, &transcript);
    }
    Ok(transcript)
}

/// Without the room there is nothing to transcribe with.
#[cfg(not(feature = "speech"))]
pub(super) fn run(_: &TranscribeSpec, _: &Resources, _: &Context) -> Result<Transcript> {
    Err(super::without("speech"))
}
