//! Cuts a stream of sound into windows of speech that fit whisper's 30 s, at pauses where there
//! are any. Silence is left out. No more than one window and its margin is ever held.

use std::ops::Range;

use super::vad::{FRAME, FRAME_SECONDS, Frame, RATE, frames, speech};
use crate::error::{Error, Result};
use crate::picture::AudioStream;

/// Samples that are looked at when a cut is chosen: 30 s, in whole frames.
const LOOK: usize = 30 * RATE / FRAME * FRAME;
/// A window is cut between these frames, where its speech is longer.
const CUT: Range<usize> = 1150..1780;
/// Frames of silence that end a window before it is full: 4 s.
const LONG_PAUSE: usize = 250;
/// Frames that a cut's quietness is judged over: 0.2 s.
const QUIET: usize = 13;
/// Silent samples that are kept when there is no speech: a word may begin in them.
const KEPT: usize = 32 * FRAME;

/// A stretch of speech to be decoded at once.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// Position of its first sample in the stream.
    pub position: u64,
    /// Its sound.
    pub samples: Vec<f32>,
    /// What is known of its frames.
    pub frames: Vec<Frame>,
    /// Its runs of speech, as frame numbers.
    pub speech: Vec<Range<usize>>,
}

impl Window {
    /// When it begins, in seconds.
    pub(crate) fn start(&self) -> f64 {
        self.position as f64 / RATE as f64
    }

    /// How long it is, in seconds.
    pub(crate) fn seconds(&self) -> f64 {
        self.samples.len() as f64 / RATE as f64
    }

    /// The part from `seconds` on.
    pub(crate) fn rest(&self, seconds: f64) -> Self {
        let frame = ((seconds / FRAME_SECONDS) as usize).min(self.frames.len());
        Self {
            position: self.position + (frame * FRAME) as u64,
            samples: self.samples[frame * FRAME..].to_vec(),
            frames: self.frames[frame..].to_vec(),
            speech: self
                .speech
                .iter()
                .filter(|run| run.end > frame)
                .map(|run| run.start.saturating_sub(frame)..run.end - frame)
                .collect(),
        }
    }
}

/// Reads a stream and gives its windows one after the other.
pub(crate) struct Windows<'a> {
    stream: &'a mut dyn AudioStream,
    buffer: Vec<f32>,
    /// Position of the buffer's first sample in the stream.
    position: u64,
    ended: bool,
    /// Whether what is no speech is left out.
    gated: bool,
}

impl<'a> Windows<'a> {
    /// Windows of a stream at 16 kHz: of its speech where they are `gated`, else of all of it.
    pub(crate) fn new(stream: &'a mut dyn AudioStream, gated: bool) -> Self {
        Self { stream, buffer: Vec::with_capacity(LOOK + RATE), position: 0, ended: false, gated }
    }

    /// How much of the stream has been given or left out, in seconds.
    pub(crate) fn done(&self) -> f64 {
        self.position as f64 / RATE as f64
    }

    /// The next window, or `None` once the stream has no more speech. `check` is asked between
    /// reads and may stop it.
    pub(crate) fn next(&mut self, check: &dyn Fn() -> Result<()>) -> Result<Option<Window>> {
        loop {
            self.fill(check)?;
            let frames = frames(&self.buffer);
            let all = 0..frames.len();
            let runs =
                if self.gated { speech(&frames) } else { Vec::from_iter((!all.is_empty()).then_some(all)) };
            let Some(first) = runs.first() else {
                if self.ended {
                    self.drop_front(self.buffer.len());
                    return Ok(None);
                }
                self.drop_front(self.buffer.len().saturating_sub(KEPT));
                continue;
            };
            // Silence before the speech makes room for more of it.
            if first.start > 0 && !self.ended {
                let silence = first.start * FRAME;
                self.drop_front(silence);
                continue;
            }
            return Ok(Some(self.take(&frames, &runs)));
        }
    }

    fn fill(&mut self, check: &dyn Fn() -> Result<()>) -> Result<()> {
        while !self.ended && self.buffer.len() < LOOK {
            check()?;
            match self.stream.next_run()? {
                None => self.ended = true,
                Some(run) if run.rate as usize != RATE => {
                    return Err(Error::internal(format!("speech is read at 16000 Hz, not {}", run.rate)));
                }
                // A broken decoder's NaN would poison all that follows.
                Some(run) => self.buffer.extend(
                    run.samples
                        .iter()
                        .map(|sample| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }),
                ),
            }
        }
        Ok(())
    }

    fn drop_front(&mut self, samples: usize) {
        self.buffer.drain(..samples);
        self.position += samples as u64;
    }

    fn take(&mut self, frames: &[Frame], runs: &[Range<usize>]) -> Window {
        let begin = runs[0].start;
        let end = end_of_window(frames, runs, self.ended);
        let window = Window {
            position: self.position + (begin * FRAME) as u64,
            samples: self.buffer[begin * FRAME..end * FRAME].to_vec(),
            frames: frames[begin..end].to_vec(),
            speech: runs
                .iter()
                .filter(|run| run.start < end)
                .map(|run| run.start - begin..run.end.min(end) - begin)
                .collect(),
        };
        self.drop_front(end * FRAME);
        window
    }
}

/// The frame that ends the window which begins with the first run.
fn end_of_window(frames: &[Frame], runs: &[Range<usize>], ended: bool) -> usize {
    let begin = runs[0].start;
    let full = begin + CUT.end;
    let pause = runs.windows(2).find(|pair| pair[1].start - pair[0].end >= LONG_PAUSE);
    if let Some(pair) = pause
        && pair[0].end <= full
    {
        return pair[0].end;
    }
    let last = runs[runs.len() - 1].end;
    // Speech that ends well before the buffer does may be followed by a pause that goes on.
    if last <= full && (ended || frames.len() >= last + LONG_PAUSE) {
        return last;
    }
    quietest(frames, begin + CUT.start..full.min(frames.len()))
}

/// The middle of the quietest 0.2 s in a range of frames.
fn quietest(frames: &[Frame], range: Range<usize>) -> usize {
    let loudness = |at: usize| -> f32 {
        frames[at..at + QUIET].iter().map(|frame| frame.voice + (frame.level + 100.0) / 100.0).sum()
    };
    let last = range.end.saturating_sub(QUIET);
    (range.start..last.max(range.start + 1))
        .filter(|at| at + QUIET <= frames.len())
        .min_by(|a, b| loudness(*a).total_cmp(&loudness(*b)))
        .map_or(range.end, |at| at + QUIET / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(voices: &[(usize, f32)]) -> Vec<Frame> {
        voices
            .iter()
            .flat_map(|(count, voice)| {
                std::iter::repeat_n(Frame { voice: *voice, level: -60.0 + 40.0 * voice }, *count)
            })
            .collect()
    }

    fn end(voices: &[(usize, f32)], ended: bool) -> usize {
        let frames = scores(voices);
        end_of_window(&frames, &speech(&frames), ended)
    }

    #[test]
    fn speech_without_a_pause_is_cut_at_its_quietest() {
        let cut = end(&[(1400, 0.9), (10, 0.6), (465, 0.9)], false);
        assert!((1400..1410).contains(&cut), "{cut}");
    }

    #[test]
    fn a_long_pause_ends_a_window() {
        let cut = end(&[(100, 0.9), (400, 0.1), (1375, 0.9)], false);
        assert!((100..130).contains(&cut), "{cut}");
    }

    #[test]
    fn the_last_speech_is_taken_whole() {
        let cut = end(&[(1700, 0.9), (20, 0.1)], true);
        assert!((1700..=1720).contains(&cut), "{cut}");
    }

    #[test]
    fn no_window_is_longer_than_whisper_hears() {
        let cut = end(&[(1875, 0.9)], true);
        assert!((CUT.start..=CUT.end).contains(&cut), "{cut}");
        assert!(CUT.end as f64 * FRAME_SECONDS < 29.0);
    }

    /// A stream that counts what it gave.
    struct Silence {
        left: usize,
        run: Vec<f32>,
    }

    impl AudioStream for Silence {
        fn next_run(&mut self) -> Result<Option<crate::picture::AudioView<'_>>> {
            if self.left == 0 {
                return Ok(None);
            }
            self.left -= 1;
            Ok(Some(crate::picture::AudioView { samples: &self.run, rate: 16_000, position: 0 }))
        }

        fn duration(&self) -> Option<f64> {
            None
        }
    }

    #[test]
    fn an_hour_of_silence_gives_no_window_and_is_not_held() {
        let mut stream = Silence { left: 3600, run: vec![0.0; RATE] };
        let mut windows = Windows::new(&mut stream, true);
        assert!(windows.next(&|| Ok(())).unwrap().is_none());
        assert_eq!(windows.done(), 3600.0);
        assert!(windows.buffer.capacity() <= LOOK + 2 * RATE, "{}", windows.buffer.capacity());
    }

    #[test]
    fn another_rate_is_refused() {
        struct Fast([f32; 4]);
        impl AudioStream for Fast {
            fn next_run(&mut self) -> Result<Option<crate::picture::AudioView<'_>>> {
                Ok(Some(crate::picture::AudioView { samples: &self.0, rate: 48_000, position: 0 }))
            }
            fn duration(&self) -> Option<f64> {
                None
            }
        }
        assert!(Windows::new(&mut Fast([0.0; 4]), true).next(&|| Ok(())).is_err());
    }

    #[test]
    fn the_rest_of_a_window_keeps_its_place() {
        let frames = scores(&[(10, 0.9), (100, 0.1), (10, 0.9)]);
        let window =
            Window { position: 1000, samples: vec![0.0; 120 * FRAME], frames, speech: vec![0..10, 110..120] };
        let rest = window.rest(100.0 * FRAME_SECONDS);
        assert_eq!(rest.position, 1000 + 100 * FRAME as u64);
        assert_eq!(rest.speech, vec![10..20; 1]);
        assert_eq!(rest.samples.len(), rest.frames.len() * FRAME);
    }
}
