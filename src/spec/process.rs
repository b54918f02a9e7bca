//! The main job: a source in, finished clips out.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::captions::check_words;
use super::render::check_part_count;
use super::speech::{check_language, check_model, default_model, yes};
use super::{
    AudioSpec, CaptionStyle, EncodeSpec, Faults, Layout, LayoutMode, Selection, SpeechOptions, Transition,
    Validate, Watermark,
};
use crate::outcome::{TimeRange, Word};

/// Shape of the finished clips, by the names of the existing server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum OutputFormat {
    /// The source's own shape.
    #[default]
    #[serde(rename = "original")]
    Original,
    /// 1080×1920; `reels` is another name for it.
    #[serde(rename = "vertical_9x16", alias = "reels")]
    Vertical9x16,
    /// 1080×1920: a photo and the speaker, one above the other.
    #[serde(rename = "stacked_photo")]
    StackedPhoto,
    /// 1080×1920: a video and the speaker, one above the other.
    #[serde(rename = "stacked_video")]
    StackedVideo,
}

impl OutputFormat {
    /// Name of the clips' folder within a project.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Vertical9x16 | Self::StackedPhoto | Self::StackedVideo => "reels",
        }
    }

    /// The layout's mode.
    pub const fn mode(self) -> LayoutMode {
        match self {
            Self::Original => LayoutMode::Original,
            Self::Vertical9x16 => LayoutMode::Vertical,
            Self::StackedPhoto | Self::StackedVideo => LayoutMode::Stacked,
        }
    }

    /// The name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Vertical9x16 => "vertical_9x16",
            Self::StackedPhoto => "stacked_photo",
            Self::StackedVideo => "stacked_video",
        }
    }
}

/// One span of a clip that is joined of several, with what the caller knows of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClipPart {
    /// Begin in seconds.
    pub start: f64,
    /// End in seconds, after the begin.
    pub end: f64,
    /// What is said; it is part of the clip's text where the clip brings none.
    #[serde(default)]
    pub text: String,
    /// Title of the part; the clip keeps its own.
    #[serde(default)]
    pub title: String,
    /// Why the part was chosen; the clip keeps its own reason.
    #[serde(default)]
    pub reason: String,
    /// Keywords of the part; the clip keeps its own.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Its words in source time, used where the clip brings none; taken from the transcript where
    /// empty.
    #[serde(default)]
    pub words: Vec<Word>,
}

impl ClipPart {
    /// The span.
    pub fn range(&self) -> TimeRange {
        TimeRange { start: self.start, end: self.end }
    }
}

impl From<TimeRange> for ClipPart {
    fn from(range: TimeRange) -> Self {
        Self { start: range.start, end: range.end, ..Self::default() }
    }
}

/// A clip that the caller has chosen: `start` and `end`, or `parts`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ClipRequest {
    /// Begin in seconds.
    pub start: f64,
    /// End in seconds.
    pub end: f64,
    /// What is said; taken from the parts' texts, else from the words, where empty.
    pub text: String,
    /// Title.
    pub title: String,
    /// Why it was chosen.
    pub reason: String,
    /// Keywords.
    pub keywords: Vec<String>,
    /// Its words in source time; taken from the parts, else from the transcript, where empty.
    pub words: Vec<Word>,
    /// Spans that are joined; `start` and `end` stand where empty.
    pub parts: Vec<ClipPart>,
}

impl ClipRequest {
    /// The spans of the clip, in order.
    pub fn ranges(&self) -> Vec<TimeRange> {
        if self.parts.is_empty() {
            vec![TimeRange { start: self.start, end: self.end }]
        } else {
            self.parts.iter().map(ClipPart::range).collect()
        }
    }

    /// Whether the caller brought words for the whole clip: its own, or those of every part.
    pub fn has_words(&self) -> bool {
        let parts = || !self.parts.is_empty() && self.parts.iter().all(|part| !part.words.is_empty());
        !self.words.is_empty() || parts()
    }
}

/// Turn a source into captioned clips in a project folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProcessSpec {
    /// An http(s) URL or the path of a video.
    pub source: String,
    /// Shape of the clips.
    #[serde(default)]
    pub format: OutputFormat,
    /// Folder that project folders go into.
    #[serde(default = "default_output_dir")]
    pub output_dir: PathBuf,
    /// Folder for downloads.
    #[serde(default = "default_download_dir")]
    pub download_dir: PathBuf,
    /// Whether words are drawn on the picture.
    #[serde(default = "yes")]
    pub burn_captions: bool,
    /// Clips that the caller has chosen; found in the transcript where empty.
    #[serde(default)]
    pub clips: Vec<ClipRequest>,
    /// Which of the clips to make, by number from 1; all where empty.
    #[serde(default)]
    pub selected_clips: Vec<usize>,
    /// All words of the source, where the caller has them; then nothing is transcribed for
    /// captions of chosen clips.
    #[serde(default)]
    pub full_transcript_words: Vec<Word>,
    /// How clips are found.
    #[serde(default)]
    pub selection: Selection,
    /// Speech model.
    #[serde(default = "default_model")]
    pub model: String,
    /// ISO 639-1 code of the spoken language; detected where absent.
    #[serde(default)]
    pub language: Option<String>,
    /// How the model listens.
    #[serde(default)]
    pub speech: SpeechOptions,
    /// Look of captions.
    #[serde(default)]
    pub caption_style: CaptionStyle,
    /// Watermark to draw.
    #[serde(default)]
    pub watermark: Option<Watermark>,
    /// What of the picture is shown; its mode is that of `format`. The defaults of `format` where
    /// absent.
    #[serde(default)]
    pub layout: Option<Layout>,
    /// How parts are joined.
    #[serde(default)]
    pub transition: Transition,
    /// What becomes of the sound.
    #[serde(default)]
    pub audio: AudioSpec,
    /// How clips are encoded.
    #[serde(default)]
    pub encode: EncodeSpec,
    /// Whether SRT, VTT and JSON captions are written beside each clip.
    #[serde(default = "yes")]
    pub caption_files: bool,
}

fn default_output_dir() -> PathBuf {
    PathBuf::from("./ToUpload")
}

fn default_download_dir() -> PathBuf {
    PathBuf::from("./Downloads")
}

impl ProcessSpec {
    /// Processes `source` with the defaults.
    pub fn new(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            format: OutputFormat::default(),
            output_dir: default_output_dir(),
            download_dir: default_download_dir(),
            burn_captions: true,
            clips: Vec::new(),
            selected_clips: Vec::new(),
            full_transcript_words: Vec::new(),
            selection: Selection::default(),
            model: default_model(),
            language: None,
            speech: SpeechOptions::default(),
            caption_style: CaptionStyle::default(),
            watermark: None,
            layout: None,
            transition: Transition::default(),
            audio: AudioSpec::default(),
            encode: EncodeSpec::default(),
            caption_files: true,
        }
    }
}

fn check_texts(text: &str, title: &str, reason: &str, faults: &mut Faults) {
    for (field, value) in [("text", text), ("title", title), ("reason", reason)] {
        faults.text(field, value);
    }
}

impl Validate for ClipPart {
    fn check(&self, faults: &mut Faults) {
        faults.time_range(self.start, self.end);
        check_words(&self.words, faults);
        check_texts(&self.text, &self.title, &self.reason, faults);
    }
}

impl Validate for ClipRequest {
    fn check(&self, faults: &mut Faults) {
        if self.parts.is_empty() {
            faults.time_range(self.start, self.end);
        }
        check_part_count(self.parts.len(), faults);
        for (index, part) in self.parts.iter().enumerate() {
            faults.within(format!("parts[{index}]"), |f| part.check(f));
        }
        check_words(&self.words, faults);
        check_texts(&self.text, &self.title, &self.reason, faults);
    }
}

impl Validate for ProcessSpec {
    fn check(&self, faults: &mut Faults) {
        faults.require(!self.source.trim().is_empty(), "source", "must not be empty");
        faults.text("source", &self.source);
        faults.path("output_dir", &self.output_dir);
        faults.path("download_dir", &self.download_dir);
        for (index, clip) in self.clips.iter().enumerate() {
            faults.within(format!("clips[{index}]"), |f| clip.check(f));
        }
        self.check_selected(faults);
        faults.within("full_transcript_words", |f| check_words(&self.full_transcript_words, f));
        faults.within("selection", |f| self.selection.check(f));
        check_model(&self.model, "model", faults);
        check_language(self.language.as_deref(), faults);
        faults.within("speech", |f| self.speech.check(f));
        faults.within("caption_style", |f| self.caption_style.check(f));
        if let Some(watermark) = &self.watermark {
            faults.within("watermark", |f| watermark.check(f));
        }
        if let Some(layout) = &self.layout {
            faults.within("layout", |f| self.layout().check(f));
            let (mode, format) = (self.format.mode(), self.format.as_str());
            let known = [mode, LayoutMode::Original].contains(&layout.mode);
            let message = format_args!("must be `{}` for the format `{format}`", mode.as_str());
            faults.require(known, "layout.mode", message);
            let message = "belongs to one clip; render its plan (`clip_001.plan.json`) again";
            faults.require(layout.framing.is_none(), "layout.framing", message);
        }
        faults.within("transition", |f| f.range("duration", self.transition.duration, 0.0, 5.0));
        faults.within("audio", |f| self.audio.check(f));
        faults.within("encode", |f| self.encode.check(f));
    }
}

impl ProcessSpec {
    /// The layout of the clips: the one that is given, in the mode of the format.
    pub fn layout(&self) -> Layout {
        Layout { mode: self.format.mode(), ..self.layout.clone().unwrap_or_default() }
    }

    fn check_selected(&self, faults: &mut Faults) {
        let known = if self.clips.is_empty() { self.selection.num_clips } else { self.clips.len() };
        let ok = self.selected_clips.iter().all(|number| (1..=known).contains(number));
        faults.require(ok, "selected_clips", format_args!("must be numbers from 1 to {known}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(parts: &str) -> ProcessSpec {
        serde_json::from_str(&format!(r#"{{"source":"a.mp4","clips":[{{"parts":{parts}}}]}}"#)).unwrap()
    }

    fn fault(parts: &str) -> String {
        spec(parts).validate().unwrap_err().context()["field"].clone()
    }

    #[test]
    fn parts_may_come_analysed() {
        let spec = spec(
            r#"[{"start":1,"end":2},{"start":5,"end":6.5,"text":"b","title":"t","reason":"r",
                "keywords":["k"],"words":[{"word":"b","start":5,"end":5.4}]}]"#,
        );
        spec.validate().unwrap();
        let clip = &spec.clips[0];
        assert_eq!(clip.parts[0], TimeRange { start: 1.0, end: 2.0 }.into());
        assert_eq!(clip.ranges()[1], TimeRange { start: 5.0, end: 6.5 });
        assert_eq!((clip.parts[1].keywords[0].as_str(), clip.parts[1].words[0].start), ("k", 5.0));
        assert!(!clip.has_words(), "the first part has none");
        for json in [r#"{"start":1}"#, r#"{"start":1,"end":2,"score":3}"#] {
            assert!(serde_json::from_str::<ClipPart>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_fault_of_a_part_names_its_field() {
        assert_eq!(fault(r#"[{"start":1,"end":2},{"start":2,"end":2}]"#), "clips[0].parts[1].end");
        let word = r#"[{"start":1,"end":2,"words":[{"word":"a","start":2,"end":1}]}]"#;
        assert_eq!(fault(word), "clips[0].parts[0].words[0].end");
        assert_eq!(fault(r#"[{"start":1,"end":2,"title":"\u0000"}]"#), "clips[0].parts[0].title");
    }
}
