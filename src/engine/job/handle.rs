//! The handle of a job.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::core::Job;
use super::future::WakerSlot;
use super::progress::queued;
use super::subscribe::{Listener, Subscription};
use crate::engine::guard::{forked, may_block};
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::{Outcome, Progress};
use crate::store::{JobId, JobState};
use crate::sys::now;

/// A job: poll it, wait for it, await it, cancel it, listen to it. Clones are handles of the same
/// job. Dropping a handle neither cancels the job nor waits for it, and a handle outlives its
/// engine.
///
/// In a child of a fork every call returns `EngineForked`; where it has no error to return, the
/// job looks as if it had failed with that.
pub struct JobHandle {
    pub(super) job: Arc<Job>,
    pub(super) slot: WakerSlot,
}

impl JobHandle {
    pub(crate) fn new(job: &Arc<Job>) -> Self {
        Self { job: Arc::clone(job), slot: WakerSlot::default() }
    }

    /// The job's number.
    pub fn id(&self) -> JobId {
        self.job.id
    }

    /// What kind of job it is, as [`JobSpec::kind`](crate::spec::JobSpec::kind) names it.
    pub fn kind(&self) -> &'static str {
        self.job.kind
    }

    /// `Err(EngineForked)` in a child of the process that made the engine.
    pub fn check(&self) -> Result<()> {
        self.job.process.check()
    }

    /// Where the job stands.
    pub fn state(&self) -> JobState {
        if self.job.process.is_forked() {
            return JobState::Failed;
        }
        self.job.inner.lock().state
    }

    /// The newest progress, also where its event is held back.
    pub fn progress(&self) -> Progress {
        if self.job.process.is_forked() {
            return queued(forked().message(), 0);
        }
        self.job.inner.lock().tracker.newest().clone()
    }

    /// The last progress events (at most 256) with a number above `seq`, oldest first.
    pub fn events_since(&self, seq: u64) -> Vec<Progress> {
        if self.job.process.is_forked() {
            return Vec::new();
        }
        self.job.inner.lock().tracker.since(seq)
    }

    /// Waits until the job is over, whatever its result; for ever where there is no timeout.
    ///
    /// `Err(Timeout)` where it is not over in time, `Err(WouldDeadlock)` inside a job or a callback,
    /// also where the job is over already.
    pub fn wait(&self, timeout: Option<Duration>) -> Result<()> {
        self.check()?;
        may_block("wait for a job")?;
        let deadline = timeout.and_then(|timeout| now().checked_add(timeout));
        let mut inner = self.job.inner.lock();
        while inner.result.is_none() {
            let Some(deadline) = deadline else {
                self.job.finished.wait(&mut inner);
                continue;
            };
            if self.job.finished.wait_until(&mut inner, deadline) && inner.result.is_none() {
                return Err(timed_out(self.job.id));
            }
        }
        Ok(())
    }

    /// The result, once the job is over.
    pub fn result(&self) -> Option<Result<Arc<Outcome>>> {
        if self.job.process.is_forked() {
            return Some(Err(forked()));
        }
        self.job.inner.lock().result.clone()
    }

    /// The error, once the job is over without success.
    pub fn error(&self) -> Option<Error> {
        self.result()?.err()
    }

    /// Asks the job to stop and returns at once. A queued job is cancelled right then, a running
    /// one as soon as its stage looks; one that succeeds all the same has succeeded.
    ///
    /// `true` where the request had an effect: the first one, before the job was over.
    pub fn cancel(&self) -> bool {
        !self.job.process.is_forked() && self.job.cancel()
    }

    /// Calls `done` exactly once when the job is over, however it ends, on the dispatcher thread
    /// and after the job's last progress event. Where the engine has ended by then, it is called
    /// right here. A panic in it is logged and changes nothing.
    pub fn on_done(&self, done: impl FnOnce(&Self) + Send + 'static) {
        if !self.job.process.is_forked() {
            self.job.add_done(Box::new(done));
        }
    }

    /// Calls `listen` on the dispatcher thread with each progress event from now on, until the
    /// subscription is dropped or the job is over. A panic in it is logged and changes nothing.
    pub fn subscribe(&self, listen: impl Fn(&Self, &Progress) + Send + Sync + 'static) -> Subscription {
        self.listen(None, listen)
    }

    /// As [`subscribe`](Self::subscribe), but begins with the kept events after number `seq`, so
    /// that one who has read that far misses none and hears none twice.
    pub fn subscribe_since(
        &self,
        seq: u64,
        listen: impl Fn(&Self, &Progress) + Send + Sync + 'static,
    ) -> Subscription {
        self.listen(Some(seq), listen)
    }

    fn listen(
        &self,
        seen: Option<u64>,
        listen: impl Fn(&Self, &Progress) + Send + Sync + 'static,
    ) -> Subscription {
        if self.job.process.is_forked() {
            return Subscription::inert();
        }
        let listener = Listener::new(Box::new(listen));
        let subscription = Subscription::new(&self.job, &listener);
        self.job.add_listener(listener, seen);
        subscription
    }
}

fn timed_out(id: JobId) -> Error {
    Error::new(ErrorKind::Timeout, format!("job {id} was not over in time; it goes on"))
}

impl Clone for JobHandle {
    fn clone(&self) -> Self {
        Self::new(&self.job)
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.slot.clear(&self.job);
    }
}

impl fmt::Debug for JobHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobHandle")
            .field("id", &self.job.id)
            .field("kind", &self.job.kind)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::engine::{Engine, EngineConfig};
    use crate::outcome::Thumbnail;
    use crate::spec::{JobSpec, ProbeSpec};
    use crate::sys::holds_in_child;

    fn is_forked(error: Option<Error>) -> bool {
        error.is_some_and(|error| error.kind() == ErrorKind::EngineForked)
    }

    /// The job's lock is held at the fork, and so for ever in the child.
    #[test]
    fn no_call_of_a_forked_handle_hangs() {
        let outcome = || Outcome::Thumbnail(Thumbnail { output: "a".into(), width: 2, height: 2, time: 0.0 });
        let (release, released) = crossbeam_channel::bounded::<()>(1);
        let runner = Arc::new(move |_: &JobSpec, _: &crate::context::Context| {
            released.recv().map(|()| outcome()).map_err(|_| Error::internal("never let go"))
        });
        let engine = Engine::with_runner(EngineConfig::default(), runner).unwrap();
        let handle = engine.submit(JobSpec::Probe(ProbeSpec { source: "a".into() })).unwrap();
        let subscription = handle.subscribe(|_, _| {});
        let listening = std::cell::Cell::new(Some(subscription));
        let lock = handle.job.inner.lock();
        assert!(holds_in_child(|| {
            handle.on_done(|_| std::process::abort());
            drop((handle.subscribe(|_, _| {}), listening.take()));
            let polled = pin!(handle.clone()).poll(&mut Context::from_waker(Waker::noop()));
            let awaited = match polled {
                Poll::Ready(result) => is_forked(result.err()),
                Poll::Pending => false,
            };
            let quiet = !handle.cancel() && handle.events_since(0).is_empty() && handle.progress().seq == 0;
            awaited
                && quiet
                && is_forked(handle.check().err())
                && is_forked(handle.wait(None).err())
                && is_forked(handle.error())
                && (handle.state(), handle.id(), handle.kind()) == (JobState::Failed, JobId(1), "probe")
        }));
        drop(lock);
        release.send(()).unwrap();
        handle.wait(None).unwrap();
        assert_eq!(handle.state(), JobState::Succeeded);
    }
}
