//! The one-pass renderer: each source picture is decoded once, each output picture encoded once.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ffmpeg_next::frame::Video;

use super::clock::Clock;
use super::compose::{Composer, Place};
use super::decode::VideoReader;
use super::drawer::Drawer;
use super::fade::blend_pictures;
use super::insert::InsertReader;
use super::loudness::{self, Gain};
use super::output::OutputPlan;
use super::picture::make_writable;
use super::plain::Plain;
use super::rate::FrameRate;
use super::reframe::{Fixed, Reframer};
use super::soundtrack::{SAMPLE_RATE, Soundtrack};
use super::survey::Survey;
use super::writer::Writer;
use crate::context::{Context, ThreadLease};
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::RenderReport;
use crate::picture::Framer;
use crate::spec::{LayoutMode, RenderPlan};

/// A plan that was checked against its source and can be carried out.
pub struct Renderer<'a> {
    plan: &'a RenderPlan,
    reader: VideoReader,
    survey: Survey,
    lease: Arc<ThreadLease>,
    begun: Instant,
}

impl<'a> Renderer<'a> {
    /// Opens the plan's source and lays out its parts. The plan must be valid.
    ///
    /// Fails as [`Survey::of`] does.
    pub fn open(plan: &'a RenderPlan, context: &Context) -> Result<Self> {
        let begun = Instant::now();
        let lease = Arc::new(context.threads.lease());
        let reader = VideoReader::open(&plan.source, decoder_threads(lease.threads()), &context.cancel)?;
        let survey = Survey::upon(plan, &reader)?;
        Ok(Self { plan, reader, survey, lease, begun })
    }

    /// What the plan makes of its source.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// Renders to `temporary`, a path that the caller renames or removes, drawing the ASS file
    /// `ass` upon the picture, which shows the cut-outs that `framer` names, or the plan's fixed
    /// one. The report names the plan's own output.
    pub fn run(
        mut self,
        framer: Option<Box<dyn Framer>>,
        ass: Option<&Path>,
        temporary: &Path,
        context: &Context,
    ) -> Result<RenderReport> {
        let insert = self.insert(framer.is_some(), context)?;
        let mut reframer = self.reframer(framer, insert.as_ref().map(InsertReader::place))?;
        let gain = self.measure(context)?;
        let sound = self.soundtrack(context)?;
        let has_audio = sound.is_some();
        let writer = Writer::start(self.output(temporary, has_audio), &self.lease, &context.cancel)?;
        let drawer =
            Drawer::new(self.plan, ass, self.survey.timeline.rate, self.lease.threads(), &context.cancel)?;
        let mut pass = Pass {
            sound,
            gain: gain.map_or(1.0, Gain::factor),
            insert,
            writer,
            drawer,
            rate: self.survey.timeline.rate,
            total: self.survey.timeline.frames(),
            written: 0,
            context,
            clock: Clock::default(),
        };
        self.parts(&mut reframer, &mut pass)?;
        let clock = pass.finish()?;
        self.report(temporary, has_audio, gain, &clock)
    }

    fn soundtrack(&self, context: &Context) -> Result<Option<Soundtrack>> {
        if self.plan.audio.enabled {
            Soundtrack::open(&self.plan.source, &self.survey.timeline, &context.cancel)
        } else {
            Ok(None)
        }
    }

    fn output(&self, temporary: &Path, has_audio: bool) -> OutputPlan {
        OutputPlan {
            path: temporary.to_owned(),
            encode: self.plan.encode,
            audio: has_audio.then_some(self.plan.audio),
            size: self.survey.geometry.output,
            rate: self.survey.timeline.rate,
            threads: encoder_threads(self.lease.threads()),
        }
    }

    fn measure(&self, context: &Context) -> Result<Option<Gain>> {
        let Some(target) = self.plan.audio.loudness.filter(|_| self.plan.audio.enabled) else {
            return Ok(None);
        };
        context.progress.set(0.0, "measuring loudness");
        loudness::measure(&self.plan.source, &self.survey.timeline, target, &context.cancel)
    }

    /// The other half of a stacked picture.
    fn insert(&self, framed: bool, context: &Context) -> Result<Option<InsertReader>> {
        match self.plan.layout.mode {
            LayoutMode::Stacked if framed => {
                let size = self.survey.geometry.output;
                InsertReader::open(&self.plan.layout.insert, size, 1, &context.cancel).map(Some)
            }
            LayoutMode::Stacked | LayoutMode::Original | LayoutMode::Vertical => Ok(None),
        }
    }

    fn reframer(&self, framer: Option<Box<dyn Framer>>, insert: Option<Place>) -> Result<Reframer> {
        let (rate, threads, rotation) =
            (self.survey.timeline.rate, self.lease.threads(), self.reader.rotation());
        let repeats = rate.fps() > self.reader.rate().fps() * 1.01;
        let Some(framer) = framer else {
            return Ok(Reframer::fixed(Fixed::new(self.survey.geometry, rotation, rate, threads), repeats));
        };
        let size = self.survey.geometry.output;
        let plain = Plain::new(rotation, threads);
        Ok(Reframer::framed(Composer::new(plain, self.reader.picture(), size, framer, insert)?, repeats))
    }

    fn parts(&mut self, reframer: &mut Reframer, pass: &mut Pass<'_>) -> Result<()> {
        let mut tail = VecDeque::new();
        for index in 0..self.survey.timeline.parts.len() {
            self.part(index, reframer, &mut tail, pass)?;
        }
        Ok(())
    }

    /// Renders one part. Its last pictures stay in `tail` where a fade follows.
    fn part(
        &mut self,
        index: usize,
        reframer: &mut Reframer,
        tail: &mut VecDeque<Video>,
        pass: &mut Pass<'_>,
    ) -> Result<()> {
        let part = self.survey.timeline.parts[index];
        let rate = self.survey.timeline.rate;
        let fade = self.survey.timeline.fade_frames;
        let solo =
            if index + 1 < self.survey.timeline.parts.len() { part.frames - fade } else { part.frames };
        // The picture nearest to a time is the one that is meant, whatever the container rounded.
        let tolerance = 0.5 * rate.seconds(1).min(self.reader.rate().seconds(1));
        let mut start = part.range.start;
        self.seek(start, tolerance, pass)?;
        for number in 0..part.frames {
            pass.context.cancel.check()?;
            let begun = Instant::now();
            let shown = self.reader.picture_at(start + rate.seconds(number), tolerance)?;
            let shown = shown.ok_or_else(no_picture)?;
            pass.clock.add("decode", begun);
            if number == 0 {
                start = snap(start, shown.time, tolerance);
                pass.begin_sound(index, start)?;
            }
            let begun = Instant::now();
            let mut picture = reframer.apply(shown)?;
            if let Some(old) = tail.pop_front() {
                make_writable(&mut picture)?;
                blend_pictures(&old, &mut picture, fade.saturating_sub(tail.len() as u64 + 1), fade);
            }
            pass.clock.add("filter", begun);
            if number < solo {
                pass.write(picture)?;
            } else {
                tail.push_back(picture);
            }
        }
        Ok(())
    }

    fn seek(&mut self, time: f64, tolerance: f64, pass: &mut Pass<'_>) -> Result<()> {
        let begun = Instant::now();
        self.reader.seek(time, tolerance)?;
        pass.clock.add("decode", begun);
        Ok(())
    }

    fn report(
        &self,
        temporary: &Path,
        has_audio: bool,
        gain: Option<Gain>,
        clock: &Clock,
    ) -> Result<RenderReport> {
        let meta = std::fs::metadata(temporary).map_err(|error| Error::io(error, "read", temporary))?;
        let duration = self.survey.timeline.duration();
        let elapsed = self.begun.elapsed().as_secs_f64();
        Ok(RenderReport {
            output: self.plan.output.clone(),
            width: self.survey.geometry.output.width,
            height: self.survey.geometry.output.height,
            fps: self.survey.timeline.rate.fps(),
            frames: self.survey.timeline.frames(),
            duration,
            size_bytes: meta.len(),
            encodes: 1,
            decoded_frames: self.reader.decoded(),
            part_count: self.survey.timeline.parts.len(),
            has_audio,
            loudness_lufs: gain.map(|gain| gain.measured_lufs).filter(|lufs| lufs.is_finite()),
            gain_db: gain.map(|gain| gain.db),
            elapsed_s: elapsed,
            realtime_factor: duration / elapsed.max(1e-6),
            framing: None,
            framing_path: None,
            debug_path: None,
            notes: self.survey.timeline.notes.clone(),
            timings: clock.seconds(),
        })
    }
}

fn no_picture() -> Error {
    Error::new(ErrorKind::CorruptMedia, "the source has no picture that can be decoded")
}

/// Decoding takes a fraction of what encoding takes; each thread of it holds some pictures. Two are
/// needed for decoding to run beside the rest.
fn decoder_threads(cores: usize) -> usize {
    (cores / 2).max(cores.min(2))
}

/// x264's frame threads wait for each other, so that it takes half as many again as there are cores
/// to keep them busy: x264's own rule. One stays one.
fn encoder_threads(cores: usize) -> usize {
    cores + cores / 2
}

/// The part's begin, moved to its first picture where that is the same instant but for rounding,
/// so that sound and picture begin together.
fn snap(start: f64, picture: f64, tolerance: f64) -> f64 {
    if (picture - start).abs() <= tolerance { picture.max(0.0) } else { start }
}

/// The way of finished pictures and samples into the file.
struct Pass<'a> {
    insert: Option<InsertReader>,
    sound: Option<Soundtrack>,
    gain: f32,
    writer: Writer,
    drawer: Drawer,
    rate: FrameRate,
    total: u64,
    written: u64,
    context: &'a Context,
    clock: Clock,
}

impl Pass<'_> {
    fn begin_sound(&mut self, part: usize, start: f64) -> Result<()> {
        let begun = Instant::now();
        if let Some(sound) = &mut self.sound {
            sound.begin_part(part, start)?;
        }
        self.clock.add("audio", begun);
        Ok(())
    }

    fn write(&mut self, mut picture: Video) -> Result<()> {
        let begun = Instant::now();
        if let Some(insert) = &mut self.insert {
            // After any cross-fade, so that it goes on through it.
            make_writable(&mut picture)?;
            insert.draw(self.rate.seconds(self.written), &mut picture)?;
        }
        picture.set_pts(Some(self.written as i64));
        self.written += 1;
        self.drawer.push(picture)?;
        self.clock.add("filter", begun);
        self.drain()?;
        self.pump_sound(self.written)?;
        let fraction = self.written as f64 / self.total.max(1) as f64;
        if self.written.is_multiple_of(5) || self.written == self.total {
            self.context.progress.set(fraction, format!("frame {} of {}", self.written, self.total));
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<()> {
        loop {
            let begun = Instant::now();
            let drawn = self.drawer.pull()?;
            self.clock.add("filter", begun);
            match drawn {
                Some(drawn) => self.hand_on(drawn)?,
                None => return Ok(()),
            }
        }
    }

    fn pump_sound(&mut self, frames: u64) -> Result<()> {
        let Some(sound) = &mut self.sound else { return Ok(()) };
        let begun = Instant::now();
        let mut samples = Vec::new();
        sound.read_until(self.rate.samples(frames, SAMPLE_RATE), &mut samples)?;
        for sample in &mut samples {
            *sample *= self.gain;
        }
        self.clock.add("audio", begun);
        self.writer.sound(samples)
    }

    /// Gives a picture to the encoder; the time that this takes is spent waiting for it.
    fn hand_on(&mut self, picture: Video) -> Result<()> {
        let begun = Instant::now();
        self.writer.picture(picture)?;
        self.clock.add("wait", begun);
        Ok(())
    }

    fn finish(mut self) -> Result<Clock> {
        self.drawer.end()?;
        self.drain()?;
        self.pump_sound(self.total)?;
        let mut clock = self.clock;
        clock.merge(self.writer.finish()?);
        Ok(clock)
    }
}
