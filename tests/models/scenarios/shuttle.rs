//! What is run under shuttle: whole engines with their own threads, and hosts that do what hosts
//! do. Each scenario is one schedule; it panics, or shuttle finds that nothing can go on, where a
//! promise is broken.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use super::{Engine, EngineConfig, JobHandle, JobState, ShutdownMode, SubmitOptions, Subscriber};
use crate::context::Context;
use crate::error::{ErrorKind, Result};
use crate::outcome::{Outcome, Thumbnail};
use crate::spec::{JobSpec, ProbeSpec};

/// All of them, by name.
pub const ALL: [(&str, fn()); 6] = [
    ("hosts_submit_wait_and_cancel", hosts_submit_wait_and_cancel),
    ("hosts_await_and_let_go", hosts_await_and_let_go),
    ("a_shutdown_meets_submit_and_cancel", a_shutdown_meets_submit_and_cancel),
    ("a_pause_meets_submit_and_drain", a_pause_meets_submit_and_drain),
    ("deadlines_meet_start_end_and_cancel", deadlines_meet_start_end_and_cancel),
    ("callbacks_call_back", callbacks_call_back),
];

fn job(name: &str) -> JobSpec {
    JobSpec::Probe(ProbeSpec { source: name.into() })
}

/// A stage: reports, and looks whether it shall stop. `stuck` does nothing else.
fn stage(spec: &JobSpec, context: &Context) -> Result<Outcome> {
    context.progress.set(0.5, "half");
    let JobSpec::Probe(probe) = spec else { panic!("not a fake job") };
    while probe.source.as_os_str() == "stuck" {
        context.cancel.check()?;
        thread::yield_now();
    }
    context.cancel.check()?;
    Ok(Outcome::Thumbnail(Thumbnail { output: "a".into(), width: 2, height: 2, time: 0.0 }))
}

/// An engine, the completions that it delivered, and the jobs that it took.
#[derive(Clone)]
struct Host {
    engine: Engine,
    taken: Arc<AtomicU64>,
    told: Arc<AtomicU64>,
}

impl Host {
    fn new(workers: usize) -> Self {
        crate::sys::reset_clock();
        let config = EngineConfig { workers, threads: 2, ..EngineConfig::default() };
        let engine = Engine::with_runner(config, Arc::new(stage)).unwrap();
        Self { engine, taken: Arc::default(), told: Arc::default() }
    }

    fn subscriber(&self) -> Subscriber {
        let told = Arc::clone(&self.told);
        Subscriber::new().on_progress(|_, _| {}).on_done(move |handle| {
            assert!(handle.state().is_finished());
            told.fetch_add(1, Ordering::SeqCst);
        })
    }

    fn submit(&self, name: &str, options: &SubmitOptions) -> Option<JobHandle> {
        match self.engine.submit_with(job(name), options, self.subscriber()) {
            Ok(handle) => {
                self.taken.fetch_add(1, Ordering::SeqCst);
                Some(handle)
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ShutDown);
                None
            }
        }
    }

    fn take(&self) -> JobHandle {
        self.submit("a", &SubmitOptions::default()).expect("the engine is open")
    }

    /// Ends the engine; every job that it took is over, was counted once and told of once.
    fn close(self, mode: ShutdownMode) {
        self.engine.shutdown(mode, None).unwrap();
        let (taken, told) = (self.taken.load(Ordering::SeqCst), self.told.load(Ordering::SeqCst));
        let stats = self.engine.stats();
        assert_eq!((stats.queued, stats.running, stats.callback_panics), (0, 0, 0));
        assert_eq!(stats.succeeded + stats.failed + stats.cancelled, taken);
        assert_eq!(told, taken);
        assert!(stats.kinds.values().all(|kind| (kind.queued, kind.running) == (0, 0)));
        assert!(self.engine.jobs().iter().all(|handle| check(handle).is_finished()));
    }
}

/// A finished job's state and result agree.
fn check(handle: &JobHandle) -> JobState {
    let (state, error) = (handle.state(), handle.error());
    match state {
        JobState::Succeeded => assert!(error.is_none()),
        JobState::Cancelled => assert_eq!(error.unwrap().kind(), ErrorKind::Cancelled),
        JobState::Failed => assert_eq!(error.unwrap().kind(), ErrorKind::Timeout),
        JobState::Queued | JobState::Running => panic!("{state}"),
    }
    state
}

/// Two hosts, two workers; each job is waited for, every second one cancelled by its host.
pub fn hosts_submit_wait_and_cancel() {
    let host = Host::new(2);
    let hosts: Vec<_> = (0..2)
        .map(|_| {
            let host = host.clone();
            thread::spawn(move || {
                let (kept, cancelled) = (host.take(), host.take());
                let effect = cancelled.cancel();
                assert!(!cancelled.cancel(), "once is enough");
                cancelled.wait(None).unwrap();
                assert!(effect || check(&cancelled) == JobState::Succeeded);
                kept.wait(None).unwrap();
                assert_eq!(check(&kept), JobState::Succeeded);
            })
        })
        .collect();
    hosts.into_iter().for_each(|host| host.join().unwrap());
    host.close(ShutdownMode::Drain);
}

/// A job is awaited by two tasks, and by one that gives up.
pub fn hosts_await_and_let_go() {
    let host = Host::new(1);
    let handle = host.take();
    let awaiting: Vec<_> = (0..2)
        .map(|_| {
            let handle = handle.clone();
            thread::spawn(move || shuttle::future::block_on(handle).unwrap())
        })
        .collect();
    let mut given_up = handle.clone();
    let waker = std::task::Waker::noop();
    let _ = std::pin::Pin::new(&mut given_up).poll(&mut std::task::Context::from_waker(waker));
    drop(given_up);
    handle.subscribe_since(0, |_, _| {}).unsubscribe();
    awaiting.into_iter().for_each(|task| drop(task.join().unwrap()));
    host.close(ShutdownMode::Drain);
}

/// Two hosts shut the engine down, in any of its ways, while a third submits and cancels.
pub fn a_shutdown_meets_submit_and_cancel() {
    let host = Host::new(2);
    let submitting = host.clone();
    let submits = thread::spawn(move || {
        for number in 0..3 {
            let Some(handle) = submitting.submit("a", &SubmitOptions::default()) else { break };
            if number == 1 {
                handle.cancel();
            }
            if number == 2 {
                handle.wait(None).unwrap();
            }
        }
    });
    let other = host.clone();
    let closes = thread::spawn(move || {
        let mode = ShutdownMode::ALL[thread_rng().gen_range(0..3)];
        other.engine.shutdown(mode, None).unwrap();
    });
    let mode = ShutdownMode::ALL[thread_rng().gen_range(0..3)];
    host.engine.shutdown(mode, None).unwrap();
    submits.join().unwrap();
    closes.join().unwrap();
    host.close(ShutdownMode::Drain);
}

/// One host pauses and resumes, one submits and waits; a pause does not hold up the end.
pub fn a_pause_meets_submit_and_drain() {
    let host = Host::new(2);
    let (pausing, submitting) = (host.clone(), host.clone());
    let pauses = thread::spawn(move || {
        pausing.engine.pause().unwrap();
        pausing.engine.resume().unwrap();
    });
    let submits = thread::spawn(move || {
        let handles = [submitting.take(), submitting.take()];
        handles.iter().for_each(|handle| handle.wait(None).unwrap());
    });
    pauses.join().unwrap();
    submits.join().unwrap();
    host.engine.pause().unwrap();
    host.take();
    host.close(ShutdownMode::Drain);
}

/// Jobs with deadlines of each kind; one would never end without, one is cancelled meanwhile.
pub fn deadlines_meet_start_end_and_cancel() {
    let host = Host::new(1);
    let limit = SubmitOptions { run_timeout_s: Some(1.0), stall_timeout_s: Some(2.0), ..SubmitOptions::default() };
    let hasty = SubmitOptions { queue_timeout_s: Some(0.5), ..limit.clone() };
    let stuck = host.submit("stuck", &limit).unwrap();
    let (first, second) = (host.submit("a", &hasty).unwrap(), host.submit("stuck", &hasty).unwrap());
    let cancelling = first.clone();
    let cancels = thread::spawn(move || cancelling.cancel());
    [&stuck, &first, &second].into_iter().for_each(|handle| handle.wait(None).unwrap());
    let effect = cancels.join().unwrap();
    assert_eq!(check(&stuck), JobState::Failed);
    assert_eq!(check(&second), JobState::Failed);
    // A job that is asked to stop before it begins does not run.
    let state = check(&first);
    assert!(effect || state != JobState::Cancelled);
    let named = |handle: &JobHandle| handle.error().unwrap().context()["deadline"].clone();
    assert!(["run", "stall"].contains(&named(&stuck).as_str()));
    assert!(["queue", "run", "stall"].contains(&named(&second).as_str()));
    host.close(ShutdownMode::Drain);
}

/// Callbacks do all that they may, and are refused what they may not.
pub fn callbacks_call_back() {
    let host = Host::new(1);
    let inner = host.clone();
    let subscriber = Subscriber::new().on_progress(|handle, _| {
        let _ = handle.state();
        handle.cancel();
    });
    let done = move |handle: &JobHandle| {
        let refused = |result: Result<()>| assert_eq!(result.unwrap_err().kind(), ErrorKind::WouldDeadlock);
        refused(inner.engine.shutdown(ShutdownMode::Now, None));
        refused(handle.wait(None));
        let _ = inner.submit("a", &SubmitOptions::default());
        handle.on_done(|handle| drop(handle.clone()));
        inner.told.fetch_add(1, Ordering::SeqCst);
    };
    let options = SubmitOptions::default();
    let handle = host.engine.submit_with(job("a"), &options, subscriber.on_done(done)).unwrap();
    host.taken.fetch_add(1, Ordering::SeqCst);
    handle.wait(None).unwrap();
    host.close(ShutdownMode::Drain);
}
