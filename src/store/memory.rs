//! A queue that lives as long as the process.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sys::{Mutex, now};

use super::{JobId, JobState, QueuedJob, Store, StoreCounts};
use crate::error::{Error, ErrorKind, Result};
use crate::spec::{JobSpec, SubmitOptions};

/// A [`Store`] in memory.
#[derive(Debug)]
pub struct MemoryStore {
    capacity: usize,
    ageing: Duration,
    opened: Instant,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last: u64,
    /// In the order in which they are claimed.
    queued: BTreeMap<Turn, Arc<JobSpec>>,
    turns: HashMap<JobId, Turn>,
    running: HashSet<JobId>,
}

/// A job's place in the queue; the least is claimed first.
///
/// Every job gains one step of priority in each ageing time, so two jobs keep their order while
/// they wait, and it is settled on arrival: a step of priority is worth as much as to have come one
/// ageing time earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    /// Nanoseconds from the store's opening to the arrival, less those that the priority is worth.
    at: i128,
    /// Numbers grow in the order of arrival.
    id: JobId,
}

impl MemoryStore {
    /// An empty store that holds at most `capacity` queued jobs, whose priority rises by one in each
    /// `ageing` that they wait.
    pub fn new(capacity: usize, ageing: Duration) -> Self {
        Self { capacity, ageing, opened: now(), state: Mutex::default() }
    }

    /// Queues a job that came so long after the opening.
    fn push_at(&self, arrival: Duration, spec: Arc<JobSpec>, priority: i32) -> Result<JobId> {
        let mut state = self.state.lock();
        if state.queued.len() >= self.capacity {
            return Err(queue_full(self.capacity));
        }
        state.last += 1;
        let id = JobId(state.last);
        let at = nanoseconds(arrival) - nanoseconds(self.ageing) * i128::from(priority);
        let turn = Turn { at, id };
        state.queued.insert(turn, spec);
        state.turns.insert(id, turn);
        Ok(id)
    }
}

/// Durations stay below 2^94 ns, so this is exact.
fn nanoseconds(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
}

impl Store for MemoryStore {
    fn push(&self, spec: Arc<JobSpec>, options: &SubmitOptions) -> Result<JobId> {
        self.push_at(now().saturating_duration_since(self.opened), spec, options.priority)
    }

    fn claim(&self) -> Option<QueuedJob> {
        let mut state = self.state.lock();
        let (Turn { id, .. }, spec) = state.queued.pop_first()?;
        state.turns.remove(&id);
        state.running.insert(id);
        Some(QueuedJob { id, spec })
    }

    fn remove(&self, id: JobId) -> bool {
        let mut state = self.state.lock();
        let turn = state.turns.remove(&id);
        turn.is_some_and(|turn| state.queued.remove(&turn).is_some())
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

    const AGEING: Duration = Duration::from_secs(30);

    fn spec() -> Arc<JobSpec> {
        Arc::new(JobSpec::Probe(ProbeSpec { source: "a".into() }))
    }

    fn store(capacity: usize) -> MemoryStore {
        MemoryStore::new(capacity, AGEING)
    }

    fn push(store: &MemoryStore) -> Result<JobId> {
        store.push(spec(), &SubmitOptions::default())
    }

    /// The numbers in which jobs that came at these seconds, with these priorities, are claimed.
    fn claimed(arrivals: &[(f64, i32)]) -> Vec<u64> {
        let store = store(100);
        for (seconds, priority) in arrivals {
            store.push_at(Duration::from_secs_f64(*seconds), spec(), *priority).unwrap();
        }
        std::iter::from_fn(|| store.claim()).map(|job| job.id.0).collect()
    }

    #[test]
    fn jobs_of_one_priority_are_claimed_in_the_order_of_arrival() {
        let store = store(10);
        let pushed: Vec<_> = (0..3).map(|_| push(&store).unwrap()).collect();
        let claimed: Vec<_> = std::iter::from_fn(|| store.claim()).map(|job| job.id).collect();
        assert_eq!(claimed, pushed);
        assert_eq!(pushed, [JobId(1), JobId(2), JobId(3)]);
    }

    #[test]
    fn a_higher_priority_goes_first() {
        assert_eq!(claimed(&[(0.0, 0), (0.0, -100), (0.0, 100), (0.0, 1), (0.0, 0)]), [3, 4, 1, 5, 2]);
    }

    #[test]
    fn each_ageing_time_waited_is_worth_one_step() {
        assert_eq!(claimed(&[(0.0, 0), (29.9, 1)]), [2, 1]);
        assert_eq!(claimed(&[(0.0, 0), (30.1, 1)]), [1, 2]);
        assert_eq!(claimed(&[(0.0, -100), (5999.9, 100), (6000.1, 100)]), [2, 1, 3]);
    }

    /// One important job comes each second, and one job a second can be done: without ageing the
    /// job of least priority would be claimed last.
    #[test]
    fn a_steady_stream_of_important_jobs_does_not_starve_another() {
        let mut arrivals = vec![(0.0, 0)];
        arrivals.extend((0..90).map(|second| (f64::from(second), 2)));
        let place = |order: Vec<u64>| order.iter().position(|id| *id == 1).unwrap();
        assert_eq!(place(claimed(&arrivals)), 60, "two steps, 30 s each");
        let unaged = MemoryStore::new(100, Duration::from_hours(24));
        for (seconds, priority) in arrivals {
            unaged.push_at(Duration::from_secs_f64(seconds), spec(), priority).unwrap();
        }
        assert_eq!(place(std::iter::from_fn(|| unaged.claim()).map(|job| job.id.0).collect()), 90);
    }

    #[test]
    fn a_full_queue_refuses_and_running_jobs_do_not_count() {
        let store = store(1);
        push(&store).unwrap();
        assert_eq!(push(&store).unwrap_err().kind(), ErrorKind::QueueFull);
        store.claim().unwrap();
        assert_eq!(push(&store).unwrap(), JobId(2), "a refused job takes no number");
    }

    #[test]
    fn a_job_is_claimed_or_removed_never_both() {
        let store = store(10);
        let (first, second) = (push(&store).unwrap(), push(&store).unwrap());
        assert!(store.remove(first) && !store.remove(first));
        assert_eq!(store.claim().unwrap().id, second);
        assert!(!store.remove(second));
        assert!(store.claim().is_none());
    }

    #[test]
    fn counts_follow_a_job_to_its_end() {
        let store = store(10);
        let id = push(&store).unwrap();
        assert_eq!(store.counts(), StoreCounts { queued: 1, running: 0 });
        store.claim().unwrap();
        assert_eq!(store.counts(), StoreCounts { queued: 0, running: 1 });
        store.finish(id, JobState::Succeeded);
        assert_eq!(store.counts(), StoreCounts::default());
    }
}
