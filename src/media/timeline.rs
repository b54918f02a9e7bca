//! Where each part of a plan lies in the output, in whole frames.

use super::rate::FrameRate;
use crate::error::{Error, Result};
use crate::outcome::TimeRange;

/// A part of the source and its place in the output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacedPart {
    /// What of the source, in seconds.
    pub range: TimeRange,
    /// The output frame on which it begins.
    pub first_frame: u64,
    /// Its length in frames, the fades at both ends included.
    pub frames: u64,
}

/// All parts of an output. The k-th part begins at the sum of the earlier lengths less k fades,
/// counted in whole frames, so that picture and sound agree for any number of parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// Frames a second of the output.
    pub rate: FrameRate,
    /// Length of a cross-fade in frames.
    pub fade_frames: u64,
    /// The parts in order.
    pub parts: Vec<PlacedPart>,
    /// What had to be adjusted, for a person.
    pub notes: Vec<String>,
}

impl Timeline {
    /// Places `ranges` (the whole source where empty) of a source that is `duration` seconds long.
    ///
    /// A range that ends after the source is clamped and noted; one that begins after it is an
    /// `InvalidSpec`.
    pub fn place(ranges: &[TimeRange], duration: f64, rate: FrameRate, fade_s: f64) -> Result<Self> {
        let whole = [TimeRange { start: 0.0, end: duration }];
        let ranges = if ranges.is_empty() { &whole } else { ranges };
        let mut timeline = Self { rate, fade_frames: 0, parts: Vec::new(), notes: Vec::new() };
        for (index, &range) in ranges.iter().enumerate() {
            let range = timeline.clamp(index, range, duration)?;
            let frames = rate.frames(range.duration()).max(1);
            timeline.parts.push(PlacedPart { range, first_frame: 0, frames });
        }
        timeline.lay_out(fade_s);
        Ok(timeline)
    }

    fn clamp(&mut self, index: usize, range: TimeRange, duration: f64) -> Result<TimeRange> {
        // Containers round their length; a frame more or less is not worth a note.
        let slack = 0.5 / self.rate.fps();
        if range.start >= duration - slack {
            let message =
                format!("begins at {:.3} s, after the source's end at {duration:.3} s", range.start);
            return Err(Error::invalid(format!("parts[{index}].start"), message));
        }
        if range.end > duration + slack {
            self.notes.push(format!(
                "part {} ends at {:.3} s instead of {:.3} s, because the source ends there",
                index + 1,
                duration,
                range.end
            ));
        }
        Ok(TimeRange { start: range.start, end: range.end.min(duration) })
    }

    fn lay_out(&mut self, fade_s: f64) {
        let shortest = self.parts.iter().map(|part| part.frames).min().unwrap_or(0);
        if self.parts.len() > 1 {
            self.fade_frames = self.rate.frames(fade_s).min(shortest / 2);
        }
        let mut next = 0;
        for part in &mut self.parts {
            part.first_frame = next;
            next += part.frames - self.fade_frames;
        }
    }

    /// Length of the output in frames.
    pub fn frames(&self) -> u64 {
        self.parts.last().map_or(0, |last| last.first_frame + last.frames)
    }

    /// Length of the output in seconds.
    pub fn duration(&self) -> f64 {
        self.rate.seconds(self.frames())
    }

    /// Where a part begins in the output, in seconds.
    pub fn offset(&self, part: &PlacedPart) -> f64 {
        self.rate.seconds(part.first_frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: f64, end: f64) -> TimeRange {
        TimeRange { start, end }
    }

    fn place(ranges: &[TimeRange], fade: f64) -> Timeline {
        Timeline::place(ranges, 100.0, FrameRate::near(30.0), fade).unwrap()
    }

    #[test]
    fn each_joint_takes_one_fade_for_any_number_of_parts() {
        for count in 1..=6_u64 {
            let ranges: Vec<_> = (0..count).map(|k| range(k as f64 * 10.0, k as f64 * 10.0 + 2.0)).collect();
            let timeline = place(&ranges, 0.1);
            assert_eq!(timeline.frames(), 60 * count - 3 * (count - 1));
            for (k, part) in timeline.parts.iter().enumerate() {
                assert_eq!(part.first_frame, 57 * k as u64);
            }
        }
    }

    #[test]
    fn a_range_beyond_the_end_is_clamped_and_told() {
        let timeline = place(&[range(98.0, 130.0)], 0.0);
        assert_eq!(timeline.frames(), 60);
        assert_eq!(timeline.notes.len(), 1);
        assert!(place(&[range(98.0, 100.01)], 0.0).notes.is_empty(), "rounding is not told");
    }

    #[test]
    fn a_range_after_the_end_names_its_field() {
        let error = Timeline::place(&[range(100.0, 101.0)], 100.0, FrameRate::near(30.0), 0.0).unwrap_err();
        assert_eq!(error.context()["field"], "parts[0].start");
    }

    #[test]
    fn a_fade_is_never_longer_than_half_a_part() {
        let timeline = place(&[range(0.0, 0.2), range(1.0, 9.0)], 5.0);
        assert_eq!(timeline.fade_frames, 3);
    }
}
