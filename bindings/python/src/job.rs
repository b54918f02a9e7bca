//! `_native.Job` and `_native.Subscription`.

use std::sync::Mutex;

use pyo3::prelude::*;
use ytclipper::Error;
use ytclipper::engine::JobHandle;

use crate::callback::{Callback, Once};
use crate::engine::to_json;
use crate::error::{OrRaise, exception};
use crate::exit::detached;
use crate::wait;

/// A handle of a job. In the child of a fork all but its number and kind raise `EngineForked`.
#[pyclass(frozen, module = "ytclipper_rs._native")]
pub(crate) struct Job(JobHandle);

impl Job {
    pub(crate) fn new(handle: JobHandle) -> Self {
        Self(handle)
    }

    fn outcome_json(&self) -> ytclipper::Result<String> {
        let unfinished = || Error::internal(format!("job {} is not over yet", self.0.id()));
        to_json(&*self.0.result().ok_or_else(unfinished)??)
    }
}

#[pymethods]
impl Job {
    #[getter]
    fn id(&self) -> u64 {
        self.0.id().0
    }

    #[getter]
    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn state(&self, py: Python<'_>) -> PyResult<&'static str> {
        self.0.check().or_raise(py)?;
        Ok(self.0.state().as_str())
    }

    fn progress(&self, py: Python<'_>) -> PyResult<String> {
        self.0.check().or_raise(py)?;
        detached(py, || to_json(&self.0.progress())).or_raise(py)
    }

    /// Waits until the job is over; false where it is not in time.
    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        let timeout = wait::timeout(timeout)?;
        let late = wait::in_slices(py, timeout, |slice| self.0.wait(Some(slice)))?;
        Ok(late.is_none())
    }

    /// The result of a finished job; raises its error.
    fn result_json(&self, py: Python<'_>) -> PyResult<String> {
        detached(py, || self.outcome_json()).or_raise(py)
    }

    fn error<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.error().map(|error| exception(py, &error)).transpose()
    }

    fn cancel(&self, py: Python<'_>) -> PyResult<bool> {
        self.0.check().or_raise(py)?;
        Ok(detached(py, || self.0.cancel()))
    }

    /// Calls `callback` when the job is over, unless the place is closed before.
    fn add_done_callback(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<Waiting> {
        self.0.check().or_raise(py)?;
        let callback = Once::new(callback);
        let waiting = Waiting(callback.clone());
        detached(py, || self.0.on_done(move |_| callback.call()));
        Ok(waiting)
    }

    /// Calls `callback` after each report.
    fn subscribe(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<Subscription> {
        self.0.check().or_raise(py)?;
        let callback = Callback::new(callback);
        let subscription = detached(py, || self.0.subscribe(move |_, _| callback.call()));
        Ok(Subscription(Mutex::new(Some(subscription))))
    }

    fn events_since(&self, py: Python<'_>, seq: u64) -> PyResult<Vec<String>> {
        self.0.check().or_raise(py)?;
        detached(py, || self.0.events_since(seq).iter().map(to_json).collect::<ytclipper::Result<_>>())
            .or_raise(py)
    }
}

/// A place among those who are told of a job's end, until it is closed.
#[pyclass(frozen, module = "ytclipper_rs._native")]
pub(crate) struct Waiting(Once);

#[pymethods]
impl Waiting {
    fn close(&self) {
        drop(self.0.take());
    }
}

/// A place among a job's listeners, until it is closed.
#[pyclass(frozen, module = "ytclipper_rs._native")]
pub(crate) struct Subscription(Mutex<Option<ytclipper::engine::Subscription>>);

#[pymethods]
impl Subscription {
    fn close(&self, py: Python<'_>) {
        let mut place = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let subscription = place.take();
        drop(place);
        detached(py, move || drop(subscription));
    }
}
