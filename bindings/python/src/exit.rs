//! The border between our threads and the interpreter, and its closing at exit.
//!
//! A thread that asks for the GIL while the interpreter ends is unwound by force, which aborts in
//! Rust frames. So every crossing is counted, and at exit the border closes: no new call into
//! Python begins, and those who gave the GIL up for a wait have come back. A callback that does not
//! come back in time is left where it is, see [`crate::stay`].

use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::marker::Ungil;
use pyo3::prelude::*;
use ytclipper::engine::Ending;

/// Whether calls into Python are over.
static CLOSED: AtomicBool = AtomicBool::new(false);
/// Calls into Python that are under way, and threads that will want the GIL back.
static CROSSING: AtomicIsize = AtomicIsize::new(0);

/// Counts a crossing while it lives.
struct Crossing;

impl Crossing {
    fn begin() -> Self {
        CROSSING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Crossing {
    fn drop(&mut self) {
        CROSSING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Takes the GIL for a call into Python, unless the interpreter is ending. For the dispatcher
/// thread only.
pub(crate) fn call_python(call: impl FnOnce(Python<'_>)) {
    let _crossing = Crossing::begin();
    if !CLOSED.load(Ordering::SeqCst) {
        Python::try_attach(call);
    }
}

/// Does work that may take time without the GIL.
pub(crate) fn detached<T: Ungil>(py: Python<'_>, work: impl Ungil + FnOnce() -> T) -> T {
    let _crossing = Crossing::begin();
    py.detach(work)
}

/// Ends all calls into Python, and waits until those under way have ended, and the threads of engines
/// that were let go of: their jobs remove then what they left.
///
/// Returns whether they did within `timeout` seconds.
#[pyfunction]
pub(crate) fn quiesce(py: Python<'_>, timeout: f64) -> bool {
    CLOSED.store(true, Ordering::SeqCst);
    let deadline = Instant::now() + Duration::from_secs_f64(timeout.clamp(0.0, 60.0));
    py.detach(|| {
        for ending in with_engines(std::mem::take).unwrap_or_default() {
            // In a child of a fork there is nothing to wait for.
            let _ = ending.wait(deadline.saturating_duration_since(Instant::now()));
        }
        while CROSSING.load(Ordering::SeqCst) > 0 {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        true
    })
}

/// The engines of this process. The child of a fork gets a new list: the lock of the old one may be
/// held for ever there.
static ENGINES: AtomicPtr<Mutex<Vec<Ending>>> = AtomicPtr::new(std::ptr::null_mut());

/// Begins a list of engines, once a process.
pub(crate) fn install() {
    ENGINES.store(Box::leak(Box::default()), Ordering::Release);
}

/// Adds an engine, whose threads are waited for at exit whoever holds it by then.
pub(crate) fn add(ending: Ending) {
    with_engines(|all| {
        all.retain(|ending| !ending.is_over());
        all.push(ending);
    });
}

fn with_engines<T>(look: impl FnOnce(&mut Vec<Ending>) -> T) -> Option<T> {
    // SAFETY: the pointer is null or comes from `Box::leak` in `install`; what is leaked lives on.
    let list = unsafe { ENGINES.load(Ordering::Acquire).as_ref() }?;
    Some(look(&mut list.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// `ImportError` anywhere but in the main interpreter: the border above is one for the process, and
/// the dispatcher thread calls into the main interpreter only.
pub(crate) fn refuse_subinterpreter() -> PyResult<()> {
    // SAFETY: this thread holds the GIL, so there is a current interpreter.
    let id = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
    if id == 0 {
        return Ok(());
    }
    Err(PyImportError::new_err(format!(
        "ytclipper_rs runs in the main interpreter only, and this is sub-interpreter {id}; \
         import it in the main one and hand results over"
    )))
}

/// In the child of a fork: the threads that were crossing have not come along.
#[pyfunction]
pub(crate) fn after_fork() {
    CROSSING.store(0, Ordering::SeqCst);
    install();
    crate::log::install();
}
