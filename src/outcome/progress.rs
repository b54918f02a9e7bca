//! Where a job stands.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Segment;

/// The stages that a job reports, under the names that the existing server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waiting for a worker.
    Queued,
    /// Reading a file's streams.
    Probing,
    /// Fetching the source.
    Downloading,
    /// Turning speech into words.
    Transcribing,
    /// Choosing clips.
    Analyzing,
    /// Rendering.
    Clipping,
    /// Writing project folders and info files.
    Organizing,
    /// Removing intermediate files.
    Cleanup,
    /// Fetching or converting a model.
    Installing,
    /// Done.
    Complete,
}

impl Stage {
    /// The stage's name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Probing => "probing",
            Self::Downloading => "downloading",
            Self::Transcribing => "transcribing",
            Self::Analyzing => "analyzing",
            Self::Clipping => "clipping",
            Self::Organizing => "organizing",
            Self::Cleanup => "cleanup",
            Self::Installing => "installing",
            Self::Complete => "complete",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The newest state of a job's work. Within a job `percent` never falls and `seq` always grows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Progress {
    /// The stage at work.
    pub stage: Stage,
    /// Of the whole job, 0 to 100.
    pub percent: f64,
    /// What is being done, for a person.
    pub message: String,
    /// Seconds until the job is done, once that can be told.
    pub eta_s: Option<f64>,
    /// Number of this report within the job, from 1.
    pub seq: u64,
    /// Segments of speech that were understood since the report before: reports may be left out,
    /// these never are. One with the id of an earlier one takes its place: a download was listened
    /// to before its end and turned out otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<Segment>,
}
