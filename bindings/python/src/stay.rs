//! Calls of Python code on a thread of ours, where the code may still run when the interpreter ends.
//!
//! Until Python 3.14 a thread that asks for the GIL then runs `pthread_exit`, which unwinds its stack
//! and aborts at the first frame that must not be unwound. Here the unwinding is stopped right above
//! the frames of Python's, and the thread stays until the process is gone, as Python 3.14 has it.
//!
//! Rust does not promise that a destructor runs in an unwinding that `pthread_exit` forced. It does
//! today, PyO3 counts on it in the same way, and the tests would notice a change.

use std::hint::black_box;
use std::mem::{forget, transmute};
use std::ptr::null_mut;

use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

type Call = unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
type CallThatUnwinds =
    unsafe extern "C-unwind" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
type Tell = unsafe extern "C" fn(*mut PyObject);
type TellThatUnwinds = unsafe extern "C-unwind" fn(*mut PyObject);

/// Calls a function, which may block for as long as it likes.
pub(crate) fn call(function: &Bound<'_, PyAny>, arguments: &Bound<'_, PyTuple>) -> PyResult<()> {
    // SAFETY: the types are one but for the promise not to unwind.
    let call: CallThatUnwinds = unsafe { transmute(ffi::PyObject_Call as Call) };
    let (function_ptr, arguments_ptr) = (function.as_ptr(), arguments.as_ptr());
    let stay = StayForEver;
    // Through a black box, else the compiler sees that the promise has been given for this symbol.
    // SAFETY: the GIL is held, both objects live, and the second one is a tuple.
    let result = unsafe { black_box(call)(function_ptr, arguments_ptr, null_mut()) };
    forget(stay);
    // SAFETY: the GIL is held again; the result is a new reference, or null with an error set.
    let result = unsafe { Bound::from_owned_ptr_or_err(function.py(), result) }?;
    release(function.py(), result.unbind());
    Ok(())
}

/// Tells `sys.unraisablehook` of an error for which nobody waits.
pub(crate) fn tell_unraisable(py: Python<'_>, error: PyErr, of: Option<&Bound<'_, PyAny>>) {
    // SAFETY: the types are one but for the promise not to unwind.
    let tell: TellThatUnwinds = unsafe { transmute(ffi::PyErr_WriteUnraisable as Tell) };
    error.restore(py);
    let stay = StayForEver;
    // SAFETY: the GIL is held, an error is set, and the object lives or is null.
    unsafe { black_box(tell)(of.map_or(null_mut(), Bound::as_ptr)) };
    forget(stay);
}

/// Lets go of an object, which may run a destructor in Python.
pub(crate) fn release(_: Python<'_>, object: Py<PyAny>) {
    // SAFETY: the types are one but for the promise not to unwind.
    let release: TellThatUnwinds = unsafe { transmute(ffi::Py_DecRef as Tell) };
    let stay = StayForEver;
    // SAFETY: the GIL is held, and this takes the reference that `object` had.
    unsafe { black_box(release)(object.into_ptr()) };
    forget(stay);
}

/// Ends the unwinding of its thread.
struct StayForEver;

impl Drop for StayForEver {
    fn drop(&mut self) {
        loop {
            std::thread::park();
        }
    }
}
