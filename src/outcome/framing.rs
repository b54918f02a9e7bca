//! How a clip was framed: what stands beside it as `*.framing.json`, and can be edited.
//!
//! Times are seconds of the source, positions and sizes pixels of the source as a viewer sees it
//! (upright, square pixels), fractions allowed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The format of a framing report that this version writes and reads.
pub const FRAMING_VERSION: u32 = 1;

/// What of the source is shown, when and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Framing {
    /// Version of this format: 1.
    pub version: u32,
    /// Width of the source, in pixels as a viewer sees them.
    pub source_width: u32,
    /// Height of the source, in pixels as a viewer sees them.
    pub source_height: u32,
    /// Width over height of the part of the output that shows the source: 0.5625 for `vertical`,
    /// 1.125 for `stacked`. Another layout, by more than 1 %, is refused; not checked where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect: Option<f64>,
    /// The shots in order of time. What is shown changes at once where one begins.
    pub shots: Vec<Shot>,
    /// The figures. They are not read when a clip is rendered from this.
    #[serde(default)]
    pub report: FramingReport,
}

/// A span in which the same people are shown in the same way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Shot {
    /// Time of its first picture.
    pub start: f64,
    /// Time at which it ends: that of the next shot's first picture.
    pub end: f64,
    /// What it shows.
    pub mode: ShotMode,
    /// Whether the source itself cuts where this shot begins.
    #[serde(default)]
    pub cut: bool,
    /// The cut-outs: two for `dual`, the upper one first; one for the other modes.
    pub crops: Vec<CropPath>,
}

/// What a shot shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ShotMode {
    /// One person, cut out.
    Single,
    /// Two people, one above the other.
    Dual,
    /// The whole picture between blurred bars.
    Wide,
    /// No person: a slow pan.
    Pan,
    /// No person: a fixed cut-out.
    Fixed,
}

impl ShotMode {
    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Dual => "dual",
            Self::Wide => "wide",
            Self::Pan => "pan",
            Self::Fixed => "fixed",
        }
    }
}

/// A cut-out's way through a shot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CropPath {
    /// Number of the person that it follows, the same in all shots.
    #[serde(default)]
    pub person: Option<u32>,
    /// At least one, in order of time. Between two, position and width follow a monotone cubic
    /// (Fritsch and Carlson 1980), which neither overshoots nor leaves equal values; before the
    /// first and after the last they stay.
    pub keyframes: Vec<CropKeyframe>,
}

/// A cut-out at one time. Its height follows from its width and the shape of its place in the
/// output.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CropKeyframe {
    /// When.
    pub time: f64,
    /// Centre, from the left edge.
    pub x: f64,
    /// Centre, from the upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
}

/// Figures of a framing. Speeds are in widths of the cut-out, so that they are the same for every
/// size.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct FramingReport {
    /// Places of a shown person's face that are wholly inside the cut-out, in percent; of two people
    /// in one cut-out those of the left one. Absent, as the next two, where no shown person was
    /// seen, or where the framing was given: then nobody looked.
    pub face_inside_percent: Option<f64>,
    /// Places with the centre of the face inside the cut-out's middle 60 %, in percent.
    pub face_central_percent: Option<f64>,
    /// Mean distance of the face's centre from the cut-out's, as a fraction of its width.
    pub mean_offset: Option<f64>,
    /// Highest speed of a cut-out, in widths a second.
    pub max_speed: f64,
    /// Highest jerk of a cut-out, in widths a second cubed.
    pub max_jerk: f64,
    /// Cuts of the source.
    pub cuts: usize,
    /// Persons that were told apart; in a given framing those that are shown.
    pub persons: usize,
    /// Seconds of each mode, by name.
    pub modes: BTreeMap<String, f64>,
    /// Times at which faces were placed.
    pub looks: usize,
    /// Pictures in which the network looked for faces.
    pub detections: usize,
    /// Wall-clock seconds that the analysis took.
    pub analysis_s: f64,
}
