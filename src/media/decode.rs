//! Pictures of a source by time, decoded once in order.

use std::path::Path;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;
use ffmpeg_next::frame::Video;
use ffmpeg_next::media::Type;

use super::failure::failed;
use super::feed::Feed;
use super::geometry::SourcePicture;
use super::input::{Input, Kind, MAX_PIXELS};
use super::picture::{rotation, upright};
use super::rate::FrameRate;
use crate::context::CancelToken;
use crate::error::{Error, ErrorKind, Result};

/// How far before the wanted time a seek goes when the first try lands behind it, in seconds;
/// after the last one everything is decoded from the begin.
const SEEK_BACK: [f64; 3] = [0.0, 2.0, 12.0];

/// A decoded picture, when it is shown, and its number in order of decoding.
pub(super) struct Shown {
    /// Seconds from the source's begin.
    pub time: f64,
    /// Grows with each decoded picture; the same number is the same picture.
    pub serial: u64,
    /// The picture.
    pub frame: Video,
}

/// Decodes the best video stream of a file.
pub(super) struct VideoReader {
    feed: Feed,
    decoder: ffmpeg::decoder::Video,
    time_base: f64,
    rotation: u32,
    rate: FrameRate,
    current: Option<Shown>,
    ahead: Option<Shown>,
    last_time: f64,
    decoded: u64,
    at_end: bool,
}

impl VideoReader {
    /// Opens the video of `path` with `threads` decoder threads. `UnsupportedMedia` where there is
    /// no picture.
    pub(super) fn open(path: &Path, threads: usize, cancel: &CancelToken) -> Result<Self> {
        let input = Input::open(path, Kind::Media, cancel)?;
        let stream = input.best(Type::Video).ok_or_else(|| {
            let message = format!("{} has no picture; this job needs one", path.display());
            Error::new(ErrorKind::UnsupportedMedia, message).with("path", path.display())
        })?;
        let found =
            input.context().stream(stream).ok_or_else(|| Error::internal("the video stream is gone"))?;
        let (time_base, rotation, rate) =
            (f64::from(found.time_base()), rotation(&found), frame_rate(&found));
        let decoder = open_decoder(&found, threads)?;
        Ok(Self {
            feed: Feed::new(input, stream, "picture"),
            decoder,
            time_base,
            rotation,
            rate,
            current: None,
            ahead: None,
            last_time: f64::NEG_INFINITY,
            decoded: 0,
            at_end: false,
        })
    }

    /// The picture as a viewer sees it.
    pub(super) fn picture(&self) -> SourcePicture {
        upright(self.decoder.width(), self.decoder.height(), self.decoder.aspect_ratio(), self.rotation)
    }

    /// Clockwise turn that a viewer applies, in degrees.
    pub(super) fn rotation(&self) -> u32 {
        self.rotation
    }

    /// Frames a second.
    pub(super) fn rate(&self) -> FrameRate {
        self.rate
    }

    /// Decodes faster and a little blurred: for looking whether pictures are there at all.
    pub(super) fn skip_deblocking(&mut self) {
        self.decoder.skip_loop_filter(ffmpeg::Discard::All);
    }

    /// Pictures decoded so far.
    pub(super) fn decoded(&self) -> u64 {
        self.decoded
    }

    /// Length in seconds: the stream's own where it tells, else the container's.
    pub(super) fn duration(&self) -> f64 {
        let own = self.feed.input.context().stream(self.feed.stream).map_or(0, |stream| stream.duration());
        let container = self.feed.input.duration();
        let own = own as f64 * self.time_base;
        if container > 0.0 { container } else { own.max(0.0) }
    }

    /// Goes to `time`, so that the picture shown then can be read; `tolerance` as in
    /// [`Self::picture_at`].
    pub(super) fn seek(&mut self, time: f64, tolerance: f64) -> Result<()> {
        if time <= self.rate.seconds(1) && self.decoded == 0 {
            return Ok(());
        }
        for back in SEEK_BACK.into_iter().filter(|&back| back == 0.0 || back < time) {
            if self.feed.input.seek(self.feed.stream, time - back).is_err() {
                continue;
            }
            self.restart();
            self.ahead = self.decode()?;
            if self.ahead.as_ref().is_some_and(|shown| shown.time <= time + tolerance) {
                return Ok(());
            }
        }
        self.feed.input.rewind(self.feed.stream)?;
        self.restart();
        Ok(())
    }

    fn restart(&mut self) {
        self.decoder.flush();
        (self.current, self.ahead, self.at_end) = (None, None, false);
        self.last_time = f64::NEG_INFINITY;
    }

    /// The picture that is shown at `time`: the last one that begins at or before it, with
    /// `tolerance` seconds of grace. Times must grow between seeks. Before the first picture it
    /// is the first, after the last the last; `None` where there is none at all.
    pub(super) fn picture_at(&mut self, time: f64, tolerance: f64) -> Result<Option<&Shown>> {
        loop {
            if self.ahead.is_none() && !self.at_end {
                self.ahead = self.decode()?;
            }
            match self.ahead.take() {
                Some(next) if next.time <= time + tolerance || self.current.is_none() => {
                    let due = next.time <= time + tolerance;
                    self.current = Some(next);
                    if !due {
                        break;
                    }
                }
                ahead => {
                    self.ahead = ahead;
                    break;
                }
            }
        }
        Ok(self.current.as_ref())
    }

    /// The next picture after the current one, whenever it is shown; `None` at the end.
    pub(super) fn next_picture(&mut self) -> Result<Option<&Shown>> {
        let next = match self.ahead.take() {
            Some(next) => Some(next),
            None if self.at_end => None,
            None => self.decode()?,
        };
        self.current = next;
        Ok(self.current.as_ref())
    }

    fn decode(&mut self) -> Result<Option<Shown>> {
        let mut frame = Video::empty();
        loop {
            match self.decoder.receive_frame(&mut frame) {
                Ok(()) => return Ok(Some(self.shown(frame))),
                Err(ffmpeg::Error::Eof) => {
                    self.at_end = true;
                    return Ok(None);
                }
                Err(ffmpeg::Error::Other { errno: libc::EAGAIN }) => self.feed.step(&mut self.decoder)?,
                Err(error) => self.feed.survive(error)?,
            }
        }
    }

    fn shown(&mut self, frame: Video) -> Shown {
        self.feed.recovered();
        self.decoded += 1;
        let time = match frame.timestamp() {
            Some(timestamp) => timestamp as f64 * self.time_base - self.feed.input.origin(),
            None if self.last_time.is_finite() => self.last_time + self.rate.seconds(1),
            None => 0.0,
        };
        self.last_time = time;
        Shown { time, serial: self.decoded, frame }
    }
}

/// Opens the decoder of a stream with the engine's limits.
pub(super) fn open_decoder(stream: &ffmpeg::Stream<'_>, threads: usize) -> Result<ffmpeg::decoder::Video> {
    let mut context = ffmpeg::codec::Context::from_parameters(stream.parameters())
        .map_err(|error| failed(error, "read the codec's parameters"))?;
    // SAFETY: plain fields of a context that is not yet open.
    unsafe {
        (*context.as_mut_ptr()).max_pixels = MAX_PIXELS;
        (*context.as_mut_ptr()).pkt_timebase = stream.time_base().into();
        (*context.as_mut_ptr()).thread_count = threads as i32;
        (*context.as_mut_ptr()).thread_type = ffi::FF_THREAD_FRAME | ffi::FF_THREAD_SLICE;
    }
    context.decoder().video().map_err(|error| failed(error, "open the video decoder"))
}

/// Highest rate that is taken from a stream whose pictures come at uneven times.
const MAX_UNEVEN_FPS: f64 = 60.0;

/// A stream's frame rate: the average where pictures come evenly, else the rate of its quickest
/// passages, so that none of their motion is lost.
pub(super) fn frame_rate(stream: &ffmpeg::Stream<'_>) -> FrameRate {
    let sane = |rate: ffmpeg::Rational| {
        let fps = f64::from(rate);
        (fps.is_finite() && (1.0..=240.0).contains(&fps)).then_some(fps)
    };
    let fps = match (sane(stream.avg_frame_rate()), sane(stream.rate())) {
        (Some(average), Some(quickest)) if quickest > average * 1.1 && !is_interlaced(stream) => {
            quickest.min(MAX_UNEVEN_FPS).max(average)
        }
        (Some(fps), _) | (None, Some(fps)) => fps,
        (None, None) => 30.0,
    };
    FrameRate::near(fps)
}

/// Whether a stream's pictures are fields: then its quickest rate is that of the fields.
fn is_interlaced(stream: &ffmpeg::Stream<'_>) -> bool {
    use ffi::AVFieldOrder::{AV_FIELD_PROGRESSIVE, AV_FIELD_UNKNOWN};
    // SAFETY: a stream's parameters live as long as its context, which the stream borrows.
    let order = unsafe { (*(*stream.as_ptr()).codecpar).field_order };
    order != AV_FIELD_PROGRESSIVE && order != AV_FIELD_UNKNOWN
}
