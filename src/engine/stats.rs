//! What an engine is doing and has done.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::histogram::{Histogram, Quantiles};
use super::shutdown::ShutdownMode;
use crate::store::JobState;

/// Numbers of an engine at one moment. Those of jobs that have begun or ended count from the
/// engine's start.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stats {
    /// Jobs that wait for a worker.
    pub queued: usize,
    /// Jobs that run.
    pub running: usize,
    /// Jobs that succeeded.
    pub succeeded: u64,
    /// Jobs that failed; those that ran into a deadline are among them.
    pub failed: u64,
    /// Jobs that were cancelled.
    pub cancelled: u64,
    /// The same for each kind of job that was submitted.
    pub kinds: BTreeMap<&'static str, KindStats>,
    /// How long jobs waited for a worker; those count that a worker took.
    pub wait: Quantiles,
    /// How long jobs took from when a worker took them to their end.
    pub run: Quantiles,
    /// Job threads.
    pub workers: usize,
    /// Jobs that may wait at most.
    pub queue_capacity: usize,
    /// Whether the queue is paused.
    pub paused: bool,
    /// Threads that codecs, filters and models may have in all.
    pub threads: usize,
    /// Threads that are leased to jobs now.
    pub threads_leased: usize,
    /// Memory of the whole process that is in RAM, in bytes; absent where the system does not tell.
    pub memory_bytes: Option<u64>,
    /// Callbacks of the host that panicked.
    pub callback_panics: u64,
    /// How the engine was shut down, if it was.
    pub shut_down: Option<ShutdownMode>,
}

/// Numbers of one kind of job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KindStats {
    /// Jobs that wait for a worker.
    pub queued: u64,
    /// Jobs that run.
    pub running: u64,
    /// Jobs that succeeded.
    pub succeeded: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// Jobs that were cancelled.
    pub cancelled: u64,
    /// How long they waited for a worker.
    pub wait: Quantiles,
    /// How long they took from when a worker took them to their end.
    pub run: Quantiles,
}

/// Counters of jobs, by kind. A kind takes about 5 kB, however many jobs there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) kinds: BTreeMap<&'static str, KindTally>,
}

/// Counters of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct KindTally {
    pub(crate) queued: u64,
    pub(crate) running: u64,
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    pub(crate) cancelled: u64,
    pub(crate) wait: Histogram,
    pub(crate) run: Histogram,
}

impl Tally {
    /// A job was queued.
    pub(crate) fn accepted(&mut self, kind: &'static str) {
        self.of(kind).queued += 1;
    }

    /// A worker took a job, after so long a wait.
    pub(crate) fn claimed(&mut self, kind: &'static str, waited: Duration) {
        let of = self.of(kind);
        of.queued -= 1;
        of.running += 1;
        of.wait.add(waited.as_secs_f64());
    }

    /// A job left the queue without a worker.
    pub(crate) fn withdrawn(&mut self, kind: &'static str) {
        self.of(kind).queued -= 1;
    }

    /// A job is over; where a worker had taken it, it took so long.
    pub(crate) fn ended(&mut self, kind: &'static str, state: JobState, took: Option<Duration>) {
        let of = self.of(kind);
        if let Some(took) = took {
            of.running -= 1;
            of.run.add(took.as_secs_f64());
        }
        match state {
            JobState::Queued | JobState::Running => {}
            JobState::Succeeded => of.succeeded += 1,
            JobState::Failed => of.failed += 1,
            JobState::Cancelled => of.cancelled += 1,
        }
    }

    fn of(&mut self, kind: &'static str) -> &mut KindTally {
        self.kinds.entry(kind).or_default()
    }

    /// The sum of a counter over all kinds.
    pub(crate) fn sum(&self, counter: impl Fn(&KindTally) -> u64) -> u64 {
        self.kinds.values().map(counter).sum()
    }

    /// The quantiles of a duration over all kinds.
    pub(crate) fn quantiles(&self, duration: impl Fn(&KindTally) -> &Histogram) -> Quantiles {
        let mut all = Histogram::default();
        self.kinds.values().for_each(|kind| all.merge(duration(kind)));
        all.quantiles()
    }
}

impl From<&KindTally> for KindStats {
    fn from(tally: &KindTally) -> Self {
        Self {
            queued: tally.queued,
            running: tally.running,
            succeeded: tally.succeeded,
            failed: tally.failed,
            cancelled: tally.cancelled,
            wait: tally.wait.quantiles(),
            run: tally.run.quantiles(),
        }
    }
}
