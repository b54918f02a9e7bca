//! From scored segments to clips.

use super::fallback::fallback_windows;
use super::timeline::{Scored, scored};
use super::{clip_words, text_at, text_of};
use crate::outcome::{ClipCandidate, Segment, TimeRange, Word};
use crate::spec::Selection;

/// A segment below this score is not picked.
pub const MIN_SCORE: f64 = 20.0;

/// Segments with a smaller pause between them are adjacent, in seconds.
pub(super) const ADJACENT_GAP: f64 = 1.0;

/// A span that was chosen, before padding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pick {
    pub range: TimeRange,
    pub score: f64,
    pub fallback: bool,
}

/// Chooses up to `num_clips` clips: the segments of the highest scores from [`MIN_SCORE`], grown by
/// adjacent segments to the minimum, padded, cut at the maximum, never overlapping, in order of
/// time and numbered from 1.
///
/// With `selection.fallback`, missing clips are filled up with the best sentence-aligned spans and
/// marked as such. `source_duration` (seconds) bounds all clips where it is known.
pub fn find_interesting_clips(
    segments: &[Segment],
    selection: &Selection,
    source_duration: Option<f64>,
) -> Vec<ClipCandidate> {
    let timeline = scored(segments, source_duration);
    let mut picks = pick(&timeline, selection);
    if selection.fallback && picks.len() < selection.num_clips {
        let more = fallback_windows(&timeline, &picks, selection);
        picks.extend(more);
    }
    picks.sort_by(|a, b| a.range.start.total_cmp(&b.range.start));
    let ranges = pad_all(&picks, selection, source_duration);
    let numbered = picks.iter().zip(ranges).enumerate();
    numbered.map(|(index, (pick, range))| candidate(index + 1, *pick, range, segments)).collect()
}

/// The clip with `padding` seconds before and after, within the source. Its words and text stay.
#[must_use]
pub fn adjust_clip_timing(clip: &ClipCandidate, padding: f64, source_duration: Option<f64>) -> ClipCandidate {
    let range = padded(TimeRange { start: clip.start, end: clip.end }, padding, source_duration);
    ClipCandidate { start: range.start, end: range.end, ..clip.clone() }
}

fn padded(range: TimeRange, padding: f64, source_duration: Option<f64>) -> TimeRange {
    let limit = source_duration.unwrap_or(f64::INFINITY).max(range.end);
    TimeRange { start: (range.start - padding).max(0.0), end: (range.end + padding).min(limit) }
}

/// The best segments, each grown; the earlier one of equals first.
fn pick(timeline: &[Scored], selection: &Selection) -> Vec<Pick> {
    let mut order: Vec<usize> = (0..timeline.len()).filter(|i| timeline[*i].score >= MIN_SCORE).collect();
    order.sort_by(|a, b| timeline[*b].score.total_cmp(&timeline[*a].score));
    let mut picks: Vec<Pick> = Vec::new();
    for index in order {
        if picks.len() == selection.num_clips {
            break;
        }
        if is_free(timeline[index].range, &picks) {
            let range = cut(grow(timeline, index, &picks, selection), selection);
            picks.push(Pick { range, score: timeline[index].score, fallback: false });
        }
    }
    picks
}

pub(super) fn is_free(range: TimeRange, picks: &[Pick]) -> bool {
    !picks.iter().any(|pick| pick.range.overlaps(range.start, range.end))
}

/// Takes adjacent segments in, later ones first, until the minimum is reached.
fn grow(timeline: &[Scored], seed: usize, picks: &[Pick], selection: &Selection) -> TimeRange {
    let (mut first, mut last) = (seed, seed);
    let span = |first: usize, last: usize| TimeRange {
        start: timeline[first].range.start,
        end: timeline[last].range.end,
    };
    let adjacent =
        |before: usize, after: usize| timeline[after].range.start - timeline[before].range.end < ADJACENT_GAP;
    while span(first, last).duration() < selection.min_clip_duration {
        let free = |index: usize| is_free(timeline[index].range, picks);
        if last + 1 < timeline.len() && adjacent(last, last + 1) && free(last + 1) {
            last += 1;
        } else if first > 0 && adjacent(first - 1, first) && free(first - 1) {
            first -= 1;
        } else {
            break;
        }
    }
    span(first, last)
}

fn cut(range: TimeRange, selection: &Selection) -> TimeRange {
    TimeRange { start: range.start, end: range.end.min(range.start + selection.max_clip_duration) }
}

/// Pads the picks (in order of time) without letting them meet, and cuts them at the maximum. A
/// fallback span is padded less instead of cut, because its end is the end of a sentence.
fn pad_all(picks: &[Pick], selection: &Selection, source_duration: Option<f64>) -> Vec<TimeRange> {
    let middle = |index: usize| {
        let (before, after) = (picks.get(index)?, picks.get(index + 1)?);
        Some(f64::midpoint(before.range.end, after.range.start))
    };
    let padded_pick = |(index, pick): (usize, &Pick)| {
        let room = (selection.max_clip_duration - pick.range.duration()).max(0.0) / 2.0;
        let padding = if pick.fallback { selection.padding.min(room) } else { selection.padding };
        let wide = padded(pick.range, padding, source_duration);
        let from = index.checked_sub(1).and_then(middle).unwrap_or(0.0);
        let until = middle(index).unwrap_or(f64::INFINITY);
        cut(TimeRange { start: wide.start.max(from), end: wide.end.min(until) }, selection)
    };
    picks.iter().enumerate().map(padded_pick).collect()
}

/// Brings a fallback's points (0 to 100, on their own terms) below the score that a pick needs, so
/// that it never looks better than one.
const FALLBACK_SCALE: f64 = (MIN_SCORE - 1.0) / 100.0;

fn candidate(clip_number: usize, pick: Pick, range: TimeRange, segments: &[Segment]) -> ClipCandidate {
    let words: Vec<Word> = clip_words(segments.iter().flat_map(|segment| &segment.words), range);
    let text = if words.is_empty() { text_at(segments, range.start, range.end) } else { text_of(&words) };
    ClipCandidate {
        clip_number,
        start: range.start,
        end: range.end,
        text,
        words,
        score: if pick.fallback { pick.score * FALLBACK_SCALE } else { pick.score },
        fallback: pick.fallback,
        title: String::new(),
        reason: String::new(),
        keywords: Vec::new(),
        parts: Vec::new(),
    }
}

#[cfg(test)]
#[path = "select_tests.rs"]
mod tests;
