//! A job inside the engine: its state and the transitions between states.

use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Instant;

use crate::sys::{AtomicU64, Condvar, Mutex, MutexGuard, Ordering, now};

use super::deadline::{Deadline, Limits};
use super::progress::{Due, Tracker};
use super::subscribe::{DoneFn, Listener, Subscriber};
use crate::context::{CancelToken, Report};
use crate::engine::dispatcher::Dispatcher;
use crate::engine::guard::Process;
use crate::engine::shared::Shared;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::{Outcome, Progress};
use crate::store::{JobId, JobState};

/// A job. Lock order: `inner` is the innermost lock; nothing of a host is called or dropped under it.
pub(crate) struct Job {
    pub(crate) id: JobId,
    pub(crate) kind: &'static str,
    pub(crate) process: Process,
    pub(crate) cancel: CancelToken,
    pub(crate) limits: Limits,
    pub(crate) submitted: Instant,
    engine: Weak<Shared>,
    dispatcher: Arc<Dispatcher>,
    pub(super) inner: Mutex<Inner>,
    pub(super) finished: Condvar,
    slots: AtomicU64,
}

/// What changes in a job.
pub(super) struct Inner {
    pub(super) state: JobState,
    /// How it ended, once that is visible.
    pub(super) result: Option<Result<Arc<Outcome>>>,
    /// How it ended, from the moment on which nothing can change it.
    verdict: Option<Result<Arc<Outcome>>>,
    pub(super) tracker: Tracker,
    listeners: Vec<Entry>,
    done: Vec<Box<DoneFn>>,
    pub(super) wakers: Vec<(u64, Waker)>,
    /// The deadline that stopped the job.
    expired: Option<Deadline>,
    /// Whether the job stands in the dispatcher's queue.
    scheduled: bool,
    /// Whether the completion has been delivered.
    delivered: bool,
}

struct Entry {
    listener: Arc<Listener>,
    /// Number of the last event that it was handed.
    seen: u64,
}

/// What a look at a job's deadlines calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// Nothing: the job has no deadline before it, or has been stopped.
    Off,
    /// To look again at that time.
    At(Instant),
    /// To end the job, if it still waits for a worker.
    Withdraw,
}

/// What the dispatcher has to do for a job, collected under the lock and done outside of it.
#[derive(Default)]
pub(crate) struct Delivery {
    /// Events, each with the listeners that have not seen it.
    pub(crate) events: Vec<(Progress, Vec<Arc<Listener>>)>,
    pub(crate) done: Vec<Box<DoneFn>>,
    pub(crate) wakers: Vec<Waker>,
    /// Listeners of a job that is over; dropped after all calls.
    pub(crate) retired: Vec<Arc<Listener>>,
    /// Whether this is the delivery of the completion.
    pub(crate) completes: bool,
    /// When to look again.
    pub(crate) again: Option<Instant>,
}

impl Job {
    pub(crate) fn new(
        id: JobId,
        kind: &'static str,
        shared: &Arc<Shared>,
        limits: Limits,
        subscriber: Subscriber,
    ) -> Arc<Self> {
        let listeners = subscriber.progress.map(|call| Entry { listener: Listener::new(call), seen: 0 });
        let inner = Inner {
            state: JobState::Queued,
            result: None,
            verdict: None,
            tracker: Tracker::new(),
            listeners: listeners.into_iter().collect(),
            done: subscriber.done.into_iter().collect(),
            wakers: Vec::new(),
            expired: None,
            scheduled: false,
            delivered: false,
        };
        Arc::new(Self {
            id,
            kind,
            process: shared.process,
            cancel: CancelToken::default(),
            limits,
            submitted: now(),
            engine: Arc::downgrade(shared),
            dispatcher: Arc::clone(&shared.dispatcher),
            inner: Mutex::new(inner),
            finished: Condvar::new(),
            slots: AtomicU64::new(0),
        })
    }

    /// A number for a handle's waker.
    pub(super) fn new_slot(&self) -> u64 {
        self.slots.fetch_add(1, Ordering::Relaxed)
    }

    /// Tells listeners that the job is queued.
    pub(crate) fn announce(self: &Arc<Self>) {
        let inner = self.inner.lock();
        if !inner.listeners.is_empty() {
            self.schedule(inner);
        }
    }

    /// Marks the job as running; `false` where it was cancelled before.
    pub(crate) fn begin(&self) -> bool {
        let mut inner = self.inner.lock();
        if self.cancel.is_cancelled() {
            return false;
        }
        inner.state = JobState::Running;
        inner.tracker.begin(now());
        true
    }

    /// Takes a stage's report. Reports after the end are ignored.
    pub(crate) fn report(self: &Arc<Self>, report: Report) {
        let mut inner = self.inner.lock();
        if inner.verdict.is_some() {
            return;
        }
        match inner.tracker.report(report, now()) {
            Due::Now if inner.listeners.is_empty() => {}
            Due::Now => self.schedule(inner),
            Due::At(time) => {
                drop(inner);
                self.dispatcher.push_at(time, Arc::clone(self));
            }
            Due::Later => {}
        }
    }

    /// Asks the job to stop; `true` for the first request that comes in time.
    pub(crate) fn raise(&self) -> bool {
        let inner = self.inner.lock();
        let effect = inner.verdict.is_none() && !self.cancel.is_cancelled();
        if effect {
            self.cancel.cancel();
        }
        effect
    }

    /// Stops the job: at once where it is queued, else as soon as its stage looks.
    pub(crate) fn cancel(self: &Arc<Self>) -> bool {
        if !self.raise() {
            return false;
        }
        if let Some(shared) = self.engine.upgrade()
            && shared.withdraw(self)
        {
            shared.complete(self, Err(Error::cancelled()));
        }
        true
    }

    /// Looks at the job's deadlines, and stops the job where it has run into one. The first who
    /// stops a job says what it ends with: a cancelled job runs into nothing any more.
    pub(crate) fn look(&self, now: Instant) -> Alarm {
        let mut inner = self.inner.lock();
        if inner.verdict.is_some() || self.cancel.is_cancelled() {
            return Alarm::Off;
        }
        let next = match (inner.state, inner.tracker.moved()) {
            (JobState::Queued, _) => self.limits.of_queued(self.submitted),
            (JobState::Running, Some((began, moved))) => self.limits.of_running(began, moved),
            (JobState::Running | JobState::Succeeded | JobState::Failed | JobState::Cancelled, _) => None,
        };
        match next {
            None => Alarm::Off,
            Some((time, _)) if now < time => Alarm::At(time),
            Some((_, Deadline::Queue)) => Alarm::Withdraw,
            Some((_, deadline @ (Deadline::Run | Deadline::Stall))) => {
                inner.expired = Some(deadline);
                self.cancel.cancel();
                Alarm::Off
            }
        }
    }

    /// Whether it is settled how the job ends.
    pub(crate) fn is_settled(&self) -> bool {
        self.inner.lock().verdict.is_some()
    }

    /// Forgets all progress events but the last.
    pub(crate) fn forget_events(&self) {
        let old = self.inner.lock().tracker.forget();
        drop(old);
    }

    /// Decides how the job ends; from here on nothing changes it, but it is not visible yet.
    /// A stage that stopped because it was asked to has whatever error came of that.
    pub(crate) fn settle(&self, result: Result<Arc<Outcome>>, panicked: bool) -> JobState {
        let mut inner = self.inner.lock();
        let stage = inner.tracker.newest().stage;
        let verdict = result.map_err(|error| {
            let error = if panicked { error } else { self.reason(error, inner.expired) };
            error.at_stage(stage)
        });
        let state = match &verdict {
            Ok(_) => JobState::Succeeded,
            Err(error) if error.kind() == ErrorKind::Cancelled => JobState::Cancelled,
            Err(_) => JobState::Failed,
        };
        inner.verdict = Some(verdict);
        state
    }

    /// The error of a job whose stage ended with this one.
    fn reason(&self, error: Error, expired: Option<Deadline>) -> Error {
        if let Some(deadline) = expired {
            return self.limits.error(deadline).because(error);
        }
        if self.cancel.is_cancelled() && error.kind() != ErrorKind::Cancelled {
            return Error::cancelled().because(error);
        }
        error
    }

    /// Makes the end visible, wakes waiting threads, and leaves the rest to the dispatcher.
    pub(crate) fn publish(self: &Arc<Self>, state: JobState) {
        let mut inner = self.inner.lock();
        inner.tracker.finish(state == JobState::Succeeded, now());
        inner.state = state;
        let result = inner.verdict.clone();
        inner.result = result;
        self.finished.notify_all();
        self.schedule(inner);
    }

    pub(super) fn add_done(self: &Arc<Self>, done: Box<DoneFn>) {
        let mut inner = self.inner.lock();
        inner.done.push(done);
        if inner.result.is_some() {
            self.schedule(inner);
        }
    }

    /// Adds a listener for events after number `seen`, or after the last one.
    pub(super) fn add_listener(self: &Arc<Self>, listener: Arc<Listener>, seen: Option<u64>) {
        let mut inner = self.inner.lock();
        let seen = seen.unwrap_or_else(|| inner.tracker.last_event());
        inner.listeners.push(Entry { listener, seen });
        if inner.result.is_some() || seen < inner.tracker.last_event() {
            self.schedule(inner);
        }
    }

    pub(super) fn remove_listener(&self, listener: &Arc<Listener>) {
        if self.process.is_forked() {
            return;
        }
        let mut inner = self.inner.lock();
        let place = inner.listeners.iter().position(|entry| Arc::ptr_eq(&entry.listener, listener));
        let removed = place.map(|place| inner.listeners.remove(place));
        drop(inner);
        drop(removed);
    }

    /// Puts the job into the dispatcher's queue unless it stands there. After the engine's end
    /// there is no dispatcher; what comes then is delivered right here.
    fn schedule(self: &Arc<Self>, mut inner: MutexGuard<'_, Inner>) {
        let scheduled = std::mem::replace(&mut inner.scheduled, true);
        drop(inner);
        if !scheduled && !self.dispatcher.push(Arc::clone(self)) {
            self.dispatcher.deliver(self, false);
        }
    }

    /// Takes what is to be delivered now. `timed`: this is the look that a held report asked for.
    pub(crate) fn collect(&self, timed: bool) -> Delivery {
        let mut inner = self.inner.lock();
        let mut delivery = Delivery::default();
        if timed {
            delivery.again = inner.tracker.look(now());
        } else {
            inner.scheduled = false;
        }
        inner.hand_out_events(&mut delivery);
        if inner.result.is_some() {
            delivery.done = std::mem::take(&mut inner.done);
            delivery.wakers = inner.wakers.drain(..).map(|(_, waker)| waker).collect();
            delivery.retired = inner.listeners.drain(..).map(|entry| entry.listener).collect();
            delivery.completes = !std::mem::replace(&mut inner.delivered, true);
        }
        delivery
    }
}

impl Inner {
    fn hand_out_events(&mut self, delivery: &mut Delivery) {
        let Some(seen) = self.listeners.iter().map(|entry| entry.seen).min() else { return };
        for event in self.tracker.since(seen) {
            let fresh = self.listeners.iter().filter(|entry| entry.seen < event.seq);
            let listeners = fresh.map(|entry| Arc::clone(&entry.listener)).collect();
            delivery.events.push((event, listeners));
        }
        let last = self.tracker.last_event();
        self.listeners.iter_mut().for_each(|entry| entry.seen = entry.seen.max(last));
    }
}
