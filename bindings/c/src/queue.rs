//! The engine's queue: priorities and deadlines, pauses, numbers for Prometheus.

use std::ffi::c_char;
use std::ptr;

use ytclipper::engine::SubmitOptions;
use ytclipper::spec::JobSpec;

use crate::boundary::{Out, boundary};
use crate::callbacks::{Host, ytc_callbacks};
use crate::engine::ytc_engine;
use crate::error::ytc_error;
use crate::handle;
use crate::job::ytc_job;
use crate::status::ytc_status;
use crate::text;

/// Queues a job as `ytc_engine_submit` does, with a priority and deadlines.
///
/// - `engine`: the engine.
/// - `spec_json`: the request: a JSON object whose `kind` names the kind of job (`docs/c-api.md`).
///   It is validated whole. Copied.
/// - `options_json`: a JSON object of `priority` (-100 to 100, 0 where absent; higher ones start
///   first) and `queue_timeout_s`, `run_timeout_s`, `stall_timeout_s` (seconds in the queue, on a
///   worker, and on a worker without progress, after which the job fails with
///   `YTC_STATUS_TIMEOUT`); NULL for none of them. Copied.
/// - `callbacks`: functions that miss nothing of the job, or NULL. Copied; its `userdata_free` runs
///   also where this call fails.
/// - `job`: receives the job, or NULL if callbacks or events are enough.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller frees `job` with `ytc_job_free`, which does not cancel it, and `error` with
/// `ytc_error_free`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_SPEC` names a faulty field or option, and those of
/// `ytc_engine_submit`; then the job was not taken.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_submit_with(
    engine: *mut ytc_engine,
    spec_json: *const c_char,
    options_json: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (job, error) = unsafe { (Out::handle(job), Out::handle(error)) };
    // SAFETY: the host passes NULL or functions that keep their contract.
    let host = unsafe { Host::take(callbacks) };
    boundary("ytc_engine_submit_with", error, move || {
        let object = handle::lookup(engine, "engine")?;
        // SAFETY: the host passes NULL or a NUL-ended text.
        let spec = JobSpec::from_json(unsafe { text::required(spec_json, "spec_json")? })?;
        // SAFETY: the host passes NULL or a NUL-ended text.
        let options = unsafe { text::optional(options_json, "options_json")? };
        object.submit(spec, &SubmitOptions::from_json(options.unwrap_or("{}"))?, host, &job)
    })
}

/// Starts no more jobs until `ytc_engine_resume`. Running ones go on, jobs are taken in, and queue
/// deadlines go on. Harmless when repeated; shutting the engine down ends the pause.
///
/// - `engine`: the engine.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: nothing changes hands.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_pause(engine: *mut ytc_engine, error: *mut *mut ytc_error) -> ytc_status {
    // SAFETY: the host passes NULL or a pointer that may be written to.
    let error = unsafe { Out::handle(error) };
    boundary("ytc_engine_pause", error, || Ok(handle::lookup(engine, "engine")?.engine.pause()?))
}

/// Ends a pause. Harmless when there is none.
///
/// - `engine`: the engine.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: nothing changes hands.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_resume(
    engine: *mut ytc_engine,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or a pointer that may be written to.
    let error = unsafe { Out::handle(error) };
    boundary("ytc_engine_resume", error, || Ok(handle::lookup(engine, "engine")?.engine.resume()?))
}

/// The engine's numbers as a page in the text format of Prometheus (0.0.4), to be served as
/// `text/plain; version=0.0.4`. All names begin with `ytclipper_`.
///
/// - `engine`: the engine.
/// - `page`: receives the text.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller frees `page` with `ytc_string_free`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_metrics(
    engine: *const ytc_engine,
    page: *mut *mut c_char,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (page, error) = unsafe { (Out::cleared(page, ptr::null_mut()), Out::handle(error)) };
    boundary("ytc_engine_metrics", error, || {
        let page = page.required("page")?;
        let object = handle::lookup(engine, "engine")?;
        object.engine.check()?;
        page.give(&object.engine.metrics());
        Ok(())
    })
}
