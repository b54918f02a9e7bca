//! The engine's promises, with fake stages. Nothing sleeps: a test waits on channels, barriers and
//! handles, and each wait has a limit that only a fault reaches.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod callbacks;
mod cancel;
mod deadlines;
mod futures;
mod memory;
mod numbers;
mod order;
mod progress;
mod shutdown;
mod spans;
mod storm;
mod stress;
mod submit;
mod workers;

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use ytclipper::context::Context;
use ytclipper::engine::{Engine, EngineConfig, JobHandle};
use ytclipper::outcome::{Outcome, Thumbnail};
use ytclipper::spec::{JobSpec, ProbeSpec};
use ytclipper::{Error, Result};

/// Longer than anything here takes.
pub const LONG: Duration = Duration::from_mins(1);

pub fn job(name: &str) -> JobSpec {
    JobSpec::Probe(ProbeSpec { source: name.into() })
}

/// A fake job of another kind.
pub fn install() -> JobSpec {
    JobSpec::from_json(r#"{"kind":"install_model","name":"base"}"#).unwrap()
}

pub fn name_of(spec: &JobSpec) -> String {
    let JobSpec::Probe(spec) = spec else { panic!("not a fake job: {spec:?}") };
    spec.source.display().to_string()
}

pub fn done() -> Outcome {
    Outcome::Thumbnail(Thumbnail { output: "a.jpg".into(), width: 2, height: 2, time: 0.0 })
}

pub fn config(workers: usize) -> EngineConfig {
    EngineConfig { workers, ..EngineConfig::default() }
}

/// An engine with a fake stage.
pub fn engine(
    config: EngineConfig,
    run: impl Fn(&JobSpec, &Context) -> Result<Outcome> + Send + Sync + 'static,
) -> Engine {
    Engine::with_runner(config, Arc::new(run)).unwrap()
}

/// An engine whose jobs succeed at once.
pub fn quick() -> Engine {
    engine(config(2), |_, _| Ok(done()))
}

pub fn wait(handle: &JobHandle) -> Result<Arc<Outcome>> {
    handle.wait(Some(LONG)).unwrap();
    handle.result().unwrap()
}

/// Waits for jobs that all succeed.
pub fn wait_all(handles: &[JobHandle]) {
    for handle in handles {
        wait(handle).unwrap();
    }
}

/// Holds fake stages until they are let go or cancelled.
#[derive(Clone)]
pub struct Hold {
    started: (Sender<String>, Receiver<String>),
    release: (Sender<()>, Receiver<()>),
}

impl Hold {
    pub fn new() -> Self {
        Self { started: unbounded(), release: unbounded() }
    }

    /// An engine whose jobs all hold.
    pub fn engine(&self, config: EngineConfig) -> Engine {
        let hold = self.clone();
        engine(config, move |spec, context| hold.stay(spec, context).map(|()| done()))
    }

    /// In a stage: says that it started, and stays. What it returns when cancelled is not
    /// `Cancelled`, as with a stage whose child was killed.
    pub fn stay(&self, spec: &JobSpec, context: &Context) -> Result<()> {
        self.started.0.send(name_of(spec)).unwrap();
        loop {
            if context.cancel.is_cancelled() {
                return Err(Error::internal("the child was killed"));
            }
            if self.release.1.recv_timeout(Duration::from_millis(1)).is_ok() {
                return Ok(());
            }
        }
    }

    /// In a stage: as `stay`, but deaf to cancellation.
    pub fn stay_deaf(&self, spec: &JobSpec) {
        self.started.0.send(name_of(spec)).unwrap();
        self.release.1.recv_timeout(LONG).unwrap();
    }

    /// The name of the next job that started.
    pub fn started(&self) -> String {
        self.started.1.recv_timeout(LONG).unwrap()
    }

    /// Whether no further job started.
    pub fn none_started(&self) -> bool {
        self.started.1.is_empty()
    }

    /// Lets `count` jobs go.
    pub fn release(&self, count: usize) {
        (0..count).for_each(|_| self.release.0.send(()).unwrap());
    }
}
