//! How rooms hand media on without knowing each other: borrowed pictures and samples, and the
//! traits that a stage uses to join a source of one room to a consumer of another.

use crate::error::Result;

/// A run of mono samples that the source still owns.
#[derive(Debug, Clone, Copy)]
pub struct AudioView<'a> {
    /// Samples, −1.0 to 1.0.
    pub samples: &'a [f32],
    /// Samples a second, in Hz.
    pub rate: u32,
    /// Position of the first sample in the source's timeline, in samples at `rate`.
    pub position: u64,
}

/// Mono sound that is decoded as it is read, so that its length costs no memory. Runs follow each
/// other without gap or overlap from position 0: silence stands where the source has none.
pub trait AudioStream {
    /// The next run, or `None` at the end.
    fn next_run(&mut self) -> Result<Option<AudioView<'_>>>;
    /// Length in seconds as the container tells it, if it does.
    fn duration(&self) -> Option<f64>;
}

/// A plane of 8-bit samples that the source still owns.
#[derive(Debug, Clone, Copy)]
pub struct PlaneView<'a> {
    /// The rows, each `stride` bytes after the one before.
    pub data: &'a [u8],
    /// Bytes from one row to the next, at least `width`.
    pub stride: usize,
    /// Samples in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl<'a> PlaneView<'a> {
    /// A row's samples; `row` is below `height`.
    pub fn row(&self, row: usize) -> &'a [u8] {
        &self.data[row * self.stride..][..self.width]
    }
}

/// A picture that the source still owns: upright, 8-bit 4:2:0, limited range.
#[derive(Debug, Clone, Copy)]
pub struct PictureView<'a> {
    /// Luma, then the two chroma planes of half the width and height, rounded up.
    pub planes: [PlaneView<'a>; 3],
    /// When it is shown, in seconds of the source.
    pub time: f64,
}

/// Pictures of a span of a source, scaled down, decoded as they are read: every picture, in order
/// of time.
pub trait PictureStream {
    /// The next picture, or `None` at the span's end.
    fn next_picture(&mut self) -> Result<Option<PictureView<'_>>>;
    /// Width and height of the source as a viewer sees it: the pixels that a framing counts in.
    fn display_size(&self) -> (u32, u32);
    /// Width and height of the pictures that are handed out, of the same shape.
    fn size(&self) -> (u32, u32);
    /// Pictures a second.
    fn rate(&self) -> f64;
}

/// A rectangle in pixels, fractions allowed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// The rectangle of a size around a centre.
    pub fn around(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x: x - width / 2.0, y: y - height / 2.0, width, height }
    }

    /// The centre.
    pub fn centre(self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Right edge.
    pub fn right(self) -> f64 {
        self.x + self.width
    }

    /// Lower edge.
    pub fn bottom(self) -> f64 {
        self.y + self.height
    }

    /// Whether `other` lies within.
    pub fn contains(self, other: Self) -> bool {
        other.x >= self.x
            && other.y >= self.y
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }

    /// The least rectangle that has both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (self.right().max(other.right()), self.bottom().max(other.bottom()));
        Self { x, y, width: right - x, height: bottom - y }
    }

    /// Common area over the area of both together, 0 to 1.
    pub fn overlap(self, other: Self) -> f64 {
        let width = self.right().min(other.right()) - self.x.max(other.x);
        let height = self.bottom().min(other.bottom()) - self.y.max(other.y);
        let common = width.max(0.0) * height.max(0.0);
        let both = self.width * self.height + other.width * other.height - common;
        if both > 0.0 { common / both } else { 0.0 }
    }
}

/// A cut-out of the source and its place in the output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pane {
    /// What of the source, in its pixels as a viewer sees them; within the picture.
    pub crop: Rect,
    /// Where, in fractions of the output's width and height.
    pub place: Rect,
}

/// Tells the renderer what is shown of each picture.
pub trait Framer: Send {
    /// The cut-outs of the source's picture at `time` (seconds of the source), `panes` being empty.
    /// Where they leave part of the output free, the picture itself fills it, blurred.
    fn panes(&mut self, time: f64, panes: &mut Vec<Pane>);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_is_common_area_over_both() {
        let a = Rect { x: 0.0, y: 0.0, width: 2.0, height: 2.0 };
        let b = Rect { x: 1.0, ..a };
        assert!((a.overlap(b) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(a.overlap(a), 1.0);
        assert_eq!(a.overlap(Rect { x: 2.0, ..a }), 0.0);
    }

    #[test]
    fn a_union_has_both() {
        let a = Rect { x: 0.0, y: 1.0, width: 2.0, height: 2.0 };
        let b = Rect { x: 3.0, y: 0.0, width: 1.0, height: 1.0 };
        assert_eq!(a.union(b), Rect { x: 0.0, y: 0.0, width: 4.0, height: 3.0 });
        assert!(a.union(b).contains(a) && a.union(b).contains(b));
    }

    #[test]
    fn a_row_begins_after_whole_strides() {
        let plane = PlaneView { data: &[1, 2, 0, 3, 4], stride: 3, width: 2, height: 2 };
        assert_eq!((plane.row(0), plane.row(1)), (&[1, 2][..], &[3, 4][..]));
    }
}
