//! The shapes of cut-outs, and the places in the output that they fill.

use crate::outcome::{Shot, ShotMode};
use crate::picture::Rect;
use crate::spec::{InsertPosition, Layout, LayoutMode};

/// Room beside a face in a box of two, to either side, in widths of the face.
const BESIDE: f64 = 1.0;
/// Room above a face in a box of two, in heights of the face.
const ABOVE: f64 = 0.5;
/// Room below a face in a box of two, in heights of the face.
const BELOW: f64 = 0.75;
/// Least width of a box of two, in pixels of the source: enlarged three times it fills a width of
/// 1080.
const LEAST_WIDTH: f64 = 360.0;
/// Where that is much of a small source: least width as a fraction of the widest box.
const LEAST_PART: f64 = 0.6;

/// The source as a viewer sees it, and the output's shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stage {
    /// Width of the source.
    pub width: f64,
    /// Height of the source.
    pub height: f64,
    /// The part of the output that shows the source, in fractions of the output.
    pub area: Rect,
    /// Width of the output over its height.
    output_aspect: f64,
}

impl Stage {
    /// The stage of a source (`width` and `height` in pixels) for a layout.
    pub(super) fn new(width: u32, height: u32, layout: &Layout, output_aspect: f64) -> Self {
        let whole = Rect { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
        let area = match (layout.mode, layout.insert.position) {
            (LayoutMode::Original | LayoutMode::Vertical, _) => whole,
            (LayoutMode::Stacked, InsertPosition::Above) => Rect { y: 0.5, height: 0.5, ..whole },
            (LayoutMode::Stacked, InsertPosition::Below) => Rect { height: 0.5, ..whole },
        };
        Self { width: f64::from(width.max(1)), height: f64::from(height.max(1)), area, output_aspect }
    }

    /// Where a shot's cut-out number `index` stands, in fractions of the output.
    pub(super) fn place(&self, mode: ShotMode, index: usize) -> Rect {
        match mode {
            ShotMode::Single | ShotMode::Pan | ShotMode::Fixed => self.area,
            ShotMode::Dual => {
                let height = self.area.height / 2.0;
                Rect { y: self.area.y + height * index.min(1) as f64, height, ..self.area }
            }
            ShotMode::Wide => self.band(),
        }
    }

    /// The whole picture, fitted into the middle of the area.
    fn band(&self) -> Rect {
        let (x, y) = self.area.centre();
        let shape = self.shape(self.area) * self.height / self.width;
        let (width, height) = (self.area.width * (1.0 / shape).min(1.0), self.area.height * shape.min(1.0));
        Rect::around(x, y, width, height)
    }

    /// Width over height, in pixels, of a place of the output.
    fn shape(&self, place: Rect) -> f64 {
        place.width * self.output_aspect / place.height
    }

    /// Width over height of a shot's cut-outs.
    pub(super) fn aspect(&self, mode: ShotMode) -> f64 {
        match mode {
            ShotMode::Wide => self.width / self.height,
            ShotMode::Single | ShotMode::Dual | ShotMode::Pan | ShotMode::Fixed => {
                self.shape(self.place(mode, 0))
            }
        }
    }

    /// Width of the largest cut-out of a shape.
    pub(super) fn largest(&self, aspect: f64) -> f64 {
        self.width.min(self.height * aspect)
    }

    /// Least and largest width of a box of two.
    pub(super) fn box_widths(&self, aspect: f64) -> (f64, f64) {
        let largest = self.largest(aspect);
        (LEAST_WIDTH.min(LEAST_PART * largest), largest)
    }

    /// The cut-out of a shape around a centre, moved and, if need be, shrunk into the picture.
    pub(super) fn crop(&self, x: f64, y: f64, width: f64, aspect: f64) -> Rect {
        let width = width.clamp(1.0_f64.min(self.largest(aspect)), self.largest(aspect));
        let height = width / aspect;
        let left = (x - width / 2.0).clamp(0.0, (self.width - width).max(0.0));
        let top = (y - height / 2.0).clamp(0.0, (self.height - height).max(0.0));
        Rect { x: left, y: top, width, height: height.min(self.height) }
    }

    /// The cut-outs of a shot at a time: its paths' keyframes, within the picture.
    pub(super) fn crops(&self, shot: &Shot, time: f64) -> impl Iterator<Item = Rect> {
        let aspect = self.aspect(shot.mode);
        shot.crops.iter().map(move |path| {
            let [x, y, width] = super::curve::at(&path.keyframes, time);
            self.crop(x, y, width, aspect)
        })
    }
}

/// Width over height of the part of an output (of this shape) in which a layout shows the source.
pub fn shown_aspect(layout: &Layout, output_aspect: f64) -> f64 {
    let stage = Stage::new(1, 1, layout, output_aspect);
    stage.shape(stage.area)
}

/// Width of the box around a face, before the limits: the face with its room, grown to the shape.
pub(super) fn box_width(face: Rect, aspect: f64) -> f64 {
    let width = face.width * (1.0 + 2.0 * BESIDE);
    width.max(face.height * (1.0 + ABOVE + BELOW) * aspect)
}

/// Where the centre of a face stands in a box of two, from the top, as a fraction of its height.
pub(super) const BOX_HEADROOM: f64 = (ABOVE + 0.5) / (1.0 + ABOVE + BELOW);

/// Where the centre of a face stands in any other cut-out, from the top.
pub(super) const HEADROOM: f64 = 0.4;

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(layout: &Layout) -> Stage {
        Stage::new(1920, 1080, layout, 9.0 / 16.0)
    }

    #[test]
    fn a_vertical_cut_out_has_the_full_height_and_a_box_of_two_is_9_8() {
        let stage = stage(&Layout::vertical());
        assert_eq!(stage.largest(stage.aspect(ShotMode::Single)), 607.5);
        assert_eq!(stage.aspect(ShotMode::Dual), 9.0 / 8.0);
        assert_eq!(stage.largest(stage.aspect(ShotMode::Dual)), 1215.0);
        assert_eq!(stage.aspect(ShotMode::Wide), 16.0 / 9.0);
    }

    #[test]
    fn places_fill_the_output_or_the_half_that_the_insert_leaves() {
        let vertical = stage(&Layout::vertical());
        assert_eq!(vertical.place(ShotMode::Dual, 0), Rect { x: 0.0, y: 0.0, width: 1.0, height: 0.5 });
        assert_eq!(vertical.place(ShotMode::Dual, 1).y, 0.5);
        let stacked = stage(&Layout::stacked(None));
        assert_eq!(stacked.place(ShotMode::Single, 0), Rect { x: 0.0, y: 0.5, width: 1.0, height: 0.5 });
        assert_eq!(stacked.aspect(ShotMode::Single), 9.0 / 8.0);
        assert_eq!(shown_aspect(&Layout::stacked(None), 9.0 / 16.0), 9.0 / 8.0);
        let mut below = Layout::stacked(None);
        below.insert.position = InsertPosition::Below;
        assert_eq!(stage(&below).place(ShotMode::Pan, 0).y, 0.0);
    }

    #[test]
    fn the_whole_picture_is_a_band_in_the_middle() {
        let band = stage(&Layout::vertical()).place(ShotMode::Wide, 0);
        let height = (9.0 / 16.0_f64).powi(2);
        assert_eq!((band.x, band.width), (0.0, 1.0));
        assert!((band.height - height).abs() < 1e-12 && (band.y - (0.5 - height / 2.0)).abs() < 1e-12);
        let tall = Stage::new(500, 1000, &Layout::vertical(), 9.0 / 16.0).place(ShotMode::Wide, 0);
        assert!((tall.width - 8.0 / 9.0).abs() < 1e-12 && tall.height == 1.0);
    }

    #[test]
    fn a_box_has_a_face_beside_half_above_and_three_quarters_below() {
        let face = Rect { x: 900.0, y: 400.0, width: 200.0, height: 200.0 };
        assert_eq!(box_width(face, 9.0 / 8.0), 600.0);
        assert_eq!(box_width(Rect { height: 280.0, ..face }, 9.0 / 8.0), 280.0 * 2.25 * 9.0 / 8.0);
        assert!((BOX_HEADROOM - 1.0 / 2.25).abs() < 1e-12);
    }

    #[test]
    fn a_cut_out_is_moved_and_shrunk_into_the_picture() {
        let stage = stage(&Layout::vertical());
        let picture = Rect { x: 0.0, y: 0.0, width: 1920.0, height: 1080.0 };
        for (x, y, width) in [(-50.0, 0.0, 300.0), (5000.0, 9000.0, 5000.0), (960.0, 540.0, 607.5)] {
            let crop = stage.crop(x, y, width, 9.0 / 16.0);
            assert!(picture.contains(crop), "{crop:?}");
            assert!((crop.width / crop.height - 9.0 / 16.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_box_of_two_is_not_enlarged_beyond_three_times() {
        let stage = stage(&Layout::vertical());
        assert_eq!(stage.box_widths(9.0 / 8.0), (360.0, 1215.0));
        let small = Stage::new(176, 144, &Layout::vertical(), 9.0 / 16.0);
        assert!((small.box_widths(9.0 / 8.0).0 - 0.6 * 162.0).abs() < 1e-9);
    }
}
