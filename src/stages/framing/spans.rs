//! Which spans of the source a plan shows.

use crate::media::Timeline;
use crate::outcome::TimeRange;

/// Spans that are nearer to each other than this are looked at as one, in seconds: looking at what
/// is between them costs less than beginning anew, and people stay known.
const NEAR: f64 = 1.0;

/// The spans of the source that a timeline shows, in order of time, none touching another.
pub(super) fn of(timeline: &Timeline) -> Vec<TimeRange> {
    let mut ranges: Vec<_> = timeline.parts.iter().map(|part| part.range).collect();
    ranges.sort_by(|a, b| a.start.total_cmp(&b.start));
    ranges.dedup_by(|later, earlier| {
        let joined = later.start - earlier.end < NEAR;
        if joined {
            earlier.end = earlier.end.max(later.end);
        }
        joined
    });
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::FrameRate;

    fn spans(ranges: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let ranges: Vec<_> = ranges.iter().map(|&(start, end)| TimeRange { start, end }).collect();
        let timeline = Timeline::place(&ranges, 100.0, FrameRate::near(30.0), 0.1).unwrap();
        of(&timeline).into_iter().map(|span| (span.start, span.end)).collect()
    }

    #[test]
    fn parts_in_any_order_become_spans_in_order() {
        assert_eq!(spans(&[(50.0, 60.0), (10.0, 20.0)]), [(10.0, 20.0), (50.0, 60.0)]);
    }

    #[test]
    fn what_overlaps_or_almost_touches_is_looked_at_once() {
        let parts = [(12.0, 14.0), (10.0, 20.0), (20.5, 25.0), (26.5, 30.0)];
        assert_eq!(spans(&parts), [(10.0, 25.0), (26.5, 30.0)]);
    }
}
