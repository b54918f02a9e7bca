//! One clip of a project: the video, its captions as files, its info, its picture.

use std::path::Path;

use crate::captions::{self, Cue, group, remap};
use crate::context::Context;
use crate::error::Result;
use crate::outcome::{Clip, ClipCandidate, Download, TimeRange};
use crate::publish::{ClipInfo, clip_file_name, clip_info, clip_info_name, format_folder, write_atomic};
use crate::spec::{CaptionSpec, Layout, OutputFormat, ProcessSpec, RenderPlan, ThumbnailSpec};
use crate::stages::{render, thumbnail};

/// Renders a clip into its project folder and writes the files beside it.
pub(super) fn make(
    spec: &ProcessSpec,
    candidate: &ClipCandidate,
    source: &Download,
    project: &Path,
    context: &Context,
) -> Result<Clip> {
    let folder = format_folder(project, spec.format)?;
    let video = folder.join(clip_file_name(candidate.clip_number));
    let plan = plan(spec, candidate, source, &video);
    let (report, parts) = render::render(&plan, context)?;
    let words = remap(&candidate.words, &parts);
    if spec.caption_files && !words.is_empty() {
        write_captions(&group(&words, &spec.caption_style), &video)?;
    }
    let picture = video.with_extension("jpg");
    thumbnail::run(&ThumbnailSpec::new(&video, &picture, report.duration / 2.0), context)?;
    let info_path = folder.join(clip_info_name(candidate.clip_number));
    let info = clip_info(&ClipInfo { candidate, format: spec.format, video: source, report: &report });
    write_atomic(&info_path, format!("{info:#}\n").as_bytes(), false)?;
    Ok(Clip {
        candidate: candidate.clone(),
        path: video,
        info_path,
        thumbnail_path: Some(picture),
        words,
        report,
    })
}

fn write_captions(cues: &[Cue], video: &Path) -> Result<()> {
    write_atomic(video.with_extension("srt"), captions::srt(cues).as_bytes(), false)?;
    write_atomic(video.with_extension("vtt"), captions::vtt(cues).as_bytes(), false)?;
    write_atomic(video.with_extension("captions.json"), captions::json(cues).as_bytes(), false)
}

fn plan(spec: &ProcessSpec, candidate: &ClipCandidate, source: &Download, output: &Path) -> RenderPlan {
    let mut plan = RenderPlan::new(&source.video_path, output);
    plan.parts = if candidate.parts.is_empty() {
        vec![TimeRange { start: candidate.start, end: candidate.end }]
    } else {
        candidate.parts.clone()
    };
    plan.layout = match spec.format {
        OutputFormat::Original => Layout::default(),
        OutputFormat::Vertical9x16 => Layout::vertical(),
    };
    plan.captions = spec
        .burn_captions
        .then(|| CaptionSpec { words: candidate.words.clone(), style: spec.caption_style.clone() });
    plan.watermark.clone_from(&spec.watermark);
    (plan.transition, plan.audio, plan.encode) = (spec.transition, spec.audio, spec.encode);
    plan
}
