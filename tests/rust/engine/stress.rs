//! Many threads at one engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crossbeam_channel::{Sender, unbounded};
use ytclipper::engine::{Engine, EngineConfig, ShutdownMode, SubmitOptions, Subscriber};
use ytclipper::{Error, ErrorKind};

use super::{LONG, config, done, engine, job, name_of};

const THREADS: u64 = 8;
const JOBS: u64 = 300;
/// Jobs that a thread has had taken when the engine may be shut down.
const HALFWAY: u64 = 30;

fn busy_engine() -> Engine {
    engine(EngineConfig { queue_capacity: 64, keep_finished: 16, ..config(4) }, |spec, context| {
        for step in 0..20 {
            context.progress.set(f64::from(step) / 20.0, "at work");
            context.cancel.check()?;
        }
        match name_of(spec).as_str() {
            "fail" => Err(Error::internal("no")),
            _ => Ok(done()),
        }
    })
}

/// Submits, cancels, waits and listens; returns how many jobs were taken.
fn host(engine: &Engine, seed: u64, delivered: &Arc<AtomicU64>, halfway: &Sender<()>) -> u64 {
    let mut accepted = 0;
    for number in 0..JOBS {
        let count = Arc::clone(delivered);
        let subscriber = Subscriber::new().on_progress(|_, _| {}).on_done(move |handle| {
            assert!(handle.state().is_finished());
            count.fetch_add(1, Ordering::SeqCst);
        });
        let name = if number % 5 == 0 { "fail" } else { "ok" };
        let handle = match engine.submit_with(job(name), &SubmitOptions::default(), subscriber) {
            Ok(handle) => handle,
            Err(error) if error.kind() == ErrorKind::QueueFull => continue,
            Err(error) if error.kind() == ErrorKind::ShutDown => break,
            Err(error) => panic!("{error:?}"),
        };
        accepted += 1;
        if accepted == HALFWAY {
            halfway.send(()).unwrap();
        }
        match (seed + number) % 4 {
            0 => drop(handle.cancel()),
            1 => handle.wait(Some(LONG)).unwrap(),
            2 => drop(handle.wait(Some(Duration::ZERO))),
            _ => handle.subscribe_since(0, |_, _| {}).unsubscribe(),
        }
    }
    accepted
}

fn run(end: Option<ShutdownMode>) {
    let engine = busy_engine();
    let delivered = Arc::new(AtomicU64::new(0));
    let (sender, halfway) = unbounded();
    let accepted: u64 = std::thread::scope(|scope| {
        let (engine, delivered, sender) = (&engine, &delivered, &sender);
        let hosts: Vec<_> =
            (0..THREADS).map(|seed| scope.spawn(move || host(engine, seed, delivered, sender))).collect();
        if let Some(mode) = end {
            halfway.recv_timeout(LONG).unwrap();
            engine.shutdown(mode, Some(LONG)).unwrap();
        }
        hosts.into_iter().map(|host| host.join().unwrap()).sum()
    });
    assert!(accepted >= HALFWAY);
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    let stats = engine.stats();
    assert_eq!(delivered.load(Ordering::SeqCst), accepted);
    assert_eq!(stats.succeeded + stats.failed + stats.cancelled, accepted);
    assert_eq!((stats.queued, stats.running, stats.callback_panics), (0, 0, 0));
    assert!(engine.jobs().len() <= 16);
}

#[test]
fn every_accepted_job_completes_once_under_load() {
    run(None);
}

#[test]
fn every_accepted_job_completes_once_when_shut_down_under_load() {
    for _ in 0..10 {
        for mode in ShutdownMode::ALL {
            run(Some(mode));
        }
    }
}
