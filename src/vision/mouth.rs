//! How much a mouth moves: what changes in its region from picture to picture beyond what changes
//! in the rest of the face once both lie upon each other.

use super::frame::{Frame, Plane};
use super::{Landmarks, MouthMotion};
use crate::picture::Rect;

/// Least height of a face whose mouth can be seen, in pixels of the looked-at picture.
const LEAST_HEIGHT: f64 = 30.0;
/// Samples in a row of a region.
const ACROSS: usize = 20;
/// How far the rest of the face is shifted to lie upon itself, in samples.
const REACH: isize = 3;
/// Least change at rest, in levels of luma: that of noise and compression.
const FLOOR: f32 = 0.4;
/// Part of a person's changes that is rest.
const REST: f64 = 0.3;

/// A region of a face in parts of its width and height, from its upper left corner.
#[derive(Clone, Copy)]
struct Region {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    rows: usize,
}

/// From the brows to the tip of the nose.
const UPPER: Region = Region { left: 0.12, top: 0.22, width: 0.76, height: 0.38, rows: 12 };
/// Around the mouth, whose middle stands where the landmarks say.
const MOUTH: Region = Region { left: -0.3, top: -0.14, width: 0.6, height: 0.32, rows: 12 };

/// A region's samples with a margin of [`REACH`] around.
struct Patch {
    samples: Vec<f32>,
    region: Region,
}

impl Patch {
    fn new(plane: &Plane, face: Rect, origin: (f64, f64), region: Region) -> Self {
        let (across, down) = region.steps(face);
        let margin = REACH as f64;
        let left = origin.0 + region.left * face.width;
        let top = origin.1 + region.top * face.height;
        let mut samples = Vec::with_capacity((ACROSS + 6) * (region.rows + 6));
        for row in 0..region.rows + 2 * REACH as usize {
            let y = top + (row as f64 + 0.5 - margin) * down;
            let at = |column: usize| left + (column as f64 + 0.5 - margin) * across;
            samples.extend((0..ACROSS + 2 * REACH as usize).map(|column| plane.at(at(column), y)));
        }
        Self { samples, region }
    }

    /// Mean difference from `other` shifted by whole samples, once both have the same mean.
    fn change(&self, other: &Self, right: isize, down: isize) -> f32 {
        let side = ACROSS + 2 * REACH as usize;
        let line = |patch: &Self, row: usize, right: isize, down: isize| {
            let row = (row as isize + REACH + down) as usize;
            let from = row * side + (REACH + right) as usize;
            from..from + ACROSS.min(patch.samples.len() - from)
        };
        let differences = || {
            (0..self.region.rows).flat_map(|row| {
                let own = &self.samples[line(self, row, 0, 0)];
                own.iter().zip(&other.samples[line(other, row, right, down)]).map(|(a, b)| b - a)
            })
        };
        let count = (ACROSS * self.region.rows) as f32;
        let mean = differences().sum::<f32>() / count;
        differences().map(|difference| (difference - mean).abs()).sum::<f32>() / count
    }

    /// The shift at which `other` lies upon this, and the change that is left.
    fn register(&self, other: &Self) -> (isize, isize, f32) {
        let shifts = (-REACH..=REACH).flat_map(|down| (-REACH..=REACH).map(move |right| (right, down)));
        shifts
            .map(|(right, down)| (right, down, self.change(other, right, down)))
            .min_by(|a, b| a.2.total_cmp(&b.2))
            .unwrap_or((0, 0, 0.0))
    }
}

impl Region {
    /// Pixels from one sample to the next.
    fn steps(self, face: Rect) -> (f64, f64) {
        (self.width * face.width / ACROSS as f64, self.height * face.height / self.rows as f64)
    }
}

/// The two regions of a face in one picture.
struct Regions {
    upper: Patch,
    mouth: Patch,
}

impl Regions {
    fn new(plane: &Plane, face: Rect, mouth: (f64, f64)) -> Self {
        let middle = (face.x + mouth.0 * face.width, face.y + mouth.1 * face.height);
        Self {
            upper: Patch::new(plane, face, (face.x, face.y), UPPER),
            mouth: Patch::new(plane, face, middle, MOUTH),
        }
    }

    /// Change of the mouth beyond that of the upper face, in levels of luma.
    fn change(&self, next: &Self) -> f32 {
        let (right, down, rest) = self.upper.register(&next.upper);
        // The head may also nod or turn, which shifts the mouth a little further.
        let near = |shift: isize| (shift - 1).max(-REACH)..=(shift + 1).min(REACH);
        let mouth = near(down)
            .flat_map(|down| near(right).map(move |right| (right, down)))
            .map(|(right, down)| self.mouth.change(&next.mouth, right, down))
            .fold(f32::MAX, f32::min);
        (mouth - rest).max(0.0)
    }
}

/// Time and change of the mouth in every picture after the first, in levels of luma; nothing where
/// the face is too small. `path` has the face in each picture; `mouth` is the middle of the mouth
/// in the first and in the last, in parts of the face.
pub(super) fn changes(
    frames: &[std::sync::Arc<Frame>],
    path: &[Rect],
    mouth: [(f64, f64); 2],
) -> Vec<(f64, f32)> {
    let smallest = path.iter().map(|face| face.height).fold(f64::MAX, f64::min);
    if smallest < LEAST_HEIGHT || path.len() < 2 {
        return Vec::new();
    }
    let last = (path.len() - 1) as f64;
    let middle = |index: usize| {
        let part = index as f64 / last;
        let [from, to] = mouth;
        (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)
    };
    let regions: Vec<_> = frames
        .iter()
        .zip(path)
        .enumerate()
        .map(|(index, (frame, face))| Regions::new(frame.luma(), *face, middle(index)))
        .collect();
    let pairs = regions.iter().zip(&regions[1..]).zip(&frames[1..]);
    pairs.map(|((before, after), frame)| (frame.time, before.change(after))).collect()
}

/// The middle of the mouth in parts of the face.
pub(super) fn middle(face: Rect, landmarks: &Landmarks) -> (f64, f64) {
    let [.., left, right] = landmarks;
    let x = (f64::midpoint(left.0, right.0) - face.x) / face.width;
    let y = (f64::midpoint(left.1, right.1) - face.y) / face.height;
    (x.clamp(0.2, 0.8), y.clamp(0.55, 0.95))
}

/// What a person's mouth does at rest, in levels of luma, from all its changes.
pub(super) fn rest<'a>(changes: impl Iterator<Item = &'a (f64, f32)>) -> f32 {
    let mut values: Vec<f32> = changes.map(|(_, change)| *change).collect();
    values.sort_by(f32::total_cmp);
    let at = (values.len() as f64 * REST) as usize;
    values.get(at).copied().unwrap_or(FLOOR).max(FLOOR)
}

/// The changes as multiples of rest.
pub(super) fn motion(changes: &[(f64, f32)], rest: f32) -> Vec<MouthMotion> {
    changes
        .iter()
        .map(|(time, change)| MouthMotion { time: *time, motion: f64::from(change / rest) })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::picture::{PictureView, PlaneView};
    use crate::vision::frame::Pool;

    const SIZE: (usize, usize) = (160, 120);

    /// A face of 60 × 80 with its corner at a place; the mouth is open by `open` pixels.
    fn frame(pool: &Arc<Pool>, x: f64, y: f64, open: f64, time: f64) -> Arc<Frame> {
        let point = |column: f64, row: f64| {
            let (right, down) = (column - x, row - y);
            if !(0.0..60.0).contains(&right) || !(0.0..80.0).contains(&down) {
                return 90.0 + 20.0 * (column * 0.2).sin();
            }
            let mouth = (right - 30.0).abs() < 13.0 && (down - 62.0).abs() < 1.5 + open / 2.0;
            let eye = ((right - 18.0).abs() < 6.0 || (right - 42.0).abs() < 6.0) && (down - 28.0).abs() < 4.0;
            let skin = 150.0 + 12.0 * (right * 0.17).sin() * (down * 0.13).cos();
            if mouth || eye { 60.0 } else { skin }
        };
        // As a camera does, a pixel is the mean of what falls upon it.
        let parts = [0.125, 0.375, 0.625, 0.875];
        let value = |column: usize, row: usize| {
            let across =
                |down: f64| parts.map(|right| point(column as f64 + right, down)).iter().sum::<f64>();
            parts.map(|down| across(row as f64 + down)).iter().sum::<f64>() / 16.0
        };
        let luma: Vec<u8> =
            (0..SIZE.1).flat_map(|row| (0..SIZE.0).map(move |column| value(column, row) as u8)).collect();
        let chroma = vec![128; SIZE.0 * SIZE.1 / 4];
        let plane = |data, width, height| PlaneView { data, stride: width, width, height };
        let half = plane(&chroma[..], SIZE.0 / 2, SIZE.1 / 2);
        pool.keep(&PictureView { planes: [plane(&luma[..], SIZE.0, SIZE.1), half, half], time })
    }

    fn measured(place: impl Fn(usize) -> (f64, f64, f64), scale: f64) -> Vec<(f64, f32)> {
        let pool = Arc::new(Pool::default());
        let (mut frames, mut path) = (Vec::new(), Vec::new());
        for index in 0..12 {
            let (x, y, open) = place(index);
            frames.push(frame(&pool, x, y, open, index as f64 / 30.0));
            path.push(Rect { x, y, width: 60.0 * scale, height: 80.0 * scale });
        }
        changes(&frames, &path, [(0.5, 0.775); 2])
    }

    fn mean(changes: &[(f64, f32)]) -> f32 {
        changes.iter().map(|(_, change)| change).sum::<f32>() / changes.len() as f32
    }

    #[test]
    fn a_mouth_that_opens_moves_and_a_head_that_moves_does_not() {
        let talking = measured(|index| (40.0, 20.0, if index.is_multiple_of(2) { 0.0 } else { 6.0 }), 1.0);
        assert_eq!(talking.len(), 11, "one for each picture but the first");
        assert!(mean(&talking) > 4.0, "{talking:?}");
        let moving = measured(|index| (30.0 + 2.3 * index as f64, 20.0 + 0.7 * index as f64, 2.0), 1.0);
        assert!(mean(&moving) < 1.0, "{moving:?}");
        let both =
            |index: usize| (30.0 + 2.3 * index as f64, 20.0, if index.is_multiple_of(2) { 0.0 } else { 6.0 });
        assert!(mean(&measured(both, 1.0)) > 4.0);
    }

    #[test]
    fn a_small_face_tells_nothing() {
        assert_eq!(measured(|_| (40.0, 20.0, 0.0), 0.3), []);
    }

    #[test]
    fn motion_is_a_multiple_of_rest() {
        let changes: Vec<_> = (0..10).map(|n| (f64::from(n), if n < 5 { 1.0 } else { 6.0 })).collect();
        let rest = rest(changes.iter());
        assert_eq!(rest, 1.0);
        assert_eq!(motion(&changes, rest)[9].motion, 6.0);
        assert_eq!(super::rest([].iter()), FLOOR, "noise is no motion");
    }
}
