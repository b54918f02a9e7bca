//! How long things took: counts in buckets, so that memory does not grow with what is counted.

use serde::Serialize;

/// Upper end of the first bucket, in seconds (about a microsecond); 2^10 of it are a millisecond.
const FIRST_S: f64 = 0.001 / 1024.0;
/// Buckets to an octave: neighbours differ by 9 %, so that a bucket's middle is right within 5 %.
const TO_OCTAVE: usize = 8;
/// Octaves above the first bucket; the last one reaches beyond 18 hours and holds all that is longer.
const OCTAVES: usize = 36;
const BUCKETS: usize = OCTAVES * TO_OCTAVE + 1;
/// The bounds that go out to a monitoring system: from a millisecond, two octaves apart.
const OUTER_FROM: usize = 10;
const OUTER_STEP: usize = 2;

/// How durations spread, since the engine's start. A quantile is right within 5 %.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quantiles {
    /// How many durations; where 0, so are the others.
    pub count: u64,
    /// Half of them were at most this long, in seconds.
    pub p50: f64,
    /// 95 % of them, in seconds.
    pub p95: f64,
    /// 99 % of them, in seconds.
    pub p99: f64,
    /// The longest, in seconds; exact.
    pub max: f64,
}

/// Durations in buckets whose width grows with the duration; about 2 kB.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    counts: Box<[u64]>,
    count: u64,
    sum: f64,
    max: f64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS].into_boxed_slice(), count: 0, sum: 0.0, max: 0.0 }
    }
}

impl Histogram {
    /// Counts a duration of so many seconds.
    pub(crate) fn add(&mut self, seconds: f64) {
        self.counts[bucket(seconds)] += 1;
        self.count += 1;
        self.sum += seconds;
        self.max = self.max.max(seconds);
    }

    /// Counts all that the other one has.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }

    pub(crate) fn quantiles(&self) -> Quantiles {
        Quantiles {
            count: self.count,
            p50: self.quantile(0.5),
            p95: self.quantile(0.95),
            p99: self.quantile(0.99),
            max: self.max,
        }
    }

    /// How many there are, and their sum in seconds.
    pub(crate) fn total(&self) -> (u64, f64) {
        (self.count, self.sum)
    }

    /// Bounds in seconds, each with how many durations are not longer.
    pub(crate) fn cumulative(&self) -> impl Iterator<Item = (f64, u64)> {
        (OUTER_FROM..OCTAVES).step_by(OUTER_STEP).map(|octave| {
            let last = octave * TO_OCTAVE;
            (upper_end(last), self.counts[..=last].iter().sum())
        })
    }

    /// The duration at the rank `ceil(share * count)`: the middle of its bucket.
    fn quantile(&self, share: f64) -> f64 {
        let rank = (share * self.count as f64).ceil() as u64;
        let mut below = 0;
        let found = self.counts.iter().position(|count| {
            below += count;
            below >= rank.max(1)
        });
        let middle = |bucket| upper_end(bucket) / 2f64.powf(0.5 / TO_OCTAVE as f64);
        found.map_or(0.0, |bucket| middle(bucket).min(self.max))
    }
}

fn bucket(seconds: f64) -> usize {
    let octaves = (seconds.max(FIRST_S) / FIRST_S).log2();
    ((octaves * TO_OCTAVE as f64).ceil() as usize).min(BUCKETS - 1)
}

fn upper_end(bucket: usize) -> f64 {
    FIRST_S * 2f64.powf(bucket as f64 / TO_OCTAVE as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) -> bool {
        (found / expected - 1.0).abs() < 0.05
    }

    #[test]
    fn quantiles_are_right_within_five_percent_from_microseconds_to_hours() {
        for scale in [1e-5, 1e-3, 0.1, 7.0, 60.0] {
            let mut histogram = Histogram::default();
            (1..=1000).for_each(|step| histogram.add(f64::from(step) * scale));
            let found = histogram.quantiles();
            assert!(near(found.p50, 500.0 * scale), "{found:?}");
            assert!(near(found.p95, 950.0 * scale) && near(found.p99, 990.0 * scale), "{found:?}");
            assert_eq!((found.count, found.max), (1000, 1000.0 * scale));
        }
    }

    #[test]
    fn one_slow_job_of_a_hundred_shows_in_the_last_quantile_only() {
        let mut histogram = Histogram::default();
        (0..98).for_each(|_| histogram.add(0.010));
        (0..2).for_each(|_| histogram.add(3.0));
        let found = histogram.quantiles();
        assert!(near(found.p50, 0.010) && near(found.p95, 0.010) && near(found.p99, 3.0), "{found:?}");
    }

    #[test]
    fn nothing_counted_is_all_zero_and_extremes_have_a_place() {
        assert_eq!(Histogram::default().quantiles(), Quantiles::default());
        let mut histogram = Histogram::default();
        for seconds in [0.0, 1e-12, 1e9, f64::MAX] {
            histogram.add(seconds);
        }
        assert_eq!(histogram.quantiles().count, 4);
        assert_eq!(histogram.cumulative().next(), Some((0.001, 2)));
    }

    #[test]
    fn bounds_grow_and_so_do_their_counts() {
        let mut histogram = Histogram::default();
        (1..=1000).for_each(|step| histogram.add(f64::from(step) * 0.01));
        let bounds: Vec<_> = histogram.cumulative().collect();
        assert!(bounds.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1), "{bounds:?}");
        let below_a_second = bounds.iter().find(|(bound, _)| near(*bound, 1.024)).unwrap();
        assert_eq!(below_a_second.1, 102);
        assert_eq!(bounds.last().unwrap().1, 1000);
        assert!(near(histogram.total().1, 5005.0));
    }

    #[test]
    fn two_merged_are_as_one() {
        let (mut all, mut one, mut two) = (Histogram::default(), Histogram::default(), Histogram::default());
        for step in 1..=100 {
            all.add(f64::from(step));
            if step % 3 == 0 { one.add(f64::from(step)) } else { two.add(f64::from(step)) }
        }
        one.merge(&two);
        assert_eq!(one.quantiles(), all.quantiles());
    }
}
