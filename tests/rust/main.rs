//! What the core promises, on real media made by the tests themselves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_docs_in_private_items, missing_docs)]

mod engine;
mod inputs;
mod jobs;
mod render;
mod support;
