//! What a stage is handed: a way to be cancelled, to report progress, to get threads, and a
//! private folder for its intermediate files.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use crate::error::{Error, Result};
use crate::outcome::{Segment, Stage};
use crate::sys::{AtomicBool, Mutex, Ordering};

/// A flag that a host raises to stop a job; clones share it. Reading it is one atomic load.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<Raised>);

#[derive(Debug, Default)]
struct Raised {
    flag: Arc<AtomicBool>,
    children: Mutex<Vec<Weak<Raised>>>,
}

impl Raised {
    fn raise(&self) {
        self.flag.store(true, Ordering::Release);
        for child in self.children.lock().drain(..).filter_map(|child| child.upgrade()) {
            child.raise();
        }
    }
}

impl CancelToken {
    /// Asks the job to stop. Harmless when repeated.
    pub fn cancel(&self) {
        self.0.raise();
    }

    /// A token for a part of the job: it is raised with this one, and can be raised alone.
    #[must_use]
    pub fn child(&self) -> Self {
        let child = Self::default();
        let mut children = self.0.children.lock();
        children.retain(|known| known.strong_count() > 0);
        children.push(Arc::downgrade(&child.0));
        drop(children);
        // A cancel may have come before the child was known.
        if self.is_cancelled() {
            child.cancel();
        }
        child
    }

    /// Whether a stop was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.0.flag.load(Ordering::Acquire)
    }

    /// `Err(Cancelled)` once a stop was asked for.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// The flag itself, for C callbacks that may do no more than load it.
    pub fn flag(&self) -> &Arc<AtomicBool> {
        &self.0.flag
    }
}

/// One report of a stage, before the engine numbers and coalesces it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The stage at work.
    pub stage: Stage,
    /// Progress of the whole job, 0.0 to 1.0.
    pub fraction: f64,
    /// What is being done, for a person.
    pub message: String,
    /// Speech that was understood since the report before.
    pub segments: Vec<Segment>,
}

/// Where reports go.
pub type ReportFn = dyn Fn(Report) + Send + Sync;

/// A stage's window of the job's progress: it reports 0.0 to 1.0 of itself, the sink places that
/// in the whole.
#[derive(Clone)]
pub struct ProgressSink {
    report: Arc<ReportFn>,
    stage: Stage,
    label: Arc<str>,
    from: f64,
    to: f64,
}

impl ProgressSink {
    /// A sink over the whole job.
    pub fn new(stage: Stage, report: Arc<ReportFn>) -> Self {
        Self { report, stage, label: Arc::from(""), from: 0.0, to: 1.0 }
    }

    /// A sink that nobody listens to.
    pub fn silent() -> Self {
        Self::new(Stage::Clipping, Arc::new(|_| {}))
    }

    /// The part `from..to` (0.0 to 1.0) of this window, for a stage within it.
    #[must_use]
    pub fn window(&self, stage: Stage, from: f64, to: f64) -> Self {
        let place = |x: f64| self.from + (self.to - self.from) * x.clamp(0.0, 1.0);
        Self {
            report: Arc::clone(&self.report),
            stage,
            label: Arc::clone(&self.label),
            from: place(from),
            to: place(to),
        }
    }

    /// The same window, whose messages begin with `label`.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<Arc<str>>) -> Self {
        self.label = label.into();
        self
    }

    /// Reports `fraction` (0.0 to 1.0) of this window.
    pub fn set(&self, fraction: f64, message: impl Into<String>) {
        self.tell(fraction, message, Vec::new());
    }

    /// The same, with speech that was understood meanwhile: it is never dropped.
    pub fn tell(&self, fraction: f64, message: impl Into<String>, segments: Vec<Segment>) {
        let fraction = if fraction.is_finite() { fraction.clamp(0.0, 1.0) } else { 0.0 };
        (self.report)(Report {
            stage: self.stage,
            fraction: self.from + (self.to - self.from) * fraction,
            message: format!("{}{}", self.label, message.into()),
            segments,
        });
    }

    /// The stage that reports here.
    pub fn stage(&self) -> Stage {
        self.stage
    }
}

/// The engine's threads for codecs, filters and models, shared by the running jobs.
#[derive(Debug)]
pub struct ThreadBudget {
    total: usize,
    state: Mutex<BudgetState>,
}

#[derive(Debug, Default)]
struct BudgetState {
    jobs: usize,
    leased: usize,
}

impl ThreadBudget {
    /// A budget of `total` threads (at least one).
    pub fn new(total: usize) -> Arc<Self> {
        Arc::new(Self { total: total.max(1), state: Mutex::default() })
    }

    /// All threads of the budget.
    pub fn total(&self) -> usize {
        self.total
    }

    /// Threads that are leased now.
    pub fn leased(&self) -> usize {
        self.state.lock().leased
    }

    /// Counts a job as running until the guard drops, so that leases are shared fairly.
    pub fn enter(self: &Arc<Self>) -> RunningJob {
        self.state.lock().jobs += 1;
        RunningJob(Arc::clone(self))
    }

    /// Threads that a job may have at present: an equal part for each running job, at least one.
    pub fn share(&self) -> usize {
        (self.total / self.state.lock().jobs.max(1)).max(1)
    }

    /// Leases this job's share: what is free, at most an equal part for each running job, at
    /// least one thread.
    pub fn lease(self: &Arc<Self>) -> ThreadLease {
        self.lease_at_most(self.total)
    }

    /// The same, at most so many threads.
    pub fn lease_at_most(self: &Arc<Self>, most: usize) -> ThreadLease {
        let mut state = self.state.lock();
        let share = self.total / state.jobs.max(1);
        let free = self.total.saturating_sub(state.leased);
        let threads = share.min(free).min(most).max(1);
        state.leased += threads;
        ThreadLease { budget: Arc::clone(self), threads }
    }
}

/// A running job's place in the [`ThreadBudget`].
#[derive(Debug)]
pub struct RunningJob(Arc<ThreadBudget>);

impl Drop for RunningJob {
    fn drop(&mut self) {
        self.0.state.lock().jobs -= 1;
    }
}

/// Threads that are leased from a [`ThreadBudget`], given back on drop.
#[derive(Debug)]
pub struct ThreadLease {
    budget: Arc<ThreadBudget>,
    threads: usize,
}

impl ThreadLease {
    /// How many threads, at least one.
    pub fn threads(&self) -> usize {
        self.threads
    }
}

impl Drop for ThreadLease {
    fn drop(&mut self) {
        self.budget.state.lock().leased -= self.threads;
    }
}

/// A job's private folder, made when first asked for and removed with all its content on drop.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    folder: Mutex<Option<tempfile::TempDir>>,
}

impl Workspace {
    /// A workspace below `root`; nothing is made yet.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), folder: Mutex::new(None) }
    }

    /// The folder.
    pub fn path(&self) -> Result<PathBuf> {
        let mut folder = self.folder.lock();
        if let Some(existing) = &*folder {
            return Ok(existing.path().to_owned());
        }
        let made = self.make()?;
        let path = made.path().to_owned();
        *folder = Some(made);
        Ok(path)
    }

    fn make(&self) -> Result<tempfile::TempDir> {
        let fail = |error, path: &Path| Error::io(error, "make the folder", path);
        std::fs::create_dir_all(&self.root).map_err(|error| fail(error, &self.root))?;
        tempfile::Builder::new()
            .prefix("ytclipper-job-")
            .tempdir_in(&self.root)
            .map_err(|error| fail(error, &self.root))
    }
}

/// Everything a stage is handed besides its request.
pub struct Context {
    /// Raised by the host to stop the job.
    pub cancel: CancelToken,
    /// Where the stage reports.
    pub progress: ProgressSink,
    /// Threads for codecs, filters and models.
    pub threads: Arc<ThreadBudget>,
    /// The job's private folder.
    pub workspace: Arc<Workspace>,
}

impl Context {
    /// The same job, with its progress narrowed to `from..to` under another stage's name.
    #[must_use]
    pub fn window(&self, stage: Stage, from: f64, to: f64) -> Self {
        Self {
            cancel: self.cancel.clone(),
            progress: self.progress.window(stage, from, to),
            threads: Arc::clone(&self.threads),
            workspace: Arc::clone(&self.workspace),
        }
    }

    /// The same job, for work ahead beside the one that reports: silent, to be stopped alone, on
    /// threads of its own, a quarter as many and at least one: the work that reports leases all
    /// that there are, and does not keep all of them busy.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self {
            cancel: self.cancel.child(),
            progress: ProgressSink::silent(),
            threads: ThreadBudget::new(self.threads.total() / 4),
            workspace: Arc::clone(&self.workspace),
        }
    }

    /// A context outside any engine: all cores, silent, files below the system's temporary folder.
    pub fn detached() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            cancel: CancelToken::default(),
            progress: ProgressSink::silent(),
            threads: ThreadBudget::new(cores),
            workspace: Arc::new(Workspace::below(std::env::temp_dir())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_jobs_on_two_threads_get_one_each() {
        let budget = ThreadBudget::new(2);
        let (_first, _second) = (budget.enter(), budget.enter());
        let (one, two) = (budget.lease(), budget.lease());
        assert_eq!((one.threads(), two.threads()), (1, 1));
        drop((one, two));
        assert_eq!(budget.leased(), 0);
    }

    #[test]
    fn a_lone_job_gets_all_and_the_next_still_gets_one() {
        let budget = ThreadBudget::new(4);
        let _first = budget.enter();
        let all = budget.lease();
        assert_eq!(all.threads(), 4);
        let _second = budget.enter();
        assert_eq!(budget.lease().threads(), 1);
    }

    #[test]
    fn a_child_is_stopped_with_its_parent_and_alone() {
        let parent = CancelToken::default();
        let (one, two) = (parent.child(), parent.child());
        one.cancel();
        assert!(one.is_cancelled() && !parent.is_cancelled() && !two.is_cancelled());
        parent.cancel();
        assert!(two.is_cancelled() && parent.child().is_cancelled());
    }

    #[test]
    fn a_window_places_progress_in_the_whole() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&seen);
        let sink = ProgressSink::new(Stage::Clipping, Arc::new(move |r| keep.lock().push(r)));
        let half = sink.window(Stage::Transcribing, 0.5, 1.0);
        half.window(Stage::Transcribing, 0.0, 0.5).set(1.0, "x");
        half.set(f64::NAN, "y");
        let fractions: Vec<_> = seen.lock().iter().map(|r| r.fraction).collect();
        assert_eq!(fractions, [0.75, 0.5]);
    }

    #[test]
    fn a_workspace_is_removed_with_its_content() {
        let root = tempfile::tempdir().unwrap();
        let workspace = Workspace::below(root.path());
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0, "nothing before the first use");
        let path = workspace.path().unwrap();
        assert_eq!(workspace.path().unwrap(), path, "one folder a job");
        std::fs::write(path.join("a"), "b").unwrap();
        drop(workspace);
        assert!(!path.exists());
    }
}
