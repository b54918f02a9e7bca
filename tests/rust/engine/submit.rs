//! Taking jobs in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crossbeam_channel::unbounded;
use ytclipper::ErrorKind;
use ytclipper::engine::{Engine, EngineConfig, JobId, JobState, ShutdownMode};
use ytclipper::spec::{JobSpec, RenderPlan};

use super::{Hold, LONG, config, done, engine, job, name_of, quick, wait, wait_all};

#[test]
fn jobs_start_in_the_order_of_submission() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let names: Vec<_> = (0..50).map(|number| number.to_string()).collect();
    let handles: Vec<_> = names.iter().map(|name| engine.submit(job(name)).unwrap()).collect();
    assert!(handles.is_sorted_by_key(ytclipper::engine::JobHandle::id));
    hold.release(50);
    let started: Vec<_> = names.iter().map(|_| hold.started()).collect();
    assert_eq!(started, names);
}

#[test]
fn a_full_queue_refuses_until_a_job_has_started() {
    let hold = Hold::new();
    let engine = hold.engine(EngineConfig { queue_capacity: 2, ..config(1) });
    engine.submit(job("running")).unwrap();
    hold.started();
    let queued = engine.submit(job("first")).unwrap();
    engine.submit(job("second")).unwrap();
    assert_eq!(engine.submit(job("third")).unwrap_err().kind(), ErrorKind::QueueFull);
    assert_eq!(engine.stats().queued, 2);
    assert!(queued.cancel(), "a cancelled job leaves its place at once");
    engine.submit(job("third")).unwrap();
    hold.release(1);
    assert_eq!(hold.started(), "second");
    engine.submit(job("fourth")).unwrap();
}

#[test]
fn a_faulty_spec_or_setting_names_its_field_and_nothing_is_queued() {
    let engine = quick();
    let error = engine.submit(JobSpec::Render(Box::new(RenderPlan::new("", "b.mp4")))).unwrap_err();
    assert_eq!((error.kind(), error.context()["field"].as_str()), (ErrorKind::InvalidSpec, "source"));
    assert!(engine.jobs().is_empty());
    let config = EngineConfig { workers: 0, ..EngineConfig::default() };
    let error = Engine::with_runner(config, Arc::new(|_: &_, _: &_| Ok(done()))).err().unwrap();
    assert_eq!((error.kind(), error.context()["field"].as_str()), (ErrorKind::InvalidSpec, "workers"));
}

/// The bench has the exact bound (p99 below 1 ms); on a machine that is busy with other tests this
/// one only excludes another order of magnitude.
#[test]
fn submit_stays_quick_with_a_thousand_jobs_queued() {
    let hold = Hold::new();
    let engine = hold.engine(EngineConfig { queue_capacity: 2000, ..config(2) });
    (0..1002).for_each(|_| drop(engine.submit(job("filler")).unwrap()));
    let mut times: Vec<_> = (0..900)
        .map(|_| {
            let before = Instant::now();
            engine.submit(job("timed")).unwrap();
            before.elapsed()
        })
        .collect();
    times.sort();
    assert!(times[891] < Duration::from_millis(10), "p50 {:?}, p99 {:?}", times[450], times[891]);
}

#[test]
fn every_one_of_a_thousand_queued_jobs_completes_exactly_once() {
    let hold = Hold::new();
    let gate = hold.clone();
    let engine = engine(config(4), move |spec, context| match name_of(spec).as_str() {
        "hold" => gate.stay(spec, context).map(|()| done()),
        "fail" => Err(ytclipper::Error::new(ErrorKind::CorruptMedia, "broken")),
        "panic" => panic!("on purpose"),
        _ => Ok(done()),
    });
    (0..4).for_each(|_| drop(engine.submit(job("hold")).unwrap()));
    (0..4).for_each(|_| drop(hold.started()));
    let calls = Arc::new(Mutex::new(HashMap::<JobId, usize>::new()));
    let (sender, receiver) = unbounded();
    let handles: Vec<_> = (0..1000)
        .map(|number| {
            let name = ["ok", "fail", "panic", "cancel"][number % 4];
            let handle = engine.submit(job(name)).unwrap();
            let (calls, sender) = (Arc::clone(&calls), sender.clone());
            handle.on_done(move |handle| {
                *calls.lock().unwrap().entry(handle.id()).or_default() += 1;
                sender.send((name, handle.state())).unwrap();
            });
            handle
        })
        .collect();
    assert_eq!(engine.stats().queued, 1000);
    handles.iter().skip(3).step_by(4).for_each(|handle| assert!(handle.cancel()));
    hold.release(4);
    for _ in 0..1000 {
        let (name, state) = receiver.recv_timeout(LONG).unwrap();
        let expected = match name {
            "ok" => JobState::Succeeded,
            "cancel" => JobState::Cancelled,
            _ => JobState::Failed,
        };
        assert_eq!(state, expected, "{name}");
    }
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    assert!(receiver.is_empty());
    assert!(calls.lock().unwrap().len() == 1000 && calls.lock().unwrap().values().all(|count| *count == 1));
}

#[test]
fn the_newest_finished_jobs_can_be_found_by_number() {
    let engine = engine(EngineConfig { keep_finished: 2, ..config(1) }, |_, _| Ok(done()));
    let handles: Vec<_> = (0..4).map(|_| engine.submit(job("a")).unwrap()).collect();
    wait_all(&handles);
    let found: Vec<_> = engine.jobs().iter().map(|handle| handle.id().0).collect();
    assert_eq!(found, [3, 4]);
    assert!(engine.job(JobId(1)).is_none() && engine.job(JobId(9)).is_none());
    assert_eq!(engine.job(JobId(4)).unwrap().state(), JobState::Succeeded);
    assert_eq!(handles[0].state(), JobState::Succeeded, "a handle that is held stays of use");
}

#[test]
fn the_books_are_right_as_soon_as_a_job_is_over() {
    let hold = Hold::new();
    let gate = hold.clone();
    let engine = engine(config(1), move |spec, context| match name_of(spec).as_str() {
        "hold" => gate.stay(spec, context).map(|()| done()),
        "fail" => Err(ytclipper::Error::internal("no")),
        _ => Ok(done()),
    });
    wait(&engine.submit(job("ok")).unwrap()).unwrap();
    assert_eq!((engine.stats().succeeded, engine.stats().running), (1, 0));
    wait(&engine.submit(job("fail")).unwrap()).unwrap_err();
    assert_eq!(engine.stats().failed, 1);
    let held = engine.submit(job("hold")).unwrap();
    hold.started();
    let queued = engine.submit(job("ok")).unwrap();
    let stats = engine.stats();
    assert_eq!((stats.queued, stats.running, stats.workers), (1, 1, 1));
    assert_eq!((held.state(), queued.state()), (JobState::Running, JobState::Queued));
    assert!(queued.cancel());
    assert_eq!((engine.stats().cancelled, engine.stats().queued), (1, 0));
    let probe = engine.stats().kinds["probe"];
    assert_eq!((probe.running, probe.succeeded, probe.failed, probe.cancelled), (1, 1, 1, 1));
}
