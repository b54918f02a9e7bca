//! What an engine's threads share. It does not keep the engine alive: when the last [`Engine`]
//! (super::Engine) goes, the threads finish and let go of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::sys::{Condvar, Mutex};

use super::Runner;
use super::config::EngineConfig;
use super::dispatcher::Dispatcher;
use super::guard::Process;
use super::job::{Job, JobHandle, Subscriber};
use super::lifecycle::Lifecycle;
use super::shutdown::ShutdownMode;
use super::stats::{Stats, Tally};
use crate::context::ThreadBudget;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Outcome;
use crate::spec::{JobSpec, Validate};
use crate::store::{JobId, JobState, Store};

/// The engine behind its handles. Lock order: `board`, then the store's or the dispatcher's;
/// a job's lock is never taken together with these.
pub(crate) struct Shared {
    pub(crate) config: EngineConfig,
    pub(crate) process: Process,
    pub(crate) runner: Arc<dyn Runner>,
    pub(crate) store: Box<dyn Store>,
    pub(crate) budget: Arc<ThreadBudget>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) lifecycle: Lifecycle,
    board: Mutex<Board>,
    work: Condvar,
}

/// All jobs that can be found, and whether more are taken.
#[derive(Default)]
struct Board {
    closed: Option<ShutdownMode>,
    jobs: BTreeMap<JobId, Arc<Job>>,
    /// Of `jobs` those that are over, in the order in which they ended.
    finished: VecDeque<JobId>,
    tally: Tally,
}

impl Shared {
    pub(crate) fn new(config: EngineConfig, runner: Arc<dyn Runner>, store: Box<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            process: Process::current(),
            budget: ThreadBudget::new(config.thread_total()),
            dispatcher: Arc::default(),
            lifecycle: Lifecycle::default(),
            board: Mutex::default(),
            work: Condvar::new(),
            config,
            runner,
            store,
        })
    }

    pub(crate) fn submit(self: &Arc<Self>, spec: JobSpec, subscriber: Subscriber) -> Result<JobHandle> {
        spec.validate()?;
        self.runner.accept(&spec)?;
        let (kind, spec) = (spec.kind(), Arc::new(spec));
        let mut board = self.board.lock();
        if board.closed.is_some() {
            return Err(Error::new(ErrorKind::ShutDown, "the engine has been shut down and takes no jobs"));
        }
        let id = self.store.push(spec)?;
        let job = Job::new(id, kind, self, subscriber);
        self.dispatcher.accept();
        board.jobs.insert(id, Arc::clone(&job));
        board.tally.accepted(kind);
        drop(board);
        job.announce();
        self.work.notify_one();
        Ok(JobHandle::new(&job))
    }

    /// The next job for a worker; waits for one. `None` once the engine is closed and nothing is
    /// queued.
    pub(crate) fn next(&self) -> Option<(Arc<Job>, Arc<JobSpec>)> {
        let mut board = self.board.lock();
        loop {
            while let Some(claimed) = self.store.claim() {
                if let Some(job) = board.jobs.get(&claimed.id) {
                    return Some((Arc::clone(job), claimed.spec));
                }
            }
            if board.closed.is_some() {
                return None;
            }
            self.work.wait(&mut board);
        }
    }

    /// Ends a job. The books are right before the end is visible, so that who has waited for a job
    /// finds it counted.
    pub(crate) fn complete(&self, job: &Arc<Job>, result: Result<Arc<Outcome>>) {
        self.complete_as(job, result, false);
    }

    pub(crate) fn complete_as(&self, job: &Arc<Job>, result: Result<Arc<Outcome>>, panicked: bool) {
        let state = job.settle(result, panicked);
        drop(self.retire(job.id, state));
        job.publish(state);
    }

    /// Books a finished job; returns the one that can no longer be found.
    fn retire(&self, id: JobId, state: JobState) -> Option<Arc<Job>> {
        let mut board = self.board.lock();
        self.store.finish(id, state);
        board.tally.ended(state);
        board.finished.push_back(id);
        if board.finished.len() <= self.config.keep_finished {
            return None;
        }
        let oldest = board.finished.pop_front()?;
        board.jobs.remove(&oldest)
    }

    /// Takes no more jobs, and cancels those that the mode says. A later, stricter mode adds to an
    /// earlier one; a milder one changes nothing.
    pub(crate) fn close(&self, mode: ShutdownMode) {
        let mut board = self.board.lock();
        let mode = board.closed.map_or(mode, |before| before.max(mode));
        board.closed = Some(mode);
        let queued = match mode {
            ShutdownMode::Drain => Vec::new(),
            // Under the lock, so that no worker claims one of them meanwhile.
            ShutdownMode::FinishRunning | ShutdownMode::Now => self.take_queued(&board),
        };
        let rest: Vec<_> = match mode {
            ShutdownMode::Drain | ShutdownMode::FinishRunning => Vec::new(),
            ShutdownMode::Now => board.jobs.values().cloned().collect(),
        };
        drop(board);
        self.work.notify_all();
        for job in queued {
            job.raise();
            self.complete(&job, Err(Error::cancelled().with("reason", "shut_down")));
        }
        for job in rest {
            job.cancel();
        }
    }

    fn take_queued(&self, board: &Board) -> Vec<Arc<Job>> {
        board.jobs.values().filter(|job| self.store.remove(job.id)).cloned().collect()
    }

    pub(crate) fn job(&self, id: JobId) -> Option<JobHandle> {
        self.board.lock().jobs.get(&id).map(JobHandle::new)
    }

    pub(crate) fn jobs(&self) -> Vec<JobHandle> {
        self.board.lock().jobs.values().map(JobHandle::new).collect()
    }

    pub(crate) fn stats(&self) -> Stats {
        let (tally, closed, counts) = {
            let board = self.board.lock();
            (board.tally.clone(), board.closed, self.store.counts())
        };
        Stats {
            queued: counts.queued,
            running: counts.running,
            succeeded: tally.succeeded,
            failed: tally.failed,
            cancelled: tally.cancelled,
            kinds: tally.kinds,
            workers: self.config.workers,
            queue_capacity: self.config.queue_capacity,
            threads: self.budget.total(),
            threads_leased: self.budget.leased(),
            callback_panics: self.dispatcher.panics(),
            shut_down: closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::outcome::Thumbnail;
    use crate::spec::ProbeSpec;
    use crate::sys::holds_in_child;

    fn engine() -> Engine {
        let outcome = || Outcome::Thumbnail(Thumbnail { output: "a".into(), width: 2, height: 2, time: 0.0 });
        Engine::with_runner(EngineConfig::default(), Arc::new(move |_: &_, _: &_| Ok(outcome()))).unwrap()
    }

    fn spec() -> JobSpec {
        JobSpec::Probe(ProbeSpec { source: "a".into() })
    }

    fn is_forked<T>(result: Result<T>) -> bool {
        result.err().is_some_and(|error| error.kind() == ErrorKind::EngineForked)
    }

    /// The board's lock is held at the fork, and so for ever in the child: a call that took it
    /// would hang until the kernel ends the child, which fails the test.
    #[test]
    fn no_call_of_a_forked_engine_hangs() {
        let engine = engine();
        let board = engine.owner.shared.board.lock();
        let queue = engine.owner.shared.dispatcher.hold();
        assert!(holds_in_child(|| {
            let empty = engine.jobs().is_empty() && engine.job(JobId(1)).is_none();
            let refused = is_forked(engine.submit(spec()))
                && is_forked(engine.check())
                && ShutdownMode::ALL.iter().all(|mode| is_forked(engine.shutdown(*mode, None)));
            drop(engine.clone());
            empty && refused && engine.stats() == Stats::default() && engine.config().workers == 2
        }));
        drop((queue, board));
        engine.submit(spec()).unwrap().wait(None).unwrap();
    }

    /// What keeps the test above honest.
    #[test]
    fn a_lock_held_at_the_fork_is_held_in_the_child() {
        let engine = engine();
        let board = engine.owner.shared.board.lock();
        assert!(holds_in_child(|| engine.owner.shared.board.is_locked()));
        drop(board);
        // Workers take the lock, too; once they are joined nobody does.
        engine.shutdown(ShutdownMode::Now, None).unwrap();
        assert!(!holds_in_child(|| engine.owner.shared.board.is_locked()));
    }

    #[test]
    fn dropping_the_last_engine_in_a_child_does_nothing() {
        let engine = engine();
        let (shared, handle) = (Arc::clone(&engine.owner.shared), engine.submit(spec()).unwrap());
        let engine = std::cell::Cell::new(Some(engine));
        handle.wait(None).unwrap();
        let board = shared.board.lock();
        assert!(holds_in_child(|| {
            drop(engine.take());
            is_forked(handle.wait(None))
        }));
        drop(board);
        let engine = engine.take().unwrap();
        engine.submit(spec()).unwrap().wait(None).unwrap();
    }

    #[test]
    fn a_job_that_was_cancelled_between_claim_and_begin_does_not_begin() {
        let runner = Arc::new(|_: &JobSpec, _: &crate::context::Context| Err(Error::internal("never run")));
        let store = Box::new(crate::store::MemoryStore::new(10));
        let shared = Shared::new(EngineConfig::default(), runner, store);
        let handle = shared.submit(spec(), Subscriber::new()).unwrap();
        let (job, _) = shared.next().unwrap();
        assert!(handle.cancel());
        assert_eq!(handle.state(), JobState::Queued, "it is the worker's to end");
        assert!(!job.begin());
    }
}
