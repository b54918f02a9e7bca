//! A Python function that the dispatcher calls.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::{exit, stay};

/// A function without arguments. What it raises goes to `sys.unraisablehook`.
pub(crate) struct Callback(Py<PyAny>);

impl Callback {
    pub(crate) fn new(function: Py<PyAny>) -> Self {
        Self(function)
    }

    /// Calls it.
    pub(crate) fn call(&self) {
        exit::call_python(|py| self.call_with(py));
    }

    fn call_with(&self, py: Python<'_>) {
        let function = self.0.bind(py);
        if let Err(error) = stay::call(function, &PyTuple::empty(py)) {
            stay::tell_unraisable(py, error, Some(function));
        }
    }
}

/// A function that is called at most once, and not at all after it was closed. A job that goes on keeps
/// the place and no more: who waits for a while, again and again, leaves nothing behind.
#[derive(Clone)]
pub(crate) struct Once(Arc<Mutex<Option<Callback>>>);

impl Once {
    pub(crate) fn new(function: Py<PyAny>) -> Self {
        Self(Arc::new(Mutex::new(Some(Callback(function)))))
    }

    /// Calls it, and lets go of it while the GIL is held.
    pub(crate) fn call(&self) {
        if let Some(callback) = self.take() {
            exit::call_python(move |py| {
                callback.call_with(py);
                stay::release(py, callback.0);
            });
        }
    }

    /// Lets go of it.
    pub(crate) fn take(&self) -> Option<Callback> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
