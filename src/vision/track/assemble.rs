//! Chains of hops: each is one face for as long as it was followed without a gap.

use super::appearance::Appearance;
use super::{count, person, stitch};
use crate::context::CancelToken;
use crate::error::Result;
use crate::picture::Rect;
use crate::spec::FaceFilter;
use crate::vision::observe::{Findings, Seen, Step};
use crate::vision::{FacePoint, FaceTrack, Landmarks, mouth};

/// A face through time, in pixels of the looked-at pictures.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    /// Number of its scene.
    pub scene: usize,
    /// Its places.
    pub points: Vec<FacePoint>,
    /// Time and change of the mouth.
    pub mouth: Vec<(f64, f32)>,
    /// What it looks like.
    pub appearance: Appearance,
    /// Confidences of the looks that saw it: the highest, their sum, their number.
    pub best: f64,
    /// Sum of the confidences.
    pub sum: f64,
    /// Looks that saw it.
    pub sightings: usize,
}

impl Chain {
    fn new(scene: usize, time: f64, seen: &Seen) -> Self {
        let confidence = seen.detection.confidence;
        Self {
            scene,
            points: vec![point(time, seen)],
            mouth: Vec::new(),
            appearance: seen.appearance.clone(),
            best: confidence,
            sum: confidence,
            sightings: 1,
        }
    }

    /// Time of the first place.
    pub(crate) fn start(&self) -> f64 {
        self.points.first().map_or(0.0, |point| point.time)
    }

    /// Time of the last place.
    pub(crate) fn end(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.time)
    }

    /// Whether both are seen at one time.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.scene == other.scene && self.start() <= other.end() && other.start() <= self.end()
    }

    fn sight(&mut self, seen: &Seen) {
        self.appearance.merge(&seen.appearance);
        self.best = self.best.max(seen.detection.confidence);
        self.sum += seen.detection.confidence;
        self.sightings += 1;
    }
}

fn point(time: f64, seen: &Seen) -> FacePoint {
    let found = seen.detection;
    FacePoint { time, face: found.face, landmarks: found.landmarks, confidence: found.confidence }
}

/// Builds chains from findings that come in order.
#[derive(Default)]
pub(crate) struct Assembler {
    chains: Vec<Chain>,
    looks: Vec<f64>,
    /// Time of the first and of the last picture of each scene.
    scenes: Vec<(f64, f64)>,
    /// Pictures that the network looked at.
    detections: usize,
    scene: Option<usize>,
    /// The chain of each face of the newest look.
    open: Vec<usize>,
}

impl Assembler {
    /// Takes the next segment's findings.
    pub(crate) fn push(&mut self, findings: &Findings) {
        let Some((first, _)) = findings.looks.split_first() else { return };
        self.note(findings);
        if self.scene != Some(findings.scene) {
            self.scene = Some(findings.scene);
            let time = findings.times[first.0];
            self.looks.push(time);
            self.open = first.1.iter().map(|seen| self.begin(findings.scene, time, seen)).collect();
        }
        for (pair, steps) in findings.looks.windows(2).zip(&findings.steps) {
            self.advance(findings, &pair[0], &pair[1], steps);
        }
    }

    fn note(&mut self, findings: &Findings) {
        let (Some(first), Some(last)) = (findings.times.first(), findings.times.last()) else { return };
        self.scenes.resize(self.scenes.len().max(findings.scene + 1), (*first, *last));
        self.scenes[findings.scene].1 = *last;
        // A look that two segments share counts once.
        self.detections += findings.looks.len() - usize::from(self.scene == Some(findings.scene));
    }

    fn begin(&mut self, scene: usize, time: f64, seen: &Seen) -> usize {
        self.chains.push(Chain::new(scene, time, seen));
        self.chains.len() - 1
    }

    fn advance(
        &mut self,
        findings: &Findings,
        from: &(usize, Vec<Seen>),
        to: &(usize, Vec<Seen>),
        steps: &[Step],
    ) {
        let between: Vec<_> = (from.0 + 1..to.0).filter(|index| findings.ticks[*index]).collect();
        self.looks.extend(between.iter().map(|index| findings.times[*index]));
        let time = findings.times[to.0];
        self.looks.push(time);
        let mut chains = vec![None; to.1.len()];
        for step in steps {
            let chain = self.open[step.hop.from];
            let (head, tail) = (&from.1[step.hop.from], &to.1[step.hop.to]);
            let points = between.iter().map(|index| {
                let part = (index - from.0) as f64 / (to.0 - from.0) as f64;
                let face = step.hop.path[index - from.0];
                between_looks(findings.times[*index], face, head, tail, part)
            });
            let extended = &mut self.chains[chain];
            extended.points.extend(points);
            extended.points.push(point(time, tail));
            extended.mouth.extend(&step.mouth);
            extended.sight(tail);
            chains[step.hop.to] = Some(chain);
        }
        self.open = chains
            .into_iter()
            .zip(&to.1)
            .map(|(chain, seen)| chain.unwrap_or_else(|| self.begin(findings.scene, time, seen)))
            .collect();
    }

    /// The people. `scale` brings the pictures' pixels to the source's; `size` is that of the
    /// pictures. `Cancelled` where that was asked for.
    pub(crate) fn finish(
        self,
        filter: &FaceFilter,
        size: (usize, usize),
        scale: (f64, f64),
        cancel: &CancelToken,
    ) -> Result<People> {
        let joined = stitch::join(self.chains, &self.looks);
        let lengths: Vec<f64> = self.scenes.iter().map(|(first, last)| last - first).collect();
        let counted = count::count(joined, filter, (size.0 as f64, size.1 as f64), &lengths);
        let persons = person::number(&counted, cancel)?;
        let mut rests = vec![Vec::new(); counted.len()];
        for (chain, person) in counted.iter().zip(&persons) {
            rests[*person].extend_from_slice(&chain.mouth);
        }
        let rests: Vec<f32> = rests.iter().map(|changes| mouth::rest(changes.iter())).collect();
        let tracks = counted.into_iter().zip(persons).map(|(chain, person)| FaceTrack {
            person: person as u32,
            mouth: mouth::motion(&chain.mouth, rests[person]),
            points: chain.points.into_iter().map(|point| scaled(point, scale)).collect(),
        });
        Ok(People { tracks: tracks.collect(), looks: self.looks, detections: self.detections })
    }
}

/// Everybody that was seen.
pub(crate) struct People {
    /// Scene by scene.
    pub tracks: Vec<FaceTrack>,
    /// Times at which faces were placed.
    pub looks: Vec<f64>,
    /// Pictures that the network looked at.
    pub detections: usize,
}

/// A face that was followed from one look to the next; `part` of the time between has passed.
fn between_looks(time: f64, face: Rect, head: &Seen, tail: &Seen, part: f64) -> FacePoint {
    let (from, to) = (&head.detection, &tail.detection);
    let mix = |a: f64, b: f64| a + (b - a) * part;
    let within = |face: Rect, (x, y): (f64, f64)| ((x - face.x) / face.width, (y - face.y) / face.height);
    let mut landmarks: Landmarks = Default::default();
    for ((point, a), b) in landmarks.iter_mut().zip(from.landmarks).zip(to.landmarks) {
        let (a, b) = (within(from.face, a), within(to.face, b));
        *point = (face.x + mix(a.0, b.0) * face.width, face.y + mix(a.1, b.1) * face.height);
    }
    FacePoint { time, face, landmarks, confidence: mix(from.confidence, to.confidence) }
}

fn scaled(point: FacePoint, (across, down): (f64, f64)) -> FacePoint {
    let face = Rect {
        x: point.face.x * across,
        y: point.face.y * down,
        width: point.face.width * across,
        height: point.face.height * down,
    };
    let landmarks = point.landmarks.map(|(x, y)| (x * across, y * down));
    FacePoint { face, landmarks, ..point }
}
