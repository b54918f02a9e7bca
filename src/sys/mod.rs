//! The few calls of the operating system that the standard library lacks. They stand here so that
//! the rooms above need no `unsafe`.

#[cfg(feature = "download")]
mod children;
mod priority;

#[cfg(feature = "download")]
pub use children::{Signal, die_with_parent, has_exited, signal_group};
pub use priority::lower_priority;
