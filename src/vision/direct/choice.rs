//! What each way to show a scene costs at each time, and the cheapest sequence of them.

use super::super::runs::Costs;
use super::super::ticks::Ticks;
use super::super::{Turn, Voice};
use super::cast::Cast;
use crate::spec::Speakers;

/// What a change of choice costs, in seconds of the plainly wrong one: a run that is plainly right
/// stands alone from twice this on.
const CHANGE: f64 = 0.4;
/// Turns that are less sure than this do not tell who speaks.
const SURE: f64 = 0.3;

/// A way to show a scene. Numbers are actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// No person.
    Nobody,
    /// One person.
    One(usize),
    /// Two people.
    Two(usize, usize),
    /// The whole picture.
    Everybody,
}

/// What is allowed and wanted.
pub(super) struct Rules<'a> {
    /// The people of the scene.
    pub cast: &'a Cast,
    /// Whether two are shown.
    pub speakers: Speakers,
}

/// A tick as the rules see it.
struct Moment {
    tick: usize,
    /// Who is there, the most prominent first.
    there: Vec<usize>,
    /// Whether somebody is there or out of sight for a short while.
    anybody: bool,
    /// Who speaks, of those that are there.
    speaker: Option<usize>,
}

impl Rules<'_> {
    /// The choices of a scene, from and to a tick, none of fewer than `least` ticks.
    pub(super) fn choose(&self, ticks: &Ticks, turns: &[Turn], least: usize) -> Vec<(Choice, usize, usize)> {
        let choices = self.choices();
        let mut costs = Costs::new(choices.len());
        for tick in 0..ticks.count() {
            let moment = self.moment(tick, ticks.centre(tick), turns);
            costs.push(|choice| ticks.length(tick) * self.cost(choices[choice], &moment));
        }
        costs.cheapest(CHANGE, least).iter().map(|run| (choices[run.state], run.from, run.to)).collect()
    }

    fn choices(&self) -> Vec<Choice> {
        let count = self.cast.count();
        let mut choices = vec![Choice::Nobody];
        choices.extend((0..count).map(Choice::One));
        if self.speakers != Speakers::One {
            choices.extend((0..count).flat_map(|a| (a + 1..count).map(move |b| Choice::Two(a, b))));
        }
        if self.speakers == Speakers::Auto && count > 2 {
            choices.push(Choice::Everybody);
        }
        choices
    }

    fn moment(&self, tick: usize, time: f64, turns: &[Turn]) -> Moment {
        let actors = 0..self.cast.count();
        let turn = turns.get(turns.partition_point(|turn| turn.end <= time));
        let voice = turn.filter(|turn| self.speakers == Speakers::One || turn.confidence >= SURE);
        let speaker = match voice.map(|turn| turn.voice) {
            Some(Voice::Person(person)) => self.cast.actor(person),
            Some(Voice::Several | Voice::Unclear) | None => None,
        };
        Moment {
            tick,
            there: actors.clone().filter(|actor| self.cast.is_seen(*actor, tick)).collect(),
            anybody: actors.into_iter().any(|actor| self.cast.is_kept(actor, tick)),
            speaker: speaker.filter(|actor| self.cast.is_seen(*actor, tick)),
        }
    }

    /// Cost a second: 0 for what is wanted, about 1 for what is plainly wrong.
    fn cost(&self, choice: Choice, moment: &Moment) -> f64 {
        match choice {
            Choice::Nobody if !moment.there.is_empty() => 1.5,
            Choice::Nobody => f64::from(u8::from(moment.anybody)),
            Choice::One(actor) => self.cost_of_one(actor, moment),
            Choice::Two(a, b) => self.cost_of_two((a, b), moment),
            Choice::Everybody if moment.there.len() > 2 && moment.speaker.is_none() => 0.25,
            Choice::Everybody => 0.9,
        }
    }

    fn cost_of_one(&self, actor: usize, moment: &Moment) -> f64 {
        let kept = self.cast.is_kept(actor, moment.tick);
        if moment.there.is_empty() {
            return if kept { 0.0 } else { 1.0 };
        }
        if !moment.there.contains(&actor) {
            return if kept { 0.5 } else { 1.2 };
        }
        if moment.there.len() == 1 || moment.speaker == Some(actor) {
            return if self.speakers == Speakers::Two && moment.there.len() > 1 { 1.0 } else { 0.0 };
        }
        let prominent = moment.there.first() == Some(&actor);
        match (self.speakers, moment.speaker) {
            (Speakers::One | Speakers::Auto, Some(_)) | (Speakers::Two, _) => 1.0,
            (Speakers::One, None) => {
                if prominent {
                    0.0
                } else {
                    0.15
                }
            }
            (Speakers::Auto, None) => {
                if prominent {
                    0.6
                } else {
                    0.7
                }
            }
        }
    }

    fn cost_of_two(&self, (a, b): (usize, usize), moment: &Moment) -> f64 {
        let there = |actor: usize| moment.there.contains(&actor);
        if !there(a) || !there(b) {
            let kept = self.cast.is_kept(a, moment.tick) && self.cast.is_kept(b, moment.tick);
            return match kept {
                true if moment.there.is_empty() => 0.0,
                true => 0.6,
                false => 1.1,
            };
        }
        let largest = moment.there.get(..2) == Some(&[a, b]);
        match (self.speakers, moment.speaker) {
            (Speakers::Two, _) => {
                if largest {
                    0.0
                } else {
                    0.3
                }
            }
            (Speakers::One | Speakers::Auto, None) => {
                if largest {
                    0.0
                } else {
                    0.4
                }
            }
            (Speakers::One | Speakers::Auto, Some(speaker)) => {
                if speaker == a || speaker == b {
                    0.3
                } else {
                    0.8
                }
            }
        }
    }
}
