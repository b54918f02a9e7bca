//! What must hold for any observations at all.

use super::super::synthetic::{Made, Random};
use super::super::{FaceTrack, Hearing, turns};
use super::*;

fn made(random: &mut Random) -> (Observations, Hearing) {
    let seconds = random.between(0.03, 30.0);
    let cuts: Vec<f64> =
        (0..random.below(5)).map(|_| (random.between(0.0, seconds) * 25.0).round() / 25.0).collect();
    let mut made = Made::new(seconds, &cuts);
    made.random.0 = random.below(1 << 30) as u64;
    made.noise = random.between(0.1, 1.5);
    made.seen.rate = [0.0, 12.0, 23.976, 25.0, 29.97, 60.0, 240.0][random.below(7)];
    for person in 0..random.below(6) as u32 {
        for _ in 0..random.below(4) {
            let start = random.between(-1.0, seconds);
            let span = (start, start + random.between(0.0, seconds));
            let (x, width, pace) =
                (random.between(0.0, 1920.0), random.between(40.0, 500.0), random.between(-200.0, 200.0));
            made.person(person, span, |time| (x + pace * (time - start), 500.0, width));
        }
        for _ in 0..random.below(5) {
            let start = random.between(0.0, seconds);
            made.speaks(person, start, start + random.between(0.1, 6.0));
        }
    }
    if random.below(5) == 0 {
        crowd(&mut made, random);
    }
    let (mut seen, heard) = made.done();
    seen.cuts.sort_by(f64::total_cmp);
    for track in &mut seen.tracks {
        lose(track, random);
    }
    seen.tracks.retain(|track| !track.points.is_empty());
    (seen, if random.below(4) == 0 { Hearing::default() } else { heard })
}

/// Adds people who come and go all the time.
fn crowd(made: &mut Made, random: &mut Random) {
    for person in 10..34_u32 {
        let start = f64::from(person) * 1.2 - 14.0;
        let (x, width) = (random.between(200.0, 1700.0), random.between(100.0, 300.0));
        made.sits(person, (start, start + 4.0), x, width);
    }
}

/// Loses looks, as detectors do.
fn lose(track: &mut FaceTrack, random: &mut Random) {
    let lost = random.between(0.0, 0.7);
    track.points.retain(|_| random.between(0.0, 1.0) > lost);
}

fn layout(random: &mut Random) -> Layout {
    let speakers = [Speakers::Auto, Speakers::One, Speakers::Two][random.below(3)];
    let base = if random.below(4) == 0 { Layout::stacked(None) } else { Layout::vertical() };
    let mut layout = Layout { speakers, ..base };
    layout.camera.min_shot = [0.2, 1.0, 2.5, 10.0][random.below(4)];
    layout
}

/// The first rule that shots break.
fn broken(shots: &[ShotPlan], seen: &Observations, layout: &Layout) -> Option<&'static str> {
    let scenes = scenes(seen);
    let picture = if seen.rate > 0.0 { 1.0 / seen.rate } else { 0.04 };
    let covered = shots.first().map(|s| s.start) == Some(seen.start)
        && shots.last().map(|s| s.end) == Some(seen.end)
        && shots.windows(2).all(|pair| pair[0].end == pair[1].start)
        && shots.iter().all(|shot| shot.start < shot.end);
    let at_cuts = scenes
        .iter()
        .all(|scene| shots.iter().any(|shot| shot.start == scene.start && shot.cut == scene.cut))
        && shots.iter().filter(|shot| shot.cut).count() + 1 == scenes.len();
    let long = shots.iter().all(|shot| {
        let whole = scenes.iter().any(|scene| (scene.start, scene.end) == (shot.start, shot.end));
        whole || shot.end - shot.start >= layout.camera.min_shot - picture
    });
    let dual = |shot: &&ShotPlan| shot.mode == ShotMode::Dual;
    let whole_scenes = |start: f64, end: f64| scenes.iter().any(|s| s.start == start || s.end == end);
    let held = shots
        .iter()
        .filter(dual)
        .all(|shot| shot.end - shot.start >= SHORTEST_OF_TWO - picture || whole_scenes(shot.start, shot.end));
    let stacked = layout.mode == LayoutMode::Stacked;
    let people = shots.iter().all(|shot| {
        let shown = shot.persons.iter().all(|person| {
            seen.tracks.iter().any(|track| {
                let inside = |time: f64| time >= shot.start - 1e-6 && time < shot.end;
                track.person == *person && track.points.iter().any(|point| inside(point.time))
            })
        });
        let allowed = match shot.mode {
            ShotMode::Single => (1..=2).contains(&shot.persons.len()),
            ShotMode::Dual => shot.persons.len() == 2 && shot.persons[0] != shot.persons[1],
            ShotMode::Wide | ShotMode::Pan | ShotMode::Fixed => shot.persons.is_empty(),
        };
        shown && allowed && !(stacked && (shot.persons.len() > 1 || shot.mode == ShotMode::Wide))
    });
    [(covered, "coverage"), (at_cuts, "cuts"), (long, "min shot"), (held, "dual"), (people, "people")]
        .into_iter()
        .find(|(holds, _)| !holds)
        .map(|(_, rule)| rule)
}

#[test]
fn shots_of_anything_cover_it_in_order_and_keep_the_rules() {
    let mut kinds = std::collections::BTreeMap::new();
    for seed in 0..1000 {
        let mut random = Random(seed);
        let ((seen, heard), layout) = (made(&mut random), layout(&mut random));
        let shots = direct(&seen, &turns(&seen, &heard), &layout, 9.0 / 16.0);
        assert_eq!(broken(&shots, &seen, &layout), None, "seed {seed}: {shots:#?} {:?}", scenes(&seen));
        for shot in shots {
            *kinds.entry(shot.mode).or_insert(0) += 1;
        }
    }
    // The rules were asked of every kind of shot that this layout makes.
    let least =
        [ShotMode::Single, ShotMode::Dual, ShotMode::Wide, ShotMode::Pan].map(|mode| kinds.get(&mode));
    assert!(least.iter().all(|count| count.is_some_and(|count| *count >= 10)), "{kinds:?}");
}

#[test]
fn broken_rules_are_seen() {
    let seen = Observations { end: 8.0, rate: 25.0, cuts: vec![4.0], ..Observations::default() };
    let layout = Layout::vertical();
    let shot = |start, end, cut| ShotPlan { start, end, cut, mode: ShotMode::Pan, persons: Vec::new() };
    let rule = |shots: &[ShotPlan]| broken(shots, &seen, &layout);
    assert_eq!(rule(&[shot(0.0, 4.0, false), shot(4.0, 8.0, true)]), None);
    assert_eq!(rule(&[shot(0.0, 8.0, false)]), Some("cuts"));
    assert_eq!(rule(&[shot(0.0, 4.0, false), shot(4.1, 8.0, true)]), Some("coverage"));
    let short = [shot(0.0, 3.6, false), shot(3.6, 4.0, false), shot(4.0, 8.0, true)];
    assert_eq!(rule(&short), Some("min shot"));
    let ghost = ShotPlan { mode: ShotMode::Single, persons: vec![3], ..shot(4.0, 8.0, true) };
    assert_eq!(rule(&[shot(0.0, 4.0, false), ghost]), Some("people"));
}
