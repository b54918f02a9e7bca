//! The camera: the path of each cut-out of a shot, over the whole shot at once, because the future
//! is known.
//!
//! The subject's places are cleaned of outliers and noise (`signal`), the shot is divided into
//! rests and moves (`rest`), moves become minimum-jerk ways between the rests (`travel`,
//! `axis`), and the whole is written as few keyframes (`keyframes`). What L1-optimal paths
//! (Grundmann, Kwatra, Essa 2011) are made of, rests, constant pans and eased moves, is here found
//! with the number and time of moves as the cost, which leaves no creeping between two rests.

mod axis;
mod band;
mod boxes;
mod keyframes;
mod pan;
mod rest;
mod signal;
#[cfg(test)]
mod synthetic;
#[cfg(test)]
mod tests;
mod travel;

use crate::context::CancelToken;
use crate::error::Result;
use crate::outcome::{CropKeyframe, CropPath, Shot, ShotMode};
use crate::spec::Layout;

use super::geometry::Stage;
use super::{FacePoint, FaceTrack, INSTANT, Observations, ShotPlan};

/// Gives a shot its paths: one cut-out for each person, or one for the mode. `output_aspect` is
/// the output's width over its height. A person who is nowhere in the shot leaves a fixed cut-out.
/// `Cancelled` where that was asked for.
pub fn compose(
    shot: &ShotPlan,
    observations: &Observations,
    layout: &Layout,
    output_aspect: f64,
    cancel: &CancelToken,
) -> Result<Shot> {
    let stage = Stage::new(observations.width, observations.height, layout, output_aspect);
    let crop = |keyframes| vec![CropPath { person: None, keyframes }];
    let follow = |people: &[u32]| following(shot, people, observations, layout, &stage, cancel);
    let crops = match shot.mode {
        ShotMode::Single => vec![follow(&shot.persons)],
        ShotMode::Dual => {
            let person = |index: usize| shot.persons.get(index..=index).unwrap_or_default();
            [0, 1].map(|index| follow(person(index))).into()
        }
        ShotMode::Wide => crop(vec![fixed(shot, &stage, (0.5, 0.5))]),
        ShotMode::Fixed => crop(vec![fixed(shot, &stage, layout.centre())]),
        ShotMode::Pan => crop(pan::keyframes(shot, &stage)),
    };
    cancel.check()?;
    Ok(Shot { start: shot.start, end: shot.end, mode: shot.mode, cut: shot.cut, crops })
}

/// The cut-out that has these people in it, as one subject; the path is called after the first.
fn following(
    shot: &ShotPlan,
    people: &[u32],
    observations: &Observations,
    layout: &Layout,
    stage: &Stage,
    cancel: &CancelToken,
) -> CropPath {
    let person = people.first().copied();
    let each = people.iter().map(|person| points(shot, *person, observations));
    let points = each.reduce(|one, other| together(&one, &other)).unwrap_or_default();
    let keyframes = boxes::follow(shot, &points, &layout.camera, stage, cancel)
        .unwrap_or_else(|| vec![fixed(shot, stage, layout.centre())]);
    CropPath { person, keyframes }
}

/// Two people as one subject: wherever one was seen, with the other where last or next seen.
fn together(one: &[FacePoint], other: &[FacePoint]) -> Vec<FacePoint> {
    let with = |points: &[FacePoint], others: &[FacePoint]| -> Vec<FacePoint> {
        let near = |time: f64| {
            let after = others.partition_point(|other| other.time < time);
            let distance = |point: &&FacePoint| (point.time - time).abs();
            others[after.saturating_sub(1)..]
                .iter()
                .take(2)
                .min_by(|a, b| distance(a).total_cmp(&distance(b)))
        };
        let both = |point: &FacePoint| match near(point.time) {
            Some(other) => FacePoint { face: point.face.union(other.face), ..*point },
            None => *point,
        };
        points.iter().map(both).collect()
    };
    let mut both = [with(one, other), with(other, one)].concat();
    both.sort_by(|a, b| a.time.total_cmp(&b.time));
    both.dedup_by_key(|point| point.time);
    both
}

/// The largest cut-out of a shot's shape around a centre, in fractions of the picture.
fn fixed(shot: &ShotPlan, stage: &Stage, (x, y): (f64, f64)) -> CropKeyframe {
    let aspect = stage.aspect(shot.mode);
    let crop = stage.crop(x * stage.width, y * stage.height, stage.largest(aspect), aspect);
    let (x, y) = crop.centre();
    CropKeyframe { time: shot.start, x, y, width: crop.width }
}

/// A person's places within a shot, in order of time. The picture at the shot's end is the next
/// shot's.
fn points(shot: &ShotPlan, person: u32, observations: &Observations) -> Vec<FacePoint> {
    let (start, end) = (shot.start - INSTANT, shot.end - INSTANT);
    let of_shot = |track: &&FaceTrack| track.person == person && track.end() >= start && track.start() < end;
    let tracks = observations.tracks.iter().filter(of_shot);
    let mut points: Vec<_> = tracks
        .flat_map(|track| &track.points)
        .filter(|point| (start..end).contains(&point.time))
        .copied()
        .collect();
    points.sort_by(|a, b| a.time.total_cmp(&b.time));
    points.dedup_by_key(|point| point.time);
    points
}
