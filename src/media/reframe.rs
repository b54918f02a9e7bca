//! Source pictures made into output pictures.

use ffmpeg_next::frame::Video;

use super::compose::Composer;
use super::decode::Shown;
use super::geometry::Geometry;
use super::graph::Chain;
use super::overlay::picture_chain;
use super::picture::share;
use super::rate::FrameRate;
use super::shaped::{Shape, ShapedChain};
use crate::error::Result;

/// Brings pictures to the output's shape.
pub(super) struct Reframer {
    way: Way,
    /// Whether pictures are often shown again: then the last result is kept. Keeping it costs a
    /// copy of each picture that is drawn upon.
    repeats: bool,
    last: Option<(u64, Video)>,
}

/// How output pictures are made.
enum Way {
    /// All by one chain of filters.
    Fixed(Box<Fixed>),
    /// Each of the cut-outs of its time.
    Framed(Box<Composer>),
}

impl Reframer {
    /// One cut-out for all pictures. `repeats` tells that the output has more pictures than the
    /// source.
    pub(super) fn fixed(fixed: Fixed, repeats: bool) -> Self {
        Self { way: Way::Fixed(Box::new(fixed)), repeats, last: None }
    }

    /// The cut-outs of a framing.
    pub(super) fn framed(composer: Composer, repeats: bool) -> Self {
        Self { way: Way::Framed(Box::new(composer)), repeats, last: None }
    }

    /// The output picture of a source picture.
    pub(super) fn apply(&mut self, shown: &Shown) -> Result<Video> {
        if let Some((serial, picture)) = &self.last
            && *serial == shown.serial
        {
            return share(picture);
        }
        let picture = match &mut self.way {
            Way::Fixed(fixed) => fixed.filter(&shown.frame)?,
            Way::Framed(composer) => composer.compose(&shown.frame, shown.time)?,
        };
        if !self.repeats {
            return Ok(picture);
        }
        let result = share(&picture)?;
        self.last = Some((shown.serial, picture));
        Ok(result)
    }
}

/// A cut-out that does not move.
pub(super) struct Fixed {
    geometry: Geometry,
    rotation: u32,
    rate: FrameRate,
    threads: usize,
    chain: ShapedChain,
}

impl Fixed {
    /// For a geometry, applied after a clockwise turn of `rotation` degrees.
    pub(super) fn new(geometry: Geometry, rotation: u32, rate: FrameRate, threads: usize) -> Self {
        Self { geometry, rotation, rate, threads, chain: ShapedChain::default() }
    }

    fn filter(&mut self, frame: &Video) -> Result<Video> {
        let Self { geometry, rotation, rate, threads, chain } = self;
        chain.run(frame, |shape| fixed_chain(frame, shape, *geometry, *rotation, *rate, *threads))
    }
}

/// A source that changes its size midway is cut and scaled in proportion.
fn fixed_chain(
    frame: &Video,
    shape: Shape,
    mut geometry: Geometry,
    rotation: u32,
    rate: FrameRate,
    threads: usize,
) -> Result<Chain> {
    let (width, height) = shape.upright(rotation);
    if geometry.crop_x + geometry.crop.width > width || geometry.crop_y + geometry.crop.height > height {
        (geometry.crop_x, geometry.crop_y) = (0, 0);
        geometry.crop.width = geometry.crop.width.min(width & !1);
        geometry.crop.height = geometry.crop.height.min(height & !1);
    }
    picture_chain(frame, &geometry, rotation, rate.time_base(), threads)
}
