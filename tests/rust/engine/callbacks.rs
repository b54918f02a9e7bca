//! Calls into the host.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crossbeam_channel::{bounded, unbounded};
use ytclipper::ErrorKind;
use ytclipper::engine::{JobState, ShutdownMode, SubmitOptions, Subscriber};

use super::{Hold, LONG, config, done, engine, job, quick, wait};

#[test]
fn all_callbacks_run_on_one_thread_and_the_completion_comes_last() {
    let engine = engine(config(4), |_, context| {
        (0..=10).for_each(|step| context.progress.set(f64::from(step) / 10.0, "at work"));
        Ok(done())
    });
    let (sender, calls) = unbounded();
    for _ in 0..50 {
        let (progress, finish) = (sender.clone(), sender.clone());
        let here = || (std::thread::current().id(), std::thread::current().name().map(str::to_owned));
        let subscriber = Subscriber::new()
            .on_progress(move |handle, event| progress.send((handle.id(), Some(event.seq), here())).unwrap())
            .on_done(move |handle| finish.send((handle.id(), None, here())).unwrap());
        engine.submit_with(job("a"), &SubmitOptions::default(), subscriber).unwrap();
    }
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    let calls: Vec<_> = calls.try_iter().collect();
    assert!(calls.iter().all(|(_, _, thread)| *thread == calls[0].2));
    assert_eq!(calls[0].2.1.as_deref(), Some("ytc-dispatcher"));
    for id in 1..=50 {
        let of_job: Vec<_> = calls.iter().filter(|(job, _, _)| job.0 == id).map(|(_, seq, _)| *seq).collect();
        let (last, events) = of_job.split_last().unwrap();
        assert!(last.is_none() && events.iter().all(Option::is_some), "{of_job:?}");
        assert!(events.is_sorted_by(|one, two| one < two), "{of_job:?}");
    }
}

#[test]
fn inside_a_callback_waiting_is_refused_and_all_else_is_legal() {
    let engine = quick();
    let (sender, seen) = unbounded();
    let inside = engine.clone();
    let handle = engine.submit(job("a")).unwrap();
    handle.on_done(move |handle| {
        let waited = handle.wait(Some(LONG)).unwrap_err().kind();
        let closed = inside.shutdown(ShutdownMode::Now, None).unwrap_err().kind();
        let next = inside.submit(job("b")).unwrap();
        next.cancel();
        let states = (handle.state(), inside.jobs().len(), inside.stats().workers);
        sender.send((waited, closed, states, handle.result().unwrap().is_ok(), next)).unwrap();
    });
    let (waited, closed, states, succeeded, next) = seen.recv_timeout(LONG).unwrap();
    assert_eq!((waited, closed), (ErrorKind::WouldDeadlock, ErrorKind::WouldDeadlock));
    assert_eq!(states, (JobState::Succeeded, 2, 2));
    assert!(succeeded);
    drop(wait(&next));
    engine.submit(job("c")).expect("the refused shutdown changed nothing");
}

#[test]
fn a_panic_in_a_callback_is_counted_and_changes_nothing() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let (sender, calls) = unbounded();
    let subscriber =
        Subscriber::new().on_progress(|_, _| panic!("in progress")).on_done(|_| panic!("in completion"));
    let handle = engine.submit_with(job("a"), &SubmitOptions::default(), subscriber).unwrap();
    handle.on_done(move |handle| sender.send(handle.state()).unwrap());
    hold.release(1);
    assert_eq!(calls.recv_timeout(LONG).unwrap(), JobState::Succeeded);
    wait(&handle).unwrap();
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    assert!(engine.stats().callback_panics >= 2, "{:?}", engine.stats());
}

#[test]
fn a_callback_that_comes_late_is_called_once_on_the_dispatcher() {
    let engine = quick();
    let handle = engine.submit(job("a")).unwrap();
    wait(&handle).unwrap();
    let (sender, calls) = unbounded();
    handle.on_done(move |_| sender.send(std::thread::current().name().map(str::to_owned)).unwrap());
    assert_eq!(calls.recv_timeout(LONG).unwrap().as_deref(), Some("ytc-dispatcher"));
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    assert!(calls.is_empty());
}

#[test]
fn a_callback_that_comes_after_the_engines_end_is_called_right_there() {
    let engine = quick();
    let handle = engine.submit(job("a")).unwrap();
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    drop(engine);
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    handle.on_done(move |handle| {
        assert_eq!(handle.wait(None).unwrap_err().kind(), ErrorKind::WouldDeadlock);
        count.fetch_add(1, Ordering::SeqCst);
    });
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    handle.wait(Some(LONG)).expect("the mark of the callback is taken off again");
}

#[test]
fn the_last_engine_may_go_in_its_own_callback() {
    let engine = quick();
    let (sender, seen) = unbounded();
    let (keep, kept) = bounded(1);
    let handle = engine.submit(job("a")).unwrap();
    handle.on_done(move |_| {
        drop(kept.recv_timeout(LONG).unwrap());
        sender.send(()).unwrap();
    });
    keep.send(engine).unwrap();
    seen.recv_timeout(LONG).unwrap();
}

#[test]
fn a_callback_that_owns_the_engine_lets_go_of_it_when_the_job_is_over() {
    let engine = quick();
    let (marker, gone) = bounded::<()>(1);
    let held = engine.clone();
    let subscriber = Subscriber::new().on_progress(move |_, _| {
        let _ = (&held, &marker);
    });
    let handle = engine.submit_with(job("a"), &SubmitOptions::default(), subscriber).unwrap();
    drop(engine);
    drop(handle);
    let ended = gone.recv_timeout(LONG).unwrap_err();
    assert_eq!(ended, crossbeam_channel::RecvTimeoutError::Disconnected);
}

#[test]
fn completion_reaches_the_host_while_progress_is_dropped_for_a_slow_one() {
    let engine = engine(config(1), |_, context| {
        let stages = [ytclipper::outcome::Stage::Clipping, ytclipper::outcome::Stage::Organizing];
        for step in 0..10_000 {
            context.window(stages[step % 2], 0.0, 1.0).progress.set(0.5, "a new stage always passes");
        }
        Ok(done())
    });
    let (enter, entered) = unbounded();
    let (leave, left) = unbounded::<()>();
    let (sender, finished) = unbounded();
    let heard = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&heard);
    let subscriber = Subscriber::new()
        .on_progress(move |_, _| {
            if count.fetch_add(1, Ordering::SeqCst) == 0 {
                enter.send(()).unwrap();
                left.recv_timeout(LONG).unwrap();
            }
        })
        .on_done(move |handle| sender.send(handle.state()).unwrap());
    let handle = engine.submit_with(job("a"), &SubmitOptions::default(), subscriber).unwrap();
    entered.recv_timeout(LONG).unwrap();
    wait(&handle).unwrap();
    assert!(finished.is_empty(), "the dispatcher is busy, the job is over");
    leave.send(()).unwrap();
    assert_eq!(finished.recv_timeout(LONG).unwrap(), JobState::Succeeded);
    let heard = heard.load(Ordering::SeqCst);
    assert!((2..=600).contains(&heard), "10,000 passed, {heard} were kept and heard");
}

#[test]
fn a_wait_ends_at_its_timeout_and_the_job_goes_on() {
    let hold = Hold::new();
    let engine = hold.engine(config(1));
    let handle = engine.submit(job("a")).unwrap();
    hold.started();
    assert_eq!(handle.wait(Some(Duration::ZERO)).unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(handle.wait(Some(Duration::from_millis(5))).unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(handle.state(), JobState::Running);
    hold.release(1);
    handle.wait(Some(Duration::MAX)).unwrap();
    handle.wait(None).unwrap();
}

#[test]
fn what_is_posted_runs_in_order_on_the_dispatcher_thread_until_the_engine_has_ended() {
    let engine = quick();
    let (dispatcher, (told, tell)) = (engine.dispatcher(), unbounded());
    for number in 0..3 {
        let (told, engine) = (told.clone(), engine.clone());
        assert!(dispatcher.post(move || {
            let waits = engine.shutdown(ShutdownMode::Now, None).unwrap_err().kind();
            told.send((number, std::thread::current().name().map(str::to_owned), waits)).unwrap();
        }));
    }
    assert!(dispatcher.post(|| panic!("posted")));
    wait(&engine.submit(job("a")).unwrap()).unwrap();
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    let name = Some("ytc-dispatcher".to_owned());
    let all: Vec<_> = tell.try_iter().collect();
    let wanted: Vec<_> = (0..3).map(|number| (number, name.clone(), ErrorKind::WouldDeadlock)).collect();
    assert_eq!(all, wanted);
    assert_eq!(engine.stats().callback_panics, 1);
    assert!(!dispatcher.post(|| unreachable!()));
}
