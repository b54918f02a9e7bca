//! What Python sees.

use pyo3::prelude::*;

/// The compiled core of `ytclipper_rs`.
///
/// It counts on the GIL and says so: an interpreter without one turns it on again at the import.
#[pymodule(gil_used = true)]
#[pyo3(name = "_native")]
mod native {
    use pyo3::prelude::*;
    use pyo3::types::PyTuple;
    use ytclipper::ErrorKind;

    #[pymodule_export]
    use crate::engine::{Engine, check_spec};
    #[pymodule_export]
    use crate::exit::{after_fork, quiesce};
    #[pymodule_export]
    use crate::job::{Job, Subscription, Waiting};
    #[pymodule_export]
    use crate::log::set_log_level;
    #[pymodule_export]
    use crate::models::{default_model_dir, list_models, model_path};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::exit::refuse_subinterpreter()?;
        crate::exit::install();
        crate::log::install();
        let kinds = ErrorKind::ALL.map(ErrorKind::as_str);
        module.add("ERROR_KINDS", PyTuple::new(module.py(), kinds)?)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
