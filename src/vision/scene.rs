//! Cuts: the first pictures of new scenes, found from every picture.

use std::collections::VecDeque;

use crate::picture::{PictureView, PlaneView};

/// Blocks in a row and in a column.
const COLUMNS: usize = 24;
const ROWS: usize = 16;
/// Samples of a block in a row and in a column.
const SAMPLES: usize = 4;
const LUMA_BINS: usize = 32;
const CHROMA_BINS: usize = 16;
/// Pictures that must be known on both sides of a picture before it is judged.
const LAG: usize = 4;
/// Least change of a cut, 0 to 1.
const FLOOR: f32 = 0.14;
/// A cut changes the picture this many times as much as the pictures around it do.
const STAND_OUT: f32 = 2.5;
/// After a flash the picture comes back: across a cut it stays this different, as a part of the
/// change.
const STAY: f32 = 0.55;

/// What is kept of a picture.
#[derive(Debug, Clone)]
struct Signature {
    blocks: [f32; COLUMNS * ROWS],
    mean: f32,
    spread: f32,
    bins: [f32; LUMA_BINS + 2 * CHROMA_BINS],
}

impl Signature {
    fn new(picture: &PictureView<'_>) -> Self {
        let [luma, u, v] = picture.planes;
        let mut blocks = [0.0; COLUMNS * ROWS];
        let mut bins = [0.0; LUMA_BINS + 2 * CHROMA_BINS];
        let (rows, columns) = (ROWS * SAMPLES, COLUMNS * SAMPLES);
        for row in 0..rows {
            let line = sampled(luma, row, rows);
            for column in 0..columns {
                let value = line[(2 * column + 1) * line.len() / (2 * columns)];
                blocks[row / SAMPLES * COLUMNS + column / SAMPLES] += f32::from(value);
                bins[usize::from(value) * LUMA_BINS / 256] += 1.0;
            }
        }
        for (plane, first) in [(u, LUMA_BINS), (v, LUMA_BINS + CHROMA_BINS)] {
            count(plane, &mut bins[first..first + CHROMA_BINS]);
        }
        let scale = 1.0 / (SAMPLES * SAMPLES) as f32;
        for block in &mut blocks {
            *block *= scale;
        }
        for bin in &mut bins[..LUMA_BINS] {
            *bin /= (rows * columns) as f32;
        }
        let mean = blocks.iter().sum::<f32>() / blocks.len() as f32;
        let square = blocks.iter().map(|block| (block - mean).powi(2)).sum::<f32>() / blocks.len() as f32;
        Self { blocks, mean, spread: square.sqrt(), bins }
    }

    /// How different two pictures are, 0 to 1: in their colours, and in their brightness block by
    /// block.
    fn change(&self, other: &Self) -> f32 {
        let bins: f32 = self.bins.iter().zip(&other.bins).map(|(a, b)| (a - b).abs()).sum();
        // Three histograms, each of which differs by 2 at most.
        let colours = bins / 6.0;
        (colours * self.blocks_change(other)).sqrt()
    }

    /// Difference of the blocks where they fit best, a block's shift to each side allowed, beside
    /// how much the pictures' blocks differ among themselves.
    fn blocks_change(&self, other: &Self) -> f32 {
        let best = (-2..=2_isize)
            .flat_map(|y| (-2..=2_isize).map(move |x| (x, y)))
            .map(|(x, y)| self.shifted(other, x, y))
            .fold(f32::MAX, f32::min);
        let spread = self.spread.max(other.spread).max(8.0);
        (best / spread).min(1.0)
    }

    fn shifted(&self, other: &Self, right: isize, down: isize) -> f32 {
        let range = |shift: isize, length: usize| {
            let most = length as isize;
            (-shift).max(0) as usize..(most - shift.max(0)) as usize
        };
        let (mut sum, mut count) = (0.0, 0.0);
        // A flash brightens all blocks alike: what is left are the shapes, and half of the step.
        let step = (other.mean - self.mean) / 2.0;
        for row in range(down, ROWS) {
            for column in range(right, COLUMNS) {
                let to = (row as isize + down) as usize * COLUMNS + (column as isize + right) as usize;
                sum += (other.blocks[to] - self.blocks[row * COLUMNS + column] - step).abs();
                count += 1.0;
            }
        }
        sum / count
    }
}

fn sampled(plane: PlaneView<'_>, row: usize, rows: usize) -> &[u8] {
    plane.row((2 * row + 1) * plane.height / (2 * rows))
}

/// The histogram of a chroma plane; most chroma lies around the middle.
fn count(plane: PlaneView<'_>, bins: &mut [f32]) {
    let (rows, columns) = (ROWS * 2, COLUMNS * 2);
    for row in 0..rows {
        let line = sampled(plane, row, rows);
        for column in 0..columns {
            let value = i32::from(line[(2 * column + 1) * line.len() / (2 * columns)]);
            let bin = ((value - 128) / 6 + CHROMA_BINS as i32 / 2).clamp(0, CHROMA_BINS as i32 - 1);
            bins[bin as usize] += 1.0;
        }
    }
    for bin in bins {
        *bin /= (rows * columns) as f32;
    }
}

/// Tells which pictures begin a new scene, some pictures later.
#[derive(Default)]
pub(crate) struct CutDetector {
    /// The newest signatures, the change of each from the one before beside it.
    known: VecDeque<(Signature, f32)>,
    /// Pictures that were judged.
    judged: usize,
    /// Pictures that were seen.
    seen: usize,
    /// The newest cut, by number.
    newest: Option<usize>,
}

impl CutDetector {
    /// Takes the next picture; tells whether the picture before it by [`LAG`] begins a scene, once
    /// there is one.
    pub(crate) fn push(&mut self, picture: &PictureView<'_>) -> Option<bool> {
        let fresh = Signature::new(picture);
        let change = self.known.back().map_or(0.0, |(last, _)| last.change(&fresh));
        self.known.push_back((fresh, change));
        self.seen += 1;
        if self.known.len() > 2 * LAG + 1 {
            self.known.pop_front();
        }
        (self.seen > LAG).then(|| self.judge())
    }

    /// Judges the next picture that is left, at the end.
    pub(crate) fn finish(&mut self) -> Option<bool> {
        (self.judged < self.seen).then(|| self.judge())
    }

    fn judge(&mut self) -> bool {
        let number = self.judged;
        self.judged += 1;
        let first = self.seen - self.known.len();
        let cut = number > 0 && self.is_cut(number - first);
        if cut {
            self.newest = Some(number);
        }
        cut
    }

    fn is_cut(&self, at: usize) -> bool {
        let change = self.known[at].1;
        if change < FLOOR {
            return false;
        }
        let around = (at.saturating_sub(LAG)..(at + LAG + 1).min(self.known.len()))
            .filter(|index| *index != at)
            .map(|index| self.known[index].1);
        let around: Vec<f32> = around.collect();
        let highest = around.iter().copied().fold(0.0, f32::max);
        let mean = around.iter().sum::<f32>() / around.len().max(1) as f32;
        // Another cut may stand near: then the change need not be the only one, but a high one.
        let stands_out = change > STAND_OUT * mean && change * 1.6 > highest;
        stands_out && self.stays(at, change)
    }

    /// Whether the pictures after differ from those before for good: neither does the old picture
    /// come back, nor is this an old one that comes back after a flash.
    fn stays(&self, at: usize, change: f32) -> bool {
        let (before, after) = (&self.known[at - 1].0, &self.known[at].0);
        let earlier = at.saturating_sub(LAG)..at;
        if earlier.into_iter().any(|index| after.change(&self.known[index].0) <= STAY * change) {
            return false;
        }
        (at..(at + LAG).min(self.known.len()))
            .all(|index| before.change(&self.known[index].0) > STAY * change)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (usize, usize) = (160, 90);
    const NONE: [usize; 0] = [];

    /// A picture of a made-up place: `scene` chooses what stands there, `x` where one looks.
    fn picture(scene: u32, x: f64, light: f64, noise: u32) -> [Vec<u8>; 3] {
        let phase = f64::from(scene) * 1.9;
        let mut state = noise.wrapping_mul(747_796_405).wrapping_add(1);
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 24) / 64.0 - 2.0
        };
        let mut luma = Vec::with_capacity(SIZE.0 * SIZE.1);
        for row in 0..SIZE.1 {
            for column in 0..SIZE.0 {
                let (right, down) = (column as f64 + x, row as f64);
                let wave = (right * (0.05 + 0.02 * phase) + phase).sin() * (down * 0.07 - phase).cos();
                let value = 110.0 + 70.0 * wave + 15.0 * (right * 0.3 + down * 0.2).sin();
                luma.push((value * light + random()).clamp(16.0, 235.0) as u8);
            }
        }
        let chroma = |shift: f64| vec![(128.0 + 40.0 * (phase + shift).sin()) as u8; SIZE.0 * SIZE.1 / 4];
        [luma, chroma(0.0), chroma(2.0)]
    }

    fn cuts(pictures: impl Iterator<Item = [Vec<u8>; 3]>) -> Vec<usize> {
        let mut detector = CutDetector::default();
        let mut verdicts = Vec::new();
        for (number, [luma, u, v]) in pictures.enumerate() {
            let plane = |data, width, height| PlaneView { data, stride: width, width, height };
            let (width, height) = (SIZE.0 / 2, SIZE.1 / 2);
            let planes = [
                plane(&luma[..], SIZE.0, SIZE.1),
                plane(&u[..], width, height),
                plane(&v[..], width, height),
            ];
            verdicts.extend(detector.push(&PictureView { planes, time: number as f64 }));
        }
        while let Some(verdict) = detector.finish() {
            verdicts.push(verdict);
        }
        verdicts.iter().enumerate().filter(|(_, cut)| **cut).map(|(number, _)| number).collect()
    }

    #[test]
    fn the_first_picture_of_each_scene_is_the_cut() {
        let scene = |n: u32| n / 13;
        let pictures = (0..60).map(|n| picture(scene(n), f64::from(n) * 0.5, 1.0, n));
        assert_eq!(cuts(pictures), [13, 26, 39, 52]);
    }

    #[test]
    fn a_cut_near_the_end_and_after_few_pictures_is_found() {
        assert_eq!(cuts((0..9).map(|n| picture(n / 7, 0.0, 1.0, n))), [7]);
        assert_eq!(cuts((0..9_u32).map(|n| picture(n.div_ceil(8), 0.0, 1.0, n))), [1]);
        assert_eq!(cuts((0..1).map(|n| picture(0, 0.0, 1.0, n))), NONE);
    }

    #[test]
    fn a_flash_is_no_cut() {
        let light = |n: u32| if (20..22).contains(&n) { 2.4 } else { 1.0 };
        assert_eq!(cuts((0..40).map(|n| picture(0, f64::from(n), light(n), n))), NONE);
    }

    #[test]
    fn a_fade_is_no_cut_and_neither_is_a_fast_pan() {
        assert_eq!(cuts((0..40).map(|n| picture(0, 0.0, 1.0 - f64::from(n.min(30)) / 31.0, n))), NONE);
        let pan = |n: u32| if n < 10 { 0.0 } else { f64::from(n - 10) * 7.0 };
        assert_eq!(cuts((0..40).map(|n| picture(0, pan(n), 1.0, n))), NONE);
    }
}
