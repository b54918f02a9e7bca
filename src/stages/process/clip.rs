//! One clip of a project: the video, its captions as files, its info, its picture.

use std::path::{Path, PathBuf};

use crate::captions::{self, Cue, group, remap};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::outcome::{Clip, ClipCandidate, Download, TimeRange};
use crate::publish::{ClipInfo, clip_file_name, clip_info, clip_info_name, format_folder, write_atomic};
use crate::spec::{CaptionSpec, JobSpec, ProcessSpec, RenderPlan, ThumbnailSpec};
use crate::stages::framing::{Files, Framed};
use crate::stages::{render, thumbnail};

/// A clip that is to be made.
pub(super) struct Planned<'a> {
    candidate: &'a ClipCandidate,
    /// How it is rendered.
    pub plan: RenderPlan,
}

/// Lays out a clip in its project folder.
pub(super) fn plan<'a>(
    spec: &ProcessSpec,
    candidate: &'a ClipCandidate,
    source: &Download,
    project: &Path,
) -> Result<Planned<'a>> {
    let video = format_folder(project, spec.format)?.join(clip_file_name(candidate.clip_number));
    Ok(Planned { candidate, plan: render_plan(spec, candidate, source, &video) })
}

/// Renders a clip and writes the files beside it.
pub(super) fn make(
    spec: &ProcessSpec,
    planned: &Planned<'_>,
    framed: Option<&Framed>,
    source: &Download,
    context: &Context,
) -> Result<Clip> {
    let Planned { candidate, plan } = planned;
    let (report, parts) = render::render(plan, Files::create(plan)?, framed, context)?;
    let video = plan.output.clone();
    let words = remap(&candidate.words, &parts);
    if spec.caption_files && !words.is_empty() {
        write_captions(&group(&words, &spec.caption_style), &video)?;
    }
    let picture = video.with_extension("jpg");
    thumbnail::run(&ThumbnailSpec::new(&video, &picture, report.duration / 2.0), context)?;
    let info_path = video.with_file_name(clip_info_name(candidate.clip_number));
    let info = clip_info(&ClipInfo { candidate, format: spec.format, video: source, report: &report });
    write_atomic(&info_path, format!("{info:#}\n").as_bytes(), false)?;
    write_plan(plan, report.framing_path.clone())?;
    Ok(Clip {
        candidate: (*candidate).clone(),
        path: video,
        info_path,
        thumbnail_path: Some(picture),
        words,
        report,
    })
}

/// Writes the plan that renders the clip again in its place, from the framing beside it where there
/// is one, edited or not: `clip_001.plan.json`.
fn write_plan(plan: &RenderPlan, framing: Option<PathBuf>) -> Result<()> {
    let absolute = |path: &Path| std::path::absolute(path).map_err(|error| Error::io(error, "find", path));
    let mut again = plan.clone();
    (again.source, again.output) = (absolute(&plan.source)?, absolute(&plan.output)?);
    again.overwrite = true;
    again.layout.framing = framing.as_deref().map(absolute).transpose()?;
    if framing.is_some() {
        // The framing tells where the cut-out stands.
        (again.layout.x, again.layout.y, again.layout.fit, again.layout.track) = (None, None, None, None);
    }
    again.layout.insert.path = plan.layout.insert.path.as_deref().map(absolute).transpose()?;
    if let Some(watermark) = &mut again.watermark {
        watermark.image_path = watermark.image_path.as_deref().map(absolute).transpose()?;
    }
    let json = serde_json::to_string_pretty(&JobSpec::Render(Box::new(again)))
        .map_err(|error| Error::internal(format!("a plan is no JSON: {error}")))?;
    write_atomic(plan.output.with_extension("plan.json"), format!("{json}\n").as_bytes(), false)
}

fn write_captions(cues: &[Cue], video: &Path) -> Result<()> {
    write_atomic(video.with_extension("srt"), captions::srt(cues).as_bytes(), false)?;
    write_atomic(video.with_extension("vtt"), captions::vtt(cues).as_bytes(), false)?;
    write_atomic(video.with_extension("captions.json"), captions::json(cues).as_bytes(), false)
}

fn render_plan(
    spec: &ProcessSpec,
    candidate: &ClipCandidate,
    source: &Download,
    output: &Path,
) -> RenderPlan {
    let mut plan = RenderPlan::new(&source.video_path, output);
    plan.parts = if candidate.parts.is_empty() {
        vec![TimeRange { start: candidate.start, end: candidate.end }]
    } else {
        candidate.parts.clone()
    };
    plan.layout = spec.layout();
    plan.captions = spec
        .burn_captions
        .then(|| CaptionSpec { words: candidate.words.clone(), style: spec.caption_style.clone() });
    plan.watermark.clone_from(&spec.watermark);
    (plan.transition, plan.audio, plan.encode) = (spec.transition, spec.audio, spec.encode);
    plan
}
