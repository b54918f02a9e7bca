//! One value for every job.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AnalyzeSpec, DownloadSpec, Faults, InstallModelSpec, ProbeSpec, ProcessSpec, RenderPlan, ThumbnailSpec,
    TranscribeSpec, Validate, is_url,
};
use crate::error::{Error, Result};
use crate::outcome::Stage;

/// A job: its kind, and what it shall do. In JSON the kind is the field `kind`, beside the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum JobSpec {
    /// Tell what is in a file.
    Probe(ProbeSpec),
    /// Fetch a video.
    Download(DownloadSpec),
    /// Turn speech into words.
    Transcribe(TranscribeSpec),
    /// Transcribe and choose clips.
    Analyze(AnalyzeSpec),
    /// Render a plan.
    Render(Box<RenderPlan>),
    /// Take a still picture.
    Thumbnail(ThumbnailSpec),
    /// The main job.
    Process(Box<ProcessSpec>),
    /// Install a speech model.
    InstallModel(InstallModelSpec),
}

impl JobSpec {
    /// The kind's name in JSON.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Probe(_) => "probe",
            Self::Download(_) => "download",
            Self::Transcribe(_) => "transcribe",
            Self::Analyze(_) => "analyze",
            Self::Render(_) => "render",
            Self::Thumbnail(_) => "thumbnail",
            Self::Process(_) => "process",
            Self::InstallModel(_) => "install_model",
        }
    }

    /// The stage under whose name the job begins to report.
    pub(crate) fn first_stage(&self) -> Stage {
        match self {
            Self::Download(_) => Stage::Downloading,
            Self::Process(spec) if is_url(&spec.source) => Stage::Downloading,
            Self::Probe(_) | Self::Process(_) => Stage::Probing,
            Self::Transcribe(_) | Self::Analyze(_) => Stage::Transcribing,
            Self::Render(_) | Self::Thumbnail(_) => Stage::Clipping,
            Self::InstallModel(_) => Stage::Installing,
        }
    }

    /// Reads a job from JSON and validates it. A fault names its field by path.
    pub fn from_json(json: &str) -> Result<Self> {
        let mut value = parse(json)?;
        let kind = value
            .as_object_mut()
            .and_then(|object| object.remove("kind"))
            .and_then(|kind| kind.as_str().map(str::to_owned))
            .ok_or_else(|| Error::invalid("kind", "is missing"))?;
        let spec = match kind.as_str() {
            "probe" => Self::Probe(read(value)?),
            "download" => Self::Download(read(value)?),
            "transcribe" => Self::Transcribe(read(value)?),
            "analyze" => Self::Analyze(read(value)?),
            "render" => Self::Render(read(value)?),
            "thumbnail" => Self::Thumbnail(read(value)?),
            "process" => Self::Process(read(value)?),
            "install_model" => Self::InstallModel(read(value)?),
            other => return Err(Error::invalid("kind", format_args!("is unknown: {other:?}"))),
        };
        spec.validate()?;
        Ok(spec)
    }
}

fn parse(json: &str) -> Result<Value> {
    serde_json::from_str(json).map_err(|error| Error::invalid("$", format_args!("is not JSON: {error}")))
}

/// Reads a value from JSON; a fault names its field by path.
pub(super) fn read_json<T: DeserializeOwned>(json: &str) -> Result<T> {
    read(parse(json)?)
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { "$".to_owned() } else { path };
        Error::invalid(field, error.into_inner())
    })
}

impl Validate for JobSpec {
    fn check(&self, faults: &mut Faults) {
        match self {
            Self::Probe(spec) => spec.check(faults),
            Self::Download(spec) => spec.check(faults),
            Self::Transcribe(spec) => spec.check(faults),
            Self::Analyze(spec) => spec.check(faults),
            Self::Render(plan) => plan.check(faults),
            Self::Thumbnail(spec) => spec.check(faults),
            Self::Process(spec) => spec.check(faults),
            Self::InstallModel(spec) => spec.check(faults),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn field_of(json: &str) -> String {
        let error = JobSpec::from_json(json).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidSpec, "{error}");
        error.context()["field"].clone()
    }

    #[test]
    fn each_fault_names_its_field() {
        let render =
            |rest: &str| field_of(&format!(r#"{{"kind":"render","source":"a","output":"b.mp4",{rest}}}"#));
        assert_eq!(render(r#""parts":[{"start":1,"end":2},{"start":5,"end":5}]"#), "parts[1].end");
        assert_eq!(render(r#""parts":[{"start":-1,"end":2}]"#), "parts[0].start");
        assert_eq!(render(r#""encode":{"crf":99}"#), "encode.crf");
        assert_eq!(render(r#""encode":{"preset":"warp"}"#), "encode.preset");
        assert_eq!(render(r#""encode":{"size":{"width":15,"height":16}}"#), "encode.size.width");
        assert_eq!(render(r#""layout":{"mode":"circle"}"#), "layout.mode");
        assert_eq!(render(r#""watermark":{"type":"image"}"#), "watermark.image_path");
        assert_eq!(render(r#""watermark":{"text":" "}"#), "watermark.text");
        assert_eq!(
            render(r#""captions":{"words":[],"style":{"primary_color":"red"}}"#),
            "captions.style.primary_color"
        );
        assert_eq!(field_of(r#"{"kind":"render","source":"a","output":"b.exe"}"#), "output");
        assert_eq!(field_of(r#"{"kind":"process","source":"a","format":"round"}"#), "format");
        assert_eq!(field_of(r#"{"kind":"process","source":" "}"#), "source");
        assert_eq!(
            field_of(r#"{"kind":"process","source":"a","clips":[{"start":3,"end":1}]}"#),
            "clips[0].end"
        );
        assert_eq!(field_of(r#"{"kind":"process","source":"a","selected_clips":[6]}"#), "selected_clips");
        assert_eq!(field_of(r#"{"kind":"transcribe","source":"a","language":"English"}"#), "language");
        assert_eq!(field_of(r#"{"kind":"install_model","name":"../x"}"#), "name");
        assert_eq!(field_of(r#"{"kind":"dance"}"#), "kind");
        assert_eq!(field_of("[]"), "kind");
        assert_eq!(field_of("{"), "$");
    }

    #[test]
    fn an_unknown_field_is_a_fault() {
        let error = JobSpec::from_json(r#"{"kind":"probe","source":"a","sourse":"b"}"#).unwrap_err();
        assert!(error.message().contains("sourse"), "{error}");
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let json = r#"{"kind":"render","source":"","output":"b.mp4","encode":{"crf":99}}"#;
        let error = JobSpec::from_json(json).unwrap_err();
        assert!(error.message().contains("source") && error.message().contains("encode.crf"), "{error}");
    }

    #[test]
    fn json_keeps_every_field() {
        let mut plan = RenderPlan::new("a", "b.mp4");
        plan.watermark = Some(super::super::Watermark::text("x"));
        let spec = JobSpec::Render(Box::new(plan));
        let json = serde_json::to_string(&spec).unwrap();
        assert_eq!(JobSpec::from_json(&json).unwrap(), spec);
    }

    #[test]
    fn reels_is_a_name_of_vertical() {
        let spec = JobSpec::from_json(r#"{"kind":"process","source":"a","format":"reels"}"#).unwrap();
        let JobSpec::Process(spec) = spec else { panic!("{spec:?}") };
        assert_eq!(spec.format.as_str(), "vertical_9x16");
    }
}
