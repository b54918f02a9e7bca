//! The engine's own sources, twice: over loom's threads and locks, and over shuttle's. `build.rs`
//! copies them; `scenarios/` says what is run.
// The copies are linted where they come from, and nobody uses all of them here.
#![allow(
    dead_code,
    unused_imports,
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used
)]

pub mod mutants;

/// Over loom, which tries every order of the threads' steps within its bound.
pub mod under_loom {
    include!(concat!(env!("OUT_DIR"), "/under_loom.rs"));
}

/// Over shuttle, which tries orders at random.
pub mod under_shuttle {
    include!(concat!(env!("OUT_DIR"), "/under_shuttle.rs"));
}
