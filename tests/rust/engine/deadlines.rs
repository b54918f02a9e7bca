//! Deadlines: each with the same job without it, which goes on.

use std::time::{Duration, Instant};

use crossbeam_channel::unbounded;
use ytclipper::context::Context;
use ytclipper::engine::{Engine, JobHandle, JobState, ShutdownMode, SubmitOptions, Subscriber};
use ytclipper::outcome::Outcome;
use ytclipper::{ErrorKind, Result};

use super::{Hold, LONG, config, done, engine, job, name_of, wait};

const QUEUE: SubmitOptions = SubmitOptions { queue_timeout_s: Some(0.02), ..NONE };
const RUN: SubmitOptions = SubmitOptions { run_timeout_s: Some(0.02), ..NONE };
const STALL: SubmitOptions = SubmitOptions { stall_timeout_s: Some(1.0), ..NONE };
const NONE: SubmitOptions =
    SubmitOptions { priority: 0, queue_timeout_s: None, run_timeout_s: None, stall_timeout_s: None };

fn submit(engine: &Engine, name: &str, options: &SubmitOptions) -> JobHandle {
    engine.submit_with(job(name), options, Subscriber::new()).unwrap()
}

/// The deadline that a job ran into.
fn missed(handle: &JobHandle) -> String {
    let error = wait(handle).unwrap_err();
    assert_eq!((handle.state(), error.kind()), (JobState::Failed, ErrorKind::Timeout), "{error:?}");
    error.context()["deadline"].clone()
}

/// A stage that works until it is asked to stop.
fn until_stopped(context: &Context) {
    let limit = Instant::now() + LONG;
    while !context.cancel.is_cancelled() {
        assert!(Instant::now() < limit, "never asked to stop");
        std::thread::yield_now();
    }
}

/// The same, and stops.
fn obey(context: &Context) -> Result<Outcome> {
    until_stopped(context);
    context.cancel.check().map(|()| done())
}

#[test]
fn a_job_that_waits_too_long_fails_and_never_runs() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    engine.submit(job("running")).unwrap();
    hold.started();
    let (patient, hasty) = (submit(&engine, "patient", &NONE), submit(&engine, "hasty", &QUEUE));
    assert_eq!(missed(&hasty), "queue");
    let error = hasty.error().unwrap();
    assert_eq!((error.context()["limit_s"].as_str(), error.stage()), ("0.02", Some("queued")));
    assert!(error.message().contains("0.02 s"), "{error}");
    assert_eq!((patient.state(), engine.stats().queued), (JobState::Queued, 1));
    hold.release(2);
    assert_eq!(hold.started(), "patient");
    wait(&patient).unwrap();
    assert!(hold.none_started());
    assert_eq!(engine.stats().failed, 1);
}

#[test]
fn a_queue_deadline_goes_on_in_a_pause_and_ends_with_the_start() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let started =
        submit(&engine, "started", &SubmitOptions { queue_timeout_s: Some(LONG.as_secs_f64()), ..NONE });
    hold.started();
    engine.pause().unwrap();
    assert_eq!(missed(&submit(&engine, "paused", &QUEUE)), "queue");
    assert_eq!(started.state(), JobState::Running);
    hold.release(1);
    wait(&started).unwrap();
}

#[test]
fn a_job_that_runs_too_long_is_stopped_and_fails() {
    let hold = Hold::new();
    let engine = hold.engine(config(2));
    let (free, bound) = (submit(&engine, "free", &NONE), submit(&engine, "bound", &RUN));
    assert_eq!(missed(&bound), "run");
    assert!(std::error::Error::source(&bound.error().unwrap()).unwrap().to_string().contains("killed"));
    assert!(!bound.cancel(), "it is over");
    assert_eq!(free.state(), JobState::Running);
    hold.release(1);
    wait(&free).unwrap();
    let stats = engine.stats();
    assert_eq!((stats.failed, stats.cancelled, stats.succeeded), (1, 0, 1));
}

#[test]
fn a_job_that_makes_no_progress_is_stopped_and_one_that_does_goes_on() {
    let (stop, stopped) = unbounded::<()>();
    let engine = engine(config(3), move |spec, context| {
        let name = name_of(spec);
        for step in 0u32.. {
            if context.cancel.is_cancelled() {
                return context.cancel.check().map(|()| done());
            }
            match name.as_str() {
                "lively" => context.progress.set(0.5, format!("step {step}")),
                "repeating" => context.progress.set(0.5, "the same"),
                _ => {}
            }
            if stopped.recv_timeout(Duration::from_millis(1)).is_ok() {
                break;
            }
        }
        Ok(done())
    });
    let [lively, repeating, silent] =
        ["lively", "repeating", "silent"].map(|name| submit(&engine, name, &STALL));
    assert_eq!((missed(&repeating), missed(&silent)), ("stall".to_owned(), "stall".to_owned()));
    assert_eq!(lively.state(), JobState::Running, "{:?}", lively.error());
    stop.send(()).unwrap();
    wait(&lively).unwrap();
}

#[test]
fn the_nearer_of_two_deadlines_is_the_one_that_is_named() {
    let engine = engine(config(1), |_, context| obey(context));
    let both = SubmitOptions { run_timeout_s: Some(LONG.as_secs_f64()), stall_timeout_s: Some(0.02), ..NONE };
    assert_eq!(missed(&submit(&engine, "a", &both)), "stall");
}

#[test]
fn a_job_that_succeeds_all_the_same_has_succeeded() {
    let engine = engine(config(1), |_, context| {
        until_stopped(context);
        Ok(done())
    });
    wait(&submit(&engine, "a", &RUN)).unwrap();
}

#[test]
fn a_job_that_was_cancelled_before_its_deadline_is_cancelled() {
    let hold = Hold::new();
    let gate = hold.clone();
    let engine = engine(config(2), move |spec, context| {
        if name_of(spec) == "deaf" {
            gate.stay_deaf(spec);
        }
        obey(context)
    });
    let cancelled = submit(&engine, "deaf", &RUN);
    hold.started();
    assert!(cancelled.cancel());
    // A job that begins later with the same deadline has run into it: so has the first one's time passed.
    assert_eq!(missed(&submit(&engine, "bound", &RUN)), "run");
    hold.release(1);
    assert_eq!(wait(&cancelled).unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(cancelled.state(), JobState::Cancelled);
}

#[test]
fn a_slow_callback_delays_no_deadline() {
    let (sender, stopped) = unbounded::<()>();
    let engine = engine(config(1), move |_, context| {
        until_stopped(context);
        sender.send(()).unwrap();
        context.cancel.check().map(|()| done())
    });
    let (told, heard) = unbounded();
    // The dispatcher is held in this callback until the deadline has stopped the job.
    let subscriber = Subscriber::new()
        .on_progress(move |_, _| told.send(stopped.recv_timeout(LONG).is_ok()).unwrap_or(()));
    let handle = engine.submit_with(job("a"), &RUN, subscriber).unwrap();
    assert_eq!(missed(&handle), "run");
    assert!(heard.recv_timeout(LONG).unwrap());
}

#[test]
fn a_far_deadline_does_not_hold_up_a_shutdown() {
    let engine = super::quick();
    let far = SubmitOptions { queue_timeout_s: Some(1e6), run_timeout_s: Some(1e6), ..NONE };
    let handle = submit(&engine, "a", &far);
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    wait(&handle).unwrap();
}
