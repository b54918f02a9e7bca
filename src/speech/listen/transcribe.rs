//! A whole stream of sound to a transcript, several windows at once: two threads on two windows do
//! more than two on one, and ggml's threads, which spin while they wait for each other, do not
//! stall where cores are scarce.

use std::sync::Arc;

use super::decode::{Decoder, Heard};
use super::guard;
use super::segments::{PlacedWord, segments};
use super::timing::spans;
use super::vad::{FRAME_SECONDS, PAD};
use super::window::{Window, Windows};
use super::words::{RawWord, build};
use crate::context::{Context, ThreadLease};
use crate::error::{Error, Result};
use crate::outcome::{Transcript, Word};
use crate::picture::AudioStream;
use crate::speech::model::LoadedModel;

/// A language is settled once it was detected with this probability.
const SURE: f64 = 0.5;
/// Windows after which the likeliest language so far is taken.
const DETECTIONS: usize = 3;
/// Seconds of speech after the last word that are worth another decode.
const UNHEARD: f64 = 2.5;
/// Decodes of one window's rest at most.
const RESTS: usize = 3;

/// Turns a stream of sound into words with times. The sound is read and decoded window by window,
/// so its length costs no memory. Without speech the transcript is empty.
///
/// `language` is an ISO 639-1 code; without one it is detected. The context's progress tells the
/// seconds done, its budget lends the threads.
///
/// # Errors
/// `InvalidSpec` for a language that the model does not know; `Cancelled`; the stream's errors;
/// `Internal` where whisper.cpp fails.
pub fn transcribe(
    model: &LoadedModel,
    stream: &mut dyn AudioStream,
    language: Option<&str>,
    ctx: &Context,
) -> Result<Transcript> {
    let mut listener = Listener::new(model, language, ctx)?;
    let duration = stream.duration().filter(|seconds| *seconds > 0.0);
    let mut windows = Windows::new(stream);
    let check = |done: f64| {
        ctx.cancel.check()?;
        report(ctx, done, duration);
        Ok(())
    };
    loop {
        let lease = ctx.threads.lease();
        let lanes = lease.threads().min(most_lanes(model));
        let mut round = Vec::with_capacity(lanes);
        while round.len() < lanes
            && let Some(window) = windows.next(&check)?
        {
            round.push(window);
        }
        if round.is_empty() {
            check(windows.done())?;
            return Ok(listener.finish(windows.done()));
        }
        listener.round(round, lease)?;
        check(windows.done())?;
    }
}

/// Windows of one job that are decoded at once: each has buffers of its own, some 100 MB for
/// `base` and more for larger models.
fn most_lanes(model: &LoadedModel) -> usize {
    match model.facts.shape.audio_state {
        ..=512 => 4,
        513..=768 => 2,
        769.. => 1,
    }
}

fn report(ctx: &Context, done: f64, duration: Option<f64>) {
    let (fraction, message) = match duration {
        Some(duration) => {
            let done = done.min(duration);
            (done / duration, format!("Transcribing {} of {}", clock(done), clock(duration)))
        }
        None => (done / (done + 60.0), format!("Transcribing {}", clock(done))),
    };
    ctx.progress.set(fraction, message);
}

/// `1:02`, or `1:01:02` from an hour on.
fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// What is spoken, as far as it is known.
struct Language {
    code: String,
    probability: f64,
    /// Whether it is detected no more.
    settled: bool,
    detections: usize,
}

impl Language {
    /// The one that was asked for, or one to be detected.
    fn asked(model: &LoadedModel, asked: Option<&str>) -> Result<Self> {
        let settled = asked.is_some() || !model.multilingual();
        let code = asked.unwrap_or("en").to_owned();
        let plain = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase());
        let known = plain
            && whisper_rs::get_lang_id(&code)
                .is_some_and(|id| i64::from(id) < i64::from(model.facts.shape.languages()));
        if !known || (!model.multilingual() && code != "en") {
            return Err(Error::invalid(
                "language",
                format_args!("the model {} does not know the language {code:?}", model.name()),
            ));
        }
        Ok(Self { code, probability: if settled { 1.0 } else { 0.0 }, settled, detections: 0 })
    }

    fn detected(&mut self, code: String, probability: f64) {
        self.detections += 1;
        if probability >= self.probability {
            self.code = code;
            self.probability = probability;
        }
        self.settled = self.probability >= SURE || self.detections >= DETECTIONS;
    }
}

/// The state of one transcription.
struct Listener<'a> {
    model: &'a LoadedModel,
    ctx: &'a Context,
    lanes: Vec<Decoder>,
    language: Language,
    words: Vec<PlacedWord>,
}

impl<'a> Listener<'a> {
    fn new(model: &'a LoadedModel, language: Option<&str>, ctx: &'a Context) -> Result<Self> {
        let language = Language::asked(model, language)?;
        Ok(Self { model, ctx, lanes: Vec::new(), language, words: Vec::new() })
    }

    /// Decodes windows at once and takes what is heard in their order.
    fn round(&mut self, windows: Vec<Window>, lease: ThreadLease) -> Result<()> {
        let lease = Arc::new(lease);
        // Not by the windows of this round: a lone last window on all threads is the case where
        // ggml's threads spin while they wait for one that has no core.
        let threads = (lease.threads() / most_lanes(self.model)).max(1);
        let tried = (self.language.code.clone(), !self.language.settled);
        // Buffers are made when there is speech to decode.
        while self.lanes.len() < windows.len() {
            self.lanes.push(Decoder::new(self.model)?);
        }
        for (lane, window) in self.lanes.iter_mut().zip(&windows) {
            lane.begin(&window.samples, (&tried.0, tried.1), (&lease, threads), self.ctx)?;
        }
        for (index, window) in windows.into_iter().enumerate() {
            let mut heard = self.lanes[index].finish(self.ctx)?;
            if let Some((code, probability)) = heard.language.take()
                && !self.language.settled
            {
                self.language.detected(code, probability);
            }
            if self.language.code != tried.0 {
                heard = self.hear(index, &window, (&lease, threads))?;
            }
            self.take(index, window, heard, (&lease, threads))?;
        }
        Ok(())
    }

    fn hear(&mut self, lane: usize, window: &Window, lent: (&Arc<ThreadLease>, usize)) -> Result<Heard> {
        let lane = &mut self.lanes[lane];
        lane.begin(&window.samples, (&self.language.code, false), lent, self.ctx)?;
        lane.finish(self.ctx)
    }

    /// Takes what was heard in a window, and decodes again what was left unheard of it.
    fn take(
        &mut self,
        lane: usize,
        mut window: Window,
        mut heard: Heard,
        lent: (&Arc<ThreadLease>, usize),
    ) -> Result<()> {
        for _ in 0..RESTS {
            let words = build(&heard.pieces, &self.language.code);
            let Some(last) = self.place(&window, words) else { return Ok(()) };
            if speech_after(&window, last) < UNHEARD {
                return Ok(());
            }
            window = window.rest(last);
            heard = self.hear(lane, &window, lent)?;
        }
        let words = build(&heard.pieces, &self.language.code);
        self.place(&window, words);
        Ok(())
    }

    /// Gives words their times and keeps the true ones; where the last of them ends, in seconds
    /// of the window.
    fn place(&mut self, window: &Window, words: Vec<RawWord>) -> Option<f64> {
        if guard::is_guess(&words, speech_after(window, 0.0)) {
            return None;
        }
        let spans = spans(&words, &window.frames, window.seconds());
        let last = spans.last()?.end;
        let kept = guard::kept(&words);
        let floor = self.words.last().map_or(0.0, |placed| placed.word.end);
        for ((word, span), kept) in words.into_iter().zip(spans).zip(kept) {
            if !kept || !is_spoken(window, span.start, span.end) {
                continue;
            }
            let (start, end) = (window.start() + span.start, window.start() + span.end);
            self.words.push(PlacedWord {
                word: Word {
                    word: word.text,
                    start: rounded(start.max(floor)),
                    end: rounded(end.max(floor + 0.02)),
                    probability: Some(rounded(word.probability.clamp(0.0, 1.0))),
                },
                spaced: word.spaced,
                begins_segment: word.begins_segment,
            });
        }
        Some(last)
    }

    fn finish(self, duration: f64) -> Transcript {
        let separator = if self.words.iter().skip(1).any(|word| word.spaced) { " " } else { "" };
        let segments = segments(self.words);
        let texts: Vec<&str> = segments.iter().map(|segment| segment.text.as_str()).collect();
        Transcript {
            language: self.language.code,
            language_probability: rounded(self.language.probability),
            full_text: texts.join(separator),
            segments,
            model: self.model.name().to_owned(),
            duration: rounded(duration),
            cached: false,
        }
    }
}

/// To a millisecond, as people read it.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Whether a span of a window meets a run of speech, which is padded already.
fn is_spoken(window: &Window, start: f64, end: f64) -> bool {
    let (first, last) = ((start / FRAME_SECONDS) as usize, (end / FRAME_SECONDS) as usize);
    window.speech.iter().any(|run| run.start <= last && first <= run.end)
}

/// Seconds of speech after a time of the window, less the padding.
fn speech_after(window: &Window, seconds: f64) -> f64 {
    let from = (seconds / FRAME_SECONDS) as usize;
    let frames: usize =
        window.speech.iter().map(|run| run.end.saturating_sub(PAD).saturating_sub(run.start.max(from))).sum();
    frames as f64 * FRAME_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_reads_as_people_write_it() {
        assert_eq!((clock(62.4).as_str(), clock(3661.0).as_str()), ("1:02", "1:01:01"));
    }

    #[test]
    fn a_language_settles_when_sure_or_after_some_windows() {
        let mut language = Language { code: "en".into(), probability: 0.0, settled: false, detections: 0 };
        language.detected("de".into(), 0.3);
        assert!(!language.settled);
        language.detected("en".into(), 0.2);
        assert_eq!(language.code, "de");
        language.detected("nl".into(), 0.2);
        assert!(language.settled);
    }

    #[test]
    fn speech_is_counted_after_a_time_only() {
        let window =
            Window { position: 0, samples: Vec::new(), frames: Vec::new(), speech: vec![0..100, 200..300] };
        let after = speech_after(&window, 150.0 * FRAME_SECONDS);
        assert!((after - (100 - PAD) as f64 * FRAME_SECONDS).abs() < 1e-9);
        assert!(is_spoken(&window, 1.0, 1.2) && !is_spoken(&window, 2.0, 2.5));
    }
}
