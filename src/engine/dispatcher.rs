//! The one thread that calls the host back: progress, completions, wakers.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::Instant;

use crate::sys::{AtomicU64, Condvar, Mutex, Ordering, now};

use super::guard::{Inside, Process, panic_message};
use super::job::{Delivery, Job, JobHandle};
use crate::store::JobId;

/// The dispatcher's queue. A job stands in it at most twice (at once, and at a later time), so it
/// is bounded by the number of jobs, however slow a callback is.
#[derive(Default)]
pub(crate) struct Dispatcher {
    queue: Mutex<Queue>,
    wake: Condvar,
    panics: AtomicU64,
}

#[derive(Default)]
struct Queue {
    ready: VecDeque<Arc<Job>>,
    later: BTreeMap<(Instant, JobId), Arc<Job>>,
    /// What the host itself wants done on the thread.
    calls: VecDeque<Call>,
    /// Accepted jobs whose completion has not been delivered.
    open: usize,
    /// No job will be accepted any more.
    closing: bool,
    /// The thread has ended; nobody looks here any more.
    ended: bool,
}

type Call = Box<dyn FnOnce() + Send>;

/// What the thread does next.
enum Next {
    Call(Call),
    Deliver { job: Arc<Job>, timed: bool },
    Wait(Option<Instant>),
    End,
}

impl Dispatcher {
    /// Counts an accepted job, for whose completion the thread stays.
    pub(crate) fn accept(&self) {
        self.queue.lock().open += 1;
    }

    /// Queues a job for delivery; `false` where the thread has ended.
    pub(crate) fn push(&self, job: Arc<Job>) -> bool {
        let mut queue = self.queue.lock();
        if queue.ended {
            return false;
        }
        queue.ready.push_back(job);
        self.wake.notify_one();
        true
    }

    /// Queues a call of the host; `false` where the thread has ended.
    fn post(&self, call: Call) -> bool {
        let mut queue = self.queue.lock();
        if queue.ended {
            return false;
        }
        queue.calls.push_back(call);
        self.wake.notify_one();
        true
    }

    /// Looks at a job at a later time.
    pub(crate) fn push_at(&self, time: Instant, job: Arc<Job>) {
        let mut queue = self.queue.lock();
        if !queue.ended {
            queue.later.insert((time, job.id), job);
            self.wake.notify_one();
        }
    }

    /// Lets the thread end once every completion has been delivered.
    pub(crate) fn close(&self) {
        self.queue.lock().closing = true;
        self.wake.notify_one();
    }

    /// Panics of callbacks so far.
    pub(crate) fn panics(&self) -> u64 {
        self.panics.load(Ordering::Relaxed)
    }

    /// Holds the queue's lock.
    #[cfg(test)]
    pub(crate) fn hold(&self) -> impl Sized {
        self.queue.lock()
    }

    /// The thread.
    pub(crate) fn run(&self) {
        let mut queue = self.queue.lock();
        loop {
            match queue.next(now()) {
                Next::Deliver { job, timed } => {
                    drop(queue);
                    self.deliver(&job, timed);
                    drop(job);
                    queue = self.queue.lock();
                }
                Next::Call(call) => {
                    drop(queue);
                    let _inside = Inside::enter();
                    self.guarded(&"none", call);
                    queue = self.queue.lock();
                }
                Next::Wait(None) => self.wake.wait(&mut queue),
                Next::Wait(Some(until)) => {
                    self.wake.wait_until(&mut queue, until);
                }
                Next::End => break,
            }
        }
        let rest = std::mem::take(&mut queue.later);
        drop(queue);
        drop(rest);
    }

    /// Delivers what a job has to tell.
    pub(crate) fn deliver(&self, job: &Arc<Job>, timed: bool) {
        let _inside = Inside::enter();
        let delivery = job.collect(timed);
        let (again, completes) = (delivery.again, delivery.completes);
        if completes {
            let state = JobHandle::new(job).state();
            tracing::debug!(job = job.id.0, kind = job.kind, state = state.as_str(), "a job is over");
        }
        self.call(job, delivery);
        if let Some(time) = again {
            self.push_at(time, Arc::clone(job));
        }
        if completes {
            self.queue.lock().open -= 1;
        }
    }

    fn call(&self, job: &Arc<Job>, delivery: Delivery) {
        let handle = JobHandle::new(job);
        for (event, listeners) in delivery.events {
            for listener in listeners {
                self.guarded(&job.id, || listener.hear(&handle, &event));
                self.guarded(&job.id, || drop(listener));
            }
        }
        for done in delivery.done {
            self.guarded(&job.id, || done(&handle));
        }
        for waker in delivery.wakers {
            self.guarded(&job.id, || waker.wake());
        }
        for listener in delivery.retired {
            self.guarded(&job.id, || drop(listener));
        }
    }

    /// Runs a host's code; its panic is reported and goes no further.
    fn guarded(&self, job: &dyn Display, call: impl FnOnce()) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(call)) {
            self.panics.fetch_add(1, Ordering::Relaxed);
            tracing::error!(%job, "a callback panicked: {}", panic_message(&*payload));
        }
    }
}

/// A way onto an engine's dispatcher thread, for what a binding tells its host there beside jobs.
/// It does not keep the engine alive.
#[derive(Clone)]
pub struct DispatcherHandle {
    dispatcher: Weak<Dispatcher>,
    process: Process,
}

impl DispatcherHandle {
    pub(crate) fn new(dispatcher: &Arc<Dispatcher>, process: Process) -> Self {
        Self { dispatcher: Arc::downgrade(dispatcher), process }
    }

    /// Runs `call` soon, on the dispatcher thread and under no lock, after what was posted before;
    /// `false` where the thread has ended or the process is a fork's child, and `call` is dropped.
    /// A panic in it is logged.
    pub fn post(&self, call: impl FnOnce() + Send + 'static) -> bool {
        !self.process.is_forked()
            && self.dispatcher.upgrade().is_some_and(|dispatcher| dispatcher.post(Box::new(call)))
    }
}

impl Queue {
    fn next(&mut self, now: Instant) -> Next {
        if let Some(entry) = self.later.first_entry()
            && entry.key().0 <= now
        {
            return Next::Deliver { job: entry.remove(), timed: true };
        }
        if let Some(call) = self.calls.pop_front() {
            return Next::Call(call);
        }
        if let Some(job) = self.ready.pop_front() {
            return Next::Deliver { job, timed: false };
        }
        if self.closing && self.open == 0 {
            self.ended = true;
            return Next::End;
        }
        Next::Wait(self.later.first_key_value().map(|((time, _), _)| *time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(queue: &mut Queue) -> bool {
        match queue.next(Instant::now()) {
            Next::End => true,
            Next::Call(_) | Next::Deliver { .. } | Next::Wait(_) => false,
        }
    }

    #[test]
    fn the_thread_stays_until_every_completion_is_delivered() {
        let mut queue = Queue { open: 1, ..Queue::default() };
        assert!(!ends(&mut queue), "the engine is open");
        queue.closing = true;
        assert!(!ends(&mut queue) && !queue.ended, "a job is still to be told of");
        queue.open = 0;
        assert!(ends(&mut queue) && queue.ended);
    }
}
