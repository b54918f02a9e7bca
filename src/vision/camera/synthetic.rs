//! Subjects on known paths with seeded noise, and measures of the camera's path, for tests.

use crate::context::CancelToken;
use crate::outcome::{Shot, ShotMode};
use crate::picture::Rect;
use crate::spec::Layout;
use crate::vision::geometry::Stage;
use crate::vision::{FacePoint, FaceTrack, Observations, ShotPlan};

/// Normal noise from a seed: a linear congruential generator (Knuth's MMIX constants).
pub(in crate::vision) struct Noise(u64);

impl Noise {
    pub(in crate::vision) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed)
    }

    /// 0 to 1.
    pub(in crate::vision) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Mean 0, deviation 1 (Box and Muller).
    pub(in crate::vision) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().max(1e-300).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// Pictures a second of the synthetic source.
pub(in crate::vision) const RATE: f64 = 30.0;
/// Looks a second.
const LOOKS: f64 = 6.0;

/// A face's centre and height at a time; `None` out of sight.
pub(in crate::vision) type Truth = Box<dyn Fn(f64) -> Option<(f64, f64, f64)>>;

/// A scene of one person in a picture of 1920 by 1080.
pub(in crate::vision) struct Scene {
    pub truth: Truth,
    pub seconds: f64,
    /// Deviation of a look, in pixels.
    pub noise: f64,
    pub seed: u64,
}

impl Scene {
    /// A face 200 pixels high in the middle height whose centre is at `x`.
    pub(in crate::vision) fn across(seconds: f64, x: impl Fn(f64) -> f64 + 'static) -> Self {
        Self { truth: Box::new(move |t| Some((x(t), 500.0, 200.0))), seconds, noise: 19.2, seed: 1 }
    }

    pub(in crate::vision) fn face(&self, time: f64) -> Option<Rect> {
        (self.truth)(time).map(|(x, y, height)| Rect::around(x, y, 0.75 * height, height))
    }

    /// What a detector would see.
    pub(in crate::vision) fn observations(&self) -> Observations {
        let mut noise = Noise::new(self.seed);
        let looks: Vec<f64> = (0..(self.seconds * LOOKS) as usize).map(|i| i as f64 / LOOKS).collect();
        let mut look = |time: f64| {
            let face = self.face(time)?;
            let (x, y) = face.centre();
            let (x, y) = (x + self.noise * noise.normal(), y + self.noise * noise.normal());
            let size = 1.0 + 0.1 * self.noise / face.height * noise.normal();
            let face = Rect::around(x, y, face.width * size, face.height * size);
            Some(FacePoint { time, face, landmarks: [face.centre(); 5], confidence: 0.9 })
        };
        let points: Vec<_> = looks.iter().filter_map(|time| look(*time)).collect();
        let tracks = vec![FaceTrack { person: 0, points, mouth: Vec::new() }];
        let (width, height, cuts) = (1920, 1080, Vec::new());
        let detections = looks.len();
        Observations {
            width,
            height,
            rate: RATE,
            start: 0.0,
            end: self.seconds,
            cuts,
            looks,
            detections,
            tracks,
        }
    }

    pub(in crate::vision) fn plan(&self, mode: ShotMode) -> ShotPlan {
        let persons = if mode == ShotMode::Dual { vec![0, 0] } else { vec![0] };
        ShotPlan { start: 0.0, end: self.seconds, cut: false, mode, persons }
    }

    pub(in crate::vision) fn shoot(&self, mode: ShotMode) -> Film {
        let (observations, never) = (self.observations(), CancelToken::default());
        let shot =
            super::compose(&self.plan(mode), &observations, &Layout::vertical(), 9.0 / 16.0, &never).unwrap();
        self.film(shot)
    }

    /// The first cut-out of each picture.
    pub(in crate::vision) fn film(&self, shot: Shot) -> Film {
        let stage = Stage::new(1920, 1080, &Layout::vertical(), 9.0 / 16.0);
        let picture = |index: usize| {
            let time = index as f64 / RATE;
            stage.crops(&shot, time).next().map(|crop| (crop, self.face(time)))
        };
        let pictures = (0..(self.seconds * RATE) as usize).filter_map(picture).collect();
        Film { pictures, keyframes: shot.crops[0].keyframes.len() }
    }

    /// Mean jerk of the detections over that of the cut-out at the same times.
    pub(in crate::vision) fn jerk_ratio(&self, film: &Film) -> f64 {
        let points = &self.observations().tracks[0].points;
        let raw: Vec<f64> = points.iter().map(|point| point.face.centre().0).collect();
        let x = film.x();
        let picture = |point: &FacePoint| ((point.time * RATE).round() as usize).min(x.len() - 1);
        let cut: Vec<f64> = points.iter().map(|point| x[picture(point)]).collect();
        mean_jerk(&raw) / mean_jerk(&cut)
    }
}

/// Each picture's cut-out and the true face.
pub(in crate::vision) struct Film {
    pub pictures: Vec<(Rect, Option<Rect>)>,
    pub keyframes: usize,
}

impl Film {
    pub(in crate::vision) fn x(&self) -> Vec<f64> {
        self.pictures.iter().map(|(crop, _)| crop.centre().0).collect()
    }

    /// Distances of the cut-out's centre from the face's, in widths, where the picture's edge does
    /// not hold it.
    pub(in crate::vision) fn offsets(&self) -> Vec<f64> {
        let off = |(crop, face): &(Rect, Option<Rect>)| {
            let wish = (*face)?.centre().0.clamp(crop.width / 2.0, 1920.0 - crop.width / 2.0);
            Some((crop.centre().0 - wish).abs() / crop.width)
        };
        self.pictures.iter().filter_map(off).collect()
    }

    /// Percent of the pictures with a face whose centre is within the middle 60 %, where it can be.
    pub(in crate::vision) fn central(&self) -> f64 {
        let central = |crop: &Rect, face: Rect| {
            let middle = |crop: Rect| {
                let (x, y) = crop.centre();
                Rect::around(x, y, 0.6 * crop.width, 0.6 * crop.height)
            };
            let room = Rect::around(960.0, 540.0, 1920.0 - 0.4 * crop.width, 1080.0 - 0.4 * crop.height);
            let (x, y) = face.centre();
            let centre = Rect { x, y, width: 0.0, height: 0.0 };
            middle(*crop).contains(centre) || !room.contains(centre)
        };
        self.percent(central)
    }

    /// Percent of the pictures with a face that is wholly in the cut-out.
    pub(in crate::vision) fn inside(&self) -> f64 {
        let picture = Rect { x: 0.0, y: 0.0, width: 1920.0, height: 1080.0 };
        self.percent(|crop, face| crop.contains(face) || !picture.contains(face))
    }

    fn percent(&self, holds: impl Fn(&Rect, Rect) -> bool) -> f64 {
        let faces: Vec<_> = self.pictures.iter().filter_map(|(crop, face)| Some((crop, (*face)?))).collect();
        let good = faces.iter().filter(|(crop, face)| holds(crop, *face)).count();
        100.0 * good as f64 / faces.len().max(1) as f64
    }

    /// Highest absolute speed and acceleration, in widths, over a tenth of a second.
    pub(in crate::vision) fn peaks(&self) -> (f64, f64) {
        let width = self.pictures[0].0.width;
        let x: Vec<_> = self.x().iter().step_by(3).map(|x| x / width).collect();
        let peak = |values: &[f64]| values.iter().map(|value| value.abs()).fold(0.0, f64::max);
        let speed = differences(&x, 0.1);
        (peak(&speed), peak(&differences(&speed, 0.1)))
    }

    pub(in crate::vision) fn moves(&self) -> bool {
        self.pictures.windows(2).any(|pair| pair[0].0 != pair[1].0)
    }
}

fn differences(values: &[f64], step: f64) -> Vec<f64> {
    values.windows(2).map(|pair| (pair[1] - pair[0]) / step).collect()
}

/// Root of the mean squared third difference at the rate of the looks, a second cubed.
fn mean_jerk(values: &[f64]) -> f64 {
    let step = 1.0 / LOOKS;
    let jerk = differences(&differences(&differences(values, step), step), step);
    (jerk.iter().map(|x| x * x).sum::<f64>() / jerk.len().max(1) as f64).sqrt()
}
