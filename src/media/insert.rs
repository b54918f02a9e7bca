//! The photo or video that takes one half of a stacked picture.

use std::path::Path;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;
use ffmpeg_next::frame::Video;

use super::compose::Place;
use super::decode::VideoReader;
use super::geometry::{Geometry, SourcePicture};
use super::graph::{Chain, ChainBuilder};
use super::input::Kind;
use super::overlay::{picture_chain, rotate};
use super::picture::{share, turn, upright};
use super::plain::plane;
use super::pool::PicturePool;
use super::shaped::ShapedChain;
use super::thumbnail::first_picture;
use crate::context::CancelToken;
use crate::error::{Error, ErrorKind, Result};
use crate::picture::Rect;
use crate::spec::{Fit, Insert, InsertEnd, InsertPosition, Layout, Size};

/// Luma of the placeholder: dark grey.
const PLACEHOLDER: u8 = 30;

/// Gives an insert's pictures in order.
pub(super) struct InsertReader {
    place: Place,
    content: Content,
}

enum Content {
    Still(Video),
    Moving(Box<Moving>),
}

struct Moving {
    reader: VideoReader,
    end: InsertEnd,
    /// Length of one round, in seconds.
    length: f64,
    round: u64,
    chain: ShapedChain,
    size: Size,
    last: Option<(u64, u64, Video)>,
}

/// Whether an insert can be read. Fails as a source does that cannot be.
pub fn check_insert(insert: &Insert, output: Size, cancel: &CancelToken) -> Result<()> {
    InsertReader::open(insert, output, 1, cancel).map(|_| ())
}

impl InsertReader {
    /// The insert of a picture of size `output`. Fails as a source does that cannot be read.
    pub(super) fn open(insert: &Insert, output: Size, threads: usize, cancel: &CancelToken) -> Result<Self> {
        let y = match insert.position {
            InsertPosition::Above => 0.0,
            InsertPosition::Below => 0.5,
        };
        let place = Place::of(Rect { x: 0.0, y, width: 1.0, height: 0.5 }, output);
        let size = Size { width: place.width as u32, height: place.height as u32 };
        let content = match &insert.path {
            None => Content::Still(placeholder(size)?),
            Some(path) => match photo(path, size, cancel) {
                Ok(photo) => Content::Still(photo),
                Err(error) if error.kind() == ErrorKind::UnsupportedMedia => {
                    Content::Moving(Box::new(Moving::open(path, insert.end, size, threads, cancel)?))
                }
                Err(error) => return Err(error),
            },
        };
        Ok(Self { place, content })
    }

    /// Where it stands.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Draws the picture of `clock` (seconds of the output) in its place.
    pub(super) fn draw(&mut self, clock: f64, picture: &mut Video) -> Result<()> {
        match &mut self.content {
            Content::Still(still) => copy(still, picture, self.place),
            Content::Moving(moving) => copy(moving.picture(clock)?, picture, self.place),
        }
        Ok(())
    }
}

impl Moving {
    fn open(path: &Path, end: InsertEnd, size: Size, threads: usize, cancel: &CancelToken) -> Result<Self> {
        let reader = VideoReader::open(path, threads, cancel)?;
        let length = reader.duration().max(reader.rate().seconds(1));
        Ok(Self { reader, end, length, round: 0, chain: ShapedChain::default(), size, last: None })
    }

    fn picture(&mut self, clock: f64) -> Result<&Video> {
        let tolerance = self.reader.rate().seconds(1) / 2.0;
        let (round, time) = moment(clock, self.length, self.end);
        if round != self.round {
            self.reader.seek(0.0, tolerance)?;
            self.round = round;
        }
        let rotation = self.reader.rotation();
        let source = self.reader.picture();
        let shown = self.reader.picture_at(time, tolerance)?.ok_or_else(no_picture)?;
        if self.last.as_ref().is_none_or(|(known, serial, _)| (*known, *serial) != (round, shown.serial)) {
            let (frame, size) = (&shown.frame, self.size);
            let fitted = self.chain.run(frame, |_| fitting_chain(frame, source, rotation, size))?;
            self.last = Some((round, shown.serial, fitted));
        }
        self.last.as_ref().map(|(_, _, picture)| picture).ok_or_else(no_picture)
    }
}

/// The round that a video of a length is in at `clock`, and the time within it.
fn moment(clock: f64, length: f64, end: InsertEnd) -> (u64, f64) {
    match end {
        InsertEnd::Loop => {
            let round = (clock / length).floor();
            (round as u64, (clock - round * length).max(0.0))
        }
        InsertEnd::Hold => (0, clock.min(length)),
    }
}

fn no_picture() -> Error {
    Error::new(ErrorKind::CorruptMedia, "the insert has no picture that can be decoded")
}

/// Scales pictures into `size` between bars.
fn fitting_chain(frame: &Video, source: SourcePicture, rotation: u32, size: Size) -> Result<Chain> {
    let layout = Layout { fit: Some(Fit::Contain), ..Layout::fixed() };
    let geometry = Geometry::plan(source, &layout, Some(size));
    picture_chain(frame, &geometry, rotation, ffmpeg::Rational::new(1, 1000), 1)
}

fn photo(path: &Path, size: Size, cancel: &CancelToken) -> Result<Video> {
    let raw = first_picture(path, Kind::Picture, cancel)?;
    let rotation = turn(&raw);
    let opaque = upon_black(&raw)?;
    let source = upright(opaque.width(), opaque.height(), opaque.aspect_ratio(), rotation);
    ShapedChain::default().run(&opaque, |_| fitting_chain(&opaque, source, rotation, size))
}

/// A picture without alpha: what it leaves open is black.
fn upon_black(frame: &Video) -> Result<Video> {
    let has_alpha = frame.format().descriptor().is_some_and(|descriptor| {
        // SAFETY: descriptors are static.
        unsafe { (*descriptor.as_ptr()).flags & u64::from(ffi::AV_PIX_FMT_FLAG_ALPHA as u32) != 0 }
    });
    if !has_alpha {
        return share(frame);
    }
    let mut chain = ChainBuilder::video(frame, ffmpeg::Rational::new(1, 1000), 1)?;
    rotate(&mut chain, 0)?;
    // With straight alpha, multiplying the colours by it is laying the picture upon black.
    chain
        .then("format", &[("pix_fmts", "gbrap".to_owned())])?
        .then("premultiply", &[("inplace", "1".to_owned())])?
        .then("format", &[("pix_fmts", "gbrp".to_owned())])?;
    let mut chain = chain.finish("buffersink")?;
    let mut input = share(frame)?;
    chain.push(Some(&mut input))?;
    chain.push(None)?;
    let mut opaque = Video::empty();
    if chain.pull(&mut opaque)? { Ok(opaque) } else { Err(no_picture()) }
}

fn placeholder(size: Size) -> Result<Video> {
    let mut picture = PicturePool::new(size)?.take()?;
    picture.data_mut(0).fill(PLACEHOLDER);
    picture.data_mut(1).fill(128);
    picture.data_mut(2).fill(128);
    Ok(picture)
}

fn copy(from: &Video, to: &mut Video, place: Place) {
    for index in 0..3 {
        let shift = usize::from(index > 0);
        let view = plane(from, index);
        let (x, y, stride) = (place.x >> shift, place.y >> shift, to.stride(index));
        let (width, height) = (view.width.min(place.width >> shift), view.height.min(place.height >> shift));
        for row in 0..height {
            let begin = (y + row) * stride + x;
            to.data_mut(index)[begin..begin + width].copy_from_slice(&view.row(row)[..width]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_begins_anew_and_goes_on_whatever_its_length() {
        for tenths in 5..150 {
            let length = f64::from(tenths) / 10.0;
            for frame in 0..1800 {
                let clock = f64::from(frame) / 30.0;
                let (round, time) = moment(clock, length, InsertEnd::Loop);
                let near = (round as f64 * length + time - clock).abs() < 1e-9;
                assert!(near && (0.0..=length).contains(&time), "{length} s at {clock}");
            }
        }
        assert_eq!(moment(7.0, 2.0, InsertEnd::Hold), (0, 2.0));
    }
}
