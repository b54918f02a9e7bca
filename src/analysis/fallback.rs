//! What to offer where too few segments reach the score: the best spans of whole sentences.

use super::select::{ADJACENT_GAP, Pick, is_free};
use super::timeline::Scored;
use crate::outcome::TimeRange;
use crate::spec::Selection;

/// Points for a span that is speech all through; pauses take their share.
const DENSITY_POINTS: f64 = 10.0;

/// Points for beginning where a sentence begins, and for ending where one ends.
const SENTENCE_POINTS: f64 = 3.0;

/// Points for being far from the clips chosen before; they order the choice only.
const SPREAD_POINTS: f64 = 8.0;

/// Ends that are tried for each begin, from the shortest span upwards.
const ENDS_PER_START: usize = 12;

/// Spans that begin and end with a segment, of a length between minimum and maximum, that keep
/// clear of `picks` and of each other: the best ones, spread over the source. Where the speech
/// allows no such span and nothing was picked, shorter ones stand in.
pub(super) fn fallback_windows(timeline: &[Scored], picks: &[Pick], selection: &Selection) -> Vec<Pick> {
    let wanted = selection.num_clips.saturating_sub(picks.len());
    let sums = Sums::of(timeline);
    let mut found = windows(timeline, &sums, picks, selection);
    if found.is_empty() && picks.is_empty() {
        found = short_windows(timeline, &sums, selection);
    }
    choose(found, picks, wanted, ideal_distance(timeline, selection))
}

/// Running sums over the timeline, so that a span's score takes no loop.
struct Sums {
    /// Seconds of speech before segment `i`.
    speech: Vec<f64>,
    /// Score times seconds before segment `i`.
    weighted: Vec<f64>,
}

impl Sums {
    fn of(timeline: &[Scored]) -> Self {
        let (mut speech, mut weighted) = (vec![0.0], vec![0.0]);
        let (mut seconds, mut points) = (0.0, 0.0);
        for scored in timeline {
            seconds += scored.range.duration();
            points += scored.range.duration() * scored.score;
            speech.push(seconds);
            weighted.push(points);
        }
        Self { speech, weighted }
    }

    /// Mean score over the span, pauses counting nothing, plus points for dense speech.
    fn score(&self, first: usize, last: usize, range: TimeRange) -> f64 {
        let mean = (self.weighted[last + 1] - self.weighted[first]) / range.duration();
        let density = (self.speech[last + 1] - self.speech[first]) / range.duration();
        mean + DENSITY_POINTS * density.min(1.0)
    }
}

fn window(timeline: &[Scored], sums: &Sums, first: usize, last: usize) -> Pick {
    let range = TimeRange { start: timeline[first].range.start, end: timeline[last].range.end };
    let begins = first == 0
        || timeline[first - 1].ends_sentence()
        || timeline[first].range.start - timeline[first - 1].range.end >= ADJACENT_GAP;
    let edges = f64::from(u8::from(begins)) + f64::from(u8::from(timeline[last].ends_sentence()));
    let score = (sums.score(first, last, range) + SENTENCE_POINTS * edges).clamp(0.0, 100.0);
    Pick { range, score, fallback: true }
}

fn windows(timeline: &[Scored], sums: &Sums, picks: &[Pick], selection: &Selection) -> Vec<Pick> {
    let mut found = Vec::new();
    for first in 0..timeline.len() {
        let start = timeline[first].range.start;
        let reaches = |scored: &Scored| scored.range.end - start < selection.min_clip_duration;
        let shortest = first + timeline[first..].partition_point(reaches);
        let until = timeline.len().min(shortest + ENDS_PER_START);
        let fits = |pick: &Pick| pick.range.duration() <= selection.max_clip_duration;
        found.extend((shortest..until).map(|last| window(timeline, sums, first, last)).take_while(fits));
        if timeline[first].range.duration() > selection.max_clip_duration {
            found.push(cut_window(timeline, sums, first, selection));
        }
    }
    found.retain(|pick| is_free(pick.range, picks));
    found
}

/// The begin of a segment that is longer than the maximum, up to the last word that fits.
fn cut_window(timeline: &[Scored], sums: &Sums, index: usize, selection: &Selection) -> Pick {
    let whole = window(timeline, sums, index, index);
    let start = whole.range.start;
    let (shortest, longest) = (start + selection.min_clip_duration, start + selection.max_clip_duration);
    let ends = timeline[index].segment.words.iter().map(|word| word.end);
    let end = ends.filter(|end| (shortest..=longest).contains(end)).fold(f64::NAN, f64::max);
    let end = if end.is_nan() { longest } else { end };
    Pick { range: TimeRange { start, end }, ..whole }
}

/// For speech that is too short or too scattered: from each segment as far as the maximum allows,
/// longer ones first.
fn short_windows(timeline: &[Scored], sums: &Sums, selection: &Selection) -> Vec<Pick> {
    let from = |first: usize| {
        let start = timeline[first].range.start;
        let fits = |scored: &Scored| scored.range.end - start <= selection.max_clip_duration;
        let last = (first + timeline[first..].partition_point(fits)).checked_sub(1)?.max(first);
        let near = (first..last)
            .find(|i| timeline[i + 1].range.start - timeline[*i].range.end > selection.min_clip_duration);
        Some(window(timeline, sums, first, near.unwrap_or(last)))
    };
    let mut found: Vec<Pick> = (0..timeline.len()).filter_map(from).collect();
    for pick in &mut found {
        let length = (pick.range.duration() / selection.min_clip_duration).min(1.0);
        pick.score = (pick.score * length).clamp(0.0, 100.0);
    }
    found
}

/// How far apart clips would lie if they were spread evenly, in seconds.
fn ideal_distance(timeline: &[Scored], selection: &Selection) -> f64 {
    let (Some(first), Some(last)) = (timeline.first(), timeline.last()) else { return 1.0 };
    ((last.range.end - first.range.start) / selection.num_clips.max(1) as f64).max(1.0)
}

/// Takes the best span again and again; each choice makes spans near it less attractive and
/// removes those that overlap it.
fn choose(found: Vec<Pick>, picks: &[Pick], wanted: usize, ideal: f64) -> Vec<Pick> {
    let mut open: Vec<(Pick, f64)> = found
        .into_iter()
        .map(|pick| (pick, picks.iter().map(|other| distance(&pick, other)).fold(ideal, f64::min)))
        .collect();
    let mut chosen = Vec::new();
    while chosen.len() < wanted {
        let appeal = |(pick, near): &(Pick, f64)| pick.score + SPREAD_POINTS * near / ideal;
        // The first of equals stays, so that the order is the same in every run.
        let best = open.iter().reduce(|best, next| if appeal(next) > appeal(best) { next } else { best });
        let Some((best, _)) = best.copied() else { break };
        chosen.push(best);
        open.retain(|(pick, _)| !best.range.overlaps(pick.range.start, pick.range.end));
        for (pick, near) in &mut open {
            *near = near.min(distance(pick, &best));
        }
    }
    chosen
}

/// From middle to middle, in seconds.
fn distance(a: &Pick, b: &Pick) -> f64 {
    let middle = |pick: &Pick| f64::midpoint(pick.range.start, pick.range.end);
    (middle(a) - middle(b)).abs()
}
