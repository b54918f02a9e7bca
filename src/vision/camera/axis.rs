//! The camera's way along one axis, over a whole shot at once: rests, and the ways between them.
//!
//! What comes first where not all can be had: the subject within the hard bound, then no swinging
//! back and forth, then the limit of acceleration, then that of speed, then a soft begin and end,
//! then rests as long as found.

use crate::context::CancelToken;

use super::rest::{Rest, Tolerance, rests, throughout};
use super::signal::{Grid, Signal};
use super::travel::{Between, Subject, Way, way};

/// By how much a rest is shortened at an end for a softer move, in seconds; tried in this order.
const LEADS: [f64; 6] = [0.2, 0.4, 0.6, 0.9, 1.2, 1.6];
/// Part of a rest that one move may take of it.
const TAKE: f64 = 0.4;
/// An overshoot larger by this is a swing that is seen: worse than a quick move.
const SWING: f64 = 0.015;
/// Standard deviations of a look's noise that the hard bound lets pass.
const NOISE: f64 = 2.5;
/// Part of the tightest bound that the dead zone may take.
const TIGHT: f64 = 0.8;
/// How far the camera may be off the subject during a move, in dead zones: first choice.
const CLOSE: f64 = 2.0;
/// The same for a dead zone that is next to nothing, as a fraction of the cut-out's width.
const LEAST_CLOSE: f64 = 0.05;
/// Part of the highest acceleration that a move has, for the first choice: it begins softly.
const SOFT: f64 = 0.15;
/// How far a way may run past both the subject and its rests, as a fraction of the cut-out's
/// width, for the first choice.
const OVERSHOOT: f64 = 0.01;

/// What holds along an axis, in one unit: pixels, or for the width its logarithm.
#[derive(Debug, Clone)]
pub(super) struct Limits<'a> {
    /// How far a subject may stray to either side before the camera moves.
    pub dead: f64,
    /// Width of the cut-out.
    pub width: f64,
    /// Highest speed, a second.
    pub speed: f64,
    /// Highest acceleration, a second squared.
    pub acceleration: f64,
    /// At each sample, how far the camera may be off the subject.
    pub bound: Vec<f64>,
    /// At each sample, the least and the largest value.
    pub room: Vec<(f64, f64)>,
    /// Raised to stop; what is found then is of no use.
    pub cancel: &'a CancelToken,
}

/// The camera at each sample, and the samples where it rests.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// Where the camera is.
    pub places: Vec<f64>,
    /// Where it stands still, in order.
    pub rests: Vec<Rest>,
}

/// The way that follows a signal.
pub(super) fn follow(grid: Grid, signal: &Signal, limits: &Limits<'_>) -> Axis {
    let tightest = limits.bound.iter().copied().fold(f64::INFINITY, f64::min);
    let noise = NOISE * signal.noise;
    let chase = Chase {
        grid,
        signal: &limits.within_room(signal),
        limits,
        dead: limits.dead.min(TIGHT * tightest),
        corridor: limits.corridor(signal, |bound| bound.max(noise)),
    };
    // A rest lasts for many looks, of which the noisiest shall not end it.
    chase.run(&limits.corridor(signal, |bound| bound + noise))
}

impl Limits<'_> {
    /// The signal with the camera's room in mind.
    fn within_room(&self, signal: &Signal) -> Signal {
        let smooth = signal.smooth.iter().zip(&self.room);
        let smooth = smooth.map(|(value, (low, high))| value.clamp(*low, *high)).collect();
        Signal { smooth, ..signal.clone() }
    }

    /// Where the camera has to be for the subject to be within the bound, as far as the room goes:
    /// both without noise and as seen, the latter with a bound of its own.
    fn corridor(&self, signal: &Signal, seen_bound: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
        let corridor = |index: usize| {
            let (room, bound) = (self.room[index], self.bound[index]);
            let around = |value: f64, bound: f64| {
                ((value - bound).clamp(room.0, room.1), (value + bound).clamp(room.0, room.1))
            };
            let smooth = around(signal.smooth[index], bound);
            let seen = around(signal.seen[index], seen_bound(bound));
            let both = (smooth.0.max(seen.0), smooth.1.min(seen.1));
            // Smoothing cuts quick turns: what was seen counts more.
            let both = if both.0 <= both.1 { both } else { seen };
            if signal.visible[index] { both } else { room }
        };
        (0..signal.smooth.len()).map(corridor).collect()
    }
}

/// A signal to follow.
struct Chase<'a> {
    grid: Grid,
    signal: &'a Signal,
    limits: &'a Limits<'a>,
    dead: f64,
    corridor: Vec<(f64, f64)>,
}

impl Chase<'_> {
    /// The way; `still` is where a camera at rest has to be.
    fn run(&self, still: &[(f64, f64)]) -> Axis {
        let (grid, limits) = (self.grid, self.limits);
        let (dead, width, step, cancel) = (self.dead, limits.width, grid.step, limits.cancel);
        let tolerance = Tolerance { dead, width, step, corridor: still, cancel };
        if let Some(at) = throughout(self.signal, tolerance) {
            return standing(grid, at);
        }
        let mut rests = rests(self.signal, tolerance);
        let mut places = vec![0.0; grid.count];
        for next in 0..=rests.len() {
            if limits.cancel.is_cancelled() {
                break;
            }
            self.join(&mut rests, next, &mut places);
        }
        for rest in &rests {
            places[rest.from..=rest.to].fill(rest.at);
        }
        let inside = |(place, (low, high)): (&mut f64, &(f64, f64))| *place = place.clamp(*low, *high);
        places.iter_mut().zip(&limits.room).for_each(inside);
        Axis { places, rests }
    }

    /// Fills the places between rest `next − 1` and rest `next`, and shortens both for it.
    fn join(&self, rests: &mut [Rest], next: usize, places: &mut [f64]) {
        let (earlier, later) = rests.split_at_mut(next);
        let (before, after) = (earlier.last_mut(), later.first_mut());
        let between = Between { before: before.as_ref().map(|r| r.at), after: after.as_ref().map(|r| r.at) };
        let free = (
            before.as_ref().map_or(0, |rest| rest.to + 1),
            after.as_ref().map_or(self.grid.count, |rest| rest.from),
        );
        if free.0 >= free.1 && (between.before.is_none() || between.after.is_none()) {
            return;
        }
        let gives = [&before, &after].map(|rest| rest.as_ref().map_or(0, |rest| spare(rest)));
        let (span, way) = Travel { chase: self, between, free, gives }.choose();
        places[span.0..span.1].copy_from_slice(&way.places);
        if let Some(rest) = before {
            rest.to = span.0 - 1;
        }
        if let Some(rest) = after {
            rest.from = span.1;
        }
    }
}

/// A camera that stands still throughout.
pub(super) fn standing(grid: Grid, at: f64) -> Axis {
    Axis { places: vec![at; grid.count], rests: vec![Rest { from: 0, to: grid.count - 1, at }] }
}

/// Samples that a rest can give at one end.
fn spare(rest: &Rest) -> usize {
    ((rest.to - rest.from) as f64 * TAKE) as usize
}

/// A way to be found.
struct Travel<'a> {
    chase: &'a Chase<'a>,
    between: Between,
    /// Samples between the rests: the first, and the one after the last.
    free: (usize, usize),
    /// Samples that the rests before and after can give.
    gives: [usize; 2],
}

impl Travel<'_> {
    /// The samples that the way takes, and the way: the first that is close and soft, else the one
    /// that breaks least.
    fn choose(&self) -> ((usize, usize), Way) {
        let mut least: Option<Choice> = None;
        let close = (CLOSE * self.chase.dead).max(LEAST_CLOSE * self.chase.limits.width);
        for tolerance in [close, f64::INFINITY] {
            for lead in LEADS {
                let choice = self.attempt(self.span(lead), tolerance);
                if choice.breach.is_none() && choice.way.acceleration <= SOFT * self.chase.limits.acceleration
                {
                    return (choice.span, choice.way);
                }
                if least.as_ref().is_none_or(|other| choice.better(other)) {
                    least = Some(choice);
                }
            }
            if least.as_ref().is_some_and(|choice| choice.breach.is_none()) {
                break;
            }
        }
        let empty = Way { places: Vec::new(), excess: 0.0, speed: 0.0, acceleration: 0.0 };
        least.map_or((self.free, empty), |choice| (choice.span, choice.way))
    }

    fn attempt(&self, span: (usize, usize), tolerance: f64) -> Choice {
        let way = way(self.subject(span), self.between, self.chase.grid.step, tolerance);
        Choice { breach: self.breach(span, &way), span, way }
    }

    fn span(&self, lead: f64) -> (usize, usize) {
        let samples = (lead / self.chase.grid.step).round() as usize;
        (self.free.0 - samples.min(self.gives[0]), self.free.1 + samples.min(self.gives[1]))
    }

    fn subject(&self, (from, to): (usize, usize)) -> Subject<'_> {
        Subject {
            smooth: &self.chase.signal.smooth[from..to],
            visible: &self.chase.signal.visible[from..to],
            corridor: &self.chase.corridor[from..to],
        }
    }

    fn breach(&self, span: (usize, usize), way: &Way) -> Breach {
        let over = |value: f64, limit: f64| ((value / limit - 1.0).max(0.0) * 100.0).floor();
        let width = self.chase.limits.width;
        let overshoot = (self.overshoot(span, way) / width - OVERSHOOT).max(0.0);
        Breach([
            (self.subject(span).farthest(&way.places, f64::INFINITY) / width * 100.0).floor(),
            (overshoot / SWING).floor(),
            over(way.acceleration, self.chase.limits.acceleration),
            over(way.speed, self.chase.limits.speed),
            (way.excess / width * 1000.0).floor(),
            (overshoot * 1000.0).floor(),
        ])
    }

    /// How far the way runs past the subject's places and both rests.
    fn overshoot(&self, (from, to): (usize, usize), way: &Way) -> f64 {
        let ends = self.between.before.into_iter().chain(self.between.after);
        let all = self.chase.signal.smooth[from..to].iter().copied().chain(ends);
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
        way.places.iter().map(|x| (low - x).max(x - high)).fold(0.0, f64::max)
    }
}

/// A way that was tried.
struct Choice {
    breach: Breach,
    span: (usize, usize),
    way: Way,
}

impl Choice {
    /// Whether this breaks less than another, or as little and is softer.
    fn better(&self, other: &Self) -> bool {
        let softer = self.way.acceleration < other.way.acceleration;
        self.breach.0 < other.breach.0 || (self.breach == other.breach && softer)
    }
}

/// By how much a way breaks what holds, the weightiest first: hard bound (hundredths of a width),
/// swinging back, acceleration, speed (hundredths of the limit), tolerance and overshoot
/// (thousandths of a width).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Breach([f64; 6]);

impl Breach {
    fn is_none(self) -> bool {
        self.0.iter().all(|part| *part == 0.0)
    }
}
