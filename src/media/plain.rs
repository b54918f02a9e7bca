//! Pictures of any kind made plain at their own size: upright, 8-bit 4:2:0, BT.709, limited range.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::frame::Video;

use super::graph::{Chain, ChainBuilder};
use super::overlay::{color_matrices, matrix, rotate, tone_map};
use super::picture::{is_hdr, share};
use super::shaped::ShapedChain;
use crate::error::Result;
use crate::picture::PlaneView;

/// Makes pictures plain; one that is plain already passes as it is.
pub(super) struct Plain {
    rotation: u32,
    threads: usize,
    chain: ShapedChain,
}

impl Plain {
    /// For pictures that a viewer turns clockwise by `rotation` degrees.
    pub(super) fn new(rotation: u32, threads: usize) -> Self {
        Self { rotation, threads, chain: ShapedChain::default() }
    }

    /// The picture, made plain.
    pub(super) fn of(&mut self, frame: &Video) -> Result<Video> {
        if self.is_plain(frame) {
            return share(frame);
        }
        let (rotation, threads) = (self.rotation, self.threads);
        self.chain.run(frame, |_| plain_chain(frame, rotation, threads))
    }

    fn is_plain(&self, frame: &Video) -> bool {
        self.rotation == 0
            && frame.format() == ffmpeg::format::Pixel::YUV420P
            && is_top_down(frame)
            && !is_hdr(frame.color_transfer_characteristic())
            && matrix(frame) == Some("bt709")
            && frame.color_range() != ffmpeg::color::Range::JPEG
    }
}

/// Whether rows follow each other downwards in memory: some decoders hand out pictures that stand on
/// their head, and say so by negative strides.
pub(super) fn is_top_down(frame: &Video) -> bool {
    // SAFETY: the frame is whole; its line sizes are plain numbers.
    let sizes = unsafe { (*frame.as_ptr()).linesize };
    sizes[..3].iter().all(|size| *size >= 0)
}

fn plain_chain(frame: &Video, rotation: u32, threads: usize) -> Result<Chain> {
    let mut chain = ChainBuilder::video(frame, ffmpeg::Rational::new(1, 1000), threads)?;
    rotate(&mut chain, rotation)?;
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

/// A plane of a 4:2:0 frame.
pub(super) fn plane(frame: &Video, index: usize) -> PlaneView<'_> {
    PlaneView {
        data: frame.data(index),
        stride: frame.stride(index),
        width: frame.plane_width(index) as usize,
        height: frame.plane_height(index) as usize,
    }
}
