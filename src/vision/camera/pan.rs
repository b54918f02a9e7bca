//! The slow pan over a picture without a person.

use crate::outcome::CropKeyframe;
use crate::vision::ShotPlan;
use crate::vision::geometry::Stage;

/// Seconds from one turn to the next: half of there and back.
const HALF_CYCLE: f64 = 4.0;
/// Outer part of the picture's width, at each side, that the centre of the cut-out keeps out of.
const MARGIN: f64 = 0.15;

/// Keyframes at the turns, the first at the left as the shot begins. One before the shot and one
/// after it let the curve turn softly at both ends. A cut-out as wide as the picture stays.
pub(super) fn keyframes(shot: &ShotPlan, stage: &Stage) -> Vec<CropKeyframe> {
    let middle = super::fixed(shot, stage, (0.5, 0.5));
    let left = (MARGIN * stage.width).max(middle.width / 2.0);
    if left >= stage.width / 2.0 {
        return vec![middle];
    }
    let last = ((shot.end - shot.start) / HALF_CYCLE).ceil().max(1.0) as i32 + 1;
    let turn = |count: i32| {
        let x = if count % 2 == 0 { left } else { stage.width - left };
        CropKeyframe { time: shot.start + HALF_CYCLE * f64::from(count), x, ..middle }
    };
    (-1..=last).map(turn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::ShotMode;
    use crate::spec::Layout;
    use crate::vision::curve;

    fn pan(width: u32, height: u32) -> Vec<CropKeyframe> {
        let persons = Vec::new();
        let shot = ShotPlan { start: 10.0, end: 27.0, cut: false, mode: ShotMode::Pan, persons };
        keyframes(&shot, &Stage::new(width, height, &Layout::vertical(), 9.0 / 16.0))
    }

    #[test]
    fn it_goes_there_and_back_in_eight_seconds_within_the_picture() {
        let path = pan(1920, 1080);
        let x = |time: f64| curve::at(&path, time)[0];
        assert_eq!((x(10.0), x(14.0), x(18.0)), (303.75, 1616.25, 303.75));
        let wide = pan(4000, 1000);
        assert_eq!((curve::at(&wide, 10.0)[0], curve::at(&wide, 14.0)[0]), (600.0, 3400.0));
    }

    #[test]
    fn it_turns_softly_also_at_the_ends_of_the_shot() {
        let path = pan(1920, 1080);
        for time in [10.0, 14.0, 18.0, 26.0] {
            let near = (curve::at(&path, time + 0.04)[0] - curve::at(&path, time)[0]).abs();
            assert!(near < 0.5, "{near} px in one picture at {time}");
        }
        let speed = |time: f64| (curve::at(&path, time + 0.5)[0] - curve::at(&path, time - 0.5)[0]).abs();
        assert!((10..=26).all(|time| speed(f64::from(time)) < 1.6 * 1312.5 / 4.0));
    }

    #[test]
    fn a_picture_without_room_stays() {
        assert_eq!(pan(1080, 1920).len(), 1);
    }
}
