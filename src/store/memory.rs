//! A queue that lives as long as the process.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::sys::Mutex;

use super::{JobId, JobState, QueuedJob, Store, StoreCounts};
use crate::error::{Error, ErrorKind, Result};
use crate::spec::JobSpec;

/// A [`Store`] in memory.
#[derive(Debug)]
pub struct MemoryStore {
    capacity: usize,
    state: Mutex<State>,
}

/// Numbers grow, so the map's order is the order of arrival, and removal needs no scan.
#[derive(Debug, Default)]
struct State {
    last: u64,
    queued: BTreeMap<JobId, Arc<JobSpec>>,
    running: HashSet<JobId>,
}

impl MemoryStore {
    /// An empty store that holds at most `capacity` queued jobs.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, state: Mutex::default() }
    }
}

impl Store for MemoryStore {
    fn push(&self, spec: Arc<JobSpec>) -> Result<JobId> {
        let mut state = self.state.lock();
        if state.queued.len() >= self.capacity {
            return Err(queue_full(self.capacity));
        }
        state.last += 1;
        let id = JobId(state.last);
        state.queued.insert(id, spec);
        Ok(id)
    }

    fn claim(&self) -> Option<QueuedJob> {
        let mut state = self.state.lock();
        let (id, spec) = state.queued.pop_first()?;
        state.running.insert(id);
        Some(QueuedJob { id, spec })
    }

    fn remove(&self, id: JobId) -> bool {
        self.state.lock().queued.remove(&id).is_some()
    }

    fn finish(&self, id: JobId, _state: JobState) {
        self.state.lock().running.remove(&id);
    }

    fn counts(&self) -> StoreCounts {
        let state = self.state.lock();
        StoreCounts { queued: state.queued.len(), running: state.running.len() }
    }
}

fn queue_full(capacity: usize) -> Error {
    let message = format!("{capacity} jobs are queued already; try again when one has started");
    Error::new(ErrorKind::QueueFull, message).with("capacity", capacity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::ProbeSpec;

    fn spec(name: &str) -> Arc<JobSpec> {
        Arc::new(JobSpec::Probe(ProbeSpec { source: name.into() }))
    }

    #[test]
    fn jobs_are_claimed_in_the_order_of_arrival() {
        let store = MemoryStore::new(10);
        let pushed: Vec<_> = ["a", "b", "c"].map(|name| store.push(spec(name)).unwrap()).into();
        let claimed: Vec<_> = std::iter::from_fn(|| store.claim()).map(|job| job.id).collect();
        assert_eq!(claimed, pushed);
        assert_eq!(pushed, [JobId(1), JobId(2), JobId(3)]);
    }

    #[test]
    fn a_full_queue_refuses_and_running_jobs_do_not_count() {
        let store = MemoryStore::new(1);
        store.push(spec("a")).unwrap();
        assert_eq!(store.push(spec("b")).unwrap_err().kind(), ErrorKind::QueueFull);
        store.claim().unwrap();
        assert_eq!(store.push(spec("b")).unwrap(), JobId(2), "a refused job takes no number");
    }

    #[test]
    fn a_job_is_claimed_or_removed_never_both() {
        let store = MemoryStore::new(10);
        let (first, second) = (store.push(spec("a")).unwrap(), store.push(spec("b")).unwrap());
        assert!(store.remove(first) && !store.remove(first));
        assert_eq!(store.claim().unwrap().id, second);
        assert!(!store.remove(second));
        assert!(store.claim().is_none());
    }

    #[test]
    fn counts_follow_a_job_to_its_end() {
        let store = MemoryStore::new(10);
        let id = store.push(spec("a")).unwrap();
        assert_eq!(store.counts(), StoreCounts { queued: 1, running: 0 });
        store.claim().unwrap();
        assert_eq!(store.counts(), StoreCounts { queued: 0, running: 1 });
        store.finish(id, JobState::Succeeded);
        assert_eq!(store.counts(), StoreCounts::default());
    }
}
