//! One output file: its encoders, fed frame by frame and sample by sample, and its muxer.

use std::path::PathBuf;
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
use crate::context::CancelToken;
use crate::error::Result;
use crate::spec::{AudioSpec, EncodeSpec, Size};

/// Samples a channel in one AAC frame.
const AAC_FRAME: usize = 1024;

/// What an output is made of.
pub(super) struct OutputPlan {
    pub path: PathBuf,
    pub encode: EncodeSpec,
    pub audio: Option<AudioSpec>,
    pub size: Size,
    pub rate: FrameRate,
    pub threads: usize,
}

/// An output under construction.
pub(super) struct Output {
    muxer: Muxer,
    video: codec::encoder::Video,
    video_stream: usize,
    sound: Option<SoundOutput>,
    cancel: CancelToken,
    clock: Clock,
}

struct SoundOutput {
    encoder: codec::encoder::Audio,
    stream: usize,
    waiting: Vec<f32>,
    written: i64,
}

impl Output {
    /// Opens encoders and file.
    pub(super) fn open(plan: &OutputPlan, cancel: &CancelToken) -> Result<Self> {
        let video = video_encoder(&plan.encode, plan.size, plan.rate, plan.threads)?;
        let mut muxer = Muxer::create(&plan.path, cancel)?;
        let video_stream = muxer.add(&video)?;
        let sound = plan.audio.as_ref().map(|audio| SoundOutput::open(audio, &mut muxer)).transpose()?;
        muxer.start()?;
        Ok(Self { muxer, video, video_stream, sound, cancel: cancel.clone(), clock: Clock::default() })
    }

    /// Encodes a picture, which carries its number as timestamp.
    pub(super) fn write_picture(&mut self, frame: &mut Video) -> Result<()> {
        let begun = Instant::now();
        frame.set_kind(ffmpeg::picture::Type::None);
        self.video.send_frame(frame).map_err(|error| failed(error, "encode the picture"))?;
        self.drain_video()?;
        self.clock.add("encode", begun);
        Ok(())
    }

    fn drain_video(&mut self) -> Result<()> {
        let mut packet = ffmpeg::Packet::empty();
        loop {
            self.cancel.check()?;
            match self.video.receive_packet(&mut packet) {
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
        self.video.send_eof().map_err(|error| failed(error, "encode the picture"))?;
        self.drain_video()?;
        self.clock.add("encode", begun);
        let begun = Instant::now();
        if let Some(sound) = &mut self.sound {
            sound.finish(&mut self.muxer)?;
        }
        self.cancel.check()?;
        self.muxer.finish()?;
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
