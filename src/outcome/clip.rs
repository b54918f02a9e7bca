//! Clips: proposed, rendered, and gathered in a project.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{RenderReport, Word};

/// A span of the source, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimeRange {
    /// Begin, 0 or more.
    pub start: f64,
    /// End, after the begin.
    pub end: f64,
}

impl TimeRange {
    /// Length in seconds.
    pub fn duration(self) -> f64 {
        self.end - self.start
    }

    /// Whether a span overlaps this one by more than an instant.
    pub fn overlaps(self, start: f64, end: f64) -> bool {
        start < self.end && end > self.start
    }
}

/// A clip that the analysis proposes or the caller brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClipCandidate {
    /// Number in order of time, from 1.
    pub clip_number: usize,
    /// Begin in the source, in seconds.
    pub start: f64,
    /// End in the source, in seconds.
    pub end: f64,
    /// What is said.
    pub text: String,
    /// Its words, in source time.
    pub words: Vec<Word>,
    /// How promising it is, 0 to 100.
    pub score: f64,
    /// Whether no segment reached the score of 20 and this is the best of the rest.
    #[serde(default)]
    pub fallback: bool,
    /// Title, empty where nobody gave one.
    #[serde(default)]
    pub title: String,
    /// Why it was chosen, empty where nobody said.
    #[serde(default)]
    pub reason: String,
    /// Keywords.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The spans that are joined, where it is more than one.
    #[serde(default)]
    pub parts: Vec<TimeRange>,
}

/// A rendered clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Clip {
    /// What was chosen.
    pub candidate: ClipCandidate,
    /// The video.
    pub path: PathBuf,
    /// The info file beside it.
    pub info_path: PathBuf,
    /// A JPEG of its middle.
    pub thumbnail_path: Option<PathBuf>,
    /// Its words on the clip's own timeline.
    pub words: Vec<Word>,
    /// How it was rendered.
    pub report: RenderReport,
}

/// A clip that could not be rendered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClipFailure {
    /// Number of the clip.
    pub clip_number: usize,
    /// Kind of the error.
    pub kind: String,
    /// What happened.
    pub message: String,
}

/// What a `process` job leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Project {
    /// The project's folder.
    pub folder: PathBuf,
    /// Title of the source.
    pub title: String,
    /// Language of the speech, empty where it was not transcribed.
    pub language: String,
    /// The clips, in order of time.
    pub clips: Vec<Clip>,
    /// Clips that failed while others succeeded.
    pub failures: Vec<ClipFailure>,
    /// Wall-clock seconds by stage (`transcribing`, `clipping`, …).
    pub timings: BTreeMap<String, f64>,
}
