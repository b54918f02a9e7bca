//! What the render and process stages share: words placed on an output's timeline, and the ASS
//! file that is drawn from them.

use std::path::PathBuf;

use crate::captions::{AssScene, Cue, PlacedPart, ass_document, group, remap};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::media::{Renderer, Timeline};
use crate::spec::RenderPlan;

/// Where the timeline's parts lie, in the words of the captions room.
pub(super) fn placed(timeline: &Timeline) -> Vec<PlacedPart> {
    let place = |part| PlacedPart { range: part_range(part), offset: timeline.offset(part) };
    timeline.parts.iter().map(place).collect()
}

fn part_range(part: &crate::media::PlacedPart) -> crate::outcome::TimeRange {
    part.range
}

/// Writes the ASS file of a plan into the job's workspace; `None` where there is nothing to draw.
pub(super) fn ass_file(
    plan: &RenderPlan,
    renderer: &Renderer<'_>,
    context: &Context,
) -> Result<Option<PathBuf>> {
    let cues: Vec<Cue> = plan.captions.as_ref().map_or_else(Vec::new, |captions| {
        group(&remap(&captions.words, &placed(&renderer.survey().timeline)), &captions.style)
    });
    let size = renderer.survey().size();
    let scene = AssScene {
        width: size.width,
        height: size.height,
        cues: &cues,
        style: plan.captions.as_ref().map(|captions| &captions.style),
        watermark: plan.watermark.as_ref(),
        duration: renderer.survey().timeline.duration(),
    };
    if scene.is_empty() {
        return Ok(None);
    }
    let path = context.workspace.path()?.join("overlay.ass");
    std::fs::write(&path, ass_document(&scene)).map_err(|error| Error::io(error, "write", &path))?;
    Ok(Some(path))
}
