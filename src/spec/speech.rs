//! Requests about speech and what is made of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Faults, Validate};

/// Turn a file's speech into words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TranscribeSpec {
    /// The file.
    pub source: PathBuf,
    /// Name of an installed model (`base`, `tiny.en`), or the path of a ggml file.
    #[serde(default = "default_model")]
    pub model: String,
    /// ISO 639-1 code of the spoken language; detected where absent.
    #[serde(default)]
    pub language: Option<String>,
    /// Whether to read and write `<stem>_transcript.json` beside the file.
    #[serde(default = "yes")]
    pub cache: bool,
}

pub(super) fn default_model() -> String {
    "base".to_owned()
}

pub(super) fn yes() -> bool {
    true
}

impl TranscribeSpec {
    /// Transcribes `source` with the defaults.
    pub fn new(source: impl Into<PathBuf>) -> Self {
        Self { source: source.into(), model: default_model(), language: None, cache: true }
    }
}

/// How clips are chosen from a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// How many clips at most (1 to 100).
    pub num_clips: usize,
    /// Shortest clip in seconds.
    pub min_clip_duration: f64,
    /// Longest clip in seconds.
    pub max_clip_duration: f64,
    /// Seconds added before and after a clip.
    pub padding: f64,
    /// Whether the best sentences are offered when nothing reaches the score of 20.
    pub fallback: bool,
}

impl Default for Selection {
    fn default() -> Self {
        Self { num_clips: 5, min_clip_duration: 15.0, max_clip_duration: 60.0, padding: 0.5, fallback: true }
    }
}

/// Transcribe a file and choose clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyzeSpec {
    /// How to transcribe, and what.
    pub transcribe: TranscribeSpec,
    /// How to choose.
    #[serde(default)]
    pub selection: Selection,
}

/// How a model's weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quantization {
    /// Half precision, as published.
    F16,
    /// 8-bit blocks: half the time at equal text.
    Q8_0,
    /// 5-bit blocks: smaller still, at some cost in accuracy.
    Q5_1,
}

impl Quantization {
    /// The name in JSON and file names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::Q8_0 => "q8_0",
            Self::Q5_1 => "q5_1",
        }
    }
}

/// Install a speech model, or the face model `centerface`, into the model folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallModelSpec {
    /// Name of the model (`base`, `tiny.en`, `centerface`).
    pub name: String,
    /// A CTranslate2 folder or a ggml file to import, or `centerface.onnx`; the published file is
    /// fetched where absent.
    #[serde(default)]
    pub from: Option<PathBuf>,
    /// How to store the weights of a speech model.
    #[serde(default = "default_quantization")]
    pub quantization: Quantization,
}

fn default_quantization() -> Quantization {
    Quantization::Q8_0
}

impl Validate for TranscribeSpec {
    fn check(&self, faults: &mut Faults) {
        faults.path("source", &self.source);
        check_model(&self.model, "model", faults);
        check_language(self.language.as_deref(), faults);
    }
}

pub(super) fn check_model(model: &str, field: &str, faults: &mut Faults) {
    faults.require(!model.is_empty(), field, "must not be empty");
    faults.text(field, model);
}

pub(super) fn check_language(language: Option<&str>, faults: &mut Faults) {
    let ok = language.is_none_or(|code| {
        (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    faults.require(ok, "language", "must be a code of two or three lower-case letters, as `en`");
}

impl Validate for Selection {
    fn check(&self, faults: &mut Faults) {
        faults.range("num_clips", self.num_clips as f64, 1.0, 100.0);
        faults.range("min_clip_duration", self.min_clip_duration, 0.5, 3600.0);
        faults.range("max_clip_duration", self.max_clip_duration, 0.5, 3600.0);
        faults.require(
            self.max_clip_duration >= self.min_clip_duration,
            "max_clip_duration",
            format_args!("must not be below min_clip_duration ({})", self.min_clip_duration),
        );
        faults.range("padding", self.padding, 0.0, 30.0);
    }
}

impl Validate for AnalyzeSpec {
    fn check(&self, faults: &mut Faults) {
        faults.within("transcribe", |faults| self.transcribe.check(faults));
        faults.within("selection", |faults| self.selection.check(faults));
    }
}

impl Validate for InstallModelSpec {
    fn check(&self, faults: &mut Faults) {
        check_model(&self.name, "name", faults);
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        faults.require(
            self.name.chars().all(plain) && !self.name.starts_with('.'),
            "name",
            "must be letters, digits, dots, dashes and underscores",
        );
    }
}
