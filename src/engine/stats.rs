//! What an engine is doing and has done.

use std::collections::BTreeMap;

use serde::Serialize;

use super::shutdown::ShutdownMode;
use crate::store::JobState;

/// Numbers of an engine at one moment. `succeeded`, `failed`, `cancelled` and `kinds` count from the
/// engine's start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Jobs that wait for a worker.
    pub queued: usize,
    /// Jobs that run.
    pub running: usize,
    /// Jobs that succeeded.
    pub succeeded: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// Jobs that were cancelled.
    pub cancelled: u64,
    /// Accepted jobs of each kind.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Job threads.
    pub workers: usize,
    /// Jobs that may wait at most.
    pub queue_capacity: usize,
    /// Threads that codecs, filters and models may have in all.
    pub threads: usize,
    /// Threads that are leased to jobs now.
    pub threads_leased: usize,
    /// Callbacks of the host that panicked.
    pub callback_panics: u64,
    /// How the engine was shut down, if it was.
    pub shut_down: Option<ShutdownMode>,
}

/// Counters of jobs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    pub(crate) cancelled: u64,
    pub(crate) kinds: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(crate) fn accepted(&mut self, kind: &'static str) {
        *self.kinds.entry(kind).or_default() += 1;
    }

    pub(crate) fn ended(&mut self, state: JobState) {
        match state {
            JobState::Queued | JobState::Running => {}
            JobState::Succeeded => self.succeeded += 1,
            JobState::Failed => self.failed += 1,
            JobState::Cancelled => self.cancelled += 1,
        }
    }
}
