//! What is run under loom: the books, the queue, jobs and their handles, and the end of a worker,
//! with the model's own threads in the place of the engine's. Loom tries every order of their steps
//! within its bound, so each model has two or three threads with little to do; whole engines are
//! shuttle's part, but for the one at the end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Poll, Wake, Waker};

use loom::thread;

use super::lifecycle::Role;
use super::shared::Shared;
use super::{Engine, EngineConfig, JobHandle, JobState, ShutdownMode, SubmitOptions, Subscriber, pool};
use crate::context::{CancelToken, Context};
use crate::error::{ErrorKind, Result};
use crate::outcome::{Outcome, Thumbnail};
use crate::spec::{JobSpec, ProbeSpec};
use crate::store::MemoryStore;

/// All of them, by name.
pub const ALL: [(&str, fn()); 8] = [
    ("an_end_reaches_a_waiter_whoever_cancels", an_end_reaches_a_waiter_whoever_cancels),
    ("an_end_reaches_whoever_awaits_it", an_end_reaches_whoever_awaits_it),
    ("of_two_cancels_one_has_an_effect", of_two_cancels_one_has_an_effect),
    ("a_cancel_reaches_a_part_that_begins_meanwhile", a_cancel_reaches_a_part_that_begins_meanwhile),
    ("a_listener_that_leaves_hears_no_end", a_listener_that_leaves_hears_no_end),
    ("a_shutdown_ends_the_worker_and_every_job", a_shutdown_ends_the_worker_and_every_job),
    ("a_drain_ends_a_pause", a_drain_ends_a_pause),
    ("a_whole_engine_comes_to_its_end", a_whole_engine_comes_to_its_end),
];

fn stage(_: &JobSpec, context: &Context) -> Result<Outcome> {
    context.cancel.check()?;
    Ok(Outcome::Thumbnail(Thumbnail { output: "a".into(), width: 2, height: 2, time: 0.0 }))
}

/// An engine without threads.
fn shared() -> Arc<Shared> {
    let config = EngineConfig { workers: 1, threads: 1, ..EngineConfig::default() };
    let store = MemoryStore::new(10, config.ageing());
    Shared::new(config, Arc::new(stage), Box::new(store))
}

/// Submits a job; counts how often its end is told.
fn submit(shared: &Arc<Shared>) -> (JobHandle, Arc<AtomicU64>) {
    let told = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&told);
    let subscriber = Subscriber::new().on_done(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let job = JobSpec::Probe(ProbeSpec { source: "a".into() });
    (shared.submit(job, &SubmitOptions::default(), subscriber).unwrap(), told)
}

/// Does a worker's part for one job, if there is one.
fn work_once(shared: &Arc<Shared>) {
    if let Some((job, spec)) = shared.next() {
        pool::run(shared, &job, &spec);
    }
}

/// Does the dispatcher's part until all ends are told.
fn tell_all(shared: &Arc<Shared>) {
    shared.dispatcher.close();
    shared.dispatcher.run();
}

/// The books of an engine in which all jobs are over.
fn check_books(shared: &Arc<Shared>, taken: u64) {
    let stats = shared.stats();
    assert_eq!((stats.queued, stats.running), (0, 0));
    assert_eq!(stats.succeeded + stats.failed + stats.cancelled, taken);
}

/// The end of a job against one who waits for it and one who cancels it.
pub fn an_end_reaches_a_waiter_whoever_cancels() {
    let shared = shared();
    let (handle, told) = submit(&shared);
    // No more jobs: the worker does not wait for one where the cancel took this one.
    shared.close(ShutdownMode::Drain);
    let (working, cancelling) = (Arc::clone(&shared), handle.clone());
    let worker = thread::spawn(move || work_once(&working));
    let canceller = thread::spawn(move || cancelling.cancel());
    handle.wait(None).unwrap();
    let effect = canceller.join().unwrap();
    worker.join().unwrap();
    match handle.state() {
        JobState::Succeeded => {}
        JobState::Cancelled => assert!(effect),
        state @ (JobState::Queued | JobState::Running | JobState::Failed) => panic!("{state}"),
    }
    tell_all(&shared);
    assert_eq!(told.load(Ordering::SeqCst), 1);
    check_books(&shared, 1);
}

/// Counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicU64);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The end of a job against one who begins to await it, and one who stops to.
pub fn an_end_reaches_whoever_awaits_it() {
    let shared = shared();
    let (mut handle, _) = submit(&shared);
    let mut leaving = handle.clone();
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let ending = Arc::clone(&shared);
    let end = thread::spawn(move || {
        work_once(&ending);
        tell_all(&ending);
    });
    let poll = |handle: &mut JobHandle| Pin::new(handle).poll(&mut std::task::Context::from_waker(&waker));
    let waits = poll(&mut handle).is_pending();
    let _ = poll(&mut leaving);
    drop(leaving);
    end.join().unwrap();
    assert!(!waits || woken.0.load(Ordering::SeqCst) > 0, "never woken");
    assert!(matches!(poll(&mut handle), Poll::Ready(Ok(_))));
}

/// Two cancels against the start of the job.
pub fn of_two_cancels_one_has_an_effect() {
    let shared = shared();
    let (handle, told) = submit(&shared);
    shared.close(ShutdownMode::Drain);
    let (one, two) = (handle.clone(), handle.clone());
    let cancels = [thread::spawn(move || one.cancel()), thread::spawn(move || two.cancel())];
    work_once(&shared);
    let effects = cancels.map(|cancel| cancel.join().unwrap());
    let effects = effects.iter().filter(|effect| **effect).count();
    // Where a cancel took the job out of the queue, the end may be that thread's to tell.
    handle.wait(None).unwrap();
    match handle.error().map(|error| error.kind()) {
        None => assert!(effects <= 1),
        Some(kind) => assert_eq!((kind, effects), (ErrorKind::Cancelled, 1)),
    }
    tell_all(&shared);
    assert_eq!(told.load(Ordering::SeqCst), 1);
    check_books(&shared, 1);
}

/// A cancel against a part of the job that takes its own token.
pub fn a_cancel_reaches_a_part_that_begins_meanwhile() {
    let token = CancelToken::default();
    let cancelling = token.clone();
    let cancel = thread::spawn(move || cancelling.cancel());
    let (one, two) = (token.child(), token.child());
    cancel.join().unwrap();
    assert!(one.is_cancelled() && two.is_cancelled());
}

/// The end of a job against a listener that comes and goes.
pub fn a_listener_that_leaves_hears_no_end() {
    let shared = shared();
    let (handle, told) = submit(&shared);
    let ending = Arc::clone(&shared);
    let end = thread::spawn(move || {
        work_once(&ending);
        tell_all(&ending);
    });
    let heard = Arc::new(AtomicU64::new(0));
    let hears = Arc::clone(&heard);
    let subscription = handle.subscribe_since(0, move |_, event| {
        hears.fetch_max(event.seq, Ordering::SeqCst);
    });
    subscription.unsubscribe();
    end.join().unwrap();
    assert!(heard.load(Ordering::SeqCst) <= handle.progress().seq);
    assert_eq!(told.load(Ordering::SeqCst), 1);
}

/// Shutdowns of two kinds against a worker that is at a job.
pub fn a_shutdown_ends_the_worker_and_every_job() {
    let shared = shared();
    let (_, told) = submit(&shared);
    shared.lifecycle.starts(Role::Worker);
    let (working, closing) = (Arc::clone(&shared), Arc::clone(&shared));
    let worker = thread::spawn(move || {
        while let Some((job, spec)) = working.next() {
            pool::run(&working, &job, &spec);
        }
        working.lifecycle.ends(Role::Worker);
    });
    let closer = thread::spawn(move || closing.close(ShutdownMode::Now));
    shared.close(ShutdownMode::FinishRunning);
    shared.lifecycle.join(None).unwrap();
    closer.join().unwrap();
    worker.join().unwrap();
    tell_all(&shared);
    assert_eq!(told.load(Ordering::SeqCst), 1);
    check_books(&shared, 1);
}

/// The end of a paused engine against a worker that waits for work.
pub fn a_drain_ends_a_pause() {
    let shared = shared();
    shared.pause(true);
    let working = Arc::clone(&shared);
    let worker = thread::spawn(move || while let Some((job, spec)) = working.next() {
        pool::run(&working, &job, &spec);
    });
    let (_, told) = submit(&shared);
    shared.close(ShutdownMode::Drain);
    worker.join().unwrap();
    tell_all(&shared);
    assert_eq!(told.load(Ordering::SeqCst), 1);
    check_books(&shared, 1);
}

/// A whole engine, from its start over one job to its end: host, worker, dispatcher and timer.
pub fn a_whole_engine_comes_to_its_end() {
    let config = EngineConfig { workers: 1, threads: 1, ..EngineConfig::default() };
    let engine = Engine::with_runner(config, Arc::new(stage)).unwrap();
    let told = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&told);
    let subscriber = Subscriber::new().on_done(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let job = JobSpec::Probe(ProbeSpec { source: "a".into() });
    let handle = engine.submit_with(job, &SubmitOptions::default(), subscriber).unwrap();
    engine.shutdown(ShutdownMode::Drain, None).unwrap();
    assert_eq!((handle.state(), told.load(Ordering::SeqCst)), (JobState::Succeeded, 1));
}
