//! `ytclipper_rs._native`: the engine for Python.
//!
//! It is thin. Requests, results, reports and settings cross as JSON; the Python package turns
//! them into dataclasses. Three rules keep the host quick and alive:
//!
//! - a call that may take time gives the GIL up while it does ([`exit::detached`]);
//! - only the engine's dispatcher thread calls into Python ([`exit::call_python`]); a worker never
//!   takes the GIL, and a Python object that a worker lets go of is released by the next thread
//!   that holds it;
//! - once the interpreter begins to end, nothing of ours enters Python any more
//!   ([`exit::quiesce`]), and a callback that is still at it then stays where it is ([`stay`]).

mod callback;
mod engine;
mod error;
mod exit;
mod job;
mod log;
mod models;
mod module;
mod stay;
mod wait;
