use super::super::synthetic::{Made, Random};
use super::super::turns;
use super::*;
use ShotMode::{Dual, Fixed, Pan, Single, Wide};

const VERTICAL: f64 = 9.0 / 16.0;

fn shots(made: Made, layout: &Layout) -> Vec<ShotPlan> {
    let (seen, heard) = made.done();
    direct(&seen, &turns(&seen, &heard), layout, VERTICAL)
}

/// Mode, people, and begin of each shot of a vertical picture.
fn auto(made: Made) -> Vec<(ShotMode, Vec<u32>, f64)> {
    shape(shots(made, &Layout::vertical()))
}

fn shape(shots: Vec<ShotPlan>) -> Vec<(ShotMode, Vec<u32>, f64)> {
    shots.into_iter().map(|shot| (shot.mode, shot.persons, (shot.start * 100.0).round() / 100.0)).collect()
}

fn with(speakers: Speakers) -> Layout {
    Layout { speakers, ..Layout::vertical() }
}

/// Two people far apart, the left one being number 1.
fn apart(seconds: f64) -> Made {
    let mut made = Made::new(seconds, &[]);
    made.sits(0, (0.0, seconds), 1500.0, 220.0);
    made.sits(1, (0.0, seconds), 400.0, 200.0);
    made
}

#[test]
fn a_lone_face_is_shown_through_gaps_of_two_seconds() {
    let mut made = Made::new(20.0, &[]);
    made.sits(0, (1.5, 6.0), 900.0, 200.0);
    made.sits(0, (7.7, 18.5), 900.0, 200.0);
    assert_eq!(auto(made), [(Single, vec![0], 0.0)]);
}

#[test]
fn a_longer_gap_is_a_pan_or_stands_as_the_layout_says() {
    let scene = || {
        let mut made = Made::new(20.0, &[]);
        made.sits(0, (0.0, 6.0), 900.0, 200.0);
        made.sits(0, (10.0, 20.0), 900.0, 200.0);
        made
    };
    let found = auto(scene());
    assert_eq!(found.iter().map(|shot| shot.0).collect::<Vec<_>>(), [Single, Pan, Single]);
    assert!((found[1].2 - 6.0).abs() < 0.2 && (found[2].2 - 10.0).abs() < 0.2, "{found:?}");
    let layout = Layout { no_face: NoFace::Centre, ..Layout::vertical() };
    assert_eq!(shots(scene(), &layout)[1].mode, Fixed);
}

#[test]
fn nobody_at_all_is_one_shot() {
    assert_eq!(auto(Made::new(5.0, &[])), [(Pan, vec![], 0.0)]);
}

#[test]
fn a_passing_face_is_no_shot() {
    let mut made = Made::new(10.0, &[]);
    made.sits(0, (4.0, 4.5), 900.0, 200.0);
    assert_eq!(auto(made), [(Pan, vec![], 0.0)]);
}

#[test]
fn two_people_are_shown_left_above_while_nobody_is_clear() {
    assert_eq!(auto(apart(6.0)), [(Dual, vec![1, 0], 0.0)]);
}

#[test]
fn the_speaker_is_shown_and_both_while_both_speak() {
    let mut made = apart(24.0);
    made.speaks(0, 0.0, 8.0);
    made.speaks(1, 8.0, 20.0);
    made.speaks(0, 16.0, 24.0);
    let found = auto(made);
    let who: Vec<_> = found.iter().map(|shot| (shot.0, shot.1.clone())).collect();
    assert_eq!(who, [(Single, vec![0]), (Single, vec![1]), (Dual, vec![1, 0]), (Single, vec![0])]);
    for (shot, truth) in found.iter().zip([0.0, 8.0, 16.0, 20.0]) {
        assert!((shot.2 - truth).abs() <= 0.5, "{found:?}");
    }
}

#[test]
fn an_interjection_makes_no_shot() {
    let mut made = apart(12.0);
    made.speaks(0, 1.5, 5.0);
    made.speaks(1, 5.0, 5.5);
    made.speaks(0, 5.5, 12.0);
    assert_eq!(auto(made), [(Single, vec![0], 0.0)]);
}

#[test]
fn one_means_one_and_the_larger_where_it_is_unclear() {
    let found = shape(shots(apart(8.0), &with(Speakers::One)));
    assert_eq!(found, [(Single, vec![0], 0.0)]);
    let mut made = apart(8.0);
    made.speaks(1, 0.0, 8.0);
    assert_eq!(shape(shots(made, &with(Speakers::One))), [(Single, vec![1], 0.0)]);
}

#[test]
fn two_means_both_whoever_speaks() {
    let mut made = apart(8.0);
    made.speaks(1, 0.0, 8.0);
    assert_eq!(shape(shots(made, &with(Speakers::Two))), [(Dual, vec![1, 0], 0.0)]);
}

#[test]
fn a_stacked_picture_shows_one() {
    for speakers in [Speakers::Auto, Speakers::One, Speakers::Two] {
        let mut made = apart(16.0);
        made.sits(2, (0.0, 16.0), 950.0, 200.0);
        made.speaks(0, 0.0, 8.0);
        made.speaks(1, 8.0, 16.0);
        let layout = Layout { speakers, ..Layout::stacked(None) };
        let found = shots(made, &layout);
        assert_eq!(found.iter().map(|shot| &shot.persons[..]).collect::<Vec<_>>(), [[0], [1]]);
    }
}

#[test]
fn dual_begins_and_ends_when_the_second_comes_and_goes() {
    for (start, end) in [(3.0, 9.0), (2.1, 10.7), (2.1, 3.8), (0.0, 4.4), (7.3, 12.0)] {
        for speakers in [Speakers::Auto, Speakers::Two] {
            let mut made = Made::new(12.0, &[]);
            made.sits(0, (0.0, 12.0), 1500.0, 220.0);
            made.sits(1, (start, end), 400.0, 200.0);
            let found = shots(made, &with(speakers));
            let dual: Vec<_> = found.iter().filter(|shot| shot.mode == Dual).collect();
            assert_eq!(dual.len(), 1, "{start} to {end}: {found:?}");
            assert!((dual[0].start - start).abs() <= 0.2 && (dual[0].end - end).abs() <= 0.2, "{found:?}");
        }
    }
}

#[test]
fn dual_is_not_entered_or_left_for_less_than_a_second() {
    for speakers in [Speakers::Auto, Speakers::Two] {
        let mut made = Made::new(12.0, &[]);
        made.sits(0, (0.0, 12.0), 1500.0, 220.0);
        made.sits(1, (3.0, 3.6), 400.0, 200.0);
        assert_eq!(shape(shots(made, &with(speakers))), [(Single, vec![0], 0.0)]);
        let mut made = Made::new(12.0, &[]);
        made.sits(0, (0.0, 12.0), 1500.0, 220.0);
        made.sits(1, (0.0, 5.0), 400.0, 200.0);
        made.sits(1, (5.7, 12.0), 400.0, 200.0);
        assert_eq!(shape(shots(made, &with(speakers))), [(Dual, vec![1, 0], 0.0)]);
    }
}

#[test]
fn who_is_above_stays_above_where_they_cross() {
    let mut made = Made::new(10.0, &[]);
    made.person(0, (0.0, 10.0), |time| (400.0 + 110.0 * time, 450.0, 150.0));
    made.person(1, (0.0, 10.0), |time| (1500.0 - 110.0 * time, 450.0, 150.0));
    assert_eq!(shape(shots(made, &with(Speakers::Two))), [(Dual, vec![0, 1], 0.0)]);
}

#[test]
fn two_that_fit_into_one_cut_out_share_it_instead_of_a_split() {
    let close = |distance: f64, width: f64| {
        let mut made = Made::new(6.0, &[]);
        made.sits(0, (0.0, 6.0), 900.0, width);
        made.sits(1, (0.0, 6.0), 900.0 + distance, width);
        made
    };
    assert_eq!(auto(close(200.0, 100.0)), [(Single, vec![0, 1], 0.0)]);
    assert_eq!(auto(close(500.0, 100.0)), [(Dual, vec![0, 1], 0.0)], "too far");
    assert_eq!(auto(close(300.0, 200.0)), [(Dual, vec![0, 1], 0.0)], "too large");
    let asked = shots(close(200.0, 100.0), &with(Speakers::Two));
    assert_eq!(shape(asked), [(Dual, vec![0, 1], 0.0)], "asked for");
}

#[test]
fn of_three_the_speaker_is_shown_else_the_two_largest() {
    let three = || {
        let mut made = apart(12.0);
        made.sits(2, (0.0, 12.0), 950.0, 120.0);
        made
    };
    assert_eq!(auto(three()), [(Dual, vec![1, 0], 0.0)]);
    let mut made = three();
    made.speaks(2, 0.0, 12.0);
    assert_eq!(auto(made), [(Single, vec![2], 0.0)]);
}

#[test]
fn of_many_that_come_and_go_everybody_is_shown() {
    let mut made = Made::new(12.0, &[]);
    for person in 0..14_u32 {
        let (start, x) = (f64::from(person) * 1.2 - 3.6, 300.0 + 330.0 * f64::from(person % 5));
        made.sits(person, (start, start + 4.0), x, 200.0 + 10.0 * f64::from(person));
    }
    let found = auto(made);
    assert!(found.iter().any(|shot| shot.0 == Wide), "{found:?}");
}

#[test]
fn a_shot_begins_exactly_at_every_cut() {
    let mut made = Made::new(12.0, &[3.04, 3.52, 8.0]);
    made.sits(0, (0.0, 12.0), 900.0, 200.0);
    let (mut seen, heard) = made.done();
    let track = seen.tracks.remove(0);
    let inside = |from: f64, to: f64| {
        let points = track.points.iter().copied().filter(|p| p.time >= from && p.time < to).collect();
        crate::vision::FaceTrack { person: 0, points, mouth: Vec::new() }
    };
    seen.tracks = vec![inside(0.0, 3.04), inside(3.52, 8.0), inside(8.0, 12.0)];
    let found = direct(&seen, &turns(&seen, &heard), &Layout::vertical(), VERTICAL);
    let cuts: Vec<_> = found.iter().map(|shot| (shot.start, shot.cut, shot.mode)).collect();
    assert_eq!(
        cuts,
        [(0.0, false, Single), (3.04, true, Single), (3.52, true, Single), (8.0, true, Single)]
            .map(|(start, cut, mode)| (start, cut, if start == 3.04 { Pan } else { mode })),
        "a short scene shows its own"
    );
}

#[test]
fn looks_that_miss_a_face_now_and_then_change_nothing() {
    for seed in 0..20 {
        let (mut seen, heard) = apart(20.0).done();
        let mut random = Random(seed);
        for track in &mut seen.tracks {
            track.points.retain(|_| random.below(6) > 0);
        }
        let found = direct(&seen, &turns(&seen, &heard), &Layout::vertical(), VERTICAL);
        assert_eq!(shape(found), [(Dual, vec![1, 0], 0.0)], "seed {seed}");
    }
}

/// A conversation of two minutes: the part of the spoken time in which the speaker is shown, the
/// part in which nobody else is, and the number of shots.
fn conversation(speakers: Speakers, noise: f64, seed: u64) -> (f64, f64, usize) {
    let mut made = Made { noise, ..apart(120.0) };
    let mut random = Random(seed);
    made.random.0 = seed;
    let (mut time, mut who, mut truth) = (0.5, 0, Vec::new());
    while time < 118.0 {
        let end = (time + random.between(0.4, 7.0)).min(120.0);
        made.speaks(who, time, end);
        truth.push((who, time, end));
        time = end + random.between(-0.4, 0.8);
        who = 1 - who;
    }
    let shots = shots(made, &with(speakers));
    let (mut shown, mut alone, mut total) = (0.0, 0.0, 0.0);
    for (who, start, end) in truth {
        total += end - start;
        for shot in shots.iter().filter(|shot| shot.persons.contains(&who)) {
            let common = (shot.end.min(end) - shot.start.max(start)).max(0.0);
            shown += common;
            alone += if shot.persons.len() == 1 { common } else { 0.0 };
        }
    }
    (shown / total, alone / total, shots.len())
}

#[test]
fn whoever_speaks_is_shown() {
    // Least part in which the speaker is shown, with some room to what was measured.
    for (speakers, noise, least) in [
        (Speakers::Auto, 0.4, 0.94),
        (Speakers::Auto, 1.0, 0.94),
        (Speakers::One, 0.4, 0.9),
        (Speakers::One, 1.0, 0.9),
        (Speakers::Two, 1.0, 1.0),
    ] {
        let runs: Vec<_> = (0..8).map(|seed| conversation(speakers, noise, seed)).collect();
        let shown = runs.iter().map(|run| run.0).sum::<f64>() / 8.0;
        let alone = runs.iter().map(|run| run.1).sum::<f64>() / 8.0;
        println!("pause: {speakers:?} noise {noise}: shown {shown:.3}, alone {alone:.3}, {:?}", runs[0].2);
        assert!(shown >= least - 1e-9, "{speakers:?} {noise}: {runs:?}");
    }
}
