//! An embedded media engine: a long video in, short captioned clips out, in one decode and one
//! encode.
//!
//! See `ARCHITECTURE.md` for the rooms of this crate and who may know whom.

pub mod analysis;
pub mod captions;
pub mod context;
#[cfg(feature = "download")]
pub mod download;
pub mod engine;
pub mod error;
pub mod media;
pub mod models;
pub mod outcome;
pub mod picture;
pub mod publish;
pub mod spec;
#[cfg(feature = "speech")]
pub mod speech;
pub mod stages;
pub mod store;
mod sys;
pub mod vision;

pub use error::{Error, ErrorKind, Result};
