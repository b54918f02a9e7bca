//! Requests: plain values that say what a job shall do. The same value is the Rust call, the JSON
//! that C passes and the Python dataclass. A request is validated whole before it is accepted.

mod captions;
mod job;
mod layout;
mod process;
mod render;
mod source;
mod speech;
mod submit;
mod validate;

pub use captions::{CaptionSpec, CaptionStyle, LetterCase};
pub use job::JobSpec;
pub use layout::{
    CameraSpec, FaceFilter, Fit, Insert, InsertEnd, InsertPosition, Layout, LayoutMode, NoFace, Speakers,
    Track,
};
pub use process::{ClipPart, ClipRequest, OutputFormat, ProcessSpec};
pub use render::{
    AudioSpec, Corner, EncodeSpec, Loudness, Preset, RenderPlan, Size, ThumbnailSpec, Transition, Watermark,
    WatermarkType,
};
pub(crate) use source::{DEFAULT_MAX_DOWNLOAD_BYTES, is_url};
pub use source::{DownloadSpec, ProbeSpec};
pub use speech::{AnalyzeSpec, InstallModelSpec, Quantization, Selection, SpeechOptions, TranscribeSpec};
pub use submit::SubmitOptions;
pub(crate) use submit::timeout;
pub use validate::{Faults, Validate};
