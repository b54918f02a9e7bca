//! Where the camera rests and where it moves: the division of a shot that costs least.
//!
//! Moving costs 1 a second. A rest costs for being one, for a subject that strays beyond the dead
//! zone, and for one that drifts on: a walk shall be followed, not caught up with again and again.
//! The best division is found by dynamic programming over the samples' ends.

use crate::context::CancelToken;

use super::signal::Signal;

/// Cost of a rest between two moves, in seconds of moving: both moves begin or end for it. One
/// that touches an end of the shot costs half.
const REST: f64 = 2.0;
/// Part of the dead zone that a rest among moves may use at no cost: a subject at constant speed
/// is then seen at most about this far off.
const FREE: f64 = 0.7;
/// How far a subject may stray from a rest, in dead zones.
const FAR: f64 = 2.0;
/// Cost a second of a rest whose subject strays that far.
const STRAY: f64 = 0.9;
/// Drift of the subject during a rest, in cut-out widths a second, that costs as much as moving.
const DRIFT: f64 = 0.02;
/// Standard errors of the drift that are not held against a rest.
const DOUBT: f64 = 0.5;
/// Of rests longer than so many samples only every so many begins are costed: of an uncut hour
/// there are more than can be. The longest first.
const COARSE: [(usize, usize); 2] = [(3000, 50), (600, 10)];

/// A span of samples in which the camera stands still.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rest {
    /// First sample.
    pub from: usize,
    /// Last sample.
    pub to: usize,
    /// Where.
    pub at: f64,
}

/// What a rest may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tolerance<'a> {
    /// How far a subject may stray to either side before the camera moves.
    pub dead: f64,
    /// Width of the cut-out, in the same unit.
    pub width: f64,
    /// Seconds between two samples.
    pub step: f64,
    /// At each sample, the least and the largest place of the camera: the hard bound.
    pub corridor: &'a [(f64, f64)],
    /// Raised to stop; what is found then is of no use.
    pub cancel: &'a CancelToken,
}

impl Tolerance<'_> {
    /// How far a subject may seem to stray, with the noise that smoothing left.
    fn seeming(&self, signal: &Signal) -> f64 {
        self.dead + (2.0 * signal.smooth_noise()).min(self.dead.max(0.04 * self.width))
    }
}

/// The one place that keeps the subject within the dead zone all the time, if there is one.
pub(super) fn throughout(signal: &Signal, tolerance: Tolerance<'_>) -> Option<f64> {
    let sums = Sums::new(&signal.smooth);
    let mut range = Range::default();
    signal.smooth.iter().zip(tolerance.corridor).for_each(|(value, room)| range.add(*value, *room));
    range.place(sums.mean(0, signal.smooth.len()), tolerance.seeming(signal))
}

/// The rests of the cheapest division, in order; two may touch.
pub(super) fn rests(signal: &Signal, tolerance: Tolerance<'_>) -> Vec<Rest> {
    let division = Division { signal, tolerance, sums: Sums::new(&signal.smooth) };
    let count = signal.smooth.len();
    // For each end, the least cost up to it, and the rest that ends there, if one does.
    let mut best: Vec<(f64, Option<Rest>)> = vec![(0.0, None)];
    for end in 1..=count {
        if tolerance.cancel.is_cancelled() {
            return Vec::new();
        }
        let moving = best[end - 1].0 + tolerance.step;
        best.push(division.cheapest(end, &best, (moving, None)));
    }
    let mut rests = Vec::new();
    let mut end = count;
    while end > 0 {
        rests.extend(best[end].1);
        end = best[end].1.map_or(end - 1, |rest| rest.from);
    }
    rests.reverse();
    rests
}

/// Whether a rest over samples `start..end` is tried.
fn is_tried(start: usize, end: usize) -> bool {
    let step = COARSE.iter().find(|(length, _)| end - start > *length).map_or(1, |(_, step)| *step);
    start.is_multiple_of(step)
}

struct Division<'a> {
    signal: &'a Signal,
    tolerance: Tolerance<'a>,
    sums: Sums,
}

impl Division<'_> {
    /// The cheapest of `moving` and all rests that end before sample `end`.
    fn cheapest(
        &self,
        end: usize,
        best: &[(f64, Option<Rest>)],
        moving: (f64, Option<Rest>),
    ) -> (f64, Option<Rest>) {
        let mut cheapest = moving;
        let seeming = self.tolerance.seeming(self.signal);
        let far = FAR * seeming;
        let mut range = Range::default();
        for start in (0..end).rev() {
            range.add(self.signal.smooth[start], self.tolerance.corridor[start]);
            if range.half() > far || !range.feasible() {
                break;
            }
            if !is_tried(start, end) {
                continue;
            }
            let cost = best[start].0 + self.cost(start, end, range.half());
            if cost < cheapest.0 {
                let reach = if range.half() <= seeming { seeming } else { far };
                let at = range.place(self.sums.mean(start, end), reach);
                cheapest = at.map_or(cheapest, |at| (cost, Some(Rest { from: start, to: end - 1, at })));
            }
        }
        cheapest
    }

    /// Cost of a rest over samples `start..end` whose subject strays up to `half` to either side.
    fn cost(&self, start: usize, end: usize, half: f64) -> f64 {
        let ends = [start == 0, end == self.signal.smooth.len()];
        let being = REST * (1.0 - 0.5 * ends.iter().filter(|touches| **touches).count() as f64);
        let free = FREE * self.tolerance.dead + self.signal.smooth_noise();
        let far = (FAR * self.tolerance.dead).max(free + 1e-9);
        let stray = STRAY * ((half - free) / (far - free)).max(0.0);
        let length = (end - start) as f64 * self.tolerance.step;
        being + length * (stray + self.drift(start, end, length))
    }

    /// Cost a second of the subject's drift over samples `start..end`.
    fn drift(&self, start: usize, end: usize, length: f64) -> f64 {
        let slope = self.sums.slope(start, end) / self.tolerance.step;
        let error = self.signal.noise * (12.0 * self.signal.spacing / length.powi(3)).sqrt();
        ((slope.abs() - DOUBT * error).max(0.0) / (DRIFT * self.tolerance.width)).powi(2)
    }
}

/// Sums from the first sample on, so that those of any span are two look-ups.
struct Sums {
    values: Vec<f64>,
    moments: Vec<f64>,
}

impl Sums {
    fn new(samples: &[f64]) -> Self {
        let mut sums = Self { values: vec![0.0], moments: vec![0.0] };
        let (mut value, mut moment) = (0.0, 0.0);
        for (index, sample) in samples.iter().enumerate() {
            value += sample;
            moment += sample * index as f64;
            sums.values.push(value);
            sums.moments.push(moment);
        }
        sums
    }

    fn mean(&self, start: usize, end: usize) -> f64 {
        (self.values[end] - self.values[start]) / (end - start).max(1) as f64
    }

    /// Slope of the line of least squares, a sample.
    fn slope(&self, start: usize, end: usize) -> f64 {
        let count = (end - start) as f64;
        let middle = (start + end - 1) as f64 / 2.0;
        let sum = self.values[end] - self.values[start];
        let moment = self.moments[end] - self.moments[start] - middle * sum;
        12.0 * moment / (count * (count * count - 1.0)).max(1.0)
    }
}

/// What the places of a subject leave for one of the camera.
#[derive(Clone, Copy)]
struct Range {
    low: f64,
    high: f64,
    room: (f64, f64),
}

impl Default for Range {
    fn default() -> Self {
        let everywhere = (f64::NEG_INFINITY, f64::INFINITY);
        Self { low: f64::INFINITY, high: f64::NEG_INFINITY, room: everywhere }
    }
}

impl Range {
    fn add(&mut self, value: f64, room: (f64, f64)) {
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.room = (self.room.0.max(room.0), self.room.1.min(room.1));
    }

    fn half(self) -> f64 {
        (self.high - self.low) / 2.0
    }

    fn feasible(self) -> bool {
        self.room.0 <= self.room.1
    }

    /// The place nearest to `wish` that has all values within `reach`, and is within the hard
    /// bound, if there is one.
    fn place(self, wish: f64, reach: f64) -> Option<f64> {
        let (low, high) = ((self.high - reach).max(self.room.0), (self.low + reach).min(self.room.1));
        (low <= high).then(|| wish.clamp(low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tolerance(cancel: &CancelToken) -> Tolerance<'_> {
        const ANYWHERE: &[(f64, f64)] = &[(-1e9, 1e9); 40_000];
        Tolerance { dead: 36.0, width: 600.0, step: 0.1, corridor: ANYWHERE, cancel }
    }

    fn found(smooth: Vec<f64>) -> Vec<Rest> {
        rests(&signal(smooth), tolerance(&CancelToken::default()))
    }

    fn signal(smooth: Vec<f64>) -> Signal {
        let (seen, visible) = (smooth.clone(), vec![true; smooth.len()]);
        Signal { smooth, seen, visible, noise: 0.0, spacing: 0.16, smoothing: 0.1 }
    }

    fn ramp(speed: f64, seconds: usize) -> Vec<f64> {
        (0..seconds * 10).map(|i| speed * i as f64 / 10.0).collect()
    }

    #[test]
    fn a_subject_within_the_dead_zone_has_one_rest() {
        let sine = signal((0..300).map(|i| 500.0 + 35.9 * (f64::from(i) / 20.0).sin()).collect());
        let at = throughout(&sine, tolerance(&CancelToken::default())).unwrap();
        assert!(sine.smooth.iter().all(|x| (x - at).abs() <= 36.0));
        assert_eq!(throughout(&signal(ramp(100.0, 2)), tolerance(&CancelToken::default())), None);
    }

    #[test]
    fn a_walk_is_no_rest_and_a_stop_in_it_is_one() {
        assert_eq!(found(ramp(60.0, 20)), []);
        let walk = ramp(150.0, 4);
        let mut all = walk.clone();
        all.extend(vec![walk[39]; 40]);
        all.extend(walk.iter().map(|x| walk[39] + x));
        let rests = found(all);
        assert_eq!(rests.len(), 1, "{rests:?}");
        assert!((36..=44).contains(&rests[0].from) && (76..=84).contains(&rests[0].to), "{rests:?}");
    }

    #[test]
    fn a_slow_drift_is_no_staircase() {
        for speed in [12.0, 20.0, 40.0] {
            assert_eq!(found(ramp(speed, 40)), [], "{speed} px/s");
        }
    }

    #[test]
    fn two_places_are_two_rests() {
        let mut both = vec![100.0; 50];
        both.extend([500.0; 50]);
        let rests = found(both);
        let spans: Vec<_> = rests.iter().map(|rest| (rest.from, rest.to, rest.at)).collect();
        assert_eq!(spans, [(0, 49, 100.0), (50, 99, 500.0)]);
    }

    #[test]
    fn swaying_about_one_place_is_a_rest() {
        let rests = found((0..200).map(|i| 500.0 + 55.0 * (f64::from(i) / 5.0).sin()).collect());
        assert_eq!((rests.len(), rests[0].from, rests[0].to), (1, 0, 199));
    }

    #[test]
    fn an_hour_with_one_move_is_divided_and_a_cancel_ends_it() {
        let place = |i: i32| if i < 20_000 { 500.0 } else { 900.0 };
        let hour: Vec<f64> = (0..36_000).map(|i| place(i) + 20.0 * (f64::from(i) / 40.0).sin()).collect();
        let spans: Vec<_> = found(hour.clone()).iter().map(|rest| (rest.from, rest.to)).collect();
        assert_eq!(spans, [(0, 19_999), (20_000, 35_999)]);
        let cancel = CancelToken::default();
        cancel.cancel();
        assert_eq!(rests(&signal(hour), tolerance(&cancel)), []);
    }
}
