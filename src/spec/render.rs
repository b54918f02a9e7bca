//! The render plan: everything that is done to a source in one decode and one encode.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::captions::{check_color, check_font};
use super::{CaptionSpec, Faults, Layout, Validate};
use crate::outcome::TimeRange;

/// Most parts that one render joins.
const MAX_PARTS: usize = 500;

/// What to make of a source. Cutting, joining, reframing, captions and watermark happen in one
/// pass, whichever of them the plan asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RenderPlan {
    /// The source file.
    pub source: PathBuf,
    /// The finished file; its ending tells the container: mp4, mov or mkv.
    pub output: PathBuf,
    /// Whether an existing file of that name may be replaced.
    #[serde(default)]
    pub overwrite: bool,
    /// Spans of the source, joined in this order; the whole source where empty.
    #[serde(default)]
    pub parts: Vec<TimeRange>,
    /// How parts are joined.
    #[serde(default)]
    pub transition: Transition,
    /// What of the picture is shown.
    #[serde(default)]
    pub layout: Layout,
    /// Captions to draw.
    #[serde(default)]
    pub captions: Option<CaptionSpec>,
    /// Watermark to draw.
    #[serde(default)]
    pub watermark: Option<Watermark>,
    /// What becomes of the sound.
    #[serde(default)]
    pub audio: AudioSpec,
    /// How the result is encoded.
    #[serde(default)]
    pub encode: EncodeSpec,
}

impl RenderPlan {
    /// A plan that copies all of `source` into `output` with the defaults.
    pub fn new(source: impl Into<PathBuf>, output: impl Into<PathBuf>) -> Self {
        Self {
            source: source.into(),
            output: output.into(),
            overwrite: false,
            parts: Vec::new(),
            transition: Transition::default(),
            layout: Layout::default(),
            captions: None,
            watermark: None,
            audio: AudioSpec::default(),
            encode: EncodeSpec::default(),
        }
    }
}

/// A cross-fade between parts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Transition {
    /// Length in seconds (0 to 5), rounded to whole frames; 0 is a hard cut. It is shortened to
    /// half of the shortest part.
    pub duration: f64,
}

impl Default for Transition {
    fn default() -> Self {
        Self { duration: 0.1 }
    }
}

/// What a watermark shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WatermarkType {
    /// A line of text.
    Text,
    /// A picture.
    Image,
}

/// A corner of the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Corner {
    /// Top left.
    TopLeft,
    /// Top right.
    TopRight,
    /// Bottom left.
    BottomLeft,
    /// Bottom right.
    BottomRight,
}

/// A text or picture in a corner. Sizes are pixels on a picture whose shorter side is 1080
/// pixels, and scale with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Watermark {
    /// What it shows.
    #[serde(rename = "type")]
    pub kind: WatermarkType,
    /// The text, for type `text`.
    pub text: String,
    /// The picture (PNG, JPEG, WebP; alpha is kept), for type `image`.
    pub image_path: Option<PathBuf>,
    /// The corner.
    pub position: Corner,
    /// Distance from both edges (0 to 1000).
    pub gap: f64,
    /// How much it covers, 0 to 1.
    pub opacity: f64,
    /// Font family of the text.
    pub font_family: String,
    /// Height of the font (8 to 400).
    pub font_size: f64,
    /// Colour of the text, `#RRGGBB`.
    pub color: String,
    /// Width of a picture as a fraction of the output's width (0.01 to 1); its own size where
    /// absent.
    pub image_width: Option<f64>,
}

impl Default for Watermark {
    fn default() -> Self {
        Self {
            kind: WatermarkType::Text,
            text: String::new(),
            image_path: None,
            position: Corner::TopRight,
            gap: 100.0,
            opacity: 0.7,
            font_family: "DejaVu Sans".to_owned(),
            font_size: 32.0,
            color: "#FFFFFF".to_owned(),
            image_width: None,
        }
    }
}

impl Watermark {
    /// A line of text with the defaults.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A picture with the defaults, opaque as it is.
    pub fn image(path: impl Into<PathBuf>) -> Self {
        Self { kind: WatermarkType::Image, image_path: Some(path.into()), opacity: 1.0, ..Self::default() }
    }
}

/// Target of loudness normalisation (EBU R 128).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Loudness {
    /// Integrated loudness in LUFS (−40 to −5).
    pub integrated_lufs: f64,
    /// Highest true peak in dBTP (−9 to 0); the gain stops there.
    pub true_peak_db: f64,
}

impl Default for Loudness {
    fn default() -> Self {
        Self { integrated_lufs: -14.0, true_peak_db: -1.0 }
    }
}

/// What becomes of the sound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AudioSpec {
    /// Whether the result has sound at all; a source without sound gives one without.
    pub enabled: bool,
    /// AAC bits a second (32 000 to 512 000).
    pub bit_rate: u32,
    /// Loudness to bring it to; left as it is where absent.
    pub loudness: Option<Loudness>,
}

impl Default for AudioSpec {
    fn default() -> Self {
        Self { enabled: true, bit_rate: 160_000, loudness: None }
    }
}

/// Speed of x264 against size of the file, by x264's own names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "x264's own names, from fast to slow")]
pub enum Preset {
    Ultrafast,
    Superfast,
    Veryfast,
    Faster,
    Fast,
    Medium,
    Slow,
    Slower,
    Veryslow,
}

impl Preset {
    /// x264's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ultrafast => "ultrafast",
            Self::Superfast => "superfast",
            Self::Veryfast => "veryfast",
            Self::Faster => "faster",
            Self::Fast => "fast",
            Self::Medium => "medium",
            Self::Slow => "slow",
            Self::Slower => "slower",
            Self::Veryslow => "veryslow",
        }
    }
}

/// A picture's size in pixels, even numbers from 16 to 7680.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// How the result is encoded: H.264 High, 8-bit 4:2:0, BT.709.
///
/// The default, `veryfast` at CRF 22, gives the picture and size of `medium` at CRF 23 in half
/// the time on upscaled vertical crops (`docs/benchmarks.md`).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct EncodeSpec {
    /// Speed against size.
    pub preset: Preset,
    /// Constant rate factor, 0 (lossless) to 51 (worst).
    pub crf: f64,
    /// Frames a second (1 to 240); the source's where absent.
    pub fps: Option<f64>,
    /// Size of the picture; 1080×1920 for `vertical` and `stacked`, the source's own for
    /// `original` where absent.
    pub size: Option<Size>,
}

impl Default for EncodeSpec {
    fn default() -> Self {
        Self { preset: Preset::Veryfast, crf: 22.0, fps: None, size: None }
    }
}

/// Take a still picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ThumbnailSpec {
    /// The source file.
    pub source: PathBuf,
    /// The JPEG file.
    pub output: PathBuf,
    /// When, in seconds; clamped to the source.
    #[serde(default)]
    pub time: f64,
    /// Longer side in pixels (16 to 7680); never enlarged.
    #[serde(default = "default_thumbnail_side")]
    pub max_side: u32,
    /// Whether an existing file of that name may be replaced.
    #[serde(default)]
    pub overwrite: bool,
}

fn default_thumbnail_side() -> u32 {
    1280
}

impl ThumbnailSpec {
    /// The frame at `time` with the defaults.
    pub fn new(source: impl Into<PathBuf>, output: impl Into<PathBuf>, time: f64) -> Self {
        Self {
            source: source.into(),
            output: output.into(),
            time,
            max_side: default_thumbnail_side(),
            overwrite: false,
        }
    }
}

impl Validate for RenderPlan {
    fn check(&self, faults: &mut Faults) {
        faults.path("source", &self.source);
        check_output(&self.output, &["mp4", "mov", "m4v", "mkv"], faults);
        check_parts(&self.parts, faults);
        faults.within("transition", |f| f.range("duration", self.transition.duration, 0.0, 5.0));
        faults.within("layout", |f| self.layout.check(f));
        if let Some(captions) = &self.captions {
            faults.within("captions", |f| captions.check(f));
        }
        if let Some(watermark) = &self.watermark {
            faults.within("watermark", |f| watermark.check(f));
        }
        faults.within("audio", |f| self.audio.check(f));
        faults.within("encode", |f| self.encode.check(f));
    }
}

fn check_output(output: &std::path::Path, endings: &[&str], faults: &mut Faults) {
    faults.path("output", output);
    let ending = output.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    faults.require(
        endings.contains(&ending.as_str()),
        "output",
        format_args!("must end in one of .{}", endings.join(", .")),
    );
}

pub(super) fn check_part_count(count: usize, faults: &mut Faults) {
    faults.require(count <= MAX_PARTS, "parts", format_args!("must be at most {MAX_PARTS}"));
}

fn check_parts(parts: &[TimeRange], faults: &mut Faults) {
    check_part_count(parts.len(), faults);
    for (index, part) in parts.iter().enumerate() {
        faults.within(format!("parts[{index}]"), |f| f.time_range(part.start, part.end));
    }
}

impl Validate for Watermark {
    fn check(&self, faults: &mut Faults) {
        match self.kind {
            WatermarkType::Text => {
                faults.require(!self.text.trim().is_empty(), "text", "must not be empty");
                faults.text("text", &self.text);
            }
            WatermarkType::Image => match &self.image_path {
                Some(path) => faults.path("image_path", path),
                None => faults.require(false, "image_path", "is needed for an image watermark"),
            },
        }
        faults.range("gap", self.gap, 0.0, 1000.0);
        faults.range("opacity", self.opacity, 0.0, 1.0);
        check_font(&self.font_family, faults);
        faults.range("font_size", self.font_size, 8.0, 400.0);
        check_color("color", &self.color, faults);
        faults.range("image_width", self.image_width.unwrap_or(1.0), 0.01, 1.0);
    }
}

impl Validate for AudioSpec {
    fn check(&self, faults: &mut Faults) {
        faults.range("bit_rate", f64::from(self.bit_rate), 32_000.0, 512_000.0);
        let Some(loudness) = self.loudness else { return };
        faults.within("loudness", |f| {
            f.range("integrated_lufs", loudness.integrated_lufs, -40.0, -5.0);
            f.range("true_peak_db", loudness.true_peak_db, -9.0, 0.0);
        });
    }
}

impl Validate for EncodeSpec {
    fn check(&self, faults: &mut Faults) {
        faults.range("crf", self.crf, 0.0, 51.0);
        faults.range("fps", self.fps.unwrap_or(30.0), 1.0, 240.0);
        let Some(size) = self.size else { return };
        faults.within("size", |f| {
            for (field, value) in [("width", size.width), ("height", size.height)] {
                f.range(field, f64::from(value), 16.0, 7680.0);
                f.require(value % 2 == 0, field, format_args!("must be even, got {value}"));
            }
        });
    }
}

impl Validate for ThumbnailSpec {
    fn check(&self, faults: &mut Faults) {
        faults.path("source", &self.source);
        check_output(&self.output, &["jpg", "jpeg"], faults);
        faults.require(self.time.is_finite() && self.time >= 0.0, "time", "must be 0 or more seconds");
        faults.range("max_side", f64::from(self.max_side), 16.0, 7680.0);
    }
}
