//! The few calls of the operating system that the standard library lacks. They stand here so that
//! the rooms above need no `unsafe`.

#[cfg(feature = "download")]
mod children;
mod folders;
#[cfg(test)]
mod fork;
mod lock;
mod memory;
mod priority;
mod sync;

#[cfg(feature = "download")]
pub use children::{Signal, die_with_parent, has_exited, signal_group};
pub use folders::{MadeFolders, folder_of, sync_folder};
#[cfg(test)]
pub use fork::{hangs_in_child, holds_in_child};
pub use lock::{Condvar, Mutex, MutexGuard};
pub use memory::resident_bytes;
pub use priority::lower_priority;
pub use sync::{AtomicBool, AtomicU64, Builder, JoinHandle, Ordering, now, thread_local};
