//! Whether a framing's shots cover what a plan shows.

use crate::error::{Error, Result};
use crate::media::{PlacedPart, Timeline};
use crate::outcome::Shot;

/// Seconds of a part that no shot covers and that are worth a note.
const WORTH_A_NOTE: f64 = 0.2;

/// Fails with `InvalidSpec` at `layout.framing` where a part meets no shot at all: the framing is
/// that of another clip.
pub(super) fn check(shots: &[Shot], timeline: &Timeline) -> Result<()> {
    let part = timeline.parts.iter().find(|part| covered(shots, part) <= 0.0);
    part.map_or(Ok(()), |part| {
        let (start, end) = (part.range.start, part.range.end);
        let message = format!("has no shot between {start:.3} and {end:.3} s, which the plan shows");
        Err(Error::invalid("layout.framing", message))
    })
}

/// What is missing of parts that are covered for the most.
pub(super) fn notes(shots: &[Shot], timeline: &Timeline) -> Vec<String> {
    let missing = |part: &PlacedPart| part.range.duration() - covered(shots, part);
    let parts = timeline.parts.iter().enumerate().filter(|(_, part)| missing(part) > WORTH_A_NOTE);
    parts
        .map(|(index, part)| {
            let seconds = missing(part);
            format!("the framing has no shot for {seconds:.2} s of part {}; the nearest one stays", index + 1)
        })
        .collect()
}

/// Seconds of a part that shots cover.
fn covered(shots: &[Shot], part: &PlacedPart) -> f64 {
    let common = |shot: &Shot| shot.end.min(part.range.end) - shot.start.max(part.range.start);
    shots.iter().map(|shot| common(shot).max(0.0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::FrameRate;
    use crate::outcome::{ShotMode, TimeRange};

    fn shot(start: f64, end: f64) -> Shot {
        Shot { start, end, mode: ShotMode::Single, cut: false, crops: Vec::new() }
    }

    fn timeline(ranges: &[(f64, f64)]) -> Timeline {
        let ranges: Vec<_> = ranges.iter().map(|&(start, end)| TimeRange { start, end }).collect();
        Timeline::place(&ranges, 100.0, FrameRate::near(30.0), 0.0).unwrap()
    }

    #[test]
    fn a_part_that_meets_no_shot_is_refused() {
        let timeline = timeline(&[(10.0, 12.0), (50.0, 52.0)]);
        let error = check(&[shot(10.0, 12.0)], &timeline).unwrap_err();
        assert_eq!(error.context()["field"], "layout.framing");
        assert!(error.message().contains("50.000"), "{error}");
        assert!(check(&[shot(0.0, 11.0), shot(51.0, 60.0)], &timeline).is_ok());
    }

    #[test]
    fn a_part_that_is_covered_in_part_is_noted() {
        let timeline = timeline(&[(10.0, 12.0)]);
        assert_eq!(notes(&[shot(10.0, 11.9)], &timeline), [""; 0]);
        assert!(notes(&[shot(10.0, 11.0)], &timeline)[0].contains("1.00 s of part 1"));
    }
}
