//! What was seen in a span of a source: plain data, between looking and deciding.

use crate::picture::Rect;

/// Points of a face: left eye, right eye, tip of the nose, left and right corner of the mouth, as
/// seen in the picture; x and y in the source's pixels.
pub type Landmarks = [(f64, f64); 5];

/// A face at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FacePoint {
    /// Seconds of the source.
    pub time: f64,
    /// The face, in the source's pixels as a viewer sees them.
    pub face: Rect,
    /// Points of the face.
    pub landmarks: Landmarks,
    /// Confidence of the detector, 0 to 1; where the face was followed from one look to the next a
    /// mean of both, and 0 where it was out of sight and its place is a guess.
    pub confidence: f64,
}

/// How much a mouth moved from one picture to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MouthMotion {
    /// Time of the later picture, in seconds of the source.
    pub time: f64,
    /// Change of the mouth's region beyond that of the rest of the face, 0 or more: a multiple of
    /// what this person's mouth does at rest.
    pub motion: f64,
}

/// A person through one scene of the source: between two cuts.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceTrack {
    /// The person, the same number in every scene that shows them, from 0.
    pub person: u32,
    /// The places, in order of time, at least one.
    pub points: Vec<FacePoint>,
    /// The mouth's motion, in order of time; empty where it was too small to see.
    pub mouth: Vec<MouthMotion>,
}

impl FaceTrack {
    /// Time of the first place, in seconds.
    pub fn start(&self) -> f64 {
        self.points.first().map_or(0.0, |point| point.time)
    }

    /// Time of the last place, in seconds.
    pub fn end(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.time)
    }
}

/// What was seen in a span of a source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observations {
    /// Width of the source as a viewer sees it.
    pub width: u32,
    /// Height of the source as a viewer sees it.
    pub height: u32,
    /// Pictures a second.
    pub rate: f64,
    /// Time of the first picture.
    pub start: f64,
    /// Time at which the last picture ends.
    pub end: f64,
    /// Times of the first pictures of new scenes, in order; the first scene begins at `start`.
    pub cuts: Vec<f64>,
    /// Times at which faces were placed, in order.
    pub looks: Vec<f64>,
    /// Pictures in which the network looked for faces.
    pub detections: usize,
    /// Everybody, scene by scene.
    pub tracks: Vec<FaceTrack>,
}
