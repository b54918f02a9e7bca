//! The joined sound of a plan: parts cut to the sample, cross-faded where the picture is.

use std::path::Path;

use super::audio::{Channels, SoundReader};
use super::fade::blend_samples;
use super::timeline::Timeline;
use crate::context::CancelToken;
use crate::error::Result;

/// Samples a second of every output.
pub(super) const SAMPLE_RATE: u32 = 48_000;
/// Channels of every output.
pub(super) const CHANNELS: Channels = Channels::Stereo;
const WIDTH: usize = 2;

/// Reads the sound of a timeline in order. Each part must be begun before it is read.
pub(super) struct Soundtrack {
    sound: SoundReader,
    timeline: Timeline,
    part: usize,
    begun: bool,
    /// Output samples read so far.
    position: u64,
    /// The begin of this part, mixed with the end of the one before.
    head: Vec<f32>,
}

impl Soundtrack {
    /// Opens the sound of `path`, or `None` where it has none.
    pub(super) fn open(path: &Path, timeline: &Timeline, cancel: &CancelToken) -> Result<Option<Self>> {
        let Some(sound) = SoundReader::open(path, SAMPLE_RATE, CHANNELS, cancel)? else { return Ok(None) };
        let timeline = timeline.clone();
        Ok(Some(Self { sound, timeline, part: 0, begun: false, position: 0, head: Vec::new() }))
    }

    /// Begins part `index` at `start` seconds of the source: the time of its first picture. The
    /// part before must have been read up to its fade, which is mixed here.
    pub(super) fn begin_part(&mut self, index: usize, start: f64) -> Result<()> {
        let fade = if self.begun { (self.part_end() - self.solo_end()) as usize } else { 0 };
        let tail = self.read_padded(fade)?;
        self.part = index;
        self.begun = true;
        self.sound.seek(start)?;
        self.head = self.read_padded(fade)?;
        blend_samples(&tail, &mut self.head);
        Ok(())
    }

    /// Appends interleaved samples up to output sample `until`, but not into the fade to a part
    /// that has not begun.
    pub(super) fn read_until(&mut self, until: u64, out: &mut Vec<f32>) -> Result<()> {
        let until = until.min(self.solo_end());
        let count = until.saturating_sub(self.position) as usize;
        let mixed = self.head.len().min(count * WIDTH);
        out.extend(self.head.drain(..mixed));
        out.append(&mut self.read_padded(count - mixed / WIDTH)?);
        self.position += count as u64;
        Ok(())
    }

    /// Exactly `count` samples of the source, silence after its end.
    fn read_padded(&mut self, count: usize) -> Result<Vec<f32>> {
        let mut samples = Vec::with_capacity(count * WIDTH);
        self.sound.read(count, &mut samples)?;
        samples.resize(count * WIDTH, 0.0);
        Ok(samples)
    }

    fn at_frame(&self, frame: u64) -> u64 {
        self.timeline.rate.samples(frame, SAMPLE_RATE)
    }

    fn part_end(&self) -> u64 {
        let part = &self.timeline.parts[self.part];
        self.at_frame(part.first_frame + part.frames)
    }

    /// Where the part stops sounding alone: at its fade, or at its end if it is the last.
    fn solo_end(&self) -> u64 {
        let part = &self.timeline.parts[self.part];
        let last = self.part + 1 == self.timeline.parts.len();
        let fade = if last { 0 } else { self.timeline.fade_frames };
        self.at_frame(part.first_frame + part.frames - fade)
    }
}
