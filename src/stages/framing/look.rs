//! One span of the source: what is seen and heard of it, and the shots that this makes.

use std::thread;

use super::Seen;
use crate::context::{CancelToken, Context};
use crate::error::{Error, ErrorKind, Result};
use crate::media::{PictureReader, Survey};
use crate::outcome::{Shot, TimeRange};
use crate::spec::RenderPlan;
use crate::vision::{FaceModel, Hearing, Observations, camera, direct, observe, picture_size, turns};

/// Most threads that decode what is looked at.
const MOST_DECODING: usize = 4;

/// What is known of a span.
pub(super) struct Found {
    observations: Observations,
    hearing: Hearing,
    note: Option<String>,
}

/// Watches a span and listens to it, at the same time. Sound that cannot be heard is no failure:
/// the clip may be made without it.
pub(super) fn look(
    plan: &RenderPlan,
    span: TimeRange,
    survey: &Survey,
    model: &FaceModel,
    context: &Context,
) -> Result<Found> {
    let enough = context.cancel.child();
    let listening = Context { cancel: enough.clone(), ..context.window(context.progress.stage(), 0.0, 1.0) };
    thread::scope(|scope| {
        let ear = thread::Builder::new()
            .name("ytc-hear".to_owned())
            .spawn_scoped(scope, || hear(plan, span, &listening))
            .map_err(|error| Error::internal(format!("cannot start a thread: {error}")))?;
        let observations = watch(plan, span, survey, model, context);
        if observations.is_err() {
            enough.cancel();
        }
        let hearing = ear.join().unwrap_or_else(|_| Err(Error::internal("listening panicked")));
        let observations = observations?;
        match hearing {
            Ok(hearing) => Ok(Found { observations, hearing, note: None }),
            Err(error) if is_of_the_sound(&error) => {
                let note = format!("who speaks was found without the sound: {}", error.message());
                Ok(Found { observations, hearing: Hearing::default(), note: Some(note) })
            }
            Err(error) => Err(error),
        }
    })
}

/// Whether an error says that there is something wrong with the sound, and with nothing else.
fn is_of_the_sound(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::CorruptMedia | ErrorKind::UnsupportedMedia)
}

fn watch(
    plan: &RenderPlan,
    span: TimeRange,
    survey: &Survey,
    model: &FaceModel,
    context: &Context,
) -> Result<Observations> {
    let lease = context.threads.lease();
    // Each decoder thread holds pictures of the source's size; more wait for the lanes.
    let decoding = lease.threads().min(MOST_DECODING);
    let width = picture_size(survey.display.0, survey.display.1).0;
    let mut pictures = PictureReader::open(&plan.source, span, width, decoding, &context.cancel)?;
    observe(&mut pictures, model, &plan.layout.faces, span.duration(), lease.threads(), context)
}

#[cfg(feature = "speech")]
fn hear(plan: &RenderPlan, span: TimeRange, context: &Context) -> Result<Hearing> {
    use crate::speech::ENVELOPE_RATE;
    let sound = crate::media::AudioReader::open_at(&plan.source, span.start, &context.cancel)?;
    let Some(mut sound) = sound else { return Ok(Hearing::default()) };
    let heard = crate::speech::hear(&mut sound, span.start, span.end, context)?;
    Ok(Hearing::of(heard.speech).with_envelope(heard.envelope, ENVELOPE_RATE, heard.start))
}

#[cfg(not(feature = "speech"))]
#[expect(clippy::unnecessary_wraps, reason = "the one that does listen can fail")]
fn hear(_: &RenderPlan, _: TimeRange, _: &Context) -> Result<Hearing> {
    Ok(Hearing::default())
}

/// The shots of a span, whose people get numbers of their own; what was found joins what was
/// `seen` before.
pub(super) fn shots(
    plan: &RenderPlan,
    found: Found,
    output_aspect: f64,
    seen: &mut Seen,
    cancel: &CancelToken,
) -> Result<Vec<Shot>> {
    let observations = renumbered(found.observations, next_person(&seen.observations));
    let turns = turns(&observations, &found.hearing);
    cancel.check()?;
    let shots = direct(&observations, &turns, &plan.layout, output_aspect)
        .iter()
        .map(|shot| camera::compose(shot, &observations, &plan.layout, output_aspect, cancel))
        .collect::<Result<_>>()?;
    seen.turns.extend(turns);
    seen.notes.extend(found.note);
    join(&mut seen.observations, observations);
    Ok(shots)
}

fn next_person(observations: &Observations) -> u32 {
    observations.tracks.iter().map(|track| track.person + 1).max().unwrap_or(0)
}

fn renumbered(mut observations: Observations, first: u32) -> Observations {
    for track in &mut observations.tracks {
        track.person += first;
    }
    observations
}

fn join(all: &mut Observations, next: Observations) {
    if all.looks.is_empty() && all.tracks.is_empty() {
        *all = next;
        return;
    }
    all.end = next.end;
    all.detections += next.detections;
    all.cuts.extend(next.cuts);
    all.looks.extend(next.looks);
    all.tracks.extend(next.tracks);
}
