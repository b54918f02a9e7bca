//! Panics on demand, for the tests of the panic boundary.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Where to panic, and where it was done.
struct State {
    armed: BTreeSet<String>,
    hit: BTreeSet<&'static str>,
}

static STATE: Mutex<State> = Mutex::new(State { armed: BTreeSet::new(), hit: BTreeSet::new() });

/// Panics once in the export or callback of this name.
pub fn arm(name: &str) {
    STATE.lock().unwrap_or_else(PoisonError::into_inner).armed.insert(name.to_owned());
}

/// The names at which it has panicked so far.
pub fn hits() -> BTreeSet<&'static str> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner).hit.clone()
}

/// Panics where this name is armed.
pub(crate) fn hit(name: &'static str) {
    let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    if state.armed.remove(name) {
        state.hit.insert(name);
        drop(state);
        panic!("failpoint {name}");
    }
}
