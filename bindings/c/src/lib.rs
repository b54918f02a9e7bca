//! `libytclipper`: the engine for C.
//!
//! It is thin. Requests, results and settings cross as JSON, the same values that Rust and Python
//! use; what a host looks at often (states, progress, errors) crosses as numbers and structs.
//! `include/ytclipper.h` is generated from this crate by `cargo xtask header`, doc comments
//! included, and `docs/c-api.md` tells the conventions. Four rules keep the host alive:
//!
//! - every export runs inside [`boundary`]: a panic becomes a status;
//! - a handle is a number in the shape of a pointer ([`handle`]): nobody dereferences it, so a
//!   stale or foreign one is an error;
//! - outputs are cleared first and written on success only ([`boundary::Out`]);
//! - nothing of the host is called or freed under a lock of this crate.
#![allow(non_camel_case_types, reason = "types have the names that C sees")]
#![allow(clippy::missing_safety_doc, reason = "the contract of a pointer is the header's text")]

#[cfg(not(target_pointer_width = "64"))]
compile_error!("handles need pointers of 64 bits");

mod boundary;
mod callbacks;
mod capabilities;
mod engine;
mod error;
mod event;
#[cfg(feature = "failpoints")]
pub mod failpoint;
mod handle;
mod helpers;
mod job;
mod library;
mod log;
mod progress;
mod queue;
mod result;
mod status;
mod text;

pub use callbacks::{ytc_callbacks, ytc_done_fn, ytc_free_fn, ytc_progress_fn};
pub use engine::*;
pub use error::*;
pub use event::{ytc_event, ytc_event_kind};
pub use helpers::*;
pub use job::*;
pub use library::*;
pub use log::*;
pub use progress::{ytc_progress, ytc_stage, ytc_state};
pub use queue::*;
pub use result::*;
pub use status::{ytc_shutdown_mode, ytc_status};
