//! A source's sound for the ear of a model: 16 kHz, mono, read as a stream.

use std::path::Path;

use super::audio::{Channels, SoundReader};
use super::growing::GrowingFile;
use super::input::Input;
use crate::context::CancelToken;
use crate::error::{Error, ErrorKind, Result};
use crate::picture::{AudioStream, AudioView};

/// Samples a second that speech models hear.
const RATE: u32 = 16_000;
/// Samples handed on at a time: one second.
const RUN: usize = RATE as usize;

/// Reads a file's sound, decoding as it goes.
pub struct AudioReader {
    sound: SoundReader,
    cancel: CancelToken,
    run: Vec<f32>,
}

impl AudioReader {
    /// Opens the sound of `path`, from its begin on. `UnsupportedMedia` where it has none.
    pub fn open(path: &Path, cancel: &CancelToken) -> Result<Self> {
        Self::open_at(path, 0.0, cancel)?.ok_or_else(|| {
            let message = format!("{} has no sound; there is nothing to transcribe", path.display());
            Error::new(ErrorKind::UnsupportedMedia, message).with("path", path.display())
        })
    }

    /// Opens the sound of `path`, from `start` (seconds) on. `None` where it has none.
    pub fn open_at(path: &Path, start: f64, cancel: &CancelToken) -> Result<Option<Self>> {
        let Some(mut sound) = SoundReader::open(path, RATE, Channels::Mono, cancel)? else { return Ok(None) };
        if start > 0.0 {
            sound.seek(start)?;
        }
        Ok(Some(Self::new(sound, cancel)))
    }

    /// Opens the sound of a file that is still being written, from its begin on; waits for what is
    /// not there yet. `None` where it has none. Containers that cannot be read in one go from begin
    /// to end fail here or later.
    pub fn follow(file: GrowingFile, cancel: &CancelToken) -> Result<Option<Self>> {
        let input = Input::open_growing(file, cancel)?;
        let sound = SoundReader::of(input, RATE, Channels::Mono)?;
        Ok(sound.map(|sound| Self::new(sound, cancel)))
    }

    fn new(sound: SoundReader, cancel: &CancelToken) -> Self {
        Self { sound, cancel: cancel.clone(), run: Vec::with_capacity(RUN) }
    }
}

impl AudioStream for AudioReader {
    fn next_run(&mut self) -> Result<Option<AudioView<'_>>> {
        self.cancel.check()?;
        let position = self.sound.position().max(0) as u64;
        self.run.clear();
        let count = self.sound.read(RUN, &mut self.run)?;
        Ok((count > 0).then_some(AudioView { samples: &self.run, rate: RATE, position }))
    }

    fn duration(&self) -> Option<f64> {
        let duration = self.sound.duration();
        (duration > 0.0).then_some(duration)
    }
}
