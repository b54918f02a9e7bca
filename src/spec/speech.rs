//! Requests about speech and what is made of it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Faults, Validate};

/// Turn a file's speech into words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    /// How the model listens.
    #[serde(default)]
    pub options: SpeechOptions,
}

/// How a speech model listens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SpeechOptions {
    /// Whether to write down English whatever is spoken. Not with an English-only model.
    pub translate: bool,
    /// Text in the style that is wanted, as if it had been said before (at most 1,000 characters).
    pub initial_prompt: Option<String>,
    /// Names and terms that may be said, spelt as they shall be written (at most 100, of 100
    /// characters each).
    pub vocabulary: Vec<String>,
    /// Continuations that are followed at a time (1 to 8): more takes longer, and hears a little
    /// better.
    pub beam_size: u32,
    /// How freely words are chosen, 0 (the likeliest) to 1, at first: a decode that loops or guesses
    /// is done again more freely, twice at most.
    pub temperature: f64,
    /// Whether sound without a voice is left out. Without it everything is decoded, and silence and
    /// music may be taken for words.
    pub voice_activity: bool,
}

impl SpeechOptions {
    /// The defaults.
    pub const PLAIN: Self = Self {
        translate: false,
        initial_prompt: None,
        vocabulary: Vec::new(),
        beam_size: 1,
        temperature: 0.0,
        voice_activity: true,
    };
}

impl Default for SpeechOptions {
    fn default() -> Self {
        Self::PLAIN
    }
}

/// Longest prompt, most terms, and longest term.
const MOST_PROMPT: usize = 1000;
const MOST_TERMS: usize = 100;
const MOST_TERM: usize = 100;

impl Validate for SpeechOptions {
    fn check(&self, faults: &mut Faults) {
        let prompt = self.initial_prompt.as_deref().unwrap_or_default();
        faults.text("initial_prompt", prompt);
        let message = format_args!("must have at most {MOST_PROMPT} characters");
        faults.require(prompt.chars().count() <= MOST_PROMPT, "initial_prompt", message);
        let message = format_args!("must be at most {MOST_TERMS} terms");
        faults.require(self.vocabulary.len() <= MOST_TERMS, "vocabulary", message);
        for (index, term) in self.vocabulary.iter().enumerate() {
            let field = format!("vocabulary[{index}]");
            faults.text(&field, term);
            let length = term.trim().chars().count();
            let message = format_args!("must have 1 to {MOST_TERM} characters");
            faults.require((1..=MOST_TERM).contains(&length), &field, message);
        }
        faults.range("beam_size", f64::from(self.beam_size), 1.0, 8.0);
        faults.range("temperature", self.temperature, 0.0, 1.0);
    }
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
        Self {
            source: source.into(),
            model: default_model(),
            language: None,
            cache: true,
            options: SpeechOptions::default(),
        }
    }
}

/// How clips are chosen from a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
        faults.within("options", |f| self.options.check(f));
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
