//! Sound of a source by position, decoded once in order and brought to one rate and layout.

use std::path::Path;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::media::Type;

use super::failure::failed;
use super::feed::Feed;
use super::graph::{Chain, ChainBuilder};
use super::input::{Input, Kind, MAX_DURATION_S};
use super::queue::SampleQueue;
use crate::context::CancelToken;
use crate::error::{Error, ErrorKind, Result};

/// Decoders need a run-up after a seek before their output is right, in seconds.
const RUN_UP_S: f64 = 0.25;
/// Timestamps that are off by less than this are jitter of the container, in seconds.
const JITTER_S: f64 = 0.008;

/// Speaker layout of what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    /// One channel.
    Mono,
    /// Left and right, interleaved.
    Stereo,
}

impl Channels {
    /// Number of channels.
    pub(super) fn count(self) -> usize {
        match self {
            Self::Mono => 1,
            Self::Stereo => 2,
        }
    }

    fn layout(self) -> &'static str {
        match self {
            Self::Mono => "mono",
            Self::Stereo => "stereo",
        }
    }
}

/// What one input frame looks like; another one needs another filter chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    format: ffmpeg::format::Sample,
    rate: u32,
    layout: u64,
}

/// Decodes the best audio stream of a file to interleaved samples. Positions are in samples per
/// channel from the source's begin; silence stands where the source has no sound.
pub(super) struct SoundReader {
    feed: Feed,
    decoder: ffmpeg::decoder::Audio,
    time_base: ffmpeg::Rational,
    rate: u32,
    channels: Channels,
    chain: Option<(Shape, Chain)>,
    /// Samples from `cursor` on.
    pending: SampleQueue,
    cursor: i64,
    /// Whether samples followed each other up to here since the last seek.
    running: bool,
    at_end: bool,
}

impl SoundReader {
    /// Opens the sound of `path`, or `None` where it has none.
    pub(super) fn open(
        path: &Path,
        rate: u32,
        channels: Channels,
        cancel: &CancelToken,
    ) -> Result<Option<Self>> {
        Self::of(Input::open(path, Kind::Media, cancel)?, rate, channels)
    }

    /// Opens the sound of an open file, from its begin on, or `None` where it has none.
    pub(super) fn of(input: Input, rate: u32, channels: Channels) -> Result<Option<Self>> {
        let Some(stream) = input.best(Type::Audio) else { return Ok(None) };
        let found =
            input.context().stream(stream).ok_or_else(|| Error::internal("the audio stream is gone"))?;
        let time_base = found.time_base();
        let mut context = ffmpeg::codec::Context::from_parameters(found.parameters())
            .map_err(|error| failed(error, "read the codec's parameters"))?;
        // SAFETY: plain fields of a context that is not yet open.
        unsafe {
            (*context.as_mut_ptr()).pkt_timebase = time_base.into();
            (*context.as_mut_ptr()).thread_count = 1;
        }
        let decoder = context.decoder().audio().map_err(|error| failed(error, "open the audio decoder"))?;
        Ok(Some(Self {
            feed: Feed::new(input, stream, "sound"),
            decoder,
            time_base,
            rate,
            channels,
            chain: None,
            pending: SampleQueue::new(channels.count()),
            cursor: 0,
            running: false,
            at_end: false,
        }))
    }

    /// Length of the container in seconds, 0 where unknown.
    pub(super) fn duration(&self) -> f64 {
        self.feed.input.duration()
    }

    /// Goes to `time` in seconds: the next sample read is the one at that time.
    pub(super) fn seek(&mut self, time: f64) -> Result<()> {
        self.cursor = (time * f64::from(self.rate)).round() as i64;
        self.pending.clear();
        let run_up = (time - RUN_UP_S).max(0.0);
        if run_up == 0.0 || self.feed.input.seek(self.feed.stream, run_up).is_err() {
            self.feed.input.rewind(self.feed.stream)?;
        }
        self.decoder.flush();
        (self.chain, self.at_end, self.running) = (None, false, false);
        Ok(())
    }

    /// Position of the next sample, in samples.
    pub(super) fn position(&self) -> i64 {
        self.cursor
    }

    /// Appends up to `count` samples a channel to `out` and returns how many; fewer only at the
    /// source's end.
    pub(super) fn read(&mut self, count: usize, out: &mut Vec<f32>) -> Result<usize> {
        while self.pending.len() < count && !self.at_end {
            self.decode()?;
        }
        let taken = self.pending.take(count, out);
        self.cursor += taken as i64;
        Ok(taken)
    }

    fn decode(&mut self) -> Result<()> {
        let mut frame = ffmpeg::frame::Audio::empty();
        match self.decoder.receive_frame(&mut frame) {
            Ok(()) => {
                self.feed.recovered();
                self.convert(frame)
            }
            Err(ffmpeg::Error::Eof) => {
                self.at_end = true;
                self.drain_chain()
            }
            Err(ffmpeg::Error::Other { errno: libc::EAGAIN }) => self.feed.step(&mut self.decoder),
            Err(error) => self.feed.survive(error),
        }
    }

    fn convert(&mut self, mut frame: ffmpeg::frame::Audio) -> Result<()> {
        let shape = shape_of(&mut frame);
        if self.chain.as_ref().is_none_or(|(known, _)| *known != shape) {
            self.drain_chain()?;
            self.chain = Some((shape, self.make_chain(shape)?));
        }
        let time = frame
            .timestamp()
            .map(|timestamp| timestamp as f64 * f64::from(self.time_base) - self.feed.input.origin());
        frame.set_pts(time.map(|time| (time * f64::from(shape.rate)).round() as i64));
        if let Some((_, chain)) = &mut self.chain {
            chain.push(Some(&mut frame))?;
        }
        self.collect()
    }

    fn make_chain(&self, shape: Shape) -> Result<Chain> {
        let mut builder = ChainBuilder::new(
            "abuffer",
            &[
                ("sample_rate", shape.rate.to_string()),
                ("sample_fmt", shape.format.name().to_owned()),
                ("channel_layout", format!("{:#x}", shape.layout)),
                ("time_base", format!("1/{}", shape.rate)),
            ],
            1,
        )?;
        builder.then(
            "aformat",
            &[
                ("sample_fmts", "flt".to_owned()),
                ("sample_rates", self.rate.to_string()),
                ("channel_layouts", self.channels.layout().to_owned()),
            ],
        )?;
        builder.finish("abuffersink")
    }

    fn drain_chain(&mut self) -> Result<()> {
        if let Some((_, chain)) = &mut self.chain {
            chain.push(None)?;
        }
        self.collect()?;
        self.chain = None;
        Ok(())
    }

    fn collect(&mut self) -> Result<()> {
        let mut frame = ffmpeg::frame::Audio::empty();
        while let Some((_, chain)) = &mut self.chain {
            if !chain.pull(&mut frame)? {
                break;
            }
            self.place(&frame)?;
        }
        Ok(())
    }

    /// Puts samples where their timestamp says: behind a gap of silence, or without what was read
    /// already.
    ///
    /// # Errors
    /// `LimitExceeded` where that is later than any source may end.
    fn place(&mut self, frame: &ffmpeg::frame::Audio) -> Result<()> {
        let width = self.channels.count();
        let end = self.cursor + self.pending.len() as i64;
        let begin = frame.pts().unwrap_or(end);
        if begin as f64 > MAX_DURATION_S * f64::from(self.rate) {
            let message = format!("sound that begins after more than {MAX_DURATION_S} s");
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        let samples = interleaved(frame, width);
        let gap = begin.saturating_sub(end);
        let jitter = (JITTER_S * f64::from(self.rate)) as i64;
        let continues = self.running && gap.abs() <= jitter;
        if gap > 0 && !continues {
            self.pending.push_silence(gap as usize);
        }
        let skip =
            if gap < 0 && !continues { (gap.unsigned_abs() as usize).saturating_mul(width) } else { 0 };
        let skip = skip.min(samples.len());
        self.pending.push(&samples[skip..]);
        self.running |= skip < samples.len();
        Ok(())
    }
}

fn shape_of(frame: &mut ffmpeg::frame::Audio) -> Shape {
    let mut layout = frame.channel_layout().bits();
    if layout == 0 {
        layout = ffmpeg::ChannelLayout::default(i32::from(frame.channels())).bits();
        frame.set_channel_layout(ffmpeg::ChannelLayout::from_bits_truncate(layout));
    }
    Shape { format: frame.format(), rate: frame.rate(), layout }
}

#[expect(clippy::cast_ptr_alignment, reason = "FFmpeg aligns planes for vector instructions")]
fn interleaved(frame: &ffmpeg::frame::Audio, width: usize) -> &[f32] {
    // SAFETY: the chain's last filter makes packed 32-bit floats; the first plane holds
    // `nb_samples` times `width` of them, aligned by FFmpeg.
    unsafe {
        let raw = frame.as_ptr();
        std::slice::from_raw_parts(
            (*raw).data[0].cast::<f32>().cast_const(),
            (*raw).nb_samples as usize * width,
        )
    }
}
