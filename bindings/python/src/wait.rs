//! Waits that Ctrl-C can interrupt.

use std::time::{Duration, Instant};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use ytclipper::{Error, ErrorKind, Result};

use crate::{error, exit};

/// Longest time for which a signal goes unseen.
const SLICE: Duration = Duration::from_millis(100);

/// A timeout as Python gives it: seconds, or None for no end. What is over is zero.
pub(crate) fn timeout(seconds: Option<f64>) -> PyResult<Option<Duration>> {
    match seconds {
        Some(seconds) if seconds.is_nan() => Err(PyValueError::new_err("timeout must not be NaN")),
        Some(seconds) => Ok(Duration::try_from_secs_f64(seconds.max(0.0)).ok()),
        None => Ok(None),
    }
}

/// Waits without the GIL in slices, between which signal handlers run. `wait` fails with
/// `Timeout` where its slice was too short; that error is returned when the whole time was.
pub(crate) fn in_slices(
    py: Python<'_>,
    timeout: Option<Duration>,
    wait: impl Fn(Duration) -> Result<()> + Sync,
) -> PyResult<Option<Error>> {
    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let slice = left.map_or(SLICE, |left| left.min(SLICE));
        let late = match exit::detached(py, || wait(slice)) {
            Ok(()) => return Ok(None),
            Err(late) if late.kind() == ErrorKind::Timeout => late,
            Err(fault) => return Err(error::raise(py, &fault)),
        };
        py.check_signals()?;
        if left.is_some_and(|left| left <= SLICE) {
            return Ok(Some(late));
        }
    }
}
