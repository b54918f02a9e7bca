//! Tests of the engine from outside, one module a room.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[cfg(feature = "download")]
mod download;
#[cfg(feature = "download")]
mod http;
