//! `ytc_job` and `ytc_subscription`.

use std::ffi::c_char;
use std::ptr;
use std::sync::Arc;

use ytclipper::engine::{JobHandle, Subscription};

use crate::boundary::{Out, accessor, boundary, timeout};
use crate::callbacks::{Host, Leash, ytc_callbacks};
use crate::error::{ErrorObject, ytc_error};
use crate::handle::{self, Handle};
use crate::progress::{ytc_progress, ytc_state};
use crate::result::{ResultObject, ytc_result};
use crate::status::{Fault, ytc_status};
use crate::text;

/// A handle of a job: poll it, wait for it, cancel it, listen to it. A job may have several; freeing
/// one neither cancels the job nor waits for it, and a handle outlives its engine.
///
/// Since: 0.1
pub struct ytc_job {
    _opaque: (),
}

impl Handle for ytc_job {
    type Object = JobObject;
    const TAG: u64 = 3;
    const NAME: &'static str = "ytc_job";
}

/// A place among a job's listeners.
///
/// Since: 0.1
pub struct ytc_subscription {
    _opaque: (),
}

impl Handle for ytc_subscription {
    type Object = SubscriptionObject;
    const TAG: u64 = 5;
    const NAME: &'static str = "ytc_subscription";
}

/// A job behind its handle.
pub(crate) struct JobObject(JobHandle);

impl JobObject {
    pub(crate) fn new(handle: JobHandle) -> Self {
        Self(handle)
    }
}

/// Ends the callbacks of a subscription when it is dropped.
pub(crate) struct SubscriptionObject {
    leash: Arc<Leash>,
    _listening: Subscription,
}

impl Drop for SubscriptionObject {
    fn drop(&mut self) {
        self.leash.let_go();
    }
}

/// The job of a handle, in the process that made it.
fn job_of(job: *const ytc_job) -> Result<JobHandle, Fault> {
    let handle = handle::lookup(job, "job")?.0.clone();
    handle.check()?;
    Ok(handle)
}

/// The job's number: unique within its engine, growing in the order of submission, from 1.
///
/// - `job`: the job.
///
/// Returns: the number; 0 where `job` is no live job.
/// Ownership: nothing changes hands.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_id(job: *const ytc_job) -> u64 {
    accessor("ytc_job_id", 0, || Ok(handle::lookup(job, "job")?.0.id().0))
}

/// The job's kind: `probe`, `download`, `transcribe`, `analyze`, `render`, `thumbnail`, `process` or
/// `install_model`.
///
/// - `job`: the job.
///
/// Returns: a UTF-8 text; NULL where `job` is no live job.
/// Ownership: the text is the library's and lives for ever.
/// Thread: any, at any time.
/// Errors: none but the above.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_kind(job: *const ytc_job) -> *const c_char {
    accessor("ytc_job_kind", ptr::null(), || Ok(kind_name(handle::lookup(job, "job")?.0.kind())))
}

/// The name of a kind, as C wants it.
fn kind_name(kind: &str) -> *const c_char {
    let known = [
        c"probe",
        c"download",
        c"transcribe",
        c"analyze",
        c"render",
        c"thumbnail",
        c"process",
        c"install_model",
    ];
    known.iter().find(|name| name.to_bytes() == kind.as_bytes()).map_or(ptr::null(), |name| name.as_ptr())
}

/// Where the job stands.
///
/// - `job`: the job.
/// - `state`: receives the state.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: nothing changes hands but `error`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_state(
    job: *const ytc_job,
    state: *mut ytc_state,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (state, error) = unsafe { (Out::cleared(state, ytc_state::Queued), Out::handle(error)) };
    boundary("ytc_job_state", error, || {
        let state = state.required("state")?;
        state.set(job_of(job)?.state().into());
        Ok(())
    })
}

/// Whether the job is over, however it ended. Never waits.
///
/// - `job`: the job.
/// - `finished`: receives the answer.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: nothing changes hands but `error`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_poll(
    job: *const ytc_job,
    finished: *mut bool,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (finished, error) = unsafe { (Out::cleared(finished, false), Out::handle(error)) };
    boundary("ytc_job_poll", error, || {
        let finished = finished.required("finished")?;
        finished.set(job_of(job)?.state().is_finished());
        Ok(())
    })
}

/// The job's newest progress, also where its event is held back.
///
/// - `job`: the job.
/// - `progress`: receives the progress.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: nothing changes hands but `error`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_progress(
    job: *const ytc_job,
    progress: *mut ytc_progress,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (progress, error) = unsafe { (Out::cleared(progress, ytc_progress::EMPTY), Out::handle(error)) };
    boundary("ytc_job_progress", error, || {
        let progress = progress.required("progress")?;
        progress.set((&job_of(job)?.progress()).into());
        Ok(())
    })
}

/// The job's last progress events (at most 256) as a JSON list, oldest first. They carry what
/// `ytc_progress` has no room for: whole messages, and the segments of speech that were understood.
///
/// - `job`: the job.
/// - `after`: only events with a number (`seq`) above this; 0 for all.
/// - `json`: receives the text.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller frees `json` with `ytc_string_free`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_events(
    job: *const ytc_job,
    after: u64,
    json: *mut *mut c_char,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (json, error) = unsafe { (Out::cleared(json, ptr::null_mut()), Out::handle(error)) };
    boundary("ytc_job_events", error, || {
        let json = json.required("json")?;
        json.give(&text::to_json(&job_of(job)?.events_since(after))?);
        Ok(())
    })
}

/// Waits until the job is over, whatever its result.
///
/// - `job`: the job.
/// - `timeout_s`: longest wait in seconds; negative for no limit.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK` once the job is over, also where it failed; else the status of `error`.
/// Ownership: nothing changes hands but `error`.
/// Thread: any but inside a callback.
/// Errors: `YTC_STATUS_TIMEOUT`: the job goes on; `YTC_STATUS_WOULD_DEADLOCK` inside a callback,
/// `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_wait(
    job: *const ytc_job,
    timeout_s: f64,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or a pointer that may be written to.
    let error = unsafe { Out::handle(error) };
    boundary("ytc_job_wait", error, || Ok(job_of(job)?.wait(timeout(timeout_s)?)?))
}

/// The result of a job that succeeded; the error of one that did not.
///
/// - `job`: the job.
/// - `result`: receives the result.
/// - `error`: receives why the job failed or why there is no result, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller frees `result` with `ytc_result_free` and `error` with `ytc_error_free`.
/// Thread: any, also inside a callback. Never waits.
/// Errors: those of the job; `YTC_STATUS_NOT_FINISHED`, `YTC_STATUS_INVALID_ARGUMENT`,
/// `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_result(
    job: *const ytc_job,
    result: *mut *mut ytc_result,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (result, error) = unsafe { (Out::handle(result), Out::handle(error)) };
    boundary("ytc_job_result", error, || {
        let result = result.required("result")?;
        let job = job_of(job)?;
        let outcome = job.result().ok_or_else(|| Fault::not_finished(job.id()))??;
        result.set(handle::insert(ResultObject::new(&outcome)?)?);
        Ok(())
    })
}

/// The error of a job that is over without success.
///
/// - `job`: the job.
/// - `job_error`: receives the job's error; NULL where the job succeeded.
/// - `error`: receives why this call failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, also where the job failed; else the status of `error`.
/// Ownership: the caller frees `job_error` and `error` with `ytc_error_free`.
/// Thread: any, also inside a callback. Never waits.
/// Errors: `YTC_STATUS_NOT_FINISHED`, `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`,
/// `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_error(
    job: *const ytc_job,
    job_error: *mut *mut ytc_error,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (job_error, error) = unsafe { (Out::handle(job_error), Out::handle(error)) };
    boundary("ytc_job_error", error, || {
        let job_error = job_error.required("job_error")?;
        let job = job_of(job)?;
        if let Err(failed) = job.result().ok_or_else(|| Fault::not_finished(job.id()))? {
            job_error.set(handle::insert(ErrorObject::new(&failed.into()))?);
        }
        Ok(())
    })
}

/// Asks the job to stop and returns at once. A queued job is cancelled right then, a running one
/// within 250 ms (1 s in a download); one that succeeds all the same has succeeded.
///
/// - `job`: the job.
/// - `effect`: receives whether this request had an effect: the first one, before the job was over;
///   or NULL if that is not wanted.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, also where there was nothing to stop; else the status of `error`.
/// Ownership: nothing changes hands but `error`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_cancel(
    job: *mut ytc_job,
    effect: *mut bool,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (effect, error) = unsafe { (Out::cleared(effect, false), Out::handle(error)) };
    boundary("ytc_job_cancel", error, || {
        effect.set(job_of(job)?.cancel());
        Ok(())
    })
}

/// Listens to a job from now on, or from an earlier event on.
///
/// - `job`: the job.
/// - `after`: the number (`seq`) of the last event that the host has seen: those kept after it are
///   delivered, none twice; 0 for all.
/// - `callbacks`: the functions. Copied; its `userdata_free` runs also where this call fails.
///   `on_done` is called soon where the job is over.
/// - `subscription`: receives the place, or NULL to listen until the job is over.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller ends and frees `subscription` with `ytc_subscription_free`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_LIMIT_EXCEEDED`, `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`,
/// `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_subscribe(
    job: *mut ytc_job,
    after: u64,
    callbacks: *const ytc_callbacks,
    subscription: *mut *mut ytc_subscription,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (subscription, error) = unsafe { (Out::handle(subscription), Out::handle(error)) };
    // SAFETY: the host passes NULL or functions that keep their contract.
    let host = unsafe { Host::take(callbacks) };
    boundary("ytc_job_subscribe", error, move || {
        let host = host.ok_or_else(|| Fault::argument("callbacks", "must not be NULL"))?;
        let job = job_of(job)?;
        let reserved = if subscription.is_wanted() { Some(handle::Reserved::take()?) } else { None };
        let (listening, leash) = listen(&job, after, host);
        match reserved {
            None => listening.detach(),
            Some(reserved) => {
                let object = SubscriptionObject { leash, _listening: listening };
                subscription.set(reserved.fill(Arc::new(object)));
            }
        }
        Ok(())
    })
}

fn listen(job: &JobHandle, after: u64, host: Arc<Host>) -> (Subscription, Arc<Leash>) {
    let leash = Leash::new(host);
    let (going, ending) = (Arc::clone(&leash), Arc::clone(&leash));
    let listening = job.subscribe_since(after, move |job, progress| {
        if let Some(host) = going.host() {
            host.progress(job, progress);
        }
    });
    job.on_done(move |job| {
        if let Some(host) = ending.host() {
            host.done(job);
        }
        ending.let_go();
    });
    (listening, leash)
}

/// Ends a subscription: no callback is begun after this call. One that the dispatcher thread has
/// begun by then still runs; `userdata_free` is called after it, and at once where there is none.
///
/// - `subscription`: the subscription, or NULL, which is fine.
///
/// Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
/// Ownership: the handle is stale from here on.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_subscription_free(subscription: *mut ytc_subscription) -> ytc_status {
    boundary("ytc_subscription_free", Out::unwanted(), || {
        handle::release(subscription, "subscription").map(drop)
    })
}

/// Frees a handle of a job. The job goes on, and so do its callbacks.
///
/// - `job`: the job, or NULL, which is fine.
///
/// Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
/// Ownership: the handle is stale from here on.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_job_free(job: *mut ytc_job) -> ytc_status {
    boundary("ytc_job_free", Out::unwanted(), || handle::release(job, "job").map(drop))
}
