//! Listening to a job.

use std::sync::{Arc, Weak};

use super::JobHandle;
use super::core::Job;
use crate::outcome::Progress;
use crate::sys::{AtomicBool, Ordering};

/// Called with each progress event, on the dispatcher thread.
pub(crate) type ProgressFn = dyn Fn(&JobHandle, &Progress) + Send + Sync;
/// Called once when the job is over, on the dispatcher thread.
pub(crate) type DoneFn = dyn FnOnce(&JobHandle) + Send;

/// Callbacks that are in place before a job can start, so that they miss nothing.
#[derive(Default)]
pub struct Subscriber {
    pub(crate) progress: Option<Box<ProgressFn>>,
    pub(crate) done: Option<Box<DoneFn>>,
}

impl Subscriber {
    /// One that listens to nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls `listen` with each progress event, the first of which says that the job is queued.
    #[must_use]
    pub fn on_progress(mut self, listen: impl Fn(&JobHandle, &Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Box::new(listen));
        self
    }

    /// Calls `done` exactly once, when the job is over and after its last progress event.
    #[must_use]
    pub fn on_done(mut self, done: impl FnOnce(&JobHandle) + Send + 'static) -> Self {
        self.done = Some(Box::new(done));
        self
    }
}

/// One listener of a job.
pub(crate) struct Listener {
    active: AtomicBool,
    call: Box<ProgressFn>,
}

impl Listener {
    pub(crate) fn new(call: Box<ProgressFn>) -> Arc<Self> {
        Arc::new(Self { active: AtomicBool::new(true), call })
    }

    pub(crate) fn hear(&self, handle: &JobHandle, event: &Progress) {
        if self.active.load(Ordering::Acquire) {
            (self.call)(handle, event);
        }
    }
}

/// A place among a job's listeners; dropping it ends the delivery. A call that is under way on the
/// dispatcher thread at that moment still finishes.
#[must_use = "dropping a subscription ends it; detach it to listen until the job is over"]
pub struct Subscription {
    job: Weak<Job>,
    listener: Weak<Listener>,
}

impl Subscription {
    pub(crate) fn new(job: &Arc<Job>, listener: &Arc<Listener>) -> Self {
        Self { job: Arc::downgrade(job), listener: Arc::downgrade(listener) }
    }

    /// One that never delivers.
    pub(crate) fn inert() -> Self {
        Self { job: Weak::new(), listener: Weak::new() }
    }

    /// Ends the delivery. The same as dropping it.
    pub fn unsubscribe(self) {
        drop(self);
    }

    /// Keeps the delivery until the job is over.
    pub fn detach(mut self) {
        self.listener = Weak::new();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let (Some(job), Some(listener)) = (self.job.upgrade(), self.listener.upgrade()) {
            listener.active.store(false, Ordering::Release);
            job.remove_listener(&listener);
        }
    }
}
