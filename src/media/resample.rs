//! Cutting out and scaling a plane in one step, at positions between samples.
//!
//! Both axes are filtered with the cubic of Mitchell and Netravali (1988) at B = 0, C = 0.6, which
//! is also what FFmpeg's `bicubic` is, widened where the picture shrinks. Rows are filtered as they
//! are needed, so that only as many as the filter is high are held.

use crate::picture::PlaneView;

/// Fraction bits of a weight; the weights of a sample add up to one.
const WEIGHT_BITS: u32 = 14;
/// Fraction bits of a sample between the two axes.
const SAMPLE_BITS: u32 = 6;
/// The cubic's C; its B is 0.
const SHARPNESS: f64 = 0.6;
/// Samples to either side that the cubic looks at.
const SUPPORT: f64 = 2.0;

/// Which source samples make each sample of a line, and how much of each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    starts: Vec<u32>,
    weights: Vec<i16>,
    taps: usize,
}

impl Axis {
    /// For a line of `source` samples, `from` to `from + length` of which (in samples, the first
    /// one reaching from 0 to 1) become `count` samples. Beyond its ends the line goes on as it
    /// ended.
    pub(super) fn new(source: usize, from: f64, length: f64, count: usize) -> Self {
        let step = length / count as f64;
        let width = step.max(1.0);
        let taps = if step <= 1.0 { 4 } else { (2.0 * SUPPORT * width).ceil() as usize + 1 };
        let taps = taps.min(source);
        let mut axis = Self { starts: Vec::with_capacity(count), weights: Vec::new(), taps };
        axis.weights.reserve(count * taps);
        let mut line = vec![0.0; taps];
        for index in 0..count {
            let centre = from + (index as f64 + 0.5) * step - 0.5;
            axis.push(source, centre, width, &mut line);
        }
        axis
    }

    fn push(&mut self, source: usize, centre: f64, width: f64, line: &mut [f64]) {
        let reach = SUPPORT * width;
        let first = (centre - reach).floor() as i64 + 1;
        let last = (centre + reach).ceil() as i64 - 1;
        let start = first.clamp(0, (source - self.taps) as i64);
        line.fill(0.0);
        for sample in first..=last {
            let place = (sample.clamp(0, source as i64 - 1) - start).clamp(0, line.len() as i64 - 1);
            line[place as usize] += cubic((sample as f64 - centre) / width);
        }
        self.starts.push(start as u32);
        self.push_weights(line);
    }

    /// Rounded such that they add up to one exactly: a flat picture stays as it is.
    fn push_weights(&mut self, line: &[f64]) {
        let one = f64::from(1 << WEIGHT_BITS);
        let scale = one / line.iter().sum::<f64>();
        let begin = self.weights.len();
        self.weights.extend(line.iter().map(|weight| (weight * scale).round() as i16));
        let weights = &mut self.weights[begin..];
        let missing = (1 << WEIGHT_BITS) - weights.iter().map(|&weight| i32::from(weight)).sum::<i32>();
        if let Some(largest) = weights.iter_mut().max_by_key(|weight| **weight) {
            *largest += missing as i16;
        }
    }

    fn count(&self) -> usize {
        self.starts.len()
    }

    fn sample(&self, index: usize) -> (usize, &[i16]) {
        (self.starts[index] as usize, &self.weights[index * self.taps..][..self.taps])
    }
}

fn cubic(x: f64) -> f64 {
    let (x, c) = (x.abs(), SHARPNESS);
    if x < 1.0 {
        ((2.0 - c) * x + c - 3.0) * x * x + 1.0
    } else if x < 2.0 {
        c * (((5.0 - x) * x - 8.0) * x + 4.0)
    } else {
        0.0
    }
}

/// A plane that is written to.
pub(super) struct PlaneTarget<'a> {
    /// The rows from the first one that is written, each `stride` bytes after the one before.
    pub data: &'a mut [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// First sample of each row that is written.
    pub x: usize,
    /// First row that is written.
    pub y: usize,
}

/// Filters planes; keeps its memory from one to the next.
#[derive(Default)]
pub(super) struct Resampler {
    /// The last few source rows, filtered along the row; row r stands at r modulo their number.
    rows: Vec<Vec<i16>>,
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
        let width = across.count();
        self.rows.resize(down.taps, Vec::new());
        for row in &mut self.rows {
            row.resize(width, 0);
        }
        let mut next = 0;
        for index in 0..down.count() {
            let (start, weights) = down.sample(index);
            for row in next.max(start)..start + down.taps {
                filter_row(source.row(row), across, &mut self.rows[row % down.taps]);
            }
            next = next.max(start + down.taps);
            let begin = (target.y + index) * target.stride + target.x;
            self.mix(start, weights, &mut target.data[begin..begin + width]);
        }
    }

    /// Adds up the held rows from `start` on.
    fn mix(&self, start: usize, weights: &[i16], out: &mut [u8]) {
        let row = |tap: usize| self.rows[(start + tap) % weights.len()].as_slice();
        if let [a, b, c, d] = *weights {
            mix_four([row(0), row(1), row(2), row(3)], [a, b, c, d], out);
            return;
        }
        for (x, sample) in out.iter_mut().enumerate() {
            let sum = weights.iter().enumerate().map(|(tap, &w)| i32::from(w) * i32::from(row(tap)[x]));
            *sample = finish(sum.sum());
        }
    }
}

fn mix_four(rows: [&[i16]; 4], weights: [i16; 4], out: &mut [u8]) {
    let [a, b, c, d] = rows.map(|row| &row[..out.len()]);
    let [wa, wb, wc, wd] = weights.map(i32::from);
    for (x, sample) in out.iter_mut().enumerate() {
        let sum = wa * i32::from(a[x]) + wb * i32::from(b[x]) + wc * i32::from(c[x]) + wd * i32::from(d[x]);
        *sample = finish(sum);
    }
}

fn finish(sum: i32) -> u8 {
    const BITS: u32 = WEIGHT_BITS + SAMPLE_BITS;
    ((sum + (1 << (BITS - 1))) >> BITS).clamp(0, 255) as u8
}

fn filter_row(row: &[u8], axis: &Axis, out: &mut [i16]) {
    if axis.taps == 4 {
        for ((value, &start), weights) in out.iter_mut().zip(&axis.starts).zip(axis.weights.chunks_exact(4)) {
            let samples = &row[start as usize..start as usize + 4];
            *value = held(
                i32::from(weights[0]) * i32::from(samples[0])
                    + i32::from(weights[1]) * i32::from(samples[1])
                    + i32::from(weights[2]) * i32::from(samples[2])
                    + i32::from(weights[3]) * i32::from(samples[3]),
            );
        }
        return;
    }
    for (index, value) in out.iter_mut().enumerate() {
        let (start, weights) = axis.sample(index);
        let samples = &row[start..start + weights.len()];
        *value = held(weights.iter().zip(samples).map(|(&w, &s)| i32::from(w) * i32::from(s)).sum());
    }
}

fn held(sum: i32) -> i16 {
    const BITS: u32 = WEIGHT_BITS - SAMPLE_BITS;
    ((sum + (1 << (BITS - 1))) >> BITS) as i16
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
}
