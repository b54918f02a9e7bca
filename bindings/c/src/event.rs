//! Events for hosts that have an event loop of their own.

use std::collections::{HashMap, VecDeque};
use std::ffi::c_int;
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ytclipper::Error;
use ytclipper::engine::{JobHandle, JobId};
use ytclipper::outcome::Progress;

use crate::progress::{ytc_progress, ytc_state};
use crate::status::Fault;

/// What an event tells.
///
/// Since: 0.1
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ytc_event_kind {
    /// There is no event.
    None = 0,
    /// A job has gone on.
    Progress = 1,
    /// A job is over; it is the job's last event.
    Done = 2,
}

/// An event of one of an engine's jobs.
///
/// Since: 0.1
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ytc_event {
    /// The job's number, for `ytc_engine_job`; 0 where there is no event.
    pub job_id: u64,
    /// What it tells.
    pub kind: ytc_event_kind,
    /// Where the job stood then.
    pub state: ytc_state,
    /// Its newest progress then.
    pub progress: ytc_progress,
}

impl ytc_event {
    pub(crate) const NONE: Self = Self {
        job_id: 0,
        kind: ytc_event_kind::None,
        state: ytc_state::Queued,
        progress: ytc_progress::EMPTY,
    };
}

/// Events that the host has not taken yet, at most one a job, and the descriptor that is readable
/// while there are any.
pub(crate) struct Events {
    state: Mutex<State>,
    readable: UnixStream,
    writable: UnixStream,
}

#[derive(Default)]
struct State {
    order: VecDeque<JobId>,
    newest: HashMap<JobId, Kept>,
    /// The job of the last end that was told.
    told: Option<JobHandle>,
}

/// An event, and the job where it is over: the engine may know it no longer when the host asks.
struct Kept {
    event: ytc_event,
    ended: Option<JobHandle>,
}

impl Events {
    pub(crate) fn new() -> Result<Arc<Self>, Fault> {
        let pair = UnixStream::pair().and_then(|(readable, writable)| {
            readable.set_nonblocking(true)?;
            writable.set_nonblocking(true)?;
            Ok((readable, writable))
        });
        let failed = |error| Error::io(error, "make the descriptor", Path::new("of events"));
        let (readable, writable) = pair.map_err(failed)?;
        Ok(Arc::new(Self { state: Mutex::default(), readable, writable }))
    }

    pub(crate) fn descriptor(&self) -> c_int {
        self.readable.as_raw_fd()
    }

    /// Collects the events of a job, from its first on.
    pub(crate) fn watch(self: &Arc<Self>, job: &JobHandle) {
        let (going, ending) = (Arc::clone(self), Arc::clone(self));
        let listen = job.subscribe_since(0, move |job, progress| {
            going.put(job, ytc_event_kind::Progress, progress);
        });
        listen.detach();
        job.on_done(move |job| ending.put(job, ytc_event_kind::Done, &job.progress()));
    }

    fn put(&self, job: &JobHandle, kind: ytc_event_kind, progress: &Progress) {
        let event =
            ytc_event { job_id: job.id().0, kind, state: job.state().into(), progress: progress.into() };
        let ended = (kind == ytc_event_kind::Done).then(|| job.clone());
        let mut state = self.lock();
        if state.newest.insert(job.id(), Kept { event, ended }).is_some() {
            return;
        }
        state.order.push_back(job.id());
        if state.order.len() == 1 {
            // A byte that does not fit is not needed: the descriptor is readable then.
            let _ = (&self.writable).write(&[1]);
        }
    }

    /// Takes the oldest event.
    pub(crate) fn next(&self) -> Option<ytc_event> {
        let mut state = self.lock();
        let kept = state.order.pop_front().and_then(|id| state.newest.remove(&id));
        if state.order.is_empty() {
            let mut bytes = [0; 64];
            while (&self.readable).read(&mut bytes).is_ok_and(|read| read == bytes.len()) {}
        }
        let Kept { event, ended } = kept?;
        let before = ended.and_then(|job| state.told.replace(job));
        drop(state);
        drop(before);
        Some(event)
    }

    /// The job of this number, where its end was the last to be told.
    pub(crate) fn told(&self, id: JobId) -> Option<JobHandle> {
        self.lock().told.clone().filter(|job| job.id() == id)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
