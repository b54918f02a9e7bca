//! From evidence to turns, over a whole scene at once.

use super::super::runs::{Costs, Run};
use super::super::ticks::Ticks;
use super::activity::Activity;
use super::{Turn, Voice};

/// Shortest turn, in seconds: what is shorter is an interjection.
const SHORTEST: f64 = 0.7;
/// What a change of the floor costs, in seconds of half the difference between a certain speaker
/// and a certain listener: an interjection costs two changes.
const CHANGE: f64 = 0.85;
/// What it costs a second to leave it unclear; a certain speaker costs −1.
const UNCLEAR: f64 = -0.25;
/// How much a person's own evidence counts; the rest is that nobody else speaks.
const OWN: f64 = 0.6;
/// Two that speak at once for less than this, in seconds, are one who takes over.
const LONGEST_TAKEOVER: f64 = 1.0;
/// From here on somebody speaks.
const SPEAKS: f64 = 0.1;

/// The states are unclear, several, and the people in their order.
const PEOPLE: usize = 2;

/// The turns of a scene.
pub(super) fn decide(activity: &Activity, ticks: &Ticks) -> Vec<Turn> {
    let mut costs = Costs::new(activity.people.len() + PEOPLE);
    for tick in 0..ticks.count() {
        let weight = activity.speech[tick] * ticks.length(tick);
        costs.push(|state| weight * activity.cost(tick, state));
    }
    let mut runs = costs.cheapest(CHANGE, ticks.lasting(SHORTEST));
    fold_short(&mut runs, ticks);
    settle_overlaps(&mut runs, activity, ticks);
    runs.iter()
        .map(|run| Turn {
            start: ticks.edge(run.from),
            end: ticks.edge(run.to),
            voice: activity.voice(run.state),
            confidence: activity.confidence(run),
        })
        .collect()
}

impl Activity {
    fn voice(&self, state: usize) -> Voice {
        match state {
            0 => Voice::Unclear,
            1 => Voice::Several,
            person => Voice::Person(self.people[person - PEOPLE]),
        }
    }

    /// Cost a second of a state: −1 where the evidence is certain, 1 where it is certain of the
    /// opposite.
    fn cost(&self, tick: usize, state: usize) -> f64 {
        match state {
            0 => UNCLEAR,
            1 => -self.highest(tick, None).1,
            person => {
                let (other, _) = self.highest(tick, Some(person - PEOPLE));
                (1.0 - OWN) * other - OWN * self.evidence[person - PEOPLE][tick]
            }
        }
    }

    /// The highest and the second highest evidence, without one person's; −1 where nobody is.
    fn highest(&self, tick: usize, without: Option<usize>) -> (f64, f64) {
        let others = self.evidence.iter().enumerate().filter(|(person, _)| Some(*person) != without);
        others.map(|(_, row)| row[tick]).fold((-1.0, -1.0), |(first, second), value| {
            if value > first { (value, first) } else { (first, second.max(value)) }
        })
    }

    /// How far a turn's state is better than the next best, 0 to 1, over the speech in it.
    fn confidence(&self, run: &Run) -> f64 {
        if run.state < PEOPLE - 1 {
            return 0.0;
        }
        let states = self.people.len() + PEOPLE;
        let total = |state| -> f64 {
            (run.from..run.to).map(|tick| self.speech[tick] * self.cost(tick, state)).sum()
        };
        let spoken: f64 = self.speech[run.from..run.to].iter().sum();
        let next = (0..states).filter(|state| *state != run.state).map(total).fold(f64::INFINITY, f64::min);
        let margin = (next - total(run.state)) / spoken.max(1.0);
        // A certain speaker is 0.75 better than leaving it unclear.
        (margin / (1.0 + UNCLEAR)).clamp(0.0, 1.0)
    }

    /// Whether both speak at a tick.
    fn overlap(&self, tick: usize, states: (usize, usize)) -> bool {
        let speaks = |state: usize| self.evidence[state - PEOPLE][tick] > SPEAKS;
        self.speech[tick] > 0.5 && speaks(states.0) && speaks(states.1)
    }
}

/// Gives short spans that belong to nobody to the turn before, then joins equal neighbours.
fn fold_short(runs: &mut Vec<Run>, ticks: &Ticks) {
    let least = ticks.lasting(LONGEST_TAKEOVER);
    for index in 1..runs.len() {
        if runs[index].state < PEOPLE && runs[index].to - runs[index].from < least {
            runs[index].state = runs[index - 1].state;
        }
    }
    runs.dedup_by(|later, earlier| {
        let same = later.state == earlier.state;
        if same {
            earlier.to = later.to;
        }
        same
    });
}

/// Moves a change between two people to the end of the time in which both speak.
fn settle_overlaps(runs: &mut [Run], activity: &Activity, ticks: &Ticks) {
    let least = ticks.lasting(SHORTEST);
    for index in 1..runs.len() {
        let states = (runs[index - 1].state, runs[index].state);
        if states.0 < PEOPLE || states.1 < PEOPLE {
            continue;
        }
        let last = runs[index].to.saturating_sub(least).max(runs[index].from);
        let mut change = runs[index].from;
        while change < last && activity.overlap(change, states) {
            change += 1;
        }
        runs[index].from = change;
        runs[index - 1].to = change;
    }
}
