//! Gaps: a face that was missed for a while, or hidden, goes on as the same one.

use super::assemble::Chain;
use crate::picture::Rect;
use crate::vision::{FacePoint, Landmarks};

/// Longest gap, in seconds.
const LONGEST: f64 = 1.5;
/// How far a face may have gone: at once, and for each second, in its widths.
const AT_ONCE: f64 = 0.8;
const A_SECOND: f64 = 2.0;
/// Largest ratio of the widths on both sides of a gap.
const GROWTH: f64 = 1.6;
/// Least likeness on both sides of a gap.
const LIKENESS: f64 = 0.35;

/// Joins chains over gaps, nearest first, and fills the looks of the gaps.
pub(super) fn join(chains: Vec<Chain>, looks: &[f64]) -> Vec<Chain> {
    let mut pairs = Vec::new();
    for (before, one) in chains.iter().enumerate() {
        for (after, two) in chains.iter().enumerate().filter(|(_, two)| two.scene == one.scene) {
            pairs.extend(distance(one, two).map(|distance| (distance, before, after)));
        }
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut next = vec![None; chains.len()];
    let mut led_to = vec![false; chains.len()];
    for (_, before, after) in pairs {
        if next[before].is_none() && !led_to[after] {
            next[before] = Some(after);
            led_to[after] = true;
        }
    }
    let mut chains: Vec<Option<Chain>> = chains.into_iter().map(Some).collect();
    let mut joined = Vec::new();
    for first in (0..chains.len()).filter(|index| !led_to[*index]) {
        let Some(mut chain) = chains[first].take() else { continue };
        let mut at = first;
        while let Some(after) = next[at] {
            if let Some(rest) = chains[after].take() {
                append(&mut chain, rest, looks);
            }
            at = after;
        }
        joined.push(chain);
    }
    joined
}

/// How far apart two chains are that may be one face, 0 and up; `None` where they cannot be.
fn distance(one: &Chain, two: &Chain) -> Option<f64> {
    let gap = two.start() - one.end();
    let (from, to) = (one.points.last()?, two.points.first()?);
    let growth = to.face.width / from.face.width;
    if gap <= 0.0 || gap > LONGEST || !(1.0 / GROWTH..=GROWTH).contains(&growth) {
        return None;
    }
    let ((x, y), (to_x, to_y)) = (from.face.centre(), to.face.centre());
    let width = f64::midpoint(from.face.width, to.face.width);
    let gone = (to_x - x).hypot(to_y - y) / width / (AT_ONCE + A_SECOND * gap);
    let likeness = one.appearance.likeness(&two.appearance);
    (gone <= 1.0 && likeness >= LIKENESS).then_some(gone + gap + 1.0 - likeness)
}

fn append(chain: &mut Chain, rest: Chain, looks: &[f64]) {
    if let (Some(from), Some(to)) = (chain.points.last().copied(), rest.points.first().copied()) {
        let first = looks.partition_point(|time| *time <= from.time);
        let within = looks[first..].iter().take_while(|time| **time < to.time);
        chain.points.extend(within.map(|time| filled(&from, &to, *time)));
    }
    chain.points.extend(rest.points);
    chain.mouth.extend(rest.mouth);
    chain.appearance.merge(&rest.appearance);
    chain.best = chain.best.max(rest.best);
    chain.sum += rest.sum;
    chain.sightings += rest.sightings;
}

/// A place in a gap, in proportion to time.
fn filled(from: &FacePoint, to: &FacePoint, time: f64) -> FacePoint {
    let part = (time - from.time) / (to.time - from.time);
    let mix = |a: f64, b: f64| a + (b - a) * part;
    let (a, b) = (from.face, to.face);
    let face = Rect {
        x: mix(a.x, b.x),
        y: mix(a.y, b.y),
        width: mix(a.width, b.width),
        height: mix(a.height, b.height),
    };
    let mut landmarks: Landmarks = Default::default();
    for ((point, a), b) in landmarks.iter_mut().zip(from.landmarks).zip(to.landmarks) {
        *point = (mix(a.0, b.0), mix(a.1, b.1));
    }
    FacePoint { time, face, landmarks, confidence: 0.0 }
}
