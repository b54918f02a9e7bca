//! Scenes of a source, their people, and the ticks that decisions are made in.

use super::{FacePoint, FaceTrack, MouthMotion, Observations};

/// Length of a tick, in seconds: as near as whole pictures come to it.
const TICK: f64 = 0.1;
/// Pictures a second where the source does not tell.
const DEFAULT_RATE: f64 = 25.0;
/// Times closer than this are the same, in seconds.
const INSTANT: f64 = 1e-6;

/// A stretch between two cuts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scene {
    /// Time of its first picture.
    pub start: f64,
    /// Time at which its last picture ends.
    pub end: f64,
    /// Whether the source cuts where it begins.
    pub cut: bool,
}

/// A person as seen in one scene.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Appearance {
    /// The person's number.
    pub person: u32,
    /// The places, in order of time, at least one.
    pub points: Vec<FacePoint>,
    /// The mouth's motion, in order of time.
    pub mouth: Vec<MouthMotion>,
}

/// The scenes, in order, without gap; none of no length.
pub(super) fn scenes(seen: &Observations) -> Vec<Scene> {
    let inside = |cut: &f64| *cut > seen.start + INSTANT && *cut < seen.end - INSTANT;
    let mut cuts: Vec<f64> = seen.cuts.iter().copied().filter(inside).collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup_by(|later, earlier| *later - *earlier < INSTANT);
    let starts = std::iter::once(seen.start).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain(std::iter::once(seen.end));
    starts
        .zip(ends)
        .enumerate()
        .map(|(index, (start, end))| Scene { start, end, cut: index > 0 })
        .filter(|scene| scene.end > scene.start)
        .collect()
}

impl Scene {
    /// Whether a picture of this time belongs to the scene.
    pub(super) fn contains(&self, time: f64) -> bool {
        time >= self.start - INSTANT && time < self.end - INSTANT
    }

    /// Everybody that was seen in the scene, by number.
    pub(super) fn people(&self, seen: &Observations) -> Vec<Appearance> {
        let mut people: Vec<Appearance> = Vec::new();
        let of_scene = |track: &&FaceTrack| track.end() >= self.start - INSTANT && track.start() < self.end;
        for track in seen.tracks.iter().filter(of_scene) {
            let points: Vec<FacePoint> =
                track.points.iter().copied().filter(|point| self.contains(point.time)).collect();
            let mouth = track.mouth.iter().copied().filter(|mouth| self.contains(mouth.time));
            match people.iter_mut().find(|known| known.person == track.person) {
                _ if points.is_empty() => {}
                Some(known) => {
                    known.points.extend(points);
                    known.mouth.extend(mouth);
                }
                None => people.push(Appearance { person: track.person, points, mouth: mouth.collect() }),
            }
        }
        for person in &mut people {
            person.points.sort_by(|a, b| a.time.total_cmp(&b.time));
            person.mouth.sort_by(|a, b| a.time.total_cmp(&b.time));
        }
        people.sort_by_key(|person| person.person);
        people
    }
}

/// A scene in steps of whole pictures.
#[derive(Debug, Clone)]
pub(super) struct Ticks {
    edges: Vec<f64>,
    step: f64,
}

impl Ticks {
    /// The ticks of a scene of `rate` pictures a second; the last one ends with the scene and may
    /// be longer.
    pub(super) fn of(scene: &Scene, rate: f64) -> Self {
        let rate = if rate.is_finite() && rate > 0.0 { rate } else { DEFAULT_RATE };
        let step = (rate * TICK).round().max(1.0) / rate;
        let count = ((scene.end - scene.start) / step + INSTANT).floor().max(1.0) as usize;
        let mut edges: Vec<f64> = (0..count).map(|tick| scene.start + tick as f64 * step).collect();
        edges.push(scene.end);
        Self { edges, step }
    }

    /// How many, at least one.
    pub(super) fn count(&self) -> usize {
        self.edges.len() - 1
    }

    /// Where a tick begins; that of the scene's end for the count.
    pub(super) fn edge(&self, tick: usize) -> f64 {
        self.edges[tick]
    }

    /// A tick's begin and end.
    pub(super) fn span(&self, tick: usize) -> (f64, f64) {
        (self.edges[tick], self.edges[tick + 1])
    }

    /// The middle of a tick.
    pub(super) fn centre(&self, tick: usize) -> f64 {
        f64::midpoint(self.edges[tick], self.edges[tick + 1])
    }

    /// Seconds of a tick.
    pub(super) fn length(&self, tick: usize) -> f64 {
        self.edges[tick + 1] - self.edges[tick]
    }

    /// The ticks that last at least so many seconds.
    pub(super) fn lasting(&self, seconds: f64) -> usize {
        (seconds / self.step - INSTANT).ceil().max(1.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(cuts: &[f64]) -> Observations {
        Observations { start: 1.0, end: 5.0, rate: 25.0, cuts: cuts.to_vec(), ..Observations::default() }
    }

    #[test]
    fn scenes_lie_between_cuts_and_the_first_begins_without_one() {
        let scenes = scenes(&seen(&[3.0, 1.0, 3.0, 2.0, 5.0, 9.0, f64::NAN]));
        let shape: Vec<_> = scenes.iter().map(|s| (s.start, s.end, s.cut)).collect();
        assert_eq!(shape, [(1.0, 2.0, false), (2.0, 3.0, true), (3.0, 5.0, true)]);
    }

    #[test]
    fn a_span_without_length_has_no_scene() {
        assert_eq!(scenes(&Observations { end: 1.0, ..seen(&[]) }), []);
        assert_eq!(scenes(&Observations { end: f64::NAN, ..seen(&[]) }), []);
    }

    #[test]
    fn ticks_stand_on_pictures_and_end_with_the_scene() {
        let ticks = Ticks::of(&Scene { start: 2.0, end: 3.03, cut: true }, 24.0);
        assert_eq!(ticks.count(), 12);
        for tick in 0..ticks.count() {
            let pictures = (ticks.edge(tick) - 2.0) * 24.0;
            assert!((pictures - pictures.round()).abs() < 1e-9, "{pictures}");
        }
        assert_eq!(ticks.edge(12), 3.03);
        assert_eq!(ticks.lasting(1.0), 12);
        assert_eq!(Ticks::of(&Scene { start: 0.0, end: 0.01, cut: false }, 0.0).count(), 1);
    }
}
