//! The figures of a framing.

use std::collections::{BTreeMap, BTreeSet};

use crate::outcome::{Framing, FramingReport, Shot};
use crate::picture::Rect;
use crate::spec::Layout;

use super::geometry::Stage;
use super::{FacePoint, INSTANT, Observations};

/// Middle part of a cut-out that counts as central.
const CENTRAL: f64 = 0.6;

/// The figures of a framing whose subjects were seen so; those of faces are absent where no shown
/// person was seen. `analysis_s` is left to whoever took the time.
pub fn report(
    framing: &Framing,
    observations: &Observations,
    layout: &Layout,
    output_aspect: f64,
) -> FramingReport {
    let stage = Stage::new(framing.source_width, framing.source_height, layout, output_aspect);
    let seen: Vec<_> = framing.shots.iter().flat_map(|shot| seen(shot, observations, &stage)).collect();
    let offset: f64 = seen.iter().map(|(crop, face)| offset(*crop, *face)).sum();
    let known = |value: f64| (!seen.is_empty()).then_some(value);
    FramingReport {
        face_inside_percent: known(percent(&seen, Rect::contains)),
        face_central_percent: known(percent(&seen, is_central)),
        mean_offset: known(offset / seen.len().max(1) as f64),
        cuts: observations.cuts.len(),
        persons: observations.tracks.iter().map(|track| track.person).collect::<BTreeSet<_>>().len(),
        looks: observations.looks.len(),
        detections: observations.detections,
        ..report_of_shots(framing, layout, output_aspect, observations.rate)
    }
}

/// The figures that the shots tell alone; `rate` is that of the source's pictures.
pub fn report_of_shots(framing: &Framing, layout: &Layout, output_aspect: f64, rate: f64) -> FramingReport {
    let stage = Stage::new(framing.source_width, framing.source_height, layout, output_aspect);
    let motion = framing.shots.iter().flat_map(|shot| motions(shot, rate, &stage));
    let (max_speed, max_jerk) =
        motion.fold((0.0, 0.0), |(speed, jerk): (f64, f64), (s, j)| (speed.max(s), jerk.max(j)));
    let shown = framing.shots.iter().flat_map(|shot| &shot.crops).filter_map(|path| path.person);
    FramingReport {
        max_speed,
        max_jerk,
        cuts: framing.shots.iter().filter(|shot| shot.cut).count(),
        persons: shown.collect::<BTreeSet<_>>().len(),
        modes: modes(&framing.shots),
        ..FramingReport::default()
    }
}

/// The cut-out and the face at each look at somebody whom a shot shows.
fn seen(shot: &Shot, observations: &Observations, stage: &Stage) -> Vec<(Rect, Rect)> {
    let span = shot.start - INSTANT..shot.end - INSTANT;
    let mut seen = Vec::new();
    for (index, path) in shot.crops.iter().enumerate() {
        let tracks = observations.tracks.iter().filter(|track| {
            Some(track.person) == path.person && track.end() >= span.start && track.start() < span.end
        });
        let looked = |point: &&FacePoint| point.confidence > 0.0 && span.contains(&point.time);
        let pair = |point: &FacePoint| Some((stage.crops(shot, point.time).nth(index)?, point.face));
        seen.extend(tracks.flat_map(|track| &track.points).filter(looked).filter_map(pair));
    }
    seen
}

fn is_central(crop: Rect, face: Rect) -> bool {
    let ((x, y), (face_x, face_y)) = (crop.centre(), face.centre());
    let within = |off: f64, length: f64| off.abs() <= CENTRAL / 2.0 * length;
    within(face_x - x, crop.width) && within(face_y - y, crop.height)
}

fn offset(crop: Rect, face: Rect) -> f64 {
    let ((x, y), (face_x, face_y)) = (crop.centre(), face.centre());
    (face_x - x).hypot(face_y - y) / crop.width
}

fn percent(seen: &[(Rect, Rect)], holds: impl Fn(Rect, Rect) -> bool) -> f64 {
    let good = seen.iter().filter(|(crop, face)| holds(*crop, *face)).count();
    100.0 * good as f64 / seen.len().max(1) as f64
}

/// Highest speed and jerk of each cut-out of a shot, picture by picture, in mean widths.
fn motions(shot: &Shot, rate: f64, stage: &Stage) -> Vec<(f64, f64)> {
    let pictures = ((shot.end - shot.start) * rate).max(0.0) as usize;
    let motion = |index: usize| {
        let crop = |picture: usize| stage.crops(shot, shot.start + picture as f64 / rate).nth(index);
        let crops: Vec<_> = (0..pictures).filter_map(crop).collect();
        let width = crops.iter().map(|crop| crop.width).sum::<f64>() / crops.len() as f64;
        let centre = |crop: &Rect| (crop.centre().0 / width, crop.centre().1 / width);
        let speeds = rates(&crops.iter().map(centre).collect::<Vec<_>>(), rate);
        let jerks = rates(&rates(&speeds, rate), rate);
        (highest(&speeds), highest(&jerks))
    };
    (0..shot.crops.len()).map(motion).collect()
}

/// Change from each value to the next, a second.
fn rates(values: &[(f64, f64)], rate: f64) -> Vec<(f64, f64)> {
    let change = |pair: &[(f64, f64)]| ((pair[1].0 - pair[0].0) * rate, (pair[1].1 - pair[0].1) * rate);
    values.windows(2).map(change).collect()
}

fn highest(values: &[(f64, f64)]) -> f64 {
    values.iter().map(|(x, y)| x.hypot(*y)).fold(0.0, f64::max)
}

/// Seconds of each mode, to the millisecond.
fn modes(shots: &[Shot]) -> BTreeMap<String, f64> {
    let mut modes = BTreeMap::new();
    for shot in shots {
        *modes.entry(shot.mode.as_str().to_owned()).or_insert(0.0) += shot.end - shot.start;
    }
    for seconds in modes.values_mut() {
        *seconds = (*seconds * 1000.0).round() / 1000.0;
    }
    modes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{CropKeyframe, CropPath, FRAMING_VERSION, ShotMode};
    use crate::vision::FaceTrack;

    fn point(time: f64, x: f64) -> FacePoint {
        let face = Rect::around(x, 540.0, 150.0, 200.0);
        FacePoint { time, face, landmarks: [(x, 540.0); 5], confidence: 0.9 }
    }

    fn observations(places: &[f64]) -> Observations {
        let points: Vec<_> = (0..).zip(places).map(|(i, x)| point(f64::from(i), *x)).collect();
        let looks: Vec<_> = points.iter().map(|point| point.time).collect();
        let tracks = vec![FaceTrack { person: 3, points, mouth: Vec::new() }];
        let end = places.len() as f64;
        Observations {
            width: 1920,
            height: 1080,
            rate: 25.0,
            start: 0.0,
            end,
            cuts: vec![2.0],
            detections: looks.len(),
            looks,
            tracks,
        }
    }

    fn framing(keyframes: &[(f64, f64)], end: f64) -> Framing {
        let keyframe = |&(time, x): &(f64, f64)| CropKeyframe { time, x, y: 540.0, width: 607.5 };
        let path = CropPath { person: Some(3), keyframes: keyframes.iter().map(keyframe).collect() };
        let shot = Shot { start: 0.0, end, mode: ShotMode::Single, cut: false, crops: vec![path] };
        let (version, report) = (FRAMING_VERSION, FramingReport::default());
        Framing { version, source_width: 1920, source_height: 1080, aspect: None, shots: vec![shot], report }
    }

    fn figures(places: &[f64], keyframes: &[(f64, f64)]) -> FramingReport {
        let framing = framing(keyframes, places.len() as f64);
        report(&framing, &observations(places), &Layout::vertical(), 9.0 / 16.0)
    }

    #[test]
    fn faces_are_counted_by_where_they_stand_in_the_cut_out() {
        let report = figures(&[900.0, 900.0 + 200.0, 900.0 + 260.0, 900.0], &[(0.0, 900.0)]);
        assert_eq!((report.face_inside_percent, report.face_central_percent), (Some(75.0), Some(50.0)));
        assert!((report.mean_offset.unwrap() - 460.0 / 607.5 / 4.0).abs() < 1e-9);
        assert_eq!((report.max_speed, report.max_jerk), (0.0, 0.0));
        assert_eq!((report.cuts, report.persons, report.looks), (1, 1, 4));
        assert_eq!(report.modes, BTreeMap::from([("single".to_owned(), 4.0)]));
    }

    #[test]
    fn speed_is_in_widths_a_second() {
        let report = figures(&[900.0; 4], &[(0.0, 600.0), (4.0, 600.0 + 4.0 * 60.75)]);
        assert!((report.max_speed - 0.1).abs() < 1e-6 && report.max_jerk < 1e-6);
        let eased = figures(&[900.0; 4], &[(0.0, 600.0), (1.0, 600.0), (3.0, 900.0), (4.0, 900.0)]);
        assert!(eased.max_speed > 0.3 && eased.max_jerk > 1.0);
    }

    #[test]
    fn filled_places_and_other_people_do_not_count() {
        let mut observations = observations(&[900.0, 100.0, 100.0]);
        observations.tracks[0].points[1].confidence = 0.0;
        let other = FaceTrack { person: 4, points: vec![point(0.5, 100.0)], mouth: Vec::new() };
        observations.tracks.push(other);
        observations.tracks[0].points.pop();
        let report = report(&framing(&[(0.0, 900.0)], 3.0), &observations, &Layout::vertical(), 9.0 / 16.0);
        assert_eq!((report.face_inside_percent, report.persons), (Some(100.0), 2));
    }

    #[test]
    fn where_nobody_is_seen_nothing_is_told_of_faces() {
        let report = figures(&[], &[(0.0, 900.0)]);
        assert_eq!((report.face_inside_percent, report.mean_offset), (None, None));
    }

    #[test]
    fn a_given_framing_tells_what_its_shots_do_and_nothing_of_faces() {
        let framing = framing(&[(0.0, 600.0), (4.0, 600.0 + 4.0 * 60.75)], 4.0);
        let report = report_of_shots(&framing, &Layout::vertical(), 9.0 / 16.0, 25.0);
        assert!((report.max_speed - 0.1).abs() < 1e-6);
        assert_eq!((report.persons, report.modes["single"], report.face_inside_percent), (1, 4.0, None));
    }
}
