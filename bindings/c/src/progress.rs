//! States, stages and progress as C sees them.

use std::ffi::c_char;

use ytclipper::engine::JobState;
use ytclipper::outcome::{Progress, Stage};

use crate::text;

/// Where a job stands. It moves from the top downwards only.
///
/// Since: 0.1
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ytc_state {
    /// Waits for a worker.
    Queued = 0,
    /// A worker is at it.
    Running = 1,
    /// Done; there is a result.
    Succeeded = 2,
    /// Ended with an error.
    Failed = 3,
    /// Stopped because the host asked for it.
    Cancelled = 4,
}

/// What a job is at.
///
/// Since: 0.1
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ytc_stage {
    /// Waiting for a worker.
    Queued = 0,
    /// Reading a file's streams.
    Probing = 1,
    /// Fetching the source.
    Downloading = 2,
    /// Turning speech into words.
    Transcribing = 3,
    /// Choosing clips.
    Analyzing = 4,
    /// Rendering.
    Clipping = 5,
    /// Writing project folders and info files.
    Organizing = 6,
    /// Removing intermediate files.
    Cleanup = 7,
    /// Fetching or converting a model.
    Installing = 8,
    /// Done.
    Complete = 9,
}

/// The newest state of a job's work. Within a job `percent` never falls and `seq` always grows.
///
/// Since: 0.1
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ytc_progress {
    /// Number of this report within the job, from 1.
    pub seq: u64,
    /// Of the whole job, 0 to 100.
    pub percent: f64,
    /// Seconds until the job is done; negative while that cannot be told.
    pub eta_s: f64,
    /// The stage at work.
    pub stage: ytc_stage,
    /// What is being done, for a person; UTF-8, NUL-ended, cut where it is longer.
    pub message: [c_char; 256],
}

impl ytc_progress {
    /// That of a job of which nothing is known.
    pub(crate) const EMPTY: Self =
        Self { seq: 0, percent: 0.0, eta_s: -1.0, stage: ytc_stage::Queued, message: [0; 256] };
}

impl From<&Progress> for ytc_progress {
    fn from(progress: &Progress) -> Self {
        Self {
            seq: progress.seq,
            percent: progress.percent,
            eta_s: progress.eta_s.unwrap_or(-1.0),
            stage: progress.stage.into(),
            message: text::fill(&progress.message),
        }
    }
}

impl From<JobState> for ytc_state {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Queued => Self::Queued,
            JobState::Running => Self::Running,
            JobState::Succeeded => Self::Succeeded,
            JobState::Failed => Self::Failed,
            JobState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<Stage> for ytc_stage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Queued => Self::Queued,
            Stage::Probing => Self::Probing,
            Stage::Downloading => Self::Downloading,
            Stage::Transcribing => Self::Transcribing,
            Stage::Analyzing => Self::Analyzing,
            Stage::Clipping => Self::Clipping,
            Stage::Organizing => Self::Organizing,
            Stage::Cleanup => Self::Cleanup,
            Stage::Installing => Self::Installing,
            Stage::Complete => Self::Complete,
        }
    }
}
