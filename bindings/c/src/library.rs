//! Functions of the library itself: versions, capabilities, checks without an engine, texts.

use std::ffi::c_char;
use std::ptr;

use ytclipper::spec::JobSpec;

use crate::boundary::{Out, accessor, boundary};
use crate::capabilities::capabilities;
use crate::error::ytc_error;
use crate::handle;
use crate::status::ytc_status;
use crate::text;

/// The version of the linked library, as `0.1.0`.
///
/// Returns: a UTF-8 text.
/// Ownership: the text is the library's and lives for ever.
/// Thread: any, at any time.
/// Errors: none; NULL after a panic.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    accessor("ytc_version", ptr::null(), || Ok(VERSION.as_ptr().cast()))
}

/// The name of a status, as `not_found`; the same as the `kind` of an error in JSON.
///
/// - `status`: a `ytc_status`.
///
/// Returns: a UTF-8 text; `unknown` for a number that this library does not know.
/// Ownership: the text is the library's and lives for ever.
/// Thread: any, at any time.
/// Errors: none; NULL after a panic.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_status_name(status: i32) -> *const c_char {
    accessor("ytc_status_name", ptr::null(), || {
        let known = ytc_status::ALL.into_iter().find(|known| *known as i32 == status);
        Ok(known.map_or(c"unknown", ytc_status::name).as_ptr())
    })
}

/// What this library and this machine can do, as a JSON object: `version`, `ffmpeg` (the linked
/// libraries with their versions), `features` (`speech`, `vision`, `download`), `model_dir` and
/// `models` (those installed there).
///
/// - `model_dir`: folder of models to look into; NULL for the one that engines use by default.
/// - `json`: receives the text.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller frees `json` with `ytc_string_free`.
/// Thread: any; reads the folder.
/// Errors: `YTC_STATUS_IO` where the folder cannot be read, `YTC_STATUS_INVALID_ARGUMENT`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_capabilities(
    model_dir: *const c_char,
    json: *mut *mut c_char,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (json, error) = unsafe { (Out::cleared(json, ptr::null_mut()), Out::handle(error)) };
    boundary("ytc_capabilities", error, || {
        let json = json.required("json")?;
        // SAFETY: the host passes NULL or a NUL-ended text.
        let model_dir = unsafe { text::optional(model_dir, "model_dir")? };
        json.give(&text::to_json(&capabilities(model_dir)?)?);
        Ok(())
    })
}

/// Reads a request, validates it whole, and gives it back with all its defaults.
///
/// - `spec_json`: the request, as for `ytc_engine_submit`.
/// - `json`: receives the complete request, or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller frees `json` with `ytc_string_free`.
/// Thread: any, at any time.
/// Errors: `YTC_STATUS_INVALID_SPEC` names a faulty field, `YTC_STATUS_INVALID_ARGUMENT`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_spec_check(
    spec_json: *const c_char,
    json: *mut *mut c_char,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (json, error) = unsafe { (Out::cleared(json, ptr::null_mut()), Out::handle(error)) };
    boundary("ytc_spec_check", error, || {
        // SAFETY: the host passes NULL or a NUL-ended text.
        let spec = JobSpec::from_json(unsafe { text::required(spec_json, "spec_json")? })?;
        json.give(&text::to_json(&spec)?);
        Ok(())
    })
}

/// Frees a text that a function of this library handed out as `char *`.
///
/// - `text`: the text, or NULL, which is fine.
///
/// Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
/// Ownership: the text is gone from here on.
/// Thread: any, at any time.
/// Errors: `YTC_STATUS_INVALID_HANDLE` where it is no text of this library, or not any more.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_string_free(text: *mut c_char) -> ytc_status {
    boundary("ytc_string_free", Out::unwanted(), || handle::take_text(text))
}
