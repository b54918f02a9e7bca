//! How likely each person of a scene speaks, tick by tick.

use std::collections::BTreeMap;

use super::super::ticks::{Appearance, Ticks, scenes};
use super::super::{Hearing, Observations};

/// Motion is averaged over this far to both sides, in seconds: a syllable and its neighbour.
const SMOOTH: f64 = 0.2;
/// Motion and sound are compared over this far to both sides, in seconds.
const COMPARED: f64 = 1.5;
/// A face that was seen this close to a tick, in seconds, is there.
const SEEN: f64 = 0.6;
/// Logarithm of the motion, as a multiple of rest, that a speaking mouth reaches at least and that
/// is the most that is asked of one.
const SPEAKING: (f64, f64) = (0.6, 1.6);
/// Logarithm of the motion that a resting mouth may have, as seen in silence.
const RESTING: (f64, f64) = (-1.5, 0.7);
/// The same where nothing tells but the mouth's own quietest time, which may be speech as well.
const QUIETEST: (f64, f64) = (-0.1, 0.1);
/// Speech is this many times as far from rest as rest itself strays (at its 85th percentile).
const RESTLESS: f64 = 2.5;
/// Ticks of silence that tell how a mouth rests.
const SILENT: usize = 10;
/// Part of the way from rest to this person's speech at which speaking is as likely as not.
const EVEN: f64 = 0.45;
/// Evidence from rest to `EVEN`, and from there on up.
const SLOPE: f64 = 2.2;
/// Evidence for a mouth that moves exactly with the sound.
const AGREEMENT: f64 = 0.5;

/// What a person's mouth does at rest and in speech, as logarithms, over all scenes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    rest: f64,
    speech: f64,
}

/// The scales of all people.
#[derive(Debug, Clone, Default)]
pub(super) struct Scales(BTreeMap<u32, Scale>);

impl Scales {
    /// Measures everybody.
    pub(super) fn of(seen: &Observations, heard: &Hearing) -> Self {
        let mut levels: BTreeMap<u32, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
        for scene in scenes(seen) {
            let ticks = Ticks::of(&scene, seen.rate);
            for person in scene.people(seen) {
                let (silent, spoken) = levels.entry(person.person).or_default();
                for (tick, level) in mouth_levels(&person, &ticks).into_iter().enumerate() {
                    let (start, end) = ticks.span(tick);
                    let speech = heard.speech_in(start - SMOOTH, end + SMOOTH);
                    spoken.extend(level.filter(|_| speech > 0.5));
                    silent.extend(level.filter(|_| speech <= 0.0));
                }
            }
        }
        Self(
            levels
                .into_iter()
                .map(|(person, (silent, spoken))| (person, Scale::of(silent, spoken)))
                .collect(),
        )
    }

    fn get(&self, person: u32) -> Scale {
        self.0.get(&person).copied().unwrap_or_else(|| Scale::of(Vec::new(), Vec::new()))
    }
}

impl Scale {
    /// Of the levels in silence, and of those while somebody speaks.
    fn of(mut silent: Vec<f64>, mut spoken: Vec<f64>) -> Self {
        let mut least = SPEAKING.0;
        let rest = if silent.len() >= SILENT {
            let rest = quantile(&mut silent, 0.5).unwrap_or(0.0);
            least = least.max(RESTLESS * (quantile(&mut silent, 0.85).unwrap_or(rest) - rest));
            rest.clamp(RESTING.0, RESTING.1)
        } else {
            quantile(&mut spoken, 0.1).unwrap_or(0.0).clamp(QUIETEST.0, QUIETEST.1)
        };
        let speech = quantile(&mut spoken, 0.9).unwrap_or(0.0) - rest;
        Self { rest, speech: speech.min(SPEAKING.1).max(least) }
    }

    fn evidence(self, level: f64) -> f64 {
        (((level - self.rest) / self.speech - EVEN) * SLOPE).clamp(-1.0, 1.0)
    }
}

fn quantile(values: &mut [f64], part: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(((values.len() as f64 - 1.0) * part).round().max(0.0) as usize).copied()
}

/// The evidence that each person of a scene speaks, and how much of each tick is speech.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Activity {
    /// The people's numbers.
    pub people: Vec<u32>,
    /// For each person and tick −1 (does not speak, or is not there) to 1 (speaks); 0 where the
    /// mouth is not to be seen.
    pub evidence: Vec<Vec<f64>>,
    /// For each tick the part that is speech, 0 to 1.
    pub speech: Vec<f64>,
}

impl Activity {
    /// The evidence of one scene.
    pub(super) fn of(people: &[Appearance], ticks: &Ticks, heard: &Hearing, scales: &Scales) -> Self {
        let count = ticks.count();
        let spans = (0..count).map(|tick| ticks.span(tick));
        let sound: Vec<Option<f64>> = (0..count)
            .map(|tick| heard.level_in(ticks.centre(tick) - SMOOTH, ticks.centre(tick) + SMOOTH))
            .collect();
        Self {
            people: people.iter().map(|person| person.person).collect(),
            evidence: people
                .iter()
                .map(|person| evidence(person, ticks, scales.get(person.person), &sound))
                .collect(),
            speech: spans.map(|(start, end)| heard.speech_in(start, end)).collect(),
        }
    }
}

fn evidence(person: &Appearance, ticks: &Ticks, scale: Scale, sound: &[Option<f64>]) -> Vec<f64> {
    let levels = mouth_levels(person, ticks);
    let span = ticks.lasting(COMPARED);
    (0..ticks.count())
        .map(|tick| {
            let Some(level) = levels[tick] else {
                return if is_there(person, ticks.centre(tick)) { 0.0 } else { -1.0 };
            };
            let around = tick.saturating_sub(span)..(tick + span + 1).min(levels.len());
            let agreement = agreement(&levels[around.clone()], &sound[around]);
            (scale.evidence(level) + AGREEMENT * agreement).clamp(-1.0, 1.0)
        })
        .collect()
}

fn is_there(person: &Appearance, time: f64) -> bool {
    let from = person.points.partition_point(|point| point.time < time - SEEN);
    person.points.get(from).is_some_and(|point| point.time <= time + SEEN)
}

/// Mean logarithm of the mouth's motion around each tick; `None` where it was not seen.
fn mouth_levels(person: &Appearance, ticks: &Ticks) -> Vec<Option<f64>> {
    let level = |tick: usize| {
        let centre = ticks.centre(tick);
        let from = person.mouth.partition_point(|mouth| mouth.time < centre - SMOOTH);
        let near = person.mouth[from..].iter().take_while(|mouth| mouth.time <= centre + SMOOTH);
        let (mut sum, mut count) = (0.0, 0.0);
        for mouth in near.filter(|mouth| mouth.motion.is_finite()) {
            // Near nothing a logarithm tells more than there is.
            sum += mouth.motion.max(0.0).sqrt();
            count += 1.0;
        }
        (count > 0.0).then(|| 2.0 * ((sum / count + 0.15) / 1.15_f64).ln())
    };
    (0..ticks.count()).map(level).collect()
}

/// Pearson's correlation of motion and sound, where both are known for most of the time; else 0.
fn agreement(motion: &[Option<f64>], sound: &[Option<f64>]) -> f64 {
    let pairs: Vec<(f64, f64)> = motion.iter().zip(sound).filter_map(|(m, s)| Some(((*m)?, (*s)?))).collect();
    if pairs.len() * 2 < motion.len() || pairs.len() < 8 {
        return 0.0;
    }
    let count = pairs.len() as f64;
    let mean = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0 / count, sum.1 + pair.1 / count));
    let (mut both, mut first, mut second) = (0.0, 1e-9, 1e-9);
    for (motion, sound) in pairs {
        let (motion, sound) = (motion - mean.0, sound - mean.1);
        both += motion * sound;
        first += motion * motion;
        second += sound * sound;
    }
    both / f64::sqrt(first * second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_speaker_and_a_lively_one_are_both_certain_at_their_best() {
        for speaking in [2.2_f64, 6.0] {
            let levels: Vec<f64> = (0..50).flat_map(|_| [0.0, speaking.ln()]).collect();
            let scale = Scale::of(Vec::new(), levels);
            assert_eq!(scale.evidence(speaking.ln()), 1.0, "{speaking}");
            assert!(scale.evidence(0.0) < -0.8, "{speaking}");
        }
    }

    #[test]
    fn a_mouth_that_only_rests_is_not_stretched_to_speech() {
        let levels: Vec<f64> = (0..100).map(|index| f64::from(index % 7) * 0.03).collect();
        let scale = Scale::of(Vec::new(), levels.clone());
        assert!(levels.iter().all(|level| scale.evidence(*level) < -0.2));
    }

    #[test]
    fn agreement_is_correlation() {
        let wave = |phase: f64| -> Vec<Option<f64>> {
            (0..40).map(|index| Some((f64::from(index) * 0.5 + phase).sin())).collect()
        };
        assert!(agreement(&wave(0.0), &wave(0.0)) > 0.99);
        assert!(agreement(&wave(0.0), &wave(std::f64::consts::PI)) < -0.99);
        assert_eq!(agreement(&wave(0.0), &vec![None; 40]), 0.0);
        assert!(agreement(&vec![Some(1.0); 40], &wave(0.0)).abs() < 1e-6);
    }
}
