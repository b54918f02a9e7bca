//! What the engine's threads meet by, besides the locks, and its clock. The models of
//! `tests/models` put those of loom and shuttle in their place, so the engine takes them from here.

use std::time::Instant;

pub use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
pub use std::thread::{Builder, JoinHandle};
pub use std::thread_local;

/// The time.
pub fn now() -> Instant {
    Instant::now()
}
