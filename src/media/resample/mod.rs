//! Cutting out and scaling a plane in one step, at positions between samples.
//!
//! Both axes are filtered with the cubic of Mitchell and Netravali (1988) at B = 0, C = 0.6, which
//! is also what FFmpeg's `bicubic` is, widened where the picture shrinks. Rows are filtered as they
//! are needed, so that only as many as the filter is high are held.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod axis;
mod scalar;

pub(super) use axis::Axis;

use crate::picture::PlaneView;

/// Fraction bits of a sample between the two axes.
const SAMPLE_BITS: u32 = 6;

/// A plane that is written to.
pub(super) struct PlaneTarget<'a> {
    /// The plane's rows, each `stride` bytes after the one before.
    pub data: &'a mut [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// First sample of each row that is written.
    pub x: usize,
    /// First row that is written.
    pub y: usize,
}

/// Filters planes; keeps its memory from one to the next.
pub(super) struct Resampler {
    /// The last few source rows, filtered along the row; row r stands at r modulo their number.
    rows: Vec<Vec<i16>>,
    /// Whether the machine has AVX2.
    vectors: bool,
}

impl Default for Resampler {
    fn default() -> Self {
        #[cfg(target_arch = "x86_64")]
        let vectors = is_x86_feature_detected!("avx2");
        #[cfg(not(target_arch = "x86_64"))]
        let vectors = false;
        Self { rows: Vec::new(), vectors }
    }
}

impl Resampler {
    /// Fills `target` from `source`: as many samples as `across` has, in as many rows as `down`
    /// has.
    pub(super) fn run(
        &mut self,
        source: PlaneView<'_>,
        across: &Axis,
        down: &Axis,
        target: &mut PlaneTarget<'_>,
    ) {
        let (width, taps) = (across.count(), down.taps());
        self.rows.resize(taps, Vec::new());
        for row in &mut self.rows {
            row.resize(width, 0);
        }
        let mut next = 0;
        for index in 0..down.count() {
            let (start, weights) = down.sample(index);
            for row in next.max(start)..start + taps {
                filter_row(self.vectors, source.row(row), across, &mut self.rows[row % taps]);
            }
            next = next.max(start + taps);
            let begin = (target.y + index) * target.stride + target.x;
            self.mix(start, weights, &mut target.data[begin..begin + width]);
        }
    }

    /// Adds up the held rows from `start` on.
    fn mix(&self, start: usize, weights: &[i16], out: &mut [u8]) {
        let row = |tap: usize| self.rows[(start + tap) % weights.len()].as_slice();
        // As many as are common need no memory of their own.
        match weights.len() {
            4 => mix(self.vectors, &[0, 1, 2, 3].map(row), weights, out),
            8 => mix(self.vectors, &[0, 1, 2, 3, 4, 5, 6, 7].map(row), weights, out),
            taps => mix(self.vectors, &(0..taps).map(row).collect::<Vec<_>>(), weights, out),
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn filter_row(vectors: bool, row: &[u8], axis: &Axis, out: &mut [i16]) {
    // SAFETY: `vectors` tells that the machine has AVX2.
    let done = if vectors { unsafe { avx2::filter_row(row, axis, out) } } else { 0 };
    scalar::filter_row(row, axis, done, out);
}

#[cfg(not(target_arch = "x86_64"))]
fn filter_row(_: bool, row: &[u8], axis: &Axis, out: &mut [i16]) {
    scalar::filter_row(row, axis, 0, out);
}

#[cfg(target_arch = "x86_64")]
fn mix(vectors: bool, rows: &[&[i16]], weights: &[i16], out: &mut [u8]) {
    let paired = vectors && rows.len().is_multiple_of(2);
    // SAFETY: `vectors` tells that the machine has AVX2.
    let done = if paired { unsafe { avx2::mix(rows, weights, out) } } else { 0 };
    scalar::mix(rows, weights, done, out);
}

#[cfg(not(target_arch = "x86_64"))]
fn mix(_: bool, rows: &[&[i16]], weights: &[i16], out: &mut [u8]) {
    scalar::mix(rows, weights, 0, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resample(source: &[u8], from: f64, length: f64, count: usize) -> Vec<u8> {
        let plane = PlaneView { data: source, stride: source.len(), width: source.len(), height: 1 };
        let mut data = vec![0; count];
        let mut target = PlaneTarget { data: &mut data, stride: count, x: 0, y: 0 };
        let across = Axis::new(source.len(), from, length, count);
        Resampler::default().run(plane, &across, &Axis::new(1, 0.0, 1.0, 1), &mut target);
        data
    }

    #[test]
    fn whole_positions_at_the_same_size_copy() {
        let source: Vec<u8> = (0..64).map(|x| (x * 37 % 251) as u8).collect();
        assert_eq!(resample(&source, 8.0, 16.0, 16), source[8..24]);
    }

    #[test]
    fn a_flat_picture_stays_flat_at_any_place_and_size() {
        for (from, length, count) in [(0.0, 50.0, 91), (3.3, 20.7, 33), (10.1, 39.9, 7), (0.0, 50.0, 1)] {
            assert!(resample(&[77; 50], from, length, count).iter().all(|&sample| sample == 77));
        }
    }

    #[test]
    fn a_ramp_moves_by_fractions_of_a_sample() {
        let ramp: Vec<u8> = (0..60).map(|x| x * 4).collect();
        let (still, moved) = (resample(&ramp, 10.0, 30.0, 30), resample(&ramp, 10.25, 30.0, 30));
        for (a, b) in still.iter().zip(&moved).skip(2) {
            assert_eq!(b - a, 1, "a quarter of a sample is a quarter of the step");
        }
    }

    #[test]
    fn shrinking_takes_every_sample_into_account() {
        let stripes: Vec<u8> = (0..80).map(|x| if x % 2 == 0 { 0 } else { 200 }).collect();
        let shrunk = resample(&stripes, 0.0, 80.0, 10);
        // At the ends the last stripe goes on.
        assert!(shrunk[2..8].iter().all(|&sample| (98..=102).contains(&sample)), "{shrunk:?}");
    }

    #[test]
    fn beyond_the_edge_the_line_goes_on() {
        assert_eq!(resample(&[10, 10, 10, 200, 200], -3.0, 3.0, 3), [10, 10, 10]);
    }

    #[test]
    fn a_line_shorter_than_the_filter_is_filtered() {
        assert_eq!(resample(&[9, 9], 0.0, 2.0, 5), [9; 5]);
    }

    #[test]
    fn vectors_and_single_samples_give_the_same_to_the_bit() {
        let (width, height) = (333, 222);
        let noise = |index: usize| (index.wrapping_mul(2_654_435_761) >> 7) as u8;
        // Black beside white overshoots, which has to be cut off alike.
        let sample = |index: usize| match noise(index / 3) {
            0..85 => 0,
            85..170 => 255,
            _ => noise(index),
        };
        let data: Vec<u8> = (0..width * height).map(sample).collect();
        let plane = PlaneView { data: &data, stride: width, width, height };
        let sizes =
            [(91.3, 162.4, 270, 480), (330.0, 220.0, 205, 137), (333.0, 222.0, 40, 31), (20.0, 30.0, 37, 53)];
        for (wide, high, columns, rows) in sizes {
            let across = Axis::new(width, (width as f64 - wide) * 0.9, wide, columns);
            let down = Axis::new(height, (height as f64 - high) * 0.3, high, rows);
            let [vectors, single] = [Resampler::default().vectors, false].map(|vectors| {
                let mut out = vec![0; columns * rows];
                let mut target = PlaneTarget { data: &mut out, stride: columns, x: 0, y: 0 };
                Resampler { rows: Vec::new(), vectors }.run(plane, &across, &down, &mut target);
                out
            });
            assert!(vectors == single, "{wide} × {high} to {columns} × {rows}");
        }
    }
}
