//! An engine's threads: which are alive, and waiting for their end.

use std::time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::sys::{Condvar, JoinHandle, Mutex};

/// The threads of an engine.
#[derive(Default)]
pub(crate) struct Lifecycle {
    alive: Mutex<Alive>,
    changed: Condvar,
    handles: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Default)]
struct Alive {
    workers: usize,
    dispatchers: usize,
    timers: usize,
}

/// What a thread of an engine is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Worker,
    Dispatcher,
    Timer,
}

impl Lifecycle {
    /// Counts a thread that is about to start.
    pub(crate) fn starts(&self, role: Role) {
        *self.alive.lock().count(role) += 1;
    }

    /// Counts a thread's end; `true` for the last of its role.
    pub(crate) fn ends(&self, role: Role) -> bool {
        let mut alive = self.alive.lock();
        let count = alive.count(role);
        *count -= 1;
        let last = *count == 0;
        self.changed.notify_all();
        last
    }

    /// Keeps a thread to be joined.
    pub(crate) fn keep(&self, handle: JoinHandle<()>) {
        self.handles.lock().push(handle);
    }

    /// Waits until all threads have ended, and joins them. `Err(Timeout)` at the deadline.
    pub(crate) fn join(&self, deadline: Option<Instant>) -> Result<()> {
        let mut alive = self.alive.lock();
        while alive.any() {
            let Some(deadline) = deadline else {
                self.changed.wait(&mut alive);
                continue;
            };
            let late = self.changed.wait_until(&mut alive, deadline);
            if late && alive.any() {
                return Err(timed_out(alive.workers));
            }
        }
        drop(alive);
        // Under the lock, so that a concurrent caller does not return before they are joined. They
        // are at their very end, so this takes no time.
        for handle in self.handles.lock().drain(..) {
            // A thread that panicked has ended, too.
            let _ = handle.join();
        }
        Ok(())
    }
}

impl Alive {
    fn any(&self) -> bool {
        self.workers + self.dispatchers + self.timers > 0
    }

    fn count(&mut self, role: Role) -> &mut usize {
        match role {
            Role::Worker => &mut self.workers,
            Role::Dispatcher => &mut self.dispatchers,
            Role::Timer => &mut self.timers,
        }
    }
}

fn timed_out(workers: usize) -> Error {
    let message = format!(
        "the engine takes no more jobs, but {workers} workers were still busy at the deadline; \
         shut down again to wait on, or with the mode now to cancel their jobs"
    );
    Error::new(ErrorKind::Timeout, message).with("busy_workers", workers)
}
