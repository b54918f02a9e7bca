//! The figures of the camera, on subjects whose paths are known, seen with noise.

use super::signal::median;
use super::synthetic::{Film, Noise, Scene};
use crate::context::CancelToken;
use crate::outcome::{CropKeyframe, ShotMode};
use crate::picture::Rect;
use crate::spec::{CameraSpec, Layout, NoFace};
use crate::vision::{FaceTrack, Observations, ShotPlan};

/// 1 % of the picture's width.
const NOISE: f64 = 19.2;
const ASPECT: f64 = 9.0 / 16.0;

fn assert_kept(name: &str, film: &Film) {
    let (central, inside) = (film.central(), film.inside());
    assert!(central >= 99.0 && inside >= 99.5, "{name}: central {central}, inside {inside}");
}

fn assert_gentle(name: &str, film: &Film) {
    let (spec, (speed, acceleration)) = (CameraSpec::default(), film.peaks());
    assert!(speed <= 1.02 * spec.max_speed, "{name}: speed {speed}");
    assert!(acceleration <= 1.02 * spec.max_acceleration, "{name}: acceleration {acceleration}");
}

/// A person who strolls about the middle of the picture.
fn stroll(seed: u64, seconds: f64) -> impl Fn(f64) -> f64 {
    let mut noise = Noise::new(seed);
    let (mut x, mut speed) = (960.0, 0.0);
    let places: Vec<f64> = (0..(seconds * 30.0) as usize + 2)
        .map(|_| {
            speed = 0.985 * speed + 12.0 * noise.normal();
            x += speed / 30.0 - (x - 960.0) * 0.005;
            x
        })
        .collect();
    move |time| places[(time * 30.0) as usize]
}

/// Walks for five seconds, stops for four, walks for three.
fn walk_stop_walk(time: f64) -> f64 {
    400.0 + 120.0 * (time.min(5.0) + (time - 9.0).clamp(0.0, 3.0))
}

#[test]
fn a_still_subject_leaves_the_crop_where_it_is() {
    for seed in 0..12 {
        for seconds in [2.0, 8.0, 60.0] {
            let film = Scene { seed, ..Scene::across(seconds, |_| 700.0) }.shoot(ShotMode::Single);
            assert!(!film.moves() && film.keyframes == 1, "seed {seed}, {seconds} s");
            assert!(film.offsets()[0] < 0.05);
        }
    }
}

#[test]
fn both_boxes_of_a_still_pair_stay() {
    for seed in 0..12 {
        let truth = Box::new(|_| Some((600.0, 450.0, 200.0)));
        let scene = Scene { truth, seed, ..Scene::across(30.0, |_| 0.0) };
        assert!(!scene.shoot(ShotMode::Dual).moves(), "seed {seed}");
    }
}

#[test]
fn a_subject_within_the_dead_zone_leaves_the_crop_where_it_is() {
    let sway = |period: f64| move |time: f64| 900.0 + 35.0 * (time * std::f64::consts::TAU / period).sin();
    for period in [1.5, 4.0, 20.0, 60.0] {
        let film = Scene { noise: 4.0, ..Scene::across(40.0, sway(period)) }.shoot(ShotMode::Single);
        assert!(!film.moves(), "a period of {period} s");
    }
}

#[test]
fn a_constant_walk_is_followed_closely_and_smoothly() {
    for speed in [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 480.0] {
        for (seed, noise) in [(1, NOISE), (2, NOISE), (3, 2.0)] {
            let walk = move |time: f64| 350.0 + speed * time;
            let scene = Scene { noise, seed, ..Scene::across((1200.0 / speed).min(60.0), walk) };
            let film = scene.shoot(ShotMode::Single);
            let (error, calmer) = (median(film.offsets()), scene.jerk_ratio(&film));
            assert!(error <= 0.03, "{speed} px/s, noise {noise}: median {error}");
            assert!(calmer >= 5.0, "{speed} px/s, noise {noise}: jerk only {calmer} times lower");
            assert_kept("walk", &film);
            assert_gentle("walk", &film);
        }
    }
}

#[test]
fn people_who_move_about_are_kept_and_the_camera_is_gentle() {
    for seed in 0..8 {
        let stroll = Scene { noise: 10.0, seed, ..Scene::across(60.0, stroll(seed, 60.0)) };
        let sine = move |time: f64| 960.0 + 380.0 * (time * (0.3 + 0.06 * seed as f64)).sin();
        let sine = Scene { seed, ..Scene::across(30.0, sine) };
        let stops = Scene { seed, ..Scene::across(20.0, walk_stop_walk) };
        for (name, scene) in [("stroll", stroll), ("sine", sine), ("stops", stops)] {
            let film = scene.shoot(ShotMode::Single);
            assert_kept(name, &film);
            assert_gentle(name, &film);
            assert!(scene.jerk_ratio(&film) >= 5.0, "{name}");
        }
    }
}

#[test]
fn a_stop_in_a_walk_is_a_rest_without_overshoot() {
    let film = Scene { noise: 6.0, ..Scene::across(20.0, walk_stop_walk) }.shoot(ShotMode::Single);
    let x = film.x();
    assert!(x.windows(2).all(|pair| pair[1] >= pair[0] - 0.5), "it goes back");
    assert!(x[190..240].windows(2).all(|pair| pair[0] == pair[1]), "it creeps during the stop");
    assert!(x[430..].windows(2).all(|pair| pair[0] == pair[1]), "it creeps after the walk");
}

#[test]
fn a_move_begins_and_ends_softly() {
    let step = |time: f64| if time < 5.0 { 700.0 } else { 900.0 };
    let film = Scene { noise: 6.0, ..Scene::across(10.0, step) }.shoot(ShotMode::Single);
    let x = film.x();
    let begin = x.iter().position(|place| *place != x[0]).unwrap();
    assert!((x[begin + 3] - x[0]).abs() < 4.0, "{} px in the first tenth of a second", x[begin + 3] - x[0]);
    assert!(film.peaks().1 < 1.0);
    assert_kept("step", &film);
}

#[test]
fn a_quick_turn_breaks_limits_rather_than_the_bound() {
    let turns = |time: f64| 960.0 + 330.0 * (time * 3.1).sin();
    let film = Scene { noise: 6.0, ..Scene::across(20.0, turns) }.shoot(ShotMode::Single);
    assert_kept("turns", &film);
    assert!(film.peaks().1 > CameraSpec::default().max_acceleration);
}

#[test]
fn a_walk_out_at_the_edge_is_followed_to_the_edge() {
    let walk = |time: f64| 900.0 + 300.0 * (time - 4.0).max(0.0);
    let truth = Box::new(move |time| Some(walk(time)).filter(|x| *x < 1900.0).map(|x| (x, 500.0, 200.0)));
    let film = Scene { truth, noise: 6.0, ..Scene::across(15.0, |_| 0.0) }.shoot(ShotMode::Single);
    assert_kept("exit", &film);
    let x = film.x();
    assert!(x[240..].iter().all(|place| (place - 1616.25).abs() < 0.02), "it does not stay at the edge");
}

#[test]
fn somebody_out_of_sight_is_waited_for() {
    let place = |time: f64| if time < 7.0 { 500.0 } else { 1300.0 };
    let truth =
        Box::new(move |time: f64| (!(5.0..=10.0).contains(&time)).then(|| (place(time), 500.0, 200.0)));
    let film = Scene { truth, noise: 6.0, ..Scene::across(15.0, |_| 0.0) }.shoot(ShotMode::Single);
    assert_kept("gone", &film);
    let x = film.x();
    assert!(x[..210].iter().all(|place| *place == x[0]), "it leaves before it has to");
}

#[test]
fn outliers_do_not_move_the_crop() {
    let scene = Scene { noise: 5.0, ..Scene::across(20.0, |_| 700.0) };
    let mut observations = scene.observations();
    for look in [20, 55, 56, 119] {
        observations.tracks[0].points[look].face.x += 700.0;
    }
    let shot = super::compose(
        &scene.plan(ShotMode::Single),
        &observations,
        &Layout::vertical(),
        ASPECT,
        &CancelToken::default(),
    )
    .unwrap();
    assert_eq!(shot.crops[0].keyframes.len(), 1);
}

#[test]
fn a_large_face_is_kept_whole() {
    let sway = |time: f64| (960.0 + 200.0 * (time * 2.2).sin(), 540.0, 640.0);
    let truth = Box::new(move |time| Some(sway(time)));
    let film = Scene { truth, noise: 3.0, ..Scene::across(30.0, |_| 0.0) }.shoot(ShotMode::Single);
    assert_kept("large", &film);
}

#[test]
fn a_box_grows_with_the_face_and_rests_before_and_after() {
    let height = |time: f64| 160.0 + 160.0 * ((time - 10.0) / 5.0).clamp(0.0, 1.0);
    let truth = Box::new(move |time| Some((700.0, 480.0, height(time))));
    let film = Scene { truth, noise: 5.0, ..Scene::across(30.0, |_| 0.0) }.shoot(ShotMode::Dual);
    let widths: Vec<f64> = film.pictures.iter().map(|(crop, _)| crop.width).collect();
    let near = |width: f64, height: f64| (width / (2.25 * 1.125 * height) - 1.0).abs() < 0.05;
    assert!(near(widths[0], 160.0) && near(widths[899], 320.0), "{} to {}", widths[0], widths[899]);
    assert!(widths[..250].iter().all(|width| *width == widths[0]));
    assert!(widths[480..].iter().all(|width| *width == widths[899]));
    assert!(widths.windows(2).all(|pair| pair[1] >= pair[0] - 0.05));
    assert_kept("growing", &film);
}

#[test]
fn a_face_of_one_size_has_a_box_of_one_width() {
    for seed in 0..12 {
        let truth =
            Box::new(|time: f64| Some((600.0 + 40.0 * time, 450.0 + 80.0 * (time * 0.5).sin(), 200.0)));
        let scene = Scene { truth, noise: 10.0, seed, ..Scene::across(25.0, |_| 0.0) };
        let film = scene.shoot(ShotMode::Dual);
        let width = film.pictures[0].0.width;
        assert!(film.pictures.iter().all(|(crop, _)| crop.width == width), "seed {seed}");
        assert_kept("box", &film);
    }
}

#[test]
fn a_face_stands_at_two_fifths_where_the_crop_can_go_up_and_down() {
    let face = |time: f64| Rect::around(540.0, 1500.0 - 50.0 * time, 240.0, 320.0);
    let scene = Scene::across(10.0, |_| 540.0);
    let mut observations = Observations { width: 1080, height: 3000, ..scene.observations() };
    observations.tracks[0].points.iter_mut().for_each(|point| point.face = face(point.time));
    let shot = super::compose(
        &scene.plan(ShotMode::Single),
        &observations,
        &Layout::vertical(),
        ASPECT,
        &CancelToken::default(),
    )
    .unwrap();
    for keyframe in &shot.crops[0].keyframes {
        let stand = (face(keyframe.time).centre().1 - (keyframe.y - 960.0)) / 1920.0;
        assert!((stand - 0.4).abs() < 0.05, "{stand} at {}", keyframe.time);
        assert_eq!((keyframe.x, keyframe.width), (540.0, 1080.0));
    }
}

#[test]
fn a_dead_zone_of_nothing_and_a_narrow_safe_area_are_kept_to() {
    let camera = CameraSpec { dead_zone: 0.0, safe_area: 0.2, ..CameraSpec::default() };
    let layout = Layout { camera, ..Layout::vertical() };
    let scene = Scene { noise: 2.0, ..Scene::across(30.0, stroll(5, 30.0)) };
    let shot = super::compose(
        &scene.plan(ShotMode::Single),
        &scene.observations(),
        &layout,
        ASPECT,
        &CancelToken::default(),
    )
    .unwrap();
    let mut offsets = scene.film(shot).offsets();
    offsets.sort_by(f64::total_cmp);
    assert!(offsets[offsets.len() * 99 / 100] < 0.1, "{}", offsets[offsets.len() * 99 / 100]);
}

#[test]
fn pictures_after_a_cut_do_not_reach_into_the_shot_before() {
    let mut observations = Scene { noise: 1.0, ..Scene::across(10.0, |_| 500.0) }.observations();
    let after: Vec<_> = observations.tracks[0].points.split_off(30);
    let after = after.into_iter().map(|mut point| {
        point.face.x += 900.0;
        point
    });
    let track = FaceTrack { person: 0, points: after.collect(), mouth: Vec::new() };
    observations.tracks.push(track);
    let shot = |start, end| {
        let plan = ShotPlan { start, end, cut: true, mode: ShotMode::Single, persons: vec![0] };
        super::compose(&plan, &observations, &Layout::vertical(), ASPECT, &CancelToken::default())
            .unwrap()
            .crops[0]
            .keyframes
            .clone()
    };
    let (before, after) = (shot(0.0, 5.0), shot(5.0, 10.0));
    assert_eq!((before.len(), after.len()), (1, 1));
    assert!((before[0].x - 500.0).abs() < 5.0 && (after[0].x - 1400.0).abs() < 5.0);
}

#[test]
fn every_keyframe_is_rounded_in_order_and_in_the_picture() {
    for seed in 0..6 {
        let scene =
            Scene { seed, ..Scene::across(60.0, move |time| 2.2 * stroll(seed, 61.0)(time) - 1100.0) };
        let plan = scene.plan(ShotMode::Single);
        let shot = super::compose(
            &plan,
            &scene.observations(),
            &Layout::vertical(),
            ASPECT,
            &CancelToken::default(),
        )
        .unwrap();
        let keyframes = &shot.crops[0].keyframes;
        assert!(keyframes.is_sorted_by(|a, b| a.time < b.time));
        let whole = |value: f64, parts: f64| ((value * parts).round() / parts - value).abs() < 1e-9;
        let fine = |k: &CropKeyframe| whole(k.time, 1e3) && whole(k.x, 1e2) && whole(k.y, 1e2);
        assert!(keyframes.iter().all(fine));
        assert!(keyframes.iter().all(|k| (303.74..=1616.26).contains(&k.x) && k.y == 540.0));
        assert!(keyframes.len() < 130, "{}", keyframes.len());
    }
}

#[test]
fn short_and_empty_shots_have_a_path() {
    for seconds in [0.0, 0.04, 0.2, 0.5] {
        let mut scene = Scene { noise: 0.0, ..Scene::across(1.0, |time| 600.0 + 900.0 * time) };
        let observations = scene.observations();
        scene.seconds = seconds;
        for mode in [ShotMode::Single, ShotMode::Dual, ShotMode::Wide, ShotMode::Pan, ShotMode::Fixed] {
            let shot = super::compose(
                &scene.plan(mode),
                &observations,
                &Layout::vertical(),
                ASPECT,
                &CancelToken::default(),
            )
            .unwrap();
            assert_eq!(shot.crops.len(), if mode == ShotMode::Dual { 2 } else { 1 });
            assert!(shot.crops.iter().all(|path| !path.keyframes.is_empty()));
            assert!(shot.crops.iter().flat_map(|path| &path.keyframes).all(|k| k.x.is_finite()));
        }
    }
}

#[test]
fn nobody_to_follow_is_a_fixed_cut_out_at_the_layouts_place() {
    let layout = Layout { x: Some(0.25), no_face: NoFace::Centre, ..Layout::vertical() };
    let scene = Scene::across(5.0, |_| 900.0);
    let mut observations = scene.observations();
    observations.tracks.clear();
    for mode in [ShotMode::Single, ShotMode::Fixed] {
        let shot = super::compose(&scene.plan(mode), &observations, &layout, ASPECT, &CancelToken::default())
            .unwrap();
        let [keyframe] = shot.crops[0].keyframes[..] else { panic!("{shot:?}") };
        assert_eq!((keyframe.x, keyframe.y, keyframe.width), (480.0, 540.0, 607.5));
    }
}

#[test]
fn two_people_in_one_cut_out_are_framed_together() {
    let scene = Scene { noise: 5.0, ..Scene::across(20.0, |_| 800.0) };
    let mut observations = scene.observations();
    let mut points = observations.tracks[0].points.clone();
    for point in &mut points {
        point.face.x += 260.0;
    }
    points.drain(40..60);
    observations.tracks.push(FaceTrack { person: 1, points, mouth: Vec::new() });
    let plan = ShotPlan { persons: vec![0, 1], ..scene.plan(ShotMode::Single) };
    let shot =
        super::compose(&plan, &observations, &Layout::vertical(), ASPECT, &CancelToken::default()).unwrap();
    let [keyframe] = shot.crops[0].keyframes[..] else { panic!("{shot:?}") };
    assert!((keyframe.x - 930.0).abs() < 10.0, "{}", keyframe.x);
}
