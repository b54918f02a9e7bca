//! `ytc_error`: why a call or a job failed.

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::Arc;

use serde_json::Value;

use crate::boundary::{Out, accessor, boundary};
use crate::handle::{self, Handle};
use crate::status::{Fault, ytc_status};
use crate::text;

/// Why a call or a job failed: status, message, stage, details. It never changes.
///
/// Since: 0.1
pub struct ytc_error {
    _opaque: (),
}

impl Handle for ytc_error {
    type Object = ErrorObject;
    const TAG: u64 = 1;
    const NAME: &'static str = "ytc_error";
}

/// An error, with its texts as C wants them.
pub(crate) struct ErrorObject {
    status: ytc_status,
    pub(crate) message: CString,
    stage: Option<CString>,
    context: Vec<(String, CString)>,
    json: CString,
}

impl ErrorObject {
    pub(crate) fn new(fault: &Fault) -> Self {
        let error = &fault.error;
        let context = error.context().iter().map(|(key, value)| (key.clone(), text::to_c(value)));
        Self {
            status: fault.status,
            message: text::to_c(error.message()),
            stage: error.stage().map(text::to_c),
            context: context.collect(),
            json: text::to_c(&json(fault)),
        }
    }
}

/// The error as JSON; its kind is the status, which may be one that the core does not know.
fn json(fault: &Fault) -> String {
    let mut value = serde_json::to_value(&fault.error).unwrap_or(Value::Null);
    if let Some(object) = value.as_object_mut() {
        object.insert("kind".to_owned(), fault.status.name().to_string_lossy().into());
    }
    value.to_string()
}

/// A text of an error; it lives as long as the handle does.
fn text_of(
    name: &'static str,
    error: *const ytc_error,
    pick: impl FnOnce(&ErrorObject) -> Option<&CStr>,
) -> *const c_char {
    accessor(name, ptr::null(), || {
        let object: Arc<ErrorObject> = handle::lookup(error, "error")?;
        Ok(pick(&object).map_or(ptr::null(), CStr::as_ptr))
    })
}

/// The status of an error.
///
/// - `error`: the error.
///
/// Returns: its status; `YTC_STATUS_INVALID_HANDLE` where `error` is no live error.
/// Ownership: nothing changes hands.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_error_status(error: *const ytc_error) -> ytc_status {
    accessor("ytc_error_status", ytc_status::InvalidHandle, || Ok(handle::lookup(error, "error")?.status))
}

/// What happened and what to do, in English, for a person.
///
/// - `error`: the error.
///
/// Returns: a UTF-8 text; NULL where `error` is no live error.
/// Ownership: the text belongs to the error and lives until `ytc_error_free`.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_error_message(error: *const ytc_error) -> *const c_char {
    text_of("ytc_error_message", error, |object| Some(&object.message))
}

/// The stage of the job that failed, as `clipping`.
///
/// - `error`: the error.
///
/// Returns: a UTF-8 text; NULL where no stage had begun or `error` is no live error.
/// Ownership: the text belongs to the error and lives until `ytc_error_free`.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_error_stage(error: *const ytc_error) -> *const c_char {
    text_of("ytc_error_stage", error, |object| object.stage.as_deref())
}

/// A named detail of an error, as `field`, `path`, `reason`, `argument`.
///
/// - `error`: the error.
/// - `key`: the detail's name.
///
/// Returns: a UTF-8 text; NULL where there is none or an argument is not usable.
/// Ownership: the text belongs to the error and lives until `ytc_error_free`.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_error_context(error: *const ytc_error, key: *const c_char) -> *const c_char {
    accessor("ytc_error_context", ptr::null(), || {
        let object = handle::lookup(error, "error")?;
        // SAFETY: the host passes NULL or a NUL-ended text.
        let key = unsafe { text::required(key, "key")? };
        let found = object.context.iter().find(|(name, _)| name == key);
        Ok(found.map_or(ptr::null(), |(_, value)| value.as_ptr()))
    })
}

/// The whole error as a JSON object: `kind`, `message`, and where there are any `stage` and
/// `context`.
///
/// - `error`: the error.
///
/// Returns: a UTF-8 text; NULL where `error` is no live error.
/// Ownership: the text belongs to the error and lives until `ytc_error_free`.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_error_json(error: *const ytc_error) -> *const c_char {
    text_of("ytc_error_json", error, |object| Some(&object.json))
}

/// Frees an error and its texts.
///
/// - `error`: the error, or NULL, which is fine.
///
/// Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
/// Ownership: the handle is stale from here on.
/// Thread: any; not while another thread uses one of the error's texts.
/// Errors: `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_error_free(error: *mut ytc_error) -> ytc_status {
    boundary("ytc_error_free", Out::unwanted(), || handle::release(error, "error").map(drop))
}
