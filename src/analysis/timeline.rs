//! Segments in order, without overlaps, each with its score.

use super::score_segment;
use crate::outcome::{Segment, TimeRange};

/// A segment as the selection sees it.
#[derive(Debug, Clone, Copy)]
pub struct Scored<'a> {
    /// Its span within the source, after all before it, in seconds.
    pub range: TimeRange,
    /// Its score.
    pub score: f64,
    /// The segment.
    pub segment: &'a Segment,
}

impl Scored<'_> {
    /// Whether its text ends a sentence.
    pub fn ends_sentence(&self) -> bool {
        let text = self.segment.text.trim_end_matches(|c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | ')' | ']' | '”' | '’' | '»' | '」' | '』')
        });
        text.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '।'])
    }
}

/// The usable segments in order of time, within the source, none overlapping the one before.
pub fn scored(segments: &[Segment], source_duration: Option<f64>) -> Vec<Scored<'_>> {
    let mut sorted: Vec<&Segment> =
        segments.iter().filter(|s| s.start.is_finite() && s.end.is_finite()).collect();
    sorted.sort_by(|a, b| a.start.total_cmp(&b.start).then(a.end.total_cmp(&b.end)));
    let limit = source_duration.filter(|d| d.is_finite()).unwrap_or(f64::INFINITY);
    let mut free_from = 0.0;
    let mut usable = Vec::with_capacity(sorted.len());
    for segment in sorted {
        let range = TimeRange { start: segment.start.max(free_from), end: segment.end.min(limit) };
        if range.end > range.start {
            usable.push(Scored { range, score: score_segment(segment), segment });
            free_from = range.end;
        }
    }
    usable
}
