//! A whole stream of sound to a transcript, several windows at once, told in order.

use std::collections::VecDeque;

use super::decode::Heard;
use super::guard;
use super::lanes::Lanes;
use super::segments::{Open, PlacedWord};
use super::timing::spans;
use super::vad::{FRAME_SECONDS, PAD};
use super::window::{Window, Windows};
use super::words::{RawWord, build};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::outcome::{Segment, Transcript, Word};
use crate::picture::AudioStream;
use crate::spec::SpeechOptions;
use crate::speech::model::LoadedModel;

/// A language is settled once it was detected with this probability.
const SURE: f64 = 0.5;
/// Windows after which the likeliest language so far is taken.
const DETECTIONS: usize = 3;
/// Seconds of speech after the last word that are worth another decode.
const UNHEARD: f64 = 2.5;
/// Decodes of one window's rest at most.
const RESTS: usize = 3;
/// Windows that are held at most for each that is decoded at once: a slow one does not stop those
/// after it.
const HELD: usize = 3;

/// How a transcript is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// ISO 639-1 code of what is spoken; detected where absent.
    pub language: Option<&'a str>,
    /// How the model listens.
    pub options: &'a SpeechOptions,
}

static PLAIN: SpeechOptions = SpeechOptions::PLAIN;

impl Default for Wish<'static> {
    fn default() -> Self {
        Self { language: None, options: &PLAIN }
    }
}

/// Turns a stream of sound into words with times. The sound is read and decoded window by window,
/// so its length costs no memory. Without speech the transcript is empty. Neither the number of
/// threads nor that of other jobs changes what is heard.
///
/// The context's progress tells the seconds done and hands on the segments as they are settled, its
/// budget lends the threads.
///
/// # Errors
/// `InvalidSpec` for a language that the model does not know; `Cancelled`; the stream's errors;
/// `Internal` where whisper.cpp fails.
pub fn transcribe(
    model: &LoadedModel,
    stream: &mut dyn AudioStream,
    wish: Wish<'_>,
    ctx: &Context,
) -> Result<Transcript> {
    let duration = stream.duration().filter(|seconds| *seconds > 0.0);
    let windows = Windows::new(stream, wish.options.voice_activity);
    let mut desk = Desk {
        lanes: Lanes::new(model, wish.options, ctx),
        listener: Listener::new(model, wish)?,
        windows,
        ahead: None,
        ended: false,
        tasks: VecDeque::new(),
        first: 0,
        again: VecDeque::new(),
        duration,
        ctx,
    };
    while desk.turn()? {}
    let done = desk.windows.done();
    report(ctx, done, duration.map(|_| done), desk.listener.open.take_rest());
    Ok(desk.listener.finish(done))
}

/// A window on its way.
struct Task {
    window: Window,
    /// The language that it is decoded in.
    tried: String,
    /// How often its rest was decoded.
    rests: usize,
    heard: Option<Heard>,
}

/// Hands windows to decoders and takes what they heard in order.
struct Desk<'a> {
    lanes: Lanes<'a>,
    listener: Listener<'a>,
    windows: Windows<'a>,
    /// The next window, read while others are decoded.
    ahead: Option<Window>,
    ended: bool,
    /// The windows that are not settled, in order.
    tasks: VecDeque<Task>,
    /// Number of the first of them.
    first: usize,
    /// Numbers of those that have to be decoded once more, before any other.
    again: VecDeque<usize>,
    duration: Option<f64>,
    ctx: &'a Context,
}

impl Desk<'_> {
    /// One round of handing out and taking in; whether more are left.
    fn turn(&mut self) -> Result<bool> {
        self.hand_out()?;
        self.read_ahead()?;
        if self.lanes.busy() == 0 {
            let left = self.ahead.is_some() || !self.ended;
            self.report();
            return Ok(left);
        }
        if let Some((ticket, heard)) = self.lanes.wait()?
            && let Some(task) = self.tasks.get_mut(ticket - self.first)
        {
            task.heard = Some(heard);
        }
        while let Some(heard) = self.tasks.front_mut().and_then(|task| task.heard.take()) {
            self.settle(heard);
        }
        self.report();
        Ok(true)
    }

    /// Gives free decoders their work.
    fn hand_out(&mut self) -> Result<()> {
        while self.lanes.busy() < self.lanes.most() {
            let ticket = if let Some(ticket) = self.again.pop_front() {
                ticket
            } else if self.tasks.len() < HELD * self.lanes.most()
                && let Some(window) = self.next_window()?
            {
                let tried = self.listener.language.code.clone();
                self.tasks.push_back(Task { window, tried, rests: 0, heard: None });
                self.first + self.tasks.len() - 1
            } else {
                return Ok(());
            };
            let task = &self.tasks[ticket - self.first];
            let detect = !self.listener.language.settled;
            self.lanes.begin(ticket, &task.window.samples, &task.tried, detect)?;
        }
        Ok(())
    }

    fn next_window(&mut self) -> Result<Option<Window>> {
        if self.ahead.is_none() {
            self.read()?;
        }
        Ok(self.ahead.take())
    }

    fn read_ahead(&mut self) -> Result<()> {
        if self.ahead.is_none() && self.lanes.busy() > 0 { self.read() } else { Ok(()) }
    }

    fn read(&mut self) -> Result<()> {
        if !self.ended {
            self.ahead = self.windows.next(&|| self.ctx.cancel.check())?;
            self.ended = self.ahead.is_none();
        }
        Ok(())
    }

    /// Takes what was heard in the first window, which may have to be decoded again: in another
    /// language, or what was left unheard of it.
    fn settle(&mut self, mut heard: Heard) {
        let Some(mut task) = self.tasks.pop_front() else { return };
        self.listener.language.told(heard.language.take());
        let again = if self.listener.language.code == task.tried {
            self.listener.take(&mut task, &heard)
        } else {
            task.tried.clone_from(&self.listener.language.code);
            true
        };
        if again {
            self.tasks.push_front(task);
            self.again.push_front(self.first);
        } else {
            self.first += 1;
        }
    }

    fn report(&mut self) {
        let settled = self.tasks.front().map(|task| task.window.start());
        let settled = settled.or_else(|| self.ahead.as_ref().map(Window::start));
        let done = settled.unwrap_or_else(|| self.windows.done()) + self.lanes.underway();
        let segments = self.listener.open.take_final();
        report(self.ctx, done.min(self.windows.done()), self.duration, segments);
    }
}

fn report(ctx: &Context, done: f64, duration: Option<f64>, segments: Vec<Segment>) {
    let (fraction, message) = match duration {
        Some(duration) => {
            let done = done.min(duration);
            (done / duration, format!("Transcribing {} of {}", clock(done), clock(duration)))
        }
        None => (done / (done + 60.0), format!("Transcribing {}", clock(done))),
    };
    ctx.progress.tell(fraction, message, segments);
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

    /// Takes what a window was detected as.
    fn told(&mut self, detected: Option<(String, f64)>) {
        let Some((code, probability)) = detected.filter(|_| !self.settled) else { return };
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
    language: Language,
    /// Whether what is no speech is left out.
    gated: bool,
    /// When the last word ends.
    floor: f64,
    open: Open,
}

impl<'a> Listener<'a> {
    fn new(model: &'a LoadedModel, wish: Wish<'_>) -> Result<Self> {
        if wish.options.translate && !model.multilingual() {
            let message = format_args!("the model {} knows English only", model.name());
            return Err(Error::invalid("options.translate", message));
        }
        let language = Language::asked(model, wish.language)?;
        Ok(Self { model, language, gated: wish.options.voice_activity, floor: 0.0, open: Open::default() })
    }

    /// Takes what was heard in a window; whether its rest, which then is the window, has to be
    /// decoded as well.
    fn take(&mut self, task: &mut Task, heard: &Heard) -> bool {
        let words = build(&heard.pieces, &self.language.code);
        let Some(last) = self.place(&task.window, words) else { return false };
        if !self.gated || task.rests == RESTS || speech_after(&task.window, last) < UNHEARD {
            return false;
        }
        task.rests += 1;
        task.window = task.window.rest(last);
        true
    }

    /// Gives words their times and keeps the true ones; where the last of them ends, in seconds
    /// of the window.
    fn place(&mut self, window: &Window, words: Vec<RawWord>) -> Option<f64> {
        if self.gated && guard::is_guess(&words, speech_after(window, 0.0), self.language.probability) {
            return None;
        }
        let spans = spans(&words, &window.frames, window.seconds());
        if self.gated && guard::is_crowded(spans.iter().map(|span| span.end - span.start)) {
            return None;
        }
        let last = spans.last()?.end;
        let kept = guard::kept(&words);
        let floor = self.floor;
        for ((word, span), kept) in words.into_iter().zip(spans).zip(kept) {
            if !kept || (self.gated && !is_spoken(window, span.start, span.end)) {
                continue;
            }
            let (start, end) = (window.start() + span.start, window.start() + span.end);
            let (start, end) = (rounded(start.max(floor)), rounded(end.max(floor + 0.02)));
            self.floor = end;
            self.open.push(PlacedWord {
                word: Word {
                    word: word.text,
                    start,
                    end,
                    probability: Some(rounded(word.probability.clamp(0.0, 1.0))),
                },
                spaced: word.spaced,
                begins_segment: word.begins_segment,
            });
        }
        Some(last)
    }

    fn finish(self, duration: f64) -> Transcript {
        let separator = if self.open.is_spaced() { " " } else { "" };
        let segments = self.open.finish();
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
        language.told(Some(("de".into(), 0.3)));
        assert!(!language.settled);
        language.told(Some(("en".into(), 0.2)));
        assert_eq!(language.code, "de");
        language.told(Some(("nl".into(), 0.2)));
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
