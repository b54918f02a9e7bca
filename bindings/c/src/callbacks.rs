//! Functions of the host that the dispatcher calls.

use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};

use ytclipper::engine::{JobHandle, Subscriber};
use ytclipper::outcome::Progress;

use crate::boundary::guarded;
use crate::handle;
use crate::job::{JobObject, ytc_job};
use crate::progress::ytc_progress;

/// Told of a job's progress. `job` may be used until the function returns, and needs no free; it is
/// NULL where there are too many live handles. `progress` may be read until then.
///
/// Since: 0.1
pub type ytc_progress_fn =
    Option<unsafe extern "C" fn(userdata: *mut c_void, job: *mut ytc_job, progress: *const ytc_progress)>;

/// Told that a job is over. `job` may be used until the function returns, and needs no free; it is
/// NULL where there are too many live handles.
///
/// Since: 0.1
pub type ytc_done_fn = Option<unsafe extern "C" fn(userdata: *mut c_void, job: *mut ytc_job)>;

/// Lets go of a callback's userdata. It may be called on any thread: that of the last callback, of the
/// call that failed, or of the one that ended a subscription.
///
/// Since: 0.1
pub type ytc_free_fn = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// Functions of the host. They are called on the engine's one dispatcher thread, one at a time and
/// under no lock; those that wait for something hold back the callbacks of all jobs. Only where
/// the engine has come to its end already are they called by `ytc_job_subscribe` itself, on its
/// thread. Inside of one, any call is legal that does not wait: `ytc_job_wait` and
/// `ytc_engine_shutdown` return `YTC_STATUS_WOULD_DEADLOCK`. They must not throw, and must not jump
/// out.
///
/// `ytc_job_wait` returns as soon as the job is over, which may be before `on_done` is called. That
/// nobody uses `userdata` any more is told by `userdata_free`, and by a `ytc_engine_shutdown` that
/// returned `YTC_STATUS_OK`, by nothing else.
///
/// The struct itself is copied, so it may be a local variable.
///
/// Since: 0.1
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ytc_callbacks {
    /// Called with each progress event, or NULL: at most ten times a second but for changes of the
    /// stage, and for up to 256 earlier events that a subscription asks for.
    pub on_progress: ytc_progress_fn,
    /// Called exactly once, when the job is over and after its last progress event, or NULL.
    pub on_done: ytc_done_fn,
    /// Handed to each function as it is.
    pub userdata: *mut c_void,
    /// Called exactly once with `userdata` after the last call of the others, also where the
    /// function that took this struct fails; or NULL.
    pub userdata_free: ytc_free_fn,
}

/// Userdata and the function that frees it, run when the last user is gone.
pub(crate) struct Userdata {
    pointer: *mut c_void,
    free: ytc_free_fn,
}

// SAFETY: the contract of callbacks says that the host's functions and data may be used from the
// dispatcher's thread, and freed on whichever thread lets go last.
unsafe impl Send for Userdata {}
// SAFETY: as above.
unsafe impl Sync for Userdata {}

impl Userdata {
    pub(crate) fn new(pointer: *mut c_void, free: ytc_free_fn) -> Self {
        Self { pointer, free }
    }

    pub(crate) fn pointer(&self) -> *mut c_void {
        self.pointer
    }
}

impl Drop for Userdata {
    fn drop(&mut self) {
        let Some(free) = self.free else { return };
        // What panics here is not the host's function, and must not keep it from being called.
        let _ = guarded("userdata_free", || ());
        // SAFETY: the host handed both for this one call.
        unsafe { free(self.pointer) }
    }
}

/// Callbacks of one job or subscription.
pub(crate) struct Host {
    on_progress: ytc_progress_fn,
    on_done: ytc_done_fn,
    userdata: Userdata,
}

impl Host {
    /// Takes over what the host hands; NULL is nothing. From here on `userdata_free` is ours to run.
    ///
    /// # Safety
    /// `callbacks` is NULL or points to a struct whose functions keep their contract.
    pub(crate) unsafe fn take(callbacks: *const ytc_callbacks) -> Option<Arc<Self>> {
        // SAFETY: the caller promises that it can be read where it is not NULL.
        let callbacks = unsafe { callbacks.as_ref()? };
        Some(Arc::new(Self {
            on_progress: callbacks.on_progress,
            on_done: callbacks.on_done,
            userdata: Userdata::new(callbacks.userdata, callbacks.userdata_free),
        }))
    }

    /// Calls `on_progress`. A panic on our side of it is the dispatcher's to report.
    pub(crate) fn progress(&self, job: &JobHandle, progress: &Progress) {
        let Some(on_progress) = self.on_progress else { return };
        #[cfg(feature = "failpoints")]
        crate::failpoint::hit("on_progress");
        let (lent, report) = (Lent::new(job), ytc_progress::from(progress));
        // SAFETY: the host's function keeps its contract; both pointers live through the call.
        unsafe { on_progress(self.userdata.pointer(), lent.0, &raw const report) }
    }

    /// Calls `on_done`.
    pub(crate) fn done(&self, job: &JobHandle) {
        let Some(on_done) = self.on_done else { return };
        #[cfg(feature = "failpoints")]
        crate::failpoint::hit("on_done");
        let lent = Lent::new(job);
        // SAFETY: as above.
        unsafe { on_done(self.userdata.pointer(), lent.0) }
    }

    /// The callbacks as the core wants them for a new job.
    pub(crate) fn subscriber(host: Option<&Arc<Self>>) -> Subscriber {
        let Some(host) = host else { return Subscriber::new() };
        let (listening, ending) = (Arc::clone(host), Arc::clone(host));
        let mut subscriber = Subscriber::new();
        if host.on_progress.is_some() {
            subscriber = subscriber.on_progress(move |job, progress| listening.progress(job, progress));
        }
        subscriber.on_done(move |job| ending.done(job))
    }
}

/// Callbacks that can be let go of before their job is over.
pub(crate) struct Leash(Mutex<Option<Arc<Host>>>);

impl Leash {
    pub(crate) fn new(host: Arc<Host>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(Some(host))))
    }

    /// The callbacks, unless they were let go of.
    pub(crate) fn host(&self) -> Option<Arc<Host>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets go. A call that is under way finishes, and frees the userdata then.
    pub(crate) fn let_go(&self) {
        let host = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(host);
    }
}

/// A handle for the time of a callback; NULL where there is no room for one.
struct Lent(*mut ytc_job);

impl Lent {
    fn new(job: &JobHandle) -> Self {
        Self(handle::insert(JobObject::new(job.clone())).unwrap_or(std::ptr::null_mut()))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // The host may have freed it already, which is fine.
        let _ = handle::release(self.0, "job");
    }
}
