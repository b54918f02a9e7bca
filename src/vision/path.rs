//! From a framing back to the cut-outs of each picture.

use crate::outcome::{Framing, Shot};
use crate::picture::{Framer, Pane};
use crate::spec::Layout;

use super::INSTANT;
use super::geometry::Stage;

/// The cut-outs of a framing, by time.
#[derive(Debug, Clone)]
pub struct FramingPath {
    shots: Vec<Shot>,
    stage: Stage,
}

impl FramingPath {
    /// The path of a framing whose shots are in order, for a layout and the output's width over its
    /// height.
    pub fn new(framing: &Framing, layout: &Layout, output_aspect: f64) -> Self {
        Self {
            shots: framing.shots.clone(),
            stage: Stage::new(framing.source_width, framing.source_height, layout, output_aspect),
        }
    }

    /// The shot of the picture at `time`, in seconds of the source: the last that has begun, times
    /// being rounded. Between two shots that do not touch the nearer one holds, before the first
    /// the first, after the last the last. `None` where there are no shots.
    pub fn shot(&self, time: f64) -> Option<&Shot> {
        let begun = self.shots.partition_point(|shot| shot.start <= time + INSTANT);
        let Some(last) = begun.checked_sub(1).and_then(|last| self.shots.get(last)) else {
            return self.shots.first();
        };
        let next = self.shots.get(begun).filter(|next| next.start - time < time - last.end);
        Some(next.unwrap_or(last))
    }
}

impl Framer for FramingPath {
    fn panes(&mut self, time: f64, panes: &mut Vec<Pane>) {
        let Some(shot) = self.shot(time) else { return };
        let place = |(index, crop)| Pane { crop, place: self.stage.place(shot.mode, index) };
        panes.extend(self.stage.crops(shot, time).enumerate().map(place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{CropKeyframe, CropPath, FRAMING_VERSION, FramingReport, ShotMode};
    use crate::picture::Rect;

    fn shot(start: f64, end: f64, mode: ShotMode, places: &[(f64, f64)]) -> Shot {
        let crop = |&(x, width): &(f64, f64)| CropPath {
            person: None,
            keyframes: vec![CropKeyframe { time: start, x, y: 540.0, width }],
        };
        Shot { start, end, mode, cut: false, crops: places.iter().map(crop).collect() }
    }

    fn panes(time: f64) -> Vec<Pane> {
        let framing = Framing {
            version: FRAMING_VERSION,
            source_width: 1920,
            source_height: 1080,
            aspect: None,
            shots: vec![
                shot(1.0, 2.002, ShotMode::Single, &[(100.0, 607.5)]),
                shot(2.002, 3.0, ShotMode::Dual, &[(500.0, 450.0), (1400.0, 9999.0)]),
                shot(3.0, 4.0, ShotMode::Wide, &[(960.0, 1920.0)]),
                shot(20.02, 30.0, ShotMode::Dual, &[(500.0, 450.0), (1400.0, 450.0)]),
            ],
            report: FramingReport::default(),
        };
        let mut panes = Vec::new();
        FramingPath::new(&framing, &Layout::vertical(), 9.0 / 16.0).panes(time, &mut panes);
        panes
    }

    #[test]
    fn a_shot_begins_at_its_picture_though_times_are_rounded() {
        assert_eq!(panes(1.99).len(), 1);
        assert_eq!(panes(2.001).len(), 2);
        assert_eq!((panes(0.0).len(), panes(3.0).len(), panes(99.0).len()), (1, 1, 2));
    }

    #[test]
    fn between_two_spans_of_the_source_the_nearer_shot_holds() {
        assert_eq!((panes(4.02).len(), panes(20.0).len()), (1, 2));
    }

    #[test]
    fn one_cut_out_fills_the_output_and_stays_in_the_picture() {
        let expected = Pane {
            crop: Rect { x: 0.0, y: 0.0, width: 607.5, height: 1080.0 },
            place: Rect { x: 0.0, y: 0.0, width: 1.0, height: 1.0 },
        };
        assert_eq!(panes(1.5), [expected]);
    }

    #[test]
    fn two_cut_outs_fill_the_halves_the_first_above() {
        let panes = panes(2.5);
        assert_eq!(panes[0].crop, Rect { x: 275.0, y: 340.0, width: 450.0, height: 400.0 });
        assert_eq!(panes[1].crop, Rect { x: 705.0, y: 0.0, width: 1215.0, height: 1080.0 });
        assert_eq!((panes[0].place.y, panes[1].place.y, panes[1].place.height), (0.0, 0.5, 0.5));
    }

    #[test]
    fn a_wide_shot_shows_everything() {
        assert_eq!(panes(3.5)[0].crop, Rect { x: 0.0, y: 0.0, width: 1920.0, height: 1080.0 });
    }
}
