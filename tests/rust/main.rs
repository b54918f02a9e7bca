//! Tests of the core through its public surface.

mod engine;
