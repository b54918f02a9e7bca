//! A chain of filters for single pictures, made anew where the source changes its shape midway.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::frame::Video;

use super::graph::Chain;
use super::picture::share;
use super::plain::is_top_down;
use crate::error::{Error, Result};

/// What a chain of filters was set up for.
#[derive(PartialEq, Eq, Clone, Copy)]
pub(super) struct Shape {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    format: ffmpeg::format::Pixel,
}

impl Shape {
    /// That of a frame.
    fn of(frame: &Video) -> Self {
        Self { width: frame.width(), height: frame.height(), format: frame.format() }
    }

    /// Width and height after a clockwise turn of `rotation` degrees.
    pub(super) fn upright(self, rotation: u32) -> (u32, u32) {
        if rotation.is_multiple_of(180) { (self.width, self.height) } else { (self.height, self.width) }
    }
}

/// The chain, once there was a picture.
#[derive(Default)]
pub(super) struct ShapedChain(Option<(Shape, Chain)>);

impl ShapedChain {
    /// Filters a picture into `output`, by the chain that `make` makes for pictures of its shape.
    pub(super) fn run_into(
        &mut self,
        frame: &Video,
        output: &mut Video,
        make: impl FnOnce(Shape) -> Result<Chain>,
    ) -> Result<()> {
        let shape = Shape::of(frame);
        let chain = match self.0.take() {
            Some((known, chain)) if known == shape => chain,
            Some(_) | None => make(shape)?,
        };
        let (_, chain) = self.0.insert((shape, chain));
        let mut input = share(frame)?;
        input.set_pts(None);
        chain.push(Some(&mut input))?;
        if !chain.pull(output)? {
            return Err(Error::internal("the filters kept a picture"));
        }
        if is_top_down(output) {
            Ok(())
        } else {
            Err(Error::internal("the filters left a picture upside down"))
        }
    }

    /// The same into a picture of its own.
    pub(super) fn run(&mut self, frame: &Video, make: impl FnOnce(Shape) -> Result<Chain>) -> Result<Video> {
        let mut output = Video::empty();
        self.run_into(frame, &mut output, make)?;
        Ok(output)
    }
}
