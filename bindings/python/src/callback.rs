//! A Python function that the dispatcher calls.

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

    /// Calls it for the last time, and lets go of it while the GIL is held.
    pub(crate) fn call_once(self) {
        exit::call_python(move |py| self.call_with(py));
    }

    fn call_with(&self, py: Python<'_>) {
        let function = self.0.bind(py);
        if let Err(error) = stay::call(function, &PyTuple::empty(py)) {
            stay::tell_unraisable(py, error, Some(function));
        }
    }
}
