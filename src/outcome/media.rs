//! What is in a file, and what a render did.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::FramingReport;

/// A media file's streams and length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MediaInfo {
    /// The file.
    pub path: PathBuf,
    /// Container format, as FFmpeg names it (`mov,mp4,m4a,3gp,3g2,mj2`).
    pub container: String,
    /// Length in seconds.
    pub duration: f64,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Bits a second over all streams, 0 where unknown.
    pub bit_rate: u64,
    /// The best video stream.
    pub video: Option<VideoInfo>,
    /// The best audio stream.
    pub audio: Option<AudioInfo>,
}

/// A video stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VideoInfo {
    /// Codec (`h264`, `hevc`, `vp9`, `av1`).
    pub codec: String,
    /// Width as a viewer sees it, in pixels: rotation and pixel aspect applied.
    pub width: u32,
    /// Height as a viewer sees it, in pixels.
    pub height: u32,
    /// Width of the coded picture.
    pub coded_width: u32,
    /// Height of the coded picture.
    pub coded_height: u32,
    /// Clockwise turn that a viewer applies, in degrees: 0, 90, 180 or 270.
    pub rotation: u32,
    /// Frames a second (average).
    pub fps: f64,
    /// Pixel format (`yuv420p10le`).
    pub pixel_format: String,
    /// Bits a sample.
    pub bit_depth: u32,
    /// Whether the transfer function is PQ or HLG.
    pub hdr: bool,
}

/// An audio stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AudioInfo {
    /// Codec (`aac`, `opus`).
    pub codec: String,
    /// Samples a second, in Hz.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u32,
}

/// A fetched source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Download {
    /// The file.
    pub video_path: PathBuf,
    /// The site's identifier; the file's stem for a local path.
    pub video_id: String,
    /// Title.
    pub title: String,
    /// Channel or uploader, empty where unknown.
    pub channel: String,
    /// Length in seconds, 0 where unknown.
    pub duration: f64,
    /// Description, empty where unknown.
    pub description: String,
    /// Where it came from: the URL as given, or the path.
    pub url: String,
    /// Whether the file was there already.
    pub reused: bool,
}

/// What one render did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenderReport {
    /// The finished file.
    pub output: PathBuf,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frames a second.
    pub fps: f64,
    /// Frames written.
    pub frames: u64,
    /// Length in seconds.
    pub duration: f64,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Video encodes that the render took: always 1.
    pub encodes: u32,
    /// Source frames decoded.
    pub decoded_frames: u64,
    /// Parts that were joined.
    pub part_count: usize,
    /// Whether the output has sound.
    pub has_audio: bool,
    /// Integrated loudness of the source's sound in LUFS, where normalisation measured it.
    pub loudness_lufs: Option<f64>,
    /// Gain that normalisation applied, in dB.
    pub gain_db: Option<f64>,
    /// Wall-clock time in seconds, that of finding the framing included.
    pub elapsed_s: f64,
    /// Length over wall-clock time: above 1 is faster than playback.
    pub realtime_factor: f64,
    /// What was adjusted (a range clamped to the source's end), for a person.
    pub notes: Vec<String>,
    /// How the picture was framed, where cut-outs follow somebody.
    pub framing: Option<FramingReport>,
    /// The editable framing report beside the file, where there is one.
    pub framing_path: Option<PathBuf>,
    /// The video that shows how the framing was found, where it was asked for.
    pub debug_path: Option<PathBuf>,
    /// Wall-clock seconds by step: `framing`, before the others; `decode`, `filter`, `audio` and
    /// `wait` (for the encoder) of one thread; `encode` and `finish` of another, at the same time.
    pub timings: BTreeMap<String, f64>,
}

/// A still picture taken from a video.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Thumbnail {
    /// The JPEG file.
    pub output: PathBuf,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The time of the frame that was taken, in seconds.
    pub time: f64,
}
