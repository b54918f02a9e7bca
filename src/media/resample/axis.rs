//! Which source samples make each sample of a line, and how much of each.

/// Fraction bits of a weight; the weights of a sample add up to one.
pub(super) const WEIGHT_BITS: u32 = 14;
/// The cubic's C; its B is 0.
const SHARPNESS: f64 = 0.6;
/// Samples to either side that the cubic looks at.
const SUPPORT: f64 = 2.0;
/// Bytes of a window that a vector instruction picks samples from.
pub(super) const WINDOW: usize = 16;

/// A line's filter.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::media) struct Axis {
    starts: Vec<u32>,
    weights: Vec<i16>,
    taps: usize,
    groups: Vec<Group>,
}

/// Samples that are made together: 32 source samples out of one window, in the order of the
/// weights. Eight samples of four taps, or four of eight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    /// First source sample of the window.
    pub base: u32,
    /// Where in the window each source sample stands.
    pub picks: [u8; 32],
}

impl Axis {
    /// For a line of `source` samples, `from` to `from + length` of which (in samples, the first
    /// one reaching from 0 to 1) become `count` samples. Beyond its ends the line goes on as it
    /// ended.
    pub(in crate::media) fn new(source: usize, from: f64, length: f64, count: usize) -> Self {
        let step = length / count as f64;
        let width = step.max(1.0);
        let taps = padded(if step <= 1.0 { 4 } else { (2.0 * SUPPORT * width).ceil() as usize + 1 });
        let taps = taps.min(source);
        let mut axis =
            Self { starts: Vec::with_capacity(count), weights: Vec::new(), taps, groups: Vec::new() };
        axis.weights.reserve(count * taps);
        let mut line = vec![0.0; taps];
        for index in 0..count {
            let centre = from + (index as f64 + 0.5) * step - 0.5;
            axis.push(source, centre, width, &mut line);
        }
        axis.groups = axis.grouped(source);
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

    /// The groups of whole windows; none where the taps or the line do not fit.
    fn grouped(&self, source: usize) -> Vec<Group> {
        if !matches!(self.taps, 4 | 8) || source < WINDOW {
            return Vec::new();
        }
        self.starts.chunks_exact(32 / self.taps).map_while(|starts| self.group(starts, source)).collect()
    }

    fn group(&self, starts: &[u32], source: usize) -> Option<Group> {
        let base = starts.iter().copied().min()?.min((source - WINDOW) as u32);
        let mut picks = [0; 32];
        for (places, start) in picks.chunks_exact_mut(self.taps).zip(starts) {
            for (place, sample) in places.iter_mut().zip(*start - base..) {
                *place = u8::try_from(sample).ok().filter(|sample| usize::from(*sample) < WINDOW)?;
            }
        }
        Some(Group { base, picks })
    }

    /// Samples of the line.
    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// Source samples that make one.
    pub(super) fn taps(&self) -> usize {
        self.taps
    }

    /// The first source sample and the weights of a sample.
    pub(super) fn sample(&self, index: usize) -> (usize, &[i16]) {
        (self.starts[index] as usize, &self.weights[index * self.taps..][..self.taps])
    }

    /// The samples that can be made in groups, from the first on.
    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// All weights, sample by sample.
    pub(super) fn weights(&self) -> &[i16] {
        &self.weights
    }
}

/// As many taps as vectors take, those that are too many weighing nothing.
fn padded(taps: usize) -> usize {
    match taps {
        0..=4 => 4,
        5..=8 => 8,
        more => more.next_multiple_of(2),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_name_the_samples_that_the_weights_belong_to() {
        for (source, from, length, count) in [
            (640, 17.3, 202.5, 360),
            (640, 430.0, 210.0, 360),
            (1920, 12.8, 1215.0, 1080),
            (16, 0.0, 16.0, 24),
        ] {
            let axis = Axis::new(source, from, length, count);
            let size = 32 / axis.taps();
            assert_eq!(axis.groups().len(), count / size, "{source} {from} {length}");
            for (number, group) in axis.groups().iter().enumerate() {
                assert!(group.base as usize + WINDOW <= source);
                for (member, picks) in group.picks.chunks_exact(axis.taps()).enumerate() {
                    let (start, _) = axis.sample(number * size + member);
                    let picked = picks.iter().map(|pick| group.base as usize + usize::from(*pick));
                    assert!(picked.eq(start..start + axis.taps()));
                }
            }
        }
    }

    #[test]
    fn a_line_that_is_too_short_or_shrunk_too_much_has_no_groups() {
        assert!(Axis::new(15, 0.0, 15.0, 30).groups().is_empty());
        assert!(Axis::new(1000, 0.0, 1000.0, 100).groups().is_empty());
    }
}
