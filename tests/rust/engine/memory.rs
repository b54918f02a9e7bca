//! Memory and threads over many jobs, each measured in a process of its own: beside other tests
//! neither would be a job's.
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ytclipper::engine::{Engine, EngineConfig, ShutdownMode, SubmitOptions, Subscriber};
use ytclipper::outcome::Stage;
use ytclipper::spec::JobSpec;

use super::{LONG, config, done, engine, job, wait};
use crate::support::{Folder, alone, proof};

const JOBS: u64 = 1000;
/// Jobs until memory is at its level.
const WARM: u64 = 200;
/// Growth of memory that a later job may leave, in bytes.
const BAR: u64 = 10_000;
/// Threads that an engine has beside its workers: the dispatcher, the timer.
const OWN: usize = 2;
/// Threads that the measured process has beside the engine's: the main one, the test's, the watcher.
const OTHERS: usize = 3;

/// The names of the process's threads; one may end meanwhile.
fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let name =
        |task: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(task.unwrap().path().join("comm"));
    let mut names: Vec<_> =
        tasks.filter_map(|task| name(task).ok()).map(|name| name.trim().to_owned()).collect();
    names.sort();
    names
}

/// Does a job to its end.
fn run_one(engine: &Engine, spec: JobSpec) {
    let options = SubmitOptions { run_timeout_s: Some(3600.0), ..SubmitOptions::default() };
    let subscriber = Subscriber::new().on_progress(|_, _| {}).on_done(|_| {});
    wait(&engine.submit_with(spec, &options, subscriber).unwrap()).unwrap();
}

/// Jobs that tell as much as long ones do, which fills their histories of events.
fn talkative(config: EngineConfig) -> Engine {
    engine(config, |_, context| {
        for step in 0..300u32 {
            // Two stages by turns, so that no event is held back.
            let stage = if step % 2 == 0 { Stage::Transcribing } else { Stage::Clipping };
            let context = context.window(stage, 0.0, 1.0);
            context.progress.set(f64::from(step) / 300.0, format!("step {step} of a job with much to tell"));
        }
        Ok(done())
    })
}

/// Bytes that each job after the warm-up leaves, and the most threads that there were, by name.
fn measure(engine: Engine, spec: impl Fn(u64) -> JobSpec) -> (u64, Vec<String>) {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let watcher = std::thread::spawn(move || {
        let mut most = Vec::new();
        while !stopped.load(Ordering::SeqCst) {
            let now = threads();
            most = if now.len() > most.len() { now } else { most };
            std::thread::yield_now();
        }
        most
    });
    let memory = || engine.stats().memory_bytes.unwrap();
    (0..WARM).for_each(|number| run_one(&engine, spec(number)));
    let before = memory();
    for number in WARM..JOBS {
        run_one(&engine, spec(number));
        if number % 100 == 99 {
            println!("memory: {} kB after {} jobs", memory() / 1024, number + 1);
        }
    }
    let grown = memory().saturating_sub(before);
    stop.store(true, Ordering::SeqCst);
    let most = watcher.join().unwrap();
    engine.shutdown(ShutdownMode::Drain, Some(LONG)).unwrap();
    (grown / (JOBS - WARM), most)
}

/// Tells how much memory a job leaves and how many threads there were, against their bars.
fn tell(jobs: &str, bytes: u64, most: &[String], budget: usize) {
    let found = format!("{JOBS} {jobs}: {bytes} bytes a job after the {WARM}th, {} threads", most.len());
    let kept = bytes < BAR && most.len() <= budget;
    assert!(kept || bytes >= BAR, "{most:?}");
    proof::tell(26, &found, &format!("< {BAR}, <= {budget}"), kept);
}

#[test]
#[ignore = "measured in a process of its own"]
fn flat_child() {
    let (bytes, most) = measure(talkative(config(2)), |_| job("a"));
    tell("jobs that do nothing", bytes, &most, 2 + OWN + OTHERS);
}

/// What keeps the measurement honest: here each job does leave something.
#[test]
#[ignore = "measured in a process of its own"]
fn leak_child() {
    let leaking = engine(config(2), |_, _| {
        std::mem::forget(std::hint::black_box(vec![1u8; 2 * BAR as usize]));
        Ok(done())
    });
    let (bytes, _) = measure(leaking, |_| job("a"));
    println!("memory: {bytes} bytes a job that leaks {}", 2 * BAR);
    assert!(bytes >= BAR, "{bytes} bytes a job");
}

/// Real jobs on real media: `make prove` runs this one, with `MALLOC_ARENA_MAX=1`.
#[test]
#[ignore = "measured in a process of its own"]
fn real_child() {
    let folder = Folder::new();
    let source = folder.media(
        "a.mp4",
        "-f lavfi -i testsrc2=s=160x90:r=30:d=2 -f lavfi -i sine=d=2 -c:v libx264 -preset ultrafast \
         -pix_fmt yuv420p -c:a aac",
    );
    let source = source.display();
    let output = |name: &str| folder.path(name).display().to_string();
    let specs = [
        format!(r#"{{"kind":"probe","source":"{source}"}}"#),
        format!(
            r#"{{"kind":"thumbnail","source":"{source}","output":"{}","time":1,"overwrite":true}}"#,
            output("a.jpg")
        ),
        format!(
            r#"{{"kind":"render","source":"{source}","output":"{}","overwrite":true,
            "parts":[{{"start":0.5,"end":0.8}}],"encode":{{"preset":"ultrafast"}}}}"#,
            output("b.mp4")
        ),
    ];
    let threads = 2;
    let engine = Engine::new(EngineConfig { threads, ..config(2) }).unwrap();
    let (bytes, most) =
        measure(engine, |number| JobSpec::from_json(&specs[number as usize % specs.len()]).unwrap());
    // Threads bear the name of the one that started them. Decoder and filters have as many as the
    // budget; x264 has half as many again, and one that looks ahead.
    let named = |name: &str| most.iter().filter(|thread| *thread == name).count();
    assert!(named("ytc-worker-1").max(named("ytc-worker-2")) <= 1 + 2 * threads, "{most:?}");
    assert!(named("ytc-encode") <= 1 + threads * 3 / 2 + 1, "{most:?}");
    tell("real jobs", bytes, &most, 2 + OWN + OTHERS + 2 * threads + threads * 3 / 2 + 2);
}

/// Runs one of the above, which must hold, and hands on what it printed.
fn holds(test: &str) {
    let (succeeded, said) = alone(test, &[]);
    print!("{said}");
    assert!(succeeded, "{said}");
}

#[test]
fn memory_is_flat_and_threads_are_as_many_as_they_should_be() {
    holds("engine::memory::flat_child");
}

#[test]
fn a_job_that_leaks_is_noticed() {
    holds("engine::memory::leak_child");
}
