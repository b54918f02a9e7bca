//! Stopping jobs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::unbounded;
use ytclipper::ErrorKind;
use ytclipper::engine::{JobState, ShutdownMode};

use super::{Hold, LONG, config, done, engine, job, name_of, quick, wait};

#[test]
fn a_queued_job_is_cancelled_at_once_and_never_runs() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let running = engine.submit(job("running")).unwrap();
    hold.started();
    let queued = engine.submit(job("queued")).unwrap();
    let (sender, done) = unbounded();
    queued.on_done(move |handle| sender.send(handle.state()).unwrap());
    assert!(queued.cancel());
    assert_eq!(queued.state(), JobState::Cancelled, "while the only worker is busy");
    assert_eq!(queued.error().unwrap().kind(), ErrorKind::Cancelled);
    assert_eq!(done.recv_timeout(LONG).unwrap(), JobState::Cancelled);
    hold.release(1);
    wait(&running).unwrap();
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    assert!(hold.none_started());
}

#[test]
fn a_running_job_is_cancelled_whatever_error_its_stage_returns() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let handle = engine.submit(job("a")).unwrap();
    hold.started();
    assert!(handle.cancel());
    assert_eq!(wait(&handle).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(handle.state(), JobState::Cancelled);
    let again = engine.submit(job("b")).unwrap();
    hold.started();
    hold.release(1);
    wait(&again).unwrap();
}

#[test]
fn a_stage_that_succeeds_all_the_same_has_succeeded() {
    let hold = Hold::new();
    let gate = hold.clone();
    let engine = engine(config(1), move |spec, _| {
        gate.stay_deaf(spec);
        Ok(done())
    });
    let handle = engine.submit(job("a")).unwrap();
    hold.started();
    assert!(handle.cancel());
    assert_eq!(handle.state(), JobState::Running);
    hold.release(1);
    wait(&handle).unwrap();
    assert_eq!(handle.state(), JobState::Succeeded);
}

#[test]
fn only_the_first_request_in_time_has_an_effect() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let running = engine.submit(job("a")).unwrap();
    hold.started();
    let queued = engine.submit(job("b")).unwrap();
    assert!(queued.cancel() && !queued.cancel());
    assert!(running.cancel() && !running.clone().cancel());
    wait(&running).unwrap_err();
    let over = quick().submit(job("c")).unwrap();
    drop(over.wait(Some(LONG)));
    let state = over.state();
    assert!(!over.cancel());
    assert_eq!(over.state(), state);
}

#[test]
fn dropping_every_handle_does_not_cancel() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let id = {
        let handle = engine.submit(job("a")).unwrap();
        hold.started();
        handle.id()
    };
    hold.release(1);
    wait(&engine.job(id).unwrap()).unwrap();
}

#[test]
fn a_panic_after_the_request_is_still_told() {
    let hold = Hold::new();
    let gate = hold.clone();
    let engine = engine(config(1), move |spec, context| {
        gate.stay(spec, context).unwrap();
        Ok(done())
    });
    let handle = engine.submit(job("a")).unwrap();
    hold.started();
    handle.cancel();
    assert_eq!(wait(&handle).unwrap_err().kind(), ErrorKind::Internal);
}

#[test]
fn an_error_before_the_request_stands() {
    let failed = Arc::new(AtomicBool::new(false));
    let note = Arc::clone(&failed);
    let engine = engine(config(1), move |spec, _| {
        assert_eq!(name_of(spec), "a");
        note.store(true, Ordering::SeqCst);
        Err(ytclipper::Error::new(ErrorKind::NoSpace, "full"))
    });
    let handle = engine.submit(job("a")).unwrap();
    assert_eq!(wait(&handle).unwrap_err().kind(), ErrorKind::NoSpace);
    assert!(!handle.cancel() && failed.load(Ordering::SeqCst));
    assert_eq!(handle.state(), JobState::Failed);
}
