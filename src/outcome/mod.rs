//! Results: plain values that a finished job leaves. Times are seconds, sizes bytes, pictures
//! pixels, unless a field says otherwise.

mod clip;
mod framing;
mod media;
mod progress;
mod speech;
mod text;

use serde::{Deserialize, Serialize};

pub use clip::{Clip, ClipCandidate, ClipFailure, Project, TimeRange};
pub use framing::{CropKeyframe, CropPath, FRAMING_VERSION, Framing, FramingReport, Shot, ShotMode};
pub use media::{AudioInfo, Download, MediaInfo, RenderReport, Thumbnail, VideoInfo};
pub use progress::{Progress, Stage};
pub use speech::{Analysis, Model, Segment, Transcript, Word};
pub use text::join_words;

/// What a job of each kind leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// Of `probe`.
    Probe(MediaInfo),
    /// Of `download`.
    Download(Download),
    /// Of `transcribe`.
    Transcribe(Transcript),
    /// Of `analyze`.
    Analyze(Analysis),
    /// Of `render`.
    Render(RenderReport),
    /// Of `thumbnail`.
    Thumbnail(Thumbnail),
    /// Of `process`.
    Process(Project),
    /// Of `install_model`.
    InstallModel(Model),
}
