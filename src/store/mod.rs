//! Where accepted jobs wait for a worker. The engine keeps handles and results; a store keeps what
//! a queue needs, so that a durable one can stand in for the one in memory.

mod job;
mod memory;

use std::sync::Arc;

use crate::error::Result;
use crate::spec::{JobSpec, SubmitOptions};

pub use job::{JobId, JobState};
pub use memory::MemoryStore;

/// A job that a worker has claimed.
#[derive(Debug, Clone)]
pub struct QueuedJob {
    /// Its number.
    pub id: JobId,
    /// What it shall do.
    pub spec: Arc<JobSpec>,
}

/// How many jobs a store holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreCounts {
    /// Jobs that wait for a worker.
    pub queued: usize,
    /// Jobs that were claimed and are not finished.
    pub running: usize,
}

/// A bounded queue of jobs, by priority with ageing, then first in, first out. Each call is atomic:
/// a job is either claimed once or removed once, never both.
pub trait Store: Send + Sync + 'static {
    /// Queues a job and numbers it; numbers grow. `Err(QueueFull)` where the queue is full.
    fn push(&self, spec: Arc<JobSpec>, options: &SubmitOptions) -> Result<JobId>;

    /// Hands out the queued job whose turn it is; it counts as running until [`Store::finish`].
    fn claim(&self) -> Option<QueuedJob>;

    /// Takes a job out of the queue; `false` where it is not queued (any more).
    fn remove(&self, id: JobId) -> bool;

    /// Notes how a claimed or removed job ended.
    fn finish(&self, id: JobId, state: JobState);

    /// How many jobs are queued and running.
    fn counts(&self) -> StoreCounts;
}
