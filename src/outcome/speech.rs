//! What was said, and when.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::ClipCandidate;

/// One spoken word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Word {
    /// The word with its punctuation, without surrounding space.
    pub word: String,
    /// When it begins, in seconds.
    pub start: f64,
    /// When it ends, in seconds.
    pub end: f64,
    /// How sure the model is, 0 to 1, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// A run of speech, about a sentence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Segment {
    /// Number within the transcript, from 0.
    #[serde(default)]
    pub id: usize,
    /// When it begins, in seconds.
    pub start: f64,
    /// When it ends, in seconds.
    pub end: f64,
    /// What is said.
    pub text: String,
    /// Its words.
    #[serde(default)]
    pub words: Vec<Word>,
    /// Mean natural logarithm of its words' probabilities, 0 or less, where known: below −1 it is
    /// likely a guess.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average_log_probability: Option<f64>,
    /// Whether it should be looked at: likely a guess, or text that repeats itself.
    #[serde(default, skip_serializing_if = "is_false")]
    pub suspicious: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for it
fn is_false(value: &bool) -> bool {
    !*value
}

/// A video's speech.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transcript {
    /// ISO 639-1 code of the language (`en`).
    pub language: String,
    /// How sure the detection is, 0 to 1; 1 where the language was given.
    pub language_probability: f64,
    /// Segments in order of time.
    pub segments: Vec<Segment>,
    /// The text of all segments.
    pub full_text: String,
    /// The model that heard it (`base`).
    pub model: String,
    /// Length of the sound in seconds.
    pub duration: f64,
    /// Whether this was read from the cache beside the video.
    #[serde(default)]
    pub cached: bool,
}

impl Transcript {
    /// All words in order of time.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.segments.iter().flat_map(|segment| &segment.words)
    }
}

/// A transcript and the clips that it offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Analysis {
    /// The speech.
    pub transcript: Transcript,
    /// The clips, in order of time.
    pub clips: Vec<ClipCandidate>,
}

/// An installed model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Model {
    /// Name (`base`, `tiny.en`, `centerface`).
    pub name: String,
    /// The file: ggml, or ONNX for the face model.
    pub path: PathBuf,
    /// Quantisation of the weights: `f16`, `q8_0` or `q5_1`; `f32` for the face model.
    pub quantization: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}
