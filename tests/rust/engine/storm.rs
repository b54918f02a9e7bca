//! Promise 13: callbacks that cancel, submit, close or panic, by the thousand. In a process of its
//! own: what is planted to see that the test can fail leaves a thread that never ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ytclipper::ErrorKind;
use ytclipper::engine::{Engine, EngineConfig, JobHandle, JobId, ShutdownMode, SubmitOptions, Subscriber};

use super::{LONG, config, done, engine, job};
use crate::support::{alone, proof};

/// Callbacks in a quick run; `YTC_CALLBACKS` asks for more.
const QUICK: u64 = 1000;
/// Callbacks of one engine.
const ROUND: u64 = 500;

/// What is planted, to see that the test can fail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// A callback closes the engine through another thread, which no guard sees.
    Unguarded,
    /// One userdata is never freed.
    Leak,
}

impl Fault {
    /// The one that `YTC_FAULT` names.
    fn planted() -> Self {
        match std::env::var("YTC_FAULT").as_deref() {
            Ok("unguarded") => Self::Unguarded,
            Ok("leak") => Self::Leak,
            Ok(_) | Err(_) => Self::None,
        }
    }

    /// How long an engine may take to end.
    fn limit(self) -> Duration {
        if self == Self::Unguarded { Duration::from_secs(2) } else { LONG }
    }
}

/// What has happened so far.
#[derive(Default)]
struct Counts {
    called: AtomicU64,
    refused: AtomicU64,
    freed: AtomicU64,
    planned: AtomicU64,
    panics: AtomicU64,
}

/// What a callback carries. Its end is counted.
struct Userdata(Arc<Counts>);

impl Drop for Userdata {
    fn drop(&mut self) {
        self.0.freed.fetch_add(1, Ordering::SeqCst);
    }
}

/// A linear congruential generator: the next number below a limit (Knuth, MMIX).
fn roll(state: &mut u64, below: u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// An engine whose jobs report, and look whether they shall stop.
fn reporting() -> Engine {
    engine(EngineConfig { queue_capacity: 4 * ROUND as usize, ..config(2) }, |_, context| {
        for step in 0..5 {
            context.progress.set(f64::from(step) / 5.0, "at work");
            context.cancel.check()?;
        }
        Ok(done())
    })
}

/// What a callback at the end of a job does.
fn act(action: u64, engine: &Engine, handle: &JobHandle, counts: &Counts, fault: Fault) {
    counts.called.fetch_add(1, Ordering::SeqCst);
    match action {
        0 => drop(engine.job(JobId(handle.id().0 + 1)).map(|next| next.cancel())),
        1 => drop(engine.submit(job("submitted"))),
        2 if fault == Fault::Unguarded => {
            let other = engine.clone();
            drop(std::thread::spawn(move || other.shutdown(ShutdownMode::Drain, None)).join());
        }
        2 => {
            let closed = engine.shutdown(ShutdownMode::Now, None).unwrap_err();
            let waited = handle.wait(None).unwrap_err();
            assert_eq!((closed.kind(), waited.kind()), (ErrorKind::WouldDeadlock, ErrorKind::WouldDeadlock));
            counts.refused.fetch_add(1, Ordering::SeqCst);
        }
        _ => {
            counts.planned.fetch_add(1, Ordering::SeqCst);
            panic!("planned");
        }
    }
}

/// Submits a job whose callbacks do something; an eighth of the jobs is cancelled by its progress.
fn submit(engine: &Engine, counts: &Arc<Counts>, random: &mut u64, fault: Fault) {
    let (action, hasty) = (roll(random, 4), roll(random, 8) == 0);
    let userdata = Arc::new(Userdata(Arc::clone(counts)));
    if fault == Fault::Leak {
        std::mem::forget(Arc::clone(&userdata));
    }
    let (listening, inner) = (Arc::clone(&userdata), engine.clone());
    let subscriber = Subscriber::new()
        .on_progress(move |handle, _| {
            let _held = &listening;
            if hasty {
                handle.cancel();
            }
        })
        .on_done(move |handle| act(action, &inner, handle, &userdata.0, fault));
    // A callback closes the engine only where that is planted.
    if let Err(error) = engine.submit_with(job("a"), &SubmitOptions::default(), subscriber) {
        assert!(fault == Fault::Unguarded && error.kind() == ErrorKind::ShutDown, "{error:?}");
    }
}

/// Runs an engine to its end; false where it never ends.
fn round(callbacks: u64, counts: &Arc<Counts>, random: &mut u64, fault: Fault) -> bool {
    let engine = reporting();
    for _ in 0..callbacks {
        submit(&engine, counts, random, fault);
    }
    let ended = engine.shutdown(ShutdownMode::Drain, Some(fault.limit())).is_ok();
    counts.panics.fetch_add(engine.stats().callback_panics, Ordering::SeqCst);
    ended
}

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
#[ignore = "run in a process of its own"]
fn child() {
    std::panic::set_hook(Box::new(|_| {}));
    let (total, seed) = (number("YTC_CALLBACKS", QUICK), number("YTC_SEED", 1));
    let (fault, counts) = (Fault::planted(), Arc::new(Counts::default()));
    let (mut random, mut made, mut deadlocks) = (seed, 0, 0);
    while made < total && deadlocks == 0 {
        let callbacks = ROUND.min(total - made);
        deadlocks += u64::from(!round(callbacks, &counts, &mut random, fault));
        made += callbacks;
    }
    let load = |count: &AtomicU64| count.load(Ordering::SeqCst);
    let found = format!(
        "Rust: {} callbacks that cancel, submit, close ({} refused) or panic ({}), seed {seed}: \
         {deadlocks} deadlocks, userdata freed {} of {made}",
        load(&counts.called),
        load(&counts.refused),
        load(&counts.panics),
        load(&counts.freed),
    );
    let kept = deadlocks == 0
        && [&counts.called, &counts.freed].into_iter().all(|count| load(count) == total)
        && load(&counts.refused) > 0
        && load(&counts.planned) > 0
        && load(&counts.panics) == load(&counts.planned);
    proof::tell(13, &found, &format!("{total} called, 0, all"), kept);
}

#[test]
fn callbacks_may_do_what_they_like() {
    let (succeeded, said) = alone("engine::storm::child", &[]);
    print!("{said}");
    assert!(succeeded, "{said}");
}

/// What keeps the test above honest: a wait that no guard refuses hangs, and it says so.
#[test]
fn a_close_that_is_not_refused_is_noticed() {
    let (succeeded, said) = alone("engine::storm::child", &[("YTC_FAULT", "unguarded")]);
    assert!(!succeeded && said.contains("1 deadlocks"), "{said}");
}

#[test]
fn userdata_that_is_not_freed_is_noticed() {
    let (succeeded, said) = alone("engine::storm::child", &[("YTC_FAULT", "leak"), ("YTC_CALLBACKS", "200")]);
    assert!(!succeeded && said.contains("0 deadlocks, userdata freed 0 of 200"), "{said}");
}
