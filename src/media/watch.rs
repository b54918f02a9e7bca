//! Every picture of a span, scaled down: what an analysis looks at.

use std::path::Path;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::frame::Video;

use super::decode::{Shown, VideoReader};
use super::geometry::SourcePicture;
use super::graph::{Chain, ChainBuilder};
use super::overlay::{rotate, tone_map};
use super::picture::is_hdr;
use super::plain::plane;
use super::shaped::ShapedChain;
use crate::context::CancelToken;
use crate::error::Result;
use crate::outcome::TimeRange;
use crate::picture::{PictureStream, PictureView};
use crate::spec::Size;

/// Reads the pictures of a span in order, upright, in square pixels, as 8-bit 4:2:0.
pub struct PictureReader {
    reader: VideoReader,
    range: TimeRange,
    picture: SourcePicture,
    size: Size,
    begun: bool,
    scaler: ShapedChain,
    small: Video,
}

impl PictureReader {
    /// Opens the pictures of `path` that a render of `range` shows, `max_width` pixels wide at
    /// most, with `threads` decoder threads. They are decoded a little less exactly than a render
    /// does it, in less time.
    ///
    /// Fails as [`super::probe`] does, and with `UnsupportedMedia` where there is no picture.
    pub fn open(
        path: &Path,
        range: TimeRange,
        max_width: u32,
        threads: usize,
        cancel: &CancelToken,
    ) -> Result<Self> {
        let mut reader = VideoReader::open(path, threads, cancel)?;
        reader.skip_deblocking();
        let picture = reader.picture();
        let size = within(picture, max_width);
        Ok(Self {
            reader,
            range,
            picture,
            size,
            begun: false,
            scaler: ShapedChain::default(),
            small: Video::empty(),
        })
    }

    fn tolerance(&self) -> f64 {
        self.reader.rate().seconds(1) / 2.0
    }

    /// Decodes the next picture of the span and tells its time.
    fn advance(&mut self) -> Result<Option<f64>> {
        let (tolerance, rotation) = (self.tolerance(), self.reader.rotation());
        if !self.begun {
            self.begun = true;
            self.reader.seek(self.range.start, tolerance)?;
            let first = self.reader.picture_at(self.range.start, tolerance)?;
            return scale(&mut self.scaler, first, rotation, self.size, &mut self.small);
        }
        let end = self.range.end - tolerance;
        let next = self.reader.next_picture()?.filter(|shown| shown.time < end);
        scale(&mut self.scaler, next, rotation, self.size, &mut self.small)
    }
}

impl PictureStream for PictureReader {
    fn next_picture(&mut self) -> Result<Option<PictureView<'_>>> {
        let Some(time) = self.advance()? else { return Ok(None) };
        let planes = [0, 1, 2].map(|index| plane(&self.small, index));
        Ok(Some(PictureView { planes, time }))
    }

    fn display_size(&self) -> (u32, u32) {
        self.picture.display_pixels()
    }

    fn size(&self) -> (u32, u32) {
        (self.size.width, self.size.height)
    }

    fn rate(&self) -> f64 {
        self.reader.rate().fps()
    }
}

/// The size of a picture's even-sided copy that is at most `max_width` wide.
fn within(picture: SourcePicture, max_width: u32) -> Size {
    let (width, height) = picture.display();
    let scale = (f64::from(max_width) / width).min(1.0);
    let even = |length: f64| ((length * scale / 2.0).round() as u32 * 2).max(2);
    Size { width: even(width), height: even(height) }
}

fn scale(
    scaler: &mut ShapedChain,
    shown: Option<&Shown>,
    rotation: u32,
    size: Size,
    small: &mut Video,
) -> Result<Option<f64>> {
    let Some(shown) = shown else { return Ok(None) };
    scaler.run_into(&shown.frame, small, |_| make_scaler(&shown.frame, rotation, size))?;
    Ok(Some(shown.time))
}

/// Scaled first, because turning and tone mapping cost as much as there are pixels.
fn make_scaler(frame: &Video, rotation: u32, size: Size) -> Result<Chain> {
    let lying =
        if rotation.is_multiple_of(180) { size } else { Size { width: size.height, height: size.width } };
    let hdr = is_hdr(frame.color_transfer_characteristic());
    let mut options = vec![
        ("w", lying.width.to_string()),
        ("h", lying.height.to_string()),
        ("flags", "bilinear".to_owned()),
    ];
    if !hdr {
        options.push(("out_range", "tv".to_owned()));
    }
    let mut chain = ChainBuilder::video(frame, ffmpeg::Rational::new(1, 1000), 1)?;
    chain.then("scale", &options)?;
    if hdr {
        tone_map(&mut chain, frame)?;
    }
    chain.then("format", &[("pix_fmts", "yuv420p".to_owned())])?;
    rotate(&mut chain, rotation)?;
    chain.finish("buffersink")
}
