//! Stands in for `sys`, over shuttle. Its clock is the model's: it stands still but where a wait
//! runs to its deadline, so that a schedule can be replayed.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::{OnceLock, PoisonError};
use std::time::{Duration, Instant};

pub use shuttle::sync::atomic::{AtomicBool, AtomicU64, Ordering};
pub use shuttle::thread::{Builder, JoinHandle};
pub use shuttle::thread_local;

std::thread_local! {
    /// How far the clock has been advanced. Shuttle runs all threads of a model on one.
    static PASSED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// The time of the model.
pub fn now() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now) + PASSED.get()
}

/// Lets time pass until then.
fn pass(until: Instant) {
    let left = until.saturating_duration_since(now());
    PASSED.set(PASSED.get() + left);
}

/// Begins a schedule at the same time as any other.
pub fn reset_clock() {
    PASSED.set(Duration::ZERO);
}

pub fn lower_priority(_: i32) -> std::io::Result<()> {
    Ok(())
}

pub fn resident_bytes() -> Option<u64> {
    None
}

#[derive(Debug, Default)]
pub struct Mutex<T>(shuttle::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Self(shuttle::sync::Mutex::new(value))
    }

    pub fn lock(&self) -> MutexGuard<'_, T> {
        let guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        MutexGuard { lock: self, guard: Some(guard) }
    }
}

#[derive(Debug)]
pub struct MutexGuard<'a, T> {
    lock: &'a Mutex<T>,
    guard: Option<shuttle::sync::MutexGuard<'a, T>>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.guard.as_ref().unwrap()
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.guard.as_mut().unwrap()
    }
}

#[derive(Debug, Default)]
pub struct Condvar(shuttle::sync::Condvar);

impl Condvar {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }

    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let held = guard.guard.take().unwrap();
        guard.guard = Some(self.0.wait(held).unwrap_or_else(PoisonError::into_inner));
    }

    /// Returns without a reason, as the real one may; now and then the deadline has come.
    pub fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, deadline: Instant) -> bool {
        use shuttle::rand::Rng;
        drop(guard.guard.take());
        shuttle::thread::yield_now();
        if shuttle::rand::thread_rng().gen_range(0..4) == 0 {
            pass(deadline);
        }
        guard.guard = Some(guard.lock.0.lock().unwrap_or_else(PoisonError::into_inner));
        now() >= deadline
    }
}
