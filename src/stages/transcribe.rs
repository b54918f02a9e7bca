//! `transcribe`: a file's speech becomes words, or comes from the cache beside it.

use super::Resources;
use crate::context::Context;
use crate::error::Result;
use crate::outcome::Transcript;
use crate::picture::AudioStream;
use crate::spec::TranscribeSpec;

/// Transcribes a file.
#[cfg(feature = "speech")]
pub(super) fn run(spec: &TranscribeSpec, resources: &Resources, context: &Context) -> Result<Transcript> {
    use crate::speech::cache;

    let mut audio = crate::media::AudioReader::open(&spec.source, &context.cancel)?;
    context.progress.set(0.0, format!("Loading the model {}", spec.model));
    let model = resources.models.get(&spec.model)?;
    let key = if spec.cache { Some(cache::CacheKey::new(&spec.source, &model, wish(spec))?) } else { None };
    if let Some(known) = key.as_ref().and_then(|key| cache::load(&spec.source, key)) {
        context.progress.set(1.0, "Read the transcript from its cache");
        return Ok(known);
    }
    let transcript = crate::speech::transcribe(&model, &mut audio, wish(spec), context)?;
    if let Some(key) = &key {
        cache::store(&spec.source, key, &transcript);
    }
    Ok(transcript)
}

/// Transcribes a stream as `spec` says; its file is not looked at.
#[cfg(feature = "speech")]
pub(super) fn listen(
    spec: &TranscribeSpec,
    stream: &mut dyn AudioStream,
    resources: &Resources,
    context: &Context,
) -> Result<Transcript> {
    let model = resources.models.get(&spec.model)?;
    crate::speech::transcribe(&model, stream, wish(spec), context)
}

/// Keeps a transcript of the file of `spec` for the next time, where it says so.
#[cfg(feature = "speech")]
pub(super) fn keep(spec: &TranscribeSpec, transcript: &Transcript, resources: &Resources) -> Result<()> {
    use crate::speech::cache;

    if spec.cache {
        let model = resources.models.get(&spec.model)?;
        cache::store(&spec.source, &cache::CacheKey::new(&spec.source, &model, wish(spec))?, transcript);
    }
    Ok(())
}

#[cfg(feature = "speech")]
fn wish(spec: &TranscribeSpec) -> crate::speech::Wish<'_> {
    crate::speech::Wish { language: spec.language.as_deref(), options: &spec.options }
}

/// Without the room there is nothing to transcribe with.
#[cfg(not(feature = "speech"))]
pub(super) fn run(_: &TranscribeSpec, _: &Resources, _: &Context) -> Result<Transcript> {
    Err(super::without("speech"))
}

/// As [`run`].
#[cfg(not(feature = "speech"))]
pub(super) fn listen(
    _: &TranscribeSpec,
    _: &mut dyn AudioStream,
    _: &Resources,
    _: &Context,
) -> Result<Transcript> {
    Err(super::without("speech"))
}

/// As [`run`].
#[cfg(not(feature = "speech"))]
pub(super) fn keep(_: &TranscribeSpec, _: &Transcript, _: &Resources) -> Result<()> {
    Err(super::without("speech"))
}
