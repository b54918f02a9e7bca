//! One pass over the pictures of a span: cuts, faces, their ways, their mouths.
//!
//! The calling thread reads pictures, finds cuts and gathers runs of about a second. Lanes, each a
//! thread with its own network, look at the ends of a run, follow the faces in between, and look
//! again where somebody came or went. Only the pictures of a few runs are kept.

mod lanes;
mod segment;
mod segmenter;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::Observations;
use super::detect::FaceModel;
use super::frame::{Frame, Pool};
use super::scene::CutDetector;
use super::track::{Assembler, People};
use crate::context::Context;
use crate::error::Result;
use crate::picture::PictureStream;
use crate::spec::FaceFilter;
use lanes::Lanes;
use segmenter::Segmenter;

pub(super) use segment::{Findings, Seen, Step};

/// Looks at every picture of the stream, once, on this thread and at most `threads` (and four) more.
/// `seconds` is the length of the span, for the progress. Pictures of
/// [`picture_size`](super::picture_size) are best.
///
/// # Errors
/// What the stream or the model give, and `Cancelled`.
pub fn observe(
    pictures: &mut dyn PictureStream,
    model: &FaceModel,
    faces: &FaceFilter,
    seconds: f64,
    threads: usize,
    context: &Context,
) -> Result<Observations> {
    let (width, height) = pictures.display_size();
    let size = (pictures.size().0 as usize, pictures.size().1 as usize);
    let scale = (f64::from(width) / size.0 as f64, f64::from(height) / size.1 as f64);
    let mut pass = Pass::new(faces, seconds, context);
    let rate = pictures.rate();
    lanes::run(model, size, faces, threads, &context.cancel, |lanes| pass.read(pictures, lanes))?;
    let Pass { segmenter, assembler, start, end, .. } = pass;
    let People { tracks, looks, detections } = assembler.finish(faces, size, scale, &context.cancel)?;
    let end = end.map_or(start.unwrap_or(0.0), |end| end + 1.0 / rate.max(1.0));
    Ok(Observations {
        width,
        height,
        rate,
        start: start.unwrap_or(0.0),
        end,
        cuts: segmenter.into_cuts(),
        looks,
        detections,
        tracks,
    })
}

/// The state of a pass on the reading thread.
struct Pass<'a> {
    context: &'a Context,
    seconds: f64,
    pool: Arc<Pool>,
    cuts: CutDetector,
    /// Pictures that are not judged yet.
    waiting: VecDeque<Arc<Frame>>,
    segmenter: Segmenter,
    /// Findings that came before their turn.
    early: BTreeMap<usize, Findings>,
    next: usize,
    assembler: Assembler,
    start: Option<f64>,
    end: Option<f64>,
}

impl<'a> Pass<'a> {
    fn new(faces: &FaceFilter, seconds: f64, context: &'a Context) -> Self {
        Self {
            context,
            seconds,
            pool: Arc::default(),
            cuts: CutDetector::default(),
            waiting: VecDeque::new(),
            segmenter: Segmenter::new(faces.rate),
            early: BTreeMap::new(),
            next: 0,
            assembler: Assembler::default(),
            start: None,
            end: None,
        }
    }

    /// Reads all pictures and hands their runs to the lanes.
    fn read(&mut self, pictures: &mut dyn PictureStream, lanes: &mut Lanes) -> Result<()> {
        while let Some(picture) = pictures.next_picture()? {
            self.context.cancel.check()?;
            self.report(picture.time);
            self.waiting.push_back(self.pool.keep(&picture));
            let verdict = self.cuts.push(&picture);
            self.judged(verdict, lanes)?;
        }
        while let Some(cut) = self.cuts.finish() {
            self.judged(Some(cut), lanes)?;
        }
        if let Some(segment) = self.segmenter.finish() {
            lanes.send(segment);
        }
        lanes.close();
        while let Some(findings) = lanes.wait()? {
            self.take(findings);
        }
        Ok(())
    }

    fn report(&mut self, time: f64) {
        let start = *self.start.get_or_insert(time);
        self.end = Some(time);
        let fraction = (time - start) / self.seconds.max(1e-3);
        self.context.progress.set(fraction, "Following faces");
    }

    /// The oldest waiting picture begins a scene or does not.
    fn judged(&mut self, verdict: Option<bool>, lanes: &mut Lanes) -> Result<()> {
        let (Some(cut), true) = (verdict, !self.waiting.is_empty()) else { return Ok(()) };
        let Some(frame) = self.waiting.pop_front() else { return Ok(()) };
        if let Some(segment) = self.segmenter.push(frame, cut) {
            lanes.send(segment);
        }
        while let Some(findings) = lanes.ready()? {
            self.take(findings);
        }
        Ok(())
    }

    fn take(&mut self, findings: Findings) {
        self.early.insert(findings.number, findings);
        while let Some(findings) = self.early.remove(&self.next) {
            self.assembler.push(&findings);
            self.next += 1;
        }
    }
}
