//! Running jobs.

use std::path::PathBuf;
use std::sync::{Arc, Barrier};

use crossbeam_channel::unbounded;
use ytclipper::engine::{EngineConfig, JobState};
use ytclipper::{Error, ErrorKind};

use super::{Hold, LONG, config, done, engine, job, name_of, wait, wait_all};

#[test]
fn a_panic_fails_that_job_alone() {
    let engine = engine(config(1), |spec, _| match name_of(spec).as_str() {
        "panic" => panic!("number {}", 7),
        _ => Ok(done()),
    });
    let (bad, good) = (engine.submit(job("panic")).unwrap(), engine.submit(job("good")).unwrap());
    let error = wait(&bad).unwrap_err();
    assert_eq!((error.kind(), bad.state()), (ErrorKind::Internal, JobState::Failed));
    assert!(error.message().contains("number 7"), "{error}");
    wait(&good).unwrap();
}

#[test]
fn a_failure_names_the_stage_that_was_at_work() {
    let engine = engine(config(1), |_, context| {
        context.window(ytclipper::outcome::Stage::Transcribing, 0.0, 1.0).progress.set(0.5, "listening");
        Err(Error::new(ErrorKind::CorruptMedia, "broken"))
    });
    let handle = engine.submit(job("a")).unwrap();
    let error = wait(&handle).unwrap_err();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::CorruptMedia, Some("transcribing")));
    assert_eq!(handle.error().unwrap().kind(), ErrorKind::CorruptMedia);
}

#[test]
fn as_many_jobs_run_at_once_as_there_are_workers() {
    let (both, hold) = (Arc::new(Barrier::new(2)), Hold::new());
    let (meet, gate) = (Arc::clone(&both), hold.clone());
    let engine = engine(config(2), move |spec, context| {
        if name_of(spec) == "meet" {
            meet.wait();
            return Ok(done());
        }
        gate.stay(spec, context).map(|()| done())
    });
    let pair = [engine.submit(job("meet")).unwrap(), engine.submit(job("meet")).unwrap()];
    wait_all(&pair);
    let held: Vec<_> = (0..3).map(|_| engine.submit(job("held")).unwrap()).collect();
    hold.started();
    hold.started();
    assert_eq!((engine.stats().running, engine.stats().queued), (2, 1));
    assert!(hold.none_started());
    hold.release(3);
    wait_all(&held);
}

#[test]
fn two_running_jobs_share_the_threads() {
    let (both, (sender, leases)) = (Arc::new(Barrier::new(2)), unbounded());
    let engine = engine(EngineConfig { threads: 4, ..config(2) }, move |_, context| {
        both.wait();
        let lease = context.threads.lease();
        sender.send(lease.threads()).unwrap();
        both.wait();
        Ok(done())
    });
    let pair = [engine.submit(job("a")).unwrap(), engine.submit(job("b")).unwrap()];
    wait_all(&pair);
    assert_eq!(leases.try_iter().collect::<Vec<_>>(), [2, 2]);
    assert_eq!((engine.stats().threads, engine.stats().threads_leased), (4, 0));
}

#[test]
fn a_jobs_folder_is_gone_before_its_end_is_visible() {
    let root = tempfile::tempdir().unwrap();
    let (sender, paths) = unbounded();
    let config = EngineConfig { data_dir: Some(root.path().to_owned()), ..config(1) };
    let engine = engine(config, move |spec, context| {
        let path = context.workspace.path().unwrap();
        std::fs::write(path.join("a"), "b").unwrap();
        sender.send(path).unwrap();
        assert!(name_of(spec) != "panic", "on purpose");
        Ok(done())
    });
    for name in ["ok", "panic"] {
        let handle = engine.submit(job(name)).unwrap();
        drop(wait(&handle));
        let path: PathBuf = paths.recv_timeout(LONG).unwrap();
        assert!(path.starts_with(root.path()) && !path.exists(), "{name}");
    }
}

#[test]
fn a_job_that_waits_for_a_job_is_told_that_it_would_deadlock() {
    let (sender, handles) = unbounded::<ytclipper::engine::JobHandle>();
    let engine = engine(config(1), move |_, _| {
        let other = handles.recv_timeout(LONG).unwrap();
        Err(other.wait(None).unwrap_err())
    });
    let waiting = engine.submit(job("a")).unwrap();
    sender.send(waiting.clone()).unwrap();
    assert_eq!(wait(&waiting).unwrap_err().kind(), ErrorKind::WouldDeadlock);
}

/// Niceness of the calling thread: field 19 of its stat line, counted after the name.
#[cfg(target_os = "linux")]
fn niceness() -> i32 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let fields = stat.rsplit_once(')').unwrap().1;
    fields.split_whitespace().nth(16).unwrap().parse().unwrap()
}

/// Niceness of a worker, and of a thread that its job started.
#[cfg(target_os = "linux")]
fn niceness_of_workers(nice: i32) -> (i32, i32) {
    let (sender, seen) = unbounded();
    let engine = engine(EngineConfig { nice, ..config(1) }, move |_, _| {
        assert_eq!(std::thread::current().name(), Some("ytc-worker-1"));
        let child = std::thread::spawn(niceness).join().unwrap();
        sender.send((niceness(), child)).unwrap();
        Ok(done())
    });
    wait(&engine.submit(job("a")).unwrap()).unwrap();
    seen.recv_timeout(LONG).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn workers_and_their_threads_stand_behind_the_host() {
    let host = niceness();
    let expected = (host + 7).min(19);
    assert_eq!(niceness_of_workers(7), (expected, expected));
    assert_eq!(niceness_of_workers(0), (host, host), "without the setting they would not");
    assert_eq!(niceness(), host, "the host keeps its own");
}
