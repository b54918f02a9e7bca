//! What stands around every export: the panic boundary, the outputs, the checked inputs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::error::{ErrorObject, ytc_error};
use crate::handle::{self, Handle};
use crate::status::{Fault, ytc_status};

/// Runs an export that returns a status. What it fails with, a panic included, goes to `error`.
pub(crate) fn boundary(
    name: &'static str,
    error: Out<*mut ytc_error>,
    body: impl FnOnce() -> Result<(), Fault>,
) -> ytc_status {
    let Err(fault) = guarded(name, body).and_then(|result| result) else { return ytc_status::Ok };
    let status = fault.status;
    // Where no error can be made, the status alone has to do.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        if error.is_wanted()
            && let Ok(handle) = handle::insert(ErrorObject::new(&fault))
        {
            error.set(handle);
        }
        drop(fault);
    }));
    status
}

/// Runs an export that returns a value, and has nothing but `fallback` to say when it fails.
pub(crate) fn accessor<T>(name: &'static str, fallback: T, body: impl FnOnce() -> Result<T, Fault>) -> T {
    guarded(name, body).and_then(|result| result).unwrap_or(fallback)
}

/// Runs `body`, or something of the host's on our way; a panic is a fault.
pub(crate) fn guarded<T>(name: &'static str, body: impl FnOnce() -> T) -> Result<T, Fault> {
    let run = || {
        #[cfg(feature = "failpoints")]
        crate::failpoint::hit(name);
        body()
    };
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| Fault::panicked(name, &*payload))
}

/// Where an output goes: it is cleared at once and written on success only. The host may not want
/// it and pass NULL.
pub(crate) struct Out<T>(*mut T);

impl<T> Out<T> {
    /// An output that holds `empty` until it is set.
    ///
    /// # Safety
    /// `pointer` is NULL or may be written to until the export returns.
    pub(crate) unsafe fn cleared(pointer: *mut T, empty: T) -> Self {
        let out = Self(pointer);
        out.set(empty);
        out
    }

    /// An output that nobody wants.
    pub(crate) fn unwanted() -> Self {
        Self(std::ptr::null_mut())
    }

    /// Whether the host wants it.
    pub(crate) fn is_wanted(&self) -> bool {
        !self.0.is_null()
    }

    /// Refuses NULL.
    pub(crate) fn required(self, name: &str) -> Result<Self, Fault> {
        if self.is_wanted() { Ok(self) } else { Err(Fault::argument(name, "must not be NULL")) }
    }

    /// Writes it.
    pub(crate) fn set(&self, value: T) {
        if self.is_wanted() {
            // SAFETY: `cleared`'s caller promised that it may be written to.
            unsafe { self.0.write(value) }
        }
    }
}

impl<H: Handle> Out<*mut H> {
    /// An output for a handle: NULL until it is set.
    ///
    /// # Safety
    /// As for [`Out::cleared`].
    pub(crate) unsafe fn handle(pointer: *mut *mut H) -> Self {
        // SAFETY: the caller promises the same.
        unsafe { Self::cleared(pointer, std::ptr::null_mut()) }
    }
}

/// A timeout in seconds; a negative one is none.
pub(crate) fn timeout(seconds: f64) -> Result<Option<Duration>, Fault> {
    if seconds.is_nan() {
        return Err(Fault::argument("timeout_s", "must be a number"));
    }
    if seconds < 0.0 {
        return Ok(None);
    }
    Ok(Duration::try_from_secs_f64(seconds).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_status_and_an_error() {
        let mut error = std::ptr::null_mut();
        // SAFETY: `error` may be written to.
        let out = unsafe { Out::handle(&raw mut error) };
        let status = boundary("test", out, || panic!("planted"));
        assert_eq!(status, ytc_status::Internal);
        let object = handle::lookup(error, "error").unwrap();
        assert!(object.message.to_str().unwrap().contains("test panicked: planted"));
        handle::release(error, "error").unwrap();
    }

    #[test]
    fn an_output_is_cleared_at_once_and_may_be_unwanted() {
        let mut value = 7;
        // SAFETY: `value` may be written to.
        let out = unsafe { Out::cleared(&raw mut value, 0) };
        assert_eq!(value, 0);
        out.set(3);
        assert_eq!(value, 3);
        // SAFETY: NULL is allowed.
        let unwanted = unsafe { Out::cleared(std::ptr::null_mut(), 0) };
        unwanted.set(1);
        assert!(unwanted.required("x").is_err());
    }

    #[test]
    fn negative_seconds_are_no_timeout() {
        assert_eq!(timeout(-1.0).unwrap(), None);
        assert_eq!(timeout(0.5).unwrap(), Some(Duration::from_millis(500)));
        assert_eq!(timeout(f64::INFINITY).unwrap(), None);
        assert!(timeout(f64::NAN).is_err());
    }
}
