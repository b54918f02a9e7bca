//! Made-up observations for tests: people at known places who speak at known times.

use super::{FacePoint, FaceTrack, Hearing, MouthMotion, Observations};
use crate::outcome::TimeRange;
use crate::picture::Rect;

/// A generator of numbers that is the same everywhere (SplitMix64, Steele and others 2014).
pub(super) struct Random(pub u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Evenly between `from` and `to`.
    pub(super) fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.bits() % end.max(1) as u64) as usize
    }

    /// Normally distributed, of mean 0 and deviation 1 (Box and Muller 1958).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.between(1e-12, 1.0).ln()).sqrt();
        radius * self.between(0.0, std::f64::consts::TAU).cos()
    }
}

/// The picture's size.
pub(super) const SIZE: (u32, u32) = (1920, 1080);
/// Looks a second.
const LOOKS: f64 = 6.0;

/// Observations and sound in the making.
pub(super) struct Made {
    /// What is seen.
    pub seen: Observations,
    /// When somebody is heard to speak.
    pub heard: Vec<TimeRange>,
    /// Where chance comes from.
    pub random: Random,
    /// Change of a resting mouth from picture to picture, in levels of luma.
    pub noise: f64,
    /// Change of a mouth that speaks at its loudest, in levels of luma.
    pub gain: f64,
    /// Loudness of whoever speaks, 25 times a second.
    pub loudness: Vec<f64>,
}

impl Made {
    /// A span of `seconds` with cuts, in which nobody is seen or heard yet.
    pub(super) fn new(seconds: f64, cuts: &[f64]) -> Self {
        let looks = (0..(seconds * LOOKS).ceil() as usize).map(|look| look as f64 / LOOKS);
        let mut looks: Vec<f64> = looks.chain(cuts.iter().copied()).collect();
        looks.sort_by(f64::total_cmp);
        let mut random = Random(7);
        // Syllables: four a second, of uneven loudness.
        let loudness = (0..(seconds * 25.0).ceil() as usize)
            .map(|at| {
                let wave = 0.55 + 0.45 * (at as f64 / 25.0 * 4.0 * std::f64::consts::TAU).sin();
                wave * random.between(0.5, 1.0)
            })
            .collect();
        let seen = Observations {
            width: SIZE.0,
            height: SIZE.1,
            rate: 25.0,
            start: 0.0,
            end: seconds,
            cuts: cuts.to_vec(),
            detections: looks.len(),
            looks,
            tracks: Vec::new(),
        };
        Self { seen, heard: Vec::new(), random, noise: 0.4, gain: 4.0, loudness }
    }

    /// Adds a person seen from `start` to `end`, with the face's centre and width by time, and a
    /// resting mouth.
    pub(super) fn person(&mut self, person: u32, span: (f64, f64), place: impl Fn(f64) -> (f64, f64, f64)) {
        let looks = self.seen.looks.iter().copied().filter(|look| *look >= span.0 && *look < span.1);
        let points: Vec<FacePoint> = looks
            .map(|time| {
                let (x, y, width) = place(time);
                let face = Rect::around(x, y, width, width * 1.3);
                FacePoint { time, face, landmarks: [(x, y); 5], confidence: 0.9 }
            })
            .collect();
        let mouth = (0..(self.seen.end * 25.0) as usize).map(|at| at as f64 / 25.0);
        let mouth: Vec<MouthMotion> = mouth
            .filter(|time| *time >= span.0 && *time < span.1)
            .map(|time| {
                let motion = self.noise * (0.6 + 0.8 * self.random.normal());
                MouthMotion { time, motion: motion.max(0.0) }
            })
            .collect();
        if !points.is_empty() {
            self.seen.tracks.push(FaceTrack { person, points, mouth });
        }
    }

    /// Adds a person that stays at one place.
    pub(super) fn sits(&mut self, person: u32, span: (f64, f64), x: f64, width: f64) {
        self.person(person, span, |_| (x, 450.0, width));
    }

    /// Lets a person speak, to be heard as well.
    pub(super) fn speaks(&mut self, person: u32, start: f64, end: f64) {
        self.moves(person, start, end, true);
        self.heard.push(TimeRange { start, end });
    }

    /// Lets a mouth move from `start` to `end`, with the sound or without.
    pub(super) fn moves(&mut self, person: u32, start: f64, end: f64, with_sound: bool) {
        let gain = self.gain;
        for track in self.seen.tracks.iter_mut().filter(|track| track.person == person) {
            for mouth in track.mouth.iter_mut().filter(|mouth| mouth.time >= start && mouth.time < end) {
                let sound = self.loudness[(mouth.time * 25.0) as usize];
                let moved = if with_sound { sound } else { self.random.between(0.2, 1.0) };
                mouth.motion += gain * moved * self.random.between(0.3, 1.0);
            }
        }
    }

    /// What was seen and heard.
    pub(super) fn done(mut self) -> (Observations, Hearing) {
        self.seen.tracks.iter_mut().for_each(to_multiples);
        let heard = Hearing::of(self.heard);
        let value = |(at, loud): (usize, &f64)| {
            let time = at as f64 / 25.0;
            if heard.speech_in(time, time + 0.04) > 0.5 { (0.2 * loud) as f32 } else { 0.003 }
        };
        let envelope = self.loudness.iter().enumerate().map(value).collect();
        (self.seen, heard.with_envelope(envelope, 25.0, 0.0))
    }
}

/// Changes in levels of luma to multiples of what the mouth does at rest: its quieter changes, but
/// no less than a picture's own noise.
fn to_multiples(track: &mut FaceTrack) {
    let mut changes: Vec<f64> = track.mouth.iter().map(|mouth| mouth.motion).collect();
    changes.sort_by(f64::total_cmp);
    let rest = changes.get(changes.len() * 3 / 10).copied().unwrap_or(0.0).max(0.4);
    track.mouth.iter_mut().for_each(|mouth| mouth.motion /= rest);
}
