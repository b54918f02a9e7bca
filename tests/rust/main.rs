//! What the core promises, on real media made by the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_docs_in_private_items, missing_docs)]

#[cfg(feature = "download")]
mod download;
#[cfg(all(feature = "download", feature = "speech"))]
mod early;
mod engine;
#[cfg(feature = "vision")]
mod faces;
mod framed;
#[cfg(feature = "speech")]
mod hearing;
#[cfg(feature = "download")]
mod http;
mod inputs;
mod jobs;
mod render;
mod scenarios;
#[cfg(feature = "speech")]
mod speech;
mod support;
