//! How long a job may take.

use std::time::{Duration, Instant};

use crate::error::{Error, ErrorKind};
use crate::spec::{SubmitOptions, timeout};

/// What a deadline bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deadline {
    /// The wait for a worker.
    Queue,
    /// The time on a worker.
    Run,
    /// The time on a worker without progress.
    Stall,
}

impl Deadline {
    /// The deadline's name in an error's context.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Run => "run",
            Self::Stall => "stall",
        }
    }

    const fn fault(self) -> &'static str {
        match self {
            Self::Queue => "no worker was free within the job's queue deadline",
            Self::Run => "the job did not end within its run deadline",
            Self::Stall => "the job made no progress within its stall deadline",
        }
    }
}

/// A job's deadlines.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Limits {
    queue: Option<Duration>,
    run: Option<Duration>,
    stall: Option<Duration>,
}

impl From<&SubmitOptions> for Limits {
    fn from(options: &SubmitOptions) -> Self {
        Self {
            queue: timeout(options.queue_timeout_s),
            run: timeout(options.run_timeout_s),
            stall: timeout(options.stall_timeout_s),
        }
    }
}

impl Limits {
    /// Whether there is any.
    pub(crate) fn any(&self) -> bool {
        self.queue.or(self.run).or(self.stall).is_some()
    }

    /// When a job that has waited since then must have begun.
    pub(crate) fn of_queued(&self, since: Instant) -> Option<(Instant, Deadline)> {
        Some((since.checked_add(self.queue?)?, Deadline::Queue))
    }

    /// What a running job runs into first: it began and last made progress at these times.
    pub(crate) fn of_running(&self, began: Instant, moved: Instant) -> Option<(Instant, Deadline)> {
        let at = |from: Instant, limit: Option<Duration>| from.checked_add(limit?);
        let run = at(began, self.run).map(|time| (time, Deadline::Run));
        let stall = at(moved, self.stall).map(|time| (time, Deadline::Stall));
        run.into_iter().chain(stall).min_by_key(|(time, _)| *time)
    }

    /// What a job ends with that ran into a deadline.
    pub(crate) fn error(&self, deadline: Deadline) -> Error {
        let limit = match deadline {
            Deadline::Queue => self.queue,
            Deadline::Run => self.run,
            Deadline::Stall => self.stall,
        };
        let seconds = limit.unwrap_or_default().as_secs_f64();
        Error::new(ErrorKind::Timeout, format!("{} of {seconds} s", deadline.fault()))
            .with("deadline", deadline.as_str())
            .with("limit_s", seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(run: u64, stall: u64) -> Limits {
        Limits { queue: None, run: Some(Duration::from_secs(run)), stall: Some(Duration::from_secs(stall)) }
    }

    #[test]
    fn a_running_job_meets_the_nearer_of_its_deadlines() {
        let began = Instant::now();
        let moved = began + Duration::from_secs(5);
        let after = |seconds| began + Duration::from_secs(seconds);
        assert_eq!(limits(10, 3).of_running(began, moved), Some((after(8), Deadline::Stall)));
        assert_eq!(limits(10, 6).of_running(began, moved), Some((after(10), Deadline::Run)));
        assert_eq!(Limits::default().of_running(began, moved), None);
        assert!(!Limits::default().any() && limits(1, 1).any());
    }

    #[test]
    fn an_error_names_its_deadline_and_its_length() {
        let error = limits(10, 3).error(Deadline::Stall);
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(
            (error.context()["deadline"].as_str(), error.context()["limit_s"].as_str()),
            ("stall", "3")
        );
    }
}
