//! `_native.Engine`.

use pyo3::prelude::*;
use ytclipper::engine::{EngineConfig, JobId, ShutdownMode, SubmitOptions, Subscriber};
use ytclipper::spec::JobSpec;
use ytclipper::{Error, Result};

use crate::error::{OrRaise, raise};
use crate::exit::detached;
use crate::job::Job;
use crate::wait;

/// An engine. Its jobs are cancelled when the last reference goes.
#[pyclass(frozen, module = "ytclipper_rs._native")]
pub(crate) struct Engine(ytclipper::engine::Engine);

#[pymethods]
impl Engine {
    #[new]
    fn new(py: Python<'_>, config_json: &str) -> PyResult<Self> {
        let engine = detached(py, || start(config_json)).or_raise(py)?;
        crate::exit::add(engine.ending());
        crate::log::add(engine.dispatcher());
        Ok(Self(engine))
    }

    fn submit(&self, py: Python<'_>, spec_json: &str, options_json: &str) -> PyResult<Job> {
        let submit = || {
            let (spec, options) = (JobSpec::from_json(spec_json)?, SubmitOptions::from_json(options_json)?);
            self.0.submit_with(spec, &options, Subscriber::new())
        };
        detached(py, submit).map(Job::new).or_raise(py)
    }

    fn job(&self, py: Python<'_>, id: u64) -> PyResult<Option<Job>> {
        self.0.check().or_raise(py)?;
        Ok(self.0.job(JobId(id)).map(Job::new))
    }

    fn jobs(&self, py: Python<'_>) -> PyResult<Vec<Job>> {
        self.0.check().or_raise(py)?;
        Ok(detached(py, || self.0.jobs()).into_iter().map(Job::new).collect())
    }

    fn stats(&self, py: Python<'_>) -> PyResult<String> {
        self.0.check().or_raise(py)?;
        to_json(&detached(py, || self.0.stats())).or_raise(py)
    }

    fn metrics(&self, py: Python<'_>) -> PyResult<String> {
        self.0.check().or_raise(py)?;
        Ok(detached(py, || self.0.metrics()))
    }

    fn pause(&self, py: Python<'_>) -> PyResult<()> {
        detached(py, || self.0.pause()).or_raise(py)
    }

    fn resume(&self, py: Python<'_>) -> PyResult<()> {
        detached(py, || self.0.resume()).or_raise(py)
    }

    #[pyo3(signature = (mode, timeout=None))]
    fn shutdown(&self, py: Python<'_>, mode: &str, timeout: Option<f64>) -> PyResult<()> {
        let timeout = wait::timeout(timeout)?;
        let mode = mode_named(mode).or_raise(py)?;
        let end = |slice| self.0.shutdown(mode, Some(slice));
        match wait::in_slices(py, timeout, end)? {
            Some(late) => Err(raise(py, &late)),
            None => Ok(()),
        }
    }
}

/// Reads a request, validates it whole, and gives it back with all its defaults.
#[pyfunction]
pub(crate) fn check_spec(py: Python<'_>, json: &str) -> PyResult<String> {
    detached(py, || to_json(&JobSpec::from_json(json)?)).or_raise(py)
}

fn start(config_json: &str) -> Result<ytclipper::engine::Engine> {
    let config: EngineConfig = serde_json::from_str(config_json)
        .map_err(|error| Error::invalid("$", format_args!("is no engine's settings: {error}")))?;
    ytclipper::engine::Engine::new(config)
}

fn mode_named(name: &str) -> Result<ShutdownMode> {
    let known = ShutdownMode::ALL.into_iter().find(|mode| mode.as_str() == name);
    known.ok_or_else(|| Error::invalid("mode", format_args!("is unknown: {name:?}")))
}

/// JSON of one of our own values.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal(format!("cannot write JSON: {error}")))
}
