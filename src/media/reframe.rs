//! Source pictures made into output pictures.

use ffmpeg_next::frame::Video;

use super::decode::Shown;
use super::geometry::Geometry;
use super::graph::Chain;
use super::overlay::picture_chain;
use super::picture::share;
use super::rate::FrameRate;
use crate::error::{Error, Result};

/// Brings pictures to the output's shape.
pub(super) struct Reframer {
    geometry: Geometry,
    rotation: u32,
    rate: FrameRate,
    threads: usize,
    chain: Option<(Shape, Chain)>,
    /// Whether pictures are often shown again: then the last result is kept. Keeping it costs a
    /// copy of each picture that is drawn upon.
    repeats: bool,
    last: Option<(u64, Video)>,
}

/// What the filters were set up for; a source may change it midway.
#[derive(PartialEq, Eq, Clone, Copy)]
struct Shape {
    width: u32,
    height: u32,
    format: ffmpeg_next::format::Pixel,
}

impl Reframer {
    /// For a geometry, applied after a clockwise turn of `rotation` degrees. `repeats` tells that
    /// the output has more pictures than the source.
    pub(super) fn new(
        geometry: Geometry,
        rotation: u32,
        rate: FrameRate,
        threads: usize,
        repeats: bool,
    ) -> Self {
        Self { geometry, rotation, rate, threads, chain: None, repeats, last: None }
    }

    /// The output picture of a source picture.
    pub(super) fn apply(&mut self, shown: &Shown) -> Result<Video> {
        if let Some((serial, picture)) = &self.last
            && *serial == shown.serial
        {
            return share(picture);
        }
        let picture = self.filter(&shown.frame)?;
        if !self.repeats {
            return Ok(picture);
        }
        let result = share(&picture)?;
        self.last = Some((shown.serial, picture));
        Ok(result)
    }

    fn filter(&mut self, frame: &Video) -> Result<Video> {
        let shape = Shape { width: frame.width(), height: frame.height(), format: frame.format() };
        if self.chain.as_ref().is_none_or(|(known, _)| *known != shape) {
            self.chain = Some((shape, self.make_chain(frame, shape)?));
        }
        let (_, chain) = self.chain.as_mut().ok_or_else(|| Error::internal("no filters"))?;
        let mut input = share(frame)?;
        chain.push(Some(&mut input))?;
        let mut output = Video::empty();
        if chain.pull(&mut output)? { Ok(output) } else { Err(Error::internal("the filters kept a picture")) }
    }

    /// A source that changes its size midway is cut and scaled in proportion.
    fn make_chain(&self, frame: &Video, shape: Shape) -> Result<Chain> {
        let mut geometry = self.geometry;
        let (width, height) = if self.rotation.is_multiple_of(180) {
            (shape.width, shape.height)
        } else {
            (shape.height, shape.width)
        };
        if geometry.crop_x + geometry.crop.width > width || geometry.crop_y + geometry.crop.height > height {
            (geometry.crop_x, geometry.crop_y) = (0, 0);
            geometry.crop.width = geometry.crop.width.min(width & !1);
            geometry.crop.height = geometry.crop.height.min(height & !1);
        }
        picture_chain(frame, &geometry, self.rotation, self.rate.time_base(), self.threads)
    }
}
