//! The place of a subject over a shot, out of single looks at it: outliers dropped, noise smoothed,
//! gaps filled, on an even grid of times.

use super::band::Squares;

/// Seconds between two samples of the grid, at most.
const STEP: f64 = 0.1;
/// Looks to either side that a look is compared with.
const NEIGHBOURS: usize = 3;
/// Least and largest time constant of the smoothing, in seconds: what swings slower than 2π times
/// this is kept.
const SMOOTHING: (f64, f64) = (0.12, 0.35);
/// Noise that may be left, as a part of what makes an outlier: no more is smoothed than that needs.
const LEFT: f64 = 0.125;
/// Integral of the square of the smoothing spline's equivalent kernel, 3 / (8 √2), over its time
/// constant (Silverman 1984).
const KERNEL: f64 = 0.265;
/// A gap longer than this, in seconds, is a rest: the subject was out of sight.
const GAP: f64 = 1.0;
/// How long a subject is taken to go on as it did before the first and after the last look, in
/// looks and, at most, in seconds.
const BEYOND: (f64, f64) = (1.0, 0.25);
/// The median of absolute values of normal noise, inverted.
const MEDIAN_TO_SIGMA: f64 = 1.4826;

/// An even grid of times over a shot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grid {
    /// Time of the first sample, in seconds.
    pub start: f64,
    /// Seconds from one sample to the next.
    pub step: f64,
    /// Samples, at least two.
    pub count: usize,
}

impl Grid {
    /// A grid that has both ends of the span.
    pub(super) fn over(start: f64, end: f64) -> Self {
        let length = (end - start).max(1e-3);
        let pieces = (length / STEP).ceil().max(1.0);
        Self { start, step: length / pieces, count: pieces as usize + 1 }
    }

    /// Time of a sample.
    pub(super) fn time(&self, index: usize) -> f64 {
        self.start + self.step * index as f64
    }

    /// The sample nearest to a time.
    pub(super) fn nearest(&self, time: f64) -> usize {
        let (index, part) = self.find(time);
        if part < 0.5 { index } else { index + 1 }
    }

    /// The sample at or before a time, and the fraction of a step from it to the time.
    fn find(&self, time: f64) -> (usize, f64) {
        let place = ((time - self.start) / self.step).clamp(0.0, (self.count - 1) as f64);
        let index = (place as usize).min(self.count - 2);
        (index, place - index as f64)
    }
}

/// One look at a value that changes over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    /// When, in seconds.
    pub time: f64,
    /// What was measured.
    pub value: f64,
    /// How much it counts, above 0; 1 for a plain look.
    pub weight: f64,
}

/// A value over a grid.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Signal {
    /// Without noise.
    pub smooth: Vec<f64>,
    /// As measured, straight between two looks, without outliers.
    pub seen: Vec<f64>,
    /// Whether the subject was in sight.
    pub visible: Vec<bool>,
    /// Standard deviation of the noise of one look.
    pub noise: f64,
    /// Seconds from one look to the next, typically.
    pub spacing: f64,
    /// Time constant of the smoothing, in seconds.
    pub smoothing: f64,
}

impl Signal {
    /// The signal behind looks that are in order of time; `None` where there are none. A look that
    /// is further than `stray` from those around it is an outlier, unless all of them scatter.
    pub(super) fn new(grid: Grid, looks: &[Look], stray: f64) -> Option<Self> {
        let looks = without_outliers(looks, stray);
        let first = looks.first()?;
        let spacing = median(looks.windows(2).map(|pair| pair[1].time - pair[0].time).collect()).max(1e-3);
        let noise = noise(&looks);
        let smoothing = KERNEL * spacing * (noise / (LEFT * stray)).powi(2);
        let mut signal = Self {
            smooth: vec![first.value; grid.count],
            seen: vec![first.value; grid.count],
            visible: vec![false; grid.count],
            noise,
            spacing,
            smoothing: smoothing.clamp(SMOOTHING.0, SMOOTHING.1),
        };
        for run in looks.chunk_by(|a, b| b.time - a.time <= GAP) {
            signal.add_run(grid, run);
        }
        Some(signal)
    }

    /// Standard deviation of the noise that smoothing leaves.
    pub(super) fn smooth_noise(&self) -> f64 {
        self.noise * (KERNEL * self.spacing / self.smoothing).sqrt().min(1.0)
    }

    /// Fills the span of a run of looks, then what follows it with its last value. The change from
    /// the run before falls into the later part of the gap: as the subject comes back, the camera
    /// is there.
    fn add_run(&mut self, grid: Grid, run: &[Look]) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
        let beyond = (BEYOND.0 * self.spacing).min(BEYOND.1);
        let (from, _) = grid.find(first.time - beyond);
        let (to, part) = grid.find(last.time + beyond);
        let to = if part > 0.0 { to + 1 } else { to };
        let smooth = self.smoothed(grid, run, from, to);
        let hidden = self.visible[..from].iter().rev().take_while(|visible| !**visible).count();
        let known = hidden < from;
        let lead = ((GAP / grid.step) as usize).min(hidden / 2);
        let enter = if known { from - lead } else { 0 };
        self.smooth[enter..from].fill(smooth[0]);
        self.seen[enter..from].fill(smooth[0]);
        for index in from..=to {
            self.smooth[index] = smooth[index - from];
            self.seen[index] = straight(run, grid.time(index)).unwrap_or(smooth[index - from]);
            self.visible[index] = true;
        }
        self.smooth[to + 1..].fill(smooth[to - from]);
        self.seen[to + 1..].fill(smooth[to - from]);
    }

    /// The smoothing spline through a run of looks, on the samples `from..=to`: least squares of what
    /// was measured and of the second difference.
    fn smoothed(&self, grid: Grid, run: &[Look], from: usize, to: usize) -> Vec<f64> {
        let count = to - from + 1;
        let mut squares = Squares::new(count);
        let middle = run[run.len() / 2].value;
        let spacing = (grid.step * count as f64 / run.len() as f64).min(GAP);
        for look in run {
            let (index, part) = grid.find(look.time);
            let terms = [1.0 - part, part];
            let terms = if index == to { &terms[..1] } else { &terms[..] };
            squares.add(spacing * look.weight, index - from, terms, look.value - middle);
        }
        // Where a slope is all that is missing, none.
        (1..count).for_each(|right| squares.add(1e-6, right - 1, &[-1.0, 1.0], 0.0));
        let bend = self.smoothing.powi(4) / grid.step.powi(3);
        (2..count).for_each(|right| squares.add(bend, right - 2, &[1.0, -2.0, 1.0], 0.0));
        squares.solve().into_iter().map(|value| value + middle).collect()
    }
}

/// Looks that stand near the median of those around them (Hampel's identifier).
fn without_outliers(looks: &[Look], stray: f64) -> Vec<Look> {
    let near =
        |index: usize| &looks[index.saturating_sub(NEIGHBOURS)..(index + NEIGHBOURS + 1).min(looks.len())];
    let keep = |index: usize| {
        let around = near(index);
        let middle = median(around.iter().map(|look| look.value).collect());
        let scatter = median(around.iter().map(|look| (look.value - middle).abs()).collect());
        (looks[index].value - middle).abs() <= stray.max(4.0 * MEDIAN_TO_SIGMA * scatter)
    };
    (0..looks.len()).filter(|&index| keep(index)).map(|index| looks[index]).collect()
}

/// Standard deviation of a look's noise, from how far looks lie from the line between their
/// neighbours.
fn noise(looks: &[Look]) -> f64 {
    let bend = |three: &[Look]| {
        let part = (three[1].time - three[0].time) / (three[2].time - three[0].time).max(1e-9);
        let line = three[0].value + (three[2].value - three[0].value) * part;
        (three[1].value - line).abs() / (1.0 + part * part + (1.0 - part).powi(2)).sqrt()
    };
    MEDIAN_TO_SIGMA * median(looks.windows(3).map(bend).collect())
}

/// The value at a time, straight between two looks; `None` outside of them.
fn straight(run: &[Look], time: f64) -> Option<f64> {
    let after = run.partition_point(|look| look.time <= time);
    let (before, after) = (run.get(after.checked_sub(1)?)?, run.get(after)?);
    let part = (time - before.time) / (after.time - before.time);
    Some(before.value + (after.value - before.value) * part)
}

/// The middle value; 0 of none.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::camera::synthetic::Noise;

    fn looks(values: impl IntoIterator<Item = f64>) -> Vec<Look> {
        let look = |(index, value)| Look { time: f64::from(index) / 6.0, value, weight: 1.0 };
        (0..).zip(values).map(look).collect()
    }

    fn signal(looks: &[Look]) -> Signal {
        Signal::new(Grid::over(0.0, looks[looks.len() - 1].time), looks, 40.0).unwrap()
    }

    #[test]
    fn the_grid_has_both_ends() {
        let grid = Grid::over(3.0, 4.25);
        assert_eq!((grid.count, grid.time(0)), (14, 3.0));
        assert!((grid.time(13) - 4.25).abs() < 1e-12);
        assert_eq!(Grid::over(1.0, 1.0).count, 2);
    }

    #[test]
    fn single_and_double_outliers_are_dropped_and_steps_stay() {
        let mut values = vec![100.0; 30];
        values[7] = 900.0;
        (values[15], values[16]) = (500.0, 520.0);
        assert!(signal(&looks(values)).smooth.iter().all(|x| (x - 100.0).abs() < 1e-6));
        let step = (0..30).map(|i| if i < 15 { 100.0 } else { 500.0 });
        assert_eq!(without_outliers(&looks(step), 40.0).len(), 30);
    }

    #[test]
    fn noise_is_measured_and_mostly_smoothed_away() {
        let mut noise = Noise::new(5);
        let signal = signal(&looks((0..360).map(|i| 3.0 * f64::from(i) + 19.0 * noise.normal())));
        assert!((signal.noise - 19.0).abs() < 3.0, "{}", signal.noise);
        let error = |(i, x): (usize, &f64)| (x - 1.8 * i as f64).powi(2);
        let count = signal.smooth.len() as f64;
        let error = (signal.smooth.iter().enumerate().map(error).sum::<f64>() / count).sqrt();
        assert!(error < 9.0 && (error - signal.smooth_noise()).abs() < 2.0, "{error}");
    }

    #[test]
    fn a_long_gap_is_a_rest_that_ends_before_the_subject_is_back() {
        let mut all = looks((0..30).map(|i| if i < 10 { 100.0 } else { 700.0 }));
        all.iter_mut().skip(10).for_each(|look| look.time += 5.0);
        let grid = Grid::over(0.0, 10.0);
        let signal = Signal::new(grid, &all, 40.0).unwrap();
        let at = |time: f64| grid.find(time).0;
        assert!(signal.visible[at(1.0)] && !signal.visible[at(4.0)] && signal.visible[at(8.0)]);
        assert_eq!((signal.seen[at(5.4)], signal.seen[at(6.2)]), (100.0, 700.0));
    }

    #[test]
    fn a_short_gap_is_bridged() {
        let mut all = looks((0..30).map(|i| 10.0 * f64::from(i)));
        all.drain(12..16);
        let signal = signal(&all);
        assert!(signal.visible.iter().all(|visible| *visible));
        assert!(signal.smooth.windows(2).all(|pair| (pair[1] - pair[0] - 6.0).abs() < 0.5));
    }

    #[test]
    fn nothing_seen_is_no_signal() {
        assert_eq!(Signal::new(Grid::over(0.0, 1.0), &[], 1.0), None);
    }
}
