//! Chains that stand for people, without pictures.

use std::sync::Arc;

use super::assemble::Chain;
use super::{Appearance, count, person, stitch};
use crate::context::CancelToken;
use crate::error::ErrorKind;
use crate::picture::{PictureView, PlaneView, Rect};
use crate::spec::FaceFilter;
use crate::vision::FacePoint;
use crate::vision::frame::Pool;

const SIZE: (f64, f64) = (640.0, 360.0);
const RATE: f64 = 6.0;

/// What a made-up person looks like.
fn looks_like(who: u32) -> Appearance {
    let value = |index: usize| {
        let (column, row) = ((index % 64) as f64, (index / 64) as f64);
        let phase = f64::from(who) * 2.1;
        (128.0 + 60.0 * (column * (0.1 + 0.07 * phase) + phase).sin() * (row * 0.12 - phase).cos()) as u8
    };
    let luma: Vec<u8> = (0..64 * 64).map(value).collect();
    let chroma = vec![100 + 15 * who as u8; 32 * 32];
    let plane = |data, side| PlaneView { data, stride: side, width: side, height: side };
    let planes = [plane(&luma[..], 64), plane(&chroma[..], 32), plane(&chroma[..], 32)];
    let frame = Arc::new(Pool::default()).keep(&PictureView { planes, time: 0.0 });
    Appearance::new(&frame, Rect { x: 0.0, y: 0.0, width: 64.0, height: 64.0 }, 0.9)
}

/// A person from look to look: centre, width and confidence by time.
fn chain(who: u32, looks: std::ops::Range<u32>, at: impl Fn(f64) -> (f64, f64, f64)) -> Chain {
    let points: Vec<FacePoint> = looks
        .map(|look| {
            let time = f64::from(look) / RATE;
            let (x, width, confidence) = at(time);
            let face = Rect::around(x, 180.0, width, 1.25 * width);
            FacePoint { time, face, landmarks: Default::default(), confidence }
        })
        .collect();
    let confidences = points.iter().map(|point| point.confidence);
    Chain {
        scene: 0,
        best: confidences.clone().fold(0.0, f64::max),
        sum: confidences.sum(),
        sightings: points.len(),
        points,
        mouth: Vec::new(),
        appearance: looks_like(who),
    }
}

fn counted(chains: Vec<Chain>) -> Vec<Chain> {
    count::count(chains, &FaceFilter::default(), SIZE, &[10.0])
}

#[test]
fn a_gap_is_bridged_in_proportion_with_no_confidence() {
    let looks: Vec<f64> = (0..30).map(|look| f64::from(look) / RATE).collect();
    let before = chain(1, 0..10, |_| (200.0, 60.0, 0.9));
    let after = chain(1, 14..30, |_| (230.0, 60.0, 0.9));
    let joined = stitch::join(vec![before, after], &looks);
    assert_eq!(joined.len(), 1);
    let times: Vec<_> = joined[0].points.iter().map(|point| point.time).collect();
    assert_eq!(times, looks);
    let filled = joined[0].points[11];
    assert_eq!(filled.confidence, 0.0);
    assert!((filled.face.centre().0 - 212.0).abs() < 1e-9, "two fifths of the way");
}

#[test]
fn a_long_gap_another_place_and_another_person_are_not_bridged() {
    let before = || chain(1, 0..10, |_| (200.0, 60.0, 0.9));
    for after in [
        chain(1, 20..30, |_| (200.0, 60.0, 0.9)),
        chain(1, 12..30, |_| (520.0, 60.0, 0.9)),
        chain(1, 12..30, |_| (200.0, 120.0, 0.9)),
        chain(3, 12..30, |_| (200.0, 60.0, 0.9)),
        Chain { scene: 1, ..chain(1, 12..30, |_| (200.0, 60.0, 0.9)) },
    ] {
        assert_eq!(stitch::join(vec![before(), after], &[]).len(), 2);
    }
}

#[test]
fn a_passing_false_face_is_dropped() {
    assert_eq!(counted(vec![chain(1, 0..2, |_| (200.0, 60.0, 0.9))]).len(), 0, "too short");
    assert_eq!(counted(vec![chain(1, 0..20, |_| (200.0, 60.0, 0.55))]).len(), 0, "never sure");
    let once = |time: f64| (200.0, 60.0, if time == 0.5 { 0.7 } else { 0.37 });
    assert_eq!(counted(vec![chain(1, 0..20, once)]).len(), 0, "sure once only");
    assert_eq!(counted(vec![chain(1, 0..20, |_| (200.0, 60.0, 0.7))]).len(), 1);
}

#[test]
fn a_face_at_a_threshold_does_not_flicker() {
    // 6 % of 360 is 21.6 high, 17.28 wide: the width trembles around it.
    let trembling = |time: f64| (200.0, 17.28 + 1.5 * (time * 40.0).sin() + 0.3, 0.9);
    let kept = counted(vec![chain(1, 0..60, trembling)]);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].points.len(), 60);
    assert_eq!(counted(vec![chain(1, 0..60, |_| (200.0, 15.0, 0.9))]).len(), 0, "below it all the time");
}

#[test]
fn a_face_of_a_scene_that_is_shorter_still_counts() {
    let brief = || vec![chain(1, 0..3, |_| (200.0, 60.0, 0.9))];
    let kept = |scene: f64| count::count(brief(), &FaceFilter::default(), SIZE, &[scene]).len();
    assert_eq!((kept(2.0 / RATE), kept(2.0)), (1, 0));
}

#[test]
fn many_scenes_of_two_people_are_two_people() {
    let scene = |scene: usize, who: u32, x: f64| {
        let from = scene as u32 * 10;
        Chain { scene, ..chain(who, from..from + 10, move |_| (x, 60.0, 0.9)) }
    };
    let chains: Vec<_> = (0..200).flat_map(|n| [scene(n, 1, 200.0), scene(n, 2, 400.0)]).collect();
    let numbers = person::number(&chains, &CancelToken::default()).unwrap();
    assert!(numbers.iter().enumerate().all(|(index, number)| *number == index % 2));
    let cancelled = CancelToken::default();
    cancelled.cancel();
    assert_eq!(person::number(&chains, &cancelled).unwrap_err().kind(), ErrorKind::Cancelled);
}

#[test]
fn a_face_that_leaves_at_the_edge_counts_until_then() {
    // 5 % of 640 is 32; with slack a face counts to 25.6.
    let kept = counted(vec![chain(1, 0..60, |time| (200.0 - 20.0 * time, 60.0, 0.9))]);
    assert_eq!(kept.len(), 1);
    let last = kept[0].points.last().unwrap().face.centre().0;
    assert!((25.0..32.0).contains(&last), "{last}");
}

#[test]
fn a_far_face_counts_only_without_a_near_one() {
    let near = chain(1, 0..30, |_| (200.0, 100.0, 0.9));
    let far = chain(2, 0..60, |_| (450.0, 35.0, 0.9));
    let kept = counted(vec![near, far]);
    assert_eq!(kept.len(), 2);
    assert!(kept[1].start() >= 5.0, "it counts from when the near one has gone: {}", kept[1].start());
}

#[test]
fn a_person_is_known_again_unless_both_are_there_at_once() {
    let still = |x: f64| move |_| (x, 60.0, 0.9);
    let scene = |scene, chain: Chain| Chain { scene, ..chain };
    let chains = [
        scene(0, chain(1, 0..10, still(200.0))),
        scene(0, chain(2, 0..10, still(400.0))),
        scene(1, chain(2, 10..20, still(200.0))),
        scene(1, chain(1, 10..20, still(400.0))),
        scene(1, chain(1, 10..20, still(500.0))),
    ];
    let numbers = person::number(&chains, &CancelToken::default()).unwrap();
    assert_eq!(numbers[..3], [0, 1, 1]);
    // Two alike in one picture are two people; one of them is the first.
    assert!(numbers[3] != numbers[4] && numbers[3..].contains(&0), "{numbers:?}");
}
