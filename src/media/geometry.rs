//! Which rectangle of the source goes where in the output.

use crate::spec::{Fit, Layout, LayoutMode, Size};

/// Size of a vertical picture where the plan names none.
const VERTICAL: Size = Size { width: 1080, height: 1920 };

/// An upright source picture: rotation already applied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SourcePicture {
    /// Width in coded pixels.
    pub width: u32,
    /// Height in coded pixels.
    pub height: u32,
    /// Width of a coded pixel over its height.
    pub pixel_aspect: f64,
}

/// A cut-out of the source, scaled, and its place in the output. All even, for 4:2:0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Geometry {
    /// Left edge of the cut-out in source pixels.
    pub crop_x: u32,
    /// Top edge of the cut-out in source pixels.
    pub crop_y: u32,
    /// Size of the cut-out in source pixels.
    pub crop: Size,
    /// Size that the cut-out is scaled to.
    pub scaled: Size,
    /// Size of the output; larger than `scaled` where bars are needed.
    pub output: Size,
}

impl Geometry {
    /// The geometry of a layout.
    pub(super) fn plan(source: SourcePicture, layout: &Layout, size: Option<Size>) -> Self {
        let (display_width, display_height) = source.display();
        let output = size.unwrap_or(match layout.mode {
            LayoutMode::Vertical | LayoutMode::Stacked => VERTICAL,
            LayoutMode::Original => even_size(display_width, display_height),
        });
        let fit = layout.fit.unwrap_or(match (layout.mode, size) {
            (LayoutMode::Vertical | LayoutMode::Stacked, _) | (LayoutMode::Original, None) => Fit::Cover,
            (LayoutMode::Original, Some(_)) => Fit::Contain,
        });
        match fit {
            Fit::Cover => Self::cover(source, layout, output),
            Fit::Contain => Self::contain(source, output),
        }
    }

    fn cover(source: SourcePicture, layout: &Layout, output: Size) -> Self {
        let (width, height) = source.display();
        let aspect = f64::from(output.width) / f64::from(output.height);
        let crop_width = width.min(height * aspect) / source.pixel_aspect;
        let crop_height = height.min(width / aspect);
        let crop = Size {
            width: nearest_even(crop_width, source.width),
            height: nearest_even(crop_height, source.height),
        };
        Self {
            crop_x: edge(layout.centre().0, source.width, crop.width),
            crop_y: edge(layout.centre().1, source.height, crop.height),
            crop,
            scaled: output,
            output,
        }
    }

    fn contain(source: SourcePicture, output: Size) -> Self {
        let (width, height) = source.display();
        let scale = (f64::from(output.width) / width).min(f64::from(output.height) / height);
        let crop = even_size(f64::from(source.width), f64::from(source.height));
        let scaled = Size {
            width: nearest_even(width * scale, output.width),
            height: nearest_even(height * scale, output.height),
        };
        Self { crop_x: 0, crop_y: 0, crop, scaled, output }
    }

    /// Left and top edge of the scaled picture in the output, centred.
    pub(super) fn pad_offset(&self) -> (u32, u32) {
        let even_half = |outer: u32, inner: u32| ((outer - inner) / 2) & !1;
        (even_half(self.output.width, self.scaled.width), even_half(self.output.height, self.scaled.height))
    }
}

impl SourcePicture {
    /// Width and height as a viewer sees them, in square pixels.
    pub(super) fn display(self) -> (f64, f64) {
        (f64::from(self.width) * self.pixel_aspect, f64::from(self.height))
    }

    /// The same in whole pixels.
    pub(super) fn display_pixels(self) -> (u32, u32) {
        let (width, height) = self.display();
        (width.round() as u32, height.round() as u32)
    }
}

fn even_size(width: f64, height: f64) -> Size {
    let even = |value: f64| ((value.round() as u32) & !1).max(2);
    Size { width: even(width), height: even(height) }
}

fn nearest_even(value: f64, limit: u32) -> u32 {
    let even = (value / 2.0).round() as u32 * 2;
    even.clamp(2, (limit & !1).max(2))
}

fn edge(centre: f64, outer: u32, inner: u32) -> u32 {
    let left = centre * f64::from(outer) - f64::from(inner) / 2.0;
    let room = f64::from(outer.saturating_sub(inner));
    (left.clamp(0.0, room) as u32) & !1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(width: u32, height: u32) -> SourcePicture {
        SourcePicture { width, height, pixel_aspect: 1.0 }
    }

    #[test]
    fn vertical_cuts_the_tallest_9_16_out_of_the_middle() {
        let plan = Geometry::plan(source(1920, 1080), &Layout::fixed(), None);
        assert_eq!(plan.crop, Size { width: 608, height: 1080 });
        assert_eq!(plan.crop_x, 656);
        assert_eq!(plan.output, VERTICAL);
    }

    #[test]
    fn the_cut_out_stays_inside_the_source() {
        for x in [0.0, 0.01, 0.5, 0.99, 1.0] {
            let plan = Geometry::plan(source(1279, 719), &Layout { x: Some(x), ..Layout::vertical() }, None);
            assert!(plan.crop_x + plan.crop.width <= 1279 && plan.crop_x.is_multiple_of(2));
        }
    }

    #[test]
    fn an_odd_original_loses_a_line_and_is_not_scaled() {
        let plan = Geometry::plan(source(641, 361), &Layout::default(), None);
        assert_eq!(plan.crop, Size { width: 640, height: 360 });
        assert_eq!((plan.scaled, plan.output), (plan.crop, plan.crop));
    }

    #[test]
    fn contain_shows_everything_between_bars() {
        let layout = Layout { fit: Some(Fit::Contain), ..Layout::vertical() };
        let plan = Geometry::plan(source(1920, 1080), &layout, None);
        assert_eq!(plan.scaled, Size { width: 1080, height: 608 });
        assert_eq!(plan.pad_offset(), (0, 656));
    }

    #[test]
    fn wide_pixels_are_made_square() {
        let dv = SourcePicture { width: 720, height: 576, pixel_aspect: 64.0 / 45.0 };
        assert_eq!(Geometry::plan(dv, &Layout::default(), None).output, Size { width: 1024, height: 576 });
    }

    #[test]
    fn a_portrait_source_fills_a_vertical_picture() {
        let plan = Geometry::plan(source(1080, 1920), &Layout::fixed(), None);
        assert_eq!((plan.crop, plan.crop_x), (VERTICAL, 0));
    }
}
