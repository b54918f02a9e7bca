//! Who speaks when: mouths that move more than at rest, while speech is heard, decided over whole
//! scenes because the future is known.

mod activity;
mod decide;
#[cfg(test)]
mod tests;

use super::ticks::{Appearance, Scene, Ticks, scenes};
use super::{Hearing, Observations};
use activity::{Activity, Scales};
use decide::decide;

/// Who holds the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// This person.
    Person(u32),
    /// Two people or more at once.
    Several,
    /// Nobody can be told: mouths that are too small, that rest while somebody speaks elsewhere,
    /// or nothing is said.
    Unclear,
}

/// A span in which the same person holds the floor, pauses and interjections included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    /// When it begins, in seconds of the source.
    pub start: f64,
    /// When it ends: where the next one begins.
    pub end: f64,
    /// Who speaks.
    pub voice: Voice,
    /// How sure that is, 0 to 1; 0 where it is unclear.
    pub confidence: f64,
}

/// Who speaks, scene by scene: turns in order, without gap. Interjections shorter than 0.7 s are
/// no turns; where two speak at once, the floor changes when that ends.
pub fn turns(seen: &Observations, heard: &Hearing) -> Vec<Turn> {
    let scales = Scales::of(seen, heard);
    scenes(seen).iter().flat_map(|scene| turns_of(scene, seen, heard, &scales)).collect()
}

/// The one person that holds the floor at a time (seconds of the source), if there is one.
pub fn speaker_at(turns: &[Turn], time: f64) -> Option<u32> {
    let turn = turns.get(turns.partition_point(|turn| turn.end <= time))?;
    match turn.voice {
        Voice::Person(person) if turn.start <= time => Some(person),
        Voice::Person(_) | Voice::Several | Voice::Unclear => None,
    }
}

/// Most people of a scene that may speak.
const MOST: usize = 12;

fn turns_of(scene: &Scene, seen: &Observations, heard: &Hearing, scales: &Scales) -> Vec<Turn> {
    let ticks = Ticks::of(scene, seen.rate);
    let activity = Activity::of(&most_present(scene.people(seen)), &ticks, heard, scales);
    decide(&activity, &ticks)
}

/// The people that are there most and largest, in the order of their numbers.
fn most_present(mut people: Vec<Appearance>) -> Vec<Appearance> {
    let presence = |person: &Appearance| person.points.iter().map(|point| point.face.height).sum::<f64>();
    people.sort_by(|a, b| presence(b).total_cmp(&presence(a)));
    people.truncate(MOST);
    people.sort_by_key(|person| person.person);
    people
}
