//! Spans of `tracing`, for whoever installs a subscriber: one for each job that a worker takes, and
//! in it one for each stage that reports.

use tracing::Span;
use tracing::field::Empty;

use super::job::Job;
use crate::outcome::Stage;
use crate::store::JobState;
use crate::sys::Mutex;

/// The spans of one job.
pub(crate) struct JobSpans {
    job: Span,
    stage: Mutex<Option<(Stage, Span)>>,
}

impl JobSpans {
    /// Opens the job's span: `job`, with its number, its kind and, at the end, its state.
    pub(crate) fn open(job: &Job) -> Self {
        let job = tracing::info_span!("job", id = job.id.0, kind = job.kind, state = Empty);
        Self { job, stage: Mutex::new(None) }
    }

    /// The job's span.
    pub(crate) fn job(&self) -> &Span {
        &self.job
    }

    /// A stage is at work: opens its span, `stage` with its name, in place of the one before.
    /// Stages hop between threads, so their spans are open from the first report of a stage to the
    /// first of the next one, and no thread enters them.
    pub(crate) fn at(&self, stage: Stage) {
        if self.job.is_disabled() {
            return;
        }
        let mut current = self.stage.lock();
        if current.as_ref().is_some_and(|(open, _)| *open == stage) {
            return;
        }
        let span = tracing::info_span!(parent: &self.job, "stage", name = stage.as_str());
        let before = current.replace((stage, span));
        // A subscriber is the host's code, which must not run under the lock.
        drop(current);
        drop(before);
    }

    /// Closes the stage's span.
    pub(crate) fn end_stage(&self) {
        let last = self.stage.lock().take();
        drop(last);
    }

    /// Notes how the job ended.
    pub(crate) fn end(&self, state: JobState) {
        self.job.record("state", state.as_str());
    }
}
