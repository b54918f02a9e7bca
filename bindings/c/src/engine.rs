//! `ytc_engine`.

use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ytclipper::engine::{Engine, EngineConfig, JobHandle, JobId, ShutdownMode, SubmitOptions};
use ytclipper::spec::JobSpec;
use ytclipper::{Error, ErrorKind};

use crate::boundary::{Out, boundary, timeout};
use crate::callbacks::{Host, ytc_callbacks};
use crate::error::ytc_error;
use crate::event::{Events, ytc_event};
use crate::handle::{self, Handle, Reserved};
use crate::job::{JobObject, ytc_job};
use crate::status::{Fault, ytc_shutdown_mode, ytc_status};
use crate::text;

/// A bounded queue of jobs and the threads that run them. A process may have several.
///
/// Since: 0.1
pub struct ytc_engine {
    _opaque: (),
}

impl Handle for ytc_engine {
    type Object = EngineObject;
    const TAG: u64 = 2;
    const NAME: &'static str = "ytc_engine";
}

/// An engine, and its events once the host has asked for them.
pub(crate) struct EngineObject {
    pub(crate) engine: Engine,
    events: Mutex<Option<Arc<Events>>>,
}

impl EngineObject {
    /// Submits a job. The lock orders this with the first call for events, so that each job is watched
    /// once; `host` is let go of after it, because that may call the host.
    pub(crate) fn submit(
        &self,
        spec: JobSpec,
        options: &SubmitOptions,
        host: Option<Arc<Host>>,
        job: &Out<*mut ytc_job>,
    ) -> Result<(), Fault> {
        let reserved = if job.is_wanted() { Some(Reserved::take()?) } else { None };
        let subscriber = Host::subscriber(host.as_ref());
        let place = self.lock_events();
        let handle = self.engine.submit_with(spec, options, subscriber)?;
        let events = place.clone();
        drop(place);
        if let Some(events) = events {
            events.watch(&handle);
        }
        if let Some(reserved) = reserved {
            job.set(reserved.fill(Arc::new(JobObject::new(handle))));
        }
        Ok(())
    }

    /// The engine's events; from the first call on they are collected, those of earlier jobs
    /// included.
    fn events(&self) -> Result<Arc<Events>, Fault> {
        self.engine.check()?;
        let mut place = self.lock_events();
        if let Some(events) = &*place {
            return Ok(Arc::clone(events));
        }
        let events = Events::new()?;
        let jobs = self.engine.jobs();
        *place = Some(Arc::clone(&events));
        drop(place);
        for job in jobs {
            events.watch(&job);
        }
        Ok(events)
    }

    /// A job whose end the host was told of last, although the engine may know it no longer.
    fn told(&self, id: JobId) -> Option<JobHandle> {
        let events = self.lock_events().clone();
        events?.told(id)
    }

    fn lock_events(&self) -> MutexGuard<'_, Option<Arc<Events>>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts an engine: its threads run from here on, and wait for jobs.
///
/// - `config_json`: settings as a JSON object, every field of which has a default
///   (`docs/c-api.md`); NULL for the defaults. Copied.
/// - `engine`: receives the engine.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller frees `engine` with `ytc_engine_free` and `error` with `ytc_error_free`.
/// Thread: any.
/// Errors: `YTC_STATUS_INVALID_SPEC` names a faulty setting, `YTC_STATUS_INVALID_ARGUMENT`,
/// `YTC_STATUS_IO` where a thread cannot be started.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_new(
    config_json: *const c_char,
    engine: *mut *mut ytc_engine,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (engine, error) = unsafe { (Out::handle(engine), Out::handle(error)) };
    boundary("ytc_engine_new", error, || {
        let engine = engine.required("engine")?;
        // SAFETY: the host passes NULL or a NUL-ended text.
        let config = unsafe { text::optional(config_json, "config_json")? };
        let config = serde_json::from_str::<EngineConfig>(config.unwrap_or("{}"))
            .map_err(|error| Error::invalid("$", format_args!("is no engine's settings: {error}")))?;
        let reserved = Reserved::take()?;
        let object = EngineObject { engine: Engine::new(config)?, events: Mutex::default() };
        engine.set(reserved.fill(Arc::new(object)));
        Ok(())
    })
}

/// Shuts an engine down and waits for it: it takes no more jobs, ends those that there are as
/// `mode` says, and delivers every completion. Repeated and concurrent calls are harmless; a
/// stricter mode adds to an earlier one.
///
/// - `engine`: the engine.
/// - `mode`: a `ytc_shutdown_mode`.
/// - `timeout_s`: longest wait in seconds; negative for no limit.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the engine stays the caller's, who still frees it.
/// Thread: any but inside a callback.
/// Errors: `YTC_STATUS_TIMEOUT`: the engine stays shut and goes on ending its jobs;
/// `YTC_STATUS_WOULD_DEADLOCK` inside a callback, which then changes nothing;
/// `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_shutdown(
    engine: *mut ytc_engine,
    mode: i32,
    timeout_s: f64,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or a pointer that may be written to.
    let error = unsafe { Out::handle(error) };
    boundary("ytc_engine_shutdown", error, || {
        let object = handle::lookup(engine, "engine")?;
        let (mode, timeout) = (ytc_shutdown_mode::from_number(mode)?, timeout(timeout_s)?);
        Ok(object.engine.shutdown(mode, timeout)?)
    })
}

/// Frees an engine. Jobs that are not over are cancelled, and their callbacks still come; this call
/// does not wait for that, does no I/O and is legal inside a callback. Handles of its jobs stay
/// usable. To finish jobs, call `ytc_engine_shutdown` before.
///
/// - `engine`: the engine, or NULL, which is fine.
///
/// Returns: `YTC_STATUS_OK`, or why nothing was freed; it may be ignored.
/// Ownership: the handle is stale from here on; the engine's descriptor of events is closed once the
/// last of its jobs is over.
/// Thread: any; a call that another thread is in with this engine goes on, and ends as its jobs do.
/// Errors: `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_free(engine: *mut ytc_engine) -> ytc_status {
    boundary("ytc_engine_free", Out::unwanted(), || {
        let object = handle::release(engine, "engine")?;
        // Another thread may be in a call and keep the engine open.
        object.map_or(Ok(()), |object| Ok(object.engine.close(ShutdownMode::Now)?))
    })
}

/// What the engine is doing and has done, as a JSON object: `queued`, `running`, `succeeded`,
/// `failed`, `cancelled`, `kinds`, `workers`, `threads` and more.
///
/// - `engine`: the engine.
/// - `json`: receives the text.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller frees `json` with `ytc_string_free`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_stats(
    engine: *const ytc_engine,
    json: *mut *mut c_char,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (json, error) = unsafe { (Out::cleared(json, ptr::null_mut()), Out::handle(error)) };
    boundary("ytc_engine_stats", error, || {
        let json = json.required("json")?;
        let object = handle::lookup(engine, "engine")?;
        object.engine.check()?;
        json.give(&text::to_json(&object.engine.stats())?);
        Ok(())
    })
}

/// Queues a job and returns at once.
///
/// - `engine`: the engine.
/// - `spec_json`: the request: a JSON object whose `kind` names the kind of job (`docs/c-api.md`).
///   It is validated whole. Copied.
/// - `callbacks`: functions that miss nothing of the job, or NULL. Copied; its `userdata_free` runs
///   also where this call fails.
/// - `job`: receives the job, or NULL if callbacks or events are enough.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller frees `job` with `ytc_job_free`, which does not cancel it, and `error` with
/// `ytc_error_free`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_INVALID_SPEC` names a faulty field, `YTC_STATUS_QUEUE_FULL`,
/// `YTC_STATUS_SHUT_DOWN`, `YTC_STATUS_LIMIT_EXCEEDED`, `YTC_STATUS_INVALID_ARGUMENT`,
/// `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`; then the job was not taken.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_submit(
    engine: *mut ytc_engine,
    spec_json: *const c_char,
    callbacks: *const ytc_callbacks,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (job, error) = unsafe { (Out::handle(job), Out::handle(error)) };
    // SAFETY: the host passes NULL or functions that keep their contract.
    let host = unsafe { Host::take(callbacks) };
    boundary("ytc_engine_submit", error, move || {
        let object = handle::lookup(engine, "engine")?;
        // SAFETY: the host passes NULL or a NUL-ended text.
        let spec = JobSpec::from_json(unsafe { text::required(spec_json, "spec_json")? })?;
        object.submit(spec, &SubmitOptions::default(), host, &job)
    })
}

/// Another handle of a job, by its number: an unfinished one, one of the newest finished ones
/// (`keep_finished` in the settings), or the one of the newest `YTC_EVENT_KIND_DONE` that
/// `ytc_engine_next_event` told, until it tells another one.
///
/// - `engine`: the engine.
/// - `id`: the job's number, of `ytc_job_id` or an event.
/// - `job`: receives the job.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the caller frees `job` with `ytc_job_free`.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_NOT_FOUND` where the engine knows no such job,
/// `YTC_STATUS_LIMIT_EXCEEDED`, `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`,
/// `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_job(
    engine: *mut ytc_engine,
    id: u64,
    job: *mut *mut ytc_job,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (job, error) = unsafe { (Out::handle(job), Out::handle(error)) };
    boundary("ytc_engine_job", error, || {
        let job = job.required("job")?;
        let object = handle::lookup(engine, "engine")?;
        object.engine.check()?;
        let unknown = || Error::new(ErrorKind::NotFound, format!("the engine knows no job {id}"));
        let found = object.engine.job(JobId(id)).or_else(|| object.told(JobId(id)));
        let found = found.ok_or_else(unknown)?;
        job.set(handle::insert(JobObject::new(found))?);
        Ok(())
    })
}

/// The engine's descriptor of events, for `poll`, `select`, `epoll` or an event loop: it is readable
/// while `ytc_engine_next_event` has something to tell. Nobody but the library reads or writes it.
/// Events are collected from the first call of either function on; jobs that were submitted earlier
/// and are still known tell their newest event, which for finished ones is their end.
///
/// - `engine`: the engine.
/// - `fd`: receives the descriptor, always the same; −1 where the call fails.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, else the status of `error`.
/// Ownership: the descriptor belongs to the engine and is closed after `ytc_engine_free`, once the
/// last of its jobs is over; take it out of the event loop before.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_IO` where no descriptor can be had, `YTC_STATUS_INVALID_ARGUMENT`,
/// `YTC_STATUS_INVALID_HANDLE`, `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_event_fd(
    engine: *mut ytc_engine,
    fd: *mut c_int,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (fd, error) = unsafe { (Out::cleared(fd, -1), Out::handle(error)) };
    boundary("ytc_engine_event_fd", error, || {
        let fd = fd.required("fd")?;
        fd.set(handle::lookup(engine, "engine")?.events()?.descriptor());
        Ok(())
    })
}

/// The next event of the engine's jobs, without waiting. Events of one job that were not taken yet
/// are merged into the newest, so that a slow host loses details and never a completion; there are
/// never more than jobs.
///
/// - `engine`: the engine.
/// - `event`: receives the event; its `kind` is `YTC_EVENT_KIND_NONE` where there is none.
/// - `error`: receives why it failed, or NULL if that is not wanted.
///
/// Returns: `YTC_STATUS_OK`, also where there is none; else the status of `error`.
/// Ownership: nothing changes hands.
/// Thread: any, also inside a callback.
/// Errors: `YTC_STATUS_IO`, `YTC_STATUS_INVALID_ARGUMENT`, `YTC_STATUS_INVALID_HANDLE`,
/// `YTC_STATUS_ENGINE_FORKED`.
/// Since: 0.1
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ytc_engine_next_event(
    engine: *mut ytc_engine,
    event: *mut ytc_event,
    error: *mut *mut ytc_error,
) -> ytc_status {
    // SAFETY: the host passes NULL or pointers that may be written to.
    let (event, error) = unsafe { (Out::cleared(event, ytc_event::NONE), Out::handle(error)) };
    boundary("ytc_engine_next_event", error, || {
        let event = event.required("event")?;
        if let Some(next) = handle::lookup(engine, "engine")?.events()?.next() {
            event.set(next);
        }
        Ok(())
    })
}
