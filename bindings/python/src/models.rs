//! The models on this machine.

use std::path::PathBuf;

use pyo3::prelude::*;
use ytclipper::models::ModelStore;

use crate::engine::to_json;
use crate::error::OrRaise;
use crate::exit::detached;

/// The folder of an engine that was not told another.
#[pyfunction]
pub(crate) fn default_model_dir() -> PathBuf {
    ModelStore::default_dir()
}

/// The installed models as a JSON list.
#[pyfunction]
#[pyo3(signature = (model_dir=None))]
pub(crate) fn list_models(py: Python<'_>, model_dir: Option<PathBuf>) -> PyResult<String> {
    detached(py, || to_json(&store(model_dir).list()?)).or_raise(py)
}

/// The file of an installed model.
#[pyfunction]
#[pyo3(signature = (name, model_dir=None))]
pub(crate) fn model_path(py: Python<'_>, name: &str, model_dir: Option<PathBuf>) -> PyResult<PathBuf> {
    detached(py, || store(model_dir).path(name)).or_raise(py)
}

fn store(folder: Option<PathBuf>) -> ModelStore {
    ModelStore::new(folder.unwrap_or_else(ModelStore::default_dir))
}
