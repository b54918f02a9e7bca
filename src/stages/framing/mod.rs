//! How a plan's pictures are framed: an analysis of what the plan shows, or a report that a person
//! edited.

mod cover;
mod debug;
mod files;
#[cfg(feature = "vision")]
mod look;
#[cfg(feature = "vision")]
mod spans;

use std::path::Path;
use std::time::Instant;

use super::Resources;
use crate::context::{CancelToken, Context};
use crate::error::{Error, Result};
use crate::media::{Survey, check_insert};
use crate::outcome::{FRAMING_VERSION, Framing, FramingReport, ShotMode};
use crate::picture::Framer;
use crate::spec::{Fit, Layout, LayoutMode, RenderPlan, Track};
use crate::vision::{
    FramingPath, Observations, ShotPlan, Turn, camera, read_framing, report_of_shots, shown_aspect,
};

pub(super) use debug::debug_plan;
pub(super) use files::Files;

/// Longest clip that has a debug video, in seconds: what is drawn upon it is held in memory.
const LONGEST_DEBUG: f64 = 600.0;

/// A plan's framing.
pub(super) struct Framed {
    /// What is shown, when and where.
    pub framing: Framing,
    /// Wall-clock seconds that this took; 0 where it was given.
    pub seconds: f64,
    /// Wall-clock seconds that the clip waited for it: less where it was found beside other work.
    pub waited: f64,
    /// What a person should know of it.
    pub notes: Vec<String>,
    /// What was seen in order to find it, where somebody looked.
    seen: Option<Seen>,
    /// Output's width over its height.
    aspect: f64,
    /// Pictures of the source a second.
    rate: f64,
}

/// What was seen and heard of a source.
#[derive(Default)]
struct Seen {
    observations: Observations,
    turns: Vec<Turn>,
    notes: Vec<String>,
}

impl Framed {
    /// The way of the cut-outs, for the renderer.
    pub(super) fn path(&self, layout: &Layout) -> FramingPath {
        FramingPath::new(&self.framing, layout, self.aspect)
    }

    /// The same, where the plan does not leave it to a fixed cut-out.
    pub(super) fn framer(&self, layout: &Layout) -> Option<Box<dyn Framer>> {
        let wanted = layout.is_framed() || layout.mode == LayoutMode::Stacked;
        wanted.then(|| Box::new(self.path(layout)) as Box<dyn Framer>)
    }
}

/// Finds the framing of a plan. `None` where it needs none.
///
/// # Errors
/// Those of the source, `ModelUnavailable` where the face model is missing, and those of
/// [`read_framing`].
pub(super) fn prepare(plan: &RenderPlan, resources: &Resources, context: &Context) -> Result<Option<Framed>> {
    let layout = &plan.layout;
    let wanted = match layout.mode {
        LayoutMode::Original => false,
        LayoutMode::Vertical => layout.is_framed() || layout.debug_overlay,
        LayoutMode::Stacked => true,
    };
    if !wanted {
        return Ok(None);
    }
    let begun = Instant::now();
    let survey = Survey::of(plan, &context.cancel)?;
    check(plan, &survey, context)?;
    let (mut framing, seen) = match (&layout.framing, layout.tracking()) {
        (Some(path), _) => (given(path, layout, &survey)?, None),
        (None, Track::Off) => (still(layout, &survey), None),
        (None, Track::Speaker) => follow(plan, &survey, resources, context)?,
    };
    let seconds = if seen.is_some() { begun.elapsed().as_secs_f64() } else { 0.0 };
    framing.report.analysis_s = seconds;
    let notes = match &layout.framing {
        Some(_) => cover::notes(&framing.shots, &survey.timeline),
        None => seen.as_ref().map_or_else(Vec::new, |seen| seen.notes.clone()),
    };
    let (aspect, rate) = (aspect(&survey), survey.rate);
    Ok(Some(Framed { framing, seconds, waited: seconds, notes, seen, aspect, rate }))
}

/// What cannot work is told before anything is looked for.
fn check(plan: &RenderPlan, survey: &Survey, context: &Context) -> Result<()> {
    let layout = &plan.layout;
    if layout.debug_overlay && survey.timeline.duration() > LONGEST_DEBUG {
        let message = format!("is for clips of up to {} minutes; render a part", LONGEST_DEBUG / 60.0);
        return Err(Error::invalid("layout.debug_overlay", message));
    }
    if layout.mode == LayoutMode::Stacked {
        check_insert(&layout.insert, survey.size(), &context.cancel)?;
    }
    Ok(())
}

/// A framing that somebody gives.
fn given(path: &Path, layout: &Layout, survey: &Survey) -> Result<Framing> {
    let mut framing = read_framing(path, survey.display, shown_aspect(layout, aspect(survey)))?;
    cover::check(&framing.shots, &survey.timeline)?;
    framing.report = report_of_shots(&framing, layout, aspect(survey), survey.rate);
    Ok(framing)
}

fn aspect(survey: &Survey) -> f64 {
    f64::from(survey.size().width) / f64::from(survey.size().height)
}

fn empty_framing(layout: &Layout, survey: &Survey) -> Framing {
    let (source_width, source_height) = survey.display;
    Framing {
        version: FRAMING_VERSION,
        source_width,
        source_height,
        aspect: Some(shown_aspect(layout, aspect(survey))),
        shots: Vec::new(),
        report: FramingReport::default(),
    }
}

/// One cut-out that follows nothing.
fn still(layout: &Layout, survey: &Survey) -> Framing {
    let mode = if layout.fit == Some(Fit::Contain) { ShotMode::Wide } else { ShotMode::Fixed };
    let end = survey.timeline.parts.iter().map(|part| part.range.end).fold(0.0, f64::max);
    let shot = ShotPlan { start: 0.0, end, cut: false, mode, persons: Vec::new() };
    let (width, height) = survey.display;
    let nothing = Observations { width, height, rate: survey.rate, ..Observations::default() };
    let mut framing = empty_framing(layout, survey);
    // Nothing to follow takes no time, and nobody stops it.
    let never = CancelToken::default();
    framing.shots.extend(camera::compose(&shot, &nothing, layout, aspect(survey), &never));
    framing
}

/// Looks at what the plan shows and follows whoever speaks.
#[cfg(feature = "vision")]
fn follow(
    plan: &RenderPlan,
    survey: &Survey,
    resources: &Resources,
    context: &Context,
) -> Result<(Framing, Option<Seen>)> {
    let model = resources.faces.get()?;
    let mut framing = empty_framing(&plan.layout, survey);
    let mut seen = Seen::default();
    let spans = spans::of(&survey.timeline);
    let total: f64 = spans.iter().map(|span| span.duration()).sum();
    let mut done = 0.0;
    for span in spans {
        let window = context.window(context.progress.stage(), done / total, (done + span.duration()) / total);
        done += span.duration();
        let found = look::look(plan, span, survey, &model, &window)?;
        framing.shots.extend(look::shots(plan, found, aspect(survey), &mut seen, &context.cancel)?);
    }
    framing.report = crate::vision::report(&framing, &seen.observations, &plan.layout, aspect(survey));
    Ok((framing, Some(seen)))
}

#[cfg(not(feature = "vision"))]
fn follow(_: &RenderPlan, _: &Survey, _: &Resources, _: &Context) -> Result<(Framing, Option<Seen>)> {
    Err(super::without("vision"))
}
