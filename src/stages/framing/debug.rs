//! What was found, drawn upon the whole picture: a second video, so that a person can judge.

use super::{Framed, Seen};
use crate::captions::DebugPicture;
use crate::media::Survey;
use crate::outcome::Shot;
use crate::picture::{Framer, Rect};
use crate::spec::{EncodeSpec, Layout, RenderPlan};
use crate::vision::{FaceTrack, FramingPath, speaker_at};

/// The plan of the debug video: the same pictures, whole.
pub(in crate::stages) fn debug_plan(plan: &RenderPlan) -> RenderPlan {
    RenderPlan {
        layout: Layout::default(),
        captions: None,
        watermark: None,
        encode: EncodeSpec { size: None, ..plan.encode },
        ..plan.clone()
    }
}

impl Framed {
    /// What is drawn upon each picture of the debug video.
    pub(in crate::stages) fn debug_pictures(&self, layout: &Layout, survey: &Survey) -> Vec<DebugPicture> {
        let mut path = self.path(layout);
        let scale = f64::from(survey.size().width) / f64::from(survey.display.0);
        let timeline = &survey.timeline;
        // A render shows the picture nearest to a time: a cut's own picture may begin a little later.
        let nearest = 0.5 * timeline.rate.seconds(1).min(1.0 / survey.rate.max(1.0));
        let mut pictures = Vec::new();
        for (index, part) in timeline.parts.iter().enumerate() {
            let last = index + 1 == timeline.parts.len();
            let frames = if last { part.frames } else { part.frames - timeline.fade_frames };
            for number in 0..frames {
                let time = part.range.start + timeline.rate.seconds(number) + nearest;
                let mut picture = self.picture(time, &mut path, scale);
                picture.time = timeline.rate.seconds(part.first_frame + number);
                picture.until = timeline.rate.seconds(part.first_frame + number + 1);
                pictures.push(picture);
            }
        }
        pictures
    }

    fn picture(&self, time: f64, path: &mut FramingPath, scale: f64) -> DebugPicture {
        let mut panes = Vec::new();
        path.panes(time, &mut panes);
        DebugPicture {
            faces: self.seen.as_ref().map_or_else(Vec::new, |seen| faces(seen, time, self.rate, scale)),
            crops: panes.iter().map(|pane| scaled(pane.crop, scale)).collect(),
            speaker: self.seen.as_ref().and_then(|seen| speaker_at(&seen.turns, time)),
            label: path.shot(time).map_or_else(String::new, |shot| label(shot, time)),
            ..DebugPicture::default()
        }
    }
}

/// The faces at a time, each between the two places that are known around it.
fn faces(seen: &Seen, time: f64, rate: f64, scale: f64) -> Vec<(u32, Rect)> {
    let half_picture = 0.5 / rate.max(1.0);
    seen.observations
        .tracks
        .iter()
        .filter(|track| (track.start() - half_picture..track.end() + half_picture).contains(&time))
        .filter_map(|track| Some((track.person, scaled(face_at(track, time)?, scale))))
        .collect()
}

fn face_at(track: &FaceTrack, time: f64) -> Option<Rect> {
    let after = track.points.partition_point(|point| point.time < time);
    let (Some(last), Some(next)) = (track.points.get(after.saturating_sub(1)), track.points.get(after))
    else {
        return track.points.last().map(|point| point.face);
    };
    let span = next.time - last.time;
    let part = if span > 0.0 { ((time - last.time) / span).clamp(0.0, 1.0) } else { 0.0 };
    let mix = |from: f64, to: f64| from + (to - from) * part;
    Some(Rect {
        x: mix(last.face.x, next.face.x),
        y: mix(last.face.y, next.face.y),
        width: mix(last.face.width, next.face.width),
        height: mix(last.face.height, next.face.height),
    })
}

fn scaled(rect: Rect, scale: f64) -> Rect {
    Rect { x: rect.x * scale, y: rect.y * scale, width: rect.width * scale, height: rect.height * scale }
}

/// To the second, so that a line of text stays for a while.
fn label(shot: &Shot, time: f64) -> String {
    let mode = shot.mode.as_str();
    format!("{:.0} s  {mode} since {:.2} s{}", time.floor(), shot.start, if shot.cut { ", cut" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vision::{FacePoint, Observations};

    fn seen() -> Seen {
        let face = |x| Rect { x, y: 10.0, width: 20.0, height: 30.0 };
        let point =
            |time, x| FacePoint { time, face: face(x), landmarks: Default::default(), confidence: 1.0 };
        let track =
            FaceTrack { person: 3, points: vec![point(1.0, 100.0), point(2.0, 200.0)], mouth: Vec::new() };
        Seen {
            observations: Observations { tracks: vec![track], ..Observations::default() },
            turns: Vec::new(),
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_face_is_drawn_where_it_is_between_two_looks() {
        let expected = Rect { x: 62.5, y: 5.0, width: 10.0, height: 15.0 };
        assert_eq!(faces(&seen(), 1.25, 25.0, 0.5), [(3, expected)]);
    }

    #[test]
    fn a_face_is_drawn_only_while_it_is_there() {
        let there = |time: f64| !faces(&seen(), time, 25.0, 1.0).is_empty();
        assert_eq!([0.9, 0.99, 2.01, 2.1].map(there), [false, true, true, false]);
    }
}
