//! Where a render's time goes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Wall-clock time by step.
#[derive(Debug, Default)]
pub(super) struct Clock(BTreeMap<&'static str, Duration>);

impl Clock {
    /// Counts the time since `begun` to a step.
    pub(super) fn add(&mut self, step: &'static str, begun: Instant) {
        *self.0.entry(step).or_default() += begun.elapsed();
    }

    /// Adds all steps of another clock.
    pub(super) fn merge(&mut self, other: Self) {
        for (step, time) in other.0 {
            *self.0.entry(step).or_default() += time;
        }
    }

    /// Seconds by step, to the millisecond.
    pub(super) fn seconds(&self) -> BTreeMap<String, f64> {
        let rounded = |time: &Duration| (time.as_secs_f64() * 1000.0).round() / 1000.0;
        self.0.iter().map(|(step, time)| ((*step).to_owned(), rounded(time))).collect()
    }
}
