//! Ending an engine.

use std::cell::RefCell;
use std::time::Duration;

use crossbeam_channel::{Sender, unbounded};
use ytclipper::ErrorKind;
use ytclipper::engine::{Engine, JobHandle, JobState, ShutdownMode};

use super::{Hold, LONG, config, done, engine, job, quick};

fn states(handles: &[JobHandle]) -> Vec<JobState> {
    handles.iter().map(JobHandle::state).collect()
}

/// An engine with one worker, one running job and two queued ones.
fn busy(hold: &Hold) -> (Engine, Vec<JobHandle>) {
    let engine = hold.engine(config(1));
    let handles = ["running", "first", "second"].map(|name| engine.submit(job(name)).unwrap());
    assert_eq!(hold.started(), "running");
    (engine, handles.into())
}

#[test]
fn drain_finishes_all_jobs() {
    let hold = Hold::new();
    let (engine, handles) = busy(&hold);
    hold.release(3);
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    assert_eq!(states(&handles), [JobState::Succeeded; 3]);
    assert_eq!(engine.submit(job("late")).unwrap_err().kind(), ErrorKind::ShutDown);
    assert_eq!(engine.stats().shut_down, Some(ShutdownMode::Drain));
}

#[test]
fn finish_running_cancels_what_is_queued() {
    let hold = Hold::new();
    let (engine, handles) = busy(&hold);
    std::thread::scope(|scope| {
        let ending = scope.spawn(|| engine.shutdown(ShutdownMode::FinishRunning, Some(LONG)));
        handles[1].wait(Some(LONG)).unwrap();
        assert_eq!(handles[0].state(), JobState::Running);
        hold.release(1);
        ending.join().unwrap().unwrap();
    });
    assert_eq!(states(&handles), [JobState::Succeeded, JobState::Cancelled, JobState::Cancelled]);
    assert!(hold.none_started());
}

#[test]
fn now_cancels_all() {
    let hold = Hold::new();
    let (engine, handles) = busy(&hold);
    engine.shutdown(ShutdownMode::Now, Some(LONG)).unwrap();
    assert_eq!(states(&handles), [JobState::Cancelled; 3]);
    assert!(hold.none_started());
}

#[test]
fn after_a_deadline_the_engine_stays_shut_and_can_be_ended_more_strictly() {
    let hold = Hold::new();
    let (engine, handles) = busy(&hold);
    let error = engine.shutdown(ShutdownMode::Drain, Some(Duration::from_millis(5))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(engine.submit(job("late")).unwrap_err().kind(), ErrorKind::ShutDown);
    assert_eq!(states(&handles), [JobState::Running, JobState::Queued, JobState::Queued]);
    engine.shutdown(ShutdownMode::Now, Some(LONG)).unwrap();
    assert_eq!(states(&handles), [JobState::Cancelled; 3]);
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    assert_eq!(engine.stats().shut_down, Some(ShutdownMode::Now), "a milder mode changes nothing");
}

#[test]
fn a_mode_is_escalated_while_another_thread_waits_for_the_milder_one() {
    let hold = Hold::new();
    let (engine, handles) = busy(&hold);
    std::thread::scope(|scope| {
        let callers: Vec<_> =
            (0..4).map(|_| scope.spawn(|| engine.shutdown(ShutdownMode::Drain, Some(LONG)))).collect();
        engine.shutdown(ShutdownMode::Now, Some(LONG)).unwrap();
        for caller in callers {
            caller.join().unwrap().unwrap();
        }
    });
    assert_eq!(states(&handles), [JobState::Cancelled; 3]);
}

/// Goes with its thread, and takes its time about it, so that a shutdown that did not join the
/// thread would be found out.
struct Mark(Sender<&'static str>, &'static str);

impl Drop for Mark {
    fn drop(&mut self) {
        for _ in 0..2000 {
            std::thread::yield_now();
        }
        self.0.send(self.1).unwrap();
    }
}

thread_local! {
    static MARK: RefCell<Option<Mark>> = const { RefCell::new(None) };
}

fn mark(ends: &Sender<&'static str>, thread: &'static str) {
    MARK.with_borrow_mut(|mark| {
        mark.get_or_insert_with(|| Mark(ends.clone(), thread));
    });
}

#[test]
fn afterwards_all_threads_are_gone_and_every_completion_was_delivered() {
    let (ends, ended) = unbounded();
    let worker_ends = ends.clone();
    let engine = engine(config(1), move |_, _| {
        mark(&worker_ends, "worker");
        Ok(done())
    });
    let (sender, delivered) = unbounded();
    for _ in 0..20 {
        let (sender, ends) = (sender.clone(), ends.clone());
        engine.submit(job("a")).unwrap().on_done(move |_| {
            mark(&ends, "dispatcher");
            sender.send(()).unwrap();
        });
    }
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    assert_eq!(delivered.len(), 20);
    let mut ended: Vec<_> = ended.try_iter().collect();
    ended.sort_unstable();
    assert_eq!(ended, ["dispatcher", "worker"]);
}

#[test]
fn dropping_the_engine_cancels_all_and_no_waiter_hangs() {
    let hold = Hold::new();
    let (engine, handles) = busy(&hold);
    let (sender, delivered) = unbounded();
    for handle in &handles {
        let sender = sender.clone();
        handle.on_done(move |handle| sender.send(handle.state()).unwrap());
    }
    std::thread::scope(|scope| {
        let waiters: Vec<_> = handles.iter().map(|handle| scope.spawn(|| handle.wait(Some(LONG)))).collect();
        let clone = engine.clone();
        drop(engine);
        assert_eq!(clone.stats().running, 1, "a clone keeps it alive");
        drop(clone);
        for waiter in waiters {
            waiter.join().unwrap().unwrap();
        }
    });
    assert_eq!(states(&handles), [JobState::Cancelled; 3]);
    (0..3).for_each(|_| assert_eq!(delivered.recv_timeout(LONG).unwrap(), JobState::Cancelled));
    assert!(!handles[0].cancel() && handles[0].progress().seq > 0, "handles stay of use");
}

#[test]
fn dropping_the_engine_does_not_wait_for_a_deaf_stage() {
    let hold = Hold::new();
    let gate = hold.clone();
    let engine = engine(config(1), move |spec, _| {
        gate.stay_deaf(spec);
        Ok(done())
    });
    let handle = engine.submit(job("a")).unwrap();
    hold.started();
    drop(engine);
    assert_eq!(handle.state(), JobState::Running);
    hold.release(1);
    handle.wait(Some(LONG)).unwrap();
    assert_eq!(handle.state(), JobState::Succeeded);
}

#[test]
fn an_idle_engine_ends_at_once_in_every_mode() {
    for mode in ShutdownMode::ALL {
        let engine = quick();
        engine.shutdown(mode, Some(LONG)).unwrap();
        engine.shutdown(mode, None).unwrap();
    }
}
