//! A run of pictures between two looks at whole pictures, and what is found out about it.

use std::sync::Arc;

use super::super::detect::{Detection, Detector};
use super::super::frame::Frame;
use super::super::mouth;
use super::super::track::{Appearance, Bridge, Hop, Look, Trace};
use crate::context::CancelToken;
use crate::error::Result;
use crate::sys::Mutex;

/// Shortest time between two looks, in seconds; where somebody comes or goes, looks are this near.
const SHORTEST: f64 = 0.2;

/// Most faces that are followed, the largest: of a crowd nobody is shown alone.
const MOST_FACES: usize = 16;

/// A look at a picture that two runs share: whoever needs it first does it.
#[derive(Default)]
pub(super) struct Shared(Mutex<Option<Arc<[Detection]>>>);

impl Shared {
    fn get(&self, look: impl FnOnce() -> Result<Arc<[Detection]>>) -> Result<Arc<[Detection]>> {
        let mut found = self.0.lock();
        if let Some(found) = &*found {
            return Ok(Arc::clone(found));
        }
        let fresh = look()?;
        *found = Some(Arc::clone(&fresh));
        Ok(fresh)
    }
}

/// Pictures of one scene from a look to the next, both included; a lone one is both.
pub(super) struct Segment {
    /// Number of the segment.
    pub number: usize,
    /// Number of its scene.
    pub scene: usize,
    /// The pictures.
    pub frames: Vec<Arc<Frame>>,
    /// Whether faces are to be placed in each picture.
    pub ticks: Vec<bool>,
    /// The look at the first picture.
    pub head: Arc<Shared>,
    /// The look at the last picture.
    pub tail: Arc<Shared>,
}

/// A face of a look, and what it looks like.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// What the network found.
    pub detection: Detection,
    /// What it looks like.
    pub appearance: Appearance,
}

/// A hop and the mouth's motion on the way.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The way.
    pub hop: Hop,
    /// Time and change of the mouth in each picture but the first.
    pub mouth: Vec<(f64, f32)>,
}

/// What was found out about a segment.
#[derive(Debug, Clone)]
pub(crate) struct Findings {
    /// Number of the segment.
    pub number: usize,
    /// Number of its scene.
    pub scene: usize,
    /// Times of the pictures.
    pub times: Vec<f64>,
    /// Whether faces are to be placed in each picture.
    pub ticks: Vec<bool>,
    /// The looks: index of the picture, and the faces.
    pub looks: Vec<(usize, Vec<Seen>)>,
    /// The steps from each look to the next.
    pub steps: Vec<Vec<Step>>,
}

/// What a lane needs for its work.
pub(super) struct Lane<'a, 'b> {
    /// The network.
    pub detector: &'a mut Detector<'b>,
    /// Least confidence of a face that is considered.
    pub least: f64,
    /// Least confidence of a face that is believed.
    pub sure: f64,
    /// Least height of a face that is followed, in pixels of the pictures.
    pub least_height: f64,
    /// Raised to stop.
    pub cancel: &'a CancelToken,
}

impl Lane<'_, '_> {
    /// Looks at the ends of the segment, joins what they found, and looks in between where that
    /// fails.
    pub(super) fn work(&mut self, segment: Segment) -> Result<Findings> {
        let frames = &segment.frames;
        let last = frames.len() - 1;
        let head = Look { at: 0, found: segment.head.get(|| self.look(&frames[0]))? };
        let trace = if last == 0 {
            Trace { looks: vec![head], hops: Vec::new() }
        } else {
            let tail = Look { at: last, found: segment.tail.get(|| self.look(&frames[last]))? };
            let sure = self.sure;
            let peek = &mut |frame: &Frame| self.look(frame);
            Bridge { frames, sure, shortest: SHORTEST, peek }.trace(head, tail)?
        };
        Ok(describe(segment, &trace))
    }

    fn look(&mut self, frame: &Frame) -> Result<Arc<[Detection]>> {
        self.cancel.check()?;
        let mut found = self.detector.look(&frame.view(), self.least)?;
        found.retain(|detection| detection.face.height >= self.least_height);
        found.sort_by(|a, b| b.face.height.total_cmp(&a.face.height));
        found.truncate(MOST_FACES);
        Ok(found.into())
    }
}

/// Adds what only the pictures tell, so that they can go.
fn describe(segment: Segment, trace: &Trace) -> Findings {
    let frames = &segment.frames;
    let seen = |look: &Look| {
        let appearance = |d: &Detection| Appearance::new(&frames[look.at], d.face, d.confidence);
        look.found.iter().map(|d| Seen { detection: *d, appearance: appearance(d) }).collect()
    };
    let steps = |(hops, ends): (&Vec<Hop>, &[Look])| {
        let [from, to] = ends else { return Vec::new() };
        let frames = &frames[from.at..=to.at];
        let step = |hop: &Hop| Step { mouth: mouth_on(frames, hop, from, to), hop: hop.clone() };
        hops.iter().map(step).collect()
    };
    Findings {
        number: segment.number,
        scene: segment.scene,
        times: frames.iter().map(|frame| frame.time).collect(),
        looks: trace.looks.iter().map(|look| (look.at, seen(look))).collect(),
        steps: trace.hops.iter().zip(trace.looks.windows(2)).map(steps).collect(),
        ticks: segment.ticks,
    }
}

fn mouth_on(frames: &[Arc<Frame>], hop: &Hop, from: &Look, to: &Look) -> Vec<(f64, f32)> {
    let ends = [&from.found[hop.from], &to.found[hop.to]];
    mouth::changes(frames, &hop.path, ends.map(|d| mouth::middle(d.face, &d.landmarks)))
}
