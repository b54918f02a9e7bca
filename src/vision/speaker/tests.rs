use super::super::synthetic::Made;
use super::*;
use crate::outcome::TimeRange;

/// Two people side by side.
fn two(seconds: f64) -> Made {
    two_at(seconds, &[])
}

fn two_at(seconds: f64, cuts: &[f64]) -> Made {
    let mut made = Made::new(seconds, cuts);
    made.sits(0, (0.0, seconds), 500.0, 200.0);
    made.sits(1, (0.0, seconds), 1400.0, 180.0);
    made
}

fn found(made: Made) -> Vec<Turn> {
    let (seen, heard) = made.done();
    turns(&seen, &heard)
}

fn voices(turns: &[Turn]) -> Vec<Voice> {
    turns.iter().map(|turn| turn.voice).collect()
}

use Voice::{Person, Several, Unclear};

#[test]
fn turns_change_when_the_other_begins() {
    let mut made = two(20.0);
    made.speaks(0, 0.0, 6.0);
    made.speaks(1, 7.0, 13.0);
    made.speaks(0, 13.2, 20.0);
    let turns = found(made);
    assert_eq!(voices(&turns), [Person(0), Person(1), Person(0)]);
    assert!((turns[1].start - 7.0).abs() <= 0.3, "{turns:?}");
    assert!((turns[2].start - 13.2).abs() <= 0.3, "{turns:?}");
    assert!(turns.iter().all(|turn| turn.confidence > 0.5), "{turns:?}");
}

#[test]
fn the_speaker_at_a_time_is_the_one_of_its_turn() {
    let turn = |start, end, voice| Turn { start, end, voice, confidence: 1.0 };
    let turns = [turn(1.0, 2.0, Person(4)), turn(2.0, 3.0, Several), turn(3.0, 4.0, Person(5))];
    let at = |time| speaker_at(&turns, time);
    assert_eq!([at(0.5), at(1.0), at(2.0), at(3.9), at(4.0)], [None, Some(4), None, Some(5), None]);
}

#[test]
fn an_interjection_is_ignored_and_a_remark_is_not() {
    for (length, expected) in [(0.5, 1), (0.6, 1), (1.4, 3)] {
        let mut made = two(12.0);
        made.speaks(0, 0.0, 5.0);
        made.speaks(1, 5.0, 5.0 + length);
        made.speaks(0, 5.0 + length, 12.0);
        assert_eq!(found(made).len(), expected, "{length}");
    }
}

#[test]
fn an_interjection_into_speech_that_goes_on_is_ignored() {
    let mut made = two(12.0);
    made.speaks(0, 0.0, 12.0);
    made.speaks(1, 5.0, 5.6);
    assert_eq!(voices(&found(made)), [Person(0)]);
}

#[test]
fn a_takeover_is_settled_when_the_overlap_ends() {
    let mut made = two(12.0);
    made.speaks(0, 0.0, 6.0);
    made.speaks(1, 5.3, 12.0);
    let turns = found(made);
    assert_eq!(voices(&turns), [Person(0), Person(1)]);
    assert!((turns[1].start - 6.0).abs() <= 0.35, "{turns:?}");
}

#[test]
fn who_fails_to_take_over_gets_no_turn() {
    let mut made = two(12.0);
    made.speaks(0, 0.0, 12.0);
    made.speaks(1, 5.0, 5.9);
    assert_eq!(voices(&found(made)), [Person(0)]);
}

#[test]
fn two_that_speak_at_once_for_long_are_several() {
    let mut made = two(16.0);
    made.speaks(0, 0.0, 10.0);
    made.speaks(1, 5.0, 16.0);
    assert_eq!(voices(&found(made)), [Person(0), Several, Person(1)]);
}

#[test]
fn mouths_that_rest_while_somebody_speaks_leave_it_unclear() {
    let (mut invented, mut total) = (0.0, 0.0);
    for noise in [0.1, 0.4, 1.0, 3.0] {
        for seed in 0..10 {
            let mut made = Made { noise, ..Made::new(30.0, &[]) };
            made.random.0 = seed;
            made.sits(0, (0.0, 30.0), 500.0, 200.0);
            made.sits(1, (0.0, 30.0), 1400.0, 180.0);
            made.heard.push(TimeRange { start: 0.0, end: 18.0 });
            made.heard.push(TimeRange { start: 20.0, end: 30.0 });
            for turn in found(made) {
                let sure = turn.voice != Unclear && turn.confidence >= 0.3;
                invented += if sure { turn.end - turn.start } else { 0.0 };
                total += turn.end - turn.start;
            }
        }
    }
    println!("pause: {invented} of {total} s invented");
    assert!(invented < 0.01 * total, "{invented} of {total} s");
}

#[test]
fn mouths_that_move_in_silence_do_not_speak() {
    let mut made = two(10.0);
    made.moves(0, 0.0, 5.0, false);
    assert_eq!(voices(&found(made)), [Unclear]);
}

#[test]
fn mouths_too_small_to_see_leave_it_unclear_and_one_seen_to_rest_tells_of_the_other() {
    let mut made = two(10.0);
    made.speaks(0, 0.0, 10.0);
    for track in &mut made.seen.tracks {
        track.mouth.clear();
    }
    assert_eq!(voices(&found(made)), [Unclear]);
    let mut made = two(10.0);
    made.speaks(0, 0.0, 10.0);
    made.seen.tracks[0].mouth.clear();
    assert_eq!(voices(&found(made)), [Person(0)]);
}

#[test]
fn without_sound_the_pictures_tell() {
    let mut made = two(12.0);
    made.speaks(0, 0.0, 6.0);
    made.speaks(1, 6.0, 12.0);
    assert_eq!(voices(&turns(&made.done().0, &Hearing::default())), [Person(0), Person(1)]);
}

#[test]
fn a_turn_ends_with_its_scene() {
    let mut made = two_at(12.0, &[5.04]);
    made.speaks(0, 0.0, 5.04);
    made.speaks(1, 5.04, 12.0);
    let turns = found(made);
    assert_eq!(voices(&turns), [Person(0), Person(1)]);
    assert_eq!(turns[1].start, 5.04);
}

#[test]
fn who_chews_is_not_taken_for_who_speaks() {
    let mut made = two(30.0);
    made.moves(1, 0.0, 30.0, false);
    made.speaks(0, 1.0, 14.0);
    made.speaks(0, 15.0, 29.0);
    let turns = found(made);
    let wrong: f64 =
        turns.iter().filter(|turn| turn.voice == Person(1)).map(|turn| turn.end - turn.start).sum();
    assert!(wrong < 1.0, "{turns:?}");
}

/// Turns of 1.5 to 6 s with pauses, and the part of the spoken time in which the right person was
/// found, the wrong one, and neither.
fn accuracy(noise: f64, gain: f64, seed: u64) -> [f64; 3] {
    let seconds = 120.0;
    let mut made = Made { noise, gain, ..Made::new(seconds, &[]) };
    made.random.0 = seed;
    made.sits(0, (0.0, seconds), 500.0, 200.0);
    made.sits(1, (0.0, seconds), 1400.0, 180.0);
    let (mut time, mut who, mut truth) = (0.0, 0, Vec::new());
    while time < seconds {
        let end = (time + made.random.between(1.5, 6.0)).min(seconds);
        made.speaks(who, time, end);
        truth.push((who, time, end));
        time = end + made.random.between(0.0, 0.6);
        who = 1 - who;
    }
    let turns = found(made);
    let (mut result, mut total) = ([0.0; 3], 0.0);
    for (who, start, end) in truth {
        for turn in &turns {
            let common = (turn.end.min(end) - turn.start.max(start)).max(0.0);
            let place = match turn.voice {
                Person(person) => usize::from(person != who),
                Several | Unclear => 2,
            };
            result[place] += common;
            total += common;
        }
    }
    result.map(|part| part / total)
}

#[test]
fn the_speaker_is_found_through_noise() {
    // Least part that is right and most that is wrong, as measured with some room.
    let bars =
        [(0.4, 4.0, 0.97, 0.02), (1.0, 3.0, 0.96, 0.03), (1.0, 2.0, 0.95, 0.04), (1.0, 1.0, 0.6, 0.08)];
    for (noise, gain, right, wrong) in bars {
        let runs: Vec<[f64; 3]> = (0..8).map(|seed| accuracy(noise, gain, seed)).collect();
        let mean = |place: usize| runs.iter().map(|run| run[place]).sum::<f64>() / runs.len() as f64;
        println!("noise {noise} gain {gain}: {:.3} {:.3} {:.3}", mean(0), mean(1), mean(2));
        assert!(mean(0) >= right && mean(1) <= wrong, "noise {noise} gain {gain}: {runs:?}");
    }
}

/// The part of a monologue of 30 s that is given to the speaker, and to the listener, for seeds.
fn monologue(pause: f64, noise: f64) -> (f64, f64) {
    let (mut right, mut wrong) = (0.0, 0.0);
    for seed in 0..10 {
        let mut made = Made { noise, ..Made::new(30.0, &[]) };
        made.random.0 = seed;
        made.sits(0, (0.0, 30.0), 500.0, 200.0);
        made.sits(1, (0.0, 30.0), 1400.0, 180.0);
        for sentence in 0..6 {
            let start = f64::from(sentence) * 5.0;
            made.speaks(0, start, start + 5.0 - pause);
        }
        for turn in found(made) {
            let part = (turn.end - turn.start) / 300.0;
            match turn.voice {
                Person(0) => right += part,
                Person(_) => wrong += part,
                Several | Unclear => {}
            }
        }
    }
    (right, wrong)
}

#[test]
fn a_monologue_is_the_speakers_with_pauses_and_without() {
    for (pause, noise, least) in [(0.0, 0.4, 0.9), (0.0, 1.0, 0.0), (0.8, 0.4, 0.97), (0.8, 1.0, 0.95)] {
        let (right, wrong) = monologue(pause, noise);
        println!("pause {pause} noise {noise}: {right:.3} {wrong:.3}");
        assert!(right >= least && wrong < 0.03, "pause {pause} noise {noise}: {right} {wrong}");
    }
}
