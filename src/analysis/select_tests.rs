//! What the selection promises, by example and for many generated transcripts.

use super::*;

fn segment(start: f64, end: f64, text: &str) -> Segment {
    let count = text.split(' ').count() as f64;
    let step = (end - start) / count;
    let words = text.split(' ').enumerate().map(|(i, w)| Word {
        word: w.to_owned(),
        start: start + i as f64 * step,
        end: start + (i + 1) as f64 * step,
        probability: None,
    });
    Segment { start, end, text: text.to_owned(), words: words.collect(), ..Segment::default() }
}

/// 20 points, 30 points.
const GOOD: &str = "amazing and incredible";
const BETTER: &str = "amazing incredible insane";

fn strict() -> Selection {
    Selection { fallback: false, ..Selection::default() }
}

fn spans(clips: &[ClipCandidate]) -> Vec<(f64, f64)> {
    clips.iter().map(|clip| (clip.start, clip.end)).collect()
}

#[test]
fn a_segment_below_twenty_is_not_picked() {
    let segments = [segment(0.0, 20.0, "this is amazing"), segment(30.0, 50.0, GOOD)];
    let clips = find_interesting_clips(&segments, &strict(), None);
    assert_eq!(spans(&clips), [(29.5, 50.5)]);
    assert_eq!((clips[0].score, clips[0].fallback, clips[0].clip_number), (20.0, false, 1));
    assert_eq!(clips[0].text, GOOD);
    assert_eq!(clips[0].words.len(), 3);
}

#[test]
fn a_short_one_grows_by_adjacent_segments_to_the_minimum() {
    let segments = [
        segment(0.0, 4.0, "far off"),
        segment(6.0, 10.0, "before it"),
        segment(10.2, 16.0, GOOD),
        segment(16.5, 20.0, "after it"),
        segment(21.0, 30.0, "one second later is not adjacent"),
    ];
    let clips = find_interesting_clips(&segments, &strict(), None);
    assert_eq!(spans(&clips), [(5.5, 20.5)], "later first, then earlier, not over a pause of a second");
    assert_eq!(clips[0].text, "before it amazing and incredible after it");
}

#[test]
fn a_long_one_is_cut_at_the_maximum_and_padding_stays_in_the_source() {
    let clips = find_interesting_clips(&[segment(0.2, 90.0, GOOD)], &strict(), None);
    assert_eq!(spans(&clips), [(0.0, 60.0)]);
    let clips = find_interesting_clips(&[segment(5.0, 25.0, GOOD)], &strict(), Some(25.2));
    assert_eq!(spans(&clips), [(4.5, 25.2)]);
}

#[test]
fn the_best_are_taken_and_put_in_order_of_time() {
    let segments = [segment(0.0, 20.0, GOOD), segment(30.0, 50.0, BETTER), segment(60.0, 80.0, BETTER)];
    let selection = Selection { num_clips: 2, ..strict() };
    let clips = find_interesting_clips(&segments, &selection, None);
    assert_eq!(spans(&clips), [(29.5, 50.5), (59.5, 80.5)]);
    assert_eq!([clips[0].clip_number, clips[1].clip_number], [1, 2]);
}

#[test]
fn padding_meets_in_the_middle_of_a_short_pause() {
    let segments = [segment(10.0, 30.0, GOOD), segment(30.4, 50.0, GOOD)];
    let clips = find_interesting_clips(&segments, &strict(), None);
    assert_eq!(spans(&clips), [(9.5, 30.2), (30.2, 50.5)]);
}

#[test]
fn without_words_the_text_comes_from_the_segments() {
    let mut only_text = segment(0.0, 20.0, GOOD);
    only_text.words.clear();
    let clips = find_interesting_clips(&[only_text], &strict(), None);
    assert_eq!(clips[0].text, GOOD);
}

#[test]
fn nothing_reaches_twenty_and_the_fallback_offers_whole_sentences_over_the_video() {
    let segments: Vec<_> =
        (0..30).map(|i| segment(f64::from(i) * 6.0, f64::from(i) * 6.0 + 5.5, "plain words.")).collect();
    assert_eq!(find_interesting_clips(&segments, &strict(), None), []);
    let selection = Selection { num_clips: 3, ..Selection::default() };
    let clips = find_interesting_clips(&segments, &selection, None);
    assert_eq!(clips.len(), 3);
    assert!(clips.iter().all(|clip| clip.fallback && clip.score > 0.0));
    for clip in &clips {
        let starts = segments.iter().any(|s| clip.start <= s.start && s.start - clip.start <= 0.5);
        let ends = segments.iter().any(|s| clip.end >= s.end && clip.end - s.end <= 0.5);
        assert!(starts && ends, "{clip:?}");
    }
    let gaps: Vec<_> = clips.windows(2).map(|pair| pair[1].start - pair[0].end).collect();
    assert!(gaps.iter().all(|gap| *gap > 20.0), "spread over the video: {:?}", spans(&clips));
}

#[test]
fn the_fallback_tops_up_what_was_picked() {
    let mut segments: Vec<_> =
        (0..20).map(|i| segment(f64::from(i) * 8.0, f64::from(i) * 8.0 + 7.5, "plain words.")).collect();
    segments[10] = segment(80.0, 87.5, BETTER);
    let clips = find_interesting_clips(&segments, &Selection::default(), None);
    assert_eq!(clips.len(), 5);
    assert_eq!(clips.iter().filter(|clip| !clip.fallback).count(), 1);
    let strict = find_interesting_clips(&segments, &strict(), None);
    assert_eq!(strict.len(), 1);
    assert!(spans(&clips).contains(&(strict[0].start, strict[0].end)), "the pick itself stays");
}

#[test]
fn speech_shorter_than_the_minimum_is_offered_whole() {
    let segments = [segment(1.0, 4.0, "short."), segment(4.5, 7.0, "very short.")];
    let clips = find_interesting_clips(&segments, &Selection::default(), Some(10.0));
    assert_eq!(spans(&clips), [(0.5, 7.5)]);
    assert!(clips[0].fallback);
}

#[test]
fn one_endless_segment_is_cut_after_the_last_word_that_fits() {
    let text = vec!["word"; 77].join(" ");
    let segments = [segment(0.0, 200.0, &text)];
    let clips = find_interesting_clips(&segments, &Selection { padding: 0.0, ..Selection::default() }, None);
    assert_eq!(clips.len(), 1);
    assert!(clips[0].end <= 60.0);
    assert!(clips[0].words.iter().all(|word| word.end <= clips[0].end + 1e-9), "no word is cut");
}

#[test]
fn silence_gives_no_clips() {
    assert_eq!(find_interesting_clips(&[], &Selection::default(), Some(10.0)), []);
    let broken = [segment(5.0, 5.0, "x"), segment(f64::NAN, 9.0, "x"), segment(50.0, 60.0, "late")];
    assert_eq!(find_interesting_clips(&broken, &Selection::default(), Some(10.0)), []);
}

#[test]
fn timing_is_adjusted_within_the_source() {
    let clip =
        find_interesting_clips(&[segment(5.0, 25.0, GOOD)], &Selection { padding: 0.0, ..strict() }, None);
    let adjusted = adjust_clip_timing(&clip[0], 0.5, None);
    assert_eq!((adjusted.start, adjusted.end), (4.5, 25.5));
    let adjusted = adjust_clip_timing(&clip[0], 9.0, Some(26.0));
    assert_eq!((adjusted.start, adjusted.end), (0.0, 26.0));
}

/// A small generator (xorshift), so that a failing seed can be run again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() % 10_000) as f64 / 10_000.0)
    }

    fn segments(&mut self) -> Vec<Segment> {
        let texts = ["plain words", "and more of them.", GOOD, BETTER, "WHY? really!", "is it?", ""];
        let mut at = self.between(0.0, 5.0);
        let count = self.next() % 80;
        (0..count)
            .map(|_| {
                let start = at + self.between(-0.3, 2.0);
                let longest = if self.next().is_multiple_of(20) { 150.0 } else { 12.0 };
                let end = start + self.between(0.05, longest);
                at = end;
                segment(start, end, texts[(self.next() % texts.len() as u64) as usize])
            })
            .collect()
    }
}

#[test]
fn clips_never_overlap_stay_in_bounds_and_are_sorted_and_numbered() {
    let (mut picked, mut filled) = (0, 0);
    for seed in 1..=600 {
        let mut random = Random(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed));
        let segments = random.segments();
        let low = random.between(0.5, 30.0);
        let selection = Selection {
            num_clips: 1 + (random.next() % 12) as usize,
            min_clip_duration: low,
            max_clip_duration: low + random.between(0.0, 60.0),
            padding: random.between(0.0, 3.0),
            fallback: random.next().is_multiple_of(2),
        };
        let end = segments.iter().map(|s| s.end).fold(1.0, f64::max);
        let duration = random.next().is_multiple_of(2).then(|| random.between(end * 0.5, end * 1.2));
        let clips = find_interesting_clips(&segments, &selection, duration);
        assert!(clips.len() <= selection.num_clips, "seed {seed}");
        for (index, clip) in clips.iter().enumerate() {
            let length = clip.end - clip.start;
            assert_eq!(clip.clip_number, index + 1, "seed {seed}");
            assert!(
                clip.start >= 0.0 && clip.end <= duration.unwrap_or(f64::INFINITY),
                "seed {seed}: {clip:?}"
            );
            assert!(length > 0.0 && length <= selection.max_clip_duration + 1e-9, "seed {seed}: {length}");
            assert!((0.0..=100.0).contains(&clip.score), "seed {seed}");
            assert_eq!(clip.fallback, clip.score < MIN_SCORE, "seed {seed}");
            assert!(selection.fallback || !clip.fallback, "seed {seed}");
        }
        assert!(
            clips.windows(2).all(|pair| pair[0].end <= pair[1].start),
            "seed {seed}: {:?}",
            spans(&clips)
        );
        picked += clips.iter().filter(|clip| !clip.fallback).count();
        filled += clips.iter().filter(|clip| clip.fallback).count();
    }
    assert!(picked > 500 && filled > 200, "the generator reaches both: {picked} picked, {filled} filled up");
}
