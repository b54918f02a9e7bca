//! Where people are in the picture, who speaks, and where the camera looks: faces, tracks, scene
//! cuts, shots, the camera's path. The only room that names OpenCV.
//!
//! The way of a clip: `observe` sees every picture of its span, scaled down, and leaves
//! [`Observations`]; the director makes shots of them; the camera gives each shot its path; the
//! renderer asks for the cut-out of each picture by its time.

pub mod camera;
mod curve;
#[cfg(feature = "vision")]
mod detect;
mod direct;
#[cfg(feature = "vision")]
mod frame;
mod geometry;
mod hearing;
#[cfg(feature = "vision")]
mod mouth;
mod observation;
#[cfg(feature = "vision")]
mod observe;
mod path;
mod plan;
mod report;
mod runs;
#[cfg(feature = "vision")]
mod scene;
mod sidecar;
mod speaker;
#[cfg(test)]
mod synthetic;
mod ticks;
#[cfg(feature = "vision")]
mod track;

#[cfg(feature = "vision")]
pub use detect::{FaceModel, FaceModels, picture_size};
pub use direct::direct;
pub use geometry::shown_aspect;
pub use hearing::Hearing;
pub use observation::{FacePoint, FaceTrack, Landmarks, MouthMotion, Observations};
#[cfg(feature = "vision")]
pub use observe::observe;
pub use path::FramingPath;
pub use plan::ShotPlan;
pub use report::{report, report_of_shots};
pub use sidecar::{framing_json, parse_framing, read_framing};
pub use speaker::{Turn, Voice, speaker_at, turns};

/// Times closer than this are the same, in seconds: a framing report rounds them to 0.001.
const INSTANT: f64 = 0.002;
