//! The scenarios that Rust, Python and C share (`tests/scenarios.json`), through Rust.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use ytclipper::engine::{Engine, EngineConfig, JobHandle, ShutdownMode, SubmitOptions, Subscriber};
use ytclipper::outcome::Progress;
use ytclipper::spec::JobSpec;
use ytclipper::{Error, Result};

use crate::support::Folder;

const TABLE: &str = include_str!("../scenarios.json");
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/media/sample.mp4");
const LONG: f64 = 60.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "about")]
    _about: Value,
    specs: BTreeMap<String, Value>,
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Scenario {
    name: String,
    steps: Vec<Step>,
}

#[derive(Deserialize, Clone, Debug)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Step {
    Open {
        #[serde(default = "main_engine")]
        engine: String,
        #[serde(default)]
        config: EngineConfig,
    },
    Submit {
        #[serde(default = "main_engine")]
        engine: String,
        job: String,
        spec: String,
        #[serde(default)]
        on_done: Vec<Step>,
        error: Option<Failure>,
    },
    Running {
        job: String,
    },
    Cancel {
        job: String,
        effect: bool,
    },
    Wait {
        job: String,
        #[serde(default = "long")]
        timeout: f64,
        error: Option<Failure>,
    },
    Shutdown {
        #[serde(default = "main_engine")]
        engine: String,
        mode: ShutdownMode,
        #[serde(default = "long")]
        timeout: f64,
        error: Option<Failure>,
    },
    Expect {
        job: String,
        state: String,
        error: Option<Failure>,
        outcome: Option<String>,
    },
    Files {
        names: Vec<String>,
    },
    Raise {},
}

#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
struct Failure {
    kind: String,
    field: Option<String>,
}

fn main_engine() -> String {
    "main".to_owned()
}

fn long() -> f64 {
    LONG
}

fn table() -> Table {
    serde_json::from_str(TABLE).unwrap()
}

/// What steps of the test and of callbacks share.
struct Runner {
    specs: BTreeMap<String, Value>,
    folder: Folder,
    board: Mutex<Board>,
    changed: Condvar,
}

#[derive(Default)]
struct Board {
    engines: BTreeMap<String, Engine>,
    jobs: BTreeMap<String, JobHandle>,
    done: BTreeMap<String, usize>,
    reports: BTreeMap<String, Vec<Progress>>,
    /// Steps in callbacks that did not go as they should.
    faults: Vec<String>,
    raised: u64,
}

/// What a `raise` step panics with.
struct Raised;

impl Runner {
    /// Runs a scenario; panics where something is not as the table says.
    fn run(scenario: &Scenario) {
        let runner = Arc::new(Self {
            specs: table().specs,
            folder: Folder::new(),
            board: Mutex::default(),
            changed: Condvar::new(),
        });
        let steps = || scenario.steps.iter().for_each(|step| runner.take(step));
        let outcome = catch_unwind(AssertUnwindSafe(steps));
        let engines: Vec<_> = runner.with(|board| board.engines.values().cloned().collect());
        for engine in &engines {
            engine.shutdown(ShutdownMode::Now, Some(Duration::from_secs_f64(LONG))).unwrap();
        }
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
        runner.with(|board| board.check(engines.iter().map(|engine| engine.stats().callback_panics).sum()));
    }

    fn with<T>(&self, look: impl FnOnce(&mut Board) -> T) -> T {
        let value = look(&mut self.board.lock().unwrap());
        self.changed.notify_all();
        value
    }

    fn job(&self, name: &str) -> JobHandle {
        let board = self.board.lock().unwrap();
        let limit = Duration::from_secs_f64(LONG);
        let absent = |board: &mut Board| !board.jobs.contains_key(name);
        let (board, _) = self.changed.wait_timeout_while(board, limit, absent).unwrap();
        board.jobs[name].clone()
    }

    fn engine(&self, name: &str) -> Engine {
        self.with(|board| board.engines[name].clone())
    }

    fn take(self: &Arc<Self>, step: &Step) {
        match step {
            Step::Open { engine, config } => {
                let made = Engine::new(config.clone()).unwrap();
                self.with(|board| board.engines.insert(engine.clone(), made));
            }
            Step::Submit { engine, job, spec, on_done, error } => {
                judge(self.submit(engine, job, spec, on_done), error.as_ref());
            }
            Step::Running { job } => self.running(job),
            Step::Cancel { job, effect } => assert_eq!(self.job(job).cancel(), *effect),
            Step::Wait { job, timeout, error } => {
                judge(self.job(job).wait(Some(Duration::from_secs_f64(*timeout))), error.as_ref());
            }
            Step::Shutdown { engine, mode, timeout, error } => {
                let timeout = Some(Duration::from_secs_f64(*timeout));
                judge(self.engine(engine).shutdown(*mode, timeout), error.as_ref());
            }
            Step::Expect { job, state, error, outcome } => {
                expect(&self.job(job), state, error.as_ref(), outcome.as_deref());
            }
            Step::Files { names } => assert_eq!(self.folder.names(), *names),
            Step::Raise {} => {
                self.with(|board| board.raised += 1);
                std::panic::resume_unwind(Box::new(Raised));
            }
        }
    }

    fn submit(self: &Arc<Self>, engine: &str, job: &str, spec: &str, on_done: &[Step]) -> Result<()> {
        let out = self.folder.path("");
        let text = self.specs[spec].to_string().replace("${sample}", SAMPLE);
        let text = text.replace("${out}", out.to_str().unwrap().trim_end_matches('/'));
        let (hearing, calling, steps) = (Arc::clone(self), Arc::clone(self), on_done.to_vec());
        let (heard, called) = (job.to_owned(), job.to_owned());
        let subscriber = Subscriber::new()
            .on_progress(move |_, event| {
                hearing.with(|board| board.reports.entry(heard.clone()).or_default().push(event.clone()));
            })
            .on_done(move |_| calling.done(&called, &steps));
        let made = self.engine(engine).submit_with(
            JobSpec::from_json(&text)?,
            &SubmitOptions::default(),
            subscriber,
        )?;
        self.with(|board| board.jobs.insert(job.to_owned(), made));
        Ok(())
    }

    /// The completion callback.
    fn done(self: &Arc<Self>, job: &str, steps: &[Step]) {
        self.with(|board| *board.done.entry(job.to_owned()).or_default() += 1);
        for step in steps {
            let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.take(step))) else { continue };
            if panic.is::<Raised>() {
                std::panic::resume_unwind(panic);
            }
            self.with(|board| board.faults.push(format!("{step:?} in the callback of {job}")));
        }
    }

    fn running(&self, job: &str) {
        let handle = self.job(job);
        let moves =
            |board: &Board| board.reports.get(job).is_some_and(|all| all.last().unwrap().percent > 0.0);
        let board = self.board.lock().unwrap();
        let limit = Duration::from_secs_f64(LONG);
        let (board, _) = self.changed.wait_timeout_while(board, limit, |board| !moves(board)).unwrap();
        assert!(moves(&board));
        drop(board);
        assert_eq!(handle.state().as_str(), "running");
    }
}

impl Board {
    /// What holds at the end of every scenario.
    fn check(&self, callback_panics: u64) {
        assert_eq!(self.faults, [""; 0]);
        let once = self.jobs.keys().map(|name| (name.clone(), 1)).collect();
        assert_eq!(self.done, once, "each job is told once that it is over");
        for reports in self.reports.values() {
            assert!(reports.is_sorted_by(|a, b| a.seq < b.seq && a.percent <= b.percent), "{reports:?}");
        }
        assert_eq!(callback_panics, self.raised);
    }
}

/// A step's own error.
fn judge(result: Result<()>, wanted: Option<&Failure>) {
    check_error(result.err().as_ref(), wanted);
}

fn check_error(error: Option<&Error>, wanted: Option<&Failure>) {
    assert_eq!(
        error.map(|error| error.kind().as_str()),
        wanted.map(|wanted| wanted.kind.as_str()),
        "{error:?}"
    );
    if let (Some(error), Some(Failure { field: Some(field), .. })) = (error, wanted) {
        assert_eq!(error.context().get("field"), Some(field));
    }
}

fn expect(job: &JobHandle, state: &str, error: Option<&Failure>, outcome: Option<&str>) {
    assert_eq!(job.state().as_str(), state);
    check_error(job.error().as_ref(), error);
    if let Some(outcome) = outcome {
        let result = job.result().unwrap().unwrap();
        assert_eq!(serde_json::to_value(&*result).unwrap()["kind"], *outcome);
    }
}

fn fails(scenario: &Scenario) -> bool {
    catch_unwind(AssertUnwindSafe(|| Runner::run(scenario))).is_err()
}

#[test]
fn every_scenario_ends_as_the_table_says() {
    let scenarios = table().scenarios;
    assert_eq!(scenarios.len(), 14);
    let failed: Vec<_> =
        scenarios.iter().filter(|scenario| fails(scenario)).map(|scenario| &scenario.name).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

#[test]
fn a_wrong_table_is_found() {
    let wrong = |name: &str, step: usize, json: &str| {
        let mut scenario = table().scenarios.into_iter().find(|scenario| scenario.name == name).unwrap();
        scenario.steps[step] = serde_json::from_str(json).unwrap();
        assert!(fails(&scenario), "{name}: {json}");
    };
    wrong("missing_file", 3, r#"{"do":"expect","job":"a","state":"succeeded","error":{"kind":"not_found"}}"#);
    wrong("missing_file", 3, r#"{"do":"expect","job":"a","state":"failed","error":{"kind":"io"}}"#);
    wrong("missing_file", 2, r#"{"do":"wait","job":"a","error":{"kind":"timeout"}}"#);
    wrong("invalid_spec", 1, r#"{"do":"submit","job":"a","spec":"invalid","error":{"kind":"io"}}"#);
    wrong("invalid_spec", 2, r#"{"do":"files","names":["invalid.mp4"]}"#);
    wrong("cancel_queued", 7, r#"{"do":"cancel","job":"waiting","effect":true}"#);
    wrong(
        "wait_in_callback",
        3,
        r#"{"do":"submit","job":"a","spec":"quick","on_done":[{"do":"submit","job":"next","spec":"quick"},
            {"do":"cancel","job":"busy","effect":false}]}"#,
    );
}
