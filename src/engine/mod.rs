//! The engine: a bounded queue of jobs, the worker threads that run them, the one dispatcher
//! thread that tells the host, and the one timer thread that keeps deadlines.

mod config;
mod dispatcher;
mod guard;
mod histogram;
mod job;
mod lifecycle;
mod metrics;
mod pool;
mod shared;
mod shutdown;
mod spans;
mod stats;
mod timer;

use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::context::Context;
use crate::error::Result;
use crate::models::ModelStore;
use crate::outcome::Outcome;
use crate::spec::{JobSpec, Validate};
use crate::stages;
use crate::store::{MemoryStore, Store};
use crate::sys::now;

pub use crate::spec::SubmitOptions;
pub use crate::store::{JobId, JobState};
pub use config::EngineConfig;
pub use dispatcher::DispatcherHandle;
pub use histogram::Quantiles;
pub use job::{JobHandle, Subscriber, Subscription};
pub use shutdown::ShutdownMode;
pub use stats::{KindStats, Stats};

use guard::Process;
use shared::Shared;

/// What an engine runs jobs with. A panic in it fails the job at hand alone.
pub trait Runner: Send + Sync + 'static {
    /// Does the job, on a worker thread. It looks at `context.cancel` often enough to stop within
    /// 250 ms (1 s in a download).
    fn run(&self, spec: &JobSpec, context: &Context) -> Result<Outcome>;

    /// Refuses a valid job that it cannot do, before the job is queued. It only looks at the job.
    fn accept(&self, _spec: &JobSpec) -> Result<()> {
        Ok(())
    }
}

impl<F> Runner for F
where
    F: Fn(&JobSpec, &Context) -> Result<Outcome> + Send + Sync + 'static,
{
    fn run(&self, spec: &JobSpec, context: &Context) -> Result<Outcome> {
        self(spec, context)
    }
}

/// An engine. Clones are the same engine; dropping the last one cancels all jobs and returns at
/// once, while the threads wind up on their own. [`Engine::shutdown`] waits for them.
///
/// In a child of a fork every call returns `EngineForked`; where it has no error to return, the
/// engine looks empty.
#[derive(Clone)]
pub struct Engine {
    owner: Arc<Owner>,
}

/// What all clones of an engine share and no thread of it does.
struct Owner {
    shared: Arc<Shared>,
}

impl Drop for Owner {
    fn drop(&mut self) {
        if !self.shared.process.is_forked() {
            self.shared.close(ShutdownMode::Now);
        }
    }
}

/// The end of an engine, for whoever waits for it after the last [`Engine`] is gone.
#[derive(Clone)]
pub struct Ending {
    shared: Weak<Shared>,
    process: Process,
}

impl Ending {
    /// Whether the engine's threads have ended within so much time.
    ///
    /// `Err(EngineForked)` in a child of the process that made the engine.
    pub fn wait(&self, timeout: Duration) -> Result<bool> {
        self.process.check()?;
        let until = now().checked_add(timeout);
        Ok(self.shared.upgrade().is_none_or(|shared| shared.lifecycle.join(until).is_ok()))
    }

    /// Whether nothing of the engine is left.
    pub fn is_over(&self) -> bool {
        self.shared.strong_count() == 0
    }
}

/// The jobs of this crate.
struct Stages(stages::Resources);

impl Runner for Stages {
    fn run(&self, spec: &JobSpec, context: &Context) -> Result<Outcome> {
        stages::run(spec, &self.0, context)
    }

    fn accept(&self, spec: &JobSpec) -> Result<()> {
        stages::refuse_missing_room(spec)
    }
}

/// What the jobs of an engine share.
fn resources(config: &EngineConfig) -> stages::Resources {
    let store = ModelStore::new(config.model_dir.clone().unwrap_or_else(ModelStore::default_dir));
    stages::Resources {
        #[cfg(feature = "speech")]
        models: crate::speech::ModelCache::new(store.clone()),
        #[cfg(feature = "vision")]
        faces: crate::vision::FaceModels::new(config.face_model.clone().unwrap_or_else(|| store.face_path())),
        #[cfg(feature = "download")]
        downloads: crate::download::Policy {
            allow_hosts: config.allow_hosts.clone(),
            max_bytes: config.max_download_bytes,
            timeout: Duration::from_secs(config.download_timeout_s),
            yt_dlp: config.yt_dlp.clone(),
        },
        store,
    }
}

impl Engine {
    /// An engine that runs the jobs of this crate. `Err(InvalidSpec)` names a faulty setting;
    /// `Err(Io)` where a thread cannot be started.
    pub fn new(config: EngineConfig) -> Result<Self> {
        let runner = Arc::new(Stages(resources(&config)));
        Self::with_runner(config, runner)
    }

    /// An engine that runs jobs with `runner`. `Err(InvalidSpec)` names a faulty setting; `Err(Io)`
    /// where a thread cannot be started.
    pub fn with_runner(config: EngineConfig, runner: Arc<dyn Runner>) -> Result<Self> {
        let store = MemoryStore::new(config.queue_capacity, config.ageing());
        Self::build(config, runner, Box::new(store))
    }

    fn build(config: EngineConfig, runner: Arc<dyn Runner>, store: Box<dyn Store>) -> Result<Self> {
        config.validate()?;
        let engine = Self { owner: Arc::new(Owner { shared: Shared::new(config, runner, store) }) };
        pool::start(&engine.owner.shared)?;
        Ok(engine)
    }

    /// Queues a job and returns at once. `Err(InvalidSpec)` names a faulty field, `Err(QueueFull)`
    /// and `Err(ShutDown)` say that the job was not taken.
    pub fn submit(&self, spec: JobSpec) -> Result<JobHandle> {
        self.submit_with(spec, &SubmitOptions::default(), Subscriber::new())
    }

    /// As [`submit`](Self::submit), with a priority and deadlines, and with callbacks that miss
    /// nothing of the job. `Err(InvalidSpec)` names a faulty option, too.
    pub fn submit_with(
        &self,
        spec: JobSpec,
        options: &SubmitOptions,
        subscriber: Subscriber,
    ) -> Result<JobHandle> {
        self.check()?;
        self.owner.shared.submit(spec, options, subscriber)
    }

    /// Starts no more jobs until [`resume`](Self::resume); running ones go on, and jobs are taken
    /// in. Harmless when repeated. Shutting the engine down ends the pause.
    pub fn pause(&self) -> Result<()> {
        self.check()?;
        self.owner.shared.pause(true);
        Ok(())
    }

    /// Ends a pause. Harmless when there is none.
    pub fn resume(&self) -> Result<()> {
        self.check()?;
        self.owner.shared.pause(false);
        Ok(())
    }

    /// A job by its number: unfinished, or one of the newest finished ones.
    pub fn job(&self, id: JobId) -> Option<JobHandle> {
        self.check().ok()?;
        self.owner.shared.job(id)
    }

    /// All jobs that can be found, in the order of submission.
    pub fn jobs(&self) -> Vec<JobHandle> {
        self.check().map_or_else(|_| Vec::new(), |()| self.owner.shared.jobs())
    }

    /// What the engine is doing and has done.
    pub fn stats(&self) -> Stats {
        self.check().map_or_else(|_| Stats::default(), |()| self.owner.shared.stats())
    }

    /// The same numbers as a page in the text format of Prometheus (0.0.4), to be served as
    /// `text/plain; version=0.0.4`. All names begin with `ytclipper_`.
    pub fn metrics(&self) -> String {
        self.check().map_or_else(|_| String::new(), |()| self.owner.shared.metrics())
    }

    /// The settings.
    pub fn config(&self) -> &EngineConfig {
        &self.owner.shared.config
    }

    /// A way onto the thread that calls the host back.
    pub fn dispatcher(&self) -> DispatcherHandle {
        DispatcherHandle::new(&self.owner.shared.dispatcher, self.owner.shared.process)
    }

    /// `Err(EngineForked)` in a child of the process that made the engine.
    pub fn check(&self) -> Result<()> {
        self.owner.shared.process.check()
    }

    /// Begins a [`shutdown`](Self::shutdown) and returns at once; [`ending`](Self::ending) tells when
    /// it is done. It may be called inside a callback.
    pub fn close(&self, mode: ShutdownMode) -> Result<()> {
        self.check()?;
        self.owner.shared.close(mode);
        Ok(())
    }

    /// A way to wait for the end of the engine's threads that does not keep the engine open.
    pub fn ending(&self) -> Ending {
        Ending { shared: Arc::downgrade(&self.owner.shared), process: self.owner.shared.process }
    }

    /// Takes no more jobs, ends those that there are as `mode` says, delivers every completion and
    /// joins all threads. Repeated and concurrent calls are harmless; a stricter mode adds to an
    /// earlier one.
    ///
    /// `Err(Timeout)` where that takes longer than `deadline`: the engine stays shut and goes on
    /// ending its jobs. `Err(WouldDeadlock)` inside a job or a callback, which then changes nothing.
    pub fn shutdown(&self, mode: ShutdownMode, deadline: Option<Duration>) -> Result<()> {
        self.check()?;
        guard::may_block("shut the engine down")?;
        let until = deadline.and_then(|deadline| now().checked_add(deadline));
        self.owner.shared.close(mode);
        self.owner.shared.lifecycle.join(until)
    }
}
