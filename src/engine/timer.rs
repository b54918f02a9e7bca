//! The one thread that looks at deadlines. It calls nobody but the engine: however slow a callback
//! of the host is, a deadline is kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use super::job::Job;
use crate::store::JobId;
use crate::sys::{Condvar, Mutex, now};

/// When to look at which job; a job has at most one alarm.
#[derive(Default)]
pub(crate) struct Timer {
    alarms: Mutex<Alarms>,
    wake: Condvar,
}

#[derive(Default)]
struct Alarms {
    due: BTreeMap<(Instant, JobId), Arc<Job>>,
    times: HashMap<JobId, Instant>,
    closed: bool,
}

impl Timer {
    /// Sees to it that a job is looked at by then. Several threads may have looked at it before, in
    /// any order: an earlier alarm stays, because one that comes too early costs a look, and one
    /// that comes too late breaks a promise.
    pub(crate) fn set(&self, time: Instant, job: &Arc<Job>) {
        let mut alarms = self.alarms.lock();
        let early_enough = alarms.times.get(&job.id).is_some_and(|set| *set <= time);
        if alarms.closed || early_enough {
            return;
        }
        let before = alarms.take(job.id);
        alarms.times.insert(job.id, time);
        alarms.due.insert((time, job.id), Arc::clone(job));
        self.wake.notify_one();
        drop(alarms);
        drop(before);
    }

    /// Takes a job's alarm away.
    pub(crate) fn clear(&self, id: JobId) {
        let before = self.alarms.lock().take(id);
        drop(before);
    }

    /// Lets the thread end.
    pub(crate) fn close(&self) {
        self.alarms.lock().closed = true;
        self.wake.notify_one();
    }

    /// Alarms that are set.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.alarms.lock().due.len()
    }

    /// The thread: hands each job whose time has come to `ring`, without its alarm.
    pub(crate) fn run(&self, ring: impl Fn(&Arc<Job>)) {
        let mut alarms = self.alarms.lock();
        while !alarms.closed {
            if let Some(job) = alarms.take_due(now()) {
                drop(alarms);
                ring(&job);
                drop(job);
                alarms = self.alarms.lock();
                continue;
            }
            match alarms.next() {
                None => self.wake.wait(&mut alarms),
                Some(time) => {
                    self.wake.wait_until(&mut alarms, time);
                }
            }
        }
        let rest = std::mem::take(&mut alarms.due);
        drop(alarms);
        drop(rest);
    }
}

impl Alarms {
    fn next(&self) -> Option<Instant> {
        self.due.first_key_value().map(|((time, _), _)| *time)
    }

    fn take_due(&mut self, now: Instant) -> Option<Arc<Job>> {
        let entry = self.due.first_entry().filter(|entry| entry.key().0 <= now)?;
        self.times.remove(&entry.key().1);
        Some(entry.remove())
    }

    fn take(&mut self, id: JobId) -> Option<Arc<Job>> {
        let time = self.times.remove(&id)?;
        self.due.remove(&(time, id))
    }
}
