//! An embedded media engine: a long video in, short captioned clips out, in one decode and one
//! encode.
//!
//! See `ARCHITECTURE.md` for the rooms of this crate and who may know whom.

pub mod context;
pub mod error;
pub mod outcome;
pub mod picture;
pub mod spec;
#[cfg(feature = "speech")]
pub mod speech;

pub use error::{Error, ErrorKind, Result};
