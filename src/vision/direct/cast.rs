//! The people of a scene as a director looks at them: who is there, who matters, who fits beside
//! whom.

use super::super::ticks::{Appearance, Ticks};
use super::super::{FacePoint, Observations};

/// Most people of a scene that are thought about.
const MOST: usize = 8;
/// A face out of sight for less than this is there, in seconds.
const UNSEEN: f64 = 1.2;
/// A face out of sight for no more than this keeps its shot where nobody else is there, in seconds.
const MISSED: f64 = 2.0;
/// How much less a face matters at the picture's edge than in its middle.
const OFF_CENTRE: f64 = 0.5;
/// Two faces fit into one cut-out with this much beside, above and below each, in faces' widths
/// and heights.
const ROOM: (f64, f64, f64) = (0.6, 0.8, 1.0);
/// As much of a cut-out's width two faces with their room may take.
const FULL: f64 = 0.96;
/// Who is left is settled in the first second of two people's time together.
const SETTLED: f64 = 1.0;

/// Sizes that faces are measured against, in pixels of the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Width of the source.
    pub width: f64,
    /// Size of the largest cut-out.
    largest: (f64, f64),
}

impl Frame {
    /// The largest cut-out of an aspect (width over height).
    pub(super) fn of(seen: &Observations, aspect: f64) -> Self {
        let (width, height) = (f64::from(seen.width), f64::from(seen.height));
        Self { width, largest: (width.min(height * aspect), height.min(width / aspect)) }
    }
}

/// A person and when they are there.
struct Actor {
    person: Appearance,
    /// For each tick, whether the face is there.
    seen: Vec<bool>,
    /// For each tick, whether the face is there or will soon be back, or was until just now.
    kept: Vec<bool>,
    prominence: f64,
}

/// The people of a scene, the most prominent first.
pub(super) struct Cast(Vec<Actor>);

impl Cast {
    /// The people of a scene with `rate` looks a second and pictures of `width` pixels.
    pub(super) fn of(people: Vec<Appearance>, ticks: &Ticks, rate: f64, width: f64) -> Self {
        let look = 1.0 / rate.max(0.1);
        let mut actors: Vec<Actor> = people
            .into_iter()
            .map(|person| {
                let seen = presence(&person.points, ticks, look, UNSEEN.max(1.5 * look), false);
                let kept = presence(&person.points, ticks, look, MISSED.max(1.5 * look), true);
                let prominence = prominence(&person.points, width);
                Actor { person, seen, kept, prominence }
            })
            .collect();
        let weight = |actor: &Actor| actor.prominence * actor.person.points.len() as f64;
        actors.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        actors.truncate(MOST);
        actors.sort_by(|a, b| b.prominence.total_cmp(&a.prominence));
        Self(actors)
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// An actor's number as a person.
    pub(super) fn person(&self, actor: usize) -> u32 {
        self.0[actor].person.person
    }

    /// The actor that is this person.
    pub(super) fn actor(&self, person: u32) -> Option<usize> {
        self.0.iter().position(|actor| actor.person.person == person)
    }

    /// Whether an actor is there.
    pub(super) fn is_seen(&self, actor: usize, tick: usize) -> bool {
        self.0[actor].seen[tick]
    }

    /// Whether an actor is there, or out of sight for a short while.
    pub(super) fn is_kept(&self, actor: usize, tick: usize) -> bool {
        self.0[actor].kept[tick]
    }

    /// Whether an actor's face was seen within a span of time.
    pub(super) fn was_seen(&self, actor: usize, span: (f64, f64)) -> bool {
        !within(&self.0[actor].person.points, span).is_empty()
    }

    /// Two actors, the left one first: as they were when they were first together in this scene,
    /// so that they do not change places where they cross.
    pub(super) fn left_first(&self, a: usize, b: usize) -> (usize, usize) {
        let mut begin = f64::NAN;
        let mut difference = 0.0;
        for (first, second) in self.together((a, b), (f64::NEG_INFINITY, f64::INFINITY)) {
            begin = if begin.is_nan() { first.time } else { begin };
            if first.time < begin + SETTLED {
                difference += second.face.centre().0 - first.face.centre().0;
            }
        }
        if begin.is_nan() {
            let place = |actor: usize| self.0[actor].person.points.first().map_or(0.0, |p| p.face.centre().0);
            difference = place(b) - place(a);
        }
        if difference < 0.0 { (b, a) } else { (a, b) }
    }

    /// Whether two actors fit into one cut-out, with room around, whenever both are seen.
    pub(super) fn fit(&self, pair: (usize, usize), span: (f64, f64), frame: &Frame) -> bool {
        let mut together = self.together(pair, span).peekable();
        together.peek().is_some() && together.all(|(a, b)| fit(a, b, frame))
    }

    /// The places of two actors at the looks that saw both.
    fn together(
        &self,
        (a, b): (usize, usize),
        span: (f64, f64),
    ) -> impl Iterator<Item = (&FacePoint, &FacePoint)> {
        let others = &self.0[b].person.points;
        within(&self.0[a].person.points, span).iter().filter_map(|point| {
            let at = others.partition_point(|other| other.time < point.time - 1e-6);
            others.get(at).filter(|other| other.time < point.time + 1e-6).map(|other| (point, other))
        })
    }
}

fn within(points: &[FacePoint], (start, end): (f64, f64)) -> &[FacePoint] {
    let from = points.partition_point(|point| point.time < start - 1e-6);
    let to = points.partition_point(|point| point.time < end - 1e-6);
    &points[from..to.max(from)]
}

/// The ticks at which a face is there: half a look around each place, and the time between two
/// places that are no more than `gap` apart; with `edges` also that between a place and the
/// scene's edge.
fn presence(points: &[FacePoint], ticks: &Ticks, look: f64, gap: f64, edges: bool) -> Vec<bool> {
    let (begin, end) = (ticks.edge(0), ticks.edge(ticks.count()));
    let is_there = |time: f64| {
        let after = points.partition_point(|point| point.time <= time);
        let before = after.checked_sub(1).map(|at| points[at].time);
        let next = points.get(after).map(|point| point.time);
        let near = |other: Option<f64>| other.is_some_and(|other| (other - time).abs() <= look / 2.0);
        let bridged = match (before, next) {
            (Some(before), Some(next)) => next - before <= gap,
            (Some(before), None) => edges && end - before <= gap,
            (None, Some(next)) => edges && next - begin <= gap,
            (None, None) => false,
        };
        near(before) || near(next) || bridged
    };
    (0..ticks.count()).map(|tick| is_there(ticks.centre(tick))).collect()
}

/// The median width, less towards the edge of the picture.
fn prominence(points: &[FacePoint], width: f64) -> f64 {
    let median = |value: &dyn Fn(&FacePoint) -> f64| {
        let mut values: Vec<f64> = points.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    };
    let place = median(&|point| point.face.centre().0) / width.max(1.0);
    median(&|point| point.face.width) * (1.0 - OFF_CENTRE * 2.0 * (place - 0.5).abs().min(0.5))
}

fn fit(a: &FacePoint, b: &FacePoint, frame: &Frame) -> bool {
    let (side, above, below) = ROOM;
    let left = |point: &FacePoint| point.face.x - side * point.face.width;
    let right = |point: &FacePoint| point.face.right() + side * point.face.width;
    let top = |point: &FacePoint| point.face.y - above * point.face.height;
    let bottom = |point: &FacePoint| point.face.bottom() + below * point.face.height;
    let width = right(a).max(right(b)) - left(a).min(left(b));
    let height = bottom(a).max(bottom(b)) - top(a).min(top(b));
    width <= FULL * frame.largest.0 && height <= frame.largest.1
}
