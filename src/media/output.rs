//! One output file: its encoders, fed frame by frame and sample by sample, and its muxer.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::frame::{Audio, Video};
use ffmpeg_next::{codec, format};

use super::clock::Clock;
use super::encode::{audio_encoder, video_encoder};
use super::failure::failed;
use super::mux::Muxer;
use super::rate::FrameRate;
use super::soundtrack::SAMPLE_RATE;
use crate::context::{CancelToken, ThreadLease};
use crate::error::{Error, Result};
use crate::spec::{AudioSpec, EncodeSpec, Size};

/// Samples a channel in one AAC frame.
const AAC_FRAME: usize = 1024;

/// What an output is made of.
pub(super) struct OutputPlan<'a> {
    pub path: &'a Path,
    pub encode: &'a EncodeSpec,
    pub audio: Option<&'a AudioSpec>,
    pub size: Size,
    pub rate: FrameRate,
    pub threads: usize,
    pub lease: &'a Arc<ThreadLease>,
}

/// An output under construction.
pub(super) struct Output {
    muxer: Muxer,
    video: VideoEncoder,
    video_stream: usize,
    sound: Option<SoundOutput>,
    cancel: CancelToken,
    pub clock: Clock,
}

/// An open video encoder. Closing x264 waits for the pictures that its threads are at, which takes
/// some hundred milliseconds; a job that is cancelled leaves that to a thread of its own, which
/// keeps the job's share of the budget until then.
struct VideoEncoder {
    open: Option<codec::encoder::Video>,
    lease: Arc<ThreadLease>,
}

impl VideoEncoder {
    fn get(&mut self) -> Result<&mut codec::encoder::Video> {
        self.open.as_mut().ok_or_else(|| Error::internal("the video encoder is closed"))
    }

    /// Closes the encoder here and now.
    fn close(&mut self) {
        self.open = None;
    }
}

impl Drop for VideoEncoder {
    fn drop(&mut self) {
        let Some(encoder) = self.open.take() else { return };
        let lease = Arc::clone(&self.lease);
        let close = std::thread::Builder::new().name("ytc-close".to_owned());
        // Where no thread can be had, the closure is dropped here, and the encoder with it.
        let _ = close.spawn(move || drop((encoder, lease)));
    }
}

struct SoundOutput {
    encoder: codec::encoder::Audio,
    stream: usize,
    waiting: Vec<f32>,
    written: i64,
}

impl Output {
    /// Opens encoders and file.
    pub(super) fn open(plan: &OutputPlan<'_>, cancel: &CancelToken) -> Result<Self> {
        let video = video_encoder(plan.encode, plan.size, plan.rate, plan.threads)?;
        let mut muxer = Muxer::create(plan.path, cancel)?;
        let video_stream = muxer.add(&video)?;
        let video = VideoEncoder { open: Some(video), lease: Arc::clone(plan.lease) };
        let sound = plan.audio.map(|audio| SoundOutput::open(audio, &mut muxer)).transpose()?;
        muxer.start()?;
        Ok(Self { muxer, video, video_stream, sound, cancel: cancel.clone(), clock: Clock::default() })
    }

    /// Encodes a picture, which carries its number as timestamp.
    pub(super) fn write_picture(&mut self, frame: &mut Video) -> Result<()> {
        let begun = Instant::now();
        frame.set_kind(ffmpeg::picture::Type::None);
        self.video.get()?.send_frame(frame).map_err(|error| failed(error, "encode the picture"))?;
        self.drain_video()?;
        self.clock.add("encode", begun);
        Ok(())
    }

    fn drain_video(&mut self) -> Result<()> {
        let mut packet = ffmpeg::Packet::empty();
        loop {
            self.cancel.check()?;
            match self.video.get()?.receive_packet(&mut packet) {
                Ok(()) => {
                    // One frame long: the length that the muxer needs for the last packet.
                    packet.set_duration(1);
                    self.muxer.write(&mut packet, self.video_stream)?;
                }
                Err(ffmpeg::Error::Eof | ffmpeg::Error::Other { errno: libc::EAGAIN }) => return Ok(()),
                Err(error) => return Err(failed(error, "encode the picture")),
            }
        }
    }

    /// Encodes interleaved stereo samples.
    pub(super) fn write_sound(&mut self, samples: &[f32]) -> Result<()> {
        let Some(sound) = &mut self.sound else { return Ok(()) };
        let begun = Instant::now();
        sound.waiting.extend_from_slice(samples);
        while sound.waiting.len() >= AAC_FRAME * 2 {
            sound.encode(AAC_FRAME, &mut self.muxer)?;
        }
        self.clock.add("audio", begun);
        Ok(())
    }

    /// Flushes the encoders, finishes and closes the file.
    pub(super) fn finish(mut self) -> Result<Clock> {
        let begun = Instant::now();
        self.video.get()?.send_eof().map_err(|error| failed(error, "encode the picture"))?;
        self.drain_video()?;
        self.clock.add("encode", begun);
        let begun = Instant::now();
        if let Some(sound) = &mut self.sound {
            sound.finish(&mut self.muxer)?;
        }
        self.cancel.check()?;
        self.muxer.finish()?;
        self.video.close();
        self.clock.add("finish", begun);
        Ok(self.clock)
    }
}

impl SoundOutput {
    fn open(spec: &AudioSpec, muxer: &mut Muxer) -> Result<Self> {
        let encoder = audio_encoder(spec.bit_rate)?;
        let stream = muxer.add(&encoder)?;
        Ok(Self { encoder, stream, waiting: Vec::new(), written: 0 })
    }

    fn encode(&mut self, count: usize, muxer: &mut Muxer) -> Result<()> {
        let mut frame = Audio::new(
            format::Sample::F32(format::sample::Type::Planar),
            count,
            ffmpeg::ChannelLayout::STEREO,
        );
        frame.set_rate(SAMPLE_RATE);
        frame.set_pts(Some(self.written));
        for channel in 0..2 {
            let plane = frame.plane_mut::<f32>(channel);
            for (target, pair) in plane.iter_mut().zip(self.waiting.chunks_exact(2)) {
                *target = pair[channel];
            }
        }
        self.waiting.drain(..count * 2);
        self.written += count as i64;
        self.encoder.send_frame(&frame).map_err(|error| failed(error, "encode the sound"))?;
        self.drain(muxer)
    }

    fn drain(&mut self, muxer: &mut Muxer) -> Result<()> {
        let mut packet = ffmpeg::Packet::empty();
        loop {
            match self.encoder.receive_packet(&mut packet) {
                Ok(()) => muxer.write(&mut packet, self.stream)?,
                Err(ffmpeg::Error::Eof | ffmpeg::Error::Other { errno: libc::EAGAIN }) => return Ok(()),
                Err(error) => return Err(failed(error, "encode the sound")),
            }
        }
    }

    fn finish(&mut self, muxer: &mut Muxer) -> Result<()> {
        let left = self.waiting.len() / 2;
        if left > 0 {
            self.encode(left, muxer)?;
        }
        self.encoder.send_eof().map_err(|error| failed(error, "encode the sound"))?;
        self.drain(muxer)
    }
}
