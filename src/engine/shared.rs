//! What an engine's threads share. It does not keep the engine alive: when the last [`Engine`]
//! (super::Engine) goes, the threads finish and let go of it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use crate::sys::{Condvar, Mutex, now, resident_bytes};

use super::Runner;
use super::config::EngineConfig;
use super::dispatcher::Dispatcher;
use super::guard::Process;
use super::job::{Alarm, Deadline, Job, JobHandle, Limits, Subscriber};
use super::lifecycle::Lifecycle;
use super::metrics::prometheus;
use super::shutdown::ShutdownMode;
use super::stats::{KindStats, Stats, Tally};
use super::timer::Timer;
use crate::context::ThreadBudget;
use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Outcome;
use crate::spec::{JobSpec, SubmitOptions, Validate};
use crate::store::{JobId, JobState, Store};

/// Finished jobs whose progress events are kept, the newest ones; of older ones the last event is.
const KEEP_EVENTS_OF: usize = 100;

/// The engine behind its handles. Lock order: `board`, then the store's or the dispatcher's;
/// a job's lock and the timer's are never taken together with these.
pub(crate) struct Shared {
    pub(crate) config: EngineConfig,
    pub(crate) process: Process,
    pub(crate) runner: Arc<dyn Runner>,
    pub(crate) store: Box<dyn Store>,
    pub(crate) budget: Arc<ThreadBudget>,
    pub(crate) dispatcher: Arc<Dispatcher>,
    pub(crate) timer: Timer,
    pub(crate) lifecycle: Lifecycle,
    board: Mutex<Board>,
    work: Condvar,
}

/// All jobs that can be found, and whether more are taken.
#[derive(Default)]
struct Board {
    closed: Option<ShutdownMode>,
    /// Workers claim nothing.
    paused: bool,
    jobs: BTreeMap<JobId, Arc<Job>>,
    /// When a worker took each of the running jobs.
    claims: HashMap<JobId, Instant>,
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
            timer: Timer::default(),
            lifecycle: Lifecycle::default(),
            board: Mutex::default(),
            work: Condvar::new(),
            config,
            runner,
            store,
        })
    }

    pub(crate) fn submit(
        self: &Arc<Self>,
        spec: JobSpec,
        options: &SubmitOptions,
        subscriber: Subscriber,
    ) -> Result<JobHandle> {
        spec.validate()?;
        options.validate()?;
        self.runner.accept(&spec)?;
        let (kind, spec) = (spec.kind(), Arc::new(spec));
        let mut board = self.board.lock();
        if board.closed.is_some() {
            return Err(Error::new(ErrorKind::ShutDown, "the engine has been shut down and takes no jobs"));
        }
        let id = self.store.push(spec, options)?;
        let job = Job::new(id, kind, self, Limits::from(options), subscriber);
        self.dispatcher.accept();
        board.jobs.insert(id, Arc::clone(&job));
        board.tally.accepted(kind);
        drop(board);
        job.announce();
        self.work.notify_one();
        self.watch(&job);
        Ok(JobHandle::new(&job))
    }

    /// The next job for a worker; waits for one. `None` once the engine is closed and nothing is
    /// queued.
    pub(crate) fn next(&self) -> Option<(Arc<Job>, Arc<JobSpec>)> {
        let mut board = self.board.lock();
        loop {
            while let Some(claimed) = board.may_claim().then(|| self.store.claim()).flatten() {
                if let Some(job) = board.claimed(claimed.id) {
                    return Some((job, claimed.spec));
                }
            }
            if board.closed.is_some() {
                return None;
            }
            self.work.wait(&mut board);
        }
    }

    /// Takes a job out of the queue; `false` where it is not queued (any more). Who took it out
    /// completes it.
    pub(crate) fn withdraw(&self, job: &Job) -> bool {
        let mut board = self.board.lock();
        let withdrawn = self.store.remove(job.id);
        if withdrawn {
            board.tally.withdrawn(job.kind);
        }
        withdrawn
    }

    /// Looks at a job's deadlines now and sees to it that they are looked at in time.
    pub(crate) fn watch(&self, job: &Arc<Job>) {
        if !job.limits.any() {
            return;
        }
        match job.look(now()) {
            Alarm::Off => {}
            Alarm::At(time) => self.timer.set(time, job),
            Alarm::Withdraw => {
                if self.withdraw(job) {
                    self.complete(job, Err(job.limits.error(Deadline::Queue)));
                }
            }
        }
        // It may have ended between the look and the alarm.
        if job.is_settled() {
            self.timer.clear(job.id);
        }
    }

    /// Lets workers claim queued jobs, or not. The running ones go on.
    pub(crate) fn pause(&self, paused: bool) {
        self.board.lock().paused = paused;
        if !paused {
            self.work.notify_all();
        }
    }

    /// Ends a job. The books are right before the end is visible, so that who has waited for a job
    /// finds it counted.
    pub(crate) fn complete(&self, job: &Arc<Job>, result: Result<Arc<Outcome>>) -> JobState {
        self.complete_as(job, result, false)
    }

    pub(crate) fn complete_as(
        &self,
        job: &Arc<Job>,
        result: Result<Arc<Outcome>>,
        panicked: bool,
    ) -> JobState {
        let state = job.settle(result, panicked);
        if job.limits.any() {
            self.timer.clear(job.id);
        }
        let aged = self.retire(job, state);
        if let Some(old) = &aged.quiet {
            old.forget_events();
        }
        drop(aged);
        job.publish(state);
        state
    }

    /// Books a finished job.
    fn retire(&self, job: &Job, state: JobState) -> Aged {
        let mut board = self.board.lock();
        self.store.finish(job.id, state);
        let claimed = board.claims.remove(&job.id);
        let took = claimed.map(|claimed| now().saturating_duration_since(claimed));
        board.tally.ended(job.kind, state, took);
        board.finished.push_back(job.id);
        board.age(self.config.keep_finished)
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
            ShutdownMode::FinishRunning | ShutdownMode::Now => self.take_queued(&mut board),
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

    fn take_queued(&self, board: &mut Board) -> Vec<Arc<Job>> {
        let queued: Vec<_> = board.jobs.values().filter(|job| self.store.remove(job.id)).cloned().collect();
        for job in &queued {
            board.tally.withdrawn(job.kind);
        }
        queued
    }

    pub(crate) fn job(&self, id: JobId) -> Option<JobHandle> {
        self.board.lock().jobs.get(&id).map(JobHandle::new)
    }

    pub(crate) fn jobs(&self) -> Vec<JobHandle> {
        self.board.lock().jobs.values().map(JobHandle::new).collect()
    }

    pub(crate) fn stats(&self) -> Stats {
        self.numbers().0
    }

    pub(crate) fn metrics(&self) -> String {
        let (stats, tally) = self.numbers();
        prometheus(&stats, &tally)
    }

    /// The numbers, and the counters that they come from.
    fn numbers(&self) -> (Stats, Tally) {
        let board = self.board.lock();
        let (tally, closed, paused) = (board.tally.clone(), board.closed, board.paused);
        let counts = self.store.counts();
        drop(board);
        let stats = Stats {
            queued: counts.queued,
            running: counts.running,
            succeeded: tally.sum(|kind| kind.succeeded),
            failed: tally.sum(|kind| kind.failed),
            cancelled: tally.sum(|kind| kind.cancelled),
            kinds: tally.kinds.iter().map(|(name, kind)| (*name, KindStats::from(kind))).collect(),
            wait: tally.quantiles(|kind| &kind.wait),
            run: tally.quantiles(|kind| &kind.run),
            workers: self.config.workers,
            queue_capacity: self.config.queue_capacity,
            paused,
            threads: self.budget.total(),
            threads_leased: self.budget.leased(),
            memory_bytes: resident_bytes(),
            callback_panics: self.dispatcher.panics(),
            shut_down: closed,
        };
        (stats, tally)
    }
}

/// Jobs that one more finished job makes old.
struct Aged {
    /// The one that can no longer be found; dropped outside of the lock.
    _gone: Option<Arc<Job>>,
    /// The one whose events are kept no longer.
    quiet: Option<Arc<Job>>,
}

impl Board {
    /// Whether workers may claim jobs; a closed engine has no pause, so that it comes to its end.
    fn may_claim(&self) -> bool {
        !self.paused || self.closed.is_some()
    }

    /// Books a claimed job; `None` where it is not known.
    fn claimed(&mut self, id: JobId) -> Option<Arc<Job>> {
        let (job, time) = (Arc::clone(self.jobs.get(&id)?), now());
        self.claims.insert(id, time);
        self.tally.claimed(job.kind, time.saturating_duration_since(job.submitted));
        Some(job)
    }

    fn age(&mut self, keep: usize) -> Aged {
        let excess = self.finished.len() > keep;
        let gone = excess.then(|| self.finished.pop_front()).flatten();
        let quiet = self.finished.len().checked_sub(KEEP_EVENTS_OF + 1).map(|place| self.finished[place]);
        Aged {
            _gone: gone.and_then(|id| self.jobs.remove(&id)),
            quiet: quiet.and_then(|id| self.jobs.get(&id).cloned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;
    use crate::outcome::Thumbnail;
    use crate::spec::ProbeSpec;
    use crate::sys::{hangs_in_child, holds_in_child};

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

    /// What keeps the test above honest: behind the guard a call hangs.
    #[test]
    fn a_call_without_the_guard_hangs_in_the_child() {
        let engine = engine();
        let board = engine.owner.shared.board.lock();
        assert!(hangs_in_child(|| engine.owner.shared.jobs()));
        drop(board);
        // Workers take the lock, too; once they are joined nobody does.
        engine.shutdown(ShutdownMode::Now, None).unwrap();
        assert!(!hangs_in_child(|| engine.owner.shared.jobs()));
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
    fn a_job_that_is_over_leaves_no_alarm() {
        let engine = engine();
        let options = SubmitOptions {
            queue_timeout_s: Some(1e6),
            run_timeout_s: Some(1e6),
            stall_timeout_s: Some(1e5),
            ..SubmitOptions::default()
        };
        engine.pause().unwrap();
        let submit = || engine.submit_with(spec(), &options, Subscriber::new()).unwrap();
        let (done, cancelled) = (submit(), submit());
        assert_eq!(engine.owner.shared.timer.len(), 2, "one for each job");
        assert!(cancelled.cancel());
        engine.resume().unwrap();
        done.wait(None).unwrap();
        assert_eq!(engine.owner.shared.timer.len(), 0);
    }

    #[test]
    fn a_job_that_was_cancelled_between_claim_and_begin_does_not_begin() {
        let runner = Arc::new(|_: &JobSpec, _: &crate::context::Context| Err(Error::internal("never run")));
        let config = EngineConfig::default();
        let store = Box::new(crate::store::MemoryStore::new(10, config.ageing()));
        let shared = Shared::new(config, runner, store);
        let handle = shared.submit(spec(), &SubmitOptions::default(), Subscriber::new()).unwrap();
        let (job, _) = shared.next().unwrap();
        assert!(handle.cancel());
        assert_eq!(handle.state(), JobState::Queued, "it is the worker's to end");
        assert!(!job.begin());
    }
}
