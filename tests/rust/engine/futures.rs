//! Awaiting jobs, without a runtime.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

use crossbeam_channel::{Sender, unbounded};
use ytclipper::engine::{JobHandle, JobState, ShutdownMode};
use ytclipper::{ErrorKind, Result};

use super::{Hold, LONG, config, job, quick, wait};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        std::thread::park();
    }
}

/// Tells on which thread it is woken, after it has asked the job, which needs the job's lock.
struct Tell {
    handle: JobHandle,
    woken: Sender<(String, JobState)>,
}

impl Wake for Tell {
    fn wake(self: Arc<Self>) {
        let thread = std::thread::current().name().unwrap_or_default().to_owned();
        self.woken.send((thread, self.handle.state())).unwrap();
    }
}

fn poll(handle: &mut JobHandle, waker: &Waker) -> Poll<Result<Arc<ytclipper::outcome::Outcome>>> {
    Pin::new(handle).poll(&mut Context::from_waker(waker))
}

#[test]
fn awaiting_gives_the_result() {
    let engine = quick();
    block_on(engine.submit(job("a")).unwrap()).unwrap();
    let over = engine.submit(job("b")).unwrap();
    wait(&over).unwrap();
    block_on(over.clone()).unwrap();
    block_on(over).unwrap();
}

#[test]
fn awaiting_a_cancelled_job_gives_its_error() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let handle = engine.submit(job("a")).unwrap();
    hold.started();
    handle.cancel();
    assert_eq!(block_on(handle).unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn no_wake_up_is_lost_however_the_end_and_the_polls_meet() {
    let engine = quick();
    for _ in 0..500 {
        let handle = engine.submit(job("a")).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let handle = handle.clone();
                scope.spawn(move || block_on(handle).unwrap());
            }
        });
    }
}

#[test]
fn each_of_many_awaiters_is_woken_on_the_dispatcher_outside_of_locks() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let handle = engine.submit(job("a")).unwrap();
    hold.started();
    let (woken, wakes) = unbounded();
    let mut awaiters: Vec<_> = (0..100).map(|_| handle.clone()).collect();
    for awaiter in &mut awaiters {
        let waker = Waker::from(Arc::new(Tell { handle: handle.clone(), woken: woken.clone() }));
        assert!(poll(awaiter, &waker).is_pending());
    }
    assert!(wakes.is_empty());
    hold.release(1);
    for _ in 0..100 {
        let (thread, state) = wakes.recv_timeout(LONG).unwrap();
        assert_eq!((thread.as_str(), state), ("ytc-dispatcher", JobState::Succeeded));
    }
    assert!(awaiters.iter_mut().all(|awaiter| poll(awaiter, Waker::noop()).is_ready()));
}

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn a_handle_wakes_the_last_waker_only_and_a_dropped_handle_none() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let mut handle = engine.submit(job("a")).unwrap();
    hold.started();
    let counts: [_; 3] = std::array::from_fn(|_| Arc::new(Count(AtomicUsize::new(0))));
    let wakers = counts.clone().map(Waker::from);
    assert!(poll(&mut handle, &wakers[0]).is_pending());
    assert!(poll(&mut handle, &wakers[1]).is_pending());
    let mut dropped = handle.clone();
    assert!(poll(&mut dropped, &wakers[2]).is_pending());
    drop(dropped);
    assert_eq!(Arc::strong_count(&counts[2]), 2, "the job does not keep the waker");
    hold.release(1);
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    assert_eq!(counts.map(|count| count.0.load(Ordering::SeqCst)), [0, 1, 0]);
}
