//! The director: who is shown when, and how.
//!
//! Every scene of the source is judged on its own and as a whole: each tick has a cost for each
//! choice, each change of choice has one, and the cheapest sequence of shots, none shorter than
//! allowed, is taken. So a change stands where it is due, not after a delay, and jitter is not
//! worth one.

mod cast;
mod choice;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use super::ticks::{Scene, Ticks, scenes};
use super::{Observations, ShotPlan, Turn};
use crate::outcome::ShotMode;
use crate::spec::{Layout, LayoutMode, NoFace, Speakers};
use cast::{Cast, Frame};
use choice::{Choice, Rules};

/// Where there are two people or more, no shot is shorter than this, in seconds, so that the
/// halves of the picture do not come and go.
const SHORTEST_OF_TWO: f64 = 1.0;

/// No look is farther than this from the time that is taken for it, in seconds.
const FARTHEST: f64 = 0.05;

/// Makes shots of what was seen and who spoke in a span: they cover it from its start to its end in
/// order and without gap, and one begins at every cut of the source. Within a scene no shot is
/// shorter than `layout.camera.min_shot`, to a picture. A person that a shot shows was seen in it.
///
/// `output_aspect` is width over height of the picture that a single person is cut out for.
pub fn direct(seen: &Observations, turns: &[Turn], layout: &Layout, output_aspect: f64) -> Vec<ShotPlan> {
    let director = Director {
        seen,
        layout,
        speakers: match layout.mode {
            LayoutMode::Stacked => Speakers::One,
            LayoutMode::Original | LayoutMode::Vertical => layout.speakers,
        },
        frame: Frame::of(seen, output_aspect),
    };
    scenes(seen).iter().flat_map(|scene| director.shots(scene, turns)).collect()
}

struct Director<'a> {
    seen: &'a Observations,
    layout: &'a Layout,
    speakers: Speakers,
    frame: Frame,
}

impl Director<'_> {
    fn shots(&self, scene: &Scene, turns: &[Turn]) -> Vec<ShotPlan> {
        let ticks = Ticks::of(scene, self.seen.rate);
        let cast = Cast::of(scene.people(self.seen), &ticks, self.layout.faces.rate, self.frame.width);
        let rules = Rules { cast: &cast, speakers: self.speakers };
        let shortest = match self.speakers {
            Speakers::One => self.layout.camera.min_shot,
            Speakers::Two | Speakers::Auto => self.layout.camera.min_shot.max(SHORTEST_OF_TWO),
        };
        let mut shots: Vec<ShotPlan> = Vec::new();
        for (choice, from, to) in rules.choose(&ticks, turns, ticks.lasting(shortest)) {
            let span = (self.snap(scene, ticks.edge(from)), self.snap(scene, ticks.edge(to)));
            let (mode, persons) = self.picture(&cast, choice, span);
            match shots.last_mut() {
                Some(last) if last.mode == mode && last.persons == persons => last.end = span.1,
                last => {
                    let cut = scene.cut && last.is_none();
                    shots.push(ShotPlan { start: span.0, end: span.1, cut, mode, persons });
                }
            }
        }
        shots
    }

    /// The time of a look where one is within half a picture: ticks are counted, looks are the
    /// pictures' own times.
    fn snap(&self, scene: &Scene, time: f64) -> f64 {
        let after = self.seen.looks.partition_point(|look| *look < time);
        let near = self.seen.looks[after.saturating_sub(1)..].iter().take(2);
        let half = (0.5 / self.seen.rate).min(FARTHEST);
        near.copied()
            .filter(|look| scene.contains(*look) && *look > scene.start && (*look - time).abs() < half)
            .min_by(|a, b| (a - time).abs().total_cmp(&(b - time).abs()))
            .filter(|_| time > scene.start && time < scene.end)
            .unwrap_or(time)
    }

    /// How a choice is shown; people who were not seen in the span are not.
    fn picture(&self, cast: &Cast, choice: Choice, span: (f64, f64)) -> (ShotMode, Vec<u32>) {
        let was_seen = |actor: usize| cast.was_seen(actor, span);
        let one = |actor: usize| (ShotMode::Single, vec![cast.person(actor)]);
        match choice {
            Choice::One(actor) if was_seen(actor) => one(actor),
            Choice::Two(a, b) if was_seen(a) && was_seen(b) => {
                let together = self.speakers == Speakers::Auto && cast.fit((a, b), span, &self.frame);
                let mode = if together { ShotMode::Single } else { ShotMode::Dual };
                let (left, right) = cast.left_first(a, b);
                (mode, vec![cast.person(left), cast.person(right)])
            }
            Choice::Two(a, b) if was_seen(a) || was_seen(b) => one(if was_seen(a) { a } else { b }),
            Choice::Everybody => (ShotMode::Wide, Vec::new()),
            Choice::Nobody | Choice::One(_) | Choice::Two(..) => (self.nobody(), Vec::new()),
        }
    }

    fn nobody(&self) -> ShotMode {
        match self.layout.no_face {
            NoFace::SlowPan => ShotMode::Pan,
            NoFace::Centre => ShotMode::Fixed,
        }
    }
}
