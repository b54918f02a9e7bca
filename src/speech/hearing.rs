//! When somebody speaks, and how loud it is, without any words.

use super::listen::{FRAME, FRAME_SECONDS, Frame, RATE, frames, speech};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::outcome::TimeRange;
use crate::picture::{AudioStream, AudioView};

/// Samples that are judged at once: 30 s, in whole frames.
const CHUNK: usize = 30 * RATE / FRAME * FRAME;
/// Values of an envelope a second.
pub const ENVELOPE_RATE: f64 = 25.0;
/// Samples of one value of an envelope.
const VALUE: usize = 640;

/// What is heard in a span of sound.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heard {
    /// When somebody speaks, in seconds of the stream, in order, none overlapping another.
    pub speech: Vec<TimeRange>,
    /// Root mean square of each 40 ms from `start` on, 0 to 1: [`ENVELOPE_RATE`] values a second.
    pub envelope: Vec<f32>,
    /// Time of the first sample, in seconds of the stream.
    pub start: f64,
}

/// Listens to the span `from` to `to` (seconds) of a stream of 16 kHz mono sound. No model is
/// needed. What the stream has before the span is read and left out; no more than 30 s are held.
/// Where the stream ends early, so does what is heard.
///
/// # Errors
/// `Cancelled`; the stream's errors; `Internal` for sound of another rate.
pub fn hear(stream: &mut dyn AudioStream, from: f64, to: f64, ctx: &Context) -> Result<Heard> {
    let mut ear = Ear::new(from, to);
    while ear.wants() {
        ctx.cancel.check()?;
        let Some(run) = stream.next_run()? else { break };
        if run.rate as usize != RATE {
            return Err(Error::internal(format!("speech is heard at 16000 Hz, not {}", run.rate)));
        }
        ear.take(&run);
    }
    Ok(ear.finish())
}

/// Sound on its way to frames and an envelope.
struct Ear {
    /// First sample of the span, and the sample after its last.
    span: (u64, u64),
    /// Samples of the span that were taken.
    taken: u64,
    /// Those that were not judged yet.
    buffer: Vec<f32>,
    frames: Vec<Frame>,
    envelope: Vec<f32>,
}

impl Ear {
    fn new(from: f64, to: f64) -> Self {
        let sample = |seconds: f64| (seconds.max(0.0) * RATE as f64).round() as u64;
        Self {
            span: (sample(from), sample(to)),
            taken: 0,
            buffer: Vec::new(),
            frames: Vec::new(),
            envelope: Vec::new(),
        }
    }

    /// Position in the stream of the next sample that is wanted.
    fn next(&self) -> u64 {
        self.span.0 + self.taken
    }

    fn wants(&self) -> bool {
        self.next() < self.span.1
    }

    /// Takes what a run has of the span; a gap before it is silence.
    fn take(&mut self, run: &AudioView<'_>) {
        let gap = run.position.min(self.span.1).saturating_sub(self.next());
        self.extend(gap, std::iter::repeat_n(0.0, usize::try_from(gap).unwrap_or(usize::MAX)));
        let length = run.samples.len() as u64;
        let end = (run.position + length).min(self.span.1);
        let (skip, count) =
            (self.next().saturating_sub(run.position).min(length), end.saturating_sub(self.next()));
        let wanted = run.samples.iter().skip(skip as usize).take(count as usize);
        // A broken decoder's NaN would poison all that follows.
        self.extend(
            count.min(length - skip),
            wanted.map(|s| if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 }),
        );
    }

    fn extend(&mut self, count: u64, samples: impl Iterator<Item = f32>) {
        self.taken += count;
        for sample in samples {
            self.buffer.push(sample);
            if self.buffer.len() == CHUNK {
                self.judge();
            }
        }
    }

    fn judge(&mut self) {
        self.frames.extend(frames(&self.buffer));
        self.envelope.extend(self.buffer.chunks(VALUE).map(level));
        self.buffer.clear();
    }

    fn finish(mut self) -> Heard {
        self.judge();
        let start = self.span.0 as f64 / RATE as f64;
        let end = self.next() as f64 / RATE as f64;
        let time = |frame: usize| start + frame as f64 * FRAME_SECONDS;
        let speech = speech(&self.frames)
            .into_iter()
            .map(|run| TimeRange { start: time(run.start), end: time(run.end).min(end) })
            .collect();
        Heard { speech, envelope: self.envelope, start }
    }
}

fn level(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs of a second, from a position on.
    struct Made {
        samples: Vec<f32>,
        position: u64,
        given: usize,
        rate: u32,
    }

    impl AudioStream for Made {
        fn next_run(&mut self) -> Result<Option<AudioView<'_>>> {
            let from = self.given.min(self.samples.len());
            self.given = (from + RATE).min(self.samples.len());
            let samples = &self.samples[from..self.given];
            let position = self.position + from as u64;
            Ok((!samples.is_empty()).then_some(AudioView { samples, rate: self.rate, position }))
        }

        fn duration(&self) -> Option<f64> {
            None
        }
    }

    /// A tone that begins at 2 s of 4.
    fn tone(position: u64) -> Made {
        let sample = |at: usize| if at < 2 * RATE { 0.0 } else { 0.5 * (at as f32 * 0.3).sin() };
        Made { samples: (0..4 * RATE).map(sample).collect(), position, given: 0, rate: 16_000 }
    }

    fn envelope(mut stream: Made, from: f64, to: f64) -> Heard {
        hear(&mut stream, from, to, &Context::detached()).unwrap()
    }

    #[test]
    fn the_envelope_is_that_of_the_span() {
        let heard = envelope(tone(0), 1.5, 3.0);
        assert_eq!((heard.start, heard.envelope.len()), (1.5, 38));
        let loud = heard.envelope.iter().position(|value| *value > 0.3).unwrap();
        assert!((12..=13).contains(&loud), "{loud}");
        assert!(heard.envelope[..12].iter().all(|value| *value == 0.0));
        assert!((heard.envelope[20] - 0.5 / 2.0_f32.sqrt()).abs() < 0.01);
        assert!(heard.speech.is_empty(), "a tone is not speech");
    }

    #[test]
    fn a_stream_that_begins_later_is_placed_by_its_position() {
        let heard = envelope(tone(RATE as u64), 0.0, 9.0);
        assert_eq!(heard.envelope.len(), 125, "to the stream's end");
        assert_eq!(heard.envelope.iter().position(|value| *value > 0.3), Some(75));
    }

    #[test]
    fn a_span_without_length_or_sound_is_silent() {
        assert_eq!(envelope(tone(0), 3.0, 3.0), Heard { start: 3.0, ..Heard::default() });
        assert!(envelope(tone(0), 8.0, 9.0).envelope.is_empty());
        assert!(envelope(tone(0), f64::NAN, f64::NAN).envelope.is_empty());
    }

    #[test]
    fn no_more_than_a_chunk_is_held() {
        let mut ear = Ear::new(0.0, 100.0);
        for second in 0..100 {
            let samples = vec![0.1; RATE];
            ear.take(&AudioView { samples: &samples, rate: 16_000, position: second * RATE as u64 });
            assert!(ear.buffer.len() < CHUNK);
        }
        assert!(!ear.wants());
        assert_eq!(ear.finish().envelope.len(), 2500);
    }

    #[test]
    fn another_rate_is_refused_and_a_cancelled_job_stops() {
        let ctx = Context::detached();
        let mut fast = Made { rate: 48_000, ..tone(0) };
        assert!(hear(&mut fast, 0.0, 1.0, &ctx).is_err());
        ctx.cancel.cancel();
        assert_eq!(hear(&mut tone(0), 0.0, 1.0, &ctx).unwrap_err().kind(), crate::ErrorKind::Cancelled);
    }
}
