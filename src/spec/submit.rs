//! How a job stands among others, and how long it may take.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::job::read_json;
use super::{Faults, Validate};
use crate::error::Result;

/// Lowest and highest priority.
const PRIORITIES: (i32, i32) = (-100, 100);
/// Shortest and longest deadline, in seconds: a millisecond, a year.
const TIMEOUTS_S: (f64, f64) = (0.001, 365.0 * 86_400.0);

/// What a submission says beside its [`JobSpec`](super::JobSpec): the job's priority and its
/// deadlines. A deadline that passes ends the job as failed with `ErrorKind::Timeout`; the error's
/// context names it (`deadline`: `queue`, `run` or `stall`) and its length (`limit_s`). A running
/// job ends as soon as its stage looks, as when it is cancelled; one that succeeds all the same has
/// succeeded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SubmitOptions {
    /// Jobs of a higher priority start first (-100 to 100). Waiting counts: each `ageing_s` seconds
    /// (a setting of the engine) raise a job by one, so that none waits for ever.
    pub priority: i32,
    /// Longest time in the queue, in seconds (0.001 to 31,536,000); no limit where absent. It goes
    /// on while the queue is paused.
    pub queue_timeout_s: Option<f64>,
    /// Longest time on a worker, in seconds (0.001 to 31,536,000); no limit where absent.
    pub run_timeout_s: Option<f64>,
    /// Longest time on a worker without progress, in seconds (0.001 to 31,536,000); no limit where
    /// absent. Progress is a higher percentage, another stage or message, or new segments of speech.
    pub stall_timeout_s: Option<f64>,
}

impl SubmitOptions {
    /// Reads options from JSON and validates them. A fault names its field.
    pub fn from_json(json: &str) -> Result<Self> {
        let options: Self = read_json(json)?;
        options.validate()?;
        Ok(options)
    }
}

impl Validate for SubmitOptions {
    fn check(&self, faults: &mut Faults) {
        let (lowest, highest) = PRIORITIES;
        faults.range("priority", f64::from(self.priority), f64::from(lowest), f64::from(highest));
        let timeouts = [
            ("queue_timeout_s", self.queue_timeout_s),
            ("run_timeout_s", self.run_timeout_s),
            ("stall_timeout_s", self.stall_timeout_s),
        ];
        let (shortest, longest) = TIMEOUTS_S;
        for (field, seconds) in timeouts {
            if let Some(seconds) = seconds {
                faults.range(field, seconds, shortest, longest);
            }
        }
    }
}

/// A validated timeout as a duration.
pub(crate) fn timeout(seconds: Option<f64>) -> Option<Duration> {
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_options_are_the_defaults() {
        assert_eq!(SubmitOptions::from_json("{}").unwrap(), SubmitOptions::default());
        let given = SubmitOptions::from_json(r#"{"priority":-7,"run_timeout_s":1.5}"#).unwrap();
        assert_eq!((given.priority, given.run_timeout_s, given.queue_timeout_s), (-7, Some(1.5), None));
        assert_eq!(SubmitOptions::from_json(&serde_json::to_string(&given).unwrap()).unwrap(), given);
    }

    #[test]
    fn each_fault_names_its_field() {
        let field = |json: &str| SubmitOptions::from_json(json).unwrap_err().context()["field"].clone();
        assert_eq!(field(r#"{"priority":101}"#), "priority");
        assert_eq!(field(r#"{"priority":-101}"#), "priority");
        assert_eq!(field(r#"{"priority":1.5}"#), "priority");
        assert_eq!(field(r#"{"queue_timeout_s":0}"#), "queue_timeout_s");
        assert_eq!(field(r#"{"run_timeout_s":-1}"#), "run_timeout_s");
        assert_eq!(field(r#"{"stall_timeout_s":1e9}"#), "stall_timeout_s");
        assert_eq!(field(r#"{"stall_timeout_s":"5"}"#), "stall_timeout_s");
        let nan = SubmitOptions { run_timeout_s: Some(f64::NAN), ..SubmitOptions::default() };
        assert_eq!(nan.validate().unwrap_err().context()["field"], "run_timeout_s");
        assert!(
            SubmitOptions::from_json(r#"{"run_timeout":1}"#).unwrap_err().message().contains("run_timeout")
        );
    }
}
