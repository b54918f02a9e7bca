//! The threads that run jobs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use super::guard::{Inside, panic_message};
use super::job::Job;
use super::lifecycle::Role;
use super::shared::Shared;
use super::spans::JobSpans;
use crate::context::{Context, ProgressSink, Report, Workspace};
use crate::error::{Error, Result};
use crate::outcome::Outcome;
use crate::spec::JobSpec;
use crate::store::JobState;
use crate::sys::{Builder, lower_priority};

/// Starts the dispatcher, the timer and the workers. They end when the engine is closed.
pub(crate) fn start(shared: &Arc<Shared>) -> Result<()> {
    spawn(shared, Role::Dispatcher, "ytc-dispatcher".to_owned(), |shared| shared.dispatcher.run())?;
    spawn(shared, Role::Timer, "ytc-timer".to_owned(), |shared| {
        shared.timer.run(|job| shared.watch(job));
    })?;
    for number in 1..=shared.config.workers {
        spawn(shared, Role::Worker, format!("ytc-worker-{number}"), work)?;
    }
    Ok(())
}

fn spawn(
    shared: &Arc<Shared>,
    role: Role,
    name: String,
    run: impl FnOnce(&Arc<Shared>) + Send + 'static,
) -> Result<()> {
    shared.lifecycle.starts(role);
    let end = End { shared: Arc::clone(shared), role };
    let thread = Builder::new().name(name.clone()).spawn(move || run(&end.shared));
    let handle = thread.map_err(|error| Error::io(error, "start the thread", &PathBuf::from(name)))?;
    shared.lifecycle.keep(handle);
    Ok(())
}

/// Tells of a thread's end, also where it never came to start. The last worker lets the dispatcher
/// and the timer go.
struct End {
    shared: Arc<Shared>,
    role: Role,
}

impl Drop for End {
    fn drop(&mut self) {
        if self.shared.lifecycle.ends(self.role) && self.role == Role::Worker {
            self.shared.dispatcher.close();
            self.shared.timer.close();
        }
    }
}

fn work(shared: &Arc<Shared>) {
    let _inside = Inside::enter();
    if let Err(error) = lower_priority(shared.config.nice) {
        tracing::warn!("a worker keeps the host's priority: {error}");
    }
    while let Some((job, spec)) = shared.next() {
        run(shared, &job, &spec);
    }
}

/// Runs one job. Whatever the runner does, the worker lives and the job ends.
pub(super) fn run(shared: &Shared, job: &Arc<Job>, spec: &JobSpec) {
    if !job.begin() {
        shared.complete(job, Err(Error::cancelled()));
        return;
    }
    shared.watch(job);
    let spans = Arc::new(JobSpans::open(job));
    let running = shared.budget.enter();
    let ended = spans.job().in_scope(|| {
        catch_unwind(AssertUnwindSafe(|| {
            let context = context(shared, job, spec, &spans);
            // The context is gone, and the private folder with it, before the end is visible.
            shared.runner.run(spec, &context)
        }))
    });
    drop(running);
    spans.end_stage();
    spans.end(finish(shared, job, ended));
}

/// Ends a job that has run, or panicked.
fn finish(shared: &Shared, job: &Arc<Job>, ended: std::thread::Result<Result<Outcome>>) -> JobState {
    match ended {
        Ok(result) => shared.complete(job, result.map(Arc::<Outcome>::new)),
        Err(payload) => {
            let message = format!("the job panicked: {}", panic_message(&*payload));
            shared.complete_as(job, Err(Error::internal(message)), true)
        }
    }
}

fn context(shared: &Shared, job: &Arc<Job>, spec: &JobSpec, spans: &Arc<JobSpans>) -> Context {
    let (reporting, spans) = (Arc::clone(job), Arc::clone(spans));
    let report = Arc::new(move |report: Report| {
        spans.at(report.stage);
        reporting.report(report);
    });
    Context {
        cancel: job.cancel.clone(),
        progress: ProgressSink::new(spec.first_stage(), report),
        threads: Arc::clone(&shared.budget),
        workspace: Arc::new(Workspace::below(shared.config.work_dir())),
    }
}
