//! Output pictures put together from cut-outs of the source's, each cut and scaled in one step at a
//! position between pixels.

use ffmpeg_next::frame::Video;

use super::geometry::SourcePicture;
use super::plain::{Plain, plane};
use super::pool::PicturePool;
use super::resample::{Axis, PlaneTarget, Resampler};
use crate::error::Result;
use crate::picture::{Framer, Pane, PlaneView, Rect};
use crate::spec::Size;

/// Size of the picture that a blurred background is made of, in pixels.
const BLUR: Size = Size { width: 36, height: 64 };
/// How much of the picture's light a background keeps.
const DIM: f64 = 0.45;
/// Luma of black in limited range.
const BLACK: f64 = 16.0;

/// A rectangle of whole pixels in the output, even for 4:2:0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
}

impl Place {
    /// The place of a rectangle in fractions of the output.
    pub(super) fn of(rect: Rect, output: Size) -> Self {
        let even = |share: f64, length: u32| {
            let pixels = (share * f64::from(length) / 2.0).round().max(0.0) as usize * 2;
            pixels.min(length as usize)
        };
        let (x, y) = (even(rect.x, output.width), even(rect.y, output.height));
        let (right, bottom) = (even(rect.right(), output.width), even(rect.bottom(), output.height));
        Self { x, y, width: right.saturating_sub(x), height: bottom.saturating_sub(y) }
    }

    fn area(self) -> usize {
        self.width * self.height
    }
}

/// Makes output pictures of the cut-outs that a framer names.
pub(super) struct Composer {
    plain: Plain,
    source: SourcePicture,
    output: Size,
    framer: Box<dyn Framer>,
    /// Area that an insert covers later.
    inserted: usize,
    pool: PicturePool,
    resampler: Resampler,
    axes: AxisCache,
    panes: Vec<Pane>,
}

impl Composer {
    /// For pictures like `source`, made plain by `plain`. What the framer leaves free of the output
    /// and of the place of an insert becomes a blurred background.
    pub(super) fn new(
        plain: Plain,
        source: SourcePicture,
        output: Size,
        framer: Box<dyn Framer>,
        insert: Option<Place>,
    ) -> Result<Self> {
        Ok(Self {
            plain,
            source,
            output,
            framer,
            inserted: insert.map_or(0, Place::area),
            pool: PicturePool::new(output)?,
            resampler: Resampler::default(),
            axes: AxisCache::default(),
            panes: Vec::new(),
        })
    }

    /// The output picture for the source's picture at `time` (seconds of the source).
    pub(super) fn compose(&mut self, frame: &Video, time: f64) -> Result<Video> {
        let source = self.plain.of(frame)?;
        let mut picture = self.pool.take()?;
        self.panes.clear();
        self.framer.panes(time, &mut self.panes);
        let places: Vec<Place> = self.panes.iter().map(|pane| Place::of(pane.place, self.output)).collect();
        let covered = places.iter().map(|place| place.area()).sum::<usize>() + self.inserted;
        if covered < self.output.width as usize * self.output.height as usize {
            self.background(&source, &mut picture);
        }
        for (slot, place) in places.into_iter().enumerate() {
            let crop = self.coded(self.panes[slot].crop, &source);
            self.cut(slot, &source, crop, place, &mut picture);
        }
        Ok(picture)
    }

    /// A rectangle in pixels as a viewer sees them, in coded pixels of `frame`: a source that
    /// changes its size midway is cut in proportion.
    fn coded(&self, rect: Rect, frame: &Video) -> Rect {
        let (width, height) = self.source.display();
        let (across, down) = (f64::from(frame.width()) / width, f64::from(frame.height()) / height);
        Rect { x: rect.x * across, y: rect.y * down, width: rect.width * across, height: rect.height * down }
    }

    fn cut(&mut self, slot: usize, source: &Video, crop: Rect, place: Place, picture: &mut Video) {
        if place.width == 0 || place.height == 0 {
            return;
        }
        for index in 0..3 {
            let view = plane(source, index);
            let (axes, target_place) =
                if index == 0 { (crop, place) } else { (chroma(crop, place), halved(place)) };
            let keys = AxisKeys::new(view, axes, target_place);
            let (across, down) = self.axes.get(slot * 2 + usize::from(index > 0), keys);
            let stride = picture.stride(index);
            let mut target =
                PlaneTarget { data: picture.data_mut(index), stride, x: target_place.x, y: target_place.y };
            self.resampler.run(view, across, down, &mut target);
        }
    }

    /// Fills the picture with the middle of the source, blurred and dimmed.
    fn background(&mut self, source: &Video, picture: &mut Video) {
        let (width, height) = self.source.display();
        let aspect = f64::from(self.output.width) / f64::from(self.output.height);
        let size = (width.min(height * aspect), height.min(width / aspect));
        let crop = self.coded(Rect::around(width / 2.0, height / 2.0, size.0, size.1), source);
        for index in 0..3 {
            let shift = u32::from(index > 0);
            let (small_width, small_height) =
                ((BLUR.width >> shift) as usize, (BLUR.height >> shift) as usize);
            let scale = f64::from(1 << shift);
            let view = plane(source, index);
            let mut small = vec![0; small_width * small_height];
            self.resampler.run(
                view,
                &Axis::new(view.width, crop.x / scale, crop.width / scale, small_width),
                &Axis::new(view.height, crop.y / scale, crop.height / scale, small_height),
                &mut PlaneTarget { data: &mut small, stride: small_width, x: 0, y: 0 },
            );
            if index == 0 {
                dim(&mut small);
            }
            let small =
                PlaneView { data: &small, stride: small_width, width: small_width, height: small_height };
            let (out_width, out_height) =
                (picture.plane_width(index) as usize, picture.plane_height(index) as usize);
            let stride = picture.stride(index);
            self.resampler.run(
                small,
                &Axis::new(small_width, 0.0, small_width as f64, out_width),
                &Axis::new(small_height, 0.0, small_height as f64, out_height),
                &mut PlaneTarget { data: picture.data_mut(index), stride, x: 0, y: 0 },
            );
        }
    }
}

fn dim(luma: &mut [u8]) {
    for sample in luma {
        *sample = (BLACK + (f64::from(*sample) - BLACK) * DIM).round() as u8;
    }
}

/// The cut-out of a chroma plane. Its samples stand with the left one of each two of luma, and
/// midway between two rows, in the source as in the output: so scaled by s they move by a quarter
/// of (1 − s) to the right.
fn chroma(crop: Rect, place: Place) -> Rect {
    let step = crop.width / place.width as f64;
    Rect {
        x: crop.x / 2.0 + 0.25 * (1.0 - step),
        y: crop.y / 2.0,
        width: crop.width / 2.0,
        height: crop.height / 2.0,
    }
}

fn halved(place: Place) -> Place {
    Place { x: place.x / 2, y: place.y / 2, width: place.width / 2, height: place.height / 2 }
}

/// What a pair of axes was made for.
#[derive(Debug, Clone, Copy, PartialEq)]
struct AxisKeys {
    across: (usize, f64, f64, usize),
    down: (usize, f64, f64, usize),
}

impl AxisKeys {
    fn new(view: PlaneView<'_>, crop: Rect, place: Place) -> Self {
        Self {
            across: (view.width, crop.x, crop.width, place.width),
            down: (view.height, crop.y, crop.height, place.height),
        }
    }
}

/// The axes of the last picture, which the next one mostly shares.
#[derive(Default)]
struct AxisCache(Vec<Option<(AxisKeys, Axis, Axis)>>);

impl AxisCache {
    fn get(&mut self, slot: usize, keys: AxisKeys) -> (&Axis, &Axis) {
        if self.0.len() <= slot {
            self.0.resize_with(slot + 1, || None);
        }
        let make = |(source, from, length, count)| Axis::new(source, from, length, count);
        let entry = match self.0[slot].take() {
            Some((known, across, down)) => {
                let across = if known.across == keys.across { across } else { make(keys.across) };
                let down = if known.down == keys.down { down } else { make(keys.down) };
                (keys, across, down)
            }
            None => (keys, make(keys.across), make(keys.down)),
        };
        let (_, across, down) = self.0[slot].insert(entry);
        (across, down)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: Size = Size { width: 1080, height: 1920 };

    #[test]
    fn halves_meet_without_gap_or_overlap() {
        for output in [OUTPUT, Size { width: 270, height: 478 }] {
            let upper = Place::of(Rect { x: 0.0, y: 0.0, width: 1.0, height: 0.5 }, output);
            let lower = Place::of(Rect { x: 0.0, y: 0.5, width: 1.0, height: 0.5 }, output);
            assert_eq!(upper.y + upper.height, lower.y);
            assert_eq!(lower.y + lower.height, output.height as usize);
            assert_eq!(upper.width, output.width as usize);
        }
    }

    #[test]
    fn chroma_keeps_its_place_beside_luma() {
        let crop = Rect { x: 100.0, y: 0.0, width: 540.0, height: 960.0 };
        let place = Place { x: 0, y: 0, width: 1080, height: 1920 };
        let cut = chroma(crop, place);
        // Output chroma sample 10 stands at luma sample 20; both must show the same source place.
        let step = 0.5;
        let luma_at = crop.x + (20.0 + 0.5) * step - 0.5;
        let chroma_at = cut.x + (10.0 + 0.5) * step - 0.5;
        assert!((luma_at - chroma_at * 2.0).abs() < 1e-9);
    }

    #[test]
    fn an_axis_that_is_needed_again_is_not_made_again() {
        let mut cache = AxisCache::default();
        let keys = AxisKeys { across: (100, 1.5, 50.0, 80), down: (100, 0.0, 100.0, 160) };
        let first = cache.get(0, keys).1.clone();
        let moved = AxisKeys { across: (100, 2.5, 50.0, 80), ..keys };
        let before = cache.get(0, keys).0.clone();
        let (across, down) = cache.get(0, moved);
        assert_ne!(*across, before);
        assert_eq!(*down, first);
    }
}
