//! Who starts first, and when nobody starts.

use std::time::Duration;

use ytclipper::ErrorKind;
use ytclipper::engine::{Engine, EngineConfig, JobHandle, JobState, ShutdownMode, SubmitOptions, Subscriber};

use super::{Hold, LONG, config, job, wait, wait_all};

/// For what must not happen: how long to look out for it.
const SHORT: Duration = Duration::from_millis(50);

fn submit(engine: &Engine, name: &str, priority: i32) -> JobHandle {
    let options = SubmitOptions { priority, ..SubmitOptions::default() };
    engine.submit_with(job(name), &options, Subscriber::new()).unwrap()
}

fn not_over(handle: &JobHandle, time: Duration) {
    assert_eq!(handle.wait(Some(time)).unwrap_err().kind(), ErrorKind::Timeout);
}

#[test]
fn a_higher_priority_starts_first() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    engine.submit(job("running")).unwrap();
    hold.started();
    for (name, priority) in [("plain", 0), ("least", -100), ("most", 100), ("more", 1), ("plain too", 0)] {
        submit(&engine, name, priority);
    }
    hold.release(6);
    let order: Vec<_> = (0..5).map(|_| hold.started()).collect();
    assert_eq!(order, ["most", "more", "plain", "plain too", "least"]);
}

/// The name of the job that starts first: one of low priority that has waited, or one of the
/// highest that has just come.
fn first_after_a_wait(ageing_s: f64) -> String {
    let hold = Hold::new();
    let engine = hold.engine(EngineConfig { ageing_s, ..config(1) });
    let running = engine.submit(job("running")).unwrap();
    hold.started();
    submit(&engine, "old", 0);
    // Nothing is awaited but time: 150 ms are worth 150 steps at 1 ms a step.
    not_over(&running, Duration::from_millis(150));
    submit(&engine, "urgent", 100);
    hold.release(3);
    hold.started()
}

#[test]
fn a_job_that_has_waited_long_enough_comes_before_an_urgent_one() {
    assert_eq!(first_after_a_wait(0.001), "old");
}

#[test]
fn without_ageing_the_urgent_one_would_come_first() {
    assert_eq!(first_after_a_wait(86_400.0), "urgent");
}

#[test]
fn a_faulty_option_names_its_field_and_nothing_is_queued() {
    let engine = super::quick();
    let options = SubmitOptions { priority: 101, ..SubmitOptions::default() };
    let error = engine.submit_with(job("a"), &options, Subscriber::new()).unwrap_err();
    assert_eq!((error.kind(), error.context()["field"].as_str()), (ErrorKind::InvalidSpec, "priority"));
    let options = SubmitOptions { run_timeout_s: Some(0.0), ..SubmitOptions::default() };
    let error = engine.submit_with(job("a"), &options, Subscriber::new()).unwrap_err();
    assert_eq!(error.context()["field"], "run_timeout_s");
    assert!(engine.jobs().is_empty());
}

#[test]
fn a_paused_queue_starts_nothing_and_running_jobs_go_on() {
    let hold = Hold::new();
    let engine = hold.engine(config(2));
    let running = engine.submit(job("running")).unwrap();
    hold.started();
    engine.pause().unwrap();
    engine.pause().unwrap();
    let queued = engine.submit(job("queued")).unwrap();
    hold.release(1);
    wait(&running).unwrap();
    not_over(&queued, SHORT);
    let stats = engine.stats();
    assert_eq!((stats.queued, stats.running, stats.paused), (1, 0, true));
    assert!(hold.none_started());
    engine.resume().unwrap();
    engine.resume().unwrap();
    assert_eq!((hold.started(), engine.stats().paused), ("queued".to_owned(), false));
    hold.release(1);
    wait(&queued).unwrap();
}

#[test]
fn all_that_waited_during_a_pause_starts_at_its_end() {
    let hold = Hold::new();
    let engine = hold.engine(config(3));
    engine.pause().unwrap();
    let queued: Vec<_> = (0..3).map(|_| engine.submit(job("queued")).unwrap()).collect();
    engine.resume().unwrap();
    (0..3).for_each(|_| drop(hold.started()));
    hold.release(3);
    wait_all(&queued);
}

#[test]
fn a_paused_job_can_be_cancelled() {
    let engine = super::quick();
    engine.pause().unwrap();
    let queued = engine.submit(job("queued")).unwrap();
    assert!(queued.cancel());
    assert_eq!((queued.state(), engine.stats().queued), (JobState::Cancelled, 0));
}

#[test]
fn every_shutdown_ends_a_paused_engine() {
    for (mode, state) in [
        (ShutdownMode::Drain, JobState::Succeeded),
        (ShutdownMode::FinishRunning, JobState::Cancelled),
        (ShutdownMode::Now, JobState::Cancelled),
    ] {
        let engine = super::quick();
        engine.pause().unwrap();
        let queued = engine.submit(job("queued")).unwrap();
        engine.shutdown(mode, Some(LONG)).unwrap();
        assert_eq!(queued.state(), state, "{mode:?}");
    }
}
