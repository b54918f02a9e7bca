//! Hearing how a job gets on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossbeam_channel::unbounded;
use ytclipper::context::ProgressSink;
use ytclipper::engine::{ShutdownMode, SubmitOptions, Subscriber};
use ytclipper::outcome::{Progress, Stage};

use super::{Hold, LONG, config, done, engine, job, wait};

#[test]
fn events_are_monotonic_and_end_at_100_percent() {
    let engine = engine(config(1), |_, context| {
        for (stage, from) in [(Stage::Downloading, 0.0), (Stage::Transcribing, 0.3), (Stage::Clipping, 0.6)] {
            let window = context.window(stage, from, from + 0.3);
            (0..=100).for_each(|step| window.progress.set(f64::from(step) / 100.0, "at work"));
        }
        Ok(done())
    });
    let (sender, events) = unbounded::<Progress>();
    let listen = Subscriber::new().on_progress(move |_, event| sender.send(event.clone()).unwrap());
    let handle = engine.submit_with(job("a"), &SubmitOptions::default(), listen).unwrap();
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    let events: Vec<_> = events.try_iter().collect();
    let mut stages: Vec<_> = events.iter().map(|event| event.stage).collect();
    stages.dedup();
    let expected = [Stage::Queued, Stage::Downloading, Stage::Transcribing, Stage::Clipping, Stage::Complete];
    assert_eq!(stages, expected);
    assert!(events.is_sorted_by(|one, two| one.seq < two.seq && one.percent <= two.percent), "{events:?}");
    assert_eq!(events.last().unwrap().percent, 100.0);
    assert!(events.len() < 100, "303 reports were coalesced to {}", events.len());
    assert_eq!(handle.events_since(0), events, "the same can be read back");
    assert_eq!(&handle.progress(), events.last().unwrap());
}

#[test]
fn a_report_that_was_held_back_is_delivered_though_no_other_follows() {
    let hold = Hold::new();
    let gate = hold.clone();
    let engine = engine(config(1), move |spec, context| {
        context.progress.set(0.1, "first");
        context.progress.set(0.2, "held back");
        gate.stay(spec, context).map(|()| done())
    });
    let (sender, events) = unbounded::<String>();
    let listen = Subscriber::new().on_progress(move |_, event| sender.send(event.message.clone()).unwrap());
    let handle = engine.submit_with(job("a"), &SubmitOptions::default(), listen).unwrap();
    hold.started();
    assert_eq!(handle.progress().message, "held back", "the newest can be read at once");
    while events.recv_timeout(LONG).unwrap() != "held back" {}
    hold.release(1);
    wait(&handle).unwrap();
}

#[test]
fn a_report_that_was_held_back_twice_is_delivered_all_the_same() {
    let hold = Hold::new();
    let (gate, (_never, work)) = (hold.clone(), unbounded::<()>());
    let engine = engine(config(1), move |spec, context| {
        context.progress.set(0.1, "first");
        context.progress.set(0.2, "asks for a look in 100 ms");
        // Half of that time passes at work.
        let _ = work.recv_timeout(Duration::from_millis(50));
        let next = context.window(Stage::Clipping, 0.0, 1.0).progress;
        next.set(0.3, "passes");
        next.set(0.4, "held back longer than that look");
        gate.stay(spec, context).map(|()| done())
    });
    let (sender, events) = unbounded::<f64>();
    let listen = Subscriber::new().on_progress(move |_, event| sender.send(event.percent).unwrap());
    let handle = engine.submit_with(job("a"), &SubmitOptions::default(), listen).unwrap();
    hold.started();
    while events.recv_timeout(LONG).unwrap() < 40.0 {}
    hold.release(1);
    wait(&handle).unwrap();
}

#[test]
fn a_dropped_subscription_hears_nothing_more() {
    let (steps, next) = unbounded::<()>();
    let engine = engine(config(1), move |_, context| {
        for stage in [Stage::Probing, Stage::Clipping, Stage::Organizing] {
            next.recv_timeout(LONG).unwrap();
            context.window(stage, 0.0, 1.0).progress.set(0.5, "");
        }
        Ok(done())
    });
    let handle = engine.submit(job("a")).unwrap();
    let (sender, heard) = unbounded();
    let hear = |who| {
        let sender = sender.clone();
        handle.subscribe(move |_, event| sender.send((who, event.stage)).unwrap())
    };
    let (dropped, ended) = (hear("dropped"), hear("ended"));
    hear("detached").detach();
    steps.send(()).unwrap();
    let first: Vec<_> = (0..3).map(|_| heard.recv_timeout(LONG).unwrap()).collect();
    assert_eq!(first, ["dropped", "ended", "detached"].map(|who| (who, Stage::Probing)));
    drop(dropped);
    ended.unsubscribe();
    (0..2).for_each(|_| steps.send(()).unwrap());
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    let rest: Vec<_> = heard.try_iter().collect();
    assert_eq!(rest, [Stage::Clipping, Stage::Organizing, Stage::Complete].map(|stage| ("detached", stage)));
}

#[test]
fn one_who_has_read_so_far_hears_the_rest_without_gap_or_repeat() {
    let hold = Hold::new();
    let gate = hold.clone();
    let engine = engine(config(1), move |spec, context| {
        let stages = [Stage::Probing, Stage::Downloading, Stage::Transcribing];
        for stage in stages {
            context.window(stage, 0.0, 1.0).progress.set(0.1, "");
        }
        gate.stay(spec, context)?;
        context.window(Stage::Clipping, 0.0, 1.0).progress.set(0.5, "");
        Ok(done())
    });
    let handle = engine.submit(job("a")).unwrap();
    hold.started();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&heard);
    handle.subscribe_since(2, move |_, event| keep.lock().unwrap().push(event.seq)).detach();
    hold.release(1);
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    assert_eq!(*heard.lock().unwrap(), [3, 4, 5, 6]);
    let missed = handle.events_since(2);
    assert_eq!(missed.iter().map(|event| event.seq).collect::<Vec<_>>(), [3, 4, 5, 6]);
}

#[test]
fn one_who_comes_after_the_end_still_hears_what_was_kept() {
    let engine = super::quick();
    let handle = engine.submit(job("a")).unwrap();
    wait(&handle).unwrap();
    let (sender, heard) = unbounded();
    handle.subscribe_since(0, move |_, event| sender.send(event.stage).unwrap()).detach();
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    assert_eq!(heard.try_iter().collect::<Vec<_>>(), [Stage::Queued, Stage::Complete]);
}

#[test]
fn a_report_after_the_end_is_ignored() {
    let (sender, sinks) = unbounded::<ProgressSink>();
    let engine = engine(config(1), move |_, context| {
        sender.send(context.progress.clone()).unwrap();
        Ok(done())
    });
    let handle = engine.submit(job("a")).unwrap();
    wait(&handle).unwrap();
    let before = handle.progress();
    sinks.recv_timeout(LONG).unwrap().set(0.5, "too late");
    assert_eq!(handle.progress(), before);
}

#[test]
fn a_failed_job_does_not_claim_to_be_complete() {
    let engine = engine(config(1), |_, context| {
        context.progress.set(0.4, "so far");
        Err(ytclipper::Error::internal("no"))
    });
    let handle = engine.submit(job("a")).unwrap();
    wait(&handle).unwrap_err();
    assert_eq!((handle.progress().percent, handle.progress().message.as_str()), (40.0, "so far"));
}
