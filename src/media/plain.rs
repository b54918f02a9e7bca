//! Pictures of any kind made plain at their own size: upright, 8-bit 4:2:0, BT.709, limited range.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::frame::Video;

use super::graph::{Chain, ChainBuilder};
use super::overlay::{color_matrices, matrix, rotate, tone_map};
use super::picture::{is_hdr, share};
use crate::error::{Error, Result};
use crate::picture::PlaneView;

/// What a chain of filters was set up for; a source may change it midway.
#[derive(PartialEq, Eq, Clone, Copy)]
pub(super) struct Shape {
    width: u32,
    height: u32,
    format: ffmpeg::format::Pixel,
}

impl Shape {
    /// That of a frame.
    pub(super) fn of(frame: &Video) -> Self {
        Self { width: frame.width(), height: frame.height(), format: frame.format() }
    }

    /// Width and height after a clockwise turn of `rotation` degrees.
    pub(super) fn upright(self, rotation: u32) -> (u32, u32) {
        if rotation.is_multiple_of(180) { (self.width, self.height) } else { (self.height, self.width) }
    }
}

/// Makes pictures plain; one that is plain already passes as it is.
pub(super) struct Plain {
    rotation: u32,
    threads: usize,
    chain: Option<(Shape, Chain)>,
}

impl Plain {
    /// For pictures that a viewer turns clockwise by `rotation` degrees.
    pub(super) fn new(rotation: u32, threads: usize) -> Self {
        Self { rotation, threads, chain: None }
    }

    /// The picture, made plain.
    pub(super) fn of(&mut self, frame: &Video) -> Result<Video> {
        let mut input = share(frame)?;
        if self.is_plain(frame) {
            return Ok(input);
        }
        let shape = Shape::of(frame);
        if self.chain.as_ref().is_none_or(|(known, _)| *known != shape) {
            self.chain = Some((shape, self.make_chain(frame)?));
        }
        let (_, chain) = self.chain.as_mut().ok_or_else(|| Error::internal("no filters"))?;
        input.set_pts(None);
        chain.push(Some(&mut input))?;
        let mut output = Video::empty();
        if chain.pull(&mut output)? { Ok(output) } else { Err(Error::internal("the filters kept a picture")) }
    }

    fn is_plain(&self, frame: &Video) -> bool {
        self.rotation == 0
            && frame.format() == ffmpeg::format::Pixel::YUV420P
            && !is_hdr(frame.color_transfer_characteristic())
            && matrix(frame) == Some("bt709")
            && frame.color_range() != ffmpeg::color::Range::JPEG
    }

    fn make_chain(&self, frame: &Video) -> Result<Chain> {
        let mut chain = ChainBuilder::video(frame, ffmpeg::Rational::new(1, 1000), self.threads)?;
        rotate(&mut chain, self.rotation)?;
        if is_hdr(frame.color_transfer_characteristic()) {
            tone_map(&mut chain, frame)?;
        } else {
            let mut options = vec![("flags", "bicubic".to_owned()), ("out_range", "tv".to_owned())];
            options.extend(color_matrices(matrix(frame), "bt709"));
            if frame.color_range() == ffmpeg::color::Range::JPEG {
                options.push(("in_range", "pc".to_owned()));
            }
            chain.then("scale", &options)?;
        }
        chain.then("format", &[("pix_fmts", "yuv420p".to_owned())])?;
        chain.finish("buffersink")
    }
}

/// A plane of a 4:2:0 frame.
pub(super) fn plane(frame: &Video, index: usize) -> PlaneView<'_> {
    PlaneView {
        data: frame.data(index),
        stride: frame.stride(index),
        width: frame.plane_width(index) as usize,
        height: frame.plane_height(index) as usize,
    }
}
