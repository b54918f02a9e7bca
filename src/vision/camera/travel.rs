//! The camera's way between two rests, or all of it: as smooth as may be, as near as need be.
//!
//! Least squares of the third difference (jerk) and of the distance from the subject, with both
//! rests as they are; without a subject that is the minimum-jerk move of Flash and Hogan (1985).
//! Where the way strays too far from the subject, the subject counts more, there, until it does
//! not.

use super::band::Squares;

/// Time constant of the camera, in seconds: it follows what swings slower than 2π times this.
const INERTIA: f64 = 0.7;
/// Rounds of giving the subject more weight.
const ROUNDS: usize = 16;
/// What a weight is multiplied by.
const GROWTH: f64 = 2.5;
/// Samples to either side of a stray one whose weight grows, too.
const SPREAD: usize = 2;
/// Part of the tolerance that a stray camera is drawn into.
const WITHIN: f64 = 0.85;
/// Weight of a subject that is out of sight.
const UNSEEN: f64 = 1e-6;
/// Samples of a rest that a third difference may reach.
const MARGIN: usize = JERK.len() - 1;
/// Coefficients of the third difference.
const JERK: [f64; 4] = [-1.0, 3.0, -3.0, 1.0];

/// The subject over a span of samples, and where the camera has to be for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    /// Where the camera is wanted.
    pub smooth: &'a [f64],
    /// Whether the subject was in sight.
    pub visible: &'a [bool],
    /// Least and largest place of the camera: the hard bound.
    pub corridor: &'a [(f64, f64)],
}

impl Subject<'_> {
    /// How far the camera is beyond the tolerance or the hard bound at worst, 0 or more.
    pub(super) fn farthest(&self, places: &[f64], tolerance: f64) -> f64 {
        let excess = |(index, x): (usize, &f64)| self.excess(index, *x, tolerance);
        places.iter().enumerate().map(excess).fold(0.0, f64::max)
    }

    /// How far the camera is beyond the tolerance or the hard bound, 0 or more.
    fn excess(&self, index: usize, x: f64, tolerance: f64) -> f64 {
        let (low, high) = self.corridor[index];
        let off = if self.visible[index] { (x - self.smooth[index]).abs() - tolerance } else { 0.0 };
        // Rounding errors are no excess.
        let excess = off.max(low - x).max(x - high);
        if excess > 1e-6 { excess } else { 0.0 }
    }

    /// The place nearest to `x` where the camera does not stray.
    fn nearest(&self, index: usize, x: f64, tolerance: f64) -> f64 {
        let (centre, reach) = (self.smooth[index], WITHIN * tolerance);
        let (low, high) = self.corridor[index];
        let margin = 0.5 * (1.0 - WITHIN) * (high - low);
        x.clamp(centre - reach, centre + reach).clamp(low + margin, high - margin)
    }
}

/// Rests before and after a way; none at an end of the shot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Between {
    /// Where the camera comes from.
    pub before: Option<f64>,
    /// Where it goes.
    pub after: Option<f64>,
}

/// A way, and how it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Way {
    /// Where the camera is, at each sample.
    pub places: Vec<f64>,
    /// Farthest beyond the tolerance.
    pub excess: f64,
    /// Highest speed, a second.
    pub speed: f64,
    /// Highest acceleration, a second squared.
    pub acceleration: f64,
}

/// The way over a span of samples `step` seconds apart that has the subject within `tolerance`,
/// or as near to it as it gets.
pub(super) fn way(subject: Subject<'_>, between: Between, step: f64, tolerance: f64) -> Way {
    let mut pulls = vec![Pull::default(); subject.smooth.len()];
    let mut best = solve(subject, between, step, &pulls);
    for _ in 0..ROUNDS {
        let stray = |(index, x): (usize, &f64)| subject.excess(index, *x, tolerance) > 0.0;
        let stray: Vec<_> = best.iter().enumerate().map(stray).collect();
        if !stray.contains(&true) {
            break;
        }
        for index in near(&stray) {
            pulls[index].weight = GROWTH * pulls[index].weight.max(1.0);
            pulls[index].to = subject.nearest(index, best[index], tolerance);
        }
        best = solve(subject, between, step, &pulls);
    }
    judge(subject, between, step, tolerance, best)
}

/// What draws a camera that strays back to where it may be.
#[derive(Debug, Clone, Copy, Default)]
struct Pull {
    weight: f64,
    to: f64,
}

/// Stray samples and those beside them.
fn near(stray: &[bool]) -> impl Iterator<Item = usize> {
    let around = |index: usize| index.saturating_sub(SPREAD)..(index + SPREAD + 1).min(stray.len());
    (0..stray.len()).filter(move |&index| stray[around(index)].contains(&true))
}

fn solve(subject: Subject<'_>, between: Between, step: f64, pulls: &[Pull]) -> Vec<f64> {
    let count = pulls.len();
    let mut squares = Squares::new(count);
    for (index, pull) in pulls.iter().enumerate() {
        let weight = if subject.visible[index] { 1.0 } else { UNSEEN };
        squares.add(step * weight, index, &[1.0], subject.smooth[index]);
        squares.add(step * pull.weight, index, &[1.0], pull.to);
    }
    let margins = (between.before.map_or(0, |_| MARGIN), between.after.map_or(0, |_| MARGIN));
    let jerk = INERTIA.powi(6) / step.powi(5);
    for first in 0..(margins.0 + count + margins.1).saturating_sub(MARGIN) {
        add_jerk(&mut squares, between, first.wrapping_sub(margins.0) as isize, (count, jerk));
    }
    squares.solve()
}

/// Adds the square of the third difference of samples `first..first + 4`, of which those before
/// the first unknown and from `count` on are rests.
fn add_jerk(squares: &mut Squares, between: Between, first: isize, (count, weight): (usize, f64)) {
    let mut known = 0.0;
    let mut terms = Vec::with_capacity(JERK.len());
    for (index, coefficient) in (first..).zip(JERK) {
        match usize::try_from(index) {
            Err(_) => known += coefficient * between.before.unwrap_or_default(),
            Ok(index) if index < count => terms.push(coefficient),
            Ok(_) => known += coefficient * between.after.unwrap_or_default(),
        }
    }
    squares.add(weight, usize::try_from(first).unwrap_or_default(), &terms, -known);
}

fn judge(subject: Subject<'_>, between: Between, step: f64, tolerance: f64, places: Vec<f64>) -> Way {
    let excess = subject.farthest(&places, tolerance);
    let mut all: Vec<f64> = between.before.into_iter().flat_map(|x| [x, x]).collect();
    all.extend(&places);
    all.extend(between.after.into_iter().flat_map(|x| [x, x]));
    let peak = |values: &[f64]| values.iter().map(|value| value.abs()).fold(0.0, f64::max);
    let speeds: Vec<f64> = all.windows(2).map(|pair| (pair[1] - pair[0]) / step).collect();
    let accelerations: Vec<f64> = speeds.windows(2).map(|pair| (pair[1] - pair[0]) / step).collect();
    Way { places, excess, speed: peak(&speeds), acceleration: peak(&accelerations) }
}
