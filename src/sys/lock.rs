//! `Mutex` and `Condvar` without poison, and safe to make anew in the child of a fork.
//!
//! They stand on those of `std`, which keep all their state in themselves. A lock that parks its
//! waiters in a table of the process (parking_lot) takes the parent's sleeping threads along into
//! the child, where their stacks are handed to new threads: waits there hang or abort.

use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;
use std::time::Instant;

/// A mutual exclusion. A panic of its holder leaves it usable.
#[derive(Debug, Default)]
pub struct Mutex<T>(std::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// A free lock around `value`.
    pub const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    /// Waits for the lock.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard(Some(self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// The lock while it is held. It is empty only inside of a [`Condvar`]'s wait.
#[derive(Debug)]
pub struct MutexGuard<'a, T>(Option<std::sync::MutexGuard<'a, T>>);

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(guard) => guard,
            None => unreachable!("a guard is given back after a wait"),
        }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.0 {
            Some(guard) => guard,
            None => unreachable!("a guard is given back after a wait"),
        }
    }
}

/// Waits for a change of what a [`Mutex`] guards.
#[derive(Debug, Default)]
pub struct Condvar(std::sync::Condvar);

impl Condvar {
    /// One that nobody waits for.
    pub const fn new() -> Self {
        Self(std::sync::Condvar::new())
    }

    /// Wakes one waiting thread.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes all waiting threads.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }

    /// Lets go of the lock until woken. May return without a reason.
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        if let Some(held) = guard.0.take() {
            guard.0 = Some(self.0.wait(held).unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// As [`wait`](Self::wait), but no longer than until `deadline`; `true` where that has passed.
    pub fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, deadline: Instant) -> bool {
        let left = deadline.saturating_duration_since(Instant::now());
        if let Some(held) = guard.0.take() {
            let (held, _) = self.0.wait_timeout(held, left).unwrap_or_else(PoisonError::into_inner);
            guard.0 = Some(held);
        }
        Instant::now() >= deadline
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_panic_of_the_holder_leaves_the_lock_usable() {
        let lock = Arc::new(Mutex::new(1));
        let other = Arc::clone(&lock);
        let panicked = std::thread::spawn(move || {
            let _held = other.lock();
            panic!("while holding it");
        });
        assert!(panicked.join().is_err());
        *lock.lock() += 1;
        assert_eq!(*lock.lock(), 2);
    }

    #[test]
    fn a_wait_ends_with_the_change_or_at_the_deadline() {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let other = Arc::clone(&shared);
        let (lock, changed) = &*shared;
        let mut ready = lock.lock();
        let deadline = Instant::now() + Duration::from_millis(20);
        while !changed.wait_until(&mut ready, deadline) {}
        assert!(!*ready && Instant::now() >= deadline);
        let setter = std::thread::spawn(move || {
            *other.0.lock() = true;
            other.1.notify_all();
        });
        while !*ready {
            changed.wait(&mut ready);
        }
        drop(ready);
        setter.join().unwrap();
    }
}
